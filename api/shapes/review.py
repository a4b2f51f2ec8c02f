"""Bodies of review: proposals and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.shapes.statements import Body

if TYPE_CHECKING:
    from loaders.decisions import Decided
    from loaders.review import Item


def item(one: Item) -> Body:
    return {
        "key": one.key,
        "sort": one.sort,
        "text": one.text,
        "subject": one.subject or None,
        "predicate": one.predicate or None,
        "object": one.object or None,
        "name": one.name or None,
        "sentence": one.sentence,
        "reason": one.reason or None,
        "candidates": list(one.candidates),
        "reasons": list(one.reasons),
        "source": one.citation.source,
        "locator": one.citation.locator,
        "state": one.state,
        "decision": one.decision or None,
    }


def queue(revision: int, items: Sequence[Item], limit: int) -> Body:
    return {"revision": revision, "total": len(items), "results": [item(one) for one in items[:limit]]}


def decided(one: Decided) -> Body:
    return {
        "number": one.number,
        "action": one.action,
        "by": one.by,
        "at": one.at,
        "why": one.why,
        "subject": one.subject or None,
        "predicate": one.predicate or None,
        "object": one.object or None,
        "name": one.name or None,
        "key": one.key or None,
        "target": one.target or None,
        "undone": one.undone,
    }


def decisions(revision: int, made: Sequence[Decided]) -> Body:
    return {"revision": revision, "results": [decided(one) for one in made]}
