"""A server that is away, goes away, refuses, or dies; a line that breaks. The store says so plainly, and recovers by itself."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph import neo4j as store_module
from graph import neo4j_cypher as cypher
from graph.errors import StoreError, StoreRefused, StoreUnavailable
from graph.model import ANY_TIME, Statement
from graph.neo4j import Neo4jStore
from graph.neo4j_sending import Piece, Sender
from graph.settings import Settings
from graph.store import Change
from tests.factories import entity, link, text
from tests.neo4j.cable import Cable
from tests.neo4j.conftest import Connect
from tests.neo4j.picture import picture
from tests.neo4j_server import Server

pytestmark = pytest.mark.usefixtures("small_batches", "impatient", "one_at_a_time")

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = [link(f"s{number}", "member_of", "network") for number in range(40)]
NEW = [
    *OLD[5:],
    *(link(f"n{number}", "part_of", "network") for number in range(40)),
    *entity("network", "network"),
    *(text(f"s{number}", "alias", f"S{number}") for number in range(10, 20)),  # to show, in transactions of their own
]
CHANGE = Change(2, "a.csv", T + DAY, 52, 5, 35)


@pytest.fixture
def cable(server: Server) -> Iterator[Cable]:
    with Cable(server.url) as between:
        yield between


# --- away ---


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PATIENCE", 60.0)  # whoever opens a store is told at once all the same
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.monotonic()
    for scheme in ("bolt", "neo4j"):
        settings = Settings(f"{scheme}://127.0.0.1:{port}", neo4j_password="s3cret-pass")
        with pytest.raises(StoreUnavailable, match="cannot be reached now") as raised:
            Neo4jStore.connect(settings)
        assert f"127.0.0.1:{port}" in str(raised.value)
        assert "s3cret" not in f"{raised.value} {raised.value.__cause__} {settings}"
    assert time.monotonic() - started < 20


def test_a_host_that_has_no_address() -> None:
    with pytest.raises(StoreUnavailable):
        Neo4jStore("bolt://no-such-host.invalid:7687")


def test_what_answers_is_no_neo4j(impatient: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            client, _ = other.accept()
            with client:
                client.recv(1024)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises((StoreRefused, StoreUnavailable), match=r"127\.0\.0\.1"):
            Neo4jStore(f"bolt://127.0.0.1:{other.getsockname()[1]}")


def test_the_line_is_down_for_a_read_and_comes_back(cable: Cable, connect: Connect) -> None:
    store = connect(cable.url)
    store.replace("a.csv", OLD, T)
    cable.cut()
    for read in (store.revision, lambda: list(store.about("s1", ANY_TIME)), lambda: list(store.scan(None, ANY_TIME))):
        with pytest.raises(StoreUnavailable):
            read()
    cable.mend()
    assert store.revision() == 1
    assert len(list(store.scan(None, ANY_TIME))) == 40


def test_an_answer_that_is_lost_is_asked_for_again(cable: Cable, connect: Connect) -> None:
    store = connect(cable.url)
    store.replace("a.csv", OLD, T)
    cable.lose_next_answer()
    assert [statement.object for statement in store.about("s1", ANY_TIME)] == ["network"]
    assert cable.lost == 1


def test_the_line_breaks_in_the_middle_of_a_stream(cable: Cable, connect: Connect) -> None:
    store = connect(cable.url)
    store.replace("a.csv", OLD, T)
    stream = store.scan(None, ANY_TIME)
    begun = [next(stream) for _ in range(3)]
    cable.cut()
    with pytest.raises(StoreUnavailable):
        list(stream)
    cable.mend()
    stream = store.scan(None, ANY_TIME)
    again = [next(stream) for _ in range(3)]
    assert again == begun
    cable.lose_next_answer()  # a short break is not even seen
    assert [statement.id for statement in [*again, *stream]] == sorted(statement.id for statement in OLD)


@pytest.mark.parametrize("at", [0, 3, 9])
def test_the_line_breaks_in_the_middle_of_a_load(
    at: int, cable: Cable, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, beside = connect(cable.url), connect()
    store.replace("a.csv", OLD, T)
    commit = Sender._commit
    commits: list[None] = []

    def cutting(self: Any, *given: Any) -> None:
        if len(commits) == at:
            cable.cut()
        commits.append(None)
        commit(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(Sender, "_commit", cutting)
        with pytest.raises(StoreUnavailable):
            store.replace("a.csv", NEW, T + DAY)
    assert beside.revision() == 1
    assert list(beside.scan(None, ANY_TIME)) == sorted(OLD, key=lambda statement: statement.id)
    cable.mend()
    assert store.replace("a.csv", NEW, T + DAY).revision == 2
    assert list(store.scan(None, ANY_TIME)) == sorted(NEW, key=lambda statement: statement.id)


def test_a_short_break_does_not_end_a_load(cable: Cable, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is begun anew from what is kept on disk: the iterable is not needed again."""
    store = connect(cable.url)
    store.replace("a.csv", OLD, T)
    commit = Sender._commit
    commits: list[None] = []

    def breaking(self: Any, *given: Any) -> None:
        commits.append(None)
        if len(commits) == 4:
            cable.cut()
            cable.mend()
        commit(self, *given)

    monkeypatch.setattr(Sender, "_commit", breaking)
    change = store.replace("a.csv", iter(NEW), T + DAY)
    assert (change.revision, change.added, change.withdrawn) == (2, 52, 5)
    assert list(store.scan(None, ANY_TIME)) == sorted(NEW, key=lambda statement: statement.id)


def test_answers_to_commits_that_are_lost(server: Server, cable: Cable, connect: Connect) -> None:
    """Each batch is written once, and the load says what it did, whichever answer is lost."""
    store = connect()
    store.replace("a.csv", OLD, T)
    assert store.replace("a.csv", NEW, T + DAY) == CHANGE
    undisturbed = picture(server)
    for lost in ([2, 4, 6, 8, 10], [1, 3, 5, 7, 9, 11, 13], [12, 14, 16, 18, 20]):
        server.empty()
        store = connect(cable.url)
        store.replace("a.csv", OLD, T)
        cable.lost = 0
        cable.lose_answers_to_commits(*lost)
        assert store.replace("a.csv", NEW, T + DAY) == CHANGE
        assert cable.lost > 0
        assert picture(server) == undisturbed
        assert server.run("MATCH (l:Load) RETURN l") == []


# --- refused ---


def test_a_wrong_password(server: Server) -> None:
    settings = Settings(server.url, neo4j_user=server.user, neo4j_password="wr0ng-s3cret")
    with pytest.raises(StoreRefused, match=r"refused the credentials.*MCMGRAPH_NEO4J_PASSWORD") as raised:
        Neo4jStore.connect(settings)
    assert "wr0ng" not in f"{raised.value} {raised.value.__cause__} {settings!r}"


def test_no_password(server: Server) -> None:
    with pytest.raises(StoreRefused, match="MCMGRAPH_NEO4J_USER"):
        Neo4jStore.connect(Settings(server.url))


def test_a_token_that_the_server_does_not_take(server: Server) -> None:
    with pytest.raises(StoreRefused) as raised:
        Neo4jStore.connect(Settings(server.url, neo4j_token="t0ken-s3cret"))
    assert "t0ken" not in f"{raised.value} {raised.value.__cause__}"


def test_a_question_without_an_end_is_stopped(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    store = connect()
    monkeypatch.setattr(store_module, "MOST_SECONDS", 1.0)
    with pytest.raises(StoreError, match="took too long for this question and was stopped"):
        store.read("UNWIND range(1, 10000000000) AS n WITH n WHERE n < 0 RETURN count(n)")
    assert store.revision() == 0


# --- killed ---


@pytest.fixture
def frail(frail_server: Server) -> Server:
    """The server that may be killed, running and empty."""
    if not frail_server.runs():
        frail_server.start()
    frail_server.empty()
    return frail_server


def open_frail(server: Server) -> Neo4jStore:
    return Neo4jStore(server.url, (server.user, server.password))


def wait_for(store: Neo4jStore) -> int:
    """The revision, as soon as the server answers again."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return store.revision()
        except StoreUnavailable:
            assert time.monotonic() < deadline


@pytest.mark.parametrize("shown", [False, True], ids=["while it is staged", "just after it is shown"])
def test_killed_in_the_middle_of_a_load(shown: bool, frail: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL. After the restart nothing is half loaded, and a second ``replace`` completes."""
    with open_frail(frail) as store:
        store.replace("a.csv", OLD, T)
        commit = Sender._commit
        commits: list[list[str]] = []

        def killing(self: Sender, pieces: list[Piece], *given: Any) -> None:
            commits.append([piece.query for piece in pieces])
            commit(self, pieces, *given)
            if commits[-1] == [cypher.PUBLISH] if shown else len(commits) == 5:
                frail.kill()

        with monkeypatch.context() as patched:
            patched.setattr(Sender, "_commit", killing)
            with pytest.raises(StoreUnavailable):
                store.replace("a.csv", NEW, T + DAY)
        frail.start()
        assert wait_for(store) == 1 + shown
        known = NEW if shown else OLD
        assert list(store.scan(None, ANY_TIME)) == sorted(known, key=lambda statement: statement.id)
        assert len(list(store.links("network", ANY_TIME))) == sum(statement.object == "network" for statement in known)
        assert len(list(store.delta(0))) == (40 + 52 + 5 if shown else 40)
        change = store.replace("a.csv", NEW, T + DAY)
        assert (change.revision, change.added) == (2, 0 if shown else 52)
        disturbed = picture(frail)
    frail.empty()
    with open_frail(frail) as store:
        store.replace("a.csv", OLD, T)
        assert store.replace("a.csv", NEW, T + DAY) == CHANGE
        assert picture(frail) == disturbed


def test_read_only_then_killed_while_it_is_read(frail: Server) -> None:
    expected = sorted(OLD, key=lambda statement: statement.id)
    with open_frail(frail) as store:
        store.replace("a.csv", OLD, T)
        frail.halt()  # what was never written out is built anew at a start, which a read-only server refuses to do
        frail.start({"server.databases.default_to_read_only": "true"})
        assert wait_for(store) == 1
        assert list(store.scan(None, ANY_TIME)) == expected
        _refuses_to_write(store)
        with open_frail(frail) as another:
            assert list(another.scan(None, ANY_TIME)) == expected
            _refuses_to_write(another)
        stream = store.scan(None, ANY_TIME)
        next(stream)
        frail.kill()
        with pytest.raises(StoreUnavailable):
            list(stream)
        with pytest.raises(StoreUnavailable):
            store.revision()
        frail.start()
        assert wait_for(store) == 1
        assert list(store.scan(None, ANY_TIME)) == expected
        assert store.replace("a.csv", NEW, T + DAY).revision == 2


def _refuses_to_write(store: Neo4jStore) -> None:
    with pytest.raises(StoreRefused, match="read-only"):
        store.replace("a.csv", NEW, T + DAY)
    assert store.revision() == 1


# --- a cluster's ways ---


def test_reads_and_writes_by_a_routing_address(server: Server, connect: Connect) -> None:
    """Reads go out as reads, which any member may answer, with the bookmarks of what was written."""
    store = connect(server.url.replace("bolt", "neo4j"))
    before = set(store._bookmarks.get_bookmarks())
    store.replace("a.csv", OLD, T)
    assert set(store._bookmarks.get_bookmarks()) - before
    assert len(list(store.links("network", ANY_TIME))) == len(OLD)
    with pytest.raises(StoreError, match="read access mode"):
        store.read("CREATE (n:Never) RETURN n.id")
    assert not server.run("MATCH (n:Never) RETURN n")


# --- two at once ---


def test_two_loaders_of_one_source_follow_each_other(connect: Connect) -> None:
    """Each has its own store, as two processes have; the batches of one must not get among those of the other."""
    stores = [connect(), connect()]
    given: list[list[Statement]] = [[link(f"{name}{number}", "member_of", "network") for number in range(60)] for name in "ab"]
    barrier = threading.Barrier(2)

    def load(number: int) -> list[int]:
        barrier.wait(30)
        return [stores[number].replace("one.csv", given[number], T).revision for _ in range(3)]

    with ThreadPoolExecutor(2) as pool:
        revisions = [future.result(120) for future in [pool.submit(load, number) for number in range(2)]]
    for change in stores[0].changes(0):
        known = list(stores[0].scan(None, type(ANY_TIME)(known=change.at)))
        assert sorted(statement.id for statement in given[0]) == [statement.id for statement in known] or sorted(
            statement.id for statement in given[1]
        ) == [statement.id for statement in known]
    assert max(max(mine) for mine in revisions) == stores[1].revision() == len(list(stores[0].changes(0)))
