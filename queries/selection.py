"""Which links a question sees: the as-of date, the words and kinds asked for, the confidence. For paths and neighbourhood.

Everything is a mask over the arcs, predicates or nodes of a snapshot. A link *holds* when its period touches the as-of date, or
when it is *past*: it tells of something that happened (one end is of a kind in the weights' ``occurrences``) and began not
after the as-of date. A link that began and is over otherwise has *ended*; it counts only where ended links are asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError, UnknownEntity, UnknownWord
from graph.model import CONFIDENCES, AsOf
from graph.packed import Array, Column
from graph.snapshot import Arcs, Since, Snapshot
from graph.vocabulary import nearest, vocabulary
from queries.weights import Weights

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
LIVE: Final = "live"
PAST: Final = "past"
ENDED: Final = "ended"
DISPUTED: Final = "disputed"
SOURCE: Final = "source"
_KEPT: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Per arc: ``live``, ``past``, ``ended`` (at most one of them is true), and ``linking``."""

    live: Mask
    past: Mask
    ended: Mask
    linking: Mask

    @property
    def holds(self) -> Mask:
        """Live or past."""
        return self.live | self.past


class View:
    """A snapshot on one as-of date, before any filter.

    Per arc: ``owner`` (the node it leaves), ``live``, ``past``, ``ended`` (at most one of them is true), ``linking`` (it joins
    two different entities that are not sources); these are made when first asked for. Per node: ``neighbours``, how many
    distinct entities it is joined to by traversable links that hold. ``held`` and ``passable`` are for what others work out
    from the view and want to keep as long.
    """

    def __init__(self, snapshot: Snapshot, when: AsOf, weights: Weights, before: View | None = None) -> None:
        self.snapshot, self.when, self.occurrences = snapshot, when, weights.occurrences
        self.held: dict[tuple[object, ...], Any] = {}
        self.before = before
        """The view of the snapshot that this one was made from by a small change, until a third one is made from this."""
        since = snapshot.since
        if before is None or since is None:
            self._happening, self._source = nodes_of(snapshot, self.occurrences), nodes_of(snapshot, (SOURCE,))
            self.passable: dict[tuple[object, ...], Mask] = {}
            counted = self.linking & self.holds & traversable(snapshot)[snapshot.predicate]
            self.neighbours = distinct_targets(snapshot, self.owner, counted)
            told = _counted.get(snapshot, {})
            self.neighbours[list(told)] = list(told.values())
            return
        same = not since.kinds_changed
        self._happening = before._happening if same else nodes_of(snapshot, self.occurrences)
        self._source = before._source if same else nodes_of(snapshot, (SOURCE,))
        self.passable = dict(before.passable) if same else {}
        self.neighbours = self._neighbours_after(before, since)
        before.before = None

    def _neighbours_after(self, before: View, since: Since) -> Numbers:
        """Those of the view before, and what changed."""
        found = before.neighbours.copy()
        np.subtract.at(found, since.one, before.joined(since.one, since.other))
        if since.nodes is not None:
            moved = np.zeros(len(self.snapshot.ids), dtype=np.int64)
            kept = since.nodes >= 0
            moved[since.nodes[kept]] = found[kept]
            found = moved
        np.add.at(found, since.new_one, self.joined(since.new_one, since.new_other))
        return found

    def joined(self, one: Numbers, other: Numbers) -> Mask:
        """Per pair of nodes: whether a traversable link that holds joins them; false where a node is -1."""
        found = np.zeros(len(one), dtype=bool)
        known = np.flatnonzero((one >= 0) & (other >= 0))
        arcs = self.snapshot.between(one[known], other[known])
        seen = self.judged(arcs)
        found[known[arcs.group[seen.linking & seen.holds & traversable(self.snapshot)[arcs.predicate]]]] = True
        return found

    def judged(self, arcs: Arcs) -> Judged:
        """What some arcs are on the date."""
        happening = self._happening[arcs.owner] | self._happening[arcs.target]
        linking = (arcs.owner != arcs.target) & ~self._source[arcs.owner] & ~self._source[arcs.target]
        return Judged(*self._states(arcs.first, arcs.end, happening), linking)

    def _states(self, first: Array | Column, end: Array | Column, happening: Mask) -> tuple[Mask, Mask, Mask]:
        begun = first < self.when.end
        live = begun & (end > self.when.first)
        over = begun & ~live
        past = over & happening
        return live, past, over & ~past

    @cached_property
    def owner(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self.snapshot.ids), dtype=np.int32), np.diff(self.snapshot.offsets))

    @cached_property
    def _every(self) -> Judged:
        snapshot = self.snapshot
        happening = self._happening[self.owner] | self._happening[snapshot.target]
        linking = (self.owner != snapshot.target) & ~self._source[self.owner] & ~self._source[snapshot.target]
        return Judged(*self._states(snapshot.first, snapshot.end, happening), linking)

    @property
    def live(self) -> Mask:
        return self._every.live

    @property
    def past(self) -> Mask:
        return self._every.past

    @property
    def ended(self) -> Mask:
        return self._every.ended

    @property
    def linking(self) -> Mask:
        return self._every.linking

    @property
    def holds(self) -> Mask:
        """Per arc: live or past."""
        return self._every.holds


_views: OrderedDict[tuple[object, ...], View] = OrderedDict()
_counted: WeakKeyDictionary[Snapshot, Mapping[int, int]] = WeakKeyDictionary()
_lock = threading.RLock()


def view(snapshot: Snapshot, when: AsOf, weights: Weights) -> View:
    """A snapshot on the as-of date of ``when``; the last few are kept.

    A view holds on to its snapshot, so the ``id`` in the key cannot come to mean another one.
    """
    key = _key(snapshot, when, weights)
    found = _views.get(key)
    if found is not None:
        if _lock.acquire(blocking=False):  # else another view is being made, which takes longer than a question on this one
            try:
                if key in _views:
                    _views.move_to_end(key)
            finally:
                _lock.release()
        return found
    with _lock:
        if key not in _views:
            earlier = snapshot.before
            before = _key(earlier, when, weights) if earlier is not None else None
            if before is not None and before in _views:  # many what-if snapshots rest on one: it stays
                _views.move_to_end(before)
            _views[key] = View(snapshot, when, weights, _views.get(before) if before is not None else None)
        _views.move_to_end(key)
        while len(_views) > _KEPT:
            _views.popitem(last=False)
        return _views[key]


def _key(snapshot: Snapshot, when: AsOf, weights: Weights) -> tuple[object, ...]:
    return (id(snapshot), when.first, when.end, weights.occurrences)


def count_neighbours(snapshot: Snapshot, counted: Mapping[int, int]) -> None:
    """Tell a snapshot that is a part of a graph how many neighbours some of its nodes have on the whole of it.

    For a part that was read for one as-of date; to be called before the first ``view`` of it.
    """
    _counted[snapshot] = counted


def run_starts(*columns: NDArray[Any]) -> Mask:
    """Which rows differ from the row before in one of these columns, all of the same length.

    >>> run_starts(np.array([4, 4, 4, 7]), np.array([1, 1, 2, 2])).tolist()
    [True, False, True, True]
    """
    first = np.ones(len(columns[0]), dtype=bool)
    first[1:] = False
    for column in columns:
        first[1:] |= column[1:] != column[:-1]
    return first


def distinct_targets(snapshot: Snapshot, owner: NDArray[np.int32], counted: NDArray[Any]) -> Numbers:
    """Distinct targets per node over some arcs, a mask or their places in order.

    The arcs of a node are sorted by target, so equal ones lie side by side.
    """
    of, to = owner[counted], snapshot.target[counted]
    return np.bincount(of[run_starts(of, to)], minlength=len(snapshot.ids)).astype(np.int64)


def nodes_of(snapshot: Snapshot, kinds: Collection[str]) -> Mask:
    """Per node: whether it is of one of these kinds."""
    return snapshot.kinds.among(kinds)


def traversable(snapshot: Snapshot) -> Mask:
    """Per predicate of the snapshot: whether a collaboration path may use it."""
    words = vocabulary().predicates
    return np.array([word in words and words[word].traversable for word in snapshot.predicates], dtype=bool)


def predicates_asked(snapshot: Snapshot, wanted: Sequence[str], unwanted: Sequence[str], traversable_only: bool) -> Mask:
    """Per predicate of the snapshot: whether the question sees it.

    Without ``wanted``: every traversable one; or, where ``traversable_only`` is false, every link that says something holds
    (no negatives, no "keep the two apart"). Raises ``UnknownWord`` for a word that is no link, ``InputError`` for one in
    ``wanted`` that a path may not use.
    """
    words = vocabulary().predicates
    links = [word.name for word in words.values() if word.is_link]
    for name in (*wanted, *unwanted):
        if name not in links:
            raise UnknownWord("link predicate", name, nearest(name, links))
    if traversable_only:
        for name in wanted:
            if not words[name].traversable:
                allowed = ", ".join(word.name for word in words.values() if word.traversable)
                raise InputError(f"A collaboration path does not follow {name!r}. It follows: {allowed}.")
    seen = []
    for name in snapshot.predicates:
        word = words.get(name)
        joins = word is not None and not word.negates and word.name != "different_from"
        default = word is not None and (word.traversable if traversable_only else joins)
        seen.append((name in wanted if wanted else default) and name not in unwanted)
    return np.array(seen, dtype=bool)


def confidence_asked(snapshot: Snapshot, least: str) -> Mask:
    """Per arc: whether it is at least this sure. Raises ``UnknownWord``."""
    if least not in CONFIDENCES:
        raise UnknownWord("confidence", least, CONFIDENCES)
    kept: Mask = snapshot.confidence <= CONFIDENCES.index(least)
    return kept


def kinds_asked(snapshot: Snapshot, wanted: Sequence[str], unwanted: Sequence[str]) -> Mask:
    """Per node: whether its kind is asked for (all, where none is named) and not left out. Raises ``UnknownWord``."""
    for kind in (*wanted, *unwanted):
        kind_named(kind)
    kept = nodes_of(snapshot, wanted) if wanted else np.ones(len(snapshot.ids), dtype=bool)
    return kept & ~nodes_of(snapshot, (*unwanted, SOURCE))


def kind_named(word: str) -> str:
    """A kind of the vocabulary. Raises ``UnknownWord`` with the nearest ones, or with all where none is near."""
    kinds = vocabulary().kinds
    if word not in kinds:
        raise UnknownWord("kind", word, nearest(word, kinds) or list(kinds))
    return word


def passable(view: View, wanted: Sequence[str], unwanted: Sequence[str]) -> Mask:
    """``kinds_asked`` on the snapshot of a view; the last few answers are kept with it. Not to be written to."""
    key = (tuple(wanted), tuple(unwanted))
    kept = view.passable.get(key)
    if kept is None:
        kept = kinds_asked(view.snapshot, wanted, unwanted)
        kept.flags.writeable = False
        if len(view.passable) >= _KEPT:
            view.passable.clear()
        view.passable[key] = kept
    return kept


def node_of(snapshot: Snapshot, id: str) -> int:
    """The node of an entity that links may join. Raises ``UnknownEntity`` with the nearest, ``InputError`` for a source."""
    number = snapshot.number(id)
    if number is None:
        from queries.names import Names

        raise UnknownEntity(id, Names(snapshot).nearest(id))
    if snapshot.kinds[number] == SOURCE:
        raise InputError(f"{snapshot.names[number]!r} ({id}) is a source: it is cited, it does not work with anybody.")
    return number


def check_number(name: str, given: Any, least: int, most: int, what: str) -> None:
    """Refuse what is not a whole number between two bounds; raises ``InputError`` that says what it is for."""
    if not isinstance(given, int) or isinstance(given, bool) or not least <= given <= most:
        raise InputError(f"{name} is the {what}, a whole number from {least} to {most}; {given!r} was given.")


def listed(name: str, given: Any) -> tuple[str, ...]:
    """A list of words from a question, once each and sorted; raises ``InputError`` where one text was given instead."""
    if isinstance(given, str) or not all(isinstance(word, str) for word in given):
        raise InputError(f"{name} takes a list of words; {given!r} was given.")
    return tuple(sorted(set(given)))
