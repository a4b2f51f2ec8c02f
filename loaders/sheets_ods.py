"""Sheets of ODS workbooks, read cell by cell from their XML; what a file says to repeat is not made where nothing is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from graph.errors import RefusedFile
from loaders.sheets_archive import Archive
from loaders.sheets_cells import MOST_CELL, MOST_COLUMNS, MOST_ROWS, RawRow, moment_text, number_text, spread
from loaders.sheets_xml import Event, walk

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTENT: Final = "content.xml"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLES: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_STYLE: Final = _STYLES + "style"
_MOST_REPEATED: Final = 10_000
"""Times that a filled row may be repeated, and filled cells of one row in all."""
_NO_RESULT: Final = "it is a formula without a stored result; open the file in a spreadsheet program and save it"


class Ods:
    """An ODS workbook: ``sheets`` (names, in order), ``hidden`` names, and ``rows`` of a sheet."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        archive.check_xml(_CONTENT)
        self.sheets: list[str] = []
        self.hidden: set[str] = set()
        unseen: set[str] = set()
        for event, element in self._events():
            if event == "end" and element.tag == _STYLE:
                properties = [part for part in element if part.tag == _STYLES + "table-properties"]
                if any(part.get(_TABLE + "display") == "false" for part in properties):
                    unseen.add(element.get(_STYLES + "name", ""))
            elif event == "start" and element.tag == _TABLE + "table":
                name = element.get(_TABLE + "name", "")
                if name in self.sheets:
                    raise RefusedFile(f"it has two sheets named {name!r}.")
                self.sheets.append(name)
                if element.get(_TABLE + "style-name", "") in unseen:
                    self.hidden.add(name)

    def _events(self) -> Iterator[Event]:
        return walk(self._archive, _CONTENT, frozenset({_TABLE + "table-row", _STYLE}))

    def rows(self, sheet: str) -> Iterator[RawRow]:
        """The rows of a sheet that have a filled cell."""
        return spread(self._rows(sheet))

    def _rows(self, sheet: str) -> Iterator[RawRow]:
        current, number, count, inside = "", 0, 0, 0
        for event, element in self._events():
            if element.tag == _TABLE + "table":
                if event == "start" and not inside:
                    current, number = element.get(_TABLE + "name", ""), 0
                inside += 1 if event == "start" else -1
            if element.tag != _TABLE + "table-row" or event == "start" or current != sheet or inside != 1:
                continue
            times = _repeated(element, "rows")
            row = _row(element, number + 1)
            if row.cells or row.faults:
                if times > _MOST_REPEATED:
                    raise RefusedFile(f"row {number + 1}: it says that it is repeated {times:,} times.")
                count += times
                if count > MOST_ROWS:
                    raise RefusedFile(f"it has more than {MOST_ROWS:,} rows. Split it.")
                for again in range(times):
                    yield RawRow(number + 1 + again, dict(row.cells), set(row.dates), row.faults, row.spans)
            number += times


def _repeated(element: Element, what: str) -> int:
    return _count(element, f"number-{what}-repeated")


def _count(element: Element, attribute: str) -> int:
    given = element.get(_TABLE + attribute, "1")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 and int(given) else 1


def _row(element: Element, number: int) -> RawRow:
    row = RawRow(number)
    place = 0
    for cell in element:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        times = _repeated(cell, "columns")
        before = len(row.cells) + len(row.faults)
        if cell.tag == _TABLE + "table-cell":
            _cell(cell, place, row)
        if len(row.cells) + len(row.faults) > before:
            if place + times > MOST_COLUMNS:
                raise RefusedFile(f"row {number}: it has more than {MOST_COLUMNS:,} columns.")
            if (rows := _count(cell, "number-rows-spanned")) > 1:
                row.spans[place] = number + rows - 1
            if times > 1:
                for again in range(place + 1, place + times):
                    _cell(cell, again, row)
        place += times
    return row


def _cell(cell: Element, place: int, row: RawRow) -> None:
    sort = cell.get(_OFFICE + "value-type", "")
    value = cell.get(_OFFICE + "value", "")
    is_formula = cell.get(_TABLE + "formula") is not None
    if is_formula and not sort:
        row.fault(place, _NO_RESULT)
        return
    match sort:
        case "":
            return
        case "float" | "percentage" | "currency":
            try:
                row.put(place, number_text(float(value)))
            except ValueError:
                row.fault(place, f"{value[:40]!a} is no number")
        case "date":
            given = cell.get(_OFFICE + "date-value", "")
            try:
                row.put(place, moment_text(datetime.fromisoformat(given)), is_date=True)
            except ValueError:
                row.fault(place, f"{given[:40]!a} is no date")
        case "boolean":
            row.put(place, cell.get(_OFFICE + "boolean-value", "").upper())
        case _:
            row.put(place, _shown(cell, row.number))
            if is_formula and row.cells.get(place, "").startswith(("#", "Err:")):
                row.fault(place, f"the cell shows the error {row.cells.pop(place)[:20]}")


def _shown(cell: Element, number: int) -> str:
    """The text of a cell: its paragraphs as lines; a note is left out."""
    lines, size = [], 0
    for part in cell:
        if part.tag == _TEXT + "p":
            lines.append("".join(_pieces(part, number)))
            size += len(lines[-1])
            if size > MOST_CELL:
                raise RefusedFile(f"row {number}: it has a cell of more than {MOST_CELL:,} characters.")
    return "\n".join(lines)


def _pieces(element: Element, number: int, depth: int = 0) -> Iterator[str]:
    if depth > 50:
        raise RefusedFile(f"row {number}: a cell is nested deeper than any text is.")
    yield element.text or ""
    for part in element:
        if part.tag == _TEXT + "s":
            times = part.get(_TEXT + "c", "1")
            spaces = int(times) if times.isascii() and times.isdecimal() and len(times) < 7 else 1
            yield " " * min(spaces, MOST_CELL + 1)
        elif part.tag == _TEXT + "tab":
            yield "\t"
        elif part.tag == _TEXT + "line-break":
            yield "\n"
        elif not part.tag.startswith(_OFFICE):
            yield from _pieces(part, number, depth + 1)
        yield part.tail or ""
