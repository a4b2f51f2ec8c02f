"""``overlap``, ``introductions``, ``brokers``: what lies between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.output import is_json, print_json
from api.commands.session import AsOf, Json, Kinds, KnownAt, Plain, Predicates, many, reading

if TYPE_CHECKING:
    from queries.brokers import BrokersAnswer
    from queries.introductions import IntroductionsAnswer
    from queries.overlap import OverlapAnswer


def overlap(
    context: typer.Context,
    lens: Annotated[
        str | None, typer.Option("--lens", "-l", metavar="LENS", help="A lens of coverage. [default: every mechanism]")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", "-b", metavar="BASE", help="Which rows are asked about. [default: the lens's own]")
    ] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", "-c", metavar="AXIS", help="Split cells, as for coverage.")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    least: Annotated[int, typer.Option("--least", metavar="N", help="How many must cover a cell for it to be listed.")] = 2,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """What several mechanisms cover at once, and which of them meet."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import body
    from queries.overlap import OverlapQuestion, find_overlap

    with reading(context, known_at) as (graph, known):
        answer = find_overlap(graph, OverlapQuestion(lens, base, columns, as_of, known, least))
        said = body(answer, graph) if json_wanted else None
    if said is not None:
        print_json(said)
        return
    _tell_overlap(answer)


def _tell_overlap(answer: OverlapAnswer) -> None:
    from api.commands.output import Page

    page = Page()
    page.line((answer.lens.title, "bold"), "  on  ", (answer.base.title, "bold"), hang=2)
    page.line((f"as of {answer.as_of}, revision {answer.revision}", "dim"))
    page.gap()
    for number, count in answer.by_number.items():
        page.line(f"{count:5} {'cell' if count == 1 else 'cells'} covered by {number}")
    for pair in answer.pairs:
        page.gap()
        share = f"{pair.share:.0%} of the smaller"
        page.line(
            f"{pair.cells:5}  {pair.first.name} ({pair.first.id}) and {pair.second.name} ({pair.second.id}); {share}", hang=7
        )
        page.line((" ".join(pair.rows), "dim"), indent=7)


def introductions(
    context: typer.Context,
    row: Annotated[str, typer.Argument(metavar="ROW", help="A country, area or territory, a region, a component, ...")],
    column: Annotated[
        str | None, typer.Option("--column", metavar="NAME", help="A product class, a component, a pathogen.")
    ] = None,
    asking: Annotated[str, typer.Option("--asking", metavar="NAME", help="The body that asks.")] = "i-mcm-net",
    lens: Annotated[
        str | None, typer.Option("--lens", "-l", metavar="LENS", help="What counts as covered. [default: D1]")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    max_steps: Annotated[int, typer.Option("--max-steps", help="How many steps a path may have, 1 to 8.")] = 4,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many bodies, 1 to 50.")] = 10,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Who works next to a gap, and through whom to reach them."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import body
    from queries.introductions import IntroductionsQuestion, find_introductions
    from queries.search import resolve

    with reading(context, known_at) as (graph, known):
        question = IntroductionsQuestion(
            row=resolve(graph, row, known),
            column=None if column is None else resolve(graph, column, known),
            asking=resolve(graph, asking, known),
            lens=lens,
            as_of=as_of,
            known_at=known,
            max_steps=max_steps,
            limit=limit,
        )
        answer = find_introductions(graph, question)
        said = body(answer, graph) if json_wanted else None
    if said is not None:
        print_json(said)
        return
    _tell_introductions(answer)


def _tell_introductions(answer: IntroductionsAnswer) -> None:
    from api.commands.look_text import Footnotes
    from api.commands.output import Page
    from graph.vocabulary import kind_label

    page, noted = Page(), Footnotes()
    column = f" and {answer.column.name}" if answer.column else ""
    page.line((f"{answer.row.name} ({answer.row.id}){column}", "bold"), f"  asked by {answer.asking.name}", hang=4)
    page.line((f"as of {answer.as_of}, revision {answer.revision}", "dim"))
    if answer.cell is not None:
        state, note = answer.cell.state.replace("_", " "), answer.cell.note
        page.line(note if note.lower().startswith(state) else f"{state}: {note}", hang=2)
    if answer.asking_is_near:
        page.line(f"{answer.asking.name} is itself linked to it.")
    for one in answer.results:
        page.gap()
        page.line((one.name, "bold"), f"  {one.id}", (f"  {kind_label(one.kind)}, {one.ring}", "dim"), hang=4)
        page.line(one.why, " ", "".join(noted.mark(said) for said in one.statements), indent=2, hang=2)
        if one.path is None:
            page.line("No path within the steps allowed.", indent=2)
        else:
            page.line(f"Score {one.path.score:g}: {' > '.join(one.path.ids)}", indent=2, hang=2)
            for step in one.path.steps:
                page.line(step.sentence, (f" {noted.mark(step.statements[0])}", "dim"), indent=4, hang=2)
    page.gap()
    page.line((f"{len(answer.results)} of {answer.total} bodies.", "dim"))
    noted.tell(page)


def brokers(
    context: typer.Context,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option("--between", metavar="SET SET", help="Two sets, such as in:r-amr in:r-afr, or a name each."),
    ] = None,
    without: Annotated[list[str] | None, many("--without", "NAME", "Leave this entity out")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    predicate: Predicates = None,
    without_predicate: Annotated[list[str] | None, many("--without-predicate", "WORD", "No links of this predicate")] = None,
    kind: Kinds = None,
    not_kind: Annotated[list[str] | None, many("--not-kind", "KIND", "No entities of this kind")] = None,
    confidence: Annotated[
        str, typer.Option("--confidence", metavar="LEVEL", help="The least that counts: high, medium or low.")
    ] = "low",
    order: Annotated[str, typer.Option("--order", metavar="BY", help="betweenness, cut or constraint.")] = "betweenness",
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many brokers, 1 to 100.")] = 10,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Who alone holds parts of the network, or two sets of it, together."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import body
    from queries.brokers import BrokersQuestion, find_brokers
    from queries.search import resolve

    with reading(context, known_at) as (graph, known):
        question = BrokersQuestion(
            between=between or (),
            without=tuple(resolve(graph, name, known) for name in without or ()),
            as_of=as_of,
            known_at=known,
            predicates=tuple(predicate or ()),
            without_predicates=tuple(without_predicate or ()),
            kinds=tuple(kind or ()),
            not_kinds=tuple(not_kind or ()),
            confidence=confidence,
            order=order,
            limit=limit,
        )
        answer = find_brokers(graph, question)
    if json_wanted:
        print_json(body(answer))
        return
    _tell_brokers(answer)


def _tell_brokers(answer: BrokersAnswer) -> None:
    from api.commands.output import Page
    from graph.vocabulary import kind_label

    page = Page()
    page.line(f"{answer.entities} entities, {answer.ties} ties, {answer.pairs} linked pairs; as of {answer.as_of}")
    if answer.between:
        sizes = f"{answer.first_size} and {answer.second_size} entities"
        page.line(f"between {answer.between[0]} and {answer.between[1]}: {sizes}")
    if answer.estimated:
        page.line("The net is large: betweenness is an estimate.")
    if not answer.results:
        page.line("Nobody lies between others.")
    for one in answer.results:
        page.gap()
        page.line((one.name, "bold"), f"  {one.id}", (f"  {kind_label(one.kind)}, {one.neighbours} neighbours", "dim"), hang=4)
        measures = f"between {one.share:.1%} of the pairs; constraint {one.constraint:.2f}"
        page.line(f"{measures}; cuts off {one.cut_off}, and {one.pairs_cut} pairs", indent=2, hang=2)
        for what, some in (("first", one.first), ("second", one.second)):
            if some:
                page.line(f"in the {what} set: ", "; ".join(f"{near.name} ({near.id})" for near in some), indent=2, hang=2)
        for piece in one.pieces:
            page.line(f"without it {piece.size}: ", ", ".join(near.id for near in piece.entities), indent=2, hang=2)
