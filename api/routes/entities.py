"""``/v1/entities``: the list, one entity, its statements."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, paging, shapes
from api.answering import Body, answering
from api.asking import entity_of, kinds_of, known_moment, predicates_of, valid_date
from api.description import told
from api.paging import Listing, wrong_cursor
from api.parameters import DEFAULT_PAGE, Cursor, Id, Kinds, KnownAt, PageLimit, Predicates, ValidFilter
from graph.revisions import Graph
from queries.entities import (
    ROLES,
    EntitiesQuestion,
    StatementKey,
    StatementsQuestion,
    find_entities,
    find_entity,
    find_statements,
)

router = APIRouter(tags=["entities"])


@router.get("/entities", operation_id="listEntities", summary="List entities", response_model=models.Entities)
def list_entities(
    request: Request, kind: Kinds = None, known_at: KnownAt = None, limit: PageLimit = DEFAULT_PAGE, cursor: Cursor = None
) -> Response:
    """All entities in order of id, page by page."""
    listing = Listing.of(request, limit, cursor)
    question = EntitiesQuestion(kinds_of("kind", kind), listing.after_one(), limit, known_moment(known_at))

    def make(graph: Graph) -> Body:
        answer = find_entities(graph, question)
        return listing.paged(shapes.body(answer), (answer.results[-1].id,) if answer.more else None)

    return answering(request).answer(request, make, paging.link_header)


@router.get(
    "/entities/{id:path}/statements",
    operation_id="listStatements",
    summary="List the statements of an entity",
    response_model=models.Statements,
    responses=told(404, 409),
)
def list_statements(
    request: Request,
    id: Id,
    role: Annotated[
        Literal["subject", "object"] | None, Query(description="What the entity is in them. Default: both.")
    ] = None,
    predicate: Predicates = None,
    as_of: ValidFilter = None,
    known_at: KnownAt = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """Every statement about an entity and every link that leads to it, each with its sentence and citation.

    First those in which it is the subject, then those in which it is the object, each by predicate, then id.
    """
    listing = Listing.of(request, limit, cursor)
    known, valid, words = known_moment(known_at), valid_date(as_of), predicates_of("predicate", predicate)
    after = statement_key(listing.after(3))

    def make(graph: Graph) -> Body:
        found = entity_of(graph, id, known, "id")
        answer = find_statements(graph, StatementsQuestion(found, role or "", words, valid, known, after, limit))
        return listing.paged(shapes.body(answer), answer.last if answer.more else None)

    return answering(request).answer(request, make, paging.link_header)


@router.get(
    "/entities/{id:path}",
    operation_id="getEntity",
    summary="Get an entity",
    response_model=models.Entity,
    responses=told(404, 409),
)
def get_entity(request: Request, id: Id, known_at: KnownAt = None) -> Response:
    """One entity with its names, its texts and the number of its links.

    Aliases, older ids, acronyms and names are resolved; the answer has the canonical `id`.
    """
    known = known_moment(known_at)

    def make(graph: Graph) -> Body:
        return shapes.body(find_entity(graph, entity_of(graph, id, known, "id"), known))

    return answering(request).answer(request, make)


def statement_key(key: tuple[str, ...] | None) -> StatementKey | None:
    """The key in a cursor of a list of statements; raises ``Problem``."""
    if key is None:
        return None
    role, predicate, statement = key
    if role not in ROLES:
        raise wrong_cursor("It is not a cursor that this API gave.")
    return role, predicate, statement
