"""The rows of a base: which entities are on a named list, as of a date."""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.model import AsOf
from graph.snapshot import Snapshot
from queries.completeness import Completeness
from queries.lenses import Base

LISTED: Final = "listed_as"


def rows_of(base: Base, snapshot: Snapshot, when: AsOf) -> list[int]:
    """The node numbers of a base's rows, in order of id, as of its own date or else of the question's."""
    if base.as_of is not None:
        when = AsOf(base.as_of)
    known = Completeness(snapshot, when)
    rows: list[int] = np.flatnonzero(snapshot.kinds.among(base.kinds)).tolist()
    if base.subtypes:
        rows = [node for node in rows if snapshot.subtypes[node] in base.subtypes]
    for value in base.listed:
        on_list = listed(snapshot, value, when)
        rows = [node for node in rows if node in on_list]
    for value in base.not_listed:
        on_list = listed(snapshot, value, when)
        rows = [node for node in rows if node not in on_list]
    if base.ids or base.without:
        rows = [
            node for node in rows if (not base.ids or snapshot.ids[node] in base.ids) and snapshot.ids[node] not in base.without
        ]
    if base.having:
        known.remember(rows)
    return [node for node in rows if all(known.living(node, step) for step in base.having)]


def listed(snapshot: Snapshot, value: str, when: AsOf) -> dict[int, list[int]]:
    """The nodes that a statement puts on a list (``listed_as``), each with the numbers of these statements."""
    found: dict[int, list[int]] = {}
    for literal in snapshot.literals(LISTED):
        if literal.value == value and literal.first < when.end and literal.end > when.first:
            found.setdefault(literal.node, []).append(literal.statement)
    return found
