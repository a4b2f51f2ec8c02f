"""A second answer to a coverage question, from statements alone: chains by recursion, gaps by the largest possible world.

Nothing of ``queries`` is used here but the dataclasses of a lens. Slow on purpose: small graphs only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from graph.model import AsOf, Statement, days_of
from graph.vocabulary import vocabulary
from queries.lenses import Entry, Lens, Step

COVERED = {"covered_once", "covered_by_several", "expiring"}


@dataclass(frozen=True)
class Chain:
    """A run of links: whom it counts, its days, whether it counts, and its statements."""

    actor: str
    first: int
    end: int
    counts: bool
    statements: tuple[Statement, ...]
    standing: str


@dataclass(frozen=True)
class Told:
    """What the oracle says of a cell; ``statements`` is None where it does not say."""

    state: str
    by: frozenset[str]
    statements: frozenset[str] | None


class Statements:
    """Some statements, and what follows from them by brute force."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.links = [one for one in statements if one.object is not None]
        self.literals = [one for one in statements if one.value is not None]
        self.kind = {one.subject: one.value or "" for one in self.literals if one.predicate == "kind"}
        self.subtype = {one.subject: one.value or "" for one in self.literals if one.predicate == "subtype"}

    def allows(self, step: Step, id: str) -> bool:
        return (
            (not step.ids or id in step.ids)
            and (not step.kinds or self.kind.get(id) in step.kinds)
            and (not step.subtypes or self.subtype.get(id) in step.subtypes)
            and id not in step.without
            and self.kind.get(id) not in step.without_kinds
        )

    def ways(self, node: str, steps: Sequence[Step]) -> Iterator[tuple[list[str], list[Statement]]]:
        """Every run of links along some steps: the nodes reached, and the links."""
        if not steps:
            yield [], []
            return
        step = steps[0]
        for link in self.links:
            ends = [(link.subject, link.object), (link.object, link.subject)]
            taken = ends if vocabulary().predicates[step.predicate].symmetric else [ends[not step.forward]]
            for near, far in taken if link.predicate == step.predicate else ():
                if near == node and far is not None and self.allows(step, far):
                    for nodes, more in self.ways(far, steps[1:]):
                        yield [far, *nodes], [link, *more]

    def chains(self, row: str, entry: Entry, axis: Sequence[Step], column: str) -> Iterator[Chain]:
        for nodes, links in self.ways(row, entry.steps):
            actor = nodes[entry.actor]
            taken = [(entry.steps, links)]
            for ends, more in self.ways(actor, axis) if axis else [([column], [])]:
                if ends[-1] != column:
                    continue
                runs = [*taken, (axis, more)]
                every = [link for _, run in runs for link in run]
                first, end = max(link.valid.first for link in every), min(link.valid.end for link in every)
                counts = row not in entry.exceptions and all(
                    step.statuses is None or link.qualifier("status") in step.statuses
                    for steps, run in runs
                    for step, link in zip(steps, run, strict=True)
                )
                if first < end:
                    yield Chain(actor, first, end, counts, tuple(every), entry.standing)

    def denials(self, chain: Chain, when: AsOf) -> list[Statement]:
        """Negatives of a link of the chain that hold on a day of the chain (and of the window, where the chain touches it)."""
        first, end = chain.first, chain.end
        if first < when.end and end > when.first:
            first, end = max(first, when.first), min(end, when.end)
        return [
            link
            for held in chain.statements
            for link in self.links
            if vocabulary().predicates[link.predicate].negates == held.predicate
            and (link.subject, link.object) == (held.subject, held.object)
            and link.valid.first < end
            and link.valid.end > first
        ]

    def tell(
        self, row: str, lens: Lens, entries: Sequence[Entry], axis: Sequence[Step], column: str, when: AsOf, horizon: int
    ) -> Told:
        """The state of one cell. ``entries``: those whose chains fall into this column."""
        chains = [chain for entry in entries for chain in self.chains(row, entry, axis, column)]
        living = [chain for chain in chains if chain.first < when.end and chain.end > when.first]
        counting = [chain for chain in chains if chain.counts and chain.standing == "counted"]
        now = [chain for chain in counting if chain in living]
        undisputed = [chain for chain in now if not self.denials(chain, when)]
        disputed = [chain for chain in now if self.denials(chain, when)]
        later = [chain for chain in counting if chain.first >= when.end]
        if undisputed:
            return self._covered(undisputed, disputed, later, when, horizon)
        if disputed:
            denied = [link for chain in disputed for link in self.denials(chain, when)]
            return Told("disputed", frozenset(), _ids(disputed) | {link.id for link in denied})
        weak = [chain for chain in living if chain not in counting and not (chain.standing == "planned" and chain.counts)]
        if weak:
            return Told("partial", frozenset(), _ids(weak))
        planned = later + [chain for chain in chains if chain.standing == "planned" and chain.counts and chain.end > when.first]
        if planned:
            return Told("planned", frozenset(), _ids(planned))
        if counting:
            return Told("lapsed", frozenset(), _ids(counting))
        excused = [
            one.id
            for one in self.literals
            if (one.subject, one.predicate) == (row, "listed_as") and one.value in lens.not_applicable and when.shows(one.valid)
        ]
        if excused:
            return Told("not_applicable", frozenset(), frozenset(excused))
        counted = [entry for entry in entries if entry.standing == "counted"] or entries
        if all(row in entry.exceptions for entry in counted):
            return Told("not_applicable", frozenset(), frozenset())
        possible = any(self.possible(row, entry, axis, column, when) for entry in counted)
        return Told("unknown" if possible else "gap", frozenset(), None)

    def _covered(self, undisputed: list[Chain], disputed: list[Chain], later: list[Chain], when: AsOf, horizon: int) -> Told:
        by = frozenset(chain.actor for chain in undisputed)
        reach, more = max(chain.end for chain in undisputed), [chain for chain in later if not self.denials(chain, when)]
        while any(chain.first <= reach < chain.end for chain in more):
            reach = max(chain.end for chain in more if chain.first <= reach)
        state = "covered_once" if len(by) == 1 else "covered_by_several"
        shown = [*undisputed, *(chain for chain in disputed if chain.actor not in by)]
        denied = {link.id for chain in disputed if chain.actor not in by for link in self.denials(chain, when)}
        if reach < days_of("9999")[0] and reach - 1 <= when.end - 1 + horizon:
            state = "expiring"
        return Told(state, by, _ids(shown) | denied)

    def possible(self, row: str, entry: Entry, axis: Sequence[Step], column: str, when: AsOf) -> bool:
        """Whether a counting chain could be there unseen on a day of the window: any link that is not known absent may be."""
        if row in entry.exceptions:
            return False
        held = (*axis[:-1], replace(axis[-1], ids=frozenset({column}))) if axis else ()
        edges = {day for one in (*self.links, *self.literals) for day in (one.valid.first, one.valid.end)} | {when.first}
        return any(self._could(row, entry.steps, entry.actor, held, day) for day in edges if when.first <= day < when.end)

    def _could(self, node: str, steps: Sequence[Step], actor: int, axis: Sequence[Step], day: int) -> bool:
        step = steps[0]
        # An entity that nobody has heard of yet stands for all of them; it has no kind, so it fits every step without ids.
        for far in [*self.kind, "unheard-of"]:
            if far != "unheard-of" and not self.allows(step, far):
                continue
            if far == "unheard-of" and step.ids:
                continue
            if not self._may_be(node, step, far, day):
                continue
            if axis and actor == 0 and not self._could(far, axis, -1, (), day):
                continue
            if len(steps) == 1 or self._could(far, steps[1:], actor - 1, axis if actor > 0 else (), day):
                return True
        return any(id not in self.kind for id in step.ids)

    def _may_be(self, node: str, step: Step, far: str, day: int) -> bool:
        """Whether a link that a step would count holds on a day, or is not known to be absent."""
        ends = (node, far) if step.forward else (far, node)
        for link in self.links:
            counts = step.statuses is None or link.qualifier("status") in step.statuses
            if counts and (link.subject, link.object) == ends and link.predicate == step.predicate and holds(link, day):
                return True
        word = vocabulary().predicates[step.predicate]
        for link in self.links:
            negates = vocabulary().predicates[link.predicate].negates == step.predicate
            if negates and (link.subject, link.object) == ends and holds(link, day):
                return False
        for one in self.literals:
            if one.predicate == "list_complete" and one.value == step.predicate and holds(one, day):
                keeps_own_list = self.kind.get(one.subject) in (word.range or ())
                if one.subject == ends[keeps_own_list]:
                    return False
        return True


def holds(statement: Statement, day: int) -> bool:
    """Whether a statement is so on a day."""
    return statement.valid.first <= day < statement.valid.end


def _ids(chains: Sequence[Chain]) -> frozenset[str]:
    return frozenset(statement.id for chain in chains for statement in chain.statements)
