"""Two balls that grow from the ends of a path until every path that may be among the k best lies in them. Compiled.

Dijkstra's search from both sides, on the steps of ``queries.kernel_sorted``. The next step of a node is looked at only when its
turn comes: a hub costs no more than those of its steps that are near enough. What lies in the middle of a path is a step with
one end in either ball. Those are found when the second of the two ends is taken in, by the list ``up`` of one of them, which is
short also for a hub: where the first one comes, it waits at the other end.

Each such step joins two branches to one path. The k cheapest of these, where they are simple and short enough, bound the cost
of the k-th best path. So the balls stop growing where nothing within that bound can lie outside, without a guess.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from queries.kernel_sorted import LOW, row_of

FAR: Final = 1 << 30
"""More than any distance."""
HEAP, BALL, WAITING, LOG, FOUND, LIMIT, WORK, SIZE = 0, 2, 4, 5, 6, 7, 8, 9
"""Places in ``state``: the sizes of the two heaps and balls, of the waiting steps and the log, how many paths bound the limit,
the limit, the work left."""
POP: Final = 10
"""Work that one look at the edge of a ball counts for."""


@njit(cache=True, inline="always")
def _lift(heap, place, entry):
    while place > 0:
        above = (place - 1) >> 1
        if heap[above] <= entry:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = entry


@njit(cache=True, inline="always")
def _sink(heap, size, entry):
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= entry:
            break
        heap[place] = heap[below]
        place = below
    heap[place] = entry


@njit(cache=True, nogil=True)
def _shut(closed, one, other):
    """Whether the step between two nodes is among the closed ones, packed and sorted, each in both directions."""
    step = (np.int64(one) << 32) | other
    place = np.searchsorted(closed, step)
    return place < len(closed) and closed[place] == step


@njit(cache=True, nogil=True)
def _bound(tail, head, far, k, max_steps, parent, best, state):
    """Take note of the path by way of both branches, where it is simple, short enough and not known."""
    keys, sizes, paths, line = best
    count = 0
    node = np.int64(tail)
    while node >= 0 and count <= max_steps:
        line[count] = node
        count += 1
        node = np.int64(parent[0, node])
    if node >= 0:
        return
    for one in range(count >> 1):
        line[one], line[count - 1 - one] = line[count - 1 - one], line[one]
    front = count
    node = np.int64(head)
    while node >= 0 and count <= max_steps:
        for one in range(front):
            if line[one] == node:
                return
        line[count] = node
        count += 1
        node = np.int64(parent[1, node])
    if node >= 0:
        return
    found = state[FOUND]
    for one in range(found):
        if keys[one] == far and sizes[one] == count:
            same = True
            for place in range(count):
                same = same and paths[one, place] == line[place]
            if same:
                return
    at = found if found < k else k - 1
    while at > 0 and keys[at - 1] > far:
        keys[at], sizes[at] = keys[at - 1], sizes[at - 1]
        for place in range(sizes[at]):
            paths[at, place] = paths[at - 1, place]
        at -= 1
    keys[at], sizes[at] = far, count
    for place in range(count):
        paths[at, place] = line[place]
    state[FOUND] = min(found + 1, k)
    if state[FOUND] == k:
        state[LIMIT] = min(state[LIMIT], keys[k - 1])


@njit(cache=True, nogil=True)
def _join(side, node, other, weight, far, question, parent, log, best, state):
    """A step between the balls: ``node`` in that of ``side``, ``other`` in the other one. False where the log is full."""
    closed, k, max_steps = question
    if far > state[LIMIT] or (len(closed) and _shut(closed, node, other)):
        return True
    row = state[LOG]
    if row == len(log):
        return False
    state[LOG] = row + 1
    tail, head = (node, other) if side == 0 else (other, node)
    log[row, 0], log[row, 1], log[row, 2] = tail, head, weight
    if far < state[LIMIT] or state[FOUND] < k:
        _bound(tail, head, far, k, max_steps, parent, best, state)
    return True


@njit(cache=True, nogil=True)
def _settle(side, node, far, before, radius, steps, question, scratch, log, best, state):
    """Take a node in at its exact distance, reached from ``before``; False where there is no room.

    ``radius``: no node that the other ball has not taken in is nearer to its end than this.
    """
    open_steps, up = steps
    distance, parent, place, waiting, heap, ball, held = scratch
    other = 1 - side
    distance[side, node] = far
    parent[side, node] = before
    ball[side, state[BALL + side]] = node
    state[BALL + side] += 1
    mine = row_of(open_steps, node)
    if len(mine):
        place[side, node] = 0
        _lift(heap[side], state[HEAP + side], ((far + (mine[0] >> 32)) << 32) | node)
        state[HEAP + side] += 1
    near = row_of(up, node)
    for step in range(len(near)):
        weight, to = near[step] >> 32, near[step] & LOW
        reached = far + weight
        if reached > state[LIMIT]:
            break
        rest = np.int64(distance[other, to])
        if rest < FAR:
            if not _join(side, node, to, weight, reached + rest, question, parent, log, best, state):
                return False
        elif reached + radius <= state[LIMIT]:
            row = state[WAITING]
            if row == len(held):
                return False
            state[WAITING] = row + 1
            held[row, 0], held[row, 1], held[row, 2] = waiting[side, to], node, weight
            waiting[side, to] = row
    row = np.int64(waiting[other, node])
    while row >= 0:
        came, weight = np.int64(held[row, 1]), np.int64(held[row, 2])
        if not _join(side, node, came, weight, far + weight + distance[other, came], question, parent, log, best, state):
            return False
        row = np.int64(held[row, 0])
    return True


@njit(cache=True, nogil=True)
def grow(steps, interior, question, ends, seeds, scratch, log, state):
    """Grow the balls; ``log[:state[LOG]]`` then holds every step (from, to, weight) of every path within ``state[LIMIT]``.

    ``steps``: the arrays of ``Sorted.steps`` and ``up``. ``question``: the closed steps (see ``_shut``), k, most steps.
    ``ends``, ``seeds``: the nodes to begin at and those to arrive at, and what each of them costs before anything else; of
    several, each may be passed through by a path from or to another, where it is interior. Returns the two radii: nodes that a
    ball has not taken in are at least so far; (-1, -1) where the work or the room is at an end.
    """
    closed, k, max_steps = question
    distance, place, heap = scratch[0], scratch[2], scratch[4]
    best = (
        np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64), np.empty((k, max_steps + 1), dtype=np.int32),
        np.empty(max_steps + 2, dtype=np.int64),
    )  # fmt: skip
    first = ends[0][0] if len(ends[0]) == 1 else np.int64(-1)
    last = ends[1][0] if len(ends[1]) == 1 else np.int64(-1)
    far, none = np.int64(FAR), np.int64(-1)
    side, node, key, before, turn, radius = 0, ends[0][0], seeds[0][0], none, 0, np.int64(0)
    begun = len(ends[0]) + len(ends[1])
    while True:
        if turn < begun:
            side = 0 if turn < len(ends[0]) else 1
            one = turn if side == 0 else turn - len(ends[0])
            node, key = ends[side][one], seeds[side][one]
            turn += 1
        else:
            radius_f = heap[0, 0] >> 32 if state[HEAP] else far
            radius_b = heap[1, 0] >> 32 if state[HEAP + 1] else far
            if radius_f + radius_b > state[LIMIT]:
                return radius_f, radius_b
            state[WORK] -= POP
            side = 0 if state[HEAP] <= state[HEAP + 1] else 1
            radius = radius_b if side == 0 else radius_f
            key, before = heap[side, 0] >> 32, heap[side, 0] & LOW
            step = place[side, before]
            place[side, before] = step + 1
            mine = row_of(steps[0], before)
            if step + 1 < len(mine):
                away = distance[side, before] + (mine[step + 1] >> 32)
                _sink(heap[side], state[HEAP + side], (away << 32) | before)
            else:
                state[HEAP + side] -= 1
                if state[HEAP + side]:
                    _sink(heap[side], state[HEAP + side], heap[side, state[HEAP + side]])
            packed = mine[step]
            node = packed & LOW
            if not interior[node] or node in (first, last) or (len(closed) and _shut(closed, before, node)):
                continue
            row = state[LOG]
            if row == len(log) or state[WORK] < 0:
                return none, none
            state[LOG] = row + 1
            tail, head = (before, node) if side == 0 else (node, before)
            log[row, 0], log[row, 1], log[row, 2] = tail, head, packed >> 32
            if distance[side, node] < FAR:
                continue
        if not _settle(side, node, key, before, radius, steps, question, scratch, log, best, state):
            return none, none


@njit(cache=True, nogil=True)
def clear(steps, scratch, state):
    """Make the scratch arrays as they were before ``grow``."""
    distance, waiting, ball = scratch[0], scratch[3], scratch[5]
    for side in range(2):
        for one in range(state[BALL + side]):
            node = ball[side, one]
            distance[side, node] = FAR
            near = row_of(steps[1], node)
            for step in range(len(near)):
                waiting[side, near[step] & LOW] = -1
