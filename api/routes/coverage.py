"""``/v1/coverage``: who is covered and who is not, by a named lens on a named base."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, shapes
from api.answering import Body, answering
from api.asking import known_moment, naming, valid_date
from api.description import told
from api.parameters import MOST_WORDS, AsOfDate, KnownAt
from graph.errors import UnknownWord
from graph.revisions import Graph
from queries.coverage import CoverageQuestion, find_coverage, find_spread, list_axes, list_bases, list_lenses
from queries.matrix import MatrixQuestion, find_matrix

router = APIRouter(tags=["questions"])
_LONGEST: Final = 200
_FARTHEST: Final = 36_525
"""Days of a hundred years."""

_Lens = Annotated[
    str,
    Query(
        description="What counts as covered: the id, label or title of a lens, or `mechanism:ID` for one mechanism.",
        max_length=_LONGEST,
        examples=["D1"],
    ),
]
_Base = Annotated[
    str | None,
    Query(
        description="Who is asked about: the id, label or title of a base. Default: the base of the lens.",
        max_length=_LONGEST,
        examples=["WHO MS 194"],
    ),
]


@router.get(
    "/coverage",
    operation_id="findCoverage",
    summary="Find who is covered and who is not",
    response_model=models.Coverage,
    responses=told(404),
)
def coverage(
    request: Request,
    lens: _Lens = "four-convened-entities",
    base: _Base = None,
    columns: Annotated[
        str | None,
        Query(
            description="What to split cells by: `none`, `by` (the lists of the lens), or one of `columns` of the lenses.",
            max_length=_LONGEST,
            examples=["by"],
        ),
    ] = None,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
    horizon: Annotated[
        int, Query(description="Days after the date within which cover that ends is `expiring`.", ge=0, le=_FARTHEST)
    ] = 365,
) -> Response:
    """Every cell of a base under a lens, with its state, the reason in words, and the statements behind it.

    `unknown` is not `gap`: a gap needs every list of the lens to be declared complete. `covered` and `uncovered` count rows.
    """
    question = CoverageQuestion(lens, base, columns, valid_date(as_of), known_moment(known_at), horizon)

    def make(graph: Graph) -> Body:
        with _naming(lens=[lens], base=[base or ""], columns=[columns or ""]):
            return shapes.coverage(find_coverage(graph, question), graph)

    return answering(request).answer(request, make)


@router.get(
    "/coverage/matrix",
    operation_id="findMatrix",
    summary="Count who covers what, split by two axes",
    response_model=models.Matrix,
    responses=told(404),
)
def matrix(
    request: Request,
    lens: _Lens = "four-convened-entities",
    base: _Base = None,
    axis: Annotated[
        list[str] | None,
        Query(
            description="One of `columns` of the lenses; may be given twice. Default: product class and component.",
            max_length=2,
            examples=[["product-class", "component"]],
        ),
    ] = None,
    as_of: Annotated[
        str | None, Query(description="One day, YYYY-MM-DD. Default: today.", max_length=10, examples=["2026-11-21"])
    ] = None,
    known_at: KnownAt = None,
) -> Response:
    """How many actors cover each row in each combination of columns; only cells with an actor are listed.

    A cell without one is no gap: `/v1/coverage` tells why it is empty.
    """
    asked = tuple(axis) if axis else ("product-class", "component")
    question = MatrixQuestion(lens, base, asked, valid_date(as_of), known_moment(known_at))

    def make(graph: Graph) -> Body:
        with _naming(lens=[lens], base=[base or ""], axis=list(asked)):
            return shapes.body(find_matrix(graph, question))

    return answering(request).answer(request, make)


@router.get("/coverage/lenses", operation_id="listLenses", summary="List lenses", response_model=models.Lenses)
def lenses(request: Request) -> Response:
    """The named lenses, each with its definition, and what cells can be split by."""
    return answering(request).answer(request, lambda graph: shapes.lenses(graph.revision(), list_lenses(), list_axes()))


@router.get("/coverage/bases", operation_id="listBases", summary="List bases", response_model=models.Bases)
def bases(request: Request) -> Response:
    """The named bases: which countries, areas and territories, or other entities, are asked about."""
    return answering(request).answer(request, lambda graph: shapes.bases(graph.revision(), list_bases()))


@router.get(
    "/coverage/spread",
    operation_id="findSpread",
    summary="See how much the number depends on the definition",
    response_model=models.Spread,
    responses=told(404),
)
def spread(
    request: Request,
    lens: Annotated[
        list[str] | None,
        Query(
            description="A lens; may be repeated. Default: every lens with a label (D1, ...).",
            max_length=MOST_WORDS,
            examples=[["D1"]],
        ),
    ] = None,
    base: Annotated[
        list[str] | None,
        Query(
            description="A base; may be repeated. Default: every base with a counted label.",
            max_length=MOST_WORDS,
            examples=[["ISO 249"]],
        ),
    ] = None,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
) -> Response:
    """The number of covered countries, areas and territories by each definition, against each base."""
    valid, known = valid_date(as_of), known_moment(known_at)

    def make(graph: Graph) -> Body:
        with _naming(lens=lens or [], base=base or []):
            return shapes.body(find_spread(graph, valid, known, lens, base))

    return answering(request).answer(request, make)


@contextmanager
def _naming(**given: list[str]) -> Iterator[None]:
    """Say in the problem which parameter holds the word that is not known."""
    try:
        yield
    except UnknownWord as error:
        held = (name for name, values in given.items() if any(error.word in value for value in values))
        with naming(next(held, "lens")):
            raise
