"""What changed between two views of the graph, and why.

A view is an as-of date and a known time (or a revision). A statement that shows in one view and not in the other is a change;
its cause is worked out from both clocks:

=====================  =================================================================================================
source added           nothing of the loaded source was known before
source withdrawn       nothing of the loaded source is known any more
correction             the source replaced it: same subject, predicate and object (or, for a text, same subject and predicate)
identity decision      a keep-apart or alias statement came or went
statement added        the source says it now and did not before
statement withdrawn    the source does not say it any more
validity began         known all along; its period had not started at the earlier date
validity ended         known all along; its period was over at the later date
=====================  =================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from graph.errors import InputError
from graph.model import AsOf, Statement, today
from graph.snapshot import Graph
from graph.store import Recorded
from queries.explain import Cited, cite

Cause = Literal[
    "source added",
    "source withdrawn",
    "correction",
    "identity decision",
    "statement added",
    "statement withdrawn",
    "validity began",
    "validity ended",
]
CAUSES: Final[tuple[Cause, ...]] = (
    "source added",
    "source withdrawn",
    "correction",
    "identity decision",
    "statement added",
    "statement withdrawn",
    "validity began",
    "validity ended",
)
_IDENTITY: Final = frozenset({"different_from", "not_to_confuse_with", "alias"})


@dataclass(frozen=True, slots=True)
class ChangesQuestion:
    """From an earlier view to a later one.

    Each view: an as-of date (None: today) and a revision number (None: the newest). ``since_revision=0`` is the empty graph.
    Dates equal and revisions different: what was learnt. Revisions equal and dates different: what happened.
    """

    since_revision: int | None = None
    until_revision: int | None = None
    since: str | None = None
    until: str | None = None
    subject: str | None = None
    predicate: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedStatement:
    """One difference: whether the statement appeared, why, by which loaded source, and what stands in its place."""

    appeared: bool
    cause: Cause
    origin: str
    statement: Cited
    counterpart: str | None


@dataclass(frozen=True, slots=True)
class ChangesAnswer:
    """All differences, ordered by cause, then statement; ``causes`` counts them (every cause, also the zero ones)."""

    revision: int
    since_revision: int
    until_revision: int
    since: str
    until: str
    causes: dict[str, int]
    results: tuple[ChangedStatement, ...]


def find_changes(graph: Graph, question: ChangesQuestion) -> ChangesAnswer:
    """What differs between the two views, each difference with its cause and citation.

    Raises ``InputError`` for a revision that does not exist or views in the wrong order, ``BadDate`` for a bad date.
    """
    newest = graph.store.revision()
    until_revision = newest if question.until_revision is None else question.until_revision
    since_revision = until_revision if question.since_revision is None else question.since_revision
    if not 0 <= since_revision <= until_revision <= newest:
        raise InputError(f"Revisions go from 0 to {newest}, the earlier first; {since_revision} to {until_revision} was asked.")
    until = question.until or today()
    since = question.since or until
    earlier = _View(AsOf(since), since_revision)
    later = _View(AsOf(until), until_revision)
    moments = _Moments(graph, since_revision, until_revision)
    found = sorted(
        _differences(graph, question, earlier, later, moments),
        key=lambda change: (CAUSES.index(change[1]), change[2].statement.id, change[0]),
    )
    snapshot = graph.snapshot(moments.until)
    cited = {one.id: one for one in cite(graph, snapshot, sorted({record.statement.id for _, _, record, _ in found}))}
    results = tuple(
        ChangedStatement(appeared, cause, record.origin, cited[record.statement.id], counterpart)
        for appeared, cause, record, counterpart in found
    )
    causes: dict[str, int] = {cause: sum(1 for change in results if change.cause == cause) for cause in CAUSES}
    return ChangesAnswer(newest, since_revision, until_revision, since, until, causes, results)


@dataclass(frozen=True, slots=True)
class _View:
    when: AsOf
    revision: int


class _Moments:
    """When the two revisions were made, and which loaded sources had something to say at each."""

    def __init__(self, graph: Graph, since: int, until: int) -> None:
        times = {change.revision: change.at for change in graph.store.changes(0)}
        self.since: datetime | None = times.get(since)
        self.until: datetime | None = times.get(until)

    def held(self, record: Recorded, moment: datetime | None) -> bool:
        """Whether a record was known at a moment; None is before everything."""
        return moment is not None and record.known_from <= moment and (record.known_to is None or record.known_to > moment)


def _differences(
    graph: Graph, question: ChangesQuestion, earlier: _View, later: _View, moments: _Moments
) -> Iterator[tuple[bool, Cause, Recorded, str | None]]:
    before: dict[str, Recorded] = {}
    after: dict[str, Recorded] = {}
    speaking_before: set[str] = set()
    speaking_after: set[str] = set()
    for record in graph.store.records(None, AsOf(), ever=True):
        if moments.held(record, moments.since):
            before.setdefault(record.statement.id, record)
            speaking_before.add(record.origin)
        if moments.held(record, moments.until):
            after.setdefault(record.statement.id, record)
            speaking_after.add(record.origin)
    shown_before = {id for id, record in before.items() if earlier.when.shows(record.statement.valid)}
    shown_after = {id for id, record in after.items() if later.when.shows(record.statement.valid)}
    gone = {_place(before[id]): id for id in sorted(shown_before) if id not in after}
    come = {_place(after[id]): id for id in sorted(shown_after) if id not in before}
    for id in shown_after - shown_before:
        record = after[id]
        if _asked(question, record.statement):
            twin = gone.get(_place(record))
            cause: Cause = "validity began" if id in before else _came(record, twin, speaking_before)
            yield True, cause, record, twin if cause == "correction" else None
    for id in shown_before - shown_after:
        record = before[id]
        if _asked(question, record.statement):
            twin = come.get(_place(record))
            cause = "validity ended" if id in after else _went(record, twin, speaking_after)
            yield False, cause, record, twin if cause == "correction" else None


def _asked(question: ChangesQuestion, statement: Statement) -> bool:
    if question.predicate is not None and statement.predicate != question.predicate:
        return False
    return question.subject is None or question.subject in (statement.subject, statement.object)


def _place(record: Recorded) -> tuple[str, str, str, str | None, str]:
    """What a correction keeps: the loaded source, subject, predicate, and the object of a link or the language of a text."""
    one = record.statement
    return record.origin, one.subject, one.predicate, one.object, one.qualifier("lang")


def _came(record: Recorded, twin: str | None, speaking_before: set[str]) -> Cause:
    if record.origin not in speaking_before:
        return "source added"
    if twin is not None:
        return "correction"
    return "identity decision" if record.statement.predicate in _IDENTITY else "statement added"


def _went(record: Recorded, twin: str | None, speaking_after: set[str]) -> Cause:
    if record.origin not in speaking_after:
        return "source withdrawn"
    if twin is not None:
        return "correction"
    return "identity decision" if record.statement.predicate in _IDENTITY else "statement withdrawn"
