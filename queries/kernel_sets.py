"""The interpreted path program for ends that are sets of nodes.

The k best paths between two sets are the k best of all pairs, exactly. Two nodes are added to the arrays of the kernel: one
before all starts and one after all goals. A step from the first costs ``C - through`` of the start that it enters, which makes
up for what the kernel takes for passing through it; so each path costs 2C more than its own cost, and the order is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries import kernel
from queries.kernel import CLOSED, Path

Array = NDArray[Any]


def best_between(
    offsets: Array,
    target: Array,
    cost: Array,
    through: Array,
    interior: Array,
    starts: Sequence[int],
    goals: Sequence[int],
    k: int,
    max_steps: int,
) -> list[tuple[int, Path]]:
    """The k best paths from any start to any other goal; the arrays and the order are those of ``kernel.best_paths``.

    An entity of both sets is an end of paths to and from the others, never of one to itself; the paths that it begins are
    asked for apart from those that it ends.
    """
    both = sorted(set(starts).intersection(goals))
    asked = [([node for node in starts if node not in both], list(goals))]
    asked += [([node], [goal for goal in goals if goal != node]) for node in both]
    found: list[tuple[int, int, Path]] = []
    for some, others in asked:
        if some and others:
            wide, constant = _joined(offsets, target, cost, through, interior, some, others)
            first = len(through)
            best = kernel.best_paths(*wide, first, first + 1, k, max_steps + 2)
            found += [(paid - 2 * constant, len(path), path[1:-1]) for paid, path in best]
    return [(paid, path) for paid, _, path in sorted(found)[:k]]


def _joined(
    offsets: Array, target: Array, cost: Array, through: Array, interior: Array, starts: Sequence[int], goals: Sequence[int]
) -> tuple[tuple[Array, Array, Array, Array, Array], int]:
    """The arrays with a node before all ``starts`` and one after all ``goals``, and the constant C.

    An end that must not be passed through can still be begun at or arrived at: as a start it is entered from the added node
    alone, as a goal it is left to the added node alone. So no such entity may be in both sets.
    """
    count = len(through)
    ends = np.array([*starts, *goals], dtype=np.int64)
    first, last = np.full(len(starts), count), np.full(len(goals), count + 1)
    owner = np.repeat(np.arange(count, dtype=np.int64), np.diff(offsets))
    shut = (_at(count, starts) & ~interior)[target] | (_at(count, goals) & ~interior)[owner]
    owners = np.concatenate([owner, first, ends[len(starts) :]])
    targets = np.concatenate([target.astype(np.int64), ends[: len(starts)], last])
    constant = int(through.max(initial=0)) + 1
    costs = np.concatenate([np.where(shut, CLOSED, cost), constant - through[ends]])
    order = np.lexsort((targets, owners))
    wide = np.zeros(count + 3, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=count + 2), out=wide[1:])
    passing = np.append(interior | _at(count, ends), [False, False])
    return (wide, targets[order].astype(target.dtype), costs[order], np.append(through, [0, 0]), passing), constant


def _at(count: int, nodes: Sequence[int] | Array) -> Array:
    mask = np.zeros(count, dtype=bool)
    mask[np.asarray(nodes, dtype=np.int64)] = True
    return mask
