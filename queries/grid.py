"""The grid of a coverage question: its columns, and the cells of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graph.model import AsOf
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.bases import listed, rows_of
from queries.cells import Cell, Chained, Named, State, and_list, days_in_words, judge
from queries.chains import NO_COLUMN, find_chains
from queries.completeness import Blame, Completeness, Verdict
from queries.lens_names import axis_of, base_of
from queries.lenses import ENROLLED, Axis, Entry, Lens, Step
from queries.node_links import Link

ANY: Final = "any"
"""The id of the one column of a grid that is not split."""


_Denial = tuple[str, Link]
"""A negative predicate, and the link that it denies."""


@dataclass(frozen=True, slots=True)
class _Excuse:
    """Why a row need not be covered, and the statements that say so."""

    why: str
    statements: tuple[int, ...] = ()


class Grid:
    """The columns of a question and the cells of its rows."""

    def __init__(self, snapshot: Snapshot, lens: Lens, columns: str | None, when: AsOf) -> None:
        self._snapshot, self._lens, self._when = snapshot, lens, when
        self.known = Completeness(snapshot, when)
        self._names: dict[int, Named] = {}
        self._blamed: dict[tuple[Blame, ...], str] = {}
        self._denied: dict[tuple[int, int], list[_Denial]] = {}
        self._axis: tuple[Step, ...] = ()
        self._nodes: list[int] = []
        wanted = (columns or "none").strip().casefold()
        self.columns_id = wanted
        if wanted == "none":
            self.columns: tuple[Named, ...] = (Named(ANY, "any list of the lens"),)
        elif wanted == "by":
            named = {entry.id: Named(entry.id, self._entry_name(entry)) for entry in lens.entries}
            self.columns = tuple(named.values())
        else:
            axis: Axis = axis_of(wanted)
            self.columns_id, self._axis = axis.id, axis.steps
            self._nodes = rows_of(base_of(axis.base), snapshot, when)
            self.columns = tuple(Named(snapshot.ids[node], snapshot.names[node]) for node in self._nodes)
        counted = [entry for entry in lens.entries if entry.standing == "counted"]
        by_list = {one.id: [entry for entry in lens.entries if entry.id == one.id] for one in self.columns}
        self._entries = [
            [entry for entry in by_list[one.id] if entry.standing == "counted"] or by_list[one.id]
            if wanted == "by"
            else counted
            for one in self.columns
        ]

    def _entry_name(self, entry: Entry) -> str:
        node = self._snapshot.number(entry.id)
        return entry.name if node is None else self._snapshot.names[node]

    def cells(self, rows: Sequence[int], horizon: int) -> tuple[Cell, ...]:
        """The cells, row by row."""
        self._name(rows)
        self.known.remember(rows)
        chains = find_chains(self._snapshot, rows, self._lens.entries, self._axis, self._nodes)
        chained = Chained(self._snapshot, chains, self._lens, self._axis, self.known, self._when)
        places = {node: place for place, node in enumerate(self._nodes)}
        lists = {one.id: place for place, one in enumerate(self.columns)}
        grouped: dict[tuple[int, int], list[int]] = {}
        for chain, (row, column) in enumerate(zip(chained.row, chained.column, strict=True)):
            place = places[column] if column != NO_COLUMN else 0
            if self.columns_id == "by":
                place = lists[chained.entry_of(chain).id]
            grouped.setdefault((row, place), []).append(chain)
        excused = self._excused()
        return tuple(
            self._cell(chained, row, place, grouped.get((row, place), []), horizon, excused.get(row))
            for row in rows
            for place in range(len(self.columns))
        )

    def _excused(self) -> dict[int, _Excuse]:
        """The rows that need not be covered."""
        return {
            node: _Excuse(why, tuple(statements))
            for value, why in self._lens.not_applicable.items()
            for node, statements in listed(self._snapshot, value, self._when).items()
        }

    def _excepted(self, row: int, place: int) -> _Excuse | None:
        """Why no list of a column can count for a row, where every one of them excepts it."""
        reasons = [entry.exceptions.get(self._named(row).id) for entry in self._entries[place]]
        return _Excuse("; ".join(dict.fromkeys(filter(None, reasons)))) if all(reasons) else None

    def _cell(self, chained: Chained, row: int, place: int, chains: list[int], horizon: int, excused: _Excuse | None) -> Cell:
        found, covering, numbers, note = judge(chained, chains, horizon) if chains else (None, [], [], "")
        blame: tuple[Blame, ...] = ()
        state: State
        if found is not None:
            state = found
        elif excused is not None or (excused := self._excepted(row, place)) is not None:
            state, note, numbers = "not_applicable", f"Not applicable: {excused.why}.", list(excused.statements)
        else:
            verdict = self.known.verdict(self._entries[place], row, self._axis, self.columns[place].id)
            state, blame = ("unknown" if verdict.blame else "gap"), verdict.blame
            note, numbers = self._explained(row, place, verdict)
        named = self._named(row)
        return Cell(
            row=named.id,
            row_name=named.name,
            column=self.columns[place].id,
            state=state,
            by=tuple(self._named(actor) for actor in sorted({chained.actor[chain] for chain in covering})),
            statements=tuple(self._snapshot.statement_id(number) for number in sorted(set(numbers))),
            blame=blame,
            note=note,
            undated=chained.undated(covering),
        )

    def _name(self, nodes: Sequence[int]) -> None:
        """Read the ids and names of many nodes at once."""
        places = np.asarray(nodes, dtype=np.int64)
        named = zip(self._snapshot.ids.taken(places), self._snapshot.names.taken(places), strict=True)
        self._names.update(zip(nodes, (Named(id, name) for id, name in named), strict=True))

    def _named(self, node: int) -> Named:
        if node not in self._names:
            self._names[node] = Named(self._snapshot.ids[node], self._snapshot.names[node])
        return self._names[node]

    def _explained(self, row: int, place: int, verdict: Verdict) -> tuple[str, list[int]]:
        """The note of a gap or an unknown cell, and the statements behind it."""
        if not verdict.blame:
            return "Gap: every list that could cover it is known to leave it out.", list(verdict.evidence)
        if verdict.blame not in self._blamed:
            self._blamed[verdict.blame] = lists_to_blame(verdict.blame)
        note = f"Unknown: no link that counts is on record, and {self._blamed[verdict.blame]}."
        entries = self._entries[place]  # one and the same list for all columns of an axis
        if (row, id(entries)) not in self._denied:
            self._denied[row, id(entries)] = self._denials(row, entries)
        denials = self._denied[row, id(entries)]
        for word, link in denials:
            name = self._snapshot.names[link.target]
            note += f" On record: {word.replace('_', ' ')} {name} {days_in_words(link.first, link.end)}."
        return note, [link.statement for _, link in denials]

    def _denials(self, row: int, entries: Sequence[Entry]) -> list[_Denial]:
        """What denies a link of a row to one of some lists, each with its predicate, in order of statement."""
        denials = {
            (self.known.negation(entry.steps[0]), link)
            for entry in entries
            if self.known.deniable(entry.steps[0])
            for id in entry.steps[0].ids
            if (node := self.known.number(id)) is not None
            for link in self.known.negatives(row, entry.steps[0], node)
        }
        return sorted(denials, key=lambda denial: denial[1].statement)


def lists_to_blame(blame: Sequence[Blame], most: int = 4) -> str:
    """What is not known to be complete, as a clause.

    >>> lists_to_blame([Blame("appm", "APPM", "enrolled_in"), Blame("p-x", "Pathogen X", "targets")])
    'the lists of APPM and “… is directed at Pathogen X” are not declared complete'
    """
    of = [one.name for one in blame if one.predicate == ENROLLED]
    other = [one for one in blame if one.predicate != ENROLLED]
    named = [f"of {name}" if not place else name for place, name in enumerate(of)] + [_quoted(one) for one in other]
    lists, are = ("list", "is") if len(named) == 1 else ("lists", "are")
    return f"the {lists} {and_list(named, most)} {are} not declared complete"


def _quoted(blame: Blame) -> str:
    """A list as a sentence with a hole: “… is listed by WHO Prequalification”."""
    ends = {"subject": blame.name, "object": "…"} if blame.is_subject else {"subject": "…", "object": blame.name}
    sentence = vocabulary().predicates[blame.predicate].sentence.format(**ends, status="")
    return f"“{sentence.rstrip('.')}”"
