"""The graph as a thing to keep: ``export`` and ``doctor``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.commands.output import Page, is_json, print_json, takes_unicode, told
from api.commands.session import Json, KnownAt, Plain, reading, stop


def export(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, in whole or not at all. [default: standard output]"),
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
    """All statements as JSON lines, one statement a line."""
    from graph.export import dump, export_lines, write_lines
    from graph.model import AsOf

    if everything and known_at is not None:
        raise typer.BadParameter("--all gives what was known at any time; leave --known-at out.")
    json_wanted = is_json(as_json, plain)
    with reading(context, known_at) as (graph, known):
        lines = export_lines(graph.store, AsOf(as_of, known), everything)
        if output is None:
            escaped = not takes_unicode()
            for line in lines:
                sys.stdout.write(told(dump(line, escaped)) + "\n")
            return
        count = write_lines(output, lines)
    if json_wanted:
        print_json({"output": str(output), "statements": count})
    else:
        Page().line(f"{count:,} statements written to {output}")


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
