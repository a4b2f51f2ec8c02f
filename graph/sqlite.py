"""The embedded store: one SQLite file, its write-ahead log beside it, no server.

Any number of threads and processes read while one writes. Each read runs on a connection of its own and sees one moment of
the store, however long it takes to read it out. The tables are drawn in ``graph.sqlite_schema``.
"""

from __future__ import annotations

# ruff: noqa: S608 - queries are joined from the constants of this module; every value is bound
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

from graph.errors import InputError, StoreRefused, StoreUnavailable
from graph.model import AsOf, EntityId, SourceId, Statement
from graph.sqlite_readers import FETCH, Reader, Readers
from graph.sqlite_rows import COLUMNS, SelectedRow, change_of, delta_of, micros_of, recorded_of, statement_of
from graph.sqlite_schema import faults, prepare
from graph.sqlite_writing import replace, transaction
from graph.store import Change, Delta, Recorded

_Row = TypeVar("_Row")
_NOW: Final = 2**63 - 1
"""A known time after all others: what the store knows now."""
_ASKED: Final = 500
"""Ids looked up at once."""
_WHOLE_ID = re.compile("[0-9a-f]{32}")

_AT: Final = "(SELECT revision FROM change WHERE at <= ? ORDER BY at DESC LIMIT 1)"
_OPEN: Final = f"a.revision_from <= {_AT} AND (a.revision_to IS NULL OR a.revision_to > {_AT})"
_VALID: Final = "s.end_day > ? AND s.first_day < ?"
_SEEN: Final = f"{_VALID} AND EXISTS (SELECT 1 FROM assertion a WHERE a.statement = s.number AND {_OPEN})"
_STATEMENTS: Final = f"SELECT {COLUMNS} FROM statement s WHERE "
_ROWS: Final = (
    "SELECT s.id, s.subject, s.predicate, s.object, s.value, s.first_day, s.end_day, s.confidence, s.source, s.qualifiers"
    f" FROM statement s WHERE {_SEEN} ORDER BY s.id"
)
_RECORDS: Final = (
    f"SELECT {COLUMNS}, o.name, f.at, t.at FROM statement s JOIN assertion a ON a.statement = s.number"
    " JOIN origin o ON o.number = a.origin JOIN change f ON f.revision = a.revision_from"
    f" LEFT JOIN change t ON t.revision = a.revision_to WHERE {_VALID}"
)
_CHANGES: Final = (
    "SELECT c.revision, o.name, c.at, c.added, c.withdrawn, c.unchanged"
    " FROM change c JOIN origin o ON o.number = c.origin WHERE c.revision > ? ORDER BY c.revision"
)
_DELTA: Final = (
    f"SELECT {COLUMNS}, d.revision, d.added FROM ("
    "SELECT revision_from AS revision, 1 AS added, statement FROM assertion WHERE revision_from > ?1"
    " UNION ALL SELECT revision_to, 0, statement FROM assertion WHERE revision_to > ?1"
    ") d JOIN statement s ON s.number = d.statement ORDER BY d.revision, s.id"
)


class SqliteStore:
    """The port ``graph.store.Store`` on one file.

    ``path`` and its folder are made where they do not exist, unless ``read_only``. ``wait`` is how many seconds a write
    waits for another one to end. Raises ``StoreRefused`` for a file of another program or a damaged one, ``SchemaTooNew``, and
    ``StoreUnavailable`` where the file cannot be opened or stays locked.
    """

    def __init__(self, path: Path | str, *, read_only: bool = False, wait: float = 60.0) -> None:
        self.path: Final = Path(path)
        self.read_only: Final = read_only
        self._wait = wait
        prepare(self.path, read_only=read_only, wait=wait)
        self._readers = Readers(self.path, read_only, wait)
        self._writing = threading.Lock()
        self._writing_thread: int | None = None

    def __repr__(self) -> str:
        return f"SqliteStore({str(self.path)!r}{', read_only=True' if self.read_only else ''})"

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def replace(self, source: SourceId, statements: Iterable[Statement], at: datetime, after: int | None = None) -> Change:
        """See ``graph.store.Store.replace``. Other writers wait until the iterable has been read to its end."""
        if self.read_only:
            raise StoreRefused(f"The store {self.path} was opened for reading only.")
        if not source.strip():
            raise InputError("A source needs a name, e.g. the path of the file that is loaded.")
        if self._writing_thread == threading.get_ident():
            raise StoreRefused("A source cannot be replaced from within the statements of another replace.")
        if not self._writing.acquire(timeout=self._wait):
            raise StoreUnavailable(f"The store {self.path} is being written by another thread. Try again in a moment.")
        try:
            self._writing_thread = threading.get_ident()
            self._readers.check_open()
            with transaction(self.path, self._wait) as connection:
                return replace(connection, self.path, source, statements, at, after)
        finally:
            self._writing_thread = None
            self._writing.release()

    def about(self, subject: EntityId, when: AsOf) -> Iterator[Statement]:
        """See ``graph.store.Store.about``."""
        sql = f"{_STATEMENTS} s.subject = ? AND {_SEEN} ORDER BY s.predicate, s.id"
        return self._read(sql, (subject, *_seen_at(when)), statement_of)

    def links(self, target: EntityId, when: AsOf) -> Iterator[Statement]:
        """See ``graph.store.Store.links``."""
        sql = f"{_STATEMENTS} s.object = ? AND {_SEEN} ORDER BY s.predicate, s.id"
        return self._read(sql, (target, *_seen_at(when)), statement_of)

    def scan(self, predicate: str | None, when: AsOf) -> Iterator[Statement]:
        """See ``graph.store.Store.scan``."""
        if predicate is None:
            return self._read(f"{_STATEMENTS} {_SEEN} ORDER BY s.id", _seen_at(when), statement_of)
        return self._read(
            f"{_STATEMENTS} s.predicate = ? AND {_SEEN} ORDER BY s.id", (predicate, *_seen_at(when)), statement_of
        )

    def rows(self, when: AsOf) -> Iterator[SelectedRow]:
        """``scan(None, when)`` as bare tuples, without what only a citation needs: for whoever reads the whole store."""
        return self._read(_ROWS, _seen_at(when), None)

    def statements(self, ids: Sequence[str]) -> dict[str, Statement]:
        """See ``graph.store.Store.statements``. In the order of ``ids``."""
        wanted = [bytes.fromhex(id) for id in dict.fromkeys(ids) if _WHOLE_ID.fullmatch(id)]
        found: dict[str, Statement] = {}
        for start in range(0, len(wanted), _ASKED):
            asked = wanted[start : start + _ASKED]
            sql = f"{_STATEMENTS} s.id IN ({', '.join('?' * len(asked))})"
            found.update((statement.id, statement) for statement in self._read(sql, tuple(asked), statement_of))
        return {id: found[id] for id in ids if id in found}

    def current(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids some source says now; what is no id of a statement is left out."""
        said: set[str] = set()
        wanted = [bytes.fromhex(id) for id in dict.fromkeys(ids) if _WHOLE_ID.fullmatch(id)]
        for start in range(0, len(wanted), _ASKED):
            asked = wanted[start : start + _ASKED]
            sql = (
                "SELECT s.id FROM statement s WHERE EXISTS"
                " (SELECT 1 FROM assertion a WHERE a.statement = s.number AND a.revision_to IS NULL)"
                f" AND s.id IN ({', '.join('?' * len(asked))})"
            )
            said.update(self._read(sql, tuple(asked), lambda row: str(row[0].hex())))
        return said

    def records(self, predicate: str | None, when: AsOf, ever: bool = False) -> Iterator[Recorded]:
        """See ``graph.store.Store.records``."""
        sql, bound = _RECORDS, (when.first, when.end) if ever else _seen_at(when)
        if not ever:
            sql += f" AND {_OPEN}"
        if predicate is not None:
            sql, bound = sql + " AND s.predicate = ?", (*bound, predicate)
        return self._read(sql + " ORDER BY s.id, o.name, a.revision_from", bound, recorded_of)

    def changes(self, since: int) -> Iterator[Change]:
        """See ``graph.store.Store.changes``."""
        return self._read(_CHANGES, (since,), change_of)

    def delta(self, since: int) -> Iterator[Delta]:
        """See ``graph.store.Store.delta``."""
        return self._read(_DELTA, (since,), delta_of)

    def revision(self) -> int:
        """See ``graph.store.Store.revision``."""
        return self._one("SELECT ifnull(max(revision), 0) FROM change", ())

    def revision_at(self, known: datetime) -> int:
        """See ``graph.store.Store.revision_at``."""
        return self._one("SELECT ifnull(max(revision), 0) FROM change WHERE at <= ?", (micros_of(known),))

    def identity(self) -> str:
        """32 hexadecimal digits that no other store has: tells a file that was made anew from the one that was there before."""
        return next(self._read("SELECT text FROM identity", (), lambda row: str(row[0])))

    def close(self) -> None:
        """See ``graph.store.Store.close``. An iterator that is still open raises ``StoreUnavailable`` when it is read on."""
        self._readers.close()

    def _one(self, sql: str, bound: tuple[Any, ...]) -> int:
        return next(self._read(sql, bound, lambda row: int(row[0])))

    def _read(self, sql: str, bound: tuple[Any, ...], build: Callable[[Any], _Row] | None) -> Iterator[_Row]:
        """The rows of a query, as they are at this moment; ``build`` makes of a row what the caller gets."""
        reader = self._readers.lend()
        try:
            with faults(self.path):
                rows = reader.start(sql, bound)
        except BaseException:
            self._readers.take_back(reader)
            raise
        if len(rows) < FETCH:
            self._readers.take_back(reader)
            return iter(rows) if build is None else map(build, rows)
        following = self._following(reader, rows, build)
        next(following)  # so that its `finally` runs also when nobody ever reads it
        return following

    def _following(self, reader: Reader, rows: list[Any], build: Callable[[Any], _Row] | None) -> Iterator[_Row]:
        try:
            yield rows[0]  # taken by `_read`
            while rows:
                yield from rows if build is None else map(build, rows)
                with faults(self.path):
                    rows = reader.go_on()
        finally:
            self._readers.take_back(reader)


def _seen_at(when: AsOf) -> tuple[int, int, int, int]:
    known = _NOW if when.known is None else micros_of(when.known)
    return when.first, when.end, known, known
