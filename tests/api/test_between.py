"""Differences, disagreements, overlap, introductions and brokers over HTTP: bodies as described, refusals that help."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import models
from api.models.common import Shape

QUESTIONS: list[tuple[str, type[Shape]]] = [
    ("/v1/differences", models.Differences),
    ("/v1/differences?since=2019&until=2026", models.Differences),
    ("/v1/differences?since_revision=0&limit=3", models.Differences),
    ("/v1/differences?since_known=2025&about=gavi&predicate=member_of", models.Differences),
    ("/v1/disagreements", models.Disagreements),
    ("/v1/disagreements?about=who&as_of=2026", models.Disagreements),
    ("/v1/overlap", models.Overlap),
    ("/v1/overlap?lens=D1&base=ISO%20249&columns=by&as_of=2026", models.Overlap),
    ("/v1/introductions?row=KEN&asking=gavi", models.Introductions),
    ("/v1/introductions?row=net&asking=who", models.Introductions),
    ("/v1/brokers", models.Brokers),
    ("/v1/brokers?between=gavi&between=kind:mechanism&order=cut", models.Brokers),
]


def names(body: Any, model: Any) -> None:
    """A body has the fields of its model and no others."""
    read = model.model_validate(body)
    assert read.model_dump(mode="json", by_alias=True) == body


@pytest.mark.parametrize(("address", "model"), QUESTIONS)
def test_bodies_are_as_described(client: TestClient, address: str, model: type[Shape]) -> None:
    answered = client.get(address)
    assert answered.status_code == 200, answered.text
    names(answered.json(), model)


def test_sources_that_disagree(client: TestClient) -> None:
    (one,) = client.get("/v1/disagreements").json()["results"]
    assert (one["sort"], one["matter"]) == ("dates", "start of partners_with who")
    assert [side["says"] for side in one["sides"]] == ["2019", "2020-05"]
    assert [side["statements"][0]["source_name"] for side in one["sides"]] == ["Minutes of the meeting", "The treaty"]
    assert client.get("/v1/disagreements?about=gavi").json()["results"] == []


def test_what_ended(client: TestClient) -> None:
    (one,) = client.get("/v1/differences?since=2023&until=2024&about=gavi").json()["results"]
    assert (one["appeared"], one["cause"], one["origin"]) == (False, "validity ended", None)
    assert (one["statement"]["object"], one["statement"]["valid_to"]) == ("net", "2023")
    whole = client.get("/v1/differences?since_revision=0&limit=3").json()
    assert (len(whole["results"]), whole["truncated"]) == (3, True)
    assert whole["causes"]["source added"] == whole["total"] > 30


def test_who_holds_the_small_world_together(client: TestClient) -> None:
    results = client.get("/v1/brokers?as_of=2026").json()["results"]
    assert {"africa-cdc", "who"} >= {one["id"] for one in results}
    (one,) = client.get("/v1/brokers?between=gavi&between=appm&as_of=2026").json()["results"]
    assert (one["id"], [near["id"] for near in one["first"]], [near["id"] for near in one["second"]]) == (
        "africa-cdc", ["gavi"], ["appm"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "status", "sort", "parameter"),
    [
        ("/v1/differences?since=2026&until=2024", 400, "bad-question", None),
        ("/v1/differences?since_revision=9", 400, "bad-question", None),
        ("/v1/differences?until=soon", 400, "bad-date", "until"),
        ("/v1/differences?since_known=soon", 400, "bad-date", "since_known"),
        ("/v1/differences?about=nobody", 404, "unknown-entity", "about"),
        ("/v1/differences?predicate=member", 400, "unknown-word", "predicate"),
        ("/v1/differences?limit=0", 400, "bad-parameter", "limit"),
        ("/v1/disagreements?about=HERA", 409, "ambiguous-name", "about"),
        ("/v1/overlap?lens=D99", 400, "unknown-word", "lens"),
        ("/v1/overlap?least=1", 400, "bad-parameter", "least"),
        ("/v1/introductions", 400, "bad-parameter", "row"),
        ("/v1/introductions?row=Atlantis", 404, "unknown-entity", "row"),
        ("/v1/introductions?row=KEN&asking=KEN", 400, "bad-question", "row"),
        ("/v1/brokers?between=who", 400, "bad-question", None),
        ("/v1/brokers?between=kind:dragon&between=who", 400, "unknown-word", None),
        ("/v1/brokers?order=size", 400, "bad-parameter", "order"),
    ],
)
def test_what_cannot_be_asked(client: TestClient, address: str, status: int, sort: str, parameter: str | None) -> None:
    answered = client.get(address)
    problem = answered.json()
    assert (answered.status_code, problem["type"].rsplit("/", 1)[1]) == (status, sort), problem
    assert problem.get("parameter") == parameter
