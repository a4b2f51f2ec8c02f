"""RDF out: the mapping holds together, every standard term exists, and an export says what the graph says, in every format."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCAT, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SKOS

from graph.errors import InputError, UnknownWord
from graph.model import ANY_TIME, AsOf, Statement, today
from graph.rdf import FORMATS, as_rdflib, format_of, write_rdf
from graph.rdf_terms import (
    BASE,
    PARTS,
    QUALIFIERS,
    WORDS,
    checked_base,
    entity_address,
    escaped,
    id_of,
    own_kind,
    parse,
    qualifier_of,
    qualifier_term,
    terms,
    unescaped,
)
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from tests.factories import cited_source, entity, link, text

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
VOCAB = Path(__file__).resolve().parents[3] / "shared" / "data" / "vocab"
WITHOUT_SPACE = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])


@pytest.fixture
def raw() -> dict[str, Any]:
    """The shipped mapping, parsed."""
    read: dict[str, Any] = yaml.safe_load(resources.files("graph").joinpath("rdf_terms.yaml").read_text(encoding="utf-8"))
    return read


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """An organisation that is part of another, was a member of a network, and is a member of one."""
    made = SqliteStore(tmp_path / "graph.sqlite")
    about = [
        *cited_source("src-a", "A source", "https://source.example/a"),
        *entity("a", name="A"), *entity("b", name="B"), *entity("n", "network", name="N"), *entity("KEN", "country"),
        text("a", "alias", "Ah", lang="fr"),
        link("a", "part_of", "b", url="https://source.example/a"),
        link("a", "member_of", "n", period=("2001", "2003-06"), confidence="low", status_as_given="left"),
        link("b", "member_of", "n", period=("2001-05-09", ""), detail="two\u00a0words"),
        link("KEN", "enrolled_in", "n", status="member"),
    ]  # fmt: skip
    made.replace("test/a", about, AT)
    return made


# --- the mapping ---


def test_every_word_with_a_term_is_a_word_and_no_term_stands_for_two(raw: dict[str, Any]) -> None:
    words = vocabulary()
    assert {term.word for term in terms().predicates.values()} == set(words.predicates)
    assert set(terms().kinds.values()) == set(words.kinds)
    assert set(terms().between) <= set(terms().written)
    own = {WORDS + part for part in PARTS}
    assert not own & set(terms().predicates)
    assert not own & set(terms().kinds)
    for spoilt in ("links", "literals"):
        wrong = copy.deepcopy(raw)
        wrong[spoilt]["works_for"] = {"reads": ["org:memberOf"]}
        with pytest.raises(UnknownWord):
            parse(wrong)
    twice = copy.deepcopy(raw)
    twice["links"]["funds"]["reads"].append("org:memberOf")
    with pytest.raises(ValueError, match="stands for two"):
        parse(twice)
    nowhere = copy.deepcopy(raw)
    nowhere["links"]["funds"]["reads"].append("nowhere:funds")
    with pytest.raises(ValueError, match="not a term"):
        parse(nowhere)


def test_every_standard_term_is_one_of_its_vocabulary() -> None:
    """As rdflib ships the vocabularies, closed: a term that is not in one is an error there."""
    spaces = {str(one): one for one in (DCAT, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SKOS)}
    spaces["http://schema.org/"] = SDO
    named = [*terms().predicates, *terms().kinds, *terms().subtypes, *terms().same, *sum(terms().parts.values(), ())]
    named += [address for node in terms().nodes for address in (node.type, node.subject, node.object, node.role, node.during)]
    checked = 0
    for address in named:
        space = next((space for start, space in spaces.items() if address.startswith(start)), None)
        if space is not None:
            start = "http://schema.org/" if space is SDO else str(space)
            known = {*map(str, dir(space)), f"{DCAT}DatasetSeries"}  # of the third edition, which rdflib does not have yet
            assert str(space) + address.removeprefix(start) in known, address
            checked += 1
    assert checked > 90


def test_every_term_that_is_written_exists_in_the_published_vocabularies(store: SqliteStore, tmp_path: Path) -> None:
    if not VOCAB.is_dir():
        pytest.skip("the published vocabularies (../shared/data/vocab) are not here")
    published = {quad.subject.value for path in VOCAB.glob("*.nq") for quad in ox.parse(path=str(path)) if _named(quad.subject)}
    language = (str(RDF), str(RDFS))
    mapped = {*terms().written.values(), *terms().written_kinds.values()}
    for node in terms().nodes:
        mapped |= {node.type, node.subject, node.object}
    write_rdf(store, tmp_path / "out.nt", ANY_TIME)
    used = set()
    for triple in ox.parse(path=str(tmp_path / "out.nt")):
        used.add(triple.predicate.value)
        if triple.predicate.value == str(RDF.type):
            used.add(triple.object.value)
    foreign = {one for one in mapped | used if not one.startswith((WORDS, *language))}
    assert foreign <= published
    assert len(foreign) > 12


def _named(node: object) -> bool:
    return isinstance(node, ox.NamedNode)


# --- addresses ---


@given(st.text(WITHOUT_SPACE, min_size=1, max_size=50))
def test_an_id_comes_back_from_its_address(id: str) -> None:
    address = entity_address(BASE, id)
    assert address.isascii()
    ox.NamedNode(address)
    assert id_of(BASE, "entity", address) == id
    assert id_of(BASE, "statement", address) is None


@given(st.text(max_size=20))
def test_the_name_of_a_qualifier_comes_back_and_is_a_name_of_xml(name: str) -> None:
    term = qualifier_term(name)
    local = term.removeprefix(QUALIFIERS)
    assert qualifier_of(term) == name
    assert local.replace("-", "a").replace("_", "a").isalnum()
    assert local[0] == "_" or local[0].isalpha()
    assert local.isascii()


@given(st.text(max_size=20))
def test_what_xml_cannot_hold_is_escaped(value: str) -> None:
    written = escaped(value)
    assert (written is None) == (not {"\ufffe", "\uffff"} & set(value))
    assert written is None or unescaped(written) == value


@pytest.mark.parametrize("base", ["https://graph.example.org/id/", "http://localhost:8000/", BASE, "urn:example:a:"])
def test_bases(base: str) -> None:
    assert checked_base(base) == base
    ox.NamedNode(entity_address(base, "ror:01 é\u202e"))


@pytest.mark.parametrize(
    "base", ["", "graph", "https://graph.example.org", "https://a b/", "https://a/<", "https://é/", "x" * 300]
)
def test_what_is_no_base_is_refused(base: str) -> None:
    with pytest.raises(InputError, match="no base"):
        checked_base(base)


def test_an_unknown_ending_is_refused_with_what_may_be_given() -> None:
    with pytest.raises(InputError, match=r"\.ttl.*Nearest: \.jsonld"):
        format_of(Path("graph.jsonl"))


# --- what is written ---


def triples(path: Path) -> set[tuple[str, str, str]]:
    read = ox.parse(path=str(path), format=getattr(ox.RdfFormat, format_of(path)))
    return {(str(one.subject), str(one.predicate), str(one.object)) for one in read}


def test_all_formats_say_the_same_as_does_rdflib(store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    said = {}
    for ending in FORMATS:
        path = tmp_path / f"out{ending}"
        assert write_rdf(store, path, ANY_TIME) == len(list(store.scan(None, ANY_TIME)))
        said[ending] = triples(path)
    assert all(one == said[".nt"] for one in said.values())
    own = as_rdflib(store, ANY_TIME)
    assert len(own) == len(said[".nt"])
    for ending, name in ((".ttl", "turtle"), (".rdf", "xml"), (".nt", "nt")):
        read = rdflib.Graph().parse(tmp_path / f"out{ending}", format=name)
        assert set(read) == set(own), ending


def test_what_holds_is_said_plainly_in_standard_words(store: SqliteStore) -> None:
    graph = as_rdflib(store, ANY_TIME)
    a, b, n = (rdflib.URIRef(entity_address(BASE, id)) for id in "abn")
    assert (a, RDF.type, ORG.Organization) in graph
    assert (a, RDF.type, rdflib.URIRef(own_kind("organisation"))) in graph
    assert (a, SKOS.prefLabel, rdflib.Literal("A")) in graph
    assert (a, SKOS.altLabel, rdflib.Literal("Ah", lang="fr")) in graph
    assert (a, ORG.subOrganizationOf, b) in graph
    assert (b, ORG.memberOf, n) in graph
    assert (a, ORG.memberOf, n) not in graph, "it ended in 2003"
    country = rdflib.URIRef(entity_address(BASE, "KEN"))
    assert (country, rdflib.URIRef(WORDS + "enrolled_in"), n) in graph
    assert (a, ORG.memberOf, n) in as_rdflib(store, AsOf("2002"))
    asked = graph.query(
        "PREFIX org: <http://www.w3.org/ns/org#> "
        "SELECT ?who WHERE { ?m a org:Membership ; org:member ?who ; org:organization ?n }"
    )
    assert [str(who) for (who,) in asked] == [str(b)]  # type: ignore[misc]


def test_a_statement_is_said_in_full(store: SqliteStore) -> None:
    (left,) = (one for one in store.scan("member_of", ANY_TIME) if one.subject == "a")
    graph = as_rdflib(store, ANY_TIME)
    node = rdflib.URIRef(f"{BASE}statement/{left.id}")
    said = {str(term).rpartition("#")[2]: str(end) for term, end in graph.predicate_objects(node)}
    assert said == {
        "type": str(RDF.Statement),
        "subject": entity_address(BASE, "a"),
        "predicate": WORDS + "member_of",
        "object": entity_address(BASE, "n"),
        "validFrom": "2001",
        "validTo": "2003-06",
        "hadPrimarySource": entity_address(BASE, "src-a"),
        "locator": "page 1",
        "confidence": "low",
        "qualifier/status_as_given": "left",
        "loadedFrom": "test/a",
        "generatedAtTime": "2026-01-01T00:00:00Z",
    }
    date = graph.value(node, rdflib.URIRef(WORDS + "validTo"))
    assert str(date.datatype).endswith("#gYearMonth")  # type: ignore[union-attr]


def test_what_is_no_longer_known_is_written_only_when_asked_for(store: SqliteStore, tmp_path: Path) -> None:
    kept = [one for one in store.scan(None, ANY_TIME) if one.predicate != "alias"]
    store.replace("test/a", kept, AT + DAY)
    out = tmp_path / "out.ttl"
    assert write_rdf(store, out, ANY_TIME) == len(kept)
    assert "invalidatedAtTime" not in out.read_text(encoding="utf-8")
    assert write_rdf(store, out, ANY_TIME, ever=True) == len(kept) + 1
    (ended,) = (t for t in ox.parse(path=str(out)) if t.predicate.value == f"{PROV}invalidatedAtTime")
    assert ended.object.value == "2026-01-02T00:00:00Z"
    assert "/until/" in ended.subject.value
    before = AsOf(None, AT)
    assert write_rdf(store, out, before) == len(kept) + 1


def test_it_is_the_same_byte_by_byte_and_its_base_may_be_chosen(store: SqliteStore, tmp_path: Path) -> None:
    one, two = tmp_path / "one.ttl", tmp_path / "two.ttl"
    for path in (one, two):
        write_rdf(store, path, ANY_TIME, base="https://graph.example.org/id/")
    assert one.read_bytes() == two.read_bytes()
    told = one.read_text(encoding="utf-8")
    assert "<https://graph.example.org/id/entity/>" in told
    assert f'mcm:plainAsOf "{today()}"' in told
    assert BASE not in told


def test_a_file_is_written_in_whole_or_not_at_all(store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.ttl"
    target.write_text("before")

    def fails(*_: Any) -> Any:
        yield from ()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("graph.rdf.export_lines", fails)
    with pytest.raises(OSError, match="No space"):
        write_rdf(store, target, ANY_TIME)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.glob("*out*")] == ["out.ttl"]


def test_an_address_of_the_web_is_an_address_and_anything_else_a_text(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.sqlite")
    sites: list[Statement] = [text("a", "homepage", site) for site in ("https://a.example/x", "https://a.example/{x}")]
    store.replace("s", [*entity("a"), *sites, text("a", "founded_in", "1948-04")], AT)
    graph = as_rdflib(store, ANY_TIME)
    a = rdflib.URIRef(entity_address(BASE, "a"))
    assert set(graph.objects(a, FOAF.homepage)) == {
        rdflib.URIRef("https://a.example/x"),
        rdflib.Literal("https://a.example/{x}"),
    }
    (founded,) = graph.objects(a, rdflib.URIRef(WORDS + "founded_in"))
    assert str(founded.datatype).endswith("gYearMonth")  # type: ignore[attr-defined]
    store.close()


def test_json_ld_is_json(store: SqliteStore, tmp_path: Path) -> None:
    write_rdf(store, tmp_path / "out.jsonld", ANY_TIME)
    read = json.loads((tmp_path / "out.jsonld").read_text(encoding="utf-8"))
    assert {unquote(one["@id"]).removeprefix(f"{BASE}entity/") for one in read} >= {"a", "b", "n", "KEN"}
