"""Chains: every way from the rows of a lens to its lists, and on to its columns, as flat arrays over a snapshot.

A chain is a run of links. It holds on the days on which all of its links hold. The walk goes step by step over whole
arrays: a table of open chains is joined with the arcs of where they stand. It looks at no date, so that what lapsed and
what is planned are found with what holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.model import OPEN_END, OPEN_START
from graph.snapshot import Snapshot
from queries.lenses import Entry, Step

Numbers = NDArray[Any]
NO_COLUMN: Final = -1


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains as parallel arrays of length c.

    ``row``, ``actor``, ``column``: node numbers (column -1 where there is none). ``entry``: place of the list in the lens.
    ``first``, ``end``: the days on which the whole chain holds, half-open. ``counts``: whether every status on it counts.
    ``arcs``, ``stands``: [c, k], the arcs in order and the nodes they leave from, -1 after the last.
    """

    row: Numbers
    actor: Numbers
    column: Numbers
    entry: Numbers
    first: Numbers
    end: Numbers
    counts: Numbers
    arcs: Numbers
    stands: Numbers

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class _Table:
    """Open chains: where each began and stands, its days so far, and the arcs behind it."""

    row: Numbers
    at: Numbers
    first: Numbers
    end: Numbers
    counts: Numbers
    arcs: tuple[Numbers, ...] = ()
    stands: tuple[Numbers, ...] = ()

    def moved(self, at: Numbers) -> _Table:
        """The same chains, standing elsewhere."""
        return _Table(self.row, at, self.first, self.end, self.counts, self.arcs, self.stands)


def find_chains(
    snapshot: Snapshot, rows: Sequence[int], entries: Sequence[Entry], axis: Sequence[Step] = (), columns: Sequence[int] = ()
) -> Chains:
    """Every chain from ``rows`` (node numbers) through each entry, and from the actor by ``axis`` to one of ``columns``."""
    start = np.asarray(rows, dtype=np.int64)
    found = [_chains_of(snapshot, start, number, entry, axis, columns) for number, entry in enumerate(entries)]
    width = max((chains.arcs.shape[1] for chains in found), default=0)
    return Chains(
        *(
            np.concatenate([np.empty(0, dtype=np.int64), *(getattr(chains, name) for chains in found)])
            for name in ("row", "actor", "column", "entry", "first", "end", "counts")
        ),
        *(
            np.concatenate(
                [np.empty((0, width), dtype=np.int64), *(_widened(getattr(chains, name), width) for chains in found)]
            )
            for name in ("arcs", "stands")
        ),
    )


def _chains_of(
    snapshot: Snapshot, rows: Numbers, number: int, entry: Entry, axis: Sequence[Step], columns: Sequence[int]
) -> Chains:
    count = len(rows)
    table = _Table(rows, rows, np.full(count, OPEN_START), np.full(count, OPEN_END), np.ones(count, dtype=bool))
    for step in entry.steps:
        table = _follow(snapshot, table, step)
    actor = snapshot.target[table.arcs[entry.actor]].astype(np.int64)
    column = np.full(len(actor), NO_COLUMN, dtype=np.int64)
    if axis:
        table = table.moved(actor)
        for step in axis:
            table = _follow(snapshot, table, step)
        at_column = np.isin(table.at, np.asarray(columns, dtype=np.int64))
        table = _kept(table, at_column)
        column, actor = table.at, snapshot.target[table.arcs[entry.actor]].astype(np.int64)
    if entry.exceptions:
        excepted = [node for id in entry.exceptions if (node := snapshot.number(id)) is not None]
        counts = table.counts & ~np.isin(table.row, np.asarray(excepted, dtype=np.int64))
    else:
        counts = table.counts
    which = np.full(len(actor), number, dtype=np.int64)
    arcs, stands = np.stack(table.arcs, axis=1), np.stack(table.stands, axis=1)
    return Chains(table.row, actor, column, which, table.first, table.end, counts, arcs, stands)


def _follow(snapshot: Snapshot, table: _Table, step: Step) -> _Table:
    """The chains one step on: each open chain joined with every arc of where it stands that the step allows."""
    if step.predicate not in snapshot.predicates:
        chosen = arc = np.empty(0, dtype=np.int64)
    else:
        chosen, arc = _arcs_at(snapshot, table.at)
        right = snapshot.predicate[arc] == snapshot.predicates.index(step.predicate)
        if not step.symmetric:
            right &= snapshot.forward[arc] == step.forward
        chosen, arc = chosen[right], arc[right]
        allowed = _reaches(snapshot, snapshot.target[arc], step)
        chosen, arc = chosen[allowed], arc[allowed]
    first = np.maximum(table.first[chosen], snapshot.first[arc])
    end = np.minimum(table.end[chosen], snapshot.end[arc])
    counts = table.counts[chosen] & _counting(snapshot, arc, step)
    return _kept(
        _Table(
            table.row[chosen],
            snapshot.target[arc].astype(np.int64),
            first,
            end,
            counts,
            (*(before[chosen] for before in table.arcs), arc),
            (*(before[chosen] for before in table.stands), table.at[chosen]),
        ),
        first < end,
    )


def _arcs_at(snapshot: Snapshot, nodes: Numbers) -> tuple[Numbers, Numbers]:
    """For every arc of every node in turn: the place of the node in ``nodes``, and the arc."""
    start, count = snapshot.offsets[nodes], snapshot.offsets[nodes + 1] - snapshot.offsets[nodes]
    chosen = np.repeat(np.arange(len(nodes), dtype=np.int64), count)
    before = np.repeat(np.cumsum(count) - count, count)
    return chosen, np.arange(len(chosen), dtype=np.int64) - before + np.repeat(start, count)


def _reaches(snapshot: Snapshot, nodes: Numbers, step: Step) -> Numbers:
    """Which of ``nodes`` a step may reach, as a mask."""
    allowed = np.ones(len(nodes), dtype=bool)
    if step.ids:
        numbers = [number for id in step.ids if (number := snapshot.number(id)) is not None]
        allowed = np.isin(nodes, np.asarray(numbers, dtype=np.int64))
    if step.kinds or step.subtypes or step.without or step.without_kinds:
        fitting = [node for node in np.unique(nodes[allowed]).tolist() if fits(snapshot, node, step)]
        allowed &= np.isin(nodes, np.asarray(fitting, dtype=np.int64))
    return allowed


def fits(snapshot: Snapshot, node: int, step: Step) -> bool:
    """Whether a step may reach a node, whatever links lead there."""
    kind = snapshot.kinds[node]
    return (
        (not step.kinds or kind in step.kinds)
        and kind not in step.without_kinds
        and (not step.subtypes or snapshot.subtypes[node] in step.subtypes)
        and (not step.ids or snapshot.ids[node] in step.ids)
        and (not step.without or snapshot.ids[node] not in step.without)
    )


def _counting(snapshot: Snapshot, arc: Numbers, step: Step) -> Numbers:
    if step.statuses is None:
        return np.ones(len(arc), dtype=bool)
    counting = [number for number, status in enumerate(snapshot.statuses) if status in step.statuses]
    return np.isin(snapshot.status[arc], np.asarray(counting, dtype=np.int64))


def _kept(table: _Table, keep: Numbers) -> _Table:
    return _Table(
        table.row[keep],
        table.at[keep],
        table.first[keep],
        table.end[keep],
        table.counts[keep],
        tuple(arcs[keep] for arcs in table.arcs),
        tuple(stands[keep] for stands in table.stands),
    )


def _widened(columns: Numbers, width: int) -> Numbers:
    return np.pad(columns, ((0, 0), (0, width - columns.shape[1])), constant_values=-1)
