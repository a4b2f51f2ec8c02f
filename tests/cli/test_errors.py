"""What is wrong is said in a sentence or two on standard error, with an exit code and without a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from api.cli import misplaced
from api.commands.output import clean
from graph.sqlite import SqliteStore
from tests.cli.conftest import Run

READERS = [
    ("paths", "who", "paho"),
    ("coverage",),
    ("search", "who"),
    ("show", "who"),
    ("neighbourhood", "who"),
    ("sources",),
    ("export",),
]


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_an_empty_graph_says_what_to_do_and_makes_no_file(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    missing = tmp_path / "deep" / "graph.sqlite"
    ended = run(*words, "--plain", store=missing)
    assert (ended.code, ended.out) == (1, "")
    said = f"There is no graph at {missing}: run 'mcmgraph load' first, or name another with --store."
    assert ended.err == f"{said}\n"
    assert list(tmp_path.iterdir()) == []
    assert run(*words, store=missing).problem["detail"] == said


def test_a_mistyped_store_is_told_what_lies_beside_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "graph.sqlite").touch()
    ended = run("search", "who", "--plain", store=tmp_path / "grpah.sqlite")
    assert ended.code == 1
    assert f"Beside it there is {tmp_path / 'graph.sqlite'}." in ended.err
    assert [one.name for one in tmp_path.iterdir()] == ["graph.sqlite"]


def test_a_port_that_cannot_be_names_the_option(run: Run) -> None:
    ended = run("serve", "--port", "99999")
    assert ended.code == 2
    assert "--port" in ended.err
    assert "MCMGRAPH_PORT" not in ended.err


@pytest.mark.parametrize("words", [("export", "-o"), ("export", "--csv"), ("export", "--xlsx")], ids=" ".join)
def test_a_file_that_cannot_be_written_is_said_in_a_sentence(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    target = tmp_path / "none" / "x"
    ended = run(*words, str(target), "--plain")
    assert (ended.code, ended.err) == (1, f"There is no folder {target.parent}. Make it, or write elsewhere.\n")
    assert run(*words, str(target)).problem["status"] == 400
    (tmp_path / "file").touch()
    ended = run(*words, str(tmp_path / "file" / "x"), "--plain")
    assert (ended.code, ended.err) == (1, f"{tmp_path / 'file'} is no folder. Write elsewhere.\n")


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_store_without_a_revision_is_empty_too(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    SqliteStore(tmp_path / "graph.sqlite").close()
    ended = run(*words, "--plain", store=tmp_path / "graph.sqlite")
    assert (ended.code, ended.err) == (1, "The graph is empty: run 'mcmgraph load' first.\n")


def test_an_unknown_name_lists_the_nearest(run: Run) -> None:
    ended = run("paths", "Nigerai", "who", "--plain")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[:3] == [
        "No entity has the id or name 'Nigerai'.",
        "Nearest:",
        "  NGA  Nigeria (country, area or territory)",
    ]
    problem = run("show", "Nigerai").problem
    assert (problem["status"], problem["type"]) == (404, "/v1/problems/unknown-entity")
    assert problem["nearest"][0]["id"] == "NGA"


def test_an_unknown_name_with_nothing_near_is_told_what_to_do(run: Run) -> None:
    ended = run("show", "Kofi Annan", "--plain")
    assert ended.err == "No entity has the id or name 'Kofi Annan'.\nSearch for one word of it.\n"
    assert run("show", "Kofi Annan").problem["detail"].endswith("Search for one word of it.")


def test_a_name_of_several_lists_them_all(run: Run) -> None:
    ended = run("paths", "who", "BE", "--plain")
    assert ended.code == 1
    assert ended.err.splitlines() == [
        "'BE' fits several entities. Give one of these ids:",
        "  BEL           Belgium (country, area or territory)",
        "  biological-e  Biological E (organisation)",
    ]
    problem = run("neighbourhood", "BE").problem
    assert [one["id"] for one in problem["candidates"]] == ["BEL", "biological-e"]


REFUSED = [
    (("paths", "who", "who"), "two different ends"),
    (("paths", "who", "paho", "--k", "0"), "1 to 100"),
    (("paths", "who", "paho", "--max-steps", "9"), "1 to 8"),
    (("paths", "who", "paho", "--as-of", "2025-13"), "2025-13"),
    (("paths", "who", "paho", "--as-of", ""), "is not a date"),
    (("paths", "who", "paho", "--known-at", "soon"), "is not a time"),
    (("paths", "who", "paho", "--predicate", "memberof"), "member_of"),
    (("paths", "who", "paho", "--kind", "organization"), "organisation"),
    (("paths", "who", "paho", "--confidence", "hi"), "high"),
    (("paths", "who", "paho", "--disjoint", "nodes"), "node"),
    (("coverage", "--lens", "D33"), "D3"),
    (("coverage", "--base", "ISO 250"), "ISO"),
    (("coverage", "--columns", "stages"), "value-chain"),
    (("coverage", "--horizon", "-1"), "horizon"),
    (("search", "x" * 10_000), "at most 500 characters"),
    (("search", "x", "--limit", "0"), "1 to 1000"),
    (("search", "x", "--kind", "firm"), "kind"),
    (("show", "x" * 10_000), "at most 500 characters"),
    (("show", "who", "--predicate", "leeds"), "leads"),
    (("neighbourhood", "who", "--steps", "4"), "1 to 3"),
    (("sources", "who"), "no statement cites it"),
    (("export", "--as-of", "yesterday"), "is not a date"),
    (("export", "--output", "/nowhere/at/all.jsonl"), "no folder /nowhere/at"),
    (("load", "curatd"), "curated"),
    (("load", "missing.csv"), "no file or folder"),
    (("load", "curated", "missing"), "no file or folder"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else "")
def test_what_cannot_be_answered_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    ended = run(*words, "--plain")
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert len(ended.err) < 700
    problem = run(*words).problem
    assert said in problem["detail"]
    assert problem["status"] >= 400


MISUSED = [
    ("pats", "who", "paho"),
    ("paths", "who"),
    ("paths", "who", "paho", "--k", "many"),
    ("paths", "who", "paho", "--from", "x"),
    ("search",),
    ("search", "who", "--json", "--plain"),
    ("export", "--all", "--known-at", "2026"),
    ("load", "--if-changed", "curated", "file.csv"),
    ("serve", "--port", "http"),
]


@pytest.mark.parametrize("words", MISUSED, ids=" ".join)
def test_a_wrong_command_line_has_code_2(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, "--plain")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "See 'mcmgraph" in ended.err or "--json" in words
    if "--json" not in words:
        assert run(*words).problem["type"] == "/v1/problems/bad-parameter"


def test_no_command_shows_the_help(run: Run) -> None:
    ended = run()
    assert ended.code == 2
    assert "Commands:" in ended.err
    assert run("--help").code == 0
    assert run("paths", "--help").code == 0


def test_settings_that_are_wrong(run: Run) -> None:
    ended = run("search", "who", "--plain", MCMGRAPH_PROT="1")
    assert ended.code == 1
    assert "MCMGRAPH_PORT" in ended.err
    secret = run("search", "who", "--plain", store="neo4j://me:sesame@host")
    assert secret.code == 1
    assert "sesame" not in secret.err


def test_the_store_option_goes_before_the_environment(run: Run, curated: Path, tmp_path: Path) -> None:
    assert run("--store", str(curated), "show", "who", store=tmp_path / "none").json["id"] == "who"
    assert run("--store", str(tmp_path / "none"), "show", "who").code == 1


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"SQLite format 3\x00" + b"\x00" * 2000], ids=["no bytes", "text", "broken database"]
)
def test_a_file_that_is_no_store(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "graph.sqlite"
    path.write_bytes(content)
    ended = run("paths", "who", "paho", "--plain", store=path)
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert ended.err.strip()


def test_debug_shows_where(run: Run) -> None:
    for words in (("--debug", "show", "nobody at all"), ("show", "nobody at all", "--debug")):
        ended = run(*words, "--plain")
        assert ended.code == 1
        assert ended.err.startswith("No entity has the id or name")
        assert "Traceback" in ended.err


def test_what_looks_like_an_option_can_be_searched_for(run: Run) -> None:
    assert run("search", "--", "--debug").json["text"] == "--debug"


def test_a_fault_is_said_in_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("one over none")

    monkeypatch.setattr("queries.search.search", broken)
    ended = run("search", "who", "--plain")
    assert ended.code == 1
    assert ended.err == (
        "mcmgraph failed: ZeroDivisionError: one over none. This is a fault of the program; --debug shows where it arose.\n"
    )
    assert run("search", "who").problem["type"] == "/v1/problems/fault"


@pytest.mark.parametrize("shadow", ["queries", "loaders"])
def test_shadowed_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shadow: str) -> None:
    assert misplaced(sys.path) == ""
    file = tmp_path / f"{shadow}.py"
    file.touch()
    monkeypatch.delitem(sys.modules, shadow)
    said = misplaced([str(tmp_path), *sys.path])
    assert said.startswith(f"mcmgraph cannot start: its package {shadow!r} was found at {file}, not at")
    assert misplaced([]).startswith(f"mcmgraph cannot start: its package {shadow!r} was not found")


def test_terminals_get_no_tricks() -> None:
    assert clean("a\x1b]0;owned\x07b\u202ec\u2066d\x9be\tf\ng") == "a]0;ownedbcde\tf\ng"
