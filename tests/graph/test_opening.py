"""From settings to a store and a graph."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import SchemaTooNew, StoreRefused, StoreUnavailable
from graph.model import ANY_TIME
from graph.opening import open_graph, open_store, snapshots_of
from graph.settings import Settings
from graph.sqlite import SqliteStore
from tests.factories import link

T = datetime(2026, 3, 1, tzinfo=UTC)
GIVEN = [link("a", "member_of", "b")]


def test_a_file_is_made(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path / "new" / "graph.sqlite"))
    store = open_store(settings)
    assert isinstance(store, SqliteStore)
    assert store.replace("one.csv", GIVEN, T).revision == 1
    store.close()
    again = open_store(settings, create=False)
    assert list(again.scan(None, ANY_TIME)) == GIVEN
    again.close()


def test_a_file_that_should_be_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"no store at .*mcmgraph load.*MCMGRAPH_STORE"):
        open_store(Settings(str(tmp_path / "graph.sqlite")), create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_keeps_its_snapshots_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    graph = open_graph(Settings(str(path)))
    graph.store.replace("one.csv", GIVEN, T)
    assert list(graph.snapshot().ids) == ["a", "b"]
    graph.close()
    assert snapshots_of(path) == tmp_path / "graph.sqlite.snapshots"
    assert list(snapshots_of(path).iterdir()) != []
    assert not path.with_name("graph.sqlite-wal").exists(), "the store was left open"


def test_a_file_that_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    path.write_text("no store\n" * 100)
    with pytest.raises(StoreRefused):
        open_graph(Settings(str(path)))


def test_a_newer_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graph import sqlite_schema

    path = tmp_path / "graph.sqlite"
    with monkeypatch.context() as later:
        later.setattr(sqlite_schema, "MIGRATIONS", (*sqlite_schema.MIGRATIONS, "CREATE TABLE later (x TEXT) STRICT;"))
        open_store(Settings(str(path))).close()
    with pytest.raises(SchemaTooNew):
        open_store(Settings(str(path)))


def test_a_file_that_may_not_be_written_is_opened_for_reading() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "graph.sqlite"
        open_store(Settings(str(path))).close()
        folder.chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            store = open_store(Settings(str(path)))
            assert isinstance(store, SqliteStore)
            assert store.read_only
            assert store.revision() == 0
            store.close()
        finally:
            if is_root:
                os.seteuid(0)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_file_needs_no_driver(tmp_path: Path) -> None:
    """The command line opens a file for each question: what only a server or a large analysis needs is not imported."""
    code = (
        "import sys; from graph.opening import open_store; from graph.settings import Settings;"
        "open_store(Settings(sys.argv[1])).close();"
        "print(sorted({'neo4j', 'networkx', 'pandas', 'numba', 'rdflib', 'numpy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "graph.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "[]\n"
