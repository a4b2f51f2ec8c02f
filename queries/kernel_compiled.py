"""The compiled twin of ``queries.kernel``: the same paths in the same order, found near the two ends only.

By score: ``kernel_sorted`` lays the steps out, ``kernel_balls`` finds the part of the graph that matters, ``kernel_listing``
lists the paths in it. By hops: ``kernel_hops``. The work is bounded: a question that is hard for these goes to the interpreted
program, which needs more time for an easy question and never too much for a hard one.

Numba compiles at the first call and keeps the result on disk. The compiled code runs without Python's lock.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries import kernel, kernel_balls, kernel_hops, kernel_listing
from queries.kernel import Path
from queries.kernel_sorted import SCALE, Change, Sorted, frozen

__all__ = ["Change", "Sorted", "best_paths", "fewest_steps", "paths_between"]

Array = NDArray[Any]
Pairs = Sequence[tuple[int, int]]
FIRST_WORK: Final = 30_000
LAST_WORK: Final = 300_000
"""Work (looked-at steps, about) of a first attempt, and of one that knows a bound; then the interpreted program takes over."""
HOPS_WORK: Final = 20_000_000
"""The same by hops, where a step costs next to nothing."""
FEW_STEPS: Final = 4
"""Paths of so few steps are rarely the cheapest ones, so the search by cost alone bounds them badly."""
_NOTHING: Final = np.zeros(1, dtype=np.int64)


class _Space:
    """Scratch arrays for graphs of n nodes; ``local``, ``distance`` and ``waiting`` are left as they were found."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        distance = np.full((2, nodes), kernel_balls.FAR, dtype=np.int32)
        parent, ball = np.zeros((2, nodes), dtype=np.int32), np.zeros((2, nodes), dtype=np.int32)
        place, heap = np.zeros((2, nodes), dtype=np.int64), np.zeros((2, nodes + 1), dtype=np.int64)
        waiting = np.full((2, nodes), -1, dtype=np.int32)
        room = max(LAST_WORK // kernel_balls.POP, nodes)
        held, self.log = np.zeros((2 * room, 3), dtype=np.int32), np.zeros((room, 3), dtype=np.int32)
        self.scratch = distance, parent, place, waiting, heap, ball, held
        self.distance, self.local = distance, np.full(nodes, -1, dtype=np.int32)
        self.known, self.level = np.zeros(nodes, dtype=np.int32), np.zeros(nodes, dtype=np.int8)
        self.queue, self.stamp = np.zeros(nodes + 1, dtype=np.int32), 0

    def next(self) -> int:
        """A stamp that no entry of ``known`` bears yet."""
        if self.stamp >= 2**31 - 2:
            self.known[:] = self.stamp = 0
        self.stamp += 1
        return self.stamp


_idle: list[_Space] = []
_lock = threading.Lock()
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)


@contextmanager
def _space(nodes: int) -> Iterator[_Space]:
    """Scratch arrays for one question; no more questions at once than there are cores. Thrown away where something fails."""
    with _turns:
        with _lock:
            space = _idle.pop() if _idle else None
        if space is None or space.nodes != nodes:
            space = _Space(nodes)
        yield space
        with _lock:
            _idle.append(space)


def best_paths(
    offsets: Array, target: Array, cost: Array, through: Array, interior: Array, start: int, goal: int, k: int, max_steps: int
) -> list[tuple[int, Path]]:
    """As ``kernel.best_paths``, with the same result for every input."""
    steps = Sorted.of(offsets, target, cost, through)
    found = None if steps is None else paths_between(steps, interior, [start], [goal], k, max_steps)
    if found is None:
        return kernel.best_paths(offsets, target, cost, through, interior, start, goal, k, max_steps)
    return found


def paths_between(
    steps: Sorted,
    interior: Array,
    starts: Sequence[int],
    goals: Sequence[int],
    k: int,
    max_steps: int,
    closed: Pairs = (),
) -> list[tuple[int, Path]] | None:
    """The k best paths from any start to any other goal, as ``kernel.best_paths``; None where that is too much work here.

    An entity of both is an end of paths to and from the others, never of one to itself. A start or goal may be passed through
    by other paths where it is ``interior``. No path takes a ``closed`` step, given by its two nodes, in either direction.

    Where few paths are short enough, nothing bounds the search by cost. Then the paths with the fewest steps are found first:
    if there are less than k of them, these are all, and else the dearest of them bounds what the k best may cost.
    """
    asked = _Asked(steps, frozen(interior), starts, goals, k, max_steps, _packed(closed))
    single = len(starts) == len(goals) == 1
    found = asked.within(None, FIRST_WORK) if max_steps > FEW_STEPS or not single else None
    if found is not None:
        return found
    if not single:
        return asked.within(None, LAST_WORK)
    short = asked.shortest(closed)
    if short is None or len(short) < k:
        return short
    return asked.within(short[-1][0], LAST_WORK)


class _Asked:
    """One question, as the compiled programs take it."""

    def __init__(
        self, steps: Sorted, interior: Array, starts: Sequence[int], goals: Sequence[int], k: int, max_steps: int, shut: Array
    ) -> None:
        self.steps, self.interior, self.k, self.max_steps, self.shut = steps, interior, k, max_steps, shut
        self.ends = np.array(sorted(starts), dtype=np.int64), np.array(sorted(goals), dtype=np.int64)
        # What the two halves of an end cost is not part of a path: of one, it is taken off; of several, it is made the same.
        own = [steps.through[nodes] * SCALE for nodes in self.ends]
        self.seeds = own[0].max() - own[0], own[1].max() - own[1]
        self.surplus = int(own[0].max() + own[1].max())

    def within(self, most: int | None, work: int) -> list[tuple[int, Path]] | None:
        """The k best paths, of which k cost no more than ``most``; None where that is too much work."""
        held, k, max_steps = self.steps, self.k, self.max_steps
        arrays = held.steps.arrays, held.up.arrays
        state = np.zeros(kernel_balls.SIZE, dtype=np.int64)
        state[kernel_balls.WORK] = work
        ceiling = held.heaviest * max_steps + self.surplus
        state[kernel_balls.LIMIT] = ceiling if most is None else min(ceiling, (2 * most + 1) * SCALE + self.surplus)
        with _space(len(self.interior)) as space:
            asked = self.shut, k, max_steps
            radii = kernel_balls.grow(arrays, self.interior, asked, self.ends, self.seeds, space.scratch, space.log, state)
            found = -1
            if radii[0] >= 0:
                found, keys, sizes, paths = kernel_listing.best(
                    self.interior, self.ends, self.seeds, radii, k, max_steps, space.distance, space.local, space.log, state
                )
            kernel_balls.clear(arrays, space.scratch, state)
        if found < 0:
            return None
        told = zip(keys[:found].tolist(), sizes[:found].tolist(), paths[:found].tolist(), strict=True)
        return [((key - self.surplus) // SCALE // 2, tuple(row[:size])) for key, size, row in told]

    def shortest(self, closed: Pairs) -> list[tuple[int, Path]] | None:
        """The k paths with the fewest steps, in the order of ``kernel.best_paths``; None where that is too much work."""
        offsets, target, cost = self.steps.made_from()
        cost = frozen(kernel.closing(offsets, target, cost, closed))
        start, goal = (int(nodes[0]) for nodes in self.ends)
        arrays = offsets, target, cost, self.interior
        found = _fewest(*arrays, start, goal, self.k, self.max_steps, False, LAST_WORK)
        if found is None:
            return None
        costs = kernel_hops.prices(frozen(offsets), frozen(target), cost, self.steps.through, *found).tolist()
        told = sorted((cost, len(path), path) for cost, path in zip(costs, _paths(*found), strict=True))
        return [(cost, path) for cost, _, path in told]


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
    found = _fewest(offsets, target, cost, interior, start, goal, k, max_steps, shortest_only, HOPS_WORK)
    if found is None:
        return kernel.fewest_steps(offsets, target, cost, interior, start, goal, k, max_steps, shortest_only)
    return _paths(*found)


def _fewest(
    offsets: Array,
    target: Array,
    cost: Array,
    interior: Array,
    start: int,
    goal: int,
    k: int,
    max_steps: int,
    shortest_only: bool,
    work: int,
) -> tuple[Array, Array] | None:
    """Steps and nodes of the paths, see ``kernel_hops.fewest``; None where that is too much work."""
    with _space(len(interior)) as space:
        found, lengths, paths = kernel_hops.fewest(
            frozen(offsets), frozen(target), frozen(cost), frozen(interior), start, goal, k, max_steps, shortest_only,
            space.known, space.level, space.queue, space.next(), work,
        )  # fmt: skip
    return None if found < 0 else (lengths[:found], paths[:found])


def _paths(lengths: Array, paths: Array) -> list[Path]:
    return [tuple(row[: size + 1]) for row, size in zip(paths.tolist(), lengths.tolist(), strict=True)]


def _packed(closed: Pairs) -> Array:
    """Closed steps as ``kernel_balls`` reads them."""
    return np.array(sorted({(one << 32) | other for pair in closed for one, other in (pair, pair[::-1])}), dtype=np.int64)
