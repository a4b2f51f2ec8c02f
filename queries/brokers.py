"""Brokers: who alone holds parts of the network together, on a chosen filter; all of it, or between two sets.

The net has the entities that the filter lets through, and one tie for each two that are joined by a traversable link that holds
on the as-of date. Three measures, each with its source in ``queries.measures``:

``betweenness``    over all pairs of entities that are linked at all, how much lies between them: the share of the shortest ways
                   (by steps) that pass through the broker; ``share`` is that as part of all linked pairs
``cut_off``        entities that would no longer be linked with the largest part around the broker, were it not there; with
                   two sets, ``pairs_cut`` counts the pairs that it alone links
``constraint``     Burt's: low where a broker's ties lead to different circles, near 1 where they lead back to the same few
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from graph.errors import InputError, UnknownWord
from graph.model import CONFIDENCES, AsOf, EntityId, today
from graph.revisions import Graph
from graph.vocabulary import nearest
from queries.cells import Named
from queries.ends import end_of, is_set, members
from queries.explain import Cited, cite
from queries.measures import Cut, Floats, Net, betweenness, constraint, cuts, parts, pieces_without
from queries.selection import Mask, View, check_number, confidence_asked, kinds_asked, listed, node_of, predicates_asked, view
from queries.weights import weights

BODIES: Final = ("facility", "mechanism", "network", "organisation")
"""Kinds of entity that can broker: the net has these unless other kinds are asked for."""
ORDERS: Final = ("betweenness", "cut", "constraint")
MOST: Final = 100
EXACT: Final = 5000
"""Nodes (with a tie) up to which betweenness is exact; larger nets are estimated from evenly spread starts."""
_PIVOTS: Final = 256
_NAMED: Final = 50


@dataclass(frozen=True, slots=True)
class BrokersQuestion:
    """What is asked: the brokers of a net.

    ``between``: two sets of entities in words (see ``queries.ends``), or one name each; nothing for all pairs. ``without``: ids
    that are taken out of the net. ``kinds``: empty for ``BODIES``. The other filters are those of ``PathQuestion``. ``order``:
    by most ``betweenness``, by most that is ``cut``, or by least ``constraint``. ``limit``: 1 to 100.

    Raises ``InputError`` (or ``BadDate``, ``UnknownWord``) for what cannot be asked.
    """

    between: Sequence[str] = ()
    without: Sequence[EntityId] = ()
    as_of: str | None = None
    known_at: datetime | None = None
    predicates: Sequence[str] = ()
    without_predicates: Sequence[str] = ()
    kinds: Sequence[str] = ()
    not_kinds: Sequence[str] = ()
    confidence: str = "low"
    order: str = "betweenness"
    limit: int = 10

    def __post_init__(self) -> None:
        for name in ("without", "predicates", "without_predicates", "kinds", "not_kinds"):
            object.__setattr__(self, name, listed(name, getattr(self, name)))
        if isinstance(self.between, str) or len(self.between) not in (0, 2):
            raise InputError("between takes two sets of entities, such as in:r-amr and in:r-afr.")
        object.__setattr__(self, "between", tuple(self.between))
        if self.confidence not in CONFIDENCES:
            raise UnknownWord("confidence", self.confidence, nearest(self.confidence, CONFIDENCES) or CONFIDENCES)
        if self.order not in ORDERS:
            raise UnknownWord("order of brokers", self.order, nearest(self.order, ORDERS) or ORDERS)
        check_number("limit", self.limit, 1, MOST, "number of brokers to show")
        AsOf(self.as_of, self.known_at)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part that falls off: how many entities, and the first 50 of them by id."""

    size: int
    entities: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker and its measures; see the module.

    ``neighbours``: its ties. ``pieces``: what falls off without it, largest first; the part that stays largest is not among
    them. ``first``, ``second``: its neighbours in the two sets of ``between``. ``statements``: those that join it to what falls
    off and to its neighbours in the two sets.
    """

    id: EntityId
    name: str
    kind: str
    subtype: str
    neighbours: int
    betweenness: float
    share: float
    constraint: float
    cut_off: int
    pairs_cut: int
    pieces: tuple[Piece, ...]
    first: tuple[Named, ...]
    second: tuple[Named, ...]
    statements: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class BrokersAnswer:
    """The brokers in the order asked for (ties by id); those that lie between nobody are left out.

    ``entities`` (with a tie), ``ties`` and ``parts`` describe the net; ``first_size`` and ``second_size`` the two sets in it (0
    without ``between``); ``pairs`` counts the pairs that are linked. ``total``: how many brokers there are. ``estimated``: the
    net is large, and betweenness was worked out from evenly spread starts.
    """

    revision: int
    as_of: str
    known_at: datetime | None
    between: tuple[str, ...]
    order: str
    entities: int
    ties: int
    parts: int
    first_size: int
    second_size: int
    pairs: int
    estimated: bool
    total: int
    results: tuple[Broker, ...]


def find_brokers(graph: Graph, question: BrokersQuestion) -> BrokersAnswer:
    """Who holds the network, or two sets of it, together.

    Raises ``UnknownEntity`` and ``AmbiguousName`` for a name that does not fit one entity, ``InputError`` for a set that cannot
    be read or that nothing fits, ``UnknownWord`` for a word that is not in the vocabulary.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, predicate, object=None, value=None):
    ...     return Statement(subject, predicate, object, value, Period("2024"), Citation("src-minutes", "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> ties = [("ann", "net"), ("bob", "net"), ("net", "hub"), ("cy", "hub")]
    >>> change = store.replace("minutes", [
    ...     *(says(one, "member_of", other) for one, other in ties),
    ...     *(says(id, "kind", value="network") for id in ("ann", "bob", "cy", "net", "hub")),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_brokers(Graph(store), BrokersQuestion(as_of="2026-01-01"))
    >>> [(one.id, one.betweenness, one.share, one.cut_off) for one in answer.results], answer.pairs
    ([('net', 5.0, 0.5, 2), ('hub', 3.0, 0.3, 1)], 10)
    >>> answer = find_brokers(Graph(store), BrokersQuestion(("ann", "cy"), as_of="2026-01-01"))
    >>> [(one.id, [first.id for first in one.first], one.pairs_cut) for one in answer.results]
    [('hub', [], 1), ('net', ['ann'], 1)]
    >>> store.close(); folder.cleanup()
    """
    snapshot = graph.snapshot(question.known_at)
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    seen = view(snapshot, when, weights())
    found = _Found(graph, seen, question)
    chosen = found.order(question.order)
    shown = chosen[: question.limit]
    return BrokersAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        known_at=question.known_at,
        between=tuple(question.between),
        order=question.order,
        entities=found.tied,
        ties=len(found.net.target) // 2,
        parts=parts(found.net),
        first_size=int(np.count_nonzero(found.first)) if question.between else 0,
        second_size=int(np.count_nonzero(found.second)) if question.between else 0,
        pairs=found.pairs,
        estimated=found.estimated,
        total=len(chosen),
        results=tuple(found.broker(graph, node) for node in shown),
    )


class _Found:
    """The net of a question and the measures of its nodes."""

    def __init__(self, graph: Graph, seen: View, question: BrokersQuestion) -> None:
        self.view, self.snapshot = seen, seen.snapshot
        words = predicates_asked(self.snapshot, question.predicates, question.without_predicates, traversable_only=True)
        inside = kinds_asked(self.snapshot, question.kinds or BODIES, question.not_kinds)
        inside[[node_of(self.snapshot, id) for id in question.without]] = False
        confident = confidence_asked(self.snapshot, question.confidence)
        self.arcs: Mask = seen.linking & seen.holds & words[self.snapshot.predicate] & confident
        self.arcs &= inside[seen.owner] & inside[self.snapshot.target]
        self.net = Net.of(len(self.snapshot.ids), seen.owner[self.arcs], self.snapshot.target[self.arcs])
        tied = self.net.offsets[1:] > self.net.offsets[:-1]
        self.tied = int(np.count_nonzero(tied))
        self.split = bool(question.between)
        sets = [_side(graph, seen, words) for words in question.between] or [tied, tied]
        self.first, self.second = (one & tied for one in sets)
        self._measure()

    def _measure(self) -> None:
        starts = np.flatnonzero(self.first)
        self.estimated = self.tied > EXACT and len(starts) > _PIVOTS
        if self.estimated:
            starts = starts[np.linspace(0, len(starts) - 1, _PIVOTS).astype(np.int64)]
        between, pairs = betweenness(self.net, starts.tolist(), self.second)
        scale = np.count_nonzero(self.first) / len(starts) if self.estimated else 1.0
        twice = 1 if self.split else 2  # without two sets, every pair was met from both ends
        self.between: Floats = between * scale / twice
        self.pairs = round(pairs * scale / twice)
        self.cuts = cuts(self.net, self.first, self.second)

    def order(self, by: str) -> list[int]:
        """The nodes that lie between others, in the order asked for."""
        nodes = np.flatnonzero(self.between > 1e-12).tolist()
        if by == "cut":
            none = Cut(0, 0)
            nodes = [node for node in nodes if node in self.cuts]
            lost = {node: self.cuts.get(node, none) for node in nodes}
            return sorted(nodes, key=lambda node: (-self._pairs(lost[node]) * self.split, -lost[node].cut_off, node))
        if by == "constraint":
            return sorted(nodes, key=lambda node: (round(constraint(self.net, node) or 0.0, 9), node))
        return sorted(nodes, key=lambda node: (-round(float(self.between[node]), 9), node))

    def _pairs(self, cut: Cut) -> int:
        return cut.pairs if self.split else cut.pairs // 2

    def broker(self, graph: Graph, node: int) -> Broker:
        """A node with its measures, what it cuts off, and the statements behind that."""
        snapshot, net = self.snapshot, self.net
        cut = self.cuts.get(node, Cut(0, 0))
        pieces = [piece.tolist() for piece in pieces_without(net, node)[1:]] if cut.cut_off else []
        near = net.neighbours(node)
        sides = [[int(one) for one in near if among[one]] if self.split else [] for among in (self.first, self.second)]
        concerned = np.zeros(net.size, dtype=bool)
        for some in (*pieces, *sides):
            concerned[some] = True
        arcs = snapshot.arcs(node)
        numbers = np.unique(snapshot.statement[arcs][self.arcs[arcs] & concerned[snapshot.target[arcs]]])
        return Broker(
            id=snapshot.ids[node],
            name=snapshot.names[node],
            kind=snapshot.kinds[node],
            subtype=snapshot.subtypes[node],
            neighbours=len(near),
            betweenness=round(float(self.between[node]), 6),
            share=round(float(self.between[node]) / self.pairs, 6) if self.pairs else 0.0,
            constraint=round(constraint(net, node) or 0.0, 6),
            cut_off=cut.cut_off,
            pairs_cut=self._pairs(cut),
            pieces=tuple(Piece(len(piece), self._named(piece[:_NAMED])) for piece in pieces),
            first=self._named(sides[0]),
            second=self._named(sides[1]),
            statements=tuple(cite(graph, snapshot, [snapshot.statement_id(int(one)) for one in numbers], self.view.when)),
        )

    def _named(self, nodes: Sequence[int]) -> tuple[Named, ...]:
        return tuple(Named(self.snapshot.ids[node], self.snapshot.names[node]) for node in nodes)


def _side(graph: Graph, seen: View, words: str) -> Mask:
    """Per node: whether it is in a set given in words, or is the one entity that a name fits."""
    snapshot = seen.snapshot
    mask = np.zeros(len(snapshot.ids), dtype=bool)
    text = end_of(graph, words, seen.when.known)
    mask[members(snapshot, text, seen.when) if is_set(snapshot, text) else node_of(snapshot, text)] = True
    return mask
