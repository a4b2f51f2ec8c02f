"""Many made-up requests, right and wrong ones, held against the description: no failure of the server, no answer that the
description does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from graph.revisions import Graph
from tests.api.worlds import settings as api_settings

Operation = APIOperation[Any, Any, Any, Any]
PATHS = [
    "/v1/paths",
    "/v1/neighbourhood/{id}",
    "/v1/coverage",
    "/v1/coverage/lenses",
    "/v1/coverage/bases",
    "/v1/coverage/spread",
    "/v1/coverage/matrix",
    "/v1/reliance/{id}",
    "/v1/sunset",
    "/v1/overlap",
    "/v1/introductions",
    "/v1/brokers",
    "/v1/differences",
    "/v1/disagreements",
    "/v1/search",
    "/v1/entities",
    "/v1/entities/{id}",
    "/v1/entities/{id}/statements",
    "/v1/sources",
    "/v1/sources/{id}",
    "/v1/review",
    "/v1/review/decisions",
    "/v1/vocabulary",
    "/v1/changes",
    "/v1/health",
    "/v1/ready",
    "/v1/problems",
    "/v1/problems/{slug}",
]

WITHOUT_PARAMETERS = {
    "/v1/review/decisions",
    "/v1/coverage/lenses",
    "/v1/coverage/bases",
    "/v1/vocabulary",
    "/v1/health",
    "/v1/ready",
    "/v1/problems",
}


@pytest.fixture(scope="module")
def operations(small_graph: Graph) -> Mapping[str, Operation]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(small_graph, api_settings()))
    return {
        found.ok().path: found.ok()
        for found in schema.get_all_operations()
        if isinstance(found, Ok) and found.ok().method == "get"
    }


def test_every_endpoint_is_tried(operations: Mapping[str, Operation]) -> None:
    assert sorted(operations) == sorted(PATHS)


# What a schema cannot tell: a cursor that was not given, 30 February, a name of no lens, two equal ends.
UNTELLABLE = {
    "cursor",
    "as_of",
    "compare_to",
    "on",
    "known_at",
    "since_known",
    "until_known",
    "axis",
    "lens",
    "base",
    "columns",
    "from",
    "to",
    "not_through",
    "weight",
    "id",
    None,
}
BOUNDED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=20,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("path", PATHS)
def test_no_right_request_breaks_the_api_or_its_description(operations: Mapping[str, Operation], path: str) -> None:
    @BOUNDED
    @given(operations[path].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def try_one(case: Case[Operation]) -> None:
        answered = case.call_and_validate(excluded_checks=[positive_data_acceptance])
        if answered.status_code == 400:
            assert answered.json().get("parameter") in UNTELLABLE, answered.text
        else:
            assert answered.status_code in (200, 404, 409), answered.text

    try_one()


@pytest.mark.parametrize("path", [path for path in PATHS if path not in WITHOUT_PARAMETERS])
def test_wrong_requests_are_refused_as_described(operations: Mapping[str, Operation], path: str) -> None:
    @BOUNDED
    @given(operations[path].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def try_one(case: Case[Operation]) -> None:
        case.call_and_validate()

    try_one()
