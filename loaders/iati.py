"""Activities of the International Aid Transparency Initiative, version 2: who funds whom, and where the work is done.

A statement "F funds I" is made where an activity names F as funding and I as implementing; it cites the activity and has its
dates. Where an activity names several of either, who of them funds whom is not said, and the confidence is medium.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Final

from graph.errors import BadDate
from graph.model import EntityId, Period, Statement
from graph.store import Store
from loaders.feed import Book, Known, Progress, edition_of, load_files
from loaders.iati_reading import Activity, Body, activities, activity_of
from loaders.ledger import Report
from loaders.naming import full_key
from loaders.sayings import BadValue, Catalogued, Part, Sayings

TITLE: Final = "IATI activities"
MOST_PAIRS: Final = 400
"""Pairs of funders and implementers that one activity may make."""


def load(store: Store, files: Sequence[Path], at: datetime, progress: Progress | None = None, dry_run: bool = False) -> Report:
    """Load files of activities; see ``loaders.feed.load_files``."""
    return load_files(store, files, at, Iati(), progress, dry_run)


@dataclass(slots=True)
class _Index:
    """What the first reading keeps: the names of each reference, the references of each name, and names without one."""

    rows: dict[str, int] = field(default_factory=dict)
    names: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    refs: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    bare: dict[str, None] = field(default_factory=dict)

    def take(self, row: int, activity: Activity) -> None:
        self.rows.setdefault(activity.id, row)
        for bodies in activity.bodies.values():
            for body in bodies:
                if body.ref:
                    self.names[body.ref].setdefault(full_key(body.name), body.name)
                    self.refs[full_key(body.name)].setdefault(body.ref, body.name)
                else:
                    self.bare[body.name] = None

    def joined(self) -> Iterator[tuple[str, str]]:
        """The names under which bodies are made, as ``loaders.joining`` takes them."""
        for names in self.names.values():
            yield from ((name, "") for name in names.values())
        yield from ((name, "") for name in self.bare)


class Iati:
    """Reads files of activities."""

    feed = "iati"

    def parts(self, path: Path, book: Book, known: Known) -> Iterator[Part]:
        """See ``loaders.feed.Reader``."""
        register = Catalogued(TITLE, "", edition_of(path))
        index = _Index()
        for row, element in activities(path):
            try:
                index.take(row, activity_of(element))
            except BadValue:
                continue  # rejected in the second reading
        known.joining.learn("organisation", index.joined())
        yield register.entry()
        for row, element in activities(path):
            try:
                activity = activity_of(element)
                if index.rows.get(activity.id, row) != row:
                    raise BadValue("iati-identifier", activity.id, f"the activity stands at {index.rows[activity.id]} already")
                made = _Stating(activity, row, register, index, known, book).made()
            except BadValue as error:
                book.reject(row, error)
                continue
            if made:
                yield 1, made
            else:
                book.ignore("it names no funder and implementer, and no implementer and country, area or territory")
        _to_review(index, book)


def _to_review(index: _Index, book: Book) -> None:
    for ref, names in index.names.items():
        if len(names) > 1:
            what = "one reference with several names: kept as several bodies until somebody decides"
            book.note(0, "ref", f"{ref}: {'; '.join(sorted(names.values())[:5])}", what)
    for refs in index.refs.values():
        if len(refs) > 1:
            what = "one name under several references: kept as several bodies until somebody decides"
            book.note(0, "ref", f"{next(iter(refs.values()))}: {'; '.join(sorted(refs)[:5])}", what)


# --- statements ------------------------------------------------------------------------------------------------------------
class _Stating:
    """What one activity states."""

    def __init__(self, activity: Activity, row: int, register: Catalogued, index: _Index, known: Known, book: Book) -> None:
        self._activity, self._row, self._index, self._known, self._book = activity, row, index, known, book
        self._register = register
        self._say = Sayings(register.cite(activity.id), register.release)
        self._said: set[EntityId] = set()

    def made(self) -> list[Statement]:
        """All statements; none where the activity links nobody."""
        activity, say = self._activity, self._say
        funders = {self._entity(body): body for body in activity.bodies["funder"]}
        implementers = {self._entity(body): body for body in activity.bodies["implementer"]}
        pairs = [(one, other) for one, other in product(funders, implementers) if one != other]
        if len(pairs) > MOST_PAIRS:
            raise BadValue(
                "participating-org", str(len(pairs)), f"it makes more than {MOST_PAIRS} pairs of funder and implementer"
            )
        if activity.withheld:
            self._book.note(self._row, "participating-org", activity.id, "a name is withheld: that is no organisation")
        try:
            period = Period(activity.start, activity.end)
        except BadDate as error:
            raise BadValue("activity-date", activity.end, str(error)) from None
        about = {"activity": activity.id, "title": activity.title, "planned_end": activity.planned_end}
        countries = "; ".join(" ".join(filter(None, (code, share and f"{share}%"))) for code, share in activity.countries)
        certain = len(funders) == len(implementers) == 1
        for one, other in pairs:
            say.link(one, "funds", other, period, "high" if certain else "medium", countries=countries, **about)
            self._body(one, funders[one])
            self._body(other, implementers[other])
        for code, share in activity.countries:
            if self._known.kinds.get(code) != "country":
                self._book.note(self._row, "recipient-country", code, "the graph does not hold this country, area or territory")
                continue
            for other, body in implementers.items():
                say.link(
                    other, "works_in", code, period, "high" if len(implementers) == 1 else "medium", percentage=share, **about
                )
                self._body(other, body)
        return say.made

    def _entity(self, body: Body) -> EntityId:
        """The entity of the graph with this identifier, else one of the register's own; never joined by name."""
        slug = re.sub(r"[^a-z0-9]+", "-", body.name.lower().encode("ascii", "ignore").decode()).strip("-")[:40].strip("-")
        key = hashlib.blake2b((full_key(body.name) or body.name).encode(), digest_size=3).hexdigest()
        if not body.ref:
            return f"iati:name-{slug}-{key}"
        if len(self._index.names[body.ref]) > 1:
            return f"iati:{body.ref}~{key}"
        held = self._known.identified.get(f"iati:{body.ref}".lower(), "")
        return held if self._known.kinds.get(held) == "organisation" else f"iati:{body.ref}"

    def _body(self, entity: EntityId, body: Body) -> None:
        if entity in self._said or not entity.startswith("iati:"):
            return
        self._said.add(entity)
        of_body = Sayings(self._register.cite(f"organisation {body.ref or body.name}"), self._say.release)
        of_body.value(entity, "kind", "organisation")
        sole = body.ref and len(self._index.names[body.ref]) == 1
        name = next(iter(self._index.names[body.ref].values())) if sole else body.name
        of_body.value(entity, "name", name, **({"ref": body.ref} if body.ref else {}))
        for other, lang in (*((body.name, ""),), *body.others):
            if other != name:
                of_body.value(entity, "alias", other, **({"lang": lang} if lang else {}))
        if sole:
            of_body.value(entity, "identifier", f"iati:{body.ref}")
        of_body.made += self._known.joining.of(of_body.citation, of_body.release, entity, "organisation", name)
        self._say.made += of_body.made
