"""``match``, ``mentions``, ``review`` and ``load page`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.cli.conftest import Run


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_match_gives_a_line_a_row_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "partners.csv"
    file.write_text("Partner;Where\nGavi;\nNVI;Thailand\nHERA;\nNobody at all;\n", encoding="utf-8")
    before = run("export", "--all").out
    ended = run("match", str(file), "--column", "Partner", "--country-column", "Where", "--json")
    assert ended.code == 0
    found = lines(ended.out)
    assert [(one["row"], one["id"], one["decision"]) for one in found] == [
        (2, "gavi", "automatic"),
        (3, "nvi-th", "automatic"),
        (4, None, "review"),
        (5, None, "none"),
    ]
    assert all({"row", "text", "id", "identifiers", "decision", "candidates", "reason"} <= one.keys() for one in found)
    assert run("export", "--all").out == before


@pytest.mark.parametrize("name", ["table.xlsx", "table.tsv", "latin.csv", "utf16.csv"])
def test_match_reads_what_partners_send(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    if name.endswith("xlsx"):
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["Number", "Body"])
        sheet.append([1, "Fundação Oswaldo Cruz"])
        book.save(file)
    else:
        tab = "\t" if name.endswith("tsv") else ","
        encoding = {"latin.csv": "cp1252", "utf16.csv": "utf-16"}.get(name, "utf-8-sig")
        file.write_text(f"Number{tab}Body\n1{tab}Fundação Oswaldo Cruz\n", encoding=encoding)
    assert lines(run("match", str(file), "--column", "Body", "--json").out)[0]["id"] == "fiocruz"


def test_match_finds_the_column_as_a_mapping_does(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hxl.csv"
    file.write_text("Partners in May\n\nBody,Where\n#org,#country\nGavi,Switzerland\n,Kenya\n", encoding="utf-8")
    for column in ("body", "#org", "@A"):
        found = lines(run("match", str(file), "--column", column, "--country-column", "#country", "--json").out)
        assert [(one["row"], one["text"], one["id"]) for one in found] == [(5, "Gavi", "gavi"), (6, "", None)]


def test_match_says_which_cell_cannot_be_read(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "formula.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Body"], ["Gavi"], ['=CONCATENATE("Ga","vi")']):
        sheet.append(row)
    book.save(file)
    found = lines(run("match", str(file), "--column", "Body", "--json").out)
    assert [(one["id"], one["decision"]) for one in found] == [("gavi", "automatic"), (None, "none")]
    assert "formula" in str(found[1]["reason"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "there is no column 'name'"),
        (b"", "empty"),
        (b"name,name\n", "fits several columns"),
        (b"na\x00me\n", "zero"),
    ],
)
def test_match_says_what_is_wrong(run: Run, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    ended = run("match", str(file), "--column", "name", "--json")
    assert ended.code == 1
    assert said in ended.problem["detail"]


def test_a_folder_or_a_workbook_in_the_wrong_place_is_told(run: Run, own: Path, tmp_path: Path) -> None:
    folder = run("load", "page", str(tmp_path), store=own)
    assert folder.code == 1
    assert "is a folder" in folder.problem["detail"]
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    book = run("load", str(tmp_path / "t.xlsx"), store=own)
    assert book.code == 1
    assert "mcmgraph load table" in book.problem["detail"]


def test_a_refused_table_is_named_once(run: Run, tmp_path: Path) -> None:
    for name, content in (("deep.json", "[" * 200 + "]" * 200), ("page.csv", "<activities a='b'>\n<a/>")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        for words in (("map",), ("match", "--column", "x")):
            ended = run(words[0], str(tmp_path / name), *words[1:], "--json")
            assert ended.code == 1
            assert ended.problem["detail"].count(name) == 1


def test_mentions_gives_a_line_a_mention(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("Today Africa CDC met in Kenya.", encoding="utf-8")
    found = lines(run("mentions", str(file), "--json").out)
    assert [(one["start"], one["end"], one["text"], one["id"], one["kind"]) for one in found] == [
        (6, 16, "Africa CDC", "africa-cdc", "organisation"),
        (24, 29, "Kenya", "KEN", "country"),
    ]
    assert found[0]["sentence"] == "Today Africa CDC met in Kenya."
    assert "Africa CDC" in run("mentions", str(file), "--plain").out


def test_a_page_goes_through_review(run: Run, own: Path, tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text("In May the Wellcome Trust met. Unitaid funded Afrigen Biologics and Vaccines.", encoding="utf-8")
    assert run("load", "page", str(file), "--json", store=own).json["ok"]
    items = run("review", "list", "--json", store=own).json["results"]
    (link,) = [one for one in items if one["sort"] == "relation"]
    assert (link["subject"], link["predicate"], link["object"]) == ("unitaid", "funds", "afrigen")
    shown = run("review", "show", link["key"], "--json", store=own).json
    assert shown["sentence"] == "Unitaid funded Afrigen Biologics and Vaccines."
    decided = run("review", "accept", link["key"], "--why", "it says so", "--by", "Ada", "--json", store=own).json
    assert (decided["number"], decided["action"], decided["by"]) == (1, "accept", "Ada")
    assert run("review", "undo", "1", "--why", "misread", "--by", "Ada", "--plain", store=own).code == 0
    assert run("review", "reject", link["key"], "--why", "no", "--by", "Bo", store=own).code == 0
    merged = run("review", "merge", "nexelis", "synexa", "--why", "tried out", "--by", "Ada", store=own)
    assert merged.code == 0, merged.err
    assert run("show", "nexelis", "--json", store=own).json["id"] == "synexa"
    apart = run("review", "keep-apart", "unitaid", "Unit Aid Ltd", "--name", "--why", "a firm", "--by", "Ada", store=own)
    assert apart.code == 0, apart.err
    made = run("review", "list", "--decisions", "--json", store=own).json["results"]
    assert [(one["number"], one["undone"]) for one in made] == [(1, True), (2, False), (3, False), (4, False), (5, False)]
    refused = run("review", "merge", "nobody", "synexa", "--why", "x", "--by", "Ada", store=own)
    assert refused.code == 1
    assert "no entity" in refused.problem["detail"]
    assert run("load", "page").code == 2
