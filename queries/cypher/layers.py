"""The first of very many shortest paths, in the order of the ids along them, without looking at each of them.

Between two entities with many neighbours in common there can be millions of shortest paths, and the server would look at all of
them to find the first. Here it looks at each link at most a few times. Breadth-first from both ends, the smaller edge first,
until the two meet. Then back from where they met, so that of those near the start the ones on shortest paths are left. Then
forward, by the smallest ids: from whichever entity is chosen the goal can be reached in the steps that are left, so the first
``k`` beginnings of each length are enough.
"""

from __future__ import annotations

from typing import Any

from graph.model import EntityId
from queries.cypher.reading import Part


def first_ways(part: Part, steps: int, k: int, **limits: Any) -> list[list[EntityId]]:
    """The first ``k`` of the shortest paths, which have so many steps; ``limits``: ``texts.shortest``. For a ``shown`` part."""
    near, far = [{limits["start"]}], [{limits["goal"]}]
    while len(near) + len(far) < steps + 2:
        side = near if len(near[-1]) <= len(far[-1]) else far
        side.append(part.edge(side[-1], **limits).difference(*side))
    met = len(near) - 1
    layers = [*near[:met], near[met] & far[-1], *far[-2::-1]]
    for place in range(met - 1, 0, -1):
        layers[place] = part.edge(layers[place + 1], among=near[place], **limits)
    ways = [[limits["start"]]]
    for layer in layers[1:]:
        onward = part.onward({way[-1] for way in ways}, layer, k, **limits)
        ways = [[*way, id] for way in ways for id in onward.get(way[-1], ())][:k]
    return ways
