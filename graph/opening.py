"""From settings to an open store or graph. The one place that knows which store there is for which address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import StoreUnavailable
from graph.settings import Settings
from graph.store import Store

if TYPE_CHECKING:
    from graph.revisions import Graph


def open_store(settings: Settings, create: bool = True) -> Store:
    """The store that the settings name; the caller closes it.

    A file that may not be written is opened for reading. ``create=False`` asks for one that is already there. Raises
    ``StoreError``.
    """
    if settings.on_server:
        from graph.neo4j import Neo4jStore  # the driver is heavy, and not needed for a file

        return Neo4jStore.connect(settings)
    from graph.sqlite import SqliteStore
    from graph.sqlite_schema import may_write

    path = settings.path
    if not create and not path.is_file():
        raise StoreUnavailable(
            f"There is no store at {path}. Make it with `mcmgraph load`, or name another with MCMGRAPH_STORE."
        )
    return SqliteStore(path, read_only=path.is_file() and not (may_write(path) and may_write(path.parent)))


def open_graph(settings: Settings, create: bool = True) -> Graph:
    """As ``open_store``, with snapshots; those of a file are kept beside it, in ``<file>.snapshots``."""
    from graph.revisions import Graph

    store = open_store(settings, create)
    try:
        return Graph(store, None if settings.on_server else snapshots_of(settings.path), settings.engine)
    except BaseException:
        store.close()
        raise


def snapshots_of(path: Path) -> Path:
    """The folder of the snapshots of an embedded store."""
    return path.with_name(path.name + ".snapshots")
