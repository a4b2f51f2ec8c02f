"""The words of the graph in RDF: one mapping, ``rdf_terms.yaml``, for the export and for the loader.

Our own words have an address too: ``urn:uuid:`` names need nobody's domain and can be handed out by anybody, so this namespace
is ours for good. Entities and statements lie under a base that an installation may choose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, unquote

import yaml

from graph.errors import InputError
from graph.vocabulary import vocabulary

WORDS: Final = "urn:uuid:a874c340-7d72-40f7-9c6d-9372fbf13797#"
"""The namespace of our own words: kinds (``ProductClass``), predicates (``member_of``), parts of statements (``validFrom``)."""
QUALIFIERS: Final = WORDS + "qualifier/"
"""The namespace of qualifiers: what stands behind it is the name of one, as ``qualifier_term`` writes it."""
BASE: Final = "urn:uuid:d8a05156-0580-411c-9ab7-f744f20ca13a#"
"""Under which entities and statements lie, where an installation chooses no base of its own."""
ESCAPED: Final = WORDS + "escaped"
"""The datatype of a text with characters that XML cannot hold: it is written as the inside of a JSON string."""
PARTS: Final = (
    "validFrom", "validTo", "locator", "citedAt", "quotation", "confidence", "release", "loadedFrom", "base", "plainAsOf",
)  # fmt: skip
"""Our own words for the parts of a statement, and of the head of an export."""

_TYPED: Final = {4: "gYear", 7: "gYearMonth", 10: "date"}
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_ODD = re.compile(r"_(?=x[0-9a-f]*_)|[^A-Za-z0-9_-]|^(?![A-Za-z_])")
_CODED = re.compile(r"_x([0-9a-f]{0,6})_")
_BASE = re.compile(r"(?:https?://[^\s<>\"{}|\\^`#?]+/|[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]*[#/:])")
_SAFE: Final = "-._~:@!$&'()*+,;="


@dataclass(frozen=True, slots=True)
class Term:
    """One of our words as others say it: its name, and whether the term is said from the other end."""

    word: str
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A class whose things say a link in full: addresses of the class, of its two ends, of the role and of the interval."""

    word: str
    type: str
    subject: str
    object: str
    role: str
    during: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The mapping, with addresses in full. ``written``: word to term; ``between``: kinds of the two ends where it holds."""

    namespaces: Mapping[str, str]
    aliases: Mapping[str, str]
    written: Mapping[str, str]
    between: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    written_kinds: Mapping[str, str]
    predicates: Mapping[str, Term]
    kinds: Mapping[str, str]
    general: tuple[str, ...]
    subtypes: Mapping[str, str]
    nodes: tuple[Node, ...]
    same: frozenset[str]
    parts: Mapping[str, tuple[str, ...]]
    countries: tuple[str, ...]
    registers: Mapping[str, str]
    contexts: Mapping[str, Mapping[str, Any]]

    def standard(self, word: str, subject: str, other: str = "") -> str:
        """The standard term for a word between entities of these kinds, ``""`` where there is none."""
        ends = self.between.get(word)
        if ends is not None and not (subject in ends[0] and other in ends[1]):
            return ""
        return self.written.get(word, "")

    def full(self, address: str) -> str:
        """An address in the namespace that we know it under."""
        for alias, namespace in self.aliases.items():
            if address.startswith(alias):
                return namespace + address[len(alias) :]
        return address

    def short(self, address: str) -> str:
        """An address as a person reads it: ``org:memberOf``, ``mcm:funds``, else the address itself."""
        for prefix, namespace in (("mcm", WORDS), *self.namespaces.items()):
            if address.startswith(namespace) and len(address) > len(namespace):
                return f"{prefix}:{address[len(namespace) :]}"
        return address


@cache
def terms() -> Terms:
    """The mapping that ships with mcmgraph; read once."""
    text = resources.files("graph").joinpath("rdf_terms.yaml").read_text(encoding="utf-8")
    return parse(yaml.safe_load(text))


def parse(raw: Mapping[str, Any]) -> Terms:
    """Build the mapping from its parsed YAML; raises ``ValueError`` where it names a word or a namespace that is not there."""
    namespaces: dict[str, str] = raw["namespaces"]

    def full(short: str) -> str:
        prefix, colon, name = short.partition(":")
        if not colon or prefix not in namespaces:
            raise ValueError(f"{short!r} is not a term in one of the namespaces")
        return namespaces[prefix] + name

    words = vocabulary()
    kinds = {own_kind(kind): kind for kind in words.kinds}
    predicates = {WORDS + word: Term(word) for word in words.predicates}
    written: dict[str, str] = {}
    for kind, said in raw["kinds"].items():
        words.kind(kind)
        for term in (*([said["writes"]] if "writes" in said else []), *said.get("reads", ())):
            kinds[full(term)] = kind
    for word, said in (*raw["links"].items(), *raw["literals"].items()):
        if words.predicate(word).is_link != (word in raw["links"]):
            raise ValueError(f"{word} is no {'link' if word in raw['links'] else 'literal'}")
        if "writes" in said:
            written[word] = full(said["writes"])
        for term in (*([said["writes"]] if "writes" in said else []), *said.get("reads", ())):
            if (address := full(term.removeprefix("^"))) in predicates:
                raise ValueError(f"{term} stands for two words")
            predicates[address] = Term(word, term.startswith("^"))
    return Terms(
        MappingProxyType(namespaces),
        MappingProxyType({alias: namespaces[prefix] for alias, prefix in raw["aliases"].items()}),
        MappingProxyType(written),
        MappingProxyType(
            {word: (frozenset(said["between"][0]), frozenset(said["between"][1])) for word, said in raw["links"].items()
             if "between" in said}
        ),
        MappingProxyType({kind: full(said["writes"]) for kind, said in raw["kinds"].items() if "writes" in said}),
        MappingProxyType(predicates),
        MappingProxyType(kinds),
        tuple(raw["general"]),
        MappingProxyType({full(term): subtype for term, subtype in raw["subtypes"].items()}),
        tuple(
            Node(word, *(full(said["node"][part]) for part in ("class", "subject", "object", "role", "during")))
            for word, said in raw["links"].items() if "node" in said
        ),
        frozenset(full(term) for term in raw["same"]),
        MappingProxyType({part: tuple(map(full, listed)) for part, listed in raw["parts"].items()}),
        tuple(raw["countries"]),
        MappingProxyType(raw["registers"]),
        MappingProxyType(raw["contexts"]),
    )  # fmt: skip


# --- addresses of our own ----------------------------------------------------------------------------------------------------
def checked_base(base: str) -> str:
    """A base for the addresses of entities and statements, as it was given; raises ``InputError`` where it cannot be one."""
    if not base.isascii() or len(base) > 200 or not _BASE.fullmatch(base):
        raise InputError(f"{base!r} is no base. Give an address that ends in '/', e.g. https://graph.example.org/id/.")
    return base


def own_kind(kind: str) -> str:
    """The address of a kind.

    >>> own_kind("product_class").removeprefix(WORDS)
    'ProductClass'
    """
    return WORDS + "".join(part.capitalize() for part in kind.split("_"))


def entity_address(base: str, id: str) -> str:
    """The address of an entity; everything that an address may not hold is percent-encoded.

    >>> entity_address("https://example.org/", "ror:01 é")
    'https://example.org/entity/ror:01%20%C3%A9'
    """
    return f"{base}entity/{quote(id, safe=_SAFE)}"


def statement_address(base: str, id: str) -> str:
    """The address of a statement."""
    return f"{base}statement/{id}"


def id_of(base: str, sort: str, address: str) -> str | None:
    """What stands in an address behind the base and ``entity/`` or ``statement/``, None where it does not begin so."""
    start = f"{base}{sort}/"
    return unquote(address[len(start) :], errors="strict") if address.startswith(start) else None


def qualifier_term(name: str) -> str:
    """The address of a qualifier, whatever its name: what XML allows in no name is written as ``_x`` code point ``_``.

    >>> qualifier_term("as given").removeprefix(QUALIFIERS)
    'as_x20_given'
    """
    coded = _ODD.sub(lambda found: f"_x{ord(found[0]):x}_" if found[0] else "_x_", name)
    return QUALIFIERS + coded


def qualifier_of(term: str) -> str | None:
    """The name of a qualifier from its address, None where it is none.

    >>> [qualifier_of(qualifier_term(name)) for name in ("status", "_x20_", "", "9 ü")]
    ['status', '_x20_', '', '9 ü']
    """
    if not term.startswith(QUALIFIERS):
        return None
    try:
        return _CODED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", term[len(QUALIFIERS) :])
    except (ValueError, OverflowError):
        return None


def date_type(date: str) -> str:
    """The datatype of a partial date.

    >>> date_type("2024-02").rpartition("#")[2]
    'gYearMonth'
    """
    return f"http://www.w3.org/2001/XMLSchema#{_TYPED[len(date)]}"


def escaped(text: str) -> str | None:
    """A text as the inside of a JSON string where XML could not hold it, else None."""
    return json.dumps(text)[1:-1] if _NOT_IN_XML.search(text) else None


def unescaped(text: str) -> str:
    """The text that ``escaped`` wrote; raises ``ValueError``."""
    read = json.loads(f'"{text}"')
    assert isinstance(read, str)
    return read
