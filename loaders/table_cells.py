"""The cells of a row as a mapping reads them: null words, splitting, value maps, fill-down, dates; and the rows themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from graph.errors import InputError, RefusedFile
from graph.folding import fold
from graph.vocabulary import nearest
from loaders.ledger import shown
from loaders.mapping import Cell, Condition, MappingRules, TableRule, Words, word_key
from loaders.naming import tidy
from loaders.sayings import BadValue, text_of
from loaders.sheets import Row, read_rows
from loaders.sheets_header import SEARCHED, Header, find_header, is_tag, letters_of
from loaders.table_dates import date_of

LONGEST: Final = 10_000
"""Characters of a cell that a mapping reads."""
MOST_VALUES: Final = 100
"""Values that one cell may be split into."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet as a mapping sees it; ``record`` is its place under the header, from 1.

    ``skipped`` is why the mapping leaves it out, ``fault`` what keeps that from being told.
    """

    record: int
    row: Row
    given: Given
    skipped: str = ""
    fault: BadValue | None = None


class Given:
    """The cells of one row, by what the mapping calls them."""

    def __init__(self, columns: Columns, row: Row, filled: dict[int, tuple[str, bool]]) -> None:
        self._columns, self._row, self._filled = columns, row, filled

    def _raw(self, place: int) -> tuple[str, bool]:
        """The text of a cell, and whether it is a true date."""
        for at, reason in self._row.faults:
            if at == place:
                raise BadValue(self._columns.header.label(place), "", reason)
        text = self._row.cell(place)
        if not text.strip() and place in self._filled:
            return self._filled[place]
        return text_of(text, self._columns.header.label(place), LONGEST), place in self._row.dates

    def label(self, cell: Cell) -> str:
        """How the columns of a cell are called in the file."""
        places = [self._columns.place(words) for words in cell.named()]
        return ", ".join(self._columns.header.label(place) for place in places if place is not None)

    def values(self, cell: Cell) -> list[str]:
        """All values that a cell gives, each once; raises ``BadValue``."""
        found = [made for text, _ in self._texts(cell) for made in self._made(cell, text)]
        found = list(dict.fromkeys(text for text in found if text))
        if len(found) > MOST_VALUES:
            raise BadValue(self.label(cell), f"{len(found)} values", f"one cell names more than {MOST_VALUES}")
        return found or ([cell.default] if cell.default else [])

    def value(self, cell: Cell | None) -> str:
        """The one value of a cell, ``""`` for none; raises ``BadValue`` where there are several."""
        if cell is None:
            return ""
        found = self.values(cell)
        if len(found) > 1:
            raise BadValue(self.label(cell), "; ".join(found)[:80], "several values stand where one is needed")
        return found[0] if found else ""

    def date(self, cell: Cell | None) -> str:
        """A date as a partial date, ``""`` for none."""
        text = self.value(cell)
        if cell is None or not text:
            return ""
        is_date = any(true_date for _, true_date in self._texts(cell))
        return date_of(text, self.label(cell), () if is_date else cell.formats, cell.precision)

    def holds(self, test: Condition) -> bool:
        """Whether a row passes a test."""
        keys = {word_key(text) for text in self.values(test.cell)}
        if test.empty is not None:
            return test.empty == (not keys)
        if test.one_of is not None:
            return bool(keys & test.one_of)
        if test.none_of is not None:
            return not keys & test.none_of
        return test.matches is not None and any(test.matches.search(text) for text in self.values(test.cell))

    def _texts(self, cell: Cell) -> list[tuple[str, bool]]:
        if cell.constant:
            return [(cell.constant, False)]
        if cell.template:
            pieces = [(self._text_at((piece,)) if is_column else piece) for piece, is_column in cell.template]
            is_whole = all(pieces)
            return [(tidy("".join(pieces)), False)] if is_whole else []
        places = [self._columns.place(words) for words in cell.columns]
        return [self._raw(place) for place in places if place is not None]

    def _text_at(self, words: Words) -> str:
        place = self._columns.place(words)
        text = self._raw(place)[0] if place is not None else ""
        return "" if word_key(text) in self._columns.rule.nulls else text

    def _made(self, cell: Cell, text: str) -> Iterator[str]:
        if cell.constant:
            yield text
            return
        nulls = self._columns.rule.nulls | cell.nulls
        for piece in _pieces(text, cell.split):
            if not piece or word_key(piece) in nulls:
                continue
            taken = piece
            if cell.extract is not None:
                match = cell.extract.search(piece)
                taken = tidy(match.group(1) or "") if match else ""
            if not taken:
                continue
            if (meant := cell.values.get(word_key(taken))) is not None:
                yield meant
            elif cell.closed:
                near = nearest(word_key(taken), cell.values)
                raise BadValue(self.label(cell), taken, "the mapping has no meaning for this value", near)
            else:
                yield taken


def _pieces(text: str, marks: Sequence[str]) -> list[str]:
    pieces = [text]
    for mark in marks:
        pieces = [part for piece in pieces for part in piece.split(mark)]
    return [tidy(piece) for piece in pieces]


class Columns:
    """The columns of one sheet, by what the mapping calls them; raises ``RefusedFile`` where one is missing."""

    def __init__(self, rule: TableRule, header: Header, cells: Sequence[Cell], file: str) -> None:
        self.rule, self.header = rule, header
        self._places: dict[Words, int | None] = {}
        for cell in cells:
            for words in cell.named():
                self._bind(words, cell.optional, f"mapping {file}, line {cell.line}: ")
        for word in rule.fill_down:
            self._bind((word,), False, f"mapping {file}: ")
        self.filled_down = {self._places[(word,)] for word in rule.fill_down} | {
            self._places[words] for cell in cells if cell.fill_down for words in cell.named()
        }

    def _bind(self, words: Words, is_optional: bool, where: str) -> None:
        try:
            place = next((place for word in words if (place := self.header.place(word)) is not None), None)
        except InputError as error:
            raise RefusedFile(f"{where}{error}") from None
        if place is None and not is_optional:
            what = " or ".join(map(shown, words))
            near = self.header.nearest(words[0])
            has = f" The file has: {', '.join(map(shown, near))}." if near else ""
            raise RefusedFile(f"{where}the table has no column {what}.{has}")
        self._places[words] = place

    def place(self, words: Words) -> int | None:
        """The position of a column, None where it is optional and missing."""
        return self._places[words]


_BELOW: Final = "a note or a line of totals below the table"
_TABLE: Final = 3
"""Cells of a row from which on a row of one cell may be a note."""
_MOST_BELOW: Final = 50
_TOTALS: Final = frozenset(("total", "totals", "grand total", "subtotal", "sub total", "sum", "total general"))


def lines_of(path: Path, rules: MappingRules, number: int) -> Iterator[Line]:
    """The rows under the header of a sheet, by the number of its table, skipped ones too; raises ``RefusedFile``."""
    rule = rules.tables[number]
    cells = [*rules.source.cells(), *rule.cells()]
    rows = read_rows(path, rule.sheet, rules.encoding)
    first = list(islice(rows, SEARCHED))
    needed = [words for cell in cells if not cell.optional for words in cell.named()]
    if rule.header is None:
        _no_half_tags(first)
    header = find_header(first, needed, rule.header)
    columns = Columns(rule, header, cells, rules.file)
    filled: dict[int, tuple[str, bool]] = {}
    record = 0
    for row, is_below in _told_apart(row for row in chain(first, rows) if row.number > header.row):
        record += 1
        if is_below:
            yield Line(record, row, Given(columns, row, {}), _BELOW)
            continue
        given = Given(columns, row, dict(filled))
        try:
            skipped = next((one.reason for one in rule.skip if given.holds(one.condition)), "")
        except BadValue as error:
            yield Line(record, row, given, fault=error)
            continue
        yield Line(record, row, given, skipped)
        for place in columns.filled_down:
            if place is not None and not skipped and (text := tidy(row.cell(place))):  # a line of totals fills nothing
                filled[place] = (text, place in row.dates)


def _told_apart(rows: Iterable[Row]) -> Iterator[tuple[Row, bool]]:
    """Each row, and whether it only stands below the table: a note of one cell behind a blank row, or a line of totals.

    Such a row is one of the table all the same where a row of the table follows.
    """
    held: list[Row] = []
    last, widest, left = 0, 0, 0
    for row in rows:
        filled = [text for text in row.cells if text.strip()]
        start = next((place for place, text in enumerate(row.cells) if text.strip()), 0)
        is_apart = bool(held) or (last and row.number > last + 1)
        is_note = len(filled) == 1 and start <= left and widest >= _TABLE and is_apart
        left = start if len(filled) > widest else left
        last, widest = row.number, max(widest, len(filled))
        if (is_note or (filled and fold(filled[0]) in _TOTALS)) and len(held) < _MOST_BELOW:
            held.append(row)
            continue
        yield from ((one, False) for one in held)
        held.clear()
        yield row, False
    yield from ((one, True) for one in held)


def _no_half_tags(first: Sequence[Row]) -> None:
    """Refuse a row that is meant to be HXL tags and is only half of it: whether its columns are tagged cannot be told."""
    for row in first:
        filled = [(place, text.strip()) for place, text in enumerate(row.cells) if text.strip()]
        tags = [is_tag(text) for _, text in filled]
        if filled and not all(tags) and sum(tags) * 2 >= len(tags):
            place, text = next(one for one, is_good in zip(filled, tags, strict=True) if not is_good)
            raise RefusedFile(
                f"row {row.number} looks like HXL tags, but {shown(text)} (column {letters_of(place)}) is none. "
                "Mend the tags, or say in the mapping which row is the header."
            )
