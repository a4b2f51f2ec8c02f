"""Tables of partners: ``template`` writes the workbook that they fill in, ``map`` proposes how to read one of their own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.commands.output import Page, clean, is_json, print_json, takes_unicode
from api.commands.session import Json, Plain, reading
from graph.errors import InputError, RefusedFile

_FORCE = typer.Option("--force", help="Write it even where a file of this name is there.")


def template(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook to write, e.g. organisations.xlsx.")],
    force: Annotated[bool, _FORCE] = False,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Write a workbook that partners fill in, to be loaded again."""
    json_wanted = is_json(as_json, plain)
    from graph.house_format import LINKS, ORGANISATIONS
    from loaders.template import write_template

    if file.suffix.lower() != ".xlsx":
        raise InputError(f"The template is an XLSX workbook: give it a name such as {file.stem or 'organisations'}.xlsx.")
    _spare(file, force)
    write_template(file)
    if json_wanted:
        print_json({"output": str(file), "sheets": [ORGANISATIONS, LINKS]})
    else:
        Page().line(f"{file} written. When it is filled in: mcmgraph load table {file}")


def propose(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The table to look at.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here. [default: standard output]")
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", metavar="NAME", help="The sheet to look at. [default: the first]")] = "",
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="NAME", help="The encoding of a text file. [default: found out]")
    ] = "",
    force: Annotated[bool, _FORCE] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: the mapping, and a note a column.")] = False,
) -> None:
    """Propose a mapping for a table, to be checked and loaded with."""
    from graph.whole_file import whole
    from loaders.proposing import body_of, propose
    from loaders.proposing_preview import preview
    from loaders.sheets import named

    if output is not None:
        _spare(output, force)
    with reading(context, None) as (graph, _):
        try:
            proposal = propose(file, graph, sheet, encoding)
            text = proposal.text + "\n".join([*preview(file, proposal.text, graph), ""])
        except RefusedFile as error:
            raise named(file, error) from None
    if output is not None:
        with whole(output) as target:
            target.write_text(text, encoding="utf-8")
    if as_json:
        print_json({"output": str(output) if output is not None else None, **body_of(proposal, text)})
    elif output is not None:
        Page().line(f"{output} written. Check it, then: mcmgraph load table {file} --mapping {output} --dry-run")
    else:
        shown = text if takes_unicode() else text.encode("ascii", "backslashreplace").decode()
        sys.stdout.write(clean(shown))


def _spare(file: Path, force: bool) -> None:
    """Refuse to write over a file, which a person may have filled in or edited."""
    if file.exists() and not force:
        raise InputError(f"{file} is there already, and may have been edited. Give another name, or --force to write over it.")
