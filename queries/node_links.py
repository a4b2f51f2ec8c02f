"""The links of a node, read from a snapshot and remembered: what one question looks at again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import numpy as np

from graph.snapshot import Arcs, Snapshot
from graph.vocabulary import vocabulary

_FEW: Final = 200
"""Arcs of a node up to which all of them are read at once."""
_Row = tuple[int, int, int, int, int]
"""Target, first day, end, status number, statement number."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a node, seen from it: where it leads, its days (half-open), its status and its statement number."""

    target: int
    first: int
    end: int
    status: str
    statement: int


class NodeLinks:
    """The links of the nodes of one snapshot. Not thread-safe; made for one question."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._words = vocabulary().predicates
        self._words_at = {word: place for place, word in enumerate(snapshot.predicates)}
        self._links: dict[tuple[int, str, bool], list[Link]] = {}
        self._near: dict[int, dict[tuple[int, bool], list[_Row]]] = {}
        self._many: dict[int, None] = {}

    def of(self, node: int, predicate: str, forward: bool) -> list[Link]:
        """The links of a node by one predicate in one direction (both, where it is symmetric), of any time."""
        key = (node, predicate, forward)
        if key not in self._links:
            self._links[key] = self._read(node, predicate, forward)
        return self._links[key]

    def remember(self, nodes: Sequence[int]) -> None:
        """From now on, read the links of all these nodes at once where one of them is asked for."""
        self._many = dict.fromkeys(nodes)

    def _read(self, node: int, predicate: str, forward: bool) -> list[Link]:
        if predicate not in self._words_at:
            return []
        symmetric = self._words[predicate].symmetric
        way = None if symmetric else forward
        if node in self._many:
            return self._read_many(predicate, forward, way)[node]
        if node not in self._near:
            if self._snapshot.degree(node) > _FEW:
                return self._linked(_rows(self._snapshot.arcs_from(np.array([node]), predicate, way)))
            self._near[node] = self._sorted(node)
        near, place = self._near[node], self._words_at[predicate]
        if not symmetric:
            return self._linked(near.get((place, forward), ()))
        return self._linked(sorted((*near.get((place, True), ()), *near.get((place, False), ())), key=itemgetter(0)))

    def _read_many(self, predicate: str, forward: bool, way: bool | None) -> dict[int, list[Link]]:
        """The links of the remembered nodes by one predicate."""
        nodes = list(self._many)
        found: dict[int, list[Link]] = {node: [] for node in nodes}
        arcs = self._snapshot.arcs_from(np.array(nodes, dtype=np.int64), predicate, way)
        for place, link in zip(arcs.group.tolist(), self._linked(_rows(arcs)), strict=True):
            found[nodes[place]].append(link)
        self._links.update({(node, predicate, forward): links for node, links in found.items()})
        return found

    def _linked(self, rows: Iterable[_Row]) -> list[Link]:
        statuses = self._snapshot.statuses
        return [Link(target, first, end, statuses[status], number) for target, first, end, status, number in rows]

    def _sorted(self, node: int) -> dict[tuple[int, bool], list[_Row]]:
        """All arcs of a node by predicate and direction: read at once, as one question asks for several of them."""
        near: dict[tuple[int, bool], list[_Row]] = {}
        arcs = self._snapshot.arcs_from(np.array([node]))
        for word, way, row in zip(arcs.predicate.tolist(), arcs.forward.tolist(), _rows(arcs), strict=True):
            near.setdefault((word, way), []).append(row)
        return near


def _rows(arcs: Arcs) -> Iterator[_Row]:
    """Some arcs, in their order."""
    columns = (arcs.target, arcs.first, arcs.end, arcs.status, arcs.statement)
    return zip(*(column.tolist() for column in columns), strict=True)
