"""``serve``: the API and the explorer on one address."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.session import EMPTY, revision_of

if TYPE_CHECKING:
    from graph.settings import Settings


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Where to listen. [default: MCMGRAPH_HOST]")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", "-p", min=0, max=65535, help="Port, 0 for any free one. [default: MCMGRAPH_PORT]"),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", metavar="N", help="How many processes answer questions.")] = 1,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the explorer in a browser.")] = False,
) -> None:
    """Serve the API and the explorer."""
    settings: Settings = context.obj.settings()
    settings = replace(settings, host=settings.host if host is None else host, port=settings.port if port is None else port)
    if not settings.on_server and revision_of(context) == 0:
        # The server starts all the same: it answers as soon as the graph is there.
        print(EMPTY, file=sys.stderr)
    from api.serving import serve as run

    run(settings, lambda address: _announce(address, open_browser), workers)


def _announce(address: str, open_browser: bool) -> None:
    print(f"mcmgraph serves {address} (the explorer) and {address}docs (the API). Ctrl-C stops it.", flush=True)
    if open_browser:
        import webbrowser

        webbrowser.open(address)
