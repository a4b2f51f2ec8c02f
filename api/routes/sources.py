"""``/v1/sources``: what statements cite."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import models, paging, shapes
from api.answering import Body, answering
from api.asking import known_moment, naming
from api.description import told
from api.paging import Listing
from api.parameters import DEFAULT_PAGE, Cursor, Id, KnownAt, PageLimit
from api.problems import Problem
from graph.errors import InputError
from graph.revisions import Graph
from queries.sources import find_source, find_sources, source_of

router = APIRouter(tags=["sources"])


@router.get("/sources", operation_id="listSources", summary="List sources", response_model=models.Sources)
def list_sources(
    request: Request, known_at: KnownAt = None, limit: PageLimit = DEFAULT_PAGE, cursor: Cursor = None
) -> Response:
    """Every document, page and data set that statements cite, in order of id, with how many do."""
    listing = Listing.of(request, limit, cursor)
    known, after = known_moment(known_at), listing.after_one()

    def make(graph: Graph) -> Body:
        answer = find_sources(graph, after, limit, known)
        return listing.paged(shapes.body(answer), (answer.results[-1].id,) if answer.more else None)

    return answering(request).answer(request, make, paging.link_header)


@router.get(
    "/sources/{id:path}",
    operation_id="getSource",
    summary="Get a source and the statements that cite it",
    response_model=models.Source,
    responses=told(404, 409),
)
def get_source(
    request: Request, id: Id, known_at: KnownAt = None, limit: PageLimit = DEFAULT_PAGE, cursor: Cursor = None
) -> Response:
    """A source and the statements that cite it, page by page, in order of their ids."""
    listing = Listing.of(request, limit, cursor)
    known, after = known_moment(known_at), listing.after_one()

    def make(graph: Graph) -> Body:
        with naming("id"):
            source = source_of(graph, id, known)
        try:
            answer = find_source(graph, source, after, limit, known)
        except InputError as error:
            raise Problem("not-found", str(error), parameter="id") from error
        return listing.paged(shapes.body(answer), (answer.results[-1].id,) if answer.more else None)

    return answering(request).answer(request, make, paging.link_header)
