"""A look at everything that mcmgraph needs, each with a finding and, where it is not well, what to do.

Nothing is changed, and nothing is made, by looking.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from graph.errors import McmgraphError

if TYPE_CHECKING:
    from graph.settings import Settings
    from graph.store import Store

State = Literal["ok", "warn", "fail"]
_PYTHON: Final = (3, 11)
_LOAD: Final = "Run 'mcmgraph load'."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``advice`` is ``""`` where all is well."""

    name: str
    state: State
    found: str
    advice: str = ""

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {"name": self.name, "state": self.state, "found": self.found, "advice": self.advice or None}


def examine(settings: Callable[[], Settings]) -> list[Check]:
    """All checks, in a fixed order; ``settings`` makes the settings, or raises why it cannot.

    What depends on something that failed is left out. Never raises a ``McmgraphError``.
    """
    checks = [_packages(), _python()]
    try:
        chosen = settings()
    except McmgraphError as error:
        return [*checks, Check("settings", "fail", str(error), "Correct the environment variable."), _browser_libraries()]
    checks.append(Check("settings", "ok", f"store {chosen.store}, engine {chosen.engine}"))
    return [*checks, *_store(chosen), *([] if chosen.on_server else [_snapshots(chosen)]), _browser_libraries()]


def _packages() -> Check:
    from api.cli import PACKAGES, misplaced

    shadowed = misplaced(sys.path)
    if shadowed:
        return Check("packages", "fail", shadowed, "Start mcmgraph from its own environment.")
    house = Path(__file__).resolve().parent.parent
    return Check("packages", "ok", f"{', '.join(PACKAGES)} lie side by side in {house}")


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < _PYTHON:
        return Check("Python", "fail", f"version {version}", "Use Python 3.11 or newer.")
    return Check("Python", "ok", f"version {version}")


def _store(settings: Settings) -> Iterator[Check]:
    """The store: can it be reached, is its schema right, is the curated graph in it and current."""
    from graph.opening import open_store

    what = "Neo4j" if settings.on_server else "store"
    if not settings.on_server and not settings.path.exists():
        yield Check(what, "fail", f"there is no file {settings.path}", f"{_LOAD} It makes the file.")
        return
    try:
        store = open_store(settings, create=False)
    except McmgraphError as error:
        yield Check(
            what, "fail", str(error), _server_advice() if settings.on_server else "See that the file is whole and readable."
        )
        return
    try:
        revision = store.revision()
        at = next((change.at for change in store.changes(revision - 1)), None) if revision else None
        since = f", last changed {at:%Y-%m-%d %H:%M} UTC" if at is not None else ""
        yield Check(what, "ok", f"{settings.store} answers: revision {revision}{since}")
        if not settings.on_server and not os.access(settings.path, os.W_OK):
            yield Check("writing", "warn", f"{settings.path} may only be read", "Loading needs the right to write it.")
        yield _curated(settings, store, revision)
    except McmgraphError as error:
        yield Check(what, "fail", str(error), _server_advice() if settings.on_server else "Restore the file from a copy.")
    finally:
        store.close()


def _server_advice() -> str:
    return "See that the server runs, and check MCMGRAPH_STORE and the MCMGRAPH_NEO4J_ variables."


def _curated(settings: Settings, store: Store, revision: int) -> Check:
    from api.loaded import Loaded

    if revision == 0:
        return Check("curated graph", "fail", "the graph is empty", _LOAD)
    loaded = Loaded(settings)
    if not loaded.holds_curated(store):
        return Check("curated graph", "warn", "only other sources are loaded", f"{_LOAD} It adds the curated graph.")
    if not loaded.is_current(store):
        return Check("curated graph", "warn", "it may be older than the one that ships with this version", _LOAD)
    return Check("curated graph", "ok", "the one that ships with this version is loaded")


def _snapshots(settings: Settings) -> Check:
    """Whether snapshots can be kept beside the store; without, every start reads the whole store."""
    from graph.opening import snapshots_of

    folder = snapshots_of(settings.path)
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Check("snapshots", "ok", f"{folder} {'can be written' if place == folder else 'can be made'}")
    return Check(
        "snapshots", "warn", f"{folder} cannot be written", "Give the right to write it; without it every start is slow."
    )


def _browser_libraries() -> Check:
    """Whether the files that the explorer is built from are there, and are what the build brought."""
    vendor = Path(__file__).resolve().parent / "explorer" / "vendor"
    anew = "Install mcmgraph anew (make setup); the build brings these files."
    try:
        files = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))["files"]
        wrong = [one["file"] for one in files if not _is_whole(vendor / one["file"], one["sha512"])]
        versions = sorted({f"{one['package']} {one['version']}" for one in files})
    except (OSError, ValueError, KeyError, TypeError):
        return Check("explorer", "warn", "the browser libraries are not there, so its pictures do not work", anew)
    if wrong:
        return Check("explorer", "warn", f"missing or changed: {', '.join(wrong)}", anew)
    return Check("explorer", "ok", f"browser libraries are in place: {', '.join(versions)}")


def _is_whole(file: Path, digest: str) -> bool:
    return file.is_file() and hashlib.sha512(file.read_bytes()).hexdigest() == digest
