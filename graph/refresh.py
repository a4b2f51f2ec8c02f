"""The next snapshot from the one before: links taken out and put in, everything else as it was.

A full build reads the whole store. Most changes only add or withdraw some links between entities that were there before; then
the arrays are spliced instead. What comes out is equal to a full build, array by array. Where a change touches anything else
(a name, a kind, an entity that appears or disappears, a decision to merge, a source that is cited for the first or the last
time) ``refreshed`` says so by returning None, and the snapshot is built anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np

from graph.merging import SAME
from graph.model import CONFIDENCES, AsOf, Statement
from graph.packed import Array
from graph.store import Store

MOST: Final = 20_000
"""Statements that may change; beyond that a full build is about as fast."""
_COLUMNS: Final = ("target", "predicate", "forward", "first", "end", "confidence", "source", "status", "statement")


class Held:
    """What ``refreshed`` needs to know of a snapshot: its arrays and where its texts are."""

    __slots__ = ("arrays", "ids", "merged", "words")

    def __init__(
        self, arrays: dict[str, Array], ids: Sequence[str], merged: Mapping[str, int], words: dict[str, Sequence[str]]
    ) -> None:
        self.arrays, self.ids, self.merged, self.words = arrays, ids, merged, words

    def node(self, id: str) -> int | None:
        """The node of an id."""
        place = bisect_left(self.ids, id)
        return place if place < len(self.ids) and self.ids[place] == id else self.merged.get(id)

    def number(self, id: str) -> tuple[int, bool]:
        """Where a statement lies or would lie, and whether it is there."""
        wanted = bytes.fromhex(id)
        rows = self.arrays["statement_ids"]
        low, high = 0, len(rows)
        while low < high:
            middle = (low + high) // 2
            if rows[middle].tobytes() < wanted:
                low = middle + 1
            else:
                high = middle
        return low, low < len(rows) and rows[low].tobytes() == wanted


def difference(store: Store, held: Held, since: int, known: datetime | None) -> tuple[list[Statement], list[Statement]] | None:
    """What was taken out of and put into a store after revision ``since``; None where it is too much."""
    changes = list(store.changes(since))
    if sum(change.added + change.withdrawn for change in changes) > MOST:
        return None
    touched: dict[str, Statement] = {}
    doubtful: set[str] = set()
    for delta in store.delta(since):
        touched[delta.statement.id] = delta.statement
        if not delta.added:
            doubtful.add(delta.statement.id)
    # What one source withdrew, another may still say.
    still = _said(store, [touched[id] for id in sorted(doubtful)], known)
    gone = [touched[id] for id in sorted(doubtful - still) if held.number(id)[1]]
    come = [one for id, one in sorted(touched.items()) if (id not in doubtful or id in still) and not held.number(id)[1]]
    return gone, come


def _said(store: Store, asked: Sequence[Statement], known: datetime | None) -> set[str]:
    """Which of these statements are known; a store that can look them up by id is asked so."""
    current: Callable[[Sequence[str]], set[str]] | None = getattr(store, "current", None)
    if current is not None:
        return current([one.id for one in asked])
    groups = {(one.subject, one.predicate) for one in asked}
    return {
        one.id for subject, predicate in groups for one in store.about(subject, AsOf(None, known)) if one.predicate == predicate
    }


def refreshed(held: Held, gone: Collection[Statement], come: Collection[Statement]) -> dict[str, Array] | None:
    """The arrays without the links ``gone`` and with the links ``come``; None where that needs a full build.

    All of ``gone`` must be in the snapshot, none of ``come``; each statement once.
    """
    if any(one.object is None or one.predicate == SAME for one in (*gone, *come)) or len(gone) + len(come) > MOST:
        return None
    arrays = held.arrays
    out = np.array(sorted(held.number(one.id)[0] for one in gone), dtype=np.int64)
    added = sorted(come, key=lambda one: one.id)
    before = np.array([held.number(one.id)[0] for one in added], dtype=np.int64)
    rows = [_row(held, one) for one in added]
    if any(row is None for row in rows):
        return None
    # Statement numbers move: down by those taken out before them, up by those put in before them.
    moves = np.zeros(len(arrays["statement_ids"]) + 1, dtype=np.int32)
    np.subtract.at(moves, out + 1, 1)
    np.add.at(moves, before, 1)
    moved = np.arange(len(moves), dtype=np.int32) + np.cumsum(moves, dtype=np.int32)
    places = before - np.searchsorted(out, before) + np.arange(len(added))
    statement = moved[arrays["statement"]]
    numbered = [(*row, number) for row, number in zip(rows, places.tolist(), strict=True) if row]
    cut, insert, values, owners = _arcs(held, gone, numbered, statement)
    made = dict(arrays)
    pieces = _pieces(cut, insert, len(statement))
    for place, name in enumerate(_COLUMNS):
        column = statement if name == "statement" else arrays[name]
        made[name] = _spliced(column, pieces, np.array([value[place] for value in values], dtype=column.dtype))
    ids = np.frombuffer(b"".join(bytes.fromhex(one.id) for one in added), dtype=np.uint8).reshape(-1, 16)
    made["statement_ids"] = _spliced(arrays["statement_ids"], _pieces(out, before, len(arrays["statement_ids"])), ids)
    made["literal_statement"] = moved[arrays["literal_statement"]]
    change = np.zeros(len(arrays["offsets"]), dtype=np.int64)
    np.add.at(change, np.array(owners, dtype=np.int64) + 1, 1)
    np.subtract.at(change, np.searchsorted(arrays["offsets"], cut, side="right"), 1)
    made["offsets"] = arrays["offsets"] + np.cumsum(change)
    return made if _complete(held, made, gone) else None


def _row(held: Held, one: Statement) -> tuple[int, ...] | None:
    """Subject, object, predicate, first, end, confidence, source and status of a link; None where a word or node is new."""
    found: list[int] = []
    for id in (one.subject, one.object or ""):
        node = held.node(id)
        if node is None:
            return None
        found.append(node)
    texts = {"predicates": one.predicate, "sources": one.citation.source, "statuses": one.qualifier("status")}
    word: dict[str, int] = {}
    for name, text in texts.items():
        words = held.words[name]
        place = bisect_left(words, text)
        if place == len(words) or words[place] != text:
            return None
        word[name] = place
    sure = CONFIDENCES.index(one.confidence)
    return (*found, word["predicates"], one.valid.first, one.valid.end, sure, word["sources"], word["statuses"])


def _arcs(
    held: Held, gone: Collection[Statement], rows: Sequence[tuple[int, ...]], statement: Array
) -> tuple[Array, Array, list[tuple[int, ...]], list[int]]:
    """The arcs to cut, and those to put in: before which arc, with what values, at which node; in order."""
    arrays = held.arrays
    offsets = arrays["offsets"]
    cut: set[int] = set()
    for one in gone:
        number = held.number(one.id)[0]
        for node in _ends(held, one):
            start = int(offsets[node])
            cut.update((start + np.flatnonzero(arrays["statement"][start : offsets[node + 1]] == number)).tolist())
    coming: list[tuple[int, int, tuple[int, ...]]] = []
    for row in rows:
        subject, target, predicate, first, end, sure, source, status, number = row
        for node, other, forward in ((subject, target, 1), (target, subject, 0)):
            start, stop = int(offsets[node]), int(offsets[node + 1])
            # The arcs of a node are sorted by target, so only those to the same one are looked at in full.
            low = start + int(np.searchsorted(arrays["target"][start:stop], other))
            high = start + int(np.searchsorted(arrays["target"][start:stop], other, side="right"))
            key = (predicate, 1 - forward)
            while low < high and (int(arrays["predicate"][low]), 1 - int(arrays["forward"][low])) < key:
                low += 1
            coming.append((node, low, (other, predicate, forward, first, end, sure, source, status, number)))
    # Among equals the statement decides; old ones are counted by their new numbers.
    placed: list[tuple[int, int, tuple[int, ...]]] = []
    for node, low, values in coming:
        at, stop = low, int(offsets[node + 1])
        while at < stop and _alike(arrays, at, values) and statement[at] < values[-1]:
            at += 1
        placed.append((node, at, values))
    placed.sort(key=lambda one: (one[0], one[1], one[2][0], one[2][1], 1 - one[2][2], one[2][8]))
    insert = np.array([at for _, at, _ in placed], dtype=np.int64)
    return np.array(sorted(cut), dtype=np.int64), insert, [values for _, _, values in placed], [node for node, _, _ in placed]


def _ends(held: Held, one: Statement) -> list[int]:
    """The nodes of the two ends of a link."""
    return [node for id in (one.subject, one.object or "") if (node := held.node(id)) is not None]


def _alike(arrays: dict[str, Array], at: int, values: tuple[int, ...]) -> bool:
    return bool(
        arrays["target"][at] == values[0]
        and arrays["predicate"][at] == values[1]
        and bool(arrays["forward"][at]) == bool(values[2])
    )


def _pieces(cut: Array, insert: Array, length: int) -> list[slice | int]:
    """What the new array is made of, in order: slices of the old one, and numbers of what is put in (``insert`` ascends)."""
    marks = sorted([(place, 0, number) for number, place in enumerate(insert.tolist())] + [(at, 1, 0) for at in cut.tolist()])
    pieces: list[slice | int] = []
    at = 0
    for place, is_cut, number in marks:
        if place > at:
            pieces.append(slice(at, place))
        at = max(at, place)
        if is_cut:
            at = place + 1
        else:
            pieces.append(number)
    return [*pieces, slice(at, length)]


def _spliced(array: Array, pieces: Sequence[slice | int], values: Array) -> Array:
    """An array from its ``_pieces``."""
    return np.concatenate([array[one] if isinstance(one, slice) else values[one : one + 1] for one in pieces])


def _complete(held: Held, made: dict[str, Array], gone: Collection[Statement]) -> bool:
    """Whether every node and word that a withdrawn link used is still used."""
    nodes = {node for one in gone for node in _ends(held, one)}
    bare = [node for node in nodes if made["offsets"][node] == made["offsets"][node + 1]]
    if bare and not np.isin(bare, made["literal_node"]).all():
        return False
    for column, name, words in (
        ("predicate", "predicates", {one.predicate for one in gone}),
        ("source", "sources", {one.citation.source for one in gone}),
        ("status", "statuses", {text for one in gone if (text := one.qualifier("status"))}),
    ):
        for word in words:
            if not (made[column] == bisect_left(held.words[name], word)).any():
                return False
    return True
