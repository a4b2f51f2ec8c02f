"""Paths between sets of entities: equal to the best of all pairs, asked one by one and listed by brute force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import AsOf, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.paths import PathQuestion, find_paths
from tests.queries.oracle import World
from tests.queries.worlds import Board, asked, checked, worlds

ENDS = st.lists(st.sampled_from(("a", "b", "c", "g")), min_size=1, max_size=3, unique=True)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("sets") / "graph.sqlite"))
    yield Board(graph)
    graph.close()


def pairs(starts: Sequence[str], goals: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, other) for one in starts for other in goals if one != other]


@settings(checked, max_examples=70)
@given(worlds(), asked(), ENDS, ENDS)
def test_equal_to_brute_force_over_all_pairs(
    board: Board, world: list[Statement], question: PathQuestion, starts: list[str], goals: list[str]
) -> None:
    if len(starts) == len(goals) == 1:
        goals = [*goals, next(id for id in ("a", "b") if id not in goals)]
    question = replace(question, disjoint="", start="id:" + "|".join(starts), goal="|".join(goals))
    if "|" not in question.goal:
        question = replace(question, goal="id:" + question.goal)
    answer = find_paths(board.hold(world), question)
    drawn = World(world, AsOf(question.as_of))
    ways: list[Any] = []
    for start, goal in pairs(starts, goals):
        free = tuple(id for id in question.not_through if id not in (start, goal))
        ways += drawn.ways(replace(question, start=start, goal=goal, not_through=free, k=100))
    ways.sort(key=lambda way: way.order)
    assert [path.ids for path in answer.results] == [way.ids for way in ways[: question.k]]
    assert [path.score for path in answer.results] == [float(way.score) for way in ways[: question.k]]
    assert bool(answer.reason) == (not ways)
    assert (answer.start.size, answer.goal.size) == (len(starts), len(goals))


@settings(checked, max_examples=40)
@given(worlds(), ENDS, ENDS, st.sampled_from(("hops", "shortest")))
def test_the_fewest_steps_over_all_pairs(
    board: Board, world: list[Statement], starts: list[str], goals: list[str], by: str
) -> None:
    graph = board.hold(world)
    apart = pairs(starts, goals)
    if not apart:
        return
    question = PathQuestion("id:" + "|".join(starts), "id:" + "|".join(goals), k=20, as_of="2026-11-21", by=by)
    found = find_paths(graph, question).results
    each = [
        path for start, goal in apart for path in find_paths(graph, replace(question, start=start, goal=goal, k=20)).results
    ]
    each.sort(key=lambda path: (len(path.steps), path.ids))
    if by == "shortest":
        each = [path for path in each if len(path.steps) == len(each[0].steps)]
    assert [path.ids for path in found] == [path.ids for path in each[:20]]


@settings(checked, max_examples=40)
@given(worlds(), ENDS, ENDS, st.sampled_from(("edge", "node")))
def test_disjoint_paths_between_sets_share_nothing(
    board: Board, world: list[Statement], starts: list[str], goals: list[str], how: str
) -> None:
    if not pairs(starts, goals):
        return
    question = PathQuestion("id:" + "|".join(starts), "id:" + "|".join(goals), k=9, as_of="2026-11-21", disjoint=how)
    found = find_paths(board.hold(world), question).results
    used = [
        part
        for path in found
        for part in (path.ids[1:-1] if how == "node" else [frozenset((s.from_id, s.to_id)) for s in path.steps])
    ]
    assert len(used) == len(set(used))
    assert len({path.ids for path in found}) == len(found)
