"""The part of a graph on which the best paths are the same as on the whole of it.

The search begins with the links of the two ends and widens where a better path could still lie. Let U be what the last of the k
paths found so far costs, c the least that any step can cost. A path that costs at most U has no step between two entities that
are both dearer than r = (U - c) / 2 to reach, from the start and from the goal: it would cost more than r + c + r = U. So all
such paths are in the part once the links of every entity within r of either end are; and then the k best in the part are the
k best there are. Where fewer than k paths exist the same holds with steps: a path of L steps has no step between entities that
are both out of reach of (L - 1) / 2 steps from the start and of (L - 2) / 2 from the goal, rounded down.

What passing through an entity costs follows all its neighbours. In the part it may be too low, never too high; so it is enough
to read all links of those entities that the k best paths pass through, and to look again until nothing new is to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import chain, pairwise
from typing import Any, Final

import numpy as np

from graph.errors import InputError
from graph.model import CONFIDENCES, AsOf, EntityId, today
from graph.neo4j_schema import link_types
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries import paths as asking
from queries.cypher import reading, texts
from queries.cypher.layers import first_ways
from queries.cypher.reading import KIND, SHOWN, Part
from queries.cypher.search import add_hints
from queries.ends import KEYS
from queries.paths import MOST_STEPS, PathQuestion
from queries.selection import SOURCE, Mask
from queries.steps import Steps
from queries.weights import Weights

_FAR: Final = 1 << 60


def part_of(graph: Graph, question: PathQuestion, chosen: Weights) -> Snapshot:
    """See the module. Raises ``InputError`` for what the server is not asked (sets of entities as ends)."""
    ids = (question.start, question.goal, *question.not_through)
    return reading.part_of(graph, question.known_at, lambda part: _Search(graph, question, chosen, part).run(), ids)


class _Search:
    def __init__(self, graph: Graph, question: PathQuestion, chosen: Weights, part: Part) -> None:
        self._graph, self._question, self._chosen = graph, question, chosen
        self._when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
        self._part = part
        self._open: set[EntityId] = set()
        """Entities whose links were read as far as the question follows them."""
        self._whole: set[EntityId] = set()
        """Entities whose links were read whatever the filters, or their neighbours counted."""

    def run(self) -> None:
        part, question = self._part, self._question
        ends = (question.start, question.goal)
        if self._read_plain_shortest(ends):
            return
        part.hold((*ends, *question.not_through))
        for id in (*ends, *question.not_through):
            if not part.knows(id):
                if id in ends and ("|" in id or id.partition(":")[0].strip() in KEYS):
                    raise InputError(f"{id!r}: sets of entities as ends are not available with engine=server.")
                add_hints(part, id)
                return  # the question says that it does not know this one
        ends = (part.stands(ends[0]), part.stands(ends[1]))
        if ends[0] == ends[1] or SOURCE in [self._kind(id) for id in ends]:
            return
        shortest = self._is_shortest()
        if shortest:
            if not self._asked_plainly():
                self._read_shortest(ends)
        else:
            self._search_on(ends)
        ways = self._searched(ends)
        while inner := [id for nodes in ways for id in nodes[1:-1] if id not in self._whole]:
            self._weigh(inner)
            if not shortest:
                self._search_on(ends)
                ways = self._searched(ends)
        if not ways:
            self._explain(ends)
        if question.compare_to is not None:
            self._compare()
            ways = self._searched(ends)
        self._show(ways, ends)

    def _kind(self, id: EntityId) -> str:
        snapshot = self._part.snapshot()
        number = snapshot.number(id)
        return "" if number is None else snapshot.kinds[number]

    # --- the shortest ------------------------------------------------------------------------------------------------------

    def _is_shortest(self) -> bool:
        """Whether the server can find the nodes of the paths by itself."""
        question = self._question
        return (
            self._part.shown
            and not question.disjoint
            and (question.by == "shortest" or (question.by == "hops" and question.k == 1))
        )

    def _read_plain_shortest(self, ends: Sequence[EntityId]) -> bool:
        """Whether the server found shortest paths, and told all there is to say of them: most often it does, in one go."""
        return self._asked_plainly() and ends[0] != ends[1] and self._read_shortest(ends)

    def _asked_plainly(self) -> bool:
        """Whether the server can find the shortest paths before anything else is read."""
        return self._is_shortest() and not self._question.not_through and self._question.compare_to is None

    def _read_shortest(self, ends: Sequence[EntityId]) -> bool:
        """Read the first of the shortest paths, as the server finds them; whether there are any that are not too long."""
        k, limits = self._question.k, self._limits(ends, self._question)
        tied, ways = self._part.shortest(MOST_STEPS, _chooses(self._question), k=k, **limits)
        if not ways or len(ways[0]) - 1 > self._question.max_steps:
            return False
        if tied:
            ways = first_ways(self._part, len(ways[0]) - 1, k, **limits)
            self._read_inside(sorted({id for ids in ways for id in ids}), self._question)
            self._show(ways, ends)
        inner = {id for ids in ways for id in ids[1:-1]}
        self._part.count_neighbours(inner, self._when, self._chosen.occurrences)
        self._whole.update(inner)
        return True

    # --- widening --------------------------------------------------------------------------------------------------------

    def _search_on(self, ends: Sequence[EntityId]) -> None:
        """Read on until no better path can be left out."""
        while more := self._due(ends):
            self._read(more)

    def _due(self, ends: Sequence[EntityId]) -> list[EntityId]:
        """Entities to read next, none where the k best are certain."""
        if not self._open:
            return list(ends)
        snapshot, steps, interior, start, goal = self._seen(ends)
        open_nodes = interior.copy()
        open_nodes[[start, goal]] = True
        closed = [node for node, id in enumerate(snapshot.ids) if open_nodes[node] and id not in self._open]
        hops = [_reached(steps, interior, one, by_steps=True) for one in (start, goal)]
        most = self._question.max_steps
        radius = (max(0, (most - 1) // 2), max(0, (most - 2) // 2))
        by_steps = {node for node in closed if any(far[node] <= reach for far, reach in zip(hops, radius, strict=True))}
        if not by_steps:
            return []
        bound = self._bound(steps, interior, start, goal)
        if bound is None:
            nearest = min(min(far[node] for far in hops) for node in by_steps)
            return [snapshot.ids[node] for node in sorted(by_steps) if min(far[node] for far in hops) == nearest]
        counted = self._question.by != "score"
        least = 1 if counted else self._least()
        costs = hops if counted else [_reached(steps, interior, one, by_steps=False) for one in (start, goal)]
        by_cost = {node for node in closed if any(2 * far[node] <= bound - least for far in costs)}
        due = (by_steps & by_cost) or min(by_steps, by_cost, key=len)
        return [snapshot.ids[node] for node in sorted(due)]

    def _bound(self, steps: Steps, interior: Mask, start: int, goal: int) -> int | None:
        """What the last of the paths found costs (its steps, where these are counted); None while there are too few."""
        ways = asking.best_ways(steps, interior, [start], [goal], self._question)
        if not ways or (len(ways) < self._question.k and self._question.by != "shortest"):
            return None
        if self._question.by != "score":
            return max(len(nodes) for nodes in ways) - 1
        return max(
            sum(_cost(steps, one, other) for one, other in pairwise(nodes))
            + sum(int(steps.through[node]) for node in nodes[1:-1])
            for nodes in ways
        )

    def _least(self) -> int:
        """The least that a step can cost."""
        chosen = self._chosen
        strengths = [chosen.of_strength(word.strength) for word in vocabulary().predicates.values() if word.traversable]
        return chosen.length + min(strengths) + chosen.evidence[0] - chosen.corroboration_most

    def _seen(self, ends: Sequence[EntityId]) -> tuple[Snapshot, Steps, Mask, int, int]:
        """The part, the steps and inner entities of the question in it, and its ends."""
        snapshot = self._part.snapshot()
        start, goal = (snapshot.number(id) for id in ends)
        assert start is not None
        assert goal is not None
        return snapshot, *asking.steps_asked(snapshot, self._when, self._question, self._chosen), start, goal

    def _searched(self, ends: Sequence[EntityId]) -> list[tuple[EntityId, ...]]:
        """The k best paths in the part, by ids."""
        snapshot, steps, interior, start, goal = self._seen(ends)
        ways = asking.best_ways(steps, interior, [start], [goal], self._question)
        return [tuple(snapshot.ids[node] for node in nodes) for nodes in ways]

    # --- reading ---------------------------------------------------------------------------------------------------------

    def _asked(self, question: PathQuestion) -> dict[str, Any]:
        words = [word.name for word in vocabulary().predicates.values() if word.traversable]
        followed = [name for name in question.predicates or words if name not in question.without_predicates]
        return {
            "types": [link_types()[name] for name in followed if name in link_types()],
            "confidences": list(CONFIDENCES[: CONFIDENCES.index(question.confidence) + 1]),
            "any_confidence": question.confidence == CONFIDENCES[-1],
            "ended": question.include_ended,
            "occurrences": sorted(self._chosen.occurrences),
            "denying": texts.denying(),
        }

    def _read(self, ids: Sequence[EntityId]) -> None:
        self._part.around(ids, self._when, traversable=True, **self._asked(self._question))
        self._open.update(ids)
        if self._question == self._question.bare():
            self._whole.update(ids)

    def _weigh(self, ids: Sequence[EntityId]) -> None:
        """Make certain what passing through some entities costs."""
        if self._part.shown:
            self._part.count_neighbours(ids, self._when, self._chosen.occurrences)
            self._whole.update(ids)
        else:
            self._read_whole(ids)

    def _read_whole(self, ids: Sequence[EntityId], ended: bool = False) -> None:
        bare = replace(self._question.bare(), include_ended=ended or self._question.include_ended)
        self._part.around(dict.fromkeys(ids), self._when, traversable=True, **self._asked(bare))
        self._whole.update(ids)

    def _show(self, ways: Sequence[Sequence[EntityId]], ends: Sequence[EntityId]) -> None:
        """Read what the answer shows of the entities on the paths and of the sources of their links."""
        walked = {pair for nodes in ways for pair in pairwise(nodes)}
        self._part.tell({*ends, *chain(*ways), *self._part.sources(walked)}, (*KIND, *SHOWN))

    def _compare(self) -> None:
        """Read what the paths of the other date are now."""
        question = replace(self._question, as_of=self._question.compare_to, compare_to=None)
        earlier = asking.find_paths(self._graph, question, self._chosen)
        ids = sorted({id for path in earlier.results for id in path.ids})
        self._part.hold(ids)
        self._read_inside(ids, replace(self._question, include_ended=True))

    def _read_inside(self, ids: Sequence[EntityId], question: PathQuestion) -> None:
        self._part.around(ids, self._when, traversable=True, inside=True, **self._asked(question))

    # --- no path ---------------------------------------------------------------------------------------------------------

    def _explain(self, ends: Sequence[EntityId]) -> None:
        """Read what says why there is no path: the shortest ones with less in the way, and all links of the ends."""
        self._read_whole(ends, ended=True)
        for bare in (False, True):
            for ended in (False, True):
                question = replace(self._question.bare() if bare else self._question, include_ended=ended)
                if not self._part.shown:
                    self._flood(ends, question)
                elif found := self._part.ask(texts.nearest(_chooses(question)), **self._limits(ends, question)):
                    self._read_inside(found[0][0], question)

    def _limits(self, ends: Sequence[EntityId], question: PathQuestion) -> dict[str, Any]:
        """What a path pattern is bound by."""
        return {
            **self._asked(question),
            "start": ends[0],
            "goal": ends[1],
            "first": self._when.first,
            "end": self._when.end,
            "kinds": list(question.kinds),
            "not_kinds": [*question.not_kinds, SOURCE],
            "not_through": list(question.not_through),
        }

    def _flood(self, ends: Sequence[EntityId], question: PathQuestion) -> None:
        """Read from the start on, level by level, until the goal is met: where one pattern cannot tell."""
        read: set[EntityId] = set()
        edge = [ends[0]]
        while edge:
            self._part.around(edge, self._when, traversable=True, **self._asked(question))
            read.update(edge)
            snapshot = self._part.snapshot()
            steps, interior = asking.steps_asked(snapshot, self._when, question, self._chosen)
            far = _reached(steps, interior, snapshot.number(ends[0]) or 0, by_steps=True)
            if far[snapshot.number(ends[1]) or 0] < _FAR:
                return
            edge = [id for node, id in enumerate(snapshot.ids) if far[node] < _FAR and interior[node] and id not in read]


def _chooses(question: PathQuestion) -> bool:
    """Whether it leaves out some entities."""
    return bool(question.kinds or question.not_kinds or question.not_through)


def _cost(steps: Steps, one: int, other: int) -> int:
    """What the step from one node to a neighbour costs."""
    begin, end = int(steps.offsets[one]), int(steps.offsets[one + 1])
    return int(steps.cost[begin + int(np.searchsorted(steps.target[begin:end], other))])


def _reached(steps: Steps, interior: Mask, start: int, by_steps: bool) -> list[int]:
    """Per node, the least that a way from ``start`` costs before it passes through the node, over interior nodes."""
    count = len(steps.offsets) - 1
    far = [_FAR] * count
    far[start] = 0
    offsets, target = steps.offsets.tolist(), steps.target.tolist()
    cost = [1] * len(target) if by_steps else steps.cost.tolist()
    through = [0] * count if by_steps else steps.through.tolist()
    waiting = [(0, start)]
    while waiting:
        paid, node = heappop(waiting)
        if paid > far[node] or (node != start and not interior[node]):
            continue
        paid += 0 if node == start else through[node]
        for place in range(offsets[node], offsets[node + 1]):
            reached = paid + cost[place]
            if reached < far[target[place]]:
                far[target[place]] = reached
                heappush(waiting, (reached, target[place]))
    return far
