"""A store and its snapshots: one a revision, kept between runs, each made from the one before where little has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from graph import packed
from graph.building import Builder, rows_of
from graph.errors import NothingKnown
from graph.model import AsOf, moment_text
from graph.packed import Array
from graph.refresh import difference
from graph.snapshot import FORMAT, Snapshot
from graph.store import Store

_CACHED: Final = 4
_KEPT: Final = 3


class Graph:
    """What a question is put to: a store and its snapshots, each made once per revision. Safe for threads.

    ``directory`` is where snapshots are kept between runs; None keeps them in memory only. A directory that cannot be written
    costs speed, not answers. ``engine``: ``kernel``, or ``server`` where the server of the store answers what it can (see
    ``queries.engine``).
    """

    def __init__(self, store: Store, directory: Path | None = None, engine: str = "kernel") -> None:
        self.store: Final = store
        self.engine: Final = engine
        self._directory = directory
        self._snapshots: OrderedDict[int, Snapshot] = OrderedDict()
        self._settling: threading.Thread | None = None
        self._lock = threading.Lock()

    def revision(self, known: datetime | None = None) -> int:
        """The newest revision, or the newest one at a known time."""
        return self.store.revision() if known is None else self.store.revision_at(known)

    def known_revision(self, known: datetime | None = None) -> int:
        """The same for a question; raises ``NothingKnown`` before the first load, when not even an empty answer is honest."""
        revision = self.revision(known)
        if known is not None and not revision:
            first = next(iter(self.store.changes(0)), None)
            raise NothingKnown(moment_text(known, "seconds"), moment_text(first.at) if first is not None else None)
        return revision

    def snapshot(self, known: datetime | None = None) -> Snapshot:
        """The snapshot of what is known now, or was known at a moment; raises ``NothingKnown`` as ``known_revision`` does."""
        revision = self.known_revision(known)
        with self._lock:
            held = self._snapshots.get(revision)
            if held is None:
                held = self._snapshots[revision] = self._obtain(revision)
                while len(self._snapshots) > _CACHED:
                    self._snapshots.popitem(last=False)
            self._snapshots.move_to_end(revision)
            return held

    def close(self) -> None:
        """Let go of the snapshots and close the store."""
        if self._settling is not None:
            self._settling.join()
        self._snapshots.clear()
        self.store.close()

    def _obtain(self, revision: int) -> Snapshot:
        change = next(iter(self.store.changes(revision - 1)), None) if revision else None
        known = change.at if change is not None else None
        path = None
        if self._directory is not None and known is not None:
            path = self._directory / f"{revision:08d}-{_stamp(known)}-{self._ending()}"
            if path.exists():
                try:
                    return Snapshot(*packed.read(path))
                except (OSError, ValueError, KeyError):
                    path.unlink(missing_ok=True)
        after = self._after(revision, known)
        if after is not None:
            self._settle(after, path)
            return after
        arrays = Builder(rows_of(self.store, AsOf(None, known)) if revision else ()).arrays()
        if path is not None:
            self._keep(path, arrays, revision)
        return Snapshot(arrays, {"revision": revision})

    def _ending(self) -> str:
        """What the names of this store's snapshot files end in; another store at the same place has another identity."""
        return f"{self.store.identity()[:16]}-{FORMAT}.snapshot"

    def _after(self, revision: int, known: datetime | None) -> Snapshot | None:
        """The snapshot of the newest revision, from the newest one held before it; None where that takes a full build."""
        if revision != self.store.revision():
            return None
        base = self._before(revision)
        if base is None:
            return None
        told = difference(self.store, base, base.revision, known)
        if told is None or self.store.revision() != revision:  # a later change came in between
            return None
        return base.changed(*told, revision)

    def _settle(self, snapshot: Snapshot, path: Path | None) -> None:
        """Where much has been changed since the file was written, make a whole one of it, in the background."""
        if not snapshot.is_worn:
            return

        def settle() -> None:
            whole = snapshot.whole()
            if path is not None:
                self._keep(path, whole.stored, whole.revision)
            with self._lock:
                if self._snapshots.get(whole.revision) is snapshot:
                    self._snapshots[whole.revision] = whole

        self._settling = threading.Thread(target=settle, name="mcmgraph-settle")
        self._settling.start()

    def _before(self, revision: int) -> Snapshot | None:
        """The newest snapshot of an earlier revision, in memory or on disk; None where there is none."""
        earlier = max((number for number in self._snapshots if number < revision), default=0)
        if earlier or self._directory is None:
            return self._snapshots.get(earlier)
        for path in sorted(self._directory.glob(f"*-{self._ending()}"), reverse=True):
            number, stamp = (int(part) for part in path.name.split("-")[:2])
            change = next(iter(self.store.changes(number - 1)), None)
            if number < revision and change is not None and _stamp(change.at) == stamp:
                try:
                    return Snapshot(*packed.read(path))
                except (OSError, ValueError, KeyError):
                    continue
        return None

    def _keep(self, path: Path, arrays: Mapping[str, Array], revision: int) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            packed.write(path, arrays, {"revision": revision})
            for old in sorted(path.parent.glob("*.snapshot"))[:-_KEPT]:
                if old != path:
                    old.unlink(missing_ok=True)
        except OSError:
            return


def _stamp(moment: datetime) -> int:
    """A moment as it stands in the name of a file."""
    return int(moment.timestamp() * 1_000_000)
