"""A row while it is read from a workbook, and how numbers and dates are written as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from graph.errors import RefusedFile

MOST_CELL: Final = 131_072
"""Characters of a cell."""
MOST_COLUMNS: Final = 16_384
MOST_ROWS: Final = 5_000_000


@dataclass(slots=True)
class RawRow:
    """A row: its number as a spreadsheet shows it, its filled cells by position, the positions of dates, and of faults.

    ``spans``: cells that are merged with the ones below them, with the last row that they stand for.
    """

    number: int
    cells: dict[int, str] = field(default_factory=dict)
    dates: set[int] = field(default_factory=set)
    faults: list[tuple[int, str]] = field(default_factory=list)
    spans: dict[int, int] = field(default_factory=dict)

    def put(self, place: int, text: str, is_date: bool = False) -> None:
        """Fill a cell; nothing where the text is empty."""
        if len(text) > MOST_CELL:
            raise RefusedFile(f"row {self.number}: it has a cell of more than {MOST_CELL:,} characters.")
        if text:
            self.cells[place] = text
            if is_date:
                self.dates.add(place)

    def fault(self, place: int, reason: str) -> None:
        """A cell that cannot be used, and why."""
        self.faults.append((place, reason))


def spread(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    """Rows in which a cell that is merged downwards stands in every row that it covers, as a reader of the sheet sees it."""
    standing: dict[int, tuple[int, str, bool]] = {}
    for row in rows:
        if standing:
            standing = {place: one for place, one in standing.items() if one[0] >= row.number}
            for place, (_, text, is_date) in standing.items():
                if place not in row.cells:
                    row.put(place, text, is_date)
        for place, last in row.spans.items():
            if place in row.cells:
                standing[place] = (last, row.cells[place], place in row.dates)
        yield row


def number_text(value: float) -> str:
    """A number as a cell shows it: a whole one without a point, any other as short as it can be written.

    >>> number_text(100.0), number_text(0.5)
    ('100', '0.5')
    """
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def moment_text(moment: datetime) -> str:
    """A date of a workbook as text, without its time where that is midnight.

    >>> moment_text(datetime(2015, 3, 1))
    '2015-03-01'
    """
    midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return moment.date().isoformat() if midnight else moment.isoformat(sep=" ", timespec="seconds")


def excel_date(value: float, since_1904: bool) -> str:
    """The date that a workbook keeps as a number of days; raises ``ValueError`` or ``OverflowError`` for no such day.

    >>> excel_date(42064.0, False)
    '2015-03-01'
    """
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    if not 1 <= value < 2_958_466 and not (since_1904 and value >= 0):
        raise ValueError("no day of the calendar")
    read = from_excel(value, CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900)
    if not isinstance(read, datetime):
        raise ValueError("no day of the calendar")
    return moment_text(read)
