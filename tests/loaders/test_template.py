"""The workbook that partners fill in: its drop-downs hold valid words, and filled in it loads without a mapping."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from graph.house_format import LINKS, ORGANISATIONS, README, TEMPLATE_MARK
from graph.model import ANY_TIME, CONFIDENCES
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from loaders.ledger import Report
from loaders.table import load
from loaders.template import EXAMPLE, KINDS, ROWS, SHEETS, WORDS, places, write_template
from tests.loaders.registers import said, values

AT = datetime(2026, 11, 22, tzinfo=UTC)
CITED = {"Source": "Annual report 2025", "Address of the source": "https://a.example/2025", "Place in the source": "page 3"}
ORGANISATION = {"Kind": "organisation", **CITED}


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "organisations.xlsx"
    write_template(path)
    return path


def fill(path: Path, organisations: list[dict[str, object]], links: list[dict[str, object]]) -> None:
    """Write rows under the example, as a partner would."""
    book = load_workbook(path)
    for title, rows in ((ORGANISATIONS, organisations), (LINKS, links)):
        sheet = book[title]
        places_of = {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)}
        for number, row in enumerate(rows, start=3):
            for column, text in row.items():
                sheet.cell(number, places_of[column]).value = text  # type: ignore[assignment]
    book.save(path)


def read(store: SqliteStore, path: Path, dry_run: bool = False) -> Report:
    report = load(store, [path], AT, dry_run=dry_run)
    assert report.balanced
    return report


# --- the workbook ------------------------------------------------------------------------------------------------------------
def test_the_sheets_and_the_mark(blank: Path) -> None:
    book = load_workbook(blank)
    assert book.sheetnames == [README, ORGANISATIONS, LINKS, WORDS]
    assert book[README]["A1"].value == TEMPLATE_MARK


def test_every_drop_down_holds_the_valid_words(blank: Path) -> None:
    book = load_workbook(blank)
    words = vocabulary()
    with resources.files("loaders.curated").joinpath("countries.csv").open(encoding="utf-8") as file:
        countries = {f"{row['name']} ({row['code']})" for row in csv.DictReader(file)}
    links = {name for name, word in words.predicates.items() if word.is_link}
    expected = {
        "Kind": set(KINDS),
        "Country, area or territory": countries,
        "How": links - {"different_from", "mentions", "same_as", "in_region", "territory_of"},
        "Status": set(words.statuses),
        "Confidence": set(CONFIDENCES),
    }
    assert set(KINDS) <= set(words.kinds)
    assert set(places()) == countries
    seen = {}
    for title in (ORGANISATIONS, LINKS):
        sheet = book[title]
        for rule in sheet.data_validations.dataValidation:
            column, first, last_column, last = range_boundaries(str(rule.sqref))
            assert (column, first, last) == (last_column, 2, ROWS)
            assert column is not None
            name = str(sheet.cell(1, column).value)
            assert rule.prompt
            if rule.type != "list":
                continue
            where, _, cells = rule.formula1.partition("!")
            offered = {cell.value for (cell,) in book[where][cells.replace("$", "")]}
            if where == WORDS:
                assert rule.showErrorMessage
                assert offered == expected[name]
                seen[name] = len(offered)
            else:  # a name may be typed that is not on the sheet
                assert (where, name in ("From", "To"), rule.showErrorMessage) == (ORGANISATIONS, True, False)
    assert set(seen) == set(expected)
    assert seen["Country, area or territory"] == 250


def test_the_words_are_explained_and_nothing_is_a_formula(blank: Path) -> None:
    book = load_workbook(blank)
    told = {str(word): what for word, what in book[WORDS].iter_rows(min_col=3, max_col=4, values_only=True) if word}
    assert told["member_of"] == (
        "FROM is a member of TO. FROM: country, area or territory, mechanism, network, organisation. "
        "TO: mechanism, network, organisation."
    )
    assert all(told.values())
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_the_example_is_valid_but_for_its_mark(blank: Path, copy: SqliteStore) -> None:
    report = read(copy, blank, dry_run=True)
    assert [ledger.refused for ledger in report.files] == [True]  # nothing but examples: no row to load
    assert report.ignored == 2
    book = load_workbook(blank)
    for title in (ORGANISATIONS, LINKS):
        assert book[title]["A2"].value == EXAMPLE
        book[title]["A2"].value = None
    book.save(blank)
    report = read(copy, blank)
    assert (report.ok, report.loaded, report.rejected) == (True, 2, 0), report.findings


# --- filled in ---------------------------------------------------------------------------------------------------------------
def test_filled_in_it_loads_without_a_mapping(blank: Path, copy: SqliteStore) -> None:
    fill(
        blank,
        [
            {"Name": "Bluewater Vaccine Trust", "Type": "funder", "Acronym": "BLVT", "Other names": "Blue Trust; Trust Blue",
             "Country, area or territory": "Kenya (KEN)", "Homepage": "https://bvt.example/", "Founded": "2004",
             "Description": "Pays for cold chains.", "Confidence": "high", **ORGANISATION},
            {"Name": "Network of Cold Rooms", **ORGANISATION, "Kind": "network"},
            {"Name": "Gavi", "Description": "An alliance.", **ORGANISATION},
        ],
        [
            {"From": "Bluewater Vaccine Trust", "How": "member_of", "To": "Network of Cold Rooms", "Since": "2024-03", **CITED},
            {"From": "BLVT", "How": "partners_with", "To": "Gavi", "Since": 2021, "Until": "2023-06-30", "Remark": "since 2021",
             "Confidence": "low", **CITED},
            {"From": "Ghana", "How": "enrolled_in", "To": "Network of Cold Rooms", "Status": "observer", **CITED},
        ],
    )  # fmt: skip
    report = read(copy, blank)
    assert (report.ok, report.rejected, report.loaded, report.ignored) == (True, 0, 6, 2), (report.findings, report.notes)
    (trust,) = {one.subject for one in copy.scan("name", ANY_TIME) if one.value == "Bluewater Vaccine Trust"}
    (cold,) = {one.subject for one in copy.scan("name", ANY_TIME) if one.value == "Network of Cold Rooms"}
    assert trust.startswith("partner:")
    assert values(copy, trust, "kind") == {"organisation"}
    assert values(copy, trust, "subtype") == {"funder"}
    assert values(copy, trust, "alias") == {"BLVT", "Blue Trust", "Trust Blue"}
    assert values(copy, trust, "located_in") == {"KEN"}
    assert values(copy, trust, "homepage") == {"https://bvt.example/"}
    assert values(copy, trust, "founded_in") == {"2004"}
    (member,) = said(copy, trust, "member_of")
    assert (member.object, member.valid.valid_from, member.valid.valid_to, member.confidence) == (cold, "2024-03", "", "medium")
    assert "page 3" in member.citation.locator
    assert member.citation.url == "https://a.example/2025"
    (partner,) = said(copy, trust, "partners_with")
    assert (partner.object, str(partner.valid), partner.confidence) == ("gavi", "2021 to 2023-06-30", "low")
    assert partner.qualifier("remark") == "since 2021"
    (enrolled,) = [one for one in said(copy, "GHA", "enrolled_in") if one.object == cold]
    assert enrolled.qualifier("status") == "observer"
    assert "An alliance." in values(copy, "gavi", "description")
    again = read(copy, blank)
    assert (again.loaded, again.unchanged, again.revision) == (0, 6, report.revision)


FAULTS: tuple[tuple[str, dict[str, object], str, str], ...] = (
    (ORGANISATIONS, {"Kind": "organisaton"}, "Kind", "organisation"),
    (ORGANISATIONS, {"Kind": None}, "Kind", ""),
    (ORGANISATIONS, {"Country, area or territory": "Kenia (KEN"}, "Country, area or territory", ""),
    (ORGANISATIONS, {"Founded": "a while ago"}, "Founded", ""),
    (ORGANISATIONS, {"Homepage": "bvt.example"}, "Homepage", ""),
    (ORGANISATIONS, {"Source": None}, "Source", ""),
    (ORGANISATIONS, {"Confidence": "hihg", "Founded": "2004"}, "Confidence", "high"),
    (LINKS, {"How": "memberof"}, "How", "member_of"),
    (LINKS, {"How": None}, "How", ""),
    (LINKS, {"From": "Bluewater"}, "From", ""),
    (LINKS, {"To": "Nobody at all"}, "To", ""),
    (LINKS, {"Since": "2024-13"}, "Since", ""),
    (LINKS, {"Since": "2024", "Until": "2023"}, "Until", ""),
    (LINKS, {"How": "enrolled_in", "From": "Ghana", "Status": "membre"}, "Status", "member"),
    (LINKS, {"Source": None}, "Source", ""),
)
"""A sheet, what is changed in a row that is valid, the column that is to be named, and a word that is to be offered."""


def test_faults_are_told_by_sheet_row_and_column(blank: Path, copy: SqliteStore) -> None:
    organisations: list[dict[str, object]] = [
        {"Name": "Bluewater Vaccine Trust", **ORGANISATION},
        {"Name": "Network of Cold Rooms", **ORGANISATION, "Kind": "network"},
    ]
    links: list[dict[str, object]] = [
        {"From": "Bluewater Vaccine Trust", "How": "member_of", "To": "Network of Cold Rooms", **CITED}
    ]
    valid = (len(organisations), len(links))
    expected = []
    for number, (sheet, change, column, near) in enumerate(FAULTS):
        if sheet == ORGANISATIONS:
            organisations.append({"Name": f"House {number} of Serum", **ORGANISATION, **change})
            expected.append((len(organisations) + 2, f"{sheet}!{column}", near))
        else:
            links.append({**links[0], **change})
            expected.append((len(links) + 2, f"{sheet}!{column}", near))
    fill(blank, organisations, links)
    report = read(copy, blank)
    assert (report.loaded, report.rejected) == (sum(valid), len(FAULTS)), (report.findings, report.notes)
    assert sorted((one.row, one.column) for one in report.findings) == sorted((row, column) for row, column, _ in expected)
    offered = {(one.row, one.column): one.nearest for one in report.findings}
    assert not [one for one in expected if one[2] and one[2] not in offered[one[0], one[1]]], offered


def test_a_name_that_may_be_several_waits_for_review(blank: Path, copy: SqliteStore) -> None:
    fill(blank, [{"Name": "Medical Research Council", **ORGANISATION}, {"Name": "Third House of Serum", **ORGANISATION}], [])
    report = read(copy, blank)
    assert (report.ok, report.loaded, report.ignored) == (True, 1, 3)
    assert any("review" in reason.reason for reason in report.files[0].reasons)
    assert any("Medical Research Council" in note.value for note in report.notes)


def test_moved_and_further_columns_do_no_harm(blank: Path, copy: SqliteStore) -> None:
    book, moved = load_workbook(blank), Workbook(write_only=True)
    for sheet in book:
        copied = moved.create_sheet(sheet.title)
        for row in sheet.iter_rows(values_only=True):
            turned = row[::-1] if sheet.title in SHEETS else row
            copied.append([*turned, "further"] if sheet.title in SHEETS else turned)
    moved.save(blank)
    fill(blank, [{"Name": "Bluewater Vaccine Trust", **ORGANISATION}], [])
    report = read(copy, blank)
    assert (report.ok, report.loaded) == (True, 1), report.findings
