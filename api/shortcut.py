"""The short way to the questions: a request that is in order goes from its address to its endpoint in a few lines.

Routing, parameters and dependencies are FastAPI's, and take it longer than many an answer takes. What they do for a plain
question is always the same, so it is prepared here once per endpoint: the same types read the same parameters. Whatever is not
plain takes the long way, where alone it is refused: another method, a parameter that is wrong, unknown, missing or repeated, a
caller who may not ask. So every refusal is said in one place, and both ways give the same answer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints
from urllib.parse import parse_qsl

from fastapi.params import Query as QueryMark
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import Tokens
from api.asking import parameters_of
from api.problems import Problem
from api.refusing import HANDLED, problem_response


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One query parameter: its name in the signature, whether it may be repeated, and what reads it."""

    name: str
    repeatable: bool
    read: Callable[[Any], Any]


class Plain:
    """A GET endpoint without anything in its address but query parameters; ``endpoint`` takes a request and these."""

    def __init__(self, endpoint: Callable[..., Response], taken: Mapping[str, _Parameter], needed: frozenset[str]) -> None:
        self.endpoint = endpoint
        self._taken, self.needed = taken, needed

    @classmethod
    def of(cls, route: BaseRoute) -> Plain | None:
        """What a route comes to; None where it is not plain."""
        if not isinstance(route, APIRoute) or route.methods != {"GET"} or "{" in route.path:
            return None
        endpoint = route.endpoint
        hints = get_type_hints(endpoint, include_extras=True)
        signature = inspect.signature(endpoint).parameters
        repeatable = parameters_of(endpoint)
        taken: dict[str, _Parameter] = {}
        for name in signature:
            mark = next((one for one in get_args(hints[name]) if isinstance(one, QueryMark)), None)
            if mark is not None:
                alias = mark.alias or name
                taken[alias] = _Parameter(name, repeatable[alias], TypeAdapter(hints[name]).validate_python)
        others = [hints[name] for name in signature if name not in {one.name for one in taken.values()}]
        if others != [Request] or hints.get("return") is not Response or inspect.iscoroutinefunction(endpoint):
            return None
        needed = {alias for alias, one in taken.items() if signature[one.name].default is inspect.Parameter.empty}
        return cls(endpoint, taken, frozenset(needed))

    def read(self, query: bytes) -> dict[str, Any] | None:
        """The arguments of the endpoint; None where something is wrong with one of them, or missing."""
        given: dict[str, Any] = {}
        for alias, text in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            parameter = self._taken.get(alias)
            if parameter is None:
                return None
            if parameter.repeatable:
                given.setdefault(alias, []).append(text)
            elif alias in given:
                return None
            else:
                given[alias] = text
        if not self.needed <= given.keys():
            return None
        try:
            return {(one := self._taken[alias]).name: one.read(value) for alias, value in given.items()}
        except ValidationError:
            return None


def plain_routes(prefix: str, routes: Iterable[BaseRoute]) -> dict[str, Plain]:
    """The plain ones among some routes, by their paths after ``prefix``."""
    found = ((prefix + route.path, Plain.of(route)) for route in routes if isinstance(route, APIRoute))
    return {path: plain for path, plain in found if plain is not None}


class Shortcut:
    """The innermost layer around the application ``app``; ``routes`` as ``plain_routes`` gives them."""

    def __init__(self, app: ASGIApp, routes: Mapping[str, Plain], tokens: Tokens) -> None:
        self._app, self._routes, self._tokens = app, routes, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self._way(scope, receive)
        if way is None:
            await self._app(scope, receive, send)
            return
        request, endpoint, given = way
        try:
            response = await run_in_threadpool(endpoint, request=request, **given)
        except HANDLED as error:
            response = problem_response(request, error)
        await response(scope, receive, send)

    def _way(self, scope: Scope, receive: Receive) -> tuple[Request, Callable[..., Response], dict[str, Any]] | None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope.get("root_path"):
            return None
        plain = self._routes.get(scope["path"])
        given = plain.read(scope["query_string"]) if plain is not None else None
        if plain is None or given is None:
            return None
        request = Request(scope, receive)
        try:
            self._tokens.admit(request)
        except Problem:
            return None
        return request, plain.endpoint, given
