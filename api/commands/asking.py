"""The questions: ``paths``, ``coverage``, ``search``, ``neighbourhood``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.output import is_json, print_json
from api.commands.session import AsOf, Json, Kinds, KnownAt, Plain, Predicates, many, reading, revision_of

if TYPE_CHECKING:
    from queries.ordering import ReweighedAnswer
    from queries.paths import PathAnswer as Answer

WithoutPredicates = Annotated[list[str] | None, many("--without-predicate", "WORD", "No links of this predicate")]
LENS: Final = "D1"
Confidence = Annotated[str, typer.Option("--confidence", metavar="LEVEL", help="The least that counts: high, medium or low.")]


def paths(
    context: typer.Context,
    start: Annotated[str, typer.Argument(metavar="FROM", help="Where to begin: an id, a name that fits one entity, or a set.")],
    goal: Annotated[str, typer.Argument(metavar="TO", help="Where to arrive: likewise.")],
    k: Annotated[int, typer.Option("--k", "-k", help="How many paths, 1 to 100.")] = 5,
    max_steps: Annotated[int, typer.Option("--max-steps", help="How many steps a path may have, 1 to 8.")] = 6,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    predicate: Predicates = None,
    without_predicate: WithoutPredicates = None,
    kind: Annotated[list[str] | None, many("--kind", "KIND", "Pass only through entities of this kind")] = None,
    not_kind: Annotated[list[str] | None, many("--not-kind", "KIND", "Pass through no entity of this kind")] = None,
    not_through: Annotated[list[str] | None, many("--not-through", "NAME", "Do not pass through this entity")] = None,
    confidence: Confidence = "low",
    include_ended: Annotated[bool, typer.Option("--include-ended", help="Also follow links that had ended by then.")] = False,
    disjoint: Annotated[
        str, typer.Option("--disjoint", metavar="HOW", help="No shared step (edge) or inner entity (node).")
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="ORDER", help="What is best: score, hops or shortest.")] = "score",
    compare_to: Annotated[
        str | None,
        typer.Option("--compare-to", metavar="DATE", help="Also the best paths of that date, and what became of them."),
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", metavar="FILE", help="Score by these weights, and explain what that moves.")
    ] = None,
    weight: Annotated[
        list[str] | None, many("--weight", "KEY=POINTS", "Score by this weight, and explain what it moves")
    ] = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """The best ways from one entity to another, with sources."""
    json_wanted = is_json(as_json, plain)
    from api.commands.files import weights_in
    from api.shapes import body
    from queries.ends import end_of
    from queries.paths import PathAnswer, PathQuestion, find_paths
    from queries.search import resolve

    told: Answer | ReweighedAnswer
    using = weights_in(weights, weight or ())
    with reading(context, known_at) as (graph, known):
        question = PathQuestion(
            start=end_of(graph, start, known),
            goal=end_of(graph, goal, known),
            k=k,
            max_steps=max_steps,
            as_of=as_of,
            known_at=known,
            predicates=tuple(predicate or ()),
            without_predicates=tuple(without_predicate or ()),
            kinds=tuple(kind or ()),
            not_kinds=tuple(not_kind or ()),
            not_through=tuple(resolve(graph, name, known) for name in not_through or ()),
            confidence=confidence,
            include_ended=include_ended,
            disjoint=disjoint,
            compare_to=compare_to,
            by=by,
        )
        if using is None:
            told = find_paths(graph, question)
        else:
            from queries.ordering import find_reweighed

            told = find_reweighed(graph, question, using)
    if json_wanted:
        print_json(body(told))
        return
    from api.commands.path_text import tell_paths, tell_reweighed

    if isinstance(told, PathAnswer):
        tell_paths(told)
    else:
        tell_reweighed(told)


def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Any name, alias, acronym or id, in any spelling.")],
    kind: Kinds = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many hits, 1 to 1000.")] = 20,
    known_at: KnownAt = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Find entities by name, in any spelling."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import body
    from queries.search import SearchQuestion
    from queries.search import search as find

    with reading(context, known_at) as (graph, known):
        answer = find(graph, SearchQuestion(text, tuple(kind or ()), limit, known))
    if json_wanted:
        print_json(body(answer))
        return
    from api.commands.look_text import tell_hits

    tell_hits(answer)


def coverage(
    context: typer.Context,
    lens: Annotated[
        str | None, typer.Option("--lens", "-l", metavar="LENS", help="What counts as covered; see --list. [default: D1]")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", "-b", metavar="BASE", help="Which rows are asked about. [default: the lens's own]")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", "-c", metavar="AXIS", help="Split cells by this axis, or by the lists of the lens (by)."),
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    horizon: Annotated[
        int, typer.Option("--horizon", metavar="DAYS", help="Cover that ends within so many days is expiring.")
    ] = 365,
    matrix: Annotated[
        list[str] | None,
        typer.Option("--matrix", metavar="AXIS", help="Only how many cover each cell, by one axis or two; may be given twice."),
    ] = None,
    spread: Annotated[bool, typer.Option("--spread", help="Only the numbers, by every definition and base.")] = False,
    list_names: Annotated[bool, typer.Option("--list", help="List the lenses, bases and axes there are, and stop.")] = False,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Who is covered, and who is not; unknown is no gap."""
    json_wanted = is_json(as_json, plain)
    if list_names:
        _list_names(context, json_wanted)
        return
    from api.shapes import body
    from queries.coverage import CoverageQuestion, find_coverage, find_spread
    from queries.matrix import MatrixQuestion, find_matrix

    if matrix and (spread or columns is not None):
        raise typer.BadParameter("--matrix, --spread and --columns exclude each other: give one.")
    with reading(context, known_at) as (graph, known):
        if matrix:
            counted = find_matrix(graph, MatrixQuestion(lens or LENS, base, tuple(matrix), as_of, known))
            said = body(counted) if json_wanted else None
        elif spread:
            numbers = find_spread(graph, as_of, known, [lens] if lens else None, [base] if base else None)
            said = body(numbers) if json_wanted else None
        else:
            answer = find_coverage(graph, CoverageQuestion(lens or LENS, base, columns, as_of, known, horizon))
            said = body(answer, graph) if json_wanted else None
    if said is not None:
        print_json(said)
        return
    from api.commands.coverage_text import tell_coverage, tell_matrix, tell_spread

    if matrix:
        tell_matrix(counted)
    elif spread:
        tell_spread(numbers)
    else:
        tell_coverage(answer)


def _list_names(context: typer.Context, json_wanted: bool) -> None:
    """The names that coverage knows; they come with the program, so that no graph is needed."""
    from queries.coverage import list_axes, list_bases, list_lenses

    if json_wanted:
        from api import shapes

        revision = revision_of(context)
        found = shapes.lenses(revision, list_lenses(), list_axes())
        print_json({**found, "bases": shapes.bases(revision, list_bases())["results"]})
        return
    from api.commands.coverage_text import tell_names

    tell_names(list_lenses(), list_bases(), list_axes())


def neighbourhood(
    context: typer.Context,
    centre: Annotated[str, typer.Argument(metavar="ENTITY", help="An id, or any name that fits one entity.")],
    steps: Annotated[int, typer.Option("--steps", help="How far out, 1 to 3.")] = 1,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    predicate: Predicates = None,
    without_predicate: WithoutPredicates = None,
    kind: Kinds = None,
    not_kind: Annotated[list[str] | None, many("--not-kind", "KIND", "No entities of this kind")] = None,
    confidence: Confidence = "low",
    traversable_only: Annotated[
        bool, typer.Option("--traversable-only", help="Only links that tell of working together.")
    ] = False,
    include_ended: Annotated[bool, typer.Option("--include-ended", help="Also links that had ended by then.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many entities, 1 to 1000.")] = 100,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Who and what an entity is linked to, with the sources."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import body
    from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
    from queries.search import resolve

    with reading(context, known_at) as (graph, known):
        question = NeighbourhoodQuestion(
            centre=resolve(graph, centre, known),
            steps=steps,
            as_of=as_of,
            known_at=known,
            predicates=tuple(predicate or ()),
            without_predicates=tuple(without_predicate or ()),
            kinds=tuple(kind or ()),
            not_kinds=tuple(not_kind or ()),
            confidence=confidence,
            traversable_only=traversable_only,
            include_ended=include_ended,
            limit=limit,
        )
        answer = find_neighbourhood(graph, question)
    if json_wanted:
        print_json(body(answer))
        return
    from api.commands.look_text import tell_neighbourhood

    tell_neighbourhood(answer)
