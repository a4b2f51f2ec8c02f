"""Export: every statement, one a line, with both clocks; and back again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.errors import BadDate, BadStatement
from graph.export import dump, export_lines, statement_of, write_lines
from graph.model import ANY_TIME, AsOf
from graph.sqlite import SqliteStore
from tests.cli.conftest import Run
from tests.factories import link, text

FIELDS = {
    "id", "subject", "predicate", "valid_from", "valid_to", "known_from", "known_to", "source", "locator", "url", "quotation",
    "confidence", "release", "qualifiers", "origins",
}  # fmt: skip
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def read(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_every_statement_is_one_line_and_comes_back_as_it_was(run: Run, curated: Path) -> None:
    ended = run("export")
    assert (ended.code, ended.err) == (0, "")
    lines = read(ended.out)
    store = SqliteStore(curated)
    known = {statement.id: statement for statement in store.scan(None, ANY_TIME)}
    store.close()
    assert [line["id"] for line in lines] == sorted(known)
    for line in lines:
        assert set(line) == FIELDS | {"object" if "object" in line else "value"}
        assert line["valid_from"] != ""
        assert line["valid_to"] != ""
        assert line["known_to"] is None
        assert line["known_from"].endswith("Z")
        assert all(origin.startswith("curated/") for origin in line["origins"])
        assert statement_of(line) == known[line["id"]]
        assert statement_of(line).release == known[line["id"]].release


def test_valid_time_limits_what_is_exported(run: Run, curated: Path) -> None:
    lines = read(run("export", "--as-of", "2020").out)
    store = SqliteStore(curated)
    assert [line["id"] for line in lines] == [one.id for one in store.scan(None, AsOf("2020"))]
    assert 0 < len(lines) < len(list(store.scan(None, ANY_TIME)))
    store.close()


def test_a_file_is_written_in_whole_or_not_at_all(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("before")
    target.chmod(0o600)
    ended = run("export", "--output", str(target))
    assert ended.json == {"output": str(target), "statements": len(target.read_text(encoding="utf-8").splitlines())}
    assert target.read_text(encoding="utf-8") == run("export").out
    assert target.stat().st_mode & 0o777 == 0o600

    def fails(*_: Any) -> Any:
        yield {"id": "1"}
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("graph.export.export_lines", fails)
    other = tmp_path / "other.jsonl"
    for path in (target, other):
        ended = run("export", "--output", str(path), "--plain")
        assert (ended.code, ended.err) == (1, "No space left on device.\n")
    assert target.read_text(encoding="utf-8").count("\n") > 1000
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_known_time_closed_knowledge_and_coming_back(tmp_path: Path, run: Run) -> None:
    store = SqliteStore(tmp_path / "graph.sqlite")
    stays, goes = link("a", "funds", "b", period=("2019", "2024-06")), text("a", "name", "A", lang="en")
    store.replace("s", [stays, goes], FIRST)
    store.replace("s", [stays], FIRST + DAY)
    store.replace("s", [stays, goes], FIRST + 2 * DAY)
    store.replace("t", [stays], FIRST + 3 * DAY)
    store.replace("s", [goes], FIRST + 4 * DAY)

    def periods(*words: str) -> dict[str, list[tuple[str, str | None, list[str]]]]:
        found: dict[str, list[tuple[str, str | None, list[str]]]] = {}
        for line in read(run("export", *words, store=tmp_path / "graph.sqlite").out):
            told = (line["known_from"][:10], line["known_to"] and line["known_to"][:10], line["origins"])
            found.setdefault(line["id"], []).append(told)
        return found

    assert periods() == {
        stays.id: [("2026-01-01", None, ["s", "t"])],
        goes.id: [("2026-01-03", None, ["s"])],
    }
    assert periods("--all") == {
        stays.id: [("2026-01-01", None, ["s", "t"])],
        goes.id: [("2026-01-01", "2026-01-02", ["s"]), ("2026-01-03", None, ["s"])],
    }
    assert periods("--known-at", "2026-01-02") == {stays.id: [("2026-01-01", None, ["s", "t"])]}
    assert periods("--known-at", "2026-01-01")[goes.id] == [("2026-01-01", "2026-01-02", ["s"])]
    store.replace("t", [], FIRST + 5 * DAY)
    assert stays.id not in periods()
    assert periods("--all")[stays.id] == [("2026-01-01", "2026-01-06", ["s", "t"])]
    store.close()


def test_a_line_holds_what_the_source_wrote(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.sqlite")
    store.replace(
        "s", [link("a", "funds", "b", period=("2019", "2024-06"), confidence="low", detail="“quoted”, ünïcode")], FIRST
    )
    (line,) = export_lines(store, ANY_TIME)
    store.close()
    assert {name: line[name] for name in ("subject", "predicate", "object", "valid_from", "valid_to", "confidence")} == {
        "subject": "a", "predicate": "funds", "object": "b", "valid_from": "2019", "valid_to": "2024-06", "confidence": "low",
    }  # fmt: skip
    assert line["qualifiers"] == {"detail": "“quoted”, ünïcode"}
    assert (line["known_from"], line["url"], line["release"]) == ("2026-01-01T00:00:00Z", None, None)
    assert "\n" not in dump(line)
    assert json.loads(dump(line)) == line


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"object": "c"}, BadStatement),
        ({"confidence": "high"}, BadStatement),
        ({"confidence": "sure"}, BadStatement),
        ({"valid_from": "long ago"}, BadDate),
        ({"qualifiers": None}, BadStatement),
        ({"subject": None}, BadStatement),
    ],
)
def test_a_changed_line_is_refused(tmp_path: Path, change: dict[str, Any], error: type[Exception]) -> None:
    store = SqliteStore(tmp_path / "graph.sqlite")
    store.replace("s", [link("a", "funds", "b", confidence="low")], FIRST)
    (line,) = export_lines(store, ANY_TIME)
    store.close()
    with pytest.raises(error):
        statement_of({**line, **change})
    with pytest.raises(BadStatement, match="not an exported statement"):
        statement_of({"id": line["id"]})


def test_a_pipe_is_written_to_directly(tmp_path: Path) -> None:
    assert write_lines(Path("/dev/null"), [{"id": "1"}]) == 1
    assert write_lines(tmp_path / "link", []) == 0
    assert (tmp_path / "link").read_text() == ""
