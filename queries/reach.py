"""Reach: who comes from where by the steps of a lens, on one day, without listing the chains that lead there.

This is what the numbers of coverage are counted from (``queries.counting``). On a single day a chain holds where each of its
links does, so that sets of rows (or of columns) can be carried from step to step as bits. ``ways_of`` keeps, for one step, the
links of any time that it may take; ``forward``, ``backward`` and ``count`` work on them for a day. ``queries.reach_compiled``
has the same three compiled; they give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Arcs, Snapshot
from graph.vocabulary import vocabulary
from queries.chains import reachable
from queries.lenses import Step
from queries.selection import run_starts

Numbers = NDArray[Any]
WORD: Final = 64
"""Bits in a word of a set."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The links that a step may take, of any time, from every node of a snapshot; those that deny one of them beside them.

    The links of node v are ``offsets[v]:offsets[v+1]``. ``targets``: int64[t], the nodes reached, each once, in order;
    ``slot``: int32[w], places in it. ``first``, ``end``: int32[w], days, half-open. ``denied_*``: the same for the denials.
    """

    targets: Numbers
    offsets: Numbers
    slot: Numbers
    first: Numbers
    end: Numbers
    denied_offsets: Numbers
    denied_slot: Numbers
    denied_first: Numbers
    denied_end: Numbers


@dataclass(frozen=True, slots=True)
class _Links:
    """Links by their ends, of one predicate in one direction, with their days."""

    owner: Numbers
    target: Numbers
    first: Numbers
    end: Numbers

    def at(self, places: Numbers) -> _Links:
        """Some of them."""
        return _Links(self.owner[places], self.target[places], self.first[places], self.end[places])

    def with_(self, other: _Links) -> _Links:
        """These and others."""
        columns = ("owner", "target", "first", "end")
        return _Links(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in columns))


def ways_of(snapshot: Snapshot, step: Step) -> Ways:
    """The ways of a step; they depend on no date. ``queries.lenses.Step`` says what a step means."""
    return _laid(len(snapshot.ids), _taken(snapshot, step), _denying(snapshot, step))


def ways_after(before: Ways, snapshot: Snapshot, step: Step) -> Ways | None:
    """The same, from the ways in ``snapshot.before``; None where they have to be made anew (see ``Snapshot.since``)."""
    since = snapshot.since
    if since is None or since.nodes is not None or since.kinds_changed:
        return None
    words = {one.predicate for one in (*since.gone, *since.come)}
    if step.subtypes and "subtype" in words:
        return None
    if not words & {step.predicate, _denial(step)}:
        return before
    size = len(snapshot.ids)
    changed = np.unique(since.new_one.astype(np.int64) * size + since.new_other)
    arcs = snapshot.between(changed // size, changed % size)
    owners = np.arange(size)
    links, denials = (
        _Links(np.repeat(owners, np.diff(offsets)), before.targets[slot], first, end)
        for offsets, slot, first, end in (
            (before.offsets, before.slot, before.first, before.end),
            (before.denied_offsets, before.denied_slot, before.denied_first, before.denied_end),
        )
    )
    links, denials = (old.at(~np.isin(old.owner * size + old.target, changed)) for old in (links, denials))
    return _laid(size, links.with_(_taken(snapshot, step, arcs)), denials.with_(_denying(snapshot, step, arcs)))


def _denial(step: Step) -> str:
    """The predicate that denies a link of a step, ``""`` where there is none."""
    return next((word.name for word in vocabulary().predicates.values() if word.negates == step.predicate), "")


def _taken(snapshot: Snapshot, step: Step, among: Arcs | None = None) -> _Links:
    """The links that a step may take; of ``among``, where that is given."""
    arcs: Snapshot | Arcs = snapshot if among is None else among
    places = _places(snapshot, arcs, step.predicate, step.forward)
    places = places[reachable(snapshot, step)[arcs.target[places]]]
    if step.statuses is not None:
        counting = np.array([status in step.statuses for status in snapshot.statuses], dtype=bool)
        places = places[counting[arcs.status[places]]]
    return _links(snapshot, arcs, places)


def _denying(snapshot: Snapshot, step: Step, among: Arcs | None = None) -> _Links:
    """The links that deny those of a step."""
    arcs: Snapshot | Arcs = snapshot if among is None else among
    return _links(snapshot, arcs, _places(snapshot, arcs, _denial(step), step.forward))


def _places(snapshot: Snapshot, arcs: Snapshot | Arcs, predicate: str, forward: bool) -> Numbers:
    """Where the arcs of one predicate in one direction (both, where it is symmetric) are."""
    if predicate not in snapshot.predicates:
        return np.empty(0, dtype=np.int64)
    right = arcs.predicate == snapshot.predicates.index(predicate)
    if not vocabulary().predicate(predicate).symmetric:
        right &= arcs.forward == forward
    return np.flatnonzero(right)


def _links(snapshot: Snapshot, arcs: Snapshot | Arcs, places: Numbers) -> _Links:
    owner = np.searchsorted(snapshot.offsets, places, side="right") - 1 if isinstance(arcs, Snapshot) else arcs.owner[places]
    days = (np.asarray(column[places], dtype=np.int32) for column in (arcs.first, arcs.end))
    return _Links(owner.astype(np.int64), arcs.target[places].astype(np.int64), *days)


def _laid(size: int, links: _Links, denials: _Links) -> Ways:
    """Links by the node they leave, their targets numbered."""
    targets = np.unique(links.target)
    denials = denials.at(np.isin(denials.target, targets))
    return Ways(targets, *_rows(size, links, targets), *_rows(size, denials, targets))


def _rows(size: int, links: _Links, targets: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Offsets, slots and days of some links."""
    links = links.at(np.argsort(links.owner * size + links.target, kind="stable"))
    offsets = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(links.owner, minlength=size), out=offsets[1:])
    return offsets, np.searchsorted(targets, links.target).astype(np.int32), links.first, links.end


def forward(ways: Ways, nodes: Numbers, bits: Numbers, day: int) -> Numbers:
    """For each of ``ways.targets``, the bits of all nodes from which a link leads there on a day: uint64[t, words].

    ``nodes``: int64[n], in order; ``bits``: uint64[n, words]. A link that a statement denies on that day leads nowhere.
    """
    some = np.flatnonzero(bits.any(axis=1))
    place, slot = _living(ways, nodes[some], day)
    reached = np.zeros((len(ways.targets), bits.shape[1]), dtype=np.uint64)
    if len(place):
        order = np.argsort(slot, kind="stable")
        slot = slot[order]
        starts = np.flatnonzero(run_starts(slot))
        reached[slot[starts]] = np.bitwise_or.reduceat(bits[some[place[order]]], starts)
    return reached


def backward(ways: Ways, nodes: Numbers, bits: Numbers, day: int) -> Numbers:
    """For each of ``nodes``, the bits of all of ``ways.targets`` to which a link leads on a day; ``bits``: uint64[t, words]."""
    place, slot = _living(ways, nodes, day)
    found = np.zeros((len(nodes), bits.shape[1]), dtype=np.uint64)
    if len(place):
        starts = np.flatnonzero(run_starts(place))
        found[place[starts]] = np.bitwise_or.reduceat(bits[slot], starts)
    return found


def _living(ways: Ways, nodes: Numbers, day: int) -> tuple[Numbers, Numbers]:
    """The links of some nodes on a day that nothing denies: places in ``nodes``, in order, and slots."""
    place, slot = _on_day(ways.offsets, ways.slot, ways.first, ways.end, nodes, day)
    if len(ways.denied_slot):
        denied = _on_day(ways.denied_offsets, ways.denied_slot, ways.denied_first, ways.denied_end, nodes, day)
        width = len(ways.targets)
        stands = ~np.isin(place * width + slot, denied[0] * width + denied[1])
        place, slot = place[stands], slot[stands]
    return place, slot


def _on_day(offsets: Numbers, slot: Numbers, first: Numbers, end: Numbers, nodes: Numbers, day: int) -> tuple[Numbers, Numbers]:
    start = offsets[nodes]
    count = offsets[nodes + 1] - start
    place = np.repeat(np.arange(len(nodes)), count)
    link = np.arange(len(place)) + np.repeat(start - (np.cumsum(count) - count), count)
    living = (first[link] <= day) & (end[link] > day)
    return place[living], slot[link[living]].astype(np.int64)


def count(covers: Numbers, rows: int, one: Numbers, ones: int, other: Numbers, others: int) -> Numbers:
    """How many actors have a row, a column of ``one`` and one of ``other`` among their bits: int64[rows, ones, others].

    ``covers``, ``one``, ``other``: uint64[actors, words], of which so many bits are used.
    """
    actor, row = np.nonzero(_loose(covers, rows))
    both = _loose(one, ones)[:, :, None] & _loose(other, others)[:, None, :]
    held, column = np.nonzero(both.reshape(len(one), ones * others))
    bounds = np.searchsorted(held, np.arange(len(covers) + 1))
    start, width = bounds[actor], bounds[actor + 1] - bounds[actor]
    which = np.arange(width.sum()) + np.repeat(start - (np.cumsum(width) - width), width)
    cell = np.repeat(row, width) * (ones * others) + column[which]
    return np.bincount(cell, minlength=rows * ones * others).reshape(rows, ones, others)


def _loose(bits: Numbers, used: int) -> Numbers:
    """Bits as 0 and 1: uint8[n, used]."""
    return np.unpackbits(bits.astype("<u8", copy=False).view(np.uint8), axis=1, bitorder="little", count=used)


def single(count: int) -> Numbers:
    """A bit of its own for each of some things: uint64[count, words]."""
    bits = np.zeros((count, -(-count // WORD) or 1), dtype=np.uint64)
    numbers = np.arange(count)
    bits[numbers, numbers // WORD] = np.uint64(1) << (numbers % WORD).astype(np.uint64)
    return bits
