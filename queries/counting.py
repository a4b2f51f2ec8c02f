"""Counting actors: how many cover each row, split by up to two column axes, on one day.

``find_coverage`` tells of each cell why it is so, and by which statements; that takes every chain. Counting takes none: see
``queries.reach``. Which of its two programs runs follows from the size of the graph (``queries.kernels``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Snapshot
from queries import reach
from queries.kernels import speed_for
from queries.lenses import Entry, Step
from queries.reach import Ways, single, ways_after, ways_of

Numbers = NDArray[Any]
_MOST_HELD: Final = 64
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Split:
    """A column axis: the steps from an actor to a column, and the columns, as node numbers in order."""

    steps: tuple[Step, ...]
    columns: tuple[int, ...]


class _Program(Protocol):
    """``queries.reach`` or ``queries.reach_compiled``."""

    def forward(self, ways: Ways, nodes: Numbers, bits: Numbers, day: int) -> Numbers: ...
    def backward(self, ways: Ways, nodes: Numbers, bits: Numbers, day: int) -> Numbers: ...
    def count(self, covers: Numbers, rows: int, one: Numbers, ones: int, other: Numbers, others: int) -> Numbers: ...


def count_actors(
    snapshot: Snapshot, rows: Sequence[int], entries: Sequence[Entry], splits: Sequence[Split], day: int
) -> NDArray[np.int64]:
    """How many actors cover each row in each combination of columns on a day: int64[rows, *columns of each split].

    An actor counts where a chain of ``entries`` leads from the row through it to the list, and a chain of each split (at most
    two) from it to the column; where no link on the way is denied on that day, and every status on it counts. ``rows``: node
    numbers.
    """
    if len(splits) > 2:
        raise ValueError("a matrix has at most two column axes")
    walk = _Walk(snapshot, day)
    actors, covers = walk.actors(np.asarray(rows, dtype=np.int64), entries)
    works = [(walk.columns(actors, split), len(split.columns)) for split in splits]
    works += [(np.ones((len(actors), 1), dtype=np.uint64), 1)] * (2 - len(works))
    (one, ones), (other, others) = works
    counted = walk.program.count(covers, len(rows), one, ones, other, others)
    return counted.reshape(len(rows), *(len(split.columns) for split in splits))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one snapshot keeps for its next question: no date changes it."""

    ways: dict[Step, Ways]
    columns: dict[Split, Numbers]


_held: WeakKeyDictionary[Snapshot, _Kept] = WeakKeyDictionary()
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _found(among: dict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    found = among.get(key)
    if found is None:
        while len(among) >= _MOST_HELD:  # another question may be taking one out
            among.pop(next(iter(among)), None)
        found = among[key] = make()
    return found


class _Walk:
    """The steps of one question on one day."""

    def __init__(self, snapshot: Snapshot, day: int) -> None:
        self._snapshot, self._day = snapshot, day
        self.program = _program(snapshot)
        with _lock:
            self._kept = _held.setdefault(snapshot, _Kept({}, {}))

    def actors(self, rows: Numbers, entries: Sequence[Entry]) -> tuple[Numbers, Numbers]:
        """The actors of some lists, in order, and the bits of the rows that each covers."""
        found = [self._of_entry(rows, entry) for entry in entries]
        if len(found) == 1:
            return found[0]
        every = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(actors for actors, _ in found)]))
        covers = np.zeros((len(every), -(-len(rows) // reach.WORD) or 1), dtype=np.uint64)
        for actors, bits in found:
            covers[np.searchsorted(every, actors)] |= bits
        return every, covers

    def _of_entry(self, rows: Numbers, entry: Entry) -> tuple[Numbers, Numbers]:
        nodes, bits = rows, single(len(rows))
        excepted = [number for id in entry.exceptions if (number := self._snapshot.number(id)) is not None]
        if excepted:
            bits[np.isin(rows, excepted)] = 0
        for step in entry.steps[: entry.actor + 1]:
            ways = self._ways(step)
            nodes, bits = ways.targets, self.program.forward(ways, nodes, bits, self._day)
        if entry.actor + 1 < len(entry.steps):
            bits = np.where(self._leads(nodes, entry.steps[entry.actor + 1 :]), bits, np.uint64(0))
        return nodes, bits

    def _leads(self, nodes: Numbers, steps: Sequence[Step]) -> Numbers:
        """Which nodes some steps lead anywhere: bool[n, 1]."""
        last = np.ones((len(self._ways(steps[-1]).targets), 1), dtype=np.uint64)
        leads: Numbers = self._back(nodes, steps, last) != 0
        return leads

    def columns(self, actors: Numbers, split: Split) -> Numbers:
        """The bits of the columns that each actor leads to."""
        return self._back(actors, split.steps, _found(self._kept.columns, split, lambda: self._columns(split)))

    def _columns(self, split: Split) -> Numbers:
        """The bits of the columns at the end of a split: one each, none for what is no column."""
        targets, columns = self._ways(split.steps[-1]).targets, np.asarray(split.columns, dtype=np.int64)
        bits = np.zeros((len(targets), -(-len(columns) // reach.WORD) or 1), dtype=np.uint64)
        held, places = np.isin(targets, columns), np.searchsorted(columns, targets)
        bits[held] = single(len(columns))[places[held]]
        return bits

    def _back(self, nodes: Numbers, steps: Sequence[Step], bits: Numbers) -> Numbers:
        """The bits of all that some steps lead each node to; ``bits`` are those of the targets of the last step."""
        every = [self._ways(step) for step in steps]
        for place in range(len(every) - 1, -1, -1):
            before = every[place - 1].targets if place else nodes
            bits = self.program.backward(every[place], before, bits, self._day)
        return bits

    def _ways(self, step: Step) -> Ways:
        return _found(self._kept.ways, step, lambda: self._made(step))

    def _made(self, step: Step) -> Ways:
        """The ways of a step: from those of the snapshot that this one was made from, where that is quicker."""
        before = self._snapshot.before
        if before is not None:
            with _lock:
                kept = _held.get(before)
            held = kept.ways.get(step) if kept is not None else None
            ways = ways_after(held, self._snapshot, step) if held is not None else None
            if ways is not None:
                return ways
        return ways_of(self._snapshot, step)


def _program(snapshot: Snapshot) -> _Program:
    if speed_for(snapshot.arc_count) == "interpreted":
        return reach
    from queries import reach_compiled

    return reach_compiled
