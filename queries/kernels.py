"""Which of the two path programs runs: the interpreted one for few steps, the compiled one for many. They answer alike.

The compiled program is imported when it is first needed: importing numba takes about a second, more than any question on a
small graph does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, Literal

from graph.errors import UnknownWord
from queries import kernel
from queries.kernel import CLOSED, Path
from queries.selection import Mask
from queries.steps import Steps

Speed = Literal["interpreted", "compiled"]
SPEEDS: Final[tuple[Speed, ...]] = ("interpreted", "compiled")
VARIABLE: Final = "MCMGRAPH_TEST_KERNEL"
"""For tests and benchmarks: where this environment variable names a program, that one runs, whatever the size."""
MANY: Final = 100_000
"""From so many steps on (each counted at both ends) the compiled program runs."""


def speed_for(steps: int) -> Speed:
    """The program for so many steps. Raises ``UnknownWord`` where the environment names none that there is.

    >>> speed_for(1_000), speed_for(2_000_000)
    ('interpreted', 'compiled')
    """
    named = os.environ.get(VARIABLE, "")
    for speed in SPEEDS:
        if named == speed:
            return speed
    if named:
        raise UnknownWord(f"program for {VARIABLE}", named, SPEEDS)
    return "compiled" if steps >= MANY else "interpreted"


def best(
    steps: Steps, interior: Mask, start: int, goal: int, k: int, max_steps: int, closed: Sequence[tuple[int, int]] = ()
) -> list[Path]:
    """The k cheapest paths (see ``kernel.best_paths``) that take none of the ``closed`` steps, given by their two nodes."""
    arrays = steps.offsets, steps.target, closing(steps, closed), steps.through, interior
    if speed_for(len(steps.target)) == "interpreted":
        found = kernel.best_paths(*arrays, start, goal, k, max_steps)
    else:
        from queries import kernel_compiled

        if "sorted" not in steps.kept:
            steps.kept["sorted"] = kernel_compiled.Sorted.of(steps.offsets, steps.target, steps.cost, steps.through)
        ordered = steps.kept["sorted"]
        if ordered is not None and closed:
            ordered = ordered.without(closed)
        found = kernel_compiled.best_paths(*arrays, start, goal, k, max_steps, ordered)
    return [nodes for _, nodes in found]


def fewest(
    steps: Steps,
    interior: Mask,
    start: int,
    goal: int,
    k: int,
    max_steps: int,
    closed: Sequence[tuple[int, int]] = (),
    shortest_only: bool = False,
) -> list[Path]:
    """The k paths with the fewest steps, see ``kernel.fewest_steps``."""
    arrays = steps.offsets, steps.target, closing(steps, closed), interior
    if speed_for(len(steps.target)) == "interpreted":
        return kernel.fewest_steps(*arrays, start, goal, k, max_steps, shortest_only)
    from queries import kernel_compiled

    return kernel_compiled.fewest_steps(*arrays, start, goal, k, max_steps, shortest_only)


def closing(steps: Steps, closed: Sequence[tuple[int, int]]) -> kernel.Array:
    """The costs of the steps, with some of them closed in both directions."""
    if not closed:
        return steps.cost
    cost = steps.cost.copy()
    for one, other in closed:
        cost[[steps.between(one, other), steps.between(other, one)]] = CLOSED
    return cost
