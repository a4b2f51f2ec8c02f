"""Sets of entities as ends: each condition on a world where the answer is known, and on random ones against brute force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import EmptySet, InputError, UnknownEntity, UnknownWord
from graph.model import AsOf, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries import ends
from queries.ends import end_of, is_set, members
from queries.paths import PathQuestion, find_paths
from queries.scenario import ScenarioQuestion, find_scenario
from queries.sunset import SunsetQuestion, find_sunset
from tests.factories import entities, entity, graph_in, link, text
from tests.queries.worlds import Board

DAY = "2026-11-21"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Countries, areas or territories in regions (one until 2022), a body with parts of parts, makers here and there."""
    made = graph_in(
        tmp_path_factory.mktemp("ends"),
        [
            *entity("IND", "country", "India"),
            *entity("THA", "country", "Thailand"),
            *entity("PRK", "country", "Korea, Democratic People's Republic of"),
            *entity("r-sear", "region", "South-East Asia"),
            *entity("r-asean", "region", "ASEAN member states"),
            *entity("asean", "organisation", "ASEAN"),
            *entity("union", "organisation", "The Union"),
            *entities("organisation", "agency", "office", "guest", "former"),
            *(part for id in ("maker", "mover", "plant") for part in entity(id, "organisation", subtype="manufacturer")),
            *entity("hall", "facility", subtype="manufacturer"),
            *entity("src-x", "source"),
            link("IND", "in_region", "r-sear"),
            link("PRK", "in_region", "r-sear"),
            link("THA", "in_region", "r-sear", period=("", "2022")),
            link("THA", "in_region", "r-asean"),
            link("maker", "located_in", "IND"),
            link("mover", "located_in", "IND", period=("", "2020")),
            link("mover", "located_in", "THA", period=("2021", "")),
            link("plant", "located_in", "PRK"),
            link("hall", "located_in", "IND"),
            link("agency", "part_of", "union"),
            link("office", "part_of", "agency"),
            link("guest", "member_of", "union"),
            link("former", "member_of", "union", period=("2000", "2024")),
            link("agency", "partners_with", "maker"),
        ],
    )
    yield made
    made.close()


def fitting(graph: Graph, words: str, day: str = DAY) -> list[str]:
    snapshot = graph.snapshot()
    return [snapshot.ids[node] for node in members(snapshot, words, AsOf(day))]


@pytest.mark.parametrize(
    ("words", "day", "expected"),
    [
        ("kind:facility", DAY, ["hall"]),
        ("kind:facility|country", DAY, ["IND", "PRK", "THA", "hall"]),
        ("subtype:manufacturer", DAY, ["hall", "maker", "mover", "plant"]),
        ("kind:organisation,subtype:manufacturer", DAY, ["maker", "mover", "plant"]),
        ("in:IND", DAY, ["hall", "maker"]),
        ("in:IND", "2020", ["hall", "maker", "mover"]),
        ("in:r-sear", DAY, ["hall", "maker", "plant"]),
        ("in:r-sear", "2021-06", ["hall", "maker", "mover", "plant"]),
        ("in:r-asean", DAY, ["mover"]),
        ("in:r-asean|PRK", DAY, ["mover", "plant"]),
        ("subtype:manufacturer,in:r-sear,kind:organisation", DAY, ["maker", "plant"]),
        ("of:union", DAY, ["agency", "guest", "office"]),
        ("of:union", "2024", ["agency", "former", "guest", "office"]),
        ("of:agency", DAY, ["office"]),
        ("of:union,id:guest|maker", DAY, ["guest"]),
        ("maker|guest", DAY, ["guest", "maker"]),
        (" kind : facility , in : IND ", DAY, ["hall"]),
    ],
)
def test_what_fits(graph: Graph, words: str, day: str, expected: list[str]) -> None:
    assert fitting(graph, words, day) == expected


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ("subtype:manufacturer,in:r-asean,kind:facility", EmptySet, "No entity fits"),
        ("of:maker", EmptySet, "on 2026-11-21"),
        ("in:asean", InputError, "'ASEAN' .asean. is of the kind 'organisation': nothing is in it"),
        ("in:nowhere", UnknownEntity, "nowhere"),
        ("in:src-x", InputError, "is a source"),
        ("kind:bodies", UnknownWord, "organisation"),
        ("subtype:manufacturers", UnknownWord, "manufacturer"),
        ("kind:country,colour:red", UnknownWord, "kind, subtype, in, of, id"),
        ("in:", InputError, "'in:' is no condition"),
        ("in:IND||THA", InputError, "no condition"),
        ("", UnknownEntity, "''|No entity"),
    ],
)
def test_what_cannot_be_read(graph: Graph, words: str, error: type[InputError], said: str) -> None:
    with pytest.raises(error, match=said):
        find_paths(graph, PathQuestion(words, "guest", as_of=DAY))


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("in:India,subtype:manufacturer", "in:IND,subtype:manufacturer"),
        ("in:Korea, Democratic People's Republic of,kind:organisation", "in:PRK,kind:organisation"),
        ("in:south east asia | Thailand", "in:r-sear|THA"),
        ("of:The Union", "of:union"),
        ("The Union|maker", "id:union|maker"),
        ("in:ASEAN member states", "in:r-asean"),
        ("The Union", "union"),
    ],
)
def test_names_are_read_as_ids(graph: Graph, words: str, read: str) -> None:
    assert end_of(graph, words) == read


def test_a_name_of_no_place_is_told_apart_with_the_nearest_place(graph: Graph) -> None:
    with pytest.raises(InputError, match=r"ASEAN.*is of the kind 'organisation'.*ASEAN member states \(r-asean\)"):
        end_of(graph, "in:ASEAN")
    with pytest.raises(UnknownEntity, match="r-sear"):
        end_of(graph, "in:South East Asia Region")


def test_a_set_of_one_is_still_a_set_and_a_set_may_hold_the_other_end(graph: Graph) -> None:
    answer = find_paths(graph, PathQuestion("id:agency", "kind:organisation", as_of=DAY))
    assert (answer.start.size, answer.goal.size) == (1, 9)
    assert [path.ids for path in answer.results] == [
        ("agency", "office"), ("agency", "union"), ("agency", "maker"), ("agency", "union", "guest")
    ]  # fmt: skip
    with pytest.raises(InputError, match="two different ends"):
        find_paths(graph, PathQuestion("id:agency", "id:agency", as_of=DAY))


def test_an_end_holds_so_many(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "MOST", 3)
    assert len(fitting(graph, "kind:country")) == 3
    with pytest.raises(InputError, match="4 entities fit 'subtype:manufacturer'; an end may hold 3"):
        fitting(graph, "subtype:manufacturer")


def test_a_sunset_and_a_scenario_take_sets_and_one_side_may_be_empty(tmp_path: Path) -> None:
    graph = graph_in(
        tmp_path,
        [
            *entities("organisation", "union", "body", "maker"),
            *entities("mechanism", "pool"),
            link("body", "member_of", "union", period=("2000", "2027")),
            link("body", "funds", "maker"),
        ],
    )
    ends = {"start": "of:UNION", "goal": "maker|pool", "lens": "mechanism:pool", "as_of": DAY}
    gone = find_scenario(graph, ScenarioQuestion(withdraw=["union"], **ends))  # type: ignore[arg-type]
    assert gone.paths is not None
    assert [path.ids for path in gone.paths.before.results] == [("body", "maker")]
    assert (gone.paths.lost, gone.paths.after.results) == ((("body", "maker"),), ())
    assert "No entity fits 'of:union'" in gone.paths.after.reason
    later = find_sunset(graph, SunsetQuestion("2030", **{**ends, "start": "of:union"}))  # type: ignore[arg-type]
    assert later.paths is not None
    assert (len(later.paths.before.results), later.paths.lost) == (1, (("body", "maker"),))
    graph.close()


# --- against brute force ---------------------------------------------------------------------------------------------------
BODIES, PLACES, REGIONS = ("a", "b", "c", "d"), ("XX", "YY"), ("r", "s")
PERIODS = (("", ""), ("2020", ""), ("", "2022"), ("2021", "2023"))
LINKS = st.one_of(
    st.tuples(st.sampled_from(BODIES), st.sampled_from(("part_of", "member_of")), st.sampled_from(BODIES)),
    st.tuples(st.sampled_from(BODIES), st.just("located_in"), st.sampled_from(PLACES)),
    st.tuples(st.sampled_from(PLACES), st.just("in_region"), st.sampled_from(REGIONS)),
)
CONDITIONS = (
    "kind:organisation", "kind:network|country", "subtype:maker", "in:XX", "in:r", "in:r|YY", "of:a", "of:a|b", "id:a|c|XX",
)  # fmt: skip


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("sets") / "graph.sqlite"))
    yield Board(graph)
    graph.close()


def by_hand(world: Sequence[Statement], words: str, when: AsOf) -> set[str]:
    """What fits, read off the statements; nothing of ``queries`` is used."""
    told = [one for one in world if when.shows(one.valid)]

    def to(predicate: str, objects: set[str]) -> set[str]:
        return {one.subject for one in told if one.predicate == predicate and one.object in objects}

    everybody = {one.subject for one in world if one.predicate == "kind"}
    for condition in words.split(","):
        key, _, values = condition.partition(":")
        asked = set(values.split("|"))
        if key in ("kind", "subtype"):
            found = {one.subject for one in world if one.predicate == key and one.value in asked}
        elif key == "id":
            found = asked
        elif key == "in":
            found = to("located_in", asked | to("in_region", asked))
        else:
            below: set[str] = set()
            while more := to("part_of", asked | below) - below:
                below |= more
            found = (below | to("member_of", asked)) - asked
        everybody &= found
    return everybody


@settings(max_examples=120)
@given(
    st.lists(st.tuples(LINKS, st.sampled_from(PERIODS)), max_size=12),
    st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3, unique=True),
    st.sampled_from(("2019", "2021-06-15", "2022", "2026-11-21")),
)
def test_equal_to_reading_it_off_the_statements(
    board: Board, links: list[tuple[tuple[str, str, str], tuple[str, str]]], conditions: list[str], day: str
) -> None:
    world = [
        *entities("organisation", "a", "b"), *entities("network", "c", "d"), *entities("country", *PLACES),
        *entities("region", *REGIONS), text("a", "subtype", "maker"), text("c", "subtype", "maker"),
        *(link(*ends, period=period) for ends, period in links if ends[0] != ends[2]),
    ]  # fmt: skip
    graph, words, when = board.hold(world), ",".join(conditions), AsOf(day)
    snapshot = graph.snapshot()
    assert is_set(snapshot, words)
    expected = by_hand(world, words, when)
    if not expected:
        with pytest.raises(EmptySet):
            members(snapshot, words, when)
        return
    assert {snapshot.ids[node] for node in members(snapshot, words, when)} == expected
