"""Where the entities of a focus picture stand: rings around the centre, worked out without chance.

The same entities and links give the same places in whatever order they come, so a reload or a link to a view shows the same
picture. Neighbours of one kind stand side by side; who is further away stands outside of whom it is reached through. No two
places are closer than ``SPACING``. It costs O(n log n): a force-directed picture of a hub is a ball, and slower.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

SPACING: Final = 34.0
"""The least distance of two places on one ring, and of two rings; a node is drawn about 22 wide."""
INNER: Final = 150.0
"""The radius of the first ring."""
_TURN: Final = 2 * math.pi

Place = tuple[float, float]


def rings(centre: str, kind_of: Mapping[str, str], links: Iterable[tuple[str, str]]) -> dict[str, Place]:
    """A place (x, y) for every entity in ``kind_of``, in order of id; ``centre`` is at (0, 0), y points down.

    ``kind_of`` gives the kind of each entity; ``links`` are pairs of ids, in any direction; pairs with an id that is not in
    ``kind_of`` are ignored. An entity that no link reaches stands on the outermost ring.

    >>> rings("a", {"a": "organisation", "b": "network"}, [("a", "b")])
    {'a': (0.0, 0.0), 'b': (0.0, -150.0)}
    """
    levels, parents = _levels(centre, kind_of, links)
    children: dict[str, list[str]] = {name: [] for name in kind_of}
    for name, parent in parents.items():
        children[parent].append(name)
    angles = _angles(centre, children, levels)
    places: dict[str, Place] = {centre: (0.0, 0.0)}
    radius = INNER
    for level in levels[1:]:
        nearest = min((angles[b] - angles[a] for a, b in pairwise(level)), default=_TURN)
        staggered = min(math.ceil(_least_angle(radius) / nearest), len(level))
        for number, name in enumerate(level):
            distance = radius + number % staggered * SPACING
            x, y = distance * math.sin(angles[name]), -distance * math.cos(angles[name])
            places[name] = (round(x, 2) + 0.0, round(y, 2) + 0.0)
        radius += (staggered + 1) * SPACING
    return {name: places[name] for name in sorted(places)}


def _levels(
    centre: str, kind_of: Mapping[str, str], links: Iterable[tuple[str, str]]
) -> tuple[list[list[str]], dict[str, str]]:
    """The entities by their distance from the centre, each level in drawing order, and through whom each is reached."""
    beside: dict[str, set[str]] = {name: set() for name in kind_of}
    for one, other in links:
        if one in beside and other in beside:
            beside[one].add(other)
            beside[other].add(one)
    levels, parents, seen = [[centre]], dict[str, str](), {centre}
    while True:
        level = []
        for parent in levels[-1]:
            fresh = sorted(beside[parent] - seen, key=lambda name: (kind_of[name], name))
            seen.update(fresh)
            parents.update(dict.fromkeys(fresh, parent))
            level += fresh
        if not level:
            break
        levels.append(level)
    if stray := sorted(set(kind_of) - seen, key=lambda name: (kind_of[name], name)):
        parents.update(dict.fromkeys(stray, centre))
        levels.append(stray)
    return levels, parents


def _least_angle(radius: float) -> float:
    """The angle between two places that are ``SPACING`` apart on a ring."""
    return 2 * math.asin(SPACING / 2 / radius)


def _angles(centre: str, children: Mapping[str, list[str]], levels: list[list[str]]) -> dict[str, float]:
    """The angle of each entity, clockwise from the top: every leaf of the tree has an equal share of the turn.

    A crowded turn leaves a gap before the top, so that the last of a staggered ring keeps its distance from the first.
    """
    leaves: dict[str, int] = {}
    for level in reversed(levels):
        for name in level:
            leaves[name] = sum(leaves[child] for child in children[name]) or 1
    angles, start = dict[str, float](), {centre: 0}
    crowded = leaves[centre] * _least_angle(INNER) / _TURN
    share = _TURN / (leaves[centre] + (math.ceil(crowded * 1.1) if crowded > 1 else 0))
    for level in levels:
        for name in level:
            at = start[name]
            angles[name] = (at + (leaves[name] - 1) / 2) * share
            for child in children[name]:
                start[child] = at
                at += leaves[child]
    return angles
