"""The commands of ``mcmgraph``, one module a group. Importing this builds the command line; what a command needs is
imported when it runs, so that each starts as fast as it can."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands import asking, keeping, loading, looking, serving
from api.commands.guard import Guarded
from api.commands.session import Session, stop

EPILOG = "Into a pipe, results are JSON, the body of the same API call; --plain gives text."

app = typer.Typer(
    name="mcmgraph",
    cls=Guarded,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"mcmgraph {version('mcmgraph')}")
        stop()


@app.callback()
def mcmgraph(
    context: typer.Context,
    store: Annotated[
        str | None, typer.Option("--store", metavar="WHERE", help="File or Neo4j address, instead of MCMGRAPH_STORE.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Who works with whom on medical countermeasures, who is covered and who is not, and who says so."""
    context.obj = Session(store)


for command in (
    loading.load,
    serving.serve,
    asking.paths,
    asking.coverage,
    asking.search,
    looking.show,
    asking.neighbourhood,
    looking.sources,
    keeping.export,
    keeping.doctor,
):
    app.command()(command)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        app(arguments, prog_name="mcmgraph")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0
