"""A path as it is told: its steps with sentences and citations, the parts of its score, its weakest step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph.model import EntityId
from graph.snapshot import Graph
from queries.explain import Cited, cite
from queries.selection import ENDED
from queries.steps import Steps
from queries.weights import Weights, points


@dataclass(frozen=True, slots=True)
class Step:
    """One step, walked from ``from_id`` to ``to_id``.

    ``sentence`` is that of the main statement and runs as its source states it, whichever way the step is walked.
    ``statements`` are all parallel ones, the main one first. ``parts`` (points, at most 0): strength, evidence, recency,
    length; ``cost`` is their sum, positive. ``state``: ``live`` on the as-of date, ``past`` (something that happened before),
    or ``ended``.
    """

    from_id: EntityId
    to_id: EntityId
    from_name: str
    to_name: str
    predicate: str
    sentence: str
    cost: float
    parts: Mapping[str, float]
    state: str
    statements: tuple[Cited, ...]

    @property
    def live(self) -> bool:
        """Whether it can be followed today: false only where every link had ended."""
        return self.state != ENDED


@dataclass(frozen=True, slots=True)
class Through:
    """An inner entity of a path: how many neighbours it has on the as-of date, and what passing through it costs (points)."""

    id: EntityId
    name: str
    kind: str
    neighbours: int
    cost: float


@dataclass(frozen=True, slots=True)
class Weakest:
    """The step of a path with the dearest strength, evidence and recency (the first of equals); ``cost`` is these three."""

    step: int
    sentence: str
    cost: float


@dataclass(frozen=True, slots=True)
class Path:
    """One way: ``score`` is the sum of ``parts``: base, strength, evidence, recency, hubs, length. ``step`` counts from 0."""

    score: float
    parts: Mapping[str, float]
    weakest: Weakest
    steps: tuple[Step, ...]
    through: tuple[Through, ...]

    @property
    def live(self) -> bool:
        """Whether every step can be followed; false where one had ended by the as-of date."""
        return all(step.live for step in self.steps)

    @property
    def ids(self) -> tuple[EntityId, ...]:
        """The entities from start to goal."""
        return (self.steps[0].from_id, *(step.to_id for step in self.steps))


def tell(graph: Graph, steps: Steps, ways: Sequence[tuple[int, ...]], chosen: Weights) -> tuple[Path, ...]:
    """The paths with these nodes, with everything a reader needs; statements are fetched once for all."""
    snapshot = steps.view.snapshot
    walked = {(one, other): steps.between(one, other) for nodes in ways for one, other in pairwise(nodes)}
    links = {
        step: [snapshot.statement_id(int(snapshot.statement[arc])) for arc in steps.links(step)] for step in walked.values()
    }
    ids = dict.fromkeys(id for listed_ids in links.values() for id in listed_ids)
    cited = {statement.id: statement for statement in cite(graph, snapshot, ids, steps.view.when)}
    made: dict[tuple[int, int], Step] = {}
    for (one, other), step in walked.items():
        statements = tuple(cited[id] for id in links[step])
        made[one, other] = _step(steps, one, other, step, statements, chosen)
    return tuple(_path(steps, nodes, [made[pair] for pair in pairwise(nodes)], chosen) for nodes in ways)


def _step(steps: Steps, one: int, other: int, step: int, statements: tuple[Cited, ...], chosen: Weights) -> Step:
    snapshot = steps.view.snapshot
    amounts = {"strength": steps.strength[step], "evidence": steps.evidence[step], "recency": steps.recency[step]}
    parts = {name: points(-int(amount)) for name, amount in amounts.items()}
    return Step(
        from_id=snapshot.ids[one],
        to_id=snapshot.ids[other],
        from_name=snapshot.names[one],
        to_name=snapshot.names[other],
        predicate=statements[0].predicate,
        sentence=statements[0].sentence,
        cost=points(int(steps.cost[step])),
        parts={**parts, "length": points(-chosen.length)},
        state=steps.state(step),
        statements=statements,
    )


def _path(found: Steps, nodes: tuple[int, ...], steps: Sequence[Step], chosen: Weights) -> Path:
    snapshot = found.view.snapshot
    through = tuple(
        Through(
            id=snapshot.ids[node],
            name=snapshot.names[node],
            kind=snapshot.kinds[node],
            neighbours=int(found.view.neighbours[node]),
            cost=points(int(found.through[node])),
        )
        for node in nodes[1:-1]
    )
    sums = {name: sum(step.parts[name] for step in steps) for name in ("strength", "evidence", "recency", "length")}
    parts = {
        "base": points(chosen.base),
        **{name: sums[name] for name in ("strength", "evidence", "recency")},
        "hubs": 0.0 - sum(inner.cost for inner in through),
        "length": sums["length"],
    }
    own = [0.0 - step.parts["strength"] - step.parts["evidence"] - step.parts["recency"] for step in steps]
    place = own.index(max(own))
    weakest = Weakest(place, steps[place].sentence, own[place])
    return Path(sum(parts.values()), parts, weakest, tuple(steps), through)
