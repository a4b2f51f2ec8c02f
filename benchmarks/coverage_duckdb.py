"""The matrix of coverage in SQL, for DuckDB: the arrays of a snapshot as tables in memory.

Two ways of writing it: all joins at once, as one writes it down first; and each step made distinct before the next, as one
writes it once the first has turned out slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from benchmarks.coverage_figures import AXES, CLASS, COMPONENT, DAY
from graph.snapshot import Snapshot
from queries.lenses import Step

if TYPE_CHECKING:
    from benchmarks.coverage_figures import Matrix


class Tables:
    """``link(subject, predicate, object, first, past)`` and ``entity(id, kind)``, all numbers."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        owner = np.repeat(np.arange(len(snapshot.ids), dtype=np.int32), np.diff(snapshot.offsets))
        once = np.flatnonzero(snapshot.forward)
        self._kinds = sorted(set(snapshot.kinds))
        link = {  # noqa: F841 (DuckDB finds it by its name)
            "subject": owner[once],
            "predicate": snapshot.predicate[once],
            "object": snapshot.target[once],
            "first": np.asarray(snapshot.first[once]),
            "past": np.asarray(snapshot.end[once]),
        }
        place = {kind: number for number, kind in enumerate(self._kinds)}
        entity = {  # noqa: F841
            "id": np.arange(len(snapshot.ids), dtype=np.int32),
            "kind": np.array([place[kind] for kind in snapshot.kinds], dtype=np.int16),
        }
        self._at = duckdb.connect()
        self._at.execute("create table links as select * from link")
        self._at.execute("create table entities as select * from entity")

    def ask(self, text: str) -> Any:
        """Run a query; its columns as arrays."""
        return self._at.execute(text).fetchnumpy()

    def counted(self, matrix: Matrix, text: str) -> NDArray[np.int64]:
        """The answer of a query in the shape of ``Matrix.count``."""
        found = self.ask(text)
        every = (matrix.rows, *matrix.columns)
        cells = np.zeros([len(some) for some in every], dtype=np.int64)
        places = (np.searchsorted(some, found[name]) for some, name in zip(every, ("a", "b", "c"), strict=True))
        cells[tuple(places)] = found["actors"]
        return cells

    def stepwise(self, matrix: Matrix) -> str:
        """Each step distinct before the next."""
        parts = [f"s0 as (select id as row, id as node from {self._of('country')})"]
        for number, step in enumerate(matrix.steps):
            near, far = ("subject", "object") if step.forward else ("object", "subject")
            parts.append(
                f"s{number + 1} as (select distinct s.row, l.{far} as node from s{number} s join {self._living(step)} l "
                f"on l.{near} = s.node join {self._of(*step.kinds)} k on k.id = l.{far})"
            )
        return f"with {', '.join(parts)} {self._cells(f's{len(matrix.steps)}')}"

    def joined(self, matrix: Matrix) -> str:
        """All steps in one join."""
        text, at = f"{self._of('country')} r", "r.id"
        for number, step in enumerate(matrix.steps):
            near, far = ("subject", "object") if step.forward else ("object", "subject")
            text += f" join {self._living(step)} l{number} on l{number}.{near} = {at}"
            at = f"l{number}.{far}"
            text += f" join {self._of(*step.kinds)} k{number} on k{number}.id = {at}"
        return f"with s as (select r.id as row, {at} as node from {text}) {self._cells('s')}"

    def _cells(self, reached: str) -> str:
        one, other = AXES
        return (
            f"select s.row as a, b.object as b, c.object as c, count(distinct s.node) as actors from {reached} s "
            f"join {self._living(one)} b on b.subject = s.node join {self._of(CLASS)} bk on bk.id = b.object "
            f"join {self._living(other)} c on c.subject = s.node join {self._of(COMPONENT)} ck on ck.id = c.object "
            "group by all"
        )

    def _living(self, step: Step) -> str:
        word = self._snapshot.predicates.index(step.predicate)
        return f"(select subject, object from links where predicate = {word} and first <= {DAY} and past > {DAY})"

    def _of(self, *kinds: str) -> str:
        places = ", ".join(str(self._kinds.index(kind)) for kind in sorted(kinds))
        return f"(select id from entities where kind in ({places}))"
