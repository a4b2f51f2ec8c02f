"""The doctor: every check, well and unwell, with what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from graph.sqlite import SqliteStore
from tests.cli.conftest import AT, Run
from tests.factories import entity


def checks(run: Run, store: Path | str, **environment: str) -> tuple[int, dict[str, Any]]:
    ended = run("doctor", store=store, **environment)
    assert ended.err == ""
    assert ended.json["healthy"] == (ended.code == 0)
    return ended.code, {one["name"]: one for one in ended.json["checks"]}


def test_all_is_well_after_a_load(run: Run, own: Path) -> None:
    code, found = checks(run, own)
    assert code == 0
    assert {name: one["state"] for name, one in found.items() if name != "explorer"} == dict.fromkeys(
        ("packages", "Python", "settings", "store", "curated graph", "snapshots"), "ok"
    )
    assert all(one["advice"] is None for one in found.values() if one["state"] == "ok")
    told = run("doctor", "--plain", store=own).out
    assert told.startswith("ok    packages: ")


def test_no_store_yet(run: Run, tmp_path: Path) -> None:
    code, found = checks(run, tmp_path / "new" / "graph.sqlite")
    assert code == 1
    assert found["store"]["state"] == "fail"
    assert "mcmgraph load" in found["store"]["advice"]
    assert found["snapshots"]["state"] == "ok"
    assert list(tmp_path.iterdir()) == []
    told = run("doctor", "--plain", store=tmp_path / "new" / "graph.sqlite")
    assert told.code == 1
    assert "\nfail  store: " in told.out
    assert "-> Run 'mcmgraph load'." in told.out


def test_an_empty_store_another_graph_and_an_old_one(run: Run, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.sqlite")
    code, found = checks(run, store.path)
    assert (code, found["curated graph"]["found"]) == (1, "the graph is empty")
    store.replace("mine.csv", entity("a"), AT)
    code, found = checks(run, store.path)
    assert (code, found["curated graph"]["state"]) == (0, "warn")
    assert "only other sources" in found["curated graph"]["found"]
    store.replace("curated/entities.csv", entity("b"), AT)
    code, found = checks(run, store.path)
    assert (code, found["curated graph"]["state"]) == (0, "warn")
    assert "older" in found["curated graph"]["found"]
    store.close()


def test_a_file_that_is_no_store(run: Run, tmp_path: Path) -> None:
    (tmp_path / "graph.sqlite").write_text("hello, this is no database at all\n" * 100)
    code, found = checks(run, tmp_path / "graph.sqlite")
    assert (code, found["store"]["state"]) == (1, "fail")
    assert "curated graph" not in found


def test_a_setting_that_is_wrong(run: Run, curated: Path) -> None:
    code, found = checks(run, curated, MCMGRAPH_PORT="many")
    assert (code, found["settings"]["state"]) == (1, "fail")
    assert "MCMGRAPH_PORT" in found["settings"]["found"]
    assert "store" not in found
    assert "explorer" in found


def test_a_server_that_does_not_answer(run: Run) -> None:
    pytest.importorskip("graph.neo4j")
    code, found = checks(run, "bolt://127.0.0.1:9", MCMGRAPH_NEO4J_PASSWORD="sesame")
    assert code == 1
    assert found["Neo4j"]["state"] == "fail"
    assert "MCMGRAPH_NEO4J_" in found["Neo4j"]["advice"]
    assert "sesame" not in str(found)
    assert "snapshots" not in found


def test_a_place_that_cannot_be_written(run: Run, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Told through os.access, because an administrator, as whom tests may run, may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode, **_: mode == os.R_OK)
    code, found = checks(run, own)
    assert code == 0
    assert (found["snapshots"]["state"], found["writing"]["state"]) == ("warn", "warn")
    assert "every start is slow" in found["snapshots"]["advice"]


def test_browser_libraries_that_are_missing_or_changed(
    run: Run, curated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.doctor.__file__", str(tmp_path / "api" / "doctor.py"))
    vendor = tmp_path / "api" / "explorer" / "vendor"
    _, found = checks(run, curated)
    assert found["explorer"]["state"] == "warn"
    vendor.mkdir(parents=True)
    (vendor / "a.js").write_text("changed")
    (vendor / "manifest.json").write_text('{"files": [{"file": "a.js", "package": "a", "version": "1", "sha512": "00"}]}')
    _, found = checks(run, curated)
    assert found["explorer"]["found"] == "missing or changed: a.js"
    assert "Install mcmgraph anew" in found["explorer"]["advice"]
