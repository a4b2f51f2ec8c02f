"""``load``: statements into the graph, with progress, a ledger that balances, and what was refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.commands.output import Page, clean, is_json, print_json
from api.commands.session import Json, Plain, stop

if TYPE_CHECKING:
    from graph.settings import Settings
    from graph.store import Store
    from loaders.ledger import Report

Progress = Callable[[str, int, int | None], None]
CURATED: Final = "curated"
TABLE: Final = "table"
_WORKBOOKS: Final = (".xlsx", ".xlsm", ".ods", ".xls")
LOADERS: Final = {
    CURATED: "loaders.curated",
    "page": "loaders.webpage",
    "iati": "loaders.iati",
    "prequalification": "loaders.prequalification",
    "rdf": "loaders.rdf",
    "ror": "loaders.ror",
    "table": "loaders.table",
}
"""Each loader with its module, whose ``load(store, files, at, progress, dry_run)`` makes a report."""


def load(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LOADER] [FILES]...", help="The loader (curated, page, ...), and files. [default: what ships]"),
    ] = None,
    if_changed: Annotated[bool, typer.Option("--if-changed", help="Do nothing where the shipped graph is already in.")] = False,
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="With the loader table: what the columns mean, a mapping file or the name of one that ships."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what a load would do.")] = False,
    as_json: Json = False,
    plain: Plain = False,
) -> None:
    """Load the curated graph, or files, into the graph."""
    json_wanted = is_json(as_json, plain)
    loader, files = _files(words or [])
    if mapping is not None and loader != TABLE:
        raise typer.BadParameter(f"--mapping is for the loader {TABLE!r}, not for {loader!r}.")
    if if_changed and files is not None:
        raise typer.BadParameter("--if-changed is about the graph that ships; leave the files out.")
    settings = context.obj.settings()
    if if_changed and (revision := _current(settings)):
        if json_wanted:
            print_json({"revision": revision, "current": True})
        else:
            Page().line(f"The curated graph is already loaded (revision {revision}).")
        return
    report = _load(settings, loader, files, dry_run, mapping)
    if json_wanted:
        print_json(report.to_dict())
    else:
        from api.commands.ledger_text import tell_report

        tell_report(report)
    stop(0 if report.ok and report.balanced else 1)


def _files(words: list[str]) -> tuple[str, list[Path] | None]:
    """The loader and files of a command line, None for what ships; raises ``UnknownWord`` for a loader that is not there."""
    loader = CURATED
    if words and words[0] in LOADERS:
        loader, words = words[0], words[1:]
        if loader != CURATED and not words:
            raise typer.BadParameter(f"Name the files that the loader {loader!r} shall read.")
    elif words and not Path(words[0]).exists():
        from graph.errors import InputError, UnknownWord
        from graph.vocabulary import nearest

        if Path(words[0]).suffix or len(Path(words[0]).parts) > 1:
            raise InputError(f"There is no file or folder {words[0]!r}.")
        raise UnknownWord("loader", words[0], nearest(words[0], LOADERS) or tuple(LOADERS))
    files = [Path(word) for word in words]
    _check(loader, files)
    return loader, files or None


def _check(loader: str, files: list[Path]) -> None:
    """Raise ``InputError`` for a folder, which only the curated loader reads, and for a workbook without a loader."""
    from graph.errors import InputError

    for file in files:
        if loader != CURATED and file.is_dir():
            raise InputError(f"{str(file)!r} is a folder. Name the files in it that the loader {loader!r} shall read.")
        if loader == CURATED and file.is_file() and file.suffix.lower() in _WORKBOOKS:
            raise InputError(f"{str(file)!r} is a workbook. Load it with: mcmgraph load table {file} --mapping MAPPING")


def _current(settings: Settings) -> int:
    """The store's revision where what ships is already in it, else 0."""
    from api.loaded import Loaded
    from graph.opening import open_store

    if not settings.on_server and not settings.path.is_file():
        return 0
    store = open_store(settings, create=False)
    try:
        return store.revision() if Loaded(settings).is_current(store) else 0
    finally:
        store.close()


def _load(settings: Settings, loader: str, files: list[Path] | None, dry_run: bool, mapping: str | None = None) -> Report:
    from importlib import import_module

    from api.loaded import Loaded

    load_files = import_module(LOADERS[loader]).load
    with _store(settings, dry_run) as store, _progress() as progress:
        given = {} if mapping is None else {"mapping": mapping}
        report: Report = load_files(store, files, datetime.now(UTC), progress, dry_run, **given)
        if files is None and report.ok and not dry_run:
            Loaded(settings).note(store)
    if not dry_run and report.revision:
        _warm(settings)
    return report


@contextmanager
def _store(settings: Settings, dry_run: bool) -> Iterator[Store]:
    """The store to load into; a dry run does not make one, and takes an empty one aside instead."""
    from graph.opening import open_store

    with TemporaryDirectory() as aside:
        if dry_run and not settings.on_server and not settings.path.exists():
            from graph.sqlite import SqliteStore

            store: Store = SqliteStore(Path(aside) / "empty.sqlite")
        else:
            store = open_store(settings, create=True)
        try:
            yield store
        finally:
            store.close()


def _warm(settings: Settings) -> None:
    """Make the snapshot now, so that the first question need not."""
    from graph.opening import open_graph

    graph = open_graph(settings, create=False)
    try:
        graph.snapshot()
    finally:
        graph.close()


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bars: dict[str, Any] = {}
    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), MofNCompleteColumn())
    with Progress(*columns, console=Page(to_error=True).console, transient=True) as shown:

        def tell(file: str, done: int, total: int | None) -> None:
            doing = f"{'checking' if total is None else 'loading'} {clean(file)}"
            if file not in bars:
                bars[file] = shown.add_task(doing, total=total)
            shown.update(bars[file], description=doing, completed=done, total=total)

        yield tell
