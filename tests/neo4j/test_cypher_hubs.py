"""Questions about entities with very many links, on the server: the kernel's answers, and soon."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import neo4j
from graph.model import Statement
from graph.neo4j import Neo4jStore
from queries.cypher import counts, layers, reading
from queries.cypher import paths as asking
from queries.cypher.reading import Part
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
from queries.paths import PathQuestion, find_paths
from queries.search import SearchQuestion, search
from tests.factories import LOADED_AT, entities, link
from tests.neo4j.test_cypher import DAY, Both, few
from tests.queries.worlds import asked, worlds

LONGEST = 15.0
"""Seconds that the server may work on one read; what does not end is stopped, and its error is not the kernel's answer."""


@pytest.fixture
def both(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> Both:
    monkeypatch.setattr(neo4j, "MOST_SECONDS", LONGEST)
    return Both(store)


def complete(*rings: list[str]) -> list[Statement]:
    """Everyone of each ring is linked to everyone of the next."""
    pairs = ((one, other) for ring, onward in pairwise(rings) for one in ring for other in onward)
    return [link(one, "funds", other) for one, other in pairs]


def numbered(letter: str, count: int) -> list[str]:
    return [f"{letter}{number:03d}" for number in range(count)]


def test_very_many_shortest_paths(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """4,096 of them; the first are found by layers, and by far fewer reads than there are paths."""
    rings = [["a"], numbered("l", 16), numbered("m", 16), numbered("n", 16), ["g"]]
    dead_ends = [link("a", "funds", "k000"), link("k000", "funds", "k001"), link("l001", "supports", "m001")]
    both.board.hold([*entities("organisation", *(id for ring in rings for id in ring)), *complete(*rings), *dead_ends])
    by_layers: list[int] = []

    def counting(part: Part, steps: int, k: int, **limits: Any) -> list[list[str]]:
        by_layers.append(k)
        return layers.first_ways(part, steps, k, **limits)

    monkeypatch.setattr(asking, "first_ways", counting)
    for start, goal in (("a", "g"), ("g", "a")):
        for k in (1, 30):
            answer = both.ask(find_paths, PathQuestion(start, goal, as_of=DAY, by="shortest", k=k))
            assert len(answer.results) == k
            assert {len(path.ids) for path in answer.results} == {5}
    few_left = PathQuestion("a", "g", as_of=DAY, by="shortest", k=2, not_through=("m000",), kinds=("organisation",))
    both.ask(find_paths, few_left)
    assert by_layers == [1, 30, 1, 30, 2]
    too_far = both.ask(find_paths, PathQuestion("a", "g", as_of=DAY, by="shortest", max_steps=3))
    assert "no path of fewer than 4 steps" in too_far.reason


def test_layers_find_the_paths_of_random_graphs(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TIES", 1)

    @settings(few, max_examples=4)
    @given(worlds(), st.lists(asked(), min_size=4, max_size=4), st.integers(1, 4))
    def compare(world: list[Statement], questions: list[PathQuestion], k: int) -> None:
        both.board.hold(world)
        for question in questions:
            chosen: dict[str, Any] = {"by": "shortest", "k": k, "disjoint": "", "compare_to": None}
            both.ask(find_paths, type(question)(**{name: getattr(question, name) for name in question.__slots__} | chosen))

    compare()


def test_nothing_joins_two_ends_that_both_reach_many(both: Both) -> None:
    """Each link that can be reached is looked at once: ways through a dense part are not counted."""
    draw = random.Random(3)
    here, there = numbered("h", 120), numbered("t", 120)
    links = {(one, other) for ids in (here, there) for one in ids for other in draw.sample(ids, 12) if one != other}
    said = [link(one, "partners_with", other) for one, other in sorted(links)]
    bridge = [link("h000", "licenses_to", "t000", confidence="low"), link("h001", "funds", "t001", period=("2001", "2002"))]
    both.board.hold([*entities("organisation", *here, *there), *said, *bridge])
    for by in ("shortest", "hops"):
        for more in ({"predicates": ("partners_with",)}, {"confidence": "high"}, {"without_predicates": ("licenses_to",)}):
            answer = both.ask(find_paths, PathQuestion("h005", "t005", as_of=DAY, by=by, k=1, **more))
            assert not answer.results
            assert "joined only" in answer.reason


def test_ends_with_very_many_links(both: Both) -> None:
    spokes = numbered("s", 120)
    said = [link("hub", "funds", id) for id in spokes]
    said += [link(one, "partners_with", other) for one, other in zip(spokes, spokes[3:], strict=False)]
    said += [link("hub", "member_of", id, source="src-b") for id in spokes[::7]]
    said += [link(id, "funds", "rim") for id in spokes[::5]]
    said += [link("hub", "funds", "s011", source="src-c")]
    both.board.hold([*entities("organisation", "hub", "rim", *spokes), *said])
    for steps in (1, 2, 3):
        for limit in (1, 20, 1000):
            question = NeighbourhoodQuestion("hub", steps=steps, limit=limit, as_of=DAY)
            answer = both.ask(find_neighbourhood, question)
            assert answer.total_nodes == (121 if steps == 1 else 122)
            assert answer.truncated == (limit < answer.total_nodes - 1)
    both.ask(find_neighbourhood, NeighbourhoodQuestion("s000", as_of=DAY, limit=5, not_kinds=("network",)))
    for by in ("shortest", "hops"):
        both.ask(find_paths, PathQuestion("hub", "rim", as_of=DAY, by=by, k=1))


def test_what_was_counted_is_kept_until_something_is_loaded(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    both.board.hold([*entities("organisation", "a", "b", "g"), *complete(["a"], ["b"], ["g"])])
    reads: list[str] = []
    read = Neo4jStore.read

    def counting(store: Neo4jStore, query: str, **parameters: Any) -> Any:
        reads.append(query)
        return read(store, query, **parameters)

    monkeypatch.setattr(Neo4jStore, "read", counting)
    path = PathQuestion("a", "g", as_of=DAY, by="shortest", k=1)
    around = NeighbourhoodQuestion("b", as_of=DAY)
    ask: list[Callable[[], object]] = [lambda: find_paths(both.server, path), lambda: find_neighbourhood(both.server, around)]
    for find in ask:
        found = []
        for _ in range(3):
            reads.clear()
            find()
            found.append(len(reads))
        assert found[1:] == [1, 1], found
    both.store.replace("more", [*entities("organisation", "c"), link("b", "funds", "c")], LOADED_AT + timedelta(days=9))
    assert both.ask(find_paths, path).results[0].through[0].neighbours == 3
    assert both.ask(find_neighbourhood, around).nodes[0].degree == 3
    other_day = both.ask(find_paths, PathQuestion("a", "g", as_of="2020", by="shortest", k=1))
    assert other_day.results[0].through[0].neighbours == 3


def test_no_more_is_kept_than_is_of_use(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST", 3)
    graph = both.server
    for number in range(5):
        counts.keep(graph, 1, {"neighbours": {f"n{number}": number}})
    kept = counts.held(graph, 1, "neighbours", [f"n{number}" for number in range(5)])
    assert kept == {"n4": 4}
    counts.keep(graph, 2, {"neighbours": {"n7": 7}})
    counts.keep(graph, 1, {"neighbours": {"n8": 8}})
    assert counts.held(graph, 1, "neighbours", ["n7", "n8"]) == {}
    assert counts.held(graph, 2, "neighbours", ["n7", "n8"]) == {"n7": 7}


def test_a_name_like_many_others(both: Both) -> None:
    """What is only like the text is looked for where nothing fits: the answers are those of the kernel either way."""
    both.board.hold([*entities("organisation", *numbered("e", 90)), *entities("source", *numbered("d", 10))])
    for words in ("E001", "E00", "F001", "D001", "D01", "e001 e002"):
        both.ask(search, SearchQuestion(words, limit=5))
    both.ask(search, SearchQuestion("E001", kinds=("source",), limit=200))
