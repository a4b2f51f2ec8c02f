"""One column of names out of a table, with the countries, areas or territories beside it: CSV, TSV or XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import InputError, RefusedFile
from graph.vocabulary import nearest
from loaders.ledger import shown

MOST_BYTES: Final = 50_000_000
MOST_ROWS: Final = 200_000
LONGEST_CELL: Final = 100_000
_DELIMITERS: Final = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Cell:
    """A name, the country, area or territory beside it (``""`` where none), and its row as a spreadsheet counts (header 1)."""

    row: int
    text: str
    country: str


def read_column(path: Path, column: str, country_column: str | None = None) -> list[Cell]:
    """The cells of a column, one a row, empty ones too.

    Raises ``RefusedFile`` where the file is no such table or too large, ``InputError`` for a column that it does not have, with
    the nearest.
    """
    if not path.is_file():
        raise RefusedFile(f"{path.name}: there is no such file.")
    if path.stat().st_size > MOST_BYTES:
        raise RefusedFile(f"{path.name}: the file has more than {MOST_BYTES:,} bytes. Split it.")
    rows = _sheet(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _text(path)
    header: Sequence[str] | None = None
    cells: list[Cell] = []
    for number, row in enumerate(rows, start=1):
        if header is None:
            header = [cell.strip() for cell in row]
            at = _place(path, header, column)
            beside = _place(path, header, country_column) if country_column else -1
            continue
        if len(cells) >= MOST_ROWS:
            raise RefusedFile(f"{path.name}: the table has more than {MOST_ROWS:,} rows. Split it.")
        if any(cell.strip() for cell in row):
            cells.append(Cell(number, row[at] if at < len(row) else "", row[beside] if 0 <= beside < len(row) else ""))
    if header is None:
        raise RefusedFile(f"{path.name}: the file is empty.")
    return cells


def _place(path: Path, header: Sequence[str], column: str) -> int:
    wanted = column.strip()
    if header.count(wanted) == 1:
        return header.index(wanted)
    if wanted in header:
        raise InputError(f"{path.name}: there are {header.count(wanted)} columns {shown(wanted)}. Rename all but one.")
    near = nearest(wanted, header) or [name for name in header if name][:10]
    raise InputError(f"{path.name}: there is no column {shown(wanted)}. It has: {', '.join(shown(name) for name in near)}.")


def _text(path: Path) -> Iterator[list[str]]:
    data = path.read_bytes()
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise RefusedFile(f"{path.name}: the text is not in {' or '.join(encodings)}. Save it as UTF-8.")
    if "\0" in text:
        raise RefusedFile(f"{path.name}: it is no text (it holds zero characters). Save it as CSV or XLSX.")
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count) if path.suffix.lower() != ".tsv" else "\t"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise RefusedFile(f"{path.name}, line {reader.line_num}: it is no table ({error}).") from None


def _sheet(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet; formulas are given by their last values, nothing is worked out."""
    from python_calamine import CalamineError, CalamineWorkbook

    _check_archive(path)
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        for row in sheet.iter_rows():
            yield [str(cell) if cell is not None else "" for cell in row]
    except (CalamineError, OSError, ValueError) as error:
        raise RefusedFile(f"{path.name}: the workbook cannot be read ({type(error).__name__}). Save it anew.") from None


def _check_archive(path: Path) -> None:
    """Refuse a workbook that unpacks to far more than any table of names would."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        raise RefusedFile(f"{path.name}: it is no workbook. Save it as XLSX or CSV.") from None
    if size > 4 * MOST_BYTES:
        raise RefusedFile(f"{path.name}: unpacked it has more than {4 * MOST_BYTES:,} bytes. Save the one sheet as CSV.")
