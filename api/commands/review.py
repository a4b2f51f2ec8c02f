"""``review``: what waits for a decision, and the decisions."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.output import Page, is_json, print_json
from api.commands.session import EMPTY, Json, Plain, check_there

if TYPE_CHECKING:
    from graph.revisions import Graph
    from loaders.decisions import Decided

review = typer.Typer(
    name="review", help="What waits for a decision: list, show, accept, reject, merge, keep-apart, undo.", no_args_is_help=True
)

Key = Annotated[str, typer.Argument(metavar="KEY", help="The key of a proposal, or how it begins.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why it is decided so.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides. [default: the user of this computer]")]


@review.command("list")
def list_items(
    context: typer.Context,
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="open, accepted, rejected or all.")] = "open",
    decisions: Annotated[bool, typer.Option("--decisions", help="The decisions made, instead of what waits.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many at most.")] = 100,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """What waits for a decision, or what was decided."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import review as shapes
    from loaders.decisions import log
    from loaders.review import queue, states_of

    with _opened(context) as graph:
        revision = graph.revision()
        found = [] if decisions else queue(graph.store, states_of(state))
        made = log(graph.store) if decisions else []
    if json_wanted:
        print_json(shapes.decisions(revision, made[-limit:]) if decisions else shapes.queue(revision, found, limit))
        return
    page = Page()
    for one in made[-limit:]:
        page.line(str(one), ("  (taken back)" if one.undone else "", "dim"), hang=2)
    for item in found[:limit]:
        page.line((item.key, "bold"), f"  {item.sort}: {item.text}", hang=2)
        page.line((item.sentence, "dim"), indent=4)
    if not found and not made:
        page.line("Nothing waits." if not decisions else "Nothing was decided yet.")
    elif len(found) > limit:
        page.line((f"... and {len(found) - limit} more.", "dim"))


@review.command("show")
def show_item(context: typer.Context, key: Key, as_json: Json = False, plain: Plain = False) -> None:
    """One proposal, with its sentence and where it stands."""
    json_wanted = is_json(as_json, plain)
    from api.shapes import review as shapes
    from loaders.review import find

    with _opened(context) as graph:
        item = find(graph.store, key)
        body = shapes.item(item)
        revision = graph.revision()
    if json_wanted:
        print_json({"revision": revision, **body})
        return
    page = Page()
    page.line((item.key, "bold"), f"  {item.sort}, {item.state}")
    page.line(item.text)
    page.line((item.sentence, "dim"), indent=4)
    page.line((f"[{item.citation.source}, {item.citation.locator}]", "dim"), indent=4)
    if item.reason:
        page.line(item.reason)
    for id, reason in zip(item.candidates, item.reasons, strict=True):
        page.line(f"Candidate: {id}", (f"  {reason}", "dim"), hang=2)


@review.command("accept")
def accept(
    context: typer.Context,
    key: Key,
    why: Why,
    entity: Annotated[str, typer.Option("--as", metavar="ID", help="The entity that a name means.")] = "",
    by: By = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Make a proposal a statement."""
    json_wanted = is_json(as_json, plain)
    from loaders import deciding as made

    with _opened(context) as graph:
        decided = made.accept(graph.store, key, _who(by), why, datetime.now(UTC), entity)
        _tell(graph, decided, json_wanted)


@review.command("reject")
def reject(context: typer.Context, key: Key, why: Why, by: By = None, as_json: Json = False, plain: Plain = False) -> None:
    """Turn a proposal down; it comes back only if its sentence changes."""
    json_wanted = is_json(as_json, plain)
    from loaders import deciding as made

    with _opened(context) as graph:
        _tell(graph, made.reject(graph.store, key, _who(by), why, datetime.now(UTC)), json_wanted)


@review.command("merge")
def merge(
    context: typer.Context,
    merged: Annotated[str, typer.Argument(metavar="MERGED", help="The id that shall be another's.")],
    surviving: Annotated[str, typer.Argument(metavar="SURVIVING", help="The id that stands for both.")],
    why: Why,
    by: By = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Let one entity stand for another."""
    json_wanted = is_json(as_json, plain)
    from loaders import deciding as made

    with _opened(context) as graph:
        _tell(graph, made.merge(graph.store, merged, surviving, _who(by), why, datetime.now(UTC)), json_wanted)


@review.command("keep-apart")
def keep_apart(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="ID", help="The entity.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="What it is not: an id, or any name with --name.")],
    why: Why,
    name: Annotated[bool, typer.Option("--name", help="OTHER is a name of something that the graph does not hold.")] = False,
    by: By = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Keep an entity apart from another, or from a name."""
    json_wanted = is_json(as_json, plain)
    from loaders import deciding as made

    with _opened(context) as graph:
        ends = ("", other) if name else (other, "")
        _tell(graph, made.keep_apart(graph.store, entity, *ends, _who(by), why, datetime.now(UTC)), json_wanted)


@review.command("undo")
def undo(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the decision.")],
    why: Why,
    by: By = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Take a decision back."""
    json_wanted = is_json(as_json, plain)
    from loaders import deciding as made

    with _opened(context) as graph:
        _tell(graph, made.undo(graph.store, number, _who(by), why, datetime.now(UTC)), json_wanted)


@contextmanager
def _opened(context: typer.Context) -> Iterator[Graph]:
    """The graph, to read and to decide on; refuses an empty one."""
    from graph.errors import InputError
    from graph.opening import open_graph

    settings = context.obj.settings()
    check_there(settings)
    graph = open_graph(settings, create=False)
    try:
        if graph.revision() == 0:
            raise InputError(EMPTY)
        yield graph
    finally:
        graph.close()


def _who(by: str | None) -> str:
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user number without a name
        return ""


def _tell(graph: Graph, decided: Decided, json_wanted: bool) -> None:
    from api.shapes import review as shapes

    if json_wanted:
        print_json({"revision": graph.revision(), **shapes.decided(decided)})
    else:
        Page().line(f"Decision {decided}")
