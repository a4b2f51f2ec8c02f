"""Workbooks and CSV files out of the graph and back, the template, and proposed mappings, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from graph.model import ANY_TIME
from graph.sqlite import SqliteStore
from tests.cli.conftest import Run
from tests.factories import cited_source, entity, graph_in, link


def known(store: Path) -> tuple[int, dict[str, str]]:
    """The revision of a store, and every statement it knows with its release."""
    opened = SqliteStore(store)
    found = opened.revision(), {one.id: one.release for one in opened.scan(None, ANY_TIME)}
    opened.close()
    return found


@pytest.mark.parametrize("option", ["--xlsx", "--csv"])
def test_the_whole_graph_out_and_back(run: Run, own: Path, tmp_path: Path, option: str) -> None:
    revision, before = known(own)
    file = tmp_path / f"graph.{option[2:]}"
    assert run("export", option, str(file), store=own).json == {"output": str(file), "statements": len(before)}
    lines = run("export", store=own).out
    back = run("load", "table", str(file), store=own)
    assert (back.code, back.err) == (0, "")
    (ledger,) = back.json["files"]
    overview = 0 if option == "--csv" else ledger["ignored"]
    assert (ledger["unchanged"], ledger["loaded"], ledger["rejected"]) == (len(before), 0, 0)
    assert ledger["read"] == len(before) + overview
    assert ledger["statements"] == {"added": 0, "withdrawn": 0, "unchanged": 0}
    assert known(own)[0] == revision
    assert run("export", store=own).out == lines

    empty = tmp_path / "empty.sqlite"
    assert run("load", "table", str(file), store=empty).code == 0
    assert known(empty)[1] == before


def test_what_a_person_adds_changes_and_leaves_out(run: Run, tmp_path: Path) -> None:
    told = [*cited_source("src-a", "A report", "https://a.example"), *entity("who"), *entity("gavi"), *entity("cepi")]
    told += [link("gavi", "funds", "who"), link("cepi", "funds", "who"), link("gavi", "partners_with", "cepi")]
    graph_in(tmp_path, told).close()
    store, file = tmp_path / "graph.sqlite", tmp_path / "graph.xlsx"
    run("export", "--xlsx", str(file), store=store)
    book = load_workbook(file)
    sheet = book["Statements"]
    columns = {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)}
    links = [row for row in range(2, len(told) + 2) if sheet.cell(row, columns["object"]).value]
    changed, copied, left_out = links
    sheet.cell(changed, columns["locator"]).value = "page 98"
    sheet.cell(copied, columns["id"]).value = None
    sheet.cell(copied, columns["locator"]).value = "page 99"
    sheet.delete_rows(left_out)
    book.save(file)
    _, before = known(store)
    ended = run("load", "table", str(file), store=store)
    (ledger,) = ended.json["files"]
    assert (ended.code, ledger["loaded"], ledger["rejected"], ledger["unchanged"]) == (1, 1, 1, len(told) - 3)
    (finding,) = ended.json["findings"]
    assert finding["row"] == changed
    assert finding["column"].endswith("id")
    assert "changed" in finding["reason"]
    assert set(before) < set(known(store)[1])  # what was left out is still said by the file that it came from
    assert len(known(store)[1]) == len(before) + 1


def test_only_one_way_out(run: Run, tmp_path: Path) -> None:
    ended = run("export", "--xlsx", str(tmp_path / "a.xlsx"), "--csv", str(tmp_path / "a.csv"))
    assert ended.code == 2
    assert not list(tmp_path.iterdir())
    assert run("export", "--xlsx", str(tmp_path / "none" / "a.xlsx")).code == 1


def test_the_template_is_not_written_over(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "organisations.xlsx"
    assert run("template", str(file), "--plain").code == 0
    file.write_text("filled in")
    ended = run("template", str(file))
    assert (ended.code, file.read_text()) == (1, "filled in")
    assert "--force" in ended.problem["detail"]
    assert run("template", str(file), "--force").json == {"output": str(file), "sheets": ["Organisations", "Links"]}
    assert load_workbook(file).sheetnames[0] == "Read me"
    assert "organisations.xlsx" in run("template", str(tmp_path / "organisations.csv")).problem["detail"]


def test_a_mapping_is_proposed_and_loads(run: Run, own: Path, tmp_path: Path) -> None:
    table, mapping = tmp_path / "works.csv", tmp_path / "works.yaml"
    table.write_text("Organisation,Country\nGavi,Switzerland\nAfrica CDC,Ethiopia\n", encoding="utf-8")
    shown = run("map", str(table))
    assert (shown.code, shown.err) == (0, "")
    assert yaml.safe_load(shown.out)["links"][0]["predicate"] == "located_in"
    ended = run("map", str(table), "-o", str(mapping), "--json")
    assert ended.json["mapping"] == mapping.read_text(encoding="utf-8") == shown.out
    assert [(one["column"], one["role"], one["sure"]) for one in ended.json["columns"]] == [
        ("A", "org", "sure"), ("B", "country", "sure"),
    ]  # fmt: skip
    mapping.write_text("edited")
    assert run("map", str(table), "-o", str(mapping)).code == 1
    assert mapping.read_text() == "edited"
    assert run("map", str(table), "-o", str(mapping), "--force").code == 0
    loaded = run("load", "table", str(table), "--mapping", str(mapping), store=own)
    assert (loaded.code, loaded.json["loaded"]) == (0, 2), loaded.out


def test_an_encoding_is_named(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "mac.csv"
    table.write_bytes("Organisation,Country,Remark\nGavi,Kenya,the alliance’s work\n".encode("mac-roman"))
    refused = run("map", str(table))
    assert (refused.code, "mac-roman" in refused.problem["detail"]) == (1, True)
    shown = run("map", str(table), "--encoding", "mac-roman")
    assert yaml.safe_load(shown.out)["encoding"] == "mac-roman"
    assert "the alliance’s work" in shown.out
    assert "As it stands: 1 of 1 rows are loaded" in shown.out


def test_a_sheet_that_is_not_there_and_a_file_that_is_no_table(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "organisations.xlsx"
    run("template", str(file))
    assert run("map", str(file), "--sheet", "Organisations").code == 0
    ended = run("map", str(file), "--sheet", "Organisation")
    assert ended.code == 1
    assert "Organisations" in ended.problem["detail"]
    (tmp_path / "x.bin").write_bytes(b"\x00\x01\x02" * 100)
    assert run("map", str(tmp_path / "x.bin")).code == 1
    assert run("map", str(tmp_path / "none.csv")).code == 1
