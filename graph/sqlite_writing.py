"""How ``graph.sqlite`` replaces what a source says: one transaction that reads, compares, and notes the difference."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from graph.errors import InputError, Overtaken
from graph.model import SourceId, Statement
from graph.sqlite_rows import INSERT, micros_of, moment_of, row_of
from graph.sqlite_schema import connect, faults
from graph.store import Change

CACHE = 65_536
"""KiB of changed pages held in memory during a load; those beyond it go to the log before their time."""
_GRACE: Final = 1_000_000
"""How far (microseconds) ``at`` may lie before a source's last change: two clocks are never quite the same."""
_BATCH: Final = 10_000
"""Statements written at once. They are sorted first, so that a scan by id later reads the file in long runs."""
_BULK: Final = 50_000
"""From so many new statements on, if they also outnumber the old ones, indexes are built once at the end: twice as fast."""
_ASKED: Final = 500
"""Ids looked up at once."""


@contextmanager
def transaction(path: Path, wait: float) -> Iterator[sqlite3.Connection]:
    """A connection that writes; committed at the end, undone by any exception. Waits ``wait`` seconds for another one's end."""
    with faults(path):
        opened = connect(path, "rw", wait)
    with closing(opened) as connection:
        with faults(path):
            connection.execute(f"PRAGMA cache_size = -{CACHE}")
            connection.execute("PRAGMA journal_size_limit = 67108864")
            connection.execute("CREATE TEMP TABLE given (statement INTEGER PRIMARY KEY)")
            connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            with faults(path):
                connection.execute("COMMIT")
        except BaseException:
            with faults(path):
                connection.rollback()
            raise


def replace(
    connection: sqlite3.Connection,
    path: Path,
    source: SourceId,
    statements: Iterable[Statement],
    at: datetime,
    after: int | None = None,
) -> Change:
    """``graph.store.Store.replace`` within an open transaction."""
    with faults(path):
        _check_after(connection, source, after)
        moment = _moment_of_change(connection, source, micros_of(at))
        staging = _Staging(connection)
    remaining = iter(statements)
    while batch := list(islice(remaining, _BATCH)):  # what the iterable raises is the caller's own: it is not translated
        with faults(path):
            staging.take(batch)
        batch.clear()  # before the next one is read
    with faults(path):
        staging.end()
        return _note_change(connection, source, moment, at)


def _check_after(connection: sqlite3.Connection, source: SourceId, after: int | None) -> None:
    """Refuse where the source's last change is another one than the caller has read."""
    ((last,),) = connection.execute(
        "SELECT ifnull(max(c.revision), 0) FROM change c JOIN origin o ON o.number = c.origin WHERE o.name = ?", (source,)
    )
    if after is not None and after != last:
        raise Overtaken(f"{source!r} was changed meanwhile, in revision {last}. Nothing was written; read it again.")


def _moment_of_change(connection: sqlite3.Connection, source: SourceId, at: int) -> int:
    """When a change of this source would be known: ``at``, or just after the newest change where that is later."""
    ((newest,),) = connection.execute("SELECT max(at) FROM change")
    ((own,),) = connection.execute(
        "SELECT max(c.at) FROM change c JOIN origin o ON o.number = c.origin WHERE o.name = ?", (source,)
    )
    if own is not None and at < own - _GRACE:
        raise InputError(
            f"{source!r} was already loaded as of {moment_of(own).isoformat()}; {moment_of(at).isoformat()} is before that. "
            "Nothing was loaded. Give a time that is not before the last load of this source."
        )
    return at if newest is None else max(at, newest + 1)


class _Staging:
    """Takes what is given, batch by batch: keeps the new statements, and notes the numbers of all in ``temp.given``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        ((self._before,),) = connection.execute("SELECT ifnull(max(number), 0) FROM statement")
        self._last = self._before
        self._later: list[str] = []

    def take(self, batch: Sequence[Statement]) -> None:
        given: dict[bytes, Statement] = {}
        for statement in batch:
            given.setdefault(bytes.fromhex(statement.id), statement)
        known = self._known(list(given)) if self._last else {}
        new = sorted(given.keys() - known.keys())
        numbers = range(self._last + 1, self._last + 1 + len(new))
        self._connection.executemany(INSERT, (row_of(number, id, given[id]) for number, id in zip(numbers, new, strict=True)))
        self._connection.executemany(
            "INSERT OR IGNORE INTO temp.given VALUES (?)", zip([*known.values(), *numbers], strict=True)
        )
        self._last += len(new)
        if not self._later and self._last - self._before > max(_BULK, self._before):
            self._drop_indexes()

    def end(self) -> None:
        for command in self._later:
            self._connection.execute(command)

    def _known(self, ids: list[bytes]) -> dict[bytes, int]:
        known: dict[bytes, int] = {}
        for start in range(0, len(ids), _ASKED):
            asked = ids[start : start + _ASKED]
            marks = ", ".join("?" * len(asked))
            known.update(self._connection.execute(f"SELECT id, number FROM statement WHERE id IN ({marks})", asked))  # noqa: S608
        return known

    def _drop_indexes(self) -> None:
        indexes = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'statement' AND sql IS NOT NULL"
        for name, command in self._connection.execute(indexes).fetchall():
            self._connection.execute(f"DROP INDEX {name}")
            self._later.append(command)


def _note_change(connection: sqlite3.Connection, source: SourceId, moment: int, at: datetime) -> Change:
    """Hold what was given against what the source said until now, and note the difference as one change."""
    ((revision,),) = connection.execute("SELECT ifnull(max(revision), 0) FROM change")
    ((given,),) = connection.execute("SELECT count(*) FROM temp.given")
    ((said, unchanged),) = connection.execute(
        "SELECT count(*), count(g.statement) FROM assertion a JOIN origin o ON o.number = a.origin"
        " LEFT JOIN temp.given g ON g.statement = a.statement WHERE o.name = ? AND a.revision_to IS NULL",
        (source,),
    )
    added, withdrawn = given - unchanged, said - unchanged
    if not added and not withdrawn:
        return Change(revision, source, at.astimezone(UTC), 0, 0, unchanged)
    revision += 1
    connection.execute("INSERT INTO origin (name) VALUES (?) ON CONFLICT DO NOTHING", (source,))
    ((origin,),) = connection.execute("SELECT number FROM origin WHERE name = ?", (source,))
    connection.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)", (revision, origin, moment, added, withdrawn, unchanged))
    connection.execute(
        "UPDATE assertion SET revision_to = ? WHERE origin = ? AND revision_to IS NULL"
        " AND statement NOT IN (SELECT statement FROM temp.given)",
        (revision, origin),
    )
    connection.execute(
        "INSERT INTO assertion SELECT g.statement, ?1, ?2, NULL FROM temp.given g WHERE NOT EXISTS ("
        "SELECT 1 FROM assertion a WHERE a.statement = g.statement AND a.origin = ?1 AND a.revision_to IS NULL)",
        (origin, revision),
    )
    return Change(revision, source, moment_of(moment), added, withdrawn, unchanged)
