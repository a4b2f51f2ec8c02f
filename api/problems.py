"""Errors as the API says them: problem details after RFC 9457, one list of sorts for code, OpenAPI and documentation.

Every error leaves as ``application/problem+json`` with ``type, title, status, detail, instance``, the number of the request,
and what helps to ask again (``parameter``, ``nearest``, ``candidates``, ``allowed``). What is inside the server never leaves
it: a fault is logged under a reference, and the caller gets the reference. ``api.refusing`` puts a problem on the wire;
nothing heavy is imported here, because the command line says its errors in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.errors import (
    AmbiguousName,
    BadDate,
    Candidate,
    InputError,
    NothingKnown,
    SchemaTooNew,
    StoreError,
    StoreUnavailable,
    UnknownEntity,
    UnknownWord,
)
from graph.vocabulary import nearest

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "/v1/problems/"
_RETRY_SOON: Final = 2
"""Seconds after which a store that could not be reached is worth another try."""
_RETRY_LATER: Final = 60
"""Seconds to wait where a person has to act first (credentials, permissions, an upgrade)."""
_LONGEST_ECHO: Final = 200


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of problem: the last part of its ``type``, its title and status, and what a caller can do about it."""

    slug: str
    status: int
    title: str
    what: str


SORTS: Final[Mapping[str, Sort]] = {
    sort.slug: sort
    for sort in (
        Sort(
            "bad-request",
            400,
            "The address cannot be read",
            "Write the address as percent-encoded UTF-8 without control characters.",
        ),
        Sort("unknown-parameter", 400, "There is no such parameter", "Use one of `allowed`; `nearest` holds close spellings."),
        Sort("repeated-parameter", 400, "A parameter is given more than once", "Give the parameter once."),
        Sort(
            "bad-parameter",
            400,
            "A parameter has a value that cannot be used",
            "`parameter` names it, `errors` lists every one.",
        ),
        Sort(
            "bad-date",
            400,
            "A date cannot be read",
            "Write YYYY, YYYY-MM or YYYY-MM-DD; for `known_at` also a time with its zone.",
        ),
        Sort(
            "unknown-word",
            400,
            "A word is not in the vocabulary or list",
            "Use one of `nearest`, or look at /v1/vocabulary and /v1/coverage/lenses.",
        ),
        Sort("bad-question", 400, "The question cannot be answered as it is put", "`detail` says what to change."),
        Sort("no-access", 401, "A token is needed", "Send `Authorization: Bearer` with a token that this server knows."),
        Sort("unknown-entity", 404, "No entity has this id or name", "Try one of `nearest`, or search for the name."),
        Sort("nothing-known", 404, "Nothing was known at this time", "Ask for a `known_at` at or after `first`."),
        Sort("not-found", 404, "There is nothing at this address", "`nearest` holds close addresses; /openapi.json lists all."),
        Sort("wrong-method", 405, "This address does not take this method", "Use one of the methods in the `Allow` header."),
        Sort("ambiguous-name", 409, "The name fits several entities", "Ask again with the id of one of `candidates`."),
        Sort("too-long", 414, "The address is too long", "Shorten the query."),
        Sort("fault", 500, "The server failed", "Report the `reference`; the server's log has the details under it."),
        Sort("store-unavailable", 503, "The store cannot be reached now", "Try again after the seconds in `Retry-After`."),
        Sort("store-refused", 503, "The store refused the server", "Whoever runs this server has to act; its log says why."),
    )
}


class Problem(Exception):
    """A problem that the API itself finds; ``extras`` become members of the answer."""

    def __init__(self, slug: str, detail: str, headers: Mapping[str, str] | None = None, **extras: Any) -> None:
        self.sort, self.detail, self.headers, self.extras = SORTS[slug], detail, dict(headers or {}), extras
        super().__init__(detail)


def problem_of(error: Exception) -> Problem:
    """The problem that an error of the tree is told as; anything that is not of the tree is a ``fault``."""
    match error:
        case Problem():
            return error
        case BadDate():
            return Problem("bad-date", str(error))
        case UnknownWord():
            return Problem(
                "unknown-word", str(error), sort=error.sort, value=shortened(error.word), nearest=list(error.nearest)
            )
        case UnknownEntity():
            return Problem("unknown-entity", str(error), given=shortened(error.given), nearest=_candidates(error.nearest))
        case AmbiguousName():
            return Problem("ambiguous-name", str(error), given=shortened(error.given), candidates=_candidates(error.candidates))
        case NothingKnown():
            return Problem("nothing-known", str(error), parameter="known_at", first=error.first)
        case InputError():
            return Problem("bad-question", str(error))
        case StoreError():
            return _of_store(error)
    return fault()


def shortened(text: str) -> str:
    """A given text, cut where it is too long to be said back."""
    return text if len(text) <= _LONGEST_ECHO else text[: _LONGEST_ECHO - 1] + "…"


def _candidates(candidates: Sequence[Candidate]) -> list[dict[str, str]]:
    return [{"id": c.id, "name": c.name, "kind": c.kind, "reason": c.reason} for c in candidates]


def _of_store(error: StoreError) -> Problem:
    # The message may name a path or a host of the server: it goes to the log, not to the caller.
    if isinstance(error, StoreUnavailable):
        detail = f"The store cannot be reached now. Try again in {_RETRY_SOON} seconds."
        return Problem("store-unavailable", detail, {"Retry-After": str(_RETRY_SOON)})
    why = "was written by a newer mcmgraph" if isinstance(error, SchemaTooNew) else "refused the server"
    detail = f"The store {why}. Whoever runs this server has to act; its log says more."
    return Problem("store-refused", detail, {"Retry-After": str(_RETRY_LATER)})


def fault() -> Problem:
    """What a caller is told of a failure of the server itself."""
    return Problem("fault", "Something failed inside the server. The server's log has the details under this reference.")


def closest(given: str, among: Sequence[str]) -> list[str]:
    """Up to three close spellings of a parameter or an address."""
    return nearest(given, among, 3)
