"""Statements as tables that people open: a workbook (XLSX) or a CSV file in the house format.

Both are streamed and can be loaded again without a change; see ``graph.house_format`` for the cells.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graph.errors import InputError
from graph.export import Line
from graph.house_format import ABOUT, COLUMNS, ENTITIES, NAME, SOURCES, STATEMENTS, Names, cells_of, safe
from graph.whole_file import whole

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

MOST_ROWS: Final = 1_048_576
"""Rows of a sheet, its header among them."""
LONGEST_CELL: Final = 32_767
"""Characters of a cell, as a spreadsheet counts them (two for those outside of the first 65,536)."""
_WIDTHS: Final = {"id": 12, "value": 50, "quotation": 40, "qualifiers": 40, "locator": 30, "origins": 24}


@dataclass(frozen=True, slots=True)
class View:
    """What is exported, as the sheet ``About`` tells it: pairs of a word and a text, and the snapshot with the names."""

    snapshot: Snapshot
    told: tuple[tuple[str, str], ...]

    def names(self) -> Names:
        """The names of all entities, merged ones under their own ids too."""
        snapshot = self.snapshot
        found = dict(zip(snapshot.ids, snapshot.names, strict=True))
        found.update((id, snapshot.names[node]) for id, node in snapshot.merged.items())
        return Names(found)


@dataclass(slots=True)
class _Tally:
    """What was written: how many statements, and how often each entity and source stands in them."""

    count: int = 0
    subjects: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)

    def of(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The same lines, counted as they pass."""
        for line in lines:
            self.count += 1
            self.subjects[line["subject"]] += 1
            self.sources[line["source"]] += 1
            if line.get("object"):
                self.objects[line["object"]] += 1
            yield line


def write_csv(path: Path, lines: Iterable[Line], view: View) -> int:
    """Write one CSV file in the house format (UTF-8 with a mark, which spreadsheets need) and return the number of statements.

    In whole or not at all; raises ``OSError``.
    """
    tally, names = _Tally(), view.names()
    with whole(path) as target, target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for line in tally.of(lines):
            writer.writerow([safe(cell) for cell in cells_of(line, names)])
    return tally.count


def write_workbook(path: Path, lines: Iterable[Line], view: View, most_rows: int = MOST_ROWS) -> int:
    """Write a workbook in the house format and return the number of statements.

    The sheets: ``About``, ``Statements`` (as many as ``most_rows`` makes necessary), and for readers ``Entities`` and
    ``Sources``. In whole or not at all; raises ``InputError`` for a text that no cell can hold, and ``OSError``.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    tally = _Tally()
    try:
        _fill(book, tally, lines, view, most_rows)
        with whole(path) as target:
            book.save(target)
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()  # what was begun in a temporary file is ended, else its writer complains when it is swept up
        raise
    return tally.count


def _fill(book: Any, tally: _Tally, lines: Iterable[Line], view: View, most_rows: int) -> None:
    names = view.names()
    about = _Pages(book, ABOUT, ("what", "text"), (26, 90), most_rows)
    pages = _Pages(book, STATEMENTS, COLUMNS, [_WIDTHS.get(column, 20) for column in COLUMNS], most_rows)
    for line in tally.of(lines):
        pages.append(_fitting(line, [safe(cell) for cell in cells_of(line, names)]))
    _overviews(book, view.snapshot, names, tally, most_rows)
    for row in (("format", NAME), *view.told, ("statements", f"{tally.count}"), *_HELP):
        about.append([safe(cell) for cell in row])


_HELP: Final = (
    ("to load it again", "mcmgraph load table FILE.xlsx: nothing changes where the graph says all of it already."),
    ("to add a statement", "Fill in a row of the sheet Statements and leave its id empty."),
    ("to correct one", "Change the row and empty its id: it is then another statement. What another file says stays."),
    ("to leave one out", "Delete its row; it goes from what this file says, not from what other files say."),
    (
        "cells with an apostrophe",
        "A text that a spreadsheet could take for a formula begins with an apostrophe, which is no part of it. "
        "In such a cell a backslash stands twice, and a character that cannot be seen as \\uXXXX.",
    ),
    ("sheets for readers", "Entities and Sources are worked out from the statements; nothing is loaded from them."),
)


def _overviews(book: Any, snapshot: Snapshot, names: Names, tally: _Tally, most_rows: int) -> None:
    """The sheets for readers: every entity and every cited source that the statements name."""
    widths = (26, 50, 16, 20, 12, 12)
    entities = _Pages(book, ENTITIES, ("id", "name", "kind", "type", "as subject", "as object"), widths, most_rows)
    for id in sorted({*tally.subjects, *tally.objects}):
        node = snapshot.number(id)
        kind, subtype = (snapshot.kinds[node], snapshot.subtypes[node]) if node is not None else ("", "")
        told = [safe(cell)[:LONGEST_CELL] for cell in (id, names.of.get(id, ""), kind, subtype)]
        entities.append([*told, tally.subjects[id], tally.objects[id]])
    sources = _Pages(book, SOURCES, ("id", "title", "url", "statements"), (40, 70, 60, 12), most_rows)
    urls = {snapshot.ids[one.node]: one.value for one in snapshot.literals("url")}
    for id in sorted(tally.sources):
        told = [safe(cell)[:LONGEST_CELL] for cell in (id, names.of.get(id, ""), urls.get(id, ""))]
        sources.append([*told, tally.sources[id]])


class _Pages:
    """A table in a workbook, on as many sheets as its rows need: ``Statements``, ``Statements 2``, ..."""

    def __init__(self, book: Any, title: str, header: Sequence[str], widths: Sequence[int], most_rows: int) -> None:
        self._book, self._title, self._header, self._widths, self._most = book, title, header, widths, most_rows
        self._number, self._rows = 1, 1
        self._sheet = self._new()

    def append(self, cells: Sequence[str | int | None]) -> None:
        """Add a row."""
        if self._rows == self._most:
            self._number, self._rows = self._number + 1, 1
            self._sheet = self._new()
        self._sheet.append(list(cells))
        self._rows += 1

    def _new(self) -> Any:
        title = f"{self._title} {self._number}" if self._number > 1 else self._title
        return new_sheet(self._book, title, self._header, self._widths)


def new_sheet(book: Any, title: str, header: Sequence[str], widths: Sequence[int]) -> Any:
    """A new sheet with its header; its cells are texts, so that a date that is typed in stays as it was typed."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, start=1):
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width = width
        column.number_format = "@"
    cells = []
    for word in header:
        cell = WriteOnlyCell(sheet, word)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    return sheet


def _fitting(line: Line, cells: list[str]) -> list[str | None]:
    """The cells of a row, None for empty ones; raises ``InputError`` for one that is too long."""
    for column, cell in zip(COLUMNS, cells, strict=True):
        if len(cell) > LONGEST_CELL // 2 and len(cell.encode("utf-16-le")) // 2 > LONGEST_CELL:
            raise InputError(
                f"The {column} of the statement {line['id']} has {len(cell):,} characters; a cell of a workbook holds "
                f"{LONGEST_CELL:,}. Nothing was written. Export to CSV or JSON lines instead."
            )
    return [cell or None for cell in cells]
