"""A graph as it would be: statements withdrawn and added without writing anything.

An overlay is asked like any other graph, so a scenario runs the very questions that the real graph answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from typing import Any, Final, cast

from graph.model import AsOf, EntityId, Statement
from graph.revisions import Graph
from graph.snapshot import Snapshot, snapshot_of
from graph.store import Store


class Overlay(Graph):
    """``graph`` with ``withdrawn`` statement ids hidden and ``added`` statements shown, for both clocks' any time.

    Shares the store of ``graph``; closing it closes nothing. Its revision is that of ``graph``.
    """

    def __init__(self, graph: Graph, withdrawn: Collection[str] = (), added: Iterable[Statement] = ()) -> None:
        self._base: Final = graph
        self._known_snapshots: dict[int, Snapshot] = {}
        self._withdrawn: Final = frozenset(withdrawn)
        shown = tuple(added)
        self._added: Final = {one.id: one for one in shown if one.id not in self._withdrawn}
        super().__init__(cast(Store, _OverlaidStore(graph.store, self._withdrawn, shown)))

    def snapshot(self, known: datetime | None = None) -> Snapshot:
        """The snapshot with the overlay applied; made once per revision."""
        revision = self._base.known_revision(known)
        if revision not in self._known_snapshots:
            self._known_snapshots[revision] = self._made(revision, known)
        return self._known_snapshots[revision]

    def _made(self, revision: int, known: datetime | None) -> Snapshot:
        """From the snapshot beneath, with statements taken out and put in; from all of them where that is not enough."""
        beneath = self._base.snapshot(known)
        gone = [one for id, one in self._base.store.statements(sorted(self._withdrawn)).items() if beneath.holds(id)]
        come = [one for id, one in self._added.items() if not beneath.holds(id)]
        changed = beneath.changed(gone, come, revision)
        return changed or snapshot_of(self.store.scan(None, AsOf(None, known)), revision)

    def close(self) -> None:
        """Forget the overlay; the graph beneath stays open."""
        self._known_snapshots.clear()


class _OverlaidStore:
    """The reads of a store with some statements hidden and some added; everything else is the store's own."""

    def __init__(self, store: Store, withdrawn: frozenset[str], added: tuple[Statement, ...]) -> None:
        self._store, self._withdrawn = store, withdrawn
        self._added = {one.id: one for one in added if one.id not in withdrawn}

    def __getattr__(self, name: str) -> Any:
        if name in ("replace", "close"):
            raise AttributeError(f"An overlay does not {name}.")
        if name in ("rows", "current"):  # short cuts of the store, which would not see the overlay
            raise AttributeError(f"An overlay has no {name}.")
        return getattr(self._store, name)

    def about(self, subject: EntityId, when: AsOf) -> Iterator[Statement]:
        added = [one for one in self._added.values() if one.subject == subject]
        return self._merged(self._store.about(subject, when), added, when, by_predicate=True)

    def links(self, target: EntityId, when: AsOf) -> Iterator[Statement]:
        added = [one for one in self._added.values() if one.object == target]
        return self._merged(self._store.links(target, when), added, when, by_predicate=True)

    def scan(self, predicate: str | None, when: AsOf) -> Iterator[Statement]:
        added = [one for one in self._added.values() if predicate in (None, one.predicate)]
        return self._merged(self._store.scan(predicate, when), added, when, by_predicate=False)

    def statements(self, ids: Sequence[str]) -> dict[str, Statement]:
        held = self._store.statements(ids)
        return held | {id: self._added[id] for id in ids if id in self._added}

    def _merged(self, kept: Iterator[Statement], added: list[Statement], when: AsOf, by_predicate: bool) -> Iterator[Statement]:
        def order(one: Statement) -> tuple[str, str]:
            return (one.predicate if by_predicate else "", one.id)

        shown = (one for one in kept if one.id not in self._withdrawn and one.id not in self._added)
        return merge(shown, sorted((one for one in added if when.shows(one.valid)), key=order), key=order)
