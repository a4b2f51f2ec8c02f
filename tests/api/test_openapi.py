"""The description of the API: valid, complete, and true of what the endpoints answer."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from jsonschema_rs import Draft202012Validator, meta
from pydantic import BaseModel

from api import models
from api.app import create_app
from graph.revisions import Graph
from tests.api.worlds import MINUTES, settings

Json = Any

BODIES: list[tuple[str, type[BaseModel]]] = [
    ("/v1/paths?from=gavi&to=appm", models.Paths),
    ("/v1/paths?from=gavi&to=tuv&as_of=1950", models.Paths),
    ("/v1/paths?from=gavi&to=net&include_ended=true&k=50&as_of=2030-01", models.Paths),
    ("/v1/neighbourhood/who", models.Neighbourhood),
    ("/v1/neighbourhood/gavi?steps=3&include_ended=true&as_of=2025&limit=2", models.Neighbourhood),
    ("/v1/coverage", models.Coverage),
    ("/v1/coverage?columns=by&as_of=2024&horizon=0", models.Coverage),
    ("/v1/coverage?lens=mechanism:appm&as_of=2010", models.Coverage),
    ("/v1/coverage?lens=D1&base=WHO MS 194&known_at=2026-06", models.Coverage),
    ("/v1/reliance/who", models.Reliance),
    ("/v1/sunset?on=2030", models.Sunset),
    ("/v1/overlap", models.Overlap),
    ("/v1/introductions?row=KEN&asking=gavi", models.Introductions),
    ("/v1/brokers?between=gavi&between=appm", models.Brokers),
    ("/v1/differences?since_revision=0", models.Differences),
    ("/v1/disagreements", models.Disagreements),
    ("/v1/coverage/lenses", models.Lenses),
    ("/v1/coverage/bases", models.Bases),
    ("/v1/coverage/spread", models.Spread),
    ("/v1/coverage/matrix?as_of=2026-11-21", models.Matrix),
    ("/v1/search?q=who", models.Found),
    ("/v1/search?q=nothing of the sort", models.Found),
    ("/v1/entities", models.Entities),
    ("/v1/entities?limit=1", models.Entities),
    ("/v1/entities/who", models.Entity),
    (f"/v1/entities/{MINUTES}", models.Entity),
    ("/v1/entities/KEN", models.Entity),
    ("/v1/entities/who/statements", models.Statements),
    ("/v1/entities/africa-cdc/statements?limit=1&as_of=2022-01-01", models.Statements),
    ("/v1/sources", models.Sources),
    (f"/v1/sources/{MINUTES}", models.Source),
    ("/v1/review", models.Queue),
    ("/v1/review?state=all&key=0&limit=1", models.Queue),
    ("/v1/review/decisions", models.Decisions),
    ("/v1/vocabulary", models.Words),
    ("/v1/changes", models.Changes),
    ("/v1/health", models.Health),
    ("/v1/ready", models.Ready),
    ("/v1/problems", models.ProblemSorts),
    ("/v1/problems/fault", models.OneProblemSort),
]


NAMING = ("/v1/paths", "/v1/sunset", "/v1/introductions", "/v1/brokers", "/v1/differences", "/v1/disagreements")
"""Paths that take names of entities as parameters."""


@pytest.fixture(scope="module")
def schema(client: TestClient) -> Json:
    answered = client.get("/openapi.json")
    assert answered.headers["content-type"] == "application/json"
    return answered.json()


def operations(schema: Json) -> dict[str, Json]:
    return {path: methods["get"] for path, methods in schema["paths"].items() if "get" in methods}


@pytest.mark.parametrize(("address", "model"), BODIES)
def test_every_body_is_what_its_model_says_and_nothing_more(client: TestClient, address: str, model: type[BaseModel]) -> None:
    """No field too many, none too few, none of another type, and no empty date or address."""
    answered = client.get(quote(address, safe="/?&=:%"))
    if "tuv" in address:
        assert answered.status_code in (200, 404)
        if answered.status_code == 404:
            return
    assert answered.status_code == 200, answered.text
    model.model_validate_json(answered.content, strict=True, extra="forbid")
    assert sorted(_empty_dates(answered.json())) == []


def _empty_dates(value: Json, place: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in _empty_dates(inner, f"{place}.{name}")]
    if isinstance(value, list):
        return [found for inner in value for found in _empty_dates(inner, place)]
    return [place] if value == "" and re.search(r"(valid_from|valid_to|as_of|known_at|url|quotation)$", place) else []


def test_every_endpoint_is_in_these_tests(schema: Json) -> None:
    tried = {re.sub(r"\?.*", "", address) for address, _ in BODIES}
    for path in operations(schema):
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$")
        assert any(pattern.match(address) for address in tried), path


def test_every_body_is_what_the_description_says(client: TestClient, schema: Json) -> None:
    """The same with an independent reader: the schemas of OpenAPI 3.1 are JSON Schema."""
    described = operations(schema)
    for address, _ in BODIES:
        path = re.sub(r"\?.*", "", address)
        template = next(
            (one for one in described if one == path),
            next(
                (
                    one
                    for one in sorted(described, key=len, reverse=True)
                    if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)
                ),
                "",
            ),
        )
        answered = client.get(quote(address, safe="/?&=:%"))
        if answered.status_code != 200:
            continue
        ref = described[template]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**ref, "components": schema["components"]}).validate(answered.json())


def test_the_description_is_openapi_3_1(schema: Json) -> None:
    assert schema["openapi"].startswith("3.1")
    for name, one in schema["components"]["schemas"].items():
        meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **one})
        assert one.get("description"), name
    _check_refs(schema, schema)


def _check_refs(value: Json, schema: Json) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            target = schema
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part]
        for inner in value.values():
            _check_refs(inner, schema)
    elif isinstance(value, list):
        for inner in value:
            _check_refs(inner, schema)


def test_every_operation_is_described_in_full(schema: Json) -> None:
    found = operations(schema)
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in schema["tags"]}
    for path, operation in found.items():
        assert re.fullmatch(r"[a-z][A-Za-z]+", operation["operationId"]), path
        assert set(operation["tags"]) <= tags, path
        assert operation["summary"], path
        assert len(operation["description"]) > 30, path
        for parameter in operation.get("parameters", []):
            assert parameter["description"].endswith("."), (path, parameter["name"])
            assert "anyOf" not in parameter["schema"], (path, parameter["name"])
            assert "schema" in parameter
            assert "$ref" in operation["responses"]["200"]["content"]["application/json"]["schema"], path


def test_every_operation_shows_its_problems_and_no_answer_that_is_never_given(schema: Json) -> None:
    for path, operation in operations(schema).items():
        answers = operation["responses"]
        assert {"200", "400", "401", "414", "500", "503", "default"} <= answers.keys(), path
        assert "422" not in answers
        for status, answer in answers.items():
            if status in ("200", "304"):
                continue
            assert list(answer["content"]) == ["application/problem+json"], (path, status)
            shown = answer["content"]["application/problem+json"]
            assert shown["schema"] == {"$ref": "#/components/schemas/Problem"}
            if "example" in shown:
                models.Problem.model_validate(shown["example"])
                assert shown["example"]["status"] == int(status)
        takes_a_name = "{id}" in path or path in NAMING
        assert ({"404", "409"} <= answers.keys()) == takes_a_name, path
        assert ("304" in answers) == (path not in ("/v1/health", "/v1/ready")), path
    assert not [name for name in schema["components"]["schemas"] if "Validation" in name]


def test_words_of_the_vocabulary_are_listed_where_they_are_asked_for(schema: Json) -> None:
    parameters = {one["name"]: one["schema"] for one in operations(schema)["/v1/paths"]["parameters"]}
    assert "organisation" in parameters["kind"]["items"]["enum"]
    assert "member_of" in parameters["predicate"]["items"]["enum"]
    assert parameters["confidence"]["enum"] == ["high", "medium", "low"]


def test_the_description_is_the_same_each_time(small_graph: Graph, schema: Json) -> None:
    assert create_app(small_graph, settings()).openapi() == schema
