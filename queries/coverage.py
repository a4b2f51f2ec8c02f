"""Coverage: who is covered by what, as of a date; a named lens against a named base, cell by cell.

``find_coverage`` answers a ``CoverageQuestion``; ``find_spread`` sets the definitions side by side, because a number of covered
countries, areas and territories means nothing without its lens and its base.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from graph.errors import InputError
from graph.model import AsOf, today
from graph.revisions import Graph
from graph.snapshot import Snapshot
from queries import engine
from queries.bases import rows_of
from queries.cells import STATES, Cell, Named, State
from queries.completeness import Blame
from queries.counting import count_actors
from queries.grid import Grid
from queries.lens_names import base_of, fitting_base, lens_of, list_axes, list_bases, list_lenses
from queries.lenses import Base, Lens
from queries.tallies import Tally, by_column, by_region, headline_of, states_of, undated_note

__all__ = [
    "STATES",
    "Cell",
    "CoverageAnswer",
    "CoverageQuestion",
    "Spread",
    "find_coverage",
    "find_spread",
    "list_axes",
    "list_bases",
    "list_lenses",
]


@dataclass(frozen=True, slots=True)
class CoverageQuestion:
    """What to ask. ``lens``, ``base``, ``columns``: ids, labels or titles, in any case.

    ``lens`` may be ``mechanism:ID``. ``base`` None is the lens's own. ``columns``: None or ``none`` for one column, ``by``
    for the lists of the lens, or an axis (``product-class``, ``component``, ...). ``as_of``: YYYY, YYYY-MM or YYYY-MM-DD,
    None for today; a month or year counts what touches it. ``horizon``: days after the as-of date within which cover that
    ends is ``expiring``.
    """

    lens: str = "four-convened-entities"
    base: str | None = None
    columns: str | None = None
    as_of: str | None = None
    known_at: datetime | None = None
    horizon: int = 365


@dataclass(frozen=True, slots=True)
class Blamed:
    """A list that is not known to be complete, and how many unknown cells it is to blame for."""

    list: Blame
    cells: int


@dataclass(frozen=True, slots=True)
class CoverageAnswer:
    """What ``find_coverage`` found; ``queries.cells`` gives the rules of the states.

    ``size``, ``covered``, ``uncovered``, ``share`` (covered / size; 0 for no rows), ``covered_rows`` and ``uncovered_rows``
    (ids) are about rows: a row is covered where one of its cells is. ``states`` has all ten states and adds up to the
    number of ``cells``, which come row by row. ``regions`` is empty unless the rows are countries, areas and territories.
    ``blame``: most cells first. ``undated``: how many covered cells rest only on links without a start (see ``Cell``), and
    ``undated_note`` says so, "" where there is none.
    """

    revision: int
    lens: Lens
    base: Base
    columns: str
    column_names: tuple[Named, ...]
    as_of: str
    known_at: datetime | None
    horizon: int
    size: int
    covered: int
    uncovered: int
    share: float
    states: Mapping[State, int]
    cells: tuple[Cell, ...]
    covered_rows: tuple[str, ...]
    uncovered_rows: tuple[str, ...]
    by_column: tuple[Tally, ...]
    regions: tuple[Tally, ...]
    blame: tuple[Blamed, ...]
    headline: str
    undated: int
    undated_note: str


def find_coverage(graph: Graph, question: CoverageQuestion) -> CoverageAnswer:
    """Answer a question of coverage.

    Raises ``UnknownWord`` for a lens, base or columns that are not there, ``BadDate``, ``NothingKnown`` for a known time before
    the first load, and ``InputError`` for a base whose rows the lens does not ask about and for a negative horizon.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> said = Citation("src-list", "page 1")
    >>> def says(subject, predicate, object=None, value=None, **more):
    ...     return Statement(subject, predicate, object, value, Period("2024"), said, "high", "", tuple(more.items()))
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("appm", "kind", value="mechanism"), says("appm", "list_complete", value="enrolled_in"),
    ...     says("KEN", "kind", value="country"), says("KEN", "listed_as", value="iso-3166-1"),
    ...     says("KEN", "enrolled_in", "appm", status="member"),
    ...     says("FJI", "kind", value="country"), says("FJI", "listed_as", value="iso-3166-1"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_coverage(Graph(store), CoverageQuestion("mechanism:appm", "ISO 249", as_of="2026-01-01"))
    >>> [(cell.row, cell.state) for cell in answer.cells]
    [('FJI', 'gap'), ('KEN', 'covered_once')]
    >>> answer.headline
    'As of 2026-01-01, of 2 countries, areas and territories, 1 is covered (50.0%); 1 is not: 1 gap.'
    >>> store.close(); folder.cleanup()
    """
    graph.known_revision(question.known_at)
    snapshot = engine.for_coverage(graph, question)
    return coverage_of(snapshot, lens_of(question.lens, snapshot), question)


def coverage_of(snapshot: Snapshot, lens: Lens, question: CoverageQuestion) -> CoverageAnswer:
    """The same for a snapshot and a lens of one's own; ``question.lens`` is not read."""
    if question.horizon < 0:
        raise InputError(f"The horizon is a number of days, 0 or more, not {question.horizon}.")
    as_of = question.as_of if question.as_of is not None else today()
    when = AsOf(as_of, question.known_at)
    base = fitting_base(lens, question.base)
    grid = Grid(snapshot, lens, question.columns, when)
    rows = rows_of(base, snapshot, when)
    cells = grid.cells(rows, question.horizon)
    covered = {cell.row for cell in cells if cell.covered}
    ids = snapshot.ids.taken(np.asarray(rows, dtype=np.int64))
    undated = sum(cell.undated for cell in cells)
    blame = Counter(blamed for cell in cells for blamed in cell.blame).most_common()
    return CoverageAnswer(
        revision=snapshot.revision,
        lens=lens,
        base=base,
        columns=grid.columns_id,
        column_names=grid.columns,
        as_of=as_of,
        known_at=question.known_at,
        horizon=question.horizon,
        size=len(rows),
        covered=len(covered),
        uncovered=len(rows) - len(covered),
        share=len(covered) / len(rows) if rows else 0.0,
        states=states_of(cells),
        cells=cells,
        covered_rows=tuple(id for id in ids if id in covered),
        uncovered_rows=tuple(id for id in ids if id not in covered),
        by_column=by_column(grid.columns, cells),
        regions=by_region(snapshot, rows, cells, when, grid.known) if base.kinds == {"country"} else (),
        blame=tuple(Blamed(blamed, count) for blamed, count in blame),
        headline=headline_of(base, cells, [blamed for blamed, _ in blame], as_of),
        undated=undated,
        undated_note=undated_note(undated),
    )


@dataclass(frozen=True, slots=True)
class Defined:
    """One definition against one base: how many rows it has, how many are covered, and the share (0 for no rows)."""

    lens: Lens
    base: Base
    size: int
    covered: int
    uncovered: int
    share: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Every definition against every base, lens by lens."""

    revision: int
    as_of: str
    known_at: datetime | None
    rows: tuple[Defined, ...]


def find_spread(
    graph: Graph,
    as_of: str | None = None,
    known_at: datetime | None = None,
    lenses: Sequence[str] | None = None,
    bases: Sequence[str] | None = None,
) -> Spread:
    """How much the number of covered countries, areas and territories depends on the definition.

    Left out, ``lenses`` are those with a label (D1, D1b, ...) and ``bases`` those with a label that counts its rows (ISO
    249, ...). Raises as ``find_coverage``.
    """
    graph.known_revision(known_at)
    snapshot = graph.snapshot(known_at)
    as_of = as_of if as_of is not None else today()
    when = AsOf(as_of, known_at)
    chosen = [lens_of(name, snapshot) for name in lenses or [lens.id for lens in list_lenses() if lens.labels]]
    named = bases or [
        base.id for base in list_bases() if base.kinds == {"country"} and any(c.isdigit() for c in "".join(base.labels))
    ]
    rows = {base.id: rows_of(base, snapshot, when) for base in (base_of(name) for name in named)}
    every = sorted({row for some in rows.values() for row in some})
    found = []
    for lens in chosen:
        covered = _covered_rows(snapshot, lens, every, when)
        for name in named:
            base = fitting_base(lens, name)
            size, count = len(rows[base.id]), len(covered.intersection(rows[base.id]))
            found.append(Defined(lens, base, size, count, size - count, count / size if size else 0.0))
    return Spread(snapshot.revision, as_of, known_at, tuple(found))


def _covered_rows(snapshot: Snapshot, lens: Lens, rows: Sequence[int], when: AsOf) -> set[int]:
    """Which rows a lens covers in any column; on a single day they can be counted without their chains."""
    if when.end - when.first == 1:
        counted = [entry for entry in lens.entries if entry.standing == "counted"]
        actors = count_actors(snapshot, rows, counted, (), when.first)
        return {row for row, count in zip(rows, actors.tolist(), strict=True) if count}
    cells = Grid(snapshot, lens, None, when).cells(rows, 0)
    return {row for row, cell in zip(rows, cells, strict=True) if cell.covered}
