"""Sunset: what is left on a future date if nothing is renewed.

Links whose sources give an end are taken at their word; a link without a known end is taken to go on, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError
from graph.model import OPEN_END, AsOf, EntityId, days_of, today
from graph.revisions import Graph
from queries.comparing import CoverageChange, PathChange, change_of_coverage, change_of_paths
from queries.coverage import CoverageQuestion
from queries.explain import Cited, cite, date_text
from queries.paths import PathQuestion
from queries.selection import predicates_asked


@dataclass(frozen=True, slots=True)
class SunsetQuestion:
    """``on``: the future date; a month or year means its last day. ``as_of``: what "now" is, None for today.

    ``lens``, ``base``, ``columns`` as in coverage. ``start`` and ``goal``, ids or sets, both or neither: also compare the ``k``
    best paths.
    """

    on: str
    lens: str = "four-convened-entities"
    base: str | None = "iso-249"
    columns: str | None = None
    start: EntityId | None = None
    goal: EntityId | None = None
    k: int = 5
    max_steps: int = 6
    as_of: str | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SunsetAnswer:
    """What ends and what is left.

    ``on`` is a whole day. ``ending``: the links (no denials) that hold as of ``as_of`` and have ended by ``on``, the earliest
    first.
    ``open_ended``: how many links hold now without a known end; ``later``: how many have an end that is not before ``on``;
    ``beginning``: how many are on record as beginning between the two.
    """

    revision: int
    as_of: str
    on: str
    known_at: datetime | None
    ending: tuple[Cited, ...]
    open_ended: int
    later: int
    beginning: int
    coverage: CoverageChange
    paths: PathChange | None
    headline: str


def find_sunset(graph: Graph, question: SunsetQuestion) -> SunsetAnswer:
    """What is left on a future date. Raises ``BadDate``, ``InputError`` for a date that does not lie ahead.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, predicate, object=None, value=None, to="", **more):
    ...     cited = Citation("src-list", "page 1")
    ...     return Statement(subject, predicate, object, value, Period("2024", to), cited, "high", "", tuple(more.items()))
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("appm", "kind", value="mechanism"), says("appm", "list_complete", value="enrolled_in"),
    ...     says("KEN", "kind", value="country"), says("KEN", "listed_as", value="iso-3166-1"),
    ...     says("KEN", "enrolled_in", "appm", to="2027", status="member"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_sunset(Graph(store), SunsetQuestion("2028", "mechanism:appm", as_of="2026-01-01"))
    >>> answer.on, len(answer.ending), [(cell.row, cell.before, cell.after) for cell in answer.coverage.cells]
    ('2028-12-31', 1, [('KEN', 'covered_once', 'lapsed')])
    >>> store.close(); folder.cleanup()
    """
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    end = days_of(question.on)[1]
    if end <= when.end:
        raise InputError(f"The future date must lie after the as-of date ({when.valid}), and {question.on!r} does not.")
    if (question.start is None) != (question.goal is None):
        raise InputError("Paths need both ends: give from and to, or neither.")
    on = date.fromordinal(end - 1).isoformat()
    snapshot = graph.snapshot(question.known_at)
    # A denial, or a decision to keep two apart, is no link that could be renewed.
    telling = predicates_asked(snapshot, (), (), traversable_only=False)[snapshot.predicate] & snapshot.forward
    first, until, statement = snapshot.first[telling], snapshot.end[telling], snapshot.statement[telling]
    live = (first < when.end) & (until > when.first)
    order = np.lexsort((statement, until))
    ending = [int(statement[arc]) for arc in order.tolist() if live[arc] and until[arc] <= end - 1]
    ids = dict.fromkeys(snapshot.statement_id(number) for number in ending)
    coverage = change_of_coverage(
        graph, CoverageQuestion(question.lens, question.base, question.columns, when.valid, question.known_at), as_of=on
    )
    paths = None
    if question.start is not None and question.goal is not None:
        asked = PathQuestion(
            question.start, question.goal, question.k, question.max_steps, as_of=when.valid, known_at=question.known_at
        )
        paths = change_of_paths(graph, asked, as_of=on)
    return SunsetAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        on=on,
        known_at=question.known_at,
        ending=tuple(cite(graph, snapshot, ids)),
        open_ended=_count(statement[live & (until == OPEN_END)]),
        later=_count(statement[live & (until >= end) & (until < OPEN_END)]),
        beginning=_count(statement[(first >= when.end) & (first < end)]),
        coverage=coverage,
        paths=paths,
        headline=_headline(on, len(ids), coverage),
    )


def _count(statements: NDArray[Any]) -> int:
    return len(np.unique(statements))


def _headline(on: str, ending: int, coverage: CoverageChange) -> str:
    ends = "1 link has ended" if ending == 1 else f"{ending} links have ended"
    covered = coverage.before.covered
    rows = "1 row is covered" if covered == 1 else f"{covered} rows are covered"
    return f"If nothing is renewed, {ends} by {date_text(on)}; {rows} now and {coverage.after.covered} then."
