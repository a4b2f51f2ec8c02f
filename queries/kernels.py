"""Which of the two path programs runs: the interpreted one, or the compiled one where it pays. They answer alike.

Importing and compiling the second one takes seconds, far more than any question. So nobody waits for it: the first question
on a large graph is answered by the interpreted program, the next one has the compiled program made ready in the background,
and all are answered by the interpreted program until that is done. A server does so when it starts (``prepare``), whatever the
size of its graph: it has many questions before it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final, Literal

import numpy as np

from graph.errors import UnknownWord
from queries import kernel, kernel_sets
from queries.kernel import Array, Path
from queries.selection import Mask
from queries.steps import CHANGE, StepChange, Steps

Speed = Literal["interpreted", "compiled"]
SPEEDS: Final[tuple[Speed, ...]] = ("interpreted", "compiled")
VARIABLE: Final = "MCMGRAPH_TEST_KERNEL"
"""For tests and benchmarks: where this environment variable names a program, that one runs, whatever the size."""
MANY: Final = 100_000
"""From so many steps on (each counted at both ends) the compiled program is made ready without being asked for."""
_SORTED: Final = "sorted"
_EVEN: Final = "sorted, all alike"


class _Compiled:
    """The compiled program: made ready once, by one thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self._thread: threading.Thread | None = None
        self.ready = threading.Event()

    def wanted(self) -> bool:
        """Whether it can be used at once; where it is wanted more than once, it is made ready."""
        if not self.ready.is_set():
            self._asked += 1
            if self._asked > 1:
                self.begin()
        return self.ready.is_set()

    def begin(self) -> threading.Thread:
        """Make it ready in the background."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._make, name="compiling", daemon=True)
                self._thread.start()
            return self._thread

    def _make(self) -> None:
        from queries import reach_compiled

        try_out(_program())
        reach_compiled.try_out()
        self.ready.set()


_compiled = _Compiled()


def prepare(wait: bool = False) -> None:
    """Make the compiled program ready in the background; ``wait`` until that is done."""
    thread = _compiled.begin()
    if wait:
        thread.join()


def try_out(program: Any) -> None:
    """Put a small question of each sort to the compiled program, so that numba compiles it or reads it from disk."""
    offsets, target = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1], dtype=np.int32)
    cost, through, interior = np.ones(4, dtype=np.int64), np.zeros(3, dtype=np.int64), np.ones(3, dtype=bool)
    ordered = program.Sorted.of(offsets, target, cost, through)
    change = program.Change(*(np.array(ends) for ends in ((0, 1), (1, 0), (2, 2))), through, np.array([1]))
    ordered = ordered.after(change, ordered.made_from)
    for most in (6, 2):
        program.paths_between(ordered, interior, [0], [2], 5, most)
    program.fewest_steps(offsets, target, cost, interior, 0, 2, 5, 6)


def speed_for(steps: int) -> Speed:
    """The program for so many steps: once the compiled one is ready, that one.

    Raises ``UnknownWord`` where the environment names none that there is.

    >>> speed_for(1_000)
    'interpreted'
    """
    named = os.environ.get(VARIABLE, "")
    for speed in SPEEDS:
        if named == speed:
            return speed
    if named:
        raise UnknownWord(f"program for {VARIABLE}", named, SPEEDS)
    return "compiled" if _compiled.ready.is_set() or (steps >= MANY and _compiled.wanted()) else "interpreted"


def best(
    steps: Steps,
    interior: Mask,
    starts: Sequence[int],
    goals: Sequence[int],
    k: int,
    max_steps: int,
    closed: Sequence[tuple[int, int]] = (),
) -> list[Path]:
    """The k cheapest paths from any of the starts to any other of the goals, in the order of ``kernel.best_paths``.

    They take none of the ``closed`` steps, given by their two nodes. An entity among both starts and goals is an end of paths
    to and from the others, never of one to itself. A start or goal may also be passed through where it is ``interior``.
    """
    if speed_for(len(steps)) == "compiled":
        ordered = _ordered(steps, _SORTED)
        found = None if ordered is None else _program().paths_between(ordered, interior, starts, goals, k, max_steps, closed)
        if found is not None:
            return [nodes for _, nodes in found]
    cost = kernel.closing(steps.offsets, steps.target, steps.cost, closed)
    return [nodes for _, nodes in _interpreted(steps, cost, steps.through, interior, starts, goals, k, max_steps)]


def fewest(
    steps: Steps,
    interior: Mask,
    starts: Sequence[int],
    goals: Sequence[int],
    k: int,
    max_steps: int,
    closed: Sequence[tuple[int, int]] = (),
    shortest_only: bool = False,
) -> list[Path]:
    """As ``best``, but the paths with the fewest steps, see ``kernel.fewest_steps``."""
    compiled = speed_for(len(steps)) == "compiled"
    cost = steps.cost if compiled and not closed else kernel.closing(steps.offsets, steps.target, steps.cost, closed)
    if len(starts) == len(goals) == 1:
        program = _program() if compiled else kernel
        found: list[Path] = program.fewest_steps(
            steps.offsets, steps.target, cost, interior, starts[0], goals[0], k, max_steps, shortest_only
        )
        return found
    told = None
    if compiled:
        ordered = _ordered(steps, _EVEN)
        told = None if ordered is None else _program().paths_between(ordered, interior, starts, goals, k, max_steps, closed)
    if told is None:
        alike, free = np.where(cost >= kernel.CLOSED, kernel.CLOSED, 1), np.zeros_like(steps.through)
        told = _interpreted(steps, alike, free, interior, starts, goals, k, max_steps)
    return [nodes for length, nodes in told if not shortest_only or length == told[0][0]]


def _program() -> ModuleType:
    from queries import kernel_compiled

    return kernel_compiled


def _ordered(steps: Steps, name: str) -> Any:
    """The steps as the compiled program reads them, by cost or all alike.

    Kept with them, and made from those of the steps before where these are known.
    """
    if name not in steps.kept:
        program, alike = _program(), name == _EVEN
        change: StepChange | None = steps.kept.get(CHANGE)
        like = change.before.get(name) if change is not None else None
        table, through = steps.table, np.zeros_like(steps.through) if alike else steps.through

        def made() -> tuple[Array, Array, Array]:
            offsets, target, cost = table.flat
            return offsets, target, np.ones_like(cost) if alike else cost

        if like is not None and change is not None:
            cost = np.minimum(change.cost, 1) if alike else change.cost
            dearer = change.dearer[:0] if alike else change.dearer
            steps.kept[name] = like.after(program.Change(change.one, change.other, cost, through, dearer), made)
        else:
            steps.kept[name] = program.Sorted.of(*made(), through)
    return steps.kept[name]


def _interpreted(
    steps: Steps,
    cost: Array,
    through: Array,
    interior: Mask,
    starts: Sequence[int],
    goals: Sequence[int],
    k: int,
    max_steps: int,
) -> list[tuple[int, Path]]:
    arrays = steps.offsets, steps.target, cost, through, interior
    if len(starts) == len(goals) == 1:
        return kernel.best_paths(*arrays, starts[0], goals[0], k, max_steps)
    return kernel_sets.best_between(*arrays, starts, goals, k, max_steps)
