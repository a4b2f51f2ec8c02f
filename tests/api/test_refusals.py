"""What is refused, and how: every refusal is a problem after RFC 9457 that says what to do."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import models
from api.app import create_app
from api.problems import SORTS
from graph.errors import SchemaTooNew, StoreRefused, StoreUnavailable
from graph.revisions import Graph
from tests.api.worlds import settings

Json = Any


def refused(client: TestClient, address: str, status: int, slug: str, method: str = "GET") -> Json:
    """The problem of a refusal, after checking everything that all problems share."""
    answered = client.request(method, address)
    assert answered.status_code == status, (address, answered.status_code, answered.text)
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["cache-control"] == "no-store"
    problem = answered.json()
    models.Problem.model_validate(problem, strict=True)
    assert (problem["type"], problem["status"], problem["title"]) == (f"/v1/problems/{slug}", status, SORTS[slug].title)
    assert problem["request_id"] == answered.headers["x-request-id"]
    assert problem["detail"].endswith(".")
    assert client.get(problem["type"]).json()["title"] == problem["title"]
    return problem


@pytest.mark.parametrize(
    ("address", "given", "near"),
    [
        ("/v1/paths?from=who&to=net&asof=2024", "asof", ["as_of"]),
        ("/v1/coverage?lense=D1", "lense", ["lens"]),
        ("/v1/entities?kinds=country", "kinds", ["kind"]),
        ("/v1/entities/who?as_of=2024", "as_of", []),
        ("/v1/health?verbose=1", "verbose", []),
        ("/v1/vocabulary?kind=country", "kind", []),
        ("/v1/search?query=who", "query", []),
        ("/v1/search?q=who&Q=who", "Q", ["q"]),
        ("/v1/search?q=who&=1", "", []),
    ],
)
def test_a_parameter_that_is_not_known_is_refused_with_the_nearest_one(
    client: TestClient, address: str, given: str, near: list[str]
) -> None:
    problem = refused(client, address, 400, "unknown-parameter")
    assert problem["parameter"] == given
    assert problem["nearest"] == near
    assert set(near) <= set(problem["allowed"])


@pytest.mark.parametrize(
    "address", ["/v1/search?q=a&q=b", "/v1/paths?from=who&from=who&to=net", "/v1/entities?limit=5&limit=5"]
)
def test_a_parameter_that_is_given_twice_is_refused(client: TestClient, address: str) -> None:
    assert refused(client, address, 400, "repeated-parameter")["parameter"] in ("q", "from", "limit")


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/v1/paths?to=net", "from"),
        ("/v1/paths?from=who", "to"),
        ("/v1/paths?from=&to=net", "from"),
        ("/v1/paths?from=who&to=net&k=0", "k"),
        ("/v1/paths?from=who&to=net&k=101", "k"),
        ("/v1/paths?from=who&to=net&k=-1", "k"),
        ("/v1/paths?from=who&to=net&k=2.5", "k"),
        ("/v1/paths?from=who&to=net&k=five", "k"),
        ("/v1/paths?from=who&to=net&k=", "k"),
        ("/v1/paths?from=who&to=net&k=" + "9" * 5000, "k"),
        ("/v1/paths?from=who&to=net&max_steps=9", "max_steps"),
        ("/v1/paths?from=who&to=net&confidence=sure", "confidence"),
        ("/v1/paths?from=who&to=net&disjoint=both", "disjoint"),
        ("/v1/paths?from=who&to=net&include_ended=perhaps", "include_ended"),
        ("/v1/paths?from=who&to=net&as_of=" + "2" * 30, "as_of"),
        ("/v1/search?q=", "q"),
        ("/v1/search?q=%20%20", "q"),
        ("/v1/search?q=" + "x" * 501, "q"),
        ("/v1/search?q=who&limit=0", "limit"),
        ("/v1/search?q=who&limit=1001", "limit"),
        ("/v1/search?q=who&" + "&".join(["kind=country"] * 51), "kind"),
        ("/v1/entities?limit=1001", "limit"),
        ("/v1/neighbourhood/who?steps=4", "steps"),
        ("/v1/neighbourhood/who?steps=0", "steps"),
        ("/v1/neighbourhood/who?limit=1001", "limit"),
        ("/v1/neighbourhood/who?confidence=none", "confidence"),
        ("/v1/entities?cursor=", "cursor"),
        ("/v1/entities?cursor=!!!", "cursor"),
        ("/v1/entities?cursor=YWJj", "cursor"),
        ("/v1/entities?cursor=" + "a" * 1001, "cursor"),
        ("/v1/entities/who/statements?role=both", "role"),
        ("/v1/entities/" + "x" * 501, "id"),
        ("/v1/coverage?horizon=-1", "horizon"),
        ("/v1/coverage?horizon=99999999999999999999", "horizon"),
        ("/v1/changes?since=-1", "since"),
        ("/v1/changes?since=" + "9" * 30, "since"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(client: TestClient, address: str, parameter: str) -> None:
    problem = refused(client, address, 400, "bad-parameter")
    assert problem["parameter"] == parameter
    assert len(json.dumps(problem)) < 2_000


def test_every_wrong_value_is_named_at_once(client: TestClient) -> None:
    problem = refused(client, "/v1/paths?from=who&to=&k=0", 400, "bad-parameter")
    assert [one["parameter"] for one in problem["errors"]] == ["to", "k"]
    assert problem["errors"][1] == {"parameter": "k", "detail": "It must be at least 1.", "value": "0", "allowed": "at least 1"}


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/v1/paths?from=who&to=net&as_of=yesterday", "as_of"),
        ("/v1/paths?from=who&to=net&as_of=2024-02-30", "as_of"),
        ("/v1/paths?from=who&to=net&as_of=2024-13", "as_of"),
        ("/v1/paths?from=who&to=net&as_of=0000", "as_of"),
        ("/v1/paths?from=who&to=net&as_of=", "as_of"),
        ("/v1/neighbourhood/who?as_of=2024-1", "as_of"),
        ("/v1/coverage?as_of=01.02.2024", "as_of"),
        ("/v1/coverage/spread?as_of=x", "as_of"),
        ("/v1/entities/who/statements?as_of=x", "as_of"),
        ("/v1/entities?known_at=never", "known_at"),
        ("/v1/entities?known_at=", "known_at"),
        ("/v1/search?q=who&known_at=2024-01-01T99:00", "known_at"),
        ("/v1/search?q=who&known_at=9999-12-31T23:59:59-05:00", "known_at"),
        ("/v1/search?q=who&known_at=0001-01-01T00:00:00%2B05:00", "known_at"),
    ],
)
def test_a_date_that_cannot_be_read_is_refused_by_name(client: TestClient, address: str, parameter: str) -> None:
    assert refused(client, address, 400, "bad-date")["parameter"] == parameter


@pytest.mark.parametrize(
    ("address", "parameter", "near"),
    [
        ("/v1/entities?kind=contry", "kind", "country"),
        ("/v1/search?q=who&kind=Country", "kind", "country"),
        ("/v1/paths?from=who&to=net&not_kind=countries", "not_kind", "country"),
        ("/v1/paths?from=who&to=net&predicate=memberof", "predicate", "member_of"),
        ("/v1/paths?from=who&to=net&without_predicate=leeds", "without_predicate", "leads"),
        ("/v1/entities/who/statements?predicate=fund", "predicate", "funds"),
        ("/v1/neighbourhood/who?without_predicate=leeds", "without_predicate", "leads"),
        ("/v1/neighbourhood/who?not_kind=organization", "not_kind", "organisation"),
        ("/v1/coverage?lens=four-convened-entity", "lens", "four-convened-entities"),
        ("/v1/coverage?lens=mechanism:apm", "lens", "appm"),
        ("/v1/coverage?base=WHO-MS-19", "base", "who-ms-194"),
        ("/v1/coverage?columns=components", "columns", "component"),
        ("/v1/coverage/spread?lens=D1&lens=D99", "lens", None),
    ],
)
def test_a_word_that_is_not_known_is_refused_with_the_nearest(
    client: TestClient, address: str, parameter: str, near: str | None
) -> None:
    problem = refused(client, address, 400, "unknown-word")
    assert problem["parameter"] == parameter
    assert near is None or near in problem["nearest"]


def test_a_question_that_makes_no_sense_is_refused(client: TestClient) -> None:
    assert "two different ends" in refused(client, "/v1/paths?from=who&to=WHO", 400, "bad-question")["detail"]
    assert "is an end" in refused(client, "/v1/paths?from=who&to=net&not_through=net", 400, "bad-question")["detail"]
    assert "source" in refused(client, "/v1/paths?from=who&to=src-minutes-0a1b2c", 400, "bad-question")["detail"]
    assert "is a source" in refused(client, "/v1/neighbourhood/src-minutes-0a1b2c", 400, "bad-question")["detail"]
    assert "no statement cites it" in refused(client, "/v1/sources/who", 404, "not-found")["detail"]
    assert "who-ms-194" in refused(client, "/v1/coverage?base=pathogens", 400, "bad-question")["detail"]


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/v1/entities/africacd", "id"),
        ("/v1/entities/africacd/statements", "id"),
        ("/v1/paths?from=africacd&to=net", "from"),
        ("/v1/paths?from=net&to=africacd", "to"),
        ("/v1/paths?from=net&to=who&not_through=africacd", "not_through"),
        ("/v1/sources/africacd", "id"),
        ("/v1/neighbourhood/africacd", "id"),
    ],
)
def test_an_entity_that_is_not_known_is_404_with_the_nearest_names(client: TestClient, address: str, parameter: str) -> None:
    problem = refused(client, address, 404, "unknown-entity")
    assert (problem["parameter"], problem["given"]) == (parameter, "africacd")
    assert problem["nearest"][0]["id"] == "africa-cdc"
    assert problem["nearest"][0].keys() == {"id", "name", "kind", "reason"}


def test_a_matrix_counts_one_day_by_one_or_two_axes(client: TestClient) -> None:
    assert "one day" in refused(client, "/v1/coverage/matrix?as_of=2026", 400, "bad-question")["detail"]
    refused(client, "/v1/coverage/matrix?axis=component&axis=region&axis=pathogen", 400, "bad-parameter")
    problem = refused(client, "/v1/coverage/matrix?axis=componnet", 400, "unknown-word")
    assert (problem["parameter"], problem["nearest"][0]) == ("axis", "component")


@pytest.mark.parametrize(
    "address",
    [
        "/v1/coverage?",
        "/v1/coverage/spread?",
        "/v1/coverage/matrix?",
        "/v1/paths?from=who&to=paho",
        "/v1/search?q=who",
        "/v1/entities?",
        "/v1/entities/who?",
        "/v1/entities/who/statements?",
        "/v1/neighbourhood/who?",
        "/v1/brokers?",
        "/v1/disagreements?",
        "/v1/sources?",
    ],
)
def test_a_question_about_before_the_first_load_is_refused(client: TestClient, address: str) -> None:
    problem = refused(client, f"{address}&known_at=1999", 404, "nothing-known")
    assert (problem["parameter"], problem["first"]) == ("known_at", "2026-01-01T00:00:00Z")
    assert "Nothing was known at 1999-12-31T23:59:59Z" in problem["detail"]


@pytest.mark.parametrize(
    "address", ["/v1/entities/HERA", "/v1/entities/HERA/statements", "/v1/neighbourhood/HERA", "/v1/paths?from=hera%20&to=who"]
)
def test_a_name_that_fits_several_entities_is_409_with_all_of_them(client: TestClient, address: str) -> None:
    if "paths" in address:
        # An id as it is written is never ambiguous.
        assert client.get(address).status_code == 200
        address = address.replace("hera%20", "HERA")
    problem = refused(client, address, 409, "ambiguous-name")
    assert {one["id"] for one in problem["candidates"]} == {"hera", "hera-net"}


@pytest.mark.parametrize(
    "address",
    [
        "/v1/search?q=%zz",
        "/v1/search?q=100%",
        "/v1/search?q=%ff%fe",
        "/v1/search?q=%C3",
        "/v1/search?q=%00",
        "/v1/search?q=a%0d%0aX-Injected:%20yes",
        "/v1/entities/%00",
        "/v1/entities/who%ff",
        "/v1/entities/who%0a",
        "/v1/search?%00=1",
    ],
)
def test_an_address_that_cannot_be_read_is_refused(client: TestClient, address: str) -> None:
    problem = refused(client, address, 400, "bad-request")
    assert "X-Injected" not in json.dumps(problem)


@pytest.mark.parametrize(
    "address", ["/v1/search?q=" + "x" * 20_000, "/v1/entities/" + "x" * 10_000, "/v1/search?q=" + "%D8%A7" * 4_000]
)
def test_an_address_that_is_too_long_is_refused(client: TestClient, address: str) -> None:
    problem = refused(client, address, 414, "too-long")
    assert len(json.dumps(problem)) < 1_000


@pytest.mark.parametrize(
    "address", ["/v1", "/v1/", "/v1/path", "/v1/entities/", "/v2/paths", "/nothing", "/v1/problems/nothing"]
)
def test_an_address_that_leads_nowhere_is_a_problem_too(client: TestClient, address: str) -> None:
    refused(client, address, 404, "unknown-entity" if address == "/v1/entities/" else "not-found")


def test_a_close_address_is_offered(client: TestClient) -> None:
    assert "/v1/paths" in refused(client, "/v1/path", 404, "not-found")["nearest"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_nothing_can_be_written(client: TestClient, method: str) -> None:
    problem = refused(client, "/v1/entities/who", 405, "wrong-method", method)
    assert problem["allowed"] == ["GET", "HEAD"]
    assert client.request(method, "/v1/entities/who").headers["allow"] == "GET, HEAD"


def test_a_fault_of_the_server_tells_a_reference_and_nothing_else(
    own: Graph, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(type(own.store), "revision", fails)
    client = TestClient(create_app(own, settings()), raise_server_exceptions=False)
    with caplog.at_level(logging.ERROR, "mcmgraph"):
        answered = client.get("/v1/entities/who")
    problem = answered.json()
    assert (answered.status_code, problem["type"]) == (500, "/v1/problems/fault")
    assert "secret" not in answered.text
    assert "RuntimeError" not in answered.text
    (line,) = [json.loads(record.getMessage()) for record in caplog.records if record.name == "mcmgraph.api"]
    assert line["reference"] == problem["reference"] == answered.headers["x-request-id"]
    assert "secret of the house" in line["exception"]
    assert answered.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("error", "slug", "wait"),
    [
        (StoreUnavailable("bolt://db.internal:7687 does not answer"), "store-unavailable", "2"),
        (StoreRefused("/srv/secret/graph.sqlite is read-only for neo4j"), "store-refused", "60"),
        (SchemaTooNew("/srv/secret/graph.sqlite has schema 9"), "store-refused", "60"),
    ],
)
def test_trouble_with_the_store_is_503_and_its_place_stays_in_the_log(
    error: Exception, slug: str, wait: str, caplog: pytest.LogCaptureFixture
) -> None:
    def opens() -> Graph:
        raise error

    client = TestClient(create_app(opens, settings()), raise_server_exceptions=False)
    for address in ("/v1/ready", "/v1/paths?from=a&to=b", "/v1/vocabulary"):
        with caplog.at_level(logging.ERROR, "mcmgraph"):
            answered = client.get(address)
        assert (answered.status_code, answered.headers["retry-after"]) == (503, wait)
        assert answered.headers["content-type"] == "application/problem+json"
        problem = answered.json()
        assert problem["type"] == f"/v1/problems/{slug}"
        assert "secret" not in answered.text
        assert "internal" not in answered.text
        assert str(error) in caplog.text
    assert client.get("/v1/health").status_code == 200


@pytest.mark.parametrize("before", [True, False], ids=["open already", "not open yet"])
@pytest.mark.parametrize(
    "damage", [b"", b"not a database, but long enough to be taken for one" * 500], ids=["emptied", "overwritten"]
)
def test_a_broken_store_file_is_503_until_it_is_mended(own: Graph, tmp_path: Path, damage: bytes, before: bool) -> None:
    """The real thing: the file of a store is overwritten, then put back; the server recovers by itself."""
    from graph.opening import open_graph

    own.close()
    file = tmp_path / "graph.sqlite"
    held = file.read_bytes()
    app = create_app(lambda: open_graph(_at(settings(), file), create=False), settings())
    client = TestClient(app, raise_server_exceptions=False)
    if before:
        assert client.get("/v1/ready").status_code == 200
    file.write_bytes(damage)
    if damage or before:
        for address in ("/v1/ready", "/v1/entities/who", "/v1/paths?from=gavi&to=appm", "/v1/sources"):
            answered = client.get(address)
            assert answered.status_code == 503, (address, answered.text)
            assert int(answered.headers["retry-after"]) > 0
            assert str(tmp_path) not in answered.text
    assert client.get("/v1/health").status_code == 200
    file.write_bytes(held)
    assert client.get("/v1/ready").json() == {"revision": 1, "status": "ready"}
    assert client.get("/v1/entities/who").json()["id"] == "who"
    app.state.answering.opened.close()


def test_a_store_that_comes_late_is_taken_up_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from api import answering
    from graph.opening import open_graph
    from tests.api.worlds import small
    from tests.factories import graph_in

    monkeypatch.setattr(answering, "_RETRY_SECONDS", 0.0)
    file = tmp_path / "graph.sqlite"
    app = create_app(lambda: open_graph(_at(settings(), file), create=False), settings())
    client = TestClient(app, raise_server_exceptions=False)
    answered = client.get("/v1/ready")
    assert (answered.status_code, answered.headers["retry-after"]) == (503, "2")
    graph_in(tmp_path, small()).close()
    assert client.get("/v1/ready").json() == {"revision": 1, "status": "ready"}
    app.state.answering.opened.close()


def _at(given: Any, file: Path) -> Any:
    from dataclasses import replace

    return replace(given, store=str(file))
