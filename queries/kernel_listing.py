"""From the steps that the balls have found to the k best paths, in order. Compiled.

A table over these few steps bounds the rest of the way for every number of steps left; what no path within the limit can use
is put aside. A depth first search in order of node numbers then lists the paths. So of equal ones the first found comes first.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np
from numba import njit

from queries.kernel_balls import FAR, LIMIT, LOG, WORK


@njit(cache=True, nogil=True)
def _gather(ends, seeds, radii, max_steps, distance, local, log, state):
    """The steps within the limit by local numbers (from, to, weight), the names of these, and the table of what is left."""
    limit, rows = state[LIMIT], state[LOG]
    names = np.empty(2 * rows + len(ends[0]) + len(ends[1]), dtype=np.int32)
    tails, heads = np.empty(rows, dtype=np.int32), np.empty(rows, dtype=np.int32)
    weights = np.empty(rows, dtype=np.int64)
    count, size = 0, 0
    for side in range(2):
        for node in ends[side]:
            if local[node] < 0:
                local[node] = count
                names[count] = node
                count += 1
    for row in range(rows):
        tail, head, weight = log[row, 0], log[row, 1], np.int64(log[row, 2])
        if min(np.int64(distance[0, tail]), radii[0]) + weight + min(np.int64(distance[1, head]), radii[1]) > limit:
            continue
        for node in (tail, head):
            if local[node] < 0:
                local[node] = count
                names[count] = node
                count += 1
        tails[size], heads[size], weights[size] = local[tail], local[head], weight
        size += 1
    table = np.full((max_steps, count), FAR, dtype=np.int64)
    for one in range(len(ends[1])):
        table[0, local[ends[1][one]]] = seeds[1][one]
    for one in range(count):
        local[names[one]] = -1
    for steps in range(1, max_steps):
        table[steps] = table[0]
        for one in range(size):
            table[steps, tails[one]] = min(table[steps, tails[one]], weights[one] + table[steps - 1, heads[one]])
    state[WORK] -= size * max_steps
    kept = 0
    for one in range(size):
        before = min(np.int64(distance[0, names[tails[one]]]), radii[0])
        if before + weights[one] + table[max_steps - 1, heads[one]] <= limit:
            tails[kept], heads[kept], weights[kept] = tails[one], heads[one], weights[one]
            kept += 1
    return tails[:kept], heads[:kept], weights[:kept], names[:count], table


@njit(cache=True, nogil=True)
def _order(tails, heads, weights, names):
    """The steps in order of the names of their two ends, each once; where those of each node begin and end."""
    packed = np.empty(len(tails), dtype=np.int64)
    for one in range(len(tails)):
        packed[one] = (np.int64(names[tails[one]]) << 32) | names[heads[one]]
    order = np.argsort(packed)
    first, last = np.zeros(len(names), dtype=np.int64), np.zeros(len(names), dtype=np.int64)
    to, weight = np.empty(len(tails), dtype=np.int64), np.empty(len(tails), dtype=np.int64)
    size = 0
    before = np.int64(-1)
    for one in order:
        if packed[one] == before:
            continue
        tail = tails[one]
        if before < 0 or before >> 32 != packed[one] >> 32:
            first[tail] = size
        before = packed[one]
        to[size], weight[size] = heads[one], weights[one]
        size += 1
        last[tail] = size
    return first, last, to, weight


@njit(cache=True, nogil=True)
def _keep(whole, path, depth, other, names, found, k, keys, sizes, paths):
    """Put a path among the k best, after those that cost the same."""
    at = found if found < k else k - 1
    while at > 0 and keys[at - 1] > whole:
        keys[at], sizes[at] = keys[at - 1], sizes[at - 1]
        for place in range(sizes[at]):
            paths[at, place] = paths[at - 1, place]
        at -= 1
    keys[at], sizes[at] = whole, depth + 2
    for place in range(depth + 1):
        paths[at, place] = names[path[place]]
    paths[at, depth + 1] = names[other]
    return min(found + 1, k)


@njit(cache=True, nogil=True)
def best(interior, ends, seeds, radii, k, max_steps, distance, local, log, state):
    """The k best paths as (how many, keys, sizes, nodes), from what ``kernel_balls.grow`` left; -1 where the work is at an end.

    A key is the sum of the weights and of the two seeds; a size counts nodes. ``local``: scratch, -1 before and after.
    """
    keys, sizes = np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64)
    paths = np.empty((k, max_steps + 1), dtype=np.int32)
    tails, heads, weights, names, table = _gather(ends, seeds, radii, max_steps, distance, local, log, state)
    first, last, to, weight = _order(tails, heads, weights, names)
    used = np.zeros(len(names), dtype=np.bool_)
    path, place = np.empty(max_steps + 1, dtype=np.int64), np.empty(max_steps + 1, dtype=np.int64)
    paid = np.empty(max_steps + 1, dtype=np.int64)
    only = ends[1][0] if len(ends[1]) == 1 else np.int64(-1)
    limit, found = state[LIMIT], 0
    for begin in range(len(ends[0])):  # the local numbers of the starts are the first ones
        path[0], place[0], paid[0] = begin, first[begin], seeds[0][begin]
        used[begin] = True
        depth = 0
        while depth >= 0:
            here = path[depth]
            if place[depth] == last[here]:
                used[here] = False
                depth -= 1
                continue
            step = place[depth]
            place[depth] = step + 1
            state[WORK] -= 1
            if state[WORK] < 0:
                return -1, keys, sizes, paths
            other = to[step]
            so_far = paid[depth] + weight[step]
            if used[other] or so_far + table[max_steps - depth - 1, other] > limit:
                continue
            whole = so_far + table[0, other]
            if whole <= limit:
                found = _keep(whole, path, depth, other, names, found, k, keys, sizes, paths)
                if found == k:
                    limit = min(limit, keys[k - 1] - 1)
            if depth + 1 < max_steps and interior[names[other]] and names[other] != only:
                depth += 1
                path[depth], place[depth], paid[depth] = other, first[other], so_far
                used[other] = True
    return found, keys, sizes, paths
