"""A real Neo4j server for the tests, the benchmarks and people.

In this order: the server that ``MCMGRAPH_TEST_NEO4J`` names (an address; user and password in ``MCMGRAPH_TEST_NEO4J_USER`` and
``MCMGRAPH_TEST_NEO4J_PASSWORD``), a container where Docker runs, the server's jars through Maven where ``mvn`` and a JDK 17 or
21 are there. Without any of them the tests that need one are skipped, or fail where ``MCMGRAPH_REQUIRE_NEO4J=1``.

**Tests delete everything in the database they are given.** A named server must therefore be empty when they start.

``python -m tests.neo4j_server`` starts a server, prints how to reach it, and stops it at Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import neo4j
import pytest
from neo4j.exceptions import AuthError, Neo4jError, ServiceUnavailable

from tests.neo4j_machines import Container, Machine, NoServer, Process, docker_runs

START_SECONDS: Final = 180.0
_WAYS: Final = "Set MCMGRAPH_TEST_NEO4J to an empty server, or have Docker running, or install Maven and a JDK 17 or 21."


@dataclass(slots=True)
class Server:
    """A server that answers. ``machine`` is None for one that was named to us and is not ours to kill."""

    url: str
    user: str
    password: str = field(repr=False)
    machine: Machine | None = None
    _driver: neo4j.Driver | None = field(default=None, init=False, repr=False)

    def driver(self) -> neo4j.Driver:
        """A driver for looking at the server past the store; one for all who ask."""
        if self._driver is None:
            self._driver = neo4j.GraphDatabase.driver(
                self.url, auth=(self.user, self.password), notifications_min_severity="OFF"
            )
        return self._driver

    def run(self, query: LiteralString, **parameters: Any) -> list[neo4j.Record]:
        """One query in a transaction of its own, past the store."""
        return self.driver().execute_query(query, parameters).records

    def empty(self) -> None:
        """Delete every node and relationship; indexes and constraints stay."""
        with self.driver().session() as session:
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()

    def wipe(self) -> None:
        """``empty``, and drop every index and constraint."""
        self.empty()
        constraints = [f"DROP CONSTRAINT `{row['name']}`" for row in self.run("SHOW CONSTRAINTS YIELD name")]
        for query in constraints:
            self.driver().execute_query(query)
        indexes = [f"DROP INDEX `{row['name']}`" for row in self.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'")]
        for query in indexes:
            self.driver().execute_query(query)

    def runs(self) -> bool:
        """Whether it has not ended, as far as that can be told."""
        return self.machine is None or self.machine.ended() is None

    def kill(self) -> None:
        """SIGKILL."""
        self._ours().kill()

    def halt(self) -> None:
        """End it in good order; its data stay."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None
        self._ours().halt()

    def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start it again on the same data and port, with further settings, and wait for an answer.

        After a kill the server builds anew the indexes that it had not written out; what asks by them is slow until they are
        there, or fails (full-text): that is waited for.
        """
        self._ours().start(settings or {})
        self._wait(self.password)
        self.run("CALL db.awaitIndexes(120)")

    def stop(self) -> None:
        """End it for good; its data go too. A named server is left running, and empty."""
        if self.machine is None:
            self.wipe()
        if self._driver is not None:
            self._driver.close()
            self._driver = None
        if self.machine is not None:
            self.machine.remove()

    def first_start(self) -> None:
        """Start a new server. It has the password ``neo4j``, which only allows setting another."""
        self._ours().start({})
        if isinstance(self.machine, Container):
            self._wait(self.password)
            return
        self._wait("neo4j")
        with neo4j.GraphDatabase.driver(self.url, auth=("neo4j", "neo4j")) as driver:
            query = "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password"
            driver.execute_query(query, password=self.password, database_="system")

    def _wait(self, password: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with neo4j.GraphDatabase.driver(self.url, auth=(self.user, password), max_transaction_retry_time=0) as driver:
                    driver.verify_authentication()
                    if password == self.password:
                        driver.execute_query("RETURN 1")
                return
            except (ServiceUnavailable, Neo4jError) as error:
                ended = self._ours().ended()
                if ended is not None or time.monotonic() > deadline:
                    raise NoServer(f"the Neo4j server at {self.url} did not start: {ended or error}") from None
                time.sleep(0.1)

    def _ours(self) -> Machine:
        if self.machine is None:
            pytest.skip("the server named by MCMGRAPH_TEST_NEO4J is not ours to kill")
        return self.machine


def named(environ: Mapping[str, str]) -> Server | None:
    """The server that the environment names, None where it names none. Raises ``NoServer`` where it cannot serve."""
    url = environ.get("MCMGRAPH_TEST_NEO4J", "")
    if not url:
        return None
    server = Server(url, environ.get("MCMGRAPH_TEST_NEO4J_USER", "neo4j"), environ.get("MCMGRAPH_TEST_NEO4J_PASSWORD", ""))
    try:
        [row] = server.run("MATCH (n) RETURN count(n) AS nodes")
    except (ServiceUnavailable, AuthError, Neo4jError) as error:
        raise NoServer(f"{url} (MCMGRAPH_TEST_NEO4J) did not answer: {error}") from None
    if row["nodes"]:
        raise NoServer(f"{url} (MCMGRAPH_TEST_NEO4J) holds {row['nodes']} nodes; tests delete everything, so give an empty one")
    return server


def launch(*, heap: str = "512m", page_cache: str = "64m", quick: bool = True) -> Server:
    """Start a server of our own. ``quick`` trades peak speed for an early start. Raises ``NoServer``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    password = secrets.token_urlsafe(12)
    machine: Machine = Container(port, password, heap, page_cache) if docker_runs() else Process(port, heap, page_cache, quick)
    server = Server(f"bolt://127.0.0.1:{port}", "neo4j", password, machine)
    try:
        server.first_start()
    except BaseException:
        machine.remove()
        raise
    return server


def obtain() -> Server:
    """The named server, else one of our own; a clear skip, or a failure where one is required or the named one is no use."""
    try:
        return named(os.environ) or launch()
    except NoServer as error:
        text = f"No Neo4j server for these tests: {error}. {_WAYS}"
    if os.environ.get("MCMGRAPH_REQUIRE_NEO4J") == "1":
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Server]:
    """One server for the session, shared by all tests; each starts by emptying it."""
    server = obtain()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def frail_server() -> Iterator[Server]:
    """A second one, ours alone: to be killed, restarted, made read-only."""
    if os.environ.get("MCMGRAPH_TEST_NEO4J"):
        pytest.skip("faults are tried on a server of our own, not on the one named by MCMGRAPH_TEST_NEO4J")
    server = obtain()
    yield server
    server.stop()


def main() -> None:
    """Start a server and keep it until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m tests.neo4j_server", description="Start a Neo4j server to try things on.")
    parser.add_argument("--heap", default="1g", help="memory of the server's heap (default: %(default)s)")
    parser.add_argument("--page-cache", default="256m", help="memory for its files (default: %(default)s)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server = launch(heap=options.heap, page_cache=options.page_cache, quick=False)
    except NoServer as error:
        raise SystemExit(f"{error}. {_WAYS}") from None
    print(f"export MCMGRAPH_STORE={server.url}")
    print(f"export MCMGRAPH_NEO4J_USER={server.user} MCMGRAPH_NEO4J_PASSWORD={shlex.quote(server.password)}", flush=True)
    ended = None
    try:
        while server.machine is not None and (ended := server.machine.ended()) is None:
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
    if ended is not None:
        raise SystemExit(f"The server ended: {ended}")


if __name__ == "__main__":
    main()
