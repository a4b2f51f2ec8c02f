"""The command line inside this process, on the shipped graph loaded once."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.commands import app
from api.loaded import Loaded
from graph.revisions import Graph
from graph.settings import Settings
from graph.sqlite import SqliteStore
from loaders.curated import load

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Ended:
    """How a command ended. Standard output was no terminal."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        return json.loads(self.err)


Run = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests gets in."""
    for name in list(os.environ):
        if name.startswith("MCMGRAPH_") and not name.startswith(("MCMGRAPH_TEST_", "MCMGRAPH_REQUIRE_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the shipped graph. Not to be written to."""
    path = tmp_path_factory.mktemp("cli") / "graph.sqlite"
    store = SqliteStore(path)
    load(store, None, AT)
    store.close()
    return path


@pytest.fixture
def own(curated: Path, tmp_path: Path) -> Path:
    """A store of the test's own with the shipped graph, noted as loaded."""
    for part in curated.parent.glob(curated.name + "*"):
        if part.is_file():
            shutil.copy(part, tmp_path / part.name)
    store = SqliteStore(tmp_path / curated.name)
    Loaded(Settings(str(store.path))).note(store)
    store.close()
    return store.path


@pytest.fixture
def run(curated: Path) -> Run:
    """Run a command on the shipped graph, or on another ``store``."""

    def started(*arguments: str, store: Path | str = curated, **environment: str) -> Ended:
        done = CliRunner().invoke(app, list(arguments), env={"MCMGRAPH_STORE": str(store), **environment})
        return Ended(done.exit_code, done.stdout, done.stderr)

    return started


@pytest.fixture(scope="session")
def client(curated: Path) -> Iterator[TestClient]:
    """The API on the same graph."""
    graph = Graph(SqliteStore(curated))
    with TestClient(create_app(graph, Settings(str(curated)))) as client:
        yield client
    graph.close()
