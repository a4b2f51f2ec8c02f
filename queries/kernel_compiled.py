"""The compiled twin of ``queries.kernel``: the same paths in the same order, found near the two ends only.

A path pays half of what passing through an entity costs on the way in and half on the way out. So every step has one weight in
both directions, and two balls can grow, one from each end, until they meet (Dijkstra's search from both sides). The steps of
a node lie sorted by weight, and the next one is looked at only when its turn comes; a hub therefore costs no more than those
of its steps that are near enough. Steps towards dearer nodes are the exception: they are noted at once (``_settle``), so that
a step between the two balls is seen from its cheaper end and the meeting is exact.

All paths of at most D plus a slack, D being the cheapest, lie on steps whose two ends are near enough to start and goal. They
are few. ``_gather`` collects them, a table over them bounds the rest of the way for every number of steps left, and a depth
first search in order of node numbers lists the paths. Where fewer than k are found, the slack grows.

``fewest_steps`` is the same question with all steps equal. There the work lies in neighbours that two nodes share; they are
found by binary search from the shorter list, and the distances back to the goal are only worked out when that does not suffice.

The work is bounded: after ``MOST_WORK`` looked-at steps the question goes to the interpreted program, which needs more time for
an easy question and never too much for a hard one. Numba compiles at the first call and keeps the result on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from queries import kernel
from queries.kernel import CLOSED, COST, Path

Array = NDArray[Any]
MOST_WORK: Final = 20_000_000
"""Steps looked at in one question before the interpreted program takes over."""
_FAR: Final = CLOSED
_HEAVIEST: Final = 1 << 30
_workspaces = threading.local()


@dataclass(frozen=True, slots=True)
class Sorted:
    """The open steps of a graph by node and weight: ``weight`` is twice the cost of the step and half of its two ends.

    ``dearer[v]``: the place of the first step of v that may lead to a node as dear to pass as v itself. ``spare[v]``: a step
    of v with this weight or less may lead to a node that costs nothing more on the way on.
    """

    offsets: Array
    target: Array
    weight: Array
    dearer: Array
    spare: Array
    heaviest: int

    @classmethod
    def of(cls, offsets: Array, target: Array, cost: Array, through: Array) -> Sorted | None:
        """Sorts the steps; None where a weight is too large for the arrays used here."""
        owner = np.repeat(np.arange(len(through), dtype=np.int32), np.diff(offsets))
        kept = np.flatnonzero(cost < CLOSED)
        owner, to = owner[kept], target[kept]
        weight = (2 * cost[kept] + through[owner] + through[to]) * COST + 2
        if len(weight) and weight.max() > _HEAVIEST:
            return None
        order = np.argsort((owner.astype(np.int64) << 31) | weight, kind="stable")
        owner, to, weight = owner[order], to[order], weight[order]
        starts = np.zeros(len(through) + 1, dtype=np.int64)
        np.cumsum(np.bincount(owner, minlength=len(through)), out=starts[1:])
        least, most = (int(cost[kept].min()), int(cost[kept].max())) if len(kept) else (0, 0)
        light = np.bincount(owner[weight < ((2 * through + 2 * least) * COST)[owner]], minlength=len(through))
        spare = (through + 2 * (most - least)) * COST + 2
        heaviest = int(weight.max()) if len(weight) else 0
        return cls(starts, to.astype(np.int32), weight.astype(np.int32), starts[:-1] + light, spare, heaviest)

    def without(self, closed: Sequence[tuple[int, int]]) -> Sorted:
        """The same with some steps shut, given by their two nodes.

        A shut step makes way for one from the node to itself, which nothing ever takes, at the end of the node's steps.
        """
        target, weight, dearer = self.target.copy(), self.weight.copy(), self.dearer.copy()
        for node, other in (*closed, *((other, one) for one, other in closed)):
            start, end = int(self.offsets[node]), int(self.offsets[node + 1])
            here = np.flatnonzero(target[start:end] == other)
            if len(here):
                place = start + int(here[0])
                target[place : end - 1], target[end - 1] = target[place + 1 : end].copy(), node
                weight[place : end - 1] = weight[place + 1 : end].copy()
                dearer[node] -= place < dearer[node]
        return Sorted(self.offsets, target, weight, dearer, self.spare, self.heaviest)


class Workspace:
    """Scratch arrays for graphs of n nodes, used again by one thread; an entry counts where its stamp is the question's."""

    def __init__(self, nodes: int) -> None:
        self.distance = np.zeros((2, nodes), dtype=np.int64)
        self.settled = np.zeros((2, nodes), dtype=np.int32)
        self.label = np.zeros((2, nodes), dtype=np.int64)
        self.labelled = np.zeros((2, nodes), dtype=np.int32)
        self.place = np.zeros((2, nodes), dtype=np.int64)
        self.local = np.zeros(nodes, dtype=np.int32)
        self.known = np.zeros(nodes, dtype=np.int32)
        self.level = np.zeros(nodes, dtype=np.int8)
        self.queue = np.zeros(nodes + 1, dtype=np.int32)
        self.question = 0

    def next(self) -> int:
        """A stamp that no entry bears yet."""
        if self.question >= 2**31 - 2:
            self.__init__(self.distance.shape[1])  # type: ignore[misc]
        self.question += 1
        return self.question


def workspace(nodes: int) -> Workspace:
    """The scratch arrays of this thread."""
    held: Workspace | None = getattr(_workspaces, "held", None)
    if held is None or held.distance.shape[1] != nodes:
        held = _workspaces.held = Workspace(nodes)
    return held


def best_paths(
    offsets: Array,
    target: Array,
    cost: Array,
    through: Array,
    interior: Array,
    start: int,
    goal: int,
    k: int,
    max_steps: int,
    steps: Sorted | None = None,
) -> list[tuple[int, Path]]:
    """As ``kernel.best_paths``, with the same result for every input. ``steps``: the same steps, already sorted.

    Where ``steps`` is given, a step that is ``CLOSED`` in ``cost`` must be closed in it too.
    """
    steps = steps or Sorted.of(offsets, target, cost, through)
    if steps is not None:
        space = workspace(len(through))
        found, keys, paths = _best(
            steps.offsets, steps.target, steps.weight, steps.dearer, steps.spare, interior, start, goal, k, max_steps,
            space.distance, space.settled, space.label, space.labelled, space.place, space.local, space.next(),
            steps.heaviest * max_steps, MOST_WORK,
        )  # fmt: skip
        if found >= 0:
            ends = (int(through[start]) + int(through[goal])) * COST
            told = [(int(keys[one]) - ends) // 2 for one in range(found)]
            return [(key // COST, tuple(paths[one, : key % COST + 1].tolist())) for one, key in enumerate(told)]
    return kernel.best_paths(offsets, target, cost, through, interior, start, goal, k, max_steps)


def fewest_steps(
    offsets: Array,
    target: Array,
    cost: Array,
    interior: Array,
    start: int,
    goal: int,
    k: int,
    max_steps: int,
    shortest_only: bool = False,
) -> list[Path]:
    """As ``kernel.fewest_steps``, with the same result for every input."""
    space = workspace(len(interior))
    found, lengths, paths = _fewest(
        offsets, target, cost, interior, start, goal, k, max_steps, shortest_only,
        space.known, space.level, space.queue, space.next(), MOST_WORK,
    )  # fmt: skip
    if found < 0:
        return kernel.fewest_steps(offsets, target, cost, interior, start, goal, k, max_steps, shortest_only)
    rows, sizes = paths[:found].tolist(), lengths[:found].tolist()
    return [tuple(row[: size + 1]) for row, size in zip(rows, sizes, strict=True)]


@njit(cache=True, inline="always")
def _lift(keys, nodes, place, key, node):  # type: ignore[no-untyped-def]
    while place > 0:
        above = (place - 1) >> 1
        if keys[above] <= key:
            break
        keys[place] = keys[above]
        nodes[place] = nodes[above]
        place = above
    keys[place] = key
    nodes[place] = node


@njit(cache=True, inline="always")
def _sink(keys, nodes, size, key, node):  # type: ignore[no-untyped-def]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[place] = keys[below]
        nodes[place] = nodes[below]
        place = below
    keys[place] = key
    nodes[place] = node


@njit(cache=True, nogil=True)
def _settle(  # type: ignore[no-untyped-def]
    side, node, far, most, offsets, target, weight, dearer, expand, distance, settled, label, labelled, place, now,
    keys, nodes, size,
):  # fmt: skip
    """Take a node into a ball at its exact distance; note its steps to dearer ones. Returns the best meeting and the edge."""
    distance[side, node] = far
    settled[side, node] = now
    meeting = np.int64(_FAR)
    other = 1 - side
    if settled[other, node] == now:
        meeting = min(meeting, far + distance[other, node])
    if labelled[other, node] == now:
        meeting = min(meeting, far + label[other, node])
    if not expand:
        place[side, node] = offsets[node + 1]
        return meeting, keys, nodes, size
    first, end = offsets[node], offsets[node + 1]
    place[side, node] = first
    for step in range(first if far == 0 else dearer[node], end):
        reached = far + weight[step]
        if reached > most:
            break
        to = target[step]
        if labelled[side, to] != now or reached < label[side, to]:
            labelled[side, to] = now
            label[side, to] = reached
            if settled[other, to] == now:
                meeting = min(meeting, reached + distance[other, to])
    if first < end:
        if size == len(keys):
            wider_keys, wider_nodes = np.empty(2 * size, dtype=np.int64), np.empty(2 * size, dtype=np.int32)
            wider_keys[:size] = keys
            wider_nodes[:size] = nodes
            keys, nodes = wider_keys, wider_nodes
        _lift(keys, nodes, size, far + weight[first], node)
        size += 1
    return meeting, keys, nodes, size


@njit(cache=True, nogil=True)
def _next(  # type: ignore[no-untyped-def]
    side, most, offsets, target, weight, dearer, interior, start, goal, distance, settled, label, labelled, place, now,
    keys, nodes, size, ball, count,
):  # fmt: skip
    """Look at the nearest step on the edge of one ball, and take the node it leads to in."""
    key, node = keys[0], nodes[0]
    step = place[side, node]
    place[side, node] = step + 1
    if step + 1 < offsets[node + 1]:
        _sink(keys, nodes, size, distance[side, node] + weight[step + 1], node)
    else:
        size -= 1
        if size:
            _sink(keys, nodes, size, keys[size], nodes[size])
    to = target[step]
    meeting = np.int64(_FAR)
    if settled[side, to] != now and (interior[to] or to in (start, goal)):
        meeting, keys, nodes, size = _settle(
            side, to, key, most, offsets, target, weight, dearer, interior[to] and to != start and to != goal,
            distance, settled, label, labelled, place, now, keys, nodes, size,
        )  # fmt: skip
        if count == len(ball):
            wider = np.empty(2 * count, dtype=np.int32)
            wider[:count] = ball
            ball = wider
        ball[count] = to
        count += 1
    return meeting, keys, nodes, size, ball, count


@njit(cache=True, nogil=True)
def _gather(  # type: ignore[no-untyped-def]
    limit, offsets, target, weight, dearer, spare, interior, start, goal, distance, settled, place, now, balls, counts, radii
):
    """The steps (from, to, weight) that a path within ``limit`` may take, sorted by node numbers, each once."""
    room = 1024
    ends = np.empty((2, room), dtype=np.int32)
    weights = np.empty(room, dtype=np.int64)
    size = 0
    looked = 0
    for side in range(2):
        other = 1 - side
        away = start if side == 1 else goal
        for one in range(counts[side]):
            node = balls[side][one]
            if node == away:
                continue
            far = distance[side, node]
            seen = place[side, node]
            is_end = one == 0
            step, end = offsets[node] - 1, offsets[node + 1]
            while step + 1 < end:
                step += 1
                if step >= seen and step < dearer[node] and not is_end:
                    step = dearer[node]
                    if step == end:
                        break
                reached = far + weight[step]
                # Whoever is not an end itself pays for being passed once more on the way on: a bound without looking it up.
                if reached > limit or (not is_end and reached + weight[step] - spare[node] > limit):
                    break
                looked += 1
                to = target[step]
                if to == start + goal - away:
                    continue
                if settled[other, to] == now:
                    rest = distance[other, to]
                elif step < seen:
                    rest = radii[other]
                else:
                    continue
                if reached + rest > limit or not (interior[to] or to == away):
                    continue
                if size == room:
                    wider_ends, wider_weights = np.empty((2, 2 * room), dtype=np.int32), np.empty(2 * room, dtype=np.int64)
                    wider_ends[:, :size] = ends
                    wider_weights[:size] = weights
                    ends, weights, room = wider_ends, wider_weights, 2 * room
                ends[side, size], ends[other, size], weights[size] = node, to, weight[step]
                size += 1
    keys = (ends[0, :size].astype(np.int64) << 32) | ends[1, :size]
    order = np.argsort(keys)
    came, to, cost = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int64)
    kept = 0
    for one in range(size):
        if one > 0 and keys[order[one]] == keys[order[one - 1]]:
            continue
        came[kept], to[kept], cost[kept] = ends[0, order[one]], ends[1, order[one]], weights[order[one]]
        kept += 1
    return came[:kept], to[:kept], cost[:kept], looked


@njit(cache=True, nogil=True)
def _list(came, to, cost, local, start, goal, k, max_steps, limit, keys, paths, left):  # type: ignore[no-untyped-def]
    """The k best paths over a few steps, sorted by node numbers, within ``limit``; returns how many, and the work left."""
    size = len(came)
    for one in range(size):
        local[came[one]] = -1
        local[to[one]] = -1
    local[start] = -1
    local[goal] = -1
    heads = np.empty(size + 2, dtype=np.int64)
    names = np.empty(size + 2, dtype=np.int32)
    count = 0
    for one in range(size):
        if local[came[one]] < 0:
            local[came[one]] = count
            names[count] = came[one]
            heads[count] = one
            count += 1
    heads[count] = size
    if local[start] < 0:
        return 0, left
    home = count
    table = np.full((max_steps + 1, count + 1), _FAR, dtype=np.int64)
    reached = np.empty(size, dtype=np.int64)
    for one in range(size):
        reached[one] = home if to[one] == goal else local[to[one]]
    for steps in range(max_steps + 1):
        table[steps, home] = 0
    for steps in range(1, max_steps + 1):
        for node in range(home):
            least = _FAR
            for step in range(heads[node], heads[node + 1]):
                if reached[step] >= 0:
                    least = min(least, cost[step] + table[steps - 1, reached[step]])
            table[steps, node] = least
    left -= size * max_steps
    found = 0
    nodes = np.empty(max_steps + 1, dtype=np.int64)
    place = np.empty(max_steps + 1, dtype=np.int64)
    paid = np.empty(max_steps + 1, dtype=np.int64)
    used = np.zeros(count + 1, dtype=np.bool_)
    depth = 0
    nodes[0] = local[start]
    place[0], paid[0] = heads[nodes[0]], 0
    used[nodes[0]] = True
    while depth >= 0:
        here = nodes[depth]
        if place[depth] == heads[here + 1]:
            used[here] = False
            depth -= 1
            continue
        step = place[depth]
        place[depth] += 1
        left -= 1
        if left < 0:
            return -1, left
        other = reached[step]
        if other < 0 or used[other]:
            continue
        so_far = paid[depth] + cost[step]
        if so_far + table[max_steps - depth - 1, other] > limit:
            continue
        if other != home:
            depth += 1
            nodes[depth], place[depth], paid[depth] = other, heads[other], so_far
            used[other] = True
            continue
        at = found if found < k else k - 1
        while at > 0 and keys[at - 1] > so_far:
            if at < k:
                keys[at] = keys[at - 1]
                paths[at] = paths[at - 1]
            at -= 1
        keys[at] = so_far
        for one in range(depth + 1):
            paths[at, one] = names[nodes[one]]
        paths[at, depth + 1] = goal
        found = min(found + 1, k)
        if found == k:
            limit = keys[k - 1] - 1
    return found, left


@njit(cache=True, nogil=True)
def _best(  # type: ignore[no-untyped-def]
    offsets, target, weight, dearer, spare, interior, start, goal, k, max_steps,
    distance, settled, label, labelled, place, local, now, ceiling, left,
):  # fmt: skip
    keys = np.empty(k, dtype=np.int64)
    paths = np.empty((k, max_steps + 1), dtype=np.int64)
    keys_f, nodes_f, keys_b, nodes_b = (
        np.empty(256, dtype=np.int64), np.empty(256, dtype=np.int32),
        np.empty(256, dtype=np.int64), np.empty(256, dtype=np.int32),
    )  # fmt: skip
    ball_f, ball_b = np.empty(256, dtype=np.int32), np.empty(256, dtype=np.int32)
    ball_f[0], ball_b[0] = start, goal
    count_f, count_b = 1, 1
    far = np.int64(_FAR)
    _, keys_f, nodes_f, size_f = _settle(
        0, start, 0, far, offsets, target, weight, dearer, True, distance, settled, label, labelled, place, now,
        keys_f, nodes_f, 0,
    )  # fmt: skip
    nearest, keys_b, nodes_b, size_b = _settle(
        1, goal, 0, far, offsets, target, weight, dearer, True, distance, settled, label, labelled, place, now,
        keys_b, nodes_b, 0,
    )  # fmt: skip
    limit = far
    slack = np.int64(-1)
    while True:
        # Both balls grow until every path within the limit lies in them; before the first meeting, the limit is the meeting.
        while size_f > 0 and size_b > 0:
            bound = nearest if slack < 0 else limit + 1
            if keys_f[0] + keys_b[0] >= bound:
                break
            left -= 1
            if left < 0:
                return -1, keys, paths
            most = nearest if slack < 0 else np.int64(0)
            if size_f <= size_b:
                meeting, keys_f, nodes_f, size_f, ball_f, count_f = _next(
                    0, most, offsets, target, weight, dearer, interior, start, goal, distance, settled, label, labelled,
                    place, now, keys_f, nodes_f, size_f, ball_f, count_f,
                )  # fmt: skip
            else:
                meeting, keys_b, nodes_b, size_b, ball_b, count_b = _next(
                    1, most, offsets, target, weight, dearer, interior, start, goal, distance, settled, label, labelled,
                    place, now, keys_b, nodes_b, size_b, ball_b, count_b,
                )  # fmt: skip
            nearest = min(nearest, meeting)
        if nearest >= far:
            return 0, keys, paths
        if slack < 0:
            slack = np.int64(0) if k == 1 else nearest // 12
            limit = min(nearest + slack, ceiling)
            if slack > 0:
                continue
        radius_f = keys_f[0] if size_f > 0 else far
        radius_b = keys_b[0] if size_b > 0 else far
        came, to, cost, looked = _gather(
            limit, offsets, target, weight, dearer, spare, interior, start, goal, distance, settled, place, now,
            (ball_f, ball_b), (count_f, count_b), (radius_f, radius_b),
        )  # fmt: skip
        left -= looked
        if left < 0:
            return -1, keys, paths
        found, left = _list(came, to, cost, local, start, goal, k, max_steps, limit, keys, paths, left)
        if found < 0 or found == k or limit >= ceiling:
            return found, keys, paths
        slack = slack + max(slack >> 2, nearest // (12 if 2 * found >= k else 6), np.int64(64))
        limit = min(nearest + slack, ceiling)


@njit(cache=True, inline="always")
def _find(target, start, end, node):  # type: ignore[no-untyped-def]
    """The first place from ``start`` on whose target is not before ``node``."""
    while start < end:
        middle = (start + end) >> 1
        if target[middle] < node:
            start = middle + 1
        else:
            end = middle
    return start


@njit(cache=True, nogil=True)
def _widen(offsets, target, cost, interior, start, known, level, queue, now, first, last, radius):  # type: ignore[no-untyped-def]
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


@njit(cache=True, nogil=True)
def _fewest(  # type: ignore[no-untyped-def]
    offsets, target, cost, interior, start, goal, k, max_steps, shortest_only, known, level, queue, now, left
):
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
                            fresh = True
                            for one in range(1, depth + 1):
                                fresh = fresh and nodes[one] != to
                            if fresh:
                                for one in range(depth + 1):
                                    paths[found, one] = nodes[one]
                                paths[found, depth + 1], paths[found, depth + 2] = to, goal
                                lengths[found] = length
                                found += 1
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
                            fresh = True
                            for one in range(1, depth + 1):
                                fresh = fresh and nodes[one] != to
                            if fresh:
                                for one in range(depth + 1):
                                    paths[found, one] = nodes[one]
                                paths[found, depth + 1], paths[found, depth + 2] = to, goal
                                lengths[found] = length
                                found += 1
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
            fresh = True
            for one in range(1, depth + 1):
                fresh = fresh and nodes[one] != to
            if fresh:
                depth += 1
                nodes[depth], place[depth] = to, offsets[to]
        left -= spent
    return found, lengths, paths
