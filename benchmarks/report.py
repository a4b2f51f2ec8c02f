"""What was measured, as a page with a picture, and as ratios held against their budgets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import goals, neo4j_report
from benchmarks.graphs import SEED, SIZES, Size
from benchmarks.measuring import Figure

OWN = "mcmgraph"
PICTURE = "pictures/performance.svg"
LAST = Path(__file__).with_name("last.json")
TENFOLD = Path(__file__).with_name("tenfold.json")


def ratios(figures: Sequence[Figure]) -> dict[str, float]:
    """Median of another program by ours, for every question that both answered: ``"question | program"``."""
    own = {figure.name: figure.p50 for figure in figures if figure.by == OWN}
    return {f"{f.name} | {f.by}": f.p50 / own[f.name] for f in figures if f.by != OWN and f.name in own}


def guard(figures: Sequence[Figure], budgets: Mapping[str, float]) -> int:
    """1 where a ratio is below its budget or was not measured; each is told."""
    found, lost = ratios(figures), 0
    for name, least in budgets.items():
        kept = found.get(name, 0.0) >= least
        lost += not kept
        print(f"{'kept' if kept else 'LOST'}  {name}: {found.get(name, 0.0):.1f} times as fast, budget {least:g}")
    return int(lost > 0)


def write(figures: Sequence[Figure], machine: Mapping[str, str], size: Size, docs: Path) -> None:
    """The figures as JSON beside the benchmarks, and with them ``performance.md``; the picture is that of the full size."""
    told = {"size": size.name, "seed": SEED, "machine": dict(machine), "figures": [figure.row() for figure in figures]}
    path = LAST if size.name != TENFOLD.stem else TENFOLD
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if path == LAST:
        draw(figures, docs / PICTURE)
    rewrite(docs)


def rewrite(docs: Path) -> None:
    """``performance.md`` again, from the figures that were written last."""
    told = json.loads(LAST.read_text(encoding="utf-8"))
    figures = [Figure(**row) for row in told["figures"]]
    (docs / "performance.md").write_text(page(figures, told["machine"], SIZES[told["size"]]), encoding="utf-8")


def page(figures: Sequence[Figure], machine: Mapping[str, str], size: Size) -> str:
    """The page."""
    own = {figure.name: figure for figure in figures if figure.by == OWN}
    lines = [
        "# Performance",
        "",
        "Written by `make bench`; every number on this page comes from one run of it. Times depend on the machine and on what",
        "else it does; the ratios between programs of the same run say more, and `make bench-guard` holds them against",
        "`benchmarks/budgets.json`.",
        "",
        f"The graph is made from the seed {SEED}: {size.entities:,} entities and {size.links:,} typed, dated links,",
        "a third of which has ended, with a power law of links an entity. Questions join organisations by six predicates,",
        "as of 2026-01-01, in at most six steps. networkx and igraph were given the links after this filter, so they do",
        "not pay for it; they know no limit of steps. The interpreted and the compiled program gave the same answers",
        "before they were timed. Which of the two runs follows from the size of the graph; `MCMGRAPH_TEST_KERNEL` names one",
        "of them, `interpreted` or `compiled` ([decision 7](decisions/0007-compiled-kernel.md)).",
        "",
        "| machine | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in machine.items()),
        "",
        "## Goals",
        "",
        *goals.table(figures, size.links),
        "",
        "*More than*: the other program was cut off before it was done, so that the true number is larger.",
        "",
        "## mcmgraph",
        "",
        "| | median | 95th percentile | runs | unit |",
        "|---|---:|---:|---:|---|",
    ]
    lines += [f"| {one.name} | {one.p50:,.4g} | {one.p95:,.4g} | {one.runs} | {one.unit} |" for one in own.values()]
    lines += [
        "",
        "## Beside other programs",
        "",
        "How many times as long the other program takes (medians).",
        "",
        "| question | program | median, ms | times as long |",
        "|---|---|---:|---:|",
    ]
    for figure in figures:
        if figure.by != OWN and figure.name in own:
            times = figure.p50 / own[figure.name].p50
            lines.append(f"| {figure.name} | {figure.by} | {figure.p50:,.4g} | {times:,.3g} |")
    lines += ["", f"![Medians by question and program, on a logarithmic scale]({PICTURE})", "", *_tenfold()]
    return "\n".join([*lines, *neo4j_report.section()])


def _tenfold() -> list[str]:
    """The goals again on a graph of ten times the size; none where that was never measured."""
    if not TENFOLD.exists():
        return []
    told = json.loads(TENFOLD.read_text(encoding="utf-8"))
    size, machine = SIZES[told["size"]], told["machine"]
    return [
        f"## At {size.entities:,} entities and {size.links:,} links",
        "",
        f"From a run of its own, on {machine['cores']} cores ({machine['processor']}), load {machine['load at the start']}.",
        "",
        *goals.table([Figure(**row) for row in told["figures"]], size.links),
        "",
    ]


def draw(figures: Sequence[Figure], path: Path) -> None:
    """A bar a question and program, on a logarithmic scale."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "mcmgraph"
    from matplotlib import pyplot as plt

    others = {figure.name for figure in figures if figure.by != OWN}
    shown = [figure for figure in figures if figure.name in others]
    shown.sort(key=lambda figure: (figure.name, -figure.p50))
    labels = [f"{figure.name} - {figure.by}" for figure in shown]
    drawing, axes = plt.subplots(figsize=(9, 0.32 * len(shown) + 1))
    axes.barh(labels, [figure.p50 for figure in shown], color=["#0a6ebd" if f.by == OWN else "#b0b7bf" for f in shown])
    axes.set_xscale("log")
    axes.set_xlabel("median, ms")
    drawing.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.savefig(path, metadata={"Date": None})
    plt.close(drawing)
