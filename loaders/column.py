"""One column of names out of a table, with the countries, areas or territories beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from graph.errors import InputError, RefusedFile
from loaders.ledger import shown
from loaders.regular import what_is_wrong
from loaders.sheets import named, read_rows
from loaders.sheets_header import SEARCHED, Header, find_header

MOST_ROWS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A name, the country, area or territory beside it (``""`` where none), and its row as a spreadsheet counts.

    ``fault`` is why the name cannot be read; its text is then ``""``.
    """

    row: int
    text: str
    country: str
    fault: str = ""


def read_column(path: Path, column: str, country_column: str | None = None) -> list[Cell]:
    """The cells of a column under its header, one for each row that has a filled cell.

    A column is called as in a mapping: by its name, its HXL tag, or its letter (``@C``). Raises ``RefusedFile`` where the file
    is no table that ``loaders.sheets`` reads, or too large; ``InputError`` for a column that it lacks, with the nearest.
    """
    if wrong := what_is_wrong(path):
        raise RefusedFile(f"{path.name}: {wrong}.")
    try:
        return list(_cells(path, column, country_column))
    except RefusedFile as error:
        raise named(path, error) from None


def _cells(path: Path, column: str, country_column: str | None) -> Iterator[Cell]:
    rows = read_rows(path)
    first = list(islice(rows, SEARCHED))
    if not first:
        raise RefusedFile("no cell of it is filled.")
    wanted = [column, country_column] if country_column else [column]
    header = find_header(first, [[word] for word in wanted])
    at, *beside = [_place(path, header, word) for word in wanted]
    count = 0
    for row in chain(first, rows):
        if row.number <= header.row:
            continue
        if (count := count + 1) > MOST_ROWS:
            raise RefusedFile(f"the table has more than {MOST_ROWS:,} rows. Split it.")
        fault = dict(row.faults).get(at, "")
        yield Cell(row.number, row.cell(at), row.cell(beside[0]) if beside else "", fault)


def _place(path: Path, header: Header, column: str) -> int:
    try:
        place = header.place(column)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    if place is None:
        near = ", ".join(map(shown, header.nearest(column)))
        raise InputError(f"{path.name}: there is no column {shown(column)}. It has: {near}.")
    return place
