"""Coverage: the matrix of countries, areas and territories by product class by component of the value chain.

Counted through mechanisms, and through organisations and three levels of membership; beside DuckDB, which is given the same
links as a table and must find the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.graphs import AS_OF
from benchmarks.measuring import Figure, timed
from graph.model import AsOf
from graph.revisions import Graph
from graph.snapshot import Snapshot
from queries.counting import Split, count_actors
from queries.kernels import prepare
from queries.lenses import Entry, Step

DAY = AsOf(AS_OF).first
MECHANISM, CLASS, COMPONENT = "mechanism", "product_class", "value_chain"
NETWORKS = Step("member_of", True, kinds=frozenset({"network"}))
LISTS = (
    (Step("enrolled_in", True, kinds=frozenset({MECHANISM})),),
    (
        Step("located_in", False, kinds=frozenset({"organisation", "network"})),
        NETWORKS,
        NETWORKS,
        Step("member_of", True, kinds=frozenset({MECHANISM})),
    ),
)
AXES = (Step("covers", True, kinds=frozenset({CLASS})), Step("works_on", True, kinds=frozenset({COMPONENT})))
_NAMES = ("mechanisms", "organisations, three memberships")
_GOALS = (0.5, 20.0)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix to count: from ``rows`` by ``steps`` to mechanisms, and from them by each of ``AXES`` to ``columns``."""

    name: str
    goal: float
    snapshot: Snapshot
    rows: tuple[int, ...]
    steps: tuple[Step, ...]
    columns: tuple[tuple[int, ...], ...]

    def count(self) -> NDArray[np.int64]:
        """The number of mechanisms of each cell: int64[rows, classes, components]."""
        entry = Entry(self.name, self.name, self.steps, len(self.steps) - 1)
        splits = [Split((step,), columns) for step, columns in zip(AXES, self.columns, strict=True)]
        return count_actors(self.snapshot, self.rows, [entry], splits, DAY)


def matrices(snapshot: Snapshot) -> list[Matrix]:
    """Both matrices of a graph."""
    kinds = np.array(list(snapshot.kinds))
    rows, *columns = (tuple(np.flatnonzero(kinds == kind).tolist()) for kind in ("country", CLASS, COMPONENT))
    size = " x ".join(str(len(some)) for some in (rows, *columns))
    return [
        Matrix(f"coverage, {size}: {name}", goal, snapshot, rows, steps, tuple(columns))
        for name, goal, steps in zip(_NAMES, _GOALS, LISTS, strict=True)
    ]


def figures(graph: Graph) -> Iterator[Figure]:
    """Both matrices, by mcmgraph and by DuckDB, and what a snapshot that is new pays once."""
    prepare(wait=True)
    snapshot = graph.snapshot()
    asked = matrices(snapshot)
    for one in asked:
        assert one.count().any(), one.name
        yield timed(one.name, "mcmgraph", [one.count] * 100, one.goal)
    for one in asked:
        yield timed(f"{one.name}, first on a snapshot", "mcmgraph", [partial(_afresh, one)] * 5, warm=1)
    if find_spec("duckdb") is None:
        print("DuckDB is not installed: coverage was not measured beside it (it comes with the dev extra).", flush=True)
        return
    from benchmarks.coverage_duckdb import Tables

    tables = Tables(snapshot)
    for one in asked:
        for by, text in (
            ("DuckDB, distinct at each step", tables.stepwise(one)),
            ("DuckDB, joined at once", tables.joined(one)),
        ):
            if not np.array_equal(tables.counted(one, text), one.count()):
                raise AssertionError(f"{by} finds other numbers than mcmgraph: {one.name}")
            yield timed(one.name, by, [partial(tables.ask, text)] * 15)


def _afresh(matrix: Matrix) -> object:
    """A matrix of a snapshot of which nothing was asked before."""
    held = matrix.snapshot
    return replace(matrix, snapshot=Snapshot(dict(held.stored), {"revision": held.revision})).count()
