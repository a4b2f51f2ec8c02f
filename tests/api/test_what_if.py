"""Reliance, sunset, scenario and closing gaps over HTTP: bodies, refusals, and that no question changes the graph."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api import models
from api.reading import LARGEST
from graph.revisions import Graph
from tests.api.worlds import MINUTES, TREATY

APPM = {"lens": "mechanism:appm", "as_of": "2026-11-21"}
POSTS: list[tuple[str, dict[str, Any], type[BaseModel]]] = [
    ("/v1/scenario", {**APPM, "enrol": ["FRA:appm"], "from": "gavi", "to": "appm"}, models.Scenario),
    ("/v1/scenario", {**APPM, "withdraw": ["who", TREATY]}, models.Scenario),
    (
        "/v1/scenario?known_at=2026-06-01",
        {"add": [{"subject": "FRA", "predicate": "enrolled_in", "object": "appm", "status": "member"}], "columns": "by"},
        models.Scenario,
    ),
    ("/v1/close-gaps", {}, models.CloseGaps),
    (
        "/v1/close-gaps",
        {**APPM, "options": [{"id": "both", "enrol": ["FRA:appm", "TUV:appm"], "cost": 1.5, "name": "Two join"}]},
        models.CloseGaps,
    ),
    ("/v1/close-gaps", {**APPM, "rows": ["Tuvalu"], "mechanisms": [], "states": ["gap"]}, models.CloseGaps),
]
GETS: list[tuple[str, type[BaseModel]]] = [
    ("/v1/reliance/who", models.Reliance),
    (f"/v1/reliance/{MINUTES}?as_of=2024&columns=by", models.Reliance),
    ("/v1/sunset?on=2030", models.Sunset),
    ("/v1/sunset?on=2030-06&from=gavi&to=appm&lens=mechanism:appm", models.Sunset),
]


@pytest.mark.parametrize(("address", "given", "model"), POSTS)
def test_every_posted_question_is_answered_as_its_model_says(
    client: TestClient, small_graph: Graph, address: str, given: dict[str, Any], model: type[BaseModel]
) -> None:
    revision = small_graph.revision()
    answered = client.post(address, json=given)
    assert answered.status_code == 200, answered.text
    model.model_validate_json(answered.content, strict=True, extra="forbid")
    assert (answered.headers["cache-control"], "etag" in answered.headers) == ("no-store", False)
    assert small_graph.revision() == revision


@pytest.mark.parametrize(("address", "model"), GETS)
def test_every_address_is_answered_as_its_model_says(client: TestClient, address: str, model: type[BaseModel]) -> None:
    answered = client.get(address)
    assert answered.status_code == 200, answered.text
    model.model_validate_json(answered.content, strict=True, extra="forbid")


def test_the_description_tells_what_a_posted_question_may_hold(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, field in (("/v1/scenario", "enrol"), ("/v1/close-gaps", "options")):
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert field in body["properties"]
        assert "$ref" not in str(body)


def test_a_scenario_marks_what_it_assumes(client: TestClient) -> None:
    told = client.post("/v1/scenario", json={**APPM, "enrol": ["Tuvalu:appm"]}).json()
    assert [(one["source"], one["subject"]) for one in told["assumed"]] == [("assumption", "TUV")]
    assert [(cell["row"], cell["before"], cell["after"]) for cell in told["coverage"]["cells"]] == [
        ("TUV", "gap", "covered_once")
    ]


@pytest.mark.parametrize(
    ("address", "given", "status", "said"),
    [
        ("/v1/scenario", {}, 400, "adds or withdraws"),
        ("/v1/scenario", {"enroll": ["KEN:appm"]}, 400, "enroll"),
        ("/v1/scenario", {"enrol": "KEN:appm"}, 400, "enrol"),
        ("/v1/scenario", {"enrol": ["KEN:apm"]}, 404, "apm"),
        ("/v1/scenario", {"withdraw": ["HERA"]}, 409, "HERA"),
        ("/v1/scenario", {"withdraw": ["who"], "lens": "D99"}, 400, "D99"),
        ("/v1/close-gaps", {"cost": -1}, 400, "more than 0"),
        ("/v1/close-gaps", {"rows": ["who"]}, 400, "no row"),
        ("/v1/close-gaps", {"options": [{"id": "x", "enrol": ["who:appm"]}]}, 400, "who"),
    ],
)
def test_a_wrong_question_is_a_problem(client: TestClient, address: str, given: dict[str, Any], status: int, said: str) -> None:
    answered = client.post(address, json=given)
    assert answered.status_code == status, answered.text
    assert answered.headers["content-type"] == "application/problem+json"
    assert said in answered.json()["detail"]


def test_a_body_that_is_no_json_or_too_large_is_refused(client: TestClient) -> None:
    sent = {"content-type": "application/json"}
    for content, said in ((b"{", "the body"), (b"[1]", "the body"), (b" " * (LARGEST + 1), "at most")):
        answered = client.post("/v1/scenario", content=content, headers=sent)
        assert (answered.status_code, said in answered.json()["detail"]) == (400, True), answered.text
    assert client.post("/v1/scenario", content=b"{}", headers={"content-type": "text/plain"}).status_code == 400
    assert client.get("/v1/scenario").status_code == 405


def test_paths_take_sets_and_another_date(client: TestClient) -> None:
    told = client.get(
        "/v1/paths", params={"from": "gavi|hera", "to": "kind:mechanism", "compare_to": "2021", "as_of": "2026-11-21"}
    ).json()
    assert (told["start"]["id"], told["start"]["size"], told["start"]["kind"]) == ("id:gavi|hera", 2, "organisation")
    assert told["results"][0]["steps"][0]["from"] == "gavi"
    assert told["compare_to"] == "2021"
    dead = client.get("/v1/paths", params={"from": "gavi", "to": "net", "compare_to": "2021", "as_of": "2026-11-21"}).json()
    assert (dead["then"][0]["live_now"], dead["then"][0]["now"]) == (False, ["ended"])
    assert client.get("/v1/paths", params={"from": "kind:sauce", "to": "who"}).json()["nearest"]
