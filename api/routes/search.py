"""``/v1/search``: entities by any of their names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, shapes
from api.answering import answering
from api.asking import kinds_of, known_moment
from api.parameters import LONGEST_NAME, ONE_LINE, Kinds, KnownAt
from api.problems import Problem
from queries.search import MOST_HITS, SearchQuestion
from queries.search import search as find

router = APIRouter(tags=["questions"])


@router.get("/search", operation_id="search", summary="Search for entities by name", response_model=models.Found)
def search(
    request: Request,
    q: Annotated[
        str,
        Query(
            description="Any name, alias, acronym or id, in any spelling, also with a typo. Names of countries, areas and "
            "territories in the six languages of the UN.",
            examples=["africa cdc"],
            min_length=1,
            max_length=LONGEST_NAME,
            json_schema_extra=ONE_LINE,
        ),
    ],
    kind: Kinds = None,
    known_at: KnownAt = None,
    limit: Annotated[int, Query(description="How many hits at most.", ge=1, le=MOST_HITS)] = 20,
) -> Response:
    """Entities whose names fit, best first, each with the name that fitted and why."""
    if not q.strip():
        raise Problem("bad-parameter", "q: It must hold more than white space.", parameter="q")
    question = SearchQuestion(q, kinds_of("kind", kind), limit, known_moment(known_at))
    return answering(request).answer(request, lambda graph: shapes.body(find(graph, question)))
