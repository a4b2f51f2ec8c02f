"""What became of a name: the entity that it certainly means, or the candidates, and what speaks for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graph.model import EntityId

Decision = Literal["automatic", "review", "none"]


@dataclass(frozen=True, slots=True)
class Option:
    """An entity that a text may mean: a likeness of 0 to 100, and what speaks for or against it.

    ``status`` is ``inactive`` or ``withdrawn`` where its register says so, with the ids of its ``successors``.
    """

    id: EntityId
    name: str
    kind: str
    identifiers: tuple[str, ...]
    likeness: float
    reason: str
    status: str = ""
    successors: tuple[EntityId, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of one text. ``id`` is set where ``decision`` is ``automatic``; ``candidates`` come best first."""

    text: str
    id: EntityId | None
    decision: Decision
    candidates: tuple[Option, ...]
    reason: str
    identifiers: tuple[str, ...] = ()
