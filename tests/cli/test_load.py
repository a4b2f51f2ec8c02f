"""Loading on the command line: the ledger, the findings, the exit code, and doing nothing where nothing is to be done."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from api.loaded import Loaded
from graph.settings import Settings
from graph.sqlite import SqliteStore
from loaders.curated import shipped
from tests.cli.conftest import AT, Run
from tests.factories import entity


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "var" / "graph.sqlite"


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """A folder with the shipped files, one value of one of them wrong."""
    folder = tmp_path / "curated"
    folder.mkdir()
    for path in shipped():
        shutil.copy(path, folder / path.name)
    links = folder / "links.csv"
    links.write_text(links.read_text(encoding="utf-8").replace(",part_of,", ",partof,", 1), encoding="utf-8")
    return folder


def test_the_shipped_graph_loads_balances_and_is_not_loaded_twice(run: Run, store: Path) -> None:
    first = run("load", "--plain", store=store)
    assert (first.code, first.err) == (0, "")
    assert "it balances" in first.out
    assert first.out.count("curated/") >= len(shipped())
    again = run("load", "curated", store=store)
    assert again.code == 0
    assert again.json["loaded"] == 0
    assert again.json["unchanged"] + again.json["ignored"] == again.json["read"]
    assert again.json["revision"] == run("show", "who", store=store).json["revision"]
    assert list(store.with_name(store.name + ".snapshots").glob("*.snapshot"))


def test_if_changed_knows_what_ships(run: Run, own: Path) -> None:
    again = run("load", "--if-changed", store=own)
    assert (again.code, again.json) == (0, {"revision": len(shipped()), "current": True})
    assert run("load", "--if-changed", "--plain", store=own).out.startswith("The curated graph is already loaded")
    note = own.with_name(own.name + ".loaded.json")
    told = json.loads(note.read_text())
    note.write_text(json.dumps({**told, "digest": "older"}))
    assert run("load", "--if-changed", store=own).json["unchanged"] > 0
    assert json.loads(note.read_text()) == told


def test_if_changed_notices_that_the_store_is_another(own: Path) -> None:
    loaded, other = Loaded(Settings(str(own))), SqliteStore(own.with_name("other.sqlite"))
    assert not loaded.is_current(other)
    other.replace("curated/links.csv", entity("a"), AT)
    assert not loaded.is_current(other)
    other.close()
    own.with_name(own.name + ".loaded.json").unlink()
    held = SqliteStore(own)
    assert not loaded.is_current(held)
    held.close()


def test_other_sources_do_not_make_the_shipped_graph_old(own: Path) -> None:
    loaded, store = Loaded(Settings(str(own))), SqliteStore(own)
    later = list(store.changes(0))[-1].at + timedelta(days=1)
    store.replace("own/links.csv", entity("a"), later)
    assert loaded.is_current(store)
    store.replace("curated/links.csv", [], later + timedelta(days=1))
    assert not loaded.is_current(store)
    store.close()


def test_a_dry_run_writes_nothing(run: Run, store: Path, own: Path, spoilt: Path) -> None:
    ended = run("load", "--dry-run", "--plain", store=store)
    assert ended.code == 0
    assert "This was a dry run: nothing was written." in ended.out
    assert "would be added" in ended.out
    assert not store.parent.exists()
    before = run("export", store=own).out
    claims = spoilt / "claims.csv"
    claims.write_text("".join(claims.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    ended = run("load", "--dry-run", str(claims), store=own)
    assert ended.code == 0
    assert next(one for one in ended.json["files"] if one["file"] == "curated/claims.csv")["statements"]["withdrawn"] > 0
    assert run("export", store=own).out == before


def test_what_is_refused_is_told_with_its_place(run: Run, own: Path, spoilt: Path) -> None:
    revision = run("show", "who", store=own).json["revision"]
    ended = run("load", str(spoilt), "--plain", store=own)
    assert ended.code == 1
    flat = " ".join(ended.out.split())
    assert "curated/links.csv, row 2, column predicate:" in flat
    assert "value: partof" in flat
    assert "nearest: part_of" in flat
    assert "(refused)" in flat
    body = run("load", str(spoilt), "--dry-run", store=own).json
    finding = next(one for one in body["findings"] if one["file"] == "curated/links.csv")
    assert (finding["row"], finding["column"], finding["value"]) == (2, "predicate", "partof")
    assert "part_of" in finding["nearest"]
    assert not body["ok"]
    assert body["balanced"]
    assert all(one["read"] == one["loaded"] + one["unchanged"] + one["rejected"] + one["ignored"] for one in body["files"])
    refused = next(one for one in body["files"] if one["file"] == "curated/links.csv")
    assert refused["refused"]
    assert refused["loaded"] == 0
    assert run("show", "who", store=own).json["revision"] == revision


def test_a_single_file_needs_no_loader_name(run: Run, own: Path) -> None:
    entities = next(path for path in shipped() if path.name == "entities.csv")
    named, bare = run("load", "curated", str(entities), store=own), run("load", str(entities), store=own)
    assert (
        [one["file"] for one in named.json["files"]] == [one["file"] for one in bare.json["files"]] == ["curated/entities.csv"]
    )
    assert bare.json["loaded"] == 0
