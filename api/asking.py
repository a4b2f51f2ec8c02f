"""What is asked: refused before an endpoint is reached where it cannot be meant, and read into dates, words and entities.

FastAPI ignores parameters that it does not know and takes the last of several; a misspelt filter would then be answered as if
it had not been given. Here both are refused, with the nearest name.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import Request
from fastapi.params import Query as QueryMark
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.access import Tokens
from api.problems import Problem, closest, problem_of
from graph.errors import BadDate, InputError
from graph.model import AsOf, moment_of
from graph.revisions import Graph
from graph.vocabulary import vocabulary
from queries.search import resolve
from queries.selection import kind_named

_BLANK_FOR_PLUS = re.compile(r"(T\S*) (\d\d:?\d\d)\Z")


async def admit(request: Request) -> None:
    """Let a request through to its endpoint: access first, then the names of its parameters. Raises ``Problem``."""
    tokens = request.app.state.tokens
    assert isinstance(tokens, Tokens)
    tokens.admit(request)
    route: BaseRoute = request.scope["route"]
    assert isinstance(route, APIRoute)
    check_names([name for name, _ in request.query_params.multi_items()], parameters_of(route.endpoint))


def check_names(given: list[str], taken: dict[str, bool]) -> None:
    """Refuse names that are not in ``taken``, and repeated ones unless ``taken`` says that they may be; raises ``Problem``."""
    for name in given:
        if name not in taken:
            near = closest(name, list(taken))
            listed = ", ".join(taken) or "none"
            raise Problem(
                "unknown-parameter",
                f"There is no parameter {name[:80]!r} here. It takes: {listed}.",
                parameter=name[:80],
                nearest=near,
                allowed=list(taken),
            )
        if not taken[name] and given.count(name) > 1:
            raise Problem("repeated-parameter", f"{name} is given {given.count(name)} times. Give it once.", parameter=name)


@lru_cache(maxsize=256)
def parameters_of(endpoint: Callable[..., Any]) -> dict[str, bool]:
    """The query parameters of an endpoint, and which may be repeated, from its signature."""
    hints = get_type_hints(endpoint, include_extras=True)
    taken = {}
    for name in inspect.signature(endpoint).parameters:
        if get_origin(hints[name]) is not Annotated:
            continue
        sort, *marks = get_args(hints[name])
        for mark in marks:
            if isinstance(mark, QueryMark):
                taken[mark.alias or name] = any(get_origin(part) is list for part in (sort, *get_args(sort)))
    return taken


@contextmanager
def naming(parameter: str) -> Iterator[None]:
    """Say in the problem which parameter an ``InputError`` is about."""
    try:
        yield
    except InputError as error:
        problem = problem_of(error)
        problem.extras = {"parameter": parameter, **problem.extras}
        raise problem from error


def known_moment(text: str | None) -> datetime | None:
    """``known_at`` as a moment; raises ``Problem``.

    In an address a "+" stands for a blank: where the time ends in one and an offset, the plus was meant.
    """
    if text is None:
        return None
    with naming("known_at"):
        try:
            return moment_of(_BLANK_FOR_PLUS.sub(r"\1+\2", text))
        except OverflowError:
            raise BadDate(f"{text!r} lies outside of the calendar.") from None


def valid_date(text: str | None, parameter: str = "as_of") -> str | None:
    """A date as it was given, if it is one; raises ``Problem``."""
    if text is not None:
        with naming(parameter):
            AsOf(text)
    return text


def entity_of(graph: Graph, text: str, known: datetime | None, parameter: str) -> str:
    """The id of the one entity that a parameter names; raises ``Problem``."""
    with naming(parameter):
        return resolve(graph, text, known)


def kinds_of(parameter: str, given: list[str] | None) -> tuple[str, ...]:
    """The kinds that a parameter names; raises ``Problem`` for one that the vocabulary does not hold."""
    with naming(parameter):
        return tuple(kind_named(word) for word in given or ())


def predicates_of(parameter: str, given: list[str] | None) -> tuple[str, ...]:
    """The predicates that a parameter names; raises ``Problem`` for one that the vocabulary does not hold."""
    with naming(parameter):
        return tuple(vocabulary().predicate(word).name for word in given or ())
