"""The neighbourhood of an entity: who and what it is linked to, one to three steps out, on a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from graph.errors import InputError, UnknownWord
from graph.model import CONFIDENCES, AsOf, EntityId, today
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import nearest, vocabulary
from queries import engine
from queries.explain import Cited, cite
from queries.selection import (
    ENDED,
    LIVE,
    PAST,
    Mask,
    Numbers,
    View,
    confidence_asked,
    distinct_targets,
    kinds_asked,
    listed,
    node_of,
    predicates_asked,
    view,
)
from queries.weights import weights

MOST_STEPS: Final = 3
MOST_NODES: Final = 1000


@dataclass(frozen=True, slots=True)
class NeighbourhoodQuestion:
    """What is asked: the entities within ``steps`` (1 to 3) of ``centre`` (an id), and the links among them.

    ``as_of``: a partial date, None for today; ``known_at``: an aware moment, None for now. ``predicates``: only these words
    (empty for every link but negatives and "keep the two apart"; name these to see them); ``without_predicates``: not these;
    ``traversable_only``: only links that a collaboration path may follow. ``kinds``, ``not_kinds``: entities of other kinds
    are neither shown nor passed through. ``confidence``: the least that counts. ``include_ended``: also links that had ended
    by then. ``limit``: 1 to 1000 entities beside the centre.

    Raises ``InputError`` (or ``BadDate``, ``UnknownWord``) for what cannot be asked.
    """

    centre: EntityId
    steps: int = 1
    as_of: str | None = None
    known_at: datetime | None = None
    predicates: Sequence[str] = ()
    without_predicates: Sequence[str] = ()
    kinds: Sequence[str] = ()
    not_kinds: Sequence[str] = ()
    confidence: str = "low"
    traversable_only: bool = False
    include_ended: bool = False
    limit: int = 100

    def __post_init__(self) -> None:
        for name, most, what in (("steps", MOST_STEPS, "distance"), ("limit", MOST_NODES, "most entities that are shown")):
            given = getattr(self, name)
            if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= most:
                raise InputError(f"{name} is the {what}, a whole number from 1 to {most}; {given!r} was given.")
        for name in ("predicates", "without_predicates", "kinds", "not_kinds"):
            object.__setattr__(self, name, listed(name, getattr(self, name)))
        if self.confidence not in CONFIDENCES:
            raise UnknownWord("confidence", self.confidence, nearest(self.confidence, CONFIDENCES) or CONFIDENCES)
        AsOf(self.as_of, self.known_at)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entity of the neighbourhood: its steps from the centre, and how many entities it is linked to, seen alike."""

    id: EntityId
    name: str
    kind: str
    subtype: str
    distance: int
    degree: int


@dataclass(frozen=True, slots=True)
class Link:
    """All statements of one predicate from one entity to another, as stated; ``state``: the best of live, past, ended."""

    from_id: EntityId
    to_id: EntityId
    predicate: str
    state: str
    statements: tuple[str, ...]

    @property
    def live(self) -> bool:
        """Whether it counts on the as-of date: false only where every statement had ended."""
        return self.state != ENDED


@dataclass(frozen=True, slots=True)
class NeighbourhoodAnswer:
    """The centre and its neighbours, the links among them, and the statements of these links by id.

    ``nodes`` begins with the centre; nearest first, then those joined to a nearer one by the strongest predicate (its strength
    in the vocabulary), then by most statements, then by id. ``links`` are ordered by their ids and predicate. ``total_nodes``
    (with the centre) and ``total_links`` count what there is; where ``truncated``, the limit cut off the last of it.
    """

    revision: int
    as_of: str
    known_at: datetime | None
    centre: Neighbour
    nodes: tuple[Neighbour, ...]
    links: tuple[Link, ...]
    total_nodes: int
    total_links: int
    truncated: bool
    statements: Mapping[str, Cited] = field(default_factory=dict)


def find_neighbourhood(graph: Graph, question: NeighbourhoodQuestion) -> NeighbourhoodAnswer:
    """Who and what is around an entity.

    Raises ``UnknownEntity`` for an id the graph does not hold at the known time, ``InputError`` for a source, ``UnknownWord``
    for a predicate or kind that is not in the vocabulary.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> said = Citation("src-minutes", "page 1")
    >>> def says(subject, predicate, object):
    ...     return Statement(subject, predicate, object, None, Period("2024"), said, "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> links = [says("ann", "member_of", "net"), says("bob", "leads", "net"), says("net", "funds", "lab")]
    >>> change = store.replace("minutes", links, datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_neighbourhood(Graph(store), NeighbourhoodQuestion("net", as_of="2026", limit=2))
    >>> [(node.id, node.distance, node.degree) for node in answer.nodes], answer.total_nodes, answer.truncated
    ([('net', 0, 3), ('bob', 1, 1), ('ann', 1, 1)], 4, True)
    >>> store.close(); folder.cleanup()
    """
    snapshot = engine.for_neighbourhood(graph, question)
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    centre = node_of(snapshot, question.centre)
    found = Found(view(snapshot, when, weights()), question, centre)
    order = found.order()
    shown = order[: question.limit + 1]
    among = np.zeros(len(snapshot.ids), dtype=np.bool_)
    among[shown] = True
    links = found.links(among)
    nodes = tuple(found.neighbour(node) for node in shown)
    size = found.counted.nodes or len(order)
    named = {node.id: (node.name, node.kind) for node in nodes}
    cited = cite(graph, snapshot, [id for link in links for id in link.statements], when, named)
    return NeighbourhoodAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        known_at=question.known_at,
        centre=nodes[0],
        nodes=nodes,
        links=links,
        total_nodes=size,
        total_links=found.count_links(),
        truncated=len(shown) < size,
        statements={statement.id: statement for statement in cited},
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of the whole graph for a snapshot that is a part of it: see ``NeighbourhoodAnswer``.

    ``degrees``: to how many entities some are linked, by id. ``nodes``: 0 where the part tells; ``links``: 0 where it has all.
    """

    degrees: Mapping[EntityId, int] = field(default_factory=dict)
    nodes: int = 0
    links: int = 0


_counted: WeakKeyDictionary[Snapshot, Counted] = WeakKeyDictionary()


def tell_counts(snapshot: Snapshot, counted: Counted) -> None:
    """Tell a snapshot that is the part of a graph for one question what was counted of the whole graph."""
    _counted[snapshot] = counted


_BEST: Final = (LIVE, PAST, ENDED)


class Found:
    """What lies within reach: the arcs the question sees, and the distance of every node (-1: out of reach)."""

    def __init__(self, seen: View, question: NeighbourhoodQuestion, centre: int) -> None:
        self.view, self.snapshot = seen, seen.snapshot
        words = predicates_asked(
            self.snapshot, question.predicates, question.without_predicates, traversable_only=question.traversable_only
        )
        allowed = kinds_asked(self.snapshot, question.kinds, question.not_kinds)
        allowed[centre] = True
        in_time = seen.holds | seen.ended if question.include_ended else seen.holds
        kept = seen.linking & in_time & confidence_asked(self.snapshot, question.confidence) & words[self.snapshot.predicate]
        self.arcs: Numbers = np.flatnonzero(kept & allowed[seen.owner] & allowed[self.snapshot.target])
        self.owner, self.target = seen.owner[self.arcs], self.snapshot.target[self.arcs]
        self.degree = distinct_targets(self.snapshot, seen.owner, self.arcs)
        self.counted = _counted.get(self.snapshot, Counted())
        for id, degree in self.counted.degrees.items():
            self.degree[self.snapshot.number(id)] = degree
        self.distance = np.full(len(self.snapshot.ids), -1, dtype=np.int64)
        self.distance[centre] = 0
        for step in range(1, question.steps + 1):
            reached = self.target[self.distance[self.owner] == step - 1]
            self.distance[reached[self.distance[reached] < 0]] = step

    def order(self) -> list[int]:
        """The nodes within reach: nearest, then strongest, then most statements, then by id."""
        count = len(self.snapshot.ids)
        inward = (self.distance[self.target] > 0) & (self.distance[self.owner] == self.distance[self.target] - 1)
        inward &= self.distance[self.owner] >= 0
        words = vocabulary().predicates
        strengths = np.array([words[name].strength if name in words else 0.0 for name in self.snapshot.predicates])
        strongest = np.zeros(count)
        np.maximum.at(strongest, self.target[inward], strengths[self.snapshot.predicate[self.arcs[inward]]])
        statements = np.bincount(self.target[inward], minlength=count)
        near = np.flatnonzero(self.distance >= 0)
        found: list[int] = near[np.lexsort((near, -statements[near], -strongest[near], self.distance[near]))].tolist()
        return found

    def _inside(self, shown: Mask) -> Numbers:
        """The arcs from subject to object between shown nodes: each link once."""
        return self.arcs[shown[self.owner] & shown[self.target] & self.snapshot.forward[self.arcs]]

    def count_links(self) -> int:
        """How many links (merged as in ``links``) lie among all nodes within reach."""
        if self.counted.links:
            return self.counted.links
        arcs = self._inside(self.distance >= 0)
        keys = np.stack([self.view.owner[arcs], self.snapshot.target[arcs], self.snapshot.predicate[arcs]])
        return int(np.unique(keys, axis=1).shape[1])

    def links(self, shown: Mask) -> tuple[Link, ...]:
        """The links among shown nodes; statements of one subject, object and predicate are one."""
        snapshot: Snapshot = self.snapshot
        arcs = self._inside(shown)
        named = {node: snapshot.ids[node] for node in np.flatnonzero(shown).tolist()}
        columns = (self.view.owner[arcs], snapshot.target[arcs], snapshot.predicate[arcs])
        keys = zip(*(column.tolist() for column in columns), strict=True)
        told = zip(snapshot.statement_ids(snapshot.statement[arcs]), self._states(arcs), strict=True)
        groups: dict[tuple[int, int, int], list[tuple[str, str]]] = {}
        for key, one in zip(keys, told, strict=True):
            groups.setdefault(key, []).append(one)
        return tuple(
            Link(
                from_id=named[subject],
                to_id=named[target],
                predicate=snapshot.predicates[predicate],
                state=min((state for _, state in some), key=_BEST.index),
                statements=tuple(id for id, _ in some),
            )
            for (subject, target, predicate), some in sorted(groups.items())
        )

    def _states(self, arcs: Numbers) -> list[str]:
        """What each arc is on the date."""
        live, past = self.view.live[arcs].tolist(), self.view.past[arcs].tolist()
        return [LIVE if now else PAST if before else ENDED for now, before in zip(live, past, strict=True)]

    def neighbour(self, node: int) -> Neighbour:
        """A node as it is shown."""
        snapshot = self.snapshot
        return Neighbour(
            id=snapshot.ids[node],
            name=snapshot.names[node],
            kind=snapshot.kinds[node],
            subtype=snapshot.subtypes[node],
            distance=int(self.distance[node]),
            degree=int(self.degree[node]),
        )
