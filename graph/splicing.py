"""Arrays with some entries taken out and some put in: how a snapshot, and what is worked out from it, is brought up to date."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np

from graph.packed import Array, Texts

_FEW: Final = 200


class Renumbering:
    """How places move when some entries of a sorted list go and others come.

    ``gone``: the places of those that go. ``before``: for each that comes, in order, how many of the old ones lie before it.
    """

    __slots__ = ("_kept_before", "before", "come", "gone")

    def __init__(self, gone: Sequence[int] | Array = (), before: Sequence[int] | Array = ()) -> None:
        self.gone = np.asarray(gone, dtype=np.int64)
        self.before = np.asarray(before, dtype=np.int64)
        self._kept_before = self.before - np.searchsorted(self.gone, self.before)
        self.come = self._kept_before + np.arange(len(self.before))
        """The new places of those that come."""

    @property
    def is_same(self) -> bool:
        """Whether nothing moves."""
        return not len(self.gone) and not len(self.before)

    def new(self, old: Array) -> Array:
        """The new places of old ones; -1 where one is gone.

        >>> Renumbering([1], [0, 3]).new(np.arange(4)).tolist()
        [1, -1, 2, 4]
        """
        if self.is_same:
            return old
        below = np.searchsorted(self.gone, old)
        places = old - below + np.searchsorted(self.before, old, side="right")
        if len(self.gone):
            places = np.where(self.gone[np.minimum(below, len(self.gone) - 1)] == old, -1, places)
        return places.astype(old.dtype)

    def old(self, new: Array) -> Array:
        """The old places of new ones; -1 for one that came.

        >>> Renumbering([1], [0, 3]).old(np.arange(5)).tolist()
        [-1, 0, 2, -1, 3]
        """
        if self.is_same:
            return new
        rank = new - np.searchsorted(self.come, new)
        places = rank + np.searchsorted(self.gone - np.arange(len(self.gone)), rank, side="right")
        if len(self.come):
            near = np.minimum(np.searchsorted(self.come, new), len(self.come) - 1)
            places = np.where(self.come[near] == new, -1, places)
        return places.astype(new.dtype)

    def table(self, count: int) -> Array:
        """``new`` of the first ``count`` places (those that are gone aside), for looking up many.

        >>> Renumbering([1], [0, 3]).table(4).tolist()
        [1, 2, 2, 4]
        """
        moves = np.ones(count, dtype=np.int32)
        np.add.at(moves, self.before[self.before < count], 1)
        np.subtract.at(moves, self.gone + 1 if not len(self.gone) or self.gone[-1] + 1 < count else self.gone[:-1] + 1, 1)
        return np.cumsum(moves, dtype=np.int32) - 1

    def pieces(self, length: int) -> list[slice | int]:
        """What a new list of the old ``length`` is made of, see ``spliced``."""
        return pieces(self.gone, self.before, length)


def pieces(gone: Array, before: Array, length: int) -> list[slice | int]:
    """What the new array is made of, in order: slices of the old one, and numbers of what comes.

    ``gone`` and ``before`` (see ``Renumbering``) ascend.

    >>> pieces(np.array([1]), np.array([0, 3]), 4)
    [0, slice(0, 1, None), slice(2, 3, None), 1, slice(3, 4, None)]
    """
    marks = sorted([(place, 0, number) for number, place in enumerate(before.tolist())] + [(at, 1, 0) for at in gone.tolist()])
    made: list[slice | int] = []
    at = 0
    for place, is_gone, number in marks:
        if place > at:
            made.append(slice(at, place))
        at = max(at, place)
        if is_gone:
            at = place + 1
        else:
            made.append(number)
    if at < length:
        made.append(slice(at, length))
    return made


def spliced(array: Array, made_of: Sequence[slice | int], come: Array) -> Array:
    """An array from its ``pieces``; ``come`` has the entries that come."""
    parts = [array[one] if isinstance(one, slice) else come[one : one + 1] for one in made_of]
    return np.concatenate(parts) if parts else array[:0]


def spliced_texts(texts: Texts, renumbering: Renumbering, come: Sequence[str]) -> Texts:
    """Texts with some taken out and some put in."""
    if renumbering.is_same:
        return texts
    made_of = renumbering.pieces(len(texts))
    data, offsets = texts.arrays
    encoded = [text.encode() for text in come]
    parts = [
        data[offsets[one.start] : offsets[one.stop]] if isinstance(one, slice) else np.frombuffer(encoded[one], dtype=np.uint8)
        for one in made_of
    ]
    lengths = np.array([len(text) for text in encoded], dtype=np.int64)
    ends = np.zeros(len(texts) - len(renumbering.gone) + len(come) + 1, dtype=np.int64)
    np.cumsum(spliced(np.diff(offsets), made_of, lengths), out=ends[1:])
    return Texts(np.concatenate(parts) if parts else data[:0], ends)


def places_in_rows(column: Array, starts: Array, ends: Array, wanted: Array, after: bool = False) -> Array:
    """Where each wanted value lies, or would lie, in its own sorted stretch ``starts:ends`` of a column.

    The first place that is not less than it; ``after``: the first that is more.

    >>> places_in_rows(np.array([1, 3, 5, 0, 9]), np.array([0, 3]), np.array([3, 5]), np.array([4, 9])).tolist()
    [2, 4]
    """
    if len(wanted) < _FEW:  # one by one is quicker than step by step for all
        search, entries = bisect_right if after else bisect_left, memoryview(cast(Any, column))
        each = zip(wanted.tolist(), starts.tolist(), ends.tolist(), strict=True)
        return np.array([search(entries, one, start, end) for one, start, end in each], dtype=np.int64)
    low, high = starts.astype(np.int64), ends.astype(np.int64)
    last = max(len(column) - 1, 0)
    while len(column) and (open_ones := low < high).any():
        middle = np.minimum((low + high) // 2, last)
        below = column[middle] <= wanted if after else column[middle] < wanted
        low = np.where(open_ones & below, middle + 1, low)
        high = np.where(open_ones & ~below, middle, high)
    return low


def stretches(starts: Array, ends: Array) -> tuple[Array, Array]:
    """All places of several stretches one after the other, and of each the number of its stretch.

    >>> [one.tolist() for one in stretches(np.array([0, 7]), np.array([2, 8]))]
    [[0, 1, 7], [0, 0, 1]]
    """
    lengths = ends - starts
    of = np.repeat(np.arange(len(starts)), lengths)
    total = int(lengths.sum())
    places = np.arange(total) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    return places, of
