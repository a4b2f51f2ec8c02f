"""The making of decisions: merge, keep-apart, accept, reject, undo.

A decision goes into the log of ``loaders.decisions``; every later load and every question obeys it. It is checked against the
log that it is added to: where another process has decided meanwhile, log and checks are read anew, so that none is lost.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from graph.errors import BadStatement, InputError, Overtaken
from graph.identity import are_kept_apart
from graph.merging import SAME, representatives
from graph.model import ANY_TIME, EntityId
from graph.store import Store
from graph.vocabulary import vocabulary
from loaders.decisions import ENTITY, SOURCE, Decided, brought_about, log, standing, statements_of
from loaders.naming import tidy
from loaders.review import Item, find
from loaders.taking_back import check_separable, take_back

_LONGEST: Final = 2_000
_ATTEMPTS: Final = 50
_PAUSE: Final = 0.05
"""Seconds to wait at most, for each attempt so far, before a decision that was overtaken is tried again."""
_Make = Callable[[Sequence[Decided]], Decided]


def merge(store: Store, merged: EntityId, surviving: EntityId, by: str, why: str, at: datetime) -> Decided:
    """Let one entity stand for another; the statements of both keep their ids. Raises ``InputError`` where they are one, of two
    kinds, kept apart, or not known."""

    def make(held: Sequence[Decided]) -> Decided:
        _check_merge(store, held, merged, surviving)
        return Decided(0, "merge", by, "", why, merged, surviving)

    return _record(store, at, make)


def keep_apart(store: Store, one: EntityId, other: EntityId, name: str, by: str, why: str, at: datetime) -> Decided:
    """Keep an entity apart from another (``other``), or from whatever bears a name (``name``); raises ``InputError``.

    Where registers have joined the two, their joins are taken back at once.
    """
    if bool(other) == bool(name.strip()):
        raise InputError("Give the id of the other entity, or a name, not both.")

    def make(held: Sequence[Decided]) -> Decided:
        _kind(store, one)
        if other:
            _kind(store, other)
            if _are_one(held, one, other):
                raise InputError(f"{one!r} and {other!r} are one entity. Take the merge back first.")
            if are_kept_apart(store, one, other):
                raise InputError(f"{one!r} and {other!r} are kept apart already.")
            check_separable(store, one, other)
        return Decided(0, "keep-apart", by, "", why, one, other, name=tidy(name))

    decided = _record(store, at, make)
    take_back(store, one, other, decided.name, at)
    return decided


def accept(store: Store, key: str, by: str, why: str, at: datetime, entity: EntityId = "") -> Decided:
    """Make a proposal true: a link becomes a statement, a name an alias of ``entity``, an entity of a register one with it.

    ``entity`` may be left out where there is one candidate. Raises ``InputError`` where the proposal is not open, no entity can
    be told, the link breaks the vocabulary, or the two cannot be one.
    """

    def make(held: Sequence[Decided]) -> Decided:
        item = _open(store, key)
        cited = item.citation
        given = Decided(
            0, "accept", by, "", why, key=item.key, source=cited.source, locator=cited.locator, url=cited.url,
            sentence=item.sentence[:_LONGEST],
        )  # fmt: skip
        if item.sort == "relation":
            if entity:
                raise InputError("This proposal is a link; it takes no other entity.")
            return replace(given, subject=item.subject, predicate=item.predicate, object=item.object)
        meant = _meant(item, entity)
        if item.sort == "same":
            _check_merge(store, held, item.subject, meant)
            return replace(given, subject=item.subject, predicate=SAME, object=meant, name=item.name)
        _kind(store, meant)
        return replace(given, subject=meant, name=item.name)

    return _record(store, at, make)


def reject(store: Store, key: str, by: str, why: str, at: datetime) -> Decided:
    """Turn a proposal down; it does not come back unless its sentence changes. Raises ``InputError`` where it is not open."""

    def make(held: Sequence[Decided]) -> Decided:
        item = _open(store, key)
        return Decided(0, "reject", by, "", why, item.subject, item.object, item.predicate, item.name, item.key)

    return _record(store, at, make)


def undo(store: Store, number: int, by: str, why: str, at: datetime) -> Decided:
    """Take a decision back, which may itself be an undo; raises ``InputError`` where it is unknown or taken back already."""

    def make(held: Sequence[Decided]) -> Decided:
        known = {one.number: one for one in held}
        if number not in known:
            raise InputError(
                f"There is no decision {number}. " + (f"The last one is {max(known)}." if known else "There are none yet.")
            )
        if known[number].undone:
            raise InputError(f"Decision {number} is taken back already.")
        return Decided(0, "undo", by, "", why, target=number)

    return _record(store, at, make)


# --- checks ------------------------------------------------------------------------------------------------------------------
def _check_merge(store: Store, held: Sequence[Decided], merged: EntityId, surviving: EntityId) -> None:
    kinds = {id: _kind(store, id) for id in (merged, surviving)}
    if _are_one(held, merged, surviving):
        raise InputError(f"{merged!r} and {surviving!r} are one entity already.")
    if kinds[merged] != kinds[surviving]:
        raise InputError(
            f"{merged!r} is a {kinds[merged]}, {surviving!r} a {kinds[surviving]}: only entities of one kind are merged."
        )
    if are_kept_apart(store, merged, surviving):
        raise InputError(f"A decision keeps {merged!r} and {surviving!r} apart. Take it back first.")


def _are_one(held: Sequence[Decided], one: EntityId, other: EntityId) -> bool:
    stands = representatives(decision.merged for decision in standing(held) if decision.merged is not None)
    return stands.get(one, one) == stands.get(other, other)


def _meant(item: Item, entity: EntityId) -> EntityId:
    if not entity and len(item.candidates) != 1:
        listed = ", ".join(item.candidates) or "none is known; load a new entity first"
        raise InputError(f"Say which entity {item.name!r} is. Candidates: {listed}.")
    return entity or item.candidates[0]


def _open(store: Store, key: str) -> Item:
    item = find(store, key)
    if item.state != "open":
        raise InputError(f"Proposal {item.key} is {item.state} (decision {item.decision}). Undo that decision first.")
    return item


def _kind(store: Store, id: EntityId) -> str:
    """The kind of an entity; raises ``InputError`` where the graph does not know it."""
    for statement in store.about(id, ANY_TIME):
        if statement.predicate == "kind":
            return statement.value or ""
    raise InputError(f"There is no entity with the id {id!r}. Give an id as 'mcmgraph search' shows it.")


# --- writing -----------------------------------------------------------------------------------------------------------------
def _record(store: Store, at: datetime, make: _Make) -> Decided:
    """Make a decision and add it to the log; where another process was quicker, make it anew from the log as it is then."""
    for attempt in range(_ATTEMPTS):
        last = max(
            (change for change in store.changes(0) if change.source == SOURCE), key=lambda one: one.revision, default=None
        )
        held = log(store)
        number = max((one.number for one in held), default=0) + 1
        moment = max(at, last.at) if last is not None else at
        decided = _checked(store, replace(make(held), number=number, at=moment.isoformat()))
        try:
            store.replace(SOURCE, list(statements_of([*held, decided])), moment, last.revision if last is not None else 0)
        except Overtaken:
            time.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311 (it spreads the attempts, it keeps no secret)
            continue
        return decided
    raise Overtaken("Others decide all the time; nothing was recorded. Try again in a moment.")


def _checked(store: Store, decided: Decided) -> Decided:
    """A decision as it is recorded. What earlier ones brought about is not looked at again: an entity may be gone by now."""
    for what, text in (("who decided", decided.by), ("why", decided.why)):
        if not tidy(text):
            raise InputError(f"A decision says {what}.")
        if len(text) > _LONGEST:
            raise InputError(f"{what}: at most {_LONGEST} characters.")
    decided = replace(decided, by=tidy(decided.by), why=tidy(decided.why))
    try:
        made = brought_about(decided)
    except BadStatement as error:
        raise InputError(f"The decision cannot be recorded: {error}") from None
    if made is not None:
        kinds = {id: _kind(store, id) for id in (made.subject, made.object) if id is not None}
        vocabulary().check(made, {ENTITY: "source", **kinds})
    return decided
