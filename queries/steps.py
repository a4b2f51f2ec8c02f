"""The steps that a path question may take, and what each costs: a view of the snapshot after the filters, as flat arrays.

All links between two neighbouring entities are one step. Per link, in thousandths of a point (see ``weights.yaml``):

    own = strength + evidence + recency
    strength = strength.most x (1 - strength of the predicate)
    evidence = evidence.<confidence>, or evidence.low where a source denies the link on the as-of date
    recency  = min(recency.most, recency.per_year x days since it began / 365), or recency.undated where no start is given;
               plus recency.ended where it has ended

each rounded down to the grain. Days are counted from the first day of ``valid_from`` to the last day of the as-of date. The
step is told by its cheapest link (ties: the lower statement number), its **main** link, and costs

    cost = own of the main link - corroboration + length
    corroboration = min(corroboration.most, corroboration.each x (distinct sources of links that hold undenied - 1)), at least 0

Corroboration is taken off the evidence part and is never more than it. So taking links away (a filter) can only raise the
cost of a step, never lower it. Passing through an entity costs ``hubs``, from its neighbours on the as-of date *before* any
filter, so that a filter does not change it either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.model import CONFIDENCES, OPEN_START
from graph.packed import Array
from graph.snapshot import Arcs, Since
from graph.splicing import Renumbering, places_in_rows, spliced
from graph.vocabulary import vocabulary
from queries.denials import denied
from queries.selection import DISPUTED, ENDED, LIVE, PAST, Judged, Mask, Numbers, View, confidence_asked, run_starts
from queries.weights import GRAIN, YEAR, Weights

CHANGE: Final = "change"
_STATEMENT_BITS: Final = 32
_NODE_BITS: Final = 32
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Told:
    """One step in full: the parts of its cost, its ``state``, and its statements by number.

    ``state``: ``live`` where a link holds on the as-of date that nobody denies for it, ``disputed`` where all such links are
    denied, else ``past`` where one tells of what happened, else ``ended``. ``statements``: the main link first, then by what
    they cost, then by statement. ``denials``: the statements that deny a link of the step on the date.
    """

    strength: int
    evidence: int
    recency: int
    cost: int
    state: str
    statements: tuple[int, ...]
    denials: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which links count: those of some predicates (by name), at least this sure, with or without those that ended."""

    predicates: tuple[str, ...]
    confidence: str
    include_ended: bool


_Flat = tuple[Numbers, NDArray[np.int32], Numbers]


class Table:
    """Offsets, targets and costs of ``count`` steps; where they are those of others and a small change, laid when asked for."""

    __slots__ = ("_flat", "_lock", "_make", "count")

    def __init__(self, count: int, make: Callable[[], _Flat]) -> None:
        self.count, self._make, self._lock = count, make, threading.Lock()
        self._flat: _Flat | None = None

    @classmethod
    def of(cls, *flat: *_Flat) -> Table:
        """Steps that are laid already."""
        return cls(len(flat[1]), lambda: flat)

    @property
    def flat(self) -> _Flat:
        """All three."""
        with self._lock:
            if self._flat is None:
                self._flat = self._make()
                del self._make  # and with it what it was made from
            return self._flat


@dataclass(frozen=True, slots=True, eq=False)
class StepChange:
    """How steps differ from others on the same nodes.

    ``one``, ``other``: pairs of nodes, each in both directions, in order; ``cost``: of the step between them, -1 where there is
    none. ``dearer``: the nodes whose ``through`` differs. ``before``: what was kept with those others.
    """

    one: Numbers
    other: Numbers
    cost: Numbers
    dearer: Numbers
    before: Mapping[str, Any]

    def with_(self, later: StepChange) -> StepChange:
        """This change and another one after it."""
        one, other, cost = (
            np.concatenate([getattr(change, name) for change in (later, self)]) for name in ("one", "other", "cost")
        )
        _, last = np.unique((one << _NODE_BITS) | other, return_index=True)
        return StepChange(one[last], other[last], cost[last], np.union1d(self.dearer, later.dearer), self.before)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Steps in CSR form: those of node v are ``offsets[v]:offsets[v+1]``, ordered by ``target``; every step lies at both ends.

    ``cost`` per step, with the length. ``through``: per node, what passing through it costs. What else there is to say of a
    step is told from its links when somebody asks (``told``). ``kept`` is for what others work out from the steps and want to
    keep as long; in it, under ``CHANGE``, a ``StepChange`` where these steps were made from others by a small change.
    """

    view: View
    weights: Weights
    asked: Filter
    table: Table
    through: Numbers
    kept: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.table.count

    @property
    def offsets(self) -> Numbers:
        return self.table.flat[0]

    @property
    def target(self) -> NDArray[np.int32]:
        return self.table.flat[1]

    @property
    def cost(self) -> Numbers:
        return self.table.flat[2]

    def between(self, one: int, other: int) -> int:
        """The number of the step from one node to a neighbour."""
        start, end = int(self.offsets[one]), int(self.offsets[one + 1])
        place = start + int(np.searchsorted(self.target[start:end], other))
        assert place < end
        assert self.target[place] == other
        return place

    def told(self, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], Told]:
        """The steps between pairs of nodes, in full, in the order given; pairs without a step are left out."""
        asked = list(dict.fromkeys(pairs))
        one, other = np.array(asked, dtype=np.int64).reshape(-1, 2).T
        links = _links(self.view, self.weights, self.asked, one, other)
        if not len(links.heads):
            return {}
        ends = [*links.heads.tolist()[1:], len(links.own)]
        evidence = links.evidence[links.main] - links.corroboration
        order = np.lexsort((links.arcs.statement, links.own, links.arcs.group))
        statements = links.arcs.statement[order].tolist()
        live, past = links.seen.live.tolist(), links.seen.past.tolist()
        undenied = (links.seen.live & ~links.denied.denied).tolist()
        columns = (links.arcs.group[links.heads], links.heads, links.strength[links.main], evidence, links.recency[links.main])
        return {
            asked[pair]: Told(
                strength=strength,
                evidence=sure,
                recency=recency,
                cost=cost,
                state=_state(any(undenied[start:end]), any(live[start:end]), any(past[start:end])),
                statements=tuple(statements[start:end]),
                denials=tuple(sorted(links.denied.by.get(pair, ()))),
            )
            for pair, start, strength, sure, recency, cost, end in zip(
                *(column.tolist() for column in columns), links.cost.tolist(), ends, strict=True
            )
        }


def _state(undenied: bool, live: bool, past: bool) -> str:
    if undenied or not live:
        return LIVE if undenied else PAST if past else ENDED
    return DISPUTED


_lock = threading.Lock()


def steps_of(view: View, weights: Weights, predicates: Mask, confidence: str, include_ended: bool) -> Steps:
    """The steps of a view over these predicates (a mask) and links that are at least this sure; the last few are kept."""
    words = view.snapshot.predicates
    asked = Filter(
        tuple(word for word, seen in zip(words, predicates.tolist(), strict=True) if seen), confidence, include_ended
    )
    key = (weights, asked)
    found: Steps | None = view.held.get(key)
    if found is not None:  # whoever has what they need does not wait for those who make something else
        return found
    with _lock:
        if key not in view.held:
            while len(view.held) >= _KEPT:
                del view.held[next(iter(view.held))]
            before = _before(view, weights, asked)
            view.held[key] = _made(view, weights, asked) if before is None else _patched(view, before, asked)
        kept: Steps = view.held[key]
        return kept


def _before(view: View, weights: Weights, asked: Filter) -> Steps | None:
    """The steps of the view that this one was made from, where they were asked for in the same way."""
    if view.before is None:
        return None
    words = view.before.snapshot.predicates
    known = Filter(tuple(word for word in asked.predicates if word in words), asked.confidence, asked.include_ended)
    return view.before.held.get((weights, known))


def _made(view: View, weights: Weights, asked: Filter) -> Steps:
    snapshot = view.snapshot
    in_time = view.holds | view.ended if asked.include_ended else view.holds
    wanted = _wanted(asked.predicates, snapshot.predicates)
    kept = np.flatnonzero(view.linking & in_time & confidence_asked(snapshot, asked.confidence) & wanted[snapshot.predicate])
    owner, target = view.owner[kept], snapshot.target[kept]
    fresh = run_starts(owner, target)
    arcs = snapshot.taken(kept, owner, np.cumsum(fresh) - 1)
    links = _Links(view, weights, arcs, view.judged(arcs))
    offsets = np.zeros(len(snapshot.ids) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner[fresh], minlength=len(snapshot.ids)), out=offsets[1:])
    return Steps(view, weights, asked, Table.of(offsets, target[fresh], links.cost), _through(view.neighbours, weights))


def _patched(view: View, before: Steps, asked: Filter) -> Steps:
    """The steps of the view before with those between changed pairs of nodes worked out anew."""
    since, weights = view.snapshot.since, before.weights
    assert since is not None
    there = (since.new_one >= 0) & (since.new_other >= 0)
    rows = np.flatnonzero(there)
    links = _links(view, weights, asked, since.new_one[rows], since.new_other[rows])
    cost = np.full(len(there), -1, dtype=np.int64)
    cost[rows[links.arcs.group[links.heads]]] = links.cost
    offsets, target, through = _moved(before, since, len(view.snapshot.ids))
    one, other = (np.where(there, new, -1) for new in (since.new_one, since.new_other))
    pairs = one >= 0  # a pair of which a node is gone has lost its steps with it
    one, other, cost = one[pairs], other[pairs], cost[pairs]
    order = np.lexsort((other, one))
    one, other, cost = one[order], other[order], cost[order]
    places = places_in_rows(target, offsets[one], offsets[one + 1], other)
    held = places < offsets[one + 1]
    held[held] = target[places[held]] == other[held]
    gone, come = held & (cost < 0), ~held & (cost >= 0)
    old = before.cost if since.nodes is None else before.cost[_surviving(before, since)]
    stays = held & (cost >= 0)
    differs = gone | come
    differs[stays] = old[places[stays]] != cost[stays]

    def flat() -> _Flat:
        moves = Renumbering(places[gone], places[come])
        made_of = moves.pieces(len(target))
        costs = spliced(old, made_of, cost[come])
        costs[moves.new(places[stays])] = cost[stays]
        sizes = np.diff(offsets)
        np.add.at(sizes, one[come], 1)
        np.subtract.at(sizes, one[gone], 1)
        starts = np.concatenate([offsets[:1], np.cumsum(sizes)])
        return starts, spliced(target, made_of, other[come].astype(np.int32)), costs

    table = Table(len(target) + int(come.sum()) - int(gone.sum()), flat)
    others = np.flatnonzero(view.neighbours != _renumbered(before.view.neighbours, since, len(through)))
    known = through[others]
    through[others] = _through(view.neighbours[others], weights)
    steps = Steps(view, weights, asked, table, through)
    if since.nodes is None:
        kept = {name: value for name, value in before.kept.items() if name != CHANGE}
        change = StepChange(one[differs], other[differs], cost[differs], others[known != through[others]], kept)
        earlier: StepChange | None = before.kept.get(CHANGE)
        steps.kept[CHANGE] = change if kept or earlier is None else earlier.with_(change)
    return steps


def _renumbered(values: Numbers, since: Since, count: int) -> Numbers:
    """Numbers per node of the snapshot before as numbers per node of this one; -1 for a node that came."""
    if since.nodes is None:
        return values
    moved = np.full(count, -1, dtype=np.int64)
    there = since.nodes >= 0
    moved[since.nodes[there]] = values[there]
    return moved


def _surviving(before: Steps, since: Since) -> Mask:
    """Per step of before: whether both of its nodes are still there."""
    assert since.nodes is not None
    there = since.nodes >= 0
    return np.repeat(there, np.diff(before.offsets)) & there[before.target]


def _moved(before: Steps, since: Since, count: int) -> tuple[Numbers, NDArray[np.int32], Numbers]:
    """Offsets, targets and costs of passing through with the numbers of the new snapshot, for those who are in both."""
    if since.nodes is None:
        return before.offsets, before.target, before.through.copy()
    kept = _surviving(before, since)
    owner = np.repeat(since.nodes, np.diff(before.offsets))[kept]
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=count), out=offsets[1:])
    through = _renumbered(before.through, since, count)
    return offsets, since.nodes[before.target[kept]].astype(np.int32), through


def _links(view: View, weights: Weights, asked: Filter, one: Numbers, other: Numbers) -> _Links:
    """The links that count between pairs of nodes."""
    snapshot = view.snapshot
    arcs = snapshot.between(one, other)
    seen = view.judged(arcs)
    in_time = seen.holds | seen.ended if asked.include_ended else seen.holds
    wanted = _wanted(asked.predicates, snapshot.predicates)
    kept = seen.linking & in_time & (arcs.confidence <= CONFIDENCES.index(asked.confidence)) & wanted[arcs.predicate]
    if not kept.all():
        arcs = Arcs(*(getattr(arcs, name)[kept] for name in Arcs.__dataclass_fields__))
        seen = Judged(*(getattr(seen, name)[kept] for name in Judged.__dataclass_fields__))
    return _Links(view, weights, arcs, seen)


@lru_cache(64)
def _wanted(followed: tuple[str, ...], words: tuple[str, ...]) -> Mask:
    """Per word: whether it is followed. Not to be written to."""
    return np.array([word in followed for word in words], dtype=bool)


class _Links:
    """Links that count, those of one step side by side (by ``group``), and what their steps cost."""

    def __init__(self, view: View, weights: Weights, arcs: Arcs, seen: Judged) -> None:
        self.arcs, self.seen = arcs, seen
        self.heads: Numbers = np.flatnonzero(run_starts(arcs.group))
        self.denied = denied(view, arcs, self.seen.live)
        self.strength, evidence, self.recency = _parts(view, weights, arcs, self.seen)
        self.evidence: Numbers = np.where(self.denied.denied, weights.evidence[-1], evidence)
        self.own = self.strength + self.evidence + self.recency
        self.main = _main(self.own, arcs.statement, self.heads)
        self.corroboration = _corroboration(weights, arcs, self.seen.holds & ~self.denied.denied, self.heads)
        self.cost: Numbers = self.own[self.main] - self.corroboration + weights.length


def _parts(view: View, weights: Weights, arcs: Arcs, seen: Judged) -> tuple[Numbers, Numbers, Numbers]:
    """Strength, evidence and recency of each arc."""
    strength = _strengths(weights, view.snapshot.predicates)[arcs.predicate]
    evidence = np.array(weights.evidence, dtype=np.int64)[arcs.confidence]
    first = arcs.first.astype(np.int64)
    grown = np.minimum(weights.recency_most, weights.per_year * (view.when.end - 1 - first) // YEAR) // GRAIN * GRAIN
    recency = np.where(first == OPEN_START, weights.undated, grown) + np.where(seen.ended, weights.ended, 0)
    return strength, evidence, recency


@lru_cache(64)
def _strengths(weights: Weights, predicates: tuple[str, ...]) -> Numbers:
    """What a link of each predicate costs for its strength. Not to be written to."""
    words = vocabulary().predicates
    return np.array([weights.of_strength(words[name].strength) if name in words else 0 for name in predicates], dtype=np.int64)


def _main(own: Numbers, statement: Array, heads: Numbers) -> Numbers:
    """Per step, the place of its main link."""
    if not len(heads):
        return heads
    key = (own << _STATEMENT_BITS) | statement.astype(np.int64)
    least = np.minimum.reduceat(key, heads)
    places: Numbers = np.flatnonzero(key == np.repeat(least, np.diff(np.append(heads, len(own)))))
    return places


def _corroboration(weights: Weights, arcs: Arcs, counted: Mask, heads: Numbers) -> Numbers:
    """Per step, what further distinct sources of the links that count for this take off its cost."""
    step = np.repeat(np.arange(len(heads)), np.diff(np.append(heads, len(arcs.group))))
    step, source = step[counted], arcs.source[counted]
    order = np.lexsort((source, step))
    step, source = step[order], source[order]
    sources = np.bincount(step[run_starts(step, source)], minlength=len(heads))
    off: Numbers = np.minimum(weights.corroboration_most, weights.corroboration_each * np.maximum(sources - 1, 0))
    return off


def _through(neighbours: Numbers, weights: Weights) -> Numbers:
    """Per node, what passing through it costs; ``Weights.of_hub`` on each distinct number of neighbours."""
    numbers, places = np.unique(neighbours, return_inverse=True)
    costs = np.array([weights.of_hub(number) for number in numbers.tolist()], dtype=np.int64)
    through: Numbers = costs[places]
    return through
