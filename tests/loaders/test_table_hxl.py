"""One table in many formats and encodings makes one graph, and what differs is told by name; on the published files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.model import ANY_TIME, Statement
from graph.sqlite import SqliteStore
from loaders.table import load
from tests.loaders.registers import SHARED, refused

AT = datetime(2026, 11, 22, tzinfo=UTC)
FOLDER = SHARED / "hxl"
MAPPING = """\
name: three-w
source: {title: "Who does what where, an example", date: "2015"}
entities:
  body:
    name: {column: ["#org", Organización], values: {OMS: who, UNICEF: unicef}}
    kind: organisation
    unknown: new
    namespace: three-w
  place: {name: ["#country", País], kind: country, unsure: reject, unknown: reject}
links:
  - subject: body
    predicate: works_in
    object: place
    valid_from: {column: ["#date", "@I"], optional: true}
    qualifiers:
      sector: ["#sector", Sector/Cluster]
      part: ["#subsector", Subsector]
      area: ["#adm1", Departamento/Provincia/Estado]
      men: ["#targeted+f", "@E"]
      record: [Registro, "@A"]
"""
ALIKE = (
    "input-valid.csv", "input-valid.hxl", "input-valid.tsv", "input-valid.ssv", "input-valid-latin1.csv", "input-valid-csv.zip",
    "input-valid.xlsx", "input-valid-xlsx.NOEXT", "input-valid.xls", "input-valid.json", "input-valid-json.txt",
    "input-valid-objects.json", "input-valid-nested.json", "input-untagged.csv", "input-untagged.json",
)  # fmt: skip
DIFFERENT = {
    "input-untagged-objects.json": "its records have no date",
    "input-untagged-csv.zip": "it has three of the four rows, and no date",
    "input-merged.xlsx": "other bodies and numbers; its merged cells stand in every row that they cover",
    "input-quality.xlsx": "the same as merged, on two sheets",
    "input-quality.xls": "the same as merged, on two sheets",
    "input-invalid.csv": "its tags have no #: that row is taken for data, and rejected",
}
REFUSED = {
    "input-fuzzy.csv": "row 3 looks like HXL tags, but 'country'",
    "input-multiline.csv": "no column '#org' or 'Organización'",
    "input-multiple-headers.csv": "no column '#country' or 'País'",
    "input-valid-json-selector.json": "no column '#org' or 'Organización'",
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published HXL tables (../shared/data/hxl) are not here")


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    (tmp_path / "m.yaml").write_text(MAPPING, encoding="utf-8")
    return str(tmp_path / "m.yaml")


def stated(store: SqliteStore) -> set[Statement]:
    """What the store has from the table."""
    return {one.statement for one in store.records(None, ANY_TIME) if one.origin == "table/three-w"}


def links(store: SqliteStore) -> set[tuple[str, str, str, str, str]]:
    """The links of the table, with what tells its rows apart."""
    return {
        (
            one.subject.rpartition("-")[0] or one.subject,
            one.object or "",
            str(one.valid),
            one.qualifier("sector"),
            one.qualifier("men"),
        )
        for one in stated(store)
        if one.predicate == "works_in"
    }


def test_every_file_of_the_folder_is_spoken_for() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*ALIKE, *DIFFERENT, *REFUSED}


def test_all_variants_make_one_graph(small: SqliteStore, mapping: str) -> None:
    made = {}
    for number, name in enumerate(ALIKE):
        report = load(small, [FOLDER / name], AT, mapping=mapping)
        assert (report.ok, report.loaded + report.unchanged, report.unchanged) == (True, 4, 4 if number else 0), name
        made[name] = stated(small)
    assert links(small) == {
        ("three-w:acnur", "PAN", "since 2015-03-01", "WASH", "100"),
        ("who", "COL", "no dates given", "Salud", ""),
        ("unicef", "COL", "no dates given", "Educación", "250"),
        ("who", "VEN", "no dates given", "WASH", "80"),
    }
    assert all(one == made["input-valid.csv"] for one in made.values()), [
        name for name, one in made.items() if one != made[ALIKE[0]]
    ]


def test_what_is_another_table_is_read_as_it_is(small: SqliteStore, mapping: str) -> None:
    loaded = {}
    for name in DIFFERENT:
        report = load(small, [FOLDER / name], AT, mapping=mapping)
        assert report.balanced
        loaded[name] = (links(small), report)
    untagged, merged = loaded["input-untagged-objects.json"][0], loaded["input-merged.xlsx"][0]
    assert ("three-w:acnur", "PAN", "no dates given", "WASH", "100") in untagged
    assert len(untagged) == 4
    assert loaded["input-untagged-csv.zip"][0] == {one for one in untagged if one[1] != "VEN"}
    assert {(one[0], one[1], one[2]) for one in merged} == {
        ("three-w:acnur", "PAN", "since 2015-03-01"),
        ("unicef", "COL", "since 2015-03-01"),
        ("who", "VEN", "since 2015-03-01"),
    }
    assert loaded["input-quality.xlsx"][0] == loaded["input-quality.xls"][0] == merged
    (note,) = loaded["input-quality.xls"][1].notes
    assert note.value == "input-quality-hxl"
    (finding,) = loaded["input-invalid.csv"][1].findings
    assert (finding.row, finding.column, finding.value) == (3, "País", "country")


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_what_cannot_be_told_is_refused(small: SqliteStore, mapping: str, name: str, words: str) -> None:
    refused(small, load(small, [FOLDER / name], AT, mapping=mapping), words)
