"""A small graph with every shape that an answer can have, behind the real application on a real embedded store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from graph.revisions import Graph
from tests.api.worlds import settings, small
from tests.factories import graph_in


@pytest.fixture(scope="session")
def small_graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The small world in a store of its own; nobody writes to it."""
    graph = graph_in(tmp_path_factory.mktemp("small"), small())
    yield graph
    graph.close()


@pytest.fixture(scope="session")
def client(small_graph: Graph) -> Iterator[TestClient]:
    """A client of the application over the small world; a failure of the server is an answer, not an exception."""
    with TestClient(create_app(small_graph, settings()), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Graph]:
    """The small world in a store that the test may write to."""
    graph = graph_in(tmp_path, small())
    yield graph
    graph.close()
