"""Problems on the wire: from any exception to an ``application/problem+json`` answer, and to the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.logs import logger
from api.problems import MEDIA_TYPE, TYPE_BASE, Problem, closest, fault, problem_of, shortened
from graph.errors import McmgraphError

_log = logger("api")
HANDLED: Final = (Problem, McmgraphError, HTTPException, RequestValidationError)
"""What is told to the caller as it is; anything else is a fault."""


def problem_response(request: Request, error: Exception) -> Response:
    """The answer that tells an error; a fault or a store's error is logged with the number of the request as its reference."""
    problem = _problem(request, error)
    number = request.scope.get("mcmgraph.request_id", "")
    if problem.sort.status >= 500:
        _log.error(
            "problem",
            sort=problem.sort.slug,
            reference=number,
            path=request.scope.get("path", ""),
            error=f"{type(error).__name__}: {error}",
            exc_info=error if problem.sort.slug == "fault" else None,
        )
        problem.extras["reference"] = number
    body = {
        "type": TYPE_BASE + problem.sort.slug,
        "title": problem.sort.title,
        "status": problem.sort.status,
        "detail": problem.detail,
        "instance": quote(shortened(request.scope.get("path", "/")), safe="/:@!$&'()*+,;=-._~"),
        "request_id": number,
        **problem.extras,
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(to_json(body), problem.sort.status, headers, MEDIA_TYPE)


async def handle(request: Request, error: Exception) -> Response:
    """``problem_response`` as the handler that Starlette wants; it is ``async`` because it needs no thread."""
    return problem_response(request, error)


def _problem(request: Request, error: Exception) -> Problem:
    match error:
        case RequestValidationError():
            return _of_validation(error)
        case HTTPException(status_code=404):
            near = closest(request.url.path, list(request.app.openapi()["paths"]))
            return Problem("not-found", "There is nothing at this address. /openapi.json lists what there is.", nearest=near)
        case HTTPException():
            return _of_http(error)
    return problem_of(error)


def _of_validation(error: RequestValidationError) -> Problem:
    found = [_of_field(field) for field in error.errors()]
    told = " ".join(f"{one['parameter']}: {one['detail']}" for one in found)
    return Problem("bad-parameter", told, parameter=found[0]["parameter"], errors=found)


def _of_field(field: Mapping[str, Any]) -> dict[str, Any]:
    """One wrong field; ``field`` is as Pydantic tells it."""
    place = [str(part) for part in field["loc"] if part not in ("query", "path", "header")]
    context = field.get("ctx", {})
    told: dict[str, Any] = {"parameter": place[0] if place else "", "detail": _sentence(field["type"], field["msg"], context)}
    if field["type"] != "missing":
        told["value"] = shortened(str(field.get("input", "")))
    allowed = {"ge": "at least", "le": "at most", "min_length": "at least", "max_length": "at most"}
    if limits := {allowed[name]: value for name, value in context.items() if name in allowed}:
        told["allowed"] = ", ".join(f"{word} {value}" for word, value in limits.items())
    return told


_SENTENCES: Final = {
    "missing": "It is required.",
    "int_parsing": "It must be a whole number.",
    "int_from_float": "It must be a whole number.",
    "int_parsing_size": "The number is too large.",
    "string_too_short": "It must have at least {min_length} character(s).",
    "string_too_long": "It must have at most {max_length} characters.",
    "too_long": "It may be given at most {max_length} times.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It must be at most {le}.",
    "literal_error": "It must be one of: {expected}.",
    "bool_parsing": "It must be true or false.",
}


def _sentence(sort: str, message: str, context: Mapping[str, Any]) -> str:
    pattern = _SENTENCES.get(sort)
    return pattern.format(**context) if pattern else message.removeprefix("Value error, ").rstrip(".") + "."


def _of_http(error: HTTPException) -> Problem:
    headers = dict(error.headers or {})
    if error.status_code == 405:
        methods = sorted({*headers.get("Allow", "GET").replace(" ", "").split(","), "HEAD"})
        return Problem("wrong-method", f"Use {' or '.join(methods)}.", {"Allow": ", ".join(methods)}, allowed=methods)
    if error.status_code < 500:
        return Problem("bad-request", "The request cannot be read.", headers)
    return fault()
