"""Reliance: what hangs on one organisation, one mechanism or one cited source.

It is taken out of a copy of the graph and the questions are asked again; nothing is written. Of an entity, every link that it
is an end of goes; of a source, every statement that cites it. What the graph knows to be complete stays so, unless only that
source declares it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from graph.model import AsOf, EntityId, Statement, today
from graph.overlay import Overlay
from graph.snapshot import Graph, Snapshot
from queries.cells import Named
from queries.comparing import CoverageChange, change_of_coverage
from queries.coverage import CoverageQuestion
from queries.entities import node_of
from queries.explain import Cited, cite
from queries.selection import SOURCE, Mask, View, traversable, view
from queries.sources import cited_by
from queries.weights import weights


@dataclass(frozen=True, slots=True)
class RelianceQuestion:
    """``what``: the id of an entity or of a source. ``lens``, ``base``, ``columns`` and the clocks as in coverage."""

    what: EntityId
    lens: str = "four-convened-entities"
    base: str | None = "iso-249"
    columns: str | None = None
    as_of: str | None = None
    known_at: datetime | None = None


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
    statements: tuple[Cited, ...]
    sole: tuple[str, ...]
    total: int
    coverage: CoverageChange
    cut_off: tuple[Named, ...]
    parts: tuple[Part, ...]
    pairs_cut: int
    headline: str


def find_reliance(graph: Graph, question: RelianceQuestion) -> RelianceAnswer:
    """What hangs on an entity or a source. Raises ``UnknownEntity``, and what ``find_coverage`` raises.

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
    asked = CoverageQuestion(question.lens, question.base, question.columns, when.valid, question.known_at)
    coverage = change_of_coverage(graph, asked, Overlay(graph, ids))
    shown = [one for one in graph.store.statements(ids).values() if when.shows(one.valid)]
    sole = _sole(graph, shown, when) if is_source else {one.id for one in shown}
    without = np.asarray(numbers, dtype=np.int64)
    cut_off, parts, pairs = _held_together(view(snapshot, when, weights()), without, None if is_source else node)
    what = Named(question.what if node is None else snapshot.ids[node], question.what if node is None else snapshot.names[node])
    cited = tuple(cite(graph, snapshot, sorted(one.id for one in shown), when))
    return RelianceAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        known_at=question.known_at,
        what=what,
        kind=SOURCE if node is None else snapshot.kinds[node],
        statements=cited,
        sole=tuple(one.id for one in cited if one.id in sole),
        total=len(numbers),
        coverage=coverage,
        cut_off=cut_off,
        parts=parts,
        pairs_cut=pairs,
        headline=_headline(what.name, len(cited), coverage, len(cut_off)),
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


def _sole(graph: Graph, shown: Iterable[Statement], when: AsOf) -> set[str]:
    """Those that no statement of another source repeats: the same subject, predicate, and object or value."""
    by_subject: dict[EntityId, list[Statement]] = {}
    for one in shown:
        by_subject.setdefault(one.subject, []).append(one)
    alone = set()
    for subject, some in by_subject.items():
        others = list(graph.store.about(subject, when))
        for one in some:
            said = (one.predicate, one.object, one.value)
            if not any(
                (other.predicate, other.object, other.value) == said and other.citation.source != one.citation.source
                for other in others
            ):
                alone.add(one.id)
    return alone


def _held_together(seen: View, without: NDArray[np.int64], gone: int | None) -> tuple[tuple[Named, ...], tuple[Part, ...], int]:
    """Who loses the last link, what falls apart, and how many pairs are no longer joined, without these statements."""
    snapshot = seen.snapshot
    arcs = seen.linking & seen.holds & traversable(snapshot)[snapshot.predicate]
    left = arcs & ~np.isin(snapshot.statement, without)
    count = len(snapshot.ids)
    degrees = [np.bincount(seen.owner[mask], minlength=count) for mask in (arcs, left)]
    counted = degrees[0] > 0
    if gone is not None:
        counted[gone] = False
    before, after = (_components(count, seen.owner[mask], snapshot.target[mask]) for mask in (arcs, left))
    lonely = np.flatnonzero(counted & (degrees[1] == 0)).tolist()
    touched = np.isin(before, np.unique(before[seen.owner[arcs & ~left]])) & counted
    parts: list[list[int]] = []
    for whole in np.unique(before[touched]).tolist():
        members = np.flatnonzero(touched & (before == whole))
        labels = np.unique(after[members]).tolist()
        if len(labels) > 1:
            parts += [members[after[members] == label].tolist() for label in labels]
    parts.sort(key=lambda part: (-len(part), part))
    pairs = _pairs(before[touched]) - _pairs(after[touched])
    return (
        tuple(_named(snapshot, node) for node in lonely),
        tuple(
            Part(len(part), tuple(_named(snapshot, node) for node in part) if place else ()) for place, part in enumerate(parts)
        ),
        pairs,
    )


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


def _pairs(labels: Mask | NDArray[np.int64]) -> int:
    sizes = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _named(snapshot: Snapshot, node: int) -> Named:
    return Named(snapshot.ids[node], snapshot.names[node])


def _headline(name: str, statements: int, coverage: CoverageChange, cut_off: int) -> str:
    rest = f"{statements} statement{' rests' if statements == 1 else 's rest'} on {name}"
    lost = len(coverage.lost)
    rows = f"{lost} of {coverage.before.covered} covered rows {'is' if lost == 1 else 'are'} lost"
    ends = f"{cut_off} {'entity loses its' if cut_off == 1 else 'entities lose their'} last link"
    return f"{rest}; without it {rows}, and {ends}."
