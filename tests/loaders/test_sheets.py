"""Tables in every format and encoding, as rows of text."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from graph.errors import RefusedFile
from loaders.sheets import Row, contents_of, read_rows
from loaders.sheets_text import delimiter_of
from tests.loaders.workbooks import MAIN, archive, ods, sheet, text, xlsx

HEADER = ("Name", "Country", "Doses")
BODY = ("Institut Pasteur de Dakar", "Côte d'Ivoire", "100")
PLAIN = ",".join(HEADER) + "\n" + ",".join(BODY) + "\n"


def cells(path: Path, sheet_name: str = "", encoding: str = "") -> list[tuple[str, ...]]:
    return [row.cells for row in read_rows(path, sheet_name, encoding)]


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def refused(path: Path, *words: str, encoding: str = "") -> None:
    with pytest.raises(RefusedFile) as error:
        list(read_rows(path, encoding=encoding))
    assert all(word in str(error.value) for word in words), str(error.value)


# --- text --------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_an_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "table.csv", PLAIN.encode(encoding))
    assert contents_of(path).encoding == encoding
    assert cells(path) == [HEADER, BODY]


def test_windows_1252_is_found_by_its_quotation_marks(tmp_path: Path) -> None:
    said = "Name\n“Institut für Hygiene” – Österreich\n"
    path = write(tmp_path / "table.csv", said.encode("cp1252"))
    assert contents_of(path).encoding == "cp1252"
    assert cells(path)[1] == ("“Institut für Hygiene” – Österreich",)


@pytest.mark.parametrize(
    ("said", "encoding"),
    [
        ("Название,Страна\nИнститут Пастера,Россия\n", "cp1251"),
        ("Nazwa,Kraj\nŁódź Uniwersytet Śląski,Polska\nPaństwowy Zakład Higieny,Polska\n", "cp1250"),
        ("Όνομα,Χώρα\nΕθνικός Οργανισμός Δημόσιας Υγείας,Ελλάδα\n", "cp1253"),
        ("名称,国家\n中国疾病预防控制中心,中国\n国家卫生健康委员会,中国\n", "gb18030"),
        ("Name\nInstitut für Hygiene\nFundação Oswaldo Cruz\n", "mac-roman"),
        ("Name\nInstitut für Hygiene\nFundação Oswaldo Cruz\n", "cp850"),
    ],
)
def test_any_other_encoding_is_refused_by_name_and_read_when_named(tmp_path: Path, said: str, encoding: str) -> None:
    path = write(tmp_path / "table.csv", said.encode(encoding))
    refused(path, "its encoding cannot be told", f"It may be {encoding}", "Save it as UTF-8")
    assert ["\n".join(",".join(row) for row in cells(path, encoding=encoding)) + "\n"] == [said]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"name\nC\xc3\xb4te d\xe2\x80\x99Ivoire\nS\xe9n\xc3\xa9gal\nMali \xff\n",
            r"2 broken places: line 3, byte 2 \(E9\); line 4, byte 6 \(FF\)",
        ),
        (b"name\nMinist\xc3\xa8re de la Sant\xc3\xa9, S\xc3\xa9n\xc3", r"1 broken place: line 2, byte 30 \(C3\)"),
        (b"name\n" + "é".encode() * 70_000 + b"\xa0" * 5, "5 broken places: line 2, byte 140001"),
    ],
)
def test_broken_utf_8_is_refused_with_the_places(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(data)
    with pytest.raises(RefusedFile, match=said):
        list(read_rows(path))


def test_turkish_is_not_read_as_icelandic(tmp_path: Path) -> None:
    refused(write(tmp_path / "t.csv", "Ad\nSağlık Bakanlığı\n".encode("cp1254")), "cp1254", "Icelandic")
    path = write(tmp_path / "i.csv", "Nafn\nLandspítali Íslands\nHáskóli Íslands, Þjóð\n".encode("latin-1"))
    assert cells(path)[1] == ("Landspítali Íslands",)


def test_a_named_encoding_is_held_against_the_text(tmp_path: Path) -> None:
    path = write(tmp_path / "table.csv", PLAIN.encode("latin-1"))
    refused(path, "not text in utf-8", encoding="utf-8")
    refused(path, "there is no encoding 'utf-9'", encoding="utf-9")
    refused(path, "no encoding of text", encoding="base64")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"%PDF-1.4 x", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"Name\nab\x00cd\n", "zero bytes"),
        (b"<!doctype html><table><tr><td>Name</td></tr></table>", "web page"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x05\x06" + b"\0" * 18, "empty archive"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no more", "XLS"),
        ("Ad,Ü\n".encode("utf-16")[:-1], "UTF-16"),
        (b'Name\n"left open\n', "quotation"),
        (b"[1, 2]", "neither rows"),
        (b'{"a": 1', "cut off"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, word: str) -> None:
    refused(write(tmp_path / "table.csv", data), word)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    said = [("Name", "Remark"), ("A, the first", "one; two | three"), ("B", "a, b, c, d"), ("C", "")]
    lines = "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in said)
    path = write(tmp_path / "table.txt", lines)
    assert contents_of(path).delimiter == delimiter
    assert [row + ("",) * (2 - len(row)) for row in cells(path)] == said


def test_a_comma_in_names_does_not_make_a_table_of_semicolons_one_of_commas() -> None:
    assert delimiter_of("Name;Country\nInstitute, the;France\nAgency, the;Kenya\n") == ";"
    assert delimiter_of("Name\nno delimiter at all\n") == ","


def test_blank_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = list(read_rows(write(tmp_path / "table.csv", "Name\r\n\r\n , \r\nlast")))
    assert [(row.number, row.cells) for row in rows] == [(1, ("Name",)), (4, ("last",))]


def test_line_ends_of_every_sort_and_inside_quotation_marks(tmp_path: Path) -> None:
    assert cells(write(tmp_path / "mac.csv", "A,B\r1,2\r")) == [("A", "B"), ("1", "2")]
    assert cells(write(tmp_path / "in.csv", 'A,B\n"one\r\ntwo",2\n')) == [("A", "B"), ("one\r\ntwo", "2")]


def test_a_text_that_begins_like_a_formula_is_a_text(tmp_path: Path) -> None:
    assert cells(write(tmp_path / "table.csv", 'A\n"=HYPERLINK(""http://x"")"\n'))[1] == ('=HYPERLINK("http://x")',)


# --- JSON --------------------------------------------------------------------------------------------------------------------
def test_json_arrays_objects_lines_and_arrays_inside(tmp_path: Path) -> None:
    records = [{"Name": "A", "Doses": 1, "Seat": {"City": "B"}}, {"Name": "C", "More": ["x", None, 2.5, True], "Doses": 1.0}]
    expected = [("Name", "Doses", "Seat.City", "More"), ("A", "1", "B"), ("C", "1", "", "x |  | 2.5 | TRUE")]
    assert cells(write(tmp_path / "a.json", json.dumps(records))) == expected
    assert cells(write(tmp_path / "b.json", "\n".join(map(json.dumps, records)))) == expected
    assert cells(write(tmp_path / "c.json", json.dumps({"status": "OK", "rows": records}))) == expected
    assert cells(write(tmp_path / "d.json", json.dumps([["A", "B"], [1, None], ["", "x"]]))) == [("A", "B"), ("1",), ("", "x")]


def test_several_tables_in_one_object_are_sheets(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", json.dumps({"one": [["A"], [1]], "two": [["B"], [2]]}))
    assert contents_of(path).sheets == ("one", "two")
    assert (cells(path), cells(path, "two")) == ([("A",), ("1",)], [("B",), ("2",)])
    with pytest.raises(RefusedFile, match=r"no sheet 'too'. It has: 'two'"):
        cells(path, "too")


@pytest.mark.parametrize(
    "value",
    [[{"a": [[1]]}], [{"a": 1}, [1]], [[1], {"a": 1}], [{"a": {"b": {"c": {"d": {"e": 1}}}}}], [{"a": {"b": 1}, "a.b": 2}]],
)
def test_json_that_is_no_table_is_refused(tmp_path: Path, value: Any) -> None:
    refused(write(tmp_path / "a.json", json.dumps(value)), "")


# --- workbooks ---------------------------------------------------------------------------------------------------------------
def full_workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "One"
    first["B2"], first["C2"], first["D2"], first["E2"], first["F2"] = (
        "a",
        1.5,
        2000000,
        True,
        datetime.fromisoformat("2015-03-01"),
    )
    first["B5"], first["F5"] = "  kept  ", datetime.fromisoformat("2015-03-01T14:30")
    first["C5"] = 20150301
    first["C5"].number_format = '0" days"'
    other = book.create_sheet("Two")
    other.append(["x"])
    secret = book.create_sheet("Hidden")
    secret.sheet_state = "hidden"
    secret.append(["y"])
    book.save(path)
    return path


def test_a_workbook_keeps_places_numbers_and_dates(tmp_path: Path) -> None:
    path = full_workbook(tmp_path / "table.xlsx")
    contents = contents_of(path)
    assert (contents.format, contents.sheets, contents.hidden) == ("xlsx", ("One", "Two"), ("Hidden",))
    assert list(read_rows(path)) == [
        Row("One", 2, ("", "a", "1.5", "2000000", "TRUE", "2015-03-01"), frozenset({5})),
        Row("One", 5, ("", "  kept  ", "20150301", "", "", "2015-03-01 14:30:00"), frozenset({5})),
    ]
    assert cells(path, "Two") == [("x",)]
    assert cells(path, "Hidden") == [("y",)]


def test_a_workbook_by_another_name_is_one(tmp_path: Path) -> None:
    assert contents_of(full_workbook(tmp_path / "table.csv")).format == "xlsx"


def test_dates_of_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = datetime.fromisoformat("1904-01-01")
    page = book.active
    assert page is not None
    page["A1"] = datetime.fromisoformat("2015-03-01")
    book.save(tmp_path / "old.xlsx")
    assert cells(tmp_path / "old.xlsx") == [("2015-03-01",)]


def test_shared_texts_escapes_and_readings(tmp_path: Path) -> None:
    shared = f"<sst {MAIN}><si><r><t>Insti</t></r><r><t>tut_x000A_two</t></r><rPh><t>no</t></rPh></si></sst>"
    path = xlsx(tmp_path / "a.xlsx", sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), sharedStrings=shared)
    assert cells(path) == [("Institut\ntwo",)]


def test_a_formula_is_its_stored_result_and_one_without_is_a_fault(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>X()</f><v>said</v></c><c r="C1"><f>1+1</f><v></v></c>'
        '<c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    (row,) = read_rows(xlsx(tmp_path / "a.xlsx", sheet(rows)))
    assert row.cells == ("2", "said")
    assert [(place, reason[:20]) for place, reason in row.faults] == [(2, "it is a formula with"), (3, "the cell shows the e")]


def test_a_cell_merged_downwards_stands_in_all_its_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["Source", "Name"], ["Report", "A"], [None, "B"], [None, "C"], [None, "D"]):
        page.append(row)
    page.merge_cells("A2:A4")
    book.save(tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx")[1:] == [("Report", "A"), ("Report", "B"), ("Report", "C"), ("", "D")]


def test_an_ods_workbook(tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="One")
    for row in (["Name", "Doses", "Since"], ["A  b", 100, "2015-03-01"], [], ["C", 0.5, ""]):
        line = TableRow()
        for cell in row:
            match cell:
                case int() | float():
                    line.addElement(TableCell(valuetype="float", value=str(cell)))
                case "2015-03-01":
                    line.addElement(TableCell(valuetype="date", datevalue=cell))
                case "":
                    line.addElement(TableCell(numbercolumnsrepeated="1000"))
                case _:
                    made = TableCell(valuetype="string")
                    made.addElement(P(text=cell))
                    line.addElement(made)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "a.ods"))
    rows = list(read_rows(tmp_path / "a.ods"))
    assert contents_of(tmp_path / "a.ods").format == "ods"
    assert rows[0].cells == ("Name", "Doses", "Since")
    assert (rows[1].number, rows[1].cells[1:], rows[1].dates) == (2, ("100", "2015-03-01"), frozenset({2}))
    assert (rows[2].number, rows[2].cells) == (4, ("C", "0.5"))


def test_ods_repeats_spans_spaces_notes_and_faults(tmp_path: Path) -> None:
    note = "<text:p>a note</text:p>"
    said = '<table:table-cell office:value-type="string"{}>{}</table:table-cell>'
    rows = (
        "<table:table-row>"
        + said.format(' table:number-columns-repeated="2"', "<text:p>a<text:s text:c='3'/>b</text:p><text:p>c</text:p>")
        + "</table:table-row>"
        + '<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16384"/>'
        + "</table:table-row><table:table-row>"
        + said.format(' table:number-rows-spanned="2"', f"<office:annotation>{note}</office:annotation><text:p>d</text:p>")
        + '<table:table-cell table:formula="of:=1"/></table:table-row>'
        + "<table:table-row><table:covered-table-cell/>" + said.format("", "<text:p>e</text:p>") + "</table:table-row>"
    )  # fmt: skip
    first, second, third = read_rows(ods(tmp_path / "a.ods", rows))
    assert (first.number, first.cells) == (1, ("a   b\nc", "a   b\nc"))
    assert (second.number, second.cells) == (1_000_002, ("d",))
    assert second.faults[0][0] == 1
    assert third.cells == ("d", "e")


# --- archives ----------------------------------------------------------------------------------------------------------------
def test_a_zip_archive_with_one_table(tmp_path: Path) -> None:
    made = archive(tmp_path / "a.zip", {"folder/": "", "folder/table.csv": PLAIN.encode("latin-1"), "__MACOSX/x": "y"})
    assert contents_of(made).member == "folder/table.csv"
    assert cells(made) == [HEADER, BODY]
    assert cells(archive(tmp_path / "b.zip", {"t.json": '[["A"], [1]]'})) == [("A",), ("1",)]


def test_a_zip_archive_with_none_or_several_is_refused(tmp_path: Path) -> None:
    refused(archive(tmp_path / "a.zip", {"a.csv": PLAIN, "b.csv": PLAIN}), "holds 2 files: a.csv, b.csv")
    refused(archive(tmp_path / "b.zip", {"__MACOSX/x": "y"}), "holds 0 files")
    refused(xlsx(tmp_path / "c.xlsx"), "no sheet")
    refused(archive(tmp_path / "d.zip", {"xl/workbook.bin": "x", "y": ""}), "XLSB")
    inner = archive(tmp_path / "inner.zip", {"a.csv": PLAIN}).read_bytes()
    refused(archive(tmp_path / "e.zip", {"inner.zip": inner}), "")


def test_a_missing_sheet_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", sheet(f'<row r="1">{text("A1", "x")}</row>'))
    with pytest.raises(RefusedFile, match=r"no sheet 'S2'. It has: 'S1'"):
        cells(path, "S2")
