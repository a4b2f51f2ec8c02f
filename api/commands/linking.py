"""``match`` and ``mentions``: names and texts linked to the graph, without writing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.output import Page, is_json
from api.commands.session import Json, Kinds, Plain, reading

if TYPE_CHECKING:
    from loaders.mentions import Mention
    from loaders.resolve import Resolution

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file to read.")]


def match(
    context: typer.Context,
    file: File,
    column: Annotated[str, typer.Option("--column", metavar="NAME", help="The column that holds the names.")],
    country_column: Annotated[
        str | None,
        typer.Option("--country-column", metavar="NAME", help="The column that holds their country, area or territory."),
    ] = None,
    kind: Kinds = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Link a column of names to the graph; writes nothing."""
    json_wanted = is_json(as_json, plain)
    from graph.vocabulary import vocabulary
    from loaders.column import read_column
    from loaders.resolve import Resolver

    kinds = frozenset(vocabulary().kind(one).name for one in kind or ())
    rows = read_column(file, column, country_column)
    with reading(context, None) as (graph, _):
        found = Resolver(graph, kinds).resolve_all([(row.text, row.country) for row in rows])
    found = [replace(one, reason=row.fault) if row.fault else one for row, one in zip(rows, found, strict=True)]
    if json_wanted:
        _print_lines(_match_body(row.row, one) for row, one in zip(rows, found, strict=True))
        return
    page = Page()
    for row, one in zip(rows, found, strict=True):
        page.line((f"{row.row}  ", "dim"), row.text, "  ", (one.decision, "bold"), f"  {one.id or ''}")
        page.line((one.reason, "dim"), indent=4)
        for option in one.candidates if one.id is None else ():
            page.line(f"{option.name} ({option.id})", (f"  {option.reason}", "dim"), indent=4, hang=2)


def mentions(context: typer.Context, file: File, as_json: Json = False, plain: Plain = False) -> None:
    """Find what a page, text or PDF mentions; writes nothing."""
    json_wanted = is_json(as_json, plain)
    from graph.vocabulary import kind_label
    from loaders.gazetteer import Gazetteer
    from loaders.known_names import KnownNames
    from loaders.webpage import mentions_in

    with reading(context, None) as (graph, _):
        found = mentions_in(file, Gazetteer(KnownNames(graph)))
    if json_wanted:
        _print_lines(_mention_body(one) for one in found)
        return
    page = Page()
    for one in found:
        linked = (one.id or "not linked", "bold")
        page.line((f"{one.start}-{one.end}  ", "dim"), one.text, "  ", linked, f"  {kind_label(one.kind)}")
        page.line((one.sentence, "dim"), indent=4)


def _match_body(row: int, one: Resolution) -> Mapping[str, Any]:
    return {
        "row": row,
        "text": one.text,
        "id": one.id,
        "identifiers": list(one.identifiers),
        "decision": one.decision,
        "candidates": [
            {
                "id": option.id,
                "name": option.name,
                "kind": option.kind,
                "identifiers": list(option.identifiers),
                "likeness": option.likeness,
                "reason": option.reason,
                "register_status": option.status or None,
                "successors": list(option.successors),
            }
            for option in one.candidates
        ],
        "reason": one.reason,
    }


def _mention_body(one: Mention) -> Mapping[str, Any]:
    return {
        "start": one.start,
        "end": one.end,
        "text": one.text,
        "id": one.id,
        "kind": one.kind or None,
        "sentence": one.sentence,
        "candidates": list(one.candidates),
        "reason": one.reason or None,
    }


def _print_lines(bodies: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line, on a terminal too: the lines are meant for another program."""
    import json

    from api.commands.output import takes_unicode, told

    for body in bodies:
        sys.stdout.write(told(json.dumps(body, ensure_ascii=not takes_unicode())) + "\n")
