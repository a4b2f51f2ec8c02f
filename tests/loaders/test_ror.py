"""ROR: both schemas, every wrapping, one-sided and dangling links, organisations that ended; the published files."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import ALWAYS, ANY_TIME, Citation, Statement
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from loaders.ror import load
from tests.loaders.registers import SHARED, organisation, reasons, refused, related, said, values, write_json

AT = datetime(2026, 11, 22, tzinfo=UTC)
A, B, C, D = "01aaaaa01", "01bbbbb02", "01ccccc03", "01ddddd04"


def test_a_record_of_either_schema_states_the_same(copy: SqliteStore, tmp_path: Path) -> None:
    second = organisation(
        A, "Institut des Essais", established=1948, types=["funder", "government"],
        names=[
            {"value": "Trial Institute", "types": ["label"], "lang": "en"},
            {"value": "TI", "types": ["acronym"], "lang": None},
            {"value": "Institut des Essais", "types": ["ror_display", "label"], "lang": "fr"},
            {"value": "Essais", "types": ["alias"], "lang": None},
        ],
        external_ids=[{"type": "isni", "all": ["0000 0001 2222 3333"], "preferred": None}],
        links=[{"type": "wikipedia", "value": "https://en.wikipedia.org/"}, {"type": "website", "value": "https://example.org"}],
    )  # fmt: skip
    first = {
        "id": f"https://ror.org/{B}", "status": "active", "name": "Institut des Essais", "acronyms": ["TI"],
        "aliases": ["Essais"],
        "labels": [{"label": "Trial Institute", "iso639": "en"}], "types": ["Government"], "established": 1948,
        "country": {"country_code": "CH"}, "links": ["https://example.org"], "relationships": [], "addresses": [],
        "external_ids": {"ISNI": {"preferred": None, "all": ["0000 0001 2222 3333"]}, "GRID": {"all": "grid.1.2"}},
    }  # fmt: skip
    assert load(copy, [write_json(tmp_path / "x.json", [second, first])], AT).ok
    for id in (A, B):
        entity = f"ror:{id}"
        assert values(copy, entity, "kind") == {"organisation"}
        assert values(copy, entity, "subtype") == {"government_body"}
        assert values(copy, entity, "name") == {"Institut des Essais"}
        assert values(copy, entity, "alias") == {"Trial Institute", "TI", "Essais"}
        assert {one.value for one in said(copy, entity, "alias") if one.qualifier("sort") == "acronym"} == {"TI"}
        assert {f"ror:{id}", "isni:0000000122223333"} <= values(copy, entity, "identifier")
        assert values(copy, entity, "located_in") == {"CHE"}
        assert values(copy, entity, "homepage") == {"https://example.org"}
        assert values(copy, entity, "founded_in") == {"1948"}
    assert said(copy, f"ror:{A}", "name")[0].qualifier("lang") == "fr"
    assert said(copy, f"ror:{A}", "name")[0].citation.locator == A


def test_one_sided_links_get_their_inverse_and_two_sided_ones_no_double(copy: SqliteStore, tmp_path: Path) -> None:
    records = [
        organisation(A, "The whole", relationships=[related("child", B), related("child", C), related("related", D)]),
        organisation(B, "A part that says so", relationships=[related("parent", A)]),
        organisation(C, "A part that does not"),
        organisation(D, "A relative", relationships=[related("related", A)]),
    ]
    assert load(copy, [write_json(tmp_path / "x.json", records)], AT).ok
    (own,) = said(copy, f"ror:{B}", "part_of")
    assert (own.object, own.citation.locator, own.qualifier("derived_from")) == (f"ror:{A}", B, "")
    (derived,) = said(copy, f"ror:{C}", "part_of")
    assert (derived.object, derived.citation.locator) == (f"ror:{A}", A)
    assert derived.qualifier("derived_from")
    assert {one.object for one in said(copy, f"ror:{A}", "related_to")} == {f"ror:{D}"}
    assert not vocabulary().predicate("related_to").traversable


def test_links_to_nowhere_are_reported_and_nobody_is_invented(copy: SqliteStore, tmp_path: Path) -> None:
    records = [organisation(A, "Alone", relationships=[related("parent", B), related("child", A)])]
    report = load(copy, [write_json(tmp_path / "x.json", records)], AT)
    assert report.ok
    told = " ".join(map(str, report.notes))
    assert B in told
    assert "itself" in told
    assert not list(copy.about(f"ror:{B}", ANY_TIME))
    assert not said(copy, f"ror:{A}", "part_of")


def test_what_ended_resolves_to_its_successors_and_is_never_live(copy: SqliteStore, tmp_path: Path) -> None:
    gone = organisation(
        A, "Was", status="withdrawn",
        relationships=[related("successor", B), related("successor", C), related("parent", D), related("child", C)],
    )  # fmt: skip
    records = [gone, organisation(B, "Is", relationships=[related("predecessor", A)]), organisation(C, "Is too"),
               organisation(D, "Over both", relationships=[related("child", A)])]  # fmt: skip
    assert load(copy, [write_json(tmp_path / "x.json", records)], AT).ok
    assert values(copy, f"ror:{A}", "register_status") == {"withdrawn"}
    assert values(copy, f"ror:{A}", "name") == {"Was"}
    assert {one.subject for one in copy.links(f"ror:{A}", ANY_TIME) if one.predicate == "succeeds"} == {f"ror:{B}", f"ror:{C}"}
    links = [*copy.about(f"ror:{A}", ANY_TIME), *copy.links(f"ror:{A}", ANY_TIME)]
    standing = {one.predicate for one in links if one.object and not one.valid.valid_to}
    assert standing == {"succeeds"}
    assert {str(one.valid) for one in links if one.predicate == "part_of"} == {"until 2024-05-06"}


def test_an_ended_record_without_a_date_keeps_no_link_that_would_look_live(copy: SqliteStore, tmp_path: Path) -> None:
    gone = organisation(A, "Was", status="inactive", admin=None, relationships=[related("parent", B), related("successor", B)])
    assert load(copy, [write_json(tmp_path / "x.json", [gone, organisation(B, "Is")])], AT).ok
    assert {one.predicate for one in copy.about(f"ror:{A}", ANY_TIME) if one.object} == set()
    assert [one.subject for one in copy.links(f"ror:{A}", ANY_TIME)] == [f"ror:{B}"]


def test_only_an_identifier_makes_a_record_an_entity_of_the_graph(copy: SqliteStore, tmp_path: Path) -> None:
    cited = Citation("a-source", "a test")
    known = Statement("who", "identifier", None, f"ror:{A}", ALWAYS, cited, "high")
    copy.replace("test/identifiers", [Statement("a-source", "kind", None, "source", ALWAYS, cited, "high"), known], AT)
    names = [{"value": "Humanities in the European Research Area", "types": ["ror_display"], "lang": "en"},
             {"value": "HERA", "types": ["acronym"], "lang": None}]  # fmt: skip
    records = [organisation(A, "World Health Organization"), organisation(B, "", names=names),
               organisation(C, "Network of Networks", relationships=[related("parent", A)])]  # fmt: skip
    assert load(copy, [write_json(tmp_path / "x.json", records)], AT).ok
    assert not list(copy.about(f"ror:{A}", ANY_TIME))
    assert values(copy, f"ror:{C}", "part_of") == {"who"}
    assert values(copy, "who", "kind") == {"organisation"}
    for record in (B, C):
        touching = [*copy.about(f"ror:{record}", ANY_TIME), *copy.links(f"ror:{record}", ANY_TIME)]
        assert {one.object for one in touching if one.object} <= {"CHE", "who"}


def _zipped(path: Path, records: list[Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, record in enumerate(records):
            archive.writestr(f"v1/{number}.json", json.dumps(record))
        archive.writestr("v1/relationships.csv", "a,b\n")
    return path


def _lines(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def _gzipped(path: Path, records: list[Any]) -> Path:
    path.write_bytes(gzip.compress(json.dumps(records).encode()))
    return path


@pytest.mark.parametrize("write", [write_json, _lines, _zipped, _gzipped])
def test_every_wrapping_gives_the_same_graph(copy: SqliteStore, tmp_path: Path, write: Callable[..., Path]) -> None:
    records = [organisation(A, "One", relationships=[related("parent", B)]), organisation(B, "Two")]
    plain = load(copy, [write_json(tmp_path / "v1.0-ror.json", records)], AT)
    again = load(copy, [write(tmp_path / "v1.1-ror.dat", records)], AT + timedelta(days=1))
    assert again.files[0].source == plain.files[0].source == "ror/ror"
    assert (again.unchanged, again.loaded, again.files[0].withdrawn) == (2, 0, 0)


def test_a_new_edition_ends_what_it_no_longer_says(copy: SqliteStore, tmp_path: Path) -> None:
    records = [organisation(A, "One"), organisation(B, "Two")]
    load(copy, [write_json(tmp_path / "v1.0-ror.json", records)], AT)
    report = load(copy, [write_json(tmp_path / "v1.1-ror.json", records[:1])], AT + timedelta(days=1))
    assert (report.unchanged, report.loaded) == (1, 0)
    assert report.files[0].withdrawn > 0
    assert not list(copy.about(f"ror:{B}", ANY_TIME))


def test_bad_records_are_rejected_and_the_others_loaded(copy: SqliteStore, tmp_path: Path) -> None:
    bad = [
        organisation("nonsense", "x"), organisation(B, "x", status="asleep"), organisation(B, "x", names=[]),
        organisation(B, "a\u202eb"), organisation(B, "x" * 1001), organisation(B, "x", established="once"), [1], None,
        organisation(B, "x", locations=[{"geonames_details": {"country_code": "QQ"}}]),
        organisation(B, "x", relationships=[{"type": "cousin", "id": A}]), organisation(A, "again"),
    ]  # fmt: skip
    report = load(copy, [write_json(tmp_path / "x.json", [organisation(A, "Good"), *bad])], AT)
    assert (report.read, report.loaded, report.rejected) == (12, 1, 11)
    assert report.balanced
    assert [finding.row for finding in report.findings] == list(range(2, 13))
    assert "the organisation stands in record 1 already" in reasons(report)


GOOD = json.dumps([organisation(A, "One", relationships=[related("child", B)]), organisation(B, "Two")]).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["cut off"]),
        (b"[]", ["no row"]),
        (GOOD[:-40], ["not JSON", "record 1"]),
        (GOOD.decode().encode("utf-16"), ["UTF-16"]),
        (GOOD.replace(b"One", b"\xe9\xe8"), ["not JSON"]),
        (b"<records/>", ["XML"]),
        (b"[" * 300_000, ["nested"]),
        (b'[{"a":' * 100_000, ["nested"]),
        (b"[" * 100_000 + b"]" * 100_000, ["nested"]),
        (b'["' + b'\\"[' * 50_000 + b'"]', ["could be loaded"]),
        (b"PK\x03\x04 and no more", ["zip"]),
        (gzip.compress(GOOD)[:-20], ["unpacked"]),
        (b"[" + b"9" * 5_000 + b"]", []),
        (b"[[" + b"1," * 2_000_001 + b"1]]", ["2,000,000 values"]),
        (b"\xf5\xb1e", ["not JSON at its beginning: lexical error"]),
    ],
)
def test_what_is_no_register_is_refused(copy: SqliteStore, tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    refused(copy, load(copy, [path], AT), *words)


def test_zip_bombs_and_paths_out_of_the_archive_are_refused(copy: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive, archive.open("a.json", "w") as member:
        for _ in range(40):
            member.write(b" " * 1_000_000)
    refused(copy, load(copy, [path], AT), "bomb")
    for name in ("../a.json", "/a.json", "a/../../b.json", "c:\\a.json"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, GOOD)
        refused(copy, load(copy, [path], AT), "leads out")
    path = tmp_path / "bomb.json"
    path.write_bytes(gzip.compress(b"[" + b" " * 30_000_000 + b"]"))
    refused(copy, load(copy, [path], AT), "unpacks")


def test_a_file_that_changes_while_it_is_read_is_refused(copy: SqliteStore, tmp_path: Path) -> None:
    path, other = tmp_path / "x.json", tmp_path / "other.json"
    write_json(path, [organisation(f"0{number:06d}01", f"Name {number}") for number in range(600)])
    write_json(other, [organisation(B, "Changed")])

    def change(*_: object) -> None:
        shutil.copy(other, path)

    report = load(copy, [path], AT, progress=change)
    assert report.read >= 500
    refused(copy, report)
    assert not list(copy.about("ror:000000001", ANY_TIME))


@settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_bytes_the_ledger_balances(copy: SqliteStore, tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([GOOD, gzip.compress(GOOD, mtime=0), ZIPPED])))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=4))
    path = tmp_path / "x.json"
    path.write_bytes(whole)
    report = load(copy, [path], AT, dry_run=True)
    assert report.balanced
    assert report.ok or report.findings


def _zip_bytes() -> bytes:
    import io

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.json"), GOOD)
    return held.getvalue()


ZIPPED = _zip_bytes()


@pytest.mark.parametrize(("name", "rows"), [("ror_mcm_subset.jsonl", 1058), ("ror-records_v2.9.zip", 2431)])
def test_the_published_files_load_whole(copy: SqliteStore, name: str, rows: int) -> None:
    path = SHARED / "ror" / name
    if not path.is_file():
        pytest.skip("the register (../shared/data/ror) is not here")
    before = {one.subject for one in copy.scan("kind", ANY_TIME)}
    report = load(copy, [path], AT)
    assert report.ok, report.findings
    assert (report.read, report.loaded) == (rows, rows)
    ended = {one.subject for one in copy.scan("register_status", ANY_TIME)}
    assert ended
    touching = [one for one in copy.scan(None, ANY_TIME) if one.object and {one.subject, one.object} & ended]
    assert {one.predicate for one in touching if not one.valid.valid_to} <= {"succeeds"}
    of_register = [one for one in copy.scan(None, ANY_TIME) if one.subject.startswith("ror:")]
    assert not {one.object for one in of_register if one.object and not one.object.startswith("ror:")} - before
