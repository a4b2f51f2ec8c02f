"""Small files of published registers, written here, and what every loader of a register must stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph.model import ANY_TIME, Statement
from graph.sqlite import SqliteStore
from loaders.ledger import Report

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def organisation(id: str, name: str, **fields: Any) -> dict[str, Any]:
    """A record of the second ROR schema."""
    return {
        "id": f"https://ror.org/{id}",
        "status": "active",
        "names": [{"value": name, "types": ["label", "ror_display"], "lang": "en"}],
        "types": ["nonprofit"],
        "locations": [{"geonames_details": {"country_code": "CH"}}],
        "relationships": [],
        "external_ids": [],
        "links": [],
        "established": None,
        "admin": {"last_modified": {"date": "2024-05-06"}},
    } | fields


def related(sort: str, id: str) -> dict[str, str]:
    """An entry of a record's relationships."""
    return {"type": sort, "id": f"https://ror.org/{id}", "label": "as the other is called"}


def write_json(path: Path, value: object) -> Path:
    """Write a JSON file."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def said(store: SqliteStore, subject: str, predicate: str) -> list[Statement]:
    """What the graph holds about a subject."""
    return [one for one in store.about(subject, ANY_TIME) if one.predicate == predicate]


def values(store: SqliteStore, subject: str, predicate: str) -> set[str]:
    """The values or objects of ``said``."""
    return {one.value or one.object or "" for one in said(store, subject, predicate)}


def refused(store: SqliteStore, report: Report, *words: str) -> None:
    """Hold that one file was refused for a reason with these words, and that nothing of it is in the store."""
    (ledger,) = report.files
    assert ledger.refused
    assert report.balanced
    assert not report.ok
    assert not [change for change in store.changes(0) if change.source == ledger.source]
    told = str(report.findings[0])
    missing = [word for word in words if word not in told]
    assert not missing, f"{told!r} does not say {missing}"


def reasons(report: Report) -> Mapping[str, int]:
    """Rows by reason."""
    return {one.reason: one.rows for ledger in report.files for one in ledger.reasons}
