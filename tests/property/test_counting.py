"""Counting actors on random small graphs: two programs, one number, and it is that of brute force over statements."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from graph.model import AsOf, Statement
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.sqlite import SqliteStore
from queries.counting import Split, count_actors
from queries.coverage import CoverageQuestion, coverage_of
from queries.kernels import SPEEDS, VARIABLE
from queries.lenses import Entry, Lens, Step
from queries.reach import ways_after, ways_of
from tests.factories import LOADED_AT, entity, link, text
from tests.queries.coverage_oracle import Statements

ROWS = ("KEN", "UGA", "TON")
ORGANISATIONS = ("o-one", "o-two", "o-three")
NETWORKS = ("n-one", "n-two", "n-three")
MECHANISMS = ("m-one", "m-two", "m-three")
CLASSES, COMPONENTS = ("pc-a", "pc-b"), ("vc-a", "vc-b", "vc-c")
PERIODS = (
    *(("", ""),) * 4,
    ("2019", ""),
    ("2024-03", ""),
    ("", "2023"),
    ("2015", "2022"),
    ("2026-11-21", ""),
    ("", "2026-11-21"),
)
DAYS = ("2026-11-21", "2022-12-31", "2026-11-22", "2010-01-01")
STATUSES = ("", "member", "member", "observer")

ENROLLED = Entry(
    "enrolled",
    "enrolled",
    (Step("enrolled_in", True, without=frozenset({"m-three"}), statuses=frozenset({"member"})),),
    0,
    exceptions={"UGA": "it is somebody else's"},
)
ONE = Entry("one", "one", (Step("enrolled_in", True, ids=frozenset({"m-one"})),), 0)
IN_NETWORK = Step("member_of", True, kinds=frozenset({"network"}))
LEVELS = Entry(
    "levels",
    "levels",
    (
        Step("located_in", False, kinds=frozenset({"organisation"})),
        IN_NETWORK,
        IN_NETWORK,
        Step("member_of", True, kinds=frozenset({"mechanism"}), subtypes=frozenset({"pool"})),
    ),
    3,
)
SEATED = Entry("seated", "seated", (Step("located_in", False), Step("member_of", True, kinds=frozenset({"network"}))), 0)
LISTS = ((ENROLLED,), (LEVELS,), (ENROLLED, ONE, LEVELS), (SEATED,), (LEVELS, SEATED))
CLASS = Split((Step("handles", True),), ())
COMPONENT = Split((Step("partners_with", True), Step("works_on", True, kinds=frozenset({"value_chain"}))), ())
STAGE = Split((Step("works_on", True),), ())
SPLITS = ((), (CLASS,), (STAGE, CLASS), (COMPONENT,), (COMPONENT, CLASS))
IDS = {CLASS: CLASSES, COMPONENT: COMPONENTS[:2], STAGE: COMPONENTS}
checked = settings(derandomize=True, deadline=None, max_examples=90, suppress_health_check=[HealthCheck.too_slow])

GROUND = [
    *(one for id in ROWS for one in (*entity(id, "country"), text(id, "listed_as", "iso-3166-1"))),
    *(one for id in ORGANISATIONS for one in entity(id, "organisation")),
    *(one for id in NETWORKS for one in entity(id, "network")),
    *(one for id in MECHANISMS for one in entity(id, "mechanism", subtype="pool" if id != "m-two" else "fund")),
    *(one for id in CLASSES for one in entity(id, "product_class")),
    *(one for id in COMPONENTS for one in entity(id, "value_chain", subtype="component")),
]


def linked(subjects: Sequence[str], predicate: str, objects: Sequence[str]) -> st.SearchStrategy[Statement]:
    return st.builds(
        lambda one, other, period, status: link(one, predicate, other, period=period, **({"status": status} if status else {})),
        st.sampled_from(subjects),
        st.sampled_from(objects),
        st.sampled_from(PERIODS),
        st.sampled_from(STATUSES if predicate == "enrolled_in" else ("",)),
    )


@st.composite
def worlds(draw: st.DrawFn) -> list[Statement]:
    """Memberships through three levels and in circles, enrolments, what actors handle and work on, and denials of links."""
    some = (
        (linked(ROWS, "enrolled_in", MECHANISMS), 2, 8),
        (linked(ROWS, "not_enrolled_in", MECHANISMS), 0, 4),
        (linked(ORGANISATIONS, "located_in", ROWS), 3, 8),
        (linked(ORGANISATIONS, "member_of", NETWORKS), 2, 6),
        (linked(NETWORKS, "member_of", (*NETWORKS, *MECHANISMS)), 4, 14),
        (linked((*ORGANISATIONS, *NETWORKS), "not_member_of", (*NETWORKS, *MECHANISMS)), 0, 3),
        (linked(MECHANISMS, "partners_with", (*MECHANISMS, *ORGANISATIONS)), 0, 5),
        (linked(MECHANISMS, "handles", CLASSES), 2, 6),
        (linked((*MECHANISMS, *ORGANISATIONS), "works_on", COMPONENTS), 3, 9),
    )
    return [*GROUND, *(one for links, least, most in some for one in draw(st.lists(links, min_size=least, max_size=most)))]


class Board:
    """One store for all examples: what an earlier example loaded is withdrawn by the next."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self._moments = graph, (LOADED_AT + timedelta(seconds=number) for number in count())

    def of(self, statements: Sequence[Statement]) -> Snapshot:
        self.graph.store.replace("test.csv", statements, next(self._moments))
        return self.graph.snapshot()


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("counting") / "graph.sqlite"))
    yield Board(graph)
    graph.close()


def numbers(snapshot: Snapshot, ids: Sequence[str]) -> tuple[int, ...]:
    found = [snapshot.number(id) for id in ids]
    return tuple(number for number in found if number is not None)


def counted(snapshot: Snapshot, entries: Sequence[Entry], splits: Sequence[Split], day: str) -> NDArray[np.int64]:
    """By each of the two programs; they must agree."""
    asked = [Split(split.steps, numbers(snapshot, IDS[split])) for split in splits]
    with pytest.MonkeyPatch.context() as patch:
        found = []
        for speed in SPEEDS:
            patch.setenv(VARIABLE, speed)
            found.append(count_actors(snapshot, numbers(snapshot, ROWS), entries, asked, AsOf(day).first))
    interpreted, compiled = found
    assert interpreted.dtype == compiled.dtype == np.int64
    assert np.array_equal(interpreted, compiled)
    return interpreted


def by_hand(world: Statements, row: str, entries: Sequence[Entry], ways: Sequence[tuple[Split, str]], when: AsOf) -> int:
    """Actors of one cell, from every chain there is: those that each split leads to its column."""
    asked = [(split.steps, column) for split, column in ways] or [((), "")]
    sets = [
        {actor for entry in entries for actor in undisputed(world, row, entry, steps, column, when)} for steps, column in asked
    ]
    return len(set.intersection(*sets))


def undisputed(world: Statements, row: str, entry: Entry, axis: Sequence[Step], column: str, when: AsOf) -> Iterator[str]:
    for chain in world.chains(row, entry, axis, column):
        if chain.counts and chain.first < when.end and chain.end > when.first and not world.denials(chain, when):
            yield chain.actor


@checked
@given(worlds(), st.sampled_from(LISTS), st.sampled_from(SPLITS), st.sampled_from(DAYS))
def test_two_programs_and_brute_force_agree(
    board: Board, statements: list[Statement], entries: tuple[Entry, ...], splits: tuple[Split, ...], day: str
) -> None:
    snapshot, world, when = board.of(statements), Statements(statements), AsOf(day)
    found = counted(snapshot, entries, splits, day)
    assert found.shape == (len(ROWS), *(len(IDS[split]) for split in splits))
    for places in itertools.product(*(range(size) for size in found.shape)):
        ways = [(split, IDS[split][place]) for split, place in zip(splits, places[1:], strict=True)]
        assert found[places] == by_hand(world, ROWS[places[0]], entries, ways, when), (places, day)


@checked
@given(worlds(), st.sampled_from(LISTS), st.sampled_from(DAYS))
def test_it_counts_what_coverage_names(board: Board, statements: list[Statement], entries: tuple[Entry, ...], day: str) -> None:
    snapshot = board.of(statements)
    lens = Lens("test", (), "test", "A lens for these tests.", frozenset({"country"}), "iso-249", entries)
    cells = coverage_of(snapshot, lens, CoverageQuestion(columns="component", as_of=day)).cells
    found = counted(snapshot, entries, (STAGE,), day)
    told = {(cell.row, cell.column): len(cell.by) for cell in cells}
    assert {
        (row, column): found[place, other] for place, row in enumerate(ROWS) for other, column in enumerate(COMPONENTS)
    } == told


@settings(checked, max_examples=40)
@given(worlds(), st.lists(st.integers(0, 200), max_size=12), worlds(), st.sampled_from(DAYS))
def test_after_a_change_it_counts_as_on_a_new_snapshot(
    board: Board, statements: list[Statement], places: list[int], more: list[Statement], day: str
) -> None:
    before = board.of(statements)
    for entries in LISTS:
        counted(before, entries, (STAGE, CLASS), day)
    left = [one for place, one in enumerate(statements) if one in GROUND or place % 200 not in places]
    after = board.of([*left, *more[len(GROUND) : len(GROUND) + 3]])
    anew = Graph(board.graph.store).snapshot()
    assert anew.before is None
    for entries in LISTS:
        for splits in SPLITS:
            assert np.array_equal(counted(after, entries, splits, day), counted(anew, entries, splits, day))


def test_a_small_change_keeps_the_ways_that_it_does_not_touch(board: Board) -> None:
    enrolled = [link(row, "enrolled_in", one, status="member") for row in ROWS for one in MECHANISMS]
    works = [link(one, "works_on", COMPONENTS[0]) for one in MECHANISMS]
    before = board.of([*GROUND, *enrolled, *works])
    counted(before, (ENROLLED,), (STAGE,), DAYS[0])
    after = board.of([*GROUND, *enrolled[1:], *works])
    assert after.before is before
    stage, enrolment = STAGE.steps[0], ENROLLED.steps[0]
    old, new = (ways_of(before, step) for step in (stage, enrolment))
    assert ways_after(old, after, stage) is old
    changed = ways_after(new, after, enrolment)
    assert changed is not None
    assert changed is not new
    assert len(changed.slot) == len(new.slot) - 1 == len(ways_of(after, enrolment).slot)


def test_more_rows_and_columns_than_a_word_has_bits(board: Board) -> None:
    many = [f"n-{number:03d}" for number in range(200)]
    rows = [f"o-{number:03d}" for number in range(130)]
    statements = [
        *(one for id in many for one in entity(id, "network")),
        *(one for id in rows for one in entity(id, "organisation")),
        *(link(row, "member_of", many[place]) for place, row in enumerate(rows)),
        *(link(row, "member_of", many[199]) for row in rows),
        *(link(many[199], "partners_with", other) for other in many[:199]),
    ]
    snapshot = board.of(statements)
    entry = Entry("any", "any", (Step("member_of", True),), 0)
    split = Split((Step("partners_with", True),), numbers(snapshot, many))
    with pytest.MonkeyPatch.context() as patch:
        for speed in SPEEDS:
            patch.setenv(VARIABLE, speed)
            found = count_actors(snapshot, numbers(snapshot, rows), [entry], [split], AsOf("2026-01-01").first)
            assert found.shape == (130, 200)
            assert found[:, :199].min() == 1  # through the last network
            assert (found.sum(axis=1) == 200).all()  # and from one's own network to the last, as partners are each other's


def test_three_axes_are_refused(board: Board) -> None:
    snapshot = board.of(GROUND)
    with pytest.raises(ValueError, match="at most two"):
        count_actors(snapshot, (), (), (CLASS, CLASS, CLASS), 1)
