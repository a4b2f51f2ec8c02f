"""Two answers to one question side by side: what a removal, a date or an assumption changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from graph.errors import EmptySet, UnknownEntity
from graph.model import EntityId, today
from graph.revisions import Graph
from graph.snapshot import Snapshot
from queries.cells import State
from queries.coverage import CoverageAnswer, CoverageQuestion, find_coverage
from queries.paths import End, PathAnswer, PathQuestion, find_paths

_T = TypeVar("_T")
_Question = TypeVar("_Question", CoverageQuestion, PathQuestion)
_MOST_HELD: Final = 8
_held: WeakKeyDictionary[Snapshot, OrderedDict[Any, Any]] = WeakKeyDictionary()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell whose state differs; None for a side on which the row or column does not exist.

    ``statements_before`` and ``statements_after``: ids of the statements behind each state. ``note`` explains the later one.
    """

    row: EntityId
    row_name: str
    column: str
    before: State | None
    after: State | None
    statements_before: tuple[str, ...]
    statements_after: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """Coverage before and after. ``lost`` and ``gained``: rows (ids) that are covered on one side only.

    ``cells``: every cell whose state differs, in the order of the earlier answer.
    """

    before: CoverageAnswer
    after: CoverageAnswer
    lost: tuple[EntityId, ...]
    gained: tuple[EntityId, ...]
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class PathChange:
    """The best paths before and after; ``lost`` and ``gained`` are those found on one side only, as ids from start to goal."""

    before: PathAnswer
    after: PathAnswer
    lost: tuple[tuple[EntityId, ...], ...]
    gained: tuple[tuple[EntityId, ...], ...]


def change_of_coverage(
    graph: Graph, question: CoverageQuestion, other: Graph | None = None, as_of: str | None = None
) -> CoverageChange:
    """One question of coverage put to ``graph``, and again to ``other`` (or the same graph) on ``as_of`` (or the same day)."""
    before = find_coverage(graph, question)
    later = replace(question, as_of=as_of if as_of is not None else before.as_of)
    return compare_coverage(before, find_coverage(graph if other is None else other, later))


def compare_coverage(before: CoverageAnswer, after: CoverageAnswer) -> CoverageChange:
    """What differs between two answers of one lens and base."""
    earlier = {(cell.row, cell.column): cell for cell in before.cells}
    later = {(cell.row, cell.column): cell for cell in after.cells}
    changed = []
    for place in dict.fromkeys((*earlier, *later)):
        one, other = earlier.get(place), later.get(place)
        if one is not None and other is not None and one.state == other.state:
            continue
        told = other or one
        assert told is not None
        changed.append(
            CellChange(
                row=told.row,
                row_name=told.row_name,
                column=told.column,
                before=one.state if one is not None else None,
                after=other.state if other is not None else None,
                statements_before=one.statements if one is not None else (),
                statements_after=other.statements if other is not None else (),
                note=other.note if other is not None else "It is no longer a row of the base.",
            )
        )
    return CoverageChange(
        before=before,
        after=after,
        lost=_only(before.covered_rows, after.covered_rows),
        gained=_only(after.covered_rows, before.covered_rows),
        cells=tuple(changed),
    )


def change_of_paths(graph: Graph, question: PathQuestion, other: Graph | None = None, as_of: str | None = None) -> PathChange:
    """One path question put to ``graph``, and again to ``other`` (or the same graph) on ``as_of`` (or the same day)."""
    before = known_paths(graph, question)
    later = replace(question, as_of=as_of if as_of is not None else before.as_of)
    return compare_paths(before, known_paths(graph if other is None else other, later))


def compare_paths(before: PathAnswer, after: PathAnswer) -> PathChange:
    """What differs between two answers about one pair of ends."""
    ways = [[path.ids for path in answer.results] for answer in (before, after)]
    return PathChange(before, after, _only(ways[0], ways[1]), _only(ways[1], ways[0]))


def known_paths(graph: Graph, question: PathQuestion) -> PathAnswer:
    """The answer; an empty one where a graph does not know an end or nobody fits it: it may be so on one side only."""
    try:
        return find_paths(graph, question)
    except EmptySet as error:
        reason = str(error)
    except UnknownEntity as error:
        reason = f"No statement speaks of {error.given!r}."
    return PathAnswer(
        revision=graph.revision(question.known_at),
        as_of=question.as_of or today(),
        known_at=question.known_at,
        start=End(question.start, question.start, ""),
        goal=End(question.goal, question.goal, ""),
        results=(),
        exhausted=True,
        reason=reason,
    )


def kept(graph: Graph, question: _Question, ask: Callable[[Graph, _Question], _T]) -> _T:
    """What ``ask`` answers; the last few answers on a snapshot are kept, for the many scenarios that are laid over one graph.

    ``question`` has a date of its own and can be hashed.
    """
    if graph.engine == "server":  # which makes a snapshot for each question
        return ask(graph, question)
    snapshot = graph.snapshot(question.known_at)
    with _lock:
        held = _held.setdefault(snapshot, OrderedDict())
        if (ask, question) in held:
            held.move_to_end((ask, question))
            answer: _T = held[ask, question]
            return answer
    answer = ask(graph, question)
    with _lock:
        held[ask, question] = answer
        while len(held) > _MOST_HELD:
            held.popitem(last=False)
    return answer


def _only(these: Iterable[_T], those: Iterable[_T]) -> tuple[_T, ...]:
    held = set(those)
    return tuple(one for one in these if one not in held)
