"""What may be concluded from a link that is not there: which lists are declared complete, which absences are stated.

Most links that the graph does not hold are links that nobody looked for. A gap is claimed only where each list that could have
covered a row is known to leave it out, for every day that the question asks about.

* ``list_complete`` with the value P on an entity declares that every link P to it is known (a mechanism's ``enrolled_in``), or,
  where P cannot lead to its kind, every link P from it (the pathogens a mechanism ``targets``).
* A negative (``not_enrolled_in``) states the absence of one link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from graph.model import AsOf
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.chains import fits
from queries.lenses import Entry, Step
from queries.node_links import Link, NodeLinks

DECLARATION: Final = "list_complete"


@dataclass(frozen=True, slots=True)
class Blame:
    """A list that is not known to be complete: the entity whose list it is, its name, and the links that are on it.

    ``is_subject``: they are the links from the entity (what a mechanism handles), not those to it (who is enrolled).
    """

    id: str
    name: str
    predicate: str
    is_subject: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of the chains from a row: lists to blame where some could be there unseen, and the statements that tell.

    ``there``: a chain is there whose links all touch the as-of date.
    """

    blame: tuple[Blame, ...] = ()
    evidence: frozenset[int] = frozenset()
    there: bool = False

    @property
    def absent(self) -> bool:
        """Whether it is known that no chain is there."""
        return not self.blame and not self.there


_THERE: Final = Verdict(there=True)


@dataclass(frozen=True, slots=True)
class _Branch:
    """Where the way to a column leaves a chain: after step ``actor``, by ``axis``, whose last step is held to the column."""

    actor: int
    axis: tuple[Step, ...]


_Interval = tuple[int, int, int]
"""First day, end, statement number."""


class Completeness:
    """What is known to be absent, in one snapshot, through one as-of window. Not thread-safe; made for one question."""

    def __init__(self, snapshot: Snapshot, when: AsOf) -> None:
        self._snapshot, self._when = snapshot, when
        self._words = vocabulary().predicates
        self._words_at = {word: place for place, word in enumerate(snapshot.predicates)}
        self._links = NodeLinks(snapshot)
        # What is remembered of a step is kept by its identity (see _at): hashing its fields costs more than what is looked up.
        self._alive: dict[int, object] = {}
        self._reached: dict[tuple[int, int], list[int]] = {}
        self._told: dict[tuple[int, int, int], frozenset[int] | None] = {}
        self._found: dict[tuple[int, int, int], Verdict] = {}
        self._allowed: dict[int, dict[int, bool]] = {}
        self._numbers: dict[str, int | None] = {}
        self._ids: dict[int, str] = {}
        self._held: dict[tuple[int, str], tuple[Step, ...]] = {}
        self._blames: dict[tuple[str, str, bool], Blame] = {}
        self._negative = {word.negates: word.name for word in self._words.values() if word.negates}

    def _at(self, step: Step | tuple[Step, ...]) -> int:
        """A key for a step, or a way, that stays its own while this object lives."""
        key = id(step)
        self._alive[key] = step
        return key

    def _id(self, node: int) -> str:
        if node not in self._ids:
            self._ids[node] = self._snapshot.ids[node]
        return self._ids[node]

    def links(self, node: int, predicate: str, forward: bool) -> list[Link]:
        """The links of a node by one predicate in one direction (both, where it is symmetric), of any time."""
        return self._links.of(node, predicate, forward)

    def remember(self, nodes: Sequence[int]) -> None:
        """Read the links of these nodes at once where one of them is asked about: all of them will be."""
        self._links.remember(nodes)

    def number(self, id: str) -> int | None:
        """As ``Snapshot.number``, remembered."""
        if id not in self._numbers:
            self._numbers[id] = self._snapshot.number(id)
        return self._numbers[id]

    def living(self, node: int, step: Step) -> list[Link]:
        """The counting links of a node that a step allows and whose period touches the window."""
        first, end = self._when.first, self._when.end
        return [
            link
            for link in self.links(node, step.predicate, step.forward)
            if link.first < end and link.end > first and self._allows(step, link)
        ]

    def _allows(self, step: Step, link: Link) -> bool:
        if step.statuses is not None and link.status not in step.statuses:
            return False
        allowed = self._allowed.setdefault(self._at(step), {})
        if link.target not in allowed:
            allowed[link.target] = fits(self._snapshot, link.target, step)
        return allowed[link.target]

    def negatives(self, node: int, step: Step, target: int) -> list[Link]:
        """The statements, of any time, that say the link of a step between two nodes does not hold."""
        if not self.deniable(step):
            return []
        return [link for link in self.links(node, self._negative[step.predicate], step.forward) if link.target == target]

    def negation(self, step: Step) -> str:
        """The predicate that denies a link of this sort, ``""`` where there is none."""
        return self._negative.get(step.predicate, "")

    def deniable(self, step: Step) -> bool:
        """Whether any statement denies a link of this sort."""
        return self.negation(step) in self._words_at

    @cached_property
    def _declared(self) -> dict[tuple[int, str], list[_Interval]]:
        declared: dict[tuple[int, str], list[_Interval]] = {}
        for literal in self._snapshot.literals(DECLARATION):
            declared.setdefault((literal.node, literal.value), []).append((literal.first, literal.end, literal.statement))
        return declared

    def _declarations(self, node: int, predicate: str, forward: bool) -> list[_Interval]:
        """Periods through which every link of a node in this direction is declared known."""
        word = self._words[predicate]
        own_list = word.range is None or self._snapshot.kinds[node] in word.range
        return self._declared.get((node, predicate), []) if word.symmetric or own_list != forward else []

    def _through(self, intervals: Iterable[_Interval]) -> frozenset[int] | None:
        """The statements whose periods together cover the whole window; None where they leave a day open."""
        reached, used = self._when.first, set[int]()
        for first, end, statement in sorted(intervals):
            if first > reached or reached >= self._when.end:
                break
            if end > reached:
                reached = end
                used.add(statement)
        return frozenset(used) if reached >= self._when.end else None

    def settled(self, node: int, step: Step, target: int) -> frozenset[int] | None:
        """The statements by which a link is known to be there or not, for every day of the window; None where a day is open."""
        key = (node, self._at(step), target)
        if key not in self._told:
            there = target in self._reaches(node, step)
            links = [link for link in self.living(node, step) if link.target == target] if there else []
            told = [(link.first, link.end, link.statement) for link in (*links, *self.negatives(node, step, target))]
            told += self._declarations(node, step.predicate, step.forward)
            told += self._declarations(target, step.predicate, not step.forward)
            self._told[key] = self._through(told) if told else None
        return self._told[key]

    def verdict(self, entries: Sequence[Entry], row: int, axis: Sequence[Step] = (), column: str = "") -> Verdict:
        """What is known of the counting chains of ``entries`` from ``row`` (and on to ``column``).

        Where no chain covers the row, it is a gap if nothing is to blame: a chain that is there all the same has links that
        never hold on the same day.
        """
        id = self._id(row)
        held = self._to(tuple(axis), column) if axis else ()
        return _parallel(
            [
                self._beyond(row, entry.steps, 0, _Branch(entry.actor, held) if axis else None)
                for entry in entries
                if id not in entry.exceptions
            ]
        )

    def _to(self, axis: tuple[Step, ...], column: str) -> tuple[Step, ...]:
        """The way to one column."""
        key = (self._at(axis), column)
        if key not in self._held:
            self._held[key] = (*axis[:-1], replace(axis[-1], ids=frozenset({column})))
        return self._held[key]

    def _beyond(self, node: int, steps: tuple[Step, ...], place: int, branch: _Branch | None) -> Verdict:
        """What is known of chains ``steps[place:]`` from a node."""
        if branch is not None:
            return self._looked(node, steps, place, branch)
        key = (node, self._at(steps), place)
        if key not in self._found:
            self._found[key] = self._looked(node, steps, place, None)
        return self._found[key]

    def _looked(self, node: int, steps: tuple[Step, ...], place: int, branch: _Branch | None) -> Verdict:
        step = steps[place]
        here = branch if branch is not None and place == branch.actor else None
        found = [self._after(target, steps, place, branch, here) for target in self._reaches(node, step)]
        if step.ids:
            found += [self._settled(node, step, id, here) for id in sorted(step.ids)]
        else:
            told = self._through(self._declarations(node, step.predicate, step.forward))
            own = self._blame(self._id(node), step.predicate, step.forward)
            found.append(Verdict((own,)) if told is None else Verdict(evidence=told))
        return _parallel(found)

    def _reaches(self, node: int, step: Step) -> list[int]:
        key = (node, self._at(step))
        if key not in self._reached:
            self._reached[key] = sorted({link.target for link in self.living(node, step)})
        return self._reached[key]

    def _after(self, target: int, steps: tuple[Step, ...], place: int, branch: _Branch | None, here: _Branch | None) -> Verdict:
        """What is known of chains through an entity that was reached: what follows and the way to the column."""
        rest = self._beyond(target, steps, place + 1, branch) if place + 1 < len(steps) else _THERE
        return _serial(rest, self._beyond(target, here.axis, 0, None) if here is not None else _THERE)

    def _settled(self, node: int, step: Step, id: str, here: _Branch | None) -> Verdict:
        """Nothing to blame where each day has the link or its absence on record, or where the column is out of reach."""
        target = self.number(id)
        if target is not None:
            told = self.settled(node, step, target)
            if told is not None:
                return Verdict(evidence=told)
            if here is not None and (column := self._beyond(target, here.axis, 0, None)).absent:
                return column
        return Verdict((self._blame(id, step.predicate, not step.forward),))

    def _blame(self, id: str, predicate: str, is_subject: bool) -> Blame:
        key = (id, predicate, is_subject)
        if key not in self._blames:
            node = self.number(id)
            self._blames[key] = Blame(id, id if node is None else self._snapshot.names[node], predicate, is_subject)
        return self._blames[key]


def _parallel(found: Sequence[Verdict]) -> Verdict:
    """Several ways, of which any may be there."""
    if len(found) == 1:
        return found[0]
    blame = dict.fromkeys(blamed for one in found for blamed in one.blame)
    evidence = frozenset().union(*(one.evidence for one in found))
    return Verdict(tuple(blame), evidence, any(one.there for one in found))


def _serial(one: Verdict, other: Verdict) -> Verdict:
    """Two ways that must both be there."""
    for way in (one, other):
        if way.absent:
            return way
    return Verdict(tuple(dict.fromkeys(one.blame + other.blame)), one.evidence | other.evidence, one.there and other.there)
