"""The commands of ``mcmgraph``, one module a group. Importing this builds the command line; what a command needs is
imported when it runs, so that each starts as fast as it can."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands import asking, differing, keeping, linking, loading, looking, lying_between, review, serving, what_if
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
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="ENGINE", help="kernel or server, instead of MCMGRAPH_ENGINE.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Who works with whom on medical countermeasures, who is covered and who is not, and who says so."""
    context.obj = Session(store, engine)


for command in (
    loading.load,
    serving.serve,
    asking.paths,
    asking.coverage,
    asking.search,
    what_if.reliance,
    what_if.sunset,
    what_if.scenario,
    what_if.close_gaps,
    lying_between.overlap,
    lying_between.introductions,
    lying_between.brokers,
    differing.changes,
    differing.disagreements,
    looking.show,
    asking.neighbourhood,
    looking.sources,
    linking.match,
    linking.mentions,
    keeping.export,
    keeping.doctor,
):
    app.command()(command)
app.add_typer(review.review)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        app(arguments, prog_name="mcmgraph")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0
