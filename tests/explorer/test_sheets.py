"""A coverage answer as a file for a spreadsheet: the rows of the API with their sources, and nothing taken for a formula."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from openpyxl import load_workbook

from api.explorer.groups import groups
from api.explorer.sheets import coverage_csv, coverage_workbook
from graph.model import AsOf, Citation, Period, Statement, qualify
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.coverage import CoverageQuestion, find_coverage
from queries.explain import cite
from tests.explorer.conftest import LOADED
from tests.explorer.visiting import answer

ASKED = "lens=D3&base=WHO+MS+194&as_of=2026-11-21"


def fetched(site: str, path: str) -> tuple[bytes, str]:
    """The content of a file and the name that it is given."""
    with urlopen(f"{site}{path}", timeout=30) as response:
        return response.read(), response.headers["Content-Disposition"]


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content: bytes, title: str) -> list[dict[str, Any]]:
    rows = load_workbook(io.BytesIO(content))[title].iter_rows(values_only=True)
    header = [str(word) for word in next(rows)]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_csv_holds_the_rows_of_the_api_and_says_how_they_were_counted(site: str) -> None:
    content, named = fetched(site, f"/table.csv?{ASKED}")
    told = answer(site, f"/v1/coverage?{ASKED}")
    assert content.startswith(b"\xef\xbb\xbf")
    assert named == 'attachment; filename="coverage-buying-now-who-ms-194-2026-11-21.csv"'
    rows = lines(content)
    assert [(row["id"], row["name"], row["state"].replace(" ", "_"), row["why"]) for row in rows] == [
        (cell["row"], cell["row_name"], cell["state"], cell["note"]) for cell in told["cells"]
    ]
    assert Counter(row["WHO region"] for row in rows) == {one["name"]: one["size"] for one in told["regions"] if one["size"]}
    for row, cell in zip(rows, told["cells"], strict=True):
        assert (row["lens"], row["as of"], row["revision"]) == (
            "D3 · Joint buying with evidence of orders",
            "2026-11-21",
            f"{told['revision']}",
        )
        for one in cell["statements"]:
            assert one["source_name"] in row["sources"]
            assert not one["url"] or f"<{one['url']}>" in row["sources"]


def test_the_workbook_holds_every_statement_with_its_source(site: str) -> None:
    content, _ = fetched(site, f"/table.xlsx?{ASKED}")
    told = answer(site, f"/v1/coverage?{ASKED}")
    assert [(row["id"], row["state"].replace(" ", "_")) for row in sheet(content, "Coverage")] == [
        (cell["row"], cell["state"]) for cell in told["cells"]
    ]
    said = [(row["row"], row["statement id"], row["source"], row["from"]) for row in sheet(content, "Statements")]
    expected = [
        (cell["row"], one["id"], one["source_name"], one["valid_from"]) for cell in told["cells"] for one in cell["statements"]
    ]
    assert len(said) > 90
    assert said == expected
    about = {row["what"]: row["text"] for row in sheet(content, "About")}
    assert about["answer"] == told["headline"]
    assert (about["as of"], about["as known at"]) == ("2026-11-21", "now")
    assert "not a gap" in about["unknown"]
    assert "no opinion on the legal status" in about["note"]


def test_what_is_no_country_area_or_territory_has_a_table_but_no_board(site: str) -> None:
    rows = lines(fetched(site, "/table.csv?lens=component-actors&as_of=2026-11-21")[0])
    told = answer(site, "/v1/coverage?lens=component-actors&as_of=2026-11-21")
    assert [row["covered by"].split("; ") for row in rows] == [[one["name"] for one in cell["by"]] for cell in told["cells"]]
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{site}/board.svg?lens=component-actors", timeout=30)
    assert refused.value.code == 400
    assert b"The board shows countries, areas and territories" in refused.value.read()


def test_an_address_that_nobody_opened_is_marked_in_both(site: str) -> None:
    told = answer(site, "/v1/coverage?lens=component-actors&as_of=2026-11-21")
    unchecked = [(cell["row"], one) for cell in told["cells"] for one in cell["statements"]]
    row, one = next(pair for pair in unchecked if pair[1]["url_status"] == "inferred_from_mirror")
    rows = {line["id"]: line for line in lines(fetched(site, "/table.csv?lens=component-actors&as_of=2026-11-21")[0])}
    assert f"<{one['url']}> (address not checked)" in rows[row]["sources"]
    cells = sheet(fetched(site, "/table.xlsx?lens=component-actors&as_of=2026-11-21")[0], "Statements")
    assert {cell["address is"] for cell in cells if cell["statement id"] == one["id"]} == {"inferred from mirror"}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_wrong_question_is_refused_with_the_nearest(site: str, ending: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{site}/table.{ending}?lens=D99", timeout=30)
    assert refused.value.code == 400
    assert b"D99" in refused.value.read()


def test_no_name_is_taken_for_a_formula(tmp_path: Any) -> None:
    formula = "=HYPERLINK(1)"
    cited = Citation("src-minutes", "@SUM(1)", "", "")

    def says(subject: str, predicate: str, target: str | None = None, value: str | None = None, **more: str) -> Statement:
        return Statement(subject, predicate, target, value, Period("2020"), cited, "high", "", qualify(more))

    given = [says("KEN", "kind", value="country"), says("KEN", "name", value=formula), says("pool", "name", value=formula)]
    given += [says("KEN", "listed_as", value="iso-3166-1"), says("pool", "kind", value="mechanism")]
    given += [says("KEN", "enrolled_in", "pool", status="member"), says("src-minutes", "kind", value="source")]
    store = SqliteStore(tmp_path / "graph.sqlite")
    store.replace("some.csv", given, LOADED)
    graph = Graph(store)
    found = find_coverage(graph, CoverageQuestion("mechanism:pool", "ISO 249"))
    snapshot, when = graph.snapshot(), AsOf(found.as_of)
    ids = [id for cell in found.cells for id in cell.statements]
    behind = groups(snapshot, when), {one.id: one for one in cite(graph, snapshot, ids, when)}
    (row,) = lines(coverage_csv(found, *behind))
    assert (row["name"], row["covered by"]) == (f"'{formula}", f"'{formula}")
    book = load_workbook(io.BytesIO(coverage_workbook(found, *behind)))
    cells = [cell for page in book for line in page.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert any(cell.value == f"'{formula}" for cell in cells)
    assert not [cell for cell in cells if str(cell.value).startswith(("=", "@"))]
    graph.close()
