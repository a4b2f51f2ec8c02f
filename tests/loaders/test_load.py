"""Loading: again, in another order, dry, edited, by users, while files change."""

from __future__ import annotations

import csv
import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.errors import InputError
from graph.model import ANY_TIME, AsOf
from graph.sqlite import SqliteStore
from loaders.curated import load, shipped
from loaders.ledger import Report

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = AT + timedelta(days=1)
CITED = {
    "source": "A test",
    "url": "https://example.org/a",
    "url_status": "as_found",
    "locator": "page 1",
    "confidence": "low",
}


def write(path: Path, header: list[str], *rows: dict[str, str]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, header, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def header(name: str) -> list[str]:
    with next(path for path in shipped() if path.name == name).open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def links(path: Path, *rows: dict[str, str]) -> Path:
    return write(path, header("links.csv"), *({**CITED, **row} for row in rows))


def test_loading_twice_changes_nothing(copy: SqliteStore) -> None:
    before = copy.revision()
    report = load(copy, None, LATER)
    assert report.ok
    assert report.balanced
    assert (report.loaded, report.unchanged) == (0, report.read)
    assert report.revision == copy.revision() == before
    assert all(ledger.added == ledger.withdrawn == 0 for ledger in report.files)


def test_order_of_rows_and_columns_and_files_does_not_matter(copy: SqliteStore, folder: Path) -> None:
    shuffle = random.Random(7)
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            table = list(csv.reader(lines))
        columns, rows = list(range(len(table[0]))), table[1:]
        shuffle.shuffle(columns)
        shuffle.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([[row[column] for column in columns] for row in [table[0], *rows]])
    paths = sorted(folder.glob("*.csv"), reverse=True)
    report = load(copy, paths, LATER)
    assert report.findings == ()
    assert (report.loaded, report.unchanged) == (0, report.read)
    assert copy.revision() == 11


def test_files_one_by_one_are_the_same_as_all_at_once(graph: SqliteStore, empty: SqliteStore, folder: Path) -> None:
    for name in ("entities", "countries"):
        assert load(empty, [folder / f"{name}.csv"], AT).ok
    for path in folder.glob("*.csv"):
        assert load(empty, [path], AT).ok
    assert {s.id for s in empty.scan(None, ANY_TIME)} == {s.id for s in graph.scan(None, ANY_TIME)}


def test_dry_run_writes_nothing_and_counts_the_same(empty: SqliteStore, loaded: tuple[SqliteStore, Report]) -> None:
    dry = load(empty, None, AT, dry_run=True)
    assert dry.dry_run
    assert empty.revision() == 0
    assert list(empty.scan(None, ANY_TIME)) == []
    assert [ledger.to_dict() for ledger in dry.files] == [ledger.to_dict() for ledger in loaded[1].files]


def test_dry_run_of_an_edited_file(copy: SqliteStore, folder: Path) -> None:
    edit(folder / "links.csv", 2, "valid_from", "1999")
    report = load(copy, [folder / "links.csv"], LATER, dry_run=True)
    assert (report.files[0].loaded, report.files[0].unchanged) == (1, 917)
    assert (report.files[0].added, report.files[0].withdrawn) == (1, 1)
    assert copy.revision() == 11


def edit(path: Path, row: int, column: str, value: str) -> None:
    """Set one cell; ``row`` as a spreadsheet numbers it."""
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines))
    table[row - 1][table[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(table)


def test_an_edited_row_replaces_what_it_said_and_the_old_stays_known(
    copy: SqliteStore, folder: Path, loaded: tuple[SqliteStore, Report]
) -> None:
    edit(folder / "links.csv", 2, "valid_from", "1999")
    report = load(copy, [folder], LATER)
    assert report.ok
    assert report.loaded == 1
    assert report.balanced
    assert report.revision == 12
    now = [s.valid.valid_from for s in copy.about("who-epm", ANY_TIME) if s.predicate == "part_of"]
    then = [s.valid.valid_from for s in copy.about("who-epm", AsOf(known=loaded[1].at)) if s.predicate == "part_of"]
    assert (now, then) == (["1999"], [""])


def test_a_row_taken_out_is_withdrawn(copy: SqliteStore, folder: Path) -> None:
    path = folder / "links.csv"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    report = load(copy, [path], LATER)
    assert (report.files[0].unchanged, report.files[0].loaded, report.files[0].withdrawn) == (917, 0, 1)


def test_a_users_file_adds_to_the_graph(copy: SqliteStore, tmp_path: Path) -> None:
    path = links(tmp_path / "mine" / "anything.csv", {"subject": "who", "predicate": "convenes", "object": "avma"})
    report = load(copy, [path], LATER)
    assert report.findings == ()
    assert report.files[0].source == "mine/anything.csv"
    assert report.files[0].layout == "links"
    added = next(s for s in copy.about("who", ANY_TIME) if s.object == "avma")
    assert (added.citation.locator, added.confidence, added.release) == ("page 1", "low", "")
    assert sum(1 for s in copy.scan(None, ANY_TIME) if s.predicate == "part_of") > 40


def test_a_users_folder_with_entities_of_its_own(empty: SqliteStore, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    write(
        mine / "bodies.csv",
        header("entities.csv"),
        {**CITED, "id": "one", "kind": "organisation", "name": "One"},
        {**CITED, "id": "two", "kind": "network", "name": "Two"},
    )
    links(mine / "ties.csv", {"subject": "one", "predicate": "member_of", "object": "two", "valid_from": "2020-02"})
    (mine / "readme.txt").write_text("not a table", encoding="utf-8")
    report = load(empty, [mine], AT)
    assert report.ok
    assert report.skipped == ("mine/readme.txt",)
    assert [s.object for s in empty.about("one", ANY_TIME) if s.object] == ["two"]


def test_a_folder_without_csv_and_a_path_that_is_not_there_are_refused(empty: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(InputError, match="holds no CSV file"):
        load(empty, [tmp_path / "nothing"], AT)
    with pytest.raises(InputError, match="There is no file or folder"):
        load(empty, [tmp_path / "lost.csv"], AT)


def test_a_byte_order_mark_is_no_trouble(copy: SqliteStore, folder: Path) -> None:
    path = folder / "links.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    report = load(copy, [path], LATER)
    assert report.findings == ()
    assert report.unchanged == 918


def test_repeated_and_blank_rows_are_ignored_with_their_reason(copy: SqliteStore, folder: Path) -> None:
    path = folder / "links.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    blank = "," * (len(header("links.csv")) - 1) + "\n"
    path.write_text("".join([*lines, lines[4], "\n", lines[4], blank]), encoding="utf-8")
    ledger = load(copy, [path], LATER).files[0]
    assert (ledger.read, ledger.unchanged, ledger.ignored) == (922, 918, 4)
    assert {(r.reason, r.rows) for r in ledger.reasons} == {("same as row 5", 2), ("blank row", 2)}
    assert ledger.balanced


def test_progress_is_told(empty: SqliteStore) -> None:
    told: list[tuple[str, int, int | None]] = []
    load(empty, None, AT, lambda file, done, total: told.append((file, done, total)))
    assert ("curated/names.csv", 500, None) in told
    last = {file: (done, total) for file, done, total in told}
    assert set(last) == {f"curated/{path.name}" for path in shipped()}
    assert all(done == total for done, total in last.values())


def test_known_time_needs_a_zone_and_does_not_go_back(copy: SqliteStore) -> None:
    with pytest.raises(InputError, match="time zone"):
        load(copy, None, datetime(2027, 1, 1))  # noqa: DTZ001
    with pytest.raises(InputError, match="was last loaded at"):
        load(copy, None, AT - timedelta(days=1))
    assert copy.revision() == 11


def test_a_file_that_changes_while_it_is_loaded_is_refused_with_what_names_it(empty: SqliteStore, folder: Path) -> None:
    def spoil(file: str, done: int, total: int | None) -> None:
        if file == "curated/countries.csv" and done == total:
            edit(folder / "links.csv", 3, "detail", "other words")

    report = load(empty, sorted(folder.glob("*.csv")), AT, spoil)
    refused = [ledger.file for ledger in report.files if ledger.refused]
    assert refused == ["curated/links.csv"]
    assert "changed while it was being loaded" in report.findings[0].reason
    assert report.balanced
    assert not any(r.origin == "curated/links.csv" for r in empty.records(None, ANY_TIME, ever=True))


def test_entities_that_change_while_they_are_loaded_take_their_names_with_them(empty: SqliteStore, folder: Path) -> None:
    def spoil(file: str, done: int, total: int | None) -> None:
        if file == "curated/values.csv" and total is None and done == 1000:
            edit(folder / "entities.csv", 3, "description", "other words")

    report = load(empty, sorted(folder.glob("*.csv")), AT, spoil)
    accepted = {ledger.file for ledger in report.files if not ledger.refused}
    assert accepted == {"curated/countries.csv"}
    assert report.balanced
    origins = {r.origin for r in empty.records(None, ANY_TIME, ever=True)}
    assert origins == {"curated/countries.csv"}


def test_report_as_json(loaded: tuple[SqliteStore, Report]) -> None:
    body = json.loads(json.dumps(loaded[1].to_dict()))
    assert body["balanced"] is True
    assert body["read"] == body["loaded"] == sum(one["read"] for one in body["files"])
    assert {"file", "layout", "reasons", "statements", "refused"} <= set(body["files"][0])


def test_two_files_of_one_name_are_refused(empty: SqliteStore, tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "b" / "curated"
    other.mkdir(parents=True)
    shutil.copy(folder / "countries.csv", other / "countries.csv")
    report = load(empty, [folder / "countries.csv", other / "countries.csv"], AT)
    assert [ledger.refused for ledger in report.files] == [True, True]
    assert "same folder name and file name" in report.findings[0].reason
    assert empty.revision() == 0
