"""Coverage of the shipped graph: the seventy-eight numbers, the lists behind them, other dates, and the gap questions."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.model import AsOf
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import curated
from queries.bases import rows_of
from queries.coverage import (
    STATES,
    CoverageAnswer,
    CoverageQuestion,
    find_coverage,
    find_spread,
    list_axes,
    list_bases,
    list_lenses,
)

Ask = Callable[..., CoverageAnswer]
TODAY = "2026-11-21"
DEFINITIONS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "coverage" / "coverage_definitions.csv"

COVERED = {
    "D1": (134, 145), "D1b": (136, 147), "D1c": (134, 152), "D2": (123, 134), "D3": (93, 104), "D3b": (75, 85), "D3c": (85, 96),
    "D3d": (93, 104), "D4": (174, 187), "D5": (151, 163), "D6": (87, 97), "D7": (98, 108), "D8": (151, 162),
}  # fmt: skip
"""Definition to the numbers covered of the 194 Member States of WHO and of the 249 of ISO 3166-1."""

D1_MEMBER_STATES_NOT_COVERED = """
    AFG AND ARE ARM AUS AZE BGD BHR BLR BTN CAN CHE CHN COK FJI FSM GBR GEO IND IRN IRQ ISR JOR JPN KAZ KGZ KIR KOR KWT
    LBN LKA MCO MDV MHL MNG NIU NPL NRU NZL OMN PAK PLW PNG PRK QAT RUS SAU SLB SMR SYR TJK TKM TON TUR TUV USA UZB VUT
    WSM YEM
"""
D1_OTHER_AREAS_NOT_COVERED = """
    ALA ASM ATA ATF BES BLM BVT CCK CXR FLK FRO GGY GIB GLP GRL GUF GUM HKG HMD IMN IOT JEY MAC MAF MNP MTQ MYT NCL NFK
    PCN PRI PSE PYF REU SGS SHN SJM SPM TKL TWN UMI VAT VIR WLF
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    store = SqliteStore(tmp_path_factory.mktemp("coverage") / "graph.sqlite")
    curated.load(store, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    graph = Graph(store)
    yield graph
    graph.close()


@pytest.fixture(scope="module")
def ask(graph: Graph) -> Ask:
    """Ask a question about the shipped graph: ``ask("D1", "ISO 249", as_of=...)``."""

    def asking(lens: str, base: str | None = None, as_of: str = TODAY, columns: str | None = None) -> CoverageAnswer:
        return find_coverage(graph, CoverageQuestion(lens, base, columns, as_of))

    return asking


def state(answer: CoverageAnswer, row: str) -> str:
    (found,) = (cell.state for cell in answer.cells if cell.row == row)
    return found


def counted(answer: CoverageAnswer) -> dict[str, int]:
    """How many actors each row has."""
    return {cell.row: len(cell.by) for cell in answer.cells}


# --- the definitions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", COVERED)
def test_each_definition_has_its_numbers(ask: Ask, label: str) -> None:
    answers = [ask(label, base) for base in ("WHO MS 194", "ISO 249")]
    assert tuple(answer.covered for answer in answers) == COVERED[label]
    assert tuple(answer.size for answer in answers) == (194, 249)
    for answer in answers:
        assert answer.states["covered_once"] + answer.states["covered_by_several"] + answer.states["expiring"] == answer.covered
        assert sum(answer.states.values()) == len(answer.cells) == answer.size
        assert answer.covered + answer.uncovered == answer.size


def test_the_spread_is_the_researched_table(graph: Graph) -> None:
    if not DEFINITIONS.exists():
        pytest.skip("the researched table of definitions (../shared/facts) is not here")
    with DEFINITIONS.open(encoding="utf-8", newline="") as lines:
        expected = {
            (row["definition_id"], row["base"]): (
                *(int(row[name]) for name in ("base_size", "covered", "uncovered")),
                float(row["covered_share"]),
            )
            for row in csv.DictReader(lines)
        }
    spread = find_spread(graph, TODAY)
    found = {
        (row.lens.labels[0], row.base.labels[0]): (row.size, row.covered, row.uncovered, round(row.share, 4))
        for row in spread.rows
    }
    assert len(expected) == 78
    assert found == expected


def test_the_spread_agrees_with_the_single_answers(graph: Graph, ask: Ask) -> None:
    for row in find_spread(graph, "2024-06", lenses=["D1c", "D3"], bases=["ISO+XKX 250", "who-members"]).rows:
        answer = ask(row.lens.id, row.base.id, as_of="2024-06")
        assert (row.size, row.covered, row.uncovered, row.share) == (
            answer.size,
            answer.covered,
            answer.uncovered,
            answer.share,
        )


def test_d1_leaves_out_the_countries_areas_and_territories_of_the_notes(ask: Ask) -> None:
    assert list(ask("D1", "WHO MS 194").uncovered_rows) == D1_MEMBER_STATES_NOT_COVERED.split()
    assert set(ask("D1", "ISO 249").uncovered_rows) == set((D1_MEMBER_STATES_NOT_COVERED + D1_OTHER_AREAS_NOT_COVERED).split())
    by_region = {region.id: region.uncovered for region in ask("D1", "WHO MS 194").regions}
    assert by_region == {"r-afr": 0, "r-amr": 2, "r-emr": 14, "r-eur": 17, "r-sear": 7, "r-wpr": 20}


def test_d1_says_why_a_row_is_not_covered(ask: Ask) -> None:
    answer = ask("D1", "ISO 249")
    states = {row: state(answer, row) for row in ("USA", "GBR", "REU", "ATA", "CHE")}
    assert states == {"USA": "partial", "GBR": "lapsed", "REU": "partial", "ATA": "not_applicable", "CHE": "unknown"}
    assert answer.states["gap"] == 0
    assert {blamed.list.id for blamed in answer.blame} == {"paho-rrf", "eu-jpa"}
    assert "145 are covered (58.2%); 104 are not: 0 gaps" in answer.headline


def test_every_cell_that_is_not_unknown_has_its_statements(graph: Graph, ask: Ask) -> None:
    for cell in ask("D4", "ISO+XKX 250", columns="by").cells:
        assert cell.statements or cell.state == "unknown"
        assert set(graph.store.statements(cell.statements)) == set(cell.statements)


# --- other dates ----------------------------------------------------------------------------------------------------------


def test_the_united_kingdom_was_in_the_eu_agreement_until_2020(ask: Ask) -> None:
    dates = {
        date: state(ask("D1", as_of=date), "GBR") for date in ("2014-06-19", "2019-06-30", "2020-12-31", "2020", "2021-01-01")
    }
    assert dates == {
        "2014-06-19": "planned",
        "2019-06-30": "covered_once",
        "2020-12-31": "expiring",
        "2020": "expiring",
        "2021-01-01": "lapsed",
    }


def test_the_african_mechanism_was_planned_before_it_was_decided(ask: Ask) -> None:
    assert state(ask("D1", as_of="2019-06-30"), "KEN") == "planned"
    assert state(ask("D1", as_of="2024-02-18"), "KEN") == "covered_once"


def test_timor_leste_joined_on_26_october_2025(ask: Ask) -> None:
    assert [state(ask("D1", as_of=day), "TLS") for day in ("2025-10-25", "2025-10-26")] == ["planned", "covered_once"]


def test_moldova_and_ukraine_signed_in_2024_and_2025(ask: Ask) -> None:
    covered = {year: set(ask("D1", as_of=year).covered_rows) & {"MDA", "UKR"} for year in ("2023", "2024", "2025")}
    assert covered == {"2023": set(), "2024": {"MDA"}, "2025": {"MDA", "UKR"}}


def test_the_covax_window_closed_at_the_end_of_2023(ask: Ask) -> None:
    before, last, after = (
        ask("mechanism:covax-amc", "ISO+XKX 250", as_of=day) for day in ("2022-06-01", "2023-12-31", "2024-01-01")
    )
    assert (before.states["covered_once"], last.states["expiring"], after.states["lapsed"]) == (92, 92, 92)
    assert (last.states["gap"], after.states["gap"], after.states["unknown"]) == (158, 0, 158)


def test_indonesia_changed_its_region_on_23_may_2025(ask: Ask) -> None:
    for day, region in (("2025-05-22", "SEARO"), ("2025-05-23", "WPRO")):
        inside = [base for base in ("SEARO", "WPRO") if any(cell.row == "IDN" for cell in ask("D1", base, as_of=day).cells)]
        assert inside == [region]
    assert [counted(ask("manufacturer-seats", as_of=day))["r-sear"] for day in ("2025-05-22", "2025-05-23")] == [4, 3]


def test_members_of_who_on_the_date(ask: Ask) -> None:
    assert [ask("D1", "who-members", as_of=day).size for day in ("2025-12-31", "2026-02-01", TODAY)] == [194, 193, 192]
    assert [ask("D1", base, as_of="2019").size for base in ("WHO MS 194", "WHO MS 192")] == [194, 192]


def test_a_withdrawal_and_a_denial_of_one_day_are_a_dispute(ask: Ask) -> None:
    states = {day: state(ask("mechanism:who", as_of=day), "USA") for day in ("2026-01-21", "2026-01-22", "2026-01-23")}
    assert states == {"2026-01-21": "expiring", "2026-01-22": "disputed", "2026-01-23": "lapsed"}


# --- one mechanism, one matrix ----------------------------------------------------------------------------------------------


def test_a_complete_list_gives_gaps_and_an_incomplete_one_unknowns(ask: Ask) -> None:
    african, american = ask("mechanism:africa_cdc_appm"), ask("mechanism:paho_rrf")
    assert (african.lens.id, african.covered, african.states["gap"], african.states["unknown"]) == (
        "mechanism:appm",
        55,
        194,
        0,
    )
    assert (american.covered, american.states["gap"], american.states["unknown"]) == (44, 0, 205)
    assert ask("mechanism:gdf").states["unknown"] == 249


@pytest.mark.parametrize("columns", ["by", "component", "product-class", "pathogen"])
def test_a_matrix_has_every_cell(ask: Ask, columns: str) -> None:
    answer = ask("D1", "ISO 249", columns=columns)
    assert len(answer.cells) == 249 * len(answer.column_names) == sum(answer.states.values())
    assert [tally.id for tally in answer.by_column] == [column.id for column in answer.column_names]
    covered = {tally.id: tally.covered for tally in answer.by_column}
    if columns == "by":
        assert covered == {"paho-rrf": 42, "appm": 55, "avssr": 11, "eu-jpa": 37}
    if columns == "component":
        assert len(covered) == 13
        assert (covered["vc3-2"], covered["vc3-4"]) == (145, 0)
    if columns == "product-class":
        assert covered["pc-vaccines"] == 145


# --- the gap questions ------------------------------------------------------------------------------------------------------


def test_g1_the_thinnest_and_thickest_components(ask: Ask) -> None:
    actors = counted(ask("component-actors"))
    assert sorted(actors, key=lambda row: actors[row])[:4] == ["vc2-4", "vc3-4", "vc3-1", "vc2-3"]
    assert [actors[row] for row in ("vc2-4", "vc3-4", "vc3-1", "vc2-3")] == [2, 3, 4, 5]
    assert actors["vc3-3"] == 16
    assert counted(ask("component-actors-without-events"))["vc3-3"] == 14
    assert counted(ask("component-actors", as_of="2024"))["vc2-2"] == 13
    assert actors["vc2-2"] == 12, "one of the thirteen ended in 2024"


def test_g2_what_falls_outside_the_map(ask: Ask) -> None:
    answer = ask("component-actors", "value-chain")
    assert state(answer, "vcx-delivery") == "unknown"
    (financing,) = (cell for cell in answer.cells if cell.row == "vcx-finance")
    assert {actor.id for actor in financing.by} == {"avma", "frf", "pandemic-fund", "surge-mou", "gavi"}


def test_g3_where_no_regional_procurement_is_live(ask: Ask) -> None:
    answer = ask("regional-procurement")
    assert set(answer.covered_rows) == {"r-amr", "r-eueea", "r-gcc", "r-oecs", "r-pic"}
    assert {row: state(answer, row) for row in ("r-au", "r-asean", "r-emr", "r-eur", "r-sear", "r-wpr")} == {
        "r-au": "partial",
        "r-asean": "planned",
        "r-emr": "planned",
        "r-eur": "unknown",
        "r-sear": "unknown",
        "r-wpr": "unknown",
    }


def test_g4_pathogens_without_a_standing_allocation_body(ask: Ask) -> None:
    answer = ask("allocation-bodies")
    assert {cell.row: cell.by[0].id for cell in answer.cells if cell.covered} == {
        "p-mpox": "aam-mpox",
        "p-ebov": "icg",
        "p-cholera": "icg",
        "p-mening": "icg",
        "p-yf": "icg",
        "p-flu": "pip",
    }
    none = {"p-sars2", "p-sudv", "p-marv", "p-lassa", "p-nipah", "p-mers", "p-rvf", "p-cchf", "p-zika", "p-dengue", "p-chik"}
    assert none <= set(answer.uncovered_rows)


def test_g5_pathogens_without_a_listed_product(ask: Ask) -> None:
    answer = ask("listed-products")
    none = {"p-sudv", "p-marv", "p-mers", "p-lassa", "p-nipah", "p-cchf", "p-rvf", "p-zika", "p-dengue", "p-chik", "p-flu"}
    assert none <= set(answer.uncovered_rows)
    assert set(answer.uncovered_rows) - none == {"p-tb", "p-x"}


def test_g6_no_therapeutic_is_listed(ask: Ask) -> None:
    answer = ask("product-listing", "therapeutics")
    assert answer.covered == 0
    for row in ("ebanga", "inmazeb"):
        (cell,) = (cell for cell in answer.cells if cell.row == row)
        assert "not listed by WHO Prequalification until 2023-12-31" in cell.note
    then = {(cell.row, cell.column): cell.state for cell in ask("product-listing", "therapeutics", "2023", "by").cells}
    assert (then["ebanga", "who-pq"], then["inmazeb", "who-pq"], then["ebanga", "who-eul"]) == ("gap", "gap", "unknown")


def test_g7_pathogens_with_a_listed_test(ask: Ask) -> None:
    assert set(ask("listed-diagnostics").covered_rows) == {"p-mpox", "p-sars2", "p-ebov"}


def test_g8_vaccines_that_hang_on_one_maker(ask: Ask) -> None:
    answer = ask("makers")
    single = {cell.row: cell.by[0].id for cell in answer.cells if cell.state == "covered_once"}
    assert {row: single[row] for row in ("ervebo", "mva-bn", "lc16m8", "men5cv", "euvichol", "euvichol-s")} == {
        "ervebo": "msd",
        "mva-bn": "bavarian",
        "lc16m8": "km-bio",
        "men5cv": "sii",
        "euvichol": "eubiologics",
        "euvichol-s": "eubiologics",
    }


def test_g9_manufacturers_by_the_region_of_their_seat(ask: Ask) -> None:
    expected = {"r-amr": 20, "r-eur": 13, "r-wpr": 8, "r-afr": 5, "r-sear": 3, "r-emr": 0}
    answer = ask("manufacturer-seats")
    assert counted(answer) == expected
    assert state(answer, "r-emr") == "unknown"


def test_g10_what_has_lapsed(ask: Ask) -> None:
    assert [cell.state for cell in ask("emergency-declarations").cells] == ["lapsed", "lapsed"]
    assert state(ask("secretariat-hosts"), "glopid-r") == "lapsed"
    assert state(ask("secretariat-hosts", as_of="2025-06"), "glopid-r") == "expiring"
    assert {cell.row for cell in ask("backers").cells if cell.state == "lapsed"} >= {"covax", "act-a", "c-tap"}


# --- the page on coverage ---------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "coverage.md").read_text(encoding="utf-8")


def table(*heads: str) -> tuple[list[str], list[list[str]]]:
    """The head and the rows of the one table of the page whose first columns have these heads."""
    blocks = [block.splitlines() for block in PAGE.split("\n\n") if block.startswith("|")]
    read = [[[cell.strip(" `") for cell in line.strip("|").split("|")] for line in block] for block in blocks]
    ((head, _, *rows),) = (rows for rows in read if tuple(rows[0][: len(heads)]) == heads)
    assert rows
    return head, rows


def test_the_page_has_the_numbers_of_the_spread(graph: Graph) -> None:
    head, rows = table("lens", "ISO 249")
    documented = {(row[0], base): cell for row in rows for base, cell in zip(head[1:], row[1:], strict=True)}
    spread = find_spread(graph, TODAY).rows
    assert documented == {(row.lens.labels[0], row.base.labels[0]): f"{row.covered} / {row.uncovered}" for row in spread}


def test_the_page_has_the_states_behind_the_numbers(ask: Ask) -> None:
    head, rows = table("lens", "covered once")
    names = [{"by several": "covered_by_several"}.get(name, name.replace(" ", "_")) for name in head[1:]]
    assert [row[0] for row in rows] == list(COVERED)
    for label, *numbers in rows:
        documented = {name: int(number) for name, number in zip(names, numbers, strict=True) if number != "0"}
        assert documented == {name: number for name, number in ask(label, "ISO 249").states.items() if number}


def test_the_page_has_every_lens_with_its_base_and_number(ask: Ask) -> None:
    _, rows = table("lens", "base")
    for lens, base, covered, _ in rows:
        answer = ask(lens)
        assert (answer.base.id, f"{answer.covered} of {answer.size}") == (base, covered)
    _, definitions = table("label", "id")
    assert [row[1] for row in definitions] + [row[0] for row in rows] == [lens.id for lens in list_lenses()]


def test_the_page_has_every_base_with_its_size(graph: Graph) -> None:
    _, rows = table("base", "label")
    assert [row[0] for row in rows] == [base.id for base in list_bases()]
    for base, (_, label, size, _) in zip(list_bases(), rows, strict=True):
        assert label == next(iter(base.labels), "")
        assert len(rows_of(base, graph.snapshot(), AsOf(TODAY))) == int(size)


def test_the_page_has_every_state_and_every_way_to_split(ask: Ask) -> None:
    assert [row[0] for row in table("state")[1]] == list(STATES)
    assert [row[0] for row in table("columns")[1]] == ["none", "by", *(axis.id for axis in list_axes())]
    assert ask("D1", "ISO 249").headline in PAGE.replace("\n> ", " ")
