"""WHO prequalified vaccines: names, pathogens, dates, withdrawn presentations; the published files where they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import ANY_TIME
from graph.sqlite import SqliteStore
from loaders.prequalification import load
from loaders.prequalified_names import pathogens_of
from tests.loaders.registers import SHARED, reasons, refused, said, values, write_json

AT = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = (
    '"Date of Prequalification ","Vaccine Type","Commercial Name",Presentation,"No. of doses",Manufacturer,"Responsible NRA"'
)
ROW = '16/01/2025,"Yellow Fever","Fever-No®",Vial,10,"A Maker Ltd.","A Regulator"'


def listed(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


def product(store: SqliteStore, name: str) -> str:
    (found,) = {one.subject for one in store.scan("name", ANY_TIME) if one.value == name}
    return found


def presentation(number: str, **details: Any) -> dict[str, Any]:
    return {
        "ProductDetails": {
            "Identification": {"Name": number},
            "DateOfPreQualifiedAcceptance": "1987-01-01",
            "ApplicantOrganization": {"Identification": {"Name": "A Maker"}, "Address": {"ISOCountryCode": "SEN"}},
            "VaccineDetails": {"VaccineName": {"FullName": "Yellow fever vaccine (live)", "CommercialName": "Fever-No"}},
            "Presentation": "Vial",
            "Status": "Prequalified",
            "LastPublishingDate": "2024-09-10T14:16:34.000Z",
        }
        | details
    }


def test_a_row_is_a_presentation_of_a_product_with_maker_and_pathogen(copy: SqliteStore, tmp_path: Path) -> None:
    report = load(copy, [listed(tmp_path / "list.csv", ROW, ROW.replace("Vial,10", "Vial,5"))], AT)
    assert report.ok
    entity = product(copy, "Fever-No®")
    assert values(copy, entity, "alias") == {"Fever-No"}
    assert values(copy, entity, "targets") == {"p-yf"}
    listings = said(copy, entity, "listed_by")
    assert {one.qualifier("doses") for one in listings} == {"5", "10"}
    assert {str(one.valid) for one in listings} == {"since 2025-01-16"}
    (made,) = copy.links(entity, ANY_TIME)
    assert (made.predicate, values(copy, made.subject, "name")) == ("manufactures", {"A Maker Ltd."})


def test_the_first_of_january_is_a_year(copy: SqliteStore, tmp_path: Path) -> None:
    load(copy, [listed(tmp_path / "list.csv", ROW.replace("16/01/2025", "01/01/1987"))], AT)
    (listing,) = said(copy, product(copy, "Fever-No®"), "listed_by")
    assert listing.valid.valid_from == "1987"
    assert listing.qualifier("date_as_given") == "01/01/1987"


def test_bad_rows_are_rejected_with_reasons_and_the_others_loaded(copy: SqliteStore, tmp_path: Path) -> None:
    rows = [ROW, ROW, ROW.replace("16/01/2025", "31/02/2025"), ROW.replace("16/01/2025", "2025"), ROW.replace("Fever-No®", ""),
            ROW.replace("Fever", "a\u202eb"), "one,two", ",,,,,,"]  # fmt: skip
    report = load(copy, [listed(tmp_path / "list.csv", *rows)], AT)
    (ledger,) = report.files
    assert (ledger.read, ledger.loaded, ledger.rejected, ledger.ignored) == (8, 1, 5, 2)
    assert ledger.balanced
    assert not ledger.refused
    assert {finding.row for finding in report.findings} == {4, 5, 6, 7, 8}
    assert reasons(report)["the same row stands above"] == 1


def test_a_withdrawn_presentation_without_details_is_listed_until_its_last_publication(
    copy: SqliteStore, tmp_path: Path
) -> None:
    bare = {"ProductDetails": {"Identification": {"Name": "FVP-P-9"}, "Status": "Withdrawn: Was Prequalified",
                               "LastPublishingDate": "2023-10-30T17:12:26.000Z"}}  # fmt: skip
    gone = presentation("FVP-P-8", Status="Withdrawn: Was Prequalified")
    path = write_json(tmp_path / "answer.json", {"FinishedVaccineProducts": [presentation("FVP-P-7"), gone, bare]})
    report = load(copy, [path], AT)
    assert report.ok, report.findings
    assert str(said(copy, "whopq:FVP-P-9", "listed_by")[0].valid) == "until 2023-10-30"
    assert str(said(copy, "whopq:FVP-P-9", "not_listed_by")[0].valid) == "since 2023-10-30"
    listings = {one.citation.locator: str(one.valid) for one in said(copy, product(copy, "Fever-No"), "listed_by")}
    assert listings == {"FVP-P-7": "since 1987", "FVP-P-8": "1987 to 2024-09-10"}
    (maker,) = {one.subject for one in copy.links(product(copy, "Fever-No"), ANY_TIME)}
    assert values(copy, maker, "located_in") == {"SEN"}


def test_loading_again_changes_nothing_and_a_dry_run_writes_nothing(copy: SqliteStore, tmp_path: Path) -> None:
    path = listed(tmp_path / "list.csv", ROW)
    before = copy.revision()
    dry = load(copy, [path], AT, dry_run=True)
    assert (copy.revision(), dry.loaded) == (before, 1)
    first = load(copy, [path], AT)
    assert first.files[0].added == dry.files[0].added > 0
    again = load(copy, [path], AT + timedelta(days=1))
    assert (again.loaded, again.unchanged, again.files[0].added) == (0, 1, 0)
    assert again.revision == first.revision


def test_a_tetanus_carrier_is_no_target() -> None:
    assert [name for _, name in pathogens_of("Diphtheria-Tetanus")] == ["Diphtheria", "Tetanus"]
    assert [id for id, _ in pathogens_of("Meningococcal ACYW-135 Tetanus Toxoid (conjugate vaccine)")] == ["p-mening"]
    assert [id for id, _ in pathogens_of("Influenza, seasonal (Trivalent)")] == [""]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b"Name,Maker\na,b\n", ["Date of Prequalification", "missing"]),
        (HEADER.encode() + b"\n", ["no row"]),
        (HEADER.encode("utf-16"), ["UTF-16"]),
        ((HEADER + "\n" + ROW).encode("cp1252"), ["UTF-8"]),
        (b'{"FinishedVaccineProducts": [{"a": 1}', ["JSON", "cut off"]),
        (b"{}", ["no row"]),
    ],
)
def test_what_is_no_list_is_refused(copy: SqliteStore, tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    refused(copy, load(copy, [path], AT), *words)


def test_without_the_curated_graph_the_file_is_refused(empty: SqliteStore, tmp_path: Path) -> None:
    refused(empty, load(empty, [listed(tmp_path / "list.csv", ROW)], AT), "who-pq", "curated")


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_bytes_the_ledger_balances(copy: SqliteStore, tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray("\n".join([HEADER, ROW, ROW.replace("Vial", "Ampoule")]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=4))
    path = tmp_path / "list.csv"
    path.write_bytes(whole)
    report = load(copy, [path], AT, dry_run=True)
    assert report.balanced
    assert report.ok or report.findings


@pytest.mark.parametrize(("name", "rows"), [("prequalified_vaccines.csv", 275), ("prequal.json", 35)])
def test_the_published_files_load_whole(copy: SqliteStore, name: str, rows: int) -> None:
    path = SHARED / "who_pq" / name
    if not path.is_file():
        pytest.skip("the published lists (../shared/data/who_pq) are not here")
    report = load(copy, [path], AT)
    assert report.ok, report.findings
    assert (report.read, report.loaded) == (rows, rows)
    for one in copy.scan("listed_by", ANY_TIME):
        assert not one.valid.valid_from.endswith("-01-01")
