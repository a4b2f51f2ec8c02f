"""Whether the graph that ships with this version is already in a store, without reading it again.

After a load a small note is kept: a digest of what ships, and the revision it led to. The shipped graph is current where the
digest is still the same and no later revision touched its sources. Losing the note costs one load that changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

from graph.settings import data_directory

if TYPE_CHECKING:
    from graph.settings import Settings
    from graph.store import Change, Store

CURATED: Final = "curated/"
"""How the loaded sources of the curated graph begin."""
_MADE_FROM: Final = (("loaders", (".py", ".csv", ".yaml")), ("graph", ("model.py", "vocabulary.py", "vocabulary.yaml")))


class Loaded:
    """The note about one store."""

    def __init__(self, settings: Settings) -> None:
        if settings.on_server:
            address = hashlib.blake2b(f"{settings.store}\x1f{settings.neo4j_database}".encode(), digest_size=8).hexdigest()
            self._path = data_directory(os.environ) / f"{address}.loaded.json"
        else:
            self._path = settings.path.with_name(settings.path.name + ".loaded.json")

    def is_current(self, store: Store) -> bool:
        """Whether the store holds exactly what ships; False where that is not certain."""
        try:
            noted = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(noted == self._said(store)) and self.holds_curated(store)

    def holds_curated(self, store: Store) -> bool:
        """Whether the curated graph, of this or an older version, is in the store."""
        return _newest(store) is not None

    def note(self, store: Store) -> None:
        """Keep that the shipped graph was just loaded in full; a place that cannot be written costs speed only."""
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._said(store)), encoding="utf-8")
            temporary.replace(self._path)
        except OSError:
            temporary.unlink(missing_ok=True)

    @staticmethod
    def _said(store: Store) -> dict[str, object]:
        newest = _newest(store)
        return {
            "digest": shipped(),
            "revision": newest.revision if newest is not None else 0,
            "at": newest.at.isoformat() if newest is not None else None,
        }


def _newest(store: Store) -> Change | None:
    """The newest change of a source of the curated graph."""
    newest = None
    for change in store.changes(0):
        if change.source.startswith(CURATED):
            newest = change
    return newest


@cache
def shipped() -> str:
    """A digest of the curated graph as it ships, and of the code and words that turn it into statements."""
    digest = hashlib.blake2b(digest_size=16)
    for package, endings in _MADE_FROM:
        for name, file in sorted(_files(resources.files(package), endings), key=lambda one: one[0]):
            digest.update(f"{name}\x1f".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(folder: Traversable, endings: tuple[str, ...]) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += [(f"{entry.name}/{name}", file) for name, file in _files(entry, endings)]
        elif entry.name.endswith(endings):
            found.append((entry.name, entry))
    return found
