"""Links that one source states and another denies on the same day: ``member_of`` and ``not_member_of``, and the like.

Being enrolled in a body and being a member of it are one matter: ``not_enrolled_in`` denies ``member_of`` too.

Neither side is taken for right. A path may still take a step that is denied, because somebody says that it is there; the step
is called disputed, the denial is cited beside it, and the statement is worth no more than one of low confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Arcs
from graph.vocabulary import vocabulary

if TYPE_CHECKING:
    from queries.selection import View

MEMBERSHIP: Final = frozenset({"member_of", "enrolled_in"})
_HELD: Final = ("denials",)


@dataclass(frozen=True, slots=True)
class Denied:
    """Per arc: whether it is ``denied``; and for each group of arcs with such a one, the statements that deny, by number."""

    denied: NDArray[np.bool_]
    by: dict[int, list[int]]


def denied(view: View, arcs: Arcs, live: NDArray[np.bool_]) -> Denied:
    """Which of some arcs are denied on the date of the view; ``live``: which of them hold on it, others are none of this.

    A denial counts whatever its confidence and whichever predicates are asked for: leaving it out would better a path.
    """
    found = Denied(np.zeros(len(live), dtype=bool), {})
    known = view.held.get(_HELD)
    if known is None:
        known = view.held[_HELD] = _denials(view)
    if not known or not len(live):
        return found
    count = len(view.snapshot.ids)
    keys = arcs.owner.astype(np.int64) * count + arcs.target
    order = None if np.all(keys[1:] >= keys[:-1]) else np.argsort(keys, kind="stable")
    ordered = keys if order is None else keys[order]
    wanted = np.array([owner * count + target for owner, target, *_ in known], dtype=np.int64)
    lows, highs = np.searchsorted(ordered, wanted), np.searchsorted(ordered, wanted, side="right")
    for (_, _, predicate, forward, statement), low, high in zip(known, lows.tolist(), highs.tolist(), strict=True):
        places = np.arange(low, high) if order is None else order[low:high]
        against = places[live[places] & (arcs.predicate[places] == predicate) & (arcs.forward[places] == forward)]
        found.denied[against] = True
        for group in set(arcs.group[against].tolist()):
            found.by.setdefault(group, []).append(statement)
    return found


def _denials(view: View) -> list[tuple[int, int, int, bool, int]]:
    """What is denied on the date: the two nodes, the predicate, its direction, and the statement that denies it."""
    snapshot, words = view.snapshot, vocabulary().predicates
    numbers = {name: number for number, name in enumerate(snapshot.predicates)}
    negates: dict[int, list[int]] = {}
    for name, number in numbers.items():
        denied_one = words[name].negates if name in words else ""
        same = MEMBERSHIP if denied_one in MEMBERSHIP else {denied_one}
        if against := [numbers[word] for word in sorted(same) if word in numbers]:
            negates[number] = against
    if not negates:
        return []
    is_denial = np.array([number in negates for number in range(len(snapshot.predicates))], dtype=bool)
    places = np.flatnonzero(is_denial[snapshot.predicate])
    owner = np.searchsorted(snapshot.offsets, places, side="right") - 1
    arcs = snapshot.taken(places, owner, places)
    shown = view.judged(arcs).live
    rows = zip(
        owner[shown].tolist(), arcs.target[shown].tolist(), arcs.predicate[shown].tolist(), arcs.forward[shown].tolist(),
        arcs.statement[shown].tolist(), strict=True,
    )  # fmt: skip
    return [
        (one, other, against, forward, statement)
        for one, other, predicate, forward, statement in rows
        for against in negates[predicate]
    ]
