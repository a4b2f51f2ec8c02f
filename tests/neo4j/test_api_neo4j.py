"""The API on a Neo4j server that is away, comes, and dies in the middle of a question."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from graph.neo4j import Neo4jStore
from graph.opening import open_graph
from graph.settings import Engine, Settings
from tests.api.worlds import small
from tests.factories import LOADED_AT
from tests.neo4j.cable import Cable
from tests.neo4j_server import Server

pytestmark = pytest.mark.usefixtures("impatient")
ASKED = (
    "/v1/paths?from=africa-cdc&to=gavi&as_of=2026-01-01",
    "/v1/coverage?as_of=2026-01-01",
    "/v1/neighbourhood/africa-cdc?as_of=2026-01-01",
    "/v1/search?q=africa",
)


def settings(server: Server, url: str, engine: Engine) -> Settings:
    return Settings(url, neo4j_user=server.user, neo4j_password=server.password, engine=engine)


@pytest.fixture
def loaded(server: Server) -> Server:
    """The server with the small world of the API's tests on it."""
    with closing(Neo4jStore(server.url, (server.user, server.password))) as store:
        store.replace("small.csv", small(), LOADED_AT)
    return server


@pytest.fixture
def cable(loaded: Server) -> Iterator[Cable]:
    with Cable(loaded.url) as between:
        yield between


def client(server: Server, url: str, engine: Engine = "kernel") -> TestClient:
    given = settings(server, url, engine)
    return TestClient(create_app(lambda: open_graph(given), given), raise_server_exceptions=False)


def is_unavailable(answer: Any) -> bool:
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["type"].endswith("store-unavailable")
    return bool(answer.status_code == 503)


def until_it_answers(asking: TestClient, address: str) -> Any:
    deadline = time.monotonic() + 30
    while (answer := asking.get(address)).status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.3)
    return answer


def test_both_engines_give_the_same_bodies(loaded: Server) -> None:
    with client(loaded, loaded.url) as kernel, client(loaded, loaded.url, "server") as server:
        for address in ASKED:
            one, other = kernel.get(address), server.get(address)
            assert (one.status_code, one.json()) == (other.status_code, other.json()), address
        wrong = "/v1/paths?from=nobody-knows&to=gavi"
        assert kernel.get(wrong).json()["detail"] == server.get(wrong).json()["detail"]


@pytest.mark.parametrize("engine", ["kernel", "server"])
def test_the_server_is_down_at_start_and_comes_back(loaded: Server, cable: Cable, engine: Engine) -> None:
    cable.cut()
    with client(loaded, cable.url, engine) as asking:
        assert asking.get("/v1/health").status_code == 200
        assert is_unavailable(asking.get("/v1/ready"))
        assert all(is_unavailable(asking.get(address)) for address in ASKED)
        cable.mend()
        assert until_it_answers(asking, "/v1/ready").json()["status"] == "ready"
        assert all(asking.get(address).status_code == 200 for address in ASKED)
        cable.cut()
        assert is_unavailable(asking.get("/v1/ready"))
        assert is_unavailable(asking.get(ASKED[0] + "&k=7"))
        cable.mend()
        assert until_it_answers(asking, "/v1/ready").status_code == 200
        assert asking.get(ASKED[0] + "&k=7").status_code == 200


def test_killed_in_the_middle_of_questions(frail_server: Server) -> None:
    frail_server.empty()
    with closing(Neo4jStore(frail_server.url, (frail_server.user, frail_server.password))) as store:
        store.replace("small.csv", small(), LOADED_AT)
    with client(frail_server, frail_server.url, "server") as asking:
        before = asking.get(ASKED[2]).json()
        answers: list[Any] = []
        stopping = threading.Event()

        def ask() -> None:
            while not stopping.is_set():
                answers.append(asking.get(f"{ASKED[2]}&limit={5 + len(answers) % 900}"))

        asker = threading.Thread(target=ask)
        asker.start()
        while not answers:
            time.sleep(0.05)
        try:
            frail_server.kill()
            deadline = time.monotonic() + 60
            while answers[-1].status_code == 200 and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            stopping.set()
            asker.join()
            frail_server.start()
        assert {answer.status_code for answer in answers} == {200, 503}
        assert all(is_unavailable(answer) for answer in answers if answer.status_code != 200)
        assert until_it_answers(asking, "/v1/ready").status_code == 200
        assert asking.get(ASKED[2]).json() == before
