"""The compiled twin of ``queries.kernel``: the same paths in the same order, for large graphs and servers.

Where the interpreted program keeps a table of bounds over the whole graph, this one stays near the two ends. Two balls grow, one
from each end, until they meet; that gives the cost D of the cheapest way. Then paths of at most D plus a slack are enumerated
from the start, depth first, in order of node numbers. The ball around the goal knows the exact rest of the way for the nodes
in it, and its radius is a lower bound for all others; what cannot end within the slack is cut off. Where fewer than k are
found, slack and ball are widened. Paths come in order of node numbers, so of equal ones the first found is the right one, and
once k are held anything that is not cheaper than the worst of them is cut off as well.

The work is bounded: after ``MOST_WORK`` looked-at steps the question goes to the interpreted program, which needs more time for
an easy question and never too much for a hard one. Numba compiles at the first call and keeps the result on disk.
"""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from queries import kernel
from queries.kernel import CLOSED, COST, Path

Array = NDArray[Any]
MOST_WORK: Final = 3_000_000
"""Steps looked at in one question before the interpreted program takes over."""
_FAR: Final = CLOSED
_workspaces = threading.local()


class Workspace:
    """Scratch arrays for graphs of n nodes, used again by one thread; entries count only where their stamp is the question's."""

    def __init__(self, nodes: int) -> None:
        self.distance = np.zeros((2, nodes), dtype=np.int64)
        self.stamp = np.zeros((2, nodes), dtype=np.int64)
        self.settled = np.zeros((2, nodes), dtype=np.int64)
        self.question = np.zeros(1, dtype=np.int64)


def workspace(nodes: int) -> Workspace:
    """The scratch arrays of this thread."""
    held = getattr(_workspaces, "held", None)
    if held is None or held.distance.shape[1] != nodes:
        held = _workspaces.held = Workspace(nodes)
    return held


def best_paths(
    offsets: Array, target: Array, cost: Array, through: Array, interior: Array, start: int, goal: int, k: int, max_steps: int
) -> list[tuple[int, Path]]:
    """As ``kernel.best_paths``, with the same result for every input."""
    space = workspace(len(through))
    found, keys, paths = _best(
        offsets,
        target,
        cost,
        through,
        interior,
        start,
        goal,
        k,
        max_steps,
        space.distance,
        space.stamp,
        space.settled,
        space.question,
        MOST_WORK,
    )
    if found < 0:
        return kernel.best_paths(offsets, target, cost, through, interior, start, goal, k, max_steps)
    return [(int(keys[one]) // COST, tuple(paths[one, : keys[one] % COST + 1].tolist())) for one in range(found)]


@njit(cache=True, inline="always")
def _push(heap_keys, heap_nodes, size, key, node):  # type: ignore[no-untyped-def]
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if heap_keys[above] <= key:
            break
        heap_keys[place] = heap_keys[above]
        heap_nodes[place] = heap_nodes[above]
        place = above
    heap_keys[place] = key
    heap_nodes[place] = node
    return size + 1


@njit(cache=True, inline="always")
def _pop(heap_keys, heap_nodes, size):  # type: ignore[no-untyped-def]
    size -= 1
    key, node = heap_keys[size], heap_nodes[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and heap_keys[below + 1] < heap_keys[below]:
            below += 1
        if heap_keys[below] >= key:
            break
        heap_keys[place] = heap_keys[below]
        heap_nodes[place] = heap_nodes[below]
        place = below
    heap_keys[place] = key
    heap_nodes[place] = node
    return size


@njit(cache=True, nogil=True)
def _settle(  # type: ignore[no-untyped-def]
    side, offsets, target, cost, through, interior, start, goal, distance, stamp, settled, now, heap_keys, heap_nodes, size
):
    """Take the nearest node of one ball's edge into the ball; returns the node, the edge and how many steps were looked at.

    The forward ball counts what it costs to stand at a node, having paid for passing into it; the backward ball what it still
    costs to reach the goal from it.
    """
    key, node = heap_keys[0], heap_nodes[0]
    size = _pop(heap_keys, heap_nodes, size)
    if settled[side, node] == now or distance[side, node] != key:
        return np.int64(-1), heap_keys, heap_nodes, size, np.int64(0)
    settled[side, node] = now
    looked = np.int64(0)
    passing = node == start or node == goal or interior[node]
    ends = (side == 0 and node == goal) or (side == 1 and node == start)
    if passing and not ends:
        if size + offsets[node + 1] - offsets[node] > len(heap_keys):
            room = 2 * (size + offsets[node + 1] - offsets[node])
            wider_keys = np.empty(room, dtype=np.int64)
            wider_nodes = np.empty(room, dtype=np.int64)
            wider_keys[:size] = heap_keys[:size]
            wider_nodes[:size] = heap_nodes[:size]
            heap_keys, heap_nodes = wider_keys, wider_nodes
        entered = 0 if node == goal else through[node]
        for step in range(offsets[node], offsets[node + 1]):
            other = target[step]
            looked += 1
            if cost[step] >= _FAR or not (other == start or other == goal or interior[other]):
                continue
            paid = (0 if other == goal else through[other]) if side == 0 else entered
            far = key + (cost[step] + paid) * COST + 1
            if settled[side, other] != now and (stamp[side, other] != now or far < distance[side, other]):
                stamp[side, other] = now
                distance[side, other] = far
                size = _push(heap_keys, heap_nodes, size, far, other)
    return np.int64(node), heap_keys, heap_nodes, size, looked


@njit(cache=True, nogil=True)
def _enumerate(  # type: ignore[no-untyped-def]
    offsets,
    target,
    cost,
    through,
    interior,
    start,
    goal,
    k,
    max_steps,
    limit,
    radius,
    distance,
    settled,
    now,
    keys,
    paths,
    left,
):
    """All paths within ``limit``, at most the k best of them, into ``keys`` and ``paths``; returns how many, and the work left."""
    found = 0
    nodes = np.empty(max_steps + 1, dtype=np.int64)
    place = np.empty(max_steps + 1, dtype=np.int64)
    paid = np.empty(max_steps + 1, dtype=np.int64)
    depth = 0
    nodes[0], place[0], paid[0] = start, offsets[start], 0
    while depth >= 0:
        if place[depth] == offsets[nodes[depth] + 1]:
            depth -= 1
            continue
        step = place[depth]
        place[depth] += 1
        left -= 1
        if left < 0:
            return -1, left
        if cost[step] >= _FAR:
            continue
        other = target[step]
        so_far = paid[depth] + (cost[step] + (0 if other == goal else through[other])) * COST + 1
        if so_far > limit:
            continue
        if other == goal:
            if found == k and so_far >= keys[k - 1]:
                continue
            at = found if found < k else k - 1
            while at > 0 and keys[at - 1] > so_far:
                if at < k:
                    keys[at] = keys[at - 1]
                    paths[at] = paths[at - 1]
                at -= 1
            keys[at] = so_far
            paths[at, : depth + 1] = nodes[: depth + 1]
            paths[at, depth + 1] = goal
            if found < k:
                found += 1
            if found == k:
                limit = keys[k - 1] - 1
            continue
        if depth + 2 > max_steps or not interior[other]:
            continue
        rest = distance[1, other] if settled[1, other] == now else radius
        if so_far + rest > limit:
            continue
        used = False
        for before in range(depth + 1):
            if nodes[before] == other:
                used = True
                break
        if used:
            continue
        depth += 1
        nodes[depth], place[depth], paid[depth] = other, offsets[other], so_far
    return found, left


@njit(cache=True, nogil=True)
def _best(  # type: ignore[no-untyped-def]
    offsets, target, cost, through, interior, start, goal, k, max_steps, distance, stamp, settled, question, most_work
):
    question[0] += 1
    now = question[0]
    keys = np.empty(k, dtype=np.int64)
    paths = np.empty((k, max_steps + 1), dtype=np.int64)
    left = most_work
    front_keys, front_nodes = np.empty(256, dtype=np.int64), np.empty(256, dtype=np.int64)
    back_keys, back_nodes = np.empty(256, dtype=np.int64), np.empty(256, dtype=np.int64)
    distance[0, start], stamp[0, start] = 0, now
    distance[1, goal], stamp[1, goal] = 0, now
    front = _push(front_keys, front_nodes, 0, 0, start)
    back = _push(back_keys, back_nodes, 0, 0, goal)
    nearest = _FAR
    while front > 0 and back > 0 and front_keys[0] + back_keys[0] < nearest:
        forward = front < back
        if forward:
            node, front_keys, front_nodes, front, looked = _settle(
                0,
                offsets,
                target,
                cost,
                through,
                interior,
                start,
                goal,
                distance,
                stamp,
                settled,
                now,
                front_keys,
                front_nodes,
                front,
            )
        else:
            node, back_keys, back_nodes, back, looked = _settle(
                1,
                offsets,
                target,
                cost,
                through,
                interior,
                start,
                goal,
                distance,
                stamp,
                settled,
                now,
                back_keys,
                back_nodes,
                back,
            )
        left -= looked
        if left < 0:
            return -1, keys, paths
        if node >= 0:
            if stamp[0, node] == now and stamp[1, node] == now:
                nearest = min(nearest, distance[0, node] + distance[1, node])
            side = 1 if forward else 0
            for step in range(offsets[node], offsets[node + 1]):
                other = target[step]
                if stamp[0, other] == now and stamp[1, other] == now:
                    nearest = min(nearest, distance[0, other] + distance[1, other])
    if nearest >= _FAR:
        return 0, keys, paths
    limit = nearest
    slack = 0
    while True:
        while back > 0 and 2 * back_keys[0] < limit:
            node, back_keys, back_nodes, back, looked = _settle(
                1,
                offsets,
                target,
                cost,
                through,
                interior,
                start,
                goal,
                distance,
                stamp,
                settled,
                now,
                back_keys,
                back_nodes,
                back,
            )
            left -= looked
            if left < 0:
                return -1, keys, paths
        radius = back_keys[0] if back > 0 else _FAR
        found, left = _enumerate(
            offsets,
            target,
            cost,
            through,
            interior,
            start,
            goal,
            k,
            max_steps,
            limit,
            radius,
            distance,
            settled,
            now,
            keys,
            paths,
            left,
        )
        if found < 0 or found == k:
            return found, keys, paths
        if back == 0 and slack > 0 and limit >= _FAR >> 1:
            return found, keys, paths
        slack = max(2 * slack, nearest >> 3, 64)
        limit = nearest + slack
        if back == 0:
            limit = _FAR - 1
