"""Statements out of a store and back, as JSON lines: one statement a line, everything that was asserted, and its known time.

A line has ``id, subject, predicate, object`` or ``value, valid_from, valid_to, known_from, known_to, source, locator, url,
quotation, confidence, release, qualifiers, origins``. Dates that are not known are null; known times are ISO 8601 in UTC;
``source`` is what the statement cites, ``origins`` the loaded sources that assert it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from graph.errors import BadStatement
from graph.model import AsOf, Citation, Period, Statement, moment_text
from graph.store import Recorded, Store
from graph.whole_file import whole

Line = dict[str, Any]


def export_lines(store: Store, when: AsOf, ever: bool = False) -> Iterator[Line]:
    """The statements that are known at ``when.known`` and touch ``when.valid``, one line each, ordered by id; streamed.

    ``ever=True`` gives also what is no longer known. A statement that was withdrawn and came back then has a line for each
    time it was known. A statement that several loaded sources assert is one line, known as long as one of them said it.
    """
    records = store.records(None, when, ever=True)
    for _, same in groupby(records, key=lambda record: record.statement.id):
        for known in _known_periods(list(same)):
            if ever or _is_known(known, when.known):
                yield _line(known)


def dump(line: Line, ascii_only: bool = False) -> str:
    """A line as text, without its line break; ``ascii_only`` escapes everything else."""
    return json.dumps(line, ensure_ascii=ascii_only, separators=(",", ":"))


def write_lines(path: Path, lines: Iterable[Line]) -> int:
    """Write lines to a file, in whole or not at all, and return how many; raises ``OSError``.

    See ``graph.whole_file``.
    """
    with whole(path) as target, target.open("w", encoding="utf-8") as file:
        return _write(file, lines)


def statement_of(line: Line) -> Statement:
    """The statement that a line tells; the inverse of ``export_lines``.

    Raises ``BadStatement`` where a field is missing or what it says does not hash to its ``id``, ``BadDate`` for a date.
    """
    statement = told_by(line)
    if statement.id != line.get("id"):
        raise BadStatement(f"The line {line.get('id')!r} was changed: what it says has the id {statement.id!r}.")
    return statement


def told_by(line: Line) -> Statement:
    """The statement that a line tells now, whatever its ``id``; raises ``BadStatement`` and ``BadDate``."""
    try:
        return Statement(
            subject=line["subject"],
            predicate=line["predicate"],
            object=line.get("object"),
            value=line.get("value"),
            valid=Period(line["valid_from"] or "", line["valid_to"] or ""),
            citation=Citation(line["source"], line["locator"], line["url"] or "", line.get("quotation") or ""),
            confidence=line["confidence"],
            release=line["release"] or "",
            qualifiers=tuple(sorted(line["qualifiers"].items())),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadStatement(f"A line is not an exported statement: {type(error).__name__} at {error}.") from None


def _write(file: TextIO, lines: Iterable[Line]) -> int:
    count = 0
    for line in lines:
        file.write(dump(line) + "\n")
        count += 1
    return count


class _Known:
    """One unbroken stretch of time in which a statement was known, and who said it then."""

    __slots__ = ("first", "last", "origins", "statement")

    def __init__(self, record: Recorded) -> None:
        self.statement, self.first, self.last = record.statement, record.known_from, record.known_to
        self.origins = {record.origin}

    def takes(self, record: Recorded) -> bool:
        """Whether a record, which begins no earlier, touches this stretch; if so, it becomes part of it."""
        if self.last is not None and record.known_from > self.last:
            return False
        self.origins.add(record.origin)
        if self.last is not None and (record.known_to is None or record.known_to > self.last):
            self.last = record.known_to
        return True


def _known_periods(records: list[Recorded]) -> list[_Known]:
    stretches: list[_Known] = []
    for record in sorted(records, key=lambda one: (one.known_from, one.origin)):
        if not stretches or not stretches[-1].takes(record):
            stretches.append(_Known(record))
    return stretches


def _is_known(known: _Known, at: datetime | None) -> bool:
    if at is None:
        return known.last is None
    return known.first <= at and (known.last is None or at < known.last)


def _line(known: _Known) -> Line:
    statement = known.statement
    cited, valid = statement.citation, statement.valid
    end = {"object": statement.object} if statement.object is not None else {"value": statement.value}
    return {
        "id": statement.id,
        "subject": statement.subject,
        "predicate": statement.predicate,
        **end,
        "valid_from": valid.valid_from or None,
        "valid_to": valid.valid_to or None,
        "known_from": moment_text(known.first),
        "known_to": moment_text(known.last) if known.last is not None else None,
        "source": cited.source,
        "locator": cited.locator,
        "url": cited.url or None,
        "quotation": cited.quotation or None,
        "confidence": statement.confidence,
        "release": statement.release or None,
        "qualifiers": dict(statement.qualifiers),
        "origins": sorted(known.origins),
    }
