"""What a column may be, by the words of its header (English, French, Spanish) and by its HXL tag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from graph.folding import words_of

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-./]+")
_NUMBERED = re.compile(r"(.*\D)[ _.-]?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Role:
    """What a column may be: the words of its header and the HXL tags that speak for it, first match first."""

    name: str
    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


ROLES: Final = (
    Role("ror", ("ror", "ror id"), ()),
    Role("acronym", ("acronym", "abbreviation", "short name", "sigle", "sigla", "siglas"), ("#org+acronym",)),
    Role("region", ("region", "continent", "province", "district", "county", "departamento", "adm1", "adm2"),
         ("#adm1", "#adm2", "#adm3", "#region", "#loc")),
    Role("org type", ("org type", "organisation type", "organization type", "type of organisation", "type of organization"),
         ("#org+type",)),
    Role("other names", ("other names", "alias", "aliases", "also known as", "alternative name"), ("#org+alias",)),
    Role("source address", ("source url", "source link", "source address", "reference url"), ("#meta+url",)),
    Role("homepage", ("url", "website", "homepage", "web", "site web", "sitio web", "link"), ("#org+url", "#contact+url")),
    Role("source", ("source", "reference", "citation", "fuente"), ("#meta+source",)),
    Role("country", ("country", "pays", "pais", "country area or territory", "territory", "iso3", "iso2", "nation", "state"),
         ("#country",)),
    Role("funder", ("funder", "donor", "bailleur", "donante", "financier", "sponsor"),
         ("#org+funder", "#org+donor", "#org+fund")),
    Role("maker", ("manufacturer", "maker", "fabricant", "fabricante", "producer"), ("#org+manufacturer",)),
    Role("supplier", ("supplier", "fournisseur", "proveedor", "vendor"), ("#org+supplier",)),
    Role("product", ("product", "vaccine", "medicine", "producto", "produit", "vacuna", "vaccin", "diagnostic"), ("#item",)),
    Role("pathogen", ("pathogen", "disease", "maladie", "enfermedad"), ("#indicator+disease",)),
    Role("network", ("network", "mechanism", "reseau", "red", "alliance", "initiative"), ()),
    Role("org", ("organisation", "organization", "org", "agency", "agence", "partner", "partenaire", "institution", "institute",
                 "company", "ngo", "implementer", "organizacion", "organismo", "socio", "body"), ("#org",)),
    Role("start", ("start", "from", "since", "begin", "begins", "debut", "inicio", "depuis", "desde"), ("#date+start",)),
    Role("end", ("end", "until", "ends", "fin", "hasta", "close", "expiry", "expires"), ("#date+end",)),
    Role("date", ("date", "year", "fecha", "annee", "ano", "reported"), ("#date",)),
    Role("description", ("description", "abstract", "summary", "resume", "resumen"), ("#description",)),
    Role("confidence", ("confidence",), ()),
    Role("id", ("id", "code", "pcode", "registro", "number", "nr", "ref", "key", "row"), ("#meta+id", "#adm1+code")),
)  # fmt: skip
"""In this order: what is said more precisely comes first."""


def family_of(title: str) -> tuple[str, int] | None:
    """The stem and number of a column that is one of several of its sort, None for any other.

    >>> family_of("FunderName_2"), family_of("2020")
    (('FunderName', 2), None)
    """
    found = _NUMBERED.fullmatch(title.strip())
    return (found.group(1).rstrip(" _.-"), int(found.group(2))) if found else None


def header_words(title: str) -> tuple[str, ...]:
    """The folded words of a header, also where they are run together.

    >>> header_words("GrantStartYear")
    ('grant', 'start', 'year')
    """
    return tuple(words_of(_CAMEL.sub(" ", title)))


def role_by_header(title: str) -> str:
    """The role that a header speaks for, ``""`` for none."""
    words = header_words(title)
    if not words:
        return ""
    text = " ".join(words)
    exact = next((role.name for role in ROLES if text in role.words), "")
    if exact:
        return exact
    stems = {*words, *(word.removesuffix("s") for word in words)}
    return next((role.name for role in ROLES for word in role.words if set(word.split()) <= stems), "")


def role_by_tag(tag: str) -> str:
    """The role that an HXL tag speaks for, ``""`` for none."""
    return next((role.name for role in ROLES if any(_has_tag(tag, wanted) for wanted in role.tags)), "")


def _has_tag(given: str, wanted: str) -> bool:
    """Whether an HXL tag is the wanted one, with at least its attributes."""
    have, *attributes = given.lower().split("+")
    tag, *needed = wanted.split("+")
    return have == tag and set(needed) <= set(attributes)
