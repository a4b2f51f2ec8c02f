"""The part of a graph on which a neighbourhood is the same as on the whole of it: the links of every entity nearer than the
distance asked for, those among the furthest, and all links of the entities that are shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.model import CONFIDENCES, AsOf, EntityId, today
from graph.neo4j_schema import link_types
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries import neighbourhood as asking
from queries.cypher import reading
from queries.cypher.reading import KIND, SHOWN, Around, Part
from queries.cypher.search import add_hints
from queries.neighbourhood import Counted, NeighbourhoodQuestion
from queries.selection import SOURCE, view
from queries.weights import weights


def part_of(graph: Graph, question: NeighbourhoodQuestion) -> Snapshot:
    """See the module."""
    counted = Counted()

    def read(part: Part) -> None:
        nonlocal counted
        counted = _read(part, question)

    snapshot = reading.part_of(graph, question.known_at, read, [question.centre])
    asking.tell_counts(snapshot, counted)
    return snapshot


def _read(part: Part, question: NeighbourhoodQuestion) -> Counted:
    """Read the part; returns what the server counted."""
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    if part.shown and question.steps == 1:
        around = part.beside(when, centre=question.centre, limit=question.limit, **_strengths(), **_shown(question))
        if around is not None and part.knows(question.centre):
            return _counted(part, question, when, around)
    part.hold([question.centre])
    if not part.knows(question.centre):
        add_hints(part, question.centre)
        return Counted()
    centre = part.stands(question.centre)
    snapshot = part.snapshot()
    if snapshot.kinds[snapshot.number(centre) or 0] == SOURCE:
        return Counted()
    if part.shown:
        return _read_shown(part, question, when)
    asked = _asked(question)
    read: set[EntityId] = set()
    for step in range(question.steps):
        ring = [id for id in _within(part, question, when, centre, step) if id not in read]
        part.around(ring, when, traversable=False, **asked)
        read.update(ring)
    reach = _within(part, question, when, centre, question.steps)
    shown = reach[: question.limit + 1]
    part.around(reach, when, traversable=False, inside=True, **asked)
    part.around([id for id in shown if id not in read], when, traversable=False, **asked)
    pairs = {(one, other) for one in shown for other in shown}
    part.tell({*shown, *part.sources(pairs)}, (*KIND, *SHOWN))
    return Counted()


def _read_shown(part: Part, question: NeighbourhoodQuestion, when: AsOf) -> Counted:
    """Read the entities level by level, and of those that are shown the links."""
    asked = {"centre": question.centre, **_shown(question)}
    reach = edge = [question.centre]
    for _ in range(question.steps):
        edge = part.reached(edge, reach, when, **_strengths(), **asked)
        reach = reach + edge
    return _counted(part, question, when, part.among(reach, reach[: question.limit + 1], when, **asked))


def _counted(part: Part, question: NeighbourhoodQuestion, when: AsOf, around: Around) -> Counted:
    """What was counted, with how many entities those that are shown are linked to."""
    only = question.centre if question.kinds or question.not_kinds else ""  # who is of no such kind is seen as the centre only
    degrees = part.count_degrees(around.shown, when, centre=only, **_shown(question))
    return Counted(degrees, around.nodes, around.links)


def _within(part: Part, question: NeighbourhoodQuestion, when: AsOf, centre: EntityId, steps: int) -> list[EntityId]:
    """The entities within so many steps, in the order of the answer."""
    if steps == 0:
        return [centre]
    snapshot = part.snapshot()
    number = snapshot.number(centre)
    assert number is not None
    found = asking.Found(view(snapshot, when, weights()), replace(question, steps=steps), number)
    return [snapshot.ids[node] for node in found.order()]


def _strengths() -> dict[str, Any]:
    """How strong a link of each relationship type is."""
    words = vocabulary().predicates
    return {"strengths": {type_: words[name].strength for name, type_ in link_types().items()}}


def _shown(question: NeighbourhoodQuestion) -> dict[str, Any]:
    """What a link and its other end are asked for, where kinds are read off nodes."""
    kinds = {"kinds": list(question.kinds), "not_kinds": [*question.not_kinds, SOURCE], "not_through": []}
    asked = _asked(question)
    del asked["denying"]
    return {**kinds, **asked}


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
        "any_confidence": question.confidence == CONFIDENCES[-1],
        "ended": question.include_ended,
        "occurrences": sorted(weights().occurrences),
        "denying": (),
    }
