"""Disagreements: each sort, what is none, and all twenty contradictions of the shipped graph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.errors import UnknownEntity
from graph.model import Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import curated
from queries.disagreements import DisagreementsQuestion, find_disagreements
from tests.factories import entity, graph_in, link, text

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


def found(folder: Path, statements: Iterable[Statement], **asked: Any) -> list[tuple[str, str, list[str]]]:
    graph = graph_in(folder, statements)
    answer = find_disagreements(graph, DisagreementsQuestion(**asked))
    graph.close()
    return [(one.sort, one.matter, [side.says for side in one.sides]) for one in answer.results]


def said(period: tuple[str, str], source: str, predicate: str = "leads", role: str = "") -> Statement:
    return link("ann", predicate, "net", period=period, source=source, role=role)


def test_starts_that_cannot_be_the_same_day(tmp_path: Path) -> None:
    dates = [said(("2019", ""), "src-a"), said(("2021-05", ""), "src-b")]
    assert found(tmp_path, dates) == [("dates", "start of leads net", ["2019", "2021-05"])]


def test_ends_that_cannot_be_the_same_day(tmp_path: Path) -> None:
    dates = [said(("2019", "2022"), "src-a"), said(("2019-03", "2023"), "src-b")]
    assert found(tmp_path, dates) == [("dates", "end of leads net", ["2022", "2023"])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (said(("2019", "2022"), "src-a"), said(("2023", "2026"), "src-b")),
        (said(("2019", "2022-06-30"), "src-a"), said(("2022-06-30", ""), "src-b")),
        (said(("2019", "2022"), "src-a"), said(("2022-07-01", ""), "src-b")),
        (said(("2019", ""), "src-a"), said(("2019-11-02", ""), "src-b")),
        (said(("2019", ""), "src-a"), said(("2021", ""), "src-a")),
        (said(("2019", ""), "src-a", role="chair"), said(("2021", ""), "src-b", role="host")),
        (said(("2019", ""), "src-a"), said(("", "2022"), "src-b")),
    ],
    ids=["after", "same day", "in the year", "more precise", "same source", "other role", "one end each"],
)
def test_what_follows_or_is_only_more_precise_is_no_disagreement(one: Statement, other: Statement, tmp_path: Path) -> None:
    assert found(tmp_path, [one, other]) == []


def test_a_mandate_by_two_sources_and_a_later_one(tmp_path: Path) -> None:
    mandates = [said(("2010", "2014"), "src-a"), said(("2011", "2014"), "src-b"), said(("2015", ""), "src-c")]
    assert found(tmp_path, mandates) == [("dates", "start of leads net", ["2010", "2011"])]


def test_a_symmetric_link_is_one_whoever_states_it(tmp_path: Path) -> None:
    both = [
        link("ann", "partners_with", "bob", period=("2019", ""), source="src-a"),
        link("bob", "partners_with", "ann", period=("2022", ""), source="src-b"),
    ]
    ((sort, _, sides),) = found(tmp_path, both)
    assert (sort, sides) == ("dates", ["2019", "2022"])


def test_a_denial(tmp_path: Path) -> None:
    stated = said(("2019", ""), "src-a", "member_of")
    denied = link("ann", "not_member_of", "net", period=("2021", ""), source="src-b")
    assert found(tmp_path, [stated, denied]) == [("denial", "member_of net", ["no", "yes"])]


@pytest.mark.parametrize("left", ["2020", "2021-01-22", "2021"])
def test_a_denial_from_the_end_on_is_none(left: str, tmp_path: Path) -> None:
    stated = said(("2019", left), "src-a", "member_of")
    denied = link("ann", "not_member_of", "net", period=("2021-01-22", ""), source="src-b")
    assert found(tmp_path, [stated, denied]) == []


def test_values_that_exclude_each_other(tmp_path: Path) -> None:
    assert found(tmp_path, [text("ann", "founded_in", "1990"), text("ann", "founded_in", "1991", source="src-b")]) == [
        ("values", "founded_in", ["1990", "1991"])
    ]


def test_a_year_and_a_day_in_it_are_one_value(tmp_path: Path) -> None:
    assert found(tmp_path, [text("ann", "founded_in", "1990"), text("ann", "founded_in", "1990-05-01", source="src-b")]) == []


def test_a_seat_that_moved_is_none(tmp_path: Path) -> None:
    seats = [
        link("ann", "located_in", "KEN", period=("2010", "2019"), source="src-a"),
        link("ann", "located_in", "ETH", period=("2020", ""), source="src-b"),
    ]
    assert found(tmp_path, seats) == []


def test_claims_on_one_topic(tmp_path: Path) -> None:
    claims = [text("ann", "claim", value, source=source, topic="size") for value, source in (("5", "src-a"), ("7", "src-b"))]
    other = text("ann", "claim", "9", source="src-b", topic="age")
    assert found(tmp_path, [*claims, other]) == [("figures", "size", ["5", "7"])]


def test_counts_of_other_years_are_none_unless_they_were_filed_as_a_contradiction(tmp_path: Path) -> None:
    told = (("5", "2019", "src-a"), ("7", "2021", "src-b"))
    claims = [text("ann", "claim", value, period=(year, year), source=source, topic="size") for value, year, source in told]
    assert found(tmp_path, claims) == []
    filed = [
        text("ann", "claim", value, period=(year, year), source=source, topic="size", contradiction="c99")
        for value, year, source in told
    ]
    assert len(found(tmp_path / "filed", filed)) == 1


def test_about_an_entity_and_as_of_a_date(tmp_path: Path) -> None:
    statements = [*entity("ann"), *entity("net", "network"), *entity("bob")]
    statements += [said(("2019", "2022"), "src-a"), said(("2019-03", "2023"), "src-b")]
    statements += [text("bob", "founded_in", "1990"), text("bob", "founded_in", "1991", source="src-b")]
    graph = graph_in(tmp_path, statements)

    def count(**asked: Any) -> int:
        return len(find_disagreements(graph, DisagreementsQuestion(**asked)).results)

    assert [count(), count(about="ann"), count(about="net"), count(about="bob")] == [2, 1, 1, 1]
    assert [count(about="ann", as_of=date) for date in ("2022", "2023", "2018")] == [1, 0, 0]
    with pytest.raises(UnknownEntity):
        count(about="nobody")
    graph.close()


def test_all_twenty_contradictions_come_out_with_their_citations(tmp_path: Path) -> None:
    graph = Graph(SqliteStore(tmp_path / "graph.sqlite"))
    curated.load(graph.store, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    answer = find_disagreements(graph, DisagreementsQuestion())
    filed = re.findall(r"^\| (c\d\d) \|", PAGE, re.MULTILINE)
    assert len(filed) == 20
    assert {one.label for one in answer.results if one.label} == set(filed)
    for one in answer.results:
        assert len(one.sides) >= 2
        for side in one.sides:
            assert side.statements
            assert all(cited.source_name and cited.locator for cited in side.statements)
    others = {(one.sort, one.subject, one.matter) for one in answer.results if not one.label}
    assert others == {
        ("dates", "ecdc", "start of partners_with africa-cdc"),
        ("dates", "igwg", "start of negotiates pabs"),
        ("dates", "unicef-sd", "start of procures mva-bn"),
        ("denial", "ARG", "enrolled_in who"),
    }
    assert all(f"`{matter[1]}`" in PAGE for matter in others), "docs/data.md says which"
    graph.close()
