"""Tables by a mapping: names, links, literals, the ledger, review; and what is refused."""

from __future__ import annotations

import json
import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import InputError, RefusedFile
from graph.model import ANY_TIME, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import deciding, review
from loaders.column import read_column
from loaders.ledger import Report
from loaders.proposing import propose
from loaders.table import load
from tests.loaders.registers import reasons, refused, said, values
from tests.loaders.workbooks import sheet, text, xlsx

AT = datetime(2026, 11, 22, tzinfo=UTC)
MAPPING = """\
name: partners
source: {title: A report of partners, url: "https://example.org/report", date: "2026"}
nulls: [n/a]
entities:
  body: {name: {column: Name, split: [" / "]}, kind: organisation, country: Country, unknown: new, namespace: test}
  place: {name: Country, kind: country, unsure: reject, unknown: reject}
links:
  - subject: body
    predicate: works_in
    object: place
    valid_from: {column: Since, format: ["%d.%m.%Y", "%Y"], optional: true}
    confidence: {column: Sure, default: medium, optional: true}
    qualifiers: {activity: {column: Activity, optional: true}}
"""
BASIC = "Name,Country\nA Body of Nobody,Kenya\n"


def table(folder: Path, rows: str, mapping: str = MAPPING) -> tuple[Path, str]:
    """A CSV file and its mapping."""
    (folder / "m.yaml").write_text(mapping, encoding="utf-8")
    (folder / "partners.csv").write_text(rows, encoding="utf-8")
    return folder / "partners.csv", str(folder / "m.yaml")


def loaded(store: SqliteStore, folder: Path, rows: str, mapping: str = MAPPING, days: int = 0, dry_run: bool = False) -> Report:
    path, rules = table(folder, rows, mapping)
    return load(store, [path], AT + timedelta(days=days), None, dry_run, rules)


def named(store: SqliteStore, name: str) -> list[str]:
    return sorted({one.subject for one in store.scan("name", ANY_TIME) if one.value == name})


def works(store: SqliteStore, subject: str) -> list[Statement]:
    return [one for one in said(store, subject, "works_in") if "report-of-partners" in one.citation.source]


# --- rows to statements ------------------------------------------------------------------------------------------------------
def test_a_row_links_a_known_body_or_a_new_one(small: SqliteStore, tmp_path: Path) -> None:
    rows = (
        "Name,Country,Since,Sure,Activity\nUNICEF / A Body of Nobody,Kenya,01.02.2020,high,Vaccines\n"
        "United Nations Children's Fund,Côte d'Ivoire,2021,,n/a\n"
    )
    report = loaded(small, tmp_path, rows)
    assert (report.ok, report.loaded) == (True, 2), report.findings
    (kenya, ivory) = sorted(works(small, "unicef"), key=lambda one: one.object or "", reverse=True)
    assert (kenya.object, str(kenya.valid), kenya.confidence) == ("KEN", "since 2020-02-01", "high")
    assert (kenya.qualifier("activity"), kenya.release, kenya.citation.url) == (
        "Vaccines",
        "2026",
        "https://example.org/report",
    )
    assert (ivory.object, str(ivory.valid), ivory.confidence, ivory.qualifiers) == ("CIV", "since 2021", "medium", ())
    assert (kenya.citation.locator, ivory.citation.locator) == ("record 1", "record 2")
    (body,) = named(small, "A Body of Nobody")
    assert body.startswith("test:a-body-of-nobody-")
    assert values(small, body, "kind") == {"organisation"}
    assert values(small, body, "located_in") == {"KEN"}
    assert report.files[0].source == "table/partners"


def test_one_name_in_two_places_is_two_bodies(small: SqliteStore, tmp_path: Path) -> None:
    loaded(small, tmp_path, "Name,Country\nMinistry of Potions,Kenya\nMinistry of Potions,Ghana\nMINISTRY of potions,KENYA\n")
    kenya, ghana = named(small, "Ministry of Potions")
    assert {frozenset(values(small, one, "located_in")) for one in (kenya, ghana)} == {frozenset({"KEN"}), frozenset({"GHA"})}


def test_loading_again_changes_nothing_and_a_dry_run_writes_nothing(small: SqliteStore, tmp_path: Path) -> None:
    before = small.revision()
    dry = loaded(small, tmp_path, BASIC, dry_run=True)
    assert (small.revision(), dry.loaded) == (before, 1)
    first = loaded(small, tmp_path, BASIC)
    assert first.files[0].added == dry.files[0].added > 0
    again = loaded(small, tmp_path, BASIC, days=1)
    assert (again.unchanged, again.files[0].added, again.files[0].withdrawn) == (1, 0, 0)
    assert again.revision == first.revision
    changed = loaded(small, tmp_path, BASIC.replace("Kenya", "Ghana"), days=2, dry_run=True)
    real = loaded(small, tmp_path, BASIC.replace("Kenya", "Ghana"), days=2)
    assert (changed.files[0].added, changed.files[0].withdrawn) == (real.files[0].added, real.files[0].withdrawn)
    shown = [(one.change, one.statement.partition(" ")[2]) for one in changed.files[0].examples]
    assert ("added", "works_in GHA (record 1)") in shown
    assert ("withdrawn", "works_in KEN (record 1)") in shown
    assert real.files[0].examples == ()


def test_bad_rows_are_rejected_by_row_and_column_with_the_nearest_and_the_others_loaded(
    small: SqliteStore, tmp_path: Path
) -> None:
    rows = (
        "Name,Country,Since,Sure\nA Body,Kenya,2020,high\nA Body,Kenyaland,2020,high\nA Body,Kenya,31.02.2020,high\n"
        "A Body,Kenya,2020,hihg\n"
        "A \u202eydoB,Kenya,2020,high\nA\x07Body,Kenya,2020,high\n,,,\n,,2020,\n"
    )
    report = loaded(small, tmp_path, rows)
    (ledger,) = report.files
    assert ledger.balanced
    assert (ledger.read, ledger.loaded, ledger.rejected, ledger.ignored) == (7, 1, 5, 1)
    found = {(one.row, one.column): one for one in report.findings}
    assert set(found) == {(3, "Country"), (4, "Since"), (5, "Sure"), (6, "Name"), (7, "Name")}
    assert found[3, "Country"].value == "Kenyaland"
    assert found[5, "Sure"].nearest == ("high",)
    assert "reverses the order" in found[6, "Name"].reason
    assert reasons(report)["nothing stands in the columns that the mapping reads"] == 1


def test_skipping_filling_down_splitting_and_maps_of_values(small: SqliteStore, tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        "nulls: [n/a]",
        'nulls: [n/a]\nfill_down: [Country]\nskip: [{column: Name, matches: "^Total", reason: a line of totals}]',
    )
    mapping = mapping.replace("kind: country,", "kind: country, ").replace(
        "name: Country,", "name: {column: Country, values: {Home: Kenya}},"
    )
    rows = "Name,Country\nBody One,Home\nTotal,Ghana\nBody Two,\nBody Three,N/A\n"
    report = loaded(small, tmp_path, rows, mapping.replace("country: Country, unknown", "unknown"))
    assert reasons(report)["a line of totals"] == 1
    for name in ("Body One", "Body Two"):  # the skipped line filled nothing
        assert [one.object for one in works(small, named(small, name)[0])] == ["KEN"]
    assert [one.object for one in works(small, named(small, "Body Three")[0])] == []


def test_literals_templates_quotations_conditions_and_locators(small: SqliteStore, tmp_path: Path) -> None:
    mapping = MAPPING.partition("links:")[0] + (
        'locator: ["page {Page}", "entry {Name}"]\n'
        "literals:\n"
        '  - {subject: body, predicate: description, value: {template: "{What} in {Country}"}, quotation: What,\n'
        "     when: {column: What, is_not: [old]}}\n"
        '  - {subject: body, predicate: homepage, value: {column: Site, extract: "<(http[^>]+)>"}}\n'
    )
    rows = (
        "Name,Country,What,Site,Page\nBody One,Kenya,Vaccines,<https://one.example>,7\nBody Two,Kenya,old,none,\n"
        "Body Three,Kenya,,,\n"
    )
    report = loaded(small, tmp_path, rows, mapping)
    assert report.ok, report.findings
    (one,) = said(small, named(small, "Body One")[0], "description")
    assert (one.value, one.citation.quotation, one.citation.locator) == ("Vaccines in Kenya", "Vaccines", "page 7")
    assert values(small, named(small, "Body One")[0], "homepage") == {"https://one.example"}
    two = named(small, "Body Two")[0]
    assert (values(small, two, "description"), values(small, two, "homepage")) == (set(), set())
    assert said(small, two, "name")[0].citation.locator == "entry Body Two"


def test_identifiers_and_ids_come_before_names(small: SqliteStore, tmp_path: Path) -> None:
    mapping = MAPPING.replace("country: Country, unknown", "id: Id, identifiers: {ror: ROR}, acronyms: [Short], unknown")
    rows = "Name,Country,Id,ROR,Short\nSomething else,Kenya,who,,\nBody One,Kenya,b-1,https://ror.org/0abcdef12,BOX\nBOX,Ghana,,,\n"
    report = loaded(small, tmp_path, rows, mapping)
    assert report.ok, report.findings
    assert [one.object for one in works(small, "who")] == ["KEN"]
    assert values(small, "test:b-1", "identifier") == {"ror:0abcdef12"}
    assert values(small, "test:b-1", "alias") == {"BOX"}
    assert {one.object for one in works(small, "test:b-1")} == {"KEN", "GHA"}  # called by its short name in the last row


def test_a_source_from_the_cells_and_a_row_without_one(small: SqliteStore, tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        '{title: A report of partners, url: "https://example.org/report", date: "2026"}',
        "{title: {column: Source}, url: {column: Address}}",
    )
    report = loaded(
        small,
        tmp_path,
        "Name,Country,Source,Address\nBody One,Kenya,A report of partners,\nBody Two,Kenya,,\nBody Three,Kenya,A page,x\n",
        mapping,
    )
    assert (report.loaded, report.rejected) == (1, 2)
    assert [(one.column, one.row) for one in report.findings] == [("Source", 3), ("Address", 4)]
    (work,) = works(small, named(small, "Body One")[0])
    assert values(small, work.citation.source, "name") == {"A report of partners"}


def test_a_predicate_from_a_cell_is_held_against_the_vocabulary(small: SqliteStore, tmp_path: Path) -> None:
    mapping = MAPPING.replace("predicate: works_in", "predicate: {column: How}")
    rows = "Name,Country,How\nBody One,Kenya,works_in\nBody Two,Kenya,work_in\nBody Three,Kenya,member_of\nBody Four,Kenya,\n"
    report = loaded(small, tmp_path, rows, mapping)
    assert (report.loaded, report.rejected) == (1, 3)
    second, third, fourth = report.findings
    assert (second.column, second.nearest[0]) == ("How", "works_in")
    assert "takes one of" in third.reason
    assert (fourth.column, fourth.reason) == ("How", "a predicate is needed")


def test_several_sheets_name_the_bodies_of_each_other(small: SqliteStore, tmp_path: Path) -> None:
    mapping = (
        "source: A report of partners\ntables:\n"
        "  - {sheet: S2, entities: {one: {name: A, unknown: reject}, two: {name: B, unknown: reject}},"
        " links: [{subject: one, predicate: partners_with, object: two}]}\n"
        "  - {sheet: S1, entities: {body: {name: Name, kind: organisation, unknown: new, namespace: test}}}\n"
    )
    (tmp_path / "m.yaml").write_text(mapping)
    first = "".join(f'<row r="{n}">{text(f"A{n}", said)}</row>' for n, said in enumerate(["Name", "Body One", "Body Two"], 1))
    pairs = [("A", "B"), ("Body One", "body two"), ("Body One", "Nobody of All")]
    second = "".join(f'<row r="{n}">{text(f"A{n}", one)}{text(f"B{n}", two)}</row>' for n, (one, two) in enumerate(pairs, 1))
    third = sheet(f'<row r="1">{text("A1", "left alone")}</row>')
    path = xlsx(tmp_path / "a.xlsx", sheet(first), sheet(second), third)
    report = load(small, [path], AT, mapping=str(tmp_path / "m.yaml"))
    assert (report.loaded, report.rejected) == (3, 1)
    (one,) = [one for one in small.scan("partners_with", ANY_TIME) if one.subject.startswith("test:")]
    assert one.citation.locator == "sheet 'S2', record 1"
    (finding,) = report.findings
    assert (finding.row, finding.column, finding.value) == (3, "S2!B", "Nobody of All")
    assert "S3" in {note.value for note in report.notes}


# --- review ------------------------------------------------------------------------------------------------------------------
REVIEWED = MAPPING.replace("unknown: new, namespace: test", "unknown: review")


def test_an_unknown_name_waits_for_review_and_an_accepted_one_is_loaded(small: SqliteStore, tmp_path: Path) -> None:
    rows = "Name,Country\nABCX,Kenya\nABCX,Kenya\nWorld Health Organization / ABCX,Kenya\n"
    report = loaded(small, tmp_path, rows, REVIEWED)
    assert (report.ok, report.loaded, report.ignored) == (True, 1, 2)
    assert [note.value for note in report.notes if "review" in note.reason] == ["ABCX"]
    (item,) = [one for one in review.queue(small) if one.name == "ABCX"]
    assert "Kenya" in item.sentence
    deciding.accept(small, item.key, "A. Reviewer", "they told us", AT + timedelta(hours=1), entity="who")
    again = loaded(small, tmp_path, rows, REVIEWED, days=1)
    assert (again.loaded, again.unchanged, again.ignored) == (2, 1, 0)
    assert {one.object for one in works(small, "who")} == {"KEN"}


def test_a_rejected_name_does_not_come_back_and_makes_a_new_body_where_the_mapping_wants_one(
    small: SqliteStore, tmp_path: Path
) -> None:
    rows = "Name,Country\nABCX,Kenya\n"
    loaded(small, tmp_path, rows, REVIEWED)
    (item,) = [one for one in review.queue(small) if one.name == "ABCX"]
    deciding.reject(small, item.key, "A. Reviewer", "nobody of ours", AT + timedelta(hours=1))
    again = loaded(small, tmp_path, rows + "World Health Organization,Kenya\n", REVIEWED, days=1)
    assert (again.loaded, again.ignored) == (1, 1)
    assert not [one for one in review.queue(small) if one.name == "ABCX"]
    made = loaded(small, tmp_path, rows, MAPPING, days=2)
    assert made.loaded == 1
    assert len(named(small, "ABCX")) == 1


def test_a_new_body_that_may_be_a_known_one_is_made_and_proposed(small: SqliteStore, tmp_path: Path) -> None:
    mapping = MAPPING.replace("unknown: new", "unsure: new, unknown: new").replace("country: Country, ", "")
    rows = "Name,Country\nUnited Nations Childrens Funds Kenya,Kenya\n"
    report = loaded(small, tmp_path, rows, mapping)
    assert report.loaded == 1
    (item,) = [one for one in review.queue(small) if one.sort == "same"]
    assert item.candidates[0] == "unicef"
    assert item.subject.startswith("test:")


@pytest.mark.parametrize(("unknown", "loaded_rows", "rejected", "ignored"), [("reject", 0, 1, 0), ("ignore", 0, 0, 1)])
def test_other_ways_with_unknown_names(
    small: SqliteStore, tmp_path: Path, unknown: str, loaded_rows: int, rejected: int, ignored: int
) -> None:
    rows = "Name,Country\nA Body of Nobody,Kenya\nWorld Health Organization,Kenya\n"
    report = loaded(small, tmp_path, rows, MAPPING.replace("unknown: new", f"unknown: {unknown}"))
    assert (report.loaded, report.rejected, report.ignored) == (loaded_rows + 1, rejected, ignored)


# --- files and mappings ------------------------------------------------------------------------------------------------------
def test_a_mapping_beside_the_file_is_used_and_said(small: SqliteStore, tmp_path: Path) -> None:
    path, rules = table(tmp_path, BASIC)
    Path(rules).rename(tmp_path / "partners.csv.mapping.yaml")
    report = load(small, [path], AT)
    assert (report.ok, report.loaded) == (True, 1)
    assert [(note.value, note.reason) for note in report.notes] == [("partners.csv.mapping.yaml", "the mapping that was used")]


def test_no_mapping_a_bad_one_and_a_missing_column_are_refused(small: SqliteStore, tmp_path: Path) -> None:
    path, rules = table(tmp_path, BASIC)
    refused(small, load(small, [path], AT), "a mapping has to say")
    with pytest.raises(RefusedFile, match=r"there is no mapping 'ebola_3v'.*ebola_3w"):
        load(small, [path], AT, mapping="ebola_3v")
    (tmp_path / "partners.csv.mapping.yaml").write_text("entities: {}")
    refused(small, load(small, [path], AT), "partners.csv.mapping.yaml", "source")
    table(tmp_path, BASIC.replace("Country", "Contry"))
    refused(small, load(small, [path], AT, mapping=rules), "line 5", "no column 'Country'", "'Contry'")
    gone = MAPPING.replace("  place:", "  other: {is: no-such-body}\n  place:")
    refused(small, loaded(small, tmp_path, BASIC, gone), "no entity 'no-such-body'")


def test_only_the_columns_that_are_read_can_be_at_fault(small: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    formula = "<c r='{}'><f>1+1</f></c>"
    rows = (
        f'<row r="1">{text("A1", "Name")}{text("B1", "Country")}{text("C1", "Sum")}{text("D1", "Since")}</row>'
        f'<row r="2">{text("A2", "Body One")}{text("B2", "Kenya")}{formula.format("C2")}</row>'
        f'<row r="3">{text("A3", "Body Two")}{text("B3", "Kenya")}{formula.format("D3")}</row>'
    )
    report = load(small, [xlsx(tmp_path / "a.xlsx", sheet(rows))], AT, mapping=str(tmp_path / "m.yaml"))
    assert (report.loaded, report.rejected) == (1, 1)
    assert (report.findings[0].row, report.findings[0].column) == (3, "Since")
    assert "formula without a stored result" in report.findings[0].reason


def test_a_file_that_changes_while_it_is_read_is_refused(small: SqliteStore, tmp_path: Path) -> None:
    rows = "Name,Country\n" + "".join(f"Body {number},Kenya\n" for number in range(1200))
    path, rules = table(tmp_path, rows)

    def change(_file: str, _done: int, _total: int | None) -> None:
        path.write_text(rows.replace("Body 1199", "Corps 1199"), encoding="utf-8")

    refused(small, load(small, [path], AT, change, mapping=rules), "changed while it was being loaded")
    assert not named(small, "Body 1")


def test_a_file_that_breaks_off_leaves_no_trace(small: SqliteStore, tmp_path: Path) -> None:
    rows = "Name,Country\n" + "".join(f"Body {number},Kenya\n" for number in range(800)) + '"left open,Kenya\n'
    refused(small, loaded(small, tmp_path, rows), "row 802")
    refused(small, loaded(small, tmp_path, "Name,Country\n"), "no row")


def test_notes_and_totals_below_a_table_are_no_bodies(small: SqliteStore, tmp_path: Path) -> None:
    def row(number: int, *cells: str) -> str:
        return f'<row r="{number}">' + "".join(text(f"{'ABC'[at]}{number}", cell) for at, cell in enumerate(cells)) + "</row>"

    rows = (
        row(1, "Name", "Country", "Since") + row(2, "Body One", "Kenya", "2021") + row(4, "Body Two", "Kenya", "2022")
        + row(5, "Total", "2") + row(7, "Note: figures are provisional") + row(8, "Source: focal points")
    )  # fmt: skip
    report = load(small, [xlsx(tmp_path / "a.xlsx", sheet(rows))], AT, mapping=table(tmp_path, "")[1])
    assert (report.read, report.loaded, report.rejected, report.ignored) == (5, 2, 0, 3), report.findings
    assert not named(small, "Total")
    assert not named(small, "Source: focal points")


def test_a_lone_name_between_rows_of_the_table_is_a_row_of_it(small: SqliteStore, tmp_path: Path) -> None:
    rows = "Name,Country,Since\nBody One,Kenya,2021\n\nBody Two,,\nBody Three,Kenya,2022\n"
    report = loaded(small, tmp_path, rows)
    assert not [one for one in report.files[0].reasons if "below the table" in one.reason]


def test_a_name_that_waits_is_told_with_its_column(small: SqliteStore, tmp_path: Path) -> None:
    report = loaded(
        small,
        tmp_path,
        "Name,Country\nNobody At All,Kenya\n",
        MAPPING.replace("unknown: new, namespace: test", "unknown: review"),
    )
    assert [(one.column, one.value) for one in report.notes if "waits for review" in one.reason] == [("Name", "Nobody At All")]


def test_what_is_no_file_is_never_opened(small: SqliteStore, tmp_path: Path) -> None:
    rules = table(tmp_path, BASIC)[1]
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    for name, why in (
        ("pipe.csv", "a pipe or a device"),
        ("loop.csv", "a link that leads to no file"),
        ("none.csv", "no such file"),
    ):
        with pytest.raises(InputError, match=why):
            load(small, [tmp_path / name], AT, mapping=rules)
        with pytest.raises(RefusedFile, match=why):
            propose(tmp_path / name, Graph(small))
        with pytest.raises(RefusedFile, match=why):
            read_column(tmp_path / name, "Name")


def test_two_files_of_one_name_are_not_both_loaded(small: SqliteStore, tmp_path: Path) -> None:
    path, rules = table(tmp_path, BASIC)
    report = load(small, [path, path], AT, mapping=rules)
    assert all(ledger.refused for ledger in report.files)
    assert "'table/partners'" in str(report.findings[0])


def test_a_link_to_a_body_needs_the_row_that_tells_of_it_wherever_it_stands(small: SqliteStore, tmp_path: Path) -> None:
    mapping = """\
source: A register
entities:
  body: {name: Name, kind: organisation, unknown: new, namespace: test}
  whole: {name: Part of, unknown: reject}
literals:
  - {subject: body, predicate: founded_in, value: Year}
links:
  - {subject: body, predicate: part_of, object: whole}
"""
    rows = "Name,Year,Part of\nLower Lab,2001,Upper Lab\nLost Lab,2002,Bad Lab\nUpper Lab,2003,\nBad Lab,last year,\n"
    report = loaded(small, tmp_path, rows, mapping)
    assert report.balanced
    assert (report.read, report.loaded, report.rejected) == (4, 2, 2)
    assert [(one.row, one.column) for one in report.findings] == [(3, "Part of"), (5, "Year")]
    assert "was left out" in report.findings[0].reason
    (lower,), (upper,) = named(small, "Lower Lab"), named(small, "Upper Lab")
    assert [one.object for one in said(small, lower, "part_of")] == [upper]
    assert not named(small, "Lost Lab")
    ends = {one.object for one in small.scan("part_of", ANY_TIME)}
    assert ends <= {one.subject for one in small.scan("kind", ANY_TIME)}
    again = loaded(small, tmp_path, rows, mapping, days=1)
    assert (again.loaded, again.unchanged, again.rejected) == (0, 2, 2)


def test_memory_does_not_grow_with_the_file(small: SqliteStore, tmp_path: Path) -> None:
    peaks = []
    for rows in (500, 2_000):
        path, rules = table(tmp_path, "Name,Country,Activity\n" + "".join(f"UNICEF,Kenya,activity {n}\n" for n in range(rows)))
        tracemalloc.start()
        load(small, [path], AT + timedelta(days=rows), mapping=rules, dry_run=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000, peaks


def test_a_file_in_the_house_format_that_says_nothing_new_changes_nothing(small: SqliteStore, tmp_path: Path) -> None:
    lines = ["id,subject,predicate,object,value,valid_from,valid_to,confidence,source,locator"]
    one = said(small, "who", "name")[0]
    own = f'"who","alias","","A name of ours","","","low","{one.citation.source}","page 7"'
    path = tmp_path / "ours.csv"
    path.write_text("\n".join([*lines, f'"",{own}', '"","who","aliass","","x","","","low","src","page 7"', ""]))
    report = load(small, [path], AT)
    assert (report.loaded, report.rejected) == (1, 1)
    assert report.findings[0].nearest[0] == "alias"
    assert "A name of ours" in values(small, "who", "alias")
    revision = small.revision()
    again = load(small, [path], AT + timedelta(days=1))
    assert (again.unchanged, small.revision()) == (1, revision)


PLACES = st.sampled_from(["Kenya", "", "x", "CIV"])


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(st.text(max_size=12), PLACES, st.text("0123456789./-", max_size=10)), max_size=4))
def test_whatever_stands_in_the_cells_the_ledger_balances(
    small: SqliteStore, tmp_path: Path, cells: list[tuple[str, str, str]]
) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    path = tmp_path / "a.json"
    path.write_text(json.dumps([["Name", "Country", "Since"], *cells]))
    report = load(small, [path], AT, mapping=str(tmp_path / "m.yaml"), dry_run=True)
    assert report.balanced
    assert all(finding.reason.strip() for finding in report.findings)
