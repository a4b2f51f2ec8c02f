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

from benchmarks.graphs import Size, statements
from benchmarks.measuring import Figure, timed
from graph import packed
from graph.model import ANY_TIME
from graph.overlay import Overlay
from graph.snapshot import Graph
from graph.sqlite import SqliteStore

_PER_LINK = ("target", "predicate", "forward", "first", "end", "confidence", "source", "status", "statement")


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
    arrays = snapshot.held().arrays
    links = len(snapshot.target) // 2
    size_of = sum(arrays[name].nbytes for name in _PER_LINK) + snapshot.offsets.nbytes
    yield once("snapshot, a link", size_of / links, "bytes", 60)
    yield once("snapshot, a link, with the ids of statements", (size_of + arrays["statement_ids"].nbytes) / links, "bytes", 60)
    graph.close()


def refreshing(graph: Graph) -> Iterator[Figure]:
    """Updates of 100 links until the snapshot shows them, and overlays without one organisation's links."""
    graph.snapshot()
    began = graph.revision()
    links = [one for one in islice(graph.store.scan("funds", ANY_TIME), 100) if one.object is not None]
    took = []
    for turn in range(6):
        texts = [replace(one, citation=replace(one.citation, locator=f"update {turn}")) for one in links]
        graph.store.replace("update", texts, datetime.now(UTC))
        begun = time.perf_counter()
        graph.snapshot()
        took.append((time.perf_counter() - begun) * 1000)
    graph.store.replace("update", [], datetime.now(UTC))
    assert graph.revision() == began + 7
    p50, p95 = np.quantile(took, [0.5, 0.95]).tolist()
    yield Figure("100 links replaced, until the snapshot has them", "mcmgraph", p50, p95, len(took), goal=50)
    snapshot = graph.snapshot()
    degree = np.diff(snapshot.offsets)
    usual = [n for n in np.flatnonzero((degree > 5) & (degree < 60)).tolist() if snapshot.kinds[n] == "organisation"][:12]

    def without(node: int) -> object:
        ids = [snapshot.statement_id(int(n)) for n in snapshot.statement[snapshot.arcs(node)]]
        return Overlay(graph, ids).snapshot()

    yield timed("what-if snapshot without one organisation", "mcmgraph", [partial(without, n) for n in usual], 25, 1)
