"""Reliance: what hangs on one organisation, one mechanism or one cited source.

It is taken out of a copy of the graph and the questions are asked again; nothing is written. Of an entity, every link that it
is an end of goes; of a source, every statement that cites it. What the graph knows to be complete stays so, unless only that
source declares it. With a locator it is one citation: what the source says at that place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError, UnknownWord
from graph.model import AsOf, EntityId, Statement, today
from graph.overlay import Overlay
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import nearest
from queries.cells import Named
from queries.comparing import CoverageChange, change_of_coverage
from queries.coverage import CoverageQuestion
from queries.entities import node_of
from queries.explain import Cited, cite
from queries.selection import SOURCE, View, traversable, view
from queries.sources import cited_by
from queries.weights import weights


@dataclass(frozen=True, slots=True)
class RelianceQuestion:
    """``what``: the id of an entity or of a source. ``lens``, ``base``, ``columns`` and the clocks as in coverage.

    ``locator``: of a source, only what it says at this place (one citation); None for all that it says.
    """

    what: EntityId
    lens: str = "four-convened-entities"
    base: str | None = "iso-249"
    columns: str | None = None
    as_of: str | None = None
    known_at: datetime | None = None
    locator: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the collaboration graph that falls off; ``members`` is empty for the largest part, which stays together."""

    size: int
    members: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class RelianceAnswer:
    """What hangs on it.

    ``statements``: those that rest on it on the as-of date, by id; ``sole``: the ids among them that nothing else in the graph
    says too. ``total``: how many go in all, of any date. In the graph of links that a collaboration path may follow, it left
    out: ``cut_off`` are the entities that lose their last link; ``parts`` what falls apart, largest first, empty where nothing
    does; ``pairs_cut`` how many pairs of other entities are no longer joined by any chain of links.
    """

    revision: int
    as_of: str
    known_at: datetime | None
    what: Named
    kind: str
    locator: str | None
    statements: tuple[Cited, ...]
    sole: tuple[str, ...]
    total: int
    coverage: CoverageChange
    cut_off: tuple[Named, ...]
    parts: tuple[Part, ...]
    pairs_cut: int
    headline: str


def find_reliance(graph: Graph, question: RelianceQuestion) -> RelianceAnswer:
    """What hangs on an entity or a source, or on one citation.

    Raises ``UnknownEntity``, ``InputError`` for a locator of what is no source and ``UnknownWord`` for one at which the source
    says nothing, and what ``find_coverage`` raises.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, predicate, object=None, value=None, **more):
    ...     cited = Citation("src-list", "page 1")
    ...     return Statement(subject, predicate, object, value, Period("2024"), cited, "high", "", tuple(more.items()))
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("appm", "kind", value="mechanism"), says("africa-cdc", "kind", value="organisation"),
    ...     says("KEN", "kind", value="country"), says("KEN", "listed_as", value="iso-3166-1"),
    ...     says("KEN", "enrolled_in", "appm", status="member"), says("africa-cdc", "operates", "appm"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_reliance(Graph(store), RelianceQuestion("appm", as_of="2026-01-01"))
    >>> answer.coverage.lost, [one.id for one in answer.cut_off], answer.pairs_cut
    (('KEN',), ['KEN', 'africa-cdc'], 1)
    >>> answer.headline
    '2 statements rest on appm; without it 1 of 1 covered rows is lost, and 2 entities lose their last link.'
    >>> store.close(); folder.cleanup()
    """
    snapshot = graph.snapshot(question.known_at)
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    numbers = resting_on(snapshot, question.what)
    node = snapshot.number(question.what)
    is_source = node is None or snapshot.kinds[node] == SOURCE
    ids = [snapshot.statement_id(number) for number in numbers]
    if question.locator is not None:
        if not is_source:
            raise InputError(f"{question.what!r} is no source, so it has no place {question.locator!r}. Leave the locator out.")
        ids = _at(graph, ids, question.locator)
        numbers = [number for number in numbers if snapshot.statement_id(number) in set(ids)]
    asked = CoverageQuestion(question.lens, question.base, question.columns, when.valid, question.known_at)
    overlay = Overlay(graph, ids)
    coverage = change_of_coverage(graph, asked, overlay)
    shown = [one for one in graph.store.statements(ids).values() if when.shows(one.valid)]
    sole = _sole(graph, snapshot, shown, when) if is_source else {one.id for one in shown}
    now, then = (view(one, when, weights()) for one in (snapshot, overlay.snapshot(question.known_at)))
    cut_off, parts, pairs = _held_together(now, then, None if is_source else node)
    what = Named(question.what if node is None else snapshot.ids[node], question.what if node is None else snapshot.names[node])
    cited = tuple(cite(graph, snapshot, sorted(one.id for one in shown), when))
    return RelianceAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        known_at=question.known_at,
        what=what,
        kind=SOURCE if node is None else snapshot.kinds[node],
        locator=question.locator,
        statements=cited,
        sole=tuple(one.id for one in cited if one.id in sole),
        total=len(numbers),
        coverage=coverage,
        cut_off=cut_off,
        parts=parts,
        pairs_cut=pairs,
        headline=_headline(
            what.name if question.locator is None else f"{what.name}, {question.locator}", len(cited), coverage, len(cut_off)
        ),
    )


def resting_on(snapshot: Snapshot, id: EntityId) -> list[int]:
    """The statement numbers that go with a source (all that cite it) or with another entity (every link it is an end of).

    Raises ``UnknownEntity`` for an id that is neither.
    """
    cited = cited_by(snapshot, id)
    node = snapshot.number(id)
    if cited and (node is None or snapshot.kinds[node] == SOURCE):
        return cited
    node = node_of(snapshot, id)
    if snapshot.kinds[node] == SOURCE:
        return []
    links: list[int] = snapshot.statements_at(node).tolist()
    return links


def _at(graph: Graph, ids: Sequence[str], locator: str) -> list[str]:
    """Those of some statements that are cited from one place."""
    places = {id: one.citation.locator for id, one in graph.store.statements(ids).items()}
    found = [id for id in ids if places.get(id) == locator]
    if not found:
        known = sorted(set(places.values()))
        raise UnknownWord("locator in this source", locator, nearest(locator, known) or known[:5])
    return found


def _sole(graph: Graph, snapshot: Snapshot, shown: Iterable[Statement], when: AsOf) -> set[str]:
    """Those that no statement of another citation repeats: the same subject, predicate, and object or value.

    Entities that a decision has merged are one.
    """

    def same(id: EntityId | None) -> EntityId | None:
        return None if id is None else snapshot.stands(id)

    by_subject: dict[EntityId, list[Statement]] = {}
    for one in shown:
        by_subject.setdefault(same(one.subject) or "", []).append(one)
    gone = {one.id for one in shown}
    alone = set()
    for subject, some in by_subject.items():
        node = snapshot.number(subject)
        every = (subject,) if node is None else snapshot.ids_of(node)
        others = [other for id in every for other in graph.store.about(id, when) if other.id not in gone]
        repeated = {(other.predicate, same(other.object), other.value) for other in others}
        alone |= {one.id for one in some if (one.predicate, same(one.object), one.value) not in repeated}
    return alone


def _held_together(seen: View, later: View, gone: int | None) -> tuple[tuple[Named, ...], tuple[Part, ...], int]:
    """Who loses the last link, what falls apart, and how many pairs are no longer joined, between two views of one date.

    ``gone``: the node that is taken out, which is not counted. An entity is the same in both views by its id.
    """
    snapshot = seen.snapshot
    before, degrees = _labelled(seen)
    label, degree = _labelled(later)
    places = _places(snapshot, later.snapshot)
    known = places >= 0
    after = -1 - np.arange(len(places), dtype=np.int64)  # whom nobody speaks of any more stands alone
    after[known] = label[places[known]]
    left = np.where(known, degree[places], 0) if len(degree) else np.zeros(len(places), dtype=np.int64)
    counted = degrees > 0
    if gone is not None:
        counted[gone] = False
    lonely = np.flatnonzero(counted & (left == 0)).tolist()
    nodes = np.flatnonzero(counted)
    pieces, piece = np.unique(np.stack([before[nodes], after[nodes]]), axis=1, return_inverse=True)
    sizes = np.bincount(piece.ravel(), minlength=pieces.shape[1])
    wholes, of, count = np.unique(pieces[0], return_inverse=True, return_counts=True)
    split = np.flatnonzero(count[of] > 1)
    parts = [nodes[piece.ravel() == number].tolist() for number in split.tolist()]
    parts.sort(key=lambda part: (-len(part), part))
    total = np.bincount(of, weights=sizes, minlength=len(wholes)).astype(np.int64)
    return (
        tuple(_named(snapshot, node) for node in lonely),
        tuple(
            Part(len(part), tuple(_named(snapshot, node) for node in part) if place else ()) for place, part in enumerate(parts)
        ),
        _pairs(total) - _pairs(sizes),
    )


def _places(before: Snapshot, after: Snapshot) -> NDArray[np.int64]:
    """Per node of one snapshot its number in another one, -1 where it is gone."""
    if after.since is not None and after.before is before:
        same = after.since.nodes
        return np.arange(len(before.ids), dtype=np.int64) if same is None else same.astype(np.int64)
    found = dict(after.merged) | {id: node for node, id in enumerate(after.ids)}
    return np.array([found.get(id, -1) for id in before.ids], dtype=np.int64)


def _labelled(seen: View) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per node: the lowest node that a chain of links joins it to, and how many such links it has."""
    snapshot = seen.snapshot
    arcs = seen.linking & seen.holds & traversable(snapshot)[snapshot.predicate]
    count = len(snapshot.ids)
    return _components(count, seen.owner[arcs], snapshot.target[arcs]), np.bincount(seen.owner[arcs], minlength=count)


def _components(count: int, owner: NDArray[np.int32], target: NDArray[np.int32]) -> NDArray[np.int64]:
    """Per node, the lowest node that a chain of arcs joins it to."""
    label = np.arange(count, dtype=np.int64)
    while True:
        least = label.copy()
        np.minimum.at(least, owner, label[target])
        least = least[least]
        if np.array_equal(least, label):
            return label
        label = least


def _pairs(sizes: NDArray[np.int64]) -> int:
    """The pairs within groups of these sizes."""
    return int((sizes * (sizes - 1) // 2).sum())


def _named(snapshot: Snapshot, node: int) -> Named:
    return Named(snapshot.ids[node], snapshot.names[node])


def _headline(name: str, statements: int, coverage: CoverageChange, cut_off: int) -> str:
    rest = f"{statements} statement{' rests' if statements == 1 else 's rest'} on {name}"
    lost = len(coverage.lost)
    rows = f"{lost} of {coverage.before.covered} covered rows {'is' if lost == 1 else 'are'} lost"
    ends = f"{cut_off} {'entity loses its' if cut_off == 1 else 'entities lose their'} last link"
    return f"{rest}; without it {rows}, and {ends}."
