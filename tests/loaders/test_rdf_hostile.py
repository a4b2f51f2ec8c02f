"""RDF that means harm or is broken: a clear refusal, with the place where there is one; bounded time; nothing half-loaded."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.model import ANY_TIME
from graph.rdf import write_rdf
from graph.sqlite import SqliteStore
from loaders import rdf_reading
from loaders.rdf import load
from tests.loaders.registers import refused, said

AT = datetime(2026, 11, 22, tzinfo=UTC)
ORG = "http://www.w3.org/ns/org#"
GOOD = f'<https://a.example/a> a <{ORG}Organization> ; <http://xmlns.com/foaf/0.1/name> "A" .\n'
XML = (
    f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="{ORG}" xmlns:f="http://xmlns.com/foaf/0.1/">'
    '<o:Organization rdf:about="https://a.example/a"><f:name>{}</f:name></o:Organization></rdf:RDF>'
)
LAUGHS = "<!DOCTYPE x [<!ENTITY a '" + "ha" * 50 + "'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 20}'>" for before, name in zip("abcdefg", "bcdefgh", strict=True)
) + "]>"  # fmt: skip


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here may open a connection."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def ld(body: object) -> str:
    return json.dumps(body)


REFUSED: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "malformed Turtle": ("x.ttl", GOOD + '<https://a.example/b> <> "', ("line 2, column",)),
    "a word that is no term": ("x.ttl", GOOD + "\n<https://a.example/a> likes <b:c> .", ("line 3, column 23", "likes")),
    "an unknown prefix": ("x.trig", GOOD + "ex:a a ex:b .", ("line 2, column 1",)),
    "a relative address": ("x.ttl", "<a> a <b> .", ("line 1", "in full", "base")),
    "an address with a control character": ("x.ttl", "<https://a.example/\\u0007> a <b:c> .", ("line 1",)),
    "bytes that are no UTF-8": ("x.ttl", GOOD.encode() + b'<b:c> <b:c> "\xff" .', ("line 2",)),
    "UTF-16": ("x.ttl", GOOD.encode("utf-16"), ("UTF-16", "UTF-8")),
    "zeros": ("x.ttl", b"\x00" * 100, ("no text",)),
    "an archive": ("x.ttl", b"PK\x03\x04" + b"x" * 99, ("archive", "Unpack")),
    "a compressed file": ("x.jsonld", b"\x1f\x8b" + b"x" * 99, ("compressed", "Unpack")),
    "XML under another name": ("x.ttl", XML.format("A"), (".rdf",)),
    "Turtle named as XML": ("x.rdf", GOOD.replace("<", " ", 1), ("not XML",)),
    "Turtle named as JSON": ("x.jsonld", GOOD, ("not JSON",)),
    "an unknown ending": ("x.csv", GOOD, (".ttl", ".jsonld")),
    "an empty file": ("x.ttl", "", ("holds no row",)),
    "only comments": ("x.ttl", "# nothing", ("holds no row",)),
    "only terms that are not read": ("x.ttl", "<https://a.example/a> <b:c> <d:e> .", ("no row of it could be loaded",)),
    "a text without end": ("x.ttl", GOOD + '<b:c> <b:c> "' + "x" * 20_000_000, ("16 million",)),
    "a very long text": ("x.ttl", GOOD + '<b:c> <b:c> "' + "x" * 1_100_000 + '" .', ("triple 3", "1,000,000")),
    "a prefix that grows": ("x.ttl", f"@prefix p: <https://a.example/{'x' * 5_000}> . " + "p:a p:b p:c ." * 9, ("2,000",)),
    "prefixes that grow a little, often": (
        "x.ttl", f"@prefix p: <https://a.example/{'x' * 1_900}> . " + "[] p:b p:c ." * 15_000, ("30 times",)
    ),
    "a datatype that grows": ("x.ttl", f'<b:c> <b:c> "1"^^<https://a.example/{"x" * 5_000}> .', ("triple 1",)),
    "nested without end": ("x.ttl", "[ <b:c> " * 100_000, ("line 1",)),
    "XML that is no RDF": ("x.rdf", XML.format("\nA").replace("</o:O", "\n<f:page rdf:resource='a b'/></o:O"), ("line 3: ",)),
    "XML cut off": ("x.rdf", XML.format("A")[:-20], ("line 1, column", "not well-formed")),
    "XML tags that cross": ("x.rdf", XML.format("\n<f:x></o:x>"), ("line 2, column", "not well-formed")),
    "entities that grow": ("x.rdf", LAUGHS + XML.format("&h;"), ("DOCTYPE", "nothing")),
    "entities in a comment of the document type": ("x.rdf", '<!DOCTYPE x [<!-- <!ENTITY a "&b;"> -->]>' + XML.format("A"),
                                                   ("DOCTYPE",)),
    "parameter entities": ("x.rdf", '<!DOCTYPE x [<!ENTITY % p "x"> %p;]>' + XML.format("A"), ("DOCTYPE",)),
    "a file named in an entity": ("x.rdf", '<!DOCTYPE x [<!ENTITY h SYSTEM "file:///etc/passwd">]>' + XML.format("&h;"),
                                  ("DOCTYPE",)),
    "a document type elsewhere": ("x.rdf", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + XML.format("A"), ("DOCTYPE",)),
    "an entity that is long and often used": ("x.rdf", '<!DOCTYPE x [<!ENTITY a "' + "x" * 400 + '">]>'
                                              + XML.format("&a;" * 5_000), ("1,000,000",)),
    "XML nested without end": ("x.rdf", XML.partition("<o:")[0] + "<rdf:Description><f:x>" * 50_000, ("100 levels",)),
    "a prolog without end": ("x.rdf", f"<!--{'x' * 200_000}-->" + XML.format("A"), ("no XML element begins",)),
    "XML in another encoding": ("x.rdf", '<?xml version="1.0" encoding="latin-1"?>' + XML.format("A"), ("UTF-8",)),
    "an encoding that nobody knows": ("x.rdf", '<?xml version="1.0" encoding="klingon"?>' + XML.format("A"),
                                      ("klingon", "UTF-8")),
    "a context on the web": ("x.jsonld", ld({"@context": "https://ctx.example/c.jsonld", "@type": "X"}),
                             ("https://ctx.example/c.jsonld", "none is opened", "https://schema.org")),
    "a context in a context": ("x.jsonld", ld({"@context": {"a": {"@id": "b:c", "@context": "https://ctx.example/"}}, "a": 1}),
                               ("https://ctx.example/",)),
    "a context that is imported": ("x.jsonld", ld({"@context": {"@import": "https://ctx.example/"}, "@id": "a:b"}),
                                   ("imports 'https://ctx.example/'",)),
    "JSON that is no JSON-LD": ("x.json", ld({"graphs": [{"id": "x"}]}), ("not JSON-LD",)),
    "JSON cut off": ("x.jsonld", '{"@context": {"a": "b:c"},\n "a": [1, 2', ("line 2, column",)),
    "a key that stands twice": ("x.jsonld", '{"@id": "a:b", "@id": "a:c"}', ("'@id' stands twice",)),
    "a number that is none": ("x.jsonld", '{"@id": "a:b", "b:c": NaN}', ("NaN",)),
    "a number without end": ("x.jsonld", '{"@id": "a:b", "b:c": 1' + "0" * 5_000 + "}", ("x.jsonld",)),
    "a number beyond all": ("x.jsonld", '{"@id": "a:b", "b:c": 1e999}', ("x.jsonld",)),
    "JSON nested without end": ("x.jsonld", '{"@id": ' + '{"a":' * 50_000, ("100 levels",)),
    "half of a surrogate pair": ("x.jsonld", '{"@id": "a:b", "b:c": "\\ud800"}', ("x.jsonld",)),
    "many contexts with many terms": (
        "x.jsonld",
        ld({"@context": {f"t{n}": f"b:{n}" for n in range(3_000)}, "@graph": [{"@context": {}, "@id": "a:b"}] * 9_000}),
        ("too many terms",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_and_nothing_of_it_is_loaded(empty: SqliteStore, tmp_path: Path, case: str) -> None:
    name, content, words = REFUSED[case]
    path = file(tmp_path, name, content)
    before = time.process_time()
    report = load(empty, [path], AT)
    assert time.process_time() - before < 5
    refused(empty, report, name, *words)
    assert not list(empty.scan(None, ANY_TIME))


def test_harmless_entities_byte_order_marks_and_bases_are_read(empty: SqliteStore, tmp_path: Path) -> None:
    plain = '<?xml version="1.0"?><!-- a - comment --><!DOCTYPE rdf:RDF [ <!ENTITY n "https://a.example/"> ]>' + XML.format("A")
    paths = [
        file(tmp_path, "one.rdf", plain.replace("https://a.example/a", "&n;a")),
        file(tmp_path, "two.ttl", b"\xef\xbb\xbf" + GOOD.encode()),
        file(tmp_path, "three.ttl", "@base <https://a.example/> . " + GOOD.replace("https://a.example/", "")),
        file(tmp_path, "four.jsonld", "\ufeff" + ld({"@id": "https://a.example/a", "@type": f"{ORG}Organization"})),
    ]
    for path in paths:
        report = load(empty, [path], AT)
        assert report.ok, report.findings
    assert {one.subject for one in empty.scan("kind", ANY_TIME) if one.value == "organisation"} == {"rdf:a-f3cee03aa235c51a"}


def test_what_is_written_to_deceive_is_rejected(empty: SqliteStore, tmp_path: Path) -> None:
    mark = "\u202e"
    bad = (
        f'<https://a.example/b> a <{ORG}Organization> ; <http://xmlns.com/foaf/0.1/name> "nat{mark}oN" , "B\\u0000" ; '
        f"<http://xmlns.com/foaf/0.1/homepage> <https://a.example/{mark}c> ; <{ORG}subOrganizationOf> <https://a.example/a> .\n"
        f'<https://a.example/{mark}d> a <{ORG}Organization> ; <http://xmlns.com/foaf/0.1/name> "D" .'
        f'<https://a.example/a> <https://a.example/{mark}> "x" .'
    )
    report = load(empty, [file(tmp_path, "x.ttl", GOOD + bad)], AT)
    assert report.balanced
    assert not report.ok
    assert report.rejected >= 4
    held = [*empty.scan(None, ANY_TIME)]
    assert not [one for one in held if mark in "".join(one.asserted()) or "\x00" in "".join(one.asserted())]
    assert {one.value for one in empty.scan("name", ANY_TIME)} == {"A", "RDF file x"}
    told = json.dumps(report.to_dict(), ensure_ascii=False) + " ".join(map(str, report.findings))
    assert mark not in " ".join(map(str, report.findings))
    assert mark not in " ".join(reason.reason for reason in report.files[0].reasons)
    assert "\\u202e" in told


def test_nothing_that_json_ld_holds_is_lost_unseen(empty: SqliteStore, tmp_path: Path) -> None:
    body = {
        "@context": {"name": "http://xmlns.com/foaf/0.1/name"},
        "@graph": [
            {"@id": "https://a.example/a", "@type": f"{ORG}Organization", "name": "A", "colour": "blue"},
            {"@id": "relative", "@type": f"{ORG}Organization", "name": "B"},
            {"@id": "https://a.example/c", "@type": "Club", "name": "C"},
        ],
    }
    report = load(empty, [file(tmp_path, "x.jsonld", ld(body))], AT)
    assert (report.read, report.loaded, report.rejected) == (7, 2, 2)
    assert report.balanced
    told = {one.reason for one in report.files[0].reasons}
    assert "the key 'colour' has no meaning in its @context" in told
    assert any("relative" in one for one in told)
    assert "the class 'Club' has no meaning in its @context" in told


def test_large_json_ld_is_read_in_a_stream(
    empty: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(rdf_reading, "MOST_TREE", 100)
    body = {
        "@context": {"n": "http://xmlns.com/foaf/0.1/name"},
        "@type": f"{ORG}Organization",
        "@id": "https://a.example/a",
        "n": "A",
    }
    assert load(empty, [file(tmp_path, "x.jsonld", ld(body))], AT).ok
    write_rdf(empty, tmp_path / "own.jsonld", ANY_TIME)
    with store_and_folder() as (other, _):
        assert load(other, [tmp_path / "own.jsonld"], AT).ok
        assert {one.id for one in other.scan(None, ANY_TIME)} == {one.id for one in empty.scan(None, ANY_TIME)}
    late = load(empty, [file(tmp_path, "w.jsonld", ld(dict(reversed(body.items())) | {"x": "x" * 99}))], AT)
    refused(empty, late, "100 bytes", "@context first", "another format")
    far = load(empty, [file(tmp_path, "y.jsonld", ld({"@context": "https://schema.org", "@id": "a:b", "name": "x" * 99}))], AT)
    refused(empty, far, "none is opened")
    deep = load(
        empty, [file(tmp_path, "z.jsonld", '{"@context":{"@vocab":"b:"},"a":' + '{"a":' * 5_000 + "1" + "}" * 5_001)], AT
    )
    refused(empty, deep, "100 levels")


def test_a_file_that_changes_meanwhile_is_refused(
    empty: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    path = file(tmp_path, "x.ttl", GOOD)
    whole = rdf_reading.triples_of

    def changing(given: Path) -> Iterator[tuple[int, object]]:
        yield from whole(given)
        given.write_text(GOOD + "# more", encoding="utf-8")

    monkeypatch.setattr("loaders.rdf.triples_of", changing)
    refused(empty, load(empty, [path], AT), "changed while it was being loaded")


def test_many_terms_make_few_reasons(empty: SqliteStore, tmp_path: Path) -> None:
    many = "".join(f'<https://a.example/a> <https://a.example/t{number}> "x" .\n' for number in range(1_000))
    report = load(empty, [file(tmp_path, "x.ttl", GOOD + many)], AT)
    assert report.ok
    assert report.balanced
    assert len(report.files[0].reasons) == 201


def test_blank_nodes_that_share_what_hangs_on_them_take_no_time(empty: SqliteStore, tmp_path: Path) -> None:
    chain = "".join(
        f"_:b{n} <{ORG}siteAddress> _:b{n + 1} , _:c{n + 1} . _:c{n} <{ORG}siteAddress> _:b{n + 1} .\n" for n in range(50)
    )
    start = f'_:b0 a <{ORG}Organization> ; <http://xmlns.com/foaf/0.1/name> "B" .\n'
    report = load(empty, [file(tmp_path, "x.ttl", GOOD + start + chain)], AT)
    assert report.balanced
    assert said(empty, "rdf:a-f3cee03aa235c51a", "name")


# --- changed at random -----------------------------------------------------------------------------------------------------
def _samples() -> dict[str, bytes]:
    turtle = f"""@prefix o: <{ORG}> . @prefix s: <http://schema.org/> . @prefix f: <http://xmlns.com/foaf/0.1/> .
        <https://a.example/a> a o:Organization ; f:name "A"@en, "Ä"@de ; s:foundingDate "1948-04-07" ;
        s:address [ s:addressCountry "KE" ] ; o:subOrganizationOf <https://a.example/b> .
        <https://a.example/b> a o:Organization ; f:name "B" .
        [] a o:Membership ; o:member <https://a.example/a> ; o:organization <https://a.example/b> ; o:memberDuring [ s:startDate "2020" ] .
        """  # noqa: E501
    body = {
        "@context": ["https://schema.org", {"o": ORG}],
        "@graph": [
            {"@id": "https://a.example/a", "@type": "Organization", "name": {"@value": "A", "@language": "en"},
             "address": {"addressCountry": "KE"}, "foundingDate": "1948", "parentOrganization": {"@id": "https://a.example/b"}},
            {"@id": "https://a.example/b", "@type": ["Organization", "o:Organization"], "name": ["B", 1, True, None]},
        ],
    }  # fmt: skip
    doctype = '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE r [<!ENTITY n "https://a.example/">]>'
    return {
        "ttl": turtle.encode(),
        "trig": ("<https://g.example/> {" + GOOD + "}" + GOOD).encode(),
        "jsonld": ld(body).encode(),
        "rdf": (doctype + XML.format("A &amp; &n; <![CDATA[x]]>")).encode(),
        "nt": f'<https://a.example/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{ORG}Organization> .\n'.encode(),
    }  # fmt: skip


SAMPLES = _samples()


@contextmanager
def store_and_folder() -> Iterator[tuple[SqliteStore, Path]]:
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.sqlite")
        try:
            yield store, Path(folder)
        finally:
            store.close()


def changed(sample: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """A sample with parts of it left out, and others put in."""
    for place, length, put in changes:
        at = place % (len(sample) + 1)
        sample = sample[:at] + put + sample[at + length :]
    return sample


PIECES = st.one_of(
    st.binary(max_size=3),
    st.sampled_from([
        b"<", b">", b'"', b"{", b"}", b"[", b"]", b"&", b"&n;", b";", b".", b"_:b0 ", b"@base <x:> .", b"\\u0000",
        b"\xe2\x80\xae", b"@context", b'"@id":', b'"@type":"@id"', b'"@reverse":', b"<!--", b"]]>", b"null", b"1e9",
        b"http://schema.org/", b"\xff", b"rdf:parseType='Collection'", b"rdf:nodeID='b0'", b"rdf:ID='x'", b"xml:base='y'",
        b"a:" * 40, b"(", b")", b"<<( ", b"^^",
    ]),
)  # fmt: skip
CHANGES = st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 12), PIECES), min_size=1, max_size=4)


def holds(ending: str, content: bytes) -> None:
    """Any bytes end in a report that balances; what is refused leaves no trace."""
    with store_and_folder() as (store, folder):
        path = file(folder, f"x.{ending}", content)
        before = time.process_time()
        report = load(store, [path], AT)
        assert time.process_time() - before < 5
        assert report.balanced
        if report.files[0].refused:
            assert not list(store.scan(None, ANY_TIME))
        else:
            for one in store.scan(None, ANY_TIME):
                assert one.citation.source
            again = load(store, [path], AT)
            assert (again.loaded, again.revision) == (0, report.revision)


@settings(max_examples=120)
@example("ttl", b"")
@example("jsonld", b'{"@context":"https://schema.org","@type":{}}')
@example("jsonld", b'[[[{"@id":[]}]]]')
@example("rdf", b"<a/>")
@given(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=40))
def test_any_bytes_end_in_a_report(ending: str, content: bytes) -> None:
    holds(ending, content)


def _fuzz(ending: str) -> Callable[[], None]:
    @settings(max_examples=60)
    @given(CHANGES)
    def check(changes: list[tuple[int, int, bytes]]) -> None:
        holds(ending, changed(SAMPLES[ending], changes))

    return check


@pytest.mark.parametrize("ending", sorted(SAMPLES))
def test_a_file_changed_at_random_ends_in_a_report(ending: str) -> None:
    _fuzz(ending)()
