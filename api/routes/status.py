"""The probes, ``/v1/health`` and ``/v1/ready``, and the sorts of problems that ``type`` addresses lead to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic_core import to_json
from starlette.responses import Response

from api import models
from api.answering import answering, version
from api.problems import SORTS, TYPE_BASE, Problem, Sort, closest
from api.shapes import Body

router = APIRouter(tags=["server"])
_FRESH = {"Cache-Control": "no-store"}


@router.get("/health", operation_id="getHealth", summary="Tell whether the server runs", response_model=models.Health)
async def health() -> Response:
    """Liveness: answers as long as the process does, and asks nothing of the store; `revision` is therefore null."""
    return _fresh({"revision": None, "status": "ok", "version": version()})


@router.get(
    "/ready", operation_id="getReadiness", summary="Tell whether questions can be answered", response_model=models.Ready
)
def ready(request: Request) -> Response:
    """Readiness: asks the store for its revision; a 503 problem where it cannot be reached."""
    return _fresh({"revision": answering(request).opened.graph().store.revision(), "status": "ready"})


@router.get("/problems", operation_id="listProblems", summary="List the sorts of problems", response_model=models.ProblemSorts)
def problems(request: Request) -> Response:
    """Every sort of problem, with its status and what to do about it."""
    return answering(request).answer(
        request, lambda graph: {"revision": graph.revision(), "results": [_told(sort) for sort in SORTS.values()]}
    )


@router.get(
    "/problems/{slug}", operation_id="getProblem", summary="Describe a sort of problem", response_model=models.OneProblemSort
)
def problem(
    request: Request,
    slug: Annotated[
        str,
        Path(
            description="The last part of a problem's `type`.",
            examples=["unknown-entity"],
            json_schema_extra={"enum": [*SORTS]},
        ),
    ],
) -> Response:
    """What a problem's `type` leads to: its status and what to do about it."""
    if slug not in SORTS:
        raise Problem("not-found", f"There is no sort of problem {slug[:80]!r}.", nearest=closest(slug, list(SORTS)))
    return answering(request).answer(request, lambda graph: {"revision": graph.revision(), **_told(SORTS[slug])})


def _told(sort: Sort) -> Body:
    return {"type": TYPE_BASE + sort.slug, "title": sort.title, "status": sort.status, "what": sort.what}


def _fresh(body: Body) -> Response:
    return Response(to_json(body), headers=_FRESH, media_type="application/json")
