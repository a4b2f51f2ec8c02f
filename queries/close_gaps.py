"""Closing gaps: the cheapest set of memberships or agreements that closes chosen cells of coverage, exact and with its proof.

An option is what could be agreed: one membership, or an agreement that enrols many rows at once. What an option closes is not
guessed from its wording: it is assumed in a copy of the graph, and coverage is asked again. ``queries.setcover`` then chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from graph.errors import InputError, McmgraphError, UnknownWord
from graph.model import AsOf, EntityId, today
from graph.overlay import Overlay
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import nearest
from queries.assumptions import Assumed, source_statements, statements_of
from queries.cells import COVERED, Cell, State
from queries.comparing import CoverageChange, compare_coverage
from queries.coverage import CoverageAnswer, CoverageQuestion, find_coverage
from queries.lenses import ENROLLED
from queries.names import names_of
from queries.options import UNIT, Offer, Option, Pair, offers_of, option_of
from queries.setcover import Proof, smallest_cover

__all__ = ["Chosen", "CloseGapsAnswer", "CloseGapsQuestion", "OpenCell", "Option", "find_close_gaps", "read_close_gaps"]

Place = tuple[EntityId, str]
"""A cell by its row and column."""


@dataclass(frozen=True, slots=True)
class CloseGapsQuestion:
    """Which cells to close, and by what.

    ``rows``, ``in_columns``, ``states``: close only these (empty: every cell that is not covered, save where cover is not
    applicable). ``options``: agreements on offer. ``mechanisms``: each open row may join each of them for ``cost``; None for
    the lists of the lens that a membership alone can meet, empty for none.
    """

    lens: str = "four-convened-entities"
    base: str | None = "iso-249"
    columns: str | None = None
    rows: Sequence[str] = ()
    in_columns: Sequence[str] = ()
    states: Sequence[str] = ()
    options: Sequence[Option] = ()
    mechanisms: Sequence[str] | None = None
    cost: float = 1.0
    as_of: str | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell that is to be closed."""

    row: EntityId
    row_name: str
    column: str
    state: State


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option of the answer: what it costs, the memberships it brings, and the chosen cells that it closes."""

    id: str
    name: str
    cost: float
    enrols: tuple[tuple[EntityId, EntityId], ...]
    closes: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class CloseGapsAnswer:
    """The cheapest set of options. ``cost`` and ``bound`` are equal where ``proof.optimal``.

    ``open``: all cells to be closed; ``cannot``: those among them that no option closes, each also not with all together.
    ``options``: how many were weighed. ``coverage``: before, and after with the chosen options assumed.
    """

    revision: int
    as_of: str
    known_at: datetime | None
    chosen: tuple[Chosen, ...]
    cost: float
    bound: float
    proof: Proof
    options: int
    open: tuple[OpenCell, ...]
    cannot: tuple[OpenCell, ...]
    coverage: CoverageChange
    headline: str


def find_close_gaps(graph: Graph, question: CloseGapsQuestion) -> CloseGapsAnswer:
    """The cheapest options that close every chosen cell that can be closed.

    Raises ``InputError`` for options that cannot be read, rows or columns that are not those of the question, and whatever
    ``find_coverage`` raises.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, predicate, object=None, value=None):
    ...     return Statement(subject, predicate, object, value, Period("2024"), Citation("src-list", "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("appm", "kind", value="mechanism"), says("eac", "kind", value="region"),
    ...     *(says(id, "kind", value="country") for id in ("KEN", "TZA", "UGA")),
    ...     *(says(id, "listed_as", value="iso-3166-1") for id in ("KEN", "TZA", "UGA")),
    ...     *(says(id, "in_region", "eac") for id in ("KEN", "TZA", "UGA")),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> asked = CloseGapsQuestion("mechanism:appm", options=[Option("bloc", ["eac:appm"], 2.5)], as_of="2026-01-01")
    >>> answer = find_close_gaps(Graph(store), asked)
    >>> [one.id for one in answer.chosen], answer.cost, answer.bound, answer.proof.gap, answer.options
    (['bloc'], 2.5, 2.5, 0, 4)
    >>> store.close(); folder.cleanup()
    """
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    before = find_coverage(
        graph, CoverageQuestion(question.lens, question.base, question.columns, when.valid, question.known_at)
    )
    snapshot = graph.snapshot(question.known_at)
    cells = _open(before, snapshot, question)
    offered = offers_of(snapshot, before, cells, question.options, question.mechanisms, question.cost, when)
    closing = _closing(graph, before, offered, {(cell.row, cell.column) for cell in cells}, when)
    places = {(cell.row, cell.column): number for number, cell in enumerate(cells)}
    closes = [frozenset(places[place] for pair in one.pairs for place in closing[pair]) for one in offered]
    numbers, proof = smallest_cover(closes, [one.cost for one in offered])
    chosen = tuple(_chosen(offered[number], closes[number], cells) for number in numbers)
    after = _assuming(graph, before, {pair for number in numbers for pair in offered[number].pairs}, when)
    closed = frozenset().union(*closes)
    _hold(after, (cells[number] for number in sorted(closed)))
    told = tuple(OpenCell(cell.row, cell.row_name, cell.column, cell.state) for cell in cells)
    cannot = tuple(cell for number, cell in enumerate(told) if number not in closed)
    return CloseGapsAnswer(
        revision=before.revision,
        as_of=before.as_of,
        known_at=question.known_at,
        chosen=chosen,
        cost=proof.cost / UNIT,
        bound=proof.bound / UNIT,
        proof=proof,
        options=len(offered),
        open=told,
        cannot=cannot,
        coverage=compare_coverage(before, after),
        headline=_headline(len(chosen), proof.cost / UNIT, len(closed), len(cannot), proof.optimal),
    )


def _open(before: CoverageAnswer, snapshot: Snapshot, question: CloseGapsQuestion) -> list[Cell]:
    """The cells to close, in the order of the answer."""
    rows = {names_of(snapshot).resolve(text) for text in question.rows}
    held = {cell.row for cell in before.cells}
    for row in sorted(rows - held):
        raise InputError(f"{row!r} is no row of the base {before.base.id!r}, so it has no gap to close.")
    columns = [one.id for one in before.column_names]
    for column in question.in_columns:
        if column not in columns:
            raise UnknownWord("column", column, nearest(column, columns) or columns[:5])
    open_states = [state for state in get_args(State) if state not in COVERED and state != "not_applicable"]
    for state in question.states:
        if state not in open_states:
            raise UnknownWord("state that can be closed", state, nearest(state, open_states) or open_states)
    wanted = set(question.states or open_states)
    return [
        cell
        for cell in before.cells
        if cell.state in wanted
        and (not rows or cell.row in rows)
        and (not question.in_columns or cell.column in question.in_columns)
    ]


def _closing(
    graph: Graph, before: CoverageAnswer, offered: Sequence[Offer], wanted: set[Place], when: AsOf
) -> Mapping[Pair, list[Place]]:
    """What each membership closes: asked once for each mechanism and status, because a membership touches its own row alone."""
    pairs = sorted({pair for one in offered for pair in one.pairs})
    closing: dict[Pair, list[Place]] = {}
    for way in sorted({pair[1:] for pair in pairs}):
        some = [pair for pair in pairs if pair[1:] == way]
        after = _assuming(graph, before, some, when)
        closed: dict[EntityId, list[Place]] = {}
        for cell in after.cells:
            if cell.covered and (cell.row, cell.column) in wanted:
                closed.setdefault(cell.row, []).append((cell.row, cell.column))
        closing.update({pair: closed.get(pair[0], []) for pair in some})
    return closing


def _assuming(graph: Graph, before: CoverageAnswer, pairs: Iterable[Pair], when: AsOf) -> CoverageAnswer:
    """The same coverage with memberships assumed."""
    assumed = [Assumed(row, ENROLLED, mechanism, status=status) for row, mechanism, status in sorted(pairs)]
    statements = statements_of(graph.snapshot(before.known_at), assumed, when.valid or "")
    question = CoverageQuestion(before.lens.id, before.base.id, before.columns, before.as_of, before.known_at, before.horizon)
    return find_coverage(Overlay(graph, (), (*statements, *source_statements())), question)


def _hold(after: CoverageAnswer, closed: Iterable[Cell]) -> None:
    """The choice, assumed as a whole, closes what its options close one by one; else this program is at fault."""
    covered = {(cell.row, cell.column) for cell in after.cells if cell.covered}
    if missed := [cell.row for cell in closed if (cell.row, cell.column) not in covered]:
        raise McmgraphError(f"The chosen options do not close {', '.join(missed[:5])} together, though one by one they do.")


def _chosen(offer: Offer, closes: frozenset[int], cells: Sequence[Cell]) -> Chosen:
    closed = tuple((cells[number].row, cells[number].column) for number in sorted(closes))
    return Chosen(offer.id, offer.name, offer.cost / UNIT, tuple(pair[:2] for pair in offer.pairs), closed)


def _headline(chosen: int, cost: float, closed: int, cannot: int, optimal: bool) -> str:
    options = "1 option closes" if chosen == 1 else f"{chosen} options close"
    proved = "; nothing cheaper does" if optimal else ""
    rest = f" {cannot} cannot be closed by any option." if cannot else ""
    return f"{options} {closed} of {closed + cannot} cells for {cost:g}{proved}.{rest}"


def read_close_gaps(given: Any, where: str, known_at: datetime | None = None) -> CloseGapsQuestion:
    """The question that a YAML file or JSON body holds: the fields of ``CloseGapsQuestion``; ``where`` names it in errors."""
    lists, texts = ("rows", "in_columns", "states", "mechanisms", "options"), ("lens", "base", "columns", "as_of")
    known = (*texts, *lists, "cost")
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected keys with values: {', '.join(known)}.")
    told: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise InputError(f"{where}: there is no key {key!r}. Nearest: {', '.join(nearest(str(key), known) or known)}.")
        if value is None:
            continue
        if key in lists and not isinstance(value, list):
            raise InputError(f"{where}: {key} must be a list; {value!r} was given.")
        told[key] = str(value) if key in texts else value
        if key in lists and key != "options":
            told[key] = [str(one) for one in value]
    told["options"] = [
        option_of(one, f"{where}: options, entry {place}") for place, one in enumerate(told.get("options", ()), start=1)
    ]
    return CloseGapsQuestion(known_at=known_at, **told)
