"""Keep-apart decisions: which entities must not be taken for one another, who decided so, when and why.

A decision is a statement like any other, with a citation and a period (from the day it was made to the day it was taken
back). ``different_from`` keeps two entities of the graph apart; ``not_to_confuse_with`` keeps an entity apart from something
that the graph does not hold and that has a like name. Who decided is the qualifier ``decided_by``, why is ``why``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graph.model import ANY_TIME, AsOf, EntityId, Statement
from graph.store import Store

APART: Final = "different_from"
APART_FROM_NAME: Final = "not_to_confuse_with"


@dataclass(frozen=True, slots=True)
class KeptApart:
    """One decision, seen from ``entity``: it is not ``other`` (an id), or, where ``other`` is None, not ``name``.

    ``decided_on`` and ``withdrawn_on`` are partial dates as recorded, ``""`` where not given. ``statement`` is the id of the
    statement that records the decision.
    """

    entity: EntityId
    other: EntityId | None
    name: str
    decided_by: str
    decided_on: str
    withdrawn_on: str
    why: str
    statement: str


def decisions(store: Store, when: AsOf = ANY_TIME) -> Iterator[KeptApart]:
    """All keep-apart decisions visible at ``when``, each once, seen from its subject: those between entities first."""
    for predicate in (APART, APART_FROM_NAME):
        for statement in store.scan(predicate, when):
            yield _seen_from(statement.subject, statement)


def kept_apart(store: Store, entity: EntityId, when: AsOf = ANY_TIME) -> tuple[KeptApart, ...]:
    """What an entity is kept apart from at ``when``, whichever of the two the decision names first.

    ``when`` carries both clocks: ``valid`` is the day on which a decision must stand, ``known`` when the graph knew it.
    Other entities come first, by id; then names, in alphabetical order.
    """
    found = {s.id: s for s in store.about(entity, when) if s.predicate in (APART, APART_FROM_NAME)}
    found.update((s.id, s) for s in store.links(entity, when) if s.predicate == APART)
    seen = [_seen_from(entity, statement) for statement in found.values()]
    return tuple(sorted(seen, key=lambda one: (one.other is None, one.other or "", one.name, one.statement)))


def are_kept_apart(store: Store, one: EntityId, two: EntityId, when: AsOf = ANY_TIME) -> bool:
    """Whether a decision keeps two entities apart at ``when``; the order of the two does not matter."""
    return any(decision.other == two for decision in kept_apart(store, one, when))


def _seen_from(entity: EntityId, statement: Statement) -> KeptApart:
    other = statement.object if statement.subject == entity else statement.subject
    return KeptApart(
        entity=entity,
        other=other if statement.object is not None else None,
        name=statement.value or "",
        decided_by=statement.qualifier("decided_by"),
        decided_on=statement.valid.valid_from,
        withdrawn_on=statement.valid.valid_to,
        why=statement.qualifier("why"),
        statement=statement.id,
    )
