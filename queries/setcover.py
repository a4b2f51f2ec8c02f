"""Weighted set cover, solved exactly: the cheapest choice of options that together close everything, with its proof.

An integer program, minimise the cost subject to "each thing is closed by one chosen option at least", solved by HiGHS
(https://highs.dev) with both gap tolerances at 0. The whole program is solved once, for the proof. Of several cheapest choices
the one with the fewest options is taken, and of these the one that is first when options are compared in the order given; so
the answer does not depend on the solver's luck. That is worked out for each independent piece of the problem.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, gcd
from typing import Any, Final

from graph.errors import McmgraphError

_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Proof:
    """Why no choice is cheaper: ``cost`` is what was found, ``bound`` what the solver proved to be the least, ``gap`` theirs.

    ``nodes``: how many branches the solver looked at to prove the whole program; ``pieces``: how many independent programs it
    falls into; ``programs``: how many were solved in all, those that decide between equals included. ``seconds`` is what it
    took here; it is no part of the answer.
    """

    solver: str
    cost: int
    bound: int
    gap: int
    nodes: int
    pieces: int
    programs: int
    seconds: float = field(compare=False)

    @property
    def optimal(self) -> bool:
        """Whether it is proved that nothing is cheaper."""
        return self.gap == 0


def smallest_cover(closes: Sequence[frozenset[int]], costs: Sequence[int]) -> tuple[tuple[int, ...], Proof]:
    """The cheapest options (their numbers, rising) that together close all that any option closes, and the proof.

    ``closes[j]``: the numbers of the things that option j closes. ``costs[j]``: what it costs, a whole number more than 0.

    >>> chosen, proof = smallest_cover([frozenset({0, 1, 2}), frozenset({0}), frozenset({1, 2}), frozenset({2})], [5, 1, 3, 1])
    >>> chosen, proof.cost, proof.bound, proof.optimal
    ((1, 2), 4, 4, True)
    """
    started = time.perf_counter()
    pieces = _pieces(closes)
    whole = _Program(closes, costs)
    taken, least, nodes = whole.solved(whole.costs) if whole.things else ([], 0.0, 0)
    cost = sum(costs[option] for option in taken)
    bound = min(cost, ceil(least - _TOLERANCE) * whole.unit)
    chosen: list[int] = []
    programs = whole.programs
    for piece in pieces:
        found = _Piece(piece, [closes[j] for j in piece], [costs[j] for j in piece])
        chosen += found.choose()
        programs += found.program.programs
    if sum(costs[option] for option in chosen) != cost:
        raise McmgraphError("The solver contradicts itself: the pieces of the problem do not cost what the whole costs.")
    proof = Proof(_solver(), cost, bound, cost - bound, nodes, len(pieces), programs, time.perf_counter() - started)
    return tuple(sorted(chosen)), proof


def _pieces(closes: Sequence[frozenset[int]]) -> list[list[int]]:
    """The options in groups that share nothing to close; those that close nothing are left out."""
    first: dict[int, int] = {}
    above = list(range(len(closes)))

    def root(option: int) -> int:
        while above[option] != option:
            above[option] = above[above[option]]
            option = above[option]
        return option

    for option, things in enumerate(closes):
        for thing in sorted(things):
            other = root(first.setdefault(thing, option))
            mine = root(option)
            above[max(other, mine)] = min(other, mine)
    groups: dict[int, list[int]] = {}
    for option, things in enumerate(closes):
        if things:
            groups.setdefault(root(option), []).append(option)
    return list(groups.values())


class _Piece:
    """One independent program; of options that close the same things only the first of the cheapest is kept."""

    def __init__(self, options: Sequence[int], closes: Sequence[frozenset[int]], costs: Sequence[int]) -> None:
        best: dict[frozenset[int], int] = {}
        for place, things in enumerate(closes):
            held = best.get(things)
            if held is None or costs[place] < costs[held]:
                best[things] = place
        kept = sorted(best.values())
        self.options = [options[place] for place in kept]
        self.program = _Program([closes[place] for place in kept], [costs[place] for place in kept])

    def choose(self) -> list[int]:
        """The options of the answer: cheapest, then fewest, then first."""
        count, program = len(self.options), self.program
        if count == 1:
            return self.options
        ones = [1] * count
        taken, _, _ = program.solved(program.costs)
        caps = [(program.costs, sum(program.costs[place] for place in taken))]
        taken, _, _ = program.solved(ones, caps)
        caps.append((ones, len(taken)))
        fixed: dict[int, int] = {}
        for place in range(count):
            fixed[place] = 1
            if place not in taken:
                other = program.feasible(caps, fixed)
                fixed[place] = int(other is not None)
                taken = other if other is not None else taken
            if sum(fixed.values()) == len(taken):
                break
        return [self.options[place] for place in taken]


Cap = tuple[list[int], int]


class _Program:
    """An integer program of set cover. ``costs`` are whole multiples of ``unit``, which is taken out of them."""

    def __init__(self, closes: Sequence[frozenset[int]], costs: Sequence[int]) -> None:
        self.things = sorted(frozenset().union(*closes))
        self.unit = gcd(*costs) or 1
        self.costs = [cost // self.unit for cost in costs]
        self.programs = 0
        self._closing: dict[int, list[int]] = {thing: [] for thing in self.things}
        for place, things in enumerate(closes):
            for thing in things:
                self._closing[thing].append(place)

    def solved(self, costs: Sequence[int], caps: Sequence[Cap] = ()) -> tuple[list[int], float, int]:
        """The chosen places, the proved bound, the branches; raises ``McmgraphError`` where the solver gives up."""
        model, status = self._run(costs, caps, {})
        if status != "Optimal":
            raise McmgraphError(f"The solver could not finish: {status}.")
        info = model.getInfo()
        return _taken(model), info.mip_dual_bound, max(0, info.mip_node_count)

    def feasible(self, caps: Sequence[Cap], fixed: Mapping[int, int]) -> list[int] | None:
        """A choice within the caps that has these places fixed; None where there is none."""
        model, status = self._run([0] * len(self.costs), caps, fixed)
        if status not in ("Optimal", "Infeasible"):
            raise McmgraphError(f"The solver could not finish: {status}.")
        return _taken(model) if status == "Optimal" else None

    def _run(self, costs: Sequence[int], caps: Sequence[Cap], fixed: Mapping[int, int]) -> tuple[Any, str]:
        import highspy

        self.programs += 1
        model = _quiet(highspy)
        for place, cost in enumerate(costs):
            model.addVar(fixed.get(place, 0), fixed.get(place, 1))
            model.changeColCost(place, cost)
            model.changeColIntegrality(place, highspy.HighsVarType.kInteger)
        for places in self._closing.values():
            model.addRow(1, highspy.kHighsInf, len(places), places, [1.0] * len(places))
        for amounts, most in caps:
            model.addRow(-highspy.kHighsInf, most, len(amounts), list(range(len(amounts))), amounts)
        model.run()
        return model, model.modelStatusToString(model.getModelStatus())


def _taken(model: Any) -> list[int]:
    return [place for place, value in enumerate(model.getSolution().col_value) if value > 0.5]


def _quiet(highspy: Any) -> Any:
    """A solver that prints nothing, uses one thread (so that it does the same each time) and stops at no gap but 0."""
    model = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0}.items():
        model.setOptionValue(name, value)
    return model


def _solver() -> str:
    from importlib.metadata import version

    return f"HiGHS {version('highspy')}"
