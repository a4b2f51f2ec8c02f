"""What a mapping may say, and how it is told what is wrong in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RefusedFile
from loaders import mapping_reading
from loaders.mapping import POLICIES, PRECISIONS, Cell, mapping_named, mapping_of, read_mapping, shipped_mappings
from loaders.mapping_cells import CELL, CONDITION
from loaders.sayings import BadValue
from loaders.sheets import Row
from loaders.sheets_header import Header, find_header, letters_of
from loaders.table_dates import date_of

SMALL = """\
source: A report
entities:
  body: {name: Name, kind: organisation}
  place: {name: [Country, "#country"], kind: country}
links:
  - {subject: body, predicate: works_in, object: place}
"""
FULL = """\
name: partners-2026
encoding: cp1252
source:
  title: {column: Source, fill_down: true}
  url: https://example.org/table
  date: 2026-11
sheet: Bodies
header: 2
nulls: [n/a, "-"]
fill_down: [Country]
skip:
  - {column: Name, is: [Total], reason: a line of totals}
  - {column: Remark, matches: "^draft", reason: a draft}
locator: ["page {Page}", "entry {Name}"]
entities:
  body:
    name: {column: Name, split: [";", " / "], values: {WHO: who}}
    id: Code
    kind: {column: Sort, values: {agency: organisation}, closed: true, default: organisation}
    subtype: ngo
    country: Country
    aliases: [Other name]
    acronyms: [{column: Acronym, optional: true}]
    identifiers: {ror: ROR}
    when: {column: Remark, is_not: [old]}
    unsure: reject
    unknown: new
    namespace: partners
  who: {is: who}
links:
  - subject: body
    predicate: {column: How}
    object: who
    valid_from: {column: Since, format: ["%d.%m.%Y", "%Y"], precision: year}
    valid_to: {constant: "2026"}
    confidence: {column: Sure, default: low}
    quotation: Words
    qualifiers: {detail: {template: "{How} of {Country}"}, amount: {column: Amount, extract: "([0-9]+)"}}
    when: {column: Since, empty: false}
literals:
  - {subject: body, predicate: description, value: {each: [Remark, Words]}}
"""


def test_a_small_mapping() -> None:
    rules = mapping_of(SMALL, "small.yaml")
    (table,) = rules.tables
    assert rules.source.title.constant == "A report"
    assert table.entities["place"].name == Cell(columns=(("Country", "#country"),), line=4)
    assert table.statements[0].predicate.constant == "works_in"
    assert (table.entities["body"].unsure, table.entities["body"].unknown) == ("review", "review")


def test_a_mapping_that_says_everything() -> None:
    rules = mapping_of(FULL, "full.yaml")
    (table,) = rules.tables
    body = table.entities["body"]
    assert (rules.name, rules.encoding, rules.source.date) == ("partners-2026", "cp1252", "2026-11")
    assert (table.sheet, table.header, table.nulls, table.fill_down) == ("Bodies", 2, frozenset({"n/a", "-"}), ("Country",))
    assert body.name is not None
    assert body.name.split == (";", " / ")
    assert body.name.values == {"who": "who"}
    assert (body.unsure, body.unknown, body.namespace) == ("reject", "new", "partners")
    assert table.statements[0].valid_from is not None
    assert table.statements[0].valid_from.precision == "year"
    assert table.statements[1].value is not None
    assert table.statements[1].value.columns == (("Remark",), ("Words",))
    assert [cell.template for cell in table.locator] == [
        (("page ", False), ("Page", True)),
        (("entry ", False), ("Name", True)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("predicate: works_in", "predicate: work_in", 6, ["no link 'work_in'", "works_in"]),
        ("predicate: works_in", "predicate: name", 6, ["no link 'name'"]),
        ("predicate: works_in", "predicate: enrolled_in", 6, ["takes as subject"]),
        ("predicate: works_in", "predicate: funds", 6, ["takes as object", "'place' is of the kind country"]),
        ("kind: organisation", "kind: organization", 3, ["no kind 'organization'", "organisation"]),
        ("object: place", "object: places", 6, ["no entity in this mapping 'places'", "place"]),
        ("object: place", "value: Name", 6, ["no key 'value'"]),
        (", object: place", "", 6, ["key 'object' is missing"]),
        ("links:", "lnks:", 5, ["no key 'lnks'", "links"]),
        ("source: A report", "encoding: utf-99\nsource: A report", 1, ["no encoding 'utf-99'", "utf-8"]),
        ("source: A report", "encoding: rot13\nsource: A report", 1, ["no encoding of text"]),
        ("source: A report\n", "", 1, ["key 'source' is missing"]),
        ("source: A report", "source: ''", 1, ["it is empty"]),
        ("{name: Name, kind", "{name: Name, unknown: make, kind", 3, ["no way 'make'", "review"]),
        ("{name: Name, kind", "{name: Name, unknown: new, kind", 3, ["namespace"]),
        ("{name: Name, kind", "{name: Name, unknown: new, namespace: A b, kind", 3, ["no namespace"]),
        ("{name: Name, kind: organisation}", "{kind: organisation}", 3, ["key 'name' is missing"]),
        ("name: Name", "name: {colum: Name}", 3, ["no key 'colum'", "column"]),
        ("name: Name", "name: {column: Name, each: [A]}", 3, ["one of these keys"]),
        ("name: Name", "name: {values: {a: b}}", 3, ["one of these keys"]),
        ("name: Name", "name: {column: Name, extract: '('}", 3, ["regular expression"]),
        ("name: Name", "name: {column: Name, extract: 'abc'}", 3, ["one group"]),
        ("name: Name", "name: {template: 'no column'}", 3, ["names no column"]),
        ("name: Name", "name: {template: '{A'}", 3, ["brace"]),
        ("name: Name", "name: {column: Name, format: '%d/%Y'}", 3, ["no date format"]),
        ("name: Name", "name: {column: Name, optional: perhaps}", 3, ["true or false"]),
        ("name: Name", "name: Name, name: Other", 3, ["'name' stands here twice"]),
        ("object: place}", "object: place, when: {column: A}}", 6, ["one test is needed"]),
        ("object: place}", "object: place, confidence: sure}", 6, ["no confidence 'sure'"]),
        ("object: place}", "object: place, qualifiers: {Two words: A}}", 6, ["name of a qualifier"]),
        ("source: A report", "source: {title: A, url: nowhere}", 1, ["no address"]),
        ("source: A report", "source: A\nheader: two", 2, ["no number"]),
        ("source: A report", "source: A\nname: Partners!", 2, ["small letters"]),
        ("source: A report", "source: &a A\nname: *a", 2, ["does not refer"]),
        ("links:\n", "links: [\n", 6, ["not YAML"]),
        ("source: A report", "source: A\ntables: []", 3, ["no key 'entities'"]),
        (SMALL, "source: A\ntables: []", 2, ["lists no sheet"]),
        (SMALL, SMALL.partition("links")[0], 1, ["it states nothing"]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, words: list[str]) -> None:
    with pytest.raises(RefusedFile) as error:
        mapping_of(SMALL.replace(old, new), "small.yaml")
    told = str(error.value)
    assert told.startswith(f"mapping small.yaml, line {line}"), told
    assert all(word in told for word in words), told


@pytest.mark.parametrize("text", ["", "- a\n", "just text", "\t", "a: b: c", "!!python/object:os.system {}", "a: !x\n", "\x00"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(RefusedFile, match=r"mapping x\.yaml"):
        mapping_of(text, "x.yaml")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(place=st.integers(0, len(FULL) - 1), put=st.text(max_size=3))
def test_a_mutated_mapping_is_read_or_refused(place: int, put: str) -> None:
    try:
        mapping_of(FULL[:place] + put + FULL[place + 1 :], "x.yaml")
    except RefusedFile as error:
        assert str(error).startswith("mapping x.yaml")  # noqa: PT017 (it may also be read)


def test_membership_needs_a_status_of_the_vocabulary() -> None:
    text = SMALL.replace("body: {name: Name, kind: organisation}", "body: {name: Name, kind: mechanism}")
    text = text.replace(
        "{subject: body, predicate: works_in, object: place}", "{subject: place, predicate: enrolled_in, object: body}"
    )
    with pytest.raises(RefusedFile, match=r"line 6.*'enrolled_in' needs the qualifier 'status'"):
        mapping_of(text, "x")
    text = text.replace("object: body}", "object: body, qualifiers: {status: {constant: membr}}}")
    with pytest.raises(RefusedFile, match=r"no status 'membr'. Nearest: member"):
        mapping_of(text, "x")
    assert mapping_of(text.replace("membr", "member"), "x").tables


def test_tables_of_several_sheets() -> None:
    table = SMALL.removeprefix("source: A report\n").replace("\n", "\n    ").rstrip()
    text = f"source: A report\ntables:\n  - sheet: One\n    {table}\n  - sheet: Two\n    {table}\n"
    assert [one.sheet for one in mapping_of(text, "x").tables] == ["One", "Two"]
    with pytest.raises(RefusedFile, match="'One' stands here twice"):
        mapping_of(text.replace("Two", "One"), "x")
    with pytest.raises(RefusedFile, match="key 'sheet' is missing"):
        mapping_of(text.replace("- sheet: Two\n   ", "- locator: '{A}'\n   "), "x")


def test_a_mapping_is_found_by_path_or_by_the_name_of_one_that_ships(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(SMALL, encoding="utf-8-sig")
    assert mapping_named(str(path)) == read_mapping(path)
    assert shipped_mappings()
    for name in shipped_mappings():
        assert mapping_named(name).tables
    with pytest.raises(RefusedFile, match="none that comes with mcmgraph"):
        mapping_named("no_such_mapping")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RefusedFile, match="not text in UTF-8"):
        read_mapping(path)
    with pytest.raises(RefusedFile, match="cannot be opened"):
        read_mapping(tmp_path)


def test_the_page_names_every_word_and_its_example_is_a_mapping() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert mapping_of(shown, "tables.md").tables[0].statements
    words = {*CELL, *CONDITION, *mapping_reading.WORDS, *POLICIES, *PRECISIONS}
    missing = sorted(word for word in words if not re.search(rf"`[^`]*\b{word}\b[^`]*`", page))
    assert not missing


# --- dates -------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "formats", "read"),
    [
        ("2015", (), "2015"),
        ("2015-03", (), "2015-03"),
        ("2015-03-01", (), "2015-03-01"),
        ("2015-03-01T10:00:00Z", (), "2015-03-01"),
        ("2015-03-01 10:00:00", (), "2015-03-01"),
        ("1 March 2015", (), "2015-03-01"),
        ("March 1, 2015", (), "2015-03-01"),
        ("Sept 2015", (), "2015-09"),
        ("30.08.2023", ("%d.%m.%Y",), "2023-08-30"),
        ("8/30/23", ("%m/%d/%y",), "2023-08-30"),
        ("8/30/99", ("%m/%d/%y",), "1999-08-30"),
        ("2023", ("%d.%m.%Y", "%Y"), "2023"),
        ("08.2023", ("%m.%Y",), "2023-08"),
    ],
)
def test_dates_keep_what_is_written(text: str, formats: tuple[str, ...], read: str) -> None:
    assert date_of(text, "Date", formats) == read


@pytest.mark.parametrize(
    ("text", "formats", "word"),
    [
        ("01/02/2023", (), "in one way"),
        ("2023-02-30", (), "calendar"),
        ("30.02.2023", ("%d.%m.%Y",), "calendar"),
        ("2023-01-01", ("%d.%m.%Y",), "not a date as %d.%m.%Y"),
        ("42064", (), "in one way"),
        ("1 Maerz 2015", (), "in one way"),
        ("２０１５", (), "in one way"),
    ],
)
def test_dates_are_never_guessed(text: str, formats: tuple[str, ...], word: str) -> None:
    with pytest.raises(BadValue) as error:
        date_of(text, "Date", formats)
    assert word in error.value.reason


# --- headers -----------------------------------------------------------------------------------------------------------------
def rows(*cells: tuple[str, ...]) -> list[Row]:
    return [Row("", number, one) for number, one in enumerate(cells, 1)]


def test_a_header_is_found_above_tags_by_what_is_wanted_or_first() -> None:
    table = rows(("A report",), ("Name", "Seat"), ("#org", "#country+code"), ("x", "KEN"))
    tagged = find_header(table)
    assert (tagged.row, tagged.place("#country"), tagged.place("Seat"), tagged.place("#country+name")) == (3, 1, 1, None)
    assert find_header(table[:2], [["Seat"]]).row == 2
    assert find_header(table[:2]).row == 1
    assert find_header(table, row=1).names == ("A report",)
    assert find_header(table, row=0).place("@B") == 1
    with pytest.raises(RefusedFile, match="no header in row 9"):
        find_header(table, row=9)


def test_columns_by_name_tag_and_letter() -> None:
    header = Header(1, ("Name", "name ", "País", ""), ("#org+code", "#org+name", "", ""))
    assert header.place("Name") == 0
    assert header.place("pais") == 2
    assert (header.place("@C"), header.place("@3"), header.place("#org +Name")) == (2, 2, 1)
    assert (header.place("Nom"), header.place("#sector")) == (None, None)
    with pytest.raises(Exception, match=r"fits several columns \(@A, @B\)"):
        header.place("NAME")
    with pytest.raises(Exception, match=r"'#org' fits several columns \(@A, @B\)"):
        header.place("#org")


@given(st.integers(0, 16_383))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_letters_lead_back_to_their_column(place: int) -> None:
    assert Header(0, ()).place("@" + letters_of(place)) == place
