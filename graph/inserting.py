"""Where, among the arcs of a whole snapshot, those lie that a change takes out, and where those go that it puts in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from graph.model import Statement
from graph.packed import Array
from graph.snapshot import Arcs, Snapshot
from graph.splicing import Renumbering, places_in_rows, stretches

_NONE: Final = np.zeros(0, dtype=np.int64)


def ends_of(one: Statement) -> tuple[str, ...]:
    """The entities that a statement is about."""
    return (one.subject,) if one.object is None else (one.subject, one.object)


def nodes_of(snapshot: Snapshot, one: Statement) -> list[int]:
    """The nodes that a statement is about, that the snapshot holds."""
    return [node for id in ends_of(one) if (node := snapshot.number(id)) is not None]


def places_cut(base: Snapshot, gone: Iterable[Statement], numbers: Renumbering) -> Array:
    """The places of the arcs of ``gone``, in order; ``numbers``: those of the statements."""
    ends = [nodes_of(base, one) for one in gone if one.object is not None]
    pairs = np.array([pair for one, other in ends for pair in ((one, other), (other, one))], dtype=np.int64).reshape(-1, 2)
    low, high = base._stretch(pairs[:, 0], pairs[:, 1])
    places = np.unique(stretches(low, high)[0])
    return places[numbers.new(base.statement[places].astype(np.int64)) < 0]


def _place(nodes: Renumbering, now: Array, old: Array) -> Array:
    """Which node of the whole snapshot each node is (``old``), or would stand before."""
    before = nodes.before
    spot = np.searchsorted(nodes.come, now)
    return np.where(old >= 0, old, before[np.minimum(spot, len(before) - 1)] if len(before) else 0)


def places_put(base: Snapshot, come: Arcs, nodes: Renumbering, numbers: Renumbering, code: Array | None) -> Array:
    """Before which arc each new one goes; ascends where the new ones are in order.

    ``nodes``, ``numbers``: how nodes and statements are numbered anew; ``code``: per predicate of ``base`` its number now, None
    where all are as they were.
    """
    old = nodes.old(come.owner)
    start = _place(nodes, come.owner, old)  # one that is new has no arcs in the whole one: its own go where its node does
    starts = base.offsets[start]
    ends = np.where(old >= 0, base.offsets[np.minimum(start + 1, len(base.ids))], starts)
    # Targets are compared by where they are, or would be, in the whole one; a new target lies before the one at its place.
    target_old = nodes.old(come.target)
    place = _place(nodes, come.target, target_old)
    low = places_in_rows(base.target, starts, ends, place)
    high = np.where(target_old >= 0, places_in_rows(base.target, starts, ends, place, after=True), low)
    found = []
    for at, stop, predicate, forward, number in zip(
        low.tolist(), high.tolist(), come.predicate.tolist(), come.forward.tolist(), come.statement.tolist(), strict=True
    ):
        key = (predicate, not forward, number)
        while at < stop:
            held = int(base.predicate[at]) if code is None else int(code[base.predicate[at]])
            number_there = int(numbers.new(base.statement[at : at + 1].astype(np.int64))[0])
            if number_there >= 0 and (held, not base.forward[at], number_there) > key:
                break
            at += 1
        found.append(at)
    return np.maximum.accumulate(np.array(found, dtype=np.int64)) if found else _NONE
