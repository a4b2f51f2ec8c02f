"""Who is meant by an address in a file of RDF: an entity of the graph, one of the file's own, a country, or nobody we know."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from graph.errors import InputError
from graph.model import ANY_TIME, EntityId
from graph.rdf_terms import BASE, WORDS, Terms, checked_base, id_of
from graph.store import Store
from loaders.curated.iso import ALPHA2
from loaders.feed import Book, Known
from loaders.naming import full_key
from loaders.rdf_spool import BLANK, Spool

TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
COUNTRY: Final = "country"
_ALPHA3: Final = {alpha2: alpha3 for alpha3, alpha2 in ALPHA2.items()}
_SLUG = re.compile(r"[^a-z0-9]+")
_CERTAIN: Final = ("ror", "wikidata", "grid", "isni", "doid", "fundref", "iati", "lei")


class Entities:
    """The entities of one file and of the graph, by address."""

    def __init__(self, spool: Spool, known: Known, store: Store, mapping: Terms, book: Book) -> None:
        self._spool, self._known, self._store, self._terms, self._book = spool, known, store, mapping, book
        self.heads: Final = frozenset(spool.having((WORDS + "base",)))
        """The subjects that only head an export."""
        self.bases: Final = self._bases()
        self.kinds: Final[dict[EntityId, str]] = dict(known.kinds)
        """The kind of every entity: the graph's, then the file's."""
        self.own: Final[dict[str, EntityId]] = {}
        """The subjects of the file to which it gives a kind, with their id."""
        self.clashing: Final[dict[str, str]] = {}
        """Subjects that cannot be loaded, and why."""
        self._told_in_full()
        self._typed()

    def _bases(self) -> tuple[str, ...]:
        """Under which addresses the ids of the graph lie: ours, and those that the file declares."""
        found = [BASE]
        for _, sort, end in self._spool.ends(WORDS + "base"):
            try:
                if sort == "text" and len(found) < 20:
                    found.append(checked_base(end))
            except InputError:
                continue
        return tuple(dict.fromkeys(found))

    def id_under_base(self, address: str, sort: str = "entity") -> str | None:
        """The id in an address of an export, None where it is none."""
        try:
            found = (id_of(base, sort, address) for base in self.bases)
            return next((id for id in found if id is not None), None)
        except UnicodeDecodeError:
            return None

    def _told_in_full(self) -> None:
        """The kinds that statement nodes state."""
        for node, sort, end in self._spool.ends(RDF + "predicate"):
            if sort == "address" and end == WORDS + "kind":
                said = {row.term: row for row in self._spool.rows(node)}
                subject, kind = said.get(RDF + "subject"), said.get(RDF + "object")
                id = self.id_under_base(subject.end) if subject and subject.sort == "address" else None
                if id is not None and kind is not None:
                    self.kinds.setdefault(id, kind.end)

    def _typed(self) -> None:
        """The subjects to which the file gives one of our kinds."""
        for subject, classes in self._classes():
            told = {self._terms.kinds[one] for one in classes if one in self._terms.kinds}
            own = {self._terms.kinds[one] for one in classes if one.startswith(WORDS) and one in self._terms.kinds}
            kinds = own or (told - set(self._terms.general) if len(told) > 1 else told) or told
            if not kinds:
                continue
            if len(kinds) > 1:
                self.clashing[subject] = f"it is said to be of several kinds: {', '.join(sorted(kinds))}"
                continue
            self._take(subject, next(iter(kinds)))

    def _classes(self) -> Iterator[tuple[str, list[str]]]:
        held: list[str] = []
        last = ""
        for subject, sort, end in self._spool.ends(TYPE):
            if subject != last and held:
                yield last, held
                held = []
            last = subject
            if sort == "address" and subject not in self.heads:
                held.append(self._terms.full(end))
        if held:
            yield last, held

    def _take(self, subject: str, kind: str) -> None:
        id = self._id(subject, kind)
        if kind == COUNTRY and (id is None or self.kinds.get(id) != COUNTRY):
            self.clashing[subject] = "countries, areas and territories come with the graph; it holds none of this code or name"
        elif id is None:
            return
        elif self.kinds.setdefault(id, kind) != kind:
            self.clashing[subject] = f"the graph holds {id} as {self.kinds[id]}, the file as {kind}"
        else:
            self.own[subject] = id

    def _id(self, subject: str, kind: str) -> EntityId | None:
        if subject.startswith(BLANK):
            digest = self._spool.digest(subject)
            if digest is None:
                self.clashing[subject] = "a blank node that hangs on itself has no name of its own"
                return None
            return f"rdf:blank-{digest}"
        if (own := self.id_under_base(subject)) is not None:
            return own
        if kind == COUNTRY:
            return self.country_at(subject) or self._country_told(subject)
        held = self._identified(subject, kind)
        return held or self._named(subject)

    def _identified(self, subject: str, kind: str) -> EntityId | None:
        """The entity of the graph with one of the certain identifiers that a subject has."""
        keys = [subject.lower(), self.register_key(subject).lower()]
        for row in self._spool.rows(subject):
            if (word := self._terms.predicates.get(row.term)) is not None and word.word == "identifier":
                key = self.register_key(row.end) or row.end
                if key.partition(":")[0] in _CERTAIN:
                    keys.append(key.lower())
        found = {self._known.identified[key] for key in keys if key in self._known.identified}
        found = {id for id in found if self._known.kinds.get(id) == kind}
        if len(found) > 1:
            what = f"its identifiers are those of several entities ({', '.join(sorted(found))}); it is joined with none"
            self._book.note(0, "", subject, what)
        return next(iter(found)) if len(found) == 1 else None

    def _named(self, address: str) -> EntityId:
        """The id of an address that is nobody's in the graph: a register's own, else one made of the address."""
        key = self.register_key(address)
        if key and len(key) <= 200:
            return key
        last = re.split(r"[/#:]", address.rstrip("/#"))[-1]
        slug = _SLUG.sub("-", last.lower().encode("ascii", "ignore").decode()).strip("-")[:40].strip("-")
        digest = hashlib.blake2b(address.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return f"rdf:{slug}-{digest}" if slug else f"rdf:{digest}"

    def register_key(self, address: str) -> str:
        """What a register calls the thing at an address (``ror:…``), ``""`` where it is no register's."""
        for start, scheme in self._terms.registers.items():
            if address.startswith(start) and (rest := address[len(start) :].strip("/")):
                return f"{scheme}:{rest}"
        return ""

    # --- who an end is -----------------------------------------------------------------------------------------------------
    def entity(self, address: str) -> EntityId | None:
        """The entity that an address or a blank node stands for, None where neither the file nor the graph describes one."""
        if address in self.own:
            return self.own[address]
        if address in self.clashing or address.startswith(BLANK):
            return None
        if (own := self.id_under_base(address)) is not None:
            return own if own in self.kinds else None
        if (country := self.country_at(address)) is not None:
            return country
        key = self.register_key(address)
        for one in (address.lower(), key.lower()):
            if one and one in self._known.identified:
                return self._known.identified[one]
        named = self._named(address)
        return named if named in self.kinds else None

    def country_at(self, address: str) -> EntityId | None:
        """The country, area or territory of an address that ends in its code."""
        for start in self._terms.countries:
            if address.startswith(start):
                return self._coded(address[len(start) :])
        return None

    def country(self, text: str) -> EntityId | None:
        """The country, area or territory of a code or a name, None where there is not exactly one."""
        return self._coded(text) or self._countries.get(full_key(text))

    def _country_told(self, subject: str) -> EntityId | None:
        for row in self._spool.rows(subject):
            word = self._terms.predicates.get(row.term)
            is_name = row.sort == "text" and word is not None and word.word in ("identifier", "name")
            if is_name and (found := self.country(row.end)) is not None:
                return found
        return None

    def _coded(self, text: str) -> EntityId | None:
        code = text.strip().upper()
        code = _ALPHA3.get(code, code)
        return code if self._known.kinds.get(code) == COUNTRY else None

    @cached_property
    def _countries(self) -> dict[str, EntityId]:
        found: defaultdict[str, set[EntityId]] = defaultdict(set)
        for predicate in ("name", "alias"):
            for one in self._store.scan(predicate, ANY_TIME):
                if self._known.kinds.get(one.subject) == COUNTRY:
                    found[full_key(one.value or "")].add(one.subject)
        return {key: next(iter(held)) for key, held in found.items() if key and len(held) == 1}
