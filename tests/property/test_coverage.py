"""Coverage of random small graphs: equal to brute force, adding up, never a gap without proof, blind to load order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import AsOf, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.coverage import CoverageAnswer, CoverageQuestion, coverage_of
from queries.lenses import Entry, Lens, Step, library
from tests.factories import LOADED_AT, entity, link, text
from tests.queries.coverage_oracle import COVERED, Statements

ROWS = ("KEN", "UGA", "TON")
MECHANISMS = ("m-one", "m-two", "m-three")
CLASSES = ("pc-a", "pc-b")
PATHOGENS, PRODUCTS, LISTS = ("p-a", "p-b"), ("v-one", "v-two", "t-one"), ("l-one", "l-two")
PERIODS = (
    *(("", ""),) * 5, ("2019", ""), ("2024-03", ""), ("2025-06-30", ""), ("", "2023"), ("2015", "2022"), ("2020-02", "2025-05"),
    ("2026", "2026"), ("2026-05-01", "2027-02-28"), ("2027-03", ""), ("2030", ""), ("2026-11-21", ""), ("", "2026-11-21"),
)  # fmt: skip
DATES = ("2026-11-21", "2025-05", "2024", "2022-12-31", "2026")
DAYS = ("2026-11-21", "2022-12-31", "2026-05-01", "2010-01-01")
STATUSES = ("member", "member", "eligible", "observer")


def to(mechanism: str, *statuses: str) -> tuple[Step, ...]:
    return (Step("enrolled_in", True, frozenset({mechanism}), statuses=frozenset(statuses)),)


MEMBERSHIP = Lens(
    id="membership",
    labels=(),
    title="membership",
    definition="A lens for these tests.",
    rows=frozenset({"country"}),
    base="iso-249",
    entries=(
        Entry("m-one", "m-one", to("m-one", "member"), 0),
        Entry("m-two", "m-two", to("m-two", "member", "eligible"), 0, exceptions={"UGA": "it is somebody else's"}),
        Entry("m-three", "m-three", to("m-three", "member"), 0, "planned", "it is planned"),
    ),
    not_applicable={"no-permanent-population": "it has no permanent population"},
)
LISTED = Lens(
    id="listed",
    labels=(),
    title="listed",
    definition="A lens for these tests.",
    rows=frozenset({"pathogen"}),
    base="pathogens",
    entries=tuple(
        Entry(
            one,
            one,
            (
                Step(
                    "targets",
                    False,
                    kinds=frozenset({"product"}),
                    subtypes=frozenset({"vaccine"}) if one == "l-two" else frozenset(),
                ),
                Step("listed_by", True, frozenset({one})),
            ),
            0,
        )
        for one in LISTS
    ),
)
checked = settings(derandomize=True, deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])


class Board:
    """One store for all examples of a module: what an earlier example loaded is withdrawn by the next."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self._moments = graph, (LOADED_AT + timedelta(seconds=number) for number in count())

    def ask(self, statements: Sequence[Statement], lens: Lens, question: CoverageQuestion) -> CoverageAnswer:
        self.graph.store.replace("test.csv", statements, next(self._moments))
        return coverage_of(self.graph.snapshot(), lens, question)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("coverage") / "graph.sqlite"))
    yield Board(graph)
    graph.close()


def some(ends: st.SearchStrategy[Statement], least: int, most: int) -> st.SearchStrategy[list[Statement]]:
    return st.lists(ends, min_size=least, max_size=most)


def linked(
    subjects: Sequence[str], predicate: str, objects: Sequence[str], statuses: Sequence[str] = ()
) -> st.SearchStrategy[Statement]:
    return st.builds(
        lambda one, other, period, status: link(one, predicate, other, period=period, **({"status": status} if status else {})),
        st.sampled_from(subjects),
        st.sampled_from(objects),
        st.sampled_from(PERIODS),
        st.sampled_from(statuses or ("",)),
    )


def told(ids: Sequence[str], predicate: str, value: str) -> st.SearchStrategy[Statement]:
    return st.builds(
        lambda id, period: text(id, predicate, value, period=period), st.sampled_from(ids), st.sampled_from(PERIODS)
    )


MEMBER = linked(ROWS, "enrolled_in", MECHANISMS, STATUSES)
HANDLES = linked(MECHANISMS, "handles", CLASSES)
NEGATIVE = linked(ROWS, "not_enrolled_in", MECHANISMS)
DECLARED = st.one_of(told(MECHANISMS, "list_complete", "enrolled_in"), told(MECHANISMS + CLASSES, "list_complete", "handles"))
GROUND = [
    *(statement for row in ROWS for statement in (*entity(row, "country"), text(row, "listed_as", "iso-3166-1"))),
    *(statement for id in MECHANISMS for statement in entity(id, "mechanism")),
    *(statement for id in CLASSES for statement in entity(id, "product_class")),
    text("TON", "listed_as", "no-permanent-population", period=("2020", "2024")),
]
SHELF = [
    *(statement for id in PATHOGENS for statement in entity(id, "pathogen")),
    *(
        statement
        for id in PRODUCTS
        for statement in entity(id, "product", subtype="vaccine" if id[0] == "v" else "therapeutic")
    ),
    *(statement for id in LISTS for statement in entity(id, "mechanism")),
]


@st.composite
def worlds(draw: st.DrawFn) -> list[Statement]:
    """Countries, areas and territories, mechanisms and product classes with links, denials and declarations."""
    parts = (some(MEMBER, 4, 12), some(HANDLES, 4, 8), some(NEGATIVE, 0, 6), some(DECLARED, 0, 8))
    return [*GROUND, *(statement for part in parts for statement in draw(part))]


@st.composite
def shelves(draw: st.DrawFn) -> list[Statement]:
    """Pathogens, products and lists with links, denials and declarations."""
    parts = (
        some(linked(PRODUCTS, "targets", PATHOGENS), 4, 8),
        some(linked(PRODUCTS, "listed_by", LISTS), 3, 8),
        some(linked(PRODUCTS, "not_listed_by", LISTS), 0, 4),
        some(told(LISTS, "list_complete", "listed_by"), 0, 4),
        some(told((*PATHOGENS, *PRODUCTS), "list_complete", "targets"), 0, 5),
    )
    return [*SHELF, *(statement for part in parts for statement in draw(part))]


def hold_against_brute_force(answer: CoverageAnswer, statements: Sequence[Statement], exact_gaps: bool) -> None:
    world, when = Statements(statements), AsOf(answer.as_of)
    axis = library().axes[answer.columns].steps if answer.columns in library().axes else ()
    for cell in answer.cells:
        entries = [entry for entry in answer.lens.entries if answer.columns != "by" or entry.id == cell.column]
        expected = world.tell(cell.row, answer.lens, entries, axis, cell.column, when, answer.horizon)
        if expected.state == "gap" and not exact_gaps:
            assert cell.state in ("gap", "unknown")
            continue
        assert (cell.row, cell.column, cell.state) == (cell.row, cell.column, expected.state)
        assert {actor.id for actor in cell.by} == expected.by
        assert expected.statements is None or set(cell.statements) == expected.statements
        assert bool(cell.blame) == (cell.state == "unknown")


@checked
@given(worlds(), st.sampled_from(("none", "by", "product-class")), st.sampled_from(DAYS), st.sampled_from((0, 100, 365)))
def test_a_day_equals_brute_force(board: Board, statements: list[Statement], columns: str, day: str, horizon: int) -> None:
    answer = board.ask(statements, MEMBERSHIP, CoverageQuestion(columns=columns, as_of=day, horizon=horizon))
    hold_against_brute_force(answer, statements, exact_gaps=True)


@checked
@given(worlds(), st.sampled_from(("none", "by", "product-class")), st.sampled_from(DATES))
def test_a_month_or_year_equals_brute_force(board: Board, statements: list[Statement], columns: str, date: str) -> None:
    answer = board.ask(statements, MEMBERSHIP, CoverageQuestion(columns=columns, as_of=date))
    hold_against_brute_force(answer, statements, exact_gaps=columns != "product-class")


@checked
@given(shelves(), st.sampled_from(("none", "by")), st.sampled_from((*DATES, *DAYS)))
def test_chains_equal_brute_force(board: Board, statements: list[Statement], columns: str, date: str) -> None:
    answer = board.ask(statements, LISTED, CoverageQuestion(columns=columns, as_of=date))
    hold_against_brute_force(answer, statements, exact_gaps=False)


@checked
@given(worlds(), st.sampled_from(("none", "by", "product-class")), st.sampled_from(DATES))
def test_numbers_add_up(board: Board, statements: list[Statement], columns: str, date: str) -> None:
    answer = board.ask(statements, MEMBERSHIP, CoverageQuestion(columns=columns, as_of=date))
    assert sum(answer.states.values()) == len(answer.cells) == answer.size * len(answer.column_names)
    assert answer.covered + answer.uncovered == answer.size == len(ROWS)
    assert sorted(answer.covered_rows + answer.uncovered_rows) == sorted(ROWS)
    assert set(answer.covered_rows) == {cell.row for cell in answer.cells if cell.state in COVERED}
    for tallies in (answer.by_column, answer.regions):
        assert sum(sum(tally.states.values()) for tally in tallies) == len(answer.cells)
        assert all(tally.covered + tally.uncovered == tally.size for tally in tallies)
    assert sum(region.covered for region in answer.regions) == answer.covered


@checked
@given(
    worlds(),
    st.one_of(MEMBER, HANDLES, NEGATIVE, DECLARED),
    st.sampled_from(("none", "by", "product-class")),
    st.sampled_from(DATES),
)
def test_no_statement_turns_covered_into_a_gap(
    board: Board, statements: list[Statement], more: Statement, columns: str, date: str
) -> None:
    question = CoverageQuestion(columns=columns, as_of=date)
    before = board.ask(statements, MEMBERSHIP, question)
    after = board.ask([*statements, more], MEMBERSHIP, question)
    for one, other in zip(before.cells, after.cells, strict=True):
        if one.covered:
            assert other.state not in ("gap", "unknown", "lapsed", "not_applicable")
        if more.predicate in ("enrolled_in", "handles") and one.covered:
            assert other.covered


@checked
@given(worlds(), st.sampled_from(("none", "by", "product-class")), st.sampled_from(DATES))
def test_without_denials_and_declarations_there_is_no_gap(
    board: Board, statements: list[Statement], columns: str, date: str
) -> None:
    silent = [one for one in statements if one.predicate not in ("list_complete", "not_enrolled_in")]
    question = CoverageQuestion(columns=columns, as_of=date)
    before, after = board.ask(statements, MEMBERSHIP, question), board.ask(silent, MEMBERSHIP, question)
    assert after.states["gap"] == 0
    assert all(two.state == "unknown" for one, two in zip(before.cells, after.cells, strict=True) if one.state == "gap")


@checked
@given(worlds().flatmap(lambda statements: st.tuples(st.just(statements), st.permutations(statements))))
def test_the_order_of_loading_does_not_matter(board: Board, both: tuple[list[Statement], list[Statement]]) -> None:
    question = CoverageQuestion(columns="by", as_of="2026-11-21")
    before, after = (board.ask(statements, MEMBERSHIP, question) for statements in both)
    assert (before.cells, before.regions, before.headline) == (after.cells, after.regions, after.headline)
