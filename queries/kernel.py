"""The inner loop of the path question: flat arrays in, paths out, no objects of the graph.

``best_paths`` finds the k best simple paths exactly. It grows paths from the start in order of a lower bound: what the path
has cost so far, and what the cheapest way from its last node to the goal still costs in the steps that are left. The bounds
come from one backward pass a step (``_table``). That cheapest way may run through nodes the path has already used; then the
bound is too low. So before a path grows, its bound is checked by walking that way. Where it is too low, a table is made that
leaves out the nodes of the path, and the bound becomes exact. Every path that grows is therefore the beginning of one that
will be found next, and the work grows with k times the steps, not with the number of paths there are.

Order: cost, then fewer steps, then node numbers from the start on. Cost and steps travel as one integer, ``COST`` times the
cost plus the steps; equal sums are taken in order of the node numbers. The order is total, so any other exact program finds
the same paths in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Path = tuple[int, ...]
COST: Final = 16
"""A cost counts this much, a step 1: steps decide between equal costs. More than the most steps a path may have."""
CLOSED: Final = 1 << 58
"""The cost of a step that must not be taken; sums of a few of these stay in 64 bits."""


def best_paths(
    offsets: Array, target: Array, cost: Array, through: Array, interior: Array, start: int, goal: int, k: int, max_steps: int
) -> list[tuple[int, Path]]:
    """The k best simple paths of at most ``max_steps`` (< 16) steps, as (cost, nodes from start to goal), best first.

    ``offsets[n+1], target[s]``: the neighbours of node v are ``target[offsets[v]:offsets[v+1]]``, each once, none v itself.
    ``cost[s]``: what the step costs, more than 0; ``CLOSED`` shuts it. ``through[n]``: what passing through a node costs, at
    least 0. ``interior[n]``: whether a path may pass through it. Fewer than k are returned only where there are no more.

    >>> import numpy as np                       # a square: 0-1, 0-2, 1-3, 2-3; node 2 is a hub
    >>> offsets, target = np.array([0, 2, 4, 6, 8]), np.array([1, 2, 0, 3, 0, 3, 1, 2])
    >>> best_paths(offsets, target, np.full(8, 5), np.array([0, 0, 4, 0]), np.full(4, True), 0, 3, 5, 6)
    [(10, (0, 1, 3)), (14, (0, 2, 3))]
    """
    return _Search(offsets, target, cost, through, interior, start, goal).run(k, max_steps)


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
    """The k simple paths with the fewest steps, then in order of node numbers; ``cost`` only says which steps are ``CLOSED``.

    ``shortest_only``: none that is longer than the shortest. Otherwise as ``best_paths``.

    >>> import numpy as np
    >>> offsets, target = np.array([0, 2, 4, 6, 8]), np.array([1, 2, 0, 3, 0, 3, 1, 2])
    >>> fewest_steps(offsets, target, np.full(8, 5), np.full(4, True), 0, 3, 5, 6)
    [(0, 1, 3), (0, 2, 3)]
    """
    alike = np.where(cost >= CLOSED, CLOSED, 1)
    found = best_paths(offsets, target, alike, np.zeros(len(interior), dtype=np.int64), interior, start, goal, k, max_steps)
    return [nodes for steps, nodes in found if not shortest_only or steps == found[0][0]]


def closing(offsets: Array, target: Array, cost: Array, closed: Sequence[tuple[int, int]]) -> Array:
    """The costs of the steps, with those between these pairs of nodes closed in both directions."""
    if not closed:
        return cost
    shut = cost.copy()
    for one, other in (*closed, *((other, one) for one, other in closed)):
        first, end = int(offsets[one]), int(offsets[one + 1])
        place = first + int(np.searchsorted(target[first:end], other))
        if place < end and target[place] == other:
            shut[place] = CLOSED
    return shut


class _Fan:
    """The ways on from the end of one path, best bound first (ties: lower node). Only the next one waits in the heap."""

    __slots__ = ("avoided", "bounds", "next", "nodes", "paid", "path", "table")

    def __init__(self, path: Path, nodes: Array, bounds: Array, paid: Array, table: list[Array], avoided: Path) -> None:
        order = np.argsort(bounds, kind="stable")
        self.path, self.table, self.avoided, self.next = path, table, avoided, 0
        self.nodes, self.bounds, self.paid = nodes[order].tolist(), bounds[order].tolist(), paid[order].tolist()


class _Search:
    """One question: the arrays, and the heap of paths that may still grow."""

    def __init__(
        self, offsets: Array, target: Array, cost: Array, through: Array, interior: Array, start: int, goal: int
    ) -> None:
        self.offsets, self.target, self.start, self.goal = offsets, target, start, goal
        paid = np.where(np.arange(len(through)) == goal, 0, through)
        self.weight = np.where(cost >= CLOSED, CLOSED, (cost + paid[target]) * COST + 1)
        self.closed = ~interior.astype(bool)
        self.rows = np.flatnonzero(np.diff(offsets))
        self.heads = offsets[self.rows]
        self.heap: list[tuple[int, Path, int, list[Array], Path, _Fan | None]] = []
        self.tables: dict[Path, list[Array]] = {}

    def run(self, k: int, max_steps: int) -> list[tuple[int, Path]]:
        found: list[tuple[int, Path]] = []
        self.max_steps = max_steps
        self._grow((self.start,), 0, self._table_of((self.start,)), (self.start,))
        while self.heap and len(found) < k:
            bound, path, paid, table, avoided, fan = heappop(self.heap)
            if fan is not None:
                self._offer(fan)
            if path[-1] == self.goal:
                found.append((bound // COST, path))
            elif avoided == path[:-1] or self._walks(path, table):
                self._grow(path, paid, table, avoided)
            else:
                table = self._table_of(path[:-1])
                left = int(table[max_steps - len(path) + 1][path[-1]])
                if left < CLOSED:
                    heappush(self.heap, (paid + left, path, paid, table, path[:-1], None))
        return found

    def _grow(self, path: Path, paid: int, table: list[Array], avoided: Path) -> None:
        """Find every way to go on, with its bound; ``table`` leaves out the nodes ``avoided``."""
        here = slice(self.offsets[path[-1]], self.offsets[path[-1] + 1])
        target, weight = self.target[here], self.weight[here]
        left = weight + table[self.max_steps - len(path)][target]
        open_ways = left < CLOSED
        for node in path:  # quicker than numpy.isin for so few
            open_ways &= target != node
        ways = np.flatnonzero(open_ways)
        self._offer(_Fan(path, target[ways], paid + left[ways], paid + weight[ways], table, avoided))

    def _offer(self, fan: _Fan) -> None:
        """Put the next way of a fan into the heap."""
        place, fan.next = fan.next, fan.next + 1
        if place < len(fan.nodes):
            path = (*fan.path, fan.nodes[place])
            heappush(self.heap, (fan.bounds[place], path, fan.paid[place], fan.table, fan.avoided, fan))

    def _walks(self, path: Path, table: list[Array]) -> bool:
        """Whether the cheapest way on, as the table has it, keeps clear of the path."""
        node = path[-1]
        for steps in range(self.max_steps - len(path) + 1, 0, -1):
            here = slice(self.offsets[node], self.offsets[node + 1])
            left = self.weight[here] + table[steps - 1][self.target[here]]
            node = int(self.target[here][np.argmin(left)])
            if node == self.goal:
                return True
            if node in path:
                return False
        return False

    def _table_of(self, path: Path) -> list[Array]:
        """The table that leaves out the nodes of a path."""
        if path not in self.tables:
            self.tables[path] = self._table(path, self.max_steps - len(path))
        return self.tables[path]

    def _table(self, avoided: Path, steps: int) -> list[Array]:
        """``table[r][v]``: the cost of the cheapest way from v to the goal in at most r steps; ``CLOSED`` for none."""
        closed = self.closed.copy()
        closed[list(avoided)] = True
        closed[self.goal] = False
        row = np.full(len(closed), CLOSED, dtype=np.int64)
        row[self.goal] = 0
        table = [row]
        for _ in range(steps):
            nearest = np.minimum.reduceat(self.weight + row[self.target], self.heads) if len(self.heads) else self.heads
            row = np.full(len(closed), CLOSED, dtype=np.int64)
            row[self.rows] = np.minimum(nearest, CLOSED)
            row[closed] = CLOSED
            row[self.goal] = 0
            table.append(row)
        return table


def gap(offsets: Array, target: Array, interior: Array, start: int, goals: Sequence[int]) -> int | None:
    """The fewest steps from the start to one of the goals when only interior nodes are passed through; None: no way.

    It is looked for from both ends, always on from the side that has fewer steps before it: where an end stands alone, or in a
    small group, that is known at once, however large the rest is.

    >>> import numpy as np
    >>> offsets, target = np.array([0, 1, 3, 4, 4]), np.array([1, 0, 2, 1])
    >>> [gap(offsets, target, np.full(4, True), 0, [goal]) for goal in (1, 2, 3)]
    [1, 2, None]
    """
    sides = [np.zeros(len(offsets) - 1, dtype=bool) for _ in range(2)]
    edges = [np.array([start], dtype=np.int64), np.array(sorted({*goals} - {start}), dtype=np.int64)]
    for side, edge in zip(sides, edges, strict=True):
        side[edge] = True
    steps = 0
    while all(map(len, edges)):
        lengths = [offsets[edge + 1] - offsets[edge] for edge in edges]
        one = 0 if lengths[0].sum() <= lengths[1].sum() else 1
        starts, sizes = offsets[edges[one]], lengths[one]
        places = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
        reached = target[places]
        steps += 1
        if sides[1 - one][reached].any():
            return steps
        edges[one] = np.unique(reached[interior[reached] & ~sides[one][reached]]).astype(np.int64)
        sides[one][edges[one]] = True
    return None
