"""``changes`` and ``disagreements``: what differs between two views, and between sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.output import is_json, print_json
from api.commands.session import Json, KnownAt, Plain, reading

if TYPE_CHECKING:
    from queries.changes import ChangesAnswer
    from queries.disagreements import DisagreementsAnswer


def changes(
    context: typer.Context,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="As-of date of the earlier view.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="As-of date of the later view. [default: today]")
    ] = None,
    since_revision: Annotated[
        int | None, typer.Option("--since-revision", metavar="N", help="Revision of the earlier view; 0 is the empty graph.")
    ] = None,
    until_revision: Annotated[
        int | None, typer.Option("--until-revision", metavar="N", help="Revision of the later view. [default: the newest]")
    ] = None,
    since_known: Annotated[
        str | None, typer.Option("--since-known", metavar="TIME", help="Instead of --since-revision: what was known then.")
    ] = None,
    until_known: Annotated[
        str | None, typer.Option("--until-known", metavar="TIME", help="Instead of --until-revision: what was known then.")
    ] = None,
    about: Annotated[str | None, typer.Option("--about", metavar="NAME", help="Only statements of this entity.")] = None,
    predicate: Annotated[
        str | None, typer.Option("--predicate", metavar="WORD", help="Only statements of this predicate.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many differences, 1 to 10000.")] = 1000,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """What changed between two dates or revisions, and why."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import body
    from graph.model import moment_of
    from queries.changes import ChangesQuestion, find_changes
    from queries.search import resolve

    with reading(context, None) as (graph, _):
        question = ChangesQuestion(
            since=since,
            until=until,
            since_revision=since_revision,
            until_revision=until_revision,
            since_known=None if since_known is None else moment_of(since_known),
            until_known=None if until_known is None else moment_of(until_known),
            about=None if about is None else resolve(graph, about),
            predicate=predicate,
            limit=limit,
        )
        answer = find_changes(graph, question)
    if json_wanted:
        print_json(body(answer))
        return
    _tell_changes(answer)


def _tell_changes(answer: ChangesAnswer) -> None:
    from api.commands.look_text import Footnotes
    from api.commands.output import Page

    page, noted = Page(), Footnotes()
    page.line(f"From {answer.since} (revision {answer.since_revision}) to {answer.until} (revision {answer.until_revision})")
    if not answer.total:
        page.line("Nothing differs.")
    for cause, count in answer.causes.items():
        shown = [one for one in answer.results if one.cause == cause]
        if count:
            page.gap()
            page.line((cause, "bold"), (f"  {count}", "dim"))
        for one in shown:
            said = one.statement
            sign = "+ " if one.appeared else "- "
            page.line(sign, said.sentence, (f" {said.period}; {said.confidence} {noted.mark(said)}", "dim"), indent=2, hang=2)
    if answer.truncated:
        page.gap()
        page.line((f"The first {len(answer.results)} of {answer.total}; --limit shows more.", "dim"))
    noted.tell(page)


def disagreements(
    context: typer.Context,
    entity: Annotated[str | None, typer.Argument(metavar="[ENTITY]", help="Only what concerns this entity.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Only where two sides speak of this date. [default: any time]"),
    ] = None,
    known_at: KnownAt = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Where sources disagree, each side with who says so."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import body
    from queries.disagreements import DisagreementsQuestion, find_disagreements
    from queries.search import resolve

    with reading(context, known_at) as (graph, known):
        about = None if entity is None else resolve(graph, entity, known)
        answer = find_disagreements(graph, DisagreementsQuestion(about, as_of, known))
    if json_wanted:
        print_json(body(answer))
        return
    _tell_disagreements(answer)


def _tell_disagreements(answer: DisagreementsAnswer) -> None:
    from api.commands.look_text import Footnotes
    from api.commands.output import Page

    page, noted = Page(), Footnotes()
    count = len(answer.results)
    page.line(
        f"{count} {'matter' if count == 1 else 'matters'} on which sources disagree." if count else "No disagreement found."
    )
    for one in answer.results:
        page.gap()
        label = f"  {one.label}" if one.label else ""
        page.line((f"{one.subject_name}: {one.matter}", "bold"), (f"  {one.subject}, {one.sort}{label}", "dim"), hang=4)
        for side in one.sides:
            marks = "".join(noted.mark(said) for said in side.statements)
            page.line("- ", side.says, (f" {marks}", "dim"), indent=2, hang=2)
    noted.tell(page)
