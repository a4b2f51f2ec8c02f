"""Overlap, introductions and brokers: small worlds that show each rule, and the shipped graph."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from graph.errors import BadDate, InputError, UnknownEntity, UnknownWord
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import curated
from queries.brokers import BrokersAnswer, BrokersQuestion, find_brokers
from queries.coverage import CoverageQuestion, find_coverage
from queries.introductions import IntroductionsAnswer, IntroductionsQuestion, find_introductions
from queries.overlap import OverlapAnswer, OverlapQuestion, find_overlap
from tests.factories import entities, graph_in, link, text

DAY = "2026-11-21"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    made = Graph(SqliteStore(tmp_path_factory.mktemp("between") / "graph.sqlite"))
    curated.load(made.store, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    yield made
    made.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Graph]:
    made = graph_in(
        tmp_path,
        [
            *entities("country", "KEN", "UGA", "FRA"),
            *entities("region", "r-afr"),
            *entities("mechanism", "pool", "old-pool"),
            *entities("organisation", "lab", "bank", "agency"),
            *entities("network", "net"),
            *entities("product_class", "pc-vaccines"),
            *(text(code, "listed_as", "iso-3166-1") for code in ("KEN", "UGA", "FRA")),
            *(link(code, "in_region", "r-afr") for code in ("KEN", "UGA")),
            link("UGA", "enrolled_in", "pool", status="member"),
            link("UGA", "enrolled_in", "old-pool", status="member", period=("", "2020")),
            link("lab", "located_in", "KEN"),
            link("pool", "covers", "r-afr"),
            link("pool", "handles", "pc-vaccines"),
            link("bank", "funds", "lab"),
            link("agency", "member_of", "net"),
            link("bank", "member_of", "net"),
            link("agency", "operates", "pool"),
        ],
    )
    yield made
    made.close()


def introduced(graph: Graph, row: str, **asked: Any) -> IntroductionsAnswer:
    return find_introductions(graph, IntroductionsQuestion(row, **{"asking": "agency", "as_of": DAY, **asked}))


def brokers(graph: Graph, **asked: Any) -> BrokersAnswer:
    return find_brokers(graph, BrokersQuestion(**{"as_of": DAY, "limit": 100, **asked}))


def overlap(graph: Graph, **asked: Any) -> OverlapAnswer:
    return find_overlap(graph, OverlapQuestion(**{"as_of": DAY, **asked}))


# --- introductions --------------------------------------------------------------------------------------------------------


def test_rings_and_paths(small: Graph) -> None:
    answer = introduced(small, "KEN")
    assert [(one.id, one.ring, one.path.ids if one.path else None) for one in answer.results] == [
        ("lab", "here", ("agency", "net", "bank", "lab")),
        ("pool", "region", ("agency", "pool")),
    ]
    assert [region.id for region in answer.regions] == ["r-afr"]
    assert all(one.statements for one in answer.results)
    assert introduced(small, "KEN", max_steps=2).results[0].path is None


def test_a_column_puts_those_that_work_on_it_first(small: Graph) -> None:
    answer = introduced(small, "KEN", column="pc-vaccines")
    assert [(one.id, one.on_column) for one in answer.results] == [("pool", True), ("lab", False)]
    assert {said.predicate for said in answer.results[0].statements} == {"covers", "handles"}


def test_a_region_is_next_to_those_that_enrol_its_members(small: Graph) -> None:
    assert [(one.id, one.ring) for one in introduced(small, "r-afr").results] == [("pool", "here")]
    assert introduced(small, "FRA").results == ()
    assert introduced(small, "r-afr").cell is None


def test_the_asking_body_is_not_introduced_to_itself(small: Graph) -> None:
    answer = introduced(small, "KEN", asking="lab")
    assert answer.asking_is_near
    assert "lab" not in {one.id for one in answer.results}


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"row": "XXX"}, UnknownEntity),
        ({"row": "KEN", "asking": "KEN"}, InputError),
        ({"row": "KEN", "limit": 0}, InputError),
        ({"row": "KEN", "max_steps": 9}, InputError),
        ({"row": "KEN", "as_of": "soon"}, BadDate),
        ({"row": "KEN", "lens": "nothing"}, UnknownWord),
        ({"row": "net", "lens": "D1"}, InputError),
        ({"row": "KEN", "column": "net"}, InputError),
    ],
)
def test_introductions_that_cannot_be_asked(small: Graph, asked: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        introduced(small, **asked)


def test_an_uncovered_country_area_or_territory_of_the_shipped_graph(graph: Graph) -> None:
    answer = introduced(graph, "PAK", asking="i-mcm-net", column="pc-vaccines", limit=50)
    assert answer.cell is not None
    assert answer.cell.state == "unknown"
    assert {"gavi-support", "unicef-sd-vaccines", "emr-pool", "carec-health"} <= {
        one.id for one in answer.results if one.ring == "here" and one.on_column
    }
    kinds = dict(zip(graph.snapshot().ids, graph.snapshot().kinds, strict=True))
    for one in answer.results:
        assert one.path is None or all(kinds[id] != "country" for id in one.path.ids)
    keys = [(not one.on_column, ("here", "region", "neighbours").index(one.ring), -one.enrolled) for one in answer.results]
    assert keys == sorted(keys)


# --- brokers --------------------------------------------------------------------------------------------------------------


def test_a_chain_of_bodies(small: Graph) -> None:
    answer = brokers(small)
    # pool - agency - net - bank - lab: pairs that pass: 3, 4, 3
    assert [(one.id, one.betweenness, one.cut_off) for one in answer.results] == [
        ("net", 4, 2),
        ("agency", 3, 1),
        ("bank", 3, 1),
    ]
    assert [[near.id for near in piece.entities] for piece in answer.results[1].pieces] == [["pool"]]
    assert {said.object for said in answer.results[1].statements} == {"pool"}
    assert (answer.entities, answer.ties, answer.pairs, answer.parts) == (5, 4, 10, 1)


def test_filters_change_the_net(small: Graph) -> None:
    assert [one.id for one in brokers(small, without=["net"]).results] == []
    assert [one.id for one in brokers(small, predicates=["member_of"]).results] == ["net"]
    assert brokers(small, kinds=["organisation", "country"]).ties == 1
    assert [one.id for one in brokers(small, between=["lab", "agency"], order="cut").results] == ["net", "bank"]
    assert brokers(small, between=["kind:organisation", "in:r-afr"]).second_size == 1


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"between": ["lab"]}, InputError),
        ({"between": "lab,bank"}, InputError),
        ({"between": ["kind:nothing", "lab"]}, UnknownWord),
        ({"between": ["kind:event", "lab"]}, InputError),
        ({"between": ["nobody", "lab"]}, UnknownEntity),
        ({"without": ["nobody"]}, UnknownEntity),
        ({"order": "size"}, UnknownWord),
        ({"limit": 101}, InputError),
        ({"confidence": "sure"}, UnknownWord),
        ({"predicates": ["located_in"]}, InputError),
    ],
)
def test_brokers_that_cannot_be_asked(small: Graph, asked: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        brokers(small, **asked)


def test_brokers_between_the_americas_and_africa_without_who(graph: Graph) -> None:
    answer = brokers(graph, between=["in:r-amr", "in:r-afr"], without=["who"])
    found = {one.id: one for one in answer.results}
    assert "who" not in found
    assert {"rvmc", "g20-coalition", "cepi-vmfn"} <= set(found)
    assert "paho" in {near.id for near in found["rvmc"].first}
    assert "africa-cdc" in {near.id for near in found["rvmc"].second}
    assert {"bio-manguinhos"} <= {near.id for near in found["cepi-vmfn"].first}
    assert {"aspen", "ipd"} <= {near.id for near in found["cepi-vmfn"].second}
    assert all(one.statements for one in answer.results if one.first or one.second)


def test_the_same_question_has_the_same_answer(graph: Graph) -> None:
    assert brokers(graph, order="constraint") == brokers(graph, order="constraint")
    values = [one.constraint for one in brokers(graph, order="constraint").results]
    assert values == sorted(values)


# --- overlap --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lens", ["D4", "D8", "every-mechanism"])
def test_the_matrix_counts_what_coverage_says(graph: Graph, lens: str) -> None:
    answer = overlap(graph, lens=lens, base="ISO 249")
    if lens == "every-mechanism":
        assert answer.size == 249
    else:
        cells = find_coverage(graph, CoverageQuestion(lens, "ISO 249", as_of=DAY)).cells
        assert answer.cells == tuple(cell for cell in cells if len(cell.by) > 1)
        assert sum(answer.by_number.values()) == sum(bool(cell.by) for cell in cells)
    order = [one.id for one in answer.mechanisms]
    pairs = {(pair.first.id, pair.second.id): pair for pair in answer.pairs}
    for (i, one), (j, other) in combinations(enumerate(order), 2):
        together = [cell.row for cell in answer.cells if {one, other} <= {actor.id for actor in cell.by}]
        assert answer.matrix[i][j] == answer.matrix[j][i] == len(together)
        assert ((one, other) in pairs) == bool(together)
        if together:
            assert pairs[one, other].rows == tuple(together)
            assert pairs[one, other].share == len(together) / min(answer.matrix[i][i], answer.matrix[j][j])
    for place, covering in enumerate(answer.mechanisms):
        meeting = sum(covering.id in {actor.id for actor in cell.by} for cell in answer.cells)
        assert covering.cells == answer.matrix[place][place] == covering.alone + meeting


def test_the_eastern_caribbean_lies_inside_the_pan_american_funds(graph: Graph) -> None:
    (pair,) = (one for one in overlap(graph).pairs if (one.first.id, one.second.id) == ("oecs-pps", "paho-rrf"))
    assert (pair.cells, pair.share) == (9, 1.0)


def test_overlap_on_another_date_and_of_more(small: Graph) -> None:
    assert overlap(small, as_of="2019").pairs[0].rows == ("UGA",)
    assert overlap(small).pairs == ()
    assert overlap(small, as_of="2019", least=3).cells == ()
    with pytest.raises(InputError, match="a whole number from 2 to 1000; 1 was given"):
        overlap(small, least=1)
    with pytest.raises(UnknownWord):
        overlap(small, lens="nothing")
