"""Review: what waits for a person's decision.

What waits are statements with the predicate ``proposal`` about the document that proposes, made by ``loaders.waiting``. What is
decided about them stands in the log of ``loaders.decisions``; ``loaders.deciding`` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from graph.errors import InputError, UnknownWord
from graph.model import ANY_TIME, Citation, EntityId, Statement
from graph.store import Store
from graph.vocabulary import nearest
from loaders.decisions import Decided, log, standing
from loaders.waiting import PROPOSAL

State = Literal["open", "accepted", "rejected"]
STATES: Final[tuple[State, ...]] = ("open", "accepted", "rejected")


@dataclass(frozen=True, slots=True)
class Item:
    """One proposal. ``sort`` is ``relation``, ``name`` (a text that may be an entity), ``candidate`` (one that may be new), or
    ``same`` (``subject``, an entity of a register, may be an entity that the graph has already).

    ``key`` is the same as long as what is proposed and its sentence are; ``text`` says it in words. ``reason``: why it was not
    certain; ``reasons``: what speaks for each of ``candidates``, which come best first. ``decision`` is the number of the
    decision about it, 0 while it is open.
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
    reason: str = ""
    reasons: tuple[str, ...] = ()
    state: State = "open"
    decision: int = 0


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
    if not items:
        raise InputError(f"There is no proposal {key!r}: the queue is empty.")
    near = nearest(key, [one.key for one in items])
    hint = f"Nearest: {', '.join(near)}." if near else "See mcmgraph review list, or GET /v1/review."
    raise InputError(f"There is no proposal {key!r}. {hint}")


def _item(statement: Statement, decided: dict[str, Decided]) -> Item:
    said = dict(statement.qualifiers)
    key = said.get("key", statement.id[:16])
    one = decided.get(key)
    state: State = "open" if one is None else "accepted" if one.action == "accept" else "rejected"
    candidates = tuple(said.get("candidates", "").split())
    return Item(
        key=key,
        sort=said.get("sort", ""),
        text=statement.value or "",
        subject=said.get("subject", ""),
        predicate=said.get("predicate", ""),
        object=said.get("object", ""),
        name=said.get("name", ""),
        sentence=said.get("sentence", ""),
        candidates=candidates,
        citation=statement.citation,
        reason=said.get("reason", ""),
        reasons=tuple(said.get(f"reason_{number}", "") for number in range(1, len(candidates) + 1)),
        state=state,
        decision=0 if one is None else one.number,
    )
