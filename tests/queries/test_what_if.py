"""Reliance, sunset, scenario and closing gaps on the shipped graph and on small ones; nothing is ever written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from graph.errors import BadDate, BadStatement, InputError, UnknownEntity, UnknownWord
from graph.model import Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders.curated import load
from queries.assumptions import Assumed, enrolment_of
from queries.close_gaps import CloseGapsQuestion, Option, find_close_gaps, read_close_gaps
from queries.coverage import CoverageQuestion, find_coverage
from queries.ends import end_of
from queries.ordering import explain_order
from queries.paths import PathQuestion, find_paths
from queries.reliance import RelianceQuestion, find_reliance
from queries.scenario import ScenarioQuestion, find_scenario, read_scenario
from queries.sunset import SunsetQuestion, find_sunset
from queries.weights import read_weights
from tests.factories import LOADED_AT, entities, graph_in, link, text

DAY = "2026-11-21"


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    store = SqliteStore(tmp_path_factory.mktemp("what-if") / "graph.sqlite")
    load(store, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    graph = Graph(store)
    yield graph
    graph.close()


def world() -> list[Statement]:
    """Two blocs of two countries, a mechanism whose list rests on two sources, and a chain of four organisations."""
    return [
        *entities("country", "AAA", "BBB", "CCC", "DDD"),
        *entities("region", "north", "south"),
        *entities("mechanism", "pool", "fund"),
        *entities("organisation", "a", "b", "c", "d"),
        *(text(id, "listed_as", "iso-3166-1") for id in ("AAA", "BBB", "CCC", "DDD")),
        *(link(id, "in_region", "north") for id in ("AAA", "BBB")),
        *(link(id, "in_region", "south") for id in ("CCC", "DDD")),
        text("pool", "list_complete", "enrolled_in", source="src-list"),
        link("AAA", "enrolled_in", "pool", source="src-list", status="member"),
        link("BBB", "enrolled_in", "pool", source="src-list", period=("2020", "2027"), status="member"),
        link("AAA", "enrolled_in", "pool", source="src-other", status="member"),
        link("a", "partners_with", "b"),
        link("b", "partners_with", "c"),
        link("c", "partners_with", "d", period=("2020", "2027-06")),
    ]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Graph]:
    graph = graph_in(tmp_path, world())
    yield graph
    graph.close()


POOL = "mechanism:pool"


def test_an_entity_taken_out_takes_its_links_and_what_they_held_together(small: Graph) -> None:
    answer = find_reliance(small, RelianceQuestion("b", POOL, as_of=DAY))
    assert [one.id for one in answer.cut_off] == ["a"]
    assert [(part.size, [one.id for one in part.members]) for part in answer.parts] == [(2, []), (1, ["a"])]
    assert answer.pairs_cut == 2
    assert len(answer.statements) == len(answer.sole) == answer.total == 2
    assert answer.coverage.cells == ()


def test_what_was_before_is_asked_once_for_all_scenarios_on_a_graph(small: Graph) -> None:
    told = [
        find_scenario(small, ScenarioQuestion(withdraw=[one], lens=POOL, start="a", goal="d", as_of=DAY)) for one in ("b", "c")
    ]
    assert told[0].coverage.before is told[1].coverage.before
    assert told[0].paths is not None
    assert told[1].paths is not None
    assert told[0].paths.before is told[1].paths.before
    small.store.replace("more.csv", [link("CCC", "enrolled_in", "pool", status="member")], LOADED_AT)
    later = find_scenario(small, ScenarioQuestion(withdraw=["b"], lens=POOL, as_of=DAY)).coverage.before
    assert later == find_coverage(small, CoverageQuestion(POOL, "iso-249", as_of=DAY))
    assert later.covered == told[0].coverage.before.covered + 1


def test_a_source_taken_out_loses_only_what_nobody_else_says(small: Graph) -> None:
    answer = find_reliance(small, RelianceQuestion("src-list", POOL, as_of=DAY))
    changed = {cell.row: (cell.before, cell.after) for cell in answer.coverage.cells}
    assert changed["BBB"] == ("covered_once", "unknown")
    assert "AAA" not in changed
    assert changed["CCC"] == ("gap", "unknown")
    told = {one.id: one for one in answer.statements}
    assert len(told) == 3
    assert {(told[id].subject, told[id].predicate) for id in answer.sole} == {("BBB", "enrolled_in"), ("pool", "list_complete")}


def test_reliance_on_a_mechanism_of_the_shipped_graph_is_what_coverage_without_it_says(curated: Graph) -> None:
    answer = find_reliance(curated, RelianceQuestion("appm", as_of=DAY))
    before = find_coverage(curated, CoverageQuestion("D1", "ISO 249", as_of=DAY))
    by_appm_alone = {cell.row for cell in before.cells if cell.covered and [one.id for one in cell.by] == ["appm"]}
    assert set(answer.coverage.lost) == by_appm_alone
    assert answer.coverage.before.covered - answer.coverage.after.covered == len(by_appm_alone) > 40
    assert all({"appm"} & {one.subject, one.object} for one in answer.statements)


def test_what_nobody_knows_is_refused_with_the_nearest(curated: Graph) -> None:
    with pytest.raises(UnknownEntity, match="appm"):
        find_reliance(curated, RelianceQuestion("apmm", as_of=DAY))


def test_sunset_ends_what_has_an_end_and_keeps_the_rest(small: Graph) -> None:
    answer = find_sunset(small, SunsetQuestion("2027", POOL, start="a", goal="d", as_of=DAY))
    assert [(one.subject, one.valid_to) for one in answer.ending] == [("c", "2027-06")]
    later = find_sunset(small, SunsetQuestion("2028", POOL, start="a", goal="d", as_of=DAY))
    assert [(one.subject, one.valid_to) for one in later.ending] == [("c", "2027-06"), ("BBB", "2027")]
    assert [(cell.row, cell.before, cell.after) for cell in later.coverage.cells] == [("BBB", "covered_once", "lapsed")]
    assert later.paths is not None
    assert later.paths.lost == (("a", "b", "c", "d"),)
    assert (later.on, later.later) == ("2028-12-31", 0)


@pytest.mark.parametrize("on", ["2026-11-21", "2020", "2026-11"])
def test_sunset_looks_ahead(small: Graph, on: str) -> None:
    if on == "2026-11":
        assert find_sunset(small, SunsetQuestion(on, POOL, as_of=DAY)).on == "2026-11-30"
        return
    with pytest.raises(InputError, match="must lie after"):
        find_sunset(small, SunsetQuestion(on, POOL, as_of=DAY))
    with pytest.raises(BadDate):
        find_sunset(small, SunsetQuestion("soon", POOL, as_of=DAY))


def test_a_scenario_shows_both_sides_and_writes_nothing(small: Graph) -> None:
    revision = small.revision()
    asked = ScenarioQuestion(
        [enrolment_of("CCC:pool"), Assumed("d", "partners_with", "a")], ["b"], POOL, start="a", goal="d", as_of=DAY
    )
    answer = find_scenario(small, asked)
    assert answer.coverage.gained == ("CCC",)
    assert answer.paths is not None
    assert [path.ids for path in answer.paths.after.results] == [("a", "d")]
    assert answer.paths.lost == (("a", "b", "c", "d"),)
    cited = answer.paths.after.results[0].steps[0].statements[0]
    assert (cited.source, cited.locator) == ("assumption", "assumption 2")
    assert "assumption, not in the graph" in cited.sentence
    assert len(answer.withdrawn) == 2
    assert small.revision() == revision
    assert small.snapshot().number("assumption") is None
    assert find_paths(small, PathQuestion("a", "d", as_of=DAY)).results[0].ids == ("a", "b", "c", "d")


def test_a_statement_and_a_new_entity_may_come_and_go(small: Graph) -> None:
    gone = find_coverage(small, CoverageQuestion(POOL, as_of=DAY)).cells[1].statements
    new = [
        Assumed("new-pool", "kind", value="mechanism"),
        Assumed("new-pool", "name", value="A new pool"),
        Assumed("DDD", "enrolled_in", "new-pool", status="member"),
    ]
    answer = find_scenario(small, ScenarioQuestion(new, gone, POOL, start="DDD", goal="new-pool", as_of=DAY))
    assert answer.coverage.lost == ("BBB",)
    assert answer.paths is not None
    assert answer.paths.before.results == ()
    assert "new-pool" in answer.paths.before.reason
    assert answer.paths.gained == (("DDD", "new-pool"),)


@pytest.mark.parametrize(
    ("assumed", "error", "said"),
    [
        (Assumed("CCC", "enroled_in", "pool"), UnknownWord, "enrolled_in"),
        (Assumed("CCC", "enrolled_in", "poool", status="member"), UnknownEntity, "pool"),
        (Assumed("a", "enrolled_in", "pool", status="member"), BadStatement, "Assumption 1.*organisation"),
        (Assumed("CCC", "enrolled_in", "pool", status="membr"), UnknownWord, "member"),
        (Assumed("CCC", "enrolled_in", "pool", status="member", valid_from="soon"), BadDate, "soon"),
        (Assumed("CCC", "enrolled_in", value="pool"), BadStatement, "takes an entity"),
        (Assumed("CCC", "enrolled_in", "pool", status="member", confidence="sure"), BadStatement, "confidence"),  # type: ignore[arg-type]
    ],
)
def test_an_assumption_is_held_against_the_vocabulary(
    small: Graph, assumed: Assumed, error: type[InputError], said: str
) -> None:
    with pytest.raises(error, match=said):
        find_scenario(small, ScenarioQuestion([assumed], lens=POOL, as_of=DAY))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "expected keys"),
        ({"enroll": []}, "enrol"),
        ({"enrol": "KEN:appm"}, "must be a list"),
        ({"enrol": ["KEN"]}, "ROW:MECHANISM"),
        ({"add": ["KEN"]}, "add, entry 1"),
        ({"add": [{"subject": "KEN", "predicate": "kind"}]}, "either object or value"),
        ({"add": [{"subjet": "KEN"}]}, "subject"),
        ({"k": "many", "enrol": ["a:b"]}, "whole number"),
    ],
)
def test_a_scenario_file_is_refused_where_it_is_wrong(given: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_scenario(given, "plan.yaml")


def test_a_scenario_without_anything_or_half_an_end_is_refused(small: Graph) -> None:
    with pytest.raises(InputError, match="neither was given"):
        find_scenario(small, ScenarioQuestion(lens=POOL))
    with pytest.raises(InputError, match="both ends"):
        find_scenario(small, ScenarioQuestion(withdraw=["a"], start="a", lens=POOL))
    with pytest.raises(InputError, match="no statement"):
        find_scenario(small, ScenarioQuestion(withdraw=["0" * 32], lens=POOL))


def test_one_agreement_or_many_memberships_whichever_costs_less(small: Graph) -> None:
    dear, cheap = (Option("south-joins", ["south:pool"], cost) for cost in (2.001, 1.999))
    single = find_close_gaps(small, CloseGapsQuestion(POOL, options=[dear], as_of=DAY))
    assert [one.id for one in single.chosen] == ["CCC:pool", "DDD:pool"]
    assert (single.cost, single.bound, single.proof.gap) == (2.0, 2.0, 0)
    joint = find_close_gaps(small, CloseGapsQuestion(POOL, options=[cheap], as_of=DAY))
    assert [(one.id, one.closes) for one in joint.chosen] == [("south-joins", (("CCC", "any"), ("DDD", "any")))]
    assert joint.coverage.after.covered == 4
    tie = find_close_gaps(small, CloseGapsQuestion(POOL, options=[Option("even", ["south:pool"], 2)], as_of=DAY))
    assert [one.id for one in tie.chosen] == ["even"], "of equal costs, the fewest options"


def test_what_no_option_closes_is_told(small: Graph) -> None:
    answer = find_close_gaps(
        small, CloseGapsQuestion(POOL, mechanisms=[], options=[Option("one", ["CCC:pool", "DDD:fund"], 3)], as_of=DAY)
    )
    assert [cell.row for cell in answer.open] == ["CCC", "DDD"]
    assert [cell.row for cell in answer.cannot] == ["DDD"]
    assert answer.headline == "1 option closes 1 of 2 cells for 3; nothing cheaper does. 1 cannot be closed by any option."


def test_equal_to_trying_every_set_of_options(small: Graph) -> None:
    """Each subset is put to the graph as a scenario: an answer that knows nothing of the solver."""
    options = [
        Option("s", ["south:pool"], 1.5),
        Option("c", ["CCC:pool"], 0.75),
        Option("d", ["DDD:pool"], 0.5),
        Option("x", ["DDD:fund"], 0.125),
    ]
    best = None
    for count in range(1, len(options) + 1):
        for some in combinations(options, count):
            enrol = [
                enrolment_of(one)
                for option in some
                for text_ in option.enrol
                for one in ([f"{row}:pool" for row in ("CCC", "DDD")] if text_.startswith("south") else [text_])
            ]
            after = find_scenario(small, ScenarioQuestion(enrol, lens=POOL, as_of=DAY)).coverage.after
            cost = sum(option.cost for option in some)
            if not after.uncovered and (best is None or cost < best[0]):
                best = cost, [option.id for option in some]
    answer = find_close_gaps(small, CloseGapsQuestion(POOL, mechanisms=[], options=options, as_of=DAY))
    assert best == (answer.cost, [one.id for one in answer.chosen]) == (1.25, ["c", "d"])


def test_only_the_rows_and_columns_that_are_named_are_closed(curated: Graph) -> None:
    every = find_close_gaps(curated, CloseGapsQuestion(columns="by", rows=["India"], as_of=DAY))
    assert {cell.column for cell in every.open} == {"appm", "avssr", "eu-jpa", "paho-rrf"}
    assert (len(every.chosen), every.cannot) == (4, ()), "each is joined in a status that its list counts"
    one = find_close_gaps(curated, CloseGapsQuestion(columns="by", rows=["India"], in_columns=["avssr"], as_of=DAY))
    assert [(cell.row, cell.column) for cell in one.open] == [("IND", "avssr")]
    assert [(chosen.id, chosen.cost) for chosen in one.chosen] == [("IND:avssr", 1.0)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rows": ["a"]}, "no row of the base"),
        ({"in_columns": ["every"]}, "column"),
        ({"states": ["covered_once"]}, "state"),
        ({"cost": 0}, "more than 0"),
        ({"options": [{"id": "x", "enrol": ["CCC:pool"], "cost": 0.0001}]}, "three decimals"),
        ({"options": [{"id": "x", "enrol": []}]}, "Option 'x'"),
        ({"options": [{"id": "x", "enrol": ["CCC:pool"]}, {"id": "x", "enrol": ["DDD:pool"]}]}, "Two options"),
        ({"options": [{"id": "x"}]}, "entry 1"),
        ({"mechanism": ["pool"]}, "mechanisms"),
    ],
)
def test_what_cannot_be_weighed_is_refused(small: Graph, given: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        find_close_gaps(small, read_close_gaps({"lens": POOL, "as_of": DAY, **given}, "the body"))


def test_ends_as_sets_on_the_shipped_graph(curated: Graph) -> None:
    start, goal = end_of(curated, "of:African Union"), "kind:organisation,subtype:manufacturer,in:r-sear"
    answer = find_paths(curated, PathQuestion(start, goal, k=4, as_of=DAY))
    assert start == "of:au"
    assert {path.ids[0] for path in answer.results} <= {"africa-cdc", "ama", "auda-nepad"}
    assert [path.score for path in answer.results] == sorted((path.score for path in answer.results), reverse=True)
    first, *_, last = answer.results[0].ids
    best = find_paths(curated, PathQuestion(first, last, k=1, as_of=DAY))
    assert best.results == answer.results[:1]


@pytest.mark.parametrize(
    ("text_", "error", "said"),
    [
        ("kind:organization", UnknownWord, "organisation"),
        ("kind:region,subtype:manufacturer", InputError, "No entity fits"),
        ("in:r-seer", UnknownEntity, "r-sear"),
        ("kind:", InputError, "no condition"),
        ("kind:organisation,type:x", UnknownWord, "subtype"),
    ],
)
def test_a_set_that_cannot_be_read_is_refused(curated: Graph, text_: str, error: type[InputError], said: str) -> None:
    with pytest.raises(error, match=said):
        find_paths(curated, PathQuestion(text_, "who", as_of=DAY))


def test_a_path_of_last_year_that_is_dead_now_is_shown_as_such(curated: Graph) -> None:
    question = PathQuestion("dg-hera", "sii", k=9, as_of=DAY, compare_to="2025-06")
    answer = find_paths(curated, question)
    ended = {one.path.ids: one.now for one in answer.then if not one.live}
    assert ended == {("dg-hera", "ec", "valneva", "sii"): ("live", "live", "ended")}
    assert ("dg-hera", "ec", "valneva", "sii") not in {path.ids for path in answer.results}


def test_a_step_that_had_not_begun_is_absent(small: Graph) -> None:
    answer = find_paths(small, PathQuestion("c", "d", as_of="2019", compare_to=DAY))
    assert [one.now for one in answer.then] == [("absent",)]
    assert answer.results == ()


def test_a_change_of_weights_is_explained_by_parts_that_add_up(curated: Graph) -> None:
    shipped = Path(__file__).parents[2] / "queries" / "weights.yaml"
    other = read_weights(shipped.read_text(encoding="utf-8").replace("each_doubling: 1.5", "each_doubling: 6"), "other.yaml")
    question = PathQuestion("nvi-th", "africa-cdc", k=30, as_of=DAY)
    before, after = find_paths(curated, question), find_paths(curated, question, other)
    told = explain_order(before, after)
    assert told.swaps
    for swap in told.swaps:
        assert sum(swap.moved.values()) == swap.after - swap.before
        assert swap.before <= 0 <= swap.after
        assert {part for part, amount in swap.moved.items() if amount} == {"hubs"} == {swap.decisive}
    assert explain_order(before, before).same
