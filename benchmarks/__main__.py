"""``python -m benchmarks``: measure, and write ``docs/performance.md`` or hold the ratios against ``budgets.json``."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from benchmarks import coverage_figures, path_figures, report, start_figures, store_figures
from benchmarks.graphs import SIZES, Size, stored
from benchmarks.measuring import Figure, machine
from graph.snapshot import Graph

HERE = Path(__file__).parent


def measured(size: Size, kept: Path, loading: bool) -> Iterator[Figure]:
    """All figures on one graph; the graph itself is kept in ``kept`` for the next run."""
    quick = size.name == "quick"
    if loading:
        with tempfile.TemporaryDirectory(dir=kept) as folder:
            yield from store_figures.loading(size, Path(folder))
    graph = Graph(stored(size, kept), kept / f"{size.name}.snapshots")
    try:
        yield from path_figures.figures(graph, 200 if quick else 500, 4)
        yield from coverage_figures.figures(graph)
        yield from store_figures.refreshing(graph)
    finally:
        graph.close()
    yield from start_figures.figures(kept)


def main() -> int:
    """Measure one size; 1 where a budget is lost."""
    read = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    read.add_argument("--size", choices=sorted(SIZES), default="full")
    read.add_argument("--guard", action="store_true", help="compare ratios with budgets.json and write nothing")
    read.add_argument("--kept", type=Path, default=Path("var/bench"), help="where the generated graphs are kept")
    read.add_argument("--no-loading", action="store_true", help="leave out what only loading a new store measures")
    given = read.parse_args()
    given.kept.mkdir(parents=True, exist_ok=True)
    size, on = SIZES[given.size], machine()
    figures: list[Figure] = []
    for figure in chain(measured(size, given.kept, not (given.guard or given.no_loading))):
        print(f"{figure.name:60} {figure.by:24} {figure.p50:12.4f} {figure.p95:12.4f} {figure.unit}", flush=True)
        figures.append(figure)
    if given.guard:
        return report.guard(figures, json.loads((HERE / "budgets.json").read_text(encoding="utf-8")))
    report.write(figures, on, size, HERE.parent / "docs")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
