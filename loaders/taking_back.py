"""Joins that registers made and a keep-apart decision takes back: at once, not only when the register is loaded again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from graph.errors import InputError, Overtaken
from graph.merging import SAME, representatives
from graph.model import ANY_TIME, EntityId, SourceId, Statement
from graph.store import Store
from loaders.decisions import SOURCE
from loaders.naming import full_key

_ATTEMPTS: Final = 5


def check_separable(store: Store, one: EntityId, other: EntityId) -> None:
    """Raise ``InputError`` where registers make two entities one by way of others: which join is wrong must be said."""
    joins = [(said.subject, said.object or "") for said in store.scan(SAME, ANY_TIME)]
    left = [join for join in joins if set(join) != {one, other}]
    stands = representatives(left)
    shared = stands.get(one, one)
    if shared == stands.get(other, other):
        through = sorted({*(end for join in left if one in join for end in join)} - {one, other})
        raise InputError(
            f"{one!r} and {other!r} are one entity by way of others. "
            f"Keep one of the two apart from: {', '.join(through) or shared}."
        )


def take_back(store: Store, one: EntityId, other: EntityId, name: str, at: datetime) -> None:
    """Let no loaded source but the decisions themselves say that an entity is ``other``, or one that bears ``name``.

    What else these sources say stays as it is. The join comes back with the next load where the decision is undone by then.
    """
    wrong: defaultdict[SourceId, set[str]] = defaultdict(set)
    for origin, id in _joins(store, one, other, name):
        wrong[origin].add(id)
    for origin, ids in wrong.items():
        _without(store, origin, ids, at)


def _joins(store: Store, one: EntityId, other: EntityId, name: str) -> Iterator[tuple[SourceId, str]]:
    """The loaded sources that join an entity so, with the ids of the statements."""
    for record in store.records(SAME, ANY_TIME):
        said = record.statement
        ends = {said.subject, said.object}
        if one in ends and record.origin != SOURCE:
            beside = next((end for end in ends - {one} if end is not None), one)
            if beside == other or (name and full_key(name) in _names(store, beside)):
                yield record.origin, said.id


def _names(store: Store, id: EntityId) -> set[str]:
    return {full_key(said.value or "") for said in store.about(id, ANY_TIME) if said.predicate in ("name", "alias")}


def _without(store: Store, origin: SourceId, ids: set[str], at: datetime) -> None:
    for attempt in range(_ATTEMPTS):
        last = max((change for change in store.changes(0) if change.source == origin), key=lambda one: one.revision)
        try:
            store.replace(origin, _rest(store, origin, ids), max(at, last.at), last.revision)
            return
        except Overtaken:  # it was loaded meanwhile, and obeyed the decision, unless its load began before
            if attempt + 1 == _ATTEMPTS:
                raise


def _rest(store: Store, origin: SourceId, ids: set[str]) -> Iterator[Statement]:
    for record in store.records(None, ANY_TIME):
        if record.origin == origin and record.statement.id not in ids:
            yield record.statement
