"""Tables as partners send them, as rows of text: CSV and its kin, XLSX, ODS, XLS, JSON; also one of them in a zip archive.

What a file is, is told by its bytes, never by its name. Rows come in a stream. Nothing is worked out: a formula is its stored
result, and one without a result is a fault. What is hostile or damaged is refused with the reason; nothing is repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, Protocol

from graph.errors import RefusedFile
from graph.vocabulary import nearest
from loaders.sheets_archive import Archive
from loaders.sheets_cells import MOST_COLUMNS, MOST_ROWS, RawRow
from loaders.sheets_encoding import Readable, checked_encoding, encoding_of
from loaders.sheets_json import json_rows, json_sheets
from loaders.sheets_text import Lines, delimiter_of, is_markup, text_rows

Format = Literal["csv", "json", "xlsx", "ods", "xls"]
MOST_BYTES: Final = 1_000_000_000
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that has a filled cell.

    ``number`` is the one that a spreadsheet shows. ``cells`` are texts as they are stored, ``""`` where nothing is, the empty
    ones at the end left out; a number is its shortest text, a date is ISO 8601 and its position is in ``dates``. ``faults``:
    positions of cells that cannot be used, each with the reason; their text is ``""``.
    """

    sheet: str
    number: int
    cells: tuple[str, ...]
    dates: frozenset[int] = frozenset()
    faults: tuple[tuple[int, str], ...] = ()

    def cell(self, place: int) -> str:
        """The text at a position, ``""`` behind the end."""
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file is: its format, encoding and delimiter (``""`` where there is none), the file inside an archive (or ``""``).

    ``sheets`` are the visible ones, in order; a table without a name is ``""``.
    """

    format: Format
    encoding: str
    delimiter: str
    sheets: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    member: str = ""


def contents_of(path: Path, encoding: str = "") -> Contents:
    """What a file is; ``encoding`` names that of a text where it cannot be found out. Raises ``RefusedFile``."""
    with _opened(path, encoding) as (contents, _):
        return contents


def read_rows(path: Path, sheet: str = "", encoding: str = "") -> Iterator[Row]:
    """The rows of a sheet, of the first visible one where none is named.

    Raises ``RefusedFile`` where the file is no such table, is damaged or hostile, or has no such sheet, also in the middle.
    """
    with _opened(path, encoding) as (contents, rows):
        among = (*contents.sheets, *contents.hidden)
        if sheet and sheet not in among:
            near = nearest(sheet, among) or list(among)[:5]
            said = f" It has: {', '.join(map(repr, near))}." if any(among) else ""
            raise RefusedFile(f"it has no sheet {sheet!r}.{said}")
        if not among:
            raise RefusedFile("it has no sheet with cells.")
        chosen = sheet or (contents.sheets or contents.hidden)[0]
        for raw in rows(chosen):
            if not raw.faults and not any(text.strip() for text in raw.cells.values()):
                continue
            yield _row(chosen, raw)


def named(path: Path, error: RefusedFile) -> RefusedFile:
    """A refusal that says which file it is about, where it does not yet."""
    said = str(error)
    return RefusedFile(said if said.startswith(path.name) else f"{path.name}: {said}")


def _row(sheet: str, raw: RawRow) -> Row:
    width = max((place for place, text in raw.cells.items() if text), default=-1) + 1
    cells = tuple(raw.cells.get(place, "") for place in range(width))
    return Row(sheet, raw.number, cells, frozenset(raw.dates), tuple(raw.faults))


class Workbook(Protocol):
    """A workbook: its sheets in order, which of them are hidden, and the rows of one that have a filled cell."""

    @property
    def sheets(self) -> Collection[str]: ...

    @property
    def hidden(self) -> Collection[str]: ...

    def rows(self, sheet: str) -> Iterator[RawRow]: ...


Opened = tuple[Contents, Callable[[str], Iterator[RawRow]]]


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[Opened]:
    """What a file is, and its rows by sheet, as long as the context holds."""
    if path.stat().st_size > MOST_BYTES:
        raise RefusedFile(f"the file has more than {MOST_BYTES:,} bytes. Split it.")
    with path.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise RefusedFile("the file is empty.")
    if start.startswith(_OLD_WORKBOOK):
        from loaders.sheets_xls import Xls

        yield _workbook("xls", Xls(path))
    elif start.startswith(b"PK\x03\x04"):
        with Archive(path) as archive:
            yield _archived(path, archive, encoding)
    elif start.startswith(b"PK"):
        raise RefusedFile("it is an empty archive, or a part of one.")
    elif start.startswith(b"\x1f\x8b"):
        raise RefusedFile("it is packed with gzip. Unpack it first.")
    else:
        with path.open("rb") as stream:
            yield _plain(path, _Whole(stream), encoding)


def _archived(path: Path, archive: Archive, encoding: str) -> Opened:
    names = archive.names
    if "xl/workbook.xml" in names:
        from loaders.sheets_xlsx import Xlsx

        return _workbook("xlsx", Xlsx(archive))
    if "content.xml" in names:
        from loaders.sheets_ods import Ods

        return _workbook("ods", Ods(archive))
    if "xl/workbook.bin" in names:
        raise RefusedFile("it is a binary workbook (XLSB). Save it as XLSX or CSV.")
    if len(names) != 1:
        held = f": {', '.join(names[:5])}" + (", ..." if len(names) > 5 else "") if names else ""
        raise RefusedFile(f"an archive has to hold one table; this one holds {len(names)} files{held}.")
    return _plain(path, _Member(archive, names[0]), encoding, names[0])


class _Whole:
    """A plain file, to be read several times."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    @contextmanager
    def open(self) -> Iterator[Readable]:
        self._stream.seek(0)
        yield self._stream


class _Member:
    """The one file of an archive, to be read several times."""

    def __init__(self, archive: Archive, name: str) -> None:
        self._archive, self._name = archive, name

    @contextmanager
    def open(self) -> Iterator[Readable]:
        with self._archive.open(self._name) as stream:
            yield stream


def _workbook(sort: Format, book: Workbook) -> Opened:
    shown = tuple(name for name in book.sheets if name not in book.hidden)
    hidden = tuple(name for name in book.sheets if name in book.hidden)
    return Contents(sort, "", "", shown, hidden), book.rows


def _plain(path: Path, text: _Whole | _Member, encoding: str, member: str = "") -> Opened:
    with text.open() as stream:
        start = stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return _json(path, member)
    with text.open() as stream:
        encoding = checked_encoding(encoding, stream) if encoding else encoding_of(stream)
    with text.open() as stream:
        sample = Lines(stream, encoding).sample()
    if is_markup(sample):
        raise RefusedFile("it is XML or a web page, not a table. Save it as CSV or XLSX.")
    delimiter = delimiter_of(sample)

    def rows(sheet: str) -> Iterator[RawRow]:
        with text.open() as stream:
            yield from _raw(text_rows(Lines(stream, encoding), delimiter))

    return Contents("csv", encoding, delimiter, ("",), (), member), rows


def _json(path: Path, member: str) -> Opened:
    inside = json_sheets(path)
    return Contents("json", "utf-8", "", tuple(inside), (), member), lambda sheet: _raw(json_rows(path, inside[sheet]))


def _raw(rows: Iterator[tuple[int, list[str]]]) -> Iterator[RawRow]:
    """Rows of texts, the blank ones left out."""
    count = 0
    for number, cells in rows:
        row = RawRow(number)
        if len(cells) > MOST_COLUMNS:
            raise RefusedFile(f"row {number}: it has more than {MOST_COLUMNS:,} cells.")
        for place, text in enumerate(cells):
            row.put(place, text)
        count += bool(row.cells)
        if count > MOST_ROWS:
            raise RefusedFile(f"it has more than {MOST_ROWS:,} rows. Split it.")
        yield row
