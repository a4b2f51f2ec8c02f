"""What was promised, goal by goal, and whether the last run met it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks import neo4j_report
from benchmarks.measuring import Figure

OWN: Final = "mcmgraph"
NEO4J: Final = "plain Cypher"


@dataclass(frozen=True, slots=True)
class Goal:
    """``figure``: how the name of what is measured begins. ``what``: ``median``, ``95th percentile``, or ``times as fast``.

    ``by``: the other program, how its name begins; of Neo4j, ``there`` is how the question is called in ``neo4j.json``.
    """

    figure: str
    what: str
    limit: float
    by: str = ""
    there: str = ""


_API: Final = "GET /v1/paths, made graph, 16 at once, distinct questions: p99"
_BESIDE: Final = "GET /v1/paths, 100,000 links, 16 at once, distinct questions: p99"
_MECHANISMS: Final = "coverage, 249 x 5 x 13: mechanisms"
_ORGANISATIONS: Final = "coverage, 249 x 5 x 13: organisations"
TIMES: Final = "times as fast"
GOALS: Final = (
    Goal("shortest path", "median", 0.03),
    Goal("shortest path", TIMES, 3, "networkx"),
    Goal("shortest path", TIMES, 100, NEO4J, "shortest path"),
    Goal("5 best by hops", "median", 0.1),
    Goal("5 best by hops", "95th percentile", 0.5),
    Goal("5 best by hops", TIMES, 100, "networkx"),
    Goal("5 best by hops", TIMES, 500, NEO4J, "5 best by hops"),
    Goal("5 best by score", "median", 1),
    Goal("5 best by score", "95th percentile", 2.5),
    Goal("5 best by score", TIMES, 3_500, "networkx"),
    Goal("5 best by score", TIMES, 500, NEO4J, "5 best by score, 3 steps"),
    Goal("all shortest, at most 1000", "median", 0.1),
    Goal("all shortest, at most 1000", TIMES, 1_500, "igraph"),
    Goal(_MECHANISMS, "median", 0.5),
    Goal(_MECHANISMS, TIMES, 100, "DuckDB"),
    Goal(_MECHANISMS, TIMES, 5_000, NEO4J, "coverage of mechanisms"),
    Goal(_ORGANISATIONS, "median", 20),
    Goal(_ORGANISATIONS, TIMES, 40, "DuckDB"),
    Goal(_ORGANISATIONS, TIMES, 2_000, NEO4J, "coverage of organisations, three memberships"),
    Goal("what-if", "median", 25),
    Goal(_API, "median", 20),
    Goal(_BESIDE, TIMES, 10, "engine=server"),
    Goal("`mcmgraph paths A B`", "median", 500),
    Goal("snapshot, a link, with the ids of statements", "median", 60),
    Goal("100 links replaced", "median", 50),
)


def rows(figures: Sequence[Figure], links: int) -> Iterator[tuple[Goal, str, float | None, bool]]:
    """Each goal, the name of what was measured for it, the value, and whether it is one that is only known to be reached.

    The value is None where this run has not measured it. Only known to be reached: the other program was cut off before it was
    done, so that ours is at least so many times as fast.
    """
    for goal in GOALS:
        own = _first(figures, goal.figure, OWN)
        if own is None:
            yield goal, goal.figure, None, False
        elif goal.what != TIMES:
            yield goal, own.name, own.p50 if goal.what == "median" else own.p95, False
        elif goal.by == NEO4J:
            told, cut = _neo4j(goal.there, links)
            yield goal, own.name, None if told is None else told / own.p50, cut
        else:
            theirs = _first(figures, own.name, goal.by)
            cut = theirs is not None and "given up" in theirs.by
            yield goal, own.name, None if theirs is None else theirs.p50 / own.p50, cut


def is_met(goal: Goal, value: float) -> bool:
    """Whether a measured value is at least as good as the goal."""
    return value >= goal.limit if goal.what == TIMES else value <= goal.limit


def table(figures: Sequence[Figure], links: int) -> list[str]:
    """The goals as lines of a table."""
    lines = ["| question | | goal | measured | |", "|---|---|---:|---:|---|"]
    units = {figure.name: figure.unit for figure in figures}
    for goal, name, value, is_least in rows(figures, links):
        how = f"{TIMES} as {goal.by}" if goal.what == TIMES else f"{goal.what}, {units.get(name, 'ms')}"
        sign = "≥" if goal.what == TIMES else "≤"
        told = "" if value is None else f"{'more than ' if is_least else ''}{value:,.4g}"
        met = "not measured" if value is None else "met" if is_met(goal, value) else "not decided" if is_least else "**missed**"
        lines.append(f"| {name} | {how} | {sign} {goal.limit:,g} | {told} | {met} |")
    return lines


def _first(figures: Sequence[Figure], name: str, by: str) -> Figure | None:
    """The figure whose name is or begins so, of the program whose name begins so; the quickest where several fit."""
    fitting = [one for one in figures if one.by.startswith(by) and (one.by == OWN) == (by == OWN)]
    exact = [one for one in fitting if one.name == name]
    return min(exact or [one for one in fitting if one.name.startswith(name)], key=lambda one: one.p50, default=None)


def _neo4j(name: str, links: int) -> tuple[float | None, bool]:
    """Median of plain Cypher on a graph of so many links, from the last run of ``benchmarks.neo4j_bench``; None: not measured.

    And whether it would have been more, because half of the questions or more were cut off.
    """
    if not neo4j_report.HELD.exists():
        return None, False
    held: Mapping[str, Any] = json.loads(neo4j_report.HELD.read_text(encoding="utf-8"))
    for told in held.values():
        for row in told["figures"] if told["links"] == links else ():
            if row["name"] == name and row["by"] == NEO4J:
                return row["p50"], 2 * row.get("over", 0) >= row["runs"]
    return None, False
