"""Why a statement came to be known or ceased to be: the causes of ``queries.changes``, and what counts as a correction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Literal, get_args

from graph.merging import SAME
from graph.model import Statement
from queries.history import History, Touched

Cause = Literal[
    "source added",
    "source withdrawn",
    "correction",
    "identity decision",
    "statement added",
    "statement withdrawn",
    "validity began",
    "validity ended",
]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
_DECISIONS: Final = frozenset({SAME, "different_from", "not_to_confuse_with"})
_TELLING: Final = ("lang", "sort", "topic", "status", "role")
"""Qualifiers that make two statements speak of different matters: a new text in French corrects no text in English."""


def cause_of(one: Touched, origin: str, twin: str, before: frozenset[str], after: frozenset[str]) -> tuple[Cause, str, str]:
    cause: Cause
    if one.after and origin not in before:
        cause = "source added"
    elif one.before and origin not in after:
        cause = "source withdrawn"
    elif twin:
        return "correction", origin, twin
    elif one.statement.predicate in _DECISIONS:
        cause = "identity decision"
    else:
        cause = "statement added" if one.after else "statement withdrawn"
    return cause, origin, ""


def twins_of(changed: Sequence[Touched], history: History) -> dict[str, str]:
    """What stands in whose place, both ways: one statement went and one came in the same place, from the same loaded source.

    First by the cited source too, then without it. Where several went or came in one place it cannot be told which is whose,
    and nothing is called a correction.
    """
    found: dict[str, str] = {}
    for cited in (True, False):
        places: dict[tuple[str, ...], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for one in changed:
            if one.statement.id not in found:
                places[_place(one.statement, history.source(one.revision), cited)][one.after].append(one.statement.id)
        for went, came in places.values():
            if len(went) == len(came) == 1:
                found[went[0]], found[came[0]] = came[0], went[0]
    return found


def _place(one: Statement, origin: str, cited: bool) -> tuple[str, ...]:
    """What a correction keeps: loaded source, subject, predicate, object, and what the statement speaks of."""
    told = (one.qualifier(name) for name in _TELLING if one.object is None or name == "role")
    return origin, one.subject, one.predicate, one.object or "", *told, one.citation.source if cited else ""
