"""Merged entities: which id stands for which, worked out from the decisions when the graph is read.

A merge is the statement "B same_as A": A stands for both. The statements about B keep their id; whoever reads the graph takes
them for statements about A. Taking the decision back therefore gives both back as they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

SAME: Final = "same_as"


def representatives(merges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each merged id with the id that stands for it, chains followed to their end; ids that stand for themselves are left out.

    ``merges`` are (merged, surviving) pairs in any order. The result does not depend on the order, also where decisions
    contradict each other: of the ids that were never merged the first in alphabetical order stands for the group; where all
    were (a ring), the first of them.

    >>> representatives([("b", "a"), ("c", "b")])
    {'b': 'a', 'c': 'a'}
    >>> representatives([("a", "b"), ("b", "a")])
    {'b': 'a'}
    """
    parent: dict[str, str] = {}

    def root(id: str) -> str:
        while (above := parent.setdefault(id, id)) != id:
            parent[id] = parent[above]
            id = above
        return id

    merged = set()
    for one, other in merges:
        if one != other:
            merged.add(one)
            parent[root(one)] = root(other)
    groups: dict[str, list[str]] = {}
    for id in sorted(parent):
        groups.setdefault(root(id), []).append(id)
    standing: dict[str, str] = {}
    for group in groups.values():
        survivor = next((id for id in group if id not in merged), group[0])
        standing.update((id, survivor) for id in group if id != survivor)
    return dict(sorted(standing.items()))
