"""``/v1/paths``: the best ways from one entity to another."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, shapes
from api.answering import Body, answering
from api.asking import entity_of, kinds_of, known_moment, naming, predicates_of, valid_date
from api.description import told
from api.parameters import DATE, LONGEST_NAME, MOST_WORDS, ONE_LINE, AsOfDate, KnownAt, Predicates
from graph.model import Confidence
from graph.revisions import Graph
from queries.ends import end_of
from queries.ordering import find_reweighed
from queries.paths import MOST_PATHS, MOST_STEPS, PathQuestion, find_paths
from queries.weights import read_weights, shipped

router = APIRouter(tags=["questions"])


@router.get(
    "/paths",
    operation_id="findPaths",
    summary="Find the best collaboration paths",
    response_model=models.Paths,
    responses=told(404, 409),
)
def paths(
    request: Request,
    from_: Annotated[
        str,
        Query(
            alias="from",
            description="Where to begin: an id, any name that fits one entity, or a set of entities like `of:au`.",
            min_length=1,
            max_length=LONGEST_NAME,
            examples=["africa-cdc"],
            json_schema_extra=ONE_LINE,
        ),
    ],
    to: Annotated[
        str,
        Query(
            description="Where to arrive: an id, any name that fits one entity, or a set of entities.",
            min_length=1,
            max_length=LONGEST_NAME,
            examples=["paho"],
            json_schema_extra=ONE_LINE,
        ),
    ],
    k: Annotated[int, Query(description="How many paths.", ge=1, le=MOST_PATHS)] = 5,
    max_steps: Annotated[int, Query(description="How many steps a path may have.", ge=1, le=MOST_STEPS)] = 6,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
    predicate: Predicates = None,
    without_predicate: Annotated[
        list[str] | None, Query(description="Not by this predicate; may be repeated.", max_length=MOST_WORDS)
    ] = None,
    kind: Annotated[
        list[str] | None, Query(description="Pass only through entities of this kind; may be repeated.", max_length=MOST_WORDS)
    ] = None,
    not_kind: Annotated[
        list[str] | None, Query(description="Pass through no entity of this kind; may be repeated.", max_length=MOST_WORDS)
    ] = None,
    not_through: Annotated[
        list[str] | None,
        Query(
            description="Do not pass through this entity (an id or name); may be repeated.",
            max_length=MOST_WORDS,
            examples=[["who"]],
        ),
    ] = None,
    confidence: Annotated[Confidence, Query(description="The least confidence that counts.")] = "low",
    include_ended: Annotated[bool, Query(description="Also follow links that had ended by the date; shown as ended.")] = False,
    disjoint: Annotated[
        Literal["edge", "node"] | None,
        Query(description="`edge`: no two paths share a step; `node`: no two share an entity but the ends."),
    ] = None,
    by: Annotated[
        Literal["score", "hops", "shortest"],
        Query(description="What is best: the score; `hops`, the fewest steps; `shortest`, only those with the fewest steps."),
    ] = "score",
    compare_to: Annotated[
        str | None,
        Query(
            description="Also tell the best paths of this other date, and what has become of their steps.",
            max_length=20,
            examples=["2025-11-21"],
            json_schema_extra=DATE,
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        Query(
            description="Score by another weight, `KEY=POINTS`, and tell in `order` what that moves; may be repeated.",
            max_length=MOST_WORDS,
            examples=[["hubs.each_doubling=6"]],
        ),
    ] = None,
) -> Response:
    """The k best simple paths between two entities, every step with its sentence and citations.

    A path scores 100 points less what its steps cost (strength of the predicate, evidence, age, length) and what passing
    through its inner entities costs (the more neighbours, the more). `parts` adds up to `score`; `weakest` is the step it
    stands or falls with. Only predicates that tell of collaboration are followed, in either direction. Either end may be a set:
    conditions joined by commas (`kind:`, `subtype:`, `in:`, `of:`, `id:`; `|` for or); then the best of all pairs are found.
    """
    known, valid = known_moment(known_at), valid_date(as_of)
    compared = valid_date(compare_to, "compare_to")
    followed, left_out = predicates_of("predicate", predicate), predicates_of("without_predicate", without_predicate)
    kinds, unwanted = kinds_of("kind", kind), kinds_of("not_kind", not_kind)
    with naming("weight"):
        using = read_weights(shipped(), "weight", changes=weight) if weight else None

    def make(graph: Graph) -> Body:
        start, goal = _end(graph, from_, known, "from"), _end(graph, to, known, "to")
        avoided = tuple(entity_of(graph, name, known, "not_through") for name in not_through or ())
        question = PathQuestion(
            start=start,
            goal=goal,
            k=k,
            max_steps=max_steps,
            as_of=valid,
            known_at=known,
            predicates=followed,
            without_predicates=left_out,
            kinds=kinds,
            not_kinds=unwanted,
            not_through=avoided,
            confidence=confidence,
            include_ended=include_ended,
            disjoint=disjoint or "",
            by=by,
            compare_to=compared,
        )
        answer = find_paths(graph, question) if using is None else find_reweighed(graph, question, using)
        return shapes.body(answer)

    return answering(request).answer(request, make)


def _end(graph: Graph, text: str, known: datetime | None, parameter: str) -> str:
    """One entity or a set, as the question takes it; raises ``Problem``."""
    with naming(parameter):
        return end_of(graph, text, known)
