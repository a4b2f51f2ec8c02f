"""``/v1/neighbourhood``: who and what is around an entity."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, shapes
from api.answering import Body, answering
from api.asking import entity_of, kinds_of, known_moment, naming, predicates_of, valid_date
from api.description import told
from api.parameters import MOST_WORDS, AsOfDate, Id, KnownAt
from graph.model import Confidence
from graph.revisions import Graph
from queries.neighbourhood import MOST_NODES, MOST_STEPS, NeighbourhoodQuestion, find_neighbourhood

router = APIRouter(tags=["questions"])


@router.get(
    "/neighbourhood/{id:path}",
    operation_id="findNeighbourhood",
    summary="Find who and what is around an entity",
    response_model=models.Neighbourhood,
    responses=told(404, 409),
)
def neighbourhood(
    request: Request,
    id: Id,
    steps: Annotated[int, Query(description="How many steps out.", ge=1, le=MOST_STEPS)] = 1,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
    predicate: Annotated[
        list[str] | None,
        Query(
            description="Only links of this predicate; may be repeated. Default: all but negatives and `different_from`.",
            max_length=MOST_WORDS,
            examples=[["member_of"]],
        ),
    ] = None,
    without_predicate: Annotated[
        list[str] | None, Query(description="No links of this predicate; may be repeated.", max_length=MOST_WORDS)
    ] = None,
    kind: Annotated[
        list[str] | None,
        Query(description="Show and pass through only entities of this kind; may be repeated.", max_length=MOST_WORDS),
    ] = None,
    not_kind: Annotated[
        list[str] | None,
        Query(description="Neither show nor pass through entities of this kind; may be repeated.", max_length=MOST_WORDS),
    ] = None,
    confidence: Annotated[Confidence, Query(description="The least confidence that counts.")] = "low",
    traversable_only: Annotated[bool, Query(description="Only links that collaboration paths follow.")] = False,
    include_ended: Annotated[bool, Query(description="Also links that had ended by the date; shown as ended.")] = False,
    limit: Annotated[int, Query(description="How many entities beside the centre at most.", ge=1, le=MOST_NODES)] = 100,
) -> Response:
    """The entities within some steps of an entity, nearest first, and the links among them, each with its statements.

    `truncated` tells that the limit cut something off; `total_nodes` and `total_links` count what there is.
    """
    known, valid = known_moment(known_at), valid_date(as_of)
    followed, left_out = predicates_of("predicate", predicate), predicates_of("without_predicate", without_predicate)
    kinds, unwanted = kinds_of("kind", kind), kinds_of("not_kind", not_kind)

    def make(graph: Graph) -> Body:
        with naming("id"):
            question = NeighbourhoodQuestion(
                centre=entity_of(graph, id, known, "id"),
                steps=steps,
                as_of=valid,
                known_at=known,
                predicates=followed,
                without_predicates=left_out,
                kinds=kinds,
                not_kinds=unwanted,
                confidence=confidence,
                traversable_only=traversable_only,
                include_ended=include_ended,
                limit=limit,
            )
            return shapes.body(find_neighbourhood(graph, question))

    return answering(request).answer(request, make)
