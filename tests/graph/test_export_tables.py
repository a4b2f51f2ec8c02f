"""Statements as workbooks and CSV files: every text comes back, no cell is a formula, nothing is cut."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from graph.errors import BadStatement, InputError
from graph.export import export_lines
from graph.export_tables import LONGEST_CELL, View, write_csv, write_workbook
from graph.house_format import COLUMNS, FORMULA, plain, safe
from graph.model import ANY_TIME, Citation, Confidence, Period, Statement
from graph.revisions import Graph
from loaders.house_format import ignored_for, layout_of, statements_of
from tests.factories import LOADED_AT, cited_source, entity, graph_in, link, text

AWKWARD = (
    "=1+1", "+44 20", "-5", "@me", "'quoted", "''", "\\", "'\\u0041", "#N/A", "#REF!", "_x0041_", "＝1", " space ", "\u00a0",
    "a\u200bb", "\u202eabc", "\ufeffx", "\uffff", "2024", "1e5", "TRUE", '1,5; "q"', "a\x85b", "emoji 🌍", '{"a": 1}', "é",
    "e\u0301", "x" * 300,
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029") | st.sampled_from("=+-@'\\_x\x85"),
        max_size=20,
    ),
)
FULL = TEXTS.filter(lambda text: bool(text.strip()))
IDS = st.sampled_from(("who", "KEN", "=id", "-x", "iati:GB-1~a", "'odd", "é\u200bid"))
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    is_link = draw(st.booleans())
    return Statement(
        draw(IDS),
        draw(st.sampled_from(("partners_with", "funds"))) if is_link else draw(st.sampled_from(("alias", "note"))),
        draw(IDS) if is_link else None,
        None if is_link else draw(FULL),
        Period(*draw(st.sampled_from((("", ""), ("2023", "2024-06"), ("2024-02-29", ""), ("", "2024"))))),
        Citation(draw(IDS), draw(FULL), draw(TEXTS), draw(TEXTS)),
        draw(st.sampled_from(CONFIDENCES)),
        draw(TEXTS),
        tuple(sorted(draw(st.dictionaries(TEXTS, TEXTS, max_size=3)).items())),
    )


@given(TEXTS)
@example("'=1+1")
@example("\\u0041")
def test_every_text_comes_back_and_no_cell_is_a_formula(given_text: str) -> None:
    cell = safe(given_text)
    assert plain(cell) == given_text
    assert not cell.startswith((*FORMULA, "\t", "\r"))
    assert cell == cell.strip()
    assert cell.isprintable() or "\u00a0" in cell or not given_text.isprintable()


@pytest.mark.parametrize("cell", ["'\\", "'\\x41", "'\\u00", "'a\\nb"])
def test_a_backslash_that_stands_for_nothing_is_refused(cell: str) -> None:
    with pytest.raises(BadStatement, match="backslash"):
        plain(cell)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """A graph with names that would be formulas."""
    graph = graph_in(
        tmp_path_factory.mktemp("tables"),
        [*entity("who", name="=WHO()"), *entity("gavi", name="Gavi"), *cited_source("src-a", "@Source", "https://a.example/")],
        [
            link("gavi", "funds", "who", period=("2020", "2024-06"), detail="=HYPERLINK(1)"),
            text("who", "note", "-5", lang="en"),
        ],
    )
    yield graph
    graph.close()


def view(graph: Graph) -> View:
    return View(graph.snapshot(), (("revision of the graph", str(graph.revision())),))


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of the sheets of statements, as a plain reader gives them."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
        return
    book = load_workbook(path, read_only=True)
    for name in book.sheetnames:
        rows = book[name].iter_rows(values_only=True)
        header = [str(cell) for cell in next(rows)]
        if layout_of(header):
            for row in rows:
                assert all(cell is None or isinstance(cell, str) for cell in row)
                yield {column: str(cell or "") for column, cell in zip(header, row, strict=True)}
    book.close()


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(many=st.lists(statements(), max_size=6))
def test_random_statements_come_back_with_their_ids(world: Graph, tmp_path: Path, name: str, many: list[Statement]) -> None:
    told = {one.id: one for one in many}
    lines = [
        {
            "id": one.id,
            "subject": one.subject,
            "predicate": one.predicate,
            **({"object": one.object} if one.object is not None else {"value": one.value}),
            "valid_from": one.valid.valid_from or None,
            "valid_to": one.valid.valid_to or None,
            "known_from": "2026-01-01T00:00:00Z",
            "known_to": None,
            "source": one.citation.source,
            "locator": one.citation.locator,
            "url": one.citation.url or None,
            "quotation": one.citation.quotation or None,
            "confidence": one.confidence,
            "release": one.release or None,
            "qualifiers": dict(one.qualifiers),
            "origins": ["=a"],
        }
        for one in told.values()
    ]
    path = tmp_path / name
    write = write_csv if path.suffix == ".csv" else write_workbook
    assert write(path, lines, view(world)) == len(told)
    back = [one for row in rows_of(path) for one in statements_of(row)]
    assert [one.id for one in back] == list(told)
    assert [(one, one.release) for one in back] == [(one, one.release) for one in told.values()]


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_no_cell_of_any_sheet_is_a_formula(world: Graph, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    lines = list(export_lines(world.store, ANY_TIME))
    count = (write_csv if name.endswith("csv") else write_workbook)(path, lines, view(world))
    assert count == len(lines)
    if name.endswith("csv"):
        cells = [cell for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()) for cell in row]
    else:
        book = load_workbook(path)
        assert book.sheetnames == ["About", "Statements", "Entities", "Sources"]
        every = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in every} <= {"s", "n", "inlineStr"}
        cells = [cell.value for cell in every if isinstance(cell.value, str)]
        with zipfile.ZipFile(path) as archive:
            assert not any(b"<f>" in archive.read(entry) for entry in archive.namelist())
    assert {"'=WHO()", "'-5", "'@Source", "Gavi"} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_workbook_goes_on_in_a_further_sheet(world: Graph, tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    lines = list(export_lines(world.store, ANY_TIME))
    write_workbook(path, lines, view(world), most_rows=4)
    book = load_workbook(path, read_only=True)
    pages = [name for name in book.sheetnames if name.startswith("Statements")]
    assert pages == ["Statements", *(f"Statements {number}" for number in range(2, -(-len(lines) // 3) + 1))]
    book.close()
    assert [row["id"] for row in rows_of(path)] == [line["id"] for line in lines]


def test_a_text_that_no_cell_can_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    fits, longer = "é" * LONGEST_CELL, "🌍" * (LONGEST_CELL // 2 + 1)
    graph = graph_in(tmp_path, [*entity("who"), text("who", "note", fits), text("who", "note", longer)])
    lines = list(export_lines(graph.store, ANY_TIME))
    target = tmp_path / "long.xlsx"
    with pytest.raises(InputError, match=r"value of the statement \w+ has .* 32,767.*CSV"):
        write_workbook(target, lines, view(graph))
    assert not target.exists()
    assert write_workbook(target, [line for line in lines if line.get("value") != longer], view(graph)) == len(lines) - 1
    assert fits in {row["value"] for row in rows_of(target)}
    table = tmp_path / "long.csv"
    write_csv(table, lines, view(graph))
    assert longer in {row["value"] for row in rows_of(table)}
    graph.close()


def test_what_is_no_longer_known_is_told_and_not_read(tmp_path: Path) -> None:
    graph = graph_in(tmp_path, entity("who"))
    graph.store.replace("test/0.csv", entity("who", name="World Health"), LOADED_AT)
    table = tmp_path / "ever.csv"
    write_csv(table, export_lines(graph.store, ANY_TIME, ever=True), view(graph))
    rows = {row["value"]: ignored_for(row) for row in rows_of(table)}
    assert rows == {"organisation": "", "WHO": "no longer known when the table was written", "World Health": ""}
    graph.close()


def test_columns_stay(world: Graph, tmp_path: Path) -> None:
    """Others keep such files: a column that goes or changes its name would make them unreadable."""
    assert COLUMNS == (
        "id", "subject", "subject_name", "predicate", "object", "object_name", "value", "valid_from", "valid_to", "confidence",
        "source", "source_title", "locator", "url", "quotation", "release", "qualifiers", "known_from", "known_to", "origins",
    )  # fmt: skip
    table = tmp_path / "out.csv"
    write_csv(table, export_lines(world.store, ANY_TIME), view(world))
    (row,) = [row for row in rows_of(table) if row["predicate"] == "funds"]
    told = ("subject_name", "object_name", "source_title", "valid_from", "valid_to", "qualifiers", "origins")
    assert [plain(row[column]) for column in told] == [
        "Gavi", "=WHO()", "@Source", "2020", "2024-06", '{"detail": "=HYPERLINK(1)"}', "test/1.csv",
    ]  # fmt: skip
