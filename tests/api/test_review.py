"""Review over HTTP: decisions are recorded, need a token where there are tokens, and are refused where they cannot be meant."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import models
from api.app import create_app
from graph.revisions import Graph
from tests.api.worlds import settings

ADDRESS = "/v1/review/decisions"


@pytest.fixture
def client(own: Graph) -> TestClient:
    return TestClient(create_app(own, settings()), raise_server_exceptions=False)


def test_a_decision_is_recorded_obeyed_and_undone(client: TestClient) -> None:
    given = {"action": "merge", "entity": "gavi", "other": "who", "why": "tried out", "by": "Ada"}
    answered = client.post(ADDRESS, json=given)
    assert answered.status_code == 200, answered.text
    models.Decided.model_validate_json(answered.content, strict=True, extra="forbid")
    assert client.get("/v1/entities/gavi").json()["id"] == "who"
    assert client.get(ADDRESS).json()["results"][0]["by"] == "Ada"
    undone = client.post(ADDRESS, json={"action": "undo", "number": 1, "why": "two bodies", "by": "Ada"})
    assert undone.status_code == 200
    assert client.get("/v1/entities/gavi").json()["id"] == "gavi"
    assert [one["undone"] for one in client.get(ADDRESS).json()["results"]] == [True, False]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"action": "merge", "entity": "gavi", "other": "nobody", "why": "x", "by": "Ada"}, "no entity"),
        ({"action": "merge", "entity": "gavi", "other": "who", "why": "x"}, "who decided"),
        ({"action": "merge", "entity": "gavi", "other": "who", "why": "", "by": "Ada"}, "why"),
        ({"action": "marry", "why": "x", "by": "Ada"}, "action"),
        ({"action": "undo", "why": "x", "by": "Ada"}, "number"),
        ({"action": "undo", "number": 7, "key": "ab", "why": "x", "by": "Ada"}, "does not take"),
        ({"action": "undo", "number": 7, "why": "x", "by": "Ada"}, "no decision 7"),
        ({"action": "accept", "key": "abcd", "why": "x", "by": "Ada", "colour": "red"}, "colour"),
        ({"action": "reject", "key": "abcd", "why": "x", "by": "Ada"}, "no proposal"),
        ([], "body"),
    ],
)
def test_what_cannot_be_meant_is_refused(client: TestClient, given: Any, said: str) -> None:
    answered = client.post(ADDRESS, json=given)
    assert answered.status_code == 400, answered.text
    assert answered.headers["content-type"] == "application/problem+json"
    assert said in answered.json()["detail"]
    assert client.get(ADDRESS).json()["results"] == []


def test_a_form_of_a_foreign_page_is_refused(client: TestClient) -> None:
    sent = client.post(ADDRESS, content=b'{"action":"undo"}', headers={"content-type": "text/plain"})
    assert sent.status_code == 400
    large = client.post(ADDRESS, content=b"x" * 100_000, headers={"content-type": "application/json"})
    assert large.status_code == 400
    assert "bytes" in large.json()["detail"]


def test_tokens_are_needed_where_there_are_any_and_name_who_decides(own: Graph) -> None:
    known = f"reader:{hashlib.sha256(b'secret').hexdigest()}"
    client = TestClient(create_app(own, replace(settings(), api_tokens=known)), raise_server_exceptions=False)
    given = {"action": "keep-apart", "entity": "gavi", "name": "Gavi Ltd", "why": "a firm", "by": "somebody else"}
    assert client.post(ADDRESS, json=given).status_code == 401
    assert client.get("/v1/review").status_code == 401
    answered = client.post(ADDRESS, json=given, headers={"Authorization": "Bearer secret"})
    assert answered.json()["by"] == "reader", answered.text
