"""Small worlds whose answers are known by hand: every question on ended, disputed, merged, denied and incomplete knowledge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.errors import InputError, NothingKnown, UnknownWord
from graph.model import Statement
from graph.revisions import Graph
from graph.vocabulary import vocabulary
from queries import brokers as broker_query
from queries import setcover
from queries.assumptions import MARK, Assumed, enrolment_of
from queries.brokers import BrokersQuestion, find_brokers
from queries.changes import ChangesQuestion, find_changes
from queries.close_gaps import CloseGapsQuestion, Option, find_close_gaps
from queries.coverage import CoverageQuestion, find_coverage
from queries.disagreements import DisagreementsQuestion, find_disagreements
from queries.introductions import IntroductionsQuestion, find_introductions
from queries.ordering import explain_order
from queries.overlap import OverlapQuestion, find_overlap
from queries.paths import PathQuestion, find_paths
from queries.reliance import RelianceQuestion, find_reliance
from queries.scenario import ScenarioQuestion, find_scenario
from queries.setcover import smallest_cover
from queries.sunset import SunsetQuestion, find_sunset
from queries.weights import read_weights
from tests.factories import LOADED_AT, entities, entity, graph_in, link, text

DAY, POOL = "2026-11-21", "mechanism:pool"
MERGE = link("bb", "same_as", "b", source="s3")


def world() -> list[Statement]:
    """Four countries, areas or territories and a pool whose list nobody calls complete; a - net - b - c, where b is also bb."""
    return [
        *entities("country", "AAA", "BBB", "CCC", "DDD"),
        *entities("region", "north"),
        *entities("mechanism", "pool", "fund"),
        *entities("organisation", "a", "b", "bb", "c", "d"),
        *entities("event", "meet"),
        *entities("network", "net"),
        *(text(id, "listed_as", "iso-3166-1") for id in ("AAA", "BBB", "CCC", "DDD")),
        *(link(id, "in_region", "north") for id in ("AAA", "BBB")),
        link("AAA", "enrolled_in", "pool", status="member", source="s1"),
        link("AAA", "not_enrolled_in", "pool", source="s2", period=("", "2028")),
        link("BBB", "enrolled_in", "pool", status="member", period=("2020", "2025"), source="s1"),
        link("CCC", "enrolled_in", "fund", status="member", source="s1"),
        link("a", "member_of", "net", source="s1"),
        link("bb", "member_of", "net", source="s1"),
        link("b", "not_enrolled_in", "net", source="s2"),
        link("b", "partners_with", "c", source="s1", locator="page 7"),
        link("bb", "partners_with", "c", source="s4"),
        link("c", "funds", "d", period=("2020", "2024"), source="s1"),
        *(link(id, "participates_in", "meet", period=("2023-05-01", "2023-05-02")) for id in ("a", "d")),
        link("b", "located_in", "AAA", source="s1"),
        link("bb", "located_in", "BBB", source="s2"),
        MERGE,
    ]


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    made = graph_in(tmp_path, world())
    yield made
    made.close()


def ways(graph: Graph, start: str, goal: str, **asked: Any) -> list[tuple[tuple[str, ...], list[str]]]:
    answer = find_paths(graph, PathQuestion(start, goal, **{"as_of": DAY, **asked}))
    return [(path.ids, [step.state for step in path.steps]) for path in answer.results]


def test_paths_over_merged_disputed_ended_and_past_links(graph: Graph) -> None:
    assert ways(graph, "a", "c") == [(("a", "net", "b", "c"), ["live", "disputed", "live"])]
    assert ways(graph, "bb", "a") == ways(graph, "b", "a") == [(("b", "net", "a"), ["disputed", "live"])]
    assert ways(graph, "a", "c", not_through=["bb"]) == []
    assert ways(graph, "a", "d") == [(("a", "meet", "d"), ["past", "past"])]
    both = [(("a", "meet", "d"), ["past", "past"]), (("a", "net", "b", "c", "d"), ["live", "disputed", "live", "ended"])]
    assert ways(graph, "a", "d", include_ended=True) == both
    assert ways(graph, "a", "d", as_of="2022") == [(("a", "net", "b", "c", "d"), ["live", "disputed", "live", "live"])]
    with pytest.raises(InputError, match="two different ends; both are 'b'"):
        find_paths(graph, PathQuestion("b", "bb"))


def test_what_became_of_a_path_counts_disputed_and_ended_steps(graph: Graph) -> None:
    asked = PathQuestion("a", "c", as_of=DAY, compare_to="2022")
    (then,) = find_paths(graph, asked).then
    assert (then.now, then.live) == (("live", "disputed", "live"), False)
    (dead,) = find_paths(graph, replace(asked, goal="d", max_steps=4, not_kinds=("event",))).then
    assert (dead.now, dead.live) == (("live", "disputed", "live", "ended"), False)


def test_the_paths_of_another_date_keep_filters_and_weights(graph: Graph) -> None:
    asked = PathQuestion("a", "d", as_of=DAY, compare_to="2024", not_through=("net",))
    assert [one.path.ids for one in find_paths(graph, asked).then] == [("a", "meet", "d")]
    shipped = (Path(broker_query.__file__).parent / "weights.yaml").read_text(encoding="utf-8")
    dear = read_weights(shipped.replace("length: 3", "length: 20"), "dear.yaml")
    assert {one.path.parts["length"] for one in find_paths(graph, asked, dear).then} == {-40.0}


def test_coverage_where_a_source_denies_and_no_list_is_complete(graph: Graph) -> None:
    states = {cell.row: cell.state for cell in find_coverage(graph, CoverageQuestion(POOL, "iso-249", as_of=DAY)).cells}
    assert states == {"AAA": "disputed", "BBB": "lapsed", "CCC": "unknown", "DDD": "unknown"}


def test_disagreements_join_merged_entities_and_both_words_for_a_membership(graph: Graph) -> None:
    found = find_disagreements(graph, DisagreementsQuestion()).results
    assert [(one.sort, one.subject, one.matter, [side.says for side in one.sides]) for one in found] == [
        ("denial", "AAA", "enrolled_in pool", ["no", "yes"]),
        ("denial", "b", "enrolled_in net", ["no", "yes"]),
        ("values", "b", "located_in", ["AAA", "BBB"]),
    ]
    for id in ("b", "bb"):
        about = find_disagreements(graph, DisagreementsQuestion(id)).results
        assert [one.matter for one in about] == ["enrolled_in net", "located_in"]


def test_disagreements_know_what_was_known(graph: Graph) -> None:
    both = [link("DDD", "enrolled_in", "pool", status="member"), link("DDD", "not_enrolled_in", "pool", source="s2")]
    graph.store.replace("later.csv", both, datetime(2026, 6, 1, tzinfo=UTC))
    asked = DisagreementsQuestion("DDD")
    assert len(find_disagreements(graph, asked).results) == 1
    assert find_disagreements(graph, replace(asked, known_at=LOADED_AT)).results == ()


# --- reliance ----------------------------------------------------------------------------------------------------------------
def test_reliance_on_an_entity_asked_for_by_a_merged_id(graph: Graph) -> None:
    answers = [find_reliance(graph, RelianceQuestion(id, POOL, as_of=DAY)) for id in ("b", "bb")]
    assert [answer.what.id for answer in answers] == ["b", "b"]
    assert [[one.id for one in answer.cut_off] for answer in answers] == [["c"], ["c"]]
    assert {answer.pairs_cut for answer in answers} == {4}, "c from a, d, net and the meeting"
    assert {answer.total for answer in answers} == {6}


def test_reliance_on_a_source_counts_what_others_repeat_of_merged_entities(graph: Graph) -> None:
    answer = find_reliance(graph, RelianceQuestion("s1", POOL, as_of=DAY))
    told = {(one.subject, one.predicate, one.object): one.id in answer.sole for one in answer.statements}
    assert told == {
        ("AAA", "enrolled_in", "pool"): True,
        ("CCC", "enrolled_in", "fund"): True,
        ("a", "member_of", "net"): True,
        ("bb", "member_of", "net"): True,
        ("b", "partners_with", "c"): False,
        ("b", "located_in", "AAA"): True,
    }
    assert answer.total == 8, "with the two that are over"


def test_reliance_on_the_source_of_a_decision_to_merge(tmp_path: Path) -> None:
    """Only because b is bb is c joined with the network."""
    graph = graph_in(tmp_path, [one for one in world() if (one.subject, one.object) != ("bb", "c")])
    answer = find_reliance(graph, RelianceQuestion("s3", POOL, as_of=DAY))
    assert [(one.subject, one.predicate) for one in answer.statements] == [("bb", "same_as")]
    assert [(part.size, [one.id for one in part.members]) for part in answer.parts] == [(4, []), (2, ["b", "c"])]
    assert (answer.pairs_cut, answer.cut_off) == (8, ())
    graph.close()


def test_reliance_on_one_citation(graph: Graph) -> None:
    answer = find_reliance(graph, RelianceQuestion("s1", POOL, as_of=DAY, locator="page 7"))
    assert (answer.total, [(one.subject, one.object) for one in answer.statements]) == (1, [("b", "c")])
    assert (answer.sole, answer.locator) == ((), "page 7")
    assert answer.headline.startswith("1 statement rests on s1, page 7; ")
    with pytest.raises(UnknownWord, match=r"no locator in this source 'page 77'\. Nearest: page 7"):
        find_reliance(graph, RelianceQuestion("s1", POOL, as_of=DAY, locator="page 77"))
    with pytest.raises(InputError, match="'a' is no source"):
        find_reliance(graph, RelianceQuestion("a", POOL, as_of=DAY, locator="page 7"))


def test_reliance_where_nothing_is_linked(tmp_path: Path) -> None:
    graph = graph_in(tmp_path, [*entities("mechanism", "pool"), *entities("organisation", "a")])
    answer = find_reliance(graph, RelianceQuestion("a", POOL, as_of=DAY))
    assert (answer.total, answer.cut_off, answer.parts, answer.pairs_cut) == (0, (), (), 0)
    graph.close()


# --- sunset ------------------------------------------------------------------------------------------------------------------
def test_sunset_counts_links_and_no_denials(tmp_path: Path) -> None:
    """On the last day of 2028: one ends on it, one the day before, one later; one begins then, one after; one was over."""
    graph = graph_in(
        tmp_path,
        [
            *entities("organisation", "a", "b", "c"),
            link("a", "funds", "b", period=("2020", "2028-12-30")),
            link("a", "funds", "c", period=("2020", "2028")),
            link("b", "funds", "a", period=("2020", "2029")),
            link("b", "funds", "c"),
            link("c", "funds", "a", period=("2028-12-31", "")),
            link("c", "funds", "b", period=("2029", "")),
            link("c", "partners_with", "a", period=("2010", "2015")),
            link("c", "not_member_of", "a", period=("2020", "2027")),
            link("c", "not_member_of", "b"),
        ],
    )
    answer = find_sunset(graph, SunsetQuestion("2028", POOL.replace("pool", "a"), base=None, as_of=DAY))
    assert [(one.subject, one.object) for one in answer.ending] == [("a", "b")]
    assert (answer.open_ended, answer.later, answer.beginning) == (1, 2, 1)
    graph.close()


# --- scenario ----------------------------------------------------------------------------------------------------------------
def test_a_scenario_at_a_known_time(graph: Graph) -> None:
    graph.store.replace("later.csv", [link("DDD", "enrolled_in", "pool", status="member")], datetime(2026, 6, 1, tzinfo=UTC))
    asked = ScenarioQuestion([enrolment_of("CCC:pool")], lens=POOL, as_of=DAY)
    now, then = find_scenario(graph, asked).coverage, find_scenario(graph, replace(asked, known_at=LOADED_AT)).coverage
    assert (now.before.covered, now.after.covered) == (1, 2)
    assert (then.before.covered, then.after.covered) == (0, 1)
    with pytest.raises(NothingKnown):
        find_scenario(graph, replace(asked, known_at=datetime(1990, 1, 1, tzinfo=UTC)))


def test_a_scenario_that_withdraws_a_decision_to_merge(graph: Graph) -> None:
    answer = find_scenario(graph, ScenarioQuestion(withdraw=[MERGE.id], lens=POOL, start="a", goal="c", as_of=DAY))
    assert answer.paths is not None
    assert [path.ids for path in answer.paths.before.results] == [("a", "net", "b", "c")]
    assert [path.ids for path in answer.paths.after.results] == [("a", "net", "bb", "c")]


def test_what_is_assumed_is_dated_and_marked(graph: Graph) -> None:
    """It begins on the as-of date unless it has dates of its own; what was given as detail stays beside the mark."""
    given = [
        Assumed("a", "funds", "b"),
        Assumed("a", "funds", "c", valid_to="2030", detail="pledged"),
        Assumed("a", "funds", "d", valid_from="2027"),
    ]
    told = find_scenario(graph, ScenarioQuestion(given, lens=POOL, start="a", goal="d", as_of=DAY))
    assert [(one.valid_from, one.valid_to) for one in told.assumed] == [(DAY, ""), ("", "2030"), ("2027", "")]
    assert [one.qualifiers["detail"] for one in told.assumed] == [MARK, f"pledged; {MARK}", MARK]
    assert told.paths is not None
    assert ("a", "d") not in told.paths.gained, "it has not begun"


def test_a_change_of_weights_tells_which_paths_came_and_went(graph: Graph) -> None:
    asked = PathQuestion("a", "d", k=1, as_of="2023-06")
    shipped = (Path(broker_query.__file__).parent / "weights.yaml").read_text(encoding="utf-8")
    short = read_weights(shipped.replace("most: 10", "most: 0").replace("length: 3", "length: 0.125"), "flat.yaml")
    before, after = find_paths(graph, asked), find_paths(graph, replace(asked, not_kinds=("event",)), short)
    told = explain_order(before, after)
    assert told.came == (("a", "net", "b", "c", "d"),)
    assert (told.went, told.swaps, told.same) == ((("a", "meet", "d"),), (), False)


def test_withdrawing_twice_is_withdrawing_once_and_nothing_is_nothing(graph: Graph) -> None:
    once, twice, none = (
        find_scenario(graph, ScenarioQuestion((), some, POOL, as_of=DAY)) for some in (["c"], ["c", "c"], ["DDD"])
    )
    assert once.withdrawn == twice.withdrawn
    assert len(once.withdrawn) == 3
    assert (none.withdrawn, none.coverage.cells) == ((), ())


# --- closing gaps ------------------------------------------------------------------------------------------------------------
def test_gaps_that_cannot_be_closed(graph: Graph) -> None:
    answer = find_close_gaps(graph, CloseGapsQuestion(POOL, as_of=DAY))
    assert [one.id for one in answer.chosen] == ["BBB:pool", "CCC:pool", "DDD:pool"]
    assert [(cell.row, cell.state) for cell in answer.cannot] == [("AAA", "disputed")], "a membership does not end a dispute"
    none = find_close_gaps(graph, CloseGapsQuestion(POOL, as_of=DAY, mechanisms=[]))
    assert (none.chosen, none.cost, none.bound, len(none.cannot)) == ((), 0.0, 0.0, 4)
    nothing_open = find_close_gaps(graph, CloseGapsQuestion(POOL, as_of=DAY, states=["gap"]))
    assert (nothing_open.open, nothing_open.cost, nothing_open.proof.optimal) == ((), 0.0, True)
    assert find_close_gaps(graph, CloseGapsQuestion(POOL, as_of=DAY, mechanisms=["fund"])).chosen == ()


def test_a_region_enrols_those_who_are_in_it_on_the_date(tmp_path: Path) -> None:
    statements = [one for one in world() if one.predicate != "in_region"]
    inside = [link("CCC", "in_region", "north"), link("DDD", "in_region", "north", period=("", "2024"))]
    graph = graph_in(tmp_path, [*statements, *inside])
    asked = CloseGapsQuestion(POOL, mechanisms=[], options=[Option("bloc", ["north:pool"])], as_of=DAY)
    assert find_close_gaps(graph, asked).chosen[0].enrols == (("CCC", "pool"),)
    assert find_close_gaps(graph, replace(asked, as_of="2024")).chosen[0].enrols == (("CCC", "pool"), ("DDD", "pool"))
    graph.close()


def test_of_equal_costs_the_fewest_options_though_others_come_first() -> None:
    pairs = [frozenset({0}), frozenset({1}), frozenset({2}), frozenset({0, 1, 2}), frozenset({0, 1}), frozenset({1, 2})]
    assert smallest_cover(pairs, [1, 1, 1, 3, 2, 2])[0] == (3,)


def test_a_bound_that_the_solver_did_not_reach_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = setcover._Program.solved

    def unsure(self: Any, *asked: Any) -> tuple[list[int], float, int]:
        taken, least, nodes = solved(self, *asked)
        return taken, least - 1, nodes

    monkeypatch.setattr(setcover._Program, "solved", unsure)
    _, proof = smallest_cover([frozenset({0}), frozenset({1})], [2000, 2000])
    assert (proof.cost, proof.bound, proof.gap, proof.optimal) == (4000, 2000, 2000, False)


# --- overlap -----------------------------------------------------------------------------------------------------------------
def test_overlap_on_dates_with_and_without_a_meeting(tmp_path: Path) -> None:
    more = [
        link("CCC", "enrolled_in", "pool", status="member", period=("2020", "2022")),
        link("DDD", "enrolled_in", "fund", status="member"),
    ]
    graph = graph_in(tmp_path, [*world(), *more])
    met = find_overlap(graph, OverlapQuestion(base="iso-249", as_of="2021"))
    assert [(one.id, one.cells, one.alone) for one in met.mechanisms] == [("fund", 2, 1), ("pool", 2, 1)]
    assert [(pair.cells, pair.rows, pair.share) for pair in met.pairs] == [(1, ("CCC",), 0.5)]
    apart = find_overlap(graph, OverlapQuestion(base="iso-249", as_of=DAY))
    assert ([(one.id, one.cells) for one in apart.mechanisms], apart.pairs) == ([("fund", 2)], ()), (
        "who is disputed is not covered"
    )
    graph.close()


def test_a_status_that_never_counts_is_no_overlap(tmp_path: Path) -> None:
    idle = next(status.name for status in vocabulary().statuses.values() if not status.counts)
    graph = graph_in(tmp_path, [*world(), link("CCC", "enrolled_in", "pool", status=idle)])
    answer = find_overlap(graph, OverlapQuestion(base="iso-249", as_of=DAY))
    assert ([(one.id, one.cells) for one in answer.mechanisms], answer.pairs) == ([("fund", 1)], ())
    graph.close()


# --- introductions -----------------------------------------------------------------------------------------------------------
def test_a_body_is_told_by_its_nearest_ring_alone(tmp_path: Path) -> None:
    statements = [
        *entities("country", "KEN", "UGA"), *entities("region", "r-afr"), *entities("mechanism", "pool"),
        *entities("organisation", "asker"), *(link(id, "in_region", "r-afr") for id in ("KEN", "UGA")),
        link("KEN", "enrolled_in", "pool", status="member"), link("pool", "covers", "r-afr"),
        link("UGA", "enrolled_in", "pool", status="member"), link("asker", "operates", "pool"),
    ]  # fmt: skip
    graph = graph_in(tmp_path, statements)
    (only,) = find_introductions(graph, IntroductionsQuestion("KEN", asking="asker", as_of=DAY)).results
    assert (only.ring, only.enrolled, [one.subject for one in only.statements]) == ("here", 0, ["KEN"])
    graph.close()


def test_of_equals_the_one_with_the_better_path_comes_first(tmp_path: Path) -> None:
    statements = [
        *entities("country", "KEN"), *entities("organisation", "asker", "between", "far", "out", "near"),
        *(link(id, "located_in", "KEN") for id in ("far", "near", "out")), link("asker", "partners_with", "near"),
        link("asker", "partners_with", "between"), link("between", "partners_with", "far"),
    ]  # fmt: skip
    graph = graph_in(tmp_path, statements)
    answer = find_introductions(graph, IntroductionsQuestion("KEN", asking="asker", as_of=DAY))
    assert [(one.id, one.path and len(one.path.steps)) for one in answer.results] == [("near", 1), ("far", 2), ("out", None)]
    (first,) = find_introductions(graph, IntroductionsQuestion("KEN", asking="asker", as_of=DAY, limit=1)).results
    assert first.id == "near", "the limit cuts after the paths are known"
    graph.close()


def test_next_to_a_region_is_who_enrols_its_members(tmp_path: Path) -> None:
    statements = [
        *entities("country", "KEN", "UGA"), *entities("region", "r-afr"), *entities("mechanism", "pool"),
        *entities("organisation", "asker"), *(link(id, "in_region", "r-afr") for id in ("KEN", "UGA")),
        *(link(id, "enrolled_in", "pool", status="member") for id in ("KEN", "UGA")),
    ]  # fmt: skip
    graph = graph_in(tmp_path, statements)
    (only,) = find_introductions(graph, IntroductionsQuestion("r-afr", asking="asker", as_of=DAY)).results
    assert (only.id, only.ring, only.enrolled) == ("pool", "neighbours", 2)
    assert only.why == "POOL enrols 2 countries, areas and territories of R-AFR."
    graph.close()


def test_introductions_know_what_was_known(graph: Graph) -> None:
    asked = IntroductionsQuestion("BBB", asking="a", lens=POOL, as_of=DAY)
    assert [(one.id, one.path and one.path.ids) for one in find_introductions(graph, asked).results] == [
        ("b", ("a", "net", "b")), ("pool", None)
    ]  # fmt: skip
    graph.store.replace("later.csv", [link("a", "partners_with", "b", source="s9")], datetime(2026, 6, 1, tzinfo=UTC))
    now, then = find_introductions(graph, asked), find_introductions(graph, replace(asked, known_at=LOADED_AT))
    assert [one.results[0].path.ids for one in (now, then) if one.results[0].path] == [("a", "b"), ("a", "net", "b")]


# --- brokers -----------------------------------------------------------------------------------------------------------------
def test_a_tie_that_is_over_or_unsure_joins_nobody(tmp_path: Path) -> None:
    graph = graph_in(
        tmp_path,
        [
            *entities("organisation", "a", "b", "c", "d"),
            link("a", "funds", "b", confidence="high"),
            link("b", "funds", "c", confidence="medium"),
            link("b", "funds", "d", period=("2000", "2010")),
        ],
    )

    def held(**asked: Any) -> list[tuple[str, float]]:
        answer = find_brokers(graph, BrokersQuestion(**{"as_of": DAY, **asked}))
        return [(one.id, one.betweenness) for one in answer.results]

    assert held() == [("b", 1.0)]
    assert held(confidence="high") == []
    assert held(as_of="2010") == [("b", 3.0)]
    assert held(without_predicates=["funds"]) == held(predicates=["partners_with"]) == held(not_kinds=["organisation"]) == []
    graph.close()


def test_between_two_sets_the_first_to_be_cut_are_those_who_hold_most_pairs(tmp_path: Path) -> None:
    """x alone holds two pairs between the sets, y holds one but cuts off three others."""
    ties = [("a", "x"), ("aa", "x"), ("x", "z"), ("a1", "y"), ("y", "z"), ("p", "y"), ("q", "y"), ("r", "y")]
    names = sorted({id for tie in ties for id in tie})
    graph = graph_in(tmp_path, [*entities("organisation", *names), *(link(one, "partners_with", other) for one, other in ties)])
    answer = find_brokers(graph, BrokersQuestion(("a|aa|a1", "z"), order="cut", as_of=DAY))
    assert [(one.id, one.pairs_cut, one.cut_off) for one in answer.results] == [("x", 2, 2), ("y", 1, 4)]
    graph.close()


def test_a_large_net_is_estimated_from_some_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaves = [f"leaf-{number:02}" for number in range(40)]
    statements = [*entities("organisation", "zentre", *leaves), *(link(id, "partners_with", "zentre") for id in leaves)]
    graph = graph_in(tmp_path, statements)
    exact = find_brokers(graph, BrokersQuestion(as_of=DAY))
    monkeypatch.setattr(broker_query, "EXACT", 10)
    monkeypatch.setattr(broker_query, "_PIVOTS", 8)
    some = find_brokers(graph, BrokersQuestion(as_of=DAY))
    assert (exact.estimated, exact.pairs, exact.results[0].betweenness) == (False, 820, 780.0)
    assert some.estimated
    assert some.pairs == pytest.approx(exact.pairs, rel=0.15)
    assert some.results[0].betweenness == pytest.approx(780, rel=0.15)
    graph.close()


# --- changes -----------------------------------------------------------------------------------------------------------------
def test_changes_about_an_entity_are_those_on_either_end(graph: Graph) -> None:
    asked = ChangesQuestion(since="2023", until=DAY, about="d")
    found = find_changes(graph, asked).results
    assert sorted((one.statement.subject, one.statement.object) for one in found) == [("c", "d"), ("d", "meet")]


def test_a_source_that_came_is_that_though_another_went_in_its_place(tmp_path: Path) -> None:
    graph = graph_in(tmp_path, [*entities("organisation", "a", "b")])
    graph.store.replace("one.csv", [link("a", "funds", "b", period=("2020", ""))], datetime(2026, 2, 1, tzinfo=UTC))
    revision = graph.revision()
    graph.store.replace("one.csv", [], datetime(2026, 2, 2, tzinfo=UTC))
    graph.store.replace("two.csv", [link("a", "funds", "b", period=("2021", ""))], datetime(2026, 2, 3, tzinfo=UTC))
    found = find_changes(graph, ChangesQuestion(since_revision=revision)).results
    assert sorted((one.cause, one.origin, one.appeared) for one in found) == [
        ("source added", "two.csv", True), ("source withdrawn", "one.csv", False)
    ]  # fmt: skip
    graph.close()


def test_a_correction_may_cite_another_source(tmp_path: Path) -> None:
    graph = graph_in(tmp_path, [link("a", "funds", "b", period=("2020", ""), source="s1")])
    graph.store.replace(
        "test/0.csv", [link("a", "funds", "b", period=("2021", ""), source="s2")], datetime(2026, 2, 1, tzinfo=UTC)
    )
    found = find_changes(graph, ChangesQuestion(since_revision=1)).results
    assert [one.cause for one in found] == ["correction", "correction"]
    assert {one.statement.id: one.counterpart for one in found} == {one.counterpart: one.statement.id for one in found}
    graph.close()


def test_the_year_before_the_first_is_the_first(graph: Graph) -> None:
    assert find_changes(graph, ChangesQuestion(until="0001")).since == "0001"
    assert find_changes(graph, ChangesQuestion(until="2024-02-29")).since == "2023-02-28"


KNOWN_TIME: list[tuple[Callable[[Graph, Any], Any], Any]] = [
    (find_paths, PathQuestion("a", "c", as_of=DAY)),
    (find_coverage, CoverageQuestion(POOL, "iso-249", as_of=DAY)),
    (find_reliance, RelianceQuestion("c", POOL, as_of=DAY)),
    (find_sunset, SunsetQuestion("2030", POOL, as_of=DAY)),
    (find_scenario, ScenarioQuestion(withdraw=["c"], lens=POOL, as_of=DAY)),
    (find_close_gaps, CloseGapsQuestion(POOL, mechanisms=[], options=[Option("bloc", ["north:pool"])], as_of=DAY)),
    (find_overlap, OverlapQuestion(base="iso-249", as_of=DAY)),
    (find_introductions, IntroductionsQuestion("BBB", asking="a", lens=POOL, as_of=DAY)),
    (find_brokers, BrokersQuestion(as_of=DAY)),
    (find_disagreements, DisagreementsQuestion()),
]


@pytest.mark.parametrize(("find", "question"), KNOWN_TIME, ids=[find.__name__ for find, _ in KNOWN_TIME])
def test_every_question_answers_as_was_known(graph: Graph, find: Callable[[Graph, Any], Any], question: Any) -> None:
    then = find(graph, replace(question, known_at=LOADED_AT))
    later = [
        *entity("EEE", "country"),
        text("EEE", "listed_as", "iso-3166-1"),
        link("EEE", "enrolled_in", "pool", status="member"),
        *(link(id, "in_region", "north") for id in ("CCC", "EEE")),
        link("EEE", "not_enrolled_in", "pool", source="s2", period=("2020", "2020")),
        link("DDD", "enrolled_in", "pool", status="member", period=("2020", "2029")),
        link("c", "funds", "a"),
        link("c", "located_in", "BBB"),
        text("c", "founded_in", "1990"),
        text("c", "founded_in", "1980", source="s2"),
    ]
    graph.store.replace("later.csv", later, datetime(2026, 6, 1, tzinfo=UTC))
    assert find(graph, replace(question, known_at=LOADED_AT)) == then
    assert find(graph, question) != replace(then, known_at=None, revision=2), "what came later changes the answer"


@pytest.mark.parametrize("given", [0, -1, 10**9, True, "3", 2.0])
def test_numbers_out_of_bounds_are_refused_alike(given: Any) -> None:
    for make in (
        lambda: BrokersQuestion(limit=given),
        lambda: IntroductionsQuestion("AAA", limit=given),
        lambda: IntroductionsQuestion("AAA", max_steps=given),
        lambda: ChangesQuestion(limit=given),
        lambda: OverlapQuestion(least=given),
        lambda: PathQuestion("a", "b", k=given),
    ):
        with pytest.raises(InputError, match=f"a whole number from [12] to [0-9]+; {given!r} was given"):
            make()
