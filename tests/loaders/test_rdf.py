"""RDF in: what an export says comes back as it was, and what others write becomes honest statements of their file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import ANY_TIME, CONFIDENCES, Citation, Period, Statement
from graph.rdf import format_of, write_rdf
from graph.rdf_terms import BASE
from graph.sqlite import SqliteStore
from loaders.ledger import Report
from loaders.rdf import load
from loaders.review import queue
from tests.factories import cited_source, entity, link, text
from tests.loaders.registers import SHARED, reasons, said, values

AT = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
FORMATS = ("ttl", "trig", "jsonld", "rdf", "nt", "nq")
EX = "https://partner.example/id/"
HEAD = """
@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix schema: <https://schema.org/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix mcm: <urn:uuid:a874c340-7d72-40f7-9c6d-9372fbf13797#> . @prefix ex: <https://partner.example/id/> .
"""


def written(folder: Path, turtle: str, name: str = "partner.ttl") -> Path:
    path = folder / name
    path.write_text(HEAD + turtle, encoding="utf-8")
    return path


def called(store: SqliteStore, name: str) -> str:
    """The id of the one entity of this name."""
    (found,) = {one.subject for one in store.scan("name", ANY_TIME) if one.value == name}
    return found


def triples_in(path: Path) -> int:
    return len(list(ox.parse(path=str(path), format=getattr(ox.RdfFormat, format_of(path)))))


def accounted(report: Report, *paths: Path) -> None:
    """Hold that every triple of the files is in the ledger."""
    assert report.balanced
    assert report.read == sum(map(triples_in, paths))


@contextmanager
def stores(count: int) -> Iterator[tuple[Path, list[SqliteStore]]]:
    with TemporaryDirectory() as folder:
        made = [SqliteStore(Path(folder) / f"{number}.sqlite") for number in range(count)]
        try:
            yield Path(folder), made
        finally:
            for store in made:
                store.close()


def everything(store: SqliteStore) -> dict[str, tuple[Statement, str]]:
    return {one.id: (one, one.release) for one in store.scan(None, ANY_TIME)}


# --- there and back ---
# Everything that a statement may hold, but for the marks that turn letters round: no loader lets them in.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\u202d\u202e"), max_size=12)
AWKWARD = st.sampled_from(
    [" a", "a ", "<b>&amp;", "\ufeff", "\ufffe\\u0041\uffff", '"\\"', "]]>", "'''", "é\u0301\u200f", "\u0085x"]
)
VALUES = st.one_of(TEXT, AWKWARD).filter(lambda value: bool(value.strip()))
NAMES = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\u202d\u202e")
IDS = st.one_of(
    st.sampled_from(["who", "ror:01f80g185", "a%20b", "a/b#c?d", "é", "<x>", "..", "a\\b", "{}|^`", "%"]),
    st.text(NAMES, min_size=1, max_size=8),
)
PERIODS = st.sampled_from([("", ""), ("1948", ""), ("2001-02", "2003"), ("", "2024-02-29"), ("9999-12-31", "9999-12-31")])
QUALIFIERS = st.dictionaries(
    st.one_of(st.sampled_from(["lang", "_x20_", "", "9"]), TEXT), st.one_of(st.just(""), VALUES), max_size=3
)


@st.composite
def graphs(draw: st.DrawFn) -> list[Statement]:
    """Organisations and a network of any id, with links and texts of any sort between them."""
    ids = draw(st.lists(IDS, min_size=2, max_size=4, unique=True))
    made = cited_source("src-a", "A source", "https://source.example/a")
    made += [one for id in ids[1:] for one in entity(id, name=draw(VALUES))] + entity(ids[0], "network")
    for _ in range(draw(st.integers(1, 5))):
        cited = Citation("src-a", draw(VALUES), draw(st.one_of(st.just(""), VALUES)), draw(st.one_of(st.just(""), VALUES)))
        target, word = draw(
            st.sampled_from(
                [(ids[0], "member_of"), (ids[1], "related_to"), (None, "alias"), (None, "note"), (None, "description")]
            )
        )
        value = None if target else draw(VALUES)
        made.append(
            Statement(
                draw(st.sampled_from(ids)), word, target, value, Period(*draw(PERIODS)), cited,
                draw(st.sampled_from(CONFIDENCES)), draw(st.one_of(st.just(""), VALUES)),
                tuple(sorted(draw(QUALIFIERS).items())),
            )
        )  # fmt: skip
    return made


@settings(max_examples=60)
@given(graphs(), st.sampled_from(FORMATS), st.sampled_from([BASE, "https://graph.example.org/id/"]))
def test_an_export_comes_back_as_it_was(statements: list[Statement], ending: str, base: str) -> None:
    with stores(2) as (folder, (one, other)):
        one.replace("test", statements, AT)
        path = folder / f"out.{ending}"
        write_rdf(one, path, ANY_TIME, base=base)
        report = load(other, [path], AT)
        assert report.ok, report.findings
        accounted(report, path)
        assert everything(other) == everything(one)
        again = load(other, [path], AT + DAY)
        assert (again.loaded, again.revision) == (0, report.revision)


def test_the_curated_graph_comes_back_as_it_was(graph: SqliteStore, empty: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "all.ttl"
    count = write_rdf(graph, path, ANY_TIME)
    report = load(empty, [path], AT)
    assert report.ok
    assert everything(empty) == everything(graph)
    assert report.files[0].added == count
    accounted(report, path)


def test_it_may_be_written_anew_by_another_tool_first(empty: SqliteStore, tmp_path: Path) -> None:
    import rdflib

    other = SqliteStore(tmp_path / "other.sqlite")
    about = [
        *cited_source("src-a", "A", "https://a.example"),
        *entity("a"),
        *entity("n", "network"),
        link("a", "member_of", "n"),
    ]
    other.replace("s", [*about, text("a", "alias", "Ä", lang="de")], AT)
    write_rdf(other, tmp_path / "out.ttl", ANY_TIME, base="https://graph.example.org/id/")
    anew = rdflib.Graph().parse(tmp_path / "out.ttl")
    anew.serialize(tmp_path / "anew.rdf", format="pretty-xml")
    assert load(empty, [tmp_path / "anew.rdf"], AT).ok
    assert everything(empty) == everything(other)
    other.close()


def test_a_statement_that_was_changed_is_rejected_and_what_is_no_longer_known_not_loaded(
    empty: SqliteStore, tmp_path: Path
) -> None:
    other = SqliteStore(tmp_path / "other.sqlite")
    about = [*cited_source("src-a", "A", "https://a.example"), *entity("a")]
    gone = text("a", "note", "gone")
    other.replace("s", [*about, text("a", "note", "stays"), gone], AT)
    other.replace("s", [*about, text("a", "note", "stays")], AT + DAY)
    path = tmp_path / "out.ttl"
    write_rdf(other, path, ANY_TIME, ever=True)
    path.write_text(path.read_text(encoding="utf-8").replace('rdf:object "A" ;', 'rdf:object "B" ;'), encoding="utf-8")
    report = load(empty, [path], AT)
    other.close()
    accounted(report, path)
    assert "it was changed" in str(report.findings[0])
    assert values(empty, "a", "note") == {"stays"}
    assert reasons(report)["a statement that was no longer known when it was exported"] > 5


def test_what_is_added_plainly_to_an_export_is_a_statement_of_the_file(empty: SqliteStore, tmp_path: Path) -> None:
    other = SqliteStore(tmp_path / "other.sqlite")
    other.replace("s", [*cited_source("src-a", "A", "https://a.example"), *entity("a"), *entity("b")], AT)
    path = tmp_path / "out.ttl"
    write_rdf(other, path, ANY_TIME)
    path.write_text(path.read_text(encoding="utf-8") + 'e:a org:subOrganizationOf e:b ; skos:altLabel "Ay" .', encoding="utf-8")
    report = load(empty, [path], AT)
    accounted(report, path)
    (added,) = said(empty, "a", "part_of")
    assert (added.object, added.citation.source) == ("b", called(empty, "RDF file out"))
    assert values(empty, "a", "alias") == {"Ay"}
    assert len(everything(empty)) == len(everything(other)) + 2 + 3  # and the file as a source
    other.close()


# --- what others write ---
def test_org_skos_and_schema_become_statements_that_cite_the_file(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        ex:hub a org:FormalOrganization ; skos:prefLabel "Regional Hub"@en , "Centre régional"@fr ; skos:altLabel "RH" ;
          foaf:homepage <https://hub.example/> ; schema:foundingDate "2014-05-01T00:00:00Z"^^xsd:dateTime ;
          org:subOrganizationOf ex:parent ; schema:address [ schema:addressCountry "KE" ; schema:streetAddress "1 Road" ] .
        ex:parent a org:Organization, schema:NGO ; foaf:name "Parent Body" ; org:hasMember ex:hub, ex:nobody .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    assert report.ok, report.findings
    accounted(report, path)
    hub, parent = called(copy, "Regional Hub"), called(copy, "Parent Body")
    assert hub.startswith("rdf:hub-")
    (part,) = said(copy, hub, "part_of")
    assert (part.object, part.citation.locator, part.citation.url) == (parent, *["https://partner.example/id/hub"] * 2)
    assert part.citation.source == called(copy, "RDF file partner")
    assert {(one.value, one.qualifier("lang")) for one in said(copy, hub, "alias")} == {("Centre régional", "fr"), ("RH", "")}
    assert values(copy, hub, "homepage") == {"https://hub.example/"}
    assert values(copy, hub, "founded_in") == {"2014-05-01"}
    assert values(copy, hub, "located_in") == {"KEN"}
    assert values(copy, hub, "member_of") == {parent}
    assert values(copy, hub, "identifier") == {"https://partner.example/id/hub"}
    assert values(copy, parent, "subtype") == {"ngo"}
    assert reasons(report)["it leads to something that neither the file nor the graph describes"] == 1
    assert "https://partner.example/id/nobody" in " ".join(map(str, report.notes))


def test_a_membership_has_its_period_and_its_role(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        ex:hub a org:Organization ; foaf:name "Hub" . ex:net a org:OrganizationalCollaboration ; foaf:name "Net" .
        [] a org:Membership ; org:member ex:hub ; org:organization ex:net ; org:role ex:chair ;
          org:memberDuring [ time:hasBeginning [ time:inXSDgYearMonth "2020-02"^^xsd:gYearMonth ] ;
                             time:hasEnd [ time:inXSDDate "2021-03-04Z"^^xsd:date ] ] .
        ex:chair skos:prefLabel "Chair"@en .
        [] a org:Membership ; org:member ex:hub .
        [] a org:Membership ; org:member ex:joe ; org:organization ex:net . ex:joe a foaf:Person ; foaf:name "Joe" .
        [] a org:Membership ; org:member ex:hub ; org:organization ex:net ; org:memberDuring
          [ schema:startDate "2022" ; schema:endDate "2021" ] .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    accounted(report, path)
    (membership,) = said(copy, called(copy, "Hub"), "member_of")
    assert (membership.object, membership.valid) == (called(copy, "Net"), Period("2020-02", "2021-03-04"))
    assert membership.qualifier("role") == "Chair"
    assert [str(one).partition(": ")[2] for one in report.findings] == [
        "The period ends (2021) before it starts (2022)."
    ]  # fmt: skip
    told = reasons(report)
    assert told["it leads to something that neither the file nor the graph describes"] == 3
    assert told["the class foaf:Person is not one that we read"] == 1
    assert told["its subject is of no kind that we know, in the file or in the graph"] == 1


def test_foaf_dcat_and_prov(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        ex:r a dcat:Dataset, prov:Entity ; dcterms:title "Stock report" ; dcat:landingPage <https://r.example/> ;
          dcterms:description "All of it." ; schema:mentions <urn:uuid:d8a05156-0580-411c-9ab7-f744f20ca13a#entity/who> .
        ex:a a foaf:Organization ; foaf:name "Actor" ; prov:actedOnBehalfOf ex:b ; foaf:member ex:b ; dcterms:replaces ex:b .
        ex:b a prov:Organization ; foaf:name "Behalf" ; foaf:fundedBy ex:a ; prov:atLocation "Kenya" .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    assert report.ok, report.findings
    accounted(report, path)
    data, actor, behalf = (called(copy, name) for name in ("Stock report", "Actor", "Behalf"))
    assert values(copy, data, "url") == {"https://r.example/"}
    assert values(copy, data, "mentions") == {"who"}
    assert values(copy, actor, "represents") == {behalf}
    assert values(copy, behalf, "member_of") == {actor}
    assert values(copy, actor, "succeeds") == {behalf}
    assert values(copy, actor, "funds") == {behalf}
    assert values(copy, behalf, "located_in") == {"KEN"}
    assert reasons(report) == {"the class prov:Entity is not one that we read": 1}


def test_json_ld_of_a_web_page_needs_no_network(copy: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "page.jsonld"
    body = {
        "@context": "https://schema.org/",
        "@type": "ResearchOrganization",
        "name": "Institute of Pages",
        "alternateName": {"@value": "Institut des pages", "@language": "fr"},
        "url": "https://pages.example",
        "sameAs": ["https://www.wikidata.org/wiki/Q1", "https://social.example/pages"],
        "foundingDate": "1999",
        "leiCode": "5493001KJTIIGC8Y1R12",
        "identifier": {"@type": "PropertyValue", "propertyID": "GRID", "value": "grid.1"},
        "location": {"@type": "Place", "address": {"@type": "PostalAddress", "addressCountry": "Kenya"}},
        "parentOrganization": {"@type": "Organization", "name": "Pages International"},
        "memberOf": {"@type": "Consortium", "name": "Pages Alliance"},
        "telephone": "+1",
    }
    path.write_text(json.dumps(body), encoding="utf-8")
    report = load(copy, [path], AT)
    assert report.ok, report.findings
    assert report.balanced
    made = called(copy, "Institute of Pages")
    assert made.startswith("rdf:blank-")
    assert values(copy, made, "identifier") == {
        "wikidata:Q1", "https://social.example/pages", "lei:5493001KJTIIGC8Y1R12", "grid:grid.1",
    }  # fmt: skip
    assert {(one.value, one.qualifier("lang")) for one in said(copy, made, "alias")} == {("Institut des pages", "fr")}
    assert values(copy, made, "located_in") == {"KEN"}
    assert values(copy, made, "part_of") == {called(copy, "Pages International")}
    assert values(copy, made, "member_of") == {called(copy, "Pages Alliance")}
    assert values(copy, called(copy, "Pages Alliance"), "kind") == {"network"}
    assert values(copy, made, "subtype") == {"research_institution"}
    again = load(copy, [path], AT + DAY)
    assert (again.loaded, again.revision) == (0, report.revision), "a blank node is the same thing at every reading"


def test_the_same_thing_elsewhere_is_an_identifier_or_waits_for_review(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        @prefix e: <urn:uuid:d8a05156-0580-411c-9ab7-f744f20ca13a#entity/> .
        ex:who a org:Organization ; foaf:name "The organisation in Geneva" ; owl:sameAs e:who , ex:other , e:paho-rrf ;
          skos:exactMatch <https://isni.org/isni/0000000121633745> .
        ex:other a org:Organization ; foaf:name "Other" .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    assert report.ok, report.findings
    accounted(report, path)
    made = called(copy, "The organisation in Geneva")
    assert made != "who"
    assert not said(copy, made, "same_as")
    assert "isni:0000000121633745" in values(copy, made, "identifier")
    waiting = {item.candidates for item in queue(copy) if item.subject == made}
    assert waiting == {("who",), (called(copy, "Other"),)}
    assert any("they are not one" in reason for reason in reasons(report))


def test_a_namesake_of_an_entity_waits_for_review(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        ex:w a org:Organization ; foaf:name "World Health Organization" .
        ex:n a org:Organization ; foaf:name "Nobody's namesake" .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    assert report.ok
    accounted(report, path)
    waiting = {(item.subject, item.candidates) for item in queue(copy)}
    assert waiting == {(next(one.subject for one in copy.scan("identifier", ANY_TIME) if one.value == f"{EX}w"), ("who",))}
    assert not list(copy.scan("same_as", ANY_TIME))


def test_a_certain_identifier_joins(copy: SqliteStore, tmp_path: Path) -> None:
    known = next(one for one in copy.scan("identifier", ANY_TIME) if (one.value or "").startswith("ror:"))
    address = "https://ror.org/" + (known.value or "").removeprefix("ror:")
    path = written(tmp_path, f"""
        <{address}> a org:Organization ; foaf:name "By its own address" .
        ex:x a org:Organization ; foaf:name "By its identifier" ; owl:sameAs <{address}> .
        ex:y a org:Organization ; foaf:name "Its part" ; org:subOrganizationOf ex:x .
        ex:z a foaf:Document ; foaf:name "Of another kind" ; owl:sameAs <{address}> .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    assert report.balanced
    assert values(copy, known.subject, "alias") >= {"By its own address", "By its identifier"}
    assert values(copy, called(copy, "Its part"), "part_of") == {known.subject}
    assert called(copy, "Of another kind") != known.subject
    assert len(said(copy, known.subject, "name")) == 1


def test_a_partner_may_say_a_statement_in_full(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        ex:a a org:Organization ; foaf:name "Ay" . ex:b a org:Organization ; foaf:name "Bee" .
        ex:minutes a foaf:Document ; dcterms:title "Minutes" .
        ex:s1 a rdf:Statement ; rdf:subject ex:a ; rdf:predicate schema:funder ; rdf:object ex:b ; mcm:validFrom "2020" ;
          mcm:confidence "low" ; mcm:locator "p. 3" ; prov:hadPrimarySource ex:minutes .
        [] a rdf:Statement ; rdf:subject ex:a ; rdf:predicate org:linkedTo ; rdf:object ex:b .
        ex:bad1 a rdf:Statement ; rdf:subject ex:a ; rdf:predicate org:linkedTo .
        ex:bad2 a rdf:Statement ; rdf:subject ex:a ; rdf:predicate org:linkedTo ; rdf:object ex:unknown .
        ex:bad3 a rdf:Statement ; rdf:subject ex:a ; rdf:predicate org:linkedTo ; rdf:object ex:b ; mcm:confidence "sure" .
        ex:bad4 a rdf:Statement ; rdf:subject ex:a ; rdf:predicate mcm:founded_in ; rdf:object "long ago" .
        ex:bad5 a rdf:Statement ; rdf:subject ex:a ; rdf:predicate org:linkedTo ; rdf:object ex:b ; mcm:validFrom "1.1.2020" .
        ex:bad6 a rdf:Statement ; rdf:subject ex:a ; rdf:predicate org:linkedTo ; rdf:object ex:minutes .
        ex:not a rdf:Statement ; rdf:subject ex:a ; rdf:predicate ex:likes ; rdf:object ex:b .
        ex:no a rdf:Statement ; rdf:subject ex:a ; rdf:predicate mcm:same_as ; rdf:object ex:b .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    accounted(report, path)
    a, b = called(copy, "Ay"), called(copy, "Bee")
    (funding,) = said(copy, b, "funds")
    assert (funding.object, funding.valid, funding.confidence) == (a, Period("2020"), "low")
    assert (funding.citation.source, funding.citation.locator) == (called(copy, "Minutes"), "p. 3")
    (linked,) = said(copy, a, "related_to")
    assert linked.citation.source == called(copy, "RDF file partner")
    assert not said(copy, a, "same_as")
    assert len(report.findings) == 6
    told = " ".join(map(str, report.findings))
    for words in ("rdf:object", "ex" and "id/unknown", "high, medium or low", "long ago", "1.1.2020", "kind source"):
        assert words in told, words
    assert any("a decision of review is made in the graph itself" in reason for reason in reasons(report))


def test_every_term_that_is_not_read_is_a_reason(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        ex:a a org:Organization, ex:Club ; foaf:name "A" ; ex:colour "blue", "red" ; foaf:mbox <mailto:a@b.example> ;
          org:identifier "123" ; org:memberOf "a club" ; foaf:page <https://a.example> ; schema:location ex:somewhere ;
          org:subOrganizationOf ex:a .
        ex:a org:linkedTo <<( ex:a ex:b ex:c )>> .
        _:x ex:colour "green" . ex:a foaf:mbox <mailto:a@b.example> .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    assert report.ok
    assert report.balanced
    assert reasons(report) == {
        "the class https://partner.example/id/Club is not one that we read": 1,
        "the term 'https://partner.example/id/colour' is not one that we read": 2,
        "the term 'foaf:mbox' is not one that we read": 2,
        "org:identifier gives an identifier without the name of its register": 1,
        "org:memberOf leads to a text instead of an address; nothing is joined by its name": 1,
        "the term foaf:page means url here, which is not said of the kind organisation": 1,
        "it leads to something that neither the file nor the graph describes": 1,
        "it links a thing to itself": 1,
        "it holds a triple in a triple, which is not read": 1,
        "it belongs to a blank node that no entity or statement here uses": 1,
    }


def test_kinds_that_clash_are_rejected_and_countries_are_not_invented(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, """
        ex:both a schema:Product, schema:Event ; foaf:name "Both" .
        <urn:uuid:d8a05156-0580-411c-9ab7-f744f20ca13a#entity/who> a schema:Event ; foaf:name "Who" .
        ex:qq a schema:Country ; foaf:name "Nowhereland" .
        ex:ke a schema:Country ; foaf:name "Kenya" . ex:a a org:Organization ; foaf:name "A body" ; schema:location ex:ke .
        _:ring a org:Organization ; foaf:name "Ring" ; schema:address [ schema:location _:ring ] .
        ex:m a org:Membership ; org:member ex:a ; org:organization ex:net ; org:memberDuring ex:both .
        ex:net a org:OrganizationalCollaboration ; foaf:name "Net" .
        """)  # fmt: skip
    report = load(copy, [path], AT)
    accounted(report, path)
    assert values(copy, called(copy, "A body"), "located_in") == {"KEN"}
    told = " ".join(map(str, report.findings))
    for words in (
        "several kinds: event, product",
        "the graph holds who as organisation",
        "come with the graph",
        "hangs on itself",
    ):
        assert words in told, words


def test_graphs_of_trig_are_part_of_the_place(copy: SqliteStore, tmp_path: Path) -> None:
    path = written(tmp_path, 'ex:g { ex:a a org:Organization ; foaf:name "In a graph" . }', "partner.trig")
    report = load(copy, [path], AT)
    assert report.ok
    (name,) = [one for one in copy.scan("name", ANY_TIME) if one.value == "In a graph"]
    assert name.citation.locator == "https://partner.example/id/a in the graph https://partner.example/id/g"


def test_a_dry_run_writes_nothing_and_a_new_edition_replaces_the_old(copy: SqliteStore, tmp_path: Path) -> None:
    first = written(tmp_path, 'ex:a a org:Organization ; foaf:name "A" ; skos:altLabel "Old" .', "partner-2025-01-01.ttl")
    second = written(tmp_path, 'ex:a a org:Organization ; foaf:name "A" ; skos:altLabel "New" .', "partner-2026-01-01.ttl")
    before = copy.revision()
    tried = load(copy, [first], AT, dry_run=True)
    assert (tried.revision, tried.files[0].added) == (before, 7)
    assert load(copy, [first], AT).files[0].added == 7
    report = load(copy, [second], AT + DAY)
    assert (report.files[0].added, report.files[0].withdrawn, report.files[0].source) == (1, 1, "rdf/partner")
    assert values(copy, called(copy, "A"), "alias") == {"New"}


def test_progress_is_told(copy: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "many.nt"
    path.write_text('<https://a.example/a> <http://xmlns.com/foaf/0.1/name> "A" .\n' * 20_001, encoding="utf-8")
    told: list[tuple[str, int, int | None]] = []
    load(copy, [path], AT, progress=lambda *one: told.append(one))
    assert told == [("many.nt", 20_000, None)]


def test_a_published_shape_file_is_read_to_its_end(copy: SqliteStore, tmp_path: Path) -> None:
    path = SHARED / "vocab" / "org-ep_corporate-bodies.shacl.ttl"
    if not path.is_file():
        pytest.skip("the published vocabularies (../shared/data/vocab) are not here")
    report = load(copy, [path], AT)
    accounted(report, path)
    assert any(reason.startswith("the term 'http://www.w3.org/ns/shacl#") for reason in reasons(report))
