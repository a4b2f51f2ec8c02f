"""``/v1/review``: what waits for a decision, and the decisions; the one address that takes something in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from api import models
from api.answering import answering
from api.models.review import NewDecision
from api.problems import Problem
from api.reading import read_body
from api.shapes import review as shapes
from graph.errors import InputError
from graph.store import Store
from loaders import deciding
from loaders.decisions import Decided, log
from loaders.review import queue, states_of

router = APIRouter(tags=["review"])
_LARGEST: Final = 16_384
_TAKES: Final = {
    "accept": {"key", "entity"},
    "reject": {"key"},
    "merge": {"entity", "other"},
    "keep-apart": {"entity", "other", "name"},
    "undo": {"number"},
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": NewDecision.model_json_schema()}},
    }
}


@router.get("/review", operation_id="listProposals", summary="List what waits for a decision", response_model=models.Queue)
def list_proposals(
    request: Request,
    state: Annotated[Literal["open", "accepted", "rejected", "all"], Query(description="Which proposals.")] = "open",
    key: Annotated[str, Query(description="Only the proposal whose key begins so.", max_length=64)] = "",
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=1000)] = 100,
) -> Response:
    """Proposals out of documents: links that a sentence seems to state, names that may be an entity. No statements yet."""

    def make(graph: Any) -> Any:
        revision = graph.revision()
        found = [one for one in queue(graph.store, states_of(state)) if one.key.startswith(key)]
        return shapes.queue(revision, found, limit)

    return answering(request).answer(request, make)


@router.get("/review/decisions", operation_id="listDecisions", summary="List decisions", response_model=models.Decisions)
def list_decisions(request: Request) -> Response:
    """Every decision, oldest first: who, when, why, and whether it was taken back."""
    return answering(request).answer(request, lambda graph: shapes.decisions(graph.revision(), log(graph.store)))


async def _read(request: Request) -> NewDecision:
    return await read_body(request, NewDecision, "decision", _LARGEST)


@router.post(
    "/review/decisions",
    operation_id="decide",
    summary="Record a decision",
    response_model=models.Decided,
    openapi_extra=_BODY,
)
def decide(request: Request, given: Annotated[NewDecision, Depends(_read)]) -> Response:
    """Merge, keep apart, accept, reject, or undo. Decisions are recorded with who, when and why, and can be taken back."""
    _check_fields(given)
    by = request.scope.get("mcmgraph.caller") or given.by
    graph = answering(request).opened.graph()
    decided = _record(graph.store, given, by, datetime.now(UTC))
    body = {"revision": graph.revision(), **shapes.decided(decided)}
    return Response(to_json(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _check_fields(given: NewDecision) -> None:
    """Refuse fields that an action does not take, rather than pass over them."""
    for name in ("key", "entity", "other", "name", "number"):
        if getattr(given, name) and name not in _TAKES[given.action]:
            raise Problem("bad-parameter", f"{name}: {given.action!r} does not take it.", parameter=name)


def _record(store: Store, given: NewDecision, by: str, at: datetime) -> Decided:
    match given.action:
        case "accept":
            return deciding.accept(store, given.key, by, given.why, at, given.entity)
        case "reject":
            return deciding.reject(store, given.key, by, given.why, at)
        case "merge":
            return deciding.merge(store, given.entity, given.other, by, given.why, at)
        case "keep-apart":
            return deciding.keep_apart(store, given.entity, given.other, given.name, by, given.why, at)
        case "undo":
            if given.number is None:
                raise InputError("An undo needs the number of the decision.")
            return deciding.undo(store, given.number, by, given.why, at)
