"""The matrix of coverage: how many actors cover each row, split by one or two column axes, on one day.

The numbers behind a board: which component of the value chain, of which class of products, how many mechanisms cover for which
country, area or territory. It counts what ``find_coverage`` explains; why a cell is empty is asked there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from graph.errors import InputError
from graph.model import AsOf, today
from graph.revisions import Graph
from graph.snapshot import Snapshot
from queries.bases import rows_of
from queries.cells import Named
from queries.counting import Split, count_actors
from queries.lens_names import axis_of, base_of, fitting_base, lens_of
from queries.lenses import Axis, Base, Lens


@dataclass(frozen=True, slots=True)
class MatrixQuestion:
    """What to count. ``lens``, ``base``: as in ``CoverageQuestion``. ``columns``: one or two axes (``component``, ...).

    ``as_of``: one day, YYYY-MM-DD; None for today.
    """

    lens: str = "four-convened-entities"
    base: str | None = None
    columns: tuple[str, ...] = ("product-class", "component")
    as_of: str | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MatrixAxis:
    """A column axis: its id and title, and its columns in order."""

    id: str
    title: str
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One row. ``actors``: number of actors by the ids of its columns, one for each axis; only cells with an actor."""

    id: str
    name: str
    actors: Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class MatrixAnswer:
    """What ``find_matrix`` counted.

    ``size``: rows. ``covered``: rows that an actor covers in some cell. ``cells``: rows times columns; ``filled``: cells with
    an actor.
    """

    revision: int
    lens: Lens
    base: Base
    axes: tuple[MatrixAxis, ...]
    as_of: str
    known_at: datetime | None
    size: int
    covered: int
    cells: int
    filled: int
    rows: tuple[MatrixRow, ...]


def find_matrix(graph: Graph, question: MatrixQuestion) -> MatrixAnswer:
    """How many actors cover each row in each combination of columns.

    Raises ``UnknownWord`` for a lens, base or axis that is not there, ``BadDate``, ``NothingKnown``, and ``InputError`` for a
    date that is not a day, for no axis or more than two, and for a base whose rows the lens does not ask about.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> said = Citation("src-list", "page 1")
    >>> def says(subject, predicate, object=None, value=None, **more):
    ...     return Statement(subject, predicate, object, value, Period("2024"), said, "high", "", tuple(more.items()))
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("appm", "kind", value="mechanism"), says("appm", "handles", "pc-vaccines"),
    ...     says("pc-vaccines", "kind", value="product_class"), says("vc-allocation", "kind", value="value_chain"),
    ...     says("vc-allocation", "subtype", value="component"), says("appm", "works_on", "vc-allocation"),
    ...     says("KEN", "kind", value="country"), says("KEN", "listed_as", value="iso-3166-1"),
    ...     says("KEN", "enrolled_in", "appm", status="member"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_matrix(Graph(store), MatrixQuestion("mechanism:appm", "ISO 249", as_of="2026-01-01"))
    >>> answer.rows[0].actors
    {('pc-vaccines', 'vc-allocation'): 1}
    >>> store.close(); folder.cleanup()
    """
    as_of = question.as_of if question.as_of is not None else today()
    when = AsOf(as_of, question.known_at)
    if when.end - when.first != 1:
        raise InputError(f"A matrix counts one day, as YYYY-MM-DD, not {as_of}; ask for coverage as of a month or a year.")
    if not 1 <= len(question.columns) <= 2:
        raise InputError(f"A matrix has one or two column axes, not {len(question.columns)}.")
    graph.known_revision(question.known_at)
    snapshot = graph.snapshot(question.known_at)
    lens = lens_of(question.lens, snapshot)
    base = fitting_base(lens, question.base)
    axes = [axis_of(name) for name in question.columns]
    rows = rows_of(base, snapshot, when)
    splits = [Split(axis.steps, tuple(rows_of(base_of(axis.base), snapshot, when))) for axis in axes]
    counted = [entry for entry in lens.entries if entry.standing == "counted"]
    actors = count_actors(snapshot, rows, counted, splits, when.first)
    shown = tuple(_axis(snapshot, axis, split) for axis, split in zip(axes, splits, strict=True))
    found: list[dict[tuple[str, ...], int]] = [{} for _ in rows]
    for row, *places in np.argwhere(actors).tolist():
        key = tuple(axis.columns[place].id for axis, place in zip(shown, places, strict=True))
        found[row][key] = int(actors[row, *places])
    return MatrixAnswer(
        revision=snapshot.revision,
        lens=lens,
        base=base,
        axes=shown,
        as_of=as_of,
        known_at=question.known_at,
        size=len(rows),
        covered=sum(1 for one in found if one),
        cells=actors.size,
        filled=int(np.count_nonzero(actors)),
        rows=tuple(MatrixRow(snapshot.ids[row], snapshot.names[row], one) for row, one in zip(rows, found, strict=True)),
    )


def _axis(snapshot: Snapshot, axis: Axis, split: Split) -> MatrixAxis:
    return MatrixAxis(axis.id, axis.title, tuple(Named(snapshot.ids[node], snapshot.names[node]) for node in split.columns))
