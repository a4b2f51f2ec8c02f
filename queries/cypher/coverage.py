"""The part of a graph on which a coverage question has the same cells as on the whole of it.

The rows of the base; the links of each list of the lens, followed step by step from the rows, whenever they held, with the
statements that deny such links; the same on to the columns, also from those whom a list names but no row leads to; and every
declaration that a list is complete.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from graph.model import EntityId
from graph.neo4j_schema import link_types
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.bases import LISTED
from queries.chains import fits
from queries.completeness import DECLARATION
from queries.coverage import CoverageQuestion
from queries.cypher import reading
from queries.cypher.reading import KIND, SHOWN, Part
from queries.lens_names import AD_HOC, axis_of, base_of, lens_of
from queries.lenses import ENROLLED, Base, Lens, Step
from queries.tallies import IN_REGION

_ALIAS: Final = ("alias",)


def part_of(graph: Graph, question: CoverageQuestion) -> Snapshot:
    """See the module. What cannot be asked is left to the question to refuse."""
    return reading.part_of(graph, question.known_at, lambda part: _read_for(part, _lens(part, question.lens), question))


def part_for(graph: Graph, lens: Lens, question: CoverageQuestion) -> Snapshot:
    """The same for a lens of one's own; ``question.lens`` is not read."""
    return reading.part_of(graph, question.known_at, lambda part: _read_for(part, lens, question))


def _read_for(part: Part, lens: Lens, question: CoverageQuestion) -> None:
    base = base_of(question.base if question.base is not None else lens.base)
    part.literals(LISTED, DECLARATION)
    rows = _rows(part, base)
    _follow(part, rows, IN_REGION)
    axis: tuple[Step, ...] = ()
    wanted = (question.columns or "none").strip().casefold()
    if wanted not in ("none", "by"):
        axis = axis_of(wanted).steps
        _rows(part, base_of(axis_of(wanted).base))
    part.hold({id for entry in lens.entries for id in (entry.id, *(id for step in (*entry.steps, *axis) for id in step.ids))})
    for entry in lens.entries:
        standing: Collection[EntityId] = rows
        actors: set[EntityId] = set()
        for place, step in enumerate(entry.steps):
            standing = _follow(part, standing, step)
            if place == entry.actor:
                actors = {*standing, *step.ids}
            standing = {*standing, *step.ids}
        standing = actors
        for step in axis:
            standing = {*_follow(part, standing, step), *step.ids}


def _lens(part: Part, name: str) -> Lens:
    """The lens; for one mechanism, whatever its name may mean is read first."""
    if name.strip().casefold().startswith(AD_HOC):
        given = name.strip()[len(AD_HOC) :].strip()
        part.hold([given])
        if not part.knows(given):
            allowed = vocabulary().predicate(ENROLLED).range or ()
            part.tell(part.of_kinds(allowed), _ALIAS)
    return lens_of(name, part.snapshot())


def _rows(part: Part, base: Base) -> list[EntityId]:
    """Everything that could be a row of a base, with what the base asks of it."""
    found = part.of_kinds(base.kinds)
    for step in base.having:
        _follow(part, found, step)
    return found


def _follow(part: Part, ids: Iterable[EntityId], step: Step) -> set[EntityId]:
    """Read the links that a step takes from some entities, and those that deny them; returns where it leads."""
    words, start = vocabulary().predicates, list(ids)
    denying = [word.name for word in words.values() if word.negates == step.predicate]
    types = [link_types()[name] for name in (step.predicate, *denying)]
    directions: Sequence[bool] = (True, False) if step.symmetric else (step.forward,)
    reached: set[EntityId] = set()
    for forward in directions:
        links = part.follow(start, types, forward)
        ends = {part.stands((one.object or "") if forward else one.subject): one.predicate for one in links}
        part.tell(ends, (*KIND, *SHOWN))
        reached |= {
            part.stands((one.object or "") if forward else one.subject) for one in links if one.predicate == step.predicate
        }
    snapshot = part.snapshot()
    numbers = {id: snapshot.number(id) for id in reached}
    return {id for id, number in numbers.items() if number is not None and fits(snapshot, number, step)}
