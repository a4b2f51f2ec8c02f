"""Where a store can be made for a test. A store of a new sort is put under the whole contract by one line in ``SORTS``.

A *sort* is a function of pytest's request that returns ``fresh``; each call of ``fresh`` gives an empty place, as a function
that opens the store there. To open the same place twice is to open the same store again.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Final

import pytest

from graph.neo4j import Neo4jStore
from graph.sqlite import SqliteStore
from graph.store import Store
from tests.neo4j_server import Server

Opener = Callable[[], Store]
Fresh = Callable[[], Opener]


def sqlite(request: pytest.FixtureRequest) -> Fresh:
    """A new file each time."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("stores")
    numbers = count(1)

    def fresh() -> Opener:
        path = folder / f"{next(numbers)}.sqlite"
        return lambda: SqliteStore(path)

    return fresh


def neo4j(request: pytest.FixtureRequest) -> Fresh:
    """The one database of the session's server, emptied each time: only the newest place is there."""
    server: Server = request.getfixturevalue("neo4j_server")

    def fresh() -> Opener:
        server.empty()
        return lambda: Neo4jStore(server.url, (server.user, server.password))

    return fresh


SORTS: Final[list[Any]] = [
    pytest.param(sqlite, id="sqlite"),
    pytest.param(neo4j, id="neo4j", marks=pytest.mark.neo4j),
]
