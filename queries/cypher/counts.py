"""What the server counted, kept for the newest revision: the same few hubs lie on most paths and in most neighbourhoods.

To count the neighbours of a hub takes the server longer than to find a path through it.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from typing import Final
from weakref import WeakKeyDictionary

from graph.model import EntityId
from graph.revisions import Graph

MOST: Final = 200_000
"""Counts that are kept for one graph; when there are more, all are let go."""

_held: WeakKeyDictionary[Graph, tuple[int, dict[Hashable, dict[EntityId, int]]]] = WeakKeyDictionary()
_lock = threading.Lock()


def held(graph: Graph, revision: int, asked: Hashable, ids: list[EntityId]) -> dict[EntityId, int]:
    """Those of the counts of some entities that are kept; ``asked``: what was counted."""
    with _lock:
        kept = _held.get(graph)
        counts = kept[1].get(asked, {}) if kept is not None and kept[0] == revision else {}
        return {id: counts[id] for id in ids if id in counts}


def keep(graph: Graph, revision: int, counted: Mapping[Hashable, Mapping[EntityId, int]]) -> None:
    """Keep what was counted at a revision; what is kept of an earlier one is let go."""
    with _lock:
        kept = _held.get(graph)
        full = kept is not None and sum(map(len, kept[1].values())) > MOST
        if kept is None or kept[0] < revision or full:
            kept = _held[graph] = (revision, {})
        if kept[0] == revision:
            for asked, counts in counted.items():
                kept[1].setdefault(asked, {}).update(counts)
