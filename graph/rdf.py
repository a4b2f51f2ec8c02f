"""Statements as RDF: Turtle, TriG, JSON-LD, RDF/XML, N-Triples, N-Quads, written in a stream.

Every statement is an ``rdf:Statement`` of its own that says all of it: who said it, where, when it was so, when it was known.
What holds on the day asked for is said again as a plain triple, in the standard vocabulary where one has the word, for readers
who know nothing of us. ``loaders.rdf`` reads it back; ``docs/rdf.md`` explains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.errors import InputError
from graph.export import Line, export_lines
from graph.model import AsOf, Period, today
from graph.rdf_terms import (
    BASE,
    ESCAPED,
    QUALIFIERS,
    WORDS,
    Terms,
    checked_base,
    date_type,
    entity_address,
    escaped,
    own_kind,
    qualifier_term,
    statement_address,
    terms,
)
from graph.store import Store
from graph.vocabulary import nearest
from graph.whole_file import whole

if TYPE_CHECKING:
    import pyoxigraph as ox
    import rdflib

FORMATS: Final = {
    ".ttl": "TURTLE",
    ".turtle": "TURTLE",
    ".trig": "TRIG",
    ".jsonld": "JSON_LD",
    ".json": "JSON_LD",
    ".rdf": "RDF_XML",
    ".xml": "RDF_XML",
    ".owl": "RDF_XML",
    ".nt": "N_TRIPLES",
    ".nq": "N_QUADS",
}
"""The ending of a file's name and its format."""
_DATASETS: Final = frozenset({"TRIG", "JSON_LD", "N_QUADS"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20\x7f-\uffff]+")


def format_of(path: Path) -> str:
    """The format that the name of a file tells; raises ``InputError`` that lists them."""
    ending = path.suffix.lower()
    if ending not in FORMATS:
        near = nearest(ending, FORMATS)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        raise InputError(f"{path.name!r} does not end as a file of RDF does: {', '.join(FORMATS)}.{hint}")
    return FORMATS[ending]


def write_rdf(store: Store, path: Path, when: AsOf, ever: bool = False, base: str = BASE) -> int:
    """Write what ``graph.export.export_lines`` gives to a file, in whole or not at all, and return how many statements.

    ``base``: under which addresses entities and statements lie. Two exports of one revision, on one day, are the same byte by
    byte. Raises ``InputError`` for the name of the file or the base, ``OSError`` where it cannot be written.
    """
    import pyoxigraph as ox

    name = format_of(path)
    saying = Saying(store, when, checked_base(base))
    counted: list[int] = [0]
    triples = saying.triples(export_lines(store, when, ever), counted)
    quads = (ox.Quad(*triple) for triple in triples)
    with whole(path) as target, target.open("wb") as file:
        ox.serialize(quads if name in _DATASETS else triples, file, getattr(ox.RdfFormat, name), prefixes=saying.prefixes)
    return counted[0]


def as_rdflib(store: Store, when: AsOf, base: str = BASE) -> rdflib.Graph:
    """The statements as a graph of rdflib, in memory: for SPARQL in a notebook, and for tools that take one."""
    import rdflib

    saying = Saying(store, when, checked_base(base))
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in saying.prefixes.items():
        graph.bind(prefix, namespace)
    for triple in saying.triples(export_lines(store, when), [0]):
        graph.add((_of_rdflib(triple.subject), _of_rdflib(triple.predicate), _of_rdflib(triple.object)))
    return graph


def _of_rdflib(term: object) -> rdflib.term.Identifier:
    import pyoxigraph as ox
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    assert isinstance(term, ox.Literal)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    return rdflib.Literal(term.value, datatype=None if plain else rdflib.URIRef(term.datatype.value), normalize=False)


class Saying:
    """Says statements as triples, in the order in which they come."""

    def __init__(self, store: Store, when: AsOf, base: str, mapping: Terms | None = None) -> None:
        import pyoxigraph as ox

        self._ox = ox
        self._terms = mapping or terms()
        self._base = base
        self._day = when.valid or today()
        self._now = AsOf(self._day)
        self._kinds = {one.subject: one.value or "" for one in store.scan("kind", AsOf(None, when.known))}
        space = self._terms.namespaces
        used = {prefix: space[prefix] for prefix in ("rdf", "rdfs", "xsd", "org", "skos", "foaf", "dcat", "prov")}
        self.prefixes: Final = used | {"mcm": WORDS, "q": QUALIFIERS, "e": f"{base}entity/", "s": f"{base}statement/"}
        self._addresses: dict[str, ox.NamedNode] = {}

    def triples(self, lines: Iterable[Line], counted: list[int]) -> Iterator[ox.Triple]:
        """The triples of an export; ``counted[0]`` counts the lines."""
        yield from self._head()
        for line in lines:
            counted[0] += 1
            holds = line["known_to"] is None and self._now.shows(Period(line["valid_from"] or "", line["valid_to"] or ""))
            if holds:
                yield from self._plain(line)
            yield from self._in_full(line, holds)

    def _head(self) -> Iterator[ox.Triple]:
        yield self._say(self._base, "rdf:type", self._node(self._full("dcat:Dataset")))
        yield self._say(self._base, "mcm:base", self._text(self._base))
        yield self._say(self._base, "mcm:plainAsOf", self._date(self._day))

    def _plain(self, line: Line) -> Iterator[ox.Triple]:
        """What the statement says, without when and who."""
        subject, word = line["subject"], line["predicate"]
        start, kind = self._entity(subject), self._kinds.get(subject, "")
        if line.get("object") is not None:
            standard = self._terms.standard(word, kind, self._kinds.get(line["object"], ""))
            yield self._ox.Triple(start, self._node(standard or WORDS + word), self._entity(line["object"]))
            return
        value = line["value"]
        if word == "kind":
            for address in filter(None, (own_kind(value), self._terms.written_kinds.get(value))):
                yield self._ox.Triple(start, self._node(self._full("rdf:type")), self._node(address))
            return
        term = self._node(self._terms.standard(word, kind) or WORDS + word)
        if word in ("homepage", "url") and _ADDRESS.fullmatch(value):
            yield self._ox.Triple(start, term, self._node(value, keep=False))
        elif word == "founded_in":
            yield self._ox.Triple(start, term, self._date(value))
        else:
            yield self._ox.Triple(start, term, self._text(value, line["qualifiers"].get("lang", "")))

    def _in_full(self, line: Line, holds: bool) -> Iterator[ox.Triple]:
        """All of a statement; one that is no longer known has an address of its own for each time that it was."""
        closed = f"/until/{line['known_to']}" if line["known_to"] else ""
        node = statement_address(self._base, line["id"] + closed)
        subject = self._entity(line["subject"])
        if line.get("object") is not None:
            end: ox.NamedNode | ox.Literal = self._entity(line["object"])
        else:
            end = self._text(line["value"])
        yield self._say(node, "rdf:type", self._node(self._full("rdf:Statement")))
        yield self._say(node, "rdf:subject", subject)
        yield self._say(node, "rdf:predicate", self._node(WORDS + line["predicate"]))
        yield self._say(node, "rdf:object", end)
        for said in self._terms.nodes:
            kinds = (self._kinds.get(line["subject"], ""), self._kinds.get(line.get("object") or "", ""))
            if holds and said.word == line["predicate"] and self._terms.standard(said.word, *kinds):
                yield self._say(node, "rdf:type", self._node(said.type))
                yield self._say(node, said.subject, subject)
                yield self._say(node, said.object, end)
        for part, date in (("mcm:validFrom", line["valid_from"]), ("mcm:validTo", line["valid_to"])):
            if date:
                yield self._say(node, part, self._date(date))
        yield self._say(node, "prov:hadPrimarySource", self._entity(line["source"]))
        for part, text in (
            ("mcm:locator", line["locator"]),
            ("mcm:citedAt", line["url"]),
            ("mcm:quotation", line["quotation"]),
            ("mcm:confidence", line["confidence"]),
            ("mcm:release", line["release"]),
        ):
            if text:
                yield self._say(node, part, self._text(text))
        for name, text in sorted(line["qualifiers"].items()):
            yield self._say(node, qualifier_term(name), self._text(text))
        for origin in line["origins"]:
            yield self._say(node, "mcm:loadedFrom", self._text(origin))
        yield self._say(node, "prov:generatedAtTime", self._moment(line["known_from"]))
        if line["known_to"]:
            yield self._say(node, "prov:invalidatedAtTime", self._moment(line["known_to"]))

    # --- terms -------------------------------------------------------------------------------------------------------------
    def _say(self, node: str, term: str, end: ox.NamedNode | ox.Literal) -> ox.Triple:
        return self._ox.Triple(self._node(node, keep=False), self._node(self._full(term)), end)

    def _full(self, short: str) -> str:
        prefix, _, name = short.partition(":")
        return self.prefixes[prefix] + name if prefix in self.prefixes else short

    def _node(self, address: str, keep: bool = True) -> ox.NamedNode:
        held = self._addresses.get(address)
        if held is None:
            held = self._ox.NamedNode(address)
            if keep:
                self._addresses[address] = held
        return held

    def _entity(self, id: str) -> ox.NamedNode:
        return self._node(entity_address(self._base, id), keep=False)

    def _text(self, text: str, language: str = "") -> ox.Literal:
        if (written := escaped(text)) is not None:
            return self._ox.Literal(written, datatype=self._node(ESCAPED))
        return self._ox.Literal(text, language=language if _LANGUAGE.fullmatch(language) else None)

    def _date(self, date: str) -> ox.Literal:
        return self._ox.Literal(date, datatype=self._node(date_type(date)))

    def _moment(self, moment: str) -> ox.Literal:
        return self._ox.Literal(moment, datatype=self._node(self._full("xsd:dateTime")))
