"""Paths on random small graphs: equal to brute force, simple, sorted, adding up, monotone under filters, blind to order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import AsOf, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.kernels import SPEEDS, VARIABLE
from queries.paths import Path, PathQuestion, find_paths
from tests.factories import LOADED_AT
from tests.queries.oracle import Way, World
from tests.queries.worlds import Board, asked, checked, worlds


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("paths") / "graph.sqlite"))
    yield Board(graph)
    graph.close()


def told(path: Path) -> dict[str, Any]:
    """A path as the oracle tells it."""
    return {
        "ids": path.ids,
        "score": Fraction(path.score),
        "parts": {name: Fraction(part) for name, part in path.parts.items()},
        "states": [step.state for step in path.steps],
        "statements": [tuple(cited.id for cited in step.statements) for step in path.steps],
        "costs": [Fraction(step.cost) + Fraction(step.parts["length"]) for step in path.steps],
        "weakest": path.weakest.step,
    }


def expected(way: Way) -> dict[str, Any]:
    return {
        "ids": way.ids,
        "score": way.score,
        "parts": dict(way.parts),
        "states": [joint.state for joint in way.joints],
        "statements": [joint.statements for joint in way.joints],
        "costs": [joint.own for joint in way.joints],
        "weakest": way.weakest,
    }


@pytest.mark.parametrize("program", SPEEDS)
@checked
@given(world=worlds(), question=asked())
def test_equal_to_brute_force(program: str, board: Board, world: list[Statement], question: PathQuestion) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(VARIABLE, program)
        answer = find_paths(board.hold(world), question)
    ways = World(world, AsOf(question.as_of)).ways(question)
    assert [told(path) for path in answer.results] == [expected(way) for way in ways]
    assert answer.exhausted == (len(ways) < question.k)
    assert bool(answer.reason) == (not ways)


@settings(checked, max_examples=80)
@given(worlds(), asked())
def test_simple_sorted_and_adding_up(board: Board, world: list[Statement], question: PathQuestion) -> None:
    answer = find_paths(board.hold(world), question)
    order = [(-path.score, len(path.steps), path.ids) for path in answer.results]
    assert order == sorted(order)
    assert len({path.ids for path in answer.results}) == len(answer.results) <= question.k
    for path in answer.results:
        assert len(set(path.ids)) == len(path.ids) <= question.max_steps + 1
        assert (path.ids[0], path.ids[-1]) == (question.start, question.goal)
        assert sum(path.parts.values()) == path.score
        for name in ("strength", "evidence", "recency", "length"):
            assert sum(step.parts[name] for step in path.steps) == path.parts[name] <= 0
        assert -sum(inner.cost for inner in path.through) == path.parts["hubs"]
        assert all(step.cost == -sum(step.parts.values()) > 0 for step in path.steps)
        assert path.weakest.sentence == path.steps[path.weakest.step].sentence
        assert path.live == all(step.live for step in path.steps)
        assert question.include_ended or all(step.state != "ended" for step in path.steps)
        assert all((step.state != "disputed") or step.denials for step in path.steps)


@settings(checked, max_examples=80)
@given(worlds(), asked())
def test_a_filter_never_betters_a_path(board: Board, world: list[Statement], question: PathQuestion) -> None:
    graph = board.hold(world)
    limited = find_paths(graph, replace(question, disjoint="", k=100))
    everything = find_paths(
        graph, replace(question.bare(), disjoint="", k=100, max_steps=8, include_ended=question.include_ended)
    )
    assert everything.exhausted, "more than 100 paths: the comparison would miss some"
    free = {path.ids: path for path in everything.results}
    for path in limited.results:
        assert path.ids in free
        assert path.score <= free[path.ids].score
        assert path.parts["hubs"] == free[path.ids].parts["hubs"]


@settings(checked, max_examples=80)
@given(worlds(), asked())
def test_ended_links_leave_live_paths_as_they_are(board: Board, world: list[Statement], question: PathQuestion) -> None:
    graph = board.hold(world)
    live = find_paths(graph, replace(question, include_ended=False, disjoint="", k=100))
    both = find_paths(graph, replace(question, include_ended=True, disjoint="", k=100))
    assert live.exhausted
    assert both.exhausted
    still = [path for path in both.results if all(step.state != "ended" for step in path.steps)]
    assert [(path.ids, path.parts) for path in still] == [(path.ids, path.parts) for path in live.results]


@settings(checked, max_examples=80)
@given(worlds(), asked())
def test_a_smaller_k_is_the_beginning_of_a_larger(board: Board, world: list[Statement], question: PathQuestion) -> None:
    graph = board.hold(world)
    many, few = find_paths(graph, replace(question, k=9)), find_paths(graph, replace(question, k=4))
    assert few.results == many.results[:4]


@settings(checked, max_examples=40)
@given(worlds(), worlds(), asked())
def test_what_was_known_then_is_answered_as_it_was_then(
    board: Board, before: list[Statement], after: list[Statement], question: PathQuestion
) -> None:
    graph = board.hold(before)
    then = find_paths(graph, question)
    *_, last = graph.store.changes(0)
    board.hold(after)
    now = find_paths(graph, replace(question, known_at=last.at))
    assert (now.results, now.exhausted, now.reason) == (then.results, then.exhausted, then.reason)


@settings(checked, max_examples=25)
@given(worlds(), asked(), st.randoms(use_true_random=False))
def test_unchanged_by_load_order(
    tmp_path_factory: pytest.TempPathFactory, world: list[Statement], question: PathQuestion, random: Any
) -> None:
    answers = []
    for _ in range(2):
        random.shuffle(world)
        cut = random.randint(0, len(world))
        store = SqliteStore(tmp_path_factory.mktemp("order") / "graph.sqlite")
        parts = [("one.csv", world[:cut]), ("two.csv", world[cut:])]
        random.shuffle(parts)
        for name, statements in parts:
            store.replace(name, statements, LOADED_AT)
        answers.append(find_paths(Graph(store), question))
        store.close()
    assert answers[0].results == answers[1].results
    assert answers[0].reason == answers[1].reason
