"""What changed between two views of the graph, and why.

A view is a revision and an as-of date. A statement that shows in one view and not in the other is a difference; its cause is
worked out from both clocks:

=====================  =================================================================================================
source added           its loaded source said nothing at the earlier revision
source withdrawn       its loaded source says nothing any more at the later one
correction             the source says something else in its place; the counterpart is named
identity decision      a decision to merge two entities or to keep them apart was recorded or taken back
statement added        the source says it now and did not before
statement withdrawn    the source does not say it any more
validity began         known in both views; its period began after the earlier date
validity ended         known in both views; its period was over by the later date
=====================  =================================================================================================

Taking away from the earlier view what disappeared, and adding what appeared, gives exactly the later view.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from graph.errors import InputError
from graph.merging import SAME
from graph.model import AsOf, EntityId, SourceId, Statement, today
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.causes import CAUSES, Cause, cause_of, twins_of
from queries.entities import moment_of_snapshot, node_of
from queries.explain import Cited, cite
from queries.history import History, Touched, touched_after
from queries.selection import check_number

__all__ = ["CAUSES", "Cause", "ChangesAnswer", "ChangesQuestion", "Difference", "find_changes"]

MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class ChangesQuestion:
    """From an earlier view to a later one.

    Each view has an as-of date (``since``, ``until``: partial dates) and a revision, given by its number (0: the empty graph)
    or by a known time. Left out: ``until`` is today, the later revision the newest, the earlier revision the later one, and
    ``since`` the same as ``until``; where nothing at all sets the views apart, ``since`` is a year before ``until``. So dates
    alone tell what happened, revisions alone what was learnt. ``about``, ``predicate``: only statements of this entity or
    word. ``limit``: 1 to 10,000 differences are shown; all are counted.
    """

    since: str | None = None
    until: str | None = None
    since_revision: int | None = None
    until_revision: int | None = None
    since_known: datetime | None = None
    until_known: datetime | None = None
    about: EntityId | None = None
    predicate: str | None = None
    limit: int = 1000

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            if getattr(self, f"{name}_revision") is not None and getattr(self, f"{name}_known") is not None:
                raise InputError(f"The {name} view is given by a revision or by a known time, not by both.")
            AsOf(getattr(self, name), getattr(self, f"{name}_known"))
        check_number("limit", self.limit, 1, MOST, "number of differences to show")
        if self.predicate is not None:
            vocabulary().predicate(self.predicate)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: whether the statement appeared (else it disappeared), and why.

    ``origin`` is the loaded source that began or ceased to say it, ``""`` where only time passed. ``counterpart``: of a
    correction, the id of the statement in whose place it came, or that came in its place.
    """

    appeared: bool
    cause: Cause
    origin: SourceId
    statement: Cited
    counterpart: str


@dataclass(frozen=True, slots=True)
class ChangesAnswer:
    """The differences, ordered by cause (as in ``CAUSES``), then statement id.

    ``causes`` counts them all, every cause with its number; ``total`` is their sum; ``truncated``: the limit cut some off.
    """

    revision: int
    since_revision: int
    until_revision: int
    since: str
    until: str
    total: int
    causes: dict[Cause, int]
    results: tuple[Difference, ...]
    truncated: bool


def find_changes(graph: Graph, question: ChangesQuestion) -> ChangesAnswer:
    """What differs between the two views, each difference with its cause and citation.

    Raises ``InputError`` for a revision that is not there and for views in the wrong order, ``UnknownEntity`` for an ``about``
    that is not known. Work grows with what was learnt since the earlier revision; the statements known in both views are
    looked at (as arrays) only where the dates differ.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, since):
    ...     return Statement(subject, "member_of", "net", None, Period(since), Citation("src-minutes", "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> one = store.replace("minutes", [says("ann", "2024"), says("bob", "2024")], datetime(2026, 1, 1, tzinfo=UTC))
    >>> two = store.replace("minutes", [says("ann", "2024"), says("bob", "2025"), says("cy", "2026-02")],
    ...                     datetime(2026, 1, 2, tzinfo=UTC))
    >>> answer = find_changes(Graph(store), ChangesQuestion(since_revision=1, since="2026-03", until="2026-03"))
    >>> [(one.statement.subject, one.statement.valid_from, one.appeared, one.cause) for one in answer.results
    ...  if one.cause != "correction"]
    [('cy', '2026-02', True, 'statement added')]
    >>> sorted((one.statement.valid_from, one.appeared) for one in answer.results if one.cause == "correction")
    [('2024', False), ('2025', True)]
    >>> answer = find_changes(Graph(store), ChangesQuestion(since="2026-01", until="2026-02"))
    >>> [(one.statement.subject, one.cause) for one in answer.results]
    [('cy', 'validity began')]
    >>> store.close(); folder.cleanup()
    """
    snapshot = graph.snapshot()
    earlier, later = _views(graph, snapshot, question)
    asked = _Asked(snapshot, question)
    history = History(graph, snapshot)
    # What came or went after the later view matters only for telling what was known all along.
    last = later.revision if earlier.when == later.when else snapshot.revision
    touched = touched_after(graph, earlier.revision, later.revision, last, asked)
    for one, before, after in zip(
        touched.values(), history.known(earlier.revision, touched), history.known(later.revision, touched), strict=True
    ):
        one.before, one.after = before, after
    found = list(_learnt(touched, earlier, later, history))
    if earlier.when != later.when:
        found += _happened(graph, snapshot, touched, earlier.when, later.when, asked)
    found.sort(key=lambda one: (CAUSES.index(one.cause), one.id))
    counts: dict[Cause, int] = {cause: sum(1 for one in found if one.cause == cause) for cause in CAUSES}
    shown = found[: question.limit]
    cited = {one.id: one for one in cite(graph, snapshot, [one.id for one in shown], later.when)}
    return ChangesAnswer(
        revision=snapshot.revision,
        since_revision=earlier.revision,
        until_revision=later.revision,
        since=earlier.when.valid or "",
        until=later.when.valid or "",
        total=len(found),
        causes=counts,
        results=tuple(Difference(one.appeared, one.cause, one.origin, cited[one.id], one.counterpart) for one in shown),
        truncated=len(shown) < len(found),
    )


@dataclass(frozen=True, slots=True)
class _View:
    revision: int
    when: AsOf


@dataclass(frozen=True, slots=True)
class _Found:
    id: str
    appeared: bool
    cause: Cause
    origin: str = ""
    counterpart: str = ""


class _Asked:
    """Which statements the question is about."""

    def __init__(self, snapshot: Snapshot, question: ChangesQuestion) -> None:
        self.predicate = question.predicate
        self._ids: frozenset[str] | None = None
        if question.about is not None:
            # An entity that only the earlier view knew is not in the newest snapshot; it is asked for by its own id.
            known = snapshot.number(question.about) is not None
            ids = snapshot.ids_of(node_of(snapshot, question.about)) if known else (question.about,)
            self._ids = frozenset(ids)

    def __call__(self, one: Statement) -> bool:
        if self.predicate is not None and one.predicate != self.predicate:
            return False
        return self._ids is None or one.subject in self._ids or one.object in self._ids


def _views(graph: Graph, snapshot: Snapshot, question: ChangesQuestion) -> tuple[_View, _View]:
    """The two views, in order; raises ``InputError``."""
    newest = snapshot.revision

    def revision(given: int | None, known: datetime | None, default: int) -> int:
        return min(graph.revision(known), newest) if known is not None else default if given is None else given

    later = revision(question.until_revision, question.until_known, newest)
    earlier = revision(question.since_revision, question.since_known, later)
    if not 0 <= earlier <= later <= newest:
        raise InputError(f"Revisions go from 0 to {newest}, the earlier first; {earlier} to {later} was asked.")
    until = question.until or today()
    apart = (question.since_revision, question.until_revision, question.since_known, question.until_known)
    since = question.since or (until if any(one is not None for one in apart) else _year_before(until))
    first, last = AsOf(since), AsOf(until)
    if first.first > last.first or first.end > last.end:
        raise InputError(f"The earlier date comes first; {since} to {until} was asked.")
    return _View(earlier, first), _View(later, last)


def _year_before(date: str) -> str:
    year = f"{max(int(date[:4]) - 1, 1):04d}"
    return f"{year}-02-28" if date[4:] == "-02-29" else year + date[4:]


def _learnt(touched: dict[str, Touched], earlier: _View, later: _View, history: History) -> Iterator[_Found]:
    """The differences among the statements that a source began or ceased to say."""
    twins = twins_of([one for one in touched.values() if one.before != one.after], history)
    before, after = history.speaking(earlier.revision), history.speaking(later.revision)
    for id, one in touched.items():
        valid = one.statement.valid
        shown = one.before and earlier.when.shows(valid), one.after and later.when.shows(valid)
        if shown[0] == shown[1]:
            continue
        appeared = shown[1]
        if one.before and one.after:
            yield _Found(id, appeared, "validity began" if appeared else "validity ended")
            continue
        yield _Found(id, appeared, *cause_of(one, history.source(one.revision), twins.get(id, ""), before, after))


def _happened(
    graph: Graph, snapshot: Snapshot, touched: dict[str, Touched], earlier: AsOf, later: AsOf, asked: _Asked
) -> Iterator[_Found]:
    """The differences among the statements known all along: those whose period shows on one date only."""
    numbers = np.unique(
        np.concatenate([_links_apart(snapshot, earlier, later), *_texts_apart(snapshot, earlier, later, asked)])
    )
    ids = [id for id in (snapshot.statement_id(int(number)) for number in numbers) if id not in touched]
    statements = list(graph.store.statements(ids).values())
    merges = graph.store.scan(SAME, AsOf(None, moment_of_snapshot(graph, snapshot))) if snapshot.revision else ()
    for one in [*statements, *(one for one in merges if one.id not in touched)]:  # a snapshot holds no merges as links
        shown = earlier.shows(one.valid), later.shows(one.valid)
        if shown[0] != shown[1] and asked(one):
            yield _Found(one.id, shown[1], "validity began" if shown[1] else "validity ended")


def _links_apart(snapshot: Snapshot, earlier: AsOf, later: AsOf) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    shown = [(snapshot.first < when.end) & (snapshot.end > when.first) for when in (earlier, later)]
    apart: np.ndarray[tuple[int], np.dtype[np.int32]] = snapshot.statement[shown[0] != shown[1]]
    return apart


def _texts_apart(
    snapshot: Snapshot, earlier: AsOf, later: AsOf, asked: _Asked
) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int32]]]:
    for word in vocabulary().predicates.values():
        if not word.is_link and asked.predicate in (None, word.name):
            apart = [
                text.statement
                for text in snapshot.literals(word.name)
                if (text.first < earlier.end and text.end > earlier.first)
                != (text.first < later.end and text.end > later.first)
            ]
            yield np.array(apart, dtype=np.int32)
