"""The explorer as people get it: the curated graph behind a real server, and a real Chromium in front of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Playwright

from api.app import create_app
from graph.revisions import Graph
from graph.settings import Settings
from graph.sqlite import SqliteStore
from loaders.curated import load
from tests.browser import driving, launched, require_chromium

LOADED = datetime(2026, 11, 21, 12, tzinfo=UTC)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Told from one place, all tests that are skipped for want of a browser are one line of the summary."""
    if item.get_closest_marker("browser"):
        require_chromium()


@contextmanager
def served(graph: Graph, settings: Settings | None = None) -> Iterator[str]:
    """A server for a graph on a free port; gives its origin."""
    app = create_app(graph, settings or Settings.from_env({}))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "The server stopped before it started."
        assert time.monotonic() < until, "The server did not start in 30 seconds."
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="session")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The curated graph, loaded anew."""
    folder: Path = tmp_path_factory.mktemp("explorer")
    store = SqliteStore(folder / "graph.sqlite")
    report = load(store, None, LOADED)
    assert not report.findings
    graph = Graph(store, folder / "snapshots")
    yield graph
    graph.close()


@pytest.fixture(scope="session")
def site(curated: Graph) -> Iterator[str]:
    """The origin of a server with the curated graph."""
    with served(curated) as origin:
        yield origin


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Playwright; tests that ask for it are skipped, or fail, where there is no Chromium."""
    with driving() as started:
        yield started


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests; each test opens its own context in it."""
    with launched(driver) as started:
        yield started
