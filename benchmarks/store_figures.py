"""The snapshot: how large, how fast built, opened, brought up to date; and a scenario on top of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.coverage_figures import matrices
from benchmarks.graphs import AS_OF, Size, statements
from benchmarks.measuring import Figure, timed
from graph import packed
from graph.model import ANY_TIME, Citation, Period, Statement
from graph.overlay import Overlay
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries import kernels
from queries.paths import PathQuestion, find_paths
from queries.scenario import ScenarioQuestion, find_scenario

WHAT_IF = "what-if: one organisation withdrawn, coverage and 5 best paths again"
_PER_LINK = (
    "offsets", "target", "predicate", "forward", "period", "period_first", "period_end", "confidence", "source", "status",
    "statement",
)  # fmt: skip


def once(name: str, took: float, unit: str = "ms", goal: float | None = None) -> Figure:
    """A figure that was measured one time."""
    return Figure(name, "mcmgraph", took, took, 1, unit, goal)


def loading(size: Size, directory: Path) -> Iterator[Figure]:
    """A new store from the generated statements, and its first snapshot."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{size.name}.sqlite"
    given = list(statements(size))
    begun = time.perf_counter()
    store = SqliteStore(path)
    store.replace("benchmark", given, datetime(2026, 1, 1, tzinfo=UTC))
    yield once("load into the embedded file", (time.perf_counter() - begun) * 1000)
    del given
    begun = time.perf_counter()
    graph = Graph(store, directory / "snapshots")
    snapshot = graph.snapshot()
    yield once("first snapshot, written to disk", (time.perf_counter() - begun) * 1000)
    (file,) = (directory / "snapshots").glob("*.snapshot")
    yield timed("open a snapshot file", "mcmgraph", [lambda: packed.read(file)] * 20, goal=2)
    yield timed("open a graph to its snapshot", "mcmgraph", [lambda: Graph(store, directory / "snapshots").snapshot()] * 20)
    sizes = {name: array.nbytes for name, array in snapshot.stored.items()}
    links = len(snapshot.target) // 2
    arcs = sum(sizes[name] for name in _PER_LINK)
    yield once("snapshot, a link, without the ids of statements", arcs / links, "bytes")
    yield once("snapshot, a link, with the ids of statements", (arcs + sizes["statement_ids"]) / links, "bytes", 60)
    yield once("snapshot, a link, with all names, texts and ids", sum(sizes.values()) / links, "bytes")
    graph.close()


def refreshing(graph: Graph) -> Iterator[Figure]:
    """Updates of 100 links until a path question is answered from them; and what if one organisation withdrew."""
    found = [one for one in islice(graph.store.scan("funds", ANY_TIME), 200) if one.object is not None]
    links, asked = found[:100], _asked(found)
    kernels.prepare(wait=True)
    find_paths(graph, asked)
    seen, answered = [], []
    for turn in range(13):
        texts = [replace(one, citation=replace(one.citation, locator=f"update {turn}")) for one in links]
        graph.store.replace("update", texts, datetime.now(UTC))
        begun = time.perf_counter()
        graph.snapshot()
        seen.append((time.perf_counter() - begun) * 1000)
        find_paths(graph, asked)
        answered.append((time.perf_counter() - begun) * 1000)
    graph.store.replace("update", [], datetime.now(UTC))
    find_paths(graph, asked)
    yield figure("100 links replaced, until the snapshot has them", seen[1:])
    yield figure("100 links replaced, until a path question is answered from them", answered[1:], 50)
    yield from _withdrawing(graph, asked)


def figure(name: str, took: list[float], goal: float | None = None) -> Figure:
    """A figure of times in milliseconds."""
    p50, p95 = np.quantile(took, [0.5, 0.95]).tolist()
    return Figure(name, "mcmgraph", p50, p95, len(took), goal=goal)


def _asked(links: list[Statement]) -> PathQuestion:
    """A question about two entities that the links name."""
    start = links[0].subject
    goal = next(one.subject for one in reversed(links) if one.subject != start)
    return PathQuestion(start, goal, k=5, as_of=AS_OF)


def _withdrawing(graph: Graph, asked: PathQuestion) -> Iterator[Figure]:
    """One organisation of usual size withdrawn: both matrices of coverage and the 5 best paths, cited, without it."""
    snapshot = graph.snapshot()
    degree = np.diff(snapshot.offsets)
    usual = np.flatnonzero((degree > 5) & (degree < 60) & snapshot.kinds.among(("organisation",)))[:12].tolist()
    asked_too = matrices(snapshot)

    def answers(seen: Graph) -> None:
        for matrix in asked_too:
            replace(matrix, snapshot=seen.snapshot()).count()
        find_paths(seen, asked)

    def overlay(node: int) -> Overlay:
        return Overlay(graph, [snapshot.statement_id(number) for number in snapshot.statements_at(node).tolist()])

    def laid(node: int) -> object:
        return overlay(node).snapshot()

    def again(node: int) -> None:
        answers(overlay(node))

    answers(graph)
    yield timed("snapshot without one organisation", "mcmgraph", [partial(laid, n) for n in usual])
    yield timed(WHAT_IF, "mcmgraph", [partial(again, n) for n in usual], 25)
    yield from _scenarios(graph, asked, [snapshot.ids[n] for n in usual])


def _scenarios(graph: Graph, asked: PathQuestion, ids: list[str]) -> Iterator[Figure]:
    """The same as a user asks it: cells of coverage and paths, before and after, with all that is withdrawn, cited."""
    kinds = graph.snapshot().kinds
    countries = [id for id, kind in zip(graph.snapshot().ids, kinds, strict=True) if kind == "country"]
    said = Citation("src-000", "list of countries, areas and territories")
    rows = [Statement(id, "listed_as", None, "iso-3166-1", Period(), said, "high") for id in countries]
    graph.store.replace("rows", rows, datetime.now(UTC))

    def scenario(id: str) -> None:
        question = ScenarioQuestion(
            withdraw=[id], lens="mechanism:m000", start=asked.start, goal=asked.goal, k=asked.k, as_of=asked.as_of
        )
        assert find_scenario(graph, question).coverage.after.size == len(rows)

    yield timed("scenario: one organisation withdrawn, in full", "mcmgraph", [partial(scenario, id) for id in ids], 25)
    graph.store.replace("rows", [], datetime.now(UTC))
