"""The questions on the server: the same answers as the kernel on the whole graph, and as brute force, on random graphs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import InputError, McmgraphError, StoreRefused, UnknownEntity
from graph.model import CONFIDENCES, AsOf, Statement
from graph.neo4j import Neo4jStore
from graph.neo4j_schema import TEXTS
from graph.revisions import Graph
from queries import engine
from queries.coverage import CoverageQuestion, coverage_of, find_coverage
from queries.cypher.coverage import part_for
from queries.cypher.reading import Part
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
from queries.paths import PathQuestion, find_paths
from queries.search import SearchQuestion, resolve, search
from queries.weights import weights
from tests.factories import LOADED_AT, cited_source, entities, entity, link, text
from tests.neo4j.conftest import Connect
from tests.neo4j_server import Server
from tests.property import test_coverage as covering
from tests.property.test_paths import expected, told
from tests.queries.oracle import World
from tests.queries.test_neighbourhood import SlowAnswer, asked_around
from tests.queries.worlds import Board, asked, worlds

few = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
DAY = "2026-11-21"


class Both:
    """One store asked in both ways."""

    def __init__(self, store: Neo4jStore) -> None:
        self.store, self.kernel, self.server = store, Graph(store), Graph(store, engine="server")
        self.board = Board(self.kernel)

    def ask(self, find: Callable[[Graph, Any], Any], question: Any) -> Any:
        """The answer of the server, which must be that of the kernel, also where it is an error."""
        answers = [_asked(find, graph, question) for graph in (self.kernel, self.server)]
        assert answers[1] == answers[0], question
        return answers[1]


def _asked(find: Callable[[Graph, Any], Any], graph: Graph, question: Any) -> Any:
    try:
        return find(graph, question)
    except McmgraphError as error:
        return type(error), str(error)


@pytest.fixture
def both(store: Neo4jStore) -> Both:
    return Both(store)


# --- random graphs -------------------------------------------------------------------------------------------------------


def test_paths_and_neighbourhoods_of_random_graphs(both: Both) -> None:
    @settings(few, max_examples=6)
    @given(worlds(), st.lists(asked(), min_size=6, max_size=6), st.lists(asked_around(), min_size=4, max_size=4))
    def compare(world: list[Statement], questions: list[PathQuestion], around: list[Any]) -> None:
        both.board.hold(world)
        for question in questions:
            answer = both.ask(find_paths, question)
            ways = World(world, AsOf(question.as_of)).ways(question)
            assert [told(path) for path in answer.results] == [expected(way) for way in ways]
            assert answer.exhausted == (len(ways) < question.k)
        for one in around:
            answer, slow = both.ask(find_neighbourhood, one), SlowAnswer(world, one)
            nodes = [(node.id, node.distance, node.degree) for node in answer.nodes]
            assert nodes == [(id, slow.distance[id], slow.degree[id]) for id in slow.shown]
            links = [((one.from_id, one.to_id, one.predicate), list(one.statements)) for one in answer.links]
            assert links == list(slow.links(slow.shown).items())

    compare()


def test_random_graphs_in_which_entities_were_merged(both: Both) -> None:
    decided = st.lists(st.builds(lambda one, other: link(one, "same_as", other), *[st.sampled_from("bcdef")] * 2), max_size=3)

    @settings(few, max_examples=4)
    @given(worlds(), decided, st.lists(asked(), min_size=3, max_size=3), st.lists(asked_around(), min_size=2, max_size=2))
    def compare(world: list[Statement], merges: list[Statement], questions: list[PathQuestion], around: list[Any]) -> None:
        both.board.hold([*world, *merges])
        for question in questions:
            both.ask(find_paths, question)
        for one in around:
            both.ask(find_neighbourhood, one)

    compare()


def test_a_load_that_comes_between(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a part is read, entities become sources, which no path passes through: the answer is that of one revision."""
    links = [
        link("a", "funds", "b"),
        link("b", "funds", "g"),
        link("a", "funds", "c"),
        link("c", "funds", "d"),
        link("d", "funds", "g"),
    ]
    both.board.hold([*entities("organisation", "a", "b", "c", "d", "g"), *links])
    question = PathQuestion("a", "g", as_of=DAY, by="hops", k=2, max_steps=3, disjoint="node")
    before = find_paths(both.kernel, question)
    changed = [*entities("organisation", "a", "c", "d", "g"), *entities("source", "b"), *links]
    hold, loads = Part.hold, iter([changed])

    def hold_and_load(part: Part, ids: Iterable[str]) -> None:
        hold(part, ids)
        for statements in loads:
            both.board.hold(statements)

    monkeypatch.setattr(Part, "hold", hold_and_load)
    answer = find_paths(both.server, question)
    assert next(loads, None) is None
    after = find_paths(both.kernel, question)
    assert [path.ids for path in before.results] == [("a", "b", "g"), ("a", "c", "d", "g")]
    assert [path.ids for path in after.results] == [("a", "c", "d", "g")]
    assert answer == (before if answer.revision == before.revision else after)


def test_what_another_process_loaded_is_seen_at_once(both: Both, connect: Connect) -> None:
    """A question begins with the revision that the last one found; it begins anew where that is no longer the newest."""
    said = [*entities("organisation", "a", "b", "c"), link("a", "funds", "b")]
    both.board.hold(said)
    asked: list[tuple[Callable[[Graph, Any], Any], Any]] = [
        (find_paths, PathQuestion("a", "b", as_of=DAY, by="shortest", k=2)),
        (find_paths, PathQuestion("a", "b", as_of=DAY)),
        (find_neighbourhood, NeighbourhoodQuestion("a", as_of=DAY)),
        (search, SearchQuestion("newcomer")),
    ]
    for find, question in asked:
        both.ask(find, question)
    other = connect()
    for number, (find, question) in enumerate(asked):
        newcomer = f"new{number}"
        more = [*entity(newcomer, name=f"Newcomer {number}"), link("a", "funds", newcomer), link(newcomer, "funds", "b")]
        change = other.replace(newcomer, [*more, link("a", "supports", "b", source=newcomer)], LOADED_AT + timedelta(days=9))
        answer = find(both.server, question)
        assert answer.revision == change.revision
        assert answer == find(both.kernel, question)


def test_nothing_is_read_off_entities_that_are_being_brought_up_to_date(both: Both, server: Server) -> None:
    both.board.hold([*entities("organisation", "a", "g"), link("a", "funds", "g")])
    assert Part(both.server, None, ask=True).shown
    assert not Part(both.server, LOADED_AT + timedelta(days=9)).shown
    revision = both.store.revision()
    server.run("CREATE (:Load {name: 'load', revision: $revision})", revision=revision)
    assert not Part(both.server, None, ask=True).shown
    server.run("MATCH (l:Load) SET l.revision = $revision", revision=revision + 1)
    assert Part(both.server, None, ask=True).shown  # staged rows change nothing that is shown
    server.run("MATCH (l:Load) DELETE l")
    both.ask(find_paths, PathQuestion("a", "g", as_of=DAY))


def test_coverage_of_random_graphs(both: Both) -> None:
    columns = st.sampled_from(("none", "by", "product-class"))

    @settings(few, max_examples=5)
    @given(
        covering.worlds(),
        covering.shelves(),
        st.lists(st.tuples(columns, st.sampled_from(covering.DAYS)), min_size=4, max_size=4),
    )
    def compare(world: list[Statement], shelf: list[Statement], asked: list[tuple[str, str]]) -> None:
        both.board.hold([*world, *shelf])
        for column, day in asked:
            for lens in (covering.MEMBERSHIP, covering.LISTED):
                if lens is covering.LISTED and column == "product-class":
                    continue
                question = CoverageQuestion(columns=column, as_of=day)
                snapshot = part_for(both.server, lens, question)
                answer = coverage_of(snapshot, lens, question)
                assert answer == coverage_of(both.kernel.snapshot(), lens, question)
                held = world if lens is covering.MEMBERSHIP else shelf
                covering.hold_against_brute_force(answer, held, exact_gaps=lens is covering.MEMBERSHIP)

    compare()


def test_only_a_part_is_read_where_the_graph_is_larger(both: Both) -> None:
    draw = random.Random(7)
    ids = [f"n{number:03d}" for number in range(150)]
    world = entities("organisation", *ids)
    for _ in range(450):
        one, other = draw.sample(ids, 2)
        period = (draw.choice(("", "2015", "2024")), draw.choice(("", "", "", "2025")))
        sure = draw.choice(CONFIDENCES)
        word = draw.choice(("member_of", "partners_with", "funds", "licenses_to"))
        world.append(link(one, word, other, period=period, source=f"src-{draw.randrange(5)}", confidence=sure))
    both.board.hold(world)
    sizes = []
    for number in range(6):
        one, other = draw.sample(ids, 2)
        for by in ("score", "hops", "shortest"):
            question = PathQuestion(one, other, k=draw.choice((1, 3, 8)), as_of=DAY, max_steps=6, by=by)
            answer = both.ask(find_paths, replace(question, disjoint="node" if number == 5 else ""))
            assert answer.results
        sizes.append(engine.for_paths(both.server, PathQuestion(one, other, k=1, as_of=DAY), weights()).statement_count)
    assert min(sizes) < both.kernel.snapshot().statement_count / 2


# --- particulars ---------------------------------------------------------------------------------------------------------


def test_merged_entities_are_one(both: Both) -> None:
    world = [
        *entities("organisation", "a", "b", "c", "d", "g"),
        link("a", "member_of", "b", period=("2024", "")),
        link("c", "partners_with", "g", period=("2024", "")),
        link("d", "funds", "a", period=("2024", "")),
    ]
    both.board.hold(world)
    apart = both.ask(find_paths, PathQuestion("a", "g", as_of=DAY))
    assert apart.results == ()
    both.board.hold([*world, link("c", "same_as", "b")])
    for start in ("a", "d"):
        answer = both.ask(find_paths, PathQuestion(start, "g", as_of=DAY))
        assert [path.ids[-3:] for path in answer.results] == [("a", "b", "g")]
    both.ask(find_paths, PathQuestion("b", "c", as_of=DAY))
    both.ask(find_paths, PathQuestion("c", "d", as_of=DAY, max_steps=1))


def test_steps_that_a_source_denies(both: Both) -> None:
    """A denial counts whatever its confidence and whichever predicates are asked for; the denied path is the lesser one."""
    said = [
        *entities("organisation", "a", "b", "c", "d", "g"),
        *cited_source("src-nay", "Who denies", "https://example.org/nay"),
        *(link("a", "member_of", id, period=("2024", "")) for id in ("b", "c", "d")),
        *(link(id, "member_of", "g", period=("2024", "")) for id in ("b", "c", "d")),
    ]
    denials = [
        link("a", "not_enrolled_in", "b", confidence="low", source="src-nay"),
        link("d", "not_member_of", "g", period=("2015", "2020"), source="src-nay"),
    ]
    both.board.hold([*said, *denials])
    asked: list[dict[str, Any]] = [
        {},
        {"k": 1},
        {"by": "hops", "k": 1},
        {"by": "shortest", "k": 3},
        {"confidence": "high", "predicates": ("member_of",)},
        {"include_ended": True, "as_of": "2018"},
        {"not_through": ("c", "d")},
        {"compare_to": "2030"},
    ]
    found = [both.ask(find_paths, PathQuestion("a", "g", **{"as_of": DAY, **more})) for more in asked]
    for answer in (found[0], found[3], found[4]):
        steps = {path.ids[1]: [step.state for step in path.steps] for path in answer.results}
        assert steps == {"b": ["disputed", "live"], "c": ["live", "live"], "d": ["live", "live"]}
    assert [path.ids[1] for path in found[0].results] == ["c", "d", "b"]
    denied = found[0].results[-1].steps[0]
    assert [(one.predicate, one.source_name) for one in denied.denials] == [("not_enrolled_in", "Who denies")]
    both.board.hold([*said, *denials, link("e", "same_as", "b"), link("a", "not_member_of", "e")])
    merged = both.ask(find_paths, PathQuestion("a", "g", as_of=DAY))
    assert len(merged.results[-1].steps[0].denials) == 2


def test_why_there_is_no_path(both: Both) -> None:
    ends = entities("organisation", "a", "b", "c", "d", "g", "alone")
    both.board.hold(
        [
            *ends,
            link("a", "member_of", "b", period=("2024", "")),
            link("b", "funds", "c", confidence="low"),
            link("c", "partners_with", "d", period=("2015", "2020")),
            link("d", "funds", "g"),
        ]
    )
    for more in (
        {"max_steps": 2, "include_ended": True},
        {"predicates": ("member_of",)},
        {"confidence": "high", "include_ended": True},
        {"kinds": ("event",)},
        {"not_through": ("c",)},
        {},
    ):
        answer = both.ask(find_paths, PathQuestion("a", "g", as_of=DAY, **more))
        assert answer.reason
    assert "has no link" in both.ask(find_paths, PathQuestion("a", "alone", as_of=DAY)).reason


def test_the_known_time_and_several_sources_of_one_statement(both: Both) -> None:
    said = [*entities("organisation", "a", "b", "g"), link("a", "funds", "b"), link("b", "funds", "g")]
    both.store.replace("one.csv", said, LOADED_AT)
    both.store.replace("two.csv", said[-1:], LOADED_AT + timedelta(days=1))
    both.store.replace("one.csv", said[:-1], LOADED_AT + timedelta(days=2))
    assert both.ask(find_paths, PathQuestion("a", "g", as_of=DAY)).results
    both.store.replace("two.csv", [], LOADED_AT + timedelta(days=3))
    assert not both.ask(find_paths, PathQuestion("a", "g", as_of=DAY)).results
    then = PathQuestion("a", "g", as_of=DAY, known_at=LOADED_AT + timedelta(days=1, hours=1))
    assert len(both.ask(find_paths, then).results) == 1
    both.ask(find_paths, replace(then, max_steps=1))
    both.ask(find_paths, PathQuestion("a", "g", as_of="2030", compare_to="2020"))


def test_what_cannot_be_asked_is_refused_alike(both: Both) -> None:
    both.board.hold([*entities("organisation", "who", "gavi"), *cited_source("src-a", "A report", "https://example.org/a")])
    for question in (
        PathQuestion("who", "gavo"),
        PathQuestion("who", "src-a"),
        PathQuestion("who", "gavi", predicates=("is",)),
    ):
        assert both.ask(find_paths, question)[0] in (UnknownEntity, InputError) or question.predicates
    with pytest.raises(InputError, match="not available with engine=server"):
        find_paths(both.server, PathQuestion("kind:organisation", "gavi"))
    both.ask(find_coverage, CoverageQuestion("mechanism:nothing"))


def test_without_the_full_text_index(both: Both, server: Server) -> None:
    """A user who may only read, and nobody has opened this database with a newer mcmgraph yet."""
    both.board.hold(entities("organisation", "who", "gavi"))
    server.run(f"DROP INDEX {TEXTS}")
    with pytest.raises(StoreRefused, match="--engine kernel"):
        search(both.server, SearchQuestion("gavi alliance"))
    with pytest.raises(UnknownEntity):
        find_paths(both.server, PathQuestion("who", "gavo"))
    server.run("MATCH (m:Mcmgraph) SET m.indexed = 'earlier'")
    Neo4jStore(server.url, (server.user, server.password)).close()
    both.ask(search, SearchQuestion("gavi"))


def test_names_with_quotes_and_cypher_in_them(both: Both) -> None:
    evil = "x'}) DETACH DELETE n //`\" {a: 1} AND *:* ~ [TO]"
    both.board.hold(
        [*entity("a", name=evil), *entity("b", name="Organisation mondiale de la Santé"), text("b", "alias", "OMS")]
    )
    assert [hit.id for hit in both.ask(search, SearchQuestion(evil)).results] == ["a"]
    for words, id in (
        ("sante", "b"),
        ("organisation mondial", "b"),
        ("oms", "b"),
        ("Mondiale de la Sant", "b"),
        ("orgnisation", "b"),
    ):
        assert [hit.id for hit in both.ask(search, SearchQuestion(words)).results] == [id], words
    assert resolve(both.server, evil) == "a"
    assert resolve(both.server, "organisation MONDIALE de la sante") == "b"
    assert both.ask(search, SearchQuestion("nothing of the kind")).results == ()
    with pytest.raises(UnknownEntity):
        resolve(both.server, "zzzz")
