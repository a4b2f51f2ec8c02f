"""``python -m benchmarks``: measure, and write ``docs/performance.md`` or hold the ratios against ``budgets.json``."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import api_figures, coverage_figures, path_figures, report, ror_figures, start_figures, store_figures
from benchmarks.graphs import SIZES, Size, stored
from benchmarks.measuring import Figure, machine
from graph.opening import snapshots_of
from graph.revisions import Graph
from graph.sqlite import SqliteStore

HERE = Path(__file__).parent


def measured(size: Size, kept: Path, loading: bool, guard: bool = False) -> Iterator[Figure]:
    """All figures on one graph, which is kept in ``kept`` for the next run; ``guard``: only those that have a budget."""
    quick = size.name == "quick"
    if loading:
        with tempfile.TemporaryDirectory(dir=kept) as folder:
            yield from store_figures.loading(size, Path(folder))
    store = stored(size, kept)
    graph = Graph(store, snapshots_of(store.path))
    try:
        yield from path_figures.figures(graph, 200 if quick else 500, 2 if size.name == "tenfold" else 4)
        yield from coverage_figures.figures(graph)
        if not guard:
            yield from api_figures.figures(store.path, graph.snapshot(), "made graph", 1_000 if quick else 2_000)
            if size.name != "tenfold":
                yield from api_figures.beside_cypher(SIZES["quick"], kept)
        yield from store_figures.refreshing(graph)
    finally:
        graph.close()
    if guard:
        return
    yield from start_figures.figures(kept)
    curated = kept / "curated.sqlite"  # loaded by the figures before
    yield from _asked(
        SqliteStore(curated), lambda graph: api_figures.figures(curated, graph.snapshot(), "curated graph", 2_000)
    )
    if ror_figures.present():
        yield from _asked(ror_figures.stored(kept), ror_figures.figures)
    else:
        print(f"The ROR tables are not in {ror_figures.FILES}: that graph was not measured.", flush=True)


def _asked(store: SqliteStore, measure: Callable[[Graph], Iterator[Figure]]) -> Iterator[Figure]:
    graph = Graph(store, snapshots_of(store.path))
    try:
        yield from measure(graph)
    finally:
        graph.close()


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
    begun = time.monotonic()
    for figure in measured(size, given.kept, not (given.guard or given.no_loading), given.guard):
        since = time.monotonic() - begun
        print(
            f"{since:6.0f} s  {figure.name:70} {figure.by:24} {figure.p50:12.4f} {figure.p95:12.4f} {figure.unit}", flush=True
        )
        figures.append(figure)
    if given.guard:
        return report.guard(figures, json.loads((HERE / "budgets.json").read_text(encoding="utf-8")))
    report.write(figures, on, size, HERE.parent / "docs")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
