"""Rows of the house format: random statements come back with their ids, through the loader; faults are told by column."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.export import export_lines
from graph.export_tables import View, write_csv, write_workbook
from graph.house_format import COLUMNS
from graph.model import ANY_TIME, Citation, Confidence, Period, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders.house_format import layout_of, statements_of
from loaders.sayings import BadValue
from loaders.table import load
from tests.factories import cited_source, entity, link

AT = datetime(2026, 11, 22, tzinfo=UTC)
IDS = ("who", "=gavi", "-cepi", "'odd", "x:GB-1~é", "@home", "\u200bhidden")
FRAME = [one for id in IDS for one in entity(id)] + cited_source("src-a", "A report", "https://a.example")
TEXTS = st.one_of(
    st.sampled_from(("=1+1", "+44", "-5", "@x", "'", "\\", "'\\u0041", "#N/A", "_x0041_")),
    st.sampled_from(("a\u200bb", "\u202eabc", "\uffff", " x ", "2024")),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029"), max_size=15),
)  # fmt: skip
FULL = TEXTS.filter(lambda text: bool(text.strip()))
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    is_link = draw(st.booleans())
    return Statement(
        draw(st.sampled_from(IDS)),
        draw(st.sampled_from(("partners_with", "funds"))) if is_link else draw(st.sampled_from(("alias", "note"))),
        draw(st.sampled_from(IDS)) if is_link else None,
        None if is_link else draw(FULL),
        Period(*draw(st.sampled_from((("", ""), ("2023", "2024-06"), ("2024-02-29", ""), ("", "2024"))))),
        Citation("src-a", draw(FULL), draw(TEXTS), draw(TEXTS)),
        draw(st.sampled_from(CONFIDENCES)),
        draw(TEXTS),
        tuple(sorted(draw(st.dictionaries(TEXTS, TEXTS, max_size=2)).items())),
    )


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(many=st.lists(statements(), min_size=1, max_size=8))
def test_random_statements_go_out_and_come_back(name: str, many: list[Statement]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        graph = Graph(SqliteStore(Path(folder) / "one.sqlite"))
        graph.store.replace("test.csv", [*FRAME, *many], AT)
        path = Path(folder) / name
        write = write_csv if name.endswith("csv") else write_workbook
        write(path, export_lines(graph.store, ANY_TIME), View(graph.snapshot(), ()))
        expected = {one.id: (one, one.release) for one in graph.store.scan(None, ANY_TIME)}
        revision = graph.store.revision()
        report = load(graph.store, [path], AT)
        assert report.ok, report.findings
        assert (report.loaded, report.unchanged, graph.store.revision()) == (0, len(expected), revision)
        graph.close()
        other = SqliteStore(Path(folder) / "other.sqlite")
        report = load(other, [path], AT)
        assert report.ok, report.findings
        assert {one.id: (one, one.release) for one in other.scan(None, ANY_TIME)} == expected
        other.close()


ROW = {
    "subject": "gavi", "predicate": "funds", "object": "who", "value": "", "confidence": "high", "source": "src-a",
    "locator": "p. 1", "valid_from": "2024", "qualifiers": '{"status": "member"}',
}  # fmt: skip


def test_a_row_without_an_id_is_a_new_statement() -> None:
    (made,) = statements_of(ROW)
    assert made == link("gavi", "funds", "who", period=("2024", ""), locator="p. 1", status="member")
    assert statements_of({**ROW, "id": made.id}) == [made]
    assert statements_of({**ROW, "confidence": ""})[0].confidence == "medium"


@pytest.mark.parametrize(
    ("change", "column", "nearest"),
    [
        ({"id": "0" * 32}, "id", ""),
        ({"subject": ""}, "subject", ""),
        ({"source": " "}, "source", ""),
        ({"locator": ""}, "locator", ""),
        ({"predicate": "fund"}, "predicate", "funds"),
        ({"object": ""}, "object", ""),
        ({"value": "a text as well"}, "object", ""),
        ({"confidence": "hihg"}, "confidence", "high"),
        ({"valid_from": "spring"}, "valid_from", ""),
        ({"valid_to": "2023"}, "valid_to", ""),
        ({"qualifiers": "{"}, "qualifiers", ""),
        ({"qualifiers": "[]"}, "qualifiers", ""),
        ({"qualifiers": '{"a": 1}'}, "qualifiers", ""),
        ({"qualifiers": "[" * 100_000}, "qualifiers", ""),
        ({"locator": "p.\u202e1"}, "locator", ""),
        ({"locator": "p.\x071"}, "locator", ""),
        ({"locator": "'\\x"}, "locator", ""),
        ({"subject": "two words"}, "", ""),
    ],
)
def test_a_fault_is_told_by_its_column(change: dict[str, str], column: str, nearest: str) -> None:
    with pytest.raises(BadValue) as raised:
        statements_of({**ROW, **change})
    assert raised.value.column == column
    assert not nearest or nearest in raised.value.nearest


def test_a_sheet_of_statements_is_known_by_its_header() -> None:
    assert layout_of(COLUMNS)
    assert layout_of([f" {column.upper()} " for column in reversed(COLUMNS)] + ["further"])
    assert not layout_of([column for column in COLUMNS if column != "locator"])
    assert not layout_of(["id", "name"])
