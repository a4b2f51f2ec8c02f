"""What the commands share: settings, an open graph, dates, and the options that several of them have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from graph.revisions import Graph
    from graph.settings import Settings


def many(name: str, metavar: str, help: str) -> Any:  # noqa: A002 (Typer's own word)
    """An option that may be given several times."""
    return typer.Option(name, metavar=metavar, help=f"{help}; may be repeated.")


AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The day, month or year meant. [default: today]")]
KnownAt = Annotated[str | None, typer.Option("--known-at", metavar="TIME", help="What the graph knew then. [default: now]")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, also on a terminal.")]
Plain = Annotated[bool, typer.Option("--plain", "--table", help="Print text, also into a pipe.")]
Predicates = Annotated[list[str] | None, many("--predicate", "WORD", "Only links of this predicate")]
Kinds = Annotated[list[str] | None, many("--kind", "KIND", "Only entities of this kind")]

EMPTY = "The graph is empty: run 'mcmgraph load' first."


@dataclass(frozen=True, slots=True)
class Session:
    """One call of the command; ``store`` and ``engine`` are what the options say, None where they are not given."""

    store: str | None
    engine: str | None = None

    def settings(self) -> Settings:
        """The settings of the environment, but for what ``--store`` and ``--engine`` say; raises ``InputError``."""
        from graph.settings import Settings

        given = {"MCMGRAPH_STORE": self.store, "MCMGRAPH_ENGINE": self.engine}
        return Settings.from_env({**os.environ, **{name: value for name, value in given.items() if value is not None}})


def check_there(settings: Settings) -> None:
    """Refuse a file that is not there, and say what to do: only ``load`` makes one. Raises ``InputError``."""
    from graph.errors import InputError
    from graph.vocabulary import nearest

    if settings.on_server or settings.path.exists():
        return
    path = settings.path
    beside = [str(one) for one in path.parent.glob("*.sqlite")] if path.parent.is_dir() else []
    near = nearest(str(path), beside) or beside[:3]
    hint = f" Beside it there is {', '.join(near)}." if near else ""
    raise InputError(f"There is no graph at {path}: run 'mcmgraph load' first, or name another with --store.{hint}")


@contextmanager
def reading(context: typer.Context, known_at: str | None) -> Iterator[tuple[Graph, datetime | None]]:
    """The graph and the known time asked for. Never makes a store; refuses an empty one with what to do."""
    from graph.errors import InputError
    from graph.model import moment_of
    from graph.opening import open_graph

    settings = context.obj.settings()
    known = moment_of(known_at) if known_at is not None else None
    check_there(settings)
    graph = open_graph(settings, create=False)
    try:
        if graph.revision() == 0:
            raise InputError(EMPTY)
        graph.known_revision(known)
        yield graph, known
    finally:
        graph.close()


def revision_of(context: typer.Context) -> int:
    """The store's revision, 0 where there is none yet."""
    from graph.opening import open_store

    settings = context.obj.settings()
    if not settings.on_server and not settings.path.exists():
        return 0
    store = open_store(settings, create=False)
    try:
        return store.revision()
    finally:
        store.close()


def stop(code: int = 0) -> NoReturn:
    """End the command with an exit code."""
    raise typer.Exit(code)
