"""Introductions: for a gap, who works next to it, and through whom a body that asks can reach them.

A gap is a row (a country, area or territory, a region, a pathogen, a component of the value chain, ...) and, where the question
is narrower, a column (a product class, a component, a pathogen). Bodies are found in three rings:

``here``        linked to the row itself on the as-of date
``region``      linked to a region or bloc that the row belongs to, or to the stage that a component is part of
``neighbours``  mechanisms that enrol others of the row's regions; or bodies linked to the other components of its stage

They are ranked by: linked to the column too (where one is given), ring, linked to more of the row's neighbours, score of the
best path from the asking body, id. Paths go through bodies only: a country, area or territory that both are linked to
introduces nobody. What a link is worth is in its sentence: a seat in a place need not be work in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError
from graph.model import AsOf, EntityId, today
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.bases import rows_of
from queries.cells import Cell, Named
from queries.coverage import list_axes
from queries.explain import Cited, cite
from queries.grid import Grid
from queries.lens_names import base_of, lens_of
from queries.lenses import ENROLLED
from queries.paths import MOST_STEPS, Path, PathQuestion, find_paths
from queries.selection import Mask, View, check_number, node_of, nodes_of, predicates_asked, view
from queries.weights import weights

Ring = Literal["here", "region", "neighbours"]
RINGS: Final[tuple[Ring, ...]] = get_args(Ring)
ASKING: Final = "i-mcm-net"
LENS: Final = "four-convened-entities"
BODIES: Final = ("facility", "mechanism", "network", "organisation")
MOST: Final = 50
_SHORTLIST: Final = 60
"""Bodies for which a path is looked for: the first by all that does not need one."""
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class IntroductionsQuestion:
    """``row``, ``column``, ``asking``: ids. ``lens``: which one says whether the cell is covered (None: ``LENS``, where the row
    fits it). ``max_steps``: 1 to 8 steps that a path may have. ``limit``: 1 to 50 bodies."""

    row: EntityId
    column: EntityId | None = None
    asking: EntityId = ASKING
    lens: str | None = None
    as_of: str | None = None
    known_at: datetime | None = None
    max_steps: int = 4
    limit: int = 10

    def __post_init__(self) -> None:
        check_number("limit", self.limit, 1, MOST, "number of bodies to show")
        check_number("max_steps", self.max_steps, 1, MOST_STEPS, "most steps a path may have")
        if self.asking == self.row:
            raise InputError(f"{self.row!r} cannot ask for an introduction to itself. Name another body as asking.")
        AsOf(self.as_of, self.known_at)


@dataclass(frozen=True, slots=True)
class Introduction:
    """A body next to the gap: in which ring, why in one sentence, the statements behind it, and the best path to it.

    ``on_column``: it is linked to the column too. ``enrolled``: how many of the row's neighbours it is linked to
    (ring ``neighbours``). ``statements``: at most 20; ``total_statements`` counts them. ``path`` is None where there is none
    within the steps allowed.
    """

    id: EntityId
    name: str
    kind: str
    ring: Ring
    on_column: bool
    enrolled: int
    why: str
    statements: tuple[Cited, ...]
    total_statements: int
    path: Path | None


@dataclass(frozen=True, slots=True)
class IntroductionsAnswer:
    """The bodies, best first; ``total`` counts all that were found next to the gap.

    ``cell`` tells how the row stands under the lens (None where the lens does not ask about such rows); ``regions``: the
    regions and blocs that the row belongs to. ``asking_is_near``: the asking body is itself linked to the row.
    """

    revision: int
    as_of: str
    known_at: datetime | None
    row: Named
    column: Named | None
    asking: Named
    regions: tuple[Named, ...]
    cell: Cell | None
    asking_is_near: bool
    total: int
    results: tuple[Introduction, ...]


def find_introductions(graph: Graph, question: IntroductionsQuestion) -> IntroductionsAnswer:
    """Who works next to a gap, and the best way to each.

    Raises ``UnknownEntity`` for an id that is not known, ``InputError`` for a source and for a column that no axis has,
    ``UnknownWord`` for a lens.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, predicate, object=None, value=None):
    ...     return Statement(subject, predicate, object, value, Period("2024"), Citation("src-minutes", "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("minutes", [
    ...     *(says(id, "kind", value=kind) for id, kind in (("FJI", "country"), ("TON", "country"), ("r-wpr", "region"),
    ...       ("lab", "organisation"), ("who", "organisation"), ("pool", "mechanism"))),
    ...     says("TON", "in_region", "r-wpr"), says("FJI", "in_region", "r-wpr"), says("FJI", "enrolled_in", "pool"),
    ...     says("lab", "located_in", "TON"), says("who", "funds", "lab"), says("who", "operates", "pool"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_introductions(Graph(store), IntroductionsQuestion("TON", asking="who", as_of="2026-01-01"))
    >>> [(one.id, one.ring, one.enrolled, one.path.ids) for one in answer.results]
    [('lab', 'here', 0, ('who', 'lab')), ('pool', 'neighbours', 1, ('who', 'pool'))]
    >>> store.close(); folder.cleanup()
    """
    snapshot = graph.snapshot(question.known_at)
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    row, asking = node_of(snapshot, question.row), node_of(snapshot, question.asking)
    column = None if question.column is None else node_of(snapshot, question.column)
    cell = _cell(snapshot, question, row, column, when)
    found = _Near(view(snapshot, when, weights()), row, column)
    near = found.ranked()
    others = [node for node in near if node != asking]
    made = [(node, _best(graph, question, snapshot.ids[node], when)) for node in others[: max(_SHORTLIST, question.limit)]]
    made.sort(key=lambda pair: (found.rank(pair[0]), -(pair[1].score if pair[1] else -1e9), pair[0]))
    return IntroductionsAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        known_at=question.known_at,
        row=_named(snapshot, row),
        column=None if column is None else _named(snapshot, column),
        asking=_named(snapshot, asking),
        regions=tuple(_named(snapshot, region) for region in found.regions),
        cell=cell,
        asking_is_near=asking in near,
        total=len(others),
        results=tuple(found.introduction(graph, node, path) for node, path in made[: question.limit]),
    )


def _named(snapshot: Snapshot, node: int) -> Named:
    return Named(snapshot.ids[node], snapshot.names[node])


def _cell(snapshot: Snapshot, question: IntroductionsQuestion, row: int, column: int | None, when: AsOf) -> Cell | None:
    """How the row (and column) stands under the lens, None where the default lens does not ask about such rows."""
    lens = lens_of(question.lens or LENS, snapshot)
    if snapshot.kinds[row] not in lens.rows:
        if question.lens is None:
            return None
        raise InputError(f"The lens {lens.id!r} does not ask about {vocabulary().kind(snapshot.kinds[row]).plural}.")
    if column is None:
        return Grid(snapshot, lens, None, when).cells([row], 365)[0]
    for axis in list_axes():
        if column in rows_of(base_of(axis.base), snapshot, when):
            cells = Grid(snapshot, lens, axis.id, when).cells([row], 365)
            return next(cell for cell in cells if cell.column == snapshot.ids[column])
    axes = ", ".join(axis.id for axis in list_axes())
    raise InputError(f"{snapshot.ids[column]!r} is no column of coverage. Columns are entities of: {axes}.")


def _best(graph: Graph, question: IntroductionsQuestion, goal: EntityId, when: AsOf) -> Path | None:
    asked = PathQuestion(
        question.asking, goal, k=1, max_steps=question.max_steps, as_of=when.valid, known_at=question.known_at, kinds=BODIES
    )
    return next(iter(find_paths(graph, asked).results), None)


@dataclass(slots=True)
class _Body:
    ring: Ring
    numbers: set[int] = field(default_factory=set)
    through: set[int] = field(default_factory=set)
    enrolled: set[int] = field(default_factory=set)


class _Near:
    """The bodies around a row, as arrays say it."""

    def __init__(self, seen: View, row: int, column: int | None) -> None:
        self.view, self.snapshot, self.row = seen, seen.snapshot, row
        words = predicates_asked(self.snapshot, (), (), traversable_only=False)
        self.links: Mask = seen.linking & seen.live & words[self.snapshot.predicate]
        self.bodies = nodes_of(self.snapshot, BODIES)
        self.regions = sorted({*self._targets(row, "in_region"), *self._targets(row, "part_of")} - {row})
        self.around = [row] if self.snapshot.kinds[row] == "region" else self.regions
        self.found: dict[int, _Body] = {}
        self._ring("here", [row])
        self._ring("region", self.regions)
        self._neighbours()
        self.on_column: dict[int, set[int]] = defaultdict(set)
        if column is not None:
            for body, number in self._bodies_at(column):
                self.on_column[body].add(number)

    def _targets(self, node: int, predicate: str) -> list[int]:
        arcs = self._arcs(node, predicate, forward=True)
        return sorted(set(self.snapshot.target[arcs].tolist()))

    def _arcs(self, node: int, predicate: str, forward: bool) -> NDArray[np.int64]:
        snapshot, arcs = self.snapshot, self.snapshot.arcs(node)
        if predicate not in snapshot.predicates:
            return np.zeros(0, dtype=np.int64)
        word = snapshot.predicates.index(predicate)
        kept = self.links[arcs] & (snapshot.predicate[arcs] == word) & (snapshot.forward[arcs] == forward)
        found: NDArray[np.int64] = np.flatnonzero(kept) + arcs.start
        return found

    def _bodies_at(self, node: int) -> list[tuple[int, int]]:
        """The bodies linked to a node, each with the number of a statement that says so."""
        arcs = self.snapshot.arcs(node)
        target, numbers = self.snapshot.target[arcs], self.snapshot.statement[arcs]
        kept = self.links[arcs] & self.bodies[target]
        return list(zip(target[kept].tolist(), numbers[kept].tolist(), strict=True))

    def _ring(self, ring: Ring, nodes: list[int]) -> None:
        for node in nodes:
            for body, number in self._bodies_at(node):
                held = self.found.setdefault(body, _Body(ring))
                if held.ring == ring:
                    held.numbers.add(number)
                    held.through.add(node)

    def _neighbours(self) -> None:
        """The mechanisms that enrol others of the row's regions; or the bodies linked to the other components of its stage."""
        for region in self.around:
            for other in sorted(set(self._members(region)) - {self.row}):
                enrolling = self.snapshot.kinds[other] == "country"
                arcs = self._arcs(other, ENROLLED, forward=True).tolist() if enrolling else []
                pairs = [(int(self.snapshot.target[arc]), int(self.snapshot.statement[arc])) for arc in arcs]
                for body, number in pairs if enrolling else self._bodies_at(other):
                    held = self.found.setdefault(body, _Body("neighbours"))
                    if held.ring == "neighbours":
                        held.numbers.add(number)
                        held.through.add(region)
                        held.enrolled.add(other)

    def _members(self, region: int) -> list[int]:
        """The countries, areas and territories of a region, or the components of a stage."""
        snapshot = self.snapshot
        arcs = [*self._arcs(region, "in_region", forward=False), *self._arcs(region, "part_of", forward=False)]
        kinds = ("country", snapshot.kinds[self.row])
        return [node for node in snapshot.target[np.array(arcs, dtype=np.int64)].tolist() if snapshot.kinds[node] in kinds]

    def rank(self, node: int) -> tuple[bool, int, int]:
        """What a body is ranked by before its path."""
        held = self.found[node]
        return node not in self.on_column, RINGS.index(held.ring), -len(held.enrolled)

    def ranked(self) -> list[int]:
        """The bodies in order, paths left aside."""
        return sorted((node for node in self.found if self.bodies[node]), key=lambda node: (*self.rank(node), node))

    def introduction(self, graph: Graph, node: int, path: Path | None) -> Introduction:
        """A body with its reasons."""
        snapshot, held = self.snapshot, self.found[node]
        numbers = sorted(self.on_column.get(node, ())) + sorted(held.numbers)
        cited = cite(graph, snapshot, [snapshot.statement_id(number) for number in numbers[:_SHOWN]], self.view.when)
        return Introduction(
            id=snapshot.ids[node],
            name=snapshot.names[node],
            kind=snapshot.kinds[node],
            ring=held.ring,
            on_column=node in self.on_column,
            enrolled=len(held.enrolled),
            why=self._why(node, held),
            statements=tuple(cited),
            total_statements=len(numbers),
            path=path,
        )

    def _why(self, node: int, held: _Body) -> str:
        names = self.snapshot.names
        through = " and ".join(names[region] for region in sorted(held.through))
        if held.ring == "here":
            return f"{names[node]} is linked to {names[self.row]}."
        if held.ring == "region":
            return f"{names[node]} is linked to {through}, to which {names[self.row]} belongs."
        count = len(held.enrolled)
        kind = vocabulary().kind(self.snapshot.kinds[min(held.enrolled)])
        verb = "enrols" if kind.name == "country" else "is linked to"
        other = "" if self.row in held.through else "other "
        return f"{names[node]} {verb} {count} {other}{kind.label if count == 1 else kind.plural} of {through}."
