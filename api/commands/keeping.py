"""The graph as a thing to keep: ``export`` and ``doctor``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.output import Page, is_json, print_json, takes_unicode, told
from api.commands.session import Json, KnownAt, Plain, reading, stop

if TYPE_CHECKING:
    from graph.revisions import Graph


def export(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, in whole or not at all. [default: standard output]"),
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help="Write a workbook that can be loaded again.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write a CSV file that can be loaded again.")
    ] = None,
    rdf: Annotated[
        Path | None,
        typer.Option(
            "--rdf", metavar="FILE", help="Write RDF that can be loaded again: .ttl, .trig, .jsonld, .rdf, .nt or .nq."
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="IRI", help="With --rdf: the address under which entities and statements lie."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Only what was so on this day, month or year. [default: any time]"),
    ] = None,
    known_at: KnownAt = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is no longer known.")] = False,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """All statements: JSON lines, one statement a line; or a table, or RDF."""
    from graph.export import dump, export_lines, write_lines
    from graph.model import AsOf

    if everything and known_at is not None:
        raise typer.BadParameter("--all gives what was known at any time; leave --known-at out.")
    if sum(file is not None for file in (output, xlsx, csv, rdf)) > 1:
        raise typer.BadParameter("--output, --xlsx, --csv and --rdf exclude each other: give one.")
    if base is not None and rdf is None:
        raise typer.BadParameter("--base says how RDF is written: give --rdf too, or leave it out.")
    json_wanted = is_json(as_json, plain)
    with reading(context, known_at) as (graph, known):
        lines = export_lines(graph.store, AsOf(as_of, known), everything)
        table = xlsx or csv
        if table is not None:
            from graph.export_tables import View, write_csv, write_workbook

            write = write_csv if csv is not None else write_workbook
            output, count = table, write(table, lines, View(graph.snapshot(known), _about(graph, as_of, known_at, everything)))
        elif rdf is not None:
            from graph.rdf import write_rdf
            from graph.rdf_terms import BASE

            output, count = rdf, write_rdf(graph.store, rdf, AsOf(as_of, known), everything, base or BASE)
        elif output is None:
            escaped = not takes_unicode()
            for line in lines:
                sys.stdout.write(told(dump(line, escaped)) + "\n")
            return
        else:
            count = write_lines(output, lines)
    if json_wanted:
        print_json({"output": str(output), "statements": count})
    else:
        Page().line(f"{count:,} statements written to {output}")


def _about(graph: Graph, as_of: str | None, known_at: str | None, everything: bool) -> tuple[tuple[str, str], ...]:
    """What a workbook says about itself."""
    return (
        ("revision of the graph", f"{graph.revision()}"),
        ("so in the world", as_of or "at any time"),
        ("known to the graph", "at any time" if everything else known_at or "at this revision"),
    )


def doctor(context: typer.Context, as_json: Json = False, plain: Plain = False) -> None:
    """Check that everything is in place; say what to do if not."""
    from api.doctor import Check, examine

    checks = examine(context.obj.settings)
    worst = 1 if any(check.state == "fail" for check in checks) else 0
    if is_json(as_json, plain):
        print_json({"healthy": not worst, "checks": [Check.body(check) for check in checks]})
        stop(worst)
    page = Page()
    styles = {"ok": "green", "warn": "yellow", "fail": "bold red"}
    for check in checks:
        page.line((f"{check.state:<4}", styles[check.state]), f"  {check.name}: {check.found}", hang=6)
        if check.advice:
            page.line(f"-> {check.advice}", indent=6, hang=3)
    stop(worst)
