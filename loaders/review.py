"""Review: what waits for a person's decision, and the making of decisions.

What waits are statements with the predicate ``proposal`` about the document that proposes. A decision goes into the log of
``loaders.decisions``; every later load and every question obeys it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from graph.errors import BadStatement, InputError, UnknownWord
from graph.identity import are_kept_apart
from graph.merging import representatives
from graph.model import ANY_TIME, Citation, EntityId, Statement
from graph.store import Change, Store
from graph.vocabulary import nearest, vocabulary
from loaders.decisions import ENTITY, SOURCE, Decided, log, standing, statements_of
from loaders.naming import tidy

PROPOSAL: Final = "proposal"
_LONGEST: Final = 2_000
State = Literal["open", "accepted", "rejected"]
STATES: Final[tuple[State, ...]] = ("open", "accepted", "rejected")
_writing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Item:
    """One proposal. ``sort`` is ``relation``, ``name`` (a text that may be an entity) or ``candidate`` (one that may be new).

    ``key`` is the same as long as what is proposed and its sentence are; ``text`` says it in words. ``decision`` is the number
    of the decision about it, 0 while it is open.
    """

    key: str
    sort: str
    text: str
    subject: EntityId
    predicate: str
    object: EntityId
    name: str
    sentence: str
    candidates: tuple[EntityId, ...]
    citation: Citation
    state: State = "open"
    decision: int = 0


def key_of(*parts: str) -> str:
    """The key of a proposal: 16 hexadecimal digits over what is proposed and its sentence."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


# --- reading -----------------------------------------------------------------------------------------------------------------
def queue(store: Store, states: Sequence[State] = ("open",)) -> list[Item]:
    """The proposals in these states, by document, then place; one proposed twice is listed once."""
    decided = {one.key: one for one in standing(log(store)) if one.key}
    found: dict[str, Item] = {}
    for statement in sorted(store.scan(PROPOSAL, ANY_TIME), key=lambda one: (one.subject, one.citation.locator, one.id)):
        item = _item(statement, decided)
        if item.state in states:
            found.setdefault(item.key, item)
    return list(found.values())


def states_of(text: str) -> tuple[State, ...]:
    """The states that a word asks for: one of them, or ``all``; raises ``UnknownWord``."""
    if text == "all":
        return STATES
    for one in STATES:
        if text == one:
            return (one,)
    raise UnknownWord("state", text, nearest(text, (*STATES, "all")) or (*STATES, "all"))


def find(store: Store, key: str) -> Item:
    """The proposal with a key, or with a key that begins so; raises ``InputError`` with the nearest."""
    items = queue(store, STATES)
    fitting = [one for one in items if one.key == key] or [one for one in items if len(key) >= 4 and one.key.startswith(key)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise InputError(
            f"{key!r} begins {len(fitting)} proposals: {', '.join(one.key for one in fitting[:5])}. Write more of it."
        )
    near = nearest(key, [one.key for one in items])
    raise InputError(f"There is no proposal {key!r}." + (f" Nearest: {', '.join(near)}." if near else " The queue is empty."))


def _item(statement: Statement, decided: dict[str, Decided]) -> Item:
    said = dict(statement.qualifiers)
    key = said.get("key", statement.id[:16])
    one = decided.get(key)
    state: State = "open" if one is None else "accepted" if one.action == "accept" else "rejected"
    return Item(
        key=key,
        sort=said.get("sort", ""),
        text=statement.value or "",
        subject=said.get("subject", ""),
        predicate=said.get("predicate", ""),
        object=said.get("object", ""),
        name=said.get("name", ""),
        sentence=said.get("sentence", ""),
        candidates=tuple(said.get("candidates", "").split()),
        citation=statement.citation,
        state=state,
        decision=0 if one is None else one.number,
    )


# --- deciding ----------------------------------------------------------------------------------------------------------------
def merge(store: Store, merged: EntityId, surviving: EntityId, by: str, why: str, at: datetime) -> Decided:
    """Let one entity stand for another; the statements of both keep their ids. Raises ``InputError`` where they are one, of two
    kinds, kept apart, or not known."""
    kinds = {id: _kind(store, id) for id in (merged, surviving)}
    pairs = [(one.subject, one.object) for one in standing(log(store)) if one.action == "merge"]
    stands = representatives(pairs)
    if merged == surviving or stands.get(merged, merged) == stands.get(surviving, surviving):
        raise InputError(f"{merged!r} and {surviving!r} are one entity already.")
    if kinds[merged] != kinds[surviving]:
        raise InputError(
            f"{merged!r} is a {kinds[merged]}, {surviving!r} a {kinds[surviving]}: only entities of one kind are merged."
        )
    if are_kept_apart(store, merged, surviving):
        raise InputError(f"A decision keeps {merged!r} and {surviving!r} apart. Take it back first.")
    return _record(store, Decided(0, "merge", by, at.isoformat(), why, merged, surviving), at)


def keep_apart(store: Store, one: EntityId, other: EntityId, name: str, by: str, why: str, at: datetime) -> Decided:
    """Keep an entity apart from another (``other``), or from whatever bears a name (``name``); raises ``InputError``."""
    _kind(store, one)
    if bool(other) == bool(name.strip()):
        raise InputError("Give the id of the other entity, or a name, not both.")
    if other:
        _kind(store, other)
        pairs = [(d.subject, d.object) for d in standing(log(store)) if d.action == "merge"]
        stands = representatives(pairs)
        if one == other or stands.get(one, one) == stands.get(other, other):
            raise InputError(f"{one!r} and {other!r} are one entity. Take the merge back first.")
        if are_kept_apart(store, one, other):
            raise InputError(f"{one!r} and {other!r} are kept apart already.")
    return _record(store, Decided(0, "keep-apart", by, at.isoformat(), why, one, other, name=tidy(name)), at)


def accept(store: Store, key: str, by: str, why: str, at: datetime, entity: EntityId = "") -> Decided:
    """Make a proposed link a statement, or a proposed name an alias of ``entity`` (of its one candidate where none is given).

    Raises ``InputError`` where the proposal is not open, no entity can be told, or the link breaks the vocabulary.
    """
    item = _open(store, key)
    cited = item.citation
    given = Decided(
        0, "accept", by, at.isoformat(), why, key=item.key, source=cited.source, locator=cited.locator, url=cited.url,
        sentence=item.sentence[:_LONGEST],
    )  # fmt: skip
    if item.sort == "relation":
        if entity:
            raise InputError("This proposal is a link; it takes no other entity.")
        return _record(store, replace(given, subject=item.subject, predicate=item.predicate, object=item.object), at)
    if not entity and len(item.candidates) != 1:
        listed = ", ".join(item.candidates) or "none is known; load a new entity first"
        raise InputError(f"Say which entity {item.name!r} is. Candidates: {listed}.")
    entity = entity or item.candidates[0]
    _kind(store, entity)
    return _record(store, replace(given, subject=entity, name=item.name), at)


def reject(store: Store, key: str, by: str, why: str, at: datetime) -> Decided:
    """Turn a proposal down; it does not come back unless its sentence changes. Raises ``InputError`` where it is not open."""
    item = _open(store, key)
    said = Decided(0, "reject", by, at.isoformat(), why, item.subject, item.object, item.predicate, item.name, item.key)
    return _record(store, said, at)


def undo(store: Store, number: int, by: str, why: str, at: datetime) -> Decided:
    """Take a decision back, which may itself be an undo; raises ``InputError`` where it is unknown or taken back already."""
    held = {one.number: one for one in log(store)}
    if number not in held:
        raise InputError(
            f"There is no decision {number}. " + (f"The last one is {max(held)}." if held else "There are none yet.")
        )
    if held[number].undone:
        raise InputError(f"Decision {number} is taken back already.")
    return _record(store, Decided(0, "undo", by, at.isoformat(), why, target=number), at)


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
def _record(store: Store, decided: Decided, at: datetime) -> Decided:
    for what, text in (("who decided", decided.by), ("why", decided.why)):
        if not tidy(text):
            raise InputError(f"A decision says {what}.")
        if len(text) > _LONGEST:
            raise InputError(f"{what}: at most {_LONGEST} characters.")
    with _writing:
        held = log(store)
        decided = replace(
            decided, number=max((one.number for one in held), default=0) + 1, by=tidy(decided.by), why=tidy(decided.why)
        )
        _replace(store, [*held, decided], at)
    return decided


def _replace(store: Store, decisions: Sequence[Decided], at: datetime) -> Change:
    try:
        made = list(statements_of(decisions))
    except BadStatement as error:
        raise InputError(f"The decision cannot be recorded: {error}") from None
    kinds = {one.subject: _kind(store, one.subject) for one in made if one.subject != ENTITY}
    kinds |= {one.object: _kind(store, one.object) for one in made if one.object is not None}
    for one in made:
        vocabulary().check(one, {ENTITY: "source", **kinds})
    return store.replace(SOURCE, made, at)
