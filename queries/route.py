"""A path as it is told: its steps with sentences and citations, the parts of its score, its weakest step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from graph.model import EntityId
from graph.revisions import Graph
from queries.explain import Cited, cite
from queries.selection import DISPUTED, ENDED
from queries.steps import Steps, Told
from queries.weights import Weights, points


@dataclass(frozen=True, slots=True)
class Step:
    """One step, walked from ``from_id`` to ``to_id``.

    ``sentence`` is that of the main statement and runs as its source states it, whichever way the step is walked.
    ``statements`` are all parallel ones, the main one first. ``parts`` (points, at most 0): strength, evidence, recency,
    length; ``cost`` is their sum, positive. ``state``: ``live`` on the as-of date, ``past`` (something that happened before),
    ``ended``, or ``disputed``: a source denies it for that date, see ``denials``.
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
    denials: tuple[Cited, ...] = ()

    @property
    def live(self) -> bool:
        """Whether it can be counted on: false where every link had ended or is denied."""
        return self.state not in (ENDED, DISPUTED)


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
        """Whether every step can be counted on; false where one had ended by the as-of date or is denied for it."""
        return all(step.live for step in self.steps)

    @property
    def ids(self) -> tuple[EntityId, ...]:
        """The entities from start to goal."""
        return (self.steps[0].from_id, *(step.to_id for step in self.steps))


class Label(NamedTuple):
    """What a node is called."""

    id: EntityId
    name: str
    kind: str


def tell(graph: Graph, steps: Steps, ways: Sequence[tuple[int, ...]], chosen: Weights) -> tuple[Path, ...]:
    """The paths with these nodes, with everything a reader needs; statements are fetched once for all."""
    snapshot = steps.view.snapshot
    walked = steps.told([pair for nodes in ways for pair in pairwise(nodes)])
    numbers = list(dict.fromkeys(number for step in walked.values() for number in (*step.statements, *step.denials)))
    met = {node for nodes in ways for node in nodes}
    labels = {node: Label(snapshot.ids[node], snapshot.names[node], snapshot.kinds[node]) for node in met}
    named = {label.id: (label.name, label.kind) for label in labels.values()}
    told = cite(graph, snapshot, snapshot.statement_ids(numbers), steps.view.when, named)
    cited = dict(zip(numbers, told, strict=True))
    made: dict[tuple[int, int], Step] = {}
    for (one, other), step in walked.items():
        statements, against = (tuple(cited[number] for number in some) for some in (step.statements, step.denials))
        made[one, other] = _step(labels[one], labels[other], step, statements, against, chosen)
    return tuple(_path(steps, nodes, labels, [made[pair] for pair in pairwise(nodes)], chosen) for nodes in ways)


def _step(
    one: Label, other: Label, step: Told, statements: tuple[Cited, ...], denials: tuple[Cited, ...], chosen: Weights
) -> Step:
    amounts = {"strength": step.strength, "evidence": step.evidence, "recency": step.recency}
    parts = {name: points(-amount) for name, amount in amounts.items()}
    return Step(
        from_id=one.id,
        to_id=other.id,
        from_name=one.name,
        to_name=other.name,
        predicate=statements[0].predicate,
        sentence=statements[0].sentence,
        cost=points(step.cost),
        parts={**parts, "length": points(-chosen.length)},
        state=step.state,
        statements=statements,
        denials=denials,
    )


def _path(found: Steps, nodes: tuple[int, ...], labels: Mapping[int, Label], steps: Sequence[Step], chosen: Weights) -> Path:
    through = tuple(
        Through(
            id=labels[node].id,
            name=labels[node].name,
            kind=labels[node].kind,
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
