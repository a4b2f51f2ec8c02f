"""``/v1/differences`` and ``/v1/disagreements``: what changed and why, and where sources do not say the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, shapes
from api.answering import Body, answering
from api.asking import entity_of, known_moment, naming, predicates_of, valid_date
from api.description import told
from api.parameters import DATE, LONGEST_NAME, MOMENT, ONE_LINE, KnownAt, ValidFilter
from graph.errors import BadDate
from graph.model import AsOf, moment_of
from graph.revisions import Graph
from queries.changes import MOST, ChangesQuestion, find_changes
from queries.disagreements import DisagreementsQuestion, find_disagreements

router = APIRouter(tags=["questions"])
_LARGEST: Final = 2**53 - 1
About = Annotated[
    str | None,
    Query(
        description="Only what concerns this entity: an id, or any name that fits one.",
        max_length=LONGEST_NAME,
        examples=["usa"],
        json_schema_extra=ONE_LINE,
    ),
]


def _date(what: str) -> Any:
    return Query(description=f"{what} YYYY, YYYY-MM or YYYY-MM-DD.", max_length=20, json_schema_extra=DATE)


def _revision(what: str) -> Any:
    return Query(description=what, ge=0, le=_LARGEST)


def _known(what: str) -> Any:
    return Query(description=what, max_length=40, json_schema_extra=MOMENT)


def _moment(parameter: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    with naming(parameter):
        try:
            return moment_of(text)
        except OverflowError:
            raise BadDate(f"{text!r} lies outside of the calendar.") from None


@router.get(
    "/differences",
    operation_id="findDifferences",
    summary="Find what changed between two views, and why",
    response_model=models.Differences,
    responses=told(404, 409),
)
def differences(
    request: Request,
    since: Annotated[str | None, _date("As-of date of the earlier view. Default: that of the later one.")] = None,
    until: Annotated[str | None, _date("As-of date of the later view. Default: today.")] = None,
    since_revision: Annotated[int | None, _revision("Revision of the earlier view. Default: that of the later one.")] = None,
    until_revision: Annotated[int | None, _revision("Revision of the later view. Default: the newest.")] = None,
    since_known: Annotated[str | None, _known("Instead of `since_revision`: what the graph knew then.")] = None,
    until_known: Annotated[str | None, _known("Instead of `until_revision`: what the graph knew then.")] = None,
    about: About = None,
    predicate: Annotated[str | None, Query(description="Only statements of this predicate.", max_length=100)] = None,
    limit: Annotated[int, Query(description="How many differences at most.", ge=1, le=MOST)] = 1000,
) -> Response:
    """Every statement that shows in one view and not in the other, with its cause. Where nothing sets the views apart, the
    earlier one is a year before. Dates alone tell what happened, revisions alone what was learnt."""
    with naming("since"):
        AsOf(since)
    with naming("until"):
        AsOf(until)
    first, last = _moment("since_known", since_known), _moment("until_known", until_known)
    (word,) = predicates_of("predicate", [predicate]) if predicate is not None else (None,)

    def make(graph: Graph) -> Body:
        id = None if about is None else entity_of(graph, about, None, "about")
        question = ChangesQuestion(since, until, since_revision, until_revision, first, last, id, word, limit)
        return shapes.body(find_changes(graph, question))

    return answering(request).answer(request, make)


@router.get(
    "/disagreements",
    operation_id="findDisagreements",
    summary="Find where sources disagree",
    response_model=models.Disagreements,
    responses=told(404, 409),
)
def disagreements(request: Request, about: About = None, as_of: ValidFilter = None, known_at: KnownAt = None) -> Response:
    """Every matter on which sources say different things, each side with its citations. Nothing is averaged."""
    valid, known = valid_date(as_of), known_moment(known_at)

    def make(graph: Graph) -> Body:
        id = None if about is None else entity_of(graph, about, known, "about")
        return shapes.body(find_disagreements(graph, DisagreementsQuestion(id, valid, known)))

    return answering(request).answer(request, make)
