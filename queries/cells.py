"""One cell of coverage: its state, whom it counts, the statements behind it, and a plain sentence that explains it.

The first rule that fits decides, for chains of one row and column (a chain is the links from the row to a list):

1. covered   a chain that counts touches the as-of date and nothing contradicts it. ``expiring`` where every such chain, and
             what carries on from it without a break, ends within the horizon; else ``covered_by_several`` for two or more
             actors, else ``covered_once``.
2. disputed  a chain that counts touches the date, and a negative about one of its links does so on the same days.
3. partial   a chain touches the date, but by a status, an exception or a list that this lens does not count.
4. planned   a chain that counts begins later, or leads to a list that the lens names as planned (and has not ended).
5. lapsed    every chain that counts ended before the date.
6. not_applicable   the lens says why this row need not be covered.
7. gap       every list is known to leave the row out, for every day asked about (see ``queries.completeness``).
8. unknown   anything else; ``blame`` names the lists that are not known to be complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, get_args

from graph.model import OPEN_END, OPEN_START, AsOf
from graph.snapshot import Snapshot
from queries.chains import Chains
from queries.completeness import Blame, Completeness
from queries.lenses import Entry, Lens, Step

State = Literal[
    "covered_once",
    "covered_by_several",
    "expiring",
    "partial",
    "planned",
    "lapsed",
    "disputed",
    "gap",
    "unknown",
    "not_applicable",
]
STATES: Final[tuple[State, ...]] = get_args(State)
COVERED: Final[frozenset[State]] = frozenset({"covered_once", "covered_by_several", "expiring"})
_LISTED_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Named:
    """An entity, list or column: its id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One row in one column.

    ``by``: the actors counted, empty unless covered. ``statements``: ids of the statements behind the state, sorted.
    ``blame``: the lists that leave it unknown. ``note``: one or two plain sentences. ``undated``: it is covered, but no chain
    that covers it has a start on record for each of its links, so that the cover may have begun after the as-of date.
    """

    row: str
    row_name: str
    column: str
    state: State
    by: tuple[Named, ...]
    statements: tuple[str, ...]
    blame: tuple[Blame, ...]
    note: str
    undated: bool = False

    @property
    def covered(self) -> bool:
        """Whether it is covered, also where that expires."""
        return self.state in COVERED


@dataclass(slots=True)
class Sorted:
    """The chains of one cell by what they make of it, as numbers into ``Chains``."""

    covering: list[int] = field(default_factory=list)
    disputed: list[int] = field(default_factory=list)
    partial: list[int] = field(default_factory=list)
    future: list[int] = field(default_factory=list)
    planned: list[int] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)


class Chained:
    """The chains of a question as plain lists, with what contradicts them."""

    def __init__(
        self, snapshot: Snapshot, chains: Chains, lens: Lens, axis: Sequence[Step], known: Completeness, when: AsOf
    ) -> None:
        self.snapshot, self.lens, self.known, self.when = snapshot, lens, known, when
        self.row: list[int] = chains.row.tolist()
        self.column: list[int] = chains.column.tolist()
        self.entry: list[int] = chains.entry.tolist()
        self.actor: list[int] = chains.actor.tolist()
        self.first: list[int] = chains.first.tolist()
        self.end: list[int] = chains.end.tolist()
        self._counts: list[bool] = chains.counts.tolist()
        self._stands: list[list[int]] = chains.stands.tolist()
        self._dated: list[bool] = chains.dated.tolist()
        self._length: list[int] = (chains.statements >= 0).sum(axis=1).tolist()
        self._targets, self._statements = chains.targets, chains.statements
        self._status: list[int] = chains.status.tolist()
        steps = [(*entry.steps, *axis) for entry in lens.entries]
        self._steps = [tuple(step if known.deniable(step) else None for step in taken) for taken in steps]

    def entry_of(self, chain: int) -> Entry:
        """The list that a chain leads to."""
        return self.lens.entries[self.entry[chain]]

    def undated(self, chains: Sequence[int]) -> bool:
        """Whether each of some chains has a link whose start is not on record; False for no chains."""
        return bool(chains) and not any(self._dated[chain] for chain in chains)

    def statements(self, chain: int) -> list[int]:
        """The statement numbers of a chain, in order."""
        numbers: list[int] = self._statements[chain, : self._length[chain]].tolist()
        return numbers

    def status(self, chain: int) -> str:
        """The status of a chain's first link in plain words, ``""`` where it has none."""
        return self.snapshot.statuses[self._status[chain]].replace("_", " ")

    def denials(self, chain: int) -> list[int]:
        """The statements that deny a link of this chain on a day on which it holds (of the as-of date, where it is living)."""
        first, end = self.first[chain], self.end[chain]
        if first < self.when.end and end > self.when.first:
            first, end = max(first, self.when.first), min(end, self.when.end)
        denying = []
        for place, step in enumerate(self._steps[self.entry[chain]]):
            if step is not None:
                target = int(self._targets[chain, place])
                negatives = self.known.negatives(self._stands[chain][place], step, target)
                denying += [link.statement for link in negatives if link.first < end and link.end > first]
        return denying

    def sort(self, chains: Sequence[int]) -> Sorted:
        """What each chain of a cell makes of it."""
        found = Sorted()
        for chain in chains:
            standing, counts = self.entry_of(chain).standing, self._counts[chain]
            if self.end[chain] <= self.when.first:
                if counts and standing == "counted":
                    found.lapsed.append(chain)
            elif self.first[chain] >= self.when.end:
                if counts and standing != "partial":
                    (found.future if standing == "counted" else found.planned).append(chain)
            elif counts and standing == "counted":
                (found.disputed if self.denials(chain) else found.covering).append(chain)
            elif counts and standing == "planned":
                found.planned.append(chain)
            else:
                found.partial.append(chain)
        return found

    def reach(self, found: Sorted) -> int:
        """The first day on which nothing covers any more, following what carries on without a break."""
        reach = max(self.end[chain] for chain in found.covering)
        for chain in sorted(found.future, key=lambda chain: self.first[chain]):
            if self.first[chain] <= reach and not self.denials(chain):
                reach = max(reach, self.end[chain])
        return reach


def judge(chained: Chained, chains: Sequence[int], horizon: int) -> tuple[State | None, list[int], list[int], str]:
    """The state that chains give a cell (None where they give none), the covering chains, the statements, and the note."""
    found = chained.sort(chains)
    if found.covering:
        return _covered(chained, found, horizon)
    told: State
    if found.disputed:
        denials = [number for chain in found.disputed for number in chained.denials(chain)]
        told, shown, more = "disputed", found.disputed, denials
        note = f"Disputed: one statement says {_actors(chained, shown)}, another denies it."
    elif found.partial:
        told, shown, more = "partial", found.partial, []
        note = f"Not counted: {'; '.join(_reasons(chained, shown))}."
    elif found.future or found.planned:
        told, shown, more = "planned", found.future + found.planned, []
        begins = [f"{_name(chained, chain)} from {_day(chained.first[chain])}" for chain in found.future]
        note = f"Not yet: {'; '.join(dict.fromkeys([*begins, *_reasons(chained, found.planned)]))}."
    elif found.lapsed:
        told, shown, more = "lapsed", found.lapsed, []
        ended = [f"{_name(chained, chain)} until {_day(chained.end[chain] - 1)}" for chain in shown]
        note = f"No longer: {'; '.join(dict.fromkeys(ended))}."
    else:
        return None, [], [], ""
    return told, [], _statements(chained, shown) + more, note


def _covered(chained: Chained, found: Sorted, horizon: int) -> tuple[State, list[int], list[int], str]:
    actors = {chained.actor[chain] for chain in found.covering}
    reach = chained.reach(found)
    statements = _statements(chained, found.covering)
    state: State = "covered_once" if len(actors) == 1 else "covered_by_several"
    how = "once" if len(actors) == 1 else f"by {len(actors)}"
    note = f"Covered {how}: {_actors(chained, found.covering)}."
    if reach < OPEN_END and reach <= chained.when.end + horizon:
        state = "expiring"
        note = f"Covered by {_actors(chained, found.covering)} until {_day(reach - 1)}; nothing that carries on is on record."
    denied = [chain for chain in found.disputed if chained.actor[chain] not in actors]
    if denied:
        statements += _statements(chained, denied) + [number for chain in denied for number in chained.denials(chain)]
        note += f" Disputed and not counted: {_actors(chained, denied)}."
    return state, found.covering, statements, note


def _statements(chained: Chained, chains: Sequence[int]) -> list[int]:
    return [number for chain in chains for number in chained.statements(chain)]


def _name(chained: Chained, chain: int) -> str:
    return chained.snapshot.names[chained.actor[chain]]


def _actors(chained: Chained, chains: Sequence[int]) -> str:
    """The actors of some chains, each once, with the status where there is one."""
    named: dict[str, None] = {}
    for chain in chains:
        status = chained.status(chain)
        named[_name(chained, chain) + (f" ({status})" if status else "")] = None
    return and_list(list(named))


def _reasons(chained: Chained, chains: Sequence[int]) -> list[str]:
    """Why chains do not count (yet): the exception, the lens's reason for the list, or the status."""
    reasons: dict[str, None] = {}
    for chain in chains:
        entry, status = chained.entry_of(chain), chained.status(chain)
        row = chained.snapshot.ids[chained.row[chain]]
        why = entry.exceptions.get(row) or entry.why
        if not why:
            why = f"linked as {status}, which this lens does not count" if status else "a link on the way does not count"
        reasons[f"{_name(chained, chain)}: {why}"] = None
    return list(reasons)


def _day(number: int) -> str:
    return date.fromordinal(number).isoformat()


def days_in_words(first: int, end: int) -> str:
    """A half-open period of days in words.

    >>> days_in_words(OPEN_START, 738886)
    'until 2023-12-31'
    """
    match first > OPEN_START, end < OPEN_END:
        case True, True:
            return f"from {_day(first)} until {_day(end - 1)}"
        case True, False:
            return f"since {_day(first)}"
        case False, True:
            return f"until {_day(end - 1)}"
    return "with no dates given"


def and_list(texts: Sequence[str], most: int = _LISTED_MOST) -> str:
    """Texts as a sentence lists them; what is more than ``most`` is counted.

    >>> and_list(["a", "b", "c"]), and_list(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    shown = list(texts) if len(texts) <= most else [*texts[:most], f"{len(texts) - most} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
