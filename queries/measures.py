"""Measures of an undirected net: who lies between others, whose loss cuts it apart, who sees the same few.

The net is simple (no loops, no parallel ties) and in CSR form. Everything is exact unless pivots are asked for, and comes out
the same on every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """The neighbours of node v are ``target[offsets[v]:offsets[v+1]]``, in order, each once; every tie lies at both ends."""

    offsets: Numbers
    target: Numbers

    @classmethod
    def of(cls, size: int, one: NDArray[Any], other: NDArray[Any]) -> Net:
        """A net of ``size`` nodes out of pairs, in any order and as often as they come."""
        low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other).astype(np.int64)
        apart = low != high
        keys = np.unique(low[apart] * size + high[apart])
        ends = keys // max(size, 1), keys % max(size, 1)
        owner, target = np.concatenate(ends), np.concatenate(ends[::-1])
        order = np.lexsort((target, owner))
        offsets = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(owner, minlength=size), out=offsets[1:])
        return cls(offsets, target[order])

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.offsets) - 1

    def neighbours(self, node: int) -> Numbers:
        """The neighbours of a node, in order."""
        return self.target[self.offsets[node] : self.offsets[node + 1]]


def betweenness(net: Net, sources: Sequence[int], targets: Mask) -> tuple[Floats, int]:
    """Per node, how many pairs (source, target) lie on either side of it; and how many such pairs are linked at all.

    A pair counts for a node with the share of its shortest ways (by steps) that pass through it, ends left out. U. Brandes,
    "A faster algorithm for betweenness centrality" (2001), level by level; for chosen ends as in his "On variants of
    shortest-path betweenness centrality" (2008), section 3.
    """
    total, pairs = np.zeros(net.size), 0
    for source in sources:
        distance = np.full(net.size, -1, dtype=np.int64)
        ways, found = np.zeros(net.size), np.zeros(net.size)
        distance[source], ways[source] = 0, 1.0
        levels: list[tuple[Numbers, Numbers]] = []
        front = np.array([source], dtype=np.int64)
        while len(front):
            owner, to = _arcs(net, front)
            distance[to[distance[to] < 0]] = len(levels) + 1
            down = distance[to] == len(levels) + 1
            owner, to = owner[down], to[down]
            np.add.at(ways, to, ways[owner])
            levels.append((owner, to))
            front = np.unique(to)
        for owner, to in reversed(levels):
            np.add.at(found, owner, ways[owner] / ways[to] * (found[to] + targets[to]))
        found[source] = 0.0
        total += found
        pairs += int(np.count_nonzero(targets & (distance > 0)))
    return total, pairs


def _arcs(net: Net, nodes: Numbers) -> tuple[Numbers, Numbers]:
    """The arcs that leave some nodes: owner and target of each."""
    counts = net.offsets[nodes + 1] - net.offsets[nodes]
    starts = np.repeat(net.offsets[nodes] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return np.repeat(nodes, counts), net.target[starts + np.arange(int(counts.sum()))]


@dataclass(frozen=True, slots=True)
class Cut:
    """What the loss of a node does to its part of the net: it falls into pieces.

    ``cut_off``: nodes in all pieces but the largest. ``pairs``: pairs (first, second) that are linked now and would not be.
    """

    cut_off: int
    pairs: int


def cuts(net: Net, first: Mask, second: Mask) -> dict[int, Cut]:
    """The articulation points of a net, each with what its loss does, in one walk (Hopcroft and Tarjan 1973).

    ``first`` and ``second``: the two sets whose pairs are counted.
    """
    offsets, target = net.offsets.tolist(), net.target.tolist()
    sets = (
        np.ones(net.size, dtype=np.int64),
        first.astype(np.int64),
        second.astype(np.int64),
    )
    below = [list(row) for row in zip(*(column.tolist() for column in sets), strict=True)]
    entered, low, parent = [0] * net.size, [0] * net.size, [-1] * net.size
    found: dict[int, Cut] = {}
    clock = 0
    for root in range(net.size):
        if entered[root]:
            continue
        clock += 1
        entered[root] = low[root] = clock
        own = list(below[root])
        pieces: dict[int, list[list[int]]] = {}
        stack, place = [root], {root: offsets[root]}
        while stack:
            node = stack[-1]
            if place[node] < offsets[node + 1]:
                other = target[place[node]]
                place[node] += 1
                if not entered[other]:
                    clock += 1
                    entered[other] = low[other] = clock
                    parent[other] = node
                    stack.append(other)
                    place[other] = offsets[other]
                elif other != parent[node]:
                    low[node] = min(low[node], entered[other])
                continue
            stack.pop()
            if stack:
                above = stack[-1]
                low[above] = min(low[above], low[node])
                if low[node] >= entered[above]:
                    pieces.setdefault(above, []).append(below[node])
                below[above] = [one + more for one, more in zip(below[above], below[node], strict=True)]
        for node, parts in pieces.items():
            itself = own if node == root else [1, int(first[node]), int(second[node])]
            rest = [
                whole - one - sum(column)
                for whole, one, column in zip(below[root], itself, zip(*parts, strict=True), strict=True)
            ]
            every = [*parts, rest] if rest[0] else parts
            if len(every) > 1:
                found[node] = _cut(every)
    return dict(sorted(found.items()))


def _cut(pieces: list[list[int]]) -> Cut:
    sizes = [piece[0] for piece in pieces]
    firsts, seconds = sum(piece[1] for piece in pieces), sum(piece[2] for piece in pieces)
    linked = firsts * seconds - sum(piece[1] * piece[2] for piece in pieces)
    return Cut(sum(sizes) - max(sizes), linked)


def pieces_without(net: Net, node: int) -> list[Numbers]:
    """The pieces into which the part of a node falls without it, largest first (ties: the one with the first node)."""
    seen = np.zeros(net.size, dtype=bool)
    seen[node] = True
    pieces = []
    for start in net.neighbours(node).tolist():
        if seen[start]:
            continue
        seen[start] = True
        front, found = np.array([start], dtype=np.int64), [np.array([start], dtype=np.int64)]
        while len(front):
            _, to = _arcs(net, front)
            front = np.unique(to[~seen[to]])
            seen[front] = True
            found.append(front)
        pieces.append(np.sort(np.concatenate(found)))
    return sorted(pieces, key=lambda piece: (-len(piece), int(piece[0])))


def constraint(net: Net, node: int) -> float | None:
    """Burt's constraint of a node: how much its ties lead back to the same few; None for a node without ties.

    The sum over its neighbours j of (p_ij + sum over q of p_iq p_qj) squared, where p_ij is 1 / (number of i's ties).
    R. Burt, "Structural Holes" (1992), equation 2.4, every tie weighing the same. 1 for a node with one tie; low for a broker.
    """
    neighbours = net.neighbours(node)
    if not len(neighbours):
        return None
    share = 1.0 / len(neighbours)
    reach = np.zeros(net.size)
    reach[neighbours] = share
    owner, to = _arcs(net, neighbours)
    np.add.at(reach, to, share / (net.offsets[owner + 1] - net.offsets[owner]))
    return float(np.sum(reach[neighbours] ** 2))


def parts(net: Net) -> int:
    """How many parts a net has, among the nodes that have a tie."""
    seen = net.offsets[1:] == net.offsets[:-1]
    count = 0
    for start in range(net.size):
        if not seen[start]:
            count += 1
            seen[start] = True
            front = np.array([start], dtype=np.int64)
            while len(front):
                _, to = _arcs(net, front)
                front = np.unique(to[~seen[to]])
                seen[front] = True
    return count
