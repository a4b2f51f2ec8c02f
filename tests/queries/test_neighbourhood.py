"""The neighbourhood: by hand on a small world, and equal to a slow second answer on random ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import BadDate, InputError, UnknownEntity, UnknownWord
from graph.model import CONFIDENCES, AsOf, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from queries.neighbourhood import Link, NeighbourhoodAnswer, NeighbourhoodQuestion, find_neighbourhood
from tests.factories import LOADED_AT, cited_source, entities, entity, graph_in, link
from tests.queries.oracle import World
from tests.queries.worlds import DATES, KINDS, LINKS, TRAVERSABLE, Board, checked, some_of, worlds

DAY = "2026-11-21"


def world() -> list[Statement]:
    return [
        *entity("net", "network", "the Network", subtype="regional"),
        *entities("organisation", "ann", "bob", "cat", "dan", "eve", "foe"),
        *entities("country", "KEN"),
        *entities("event", "fair"),
        *cited_source("src-a", "Report A", "https://example.org/a"),
        link("ann", "member_of", "net"),
        link("ann", "member_of", "net", source="src-b"),
        link("net", "funds", "ann", period=("2020", "2022")),
        link("bob", "leads", "net"),
        link("cat", "member_of", "net", confidence="low"),
        link("foe", "not_member_of", "net"),
        link("foe", "different_from", "net"),
        link("net", "participates_in", "fair", period=("2025-01-01", "2025-01-02")),
        link("ann", "partners_with", "bob"),
        link("ann", "located_in", "KEN"),
        link("bob", "located_in", "KEN"),
        link("ann", "operates", "dan"),
        link("dan", "operates", "eve"),
    ]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    made = graph_in(tmp_path_factory.mktemp("around"), world())
    yield made
    made.close()


def ask(graph: Graph, centre: str = "net", **asked: Any) -> NeighbourhoodAnswer:
    return find_neighbourhood(graph, NeighbourhoodQuestion(centre, **{"as_of": DAY, **asked}))


def ids(answer: NeighbourhoodAnswer) -> list[str]:
    return [node.id for node in answer.nodes]


def drawn(links: Sequence[Link]) -> list[str]:
    return [f"{one.from_id} {one.predicate} {one.to_id}" for one in links]


def test_one_step(graph: Graph) -> None:
    answer = ask(graph)
    # Strongest first: leads 0.9, then member_of 0.8 (ann with two statements), then a meeting 0.4.
    assert ids(answer) == ["net", "bob", "ann", "cat", "fair"]
    assert [(node.distance, node.degree) for node in answer.nodes] == [(0, 4), (1, 3), (1, 4), (1, 1), (1, 1)]
    assert (answer.centre.name, answer.centre.kind, answer.centre.subtype) == ("the Network", "network", "regional")
    assert drawn(answer.links) == [
        "ann partners_with bob",
        "ann member_of net",
        "bob leads net",
        "cat member_of net",
        "net participates_in fair",
    ]
    assert [one.state for one in answer.links] == ["live", "live", "live", "live", "past"]
    assert all(one.live for one in answer.links)
    assert (answer.total_nodes, answer.total_links, answer.truncated) == (5, 5, False)
    assert (answer.revision, answer.as_of, answer.known_at) == (1, DAY, None)
    member = answer.links[1]
    assert len(member.statements) == 2
    assert [answer.statements[id].source for id in member.statements].count("src-b") == 1
    assert {answer.statements[id].sentence for id in member.statements} == {"ANN is a member of the Network."}
    assert set(answer.statements) == {id for one in answer.links for id in one.statements}


def test_further_steps(graph: Graph) -> None:
    assert ids(ask(graph, steps=2)) == ["net", "bob", "ann", "cat", "fair", "dan", "KEN"]
    three = ask(graph, steps=3)
    assert ids(three) == ["net", "bob", "ann", "cat", "fair", "dan", "KEN", "eve"]
    assert [node.distance for node in three.nodes] == [0, 1, 1, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"predicates": ["member_of"]}, ["net", "ann", "cat"]),
        ({"predicates": ["not_member_of"]}, ["net", "foe"]),
        ({"predicates": ["different_from"]}, ["net", "foe"]),
        ({"without_predicates": ["member_of", "participates_in"]}, ["net", "bob"]),
        ({"steps": 2, "kinds": ["organisation"]}, ["net", "bob", "ann", "cat", "dan"]),
        ({"steps": 2, "not_kinds": ["organisation"]}, ["net", "fair"]),
        ({"steps": 2, "traversable_only": True}, ["net", "bob", "ann", "cat", "fair", "dan"]),
        ({"confidence": "medium"}, ["net", "bob", "ann", "fair"]),
        ({"as_of": "2024"}, ["net", "bob", "ann", "cat"]),
        ({"as_of": "2021", "predicates": ["funds"]}, ["net", "ann"]),
        ({"predicates": ["funds"]}, ["net"]),
        ({"predicates": ["funds"], "include_ended": True}, ["net", "ann"]),
    ],
)
def test_filters(graph: Graph, asked: dict[str, Any], expected: list[str]) -> None:
    assert ids(ask(graph, **asked)) == expected


def test_ended_links_are_shown_as_ended(graph: Graph) -> None:
    (funds,) = [one for one in ask(graph, include_ended=True).links if one.predicate == "funds"]
    assert (funds.state, funds.live) == ("ended", False)
    assert ask(graph, include_ended=True).statements[funds.statements[0]].sentence == (
        "the Network funds ANN; this ended in 2022."
    )


def test_a_limit_keeps_the_nearest_and_says_what_it_cut(graph: Graph) -> None:
    answer = ask(graph, steps=3, limit=3)
    assert ids(answer) == ["net", "bob", "ann", "cat"]
    assert drawn(answer.links) == ["ann partners_with bob", "ann member_of net", "bob leads net", "cat member_of net"]
    assert (answer.total_nodes, answer.total_links, answer.truncated) == (8, 9, True)
    exact = ask(graph, steps=3, limit=7)
    assert (len(exact.nodes), len(exact.links), exact.truncated) == (8, 9, False)


def test_an_entity_without_links_is_alone(tmp_path: Path) -> None:
    answer = ask(graph_in(tmp_path, entity("ann")), "ann")
    assert (ids(answer), answer.links, answer.truncated, answer.centre.degree) == (["ann"], (), False, 0)


def test_the_known_time(tmp_path: Path) -> None:
    graph = graph_in(tmp_path, world())
    graph.store.replace("test/0.csv", [s for s in world() if s.subject != "bob"], LOADED_AT + timedelta(days=2))
    assert "bob" not in ids(ask(graph, predicates=["leads"]))
    assert "bob" in ids(ask(graph, predicates=["leads"], known_at=LOADED_AT + timedelta(days=1)))
    graph.close()


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"centre": "nett"}, UnknownEntity, "Nearest: the Network (net)"),
        ({"centre": "src-a"}, InputError, "is a source"),
        ({"steps": 0}, InputError, "steps is the distance, a whole number from 1 to 3; 0 was given"),
        ({"steps": 4}, InputError, "from 1 to 3; 4"),
        ({"limit": 1001}, InputError, "limit is the most entities that are shown, a whole number from 1 to 1000; 1001"),
        ({"limit": True}, InputError, "True was given"),
        ({"as_of": "soon"}, BadDate, "'soon'"),
        ({"predicates": ["leed"]}, UnknownWord, "Nearest: leads"),
        ({"predicates": ["name"]}, UnknownWord, "link predicate 'name'"),
        ({"predicates": ["works_on"], "traversable_only": True}, InputError, "does not follow 'works_on'"),
        ({"kinds": ["org"]}, UnknownWord, "kind 'org'"),
        ({"kinds": "country"}, InputError, "kinds takes a list"),
        ({"confidence": ""}, UnknownWord, "high, medium, low"),
    ],
)
def test_bad_questions_are_refused(graph: Graph, asked: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error) as caught:
        ask(graph, **asked)
    assert says in str(caught.value)


# --- a second answer on random worlds -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    made = Graph(SqliteStore(tmp_path_factory.mktemp("random") / "graph.sqlite"))
    yield Board(made)
    made.close()


@st.composite
def asked_around(draw: st.DrawFn) -> NeighbourhoodQuestion:
    traversable_only = draw(st.booleans())
    filters: dict[str, st.SearchStrategy[Any]] = {
        "predicates": some_of(TRAVERSABLE if traversable_only else LINKS, 5),
        "without_predicates": some_of(LINKS, 2),
        "kinds": some_of(KINDS, 3),
        "not_kinds": some_of(KINDS, 2),
        "confidence": st.sampled_from(CONFIDENCES),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(filters)), max_size=2, unique=True))
    return NeighbourhoodQuestion(
        "a",
        steps=draw(st.integers(1, 3)),
        as_of=draw(st.just(DATES[0]) | st.sampled_from(DATES)),
        traversable_only=traversable_only,
        include_ended=draw(st.booleans()),
        limit=draw(st.just(1000) | st.integers(1, 5)),
        **{name: draw(filters[name]) for name in chosen},
    )


class SlowAnswer:
    """The same question answered from the statements, with networkx for the distances."""

    def __init__(self, statements: Sequence[Statement], question: NeighbourhoodQuestion) -> None:
        self.question, self.world = question, World(statements, AsOf(question.as_of))
        self.seen = [statement for statement in self.world.statements if self._sees(statement)]
        joined: nx.Graph[str] = nx.Graph()
        joined.add_node("a")
        joined.add_edges_from((statement.subject, statement.object or "") for statement in self.seen)
        self.degree = dict(joined.degree())
        self.distance = nx.single_source_shortest_path_length(joined, "a", cutoff=question.steps)
        self.order = sorted(self.distance, key=self._rank)
        self.shown = self.order[: question.limit + 1]

    def _sees(self, statement: Statement) -> bool:
        question, word = self.question, vocabulary().predicates[statement.predicate]
        if statement.object is None or statement.subject == statement.object:
            return False
        states = ("live", "past", "ended") if question.include_ended else ("live", "past")
        allowed = word.traversable if question.traversable_only else not word.negates and word.name != "different_from"
        if question.predicates:
            allowed = word.name in question.predicates
        levels = ["high", "medium", "low"]
        return (
            allowed
            and word.name not in question.without_predicates
            and self.world.state(statement) in states
            and levels.index(statement.confidence) <= levels.index(question.confidence)
            and self._shows(statement.subject)
            and self._shows(statement.object)
        )

    def _shows(self, id: str) -> bool:
        kind = self.world.kind(id)
        wanted = kind in self.question.kinds or not self.question.kinds
        return kind != "source" and (id == "a" or (wanted and kind not in self.question.not_kinds))

    def _rank(self, id: str) -> tuple[int, float, int, str]:
        nearer = [
            vocabulary().predicates[statement.predicate].strength
            for statement in self.seen
            if id in (statement.subject, statement.object)
            and self.distance.get(statement.subject if id == statement.object else statement.object or "")
            == self.distance[id] - 1
        ]
        return (self.distance[id], -max(nearer, default=0.0), -len(nearer), id)

    def links(self, among: Sequence[str]) -> dict[tuple[str, str, str], list[str]]:
        found: dict[tuple[str, str, str], list[str]] = {}
        for statement in self.seen:
            if statement.subject in among and statement.object in among:
                found.setdefault((statement.subject, statement.object or "", statement.predicate), []).append(statement.id)
        return dict(sorted(found.items()))


@settings(checked, max_examples=120)
@given(worlds(), asked_around())
def test_equal_to_a_slow_answer(board: Board, world: list[Statement], question: NeighbourhoodQuestion) -> None:
    answer, slow = find_neighbourhood(board.hold(world), question), SlowAnswer(world, question)
    assert [(node.id, node.distance, node.degree) for node in answer.nodes] == [
        (id, slow.distance[id], slow.degree[id]) for id in slow.shown
    ]
    links = [((one.from_id, one.to_id, one.predicate), list(one.statements)) for one in answer.links]
    assert links == list(slow.links(slow.shown).items())
    assert (answer.total_nodes, answer.total_links) == (len(slow.order), len(slow.links(slow.order)))
    assert answer.truncated == (len(slow.shown) < len(slow.order))
    for one in answer.links:
        states = {slow.world.state(statement) for statement in slow.seen if statement.id in one.statements}
        assert one.state == next(state for state in ("live", "past", "ended") if state in states)
