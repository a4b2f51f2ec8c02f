"""The fewest steps between two nodes, compiled: see ``queries.kernel.fewest_steps``, whose paths it finds in the same order.

The work lies in neighbours that two nodes share; they are found by binary search from the shorter list. The distances back to
the goal are only worked out when that does not suffice.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from queries.kernel import CLOSED

_FAR: Final = CLOSED


@njit(cache=True, inline="always")
def _find(target, start, end, node):
    """The first place from ``start`` on whose target is not before ``node``."""
    while start < end:
        middle = (start + end) >> 1
        if target[middle] < node:
            start = middle + 1
        else:
            end = middle
    return start


@njit(cache=True, nogil=True)
def _widen(offsets, target, cost, interior, start, known, level, queue, now, first, last, radius):
    """Note all nodes one step further from the goal than those of ``queue[first:last]``; returns the new end of the queue."""
    end = last
    for one in range(first, last):
        node = queue[one]
        for step in range(offsets[node], offsets[node + 1]):
            to = target[step]
            if known[to] != now and interior[to] and to != start and cost[step] < _FAR:
                known[to] = now
                level[to] = radius
                queue[end] = to
                end += 1
    return end


@njit(cache=True)
def _is_new(nodes, depth, to):
    """Whether ``to`` is none of the inner nodes of a path that begins with ``nodes[: depth + 1]``."""
    fresh = True
    for one in range(1, depth + 1):
        fresh = fresh and nodes[one] != to
    return fresh


@njit(cache=True)
def _keep(paths, lengths, found, nodes, depth, to, goal):
    """Write down ``nodes[: depth + 1]``, ``to``, ``goal`` as a path if it is simple; returns how many there are now."""
    if not _is_new(nodes, depth, to):
        return found
    paths[found, : depth + 1] = nodes[: depth + 1]
    paths[found, depth + 1], paths[found, depth + 2] = to, goal
    lengths[found] = depth + 2
    return found + 1


@njit(cache=True, nogil=True)
def fewest(offsets, target, cost, interior, start, goal, k, max_steps, shortest_only, known, level, queue, now, left):
    """How many paths, their steps and their nodes; -1 where more than ``left`` steps would have to be looked at.

    ``known[n]``, ``level[n]``, ``queue[n+1]``: scratch; an entry of ``level`` counts where ``known`` is ``now``.
    """
    lengths = np.empty(k, dtype=np.int64)
    paths = np.empty((k, max_steps + 1), dtype=np.int32)
    found = 0
    known[goal] = now
    level[goal] = 0
    queue[0] = goal
    near = _widen(offsets, target, cost, interior, start, known, level, queue, now, 0, 1, 1)
    first, last, radius = 1, near, 1
    nodes = np.empty(max_steps + 1, dtype=np.int64)
    place = np.empty(max_steps + 1, dtype=np.int64)
    length = 1
    straight = _find(target, offsets[start], offsets[start + 1], goal)
    if straight < offsets[start + 1] and target[straight] == goal and cost[straight] < _FAR:
        paths[0, 0], paths[0, 1], lengths[0] = start, goal, 1
        found = 1
    patience = 0
    for one in range(1, near):
        patience += offsets[queue[one] + 1] - offsets[queue[one]]
    patience = patience // 2 + 64
    while found < k and length < max_steps and near > 1:
        if shortest_only and found > 0:
            break
        length += 1
        before = found
        spent = 0
        depth = 0
        nodes[0], place[0] = start, offsets[start]
        while depth >= 0 and found < k:
            here = nodes[depth]
            end = offsets[here + 1]
            rest = length - depth
            if rest == 2:
                # What the end of the path and the goal have as common neighbours, in order.
                at = place[depth]
                if end - at <= 6 * near:
                    for step in range(at, end):
                        to = target[step]
                        if known[to] == now and level[to] == 1 and cost[step] < _FAR:
                            found = _keep(paths, lengths, found, nodes, depth, to, goal)
                            if found == k:
                                break
                    spent += end - at
                else:
                    for place_near in range(1, near):
                        to = queue[place_near]
                        at = _find(target, at, end, to)
                        if at == end:
                            break
                        if target[at] == to and cost[at] < _FAR:
                            found = _keep(paths, lengths, found, nodes, depth, to, goal)
                            if found == k:
                                break
                    spent += 8 * near
                depth -= 1
                continue
            if spent > patience and radius < length - 1 and first < last:
                # Too much was tried in vain: know the distances one step further out, and begin this length anew.
                left -= spent
                radius += 1
                end = _widen(offsets, target, cost, interior, start, known, level, queue, now, first, last, radius)
                first, last = last, end
                patience = max(8 * patience, 20_000)
                found, spent, depth = before, 0, 0
                nodes[0], place[0] = start, offsets[start]
                continue
            if left < spent:
                return -1, lengths, paths
            step = place[depth]
            if step == end:
                depth -= 1
                continue
            place[depth] = step + 1
            spent += 1
            to = target[step]
            if not interior[to] or to in (start, goal) or cost[step] >= _FAR:
                continue
            if known[to] == now:
                if level[to] > rest - 1:
                    continue
            elif radius + 1 > rest - 1 or first == last:
                continue
            if _is_new(nodes, depth, to):
                depth += 1
                nodes[depth], place[depth] = to, offsets[to]
        left -= spent
    return found, lengths, paths


@njit(cache=True, nogil=True)
def prices(offsets, target, cost, through, lengths, paths):
    """What each of these paths costs: its steps, and passing through its inner nodes."""
    costs = np.zeros(len(lengths), dtype=np.int64)
    for one in range(len(lengths)):
        for place in range(lengths[one]):
            node, to = paths[one, place], paths[one, place + 1]
            costs[one] += cost[_find(target, offsets[node], offsets[node + 1], to)] + (through[node] if place else 0)
    return costs
