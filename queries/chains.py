"""Chains: every way from the rows of a lens to its lists, and on to its columns, as flat arrays over a snapshot.

A chain is a run of links. It holds on the days on which all of its links hold. The walk goes step by step over whole
arrays: a table of open chains is joined with the arcs of where they stand. It looks at no date, so that what lapsed and
what is planned are found with what holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.model import OPEN_END, OPEN_START
from graph.snapshot import Arcs, Snapshot
from graph.splicing import stretches
from queries.lenses import Entry, Step

Numbers = NDArray[Any]
NO_COLUMN: Final = -1


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains as parallel arrays of length c.

    ``row``, ``actor``, ``column``: node numbers (column -1 where there is none). ``entry``: place of the list in the lens.
    ``first``, ``end``: the days on which the whole chain holds, half-open. ``counts``: whether every status on it counts.
    ``dated``: whether every link has a start on record. ``status``: that of the first link, by number. ``statements``,
    ``stands``, ``targets``: [c, k], the links in order by their statements, the nodes they leave from and lead to, -1 after the
    last.
    """

    row: Numbers
    actor: Numbers
    column: Numbers
    entry: Numbers
    first: Numbers
    end: Numbers
    counts: Numbers
    dated: Numbers
    status: Numbers
    statements: Numbers
    stands: Numbers
    targets: Numbers

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class _Table:
    """Open chains: where each began and stands, its days so far, and the links behind it."""

    row: Numbers
    at: Numbers
    first: Numbers
    end: Numbers
    counts: Numbers
    dated: Numbers
    status: Numbers
    statements: tuple[Numbers, ...] = ()
    stands: tuple[Numbers, ...] = ()
    targets: tuple[Numbers, ...] = ()

    def taken(self, which: Numbers) -> _Table:
        """Some of the chains, by place or mask."""
        flat = ("row", "at", "first", "end", "counts", "dated", "status")
        links = ("statements", "stands", "targets")
        return _Table(
            *(getattr(self, name)[which] for name in flat),
            *(tuple(one[which] for one in getattr(self, name)) for name in links),
        )


def find_chains(
    snapshot: Snapshot, rows: Sequence[int], entries: Sequence[Entry], axis: Sequence[Step] = (), columns: Sequence[int] = ()
) -> Chains:
    """Every chain from ``rows`` (node numbers) through each entry, and from the actor by ``axis`` to one of ``columns``."""
    start = np.asarray(rows, dtype=np.int64)
    found = [_chains_of(snapshot, start, number, entry, axis, columns) for number, entry in enumerate(entries)]
    width = max((chains.statements.shape[1] for chains in found), default=0)
    return Chains(
        *(
            np.concatenate([np.empty(0, dtype=np.int64), *(getattr(chains, name) for chains in found)])
            for name in ("row", "actor", "column", "entry", "first", "end", "counts", "dated", "status")
        ),
        *(
            np.concatenate(
                [np.empty((0, width), dtype=np.int64), *(_widened(getattr(chains, name), width) for chains in found)]
            )
            for name in ("statements", "stands", "targets")
        ),
    )


def _chains_of(
    snapshot: Snapshot, rows: Numbers, number: int, entry: Entry, axis: Sequence[Step], columns: Sequence[int]
) -> Chains:
    count = len(rows)
    always, yes = (np.full(count, OPEN_START), np.full(count, OPEN_END)), np.ones(count, dtype=bool)
    table = _Table(rows, rows, *always, yes, yes, np.zeros(count, dtype=np.int64))
    for step in entry.steps:
        table = _follow(snapshot, table, step)
    actor = table.targets[entry.actor]
    column = np.full(len(actor), NO_COLUMN, dtype=np.int64)
    if axis:
        table = replace(table, at=actor)
        for step in axis:
            table = _follow(snapshot, table, step)
        at_column = np.isin(table.at, np.asarray(columns, dtype=np.int64))
        table = table.taken(at_column)
        column, actor = table.at, table.targets[entry.actor]
    if entry.exceptions:
        excepted = [node for id in entry.exceptions if (node := snapshot.number(id)) is not None]
        counts = table.counts & ~np.isin(table.row, np.asarray(excepted, dtype=np.int64))
    else:
        counts = table.counts
    which = np.full(len(actor), number, dtype=np.int64)
    links = (np.stack(columns, axis=1) for columns in (table.statements, table.stands, table.targets))
    return Chains(table.row, actor, column, which, table.first, table.end, counts, table.dated, table.status, *links)


def _follow(snapshot: Snapshot, table: _Table, step: Step) -> _Table:
    """The chains one step on: each open chain joined with every arc of where it stands that the step allows."""
    nodes, place = np.unique(table.at, return_inverse=True)
    arcs = snapshot.arcs_from(nodes, step.predicate, None if step.symmetric else step.forward)
    allowed = np.flatnonzero(reachable(snapshot, step)[arcs.target])
    chosen, which = _joined(place, arcs.group[allowed], len(nodes))
    arc = allowed[which]
    before, target, since = table.taken(chosen), arcs.target[arc].astype(np.int64), arcs.first[arc]
    after = _Table(
        before.row,
        target,
        first=np.maximum(before.first, since),
        end=np.minimum(before.end, arcs.end[arc]),
        counts=before.counts & _counting(snapshot, arcs, arc, step),
        dated=before.dated & (since > OPEN_START),
        status=before.status if before.statements else arcs.status[arc].astype(np.int64),
        statements=(*before.statements, arcs.statement[arc].astype(np.int64)),
        stands=(*before.stands, before.at),
        targets=(*before.targets, target),
    )
    return after.taken(after.first < after.end)


def _joined(place: Numbers, group: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Every pair of a place in ``place`` and one in ``group``, which ascends, that hold the same of ``count`` numbers."""
    start = np.searchsorted(group, np.arange(count + 1))
    which, chosen = stretches(start[place], start[place + 1])
    return chosen, which


def reachable(snapshot: Snapshot, step: Step) -> NDArray[np.bool_]:
    """Per node: whether a step may reach it, whatever links lead there; ``fits`` for all of them."""
    allowed = np.ones(len(snapshot.ids), dtype=bool)
    if step.ids:
        named = allowed
        allowed = np.zeros_like(named)
        allowed[_numbers(snapshot, step.ids)] = True
    if step.kinds:
        allowed &= snapshot.kinds.among(step.kinds)
    if step.without_kinds:
        allowed &= ~snapshot.kinds.among(step.without_kinds)
    if step.subtypes:
        nodes = np.flatnonzero(allowed)
        allowed[nodes] = [subtype in step.subtypes for subtype in snapshot.subtypes.taken(nodes)]
    if step.without:
        allowed[_numbers(snapshot, step.without)] = False
    return allowed


def _numbers(snapshot: Snapshot, ids: Iterable[str]) -> list[int]:
    return [number for id in ids if (number := snapshot.number(id)) is not None]


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


def _counting(snapshot: Snapshot, arcs: Arcs, arc: Numbers, step: Step) -> Numbers:
    if step.statuses is None:
        return np.ones(len(arc), dtype=bool)
    counting = [number for number, status in enumerate(snapshot.statuses) if status in step.statuses]
    return np.isin(arcs.status[arc], np.asarray(counting, dtype=np.int64))


def _widened(columns: Numbers, width: int) -> Numbers:
    return np.pad(columns, ((0, 0), (0, width - columns.shape[1])), constant_values=-1)
