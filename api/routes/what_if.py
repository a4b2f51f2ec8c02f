"""``/v1/reliance``, ``/v1/sunset``, ``/v1/scenario``, ``/v1/close-gaps``: what if. None of them writes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from api import models, shapes
from api.answering import Body, answering
from api.asking import known_moment, naming, valid_date
from api.description import told
from api.models.what_if import CloseGapsAsked, ScenarioAsked, plain
from api.parameters import DATE, LONGEST_NAME, ONE_LINE, AsOfDate, Id, KnownAt
from api.reading import read_body
from graph.revisions import Graph
from queries.close_gaps import find_close_gaps, read_close_gaps
from queries.ends import end_of
from queries.paths import MOST_PATHS, MOST_STEPS
from queries.reliance import RelianceQuestion, find_reliance
from queries.scenario import find_scenario, read_scenario
from queries.sources import source_of
from queries.sunset import SunsetQuestion, find_sunset

router = APIRouter(tags=["what if"])
_WORD = 200
_LOCATOR = 1_000

Lens = Annotated[str, Query(description="What counts as covered; as in /v1/coverage.", max_length=_WORD, examples=["D1"])]
Base = Annotated[str, Query(description="Who is asked about; as in /v1/coverage.", max_length=_WORD, examples=["ISO 249"])]
Columns = Annotated[
    str | None, Query(description="What to split cells by; as in /v1/coverage.", max_length=_WORD, examples=["by"])
]
End = Annotated[
    str | None,
    Query(
        description="Also compare the best paths: this end of them, an id, name or set as for /v1/paths.",
        min_length=1,
        max_length=LONGEST_NAME,
        json_schema_extra=ONE_LINE,
    ),
]


@router.get(
    "/reliance/{id}",
    operation_id="findReliance",
    summary="See what hangs on an entity or a source",
    response_model=models.Reliance,
    responses=told(404, 409),
)
def reliance(
    request: Request,
    id: Id,
    locator: Annotated[
        str | None,
        Query(description="Of a source, only what it says at this place: one citation.", min_length=1, max_length=_LOCATOR),
    ] = None,
    lens: Lens = "four-convened-entities",
    base: Base = "iso-249",
    columns: Columns = None,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
) -> Response:
    """Statements that rest on it, coverage that is lost without it, and what falls apart in the graph of collaboration."""
    known, valid = known_moment(known_at), valid_date(as_of)

    def make(graph: Graph) -> Body:
        with naming("id"):
            what = source_of(graph, id, known)
        return shapes.body(find_reliance(graph, RelianceQuestion(what, lens, base, columns, valid, known, locator)))

    return answering(request).answer(request, make)


@router.get(
    "/sunset",
    operation_id="findSunset",
    summary="See what is left if nothing is renewed",
    response_model=models.Sunset,
    responses=told(404, 409),
)
def sunset(
    request: Request,
    on: Annotated[
        str,
        Query(
            description="The future date; a month or year means its last day.",
            max_length=20,
            examples=["2030"],
            json_schema_extra=DATE,
        ),
    ],
    lens: Lens = "four-convened-entities",
    base: Base = "iso-249",
    columns: Columns = None,
    from_: Annotated[
        str | None,
        Query(
            alias="from",
            description="Also compare the best paths from here, an id, name or set as for /v1/paths.",
            min_length=1,
            max_length=LONGEST_NAME,
            json_schema_extra=ONE_LINE,
        ),
    ] = None,
    to: End = None,
    k: Annotated[int, Query(description="How many paths.", ge=1, le=MOST_PATHS)] = 5,
    max_steps: Annotated[int, Query(description="How many steps a path may have.", ge=1, le=MOST_STEPS)] = 6,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
) -> Response:
    """Links that end by then, and coverage (and paths, where both ends are given) now and then."""
    known, valid = known_moment(known_at), valid_date(as_of)
    valid_date(on, "on")

    def make(graph: Graph) -> Body:
        start, goal = _end(graph, from_, known, "from"), _end(graph, to, known, "to")
        question = SunsetQuestion(on, lens, base, columns, start, goal, k, max_steps, valid, known)
        return shapes.body(find_sunset(graph, question))

    return answering(request).answer(request, make)


def _end(graph: Graph, text: str | None, known: datetime | None, parameter: str) -> str | None:
    """One entity or a set, where an end is given; raises ``Problem``."""
    with naming(parameter):
        return None if text is None else end_of(graph, text, known)


async def _scenario(request: Request) -> ScenarioAsked:
    return await read_body(request, ScenarioAsked)


async def _close_gaps(request: Request) -> CloseGapsAsked:
    return await read_body(request, CloseGapsAsked)


def _takes(model: type[BaseModel]) -> dict[str, Any]:
    """How OpenAPI is told of a body that this module reads itself. Models inside it are written out in place."""
    schema = model.model_json_schema(by_alias=True)
    parts = schema.pop("$defs", {})
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(schema, parts)}}}}


def _inlined(value: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            return _inlined(parts[value["$ref"].rpartition("/")[2]], parts)
        return {name: _inlined(inner, parts) for name, inner in value.items()}
    return [_inlined(inner, parts) for inner in value] if isinstance(value, list) else value


@router.post(
    "/scenario",
    operation_id="findScenario",
    summary="Add or withdraw statements and see what changes",
    response_model=models.Scenario,
    responses=told(404, 409),
    openapi_extra=_takes(ScenarioAsked),
)
def scenario(request: Request, asked: Annotated[ScenarioAsked, Depends(_scenario)], known_at: KnownAt = None) -> Response:
    """Coverage, and paths where both ends are given, before and after. What is assumed cites `assumption`; nothing is kept."""
    question = read_scenario(plain(asked), "the body", known_moment(known_at))
    return _once(request, lambda graph: shapes.body(find_scenario(graph, question)))


@router.post(
    "/close-gaps",
    operation_id="closeGaps",
    summary="Find the cheapest way to close gaps",
    response_model=models.CloseGaps,
    responses=told(404, 409),
    openapi_extra=_takes(CloseGapsAsked),
)
def close_gaps(request: Request, asked: Annotated[CloseGapsAsked, Depends(_close_gaps)], known_at: KnownAt = None) -> Response:
    """The cheapest set of memberships and agreements that closes the chosen cells, exact, with the solver's proof."""
    question = read_close_gaps(plain(asked), "the body", known_moment(known_at))
    return _once(request, lambda graph: shapes.body(find_close_gaps(graph, question)))


def _once(request: Request, make: Callable[[Graph], Body]) -> Response:
    """An answer that no cache may keep: its address does not tell what was asked."""
    body = make(answering(request).opened.graph())
    return Response(to_json(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
