"""What the tests of the Neo4j store share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from graph import neo4j as store_module
from graph import neo4j_reading, neo4j_sending, neo4j_spool, neo4j_writing
from graph.neo4j import Neo4jStore
from tests.neo4j_server import Server

Connect = Callable[..., Neo4jStore]
SMALL = 8


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need the server."""
    for item in items:
        if item.path.parent.name == "neo4j":
            item.add_marker(pytest.mark.neo4j)


@pytest.fixture
def server(neo4j_server: Server) -> Server:
    """The session's server, empty."""
    neo4j_server.empty()
    return neo4j_server


@pytest.fixture
def connect(server: Server) -> Iterator[Connect]:
    """Opens stores on the server, or by another address of it; all are closed at the end."""
    with ExitStack() as opened:

        def open_one(url: str = "", password: str = "") -> Neo4jStore:
            return opened.enter_context(closing(Neo4jStore(url or server.url, (server.user, password or server.password))))

        yield open_one


@pytest.fixture
def store(connect: Connect) -> Neo4jStore:
    """A store on the empty server."""
    return connect()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a small load takes many transactions, and a small read many slices."""
    for module in (neo4j_spool, neo4j_sending):
        monkeypatch.setattr(module, "BATCH", SMALL)
    monkeypatch.setattr(neo4j_spool, "BULK", SMALL)
    monkeypatch.setattr(neo4j_reading, "SLICE", SMALL)
    monkeypatch.setattr(neo4j_reading, "FIRST_SLICE", SMALL)


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the batches of a load follow each other, and a test can count them."""
    monkeypatch.setattr(neo4j_sending, "_SENDERS", 1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test need not wait until the driver gives up."""
    monkeypatch.setattr(store_module, "PATIENCE", 1.0)
    monkeypatch.setattr(neo4j_writing, "_PAUSE", 0.1)
