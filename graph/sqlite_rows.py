"""Statements as rows of ``graph.sqlite`` and back (rows of other stores in the same shape become statements here too).

Reading back trusts what was checked when it was written: a row becomes a ``Statement`` without being hashed and checked anew,
seven times as fast. Nothing outside of this module builds statements in this way.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from graph.errors import BadDate
from graph.model import Citation, Period, Statement
from graph.store import Change, Delta, Recorded

SelectedRow = tuple[bytes, str, str, str | None, str | None, int, int, str, str, str]
"""id (16 bytes), subject, predicate, object, value, first day, end day (half-open), confidence, cited source, qualifiers.

Qualifiers are as ``qualifiers_of`` reads them.
"""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)

COLUMNS: Final = (
    "s.id, s.subject, s.predicate, s.object, s.value, s.valid_from, s.valid_to, s.source, s.locator, s.url, s.quotation,"
    ' s.confidence, s."release", s.qualifiers'
)
"""What ``statement_of`` reads, in its order."""

INSERT: Final = "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
"""What writes a ``row_of``."""


def row_of(number: int, id: bytes, statement: Statement) -> tuple[Any, ...]:
    """A statement as a row of the table ``statement``."""
    valid, cited = statement.valid, statement.citation
    return (
        number,
        id,
        statement.subject,
        statement.predicate,
        statement.object,
        statement.value,
        valid.valid_from,
        valid.valid_to,
        valid.first,
        valid.end,
        cited.source,
        cited.locator,
        cited.url,
        cited.quotation,
        statement.confidence,
        statement.release,
        json.dumps(dict(statement.qualifiers), ensure_ascii=False) if statement.qualifiers else "",
    )


@lru_cache(maxsize=65536)
def _period(valid_from: str, valid_to: str) -> Period:
    return Period(valid_from, valid_to)


@lru_cache(maxsize=65536)
def qualifiers_of(text: str) -> tuple[tuple[str, str], ...]:
    """The qualifiers of a statement from the text that the store keeps."""
    return tuple(json.loads(text).items()) if text else ()


# The slots are set by their own descriptors: ``object.__setattr__`` looks each of them up by name, and takes twice as long.
_CITATION: Final = tuple(getattr(Citation, name).__set__ for name in ("source", "locator", "url", "quotation"))
_STATEMENT: Final = tuple(
    getattr(Statement, name).__set__
    for name in ("id", "subject", "predicate", "object", "value", "valid", "citation", "confidence", "release", "qualifiers")
)
_new: Final = object.__new__
_source, _locator, _url, _quotation = _CITATION
_id, _subject, _predicate, _object, _value, _valid, _citation, _confidence, _release, _qualified = _STATEMENT


def statement_of(row: tuple[Any, ...]) -> Statement:
    """The statement of a row of ``COLUMNS``."""
    (
        id,
        subject,
        predicate,
        object_,
        value,
        valid_from,
        valid_to,
        source,
        locator,
        url,
        quotation,
        confidence,
        release,
        pairs,
    ) = row
    citation = _new(Citation)
    _source(citation, source)
    _locator(citation, locator)
    _url(citation, url)
    _quotation(citation, quotation)
    statement = _new(Statement)
    _id(statement, id.hex())
    _subject(statement, subject)
    _predicate(statement, predicate)
    _object(statement, object_)
    _value(statement, value)
    _valid(statement, _period(valid_from, valid_to))
    _citation(statement, citation)
    _confidence(statement, confidence)
    _release(statement, release)
    _qualified(statement, qualifiers_of(pairs))
    return statement


def micros_of(moment: datetime) -> int:
    """Microseconds since 1970 (UTC); raises ``BadDate`` for a moment without a time zone."""
    if moment.utcoffset() is None:
        raise BadDate(f"{moment.isoformat()} has no time zone. Known time needs one, e.g. {moment.isoformat()}Z.")
    try:
        return (moment.astimezone(UTC) - _EPOCH) // _TICK
    except OverflowError:
        raise BadDate(
            f"{moment.isoformat()} is beyond the calendar. Known time is between the years 1 and 9999 (UTC)."
        ) from None


def moment_of(micros: int) -> datetime:
    """The moment of ``micros_of``, in UTC."""
    return _EPOCH + micros * _TICK


def change_of(row: tuple[int, str, int, int, int, int]) -> Change:
    """The change of a row: revision, origin, microseconds, and the three counts."""
    revision, source, at, added, withdrawn, unchanged = row
    return Change(revision, source, moment_of(at), added, withdrawn, unchanged)


def recorded_of(row: tuple[Any, ...]) -> Recorded:
    """The record of a row: ``COLUMNS``, then origin and the two microseconds of its known time."""
    origin, known_from, known_to = row[-3:]
    return Recorded(statement_of(row[:-3]), moment_of(known_from), None if known_to is None else moment_of(known_to), origin)


def delta_of(row: tuple[Any, ...]) -> Delta:
    """The delta of a row: ``COLUMNS``, then revision and 1 for added, 0 for withdrawn."""
    revision, added = row[-2:]
    return Delta(revision, bool(added), statement_of(row[:-2]))
