"""One record of the Research Organization Registry, in either of its two schemas, as one shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from graph.errors import BadDate
from graph.model import days_of
from graph.vocabulary import nearest
from loaders.sayings import BadValue, text_of

_ID = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})", re.ASCII)
_STATES: Final = ("active", "inactive", "withdrawn")
_SORTS: Final = ("parent", "child", "related", "successor", "predecessor")
_SCHEME = re.compile(r"[a-z0-9_-]{1,30}")
_SITE = re.compile(r"https?://[^\s<>\"]+")
_MOST: Final = 20_000
"""Entries of one list of a record: the largest body of the register has under two thousand children."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record: ``names`` are (name, language, sort) with sort ``acronym`` or ``""``; ``relations`` are (sort, id, label).

    ``country`` is the alpha-2 code as given; ``modified`` the day of the last change, ``""`` in the first schema, which has
    none; ``established`` a year of four digits.
    """

    id: str
    status: str
    name: str
    lang: str
    types: tuple[str, ...]
    names: tuple[tuple[str, str, str], ...]
    identifiers: tuple[str, ...]
    relations: tuple[tuple[str, str, str], ...]
    country: str
    homepage: str
    established: str
    modified: str


def record_of(raw: object) -> Record:
    """Read a record of the first or second schema; raises ``BadValue``."""
    if not isinstance(raw, dict):
        raise BadValue("", str(raw)[:80], "a record is a JSON object")
    second = "names" in raw
    status = text_of(raw.get("status") or "active", "status").lower()
    if status not in _STATES:
        raise BadValue("status", status, "no organisation of the register has this status", nearest(status, _STATES))
    names = list(_names_second(raw) if second else _names_first(raw))
    if not names:
        raise BadValue("names", "", "the record has no name")
    name, lang, _ = names[0]
    return Record(
        id=id_of(raw.get("id"), "id"),
        status=status,
        name=name,
        lang=lang,
        types=tuple(text_of(one, "types").lower() for one in _listed(raw, "types")),
        names=tuple(dict.fromkeys(names)),
        identifiers=tuple(dict.fromkeys(_identifiers_second(raw) if second else _identifiers_first(raw))),
        relations=tuple(_relations(raw)),
        country=_country(raw, second),
        homepage=_homepage(raw, second),
        established=_established(raw.get("established")),
        modified=_modified(raw),
    )


def id_of(raw: object, column: str) -> str:
    """The bare id of an organisation, from its address or as it is."""
    text = text_of(raw, column)
    match = _ID.fullmatch(text.lower())
    if match is None:
        raise BadValue(column, text, "it is not the id of an organisation (https://ror.org/0...)")
    return match[1]


def _listed(raw: dict[str, Any], key: str) -> list[Any]:
    listed = raw.get(key)
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise BadValue(key, str(listed)[:80], "a list is needed here")
    if len(listed) > _MOST:
        raise BadValue(key, "", f"the list has more than {_MOST:,} entries")
    return listed


def _objects(raw: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    for one in _listed(raw, key):
        if not isinstance(one, dict):
            raise BadValue(key, str(one)[:80], "a JSON object is needed here")
        yield one


def _names_second(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Names with the displayed one first."""
    given: list[tuple[bool, bool, int, str, str, str]] = []
    for one in _objects(raw, "names"):
        types = [text_of(sort, "names") for sort in _listed(one, "types")]
        name = text_of(one.get("value"), "names")
        if name:
            sort = "acronym" if "acronym" in types and "ror_display" not in types else ""
            given.append(
                ("ror_display" not in types, "label" not in types, len(given), name, text_of(one.get("lang"), "lang"), sort)
            )
    for _, _, _, name, lang, sort in sorted(given):
        yield name, lang, sort


def _names_first(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    if name := text_of(raw.get("name"), "name"):
        yield name, "", ""
    for label in _objects(raw, "labels"):
        if name := text_of(label.get("label"), "labels"):
            yield name, text_of(label.get("iso639"), "labels"), ""
    for key, sort in (("aliases", ""), ("acronyms", "acronym")):
        for one in _listed(raw, key):
            if name := text_of(one, key):
                yield name, "", sort


def _identifier(scheme: str, value: object) -> str:
    text = text_of(value, "external_ids").replace(" ", "")
    scheme = text_of(scheme, "external_ids").lower()
    if not _SCHEME.fullmatch(scheme):
        raise BadValue("external_ids", scheme, "it is no name of a register")
    return f"{scheme}:{text}" if text else ""


def _identifiers_second(raw: dict[str, Any]) -> Iterator[str]:
    for one in _objects(raw, "external_ids"):
        for value in _listed(one, "all"):
            if identifier := _identifier(one.get("type", ""), value):
                yield identifier


def _identifiers_first(raw: dict[str, Any]) -> Iterator[str]:
    held = raw.get("external_ids") or {}
    if not isinstance(held, dict):
        raise BadValue("external_ids", str(held)[:80], "a JSON object is needed here")
    for scheme, one in held.items():
        values = one.get("all") if isinstance(one, dict) else None
        for value in values if isinstance(values, list) else [values]:
            if identifier := _identifier(scheme, value):
                yield identifier


def _relations(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in _objects(raw, "relationships"):
        sort = text_of(one.get("type"), "relationships").lower()
        if sort not in _SORTS:
            raise BadValue("relationships", sort, "no relation of the register is called so", nearest(sort, _SORTS))
        yield sort, id_of(one.get("id"), "relationships"), text_of(one.get("label"), "relationships")


def _country(raw: dict[str, Any], second: bool) -> str:
    if not second:
        held = raw.get("country")
        return text_of(held.get("country_code"), "country") if isinstance(held, dict) else ""
    for place in _objects(raw, "locations"):
        details = place.get("geonames_details")
        if isinstance(details, dict):
            return text_of(details.get("country_code"), "locations")
    return ""


def _homepage(raw: dict[str, Any], second: bool) -> str:
    if second:
        sites = [one.get("value") for one in _objects(raw, "links") if one.get("type") == "website"]
    else:
        sites = _listed(raw, "links")
    found = [text_of(site, "links") for site in sites]
    return next((site for site in found if _SITE.fullmatch(site)), "")


def _established(raw: object) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw < 10_000:
        raise BadValue("established", str(raw)[:80], "it is not a year")
    return f"{raw:04d}"


def _modified(raw: dict[str, Any]) -> str:
    admin = raw.get("admin")
    held = admin.get("last_modified") if isinstance(admin, dict) else None
    day = text_of(held.get("date"), "last_modified")[:10] if isinstance(held, dict) else ""
    try:
        if day:
            days_of(day)
    except BadDate as error:
        raise BadValue("last_modified", day, str(error)) from None
    return day
