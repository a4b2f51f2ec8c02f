"""Things that say a statement in full: ``rdf:Statement`` with its parts, as the export writes it, and ``org:Membership``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from graph.errors import BadDate, InputError
from graph.model import Citation, EntityId, Period, Statement, days_of
from graph.rdf_terms import ESCAPED, WORDS, Node, Terms, qualifier_of, unescaped
from graph.vocabulary import vocabulary
from loaders.feed import Book, Known
from loaders.rdf_entities import RDF, TYPE, Entities
from loaders.rdf_spool import BLANK, Row, Spool
from loaders.sayings import BadValue, Catalogued, Part, Sayings, text_of

PROV: Final = "http://www.w3.org/ns/prov#"
LONGEST: Final = 100_000
"""Characters of a text in a statement that is said in full."""
_ID = re.compile(r"([0-9a-f]{32})(?:/.*)?")
_DATE = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:T[0-9:.]*)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_REVIEW: Final = frozenset({"decision", "same_as"})
_LEVELS: Final = 5
_RESTATED: Final = frozenset({TYPE, WORDS + "loadedFrom", PROV + "generatedAtTime"})


@dataclass(frozen=True, slots=True)
class Given:
    """What every reading of one file needs: its triples, who is who, the graph, what is cited, the ledger, the mapping."""

    spool: Spool
    entities: Entities
    known: Known
    cited: Catalogued
    book: Book
    terms: Terms


class Nodes:
    """Reads them, each with all its triples as one part."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._used: list[Row] = []
        self._spool, self._entities, self._known = given.spool, given.entities, given.known
        self._cited, self._book, self._terms = given.cited, given.book, given.terms

    def parts(self) -> Iterator[Part]:
        """Statement nodes first, so that what is said plainly too is known; then memberships."""
        for subject in self._spool.having((RDF + "predicate",)):
            yield from self._told(subject, self._statement)
        for node in self._terms.nodes:
            for subject in self._spool.having((node.object,)):
                if any(row.term == node.subject for row in self._spool.rows(subject)):
                    yield from self._told(subject, partial(self._membership, node=node))

    def _told(self, subject: str, read: Callable[[list[Row]], list[Statement]]) -> Iterator[Part]:
        if not self._spool.take(subject):
            return
        rows = self._spool.rows(subject)
        self._used.clear()
        try:
            made = read(rows)
        except BadValue as error:
            reject(self._book, [*rows, *self._used], error)
        except NotRead as error:
            ignore(self._book, [*rows, *self._used], str(error))
        else:
            yield len(rows) + len(self._used), made

    # --- rdf:Statement -----------------------------------------------------------------------------------------------------
    def _statement(self, rows: list[Row]) -> list[Statement]:
        said: dict[str, Row] = {}
        for row in rows:
            if said.setdefault(row.term, row) is not row and row.term not in _RESTATED:
                raise BadValue(self._terms.short(row.term), row.end[:80], "a statement says this once")
        if PROV + "invalidatedAtTime" in said:
            raise NotRead("a statement that was no longer known when it was exported")
        node = rows[0].subject
        word, backwards = self._word(_needed(said, RDF + "predicate", "rdf:predicate"))
        ends = [_needed(said, RDF + part, f"rdf:{part}") for part in ("subject", "object")]
        first, last = ends[::-1] if backwards else ends
        subject = self._end(first)
        is_link = vocabulary().predicate(word).is_link
        target = self._end(last) if is_link else None
        value = None if is_link else plain_text(last, "rdf:object", LONGEST)
        try:
            statement = Statement(
                subject,
                word,
                target,
                value,
                Period(self._date(said, "validFrom"), self._date(said, "validTo")),
                self._citation(said, node),
                self._part(said, "confidence") or "high",  # type: ignore[arg-type]
                self._part(said, "release") or ("" if self._id(node) else self._cited.release),
                self._qualifiers(said),
            )
            self._check(statement)
        except BadValue:
            raise
        except InputError as error:
            raise BadValue("rdf:Statement", node[-80:], str(error)) from None
        own = self._id(node)
        if own and own != statement.id:
            raise BadValue("rdf:Statement", node[-80:], f"it was changed: what it says has the id {statement.id}")
        self._spool.note_said(statement.subject, word, statement.object or statement.value or "")
        return [statement]

    def _id(self, node: str) -> str:
        found = self._entities.id_under_base(node, "statement")
        match = _ID.fullmatch(found) if found else None
        return match[1] if match else ""

    def _word(self, row: Row) -> tuple[str, bool]:
        term = self._terms.predicates.get(self._terms.full(row.end)) if row.sort == "address" else None
        if term is None:
            raise NotRead(f"a statement in full with the predicate {self._terms.short(row.end)!a}, which we do not read")
        if term.word in _REVIEW and self._known.kinds:
            raise NotRead("a decision of review is made in the graph itself; only an empty one takes it from a file")
        return term.word, term.backwards

    def _end(self, row: Row) -> EntityId:
        if row.sort == "text":
            raise BadValue(self._terms.short(row.term), row.end[:80], "an address is needed here, not a text")
        own = self._entities.id_under_base(row.end)
        id = own if own is not None else self._entities.entity(row.end)
        if id is None or id not in self._entities.kinds:
            raise BadValue(self._terms.short(row.term), row.end[-80:], "neither the file nor the graph describes it")
        return id

    def _part(self, said: dict[str, Row], part: str) -> str:
        row = said.get(WORDS + part)
        return plain_text(row, part, LONGEST) if row is not None else ""

    def _date(self, said: dict[str, Row], part: str) -> str:
        row = said.get(WORDS + part)
        return date_of(row.end, part) if row is not None else ""

    def _citation(self, said: dict[str, Row], node: str) -> Citation:
        source = said.get(PROV + "hadPrimarySource")
        if source is None:
            locator = node if not node.startswith(BLANK) else f"statement {self._spool.digest(node) or ''}"
            return self._cited.cite(self._part(said, "locator") or locator, self._part(said, "citedAt"))
        id = self._end(source)
        if self._entities.kinds[id] != "source":
            raise BadValue(
                "prov:hadPrimarySource", source.end[-80:], f"it is of the kind {self._entities.kinds[id]}, no source"
            )
        locator = self._part(said, "locator") or ("" if self._id(node) else node)
        return Citation(id, locator, self._part(said, "citedAt"), self._part(said, "quotation"))

    def _qualifiers(self, said: dict[str, Row]) -> tuple[tuple[str, str], ...]:
        found = {name: plain_text(row, name, LONGEST) for term, row in said.items() if (name := qualifier_of(term)) is not None}
        return tuple(sorted(found.items()))

    def _check(self, statement: Statement) -> None:
        vocabulary().check(statement, self._entities.kinds)
        held = self._known.kinds.get(statement.subject, statement.value)
        if statement.predicate == "kind" and held != statement.value:
            raise BadValue("kind", statement.value or "", f"the graph holds {statement.subject} as {held}")

    # --- org:Membership ----------------------------------------------------------------------------------------------------
    def _membership(self, rows: list[Row], node: Node) -> list[Statement]:
        ends = []
        for term in (node.subject, node.object):
            found = [row for row in rows if row.term == term]
            if len(found) != 1:
                raise NotRead(f"a {self._terms.short(node.type)} without one {self._terms.short(term)}")
            id = self._entities.entity(found[0].end) if found[0].sort != "text" else None
            if id is None:
                raise NotRead("it leads to something that neither the file nor the graph describes")
            ends.append(id)
        during = [row for row in rows if row.term == node.during]
        asked = [*during, *(row for row in rows if row.term in self._terms.parts["start"] + self._terms.parts["end"])]
        start, end = (self._inside(asked, part) for part in ("start", "end"))
        role = self._inside([row for row in rows if row.term == node.role], "role")
        subject = rows[0].subject
        locator = subject if not subject.startswith(BLANK) else f"membership {self._spool.digest(subject) or ''}"
        say = Sayings(self._cited.cite(locator.strip()), self._cited.release)
        try:
            period = Period(date_of(start, "start") if start else "", date_of(end, "end") if end else "")
        except BadDate as error:
            raise BadValue(self._terms.short(node.during), "", str(error)) from None
        say.link(ends[0], node.word, ends[1], period, "high", **({"role": text_of(role, "role")} if role else {}))
        try:
            vocabulary().check(say.made[0], self._entities.kinds)
        except InputError as error:
            raise NotRead(f"a {self._terms.short(node.type)} between kinds that {node.word} does not link: {error}") from None
        return say.made

    def _inside(self, rows: Sequence[Row], part: str) -> str:
        """The text of a part; of a role that is only an address, what it is called there."""
        for row in inside(self._given, rows, part, self._used):
            if row.sort == "text":
                return row.end
            if row.sort == "address" and part == "role":
                return self._terms.short(row.end)
        return ""


class NotRead(Exception):
    """What a group of triples says is not for us; the reason."""


def inside(given: Given, rows: Sequence[Row], part: str, used: list[Row], level: int = 0) -> list[Row]:
    """The rows that tell a part (``start``, ``country``, ...) of what hangs at the end of some rows.

    Of the terms for a part the first that is there counts. What hangs there is taken, and its rows added to ``used``, unless it
    is an entity or somebody else had it.
    """
    found: list[Row] = []
    for row in rows:
        below = given.spool.rows(row.end) if row.sort != "text" and level < _LEVELS else []
        held = next((told for term in given.terms.parts[part] if (told := [one for one in below if one.term == term])), [])
        is_own = row.end in given.entities.own or row.end in given.entities.clashing
        if below and not is_own and given.spool.take(row.end):
            used.extend(below)
        found += inside(given, held, part, used, level + 1) if held else [row]
    return found


def plain_text(row: Row, column: str, longest: int) -> str:
    """The text of a row as it was written; raises ``BadValue`` for what is no text, too long, or written to deceive."""
    if row.sort != "text":
        raise BadValue(column, row.end[-80:], "a text is needed here, not an address")
    text = row.end
    if row.type == ESCAPED:
        try:
            text = unescaped(text)
        except ValueError:
            raise BadValue(column, row.end[:80], "it is not the inside of a JSON string, as its datatype says") from None
    text_of(text, column, longest)
    return text


def date_of(text: str, column: str) -> str:
    """A date with the precision that it has; the time of a day and a time zone are left out. Raises ``BadValue``."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise BadValue(column, text[:80], "it is not a date as YYYY, YYYY-MM or YYYY-MM-DD")
    try:
        days_of(match[1])
    except BadDate as error:
        raise BadValue(column, text[:80], str(error)) from None
    return match[1]


def _needed(said: dict[str, Row], term: str, name: str) -> Row:
    if term not in said:
        raise BadValue(name, "", "a statement in full needs it")
    return said[term]


def reject(book: Book, rows: Sequence[Row], error: BadValue) -> None:
    """All triples of a group, with one finding."""
    book.reject(rows[0].number, error)
    book.read += len(rows) - 1
    book.rejected[error.reason] += len(rows) - 1


def ignore(book: Book, rows: Sequence[Row], reason: str) -> None:
    """All triples of a group."""
    for _ in rows:
        book.ignore(reason)
