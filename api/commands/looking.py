"""What is known of one thing: ``show`` an entity, list ``sources``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.output import is_json, print_json
from api.commands.session import Json, KnownAt, Plain, Predicates, reading

if TYPE_CHECKING:
    from graph.revisions import Graph
    from queries.entities import StatementsAnswer, StatementsQuestion
    from queries.sources import SourceAnswer, SourcesAnswer

_PAGE = 1000


def show(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="An id, or any name that fits one entity.")],
    statements: Annotated[
        bool, typer.Option("--statements", help="Only its statements (in JSON: instead of the entity).")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Only what was so on this day, month or year. [default: any time]"),
    ] = None,
    known_at: KnownAt = None,
    predicate: Predicates = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """One entity, and every statement about it with its source."""
    json_wanted = is_json(as_json, plain)
    from queries.entities import StatementsQuestion, find_entity
    from queries.search import resolve

    with reading(context, known_at) as (graph, known):
        id = resolve(graph, entity, known)
        question = StatementsQuestion(id, "", tuple(predicate or ()), as_of, known, None, _PAGE)
        only = statements or bool(predicate) or as_of is not None
        found = None if only and json_wanted else find_entity(graph, id, known)
        listed = None if json_wanted and not only else _all_statements(graph, question)
    if json_wanted:
        from api import shapes

        print_json(shapes.body(listed if only else found))
        return
    from api.commands.look_text import tell_entity

    assert found is not None
    assert listed is not None
    tell_entity(found, listed, brief=statements)


def sources(
    context: typer.Context,
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="One source, with the statements that cite it.")
    ] = None,
    known_at: KnownAt = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """The documents, pages and data sets that statements cite."""
    json_wanted = is_json(as_json, plain)
    with reading(context, known_at) as (graph, known):
        answer = _all_sources(graph, known) if source is None else _one_source(graph, source, known)
    if json_wanted:
        from api import shapes

        print_json(shapes.body(answer))
        return
    from api.commands.look_text import tell_source, tell_sources
    from queries.sources import SourceAnswer

    if isinstance(answer, SourceAnswer):
        tell_source(answer)
    else:
        tell_sources(answer)


def _all_sources(graph: Graph, known: datetime | None) -> SourcesAnswer:
    from queries.sources import find_sources

    answer = find_sources(graph, None, _PAGE, known)
    while answer.more:
        page = find_sources(graph, answer.results[-1].id, _PAGE, known)
        answer = replace(answer, results=answer.results + page.results, more=page.more)
    return answer


def _one_source(graph: Graph, name: str, known: datetime | None) -> SourceAnswer:
    from queries.search import resolve
    from queries.sources import find_source

    id = resolve(graph, name, known)
    answer = find_source(graph, id, None, _PAGE, known)
    while answer.more:
        page = find_source(graph, id, answer.results[-1].id, _PAGE, known)
        answer = replace(answer, results=answer.results + page.results, more=page.more)
    return answer


def _all_statements(graph: Graph, question: StatementsQuestion) -> StatementsAnswer:
    from queries.entities import find_statements

    answer = find_statements(graph, question)
    while answer.more:
        page = find_statements(graph, replace(question, after=answer.last))
        answer = replace(answer, results=answer.results + page.results, last=page.last, more=page.more)
    return answer
