"""Sheets of XLSX workbooks, read cell by cell from their XML.

Own code, because a reader for hostile files must tell a formula from its last result, must not take the size of a sheet
from what the sheet says of itself, and must not make a row for every number up to a far one. Dates and number formats are
openpyxl's.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from graph.errors import RefusedFile
from loaders.sheets_archive import Archive
from loaders.sheets_cells import MOST_CELL, MOST_COLUMNS, MOST_ROWS, RawRow, excel_date, number_text, spread
from loaders.sheets_xml import whole

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN: Final = "xl/workbook.xml"
_MOST_SHARED: Final = 300_000_000
"""Characters of all shared texts of a workbook together."""
_SPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
MOST_MERGED: Final = 100_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OFFICE: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_ERROR: Final = "the cell shows the error {}"
_NO_RESULT: Final = "it is a formula without a stored result; open the file in a spreadsheet program and save it"


def _tags(*names: str) -> frozenset[str]:
    """Names as tags of both the usual and the strict sort of workbook."""
    return frozenset(f"{{{space}}}{name}" for space in _SPACES for name in names)


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


class Xlsx:
    """An XLSX workbook: ``sheets`` (name to part), ``hidden`` names, and ``rows`` of a sheet."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._merging: set[str] = set()
        for name in archive.names:
            if name.endswith((".xml", ".rels")) and archive.check_xml(name, b"mergeCell"):
                self._merging.add(name)
        targets = self._relations()
        self.sheets: dict[str, str] = {}
        self.hidden: set[str] = set()
        self._since_1904 = False
        for element in whole(archive, _MAIN, _tags("sheet", "workbookPr")):
            if local(element) == "workbookPr":
                self._since_1904 = element.get("date1904", "0").lower() in ("1", "true")
                continue
            name, part = (
                element.get("name", ""),
                targets.get(next((element.attrib[key] for key in _OFFICE if key in element.attrib), ""), ""),
            )
            if not part.startswith("xl/worksheets/"):
                continue  # a chart
            if name in self.sheets:
                raise RefusedFile(f"it has two sheets named {name!r}.")
            self.sheets[name] = part
            if element.get("state", "visible") != "visible":
                self.hidden.add(name)
        self._shared: list[str] | None = None
        self._dates: frozenset[int] | None = None

    def _relations(self) -> dict[str, str]:
        found = {}
        for element in whole(self._archive, "xl/_rels/workbook.xml.rels", _tags("Relationship")):
            if element.get("TargetMode", "") != "External":
                target = element.get("Target", "")
                part = target.lstrip("/") if target.startswith("/") else posixpath.normpath("xl/" + target)
                found[element.get("Id", "")] = part
        return found

    def _texts(self) -> list[str]:
        """The shared texts; what shows how a word is pronounced is left out."""
        if self._shared is None:
            self._shared, size = [], 0
            part = "xl/sharedStrings.xml"
            if part in self._archive.names:
                for element in whole(self._archive, part, _tags("si")):
                    text = _rich(element)
                    size += len(text)
                    if size > _MOST_SHARED:
                        raise RefusedFile(f"its texts have more than {_MOST_SHARED:,} characters. Split it.")
                    self._shared.append(text)
        return self._shared

    def _date_styles(self) -> frozenset[int]:
        """The numbers of the cell formats that show a number as a date."""
        if self._dates is None:
            from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

            formats = dict(BUILTIN_FORMATS)
            dates, number = set(), 0
            part = "xl/styles.xml"
            wanted = _tags("numFmt", "cellXfs")
            for element in whole(self._archive, part, wanted) if part in self._archive.names else ():
                if local(element) == "numFmt":
                    formats[_number(element.get("numFmtId", ""))] = element.get("formatCode", "")[:1000]
                    continue
                for style in element:
                    code = formats.get(_number(style.get("numFmtId", "0")), "")
                    if code and is_date_format(code) and not is_timedelta_format(code):
                        dates.add(number)
                    number += 1
            self._dates = frozenset(dates)
        return self._dates

    def rows(self, sheet: str) -> Iterator[RawRow]:
        """The rows of a sheet that have a filled cell."""
        return spread(self._rows(sheet))

    def _spans(self, part: str) -> dict[tuple[int, int], int]:
        """Row and position of the cells that are merged with those below them, with the last row of each."""
        found: dict[tuple[int, int], int] = {}
        if part not in self._merging:
            return found
        for element in whole(self._archive, part, _tags("mergeCell")):
            first, _, last = element.get("ref", "").partition(":")
            if (top := _REFERENCE.fullmatch(first)) is None or (bottom := _REFERENCE.fullmatch(last)) is None:
                continue
            if int(bottom.group(2)) > int(top.group(2)):
                found[int(top.group(2)), _position(top.group(1))] = int(bottom.group(2))
            if len(found) > MOST_MERGED:
                raise RefusedFile(f"it has more than {MOST_MERGED:,} merged cells.")
        return found

    def _rows(self, sheet: str) -> Iterator[RawRow]:
        shared, dates, spans = self._texts(), self._date_styles(), self._spans(self.sheets[sheet])
        number = count = 0
        for element in whole(self._archive, self.sheets[sheet], _tags("row")):
            number = _row_number(element.get("r", ""), number)
            row = RawRow(number)
            place = -1
            for cell in element:
                if local(cell) != "c":
                    continue
                place = _place(cell.get("r", ""), number, place)
                self._cell(cell, place, row, shared, dates)
            if spans:
                row.spans = {place: spans[number, place] for place in row.cells if (number, place) in spans}
            if row.cells or row.faults:
                count += 1
                if count > MOST_ROWS:
                    raise RefusedFile(f"it has more than {MOST_ROWS:,} rows. Split it.")
                yield row

    def _cell(self, cell: Element, place: int, row: RawRow, shared: list[str], dates: frozenset[int]) -> None:
        sort = cell.get("t", "n")
        raw, is_formula, text = None, False, ""
        for part in cell:
            match local(part):
                case "v":
                    raw = part.text or ""
                case "f":
                    is_formula = True
                case "is":
                    text = _rich(part)
        if is_formula and not raw and sort != "str":
            row.fault(place, _NO_RESULT)
            return
        if raw is None and sort != "inlineStr":
            return
        raw = raw or ""
        match sort:
            case "s":
                index = _number(raw)
                if not 0 <= index < len(shared):
                    raise RefusedFile(f"row {row.number}: a cell names a text that the workbook does not have; it is damaged.")
                row.put(place, shared[index])
            case "inlineStr":
                row.put(place, text)
            case "str":
                row.put(place, _unescaped(raw))
            case "b":
                row.put(place, "TRUE" if raw.strip() == "1" else "FALSE")
            case "e":
                row.fault(place, _ERROR.format(raw[:20]))
            case "d":
                row.put(place, raw[:40], is_date=True)
            case _:
                self._numeric(raw, cell.get("s", "0"), place, row, dates)

    def _numeric(self, raw: str, style: str, place: int, row: RawRow, dates: frozenset[int]) -> None:
        try:
            value = float(raw)
        except ValueError:
            raise RefusedFile(f"row {row.number}: {raw[:40]!a} is no number; the workbook is damaged.") from None
        if _number(style) not in dates:
            row.put(place, _digits(raw, value))
            return
        try:
            row.put(place, excel_date(value, self._since_1904), is_date=True)
        except (ValueError, OverflowError):
            row.fault(place, f"the number {raw[:40]} is shown as a date and is none")


def _digits(raw: str, value: float) -> str:
    """A number as its shortest text; whole numbers of up to 15 digits as they are, longer ones as they are stored."""
    stored = raw.strip()
    return stored if stored.isdecimal() and stored.isascii() and len(stored) < 30 else number_text(value)


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 10 else -1


def _row_number(given: str, before: int) -> int:
    number = _number(given) if given else before + 1
    if number <= before:
        raise RefusedFile(f"row {before + 1}: the rows do not follow one another; the workbook is damaged.")
    if number > 1_048_576:
        raise RefusedFile(f"it says to have a row {given[:20]!a}, which no sheet has.")
    return number


def _place(reference: str, row: int, before: int) -> int:
    """The position of a cell in its row, from 0."""
    if not reference:
        return before + 1
    match = _REFERENCE.fullmatch(reference)
    if match is None or int(match.group(2)) != row:
        raise RefusedFile(f"row {row}: it has a cell at {reference[:20]!a}, which is not in this row; the workbook is damaged.")
    place = _position(match.group(1))
    if place >= MOST_COLUMNS:
        raise RefusedFile(f"row {row}: it has more than {MOST_COLUMNS:,} columns.")
    if place <= before:
        raise RefusedFile(f"row {row}: it has two cells at {reference}, or cells out of order; the workbook is damaged.")
    return place


def _position(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _rich(element: Element) -> str:
    """The text of a cell with formatted stretches."""
    parts, size = [], 0
    for part in element:
        texts = [part] if local(part) == "t" else [one for one in part if local(one) == "t"] if local(part) == "r" else []
        for one in texts:
            parts.append(one.text or "")
            size += len(parts[-1])
    if size > MOST_CELL:
        raise RefusedFile(f"it has a cell of more than {MOST_CELL:,} characters.")
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as ``_x000D_``."""
    return _ESCAPED.sub(lambda mark: chr(int(mark.group(1), 16)), text) if "_x" in text else text
