"""From the rows of the server to what ``graph.neo4j`` gives: statements, records; and how long reads are cut up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from graph.errors import BadDate
from graph.model import SourceId, Statement
from graph.sqlite_rows import statement_of
from graph.store import Change, Recorded

Row = list[Any]
"""id, subject, predicate, object, value, then as in ``graph.neo4j_cypher.FULL``."""


class Standing(NamedTuple):
    """What is known at a moment: the revision, and the relationship types that its links can have.

    ``settled``: what entities show (kind, name, ... on their nodes) has been brought up to this revision, or a later one.
    """

    revision: int
    types: tuple[str, ...]
    settled: bool


OPENED: Final = 14
CLOSED: Final = 15
"""Where a row says at which revisions the source began and ceased to say it."""
SLICE: Final = 10_000
"""Rows of one slice of a long read, about: ids are spread evenly."""
FIRST_SLICE: Final = 200
_IDS: Final = 2**32
"""How many beginnings, of eight digits, an id can have."""


def in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise BadDate(f"{moment.isoformat()} has no time zone. Known time needs one, e.g. {moment.isoformat()}Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise BadDate(
            f"{moment.isoformat()} is beyond the calendar. Known time is between the years 1 and 9999 (UTC)."
        ) from None


def statement(row: Row) -> Statement:
    return statement_of((bytes.fromhex(row[0]), *row[1:OPENED]))


def each_once(statements: Iterator[Statement]) -> Iterator[Statement]:
    """A statement that several sources assert comes several times in a row; once is enough."""
    last = ""
    for statement in statements:
        if statement.id != last:
            last = statement.id
            yield statement


def bounds(size: int) -> Iterator[tuple[str, str]]:
    """Slices of the ids, which are hexadecimal and evenly spread: a small one first, so that the first row comes soon."""
    low, rows = 0, FIRST_SLICE
    while low < _IDS:
        high = min(_IDS, low + _IDS * rows // max(size, rows))
        yield f"{low:08x}", f"{high:08x}" if high < _IDS else "g"
        low, rows = high, min(SLICE, 4 * rows)


def size(change: Change) -> int:
    return change.added + change.withdrawn


def grouped(changes: list[Change]) -> Iterator[list[Change]]:
    """Changes that follow each other, together as long as they are small."""
    group: list[Change] = []
    for change in changes:
        if group and sum(map(size, group)) + size(change) > SLICE:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def records(rows: Iterator[Row], changes: dict[int, Change]) -> Iterator[Recorded]:
    """Rows of one id, which come together, in order of source and revision."""
    waiting: list[tuple[SourceId, int, Recorded]] = []
    for row in rows:
        opened, closed = changes[row[OPENED]], changes.get(row[CLOSED])
        record = Recorded(statement(row), opened.at, None if closed is None else closed.at, opened.source)
        if waiting and waiting[0][2].statement.id != record.statement.id:
            yield from (held for _, _, held in sorted(waiting, key=itemgetter(0, 1)))
            waiting = []
        waiting.append((opened.source, opened.revision, record))
    yield from (held for _, _, held in sorted(waiting, key=itemgetter(0, 1)))
