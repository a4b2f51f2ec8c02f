"""``/v1/changes``: the revisions of the graph."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, paging, shapes
from api.answering import Body, answering
from api.paging import Listing, wrong_cursor
from api.parameters import DEFAULT_PAGE, Cursor, PageLimit
from graph.revisions import Graph

router = APIRouter(tags=["server"])
_LARGEST: Final = 2**53 - 1
"""Revisions are whole numbers that every JSON reader holds exactly."""


@router.get("/changes", operation_id="listChanges", summary="List revisions", response_model=models.Changes)
def list_changes(
    request: Request,
    since: Annotated[int, Query(description="Only revisions after this one.", ge=0, le=_LARGEST)] = 0,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """The revisions of the graph, oldest first: which loaded source was replaced, when, and how many statements changed."""
    listing = Listing.of(request, limit, cursor)
    after = listing.after_one()
    if after is not None and not after.isdecimal():
        raise wrong_cursor("It is not a cursor that this API gave.")

    def make(graph: Graph) -> Body:
        revision = graph.revision()
        found = list(islice(graph.store.changes(max(since, int(after or 0))), limit + 1))
        page = found[:limit]
        body = {"revision": revision, "results": [shapes.change(one) for one in page], "next": None}
        return listing.paged(body, (str(page[-1].revision),) if len(found) > limit else None)

    return answering(request).answer(request, make, paging.link_header)
