"""A statement with its citation, and the pieces that every body is made of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from graph.model import moment_text

if TYPE_CHECKING:
    from queries.explain import Cited

Body = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """A known time as text, in UTC.

    >>> moment(datetime.fromisoformat("2026-01-01T01:00+01:00"))
    '2026-01-01T00:00:00Z'
    """
    return moment_text(at) if at is not None else None


def statement(cited: Cited) -> Body:
    """A statement with its citation."""
    return {
        "id": cited.id,
        "subject": cited.subject,
        "subject_name": cited.subject_name,
        "predicate": cited.predicate,
        "object": cited.object,
        "object_name": cited.object_name or None,
        "value": cited.value,
        "sentence": cited.sentence,
        "period": cited.period,
        "valid_from": cited.valid_from or None,
        "valid_to": cited.valid_to or None,
        "confidence": cited.confidence,
        "source": cited.source,
        "source_name": cited.source_name,
        "locator": cited.locator,
        "url": cited.url or None,
        "url_status": cited.url_status or None,
        "quotation": cited.quotation or None,
        "release": cited.release or None,
        "qualifiers": dict(cited.qualifiers),
    }
