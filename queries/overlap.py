"""Overlap: cells that several mechanisms cover at once, and how often each two of them meet.

It is the coverage question read the other way: the same lens, base, columns and date, the same cells and states. Overlap is
neither good nor bad: a second mechanism may be reserve or double work. So it is counted, with who says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final

from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.cells import Cell, Named
from queries.coverage import CoverageQuestion, coverage_of
from queries.lens_names import lens_of
from queries.lenses import ENROLLED, Base, Entry, Lens, enrolment
from queries.selection import check_number

MOST: Final = 1_000
EVERY: Final = "every-mechanism"
"""The id of the lens that is taken where none is given."""


@dataclass(frozen=True, slots=True)
class OverlapQuestion:
    """As ``CoverageQuestion``. ``lens`` None: every mechanism in which a country, area or territory is enrolled.

    ``least``: how many must cover a cell for it to be listed, 2 to 1000.
    """

    lens: str | None = None
    base: str | None = None
    columns: str | None = None
    as_of: str | None = None
    known_at: datetime | None = None
    least: int = 2

    def __post_init__(self) -> None:
        check_number("least", self.least, 2, MOST, "number of mechanisms that must cover a cell")


@dataclass(frozen=True, slots=True)
class Covering:
    """A mechanism (or other actor) of the lens: how many cells it covers, and how many of them alone."""

    id: str
    name: str
    cells: int
    alone: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that cover the same cells: how many cells, and in which rows (ids, in order).

    ``share``: these cells out of all that the smaller of the two covers; 1 means that one lies wholly inside the other.
    """

    first: Named
    second: Named
    cells: int
    rows: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class OverlapAnswer:
    """``mechanisms`` in order of id; ``matrix[i][j]``: the cells that mechanisms i and j both cover (i = j: all of its own).

    ``pairs``: most cells first, then by ids. ``by_number``: how many cells are covered by exactly so many. ``cells``: those
    covered by ``least`` or more, in the order of the base, each with the statements behind it.
    """

    revision: int
    lens: Lens
    base: Base
    columns: str
    as_of: str
    known_at: datetime | None
    size: int
    mechanisms: tuple[Covering, ...]
    matrix: tuple[tuple[int, ...], ...]
    pairs: tuple[Pair, ...]
    by_number: dict[int, int]
    cells: tuple[Cell, ...]


def find_overlap(graph: Graph, question: OverlapQuestion) -> OverlapAnswer:
    """Which cells are covered by several, and by whom. Raises as ``find_coverage``.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> said = Citation("src-list", "page 1")
    >>> def says(subject, predicate, object=None, value=None, **more):
    ...     return Statement(subject, predicate, object, value, Period("2024"), said, "high", "", tuple(more.items()))
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("appm", "kind", value="mechanism"), says("sadc-spps", "kind", value="mechanism"),
    ...     *(says(code, "kind", value="country") for code in ("KEN", "ZAF")),
    ...     *(says(code, "listed_as", value="iso-3166-1") for code in ("KEN", "ZAF")),
    ...     says("KEN", "enrolled_in", "appm", status="eligible"), says("ZAF", "enrolled_in", "appm", status="eligible"),
    ...     says("ZAF", "enrolled_in", "sadc-spps", status="member"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_overlap(Graph(store), OverlapQuestion(base="ISO 249", as_of="2026-01-01"))
    >>> [(one.id, one.cells, one.alone) for one in answer.mechanisms], answer.matrix
    ([('appm', 2, 1), ('sadc-spps', 1, 0)], ((2, 1), (1, 1)))
    >>> [(pair.first.id, pair.second.id, pair.rows, pair.share) for pair in answer.pairs]
    [('appm', 'sadc-spps', ('ZAF',), 1.0)]
    >>> store.close(); folder.cleanup()
    """
    snapshot = graph.snapshot(question.known_at)
    lens = every_mechanism(snapshot) if question.lens in (None, EVERY) else lens_of(question.lens or "", snapshot)
    asked = CoverageQuestion(lens.id, question.base, question.columns, question.as_of, question.known_at)
    found = coverage_of(snapshot, lens, asked)
    covered = [cell for cell in found.cells if cell.by]
    names = {one.id: one for cell in covered for one in cell.by}
    order = sorted(names)
    own, alone = Counter[str](), Counter[str]()
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in covered:
        ids = sorted(one.id for one in cell.by)
        own.update(ids)
        if len(ids) == 1:
            alone.update(ids)
        for both in combinations(ids, 2):
            rows[both].append(cell.row)
    pairs = [
        Pair(names[one], names[other], len(shared), tuple(dict.fromkeys(shared)), len(shared) / min(own[one], own[other]))
        for (one, other), shared in rows.items()
    ]
    pairs.sort(key=lambda pair: (-pair.cells, pair.first.id, pair.second.id))
    counts = Counter(len(cell.by) for cell in covered)
    return OverlapAnswer(
        revision=found.revision,
        lens=found.lens,
        base=found.base,
        columns=found.columns,
        as_of=found.as_of,
        known_at=found.known_at,
        size=found.size,
        mechanisms=tuple(Covering(id, names[id].name, own[id], alone[id]) for id in order),
        matrix=tuple(
            tuple(own[one] if one == other else len(rows.get((min(one, other), max(one, other)), ())) for other in order)
            for one in order
        ),
        pairs=tuple(pairs),
        by_number=dict(sorted(counts.items())),
        cells=tuple(cell for cell in covered if len(cell.by) >= question.least),
    )


def every_mechanism(snapshot: Snapshot) -> Lens:
    """A lens of all mechanisms in which a country, area or territory is enrolled, in any status that may count."""
    statuses = [status.name for status in vocabulary().statuses.values() if status.counts]
    enrolling = set()
    if ENROLLED in snapshot.predicates:
        arcs = (snapshot.predicate == snapshot.predicates.index(ENROLLED)) & snapshot.forward
        enrolling = {int(node) for node in snapshot.target[arcs]}
    listed = [node for node in sorted(enrolling) if snapshot.kinds[node] == "mechanism"]
    return Lens(
        id=EVERY,
        labels=(),
        title="Every mechanism",
        definition="Enrolled in any mechanism, in any status that may count.",
        rows=frozenset({"country"}),
        base="iso-249",
        entries=tuple(
            Entry(snapshot.ids[node], snapshot.names[node], (enrolment(snapshot.ids[node], statuses),), 0) for node in listed
        ),
    )
