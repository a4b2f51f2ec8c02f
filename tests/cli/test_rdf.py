"""RDF on the command line: out in every format, in again, and what cannot go together."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sqlite import SqliteStore
from tests.cli.conftest import Run
from tests.factories import LOADED_AT, cited_source, entity, link


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A store with two organisations."""
    path = tmp_path / "small.sqlite"
    store = SqliteStore(path)
    about = [*cited_source("src-a", "A", "https://a.example"), *entity("who"), *entity("a"), link("a", "funds", "who")]
    store.replace("test", about, LOADED_AT)
    store.close()
    return path


@pytest.mark.parametrize("ending", ["ttl", "trig", "jsonld", "rdf"])
def test_what_is_written_is_what_the_graph_says(run: Run, small: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"graph.{ending}"
    ended = run("export", "--rdf", str(target), "--as-of", "1950", store=small)
    assert (ended.code, ended.err) == (0, "")
    lines = len(run("export", "--as-of", "1950", store=small).out.splitlines())
    assert ended.json == {"output": str(target), "statements": lines}
    loaded = run("load", "rdf", str(target), "--json", store=tmp_path / "other.sqlite")
    assert loaded.code == 0
    assert loaded.json["files"][0]["statements"]["added"] == lines
    assert loaded.json["balanced"]


def test_an_own_base_needs_no_option_to_be_loaded(run: Run, small: Path, tmp_path: Path) -> None:
    target = tmp_path / "graph.nq"
    assert run("export", "--rdf", str(target), "--base", "https://graph.example.org/id/", store=small).code == 0
    assert "<https://graph.example.org/id/entity/who>" in target.read_text(encoding="utf-8")
    other = tmp_path / "other.sqlite"
    assert run("load", "rdf", str(target), store=other).code == 0
    assert run("show", "who", store=other).code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--rdf", "x.csv"], ".ttl, .turtle"),
        (["--rdf", "x.ttl", "--csv", "x.csv"], "exclude each other"),
        (["--base", "https://graph.example.org/"], "give --rdf too"),
        (["--rdf", "x.ttl", "--base", "graph"], "is no base"),
    ],
)
def test_what_cannot_be_written_is_refused(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("export", *words, "--plain", store=small)
    assert ended.code in (1, 2)
    assert told in " ".join(ended.err.split())
    assert not list(tmp_path.glob("x.*"))


def test_a_broken_file_is_refused_with_its_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("<https://a.example/a> a <b:c> .\n<oops", encoding="utf-8")
    ended = run("load", "rdf", str(path), "--json", store=tmp_path / "other.sqlite")
    assert ended.code == 1
    assert ended.json["files"][0]["refused"]
    assert "line 2, column 1" in ended.json["findings"][0]["reason"]
