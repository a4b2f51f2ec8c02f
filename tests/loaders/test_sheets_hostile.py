"""Tables made to do harm: refused with a reason, in bounded time and memory."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.errors import RefusedFile
from loaders.sheets import Row, read_rows
from tests.loaders.registers import SHARED
from tests.loaders.workbooks import MAIN, archive, ods, sheet, text, xlsx

MEGABYTE = 1 << 20
CELL = "<c r='A1' t='inlineStr'><is><t>x</t></is></c>"


@contextmanager
def bounded(seconds: float = 20, memory: int = 64 * MEGABYTE) -> Iterator[None]:
    """Hold that what is done inside takes no more processor time and memory than this."""
    tracemalloc.start()
    begun = time.process_time()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.process_time() - begun < seconds
    assert peak < memory, f"{peak:,} bytes"


def refused(path: Path, *words: str) -> None:
    with bounded(), pytest.raises(RefusedFile) as error:
        for _ in read_rows(path):
            pass
    missing = [word for word in words if word not in str(error.value)]
    assert not missing, str(error.value)


def packed(path: Path, name: str, start: bytes, filler: bytes, times: int, end: bytes = b"", **others: str) -> Path:
    """An archive with a member that unpacks to a great deal, written piece by piece."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for other, said in others.items():
            out.writestr(other.replace("__", "/").replace("_xml", ".xml"), said)
        with out.open(name, "w", force_zip64=True) as member:
            member.write(start)
            for _ in range(times):
                member.write(filler)
            member.write(end)
    return path


# --- archives ----------------------------------------------------------------------------------------------------------------
def test_a_zip_bomb_that_says_so(tmp_path: Path) -> None:
    refused(packed(tmp_path / "a.zip", "a.csv", b"Name\n", b"x" * MEGABYTE, 60), "zip bomb")


def test_a_zip_bomb_that_hides_its_size(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "a.csv", b"Name\n", b"x,y\n" * (MEGABYTE // 4), 60)
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    refused(path)


def test_a_workbook_whose_sheet_is_a_bomb(tmp_path: Path) -> None:
    normal = xlsx(tmp_path / "normal.xlsx", sheet(f'<row r="1">{CELL}</row>'))
    with zipfile.ZipFile(normal) as parts:
        others = {name: parts.read(name) for name in parts.namelist() if "sheet1" not in name}
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, said in others.items():
            out.writestr(name, said)
        with out.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(40):
                member.write(b" " * MEGABYTE)
    refused(path, "zip bomb")


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/etc/evil.csv", "C:evil.csv", "a\\..\\evil.csv", "a/../../b.csv", "a\u202evsc.csv"]
)
def test_paths_that_lead_out_of_an_archive(tmp_path: Path, name: str) -> None:
    refused(archive(tmp_path / "a.zip", {name: "Name\nx\n"}), "leads out of the archive")


def test_two_members_of_one_name_too_many_members_passwords_and_packings(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("a.csv", "Name\nx\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            out.writestr("a.csv", "Name\ny\n")
    refused(path, "two files")
    refused(archive(tmp_path / "many.zip", {f"{n}.csv": "" for n in range(10_001)}), "more than 10,000 files")
    data = bytearray(archive(tmp_path / "locked.zip", {"a.csv": "Name\nx\n"}).read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(data)
    refused(tmp_path / "locked.zip", "encrypted")
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as out:
        out.writestr("a.csv", "Name\nx\n")
    refused(tmp_path / "lzma.zip", "unusual")


# --- sheets ------------------------------------------------------------------------------------------------------------------
def test_a_sheet_that_says_it_has_a_billion_cells_costs_nothing(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", sheet(f'<row r="1">{CELL}</row>', '<dimension ref="A1:XFD1048576"/>'))
    with bounded(2):
        assert [row.cells for row in read_rows(path)] == [("x",)]


def test_far_cells_cost_no_more_than_near_ones(tmp_path: Path) -> None:
    far = f'<row r="1">{CELL}</row><row r="1048576">{text("XFD1048576", "far")}</row>'
    with bounded(2):
        rows = list(read_rows(xlsx(tmp_path / "a.xlsx", sheet(far))))
    assert [(row.number, len(row.cells)) for row in rows] == [(1, 1), (1_048_576, 16_384)]


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ('<row r="1048577"/>', "row '1048577'"),
        ('<row r="2"/><row r="2"/>', "do not follow"),
        ('<row r="-1"/>', "do not follow"),
        (f'<row r="1">{text("XFE1", "x")}</row>', "16,384 columns"),
        (f'<row r="1">{text("A2", "x")}</row>', "not in this row"),
        (f'<row r="1">{text("B1", "x")}{text("A1", "x")}</row>', "out of order"),
        (f'<row r="1">{text("A0", "x")}</row>', "not in this row"),
        ('<row r="1"><c r="A1" t="s"><v>7</v></c></row>', "a text that the workbook does not have"),
        ('<row r="1"><c r="A1"><v>many</v></c></row>', "no number"),
        ("<row><c><v>1</v></row>", "not well-formed"),
        ("<row>" * 200 + "</row>" * 200, "more in it"),
    ],
)
def test_a_sheet_that_contradicts_itself(tmp_path: Path, rows: str, word: str) -> None:
    refused(xlsx(tmp_path / "a.xlsx", sheet(rows)), word)


def test_a_number_that_is_no_date_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    styles = f'<styleSheet {MAIN}><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    rows = (
        '<row r="1"><c r="A1"><v>-5</v></c><c r="B1"><v>1e300</v></c><c r="C1"><v>nan</v></c><c r="D1"><v>42064</v></c></row>'
    )
    (row,) = read_rows(xlsx(tmp_path / "a.xlsx", sheet(rows), styles=styles))
    assert [place for place, _ in row.faults] == [0, 1, 2]
    assert row.cell(3) == "2015-03-01"


@pytest.mark.parametrize("make", [
    lambda long: f'<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c></row>',
    lambda long: f'<row r="1"><c r="A1" t="str"><v>{long}</v></c></row>',
    lambda long: f'<row r="1"><c r="A1" t="{long}"><v>1</v></c></row>',
    lambda long: f'<row r="1"><c r="A1" t="inlineStr"><is>{"<r><t>xxxxxxxxxx</t></r>" * (len(long) // 10)}</is></c></row>',
])  # fmt: skip
def test_a_cell_of_millions_of_characters(tmp_path: Path, make: Callable[[str], str]) -> None:
    refused(xlsx(tmp_path / "a.xlsx", sheet(make("x" * 3_000_000))), "")


def test_long_cells_and_rows_of_text_tables(tmp_path: Path) -> None:
    for data in (b"Name\n" + b"x" * 3_000_000, b"Name\n" + b"," * 5_000_000, b'Name\n"' + b"x\n" * 3_000_000):
        (tmp_path / "a.csv").write_bytes(data)
        refused(tmp_path / "a.csv", "")
    (tmp_path / "a.csv").write_bytes(b"Name\n" + b"a," * 20_000)
    refused(tmp_path / "a.csv", "row 2", "16,384 cells")
    (tmp_path / "a.json").write_text('[{"a": "' + "x" * 200_000 + '"}]')
    refused(tmp_path / "a.json", "131,072 characters")
    (tmp_path / "a.json").write_text("[" * 100_000)
    refused(tmp_path / "a.json", "nested")


ONE = 'office:value-type="float" office:value="1"'


@pytest.mark.parametrize(
    ("row", "cell", "word"),
    [
        ('table:number-rows-repeated="900000000"', f"<table:table-cell {ONE}/>", "repeated 900,000,000 times"),
        ("", f'<table:table-cell table:number-columns-repeated="900000000" {ONE}/>', "16,384 columns"),
        (
            "",
            '<table:table-cell office:value-type="string"><text:p><text:s text:c="900000"/></text:p></table:table-cell>',
            "131,072",
        ),
        ("", "<table:table-cell>" + "<text:span>" * 150 + "</text:span>" * 150 + "</table:table-cell>", "more in it"),
    ],
)
def test_ods_repeats_without_end(tmp_path: Path, row: str, cell: str, word: str) -> None:
    refused(ods(tmp_path / "a.ods", f"<table:table-row {row}>{cell}</table:table-row>"), word)


def test_rows_repeated_within_bounds_are_rows(tmp_path: Path) -> None:
    row = f'<table:table-row table:number-rows-repeated="3"><table:table-cell {ONE}/></table:table-row>'
    assert [one.number for one in read_rows(ods(tmp_path / "a.ods", row))] == [1, 2, 3]


# --- XML ---------------------------------------------------------------------------------------------------------------------
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "'
    + "&a;" * 10
    + '"><!ENTITY c "'
    + "&b;" * 10
    + '">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'


@pytest.mark.parametrize("part", [LAUGHS, OUTSIDE, "<?xml version='1.0'?>" + " " * 70_000 + OUTSIDE])
def test_entities_inside_workbooks(tmp_path: Path, part: str) -> None:
    refused(xlsx(tmp_path / "a.xlsx", part), "declares a document type")
    refused(archive(tmp_path / "a.ods", {"content.xml": part}), "declares a document type")
    refused(xlsx(tmp_path / "b.xlsx", sheet(""), sharedStrings=part), "declares a document type")


def test_a_declaration_across_the_pieces_that_are_read_is_found(tmp_path: Path) -> None:
    for before in range((1 << 16) - 12, (1 << 16) + 2):
        refused(xlsx(tmp_path / "a.xlsx", "<!--" + "x" * (before - 7) + "-->" + OUTSIDE), "declares a document type")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_declaration_in_another_encoding_is_not_let_through(tmp_path: Path, encoding: str) -> None:
    files = {"content.xml": LAUGHS.encode(encoding), "mimetype": b"x"}
    refused(archive(tmp_path / "a.ods", files), "not in UTF-8")


# --- fuzz --------------------------------------------------------------------------------------------------------------------
def samples(folder: Path) -> list[bytes]:
    """One small table of every sort but XLS."""
    rows = (
        f'<row r="1">{text("A1", "Name")}{text("B1", "Doses")}</row><row r="2">{text("A2", "x")}<c r="B2"><v>4.5</v></c></row>'
    )
    date = '<table:table-cell office:value-type="date" office:date-value="2015-03-01"/>'
    return [
        xlsx(folder / "a.xlsx", sheet(rows)).read_bytes(),
        ods(folder / "a.ods", f"<table:table-row>{date}</table:table-row>").read_bytes(),
        archive(folder / "a.zip", {"a.csv": "Name;Country\nInstitut;Kenya\n"}).read_bytes(),
        "Name,Country\nUniversität,Österreich\n".encode("latin-1"),
        "Name\tCountry\nUniversität\tÖsterreich\n".encode("utf-16"),
        b'[{"Name": "A", "Doses": 1}, {"Name": "B"}]',
        b'{"rows": [["Name"], ["A"]]}',
    ]


CHANGES = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A folder to work in, and the samples."""
    folder = tmp_path_factory.mktemp("samples")
    return folder, samples(folder)


def mutated(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    """The same bytes, some of them changed."""
    made = bytearray(data)
    for place, byte in changes:
        made[place % len(made)] = byte
    return bytes(made)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(which=st.integers(0, 6), changes=CHANGES, cut=st.one_of(st.none(), st.integers(0, 1 << 11)))
@example(which=0, changes=[(0, 0)], cut=None)
@example(which=2, changes=[(0, 80)], cut=30)
def test_mutated_tables_are_read_or_refused(
    tables: tuple[Path, list[bytes]], which: int, changes: list[tuple[int, int]], cut: int | None
) -> None:
    folder, whole = tables
    read_or_refused(folder / "mutated", mutated(whole[which], changes)[:cut])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(part=st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "content.xml"]), changes=CHANGES)
def test_workbooks_with_mutated_parts_are_read_or_refused(
    tables: tuple[Path, list[bytes]], part: str, changes: list[tuple[int, int]]
) -> None:
    folder, whole = tables
    (folder / "whole").write_bytes(whole[1] if part == "content.xml" else whole[0])
    with zipfile.ZipFile(folder / "whole") as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    given = files.get(part, b"<styleSheet><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>")
    files[part] = mutated(given, changes)
    read_or_refused(folder / "parts", archive(folder / "parts", dict(files)).read_bytes())


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda said: said.encode("utf-8", "replace"))),
    start=st.sampled_from([b"", b"[", b"{", b"PK\x03\x04", b"\xff\xfe"]),
)
@example(data=b'"\r\n', start=b"")
@example(data=b"\xef\xbb\xbf", start=b"")
def test_any_bytes_are_read_or_refused(tables: tuple[Path, list[bytes]], data: bytes, start: bytes) -> None:
    read_or_refused(tables[0] / "any", start + data)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(inner=st.text("<>/=\"'rctv A1ns0 &;", max_size=120))
def test_any_xml_in_a_sheet_is_read_or_refused(tables: tuple[Path, list[bytes]], inner: str) -> None:
    path = tables[0] / "xml.xlsx"
    read_or_refused(path, xlsx(path, sheet(f'<row r="1">{inner}</row>')).read_bytes())


@pytest.mark.parametrize(
    "changes",
    [[(4256, 255)], [(4256, 255), (6606, 0), (1845, 139), (1834, 127)], *([(place, 255)] for place in range(500, 7000, 800))],
)
def test_a_damaged_xls_workbook_cannot_end_the_program(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    """The first two made the library that reads them end its process."""
    path = SHARED / "hxl" / "input-valid.xls"
    if not path.is_file():
        pytest.skip("the published XLS workbook (../shared/data/hxl/input-valid.xls) is not here")
    read_or_refused(tmp_path / "a.xls", mutated(path.read_bytes(), changes))


def read_or_refused(path: Path, data: bytes) -> None:
    """Hold that a file is read, with rows in order, or refused in a sentence that can be printed."""
    path.write_bytes(data)
    rows: list[Row] = []
    told = "read"
    try:
        rows += read_rows(path)
    except RefusedFile as error:
        told = str(error)
    assert told.strip()
    assert told.isprintable(), ascii(told)
    assert all(row.cells or row.faults for row in rows)
    assert [row.number for row in rows] == sorted({row.number for row in rows})
