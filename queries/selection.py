"""Which links a question sees: the as-of date, the words and kinds asked for, the confidence. For paths and neighbourhood.

Everything is a mask over the arcs, predicates or nodes of a snapshot. A link *holds* when its period touches the as-of date, or
when it is *past*: it tells of something that happened (one end is of a kind in the weights' ``occurrences``) and began not
after the as-of date. A link that began and is over otherwise has *ended*; it counts only where ended links are asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError, UnknownEntity, UnknownWord
from graph.model import CONFIDENCES, AsOf
from graph.snapshot import Snapshot
from graph.vocabulary import nearest, vocabulary
from queries.weights import Weights

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
LIVE: Final = "live"
PAST: Final = "past"
ENDED: Final = "ended"
SOURCE: Final = "source"
_KEPT: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A snapshot on one as-of date, before any filter.

    Per arc: ``owner`` (the node it leaves), ``live``, ``past``, ``ended`` (at most one of them is true), ``linking`` (it joins
    two different entities that are not sources). Per node: ``neighbours``, how many distinct entities it is joined to by
    traversable links that hold. ``held`` is for what others work out from the view and want to keep as long.
    """

    snapshot: Snapshot
    when: AsOf
    owner: NDArray[np.int32]
    live: Mask
    past: Mask
    ended: Mask
    linking: Mask
    neighbours: Numbers
    held: dict[tuple[object, ...], Any] = field(default_factory=dict)
    passable: dict[tuple[object, ...], Mask] = field(default_factory=dict)

    @property
    def holds(self) -> Mask:
        """Per arc: live or past."""
        return self.live | self.past


_views: OrderedDict[tuple[object, ...], View] = OrderedDict()
_kinds: WeakKeyDictionary[Snapshot, tuple[list[str], Numbers]] = WeakKeyDictionary()
_lock = threading.Lock()


def view(snapshot: Snapshot, when: AsOf, weights: Weights) -> View:
    """A snapshot on the as-of date of ``when``; the last few are kept.

    A view holds on to its snapshot, so the ``id`` in the key cannot come to mean another one.
    """
    key = (id(snapshot), when.first, when.end, weights.occurrences)
    with _lock:
        if key not in _views:
            _views[key] = _made(snapshot, when, weights)
        _views.move_to_end(key)
        while len(_views) > _KEPT:
            _views.popitem(last=False)
        return _views[key]


def _made(snapshot: Snapshot, when: AsOf, weights: Weights) -> View:
    count = len(snapshot.ids)
    owner = np.repeat(np.arange(count, dtype=np.int32), np.diff(snapshot.offsets))
    happening = nodes_of(snapshot, weights.occurrences)
    source = nodes_of(snapshot, (SOURCE,))
    begun = snapshot.first < when.end
    live = begun & (snapshot.end > when.first)
    over = begun & ~live
    past = over & (happening[owner] | happening[snapshot.target])
    linking = (owner != snapshot.target) & ~source[owner] & ~source[snapshot.target]
    counted = linking & (live | past) & traversable(snapshot)[snapshot.predicate]
    return View(snapshot, when, owner, live, past, over & ~past, linking, _neighbours(snapshot, owner, counted))


def _neighbours(snapshot: Snapshot, owner: NDArray[np.int32], counted: Mask) -> Numbers:
    """Distinct targets per node; arcs of a node are sorted by target, so equal ones lie side by side."""
    of, to = owner[counted], snapshot.target[counted]
    fresh = np.ones(len(of), dtype=bool)
    fresh[1:] = (of[1:] != of[:-1]) | (to[1:] != to[:-1])
    return np.bincount(of[fresh], minlength=len(snapshot.ids)).astype(np.int64)


def nodes_of(snapshot: Snapshot, kinds: Collection[str]) -> Mask:
    """Per node: whether it is of one of these kinds."""
    if snapshot not in _kinds:
        names = sorted(set(snapshot.kinds))
        places = {name: place for place, name in enumerate(names)}
        _kinds[snapshot] = names, np.array([places[kind] for kind in snapshot.kinds], dtype=np.int64)
    names, numbers = _kinds[snapshot]
    return np.array([name in kinds for name in names], dtype=bool)[numbers]


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
        vocabulary().kind(kind)
    kept = nodes_of(snapshot, wanted) if wanted else np.ones(len(snapshot.ids), dtype=bool)
    return kept & ~nodes_of(snapshot, (*unwanted, SOURCE))


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


def listed(name: str, given: Any) -> tuple[str, ...]:
    """A list of words from a question, once each and sorted; raises ``InputError`` where one text was given instead."""
    if isinstance(given, str) or not all(isinstance(word, str) for word in given):
        raise InputError(f"{name} takes a list of words; {given!r} was given.")
    return tuple(sorted(set(given)))
