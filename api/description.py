"""The OpenAPI description of the API: what FastAPI writes, completed with problems, headers, words and the token scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import models
from api.access import OPEN_PATHS
from api.problems import MEDIA_TYPE, SORTS, TYPE_BASE
from graph.vocabulary import vocabulary

SUMMARY: Final = "Who works with whom on medical countermeasures, who is covered and who is not, and who says so."
TEXT: Final = """\
Every answer is as of two clocks: *valid time* (`as_of`: when it was so) and *known time* (`known_at`: when this graph knew it),
and has the `revision` of the graph. Every statement has its source.

* Names: wherever an id is asked for, any name, alias or acronym that fits one entity will do.
* Errors are problems after RFC 9457 (`application/problem+json`). A parameter that is not known is refused, not ignored.
* Lists come in pages: follow `next` until it is null.
* Answers have an `ETag`; sent back in `If-None-Match`, it is answered with 304 for as long as nothing has changed.
* Dates that are not known are null. Fields may be added; clients should ignore those they do not know.
"""
TAGS: Final[tuple[Mapping[str, str], ...]] = (
    {"name": "questions", "description": "Paths, coverage, neighbourhood, search."},
    {"name": "what if", "description": "Reliance, sunset, scenario, closing gaps. Nothing is written."},
    {
        "name": "entities",
        "description": "Organisations, networks, mechanisms and all other entities, and what is said about them.",
    },
    {"name": "sources", "description": "Who says so."},
    {"name": "review", "description": "What waits for a decision, and decisions on identity and on proposals."},
    {"name": "words", "description": "The vocabulary."},
    {"name": "server", "description": "Revisions, probes, sorts of problems."},
)

_DESCRIPTIONS: Final = {
    400: "Something that was asked cannot be read or answered.",
    401: "The server needs a token.",
    404: "No entity has this id or name, or nothing was known at this time.",
    409: "The name fits several entities.",
    414: "The address is too long.",
    500: "The server failed.",
    503: "The store cannot be reached.",
}
_EXAMPLES: Final[Mapping[int, tuple[str, Mapping[str, Any]]]] = {
    400: ("unknown-parameter", {"parameter": "asof", "nearest": ["as_of"], "allowed": ["as_of", "known_at"]}),
    401: ("no-access", {}),
    404: (
        "unknown-entity",
        {
            "given": "africacd",
            "nearest": [{"id": "africa-cdc", "name": "Africa CDC", "kind": "organisation", "reason": "the id"}],
        },
    ),
    409: (
        "ambiguous-name",
        {
            "given": "HERA",
            "candidates": [
                {
                    "id": "hera",
                    "name": "Health Emergency Preparedness and Response Authority",
                    "kind": "organisation",
                    "reason": "an acronym",
                }
            ],
        },
    ),
    414: ("too-long", {}),
    500: ("fault", {"reference": "6f1c0f1e8f2d4b0f9a3c5d7e9b1a2c3d"}),
    503: ("store-unavailable", {"reference": "6f1c0f1e8f2d4b0f9a3c5d7e9b1a2c3d"}),
}


def told(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of an operation, for FastAPI's ``responses``."""
    return {status: _problem_response(status) for status in statuses}


def _problem_response(status: int) -> dict[str, Any]:
    slug, extras = _EXAMPLES[status]
    sort = SORTS[slug]
    example = {
        "type": TYPE_BASE + slug,
        "title": sort.title,
        "status": status,
        "detail": sort.what,
        "instance": "/v1/paths",
        "request_id": "6f1c0f1e8f2d4b0f9a3c5d7e9b1a2c3d",
        **extras,
    }
    response: dict[str, Any] = {"description": _DESCRIPTIONS[status], "content": _content(example)}
    if status == 503:
        response["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return response


def _content(example: Mapping[str, Any] | None = None) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if example is not None:
        media["example"] = dict(example)
    return {MEDIA_TYPE: media}


COMMON: Final[dict[int | str, dict[str, Any]]] = {
    **told(400, 401, 414, 500, 503),
    # Any other status is a problem too. This also keeps FastAPI from describing its own 422, which this API does not give.
    "default": {"description": "Any other problem.", "content": _content()},
}
_HEADERS: Final = {
    "ETag": {"description": "Names this answer: the revision and what was asked.", "schema": {"type": "string"}},
    "X-Request-ID": {"description": "The number of the request, also in the server's log.", "schema": {"type": "string"}},
}
_NEXT: Final = {"Link": {"description": "The next page, with rel=next; not on the last one.", "schema": {"type": "string"}}}


def describe(app: FastAPI) -> None:
    """Have ``app.openapi()`` give the completed description, made when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    openapi_version=app.openapi_version,
                    summary=app.summary,
                    description=app.description,
                    tags=app.openapi_tags,
                    routes=app.routes,
                )
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _complete(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema["components"]
    components["schemas"]["Problem"] = models.Problem.model_json_schema()
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Needed only where the operator has set tokens."}
    }
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            operation["security"] = [{}] if path in OPEN_PATHS else [{}, {"token": []}]
            for parameter in operation.get("parameters", []):
                _parameter(parameter)
            _answers(path, operation, method)
    return schema


def _answers(path: str, operation: dict[str, Any], method: str) -> None:
    answers = operation["responses"]
    headers = dict(_HEADERS)
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", [])):
        headers |= _NEXT
    if path in OPEN_PATHS or method != "get":
        headers.pop("ETag")
    else:
        answers["304"] = {"description": "Nothing has changed since the answer with the ETag in `If-None-Match`."}
    answers["200"]["headers"] = headers
    operation["responses"] = dict(sorted(answers.items()))


def _parameter(parameter: dict[str, Any]) -> None:
    """A parameter may be left out, but not be null; the words that a parameter takes are listed."""
    schema = parameter["schema"]
    if "anyOf" in schema:
        (sort,) = [one for one in schema.pop("anyOf") if one.get("type") != "null"]
        parameter["schema"] = schema = {**sort, **schema}
    words = _words(parameter["name"])
    if words:
        schema.get("items", schema)["enum"] = words
    if schema.get("type") == "array":
        parameter |= {"style": "form", "explode": True}


def _words(parameter: str) -> list[str]:
    words = vocabulary()
    if parameter in ("kind", "not_kind"):
        return list(words.kinds)
    if parameter in ("predicate", "without_predicate"):
        return list(words.predicates)
    return []
