"""``/v1/overlap``, ``/v1/introductions``, ``/v1/brokers``: what lies between."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, shapes
from api.answering import Body, answering
from api.asking import entity_of, kinds_of, known_moment, naming, predicates_of, valid_date
from api.description import told
from api.parameters import LONGEST_NAME, MOST_WORDS, ONE_LINE, AsOfDate, KnownAt
from graph.model import Confidence
from graph.revisions import Graph
from queries import brokers as broker_query
from queries import introductions as introduction_query
from queries.brokers import BrokersQuestion, find_brokers
from queries.introductions import ASKING, IntroductionsQuestion, find_introductions
from queries.overlap import OverlapQuestion, find_overlap
from queries.paths import MOST_STEPS

router = APIRouter(tags=["questions"])
_LONGEST: Final = 200
Order = Literal["betweenness", "cut", "constraint"]


def _name(what: str, example: str) -> Any:
    return Query(description=what, max_length=LONGEST_NAME, examples=[example], json_schema_extra=ONE_LINE)


def _word(what: str, example: str) -> Any:
    return Query(description=what, max_length=_LONGEST, examples=[example])


def _words(what: str) -> Any:
    return Query(description=what, max_length=MOST_WORDS)


@router.get(
    "/overlap", operation_id="findOverlap", summary="Find what several mechanisms cover at once", response_model=models.Overlap
)
def overlap(
    request: Request,
    lens: Annotated[
        str | None, _word("What counts as covered: a lens of coverage. Default: every mechanism.", "everything-regional")
    ] = None,
    base: Annotated[str | None, _word("Who is asked about. Default: the base of the lens.", "WHO MS 194")] = None,
    columns: Annotated[str | None, _word("What to split cells by, as for coverage.", "product-class")] = None,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
    least: Annotated[int, Query(description="How many must cover a cell for it to be listed.", ge=2, le=1000)] = 2,
) -> Response:
    """Which mechanisms meet in the same cells: a matrix, the pairs, and the cells with their statements."""
    question = OverlapQuestion(lens, base, columns, valid_date(as_of), known_moment(known_at), least)

    def make(graph: Graph) -> Body:
        with naming("lens"):
            return shapes.body(find_overlap(graph, question), graph)

    return answering(request).answer(request, make)


@router.get(
    "/introductions",
    operation_id="findIntroductions",
    summary="Find who works next to a gap, and the way to them",
    response_model=models.Introductions,
    responses=told(404, 409),
)
def introductions(
    request: Request,
    row: Annotated[str, _name("The row: a country, area or territory, a region, a component, a pathogen, ...", "PAK")],
    column: Annotated[str | None, _name("The column: a product class, a component, a pathogen.", "pc-vaccines")] = None,
    asking: Annotated[str, _name("The body that asks to be introduced.", "who")] = ASKING,
    lens: Annotated[str | None, _word("The lens that says whether the row is covered.", "D1")] = None,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
    max_steps: Annotated[int, Query(description="How many steps a path may have.", ge=1, le=MOST_STEPS)] = 4,
    limit: Annotated[int, Query(description="How many bodies at most.", ge=1, le=introduction_query.MOST)] = 10,
) -> Response:
    """The bodies next to a gap, in three rings (here, its region, its neighbours), each with the best path to it."""
    valid, known = valid_date(as_of), known_moment(known_at)

    def make(graph: Graph) -> Body:
        at = entity_of(graph, row, known, "row")
        split = None if column is None else entity_of(graph, column, known, "column")
        by = entity_of(graph, asking, known, "asking")
        with naming("row"):
            question = IntroductionsQuestion(at, split, by, lens, valid, known, max_steps, limit)
            return shapes.body(find_introductions(graph, question), graph)

    return answering(request).answer(request, make)


@router.get(
    "/brokers",
    operation_id="findBrokers",
    summary="Find who alone holds parts of the network together",
    response_model=models.Brokers,
    responses=told(404, 409),
)
def brokers(
    request: Request,
    between: Annotated[
        list[str] | None,
        Query(
            description="Two sets of entities, given as two parameters: `in:r-amr` and `in:r-afr`, or a name each.",
            max_length=2,
            examples=[["in:r-amr", "in:r-afr"]],
        ),
    ] = None,
    without: Annotated[list[str] | None, _words("Leave this entity out of the net; may be repeated.")] = None,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
    predicate: Annotated[list[str] | None, _words("Only links of this predicate; may be repeated.")] = None,
    without_predicate: Annotated[list[str] | None, _words("No links of this predicate; may be repeated.")] = None,
    kind: Annotated[list[str] | None, _words("Only entities of this kind; may be repeated. Default: bodies.")] = None,
    not_kind: Annotated[list[str] | None, _words("No entities of this kind; may be repeated.")] = None,
    confidence: Annotated[Confidence, Query(description="The least confidence that counts.")] = "low",
    order: Annotated[
        Order, Query(description="What comes first: most lying between, most cut off, least constraint.")
    ] = "betweenness",
    limit: Annotated[int, Query(description="How many brokers at most.", ge=1, le=broker_query.MOST)] = 10,
) -> Response:
    """Who lies between others: betweenness, what would be cut off, and constraint, over all pairs or between two sets."""
    valid, known = valid_date(as_of), known_moment(known_at)
    followed, left_out = predicates_of("predicate", predicate), predicates_of("without_predicate", without_predicate)
    kinds, unwanted = kinds_of("kind", kind), kinds_of("not_kind", not_kind)

    def make(graph: Graph) -> Body:
        removed = [entity_of(graph, name, known, "without") for name in without or ()]
        question = BrokersQuestion(
            between=tuple(between or ()),
            without=removed,
            as_of=valid,
            known_at=known,
            predicates=followed,
            without_predicates=left_out,
            kinds=kinds,
            not_kinds=unwanted,
            confidence=confidence,
            order=order,
            limit=limit,
        )
        return shapes.body(find_brokers(graph, question))

    return answering(request).answer(request, make)
