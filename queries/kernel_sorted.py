"""The steps of a graph as the compiled path program reads them: at every node in order of weight.

A path pays half of what passing through an entity costs on the way in and half on the way out. So a step has one weight in both
directions, twice its cost and what its two ends cost. Weight and neighbour lie in one number, the weight in the upper half, so
that the next step of a node is one look into memory, and sorting the numbers sorts the steps.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from graph.splicing import stretches
from queries.kernel import CLOSED, COST

Array = NDArray[Any]
SCALE: Final = 2 * COST
"""A weight is this many times (twice the cost and what the ends cost), and 2 for the step; see ``kernel.COST``."""
LOW: Final = (1 << 32) - 1
"""The half of a packed step that holds the neighbour."""
_HEAVIEST: Final = 1 << 25
"""Sums of the most steps a path may have stay in 30 bits."""
_FEW: Final = 12
_SHARE: Final = 8
"""More than one part in so many of the steps is not kept beside the others: all are laid anew."""


Made = Callable[[], tuple[Array, Array, Array]]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Lists of packed steps that share what did not change: that of node v is ``bounds[v, 0]:bounds[v, 1]`` of ``kept`` and,
    behind it, ``more``; all of it in one of the two.
    """

    bounds: Array
    kept: Array
    more: Array

    @classmethod
    def of(cls, offsets: Array, kept: Array) -> Rows:
        """Lists that lie one after the other."""
        return cls(np.stack([offsets[:-1], offsets[1:]], axis=1), kept, kept[:0].copy())

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        """As the compiled programs take them."""
        return self.bounds, self.kept, self.more

    def flat(self) -> tuple[Array, Array]:
        """Offsets, and the lists one after the other."""
        first, end = self.bounds.T
        offsets = np.zeros(len(first) + 1, dtype=np.int64)
        np.cumsum(end - first, out=offsets[1:])
        return offsets, np.concatenate([self.kept, self.more])[stretches(first, end)[0]]

    def settled(self) -> Rows:
        """The same; one after the other where too much would lie elsewhere."""
        return Rows.of(*self.flat()) if len(self.more) * _SHARE > len(self.kept) else self


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """How the steps of a graph differ from those of one with the same nodes.

    ``one``, ``other``: pairs of nodes, each in both directions, ordered; ``cost``: of the step between them, -1 where there is
    none. ``through``: of all nodes; ``dearer``: the nodes where it differs, in order.
    """

    one: Array
    other: Array
    cost: Array
    through: Array
    dearer: Array


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """The open steps of every node, lightest first, packed.

    ``up`` holds those of them that lead to a node with more steps (of equals: a higher number). So each step is in ``up`` at
    one of its two ends, and no node has many of these: a hub has few neighbours that are larger. ``heaviest``: the greatest
    weight, or more. ``through``: what passing through each node costs. ``made_from``: gives the arrays that ``of`` takes
    before that one.
    """

    steps: Rows
    up: Rows
    heaviest: int
    through: Array
    made_from: Made

    @classmethod
    def of(cls, offsets: Array, target: Array, cost: Array, through: Array) -> Sorted | None:
        """Sort the steps (see ``kernel.best_paths``); None where a weight is too large for the packing."""
        given = frozen(offsets), frozen(target), frozen(cost)
        starts, steps, heaviest = _packed(*given, frozen(through))
        if heaviest > _HEAVIEST:
            return None
        _sort_all(starts, steps)
        return cls(Rows.of(starts, steps), Rows.of(*_upward(starts, steps)), int(heaviest), frozen(through), lambda: given)

    def after(self, change: Change, made_from: Made) -> Sorted | None:
        """``of`` a graph that differs a little; what is the same is shared. ``heaviest`` is never lowered."""
        through = frozen(change.through)
        keys = (change.one.astype(np.int64) << 32) | change.other
        marked = np.zeros(len(through), dtype=bool)
        marked[change.one] = True
        _mark_around(self.steps.arrays, frozen(change.dearer), marked)
        nodes = np.flatnonzero(marked)
        changed = frozen(keys), frozen(change.cost)
        bounds, more, most = _renewed(self.steps.arrays, self.through, through, nodes, *changed)
        heaviest = max(int(most), self.heaviest)
        if heaviest > _HEAVIEST:
            return None
        steps = Rows(bounds, self.steps.kept, more)
        _mark_resized(steps.arrays, self.steps.bounds, nodes, marked)
        bounds, more = _upward_renewed(steps.arrays, self.up.arrays, np.flatnonzero(marked))
        up = Rows(bounds, self.up.kept, more)
        return Sorted(steps.settled(), up.settled(), heaviest, through, made_from)


def frozen(array: Array) -> Array:
    """The same array, not to be written to: compiled code is made for one sort of array, and all are given as this one."""
    seen = array.view()
    seen.flags.writeable = False
    return seen


@njit(cache=True, nogil=True)
def _packed(offsets, target, cost, through):
    """The open steps, packed and not yet sorted, and the greatest weight."""
    starts = np.zeros(len(offsets), dtype=np.int64)
    steps = np.empty(len(target), dtype=np.int64)
    count, most = 0, np.int64(0)
    for node in range(len(through)):
        for step in range(offsets[node], offsets[node + 1]):
            if cost[step] < CLOSED:
                to = np.int64(target[step])
                weight = (2 * cost[step] + through[node] + through[to]) * SCALE + 2
                most = max(most, weight)
                steps[count] = (weight << 32) | to
                count += 1
        starts[node + 1] = count
    return starts, steps[:count], most


@njit(cache=True, inline="always")
def _sort(steps, first, end, spare):
    """Sort ``steps[first:end]``: short runs by insertion, then merged; ``spare`` is as long as half of it."""
    for begin in range(first, end, _FEW):
        for one in range(begin + 1, min(begin + _FEW, end)):
            held, place = steps[one], one - 1
            while place >= begin and steps[place] > held:
                steps[place + 1] = steps[place]
                place -= 1
            steps[place + 1] = held
    width = _FEW
    while width < end - first:
        for begin in range(first, end - width, 2 * width):
            for one in range(width):
                spare[one] = steps[begin + one]
            left, right, last, put = 0, begin + width, min(begin + 2 * width, end), begin
            while left < width and right < last:
                if spare[left] < steps[right]:
                    steps[put] = spare[left]
                    left += 1
                else:
                    steps[put] = steps[right]
                    right += 1
                put += 1
            while left < width:
                steps[put] = spare[left]
                left += 1
                put += 1
        width *= 2


@njit(cache=True, nogil=True)
def _sort_all(starts, steps):
    spare = np.empty(np.max(starts[1:] - starts[:-1]) + _FEW if len(starts) > 1 else 1, dtype=np.int64)
    for node in range(len(starts) - 1):
        _sort(steps, starts[node], starts[node + 1], spare)


@njit(cache=True, nogil=True)
def _upward(starts, steps):
    """The steps that lead to nodes with more of them."""
    up = np.empty(len(steps), dtype=np.int64)
    up_offsets = np.zeros(len(starts), dtype=np.int64)
    count = 0
    for node in range(len(starts) - 1):
        size = starts[node + 1] - starts[node]
        for step in range(starts[node], starts[node + 1]):
            to = steps[step] & LOW
            other = starts[to + 1] - starts[to]
            if other > size or (other == size and to > node):
                up[count] = steps[step]
                count += 1
        up_offsets[node + 1] = count
    return up_offsets, up[:count].copy()


@njit(cache=True, inline="always")
def row_of(rows, node):
    """The list of a node, of the arrays of ``Rows``."""
    bounds, kept, more = rows
    first, end, count = bounds[node, 0], bounds[node, 1], len(kept)
    return kept[first:end] if first < count else more[first - count : end - count]


@njit(cache=True, inline="always")
def _size(bounds, node):
    return bounds[node, 1] - bounds[node, 0]


@njit(cache=True, inline="always")
def _after(keys, wanted):
    """The first place whose key is not less."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _mark_around(rows, nodes, marked):
    """Mark some nodes and all their neighbours."""
    for place in range(len(nodes)):
        marked[nodes[place]] = True
        mine = row_of(rows, nodes[place])
        for step in range(len(mine)):
            marked[mine[step] & LOW] = True


@njit(cache=True, nogil=True)
def _mark_resized(rows, old_bounds, nodes, marked):
    """Mark the neighbours of some nodes to which these had less steps and have more now, or the other way round."""
    bounds = rows[0]
    for place in range(len(nodes)):
        node = nodes[place]
        size, before = _size(bounds, node), _size(old_bounds, node)
        if size != before:
            mine = row_of(rows, node)
            for step in range(len(mine)):
                to = mine[step] & LOW
                if min(size, before) <= _size(bounds, to) <= max(size, before):
                    marked[to] = True


@njit(cache=True, nogil=True)
def _renewed(rows, old_through, through, nodes, keys, cost):
    """The lists of steps with those of ``nodes`` made anew: bounds, more; and the greatest weight in these.

    ``keys``: the changed pairs of nodes, packed, in order; ``cost``: of the step between them, -1 for none.
    """
    old_bounds, kept, more = rows
    room, longest = len(more) + len(keys), np.int64(0)
    for place in range(len(nodes)):
        size = _size(old_bounds, nodes[place])
        room += size
        longest = max(longest, size)
    put, spare = np.empty(room, dtype=np.int64), np.empty(longest + len(keys) + _FEW, dtype=np.int64)
    put[: len(more)] = more
    bounds, count, most = old_bounds.copy(), len(more), np.int64(0)
    for place in range(len(nodes)):
        node, begun = nodes[place], count
        changed, last = _after(keys, node << 32), _after(keys, (node + 1) << 32)
        mine = row_of(rows, node)
        for step in range(len(mine)):
            to = mine[step] & LOW
            if changed < last:
                same = _after(keys, (node << 32) | to)
                if same < last and keys[same] == (node << 32) | to:
                    continue
            own = ((mine[step] >> 32) - 2) // SCALE - old_through[node] - old_through[to]
            weight = (own + through[node] + through[to]) * SCALE + 2
            most = max(most, weight)
            put[count] = (weight << 32) | to
            count += 1
        for one in range(changed, last):
            if 0 <= cost[one] < CLOSED:
                to = keys[one] & LOW
                weight = (2 * cost[one] + through[node] + through[to]) * SCALE + 2
                most = max(most, weight)
                put[count] = (weight << 32) | to
                count += 1
        _sort(put, begun, count, spare)
        bounds[node, 0], bounds[node, 1] = len(kept) + begun, len(kept) + count
    return bounds, put[:count], most


@njit(cache=True, nogil=True)
def _upward_renewed(rows, up_rows, nodes):
    """As ``_upward``, with the lists of ``nodes`` made anew: bounds, more."""
    sizes = rows[0]
    old_bounds, kept, more = up_rows
    room = len(more)
    for place in range(len(nodes)):
        room += _size(sizes, nodes[place])
    put = np.empty(room, dtype=np.int64)
    put[: len(more)] = more
    bounds, count = old_bounds.copy(), len(more)
    for place in range(len(nodes)):
        node, begun = nodes[place], count
        mine = row_of(rows, node)
        for step in range(len(mine)):
            to = mine[step] & LOW
            other = _size(sizes, to)
            if other > len(mine) or (other == len(mine) and to > node):
                put[count] = mine[step]
                count += 1
        bounds[node, 0], bounds[node, 1] = len(kept) + begun, len(kept) + count
    return bounds, put[:count].copy()
