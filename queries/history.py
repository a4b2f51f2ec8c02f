"""What came and went between two revisions, and what was known at each: what ``queries.changes`` is worked out from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graph.model import AsOf, SourceId, Statement
from graph.revisions import Graph
from graph.snapshot import Snapshot

_FEW: Final = 1000
"""Subjects that are asked for one by one; more of them are found in one pass over everything."""


@dataclass(slots=True)
class Touched:
    """A statement that some source began or ceased to say after the earlier revision.

    ``before``, ``after``: whether it was known in each view. ``began``, ``ceased``: the last revision, up to that of the later
    view, at which a source began or ceased to say it; 0 for none.
    """

    statement: Statement
    before: bool = False
    after: bool = False
    began: int = 0
    ceased: int = 0

    @property
    def revision(self) -> int:
        """The change that made it known, or unknown."""
        return self.began if self.after else self.ceased


def touched_after(graph: Graph, since: int, until: int, last: int, asked: Callable[[Statement], bool]) -> dict[str, Touched]:
    """Every statement asked for that a source began or ceased to say after revision ``since``, up to ``last``, by id."""
    found: dict[str, Touched] = {}
    if since == last:
        return found
    for delta in graph.store.delta(since):
        if delta.revision > last:
            break
        if asked(delta.statement):
            held = found.setdefault(delta.statement.id, Touched(delta.statement))
            if delta.revision <= until:
                held.began, held.ceased = (delta.revision, held.ceased) if delta.added else (held.began, delta.revision)
    return found


class History:
    """What was known at a revision, and who said anything then.

    A delta tells that *one* source began or ceased to say a statement; whether it was known depends on the others too.
    """

    def __init__(self, graph: Graph, snapshot: Snapshot) -> None:
        self._store, self._snapshot = graph.store, snapshot
        self._changes = [change for change in graph.store.changes(0) if change.revision <= snapshot.revision]

    def source(self, revision: int) -> SourceId:
        """The loaded source that a revision replaced."""
        return self._changes[revision - 1].source

    def speaking(self, revision: int) -> frozenset[SourceId]:
        """The loaded sources that say anything at a revision."""
        said = {change.source: change.added + change.unchanged for change in self._changes[:revision]}
        return frozenset(source for source, count in said.items() if count)

    def known(self, revision: int, touched: dict[str, Touched]) -> list[bool]:
        """Whether each statement was known at a revision, in order."""
        if not touched or not revision:
            return [False] * len(touched)
        if revision == self._snapshot.revision:
            return [holds(self._snapshot, id) for id in touched]
        ids = self._at_moment(self._changes[revision - 1].at, touched)  # no two revisions have one moment
        return [id in ids for id in touched]

    def _at_moment(self, at: datetime, touched: dict[str, Touched]) -> set[str]:
        when = AsOf(None, at)
        subjects = {one.statement.subject for one in touched.values()}
        if len(subjects) > _FEW:
            return {one.id for one in self._store.scan(None, when)}
        return {one.id for subject in subjects for one in self._store.about(subject, when)}


def holds(snapshot: Snapshot, id: str) -> bool:
    """Whether a statement was known at the revision of a snapshot; statement numbers follow the sorted ids."""
    low, high = 0, snapshot.statement_count
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if snapshot.statement_id(middle) < id else (low, middle)
    return low < snapshot.statement_count and snapshot.statement_id(low) == id
