"""WHO prequalified vaccines: the list as CSV, and the answer of the register's service as JSON.

One row is one presentation (vial, ampoule, number of doses) of a product. Products, makers and the pathogens they are directed
at become entities; every presentation becomes a listing by WHO Prequalification with its date.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from graph.errors import BadDate, RefusedFile
from graph.model import EntityId, Period, Statement, days_of
from graph.store import Store
from graph.vocabulary import nearest
from loaders.curated.reading import NotReadable, Table
from loaders.feed import Book, Known, Progress, edition_of, load_files
from loaders.jsons import records_of
from loaders.ledger import Report
from loaders.naming import full_key, tidy
from loaders.prequalified_names import names_of, pathogens_of
from loaders.sayings import BadValue, Catalogued, Part, Sayings, text_of

LISTING: Final = "who-pq"
TITLE: Final = "WHO list of prequalified vaccines"
_COLUMNS: Final = (
    "Date of Prequalification",
    "Vaccine Type",
    "Commercial Name",
    "Presentation",
    "No. of doses",
    "Manufacturer",
    "Responsible NRA",
)
_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*)?", re.ASCII)
_WITHDRAWN: Final = "withdrawn"
_STATES: Final = ("prequalified", _WITHDRAWN)
_SLUG = re.compile(r"[^a-z0-9]+")


def load(store: Store, files: Sequence[Path], at: datetime, progress: Progress | None = None, dry_run: bool = False) -> Report:
    """Load lists of prequalified vaccines; see ``loaders.feed.load_files``."""
    return load_files(store, files, at, Prequalified(), progress, dry_run)


def date_of(written: str, column: str) -> tuple[str, str]:
    """A date as a partial date, and as it was written where that says more than it can.

    The list writes 1 January where only the year is known, so that day stands for its year.

    >>> date_of("16/01/2025", ""), date_of("01/01/1987", "")
    (('2025-01-16', ''), ('1987', '01/01/1987'))
    """
    if match := _DAY.fullmatch(written):
        day, month, year = match.groups()
    elif match := _ISO_DAY.fullmatch(written):
        year, month, day = match.groups()
    else:
        raise BadValue(column, written, "it is not a date as DD/MM/YYYY or YYYY-MM-DD")
    _day(f"{year}-{month}-{day}", column)
    if (day, month) == ("01", "01"):
        return year, written
    return f"{year}-{month}-{day}", ""


def _day(text: str, column: str) -> str:
    try:
        days_of(text)
    except BadDate as error:
        raise BadValue(column, text, str(error)) from None
    return text


def _id(sort: str, *parts: str) -> EntityId:
    """An id from what makes a thing one: readable, and the same for the same thing in every edition."""
    slug = _SLUG.sub("-", parts[0].lower().encode("ascii", "ignore").decode()).strip("-")[:40].strip("-")
    key = hashlib.blake2b("\x1f".join(full_key(part) or part for part in parts).encode(), digest_size=3).hexdigest()
    return f"whopq:{sort}-{slug}-{key}" if slug else f"whopq:{sort}-{key}"


class Prequalified:
    """Reads the CSV list and the JSON answer."""

    feed = "prequalification"

    def parts(self, path: Path, book: Book, known: Known) -> Iterator[Part]:
        """See ``loaders.feed.Reader``."""
        known.needs(LISTING)
        register = Catalogued(TITLE, "", edition_of(path))
        yield register.entry()
        with path.open("rb") as stream:
            start = stream.read(256).removeprefix(b"\xef\xbb\xbf").lstrip()
        reading = self._json if start.startswith((b"{", b"[")) else self._csv
        known.joining.learn("organisation", _makers(given for _, given in reading(path, Book(path.name))))
        for row, given in reading(path, book):
            try:
                yield 1, _stated(given, register, known)
            except BadValue as error:
                book.reject(row, error)

    def _csv(self, path: Path, book: Book) -> Iterator[tuple[int, dict[str, str]]]:
        seen: dict[tuple[str, ...], int] = {}
        try:
            with Table(path) as table:
                header = [cell.strip() for cell in table.header]
                if missing := [column for column in _COLUMNS if column not in header]:
                    close = nearest(missing[0], header)
                    hint = f" Nearest in the file: {', '.join(close)}." if close else ""
                    raise RefusedFile(f"the column {missing[0]!r} is missing.{hint}")
                for row, cells in table.rows():
                    if not any(cells):
                        book.ignore("blank row")
                    elif len(cells) != len(header):
                        why = f"the row has {len(cells)} cells, the header has {len(header)}"
                        book.reject(row, BadValue("", "", why))
                    elif seen.setdefault(tuple(cells), row) != row:
                        book.ignore("the same row stands above")
                    else:
                        cell = dict(zip(header, cells, strict=True))
                        yield row, dict(zip(_FIELDS, (cell[column] for column in _COLUMNS), strict=True))
        except NotReadable as error:
            raise RefusedFile(f"row {error.row}: {error.reason}" if error.row else error.reason) from None

    def _json(self, path: Path, book: Book) -> Iterator[tuple[int, dict[str, Any]]]:
        seen: set[str] = set()
        for row, record in records_of(path, "FinishedVaccineProducts.item"):
            try:
                given = _presentation(record)
                if given["number"] in seen:
                    raise BadValue("Identification", given["number"], "this presentation stands above already")
                seen.add(given["number"])
            except BadValue as error:
                book.reject(row, error)
            else:
                yield row, given


_FIELDS: Final = ("date", "type", "name", "form", "doses", "maker", "regulator")


def _inside(record: object, *path: str) -> Any:
    """What stands in a record under a path of names, None where something of it is missing."""
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _presentation(record: object) -> dict[str, Any]:
    """A record of the JSON answer in the fields of the CSV list, and what the list does not have."""
    details = _inside(record, "ProductDetails")
    number = text_of(_inside(details, "Identification", "Name"), "Identification")
    if not number:
        raise BadValue("Identification", "", "a presentation needs its number")
    applicant = _inside(details, "ApplicantOrganization")
    sites = _inside(record, "SiteDetails")
    given = {
        "date": _inside(details, "DateOfPreQualifiedAcceptance"),
        "type": _inside(details, "VaccineDetails", "VaccineName", "FullName"),
        "name": _inside(details, "VaccineDetails", "VaccineName", "CommercialName"),
        "form": _inside(details, "Presentation"),
        "doses": _inside(details, "DosageDetails", "NoOfDosagesPerPrimaryContainer"),
        "maker": _inside(applicant, "Identification", "Name"),
        "regulator": _inside(details, "NRADetails", "Identification", "Name"),
        "status": _inside(details, "Status"),
        "published": _inside(details, "LastPublishingDate"),
        "country": _inside(applicant, "Address", "ISOCountryCode"),
        "number": number,
    }
    read: dict[str, Any] = {key: text_of(value, key) for key, value in given.items()}
    makers = [
        (text_of(_inside(site, "Organization", "Identification", "Name"), "SiteDetails"),
         text_of(_inside(site, "Organization", "Address", "ISOCountryCode"), "SiteDetails"))
        for site in (sites if isinstance(sites, list) else [])
    ]  # fmt: skip
    read["sites"] = [pair for pair in makers if pair[0]]
    return read


def _stated(raw: dict[str, Any], register: Catalogued, known: Known) -> list[Statement]:
    given = {key: text_of(value, key) for key, value in raw.items() if key != "sites"}
    status = given.get("status", "")
    withdrawn = status.lower().startswith(_WITHDRAWN)
    if status and not withdrawn and status.lower() != "prequalified":
        raise BadValue("Status", status, "it is neither prequalified nor withdrawn", nearest(status, _STATES))
    number = given.get("number", "")
    if withdrawn and not given["name"]:
        return _withdrawn(number, given, register)
    if missing := [field for field in ("type", "name", "maker", "date") if not given[field]]:
        raise BadValue(missing[0], "", "it is empty")
    name, aliases = names_of(given["name"], given["type"], given["maker"])
    product = _id("product", name, given["type"], given["maker"])
    date, as_written = date_of(given["date"], "Date of Prequalification")
    doses = given["doses"] and f"doses: {given['doses']}"
    locator = number or ", ".join(filter(None, (name, given["maker"], given["form"], doses)))
    say = Sayings(register.cite(locator), register.release)
    general = Sayings(register.cite(f"{name}, {given['maker']}"), register.release)
    _entity(general, product, "product", "vaccine", name)
    for alias in aliases:
        general.value(product, "alias", alias)
    general.value(product, "note", f"Vaccine type in the list: {given['type']}")
    if number:
        say.value(product, "identifier", f"who-prequal:{number.replace(' ', '-')}")
    for pathogen, called in pathogens_of(given["type"]):
        if pathogen not in known.kinds:
            pathogen = _id("pathogen", called)
            of_type = Sayings(register.cite(f"vaccine type {given['type']}"), register.release)
            _entity(of_type, pathogen, "pathogen", "", called)
            general.made += of_type.made
        general.link(product, "targets", pathogen)
    makers = raw.get("sites") or [(given["maker"], given.get("country", ""))]
    for maker, country in makers:
        general.link(_organisation(general, maker, country, known), "manufactures", product)
    if given["maker"] not in [maker for maker, _ in makers]:
        applicant = _organisation(general, given["maker"], given.get("country", ""), known)
        say.link(applicant, "supplies", product, role="applicant")
    period = Period(date, _until(given, date) if withdrawn else "")
    say.link(
        product, "listed_by", LISTING, period,
        presentation=given["form"], doses=given["doses"], responsible_nra=given["regulator"],
        date_as_given=as_written, status_as_given=status,
    )  # fmt: skip
    return [*general.made, *say.made]


def _withdrawn(number: str, given: dict[str, str], register: Catalogued) -> list[Statement]:
    """A withdrawn presentation of which the register gives its number only: listed until its entry was last published."""
    say = Sayings(register.cite(number), register.release)
    product: EntityId = f"whopq:{number.replace(' ', '-')}"
    _entity(say, product, "product", "vaccine", f"Prequalified vaccine {number} (withdrawn)")
    say.value(product, "identifier", f"who-prequal:{number.replace(' ', '-')}")
    until = _until(given, "")
    say.link(product, "listed_by", LISTING, Period("", until), status_as_given=given["status"])
    say.link(product, "not_listed_by", LISTING, Period(until, ""), status_as_given=given["status"])
    return say.made


def _until(given: dict[str, str], since: str) -> str:
    """The last day on which a withdrawn listing may have stood: that of the entry's last publication."""
    match = _ISO_DAY.fullmatch(given.get("published", ""))
    if match is None:
        raise BadValue("LastPublishingDate", given.get("published", ""), "a withdrawn listing needs the date of its entry")
    until = _day("-".join(match.groups()), "LastPublishingDate")
    if until < since:
        raise BadValue("LastPublishingDate", until, "it lies before the date of prequalification")
    return until


def _entity(say: Sayings, entity: EntityId, kind: str, subtype: str, name: str) -> None:
    say.value(entity, "kind", kind)
    if subtype:
        say.value(entity, "subtype", subtype)
    say.value(entity, "name", name)


def _makers(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The (name, country) of every maker and applicant; what cannot be read is refused where its row is loaded."""
    for given in rows:
        for name, country in (*given.get("sites", ()), (given["maker"], given.get("country", ""))):
            if isinstance(name, str) and isinstance(country or "", str) and name:
                yield tidy(name), tidy(country or "")


def _organisation(say: Sayings, name: str, country: str, known: Known) -> EntityId:
    maker = _id("maker", name)
    of_maker = Sayings(replace(say.citation, locator=f"maker {name}"), say.release)
    _entity(of_maker, maker, "organisation", "manufacturer", name)
    if country:
        if known.kinds.get(country) != "country":
            among = [code for code, kind in known.kinds.items() if kind == "country"]
            raise BadValue("ISOCountryCode", country, "no country, area or territory has this code", nearest(country, among))
        of_maker.link(maker, "located_in", country)
    of_maker.made += known.joining.of(of_maker.citation, of_maker.release, maker, "organisation", name, country)
    say.made += of_maker.made
    return maker
