"""``/v1/vocabulary``: kinds, predicates, statuses."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import models, shapes
from api.answering import answering

router = APIRouter(tags=["words"])


@router.get("/vocabulary", operation_id="getVocabulary", summary="Get the vocabulary", response_model=models.Words)
def vocabulary(request: Request) -> Response:
    """The kinds of entities, the predicates with domain, range, inverse and sentence, and the statuses of an enrolment."""
    return answering(request).answer(request, lambda graph: shapes.words(graph.revision()))
