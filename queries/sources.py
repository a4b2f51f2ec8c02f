"""The documents, pages and data sets that statements cite, and what each of them says."""

from __future__ import annotations

import threading
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError
from graph.model import EntityId
from graph.revisions import Graph
from graph.snapshot import Snapshot
from queries.entities import MOST, node_of
from queries.explain import Cited, cite
from queries.search import resolve

KIND: Final = "source"


@dataclass(frozen=True, slots=True)
class Source:
    """A source: its address, how that was come by (``""`` where not known), and how many statements cite it."""

    id: EntityId
    name: str
    url: str
    url_status: str
    statements: int


@dataclass(frozen=True, slots=True)
class SourcesAnswer:
    """One page of sources, in order of id; ``total`` counts all, ``more`` says whether others follow."""

    revision: int
    known_at: datetime | None
    total: int
    results: tuple[Source, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """A source and a page of the statements that cite it, in order of id; ``statements`` of ``source`` counts them all."""

    revision: int
    known_at: datetime | None
    source: Source
    results: tuple[Cited, ...]
    more: bool


def find_sources(
    graph: Graph, after: EntityId | None = None, limit: int = 100, known_at: datetime | None = None
) -> SourcesAnswer:
    """A page of sources, from the one after ``after`` on; raises ``InputError`` for a limit out of bounds."""
    _check_limit(limit)
    snapshot = graph.snapshot(known_at)
    citing = _citing(snapshot)
    start = 0 if after is None else bisect_right(citing.ids, after)
    page = citing.ids[start : start + limit]
    return SourcesAnswer(
        revision=snapshot.revision,
        known_at=known_at,
        total=len(citing.ids),
        results=tuple(citing.source(snapshot, id) for id in page),
        more=start + limit < len(citing.ids),
    )


def find_source(
    graph: Graph, id: EntityId, after: str | None = None, limit: int = 100, known_at: datetime | None = None
) -> SourceAnswer:
    """A source with a page of its statements, from the one after the statement ``after`` on.

    Raises ``UnknownEntity`` for an id that is not known, ``InputError`` for an entity that is no source and for a limit out of
    bounds.
    """
    _check_limit(limit)
    snapshot = graph.snapshot(known_at)
    citing = _citing(snapshot)
    if id not in citing.places:
        node = node_of(snapshot, id)
        raise InputError(f"{snapshot.names[node]!r} ({id}) is of the kind {snapshot.kinds[node]!r}, and no statement cites it.")
    numbers = citing.numbers(id)
    if after is not None:
        numbers = numbers[np.searchsorted(numbers, _number_after(snapshot, after)) :]
    page = [snapshot.statement_id(int(number)) for number in numbers[:limit]]
    return SourceAnswer(
        revision=snapshot.revision,
        known_at=known_at,
        source=citing.source(snapshot, id),
        results=tuple(cite(graph, snapshot, page)),
        more=len(numbers) > limit,
    )


def source_of(graph: Graph, text: str, known_at: datetime | None = None) -> EntityId:
    """The id of the source that a text names: a cited source's id, or whatever ``queries.search.resolve`` finds."""
    if text in _citing(graph.snapshot(known_at)).places:
        return text
    return resolve(graph, text, known_at)


def cited_by(snapshot: Snapshot, id: EntityId) -> list[int]:
    """The numbers of all statements that cite a source, in order; none where nothing cites it."""
    citing = _citing(snapshot)
    numbers: list[int] = citing.numbers(id).tolist() if id in citing.places else []
    return numbers


class _Citing:
    """Which statements cite which source: per statement number the place of its source in ``ids``."""

    def __init__(self, snapshot: Snapshot) -> None:
        held, cited = list(snapshot.sources), snapshot.cited
        counts = np.bincount(cited, minlength=len(held)).tolist()
        entities = [snapshot.ids[node] for node in np.flatnonzero(snapshot.kinds.among((KIND,))).tolist()]
        self.ids = sorted({*entities, *(id for id, count in zip(held, counts, strict=True) if count)})
        self.places = {id: place for place, id in enumerate(self.ids)}
        self._of = np.array([self.places.get(id, -1) for id in held], dtype=np.int32)[cited] if held else cited
        self._counts = np.bincount(self._of, minlength=len(self.ids)).tolist()
        self._urls, self._statuses = _texts(snapshot, "url"), _texts(snapshot, "url_status")

    def numbers(self, id: EntityId) -> NDArray[Any]:
        """The numbers of the statements that cite a source, in order."""
        return np.flatnonzero(self._of == self.places[id])

    def source(self, snapshot: Snapshot, id: EntityId) -> Source:
        node = snapshot.number(id)
        name = snapshot.names[node] if node is not None else id
        count = self._counts[self.places[id]]
        return Source(id, name, self._urls.get(id, ""), self._statuses.get(id, ""), count)


_held: WeakKeyDictionary[Snapshot, _Citing] = WeakKeyDictionary()
_lock = threading.Lock()


def _citing(snapshot: Snapshot) -> _Citing:
    """Made once a snapshot."""
    with _lock:
        held = _held.get(snapshot)
        if held is None:
            held = _held[snapshot] = _Citing(snapshot)
        return held


def _texts(snapshot: Snapshot, predicate: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for literal in snapshot.literals(predicate):
        found.setdefault(snapshot.ids[literal.node], literal.value)
    return found


def _number_after(snapshot: Snapshot, id: str) -> int:
    """The number of the first statement whose id comes after this one."""
    low, high = 0, snapshot.statement_count
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if snapshot.statement_id(middle) <= id else (low, middle)
    return low


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise InputError(f"The limit must be 1 to {MOST}; {limit} was given.")
