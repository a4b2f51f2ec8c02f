"""The part of a graph on which a neighbourhood is the same as on the whole of it: the links of every entity nearer than the
distance asked for, those among the furthest, and all links of the entities that are shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.model import CONFIDENCES, AsOf, EntityId, today
from graph.neo4j_schema import link_types
from graph.snapshot import Graph, Snapshot
from graph.vocabulary import vocabulary
from queries import neighbourhood as asking
from queries.cypher.reading import KIND, SHOWN, Part
from queries.cypher.search import add_hints
from queries.neighbourhood import NeighbourhoodQuestion
from queries.selection import SOURCE, view
from queries.weights import weights


def part_of(graph: Graph, question: NeighbourhoodQuestion) -> Snapshot:
    """See the module."""
    part = Part(graph, question.known_at)
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    part.hold([question.centre])
    if not part.knows(question.centre):
        add_hints(part, question.centre)
        return part.snapshot()
    centre = part.stands(question.centre)
    snapshot = part.snapshot()
    if snapshot.kinds[snapshot.number(centre) or 0] == SOURCE:
        return snapshot
    asked = _asked(question)
    read: set[EntityId] = set()
    for step in range(question.steps):
        ring = [id for id in _within(part, question, when, centre, step) if id not in read]
        part.around(ring, when, traversable=False, **asked)
        read.update(ring)
    reach = _within(part, question, when, centre, question.steps)
    part.around(reach, when, traversable=False, inside=True, **asked)
    shown = reach[: question.limit + 1]
    part.around([id for id in shown if id not in read], when, traversable=False, **asked)
    part.tell(shown, SHOWN)
    seen = part.snapshot()
    among = {seen.number(id) for id in shown}
    sources = {
        seen.sources[seen.source[arc]]
        for node in among
        if node is not None
        for arc in range(*seen.arcs(node).indices(len(seen.target)))
        if seen.target[arc] in among
    }
    part.tell(sources, KIND)
    part.tell(sources, SHOWN)
    return part.snapshot()


def _within(part: Part, question: NeighbourhoodQuestion, when: AsOf, centre: EntityId, steps: int) -> list[EntityId]:
    """The entities within so many steps, in the order of the answer."""
    if steps == 0:
        return [centre]
    snapshot = part.snapshot()
    number = snapshot.number(centre)
    assert number is not None
    found = asking._Found(view(snapshot, when, weights()), replace(question, steps=steps), number)
    return [snapshot.ids[node] for node in found.order()]


def _asked(question: NeighbourhoodQuestion) -> dict[str, Any]:
    words = vocabulary().predicates
    default = [
        word.name
        for word in words.values()
        if word.is_link
        and (word.traversable if question.traversable_only else not word.negates and word.name != "different_from")
    ]
    followed = [name for name in question.predicates or default if name not in question.without_predicates]
    return {
        "types": [link_types()[name] for name in followed if name in link_types()],
        "confidences": list(CONFIDENCES[: CONFIDENCES.index(question.confidence) + 1]),
        "ended": question.include_ended,
        "occurrences": sorted(weights().occurrences),
    }
