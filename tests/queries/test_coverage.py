"""The states of a cell on graphs small enough to check by eye, the numbers of an answer, and its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import BadDate, InputError, NothingKnown
from graph.model import Statement, today
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.cells import STATES, Cell
from queries.coverage import CoverageAnswer, CoverageQuestion, coverage_of, find_coverage, find_spread
from queries.lenses import Entry, Lens, Step
from tests.factories import LOADED_AT, entity, link, text

Ask = Callable[..., CoverageAnswer]


def mechanism(id: str, name: str = "") -> list[Statement]:
    return entity(id, "mechanism", name)


def country(id: str, *lists: str) -> list[Statement]:
    return [*entity(id, "country", f"Land of {id}"), *(text(id, "listed_as", value) for value in ("iso-3166-1", *lists))]


def member(
    row: str, mechanism: str = "appm", status: str = "member", period: tuple[str, str] = ("", ""), source: str = "src-a"
) -> Statement:
    return link(row, "enrolled_in", mechanism, period=period, source=source, status=status)


def complete(id: str, predicate: str = "enrolled_in", period: tuple[str, str] = ("", "")) -> Statement:
    return text(id, "list_complete", predicate, period=period)


def to(mechanism: str, *statuses: str) -> tuple[Step, ...]:
    return (Step("enrolled_in", True, frozenset({mechanism}), statuses=frozenset(statuses)),)


TWO = Lens(
    id="two",
    labels=(),
    title="Two lists and a planned one",
    definition="For these tests.",
    rows=frozenset({"country"}),
    base="iso-249",
    entries=(
        Entry("appm", "appm", to("appm", "member"), 0),
        Entry("avssr", "avssr", to("avssr", "member"), 0, exceptions={"PLW": "it left the scheme to its neighbour"}),
        Entry("emr-pool", "emr-pool", to("emr-pool", "eligible"), 0, "planned", "its state is not clear"),
    ),
    not_applicable={"no-permanent-population": "it has no permanent population"},
)
GROUND = [
    *mechanism("appm", "APPM"),
    *mechanism("avssr", "AVSSR"),
    *mechanism("emr-pool", "EMR pool"),
    *country("KEN"),
]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Ask a lens about some statements: ``ask(statements, as_of=..., columns=...)``."""
    opened: list[Graph] = []

    def asking(statements: list[Statement], lens: Lens = TWO, **question: object) -> CoverageAnswer:
        graph = Graph(SqliteStore(tmp_path / f"{len(opened)}.sqlite"))
        opened.append(graph)
        graph.store.replace("test.csv", statements, LOADED_AT)
        question = {"as_of": "2026-06-15", **question}
        return coverage_of(graph.snapshot(), lens, CoverageQuestion(**question))  # type: ignore[arg-type]

    yield asking
    for graph in opened:
        graph.close()


def only(answer: CoverageAnswer, row: str = "KEN", column: str = "any") -> Cell:
    (cell,) = (cell for cell in answer.cells if (cell.row, cell.column) == (row, column))
    return cell


def test_covered_once_names_the_actor_and_the_statement(ask: Ask) -> None:
    said = member("KEN")
    cell = only(ask([*GROUND, said]))
    assert (cell.state, [actor.id for actor in cell.by], cell.statements) == ("covered_once", ["appm"], (said.id,))
    assert (cell.row_name, cell.note) == ("Land of KEN", "Covered once: APPM (member).")


def test_two_sources_for_one_list_cover_once(ask: Ask) -> None:
    said = [member("KEN"), member("KEN", source="src-b")]
    cell = only(ask([*GROUND, *said]))
    assert cell.state == "covered_once"
    assert set(cell.statements) == {one.id for one in said}


def test_two_lists_cover_by_several(ask: Ask) -> None:
    cell = only(ask([*GROUND, member("KEN"), member("KEN", "avssr")]))
    assert (cell.state, [actor.id for actor in cell.by]) == ("covered_by_several", ["appm", "avssr"])
    assert cell.note == "Covered by 2: APPM (member) and AVSSR (member)."


@pytest.mark.parametrize(
    ("ends", "horizon", "state"),
    [
        ("2026-06-15", 0, "expiring"),
        ("2026-06-16", 0, "covered_once"),
        ("2027-06-15", 365, "expiring"),
        ("2027-06-16", 365, "covered_once"),
        ("2027-06-16", 366, "expiring"),
        ("2027", 365, "covered_once"),
        ("", 10_000_000, "covered_once"),
    ],
)
def test_expiring_is_within_the_horizon(ask: Ask, ends: str, horizon: int, state: str) -> None:
    answer = ask([*GROUND, member("KEN", period=("2020", ends))], horizon=horizon)
    assert only(answer).state == state
    assert answer.covered == 1


def test_expiring_needs_every_covering_statement_to_end(ask: Ask) -> None:
    soon, later = member("KEN", period=("", "2026-12-31")), member("KEN", "avssr", period=("", "2030"))
    assert only(ask([*GROUND, soon])).note == (
        "Covered by APPM (member) until 2026-12-31; nothing that carries on is on record."
    )
    assert only(ask([*GROUND, soon, later])).state == "covered_by_several"


def test_what_carries_on_without_a_break_does_not_expire(ask: Ask) -> None:
    soon = member("KEN", period=("", "2026-12-31"))
    assert only(ask([*GROUND, soon, member("KEN", period=("2027-01-01", ""))])).state == "covered_once"
    assert only(ask([*GROUND, soon, member("KEN", "avssr", period=("2027-01-01", "2040"))])).state == "covered_once"
    assert only(ask([*GROUND, soon, member("KEN", period=("2027-01-02", ""))])).state == "expiring"


def test_a_renewal_that_is_denied_does_not_carry_on(ask: Ask) -> None:
    said = [member("KEN", period=("", "2026-12-31")), member("KEN", period=("2027-01-01", ""))]
    denied = link("KEN", "not_enrolled_in", "appm", period=("2027-06", "2027-07"), source="src-b")
    assert only(ask([*GROUND, *said])).state == "covered_once"
    assert only(ask([*GROUND, *said, denied])).state == "expiring"


def test_a_month_or_year_counts_what_touches_it(ask: Ask) -> None:
    statements = [*GROUND, member("KEN", period=("2026-06-20", "2026-06-25"))]
    states = {date: only(ask(statements, as_of=date)).state for date in ("2026-06-19", "2026-06", "2026", "2026-06-26", "2027")}
    assert states == {
        "2026-06-19": "planned",
        "2026-06": "expiring",
        "2026": "expiring",
        "2026-06-26": "lapsed",
        "2027": "lapsed",
    }


def test_partial_is_a_status_that_the_lens_does_not_count(ask: Ask) -> None:
    cell = only(ask([*GROUND, member("KEN", status="observer"), complete("appm"), complete("avssr")]))
    assert (cell.state, cell.by) == ("partial", ())
    assert cell.note == "Not counted: APPM: linked as observer, which this lens does not count."


def test_partial_is_an_exception_with_its_reason(ask: Ask) -> None:
    answer = ask([*GROUND, *country("PLW"), member("PLW", "avssr")], columns="by")
    assert only(answer, "PLW", "avssr").note == "Not counted: AVSSR: it left the scheme to its neighbour."
    assert only(answer, "PLW", "avssr").state == "partial"


def test_an_exception_without_a_link_is_not_applicable(ask: Ask) -> None:
    answer = ask([*GROUND, *country("PLW"), complete("avssr"), complete("appm")], columns="by")
    assert {cell.column: cell.state for cell in answer.cells if cell.row == "PLW"} == {
        "appm": "gap",
        "avssr": "not_applicable",
        "emr-pool": "unknown",
    }


def test_planned_starts_later_or_leads_to_a_planned_list(ask: Ask) -> None:
    assert only(ask([*GROUND, member("KEN", period=("2027", ""))])).note == "Not yet: APPM from 2027-01-01."
    cell = only(ask([*GROUND, member("KEN", "emr-pool", "eligible")]))
    assert (cell.state, cell.note) == ("planned", "Not yet: EMR pool: its state is not clear.")
    assert only(ask([*GROUND, member("KEN", "emr-pool", "eligible", period=("", "2025"))])).state == "unknown"


def test_a_list_that_counts_in_part_counts_on_its_days_only(ask: Ask) -> None:
    lens = replace(TWO, entries=(TWO.entries[0], replace(TWO.entries[2], standing="partial")))
    periods = {"": "partial", "2030": "unknown"}
    for start, state in periods.items():
        assert only(ask([*GROUND, member("KEN", "emr-pool", "eligible", period=(start, ""))], lens)).state == state
    assert only(ask([*GROUND, member("KEN", "emr-pool", "eligible", period=("", "2020"))], lens)).state == "unknown"


def test_lapsed_says_until_when(ask: Ask) -> None:
    answer = ask([*GROUND, member("KEN", period=("2014", "2020")), complete("appm"), complete("avssr")])
    assert (only(answer).state, only(answer).note) == ("lapsed", "No longer: APPM until 2020-12-31.")
    assert (answer.covered, answer.uncovered) == (0, 1)


def test_disputed_shows_both_sides_and_does_not_count(ask: Ask) -> None:
    said, denied = member("KEN"), link("KEN", "not_enrolled_in", "appm", source="src-b")
    answer = ask([*GROUND, said, denied])
    assert only(answer).state == "disputed"
    assert set(only(answer).statements) == {said.id, denied.id}
    assert (answer.covered, answer.covered_rows, answer.uncovered_rows) == (0, (), ("KEN",))


def test_a_dispute_about_one_list_does_not_undo_another(ask: Ask) -> None:
    denied = link("KEN", "not_enrolled_in", "appm", source="src-b")
    cell = only(ask([*GROUND, member("KEN"), denied, member("KEN", "avssr")]))
    assert (cell.state, [actor.id for actor in cell.by]) == ("covered_once", ["avssr"])
    assert denied.id in cell.statements
    assert cell.note == "Covered once: AVSSR (member). Disputed and not counted: APPM (member)."


def test_a_denial_of_another_day_is_no_dispute(ask: Ask) -> None:
    left = [member("KEN", period=("", "2026-01-22")), link("KEN", "not_enrolled_in", "appm", period=("2026-01-23", ""))]
    states = {day: only(ask([*GROUND, *left], as_of=day)).state for day in ("2026-01-22", "2026-01-23", "2026")}
    assert states == {"2026-01-22": "expiring", "2026-01-23": "lapsed", "2026": "expiring"}
    same_day = [left[0], link("KEN", "not_enrolled_in", "appm", period=("2026-01-22", ""))]
    assert only(ask([*GROUND, *same_day], as_of="2026-01-22")).state == "disputed"


def test_a_denial_that_ends_the_day_before_is_no_dispute(ask: Ask) -> None:
    joined = [member("KEN", period=("2026-06-15", "")), link("KEN", "not_enrolled_in", "appm", period=("", "2026-06-14"))]
    assert only(ask([*GROUND, *joined], as_of="2026-06")).state == "covered_once"
    same_day = [joined[0], link("KEN", "not_enrolled_in", "appm", period=("", "2026-06-15"))]
    assert only(ask([*GROUND, *same_day], as_of="2026-06")).state == "disputed"


def test_gap_needs_every_list_to_be_declared_complete(ask: Ask) -> None:
    one, both = [*GROUND, complete("appm")], [*GROUND, complete("appm"), complete("avssr")]
    unknown, gap = only(ask(one)), only(ask(both))
    assert (unknown.state, [blamed.id for blamed in unknown.blame]) == ("unknown", ["avssr"])
    assert unknown.note == "Unknown: no link that counts is on record, and the list of AVSSR is not declared complete."
    assert (gap.state, gap.blame) == ("gap", ())
    assert set(gap.statements) == {both[-1].id, both[-2].id}


def test_an_explicit_negative_stands_for_the_declaration(ask: Ask) -> None:
    denied = link("KEN", "not_enrolled_in", "avssr")
    cell = only(ask([*GROUND, complete("appm"), denied]))
    assert cell.state == "gap"
    assert denied.id in cell.statements


def test_a_declaration_counts_on_its_days_only(ask: Ask) -> None:
    statements = [*GROUND, complete("appm"), complete("avssr", period=("2026-03", "2026-09"))]
    states = {date: only(ask(statements, as_of=date)).state for date in ("2026-02-28", "2026-03-01", "2026-06", "2026", "2027")}
    assert states == {"2026-02-28": "unknown", "2026-03-01": "gap", "2026-06": "gap", "2026": "unknown", "2027": "unknown"}
    joined = [
        *statements,
        complete("avssr", period=("", "2026-05-01")),
        link("KEN", "not_enrolled_in", "avssr", period=("2026-08", "")),
    ]
    assert only(ask(joined, as_of="2026")).state == "gap"


def test_a_declaration_of_another_list_proves_nothing(ask: Ask) -> None:
    assert only(ask([*GROUND, complete("appm", "handles"), complete("avssr")])).state == "unknown"


def test_a_denial_of_another_time_is_told_but_proves_nothing(ask: Ask) -> None:
    denied = link("KEN", "not_enrolled_in", "avssr", period=("", "2023"))
    cell = only(ask([*GROUND, complete("appm"), denied]))
    assert (cell.state, cell.statements) == ("unknown", (denied.id,))
    assert cell.note.endswith("On record: not enrolled in AVSSR until 2023-12-31.")


def test_a_mechanism_that_the_graph_does_not_hold_is_to_blame(ask: Ask) -> None:
    cell = only(ask([*country("KEN"), *mechanism("appm"), complete("appm")]))
    assert (cell.state, [blamed.id for blamed in cell.blame]) == ("unknown", ["avssr"])


def test_not_applicable_gives_way_to_what_is_known(ask: Ask) -> None:
    empty = [*GROUND, *country("ATA", "no-permanent-population")]
    cell = only(ask(empty), "ATA")
    assert (cell.state, cell.note) == ("not_applicable", "Not applicable: it has no permanent population.")
    assert len(cell.statements) == 1
    assert only(ask([*empty, complete("appm"), complete("avssr")]), "ATA").state == "not_applicable"
    assert only(ask([*empty, member("ATA")]), "ATA").state == "covered_once"


def test_all_ten_states_are_listed_and_add_up(ask: Ask) -> None:
    answer = ask([*GROUND, member("KEN")])
    assert tuple(answer.states) == STATES
    assert len(STATES) == 10
    assert sum(answer.states.values()) == len(answer.cells) == 1


def test_regions_are_those_of_the_last_day(ask: Ask) -> None:
    statements = [
        *GROUND,
        *country("IDN"),
        *(statement for id in ("r-sear", "r-wpr") for statement in entity(id, "region", subtype="who_region")),
        link("IDN", "in_region", "r-sear", period=("", "2025-05-22")),
        link("IDN", "in_region", "r-wpr", period=("2025-05-23", "")),
        member("KEN"),
    ]
    sizes = {
        date: {region.id: region.size for region in ask(statements, as_of=date).regions}
        for date in ("2025-05-22", "2025", "2026")
    }
    assert sizes == {
        "2025-05-22": {"r-sear": 1, "none": 1},
        "2025": {"r-wpr": 1, "none": 1},
        "2026": {"r-wpr": 1, "none": 1},
    }
    disagreeing = [*statements, link("IDN", "in_region", "r-sear", source="src-b")]
    assert [region.id for region in ask(disagreeing).regions] == ["several", "none"]


def test_the_headline_tells_gaps_from_unknowns(ask: Ask) -> None:
    answer = ask(
        [*GROUND, *country("FJI"), *country("UGA"), member("KEN"), complete("appm"), link("FJI", "not_enrolled_in", "avssr")]
    )
    assert answer.headline == (
        "As of 2026-06-15, of 3 countries, areas and territories, 1 is covered (33.3%); 2 are not: 1 gap; 1 unknown because "
        "the list of AVSSR is not declared complete."
    )
    assert [(blamed.list.id, blamed.cells) for blamed in answer.blame] == [("avssr", 1)]
    assert ask([*GROUND, member("KEN")]).headline == (
        "As of 2026-06-15, of 1 countries, areas and territories, 1 is covered (100.0%)."
    )


def test_columns_by_list_leave_rows_as_they_are(ask: Ask) -> None:
    statements = [*GROUND, *country("UGA"), member("KEN"), member("UGA", "emr-pool", "eligible"), complete("avssr")]
    whole, split = ask(statements), ask(statements, columns="BY")
    assert [column.id for column in split.column_names] == ["appm", "avssr", "emr-pool"]
    assert (whole.size, whole.covered_rows) == (split.size, split.covered_rows) == (2, ("KEN",))
    assert {(cell.row, cell.column): cell.state for cell in split.cells} == {
        ("KEN", "appm"): "covered_once",
        ("KEN", "avssr"): "gap",
        ("KEN", "emr-pool"): "unknown",
        ("UGA", "appm"): "unknown",
        ("UGA", "avssr"): "gap",
        ("UGA", "emr-pool"): "planned",
    }
    assert [(tally.id, tally.covered, tally.uncovered) for tally in split.by_column] == [
        ("appm", 1, 1),
        ("avssr", 0, 2),
        ("emr-pool", 0, 2),
    ]


def test_product_classes_follow_what_the_mechanism_handles(ask: Ask) -> None:
    lens = replace(TWO, entries=TWO.entries[:1])
    statements = [
        *GROUND,
        *country("FJI"),
        *(
            statement
            for id in ("pc-vaccines", "pc-tests", "pc-masks")
            for statement in entity(id, "product_class", f"Class {id}")
        ),
        member("KEN"),
        complete("appm"),
        handled := link("appm", "handles", "pc-vaccines", period=("2020", "2030")),
        link("appm", "handles", "pc-tests", period=("2027", "")),
    ]
    cells = {(cell.row, cell.column): cell for cell in ask(statements, lens, columns="product-class").cells}
    assert {key: cell.state for key, cell in cells.items()} == {
        ("FJI", "pc-masks"): "gap",
        ("FJI", "pc-tests"): "gap",
        ("FJI", "pc-vaccines"): "gap",
        ("KEN", "pc-masks"): "unknown",
        ("KEN", "pc-tests"): "planned",
        ("KEN", "pc-vaccines"): "covered_once",
    }
    assert handled.id in cells["KEN", "pc-vaccines"].statements
    assert cells["KEN", "pc-masks"].note == (
        "Unknown: no link that counts is on record, and the list “… handles Class pc-masks” is not declared complete."
    )
    told = ask([*statements, complete("appm", "handles")], lens, columns="product-class")
    assert only(told, "KEN", "pc-masks").state == "gap"


def test_a_declaration_is_about_the_list_that_the_entity_keeps(ask: Ask) -> None:
    lens = replace(
        TWO,
        rows=frozenset({"network", "mechanism"}),
        base="networks-and-mechanisms",
        entries=(Entry("umbrella", "umbrella", (Step("member_of", True, frozenset({"umbrella"})),), 0),),
    )
    statements = [*entity("one", "network"), *entity("umbrella", "network")]
    assert only(ask([*statements, complete("one", "member_of")], lens), "one").state == "unknown"
    assert only(ask([*statements, complete("umbrella", "member_of")], lens), "one").state == "gap"


def test_a_link_the_other_way_round_does_not_count(ask: Ask) -> None:
    steps = {True: (Step("member_of", True),), False: (Step("member_of", False),)}
    statements = [*entity("one", "network"), *entity("umbrella", "network"), link("one", "member_of", "umbrella")]
    for forward, covered in ((True, ("one",)), (False, ("umbrella",))):
        entries = (Entry("near", "near", steps[forward], 0),)
        lens = replace(TWO, rows=frozenset({"network", "mechanism"}), base="networks-and-mechanisms", entries=entries)
        assert ask(statements, lens).covered_rows == covered


LISTING = Lens(
    id="listing",
    labels=(),
    title="Listed products",
    definition="For these tests.",
    rows=frozenset({"pathogen"}),
    base="pathogens",
    entries=(
        Entry(
            "who-pq",
            "who-pq",
            (Step("targets", False, kinds=frozenset({"product"})), Step("listed_by", True, frozenset({"who-pq"}))),
            0,
        ),
    ),
)
SHELF = [*entity("p-mpox", "pathogen", "Mpox virus"), *entity("mva-bn", "product", "MVA-BN"), *mechanism("who-pq", "WHO PQ")]


def test_a_chain_counts_the_marked_actor_and_cites_every_link(ask: Ask) -> None:
    said = [link("mva-bn", "targets", "p-mpox"), link("mva-bn", "listed_by", "who-pq", period=("2024-09-13", ""))]
    cell = only(ask([*SHELF, *said], LISTING), "p-mpox")
    assert (cell.state, [actor.id for actor in cell.by]) == ("covered_once", ["mva-bn"])
    assert set(cell.statements) == {one.id for one in said}
    assert only(ask([*SHELF, *said], LISTING, as_of="2024-09-12"), "p-mpox").state == "planned"


def test_a_chain_holds_only_where_its_links_hold_together(ask: Ask) -> None:
    said = [
        link("mva-bn", "targets", "p-mpox", period=("2020", "2022-06")),
        link("mva-bn", "listed_by", "who-pq", period=("2022-07", "2024")),
    ]
    assert only(ask([*SHELF, *said], LISTING, as_of="2022"), "p-mpox").state == "unknown"


def test_a_chain_is_a_gap_only_where_each_way_is_known(ask: Ask) -> None:
    reached = [*SHELF, link("mva-bn", "targets", "p-mpox"), complete("p-mpox", "targets")]
    unlisted = link("mva-bn", "not_listed_by", "who-pq")
    assert only(ask(reached, LISTING), "p-mpox").blame[0].id == "who-pq"
    assert only(ask([*reached, unlisted], LISTING), "p-mpox").state == "gap"
    assert only(ask([*reached, complete("who-pq", "listed_by")], LISTING), "p-mpox").state == "gap"
    more = [*entity("acam", "product"), link("acam", "targets", "p-mpox")]
    assert only(ask([*reached, unlisted, *more], LISTING), "p-mpox").state == "unknown"
    without_declaration = [one for one in (*reached, unlisted) if one.predicate != "list_complete"]
    assert only(ask(without_declaration, LISTING), "p-mpox").blame[0].id == "p-mpox"


def test_a_dispute_anywhere_on_the_chain_is_a_dispute(ask: Ask) -> None:
    said = [
        link("mva-bn", "targets", "p-mpox"),
        link("mva-bn", "listed_by", "who-pq"),
        link("mva-bn", "not_listed_by", "who-pq"),
    ]
    cell = only(ask([*SHELF, *said], LISTING), "p-mpox")
    assert (cell.state, set(cell.statements)) == ("disputed", {one.id for one in said})


def test_what_was_not_known_yet_is_unknown_not_a_gap(tmp_path: Path) -> None:
    graph = Graph(SqliteStore(tmp_path / "graph.sqlite"))
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    graph.store.replace("countries.csv", country("KEN"), first)
    graph.store.replace("links.csv", [*mechanism("appm"), member("KEN"), complete("appm")], second)

    def asked(known_at: datetime | None) -> CoverageAnswer:
        return find_coverage(graph, CoverageQuestion("four-convened-entities", as_of="2026-06-15", known_at=known_at))

    for ask in (asked, lambda known_at: find_spread(graph, "2026-06-15", known_at)):
        with pytest.raises(NothingKnown, match=r"known at 2025-01-01T00:00:00Z\. The first load was at 2026-01-01T00:00:00Z"):
            ask(datetime(2025, 1, 1, tzinfo=UTC))
    between = asked(first)
    assert (between.revision, between.covered, only(between).state) == (1, 0, "unknown")
    assert {blamed.id for blamed in only(between).blame} == {"paho-rrf", "appm", "avssr", "eu-jpa"}
    assert only(asked(None)).state == "covered_once"
    assert find_spread(graph, "2026-06-15", first).rows[0].covered == 0
    graph.close()


def test_today_is_the_date_where_none_is_given(ask: Ask) -> None:
    answer = ask([*GROUND, member("KEN", period=("", "2020"))], as_of=None)
    assert (answer.as_of, only(answer).state) == (today(), "lapsed")


def test_cover_without_a_start_on_record_is_told(ask: Ask) -> None:
    undated, dated = member("KEN", period=("", "")), member("UGA", period=("2001", ""))
    answer = ask([*GROUND, *country("UGA"), undated, dated], as_of="2010")
    assert {cell.row: cell.undated for cell in answer.cells if cell.covered} == {"KEN": True, "UGA": False}
    assert (answer.covered, answer.undated) == (2, 1)
    assert answer.undated_note == (
        "1 covered cell rests only on links whose source gives no start; when its cover began is not known."
    )
    both = ask([*GROUND, undated, member("KEN", period=("2009", ""))], as_of="2010")
    assert (both.covered, both.undated, both.undated_note) == (1, 0, "")


def test_wrong_questions_are_refused(ask: Ask) -> None:
    with pytest.raises(InputError, match="0 or more, not -1"):
        ask(GROUND, horizon=-1)
    with pytest.raises(BadDate, match="'soon' is not a date"):
        ask(GROUND, as_of="soon")
    with pytest.raises(BadDate, match="'' is not a date"):
        ask(GROUND, as_of="")
    with pytest.raises(BadDate, match="time zone"):
        ask(GROUND, known_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(InputError, match="asks about countries, areas and territories; the base 'pathogens' lists pathogens"):
        ask(GROUND, base="pathogens")


def test_an_answer_is_plain_data(ask: Ask) -> None:
    answer = ask([*GROUND, member("KEN")])
    plain = asdict(answer)
    assert plain["cells"][0]["by"] == ({"id": "appm", "name": "APPM"},)
    assert plain["lens"]["not_applicable"] == {"no-permanent-population": "it has no permanent population"}
