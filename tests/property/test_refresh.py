"""A snapshot that was brought up to date, or laid over, tells what a full build tells, and answers alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import AsOf, Statement
from graph.overlay import Overlay
from graph.patched import Patched
from graph.refresh import difference
from graph.revisions import Graph
from graph.snapshot import ARC_COLUMNS, Snapshot, snapshot_of
from graph.sqlite import SqliteStore
from tests.factories import LOADED_AT, entities, entity, link, text
from tests.queries.worlds import IDS as EVERYBODY
from tests.queries.worlds import Board, checked, worlds

IDS = ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("refresh") / "graph.sqlite"))
    yield Board(graph)
    graph.close()


def told(snapshot: Snapshot) -> dict[str, Any]:
    """Everything a snapshot tells, in words."""
    ids, nodes = [snapshot.statement_id(n) for n in range(snapshot.statement_count)], list(snapshot.ids)
    owner = np.repeat(np.arange(len(nodes)), np.diff(snapshot.offsets)).tolist()
    words = (snapshot.predicates, snapshot.sources, snapshot.statuses)
    arcs = [
        (nodes[node], nodes[to], words[0][predicate], *row, words[1][source], words[2][status], ids[number])
        for node, to, predicate, *row, source, status, number in zip(
            owner, *(np.asarray(getattr(snapshot, name)).tolist() for name in ("target", *ARC_COLUMNS)), strict=True
        )
    ]
    predicates = ("kind", "name", "subtype", "alias", "url", "list_complete")
    return {
        "statements": ids,
        "places": [snapshot.place(id) for id in (*ids, "0" * 32, "f" * 32)],
        "entities": list(zip(nodes, snapshot.names, snapshot.kinds, snapshot.subtypes, strict=True)),
        "numbers": [snapshot.number(id) for id in nodes],
        "merged": {id: nodes[node] for id, node in snapshot.merged.items()},
        "arcs": arcs,
        "literals": {
            predicate: [
                (nodes[one.node], one.value, one.first, one.end, ids[one.statement], one.lang, one.sort) for one in some
            ]
            for predicate in predicates
            if (some := list(snapshot.literals(predicate)))
        },
        "cited": [snapshot.sources[source] for source in snapshot.cited.tolist()],
        "neighbours": [snapshot.neighbours_of(node).tolist() for node in range(len(nodes))],
        "at": [[ids[number] for number in snapshot.statements_at(node).tolist()] for node in range(len(nodes))],
    }


def between(snapshot: Snapshot) -> list[Any]:
    """The arcs of all pairs, asked for as pairs."""
    count = len(snapshot.ids)
    one, other = np.repeat(np.arange(count), count), np.tile(np.arange(count), count)
    arcs = snapshot.between(one, other)
    columns = [np.asarray(getattr(arcs, name)).tolist() for name in ("group", "owner", "target", *ARC_COLUMNS)]
    words = (snapshot.predicates, snapshot.sources, snapshot.statuses)
    return [
        (*row[:3], words[0][row[3]], *row[4:8], words[1][row[8]], words[2][row[9]], row[10])
        for row in zip(*columns, strict=True)
    ]


def same(one: Snapshot, other: Snapshot) -> None:
    assert between(one) == between(other)
    for left, right in ((told(one), told(other)), (told(one.whole()), told(other))):
        for name, value in left.items():
            assert value == right[name], name


def whole(graph: Graph) -> Snapshot:
    return snapshot_of(graph.store.scan(None, AsOf(None, None)), graph.revision())


MORE = st.builds(
    lambda id, kind, name, since: [*entity(id, kind, name), text(id, "alias", f"{name} as was"), *since],
    st.sampled_from((*EVERYBODY, "aa", "ee", "zz")),
    st.sampled_from(("organisation", "network", "event")),
    st.sampled_from(("One", "Other")),
    st.lists(
        st.builds(
            lambda one, word, other, source, status: link(one, word, other, source=source, status=status),
            st.sampled_from((*EVERYBODY, "aa", "zz")),
            st.sampled_from(("funds", "enrolled_in", "supplies_to")),
            st.sampled_from(EVERYBODY),
            st.sampled_from(("src-a", "src-new")),
            st.sampled_from(("member", "observer")),
        ),
        max_size=4,
    ),
)


@settings(checked, max_examples=100)
@given(worlds(), st.lists(MORE, max_size=3), st.randoms(use_true_random=False), st.integers(0, 8))
def test_a_patched_snapshot_tells_what_a_built_one_does(
    board: Board, world: list[Statement], more: list[list[Statement]], random: Random, many: int
) -> None:
    every = sorted({one.id: one for one in [*world, *(one for some in more for one in some)]}.values(), key=lambda one: one.id)
    random.shuffle(every)
    graph = board.hold(every[many:])
    base = snapshot_of(graph.store.scan(None, AsOf(None, None)), 1)
    held, snapshot = every[many:], base
    for turn in range(3):  # patches of patches
        random.shuffle(every)
        after = every[turn * many :]
        gone = [one for one in held if one not in after]
        made = snapshot.changed(gone, [one for one in after if one not in held], turn + 2)
        assert made is not None
        assert made.before is snapshot
        same(made, snapshot_of(sorted(after, key=lambda one: one.id), 1))
        held, snapshot = after, made


@settings(checked, max_examples=50)
@given(worlds(), worlds(), st.integers(0, 6))
def test_a_graph_and_an_overlay_are_built_snapshots(
    board: Board, world: list[Statement], others: list[Statement], many: int
) -> None:
    graph = board.hold(world)
    same(graph.snapshot(), whole(graph))
    links = sorted({one.id for one in world if one.object is not None})
    held = {one.id for one in world}
    added = [one for one in others if one.id not in held][:many]
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


def test_the_difference_is_what_changed(board: Board) -> None:
    world = rich()
    links = [one for one in world if one.object is not None]
    before = put(board, world)
    come = [link("d", "funds", "a", period=("2020", "")), link("b", "supports", "b", confidence="low")]
    board.hold([one for one in world if one not in links[3:9]] + come)
    found = difference(board.graph.store, before, before.revision, None)
    assert found is not None
    assert {one.id for one in found[0]} == {one.id for one in links[3:9]}
    assert {one.id for one in found[1]} == {one.id for one in come}
    after = board.graph.snapshot()
    assert after.before is before
    same(after, whole(board.graph))


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
        [text("a", "name", "Another name", period=("2020", ""))],
        [text("a", "kind", "network", period=("", "2020"))],
    ],
    ids=["predicate", "entity", "source", "status", "literals", "name", "kind"],
)
def test_what_is_new_and_goes_again_takes_no_build(board: Board, more: list[Statement]) -> None:
    put(board, rich())
    for statements in ([*rich(), *more], rich()):
        after = put(board, statements)
        assert isinstance(after, Patched)
        same(after, whole(board.graph))


def test_a_decision_to_merge_takes_a_build(board: Board) -> None:
    before = put(board, [*rich(), link("d", "same_as", "c")])
    assert before.changed([], [link("b", "same_as", "a")], 2) is None
    assert before.changed([text("c", "name", "C")], [], 2) is None
    moved = before.changed([], [link("d", "funds", "a", period=("1999", ""))], 2)
    assert moved is not None
    rest = [*rich(), link("d", "same_as", "c"), link("d", "funds", "a", period=("1999", ""))]
    same(moved, snapshot_of(sorted(rest, key=lambda one: one.id), 2))


def test_a_much_changed_snapshot_is_made_whole_in_the_background(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import enumerate as threads

    monkeypatch.setattr("graph.patched._FEW", 3)
    folder = tmp_path_factory.mktemp("worn")
    graph = Graph(SqliteStore(folder / "graph.sqlite"), folder / "snapshots")
    graph.store.replace("one.csv", rich(), LOADED_AT)
    graph.snapshot()
    graph.store.replace("one.csv", [*rich()[4:], *entities("network", "new")], LOADED_AT)
    worn = graph.snapshot()
    assert worn.is_worn
    for thread in threads():
        if thread.name == "mcmgraph-settle":
            thread.join()
    after = graph.snapshot()
    assert not isinstance(after, Patched)
    assert after.before is worn
    same(after, whole(graph))
    assert len(list((folder / "snapshots").glob("*.snapshot"))) == 2
    fresh = Graph(SqliteStore(folder / "graph.sqlite"), folder / "snapshots")
    same(fresh.snapshot(), whole(graph))
    for one in (fresh, graph):
        one.close()
