"""The commands of ``mcmgraph``, one module a group.

Building the whole command line costs more than most commands do, so ``run`` builds the one command that is asked for, and
all of them only for the help or for a name that is none. What a command needs is imported when it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Final

import typer

from api.commands.guard import Guarded
from api.commands.session import Session, stop

EPILOG = "Into a pipe, results are JSON, the body of the same API call; --plain gives text."

COMMANDS: Final = {
    "load": "loading:load",
    "serve": "serving:serve",
    "paths": "asking:paths",
    "coverage": "asking:coverage",
    "search": "asking:search",
    "reliance": "what_if:reliance",
    "sunset": "what_if:sunset",
    "scenario": "what_if:scenario",
    "close-gaps": "what_if:close_gaps",
    "overlap": "lying_between:overlap",
    "introductions": "lying_between:introductions",
    "brokers": "lying_between:brokers",
    "changes": "differing:changes",
    "disagreements": "differing:disagreements",
    "show": "looking:show",
    "neighbourhood": "asking:neighbourhood",
    "sources": "looking:sources",
    "match": "linking:match",
    "mentions": "linking:mentions",
    "export": "keeping:export",
    "template": "tables:template",
    "doctor": "keeping:doctor",
    "map": "tables:propose",
    "review": "review:review",
}
"""Each command, in the order of the help, with its module here and its function (or group of commands) there."""
_TAKE_A_WORD: Final = ("--store", "--engine")


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"mcmgraph {version('mcmgraph')}")
        stop()


def mcmgraph(
    context: typer.Context,
    store: Annotated[
        str | None, typer.Option("--store", metavar="WHERE", help="File or Neo4j address, instead of MCMGRAPH_STORE.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="ENGINE", help="kernel or server, instead of MCMGRAPH_ENGINE.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Who works with whom on medical countermeasures, who is covered and who is not, and who says so."""
    context.obj = Session(store, engine)


def built(names: Iterable[str]) -> typer.Typer:
    """The command line with these commands."""
    made = typer.Typer(
        name="mcmgraph",
        cls=Guarded,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog=EPILOG,
    )
    made.callback()(mcmgraph)
    for name in names:
        module, _, function = COMMANDS[name].partition(":")
        command = getattr(import_module(f"api.commands.{module}"), function)
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(name)(command)
    return made


@cache
def _whole() -> typer.Typer:
    return built(COMMANDS)


def __getattr__(name: str) -> typer.Typer:
    """``app``: the whole command line, built when first asked for."""
    if name == "app":
        return _whole()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def asked_for(arguments: Sequence[str]) -> str | None:
    """The command that these words ask for; None where it is the help, or no command there is.

    >>> asked_for(["--store", "graph.sqlite", "paths", "who", "--help"]), asked_for(["--help", "paths"]), asked_for(["pahts"])
    ('paths', None, None)
    """
    words = iter(arguments)
    for word in words:
        if word in _TAKE_A_WORD:
            next(words, None)
        elif word in ("-h", "--help"):
            return None
        elif not word.startswith("-"):
            return word if word in COMMANDS else None
    return None


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    command = asked_for(arguments)
    try:
        (_whole() if command is None else built((command,)))(arguments, prog_name="mcmgraph")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0
