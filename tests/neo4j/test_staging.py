"""A load that is cut off anywhere: no reader sees any of it, and the next load leaves no trace of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph import neo4j_cypher as cypher
from graph import neo4j_writing
from graph.model import ANY_TIME, AsOf, Statement
from graph.neo4j import Neo4jStore
from graph.neo4j_sending import Piece, Sender
from graph.store import Change
from tests.factories import entity, link, text
from tests.neo4j.conftest import Connect
from tests.neo4j.picture import picture
from tests.neo4j_server import Server

pytestmark = pytest.mark.usefixtures("small_batches", "impatient", "one_at_a_time")

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)

OLD = [
    *(link(f"s{number}", "member_of", "network") for number in range(12)),
    *(statement for number in range(6) for statement in entity(f"s{number}")),
    text("network", "kind", "network"),
]
NEW = [
    *OLD[4:],
    *(link(f"new{number}", "part_of", "s0", period=("2020", "")) for number in range(5)),
    *entity("new0", "facility", "The New One", alias="N1"),
    *(text(f"new{number}", "alias", f"N{number}") for number in range(1, 5)),
    *(text(f"s{number}", "alias", f"S{number}") for number in range(8)),
    text("network", "name", "The Network"),
]
ADDED, WITHDRAWN = 5 + 3 + 4 + 8 + 1, 4
CHANGE = Change(2, "a.csv", T + DAY, ADDED, WITHDRAWN, len(OLD) - WITHDRAWN)
COMMITS = 9
"""Transactions that replacing OLD by NEW takes in small batches."""
PUBLISHING = 6
"""The one of them that shows it."""


class Died(BaseException):
    """What ends a loader at once."""


def state(store: Neo4jStore) -> list[Any]:
    """What every read says."""
    return [
        store.revision(),
        list(store.changes(0)),
        list(store.delta(0)),
        list(store.scan(None, ANY_TIME)),
        list(store.scan("member_of", AsOf(known=T + 9 * DAY))),
        list(store.records(None, ANY_TIME, ever=True)),
        list(store.about("s0", ANY_TIME)),
        list(store.links("network", ANY_TIME)),
        sorted(store.statements([statement.id for statement in [*OLD, *NEW]])),
        [row[0] for row in store.rows(ANY_TIME)],
    ]


def dying(at: int, after: bool) -> Callable[..., None]:
    """A ``_commit`` at whose n-th call the loader dies, before or after it."""
    commit = Sender._commit

    def commit_or_die(self: Any, *given: Any) -> None:
        dying_now = commits[0] == at
        commits[0] += 1
        if dying_now and not after:
            raise Died
        commit(self, *given)
        if dying_now:
            raise Died

    commits = [0]
    return commit_or_die


_UNDISTURBED: dict[str, list[Any]] = {}


@pytest.fixture
def undisturbed(server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What the reads and the database say without any mishap; worked out once, on a server that is empty again after it."""
    if not _UNDISTURBED:
        store = connect()
        store.replace("a.csv", OLD, T)
        _UNDISTURBED["before"] = state(store)
        commit, commits = Sender._commit, []

        def counting(self: Sender, pieces: list[Piece], *given: Any) -> None:
            commits.append([piece.query for piece in pieces])
            commit(self, pieces, *given)

        with monkeypatch.context() as patched:
            patched.setattr(Sender, "_commit", counting)
            assert store.replace("a.csv", NEW, T + DAY) == CHANGE
        assert len(commits) == COMMITS, "the tests rely on these two numbers"
        assert commits[PUBLISHING] == [cypher.PUBLISH]
        assert server.run("MATCH (l:Load) RETURN l") == []
        _UNDISTURBED["after"] = state(store)
        _UNDISTURBED["picture"] = picture(server)
        server.empty()
    return _UNDISTURBED


@pytest.mark.parametrize(("at", "after"), [*((at, False) for at in range(COMMITS)), (PUBLISHING, True), (COMMITS - 1, True)])
def test_a_loader_that_dies(
    at: int, after: bool, server: Server, connect: Connect, undisturbed: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dying after one transaction leaves what dying before the next one leaves; but for the last, and the one that shows."""
    store = connect()
    store.replace("a.csv", OLD, T)
    with monkeypatch.context() as patched:
        patched.setattr(Sender, "_commit", dying(at, after))
        with pytest.raises(Died):
            store.replace("a.csv", NEW, T + DAY)
    shown = at + after > PUBLISHING
    assert state(connect()) == undisturbed["after" if shown else "before"]
    again = store.replace("a.csv", NEW, T + DAY)
    assert again.revision == 2
    assert (again.added, again.withdrawn) == ((0, 0) if shown else (ADDED, WITHDRAWN))
    assert state(store) == undisturbed["after"]
    assert picture(server) == undisturbed["picture"]


@pytest.mark.parametrize("at", [0, 2, PUBLISHING - 1])
def test_the_next_load_of_another_source_clears_up(
    at: int, server: Server, undisturbed: dict[str, list[Any]], store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace("a.csv", OLD, T)
    with monkeypatch.context() as patched:
        patched.setattr(Sender, "_commit", dying(at, after=True))
        with pytest.raises(Died):
            store.replace("a.csv", NEW, T + DAY)
    assert store.replace("b.csv", [], T + DAY) == Change(1, "b.csv", T + DAY, 0, 0, 0)
    assert server.run("MATCH (l:Load) RETURN l") == []
    late = "x.opened > 1 OR x.closed > 1 RETURN x"
    assert server.run(f"MATCH (x) WHERE {late} UNION MATCH ()-[x]->() WHERE {late}") == []
    assert state(store) == undisturbed["before"]


def test_clearing_up_that_is_cut_off_is_taken_up_again(
    server: Server, undisturbed: dict[str, list[Any]], store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace("a.csv", OLD, T)
    with monkeypatch.context() as patched:
        patched.setattr(Sender, "_commit", dying(PUBLISHING - 1, after=True))
        with pytest.raises(Died):
            store.replace("a.csv", NEW, T + DAY)
    keep = neo4j_writing._Load._keep_lock
    kept: list[None] = []

    def keep_or_die(self: Any) -> None:
        kept.append(None)
        if len(kept) == 2:
            raise Died
        keep(self)

    with monkeypatch.context() as patched:
        patched.setattr(neo4j_writing._Load, "_keep_lock", keep_or_die)
        with pytest.raises(Died):
            store.replace("a.csv", NEW, T + DAY)
    assert state(store) == undisturbed["before"]
    assert store.replace("a.csv", NEW, T + DAY).added == ADDED
    assert picture(server) == undisturbed["picture"]


def test_a_loader_process_that_is_killed(server: Server, undisturbed: dict[str, list[Any]], store: Neo4jStore) -> None:
    """The server lets go of the lock of a process that is gone, without anybody's help."""
    store.replace("a.csv", OLD, T)
    program = (
        "import sys, time\n"
        "from graph import neo4j_sending, neo4j_spool\n"
        "from graph.neo4j import Neo4jStore\n"
        "from tests.neo4j.test_staging import NEW, T, DAY\n"
        "neo4j_spool.BATCH = neo4j_sending.BATCH = 8\n"
        "commit = neo4j_sending.Sender._commit\n"
        "def slowly(self, *given):\n"
        "    commit(self, *given)\n"
        "    print('written', flush=True)\n"
        "    time.sleep(60)\n"
        "neo4j_sending.Sender._commit = slowly\n"
        "url, user, password = sys.stdin.read().split()\n"
        "Neo4jStore(url, (user, password)).replace('a.csv', NEW, T + DAY)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loader:
        assert loader.stdin is not None
        assert loader.stdout is not None
        loader.stdin.write(f"{server.url} {server.user} {server.password}")
        loader.stdin.close()
        assert loader.stdout.readline() == "written\n"
        assert server.run("MATCH (l:Load) RETURN l.source AS source")[0]["source"] == "a.csv"
        assert state(store) == undisturbed["before"]
        os.kill(loader.pid, signal.SIGKILL)
    assert store.replace("a.csv", NEW, T + DAY).added == ADDED
    assert picture(server) == undisturbed["picture"]


@pytest.mark.parametrize("at", [1, PUBLISHING, PUBLISHING + 1])
def test_a_loader_that_lost_the_lock_cannot_write(
    at: int, server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of one loader ends while it sleeps, another loads, the first wakes up: it begins anew, after the other."""
    first, second = connect(), connect()
    first.replace("a.csv", OLD, T)
    asleep, wake_up = threading.Event(), threading.Event()
    commit = Sender._commit
    commits = [0]

    def slow_commit(self: Any, *given: Any) -> None:
        if self._source == "a.csv":
            commits[0] += 1
            if commits[0] == at + 1:
                asleep.set()
                assert wake_up.wait(60)
        commit(self, *given)

    monkeypatch.setattr(Sender, "_commit", slow_commit)
    monkeypatch.setattr(neo4j_writing._Load, "_keep_lock", lambda self: None)  # it does not notice
    other: list[Statement] = [link(f"other{number}", "member_of", "network") for number in range(20)]
    with ThreadPoolExecutor(1) as pool:
        sleeping = pool.submit(first.replace, "a.csv", NEW, T + DAY)
        try:
            assert asleep.wait(60)
            [lock] = server.run(
                "SHOW TRANSACTIONS YIELD transactionId, metaData WHERE metaData.mcmgraph = 'load' RETURN transactionId"
            )
            server.run("TERMINATE TRANSACTION $id YIELD message RETURN message", id=lock["transactionId"])
            change = second.replace("b.csv", other, T + DAY)
        finally:
            wake_up.set()
        woken = sleeping.result(60)
    shown_before_it_slept = at > PUBLISHING
    assert (woken.revision, change.revision) == ((2, 3) if shown_before_it_slept else (3, 2))
    assert (woken.added, woken.withdrawn) == (ADDED, WITHDRAWN)
    assert [found.source for found in second.changes(0)] == (
        ["a.csv", "a.csv", "b.csv"] if shown_before_it_slept else ["a.csv", "b.csv", "a.csv"]
    )
    disturbed = state(second)
    disturbed_picture = picture(server)
    server.empty()
    calm = connect()
    calm.replace("a.csv", OLD, T)
    for source, statements in (
        (("a.csv", NEW), ("b.csv", other)) if shown_before_it_slept else (("b.csv", other), ("a.csv", NEW))
    ):
        calm.replace(source, statements, T + DAY)
    assert state(calm) == disturbed
    assert picture(server) == disturbed_picture
