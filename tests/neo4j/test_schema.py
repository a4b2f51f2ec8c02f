"""Setting up, completing and bringing up the schema; databases and servers that are refused."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import neo4j
import pytest

from graph import neo4j_schema, neo4j_writing
from graph.errors import InputError, McmgraphError, SchemaTooNew, StoreError, StoreRefused
from graph.model import ANY_TIME
from graph.neo4j import Neo4jStore
from graph.neo4j_schema import OTHER, prepare, wanted, wanted_of
from graph.opening import open_store
from graph.revisions import Graph
from graph.settings import Settings
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
from queries.paths import PathQuestion, find_paths
from queries.search import SearchQuestion, search
from tests.factories import entity, link
from tests.neo4j.conftest import Connect
from tests.neo4j_server import Server

T = datetime(2026, 3, 1, tzinfo=UTC)


def indexes(server: Server) -> set[str]:
    """The names of all indexes and constraints of ours."""
    return {row["name"] for row in server.run("SHOW INDEXES YIELD name WHERE name CONTAINS 'mcmgraph'")}


def head(server: Server) -> dict[str, object]:
    """What the one node of the schema holds."""
    [row] = server.run("MATCH (m:Mcmgraph) RETURN properties(m) AS held")
    held: dict[str, object] = row["held"]
    return held


GIVEN = [link("a", "member_of", "b"), link("a", "odd one", "b"), *entity("a")]


def test_an_empty_database_is_set_up(server: Server, connect: Connect) -> None:
    server.wipe()
    store = connect()
    assert indexes(server) == set(wanted())
    assert head(server)["schema"] == neo4j_schema.SCHEMA == len(neo4j_schema.MIGRATIONS)
    assert store.identity() == head(server)["identity"]
    assert len(store.identity()) == 32
    assert store.revision() == 0
    assert (list(store.scan(None, ANY_TIME)), list(store.about("a", ANY_TIME)), store.current(["0" * 32])) == ([], [], set())


def test_a_load_makes_the_indexes_of_what_it_brings(server: Server, connect: Connect) -> None:
    server.wipe()
    store = connect()
    store.replace("a.csv", GIVEN, T)
    first = {*wanted(), *wanted_of(["MEMBER_OF", OTHER])}
    assert indexes(server) == first
    store.replace("b.csv", [link("a", "funds", "b")], T)
    assert indexes(server) == first | set(wanted_of(["FUNDS"]))
    assert {row["state"] for row in server.run("SHOW INDEXES YIELD state")} == {"ONLINE"}
    assert [statement.predicate for statement in store.about("a", ANY_TIME)] == [
        "funds",
        "kind",
        "member_of",
        "name",
        "odd one",
    ]


def test_a_store_without_a_load_can_be_asked(server: Server, connect: Connect) -> None:
    """Although it has not all indexes yet: in both ways, with the same answers."""
    server.wipe()
    store = connect()
    questions: tuple[tuple[Callable[[Graph, Any], object], object], ...] = (
        (search, SearchQuestion("who")),
        (find_paths, PathQuestion("a", "b", as_of="2026-01-01")),
        (find_neighbourhood, NeighbourhoodQuestion("a", as_of="2026-01-01")),
    )
    for find, question in questions:
        answers: list[object] = []
        for graph in (Graph(store), Graph(store, engine="server")):
            try:
                answers.append(find(graph, question))
            except McmgraphError as error:
                answers.append((type(error), str(error)))
        assert answers[0] == answers[1], question


@pytest.mark.parametrize("at", ["before its indexes", "among them", "after them"])
def test_a_first_load_that_dies_around_its_indexes(
    at: str, server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is seen, and whatever is loaded next can be found by indexes."""
    server.wipe()
    store = connect()

    def dying(session: neo4j.Session, commands: dict[str, str]) -> None:
        made = {"before its indexes": 0, "among them": 2}.get(at, len(commands))
        neo4j_schema.complete(session, dict(list(commands.items())[:made]))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(neo4j_writing, "complete", dying)
        with pytest.raises(KeyboardInterrupt):
            store.replace("a.csv", GIVEN, T)
    for one in (store, connect()):
        assert (one.revision(), list(one.scan(None, ANY_TIME))) == (0, [])
    given = [link("b", "funds", "c"), *entity("b")]
    assert connect().replace("b.csv", given, T).revision == 1
    assert set(wanted_of(["FUNDS"])) <= indexes(server)
    assert set(store.scan(None, ANY_TIME)) == set(given)
    assert store.replace("a.csv", GIVEN, T).added == len(GIVEN)
    assert {*wanted(), *wanted_of(["FUNDS", "MEMBER_OF", OTHER])} == indexes(server)
    assert set(store.scan(None, ANY_TIME)) == {*given, *GIVEN}


def test_opening_again_changes_nothing(server: Server, connect: Connect) -> None:
    first = connect()
    before = (head(server), indexes(server))
    assert connect().identity() == first.identity()
    assert (head(server), indexes(server)) == before


def test_each_graph_has_an_identity_of_its_own(server: Server, connect: Connect) -> None:
    first = connect().identity()
    server.empty()
    assert connect().identity() != first


def test_two_set_it_up_at_once(server: Server, connect: Connect) -> None:
    server.wipe()
    with ThreadPoolExecutor(2) as pool:
        stores = [future.result(120) for future in [pool.submit(connect) for _ in range(2)]]
    assert stores[0].identity() == stores[1].identity()
    assert indexes(server) == set(wanted())
    assert stores[0].replace("a.csv", [link("a", "member_of", "b")], T).revision == 1
    assert stores[1].revision() == 1


def test_a_set_up_that_was_cut_off_is_completed(server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    server.wipe()
    some = dict(list(wanted().items())[:5])
    with monkeypatch.context() as patched:
        patched.setattr(neo4j_schema, "wanted", lambda: some)
        patched.setattr(neo4j_schema, "_migrate", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            connect()
    assert indexes(server) == set(some)
    assert connect().revision() == 0
    assert indexes(server) == set(wanted())


def _cut_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_is_missing_is_made_when_the_store_is_opened(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a newer mcmgraph wants another index."""
    connect().replace("a.csv", GIVEN, T)
    server.run("DROP INDEX mcmgraph_statement_id")
    more = {**wanted(), "mcmgraph_more": "CREATE INDEX mcmgraph_more IF NOT EXISTS FOR (s:Statement) ON (s.sort)"}
    monkeypatch.setattr(neo4j_schema, "wanted", lambda: more)
    connect()
    assert {"mcmgraph_more", "mcmgraph_statement_id"} <= indexes(server)


def test_an_index_that_is_not_there_costs_time_alone(server: Server, store: Neo4jStore) -> None:
    """After a crash a server may build indexes anew; what names them is answered all the same."""
    store.replace("a.csv", GIVEN, T)
    dropped = {"mcmgraph_member_of_id", "mcmgraph_member_of_opened"}
    for name in dropped:
        server.driver().execute_query(f"DROP INDEX {name}")
    assert {statement.id for statement in store.scan(None, ANY_TIME)} == {statement.id for statement in GIVEN}
    assert len(list(store.delta(0))) == len(GIVEN)
    store.replace("b.csv", [link("c", "part_of", "d")], T)  # a load makes what is missing
    assert dropped <= indexes(server)


def test_a_newer_schema_is_refused_and_left_alone(server: Server, connect: Connect) -> None:
    store = connect()
    store.replace("a.csv", [link("a", "member_of", "b")], T)
    server.run("MATCH (m:Mcmgraph) SET m.schema = 99")
    before = head(server)
    with pytest.raises(SchemaTooNew, match=r"schema 99.*Upgrade"):
        connect()
    with pytest.raises(SchemaTooNew):  # it was opened before the other one came
        store.replace("a.csv", [], T)
    assert [statement.subject for statement in store.scan(None, ANY_TIME)] == ["a"]
    assert {**head(server), "writer": None} == {**before, "writer": None}


def test_migrations_run_once_and_in_order(server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    store = connect()
    store.replace("a.csv", [link("a", "member_of", "b")], T)
    steps = (
        *neo4j_schema.MIGRATIONS,
        ("MATCH (e:Entity) SET e.steps = coalesce(e.steps, '') + '2'",),
        ("MATCH (e:Entity) SET e.steps = e.steps + '3'", "MATCH (e:Entity) SET e.steps = e.steps + '!'"),
    )
    monkeypatch.setattr(neo4j_schema, "MIGRATIONS", steps)
    monkeypatch.setattr(neo4j_schema, "SCHEMA", len(steps))
    with ThreadPoolExecutor(2) as pool:
        stores = [future.result(60) for future in [pool.submit(connect) for _ in range(2)]]
    assert {row["steps"] for row in server.run("MATCH (e:Entity) RETURN e.steps AS steps")} == {"23!"}
    assert head(server)["schema"] == len(steps)
    assert {one.identity() for one in stores} == {store.identity()}
    assert list(stores[0].scan(None, ANY_TIME)) == list(store.scan(None, ANY_TIME))


def test_a_database_with_other_data_is_left_alone(server: Server, connect: Connect) -> None:
    server.wipe()
    server.run("CREATE (:Person {name: 'somebody'})")
    with pytest.raises(StoreRefused, match="not mcmgraph's"):
        connect()
    assert indexes(server) == set()
    assert [row["labels"] for row in server.run("MATCH (n) RETURN labels(n) AS labels")] == [["Person"]]


@pytest.mark.parametrize("agent", ["Neo4j/5.25.1", "Neo4j/4.4.40", "Memgraph/3.0", ""])
def test_an_older_or_another_server_is_refused(agent: str) -> None:
    with pytest.raises(StoreRefused, match=r"needs Neo4j 5\.26"):
        neo4j_schema._check_server(agent, "bolt://x")


@pytest.mark.parametrize("agent", ["Neo4j/5.26.0", "Neo4j/5.27-aura", "Neo4j/2025.10.1"])
def test_later_servers_are_taken(agent: str) -> None:
    neo4j_schema._check_server(agent, "bolt://x")


def test_the_graph_was_deleted_behind_our_back(server: Server, store: Neo4jStore) -> None:
    server.empty()
    with pytest.raises(StoreError, match="deleted"):
        store.replace("a.csv", [link("a", "member_of", "b")], T)


# --- settings ---


def test_settings_open_it(server: Server) -> None:
    settings = Settings(server.url, neo4j_user=server.user, neo4j_password=server.password)
    store = open_store(settings)
    try:
        assert isinstance(store, Neo4jStore)
        assert store.replace("a.csv", [link("a", "member_of", "b")], T).revision == 1
    finally:
        store.close()


def test_a_database_by_name(server: Server) -> None:
    settings = Settings(server.url, neo4j_user=server.user, neo4j_password=server.password, neo4j_database="neo4j")
    with Neo4jStore.connect(settings) as store:
        assert store.revision() == 0
        assert repr(store) == f"Neo4jStore('{server.url}/neo4j')"


def test_a_database_that_is_not_there(server: Server) -> None:
    settings = Settings(server.url, neo4j_user=server.user, neo4j_password=server.password, neo4j_database="nowhere")
    with pytest.raises(StoreRefused, match="no database of that name"):
        Neo4jStore.connect(settings)


def test_no_secret_in_an_address() -> None:
    with pytest.raises(InputError) as raised:
        Neo4jStore("neo4j://me:s3cret@localhost")
    assert "s3cret" not in str(raised.value)


def test_preparing_needs_no_more_than_one_question(server: Server, store: Neo4jStore) -> None:
    """A short command opens the store each time: the indexes are not looked through again."""
    asked: list[str] = []

    class Counting:
        def __init__(self, session: object) -> None:
            self._session = session

        def __getattr__(self, name: str) -> object:
            asked.append(name)
            return getattr(self._session, name)

    with server.driver().session() as session:
        assert prepare(Counting(session), server.url) == store.identity()  # type: ignore[arg-type]
    assert asked == ["run"]
