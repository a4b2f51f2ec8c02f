"""Every sort of bad input: refused with its place and reason, and nothing of the file is loaded."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.model import ANY_TIME
from graph.sqlite import SqliteStore
from loaders.curated import load
from loaders.ledger import Finding, Report

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
Table = list[list[str]]


def spoil(path: Path, *changes: Callable[[Table], object]) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines))
    for change in changes:
        change(table)
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(table)


def fill(column: str, value: str) -> Callable[[Table], None]:
    """Set a column in every row."""

    def change(table: Table) -> None:
        for row in table[1:]:
            row[table[0].index(column)] = value

    return change


def drop(column: str) -> Callable[[Table], None]:
    """Take a column out."""

    def change(table: Table) -> None:
        position = table[0].index(column)
        for row in table:
            row.pop(position)

    return change


def widen(table: Table) -> None:
    """Add a column."""
    for row in table:
        row.append("x")


def keep(first: int, last: int) -> Callable[[Table], None]:
    """Keep the header and some rows."""

    def change(table: Table) -> None:
        table[1:] = table[first - 1 : last]

    return change


def cell(row: int, column: str, value: str) -> Callable[[Table], None]:
    def change(table: Table) -> None:
        table[row - 1][table[0].index(column)] = value

    return change


def statements(store: SqliteStore) -> set[str]:
    return {s.id for s in store.scan(None, ANY_TIME)}


def refused(store: SqliteStore, path: Path) -> Report:
    """Load one file that must be refused whole, and leave the store as it was."""
    revision = store.revision()
    report = load(store, [path], AT)
    assert not report.ok
    assert report.balanced
    assert report.files[0].refused
    assert report.files[0].loaded == report.files[0].unchanged == 0
    assert report.files[0].rejected + report.files[0].ignored == report.files[0].read
    assert store.revision() == revision  # no change was made: what is visible is tested once, below
    assert all(finding.file == f"curated/{path.name}" for finding in report.findings)
    return report


CASES = [
    # file, row, column, bad value, part of the reason, nearest
    ("links", 7, "predicate", "memberof", "no such predicate", "member_of"),
    ("links", 7, "predicate", "has_member", "no such predicate", ""),
    ("links", 7, "predicate", "alias", "layout of its own: 'names'", ""),
    ("links", 7, "predicate", "enrolled_in", "layout of its own: 'memberships'", ""),
    ("links", 7, "predicate", "homepage", "layout 'values'", ""),
    ("links", 7, "predicate", "", "the cell is empty", ""),
    ("links", 7, "subject", "whoo", "no entity has this id", "who"),
    ("links", 7, "subject", "country-ken", "no entity has this id", "KEN"),
    ("links", 7, "object", "who-euroo", "no entity has this id", "who-euro"),
    ("links", 7, "object", "World Health Organization", "no entity has this id", "who"),
    ("links", 7, "object", "p-mpox", "the entity is a pathogen", ""),
    ("links", 7, "valid_from", "12/05/2024", "is not a date", ""),
    ("links", 7, "valid_from", "2024-13", "not a day of the calendar", ""),
    ("links", 7, "valid_to", "soon", "is not a date", ""),
    ("links", 7, "source", "", "the citation is missing", ""),
    ("links", 7, "locator", "", "missing its place", ""),
    ("links", 7, "confidence", "hihg", "no confidence", "high"),
    ("links", 7, "confidence", "", "no confidence", ""),
    ("links", 7, "url_status", "asfound", "no state of an address", "as_found"),
    ("links", 7, "url_status", "none", "'none' belongs to a source without an address", ""),
    ("links", 7, "url", "", "'none' belongs to a source without an address", ""),
    ("links", 7, "url", "www.who.int", "not an address", ""),
    ("links", 7, "detail", "two\nlines", "control or invisible character", ""),
    ("links", 7, "detail", "bell\x07", "U+0007", ""),
    ("links", 7, "detail", "turned \u202egnorw", "U+202E", ""),
    ("links", 7, "subject", "who-euro ", "white space at its start or end", "who-euro"),
    ("memberships", 9, "country", "KEX", "no country, area or territory has this code", "KEN"),
    ("memberships", 9, "country", "KE", "no country, area or territory has this code", "KEN"),
    ("memberships", 9, "country", "ken", "no country, area or territory has this code", "KEN"),
    ("memberships", 9, "country", "Kenya", "no country, area or territory has this code", "KEN"),
    ("memberships", 9, "country", "who", "takes here: country", ""),
    ("memberships", 9, "mechanism", "paho_rrf", "no entity has this id", "paho-rrf"),
    ("memberships", 9, "mechanism", "mva-bn", "the entity is a product", ""),
    ("memberships", 9, "status", "membr", "no status", "member"),
    ("memberships", 9, "status", "former_member", "no status", "member"),
    ("entities", 12, "kind", "organization", "no kind", "organisation"),
    ("entities", 12, "kind", "country", "layout 'countries'", ""),
    ("entities", 12, "kind", "source", "citation columns", ""),
    ("entities", 12, "id", "Has Space", "an id is lower-case", ""),
    ("entities", 12, "id", "src-mine", "belong to cited sources", ""),
    ("entities", 12, "id", "who", "stands in row 2 already", ""),
    ("entities", 12, "name", "", "the cell is empty", ""),
    ("countries", 5, "code", "KX", "no ISO 3166-1 alpha-3 code", ""),
    ("countries", 5, "code", "UK", "no ISO 3166-1 alpha-3 code", ""),
    ("countries", 5, "alpha2", "XX", "not the alpha-2 code of AIA", "AI"),
    ("names", 5, "sort", "akronym", "no sort of a name", "acronym"),
    ("names", 5, "lang", "French", "two or three lower-case letters", ""),
    ("names", 5, "entity", "nobody", "no entity has this id", ""),
    ("values", 3, "predicate", "foundedin", "no such predicate", "founded_in"),
    ("values", 3, "predicate", "kind", "layout of its own: 'entities'", ""),
    ("values", 3, "predicate", "url", "citation columns", ""),
    ("values", 3, "predicate", "part_of", "layout 'links'", ""),
    ("values", 3, "value", "", "the cell is empty", ""),
    ("claims", 3, "topic", "", "the cell is empty", ""),
    ("decisions", 3, "why", "", "says why", ""),
    ("decisions", 3, "decided_by", "", "who decided", ""),
    ("decisions", 3, "decided_on", "", "the cell is empty", ""),
    ("decisions", 2, "other", "nobody", "no entity has this id", ""),
    ("decisions", 2, "other", "", "give either the id", ""),
    ("decisions", 2, "other_name", "Somebody", "give either the id", ""),
    ("completeness", 3, "list", "enroled_in", "no predicate", "enrolled_in"),
    ("completeness", 3, "valid_from", "", "the cell is empty", ""),
    ("completeness", 3, "why", "", "says why", ""),
]


@pytest.mark.parametrize(("name", "row", "column", "value", "reason", "near"), CASES)
def test_a_bad_cell(
    copy: SqliteStore, folder: Path, name: str, row: int, column: str, value: str, reason: str, near: str
) -> None:
    path = folder / f"{name}.csv"
    spoil(path, cell(row, column, value))
    report = refused(copy, path)
    found = [f for f in report.findings if f.row == row and reason in f.reason]
    assert found, [str(f) for f in report.findings]
    assert not near or any(near in finding.nearest for finding in found)
    assert {f.row for f in report.findings} == {row}
    told = str(found[0])
    assert f"curated/{name}.csv, row {row}" in told
    assert reason in told


def test_nothing_of_a_refused_file_is_visible(copy: SqliteStore, folder: Path) -> None:
    before = statements(copy)
    spoil(folder / "links.csv", cell(2, "valid_from", "1999"), cell(900, "predicate", "memberof"))
    refused(copy, folder / "links.csv")
    assert statements(copy) == before


def test_the_column_and_value_of_a_finding(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "links.csv", cell(7, "predicate", "memberof"))
    finding = refused(copy, folder / "links.csv").findings[0]
    assert finding == Finding("curated/links.csv", 7, "predicate", "memberof", "there is no such predicate", finding.nearest)
    assert finding.nearest[0] == "member_of"
    assert str(finding).startswith("curated/links.csv, row 7, column 'predicate': 'memberof': there is no such predicate")
    assert finding.to_dict()["nearest"][0] == "member_of"


def test_a_period_that_ends_before_it_starts(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "links.csv", cell(7, "valid_from", "2024-05"), cell(7, "valid_to", "2023"))
    finding = refused(copy, folder / "links.csv").findings[0]
    assert (finding.column, finding.row) == ("valid_to", 7)
    assert "before it starts" in finding.reason


def test_a_value_of_the_wrong_type(copy: SqliteStore, folder: Path) -> None:
    def change(table: Table) -> None:
        row = next(i for i, line in enumerate(table) if line[1] == "income_group")
        table[row][2] = "Rich"
        table[next(i for i, line in enumerate(table) if line[1] == "founded_in")][2] = "long ago"
        table[next(i for i, line in enumerate(table) if line[1] == "homepage")][2] = "who.int"
        table[next(i for i, line in enumerate(table) if line[1] == "identifier")][2] = "Q7817"

    spoil(folder / "values.csv", change)
    report = refused(copy, folder / "values.csv")
    assert {f.value for f in report.findings} == {"Rich", "long ago", "who.int", "Q7817"}
    rich = next(f for f in report.findings if f.value == "Rich")
    assert "High income" in rich.nearest


def test_all_findings_of_a_file_are_told_not_only_the_first(copy: SqliteStore, folder: Path) -> None:
    def change(table: Table) -> None:
        cell(4, "predicate", "memberof")(table)
        cell(9, "valid_from", "yesterday")(table)
        cell(9, "confidence", "sure")(table)
        cell(700, "object", "nobody-at-all")(table)

    spoil(folder / "links.csv", change)
    report = refused(copy, folder / "links.csv")
    assert [f.row for f in report.findings] == [4, 9, 9]
    spoil(folder / "links.csv", cell(4, "predicate", "part_of"), cell(9, "valid_from", ""), cell(9, "confidence", "low"))
    assert [f.row for f in refused(copy, folder / "links.csv").findings] == [700]


def test_the_number_of_findings_shown_has_a_cap_and_the_rest_is_counted(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "names.csv", fill("sort", "?"))
    report = refused(copy, folder / "names.csv")
    assert len(report.findings) == 500
    assert len(report.findings) + report.more_findings == report.read
    assert {(r.reason, r.rows) for r in report.files[0].reasons} == {("has a finding", report.read)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda table: table[6].append("more"), "the row has 16 cells, the header has 15"),
        (lambda table: table[6].pop(), "the row has 14 cells, the header has 15"),
    ],
)
def test_a_row_of_the_wrong_length(copy: SqliteStore, folder: Path, change: Callable[[Table], None], reason: str) -> None:
    spoil(folder / "links.csv", change)
    finding = refused(copy, folder / "links.csv").findings[0]
    assert (finding.row, finding.reason) == (7, reason)


@pytest.mark.parametrize(
    ("old", "new", "column", "reason", "near"),
    [
        ("predicate", "predikate", "predikate", "has no such column", "predicate"),
        ("predicate", "predikate", "predicate", "the header lacks it", "predikate"),
        ("detail", "", "detail", "the header lacks it", ""),
        ("locator", "source", "source", "stands twice", ""),
        ("url", "URL", "URL", "has no such column", "url"),
    ],
)
def test_a_wrong_header(copy: SqliteStore, folder: Path, old: str, new: str, column: str, reason: str, near: str) -> None:
    spoil(folder / "links.csv", cell(1, old, new))
    report = refused(copy, folder / "links.csv")
    finding = next(f for f in report.findings if f.column == column and reason in f.reason)
    assert finding.row == 1
    assert not near or near in finding.nearest


def test_a_column_too_many_and_one_left_out(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "names.csv", widen)
    assert "has no such column" in refused(copy, folder / "names.csv").findings[0].reason
    spoil(folder / "claims.csv", drop("topic"))
    report = refused(copy, folder / "claims.csv")
    assert [(f.row, f.column) for f in report.findings] == [(1, "topic")]
    assert {(r.bucket, r.rows) for r in report.files[0].reasons} == {("rejected", report.read)}


@pytest.mark.parametrize(
    ("content", "row", "reason"),
    [
        (b"", 0, "the file is empty"),
        (b"\n", 0, "the file is empty"),
        (b"\xef\xbb\xbf", 0, "the file is empty"),
        (b"PK\x03\x04\x14\x00rest", 0, "a zip archive or a spreadsheet workbook"),
        (b"%PDF-1.7", 0, "a PDF document"),
        ("id,kind".encode("utf-16"), 0, "UTF-16"),
        (b"id,kind\0name", 0, "NUL bytes"),
        (b"subject;predicate;object\na;b;c\n", 1, "not separated by commas"),
        (b"one,two,three\n1,2,3\n", 1, "fits none of the layouts"),
    ],
)
def test_a_file_that_is_no_table(copy: SqliteStore, folder: Path, content: bytes, row: int, reason: str) -> None:
    path = folder / "links.csv"
    path.write_bytes(content)
    finding = refused(copy, path).findings[0]
    assert finding.row == row
    assert reason in finding.reason


def test_nul_bytes_deep_in_a_file(copy: SqliteStore, folder: Path) -> None:
    path = folder / "links.csv"
    text = path.read_bytes()
    path.write_bytes(text[:150_000] + b"\0" + text[150_000:])
    assert "NUL bytes" in refused(copy, path).findings[0].reason


def test_another_encoding_is_told_with_its_line(copy: SqliteStore, folder: Path) -> None:
    path = folder / "names.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(i for i, line in enumerate(lines) if "Côte" in line)
    path.write_bytes("".join(lines[:number]).encode() + lines[number].encode("cp1252", "replace"))
    finding = refused(copy, path).findings[0]
    assert finding.row == number + 1
    assert "not UTF-8 text: byte 0xf4" in finding.reason
    assert "Windows-1252" in finding.reason


def test_a_quotation_mark_left_open(copy: SqliteStore, folder: Path) -> None:
    path = folder / "links.csv"
    path.write_text(path.read_text(encoding="utf-8") + '"who,part_of\n', encoding="utf-8")
    finding = refused(copy, path).findings[0]
    assert "quotation marks" in finding.reason
    assert finding.row == 920


def test_a_file_with_a_header_and_no_row(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "links.csv", keep(2, 1))
    assert "no row under the header" in refused(copy, folder / "links.csv").findings[0].reason


def test_a_file_of_entities_with_a_wrong_header_has_only_that_finding(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "entities.csv", cell(1, "kind", "kynd"))
    assert [f.row for f in refused(copy, folder / "entities.csv").findings] == [1, 1]


def test_one_source_with_two_states_of_its_address(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "links.csv", cell(3, "url_status", "as_found"))
    finding = refused(copy, folder / "links.csv").findings[0]
    assert (finding.column, finding.nearest) == ("url_status", ("inferred_from_mirror",))


def test_an_entity_that_another_source_describes_otherwise(copy: SqliteStore, folder: Path, tmp_path: Path) -> None:
    with (folder / "entities.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines))
    mine = tmp_path / "mine" / "entities.csv"
    mine.parent.mkdir()
    with mine.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(table[:3])
    assert load(copy, [mine], AT).ok  # the same kind and name: a second source for the same entity
    spoil(mine, cell(2, "name", "Another body"))
    report = load(copy, [mine], AT + timedelta(hours=1))
    assert [f.row for f in report.findings] == [2]
    assert (
        "curated/entities.csv has this id already, for the organisation 'World Health Organization'"
        in report.findings[0].reason
    )


def test_two_new_files_that_define_one_id_are_both_refused(empty: SqliteStore, folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "entities.csv"
    mine.parent.mkdir()
    mine.write_bytes((folder / "entities.csv").read_bytes())
    spoil(mine, keep(2, 2), cell(2, "kind", "network"))
    report = load(empty, [mine, folder / "entities.csv"], AT)
    assert [ledger.refused for ledger in report.files] == [True, True]
    assert {(f.file, f.row, f.value) for f in report.findings} == {
        ("mine/entities.csv", 2, "who"),
        ("curated/entities.csv", 2, "who"),
    }
    assert empty.revision() == 0


def test_an_id_taken_out_while_another_source_names_it(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "entities.csv", keep(3, 10_000))
    report = refused(copy, folder / "entities.csv")
    assert {f.value for f in report.findings} == {"who"}
    assert any("curated/links.csv, which is not replaced by this load" in f.reason for f in report.findings)


def test_a_kind_that_no_longer_fits_what_another_source_says(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "entities.csv", cell(2, "kind", "pathogen"))
    report = refused(copy, folder / "entities.csv")
    assert {(f.row, f.value) for f in report.findings} == {(0, "who")}
    assert any("makes this id a pathogen, but curated/links.csv" in f.reason for f in report.findings)


def test_an_id_taken_out_while_the_file_that_names_it_is_refused(copy: SqliteStore, folder: Path) -> None:
    def without_oxygen(table: Table) -> None:
        table[1:] = [row for row in table[1:] if "oxygen" not in row[:3]]

    names = [path for path in folder.glob("*.csv") if path.name not in ("countries.csv", "regions.csv")]
    for path in names:
        spoil(path, without_oxygen)
    assert load(copy, names, AT, dry_run=True).ok
    spoil(folder / "links.csv", cell(2, "valid_from", "never"))
    report = load(copy, names, AT)
    accepted = {ledger.file for ledger in report.files if not ledger.refused}
    assert not accepted & {"curated/links.csv", "curated/entities.csv"}
    assert any("no longer has this id, but curated/links.csv" in f.reason for f in report.findings)
    assert [s.object for s in copy.about("go2al", ANY_TIME) if s.predicate == "supplies"] == ["oxygen"]


def test_what_hangs_on_a_refused_file_is_refused_and_the_rest_is_loaded(empty: SqliteStore, folder: Path) -> None:
    spoil(folder / "entities.csv", cell(30, "kind", "organization"))
    report = load(empty, [folder], AT)
    assert report.balanced
    assert {ledger.file for ledger in report.files if not ledger.refused} == {"curated/countries.csv"}
    hanging = [f for f in report.findings if f.file == "curated/completeness.csv"]
    assert hanging
    assert all(f.reason == "the entity comes from curated/entities.csv, which is refused" for f in hanging)
    assert {r.origin for r in empty.records(None, ANY_TIME)} == {"curated/countries.csv"}


def test_what_the_store_knew_of_a_refused_file_still_holds_the_others(copy: SqliteStore, folder: Path) -> None:
    before = statements(copy)
    spoil(folder / "entities.csv", cell(30, "kind", "organization"))
    spoil(folder / "links.csv", cell(2, "valid_from", "1999"))
    report = load(copy, [folder], AT)
    assert [ledger.file for ledger in report.files if ledger.refused] == ["curated/entities.csv"]
    assert report.loaded == 1
    assert len(statements(copy) ^ before) == 2


def test_a_new_id_of_a_refused_file_is_not_there_for_the_others(copy: SqliteStore, folder: Path) -> None:
    def change(table: Table) -> None:
        table.append(["new-body", "organisation", "", "New body", "", *table[1][5:]])
        cell(30, "kind", "organization")(table)

    spoil(folder / "entities.csv", change)
    spoil(folder / "links.csv", cell(2, "subject", "new-body"))
    report = load(copy, [folder], AT)
    assert {ledger.file for ledger in report.files if ledger.refused} == {"curated/entities.csv", "curated/links.csv"}
    finding = next(f for f in report.findings if f.file == "curated/links.csv")
    assert (finding.row, finding.column, finding.value) == (2, "subject", "new-body")
    assert "which is refused" in finding.reason


def test_a_million_character_cell(copy: SqliteStore, folder: Path) -> None:
    spoil(folder / "links.csv", cell(7, "detail", "x" * 1_000_000))
    finding = refused(copy, folder / "links.csv").findings[0]
    assert finding.row == 7
    assert len(str(finding)) < 500


def test_a_cause_is_told_before_what_follows_from_it(folder: Path, empty: SqliteStore) -> None:
    """One id that stands twice makes thousands of rows in other files refused; the one mistake must not drown in them."""
    entities = (folder / "entities.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    entities[5] = "who," + entities[5].partition(",")[2]
    (folder / "zentities.csv").write_text("".join(entities), encoding="utf-8")
    (folder / "entities.csv").unlink()
    values = (folder / "values.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    values[19] = values[19].replace(values[19].split(",")[1], "fnded", 1)
    (folder / "values.csv").write_text("".join(values), encoding="utf-8")
    report = load(empty, [folder], AT)
    assert [(one.file, one.row) for one in report.findings[:2]] == [("curated/values.csv", 20), ("curated/zentities.csv", 6)]
    assert report.more_findings > 0
    assert report.balanced
    assert empty.revision() > 0


def test_a_file_that_cannot_be_read_is_named_where_its_entities_are_missed(folder: Path, empty: SqliteStore) -> None:
    (folder / "countries.csv").write_bytes(b"\x00\x01\x02")
    report = load(empty, [folder], AT)
    assert report.findings[0].file == "curated/countries.csv"
    assert "curated/countries.csv could not be read and may hold it" in report.findings[1].reason
