"""What the explorer asks of the server beside the API: the regions of the board, the board and the table without JavaScript,
and an answer as a file for a spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import HTMLResponse, Response

from api.answering import Body, answering
from api.asking import entity_of, known_moment, valid_date
from api.explorer.board import board_svg
from api.explorer.groups import Group, body, groups
from api.explorer.layout import rings
from api.explorer.sheets import coverage_csv, coverage_workbook
from api.explorer.table import refused_page, table_page
from api.parameters import AsOfDate, Id, KnownAt
from api.problems import Problem
from graph.errors import InputError
from graph.model import AsOf
from graph.revisions import Graph
from queries.coverage import CoverageAnswer, CoverageQuestion, find_coverage
from queries.explain import Cited, cite
from queries.neighbourhood import MOST_NODES, MOST_STEPS, NeighbourhoodQuestion, find_neighbourhood

_NO_CACHE: Final = {"Cache-Control": "no-cache"}
Word = Annotated[str, Query(max_length=200)]


def regions(request: Request, as_of: AsOfDate = None, known_at: KnownAt = None) -> Response:
    """The countries, areas and territories by WHO region on a date."""
    valid, known = valid_date(as_of), known_moment(known_at)
    return answering(request).answer(request, lambda graph: body(graph.snapshot(known), valid))


def places(
    request: Request,
    id: Id,
    steps: Annotated[int, Query(ge=1, le=MOST_STEPS)] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_NODES)] = 100,
    include_ended: Annotated[bool, Query()] = False,
    as_of: AsOfDate = None,
    known_at: KnownAt = None,
) -> Response:
    """Where the entities of a neighbourhood stand in its picture; the question is that of ``/v1/neighbourhood``."""
    valid, known = valid_date(as_of), known_moment(known_at)

    def make(graph: Graph) -> Body:
        centre = entity_of(graph, id, known, "id")
        question = NeighbourhoodQuestion(centre, steps, valid, known, include_ended=include_ended, limit=limit)
        answer = find_neighbourhood(graph, question)
        links = [(link.from_id, link.to_id) for link in answer.links]
        found = rings(centre, {node.id: node.kind for node in answer.nodes}, links)
        return {"revision": answer.revision, "as_of": answer.as_of, "places": found}

    return answering(request).answer(request, make)


def board(request: Request, lens: Word = "", base: Word = "", as_of: AsOfDate = None, known_at: KnownAt = None) -> Response:
    """The tile board as an SVG document."""
    graph = answering(request).opened.graph()
    answer = find_coverage(graph, _question(lens, base, as_of, known_at))
    if not answer.regions:
        raise InputError(
            f"The board shows countries, areas and territories; the base {answer.base.id!r} lists {answer.base.unit}. "
            "Ask for /table, or for another base."
        )
    picture = board_svg(answer, groups(graph.snapshot(answer.known_at), AsOf(answer.as_of)))
    return Response(picture, headers=_NO_CACHE, media_type="image/svg+xml")


def table(request: Request, lens: Word = "", base: Word = "", as_of: AsOfDate = None, known_at: KnownAt = None) -> Response:
    """Coverage as a page without any script; an empty field of its form is as one that is left out."""
    as_of, known_at = as_of or None, known_at or None
    graph = answering(request).opened.graph()
    try:
        answer = find_coverage(graph, _question(lens, base, as_of, known_at))
    except (InputError, Problem) as error:
        return HTMLResponse(refused_page(str(error), as_of, known_at), 400, _NO_CACHE)
    return HTMLResponse(table_page(answer, *_behind(graph, answer), known_at), headers=_NO_CACHE)


def csv_file(request: Request, lens: Word = "", base: Word = "", as_of: AsOfDate = None, known_at: KnownAt = None) -> Response:
    """Coverage as a CSV file."""
    graph = answering(request).opened.graph()
    answer = find_coverage(graph, _question(lens, base, as_of, known_at))
    return _file(answer, coverage_csv(answer, *_behind(graph, answer)), "csv", "text/csv; charset=utf-8")


def workbook(request: Request, lens: Word = "", base: Word = "", as_of: AsOfDate = None, known_at: KnownAt = None) -> Response:
    """Coverage as a workbook."""
    graph = answering(request).opened.graph()
    answer = find_coverage(graph, _question(lens, base, as_of, known_at))
    sort = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(answer, coverage_workbook(answer, *_behind(graph, answer)), "xlsx", sort)


def _behind(graph: Graph, answer: CoverageAnswer) -> tuple[Sequence[Group], Mapping[str, Cited]]:
    """The groups of the board, and the statements of all cells by id."""
    snapshot, when = graph.snapshot(answer.known_at), AsOf(answer.as_of)
    ids = dict.fromkeys(id for cell in answer.cells for id in cell.statements)
    return groups(snapshot, when), {one.id: one for one in cite(graph, snapshot, ids, when)}


def _file(answer: CoverageAnswer, content: bytes, ending: str, media_type: str) -> Response:
    """A file to keep, whose name says what it holds."""
    name = re.sub(r"[^A-Za-z0-9-]+", "-", f"coverage-{answer.lens.id}-{answer.base.id}-{answer.as_of}") + f".{ending}"
    return Response(
        content, headers={**_NO_CACHE, "Content-Disposition": f'attachment; filename="{name}"'}, media_type=media_type
    )


def _question(lens: str, base: str, as_of: str | None, known_at: str | None) -> CoverageQuestion:
    asked = CoverageQuestion(base=base or None, as_of=valid_date(as_of), known_at=known_moment(known_at))
    return asked if not lens else CoverageQuestion(lens, asked.base, None, asked.as_of, asked.known_at)


ROUTES: Final[Mapping[str, Callable[..., Response]]] = {
    "/table": table,
    "/table.csv": csv_file,
    "/table.xlsx": workbook,
    "/board.svg": board,
    "/explorer/groups": regions,
    "/explorer/places/{id:path}": places,
}
