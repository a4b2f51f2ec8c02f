"""The path question: its answer, both clocks, ended links, each filter, disjoint paths, why nothing is found, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph.errors import BadDate, InputError, NothingKnown, UnknownEntity, UnknownWord
from graph.model import Statement, today
from graph.revisions import Graph
from queries.paths import PathAnswer, PathQuestion, find_paths
from tests.factories import LOADED_AT, cited_source, entities, entity, graph_in, link

DAY = "2026-11-21"


def world() -> list[Statement]:
    """Ann and Bob, joined in several ways; Zoe, joined to nobody."""
    return [
        *entities("organisation", "ann", "bob", "cat", "dan", "zoe", "hub", "isle", "islet"),
        *entities("network", "net"),
        *entity("fair", "event", "the Fair"),
        *entity("KEN", "country", "Kenya"),
        *entity("pool", "mechanism", "the Pool"),
        *cited_source("src-a", "Report A", "https://example.org/a"),
        link("ann", "member_of", "net", period=("2024", ""), source="src-a"),
        link("bob", "member_of", "net", period=("2024", ""), confidence="medium"),
        link("ann", "participates_in", "fair", period=("2026-01-13", "2026-01-13")),
        link("bob", "participates_in", "fair", period=("2026-01-13", "2026-01-13")),
        link("ann", "licenses_to", "cat", period=("2020-05", "2026-01-06")),
        link("cat", "funds", "bob", period=("2020", "")),
        link("ann", "partners_with", "hub", period=("2025", "")),
        link("bob", "partners_with", "hub", period=("2025", "")),
        *(link("hub", "partners_with", other, period=("2025", "")) for other in ("cat", "dan", "net", "pool")),
        link("KEN", "enrolled_in", "pool", period=("2021", ""), status="member"),
        link("ann", "operates", "pool", period=("2021", "")),
        link("ann", "not_member_of", "pool"),
        link("bob", "works_on", "pool"),
        link("dan", "different_from", "ann"),
        link("isle", "operates", "islet"),
    ]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    made = graph_in(tmp_path_factory.mktemp("paths"), world())
    yield made
    made.close()


def ask(graph: Graph, start: str = "ann", goal: str = "bob", **asked: Any) -> PathAnswer:
    return find_paths(graph, PathQuestion(start, goal, **{"as_of": DAY, "max_steps": 2, "k": 20, **asked}))


def routes(answer: PathAnswer) -> list[str]:
    return [" ".join(path.ids) for path in answer.results]


# --- the answer ---------------------------------------------------------------------------------------------------------


def test_the_best_paths_with_everything_on_them(graph: Graph) -> None:
    answer = ask(graph)
    assert routes(answer) == ["ann net bob", "ann hub bob", "ann fair bob"]
    assert (answer.revision, answer.as_of, answer.known_at, answer.reason) == (1, DAY, None, "")
    assert (answer.start.name, answer.goal.id, answer.goal.kind) == ("ANN", "bob", "organisation")
    best = answer.results[0]
    # By hand: members 2 + 2; evidence high 1, medium 2.5; 1,055 days since 2024-01-01: 1.375 each; net has 3 neighbours.
    expected = {"base": 100.0, "strength": -4.0, "evidence": -3.5, "recency": -2.75, "hubs": -0.75, "length": -6.0}
    assert best.parts == expected
    assert best.score == 83.0
    assert (best.weakest.step, best.weakest.sentence, best.weakest.cost) == (1, "BOB is a member of NET.", 5.875)
    first = best.steps[0]
    assert (first.from_id, first.to_id, first.from_name, first.predicate) == ("ann", "net", "ANN", "member_of")
    assert first.parts == {"strength": -2.0, "evidence": -1.0, "recency": -1.375, "length": -3.0}
    assert (first.cost, first.state, first.live) == (7.375, "live", True)
    cited = first.statements[0]
    assert (cited.source, cited.source_name, cited.url, cited.locator) == (
        "src-a",
        "Report A",
        "https://example.org/a",
        "page 1",
    )
    assert (cited.valid_from, cited.valid_to, cited.period, cited.confidence) == ("2024", "", "since 2024", "high")
    assert [(inner.id, inner.neighbours, inner.cost) for inner in best.through] == [("net", 3, 0.75)]


def test_a_sentence_runs_as_stated_whichever_way_it_is_walked(graph: Graph) -> None:
    (there,) = ask(graph, "KEN", "ann").results
    (back,) = ask(graph, "ann", "KEN").results
    assert there.ids == back.ids[::-1]
    assert [step.sentence for step in there.steps] == ["Kenya is enrolled in the Pool (a member).", "ANN operates the Pool."]
    assert [step.sentence for step in back.steps] == [step.sentence for step in reversed(there.steps)]
    assert there.score == back.score


def test_parallel_statements_are_one_step_and_further_sources_make_it_surer(tmp_path: Any) -> None:
    def score(*sources: str) -> float:
        links = [link("ann", "funds", "bob", period=("2026", ""), source=source) for source in sources]
        folder = tmp_path / "-".join(sources)
        answer = find_paths(graph_in(folder, links), PathQuestion("ann", "bob", as_of="2026-01-01"))
        (path,) = answer.results
        assert len(path.steps) == 1
        assert len(path.steps[0].statements) == len(sources)
        return path.score

    alone = score("src-a")
    assert [score("src-a", *more) - alone for more in (["src-b"], ["src-b", "src-c"], ["src-b", "src-c", "src-d"])] == [
        0.5,
        1,
        1,
    ]


def test_the_main_statement_is_the_cheapest(tmp_path: Any) -> None:
    links = [
        link("ann", "participates_in", "bob", period=("2026", "")),
        link("bob", "part_of", "ann", period=("2026", ""), confidence="medium"),
        link("ann", "funds", "bob", period=("2010", "")),
    ]
    (path,) = find_paths(graph_in(tmp_path, links), PathQuestion("ann", "bob", as_of="2026-11-21")).results
    assert [cited.predicate for cited in path.steps[0].statements] == ["part_of", "funds", "participates_in"]
    assert path.steps[0].predicate == "part_of"


def test_the_default_date_is_today(graph: Graph) -> None:
    before = today()
    answer = find_paths(graph, PathQuestion("ann", "bob"))
    assert before <= answer.as_of <= today()


def test_no_negative_no_classification_no_source_is_followed(tmp_path: Any) -> None:
    links = [
        *entities("organisation", "ann", "bob"),
        *cited_source("src-a", "A", "https://example.org/a"),
        link("ann", "not_member_of", "bob"),
        link("ann", "works_on", "bob"),
        link("ann", "different_from", "bob"),
        link("ann", "partners_with", "src-a"),
        link("bob", "partners_with", "src-a"),
    ]
    answer = find_paths(graph_in(tmp_path, links), PathQuestion("ann", "bob", as_of=DAY, max_steps=8, include_ended=True))
    assert answer.results == ()
    assert answer.reason == "ANN and BOB have no link that a path may follow, on 21 November 2026 or before."


# --- both clocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2019", []),
        ("2020-05", ["ann cat bob"]),
        ("2024-01-01", ["ann net bob", "ann cat bob"]),
        ("2023-12-31", ["ann cat bob"]),
        ("2026-01-06", ["ann net bob", "ann cat bob", "ann hub bob"]),
        ("2026-01-07", ["ann net bob", "ann hub bob"]),
        ("2026-01-13", ["ann net bob", "ann hub bob", "ann fair bob"]),
        ("2026-01", ["ann net bob", "ann cat bob", "ann hub bob", "ann fair bob"]),
    ],
)
def test_the_as_of_date(graph: Graph, as_of: str, expected: list[str]) -> None:
    assert sorted(routes(ask(graph, as_of=as_of))) == sorted(expected)


def test_a_step_that_a_source_denies_is_disputed_cites_the_denial_and_is_worth_less(tmp_path: Any) -> None:
    """Enrolment and membership are one matter: a denial of the one is a denial of the other."""
    statements = [
        *entities("organisation", "who", "paho"),
        *entities("country", "ARG", "CHL"),
        *(link(one, "member_of", "who", period=("2000", ""), source="src-a") for one in ("ARG", "CHL")),
        *(link(one, "member_of", "paho", period=("2000", ""), source="src-a") for one in ("ARG", "CHL")),
        link("ARG", "not_enrolled_in", "who", period=("2026-03-17", ""), source="src-b"),
    ]
    graph = graph_in(tmp_path, statements)
    before, after = (find_paths(graph, PathQuestion("who", "paho", as_of=day, max_steps=2)) for day in ("2026-03-16", DAY))
    assert [(path.ids[1], path.live, path.steps[0].state) for path in before.results] == [
        ("ARG", True, "live"), ("CHL", True, "live"),
    ]  # fmt: skip
    assert [(path.ids[1], path.live, path.steps[0].state) for path in after.results] == [
        ("CHL", True, "live"), ("ARG", False, "disputed"),
    ]  # fmt: skip
    step = after.results[1].steps[0]
    assert [one.sentence for one in step.denials] == ["ARG is not enrolled in WHO."]
    assert [one.source for one in step.denials] == ["src-b"]
    assert after.results[1].score == after.results[0].score - 3  # from high confidence to low
    assert after.results[1].steps[1].denials == ()
    filtered = find_paths(
        graph, PathQuestion("who", "paho", as_of=DAY, max_steps=2, predicates=("member_of",), confidence="high")
    )
    assert [path.score for path in filtered.results] == [path.score for path in after.results]


def test_a_further_source_that_nobody_denies_keeps_a_step_live(tmp_path: Any) -> None:
    statements = [
        *entities("organisation", "ann", "bob"),
        link("ann", "member_of", "bob", period=("2000", "")),
        link("ann", "partners_with", "bob", period=("2001", "")),
        link("ann", "not_member_of", "bob", period=("2020", "")),
    ]
    (path,) = find_paths(graph_in(tmp_path, statements), PathQuestion("ann", "bob", as_of=DAY)).results
    assert (path.live, path.steps[0].state, len(path.steps[0].denials)) == (True, "live", 1)


def test_a_meeting_that_is_over_still_counts_as_past(graph: Graph) -> None:
    on_the_day = {" ".join(path.ids): path for path in ask(graph, as_of="2026-01-13").results}["ann fair bob"]
    later = {" ".join(path.ids): path for path in ask(graph, as_of="2026-11-21").results}["ann fair bob"]
    assert [step.state for step in on_the_day.steps] == ["live", "live"]
    assert [step.state for step in later.steps] == ["past", "past"]
    assert later.live
    assert later.parts["recency"] == -0.75
    assert [step.sentence for step in later.steps] == ["ANN took part in the Fair.", "BOB took part in the Fair."]


def test_the_known_time(tmp_path: Any) -> None:
    graph = graph_in(tmp_path, world())
    later = LOADED_AT + timedelta(days=30)
    graph.store.replace("test/0.csv", [s for s in world() if "net" not in (s.subject, s.object)], later)
    assert "ann net bob" not in routes(ask(graph))
    then = ask(graph, known_at=LOADED_AT + timedelta(days=1))
    assert "ann net bob" in routes(then)
    assert (then.revision, then.known_at) == (1, LOADED_AT + timedelta(days=1))
    with pytest.raises(NothingKnown):
        ask(graph, known_at=LOADED_AT - timedelta(days=1))
    graph.close()


def test_ended_links_when_asked_for(graph: Graph) -> None:
    answer = ask(graph, include_ended=True)
    assert routes(answer) == ["ann net bob", "ann hub bob", "ann fair bob", "ann cat bob"]
    assert [path.live for path in answer.results] == [True, True, True, False]
    dead = answer.results[-1]
    assert [(step.state, step.live) for step in dead.steps] == [("ended", False), ("live", True)]
    assert dead.steps[0].sentence == "ANN licenses technology to CAT; this ended on 6 January 2026."
    assert dead.steps[0].parts["recency"] == -14.5
    assert answer.results[:3] == ask(graph).results


# --- filters ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"predicates": ["member_of"]}, ["ann net bob"]),
        ({"predicates": ["member_of", "participates_in"]}, ["ann net bob", "ann fair bob"]),
        ({"without_predicates": ["member_of", "works_on"]}, ["ann hub bob", "ann fair bob"]),
        ({"kinds": ["event"]}, ["ann fair bob"]),
        ({"kinds": ["event", "network"]}, ["ann net bob", "ann fair bob"]),
        ({"not_kinds": ["event"]}, ["ann net bob", "ann hub bob"]),
        ({"not_through": ["net"]}, ["ann hub bob", "ann fair bob"]),
        ({"not_through": ["net", "hub", "fair"]}, []),
        ({"confidence": "high"}, ["ann hub bob", "ann fair bob"]),
        ({"confidence": "medium"}, ["ann net bob", "ann hub bob", "ann fair bob"]),
        ({"predicates": ["licenses_to", "funds"], "include_ended": True}, ["ann cat bob"]),
        ({"k": 1}, ["ann net bob"]),
        ({"max_steps": 1}, []),
    ],
)
def test_filters(graph: Graph, filters: dict[str, Any], expected: list[str]) -> None:
    assert routes(ask(graph, **filters)) == expected


def test_a_filter_leaves_the_cost_of_a_hub_as_it_was(graph: Graph) -> None:
    (free,) = [path for path in ask(graph).results if "hub" in path.ids]
    (limited,) = ask(graph, not_through=["net", "pool", "cat", "dan", "fair"]).results
    assert limited == free
    assert limited.through[0].neighbours == 6


def test_node_disjoint_paths_share_no_inner_entity_and_come_greedily(graph: Graph) -> None:
    every = routes(ask(graph, max_steps=3))
    assert any(route.startswith("ann net hub") for route in every)
    assert routes(ask(graph, max_steps=3, disjoint="node")) == ["ann net bob", "ann hub bob", "ann fair bob"]


def test_edge_disjoint_paths_may_share_entities_but_no_step(tmp_path: Any) -> None:
    pairs = ["ann x", "x m", "ann y", "y m", "m p", "p bob", "m q", "q bob"]
    links = [link(one, "partners_with", other) for one, other in (pair.split() for pair in pairs)]
    graph = graph_in(tmp_path, links)
    assert routes(ask(graph, max_steps=8)) == ["ann x m p bob", "ann x m q bob", "ann y m p bob", "ann y m q bob"]
    assert routes(ask(graph, max_steps=8, disjoint="edge")) == ["ann x m p bob", "ann y m q bob"]
    assert routes(ask(graph, max_steps=8, disjoint="node")) == ["ann x m p bob"]


def test_a_direct_step_is_offered_once_among_disjoint_paths(tmp_path: Any) -> None:
    links = [link("ann", "funds", "bob"), link("ann", "funds", "net"), link("bob", "funds", "net")]
    graph = graph_in(tmp_path, links)
    for disjoint in ("edge", "node"):
        assert routes(ask(graph, disjoint=disjoint)) == ["ann bob", "ann net bob"]


# --- nothing found ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (
            {"goal": "dan", "max_steps": 1},
            "ANN and DAN are joined by no path of fewer than 2 steps, and at most 1 were allowed.",
        ),
        (
            {"goal": "dan", "confidence": "high", "kinds": ["country"]},
            "ANN and DAN are joined only without the filters: in 2 steps.",
        ),
        (
            {"start": "ann", "goal": "cat", "as_of": "2026-11", "predicates": ["licenses_to"]},
            "ANN and CAT are joined only without the filters: in 2 steps.",
        ),
        (
            {"start": "cat", "goal": "ann", "as_of": "2030", "predicates": ["licenses_to", "member_of"], "kinds": ["event"]},
            "CAT and ANN are joined only without the filters: in 2 steps.",
        ),
        ({"goal": "zoe", "confidence": "high"}, "ZOE has no link that a path may follow, on 21 November 2026 or before."),
        ({"goal": "zoe", "include_ended": True}, "ZOE has no link that a path may follow, on 21 November 2026 or before."),
        (
            {"goal": "isle"},
            "No chain of links joins ANN and ISLE on 21 November 2026; links that had ended by then do not join them either.",
        ),
        (
            {"goal": "isle", "confidence": "high"},
            "No chain of links joins ANN and ISLE on 21 November 2026, with or without the filters; "
            "links that had ended by then do not join them either.",
        ),
        ({"goal": "isle", "include_ended": True}, "No chain of links joins ANN and ISLE on 21 November 2026."),
    ],
)
def test_why_nothing_was_found(graph: Graph, asked: dict[str, Any], reason: str) -> None:
    answer = ask(graph, **asked)
    assert answer.results == ()
    assert answer.exhausted
    assert answer.reason == reason


def test_the_way_round_a_missing_short_path_is_named(graph: Graph) -> None:
    assert ask(graph, goal="cat", as_of="2026-11-21", max_steps=1).reason == (
        "ANN and CAT are joined by no path of fewer than 2 steps, and at most 1 were allowed; "
        "over links that had ended by 21 November 2026 it takes one step."
    )
    assert ask(graph, max_steps=2, predicates=["partners_with", "operates"], not_through=["hub", "net"]).reason == (
        "ANN and BOB are joined only without the filters: in 2 steps."
    )


def test_joined_only_by_ended_links(tmp_path: Any) -> None:
    graph = graph_in(tmp_path, [link("ann", "licenses_to", "cat", period=("2020", "2025")), *entities("country", "KEN")])
    assert ask(graph, goal="cat").reason == (
        "ann and cat are joined only over links that had ended by 21 November 2026: in one step."
    )
    assert ask(graph, goal="cat", predicates=["funds"]).reason == (
        "ann and cat are joined only without the filters and over links that had ended by 21 November 2026: in one step."
    )
    assert routes(ask(graph, goal="cat", include_ended=True)) == ["ann cat"]


# --- what is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"goal": "ann"}, InputError, "two different ends; 'ann'"),
        ({"goal": "nobody"}, UnknownEntity, "'nobody'"),
        ({"goal": "bobb"}, UnknownEntity, "Nearest: BOB (bob)"),
        ({"goal": "src-a"}, InputError, "'Report A' (src-a) is a source"),
        ({"k": 0}, InputError, "k is the number of paths, a whole number from 1 to 100; 0 was given"),
        ({"k": 101}, InputError, "from 1 to 100; 101"),
        ({"k": True}, InputError, "True was given"),
        ({"max_steps": 9}, InputError, "max_steps is the most steps a path may have, a whole number from 1 to 8; 9"),
        ({"max_steps": 2.0}, InputError, "2.0 was given"),
        ({"as_of": "21.11.2026"}, BadDate, "YYYY-MM-DD"),
        ({"known_at": datetime(2026, 1, 1)}, BadDate, "time zone"),  # noqa: DTZ001
        ({"predicates": ["memberof"]}, UnknownWord, "Nearest: member_of"),
        ({"predicates": ["works_on"]}, InputError, "does not follow 'works_on'. It follows: part_of, operates"),
        ({"predicates": "member_of"}, InputError, "predicates takes a list"),
        ({"without_predicates": ["name"]}, UnknownWord, "link predicate 'name'"),
        ({"kinds": ["organization"]}, UnknownWord, "Nearest: organisation"),
        ({"not_kinds": ["nets"]}, UnknownWord, "kind 'nets'"),
        ({"not_through": ["nett"]}, UnknownEntity, "Nearest: NET (net)"),
        ({"not_through": ["bob"]}, InputError, "'bob' is an end of the path"),
        ({"confidence": "hihg"}, UnknownWord, "Nearest: high"),
        ({"disjoint": "vertex"}, UnknownWord, "Nearest: edge, node"),
    ],
)
def test_bad_questions_are_refused(graph: Graph, asked: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error) as caught:
        ask(graph, **asked)
    assert says in str(caught.value)


def test_an_empty_graph_knows_nobody(tmp_path: Any) -> None:
    with pytest.raises(UnknownEntity):
        ask(graph_in(tmp_path))


def test_known_at_as_a_local_time_is_the_same_moment(graph: Graph) -> None:
    answer = ask(graph, known_at=datetime(2026, 6, 1, tzinfo=UTC))
    assert routes(answer) == routes(ask(graph))
