"""The mappings that ship for three published tables: on small tables of the same make, and on the published ones."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from graph.model import ANY_TIME, Statement
from graph.sqlite import SqliteStore
from loaders.deciding import reject
from loaders.ledger import Report
from loaders.mapping import mapping_named, shipped_mappings
from loaders.review import queue
from loaders.table import load
from tests.loaders.registers import SHARED, said, values

AT = datetime(2026, 11, 22, tzinfo=UTC)
GAVI = SHARED / "gavi_shipments" / "gavi_vaccine_supply.xlsx"
EBOLA = SHARED / "ebola_3w" / "ebola_3w_2014-12-10.csv"
PACT = SHARED / "pandemic_pact" / "sample-real-data.json"


World = tuple[SqliteStore, dict[str, Report]]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "worked-mappings.md"


@pytest.fixture(scope="module")
def world(graph: SqliteStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A store with the shipped graph and the published tables, each loaded after the other, and their reports."""
    files = {"gavi_shipments": GAVI, "ebola_3w": EBOLA, "pandemic_pact": PACT}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        pytest.skip(f"the published files are not beside the project: {', '.join(missing)}")
    place = tmp_path_factory.mktemp("published")
    for part in graph.path.parent.glob(graph.path.name + "*"):
        if part.is_file():
            shutil.copy(part, place / part.name)
    store = SqliteStore(place / graph.path.name)
    yield store, {mapping: read(store, path, mapping) for mapping, path in files.items()}
    store.close()


def read(store: SqliteStore, path: Path, mapping: str) -> Report:
    report = load(store, [path], AT, mapping=mapping)
    assert report.balanced
    return report


def reasons(report: Report) -> dict[str, int]:
    return {f"{one.bucket}: {one.reason}": one.rows for one in report.files[0].reasons}


def of(store: SqliteStore, mapping: str, predicate: str) -> list[Statement]:
    """What a table states with a predicate."""
    return [one.statement for one in store.records(predicate, ANY_TIME) if one.origin == f"table/{mapping}"]


def test_every_shipped_mapping_is_valid_and_has_its_name() -> None:
    assert {"gavi_shipments", "ebola_3w", "pandemic_pact", "template"} <= set(shipped_mappings())
    for name in shipped_mappings():
        assert mapping_named(name).tables


# --- Gavi shipments ----------------------------------------------------------------------------------------------------------
HEADER = (
    "country", "product", "gavi_approval_year", "gavi_business_key", "gavi_non_gavi", "delivery_date",
    "total_quantity_in_doses", None, "Source", "Notes",
)  # fmt: skip
SHIPMENTS = (
    ("Cote d'Ivoire", "YF-10", "2023", "CIV-YF-R-VAC", "GAVI", "11.01.2023", 4479000, None, "Gavi Shipments 2023", "raw"),
    ("Korea DPR", "BCG-20", "2023", "PRK-BCG", "Co-financing", "06.03.2023", 100, None, None, None),
    ("Syria North", "Safety Box, 5 Litre", "2023", "SYR-ISD", "GAVI", "06.03.2023", 25.5, None, None, None),
    ("Lao PDR", "YF-10", "2023", "LAO-YF", "GAVI", "23.02,2023", 100, None, None, None),
    ("Atlantis", "YF-10", "2023", "ATL-YF", "GAVI", "06.03.2023", 100, None, None, None),
)


def test_shipments_small(copy: SqliteStore, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (HEADER, *SHIPMENTS):
        book.active.append(row)
    book.save(tmp_path / "shipments.xlsx")
    report = read(copy, tmp_path / "shipments.xlsx", "gavi_shipments")
    assert (report.read, report.loaded, report.rejected) == (5, 3, 2)
    assert [(one.row, one.column, one.value) for one in report.findings] == [
        (5, "delivery_date", "23.02,2023"),
        (6, "country", "Atlantis"),
    ]
    sent = of(copy, "gavi-shipments", "supplies_to")
    assert {one.object for one in sent} == {"CIV", "PRK", "SYR"}
    (north,) = [one for one in sent if one.object == "SYR"]
    assert (north.subject, str(north.valid), north.citation.locator) == ("unicef-sd", "2023-03-06", "record 3")
    assert dict(north.qualifiers) == {
        "product": "Safety Box, 5 Litre",
        "doses": "25.5",
        "paid_by": "GAVI",
        "approval_year": "2023",
        "key": "SYR-ISD",
        "place_as_given": "Syria North",
    }
    kinds = {one.subject: one.value for one in of(copy, "gavi-shipments", "subtype")}
    assert Counter(kinds.values()) == {"vaccine": 2, "safety box": 1}


def test_shipments_as_published(world: World) -> None:
    copy, report = world[0], world[1]["gavi_shipments"]
    assert (report.read, report.loaded, report.rejected, report.ignored) == (1260, 1259, 1, 0)
    (finding,) = report.findings
    assert (finding.row, finding.column, finding.value) == (653, "delivery_date", "23.02,2023")
    sent = of(copy, "gavi-shipments", "supplies_to")
    assert len(sent) == 1259
    with (SHARED / "gold" / "country_names_gavi_iso3.csv").open(encoding="utf-8") as file:
        gold = {row["surface"]: row["iso3"] for row in csv.DictReader(file)}
    assert {one.qualifier("place_as_given"): one.object for one in sent} == gold
    assert all(one.qualifier("key").startswith(one.object or "?") for one in sent)
    assert Counter(one.value for one in of(copy, "gavi-shipments", "subtype")) == {
        "vaccine": 37, "injection device": 4, "safety box": 1,
    }  # fmt: skip
    again = load(copy, [GAVI], AT, dry_run=True, mapping="gavi_shipments").files[0]
    assert (again.unchanged, again.added, again.withdrawn) == (1259, 0, 0)


# --- Ebola 3W ----------------------------------------------------------------------------------------------------------------
WHO_DOES_WHAT = """Country,Region,Organisation,Activity,Pcode,Org type
Guinea,Conakry,Intitut Pasteur  de Dakar,Surveillance + Contact Tracing,GIN002005,Laboratory
Guinea,Macenta,France,Coordination,GIN008003,Donors
Guinea,Conakry,Ministry of Health,Coordination,GIN002005,Goverment
Liberia,Bong,Ministry of Health,Coordination,LBR01,Goverment
Liberia,Bong,Liberian Red Cross Society with IFRC,Safe Burial,LBR01,Red Cross Movement
Guinea,Conakry,International Federation Of Red Cross and Red Crescent Societies,Other,GIN002005,Red Cross Movement
Liberia,Bong,US Center for Disease Control,Surveillance + Contact Tracing,LBR01,Goverment
Liberia,Bong,Action\u00a0Against Hunger,WASH,LBR01,International NGO
Liberia,Lofa,Action Against Hunger ,WASH,LBR08,International NGO
Liberia,Bong,ACDI/VOCA,Other,LBR01,International NGO
Liberia,Bong,Doctors with Africa CUAMM,Other,LBR01,International NGO
Liberia,Sinoe,unknown,Protection,LBR15,Other
Liberia,Sinoe,Medecins sans Frontieres Belgique,Protection,LBR15,International NGO
"""


def test_ebola_small(copy: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "3w.csv"
    path.write_text(WHO_DOES_WHAT, encoding="utf-8")
    report = read(copy, path, "ebola_3w")
    assert (report.read, report.loaded, report.rejected, report.ignored) == (13, 10, 0, 3)
    assert reasons(report) == {
        "ignored: a country, area or territory stands where a body should": 1,
        "ignored: no body is named": 1,
        "ignored: a name in it waits for review, and it says nothing without": 1,
    }
    assert [one.name for one in queue(copy)] == ["Medecins sans Frontieres Belgique"]
    named = {one.subject: one.value for one in of(copy, "ebola-3w", "name") if not one.subject.startswith("src-")}
    assert sorted(filter(None, named.values())) == [
        "ACDI/VOCA", "Action Against Hunger", "Doctors with Africa CUAMM", "Liberian Red Cross Society", "Ministry of Health",
        "Ministry of Health",
    ]  # fmt: skip
    work = of(copy, "ebola-3w", "works_in")
    assert {(one.subject, one.object) for one in work if ":" not in one.subject} == {
        ("ipd", "GIN"), ("ifrc", "GIN"), ("ifrc", "LBR"), ("us-cdc", "LBR"),
    }  # fmt: skip
    ministries = {id for id, name in named.items() if name == "Ministry of Health"}
    assert {(values(copy, id, "located_in").pop(), values(copy, id, "works_in").pop()) for id in ministries} == {
        ("GIN", "GIN"),
        ("LBR", "LBR"),
    }
    assert {one.value for one in of(copy, "ebola-3w", "subtype")} >= {"government", "International NGO"}


def test_ebola_as_published(world: World) -> None:
    copy, report = world[0], world[1]["ebola_3w"]
    assert (report.read, report.loaded, report.rejected, report.ignored) == (1201, 1164, 0, 37)
    assert reasons(report) == {
        "ignored: a country, area or territory stands where a body should": 1,
        "ignored: no body is named": 1,
        "ignored: a name in it waits for review, and it says nothing without": 35,
    }
    work = of(copy, "ebola-3w", "works_in")
    assert {one.object for one in work} == {"GIN", "LBR", "SLE"}
    assert {"who", "unicef", "wfp", "ifrc", "ipd", "msf"} <= {one.subject for one in work}


def test_a_name_that_was_rejected_in_review_is_a_body_of_its_own(copy: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "3w.csv"
    path.write_text(WHO_DOES_WHAT, encoding="utf-8")
    read(copy, path, "ebola_3w")
    (waiting,) = queue(copy)
    reject(copy, waiting.key, "A. Reader", "a section with a board of its own", AT)
    report = read(copy, path, "ebola_3w")
    assert (report.loaded, report.ignored) == (1, 2)
    assert not queue(copy)
    (belgium,) = [one.subject for one in of(copy, "ebola-3w", "name") if one.value == waiting.name]
    assert belgium.startswith("ebola-3w:")
    assert values(copy, belgium, "works_in") == {"LBR"}


# --- Pandemic PACT -----------------------------------------------------------------------------------------------------------
GRANT = {
    "GrantTitleEng": "A study", "GrantAmountConverted": "387,548", "GrantStartYear": "2020", "GrantEndYear": "2021",
    "StudyType_1": "Clinical Trial", "DiseaseName_1": "COVID-19",
    "FunderName_1": "Wellcome Trust", "FunderName_2": "Not Selected", "FunderCountry": "United Kingdom",
    "ResearchInstitutionName_1": "University of Oxford", "ResearchInstitutionName_2": "Not Selected",
    "ResearchInstitutionCountry": "United Kingdom",
}  # fmt: skip
GRANTS = (
    GRANT,
    {**GRANT, "FunderName_1": "National Institute of Allergyand Infectious Diseases", "FunderCountry": "United States"},
    {**GRANT, "ResearchInstitutionName_1": "Universidade de SÆo Paulo", "ResearchInstitutionCountry": "Brazil"},
    {**GRANT, "ResearchInstitutionName_1": "University of California", "ResearchInstitutionName_2": "Riverside",
     "ResearchInstitutionCountry": "United States"},
    {**GRANT, "ResearchInstitutionName_1": "University of California Riverside", "ResearchInstitutionCountry": "United States"},
    {**GRANT, "FunderName_2": "Innovate UK"},
    {**GRANT, "GrantStartYear": "2022"},
    {**GRANT, "GrantStartYear": "Unspecified", "GrantEndYear": "Unspecified", "GrantAmountConverted": "Unspecified"},
)  # fmt: skip


def test_grants_small(copy: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "grants.json"
    path.write_text(json.dumps(GRANTS, ensure_ascii=False), encoding="utf-8")
    report = read(copy, path, "pandemic_pact")
    assert (report.read, report.loaded, report.rejected) == (8, 7, 1), report.findings
    (finding,) = report.findings
    assert finding.column == "GrantEndYear"
    funds = of(copy, "pandemic-pact", "funds")
    names = {one.subject: one.value for one in of(copy, "pandemic-pact", "name")}
    told = {(one.subject, names.get(one.object or "", one.object), str(one.valid)) for one in funds}
    oxford = values(copy, "oxford", "name") and "oxford"
    assert told >= {
        ("wellcome", oxford, "2020 to 2021"),
        ("niaid", oxford, "2020 to 2021"),
        ("wellcome", "Universidade de São Paulo", "2020 to 2021"),
        ("wellcome", "University of California Riverside", "2020 to 2021"),
        ("wellcome", oxford, "no dates given"),
    }
    assert "Riverside" not in names.values()
    assert "University of California" not in names.values()
    assert len([one for one in funds if names.get(one.object or "") == "University of California Riverside"]) == 2
    assert len({one.object for one in funds if names.get(one.object or "") == "University of California Riverside"}) == 1
    assert [names[one.subject] for one in funds if one.subject.startswith("pandemic-pact:")] == ["Innovate UK"]


def test_grants_as_published(world: World) -> None:
    copy, report = world[0], world[1]["pandemic_pact"]
    assert [(one.row, one.column) for one in report.findings] == [(11, "GrantEndYear")]
    funds = of(copy, "pandemic-pact", "funds")
    names = {one.value for one in of(copy, "pandemic-pact", "name")}
    assert not {"INC", "INC.", "Riverside", "Los Angeles", "Not Selected", "Unspecified"} & names
    assert not [name for name in names if name and ("Æ" in name or "?" in name)]
    assert {one.subject for one in funds if ":" not in one.subject} == {"niaid", "wellcome", "edctp"}
    assert said(copy, "niaid", "kind")


# --- the page ----------------------------------------------------------------------------------------------------------------
def test_the_page_tells_what_was_measured(world: World) -> None:
    store, reports = world
    told = {
        row[0].strip(" `"): row[1:] for row in re.findall(r"^\|(.+?)\|(.+)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    }
    waiting = Counter(one.citation.source for one in queue(store))
    for mapping, report in reports.items():
        (ledger,) = report.files
        made = [one.statement for one in store.records(None, ANY_TIME) if one.origin == ledger.source]
        links = [one for one in made if one.object is not None]
        new = {one.subject for one in made if one.predicate == "kind" and one.value != "source"}
        names = sum(waiting[source] for source in {one.citation.source for one in links})
        measured = [ledger.read, ledger.loaded, ledger.rejected, ledger.ignored, ledger.added, len(links), len(new), names]
        said_there = [int(re.sub(r"[^0-9]", "", cell)) for cell in told[mapping][0].split("|")]
        assert said_there == measured, mapping
        assert len(made) == ledger.added
