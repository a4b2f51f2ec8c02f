"""Tokens: who may ask, and that none of them is ever written down."""

from __future__ import annotations

import hashlib
import json
import logging

import pytest
from fastapi.testclient import TestClient

from api.access import Tokens, check_host, is_loopback, new_token
from api.app import create_app
from graph.errors import InputError
from graph.revisions import Graph
from graph.settings import Settings
from tests.api.worlds import settings

TOKEN = "a-long-random-token"
ENTRY = "reader:" + hashlib.sha256(TOKEN.encode()).hexdigest()


@pytest.fixture(scope="module")
def guarded(small_graph: Graph) -> TestClient:
    return TestClient(
        create_app(small_graph, settings(api_tokens=f"{ENTRY}, writer:{'0' * 64}")), raise_server_exceptions=False
    )


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "address", ["/v1/entities", "/v1/paths?from=a&to=b", "/v1/vocabulary", "/v1/entities?nonsense=1", "/v1/changes"]
)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearing("wrong"),
        bearing(""),
        bearing(TOKEN + "x"),
        bearing(hashlib.sha256(TOKEN.encode()).hexdigest()),
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
    ],
)
def test_without_a_token_that_is_known_nothing_is_told(guarded: TestClient, address: str, headers: dict[str, str]) -> None:
    answered = guarded.get(address, headers=headers)
    assert answered.status_code == 401
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["www-authenticate"].startswith("Bearer")
    assert answered.json()["type"] == "/v1/problems/no-access"
    assert TOKEN not in answered.text


def test_two_authorization_headers_are_none(guarded: TestClient) -> None:
    answered = guarded.get("/v1/entities", headers=[("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")])
    assert answered.status_code == 401


def test_a_token_lets_in_and_its_answers_are_private(guarded: TestClient) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        answered = guarded.get("/v1/entities/who", headers={"Authorization": f"{scheme} {TOKEN}"})
        assert answered.json()["id"] == "who"
        assert answered.headers["cache-control"] == "private, no-cache"
    held = {"If-None-Match": answered.headers["etag"]}
    assert guarded.get("/v1/entities/who", headers=held).status_code == 401


@pytest.mark.parametrize("address", ["/v1/health", "/v1/ready", "/openapi.json", "/docs"])
def test_probes_and_documentation_stay_open(guarded: TestClient, address: str) -> None:
    assert guarded.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/v1/entities/", "//v1/entities", "/v1/entities%2f", "/v1/health%2f..%2fentities", "/V1/entities"]
)
def test_no_other_spelling_of_an_address_gets_around_the_token(guarded: TestClient, address: str) -> None:
    assert guarded.get(address).status_code in (401, 404)


@pytest.mark.parametrize("address", ["/v1/health/", "/v1/health%2f"])
def test_other_spellings_of_a_probe_lead_to_the_probe(guarded: TestClient, address: str) -> None:
    answered = guarded.get(address)
    assert answered.json() == guarded.get("/v1/health").json()
    assert answered.url.path == "/v1/health"


def test_a_token_is_never_logged_but_its_name_is(guarded: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "mcmgraph"):
        guarded.get("/v1/entities/who?known_at=2026", headers=bearing(TOKEN))
        guarded.get("/v1/entities/who", headers=bearing("wrong-" + TOKEN))
        guarded.get(f"/v1/entities/who?token={TOKEN}", headers=bearing(TOKEN))
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "mcmgraph.access"]
    assert [(line["status"], line["caller"], line["query"]) for line in lines] == [
        (200, "reader", "known_at=2026"), (401, None, None), (400, "reader", None),
    ]  # fmt: skip
    assert {"method", "path", "milliseconds", "bytes", "request_id", "client", "timestamp", "level"} <= lines[0].keys()
    assert TOKEN not in caplog.text


def test_tokens_show_in_no_text_of_the_settings() -> None:
    given = settings(api_tokens=ENTRY)
    assert ENTRY not in repr(given)
    assert ENTRY[-64:] not in repr(Tokens.read(ENTRY))


@pytest.mark.parametrize(
    "text", ["reader", "reader:abc", f"re ader:{'0' * 64}", f":{'0' * 64}", f"a:{'0' * 64},a:{'1' * 64}", "secret"]
)
def test_tokens_that_cannot_be_read_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(InputError, match="MCMGRAPH_API_TOKENS") as caught:
        Tokens.read(text)
    assert text not in str(caught.value)
    assert "0000" not in str(caught.value)


def test_a_new_token_is_let_in_by_its_entry() -> None:
    token, entry = new_token("laptop")
    assert Tokens.read(entry).caller(token) == "laptop"
    assert Tokens.read(entry).caller(token + " ") is None
    assert new_token("laptop") != (token, entry)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "LOCALHOST", "127.8.8.8"])
def test_this_machine_may_ask_without_a_token(host: str) -> None:
    assert is_loopback(host)
    check_host(host, Tokens({}), is_open=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "localhost.example.org"])
def test_other_machines_may_only_where_that_is_said(small_graph: Graph, host: str) -> None:
    with pytest.raises(InputError, match="MCMGRAPH_API_TOKENS"):
        create_app(small_graph, settings(host=host))
    create_app(small_graph, settings(host=host, api_tokens=ENTRY))
    create_app(small_graph, settings(host=host, api_open=True))


def test_the_settings_are_read_from_the_environment() -> None:
    read = Settings.from_env(
        {
            "MCMGRAPH_STORE": "x.sqlite",
            "MCMGRAPH_API_TOKENS": ENTRY,
            "MCMGRAPH_API_OPEN": "Yes",
            "MCMGRAPH_API_CORS": "https://a.example.org/, http://localhost:3000",
        }
    )
    assert (read.api_tokens, read.api_open) == (ENTRY, True)
    assert read.api_cors == ("https://a.example.org", "http://localhost:3000")


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("MCMGRAPH_API_OPEN", "maybe"),
        ("MCMGRAPH_API_CORS", "*"),
        ("MCMGRAPH_API_CORS", "maps.example.org"),
        ("MCMGRAPH_API_CORS", "https://user@maps.example.org"),
        ("MCMGRAPH_API_CORS", "https://maps.example.org/page"),
    ],
)
def test_settings_of_the_api_that_cannot_be_read_are_refused_by_name(variable: str, text: str) -> None:
    with pytest.raises(InputError, match=variable):
        Settings.from_env({"MCMGRAPH_STORE": "x.sqlite", variable: text})
