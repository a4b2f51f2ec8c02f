"""Sheets of statements, as ``mcmgraph export`` writes them, back into the graph: what it knows already is not said again."""

from __future__ import annotations

from array import array
from collections import ChainMap
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from graph.errors import InputError, RefusedFile
from graph.model import ANY_TIME, EntityId, Statement
from graph.store import Store
from graph.vocabulary import vocabulary
from loaders.feed import Book, Known
from loaders.house_format import ignored_for, kind_in, layout_of, statements_of
from loaders.sayings import BadValue, Part
from loaders.sheets import Row, contents_of, read_rows
from loaders.sheets_header import letters_of


class HouseFile:
    """One file in the house format. ``name``: under which the store keeps it."""

    def __init__(self, store: Store, path: Path, book: Book, known: Known, name: str) -> None:
        self._store, self._path, self._book, self._known, self._name = store, path, book, known, name

    def parts(self) -> Iterator[Part]:
        """Read it twice: the kinds of its entities first. Raises ``RefusedFile`` where it is not in the house format."""
        sheets = [sheet for sheet in contents_of(self._path).sheets if self._is_ours(sheet)]
        if not sheets:
            raise RefusedFile(
                "it has no sheet in the house format, so a mapping has to say what its columns mean: give --mapping FILE. "
                "'mcmgraph map' proposes one."
            )
        own: dict[EntityId, str] = {}
        for sheet in sheets:
            for _, cells in self._rows(sheet):
                if (told := kind_in(cells)) is not None:
                    own.setdefault(*told)
        kinds = ChainMap(own, self._known.kinds)
        elsewhere = self._said_elsewhere()
        for sheet in sheets:
            for row, cells in self._rows(sheet):
                if reason := ignored_for(cells):
                    self._book.ignore(reason)
                    continue
                try:
                    made = self._stated(row, cells, kinds)
                except BadValue as error:
                    self._book.reject(row.number, error)
                    continue
                yield 1, [one for one in made if not _is_in(elsewhere, one)]

    def _is_ours(self, sheet: str) -> bool:
        first = next(read_rows(self._path, sheet), None)
        return first is not None and layout_of(first.cells)

    def _rows(self, sheet: str) -> Iterator[tuple[Row, dict[str, str]]]:
        rows = read_rows(self._path, sheet)
        header = [cell.strip().lower() for cell in next(rows).cells]
        for twice in {name for name in header if name and header.count(name) > 1}:
            raise RefusedFile(f"it has several columns {twice!r}. Rename all but one.")
        for row in rows:
            yield row, {name: row.cell(place) for place, name in enumerate(header) if name}

    def _stated(self, row: Row, cells: dict[str, str], kinds: ChainMap[EntityId, str]) -> list[Statement]:
        for place, reason in row.faults:
            raise BadValue(f"@{letters_of(place)}", "", reason)
        made = statements_of(cells)
        for one in made:
            try:
                vocabulary().check(one, kinds)
            except InputError as error:
                shown = one.value or one.object or ""
                raise BadValue(one.predicate, shown, str(error), getattr(error, "nearest", ())) from None
            if kinds.get(one.citation.source) != "source":
                raise BadValue("source", one.citation.source, "it is no source of the graph or of this file")
        return made

    def _said_elsewhere(self) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """What other loaded sources say now, as sorted numbers (8 bytes each)."""
        said = array("Q", (_number(one.statement) for one in self._store.records(None, ANY_TIME) if one.origin != self._name))
        return np.unique(np.frombuffer(said, np.uint64))


def _number(statement: Statement) -> int:
    return int(statement.id[:16], 16)


def _is_in(numbers: np.ndarray[tuple[int], np.dtype[np.uint64]], statement: Statement) -> bool:
    number = np.uint64(_number(statement))
    place = int(np.searchsorted(numbers, number))
    return place < len(numbers) and bool(numbers[place] == number)
