"""Organisations of the Research Organization Registry: v1 and v2 records, as a JSON dump, a zip archive or JSON lines.

A file is read twice: first for the index of its records (links are written from one side only, and may lead nowhere), then
for the statements. Neither holds the file in memory. An organisation that was withdrawn or is inactive keeps its names and
identifiers, so that it resolves, and the link to its successor; everything else about it has ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from graph.errors import RefusedFile
from graph.model import ALWAYS, EntityId, Period, Statement
from graph.store import Store
from graph.vocabulary import nearest
from loaders.curated.iso import ALPHA2
from loaders.feed import Book, Known, Progress, edition_of, load_files
from loaders.jsons import passed_over, records_of
from loaders.ledger import Report
from loaders.ror_records import Record, record_of
from loaders.sayings import BadValue, Catalogued, Part, Sayings

TITLE: Final = "Research Organization Registry (ROR)"
ADDRESS: Final = "https://ror.org"
_ALPHA3: Final = {alpha2: alpha3 for alpha3, alpha2 in ALPHA2.items()}
_NAMED: Final = 5
_SUBTYPES: Final = (
    ("education", "academic"),
    ("company", "company"),
    ("healthcare", "healthcare_provider"),
    ("government", "government_body"),
    ("facility", "research_institution"),
    ("nonprofit", "ngo"),
    ("archive", "archive"),
    ("funder", "funder"),
)
"""Types of the register with our subtype, the more telling first: an organisation has one, "funder" is often a second."""


def load(store: Store, files: Sequence[Path], at: datetime, progress: Progress | None = None, dry_run: bool = False) -> Report:
    """Load files of the register; see ``loaders.feed.load_files``."""
    return load_files(store, files, at, Ror(), progress, dry_run)


@dataclass(slots=True)
class _Index:
    """What the first reading keeps of the records: the state of each, and the links that each states itself."""

    rows: dict[str, int] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    """Records that are not active, with the last day on which they may have been, ``""`` where that is not known."""
    parents: set[tuple[str, str]] = field(default_factory=set)
    successors: set[tuple[str, str]] = field(default_factory=set)
    """(old, new) pairs that the old record states itself."""
    dangling: int = 0


class Ror:
    """Reads the register."""

    feed = "ror"

    def parts(self, path: Path, book: Book, known: Known) -> Iterator[Part]:
        """See ``loaders.feed.Reader``."""
        register = Catalogued(TITLE, ADDRESS, edition_of(path))
        index = _indexed(path)
        for name in passed_over(path):
            book.note(0, "", name, "this file of the archive is not read; the records state their relations themselves")
        yield register.entry()
        for row, raw in records_of(path):
            try:
                record = record_of(raw)
                _country(record)
                if (first := index.rows[record.id]) != row:
                    raise BadValue("id", record.id, f"the organisation stands in record {first} already")
                yield 1, _Stating(record, row, register, index, known, book).made()
            except BadValue as error:
                book.reject(row, error)
            except KeyError:
                raise RefusedFile("the file changed while it was being loaded; load it again.") from None
        if index.dangling:
            what = "links lead to organisations that neither this file nor the graph holds; they were left out"
            book.note(0, "relationships", f"{index.dangling:,}", what)


def _indexed(path: Path) -> _Index:
    """The first reading."""
    index = _Index()
    for row, raw in records_of(path):
        try:
            record = record_of(raw)
            _country(record)
        except BadValue:
            continue  # rejected in the second reading
        if index.rows.setdefault(record.id, row) != row:
            continue
        if record.status != "active":
            index.ended[record.id] = record.modified
        for sort, other, _ in record.relations:
            if sort == "parent":
                index.parents.add((record.id, other))
            elif sort == "successor":
                index.successors.add((record.id, other))
    return index


def _country(record: Record) -> str:
    """The alpha-3 code of the seat, ``""`` where none is given."""
    if not record.country:
        return ""
    code = _ALPHA3.get(record.country.upper(), "")
    if not code:
        close = nearest(record.country, _ALPHA3)
        raise BadValue("country_code", record.country, "no country, area or territory has this code", close)
    return code


class _Stating:
    """What one record states."""

    def __init__(self, record: Record, row: int, register: Catalogued, index: _Index, known: Known, book: Book) -> None:
        self._record, self._row, self._index, self._known, self._book = record, row, index, known, book
        self._say = Sayings(register.cite(record.id, f"{ADDRESS}/{record.id}"), register.release)
        self._ended = record.id in index.ended
        self._period = self._live(record.id) or ALWAYS

    def made(self) -> list[Statement]:
        """All statements; links that lead nowhere are counted in the index and noted."""
        record, say = self._record, self._say
        entity, own = self._entity(record.id), record.name
        if entity == f"ror:{record.id}":
            say.value(entity, "kind", "organisation")
            say.value(entity, "name", own, **_lang(record.lang))
            if subtype := next((ours for theirs, ours in _SUBTYPES if theirs in record.types), ""):
                say.value(entity, "subtype", subtype, types_as_given=" ".join(record.types))
        else:
            say.value(entity, "alias", own, **_lang(record.lang))
        if entity == f"ror:{record.id}" and not self._ended:
            say.made += self._known.joining.namesakes(say.citation, entity, "organisation", own, _country(record))
        for name, lang, sort in record.names:
            if name != own:
                say.value(entity, "alias", name, **_lang(lang), **({"sort": sort} if sort else {}))
        for identifier in (f"ror:{record.id}", *record.identifiers):
            say.value(entity, "identifier", identifier)
        if record.homepage:
            say.value(entity, "homepage", record.homepage)
        if record.established:
            say.value(entity, "founded_in", record.established)
        if self._ended:
            say.value(entity, "register_status", record.status)
        country = _country(record)
        if country and self._known.kinds.get(country) == "country" and (not self._ended or self._period != ALWAYS):
            say.link(entity, "located_in", country, self._period)
        elif country and country not in self._known.kinds:
            self._book.note(self._row, "country_code", country, "the graph does not hold this country, area or territory")
        for sort, other, label in dict.fromkeys(record.relations):
            self._relation(entity, sort, other, label)
        return say.made

    def _entity(self, id: str) -> EntityId:
        """The entity of a record: the one in the graph that has its identifier, else its own."""
        own = f"ror:{id}"
        held = self._known.identified.get(own, own)
        return held if self._known.kinds.get(held) == "organisation" else own

    def _holds(self, id: str) -> bool:
        entity = self._entity(id)
        return id in self._index.rows or self._known.kinds.get(entity) == "organisation"

    def _live(self, *ids: str) -> Period | None:
        """The period of a link between these: open, ended with the first that ended, None where nobody knows when."""
        ends = [self._index.ended[id] for id in ids if id in self._index.ended]
        if not all(ends):
            return None
        return Period("", min(ends)) if ends else ALWAYS

    def _relation(self, entity: EntityId, sort: str, other: str, label: str) -> None:
        record, index, say = self._record, self._index, self._say
        if other == record.id:
            self._book.note(self._row, "relationships", label or other, "the record is related to itself; left out")
            return
        if not self._holds(other):
            index.dangling += 1
            if index.dangling <= _NAMED * 20:
                self._book.note(
                    self._row, "relationships", f"{label} ({other})", f"its {sort} is nowhere to be found; left out"
                )
            return
        theirs = self._entity(other)
        if sort == "successor":
            say.link(theirs, "succeeds", entity)
        elif sort == "predecessor":
            if (other, record.id) not in index.successors:
                say.link(entity, "succeeds", theirs)
        elif (period := self._live(record.id, other)) is None:
            return  # one of them has ended, and the record does not say when: nothing may look as if it still stood
        elif sort == "parent":
            say.link(entity, "part_of", theirs, period)
        elif sort == "child":
            if (other, record.id) not in index.parents:
                say.link(theirs, "part_of", entity, period, derived_from="child in the record of the larger one")
        elif sort == "related":
            first, second = sorted((entity, theirs))
            say.link(first, "related_to", second, period)


def _lang(code: str) -> dict[str, str]:
    return {"lang": code} if code else {}
