"""IATI activities: who funds whom, references and names that do not agree, hostile XML; the published files where they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import ANY_TIME
from graph.sqlite import SqliteStore
from loaders.iati import load
from tests.loaders.registers import SHARED, reasons, refused, said, values

AT = datetime(2026, 11, 22, tzinfo=UTC)
DATES = '<activity-date iso-date="2020-04-28" type="2"/><activity-date iso-date="2022-06-30" type="3"/>'


def body(role: int, ref: str, name: str) -> str:
    return f'<participating-org ref="{ref}" role="{role}"><narrative xml:lang="EN">{name}</narrative></participating-org>'


def activity(id: str, *inside: str) -> str:
    title = "<title><narrative>A &amp; B</narrative></title>"
    return f"<iati-activity>\n<iati-identifier>{id}</iati-identifier>{title}{''.join(inside)}</iati-activity>"


def written(path: Path, *activities: str, start: str = '<?xml version="1.0" encoding="UTF-8"?>') -> Path:
    whole = "\n".join(activities)
    path.write_text(f'{start}<iati-activities version="2.03">\n{whole}</iati-activities>', encoding="utf-8")
    return path


def test_an_activity_says_who_funds_whom_and_where(copy: SqliteStore, tmp_path: Path) -> None:
    one = activity(
        "X-1", body(1, "F-1", "Funder"), body(4, "I-1", "Implementer"), body(2, "Z-9", "Accountable"), DATES,
        '<recipient-country code="KE" percentage="60"/><recipient-country code="UG" percentage="40"/>',
    )  # fmt: skip
    report = load(copy, [written(tmp_path / "x.xml", one)], AT)
    assert report.ok, report.findings
    (funding,) = said(copy, "iati:F-1", "funds")
    assert (funding.object, str(funding.valid), funding.confidence) == ("iati:I-1", "since 2020-04-28", "high")
    assert funding.citation.locator == "X-1"
    assert dict(funding.qualifiers) == {
        "activity": "X-1", "title": "A & B", "countries": "KEN 60%; UGA 40%", "planned_end": "2022-06-30",
    }  # fmt: skip
    work = said(copy, "iati:I-1", "works_in")
    assert {(one.object, one.qualifier("percentage")) for one in work} == {("KEN", "60"), ("UGA", "40")}
    assert values(copy, "iati:F-1", "name") == {"Funder"}
    assert values(copy, "iati:F-1", "identifier") == {"iati:F-1"}
    assert not list(copy.about("iati:Z-9", ANY_TIME))


def test_of_several_bodies_it_is_not_certain_who_funds_whom(copy: SqliteStore, tmp_path: Path) -> None:
    one = activity("X-1", body(1, "F-1", "One"), body(1, "F-2", "Two"), body(4, "I-1", "Three"), body(4, "F-1", "One"))
    assert load(copy, [written(tmp_path / "x.xml", one)], AT).ok
    pairs = {
        (one.subject, one.object): one.confidence for one in copy.scan("funds", ANY_TIME) if one.subject.startswith("iati:")
    }
    assert pairs == {("iati:F-1", "iati:I-1"): "medium", ("iati:F-2", "iati:I-1"): "medium", ("iati:F-2", "iati:F-1"): "medium"}


def test_references_and_names_that_do_not_agree_stay_apart_and_are_told(copy: SqliteStore, tmp_path: Path) -> None:
    activities = [
        activity("X-1", body(1, "R-1", "One body"), body(4, "R-2", "Same name")),
        activity("X-2", body(1, "R-1", "Another body"), body(4, "R-3", "Same name")),
        activity("X-3", body(1, "R-4", "UPPER CASE"), body(4, "", "Supplier Name Withheld")),
        activity("X-4", body(1, "R-4", "Upper Case"), body(4, "", "No reference")),
    ]
    report = load(copy, [written(tmp_path / "x.xml", *activities)], AT)
    assert report.ok
    assert report.balanced
    names = {one.value: one.subject for one in copy.scan("name", ANY_TIME) if one.subject.startswith("iati:")}
    assert names["One body"] != names["Another body"]
    assert not said(copy, names["One body"], "identifier")
    assert {one.object for one in copy.scan("funds", ANY_TIME)} >= {"iati:R-2", "iati:R-3"}
    assert values(copy, "iati:R-4", "name") == {"UPPER CASE"}
    assert values(copy, "iati:R-4", "alias") == {"Upper Case"}
    assert not [name for name in names if name and "Withheld" in name]
    told = " ".join(map(str, report.notes))
    assert "R-1: Another body; One body" in told
    assert "R-2; R-3" in told
    assert "withheld" in told
    assert reasons(report) == {"it names no funder and implementer, and no implementer and country, area or territory": 1}


def test_bad_activities_are_rejected_with_their_line_and_the_others_loaded(copy: SqliteStore, tmp_path: Path) -> None:
    pair = body(1, "F-1", "Funder") + body(4, "I-1", "Implementer")
    bad = [
        activity("", pair), activity("X-1", pair), activity("X-2", pair, '<recipient-country code="QQ"/>'),
        activity("X-3", pair, '<recipient-country code="KE" percentage="150"/>'),
        activity("X-4", pair, '<activity-date iso-date="2020-13-01" type="2"/>'),
        activity("X-5", body(1, "F-1", "a\u202eb"), body(4, "I-1", "Implementer")), activity("X-6", body(1, "F", "n" * 2_000)),
    ]  # fmt: skip
    report = load(copy, [written(tmp_path / "x.xml", activity("X-1", pair), *bad)], AT)
    assert (report.read, report.loaded, report.rejected) == (8, 1, 7)
    assert report.balanced
    assert [finding.row for finding in report.findings] == [4, 6, 8, 10, 12, 14, 16]


def test_loading_again_changes_nothing(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path / "x.xml", activity("X-1", body(1, "F-1", "Funder"), body(4, "I-1", "Implementer")))
    first = load(copy, [path], AT)
    again = load(copy, [path], AT + timedelta(days=1))
    assert (again.loaded, again.unchanged, again.revision) == (0, 1, first.revision)


LAUGHS = "<!DOCTYPE x [<!ENTITY a '" + "ha" * 50 + "'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 20}'>" for before, name in zip("abcdefg", "bcdefgh", strict=True)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY h SYSTEM "file:///etc/passwd">]>'
FETCHED = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


@pytest.mark.parametrize("start", [LAUGHS, OUTSIDE, FETCHED])
def test_no_entity_is_expanded_and_nothing_fetched(copy: SqliteStore, tmp_path: Path, start: str) -> None:
    one = activity("X-1", body(1, "F-1", "&h;"), body(4, "I-1", "Implementer"))
    refused(copy, load(copy, [written(tmp_path / "x.xml", one, start=start)], AT), "DOCTYPE")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["well-formed"]),
        (b"{}", ["line 1, column 1"]),
        (
            b'<iati-activities version="2.03">\n<iati-activity>a & b</iati-activity></iati-activities>',
            ["line 2, column", "well-formed"],
        ),
        (b'<iati-activities version="2.03"><iati-activity>', ["line 1, column"]),
        (b'<iati-activities version="1.05"></iati-activities>', ["1.05"]),
        (b"<iati-organisations/>", ["iati-organisations"]),
        (b'<iati-activities version="2.03">' + b"<a>" * 100_000, ["line 1"]),
        (b'<?xml version="1.0" encoding="UTF-8"?><iati-activities version="2.03">\xe9</iati-activities>', ["line 1"]),
        (b'<iati-activities version="2.03"/>', ["no row"]),
        (b"<iati-activities><iati-activity>" + b"<a/>" * 300_001, ["300,000 elements"]),
    ],
)
def test_what_is_no_file_of_activities_is_refused(copy: SqliteStore, tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    refused(copy, load(copy, [path], AT), *words)


def test_a_fault_at_the_end_leaves_nothing_of_the_beginning(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path / "x.xml", activity("X-1", body(1, "F-1", "Funder"), body(4, "I-1", "Implementer")))
    path.write_bytes(path.read_bytes()[:-5])
    refused(copy, load(copy, [path], AT), "line 3")
    assert not list(copy.about("iati:F-1", ANY_TIME))


@settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_bytes_the_ledger_balances(copy: SqliteStore, tmp_path: Path, data: st.DataObject) -> None:
    path = written(tmp_path / "x.xml", activity("X-1", body(1, "F-1", "Funder"), body(4, "I-1", "Implementer"), DATES))
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=4))
    path.write_bytes(whole)
    report = load(copy, [path], AT, dry_run=True)
    assert report.balanced
    assert report.ok or report.findings


def test_the_published_activities_load_and_the_malformed_file_does_not(copy: SqliteStore) -> None:
    folder = SHARED / "iati"
    if not folder.is_dir():
        pytest.skip("the published activities (../shared/data/iati) are not here")
    report = load(copy, [folder / "dportal_covid.xml"], AT)
    assert report.balanced
    assert report.read == 401
    assert report.loaded > 350
    assert not [one for one in copy.scan("name", ANY_TIME) if "withheld" in (one.value or "").lower()]
    refused(copy, load(copy, [folder / "ec_devco_aware_ebola_MALFORMED.xml"], AT), "line", "column")
