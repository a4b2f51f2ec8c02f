"""Tables that partners send, by a mapping: CSV, XLSX, ODS, XLS, JSON, with or without a row of HXL tags.

A table is read twice: once for the names in it, which are settled as a whole, then row by row. The mapping is named, or lies
beside the file as ``FILE.mapping.yaml``. Files in the house format need none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from graph.errors import RefusedFile
from graph.house_format import LINKS, ORGANISATIONS, README, TEMPLATE_MARK
from graph.revisions import Graph
from graph.store import Store
from loaders.feed import Book, Known, Progress, load_files, source_name
from loaders.ledger import Report
from loaders.mapping import MappingRules, mapping_named, read_mapping
from loaders.sayings import BadValue, Part
from loaders.sheets import contents_of, read_rows
from loaders.table_cells import Line, lines_of
from loaders.table_house import HouseFile
from loaders.table_names import Names, requests_of
from loaders.table_stating import NotToldOf, Stating
from loaders.waiting import Waiting

FEED: Final = "table"
BESIDE: Final = ".mapping.yaml"
_TEMPLATE: Final = "template"
_NOTHING: Final = "nothing stands in the columns that the mapping reads"
_WAITS: Final = "a name in it waits for review, and it says nothing without"
_LEFT_OUT: Final = "a name in it is not known, or was rejected in review, and it says nothing without"


def load(
    store: Store,
    files: Sequence[Path],
    at: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
    mapping: str = "",
) -> Report:
    """Load tables; ``mapping`` is the path of a mapping, or the name of one that ships; see ``loaders.feed.load_files``."""
    tables = Tables(store, mapping)
    return load_files(store, files, at, tables, progress, dry_run, [tables.name(path) for path in files])


class Tables:
    """Reads tables by a mapping, and files in the house format without one; raises ``RefusedFile`` for a bad ``mapping``."""

    feed = FEED

    def __init__(self, store: Store, mapping: str = "") -> None:
        self._store = store
        self._given = mapping_named(mapping) if mapping else None

    def mapping_for(self, path: Path) -> MappingRules | None:
        """The mapping of a file: the one given, else the one beside it, else the template's where it is one, else None."""
        if self._given is not None:
            return self._given
        beside = path.with_name(path.name + BESIDE)
        if beside.is_file():
            return read_mapping(beside)
        return mapping_named(_TEMPLATE) if _is_template(path) else None

    def name(self, path: Path) -> str:
        """Under which name the store keeps a file: that of its mapping, where it gives one."""
        try:
            rules = self.mapping_for(path)
        except (RefusedFile, OSError):
            rules = None  # refused with its reason when it is loaded
        return f"{FEED}/{rules.name}" if rules is not None and rules.name else source_name(FEED, path)

    def parts(self, path: Path, book: Book, known: Known) -> Iterator[Part]:
        """See ``loaders.feed.Reader``."""
        rules = self.mapping_for(path)
        if rules is None:
            return HouseFile(self._store, path, book, known, self.name(path)).parts()
        if self._given is None:
            book.note(0, "", rules.file, "the mapping that was used")
        return mapped_parts(self._store, path, rules, book, known, self.name(path))


def mapped_parts(store: Store, path: Path, rules: MappingRules, book: Book, known: Known, name: str = "") -> Iterator[Part]:
    """What a file states by a mapping, row by row; nothing is written. ``name``: under which the store has or would keep it.

    Raises ``RefusedFile``, also in the middle.
    """
    return _Mapped(store, path, rules, book, known, name or source_name(FEED, path)).parts()


def _is_template(path: Path) -> bool:
    """Whether a file is the workbook that is sent to partners: it has its sheets, and the first begins with its mark."""
    if not {README, ORGANISATIONS, LINKS} <= set(contents_of(path).sheets):
        return False
    first = next(read_rows(path, README), None)
    return first is not None and first.cell(0) == TEMPLATE_MARK


class _Mapped:
    """One file on its way through its mapping."""

    def __init__(self, store: Store, path: Path, rules: MappingRules, book: Book, known: Known, name: str) -> None:
        self._store, self._path, self._rules, self._book, self._known = store, path, rules, book, known
        self._names = Names(Graph(store), known, name)

    def parts(self) -> Iterator[Part]:
        contents = contents_of(self._path, self._rules.encoding)
        read = {table.sheet or next(iter(contents.sheets), "") for table in self._rules.tables}
        for sheet in contents.sheets:
            if sheet not in read and self._rules.file != f"{_TEMPLATE}.yaml":
                self._book.note(0, "", sheet, "a sheet that the mapping does not read")
        for number in range(len(self._rules.tables)):
            for line in self._lines(number):
                self._ask(number, line)
        self._names.settle()
        said: set[object] = set()
        waiting = Waiting(self._store)
        later: defaultdict[int, set[int]] = defaultdict(set)
        statings: list[tuple[Stating, str]] = []
        for number, table in enumerate(self._rules.tables):
            sheet = (table.sheet or contents.sheets[0]) if len(contents.sheets) > 1 else ""
            where = f"sheet {sheet!r}, " if sheet else ""
            stating = Stating(self._rules, number, self._names, self._known.kinds, where, said, waiting)
            statings.append((stating, sheet))
            for line in self._lines(number):
                try:
                    yield from self._stated(stating, line, sheet)
                except NotToldOf:
                    later[number].add(line.record)  # a row below, or on another sheet, may tell of it
        for number, records in later.items():
            for line in self._lines(number):
                if line.record in records:
                    stating, sheet = statings[number]
                    yield from self._stated(stating, line, sheet, is_last=True)

    def _lines(self, number: int) -> Iterator[Line]:
        return lines_of(self._path, self._rules, number)

    def _ask(self, number: int, line: Line) -> None:
        if line.skipped or line.fault:
            return
        for rule in self._rules.tables[number].entities.values():
            if not rule.is_:
                try:
                    self._names.ask(number, rule, requests_of(rule, line.given))
                except BadValue:
                    continue  # rejected when the row is stated

    def _stated(self, stating: Stating, line: Line, sheet: str, is_last: bool = False) -> Iterator[Part]:
        """What a row states; ``sheet`` is named where the workbook has several. Raises ``NotToldOf`` but for the last time."""
        book = self._book
        where = f"{sheet}!" if sheet else ""
        if line.skipped:
            book.ignore(line.skipped)
            return
        try:
            if line.fault is not None:
                raise line.fault
            stated = stating.state(line)
        except BadValue as error:
            if isinstance(error, NotToldOf) and not is_last:
                raise
            book.reject(line.row.number, BadValue(where + error.column, error.value, error.reason, error.nearest))
            return
        if stated.frame:
            yield 0, stated.frame
        for column, text in stated.proposed:
            book.note(line.row.number, where + column, text, "a name that waits for review")
        if stated.made:
            yield 1, stated.made
        elif stated.waiting:
            book.waiting += 1
            book.ignore(_WAITS)
        elif stated.left_out:
            book.ignore(_LEFT_OUT)
        elif stated.repeated:
            yield 1, []
        else:
            book.ignore(_NOTHING)
