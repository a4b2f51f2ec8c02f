"""A snapshot that was refreshed, or laid over, is the snapshot that a full build makes: array by array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import AsOf, Statement
from graph.overlay import Overlay
from graph.refresh import difference, refreshed
from graph.snapshot import Graph, Snapshot, snapshot_of
from graph.sqlite import SqliteStore
from tests.factories import LOADED_AT, entities, link
from tests.queries.worlds import Board, checked, worlds

IDS = ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("refresh") / "graph.sqlite"))
    yield Board(graph)
    graph.close()


def same(one: Snapshot, other: Snapshot) -> None:
    left, right = one.held().arrays, other.held().arrays
    assert left.keys() == right.keys()
    for name, array in left.items():
        assert array.dtype == right[name].dtype, name
        np.testing.assert_array_equal(array, right[name], err_msg=name)


def whole(graph: Graph) -> Snapshot:
    return snapshot_of(graph.store.scan(None, AsOf(None, None)), graph.revision())


@checked
@given(worlds(), st.randoms(use_true_random=False), st.integers(0, 8))
def test_a_refreshed_snapshot_is_a_built_one(board: Board, world: list[Statement], random: Random, many: int) -> None:
    told = [one for one in world if one.object is None]
    links = sorted({one.id: one for one in world if one.object is not None}.values(), key=lambda one: one.id)
    random.shuffle(links)
    first = board.hold([*told, *links[many:]])
    first.snapshot()
    second = board.hold([*told, *links[: len(links) - many // 2]])
    same(second.snapshot(), whole(second))


@settings(checked, max_examples=100)
@given(worlds(), worlds(), st.integers(0, 6))
def test_an_overlay_is_a_built_snapshot(board: Board, world: list[Statement], others: list[Statement], many: int) -> None:
    graph = board.hold(world)
    links = sorted({one.id for one in world if one.object is not None})
    held = {one.id for one in world}
    added = [one for one in others if one.object is not None and one.id not in held][:many]
    overlay = Overlay(graph, links[:many], added)
    same(overlay.snapshot(), snapshot_of(overlay.store.scan(None, AsOf(None, None)), graph.revision()))


def rich() -> list[Statement]:
    """Links of which any one can go without taking a word or an entity with it."""
    pairs = [(one, other) for one in IDS for other in IDS if one <= other]
    return [
        *entities("organisation", *IDS),
        *(
            link(one, word, other, period=(year, ""))
            for one, other in pairs
            for word in ("funds", "supports")
            for year in ("2019", "2021")
        ),
    ]


def put(board: Board, statements: Sequence[Statement]) -> Snapshot:
    return board.hold(statements).snapshot()


def test_links_are_spliced_without_a_build(board: Board) -> None:
    world = rich()
    links = [one for one in world if one.object is not None]
    before = put(board, world)
    come = [link("d", "funds", "a", period=("2020", "")), link("b", "supports", "b", confidence="low")]
    board.hold([one for one in world if one not in links[3:9]] + come)
    told = difference(board.graph.store, before.held(), before.revision, None)
    assert told is not None
    assert {one.id for one in told[0]} == {one.id for one in links[3:9]}
    assert {one.id for one in told[1]} == {one.id for one in come}
    arrays = refreshed(before.held(), *told)
    assert arrays is not None
    same(Snapshot(arrays, {"revision": board.graph.revision()}), whole(board.graph))


def test_what_another_source_still_says_stays(tmp_path_factory: pytest.TempPathFactory) -> None:

    graph = Graph(SqliteStore(tmp_path_factory.mktemp("two") / "graph.sqlite"))
    world = rich()
    graph.store.replace("one.csv", world, LOADED_AT)
    graph.store.replace("two.csv", world[-6:], LOADED_AT)
    graph.snapshot()
    graph.store.replace("one.csv", world[:-2], LOADED_AT)
    graph.store.replace("two.csv", world[-5:], LOADED_AT)
    same(graph.snapshot(), whole(graph))
    graph.close()


@pytest.mark.parametrize(
    "more",
    [
        [link("a", "partners_with", "b")],
        [link("a", "funds", "new")],
        [link("a", "funds", "b", source="src-new")],
        [link("a", "funds", "b", status="member")],
        entities("organisation", "new"),
    ],
    ids=["predicate", "entity", "source", "status", "literals"],
)
def test_what_is_new_takes_a_build(board: Board, more: list[Statement]) -> None:
    before = put(board, rich())
    assert refreshed(before.held(), [], more) is None
    same(put(board, [*rich(), *more]), whole(board.graph))


def test_the_last_of_its_sort_takes_a_build(board: Board) -> None:
    for last in (link("a", "partners_with", "b"), link("a", "funds", "lonely"), link("a", "funds", "b", source="src-z")):
        before = put(board, [*rich(), last])
        assert refreshed(before.held(), [last], []) is None
        same(put(board, rich()), whole(board.graph))
