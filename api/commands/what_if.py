"""The questions that ask "what if": ``reliance``, ``sunset``, ``scenario``, ``close-gaps``. None of them writes anything."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.commands.output import is_json, print_json
from api.commands.session import AsOf, Json, KnownAt, Plain, many, reading

Lens = Annotated[str | None, typer.Option("--lens", "-l", metavar="LENS", help="What counts as covered. [default: D1]")]
Base = Annotated[str | None, typer.Option("--base", "-b", metavar="BASE", help="Which rows. [default: ISO 249]")]
Columns = Annotated[str | None, typer.Option("--columns", "-c", metavar="AXIS", help="Split cells by this axis.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="NAME", help="Also compare the best paths from here (an entity or a set).")
]
To = Annotated[str | None, typer.Option("--to", metavar="NAME", help="And to here.")]
Paths = Annotated[int, typer.Option("--k", "-k", help="How many paths, 1 to 100.")]
Steps = Annotated[int, typer.Option("--max-steps", help="How many steps a path may have, 1 to 8.")]


def _told(answer: Any, json_wanted: bool) -> None:
    if json_wanted:
        from api.shapes import body

        print_json(body(answer))
        return
    from api.commands.what_if_text import tell

    tell(answer)


def reliance(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ENTITY", help="An entity or a source: its id, or a name that fits one.")],
    locator: Annotated[
        str | None, typer.Option("--locator", metavar="TEXT", help="Only what the source says at this place: one citation.")
    ] = None,
    lens: Lens = None,
    base: Base = None,
    columns: Columns = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """What hangs on an entity or a source."""
    json_wanted = is_json(as_json, plain)
    from queries.reliance import RelianceQuestion, find_reliance
    from queries.sources import source_of

    with reading(context, known_at) as (graph, known):
        more: dict[str, Any] = {"as_of": as_of, "known_at": known, "locator": locator}
        answer = find_reliance(graph, RelianceQuestion(source_of(graph, what, known), **_chosen(lens, base, columns), **more))
    _told(answer, json_wanted)


def sunset(
    context: typer.Context,
    on: Annotated[str, typer.Argument(metavar="DATE", help="The future date; a month or year means its last day.")],
    lens: Lens = None,
    base: Base = None,
    columns: Columns = None,
    start: From = None,
    goal: To = None,
    k: Paths = 5,
    max_steps: Steps = 6,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """What is left on a future date if nothing is renewed."""
    json_wanted = is_json(as_json, plain)
    from queries.ends import end_of
    from queries.sunset import SunsetQuestion, find_sunset

    with reading(context, known_at) as (graph, known):
        ends = [end_of(graph, end, known) if end is not None else None for end in (start, goal)]
        more: dict[str, Any] = {"k": k, "max_steps": max_steps, "as_of": as_of, "known_at": known}
        answer = find_sunset(graph, SunsetQuestion(on, **_chosen(lens, base, columns), start=ends[0], goal=ends[1], **more))
    _told(answer, json_wanted)


def scenario(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="A YAML or JSON file, as the body of the API.")] = None,
    withdraw: Annotated[list[str] | None, many("--withdraw", "WHAT", "Take out a statement, entity or source")] = None,
    enrol: Annotated[list[str] | None, many("--enrol", "ROW:MECHANISM", "Assume a membership")] = None,
    lens: Lens = None,
    base: Base = None,
    columns: Columns = None,
    start: From = None,
    goal: To = None,
    k: Annotated[int | None, typer.Option("--k", "-k", help="How many paths, 1 to 100. [default: 5]")] = None,
    max_steps: Annotated[int | None, typer.Option("--max-steps", help="How many steps, 1 to 8. [default: 6]")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """What changes if statements came or went."""
    json_wanted = is_json(as_json, plain)
    from queries.scenario import find_scenario, read_scenario

    where, given = _given(file)
    told: dict[str, Any] = {"lens": lens, "base": base, "columns": columns, "from": start, "to": goal, "as_of": as_of}
    told |= {"k": k, "max_steps": max_steps}
    given |= {key: value for key, value in told.items() if value is not None}
    for key, more in (("withdraw", withdraw), ("enrol", enrol)):
        if more and isinstance(given.get(key, []), list):
            given[key] = [*given.get(key, []), *more]
    with reading(context, known_at) as (graph, known):
        answer = find_scenario(graph, read_scenario(given, where, known))
    _told(answer, json_wanted)


def close_gaps(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="A YAML or JSON file, as the body of the API.")] = None,
    row: Annotated[list[str] | None, many("--row", "NAME", "Close only this row")] = None,
    mechanism: Annotated[list[str] | None, many("--mechanism", "NAME", "Open rows may join only this")] = None,
    state: Annotated[list[str] | None, many("--state", "STATE", "Close only cells in this state")] = None,
    lens: Lens = None,
    base: Base = None,
    columns: Columns = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """The cheapest way to close gaps, with proof."""
    json_wanted = is_json(as_json, plain)
    from queries.close_gaps import find_close_gaps, read_close_gaps

    where, given = _given(file)
    told: dict[str, Any] = {"lens": lens, "base": base, "columns": columns, "as_of": as_of}
    told |= {"rows": row, "mechanisms": mechanism, "states": state}
    given |= {key: value for key, value in told.items() if value is not None and value != []}
    with reading(context, known_at) as (graph, known):
        answer = find_close_gaps(graph, read_close_gaps(given, where, known))
    _told(answer, json_wanted)


def _chosen(lens: str | None, base: str | None, columns: str | None) -> dict[str, Any]:
    told = {"lens": lens, "base": base, "columns": columns}
    return {key: value for key, value in told.items() if value is not None}


def _given(file: str | None) -> tuple[str, dict[str, Any]]:
    """The name for errors, and what the file holds; raises ``InputError``."""
    if file is None:
        return "the options", {}
    from api.commands.files import yaml_in
    from graph.errors import InputError

    held = yaml_in(file)
    if not isinstance(held, dict):
        raise InputError(f"{file}: expected keys with values, e.g. 'withdraw: [who]'.")
    return file, held
