"""What was taken out of and put into a store after a revision: what the next snapshot differs by from the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from graph.model import AsOf, Statement
from graph.store import Store

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

MOST: Final = 20_000
"""Statements that may change; beyond that a full build is about as fast."""


def difference(
    store: Store, before: Snapshot, since: int, known: datetime | None
) -> tuple[list[Statement], list[Statement]] | None:
    """What was taken out of and put into a store after revision ``since``, that of ``before``; None where it is too much."""
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
    gone = [touched[id] for id in sorted(doubtful - still) if before.holds(id)]
    come = [one for id, one in sorted(touched.items()) if (id not in doubtful or id in still) and not before.holds(id)]
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
