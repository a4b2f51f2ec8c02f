"""Loads and long reads take the same memory whatever their size; a snapshot is brought up to date by what changed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from graph import neo4j_reading, neo4j_sending, neo4j_spool
from graph.model import ANY_TIME, Statement
from graph.neo4j import Neo4jStore
from graph.revisions import Graph
from tests.factories import entity, link
from tests.neo4j_server import Server

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FEW, MANY = 1_000, 8_000
MEGABYTE = 1_000_000


def given(count: int) -> Iterator[Statement]:
    """Links, made one by one: nobody holds them all."""
    return (link(f"a{number % 97}", "member_of", f"b{number % 89}", locator=f"row {number}") for number in range(count))


def peak(work: Callable[[], object]) -> int:
    """The most bytes that Python held for it at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_a_load_or_a_read(
    server: Server, connect: Callable[[], Neo4jStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_together = ((neo4j_spool, ("BATCH", "BULK", "_GIVEN")), (neo4j_sending, ("BATCH",)), (neo4j_reading, ("SLICE",)))
    for module, name in ((module, name) for module, names in rows_together for name in names):
        monkeypatch.setattr(module, name, 200)

    def count(rows: Iterator[Any]) -> None:
        found.append(sum(1 for _ in rows))

    peaks, found = [], list[int]()
    with connect() as warm:  # what is read once and kept: words, types, connections
        warm.replace("a.csv", given(50), T)
        count(warm.rows(ANY_TIME))
        count(warm.scan(None, ANY_TIME))
    for size in (FEW, MANY):
        server.empty()
        store = connect()
        peaks.append(
            (
                peak(partial(store.replace, "a.csv", given(size), T)),
                peak(partial(count, store.rows(ANY_TIME))),
                peak(partial(count, store.scan(None, ANY_TIME))),
            )
        )
    assert found[2:] == [FEW, FEW, MANY, MANY]
    for what, few, many in zip(("replace", "rows", "scan"), *peaks, strict=True):
        assert many < few + MEGABYTE, f"{what}: {few:,} bytes for {FEW}, {many:,} for {MANY}"


def test_a_snapshot_is_brought_up_to_date_by_what_changed(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole is read once, in a stream; after a small load only what changed is asked for."""
    graph = Graph(store)
    store.replace("a.csv", [*given(300), *entity("a1", "network", "One")], T)
    assert "a1" in graph.snapshot().ids
    store.replace("b.csv", [link("new", "funds", "a1"), *entity("new", "organisation", "New")], T + DAY)
    asked: list[str] = []
    read = store.read

    def reading(query: str, **parameters: Any) -> list[Any]:
        rows = read(query, **parameters)
        asked.extend([query] * len(rows))
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(store, "read", reading)
        patched.setattr(store, "rows", lambda when: pytest.fail("it was read anew"))
        fresh = graph.snapshot()
    assert 3 <= len(asked) < 30, "rows that the server sent"
    whole = Graph(store).snapshot()
    assert (fresh.revision, list(fresh.ids), list(fresh.names)) == (2, list(whole.ids), list(whole.names))
    assert fresh.target.tolist() == whole.target.tolist()
