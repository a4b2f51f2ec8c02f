"""The steps that a path question may take, and what each costs: a view of the snapshot after the filters, as flat arrays.

All links between two neighbouring entities are one step. Per link, in thousandths of a point (see ``weights.yaml``):

    own = strength + evidence + recency
    strength = strength.most x (1 - strength of the predicate)
    evidence = evidence.<confidence>
    recency  = min(recency.most, recency.per_year x days since it began / 365), or recency.undated where no start is given;
               plus recency.ended where it has ended

each rounded down to the grain. Days are counted from the first day of ``valid_from`` to the last day of the as-of date. The
step is told by its cheapest link (ties: the lower statement number), its **main** link, and costs

    cost = own of the main link - corroboration + length
    corroboration = min(corroboration.most, corroboration.each x (distinct sources of the links that hold - 1)), at least 0

Corroboration is taken off the evidence part and is never more than it. So taking links away (a filter) can only raise the
cost of a step, never lower it. Passing through an entity costs ``hubs``, from its neighbours on the as-of date *before* any
filter, so that a filter does not change it either.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.model import OPEN_START
from graph.vocabulary import vocabulary
from queries.selection import ENDED, LIVE, PAST, Mask, Numbers, View, confidence_asked
from queries.weights import GRAIN, YEAR, Weights

_STATEMENT_BITS: Final = 32
_KEPT: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Steps in CSR form: those of node v are ``offsets[v]:offsets[v+1]``, ordered by ``target``; every step lies at both ends.

    Per step: its parts ``strength``, ``evidence``, ``recency`` and its ``cost`` (with the length). ``heads[s]:heads[s+1]`` are
    its links in ``arcs`` (arc numbers of the snapshot), ``own`` what each of them costs. ``through``: per node, what passing
    through it costs. ``kept`` is for what others work out from the steps and want to keep as long.
    """

    view: View
    offsets: Numbers
    target: NDArray[np.int32]
    strength: Numbers
    evidence: Numbers
    recency: Numbers
    cost: Numbers
    heads: Numbers
    arcs: Numbers
    own: Numbers
    through: Numbers
    kept: dict[str, Any] = field(default_factory=dict)

    def between(self, one: int, other: int) -> int:
        """The number of the step from one node to a neighbour."""
        start, end = int(self.offsets[one]), int(self.offsets[one + 1])
        place = start + int(np.searchsorted(self.target[start:end], other))
        assert place < end
        assert self.target[place] == other
        return place

    def links(self, step: int) -> list[int]:
        """The arcs of a step, the main link first, then by what they cost, then by statement."""
        here = slice(int(self.heads[step]), int(self.heads[step + 1]))
        arcs = self.arcs[here]
        order = np.lexsort((self.view.snapshot.statement[arcs], self.own[here]))
        found: list[int] = arcs[order].tolist()
        return found

    def state(self, step: int) -> str:
        """``live`` where a link holds on the as-of date, else ``past`` where one tells of what happened, else ``ended``."""
        arcs = self.arcs[self.heads[step] : self.heads[step + 1]]
        if self.view.live[arcs].any():
            return LIVE
        return PAST if self.view.past[arcs].any() else ENDED


_lock = threading.Lock()


def steps_of(view: View, weights: Weights, predicates: Mask, confidence: str, include_ended: bool) -> Steps:
    """The steps of a view over these predicates (a mask) and links that are at least this sure; the last few are kept."""
    key = (weights, predicates.tobytes(), confidence, include_ended)
    with _lock:
        if key not in view.held:
            while len(view.held) >= _KEPT:
                del view.held[next(iter(view.held))]
            view.held[key] = _made(view, weights, predicates, confidence, include_ended)
        kept: Steps = view.held[key]
        return kept


def _made(view: View, weights: Weights, predicates: Mask, confidence: str, include_ended: bool) -> Steps:
    snapshot = view.snapshot
    in_time = view.holds | view.ended if include_ended else view.holds
    kept = np.flatnonzero(view.linking & in_time & confidence_asked(snapshot, confidence) & predicates[snapshot.predicate])
    owner, target = view.owner[kept], snapshot.target[kept]
    fresh = np.ones(len(kept), dtype=bool)
    fresh[1:] = (owner[1:] != owner[:-1]) | (target[1:] != target[:-1])
    heads = np.flatnonzero(fresh)
    strength, evidence, recency = _parts(view, weights, kept)
    own = strength + evidence + recency
    main = _main(own, snapshot.statement[kept], heads)
    evidence = evidence[main] - _corroboration(view, weights, kept, heads)
    offsets = np.zeros(len(snapshot.ids) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner[heads], minlength=len(snapshot.ids)), out=offsets[1:])
    return Steps(
        view=view,
        offsets=offsets,
        target=target[heads],
        strength=strength[main],
        evidence=evidence,
        recency=recency[main],
        cost=strength[main] + evidence + recency[main] + weights.length,
        heads=np.append(heads, len(kept)),
        arcs=kept,
        own=own,
        through=_through(view.neighbours, weights),
    )


def _parts(view: View, weights: Weights, arcs: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Strength, evidence and recency of each arc."""
    snapshot = view.snapshot
    words = vocabulary().predicates
    by_predicate = [weights.of_strength(words[name].strength) if name in words else 0 for name in snapshot.predicates]
    strength = np.array(by_predicate, dtype=np.int64)[snapshot.predicate[arcs]]
    evidence = np.array(weights.evidence, dtype=np.int64)[snapshot.confidence[arcs]]
    first = snapshot.first[arcs].astype(np.int64)
    grown = np.minimum(weights.recency_most, weights.per_year * (view.when.end - 1 - first) // YEAR) // GRAIN * GRAIN
    recency = np.where(first == OPEN_START, weights.undated, grown) + np.where(view.ended[arcs], weights.ended, 0)
    return strength, evidence, recency


def _main(own: Numbers, statement: NDArray[Any], heads: Numbers) -> Numbers:
    """Per step, the place of its main link."""
    if not len(heads):
        return heads
    key = (own << _STATEMENT_BITS) | statement.astype(np.int64)
    least = np.minimum.reduceat(key, heads)
    places: Numbers = np.flatnonzero(key == np.repeat(least, np.diff(np.append(heads, len(own)))))
    return places


def _corroboration(view: View, weights: Weights, arcs: Numbers, heads: Numbers) -> Numbers:
    """Per step, what further distinct sources of links that hold take off its cost."""
    step = np.repeat(np.arange(len(heads)), np.diff(np.append(heads, len(arcs))))
    holds = view.holds[arcs]
    step, source = step[holds], view.snapshot.source[arcs][holds]
    order = np.lexsort((source, step))
    step, source = step[order], source[order]
    fresh = np.ones(len(step), dtype=bool)
    fresh[1:] = (step[1:] != step[:-1]) | (source[1:] != source[:-1])
    sources = np.bincount(step[fresh], minlength=len(heads))
    off: Numbers = np.minimum(weights.corroboration_most, weights.corroboration_each * np.maximum(sources - 1, 0))
    return off


def _through(neighbours: Numbers, weights: Weights) -> Numbers:
    """Per node, what passing through it costs; ``Weights.of_hub`` on each distinct number of neighbours."""
    numbers, places = np.unique(neighbours, return_inverse=True)
    costs = np.array([weights.of_hub(number) for number in numbers.tolist()], dtype=np.int64)
    through: Numbers = costs[places]
    return through
