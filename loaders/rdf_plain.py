"""Plain triples: each that is said in a word that we read becomes a statement of the file about its subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from graph.errors import BadStatement, UnknownWord
from graph.model import Citation, EntityId, Statement
from graph.rdf_terms import Term, Terms
from graph.vocabulary import vocabulary
from loaders.ledger import shown
from loaders.naming import tidy
from loaders.rdf_contexts import UNDEFINED
from loaders.rdf_entities import TYPE
from loaders.rdf_nodes import Given, NotRead, date_of, ignore, inside, plain_text, reject
from loaders.rdf_spool import BLANK, Row
from loaders.resolution import Option
from loaders.sayings import LONGEST, BadValue, Part, Sayings, text_of
from loaders.waiting import Waiting

_LONGEST_TEXT: Final = 10_000
_LONG: Final = frozenset({"description", "note", "claim", "not_to_confuse_with"})
_IN_A_LANGUAGE: Final = frozenset({"name", "alias", "description", "note"})
_NOT_PLAIN: Final = frozenset({"kind", "decision", "proposal"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WEB: Final = ("http://", "https://")
_MOST_NOTES: Final = 100


class Plain:
    """Reads them, subject by subject, each triple as a part of its own."""

    def __init__(self, given: Given, waiting: Waiting) -> None:
        self.given, self.waiting = given, waiting
        self._spool, self._entities, self._book = given.spool, given.entities, given.book
        self._dangling = 0

    def parts(self) -> Iterator[Part]:
        """The subjects of the file's own, then those that the graph knows."""
        for subject, own in sorted(self._entities.own.items()):
            if self._spool.take(subject):
                yield from _About(self, subject, own).parts()
        for subject in self._spool.undone():
            head, wrong = subject in self._entities.heads, self._entities.clashing.get(subject)
            id = None if head or wrong else self._entities.entity(subject)
            if (head or wrong or id) and not self._spool.take(subject):
                continue  # it was told with what it hangs on
            if head:
                ignore(self._book, self._spool.rows(subject), "the head of an export, which states nothing about an entity")
            elif wrong:
                for row in self._spool.rows(subject):
                    reject(self._book, [row], BadValue("rdf:type", subject[-80:], wrong))
            elif id:
                yield from _About(self, subject, id).parts()
        if self._dangling:
            what = "links lead to something that neither the file nor the graph describes; they were left out"
            self._book.note(0, "", f"{self._dangling:,}", what)

    def dangles(self, row: Row, term: str) -> None:
        """Count a link that leads nowhere; the first are named."""
        self._dangling += 1
        if self._dangling <= _MOST_NOTES:
            self._book.note(row.number, term, row.end[-120:], "neither the file nor the graph describes it; left out")


class _About:
    """What the file says about one subject."""

    def __init__(self, plain: Plain, subject: str, id: EntityId) -> None:
        self._plain, self._subject, self._id = plain, subject, id
        given = plain.given
        self._spool, self._entities, self._known = given.spool, given.entities, given.known
        self._cited, self._book, self._terms = given.cited, given.book, given.terms
        self._rows = self._spool.rows(subject)
        self._kind = self._entities.kinds.get(id, "")
        self._named = ""
        self._used: list[Row] = []
        """What hangs on the triple that is being read, and is told with it."""

    def parts(self) -> Iterator[Part]:
        """One part a triple, but for its classes, which are one; the entity's own address is part of none."""
        new = self._id not in self._known.kinds and self._subject in self._entities.own
        if new and not self._spool.is_said(self._id, "kind", self._kind):
            yield self._classed()
            if not self._subject.startswith(BLANK) and self._entities.id_under_base(self._subject) is None:
                yield 0, self._made(self._rows[0], "identifier", self._subject)
            self._named = self._name_row()
            if self._named and self._kind != "source":
                cited = self._citation(self._rows[0])
                yield 0, list(self._known.joining.namesakes(cited, self._id, self._kind, tidy(self._named), ""))
        else:
            yield from self._classes_told()
        last = None
        for row in self._rows:
            if row.term == TYPE:
                continue
            same = (row.term, row.sort, row.end, row.language, row.type, row.graph)
            if same == last:
                self._book.ignore("the same triple stands there already")
                continue
            last = same
            self._used.clear()
            try:
                made = self._row(row)
            except NotRead as error:
                ignore(self._book, [row, *self._used], str(error))
            except BadValue as error:
                reject(self._book, [row, *self._used], error)
            else:
                yield 1 + len(self._used), made

    # --- classes -----------------------------------------------------------------------------------------------------------
    def _classed(self) -> Part:
        """The kind of an entity that the graph does not hold yet, and what its classes tell besides."""
        told = [row for row in self._types() if self._terms.kinds.get(self._terms.full(row.end)) is not None]
        made = self._made(told[0], "kind", self._kind)
        subtypes = {self._terms.subtypes.get(self._terms.full(row.end), "") for row in told} - {""}
        if len(subtypes) == 1:
            made += self._made(told[0], "subtype", next(iter(subtypes)))
        return len(told), made

    def _classes_told(self) -> Iterator[Part]:
        for row in self._types():
            kind = self._terms.kinds.get(self._terms.full(row.end))
            if kind is not None:
                if self._spool.is_said(self._id, "kind", kind):
                    self._book.ignore("it repeats what is said in full")
                else:
                    yield 1, []  # the graph knows

    def _types(self) -> list[Row]:
        """The classes of the subject; those that we do not read are counted on the way."""
        read = []
        for row in self._rows:
            if row.term == TYPE:
                if row.sort == "address" and self._terms.full(row.end) in self._terms.kinds:
                    read.append(row)
                else:
                    self._book.ignore(unread_class(row.end, self._terms))
        return read

    def _name_row(self) -> str:
        """The text that is the entity's name: of the first term that names it, in no language or English before others."""
        order = {term: number for number, (term, word) in enumerate(self._terms.predicates.items()) if word.word == "name"}
        found = [
            (order[row.term], row.language not in ("", "en"), row.language, row.end)
            for row in self._rows
            if row.term in order and row.sort == "text"
        ]
        return min(found)[3] if found else ""

    # --- one triple ----------------------------------------------------------------------------------------------------------
    def _row(self, row: Row) -> list[Statement]:
        term = self._terms.predicates.get(row.term)
        short = _plain(self._terms.short(row.term))
        if term is None or term.word in _NOT_PLAIN:
            raise NotRead(f"the term {short} says nothing here")
        if row.term in self._terms.same and row.sort != "text":
            return self._same(row, short)
        if vocabulary().predicate(term.word).is_link:
            return self._link(row, term, short)
        return self._literal(row, term.word, short)

    def _literal(self, row: Row, word: str, short: str) -> list[Statement]:
        if word == "homepage" and self._kind == "source":
            word = "url"
        if word == "identifier":
            value = self._identifier(row, short)
        elif vocabulary().predicate(word).type == "url" and row.sort == "address":
            value = row.end
        elif vocabulary().predicate(word).type == "date":
            value = date_of(plain_text(row, short, LONGEST), short)
        else:
            value = plain_text(row, short, _LONGEST_TEXT if word in _LONG else LONGEST)
        if self._spool.is_said(self._id, word, value):
            raise NotRead("it repeats what is said in full")
        value = text_of(value, short, _LONGEST_TEXT if word in _LONG else LONGEST)
        if not value:
            raise BadValue(short, "", "it is empty")
        if word == "name" and row.end != self._named:
            word = "alias"
        elif word == "alias" and row.end == self._named:
            word = "name"
        return self._made(row, word, value)

    def _made(self, row: Row, word: str, value: str) -> list[Statement]:
        say = Sayings(self._citation(row), self._cited.release)
        said = word in _IN_A_LANGUAGE and _LANGUAGE.fullmatch(row.language)
        say.value(self._id, word, value, **({"lang": row.language} if said else {}))
        return self._fitting(say, row)

    def _link(self, row: Row, term: Term, short: str) -> list[Statement]:
        other = self._place(row) if term.word == "located_in" else None
        if other is None and row.sort == "text":
            raise NotRead(f"{short} leads to a text instead of an address; nothing is joined by its name")
        other = other or self._entities.entity(row.end)
        if other is None:
            self._plain.dangles(row, short)
            raise NotRead("it leads to something that neither the file nor the graph describes")
        subject, target = (other, self._id) if term.backwards else (self._id, other)
        if subject == target:
            raise NotRead("it links a thing to itself")
        if self._spool.is_said(subject, term.word, target):
            raise NotRead("it repeats what is said in full")
        if term.word == "enrolled_in":
            raise NotRead("mcm:enrolled_in needs a status, which only a statement in full has")
        say = Sayings(self._citation(row), self._cited.release)
        say.link(subject, term.word, target)
        return self._fitting(say, row)

    def _fitting(self, say: Sayings, row: Row) -> list[Statement]:
        """What is said, if our word goes between these kinds."""
        for made in say.made:
            try:
                vocabulary().check(made, self._entities.kinds)
            except (BadStatement, UnknownWord):
                kinds = [self._entities.kinds.get(end) for end in (made.subject, made.object) if end]
                ends = " and ".join(f"the kind {kind}" for kind in kinds)
                short = _plain(self._terms.short(row.term))
                raise NotRead(f"the term {short} means {made.predicate} here, which is not said of {ends}") from None
        return say.made

    def _place(self, row: Row) -> EntityId | None:
        """The country, area or territory that a place, an address or a text tells."""
        if row.sort == "text":
            return self._entities.country(row.end)
        if (own := self._entities.entity(row.end)) is not None:
            return own
        for one in inside(self._plain.given, [row], "country", self._used):
            found = self._entities.country(one.end) if one.sort == "text" else self._entities.entity(one.end)
            if found is not None:
                return found
        return None

    # --- who is who --------------------------------------------------------------------------------------------------------
    def _identifier(self, row: Row, short: str) -> str:
        """An identifier with the register that it is of."""
        if row.sort == "address" and not self._spool.rows(row.end):
            return self._entities.register_key(row.end) or row.end
        scheme, told = "", [row]
        if row.sort != "text":
            told = inside(self._plain.given, [row], "scheme", self._used)
            scheme = next((one.end for one in told if one.sort == "text"), "")
            told = inside(self._plain.given, [row], "identifier", self._used)
        value = next((one.end.strip() for one in told if one.sort == "text"), "")
        kind = told[0].type if told else ""
        value = self._entities.register_key(value) or value
        if vocabulary_takes("identifier", value):
            return value
        if row.term.endswith("leiCode"):
            scheme = "lei"
        if not scheme and kind and not kind.startswith("http://www.w3.org/"):
            scheme = re.split(r"[/#:]", kind)[-1]
        if scheme and _SCHEME.fullmatch(scheme) and value and not re.search(r"\s", value):
            return f"{scheme.lower()}:{value}"
        raise NotRead(f"{short} gives an identifier without the name of its register")

    def _same(self, row: Row, short: str) -> list[Statement]:
        """The same thing elsewhere: an entity waits for a person, an address is an identifier."""
        other = self._entities.entity(row.end)
        if other is None or other == self._id:
            value = self._entities.register_key(row.end) or row.end
            if not value.startswith(BLANK):
                return self._made(row, "identifier", value)
            raise NotRead(f"{short} leads to a blank node")
        if self._entities.kinds.get(other) != self._kind:
            raise NotRead(f"{short} leads from a {self._kind} to a {self._entities.kinds.get(other)}: they are not one")
        option = Option(other, other, self._kind, (), 100.0, f"The file says {short}.")
        made = self._plain.waiting.same(self._citation(row), self._id, self._named or self._id, f"{short} {row.end}", [option])
        if made.statement is None:
            raise NotRead(made.ignored)
        self._book.note(row.number, short, row.end[-120:], "it says that two entities are one; it waits for review")
        return [made.statement]

    def _citation(self, row: Row) -> Citation:
        address = self._subject
        place = self._id if address.startswith(BLANK) else address
        graph = f" in the graph {row.graph}" if row.graph and not row.graph.startswith(BLANK) else ""
        url = address if address.startswith(_WEB) else ""
        return self._cited.cite(f"{place}{graph}", url)


def vocabulary_takes(word: str, value: str) -> bool:
    """Whether a text is a value that a word takes."""
    try:
        vocabulary().check_value(vocabulary().predicate(word), value)
    except (BadStatement, UnknownWord):
        return False
    return True


def unread_class(address: str, mapping: Terms) -> str:
    """The reason why a class is ignored."""
    if address.startswith(UNDEFINED):
        return f"the class {shown(address[len(UNDEFINED) :])} has no meaning in its @context"
    return f"the class {_plain(mapping.short(address))} is not one that we read"


def _plain(text: str) -> str:
    return text[:200] if text.isprintable() else ascii(text[:200])
