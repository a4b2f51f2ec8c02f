"""What a row of each layout states. Every function reports what is wrong with the row and returns what it could read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from graph.errors import InputError, UnknownWord
from graph.vocabulary import nearest, vocabulary
from loaders.curated.iso import ALPHA2
from loaders.curated.row import Row, Stated

SORTS: Final = ("acronym", "code", "former", "full", "id", "narrower", "other", "typo")
"""The sorts of a name: a short form, a code, an earlier name, a longer or official form, an id of another table, a part or
example of what is meant, any other, and a spelling that a source got wrong."""
_ID: Final = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
_LANG: Final = re.compile(r"[a-z]{2,3}")
_ELSEWHERE: Final[Mapping[str, str]] = {
    "kind": "entities",
    "subtype": "entities",
    "name": "entities",
    "description": "entities",
    "alias": "names",
    "claim": "claims",
    "list_complete": "completeness",
    "not_to_confuse_with": "decisions",
    "different_from": "decisions",
    "enrolled_in": "memberships",
}
_OF_SOURCES: Final = ("url", "url_status")


def entity(row: Row) -> list[Stated]:
    """``entities``: kind, name, and where given subtype and description."""
    cited, subject = row.citation(), row.needed("id")
    if subject is not None and (not _ID.fullmatch(subject) or len(subject) > 100):
        row.problem("id", "an id is lower-case letters and digits, joined by '-', '_' or '.', at most 100 characters")
        subject = None
    elif subject is not None and subject.startswith("src-"):
        row.problem("id", "ids that start with 'src-' belong to cited sources, which come from the citation columns")
        subject = None
    kind = row.one_of("kind", tuple(vocabulary().kinds), "kind")
    if kind in ("country", "source"):
        where = "a file with the layout 'countries'" if kind == "country" else "the citation columns"
        row.problem("kind", f"an entity of this kind comes from {where}")
        kind = None
    name = row.needed("name")
    stated: list[Stated] = []
    for predicate, text in (("kind", kind), ("name", name), ("subtype", row["subtype"]), ("description", row["description"])):
        if text:
            stated += row.state(subject, predicate, value=text, cited=cited, columns=("id", predicate))
    return stated


def country(row: Row) -> list[Stated]:
    """``countries``: kind and name of a country, area or territory, and its two codes as names."""
    cited, code, alpha2, name = row.citation(), row.needed("code"), row.needed("alpha2"), row.needed("name")
    if code is not None and code not in ALPHA2:
        close = [three for three, two in ALPHA2.items() if two == code.upper()] or nearest(code, ALPHA2)
        row.problem("code", "it is no ISO 3166-1 alpha-3 code (nor XKX)", close)
        code = None
    elif code is not None and alpha2 is not None and ALPHA2[code] != alpha2:
        row.problem("alpha2", f"it is not the alpha-2 code of {code}", (ALPHA2[code],))
        alpha2 = None
    stated = row.state(code, "kind", value="country", cited=cited, columns=("code", "code"))
    stated += row.state(code, "name", value=name, cited=cited, qualifiers={"lang": "en"}, columns=("code", "name"))
    for text in (alpha2, code):
        stated += row.state(code, "alias", value=text, cited=cited, qualifiers={"sort": "code"}, columns=("code", "alpha2"))
    return stated


def name(row: Row) -> list[Stated]:
    """``names``: another name of an entity."""
    sort = row.one_of("sort", SORTS, "sort of a name")
    if row["lang"] and not _LANG.fullmatch(row["lang"]):
        row.problem("lang", "a language is two or three lower-case letters, as in 'fr'")
    return row.state(
        row.needed("entity"),
        "alias",
        value=row.needed("name"),
        valid=row.period(),
        cited=row.citation(),
        qualifiers={"lang": row["lang"], "sort": sort or "", "note": row["note"]},
        columns=("entity", "name"),
    )


def value(row: Row) -> list[Stated]:
    """``values``: a literal of an entity."""
    predicate, text = _word(row, link=False), row.needed("value")
    if predicate is not None and text is not None:
        try:
            vocabulary().check_value(vocabulary().predicate(predicate), text)
        except InputError as error:
            close = error.nearest if isinstance(error, UnknownWord) else ()
            choices = vocabulary().predicate(predicate).choices
            row.problem("value", str(error).split(" Nearest:")[0], close or choices)
            text = None
    return row.state(
        row.needed("entity"),
        predicate or "",
        value=text if predicate else None,
        valid=row.period(),
        cited=row.citation(),
        qualifiers={"detail": row["detail"]},
        columns=("entity", "value"),
    )


def claim(row: Row) -> list[Stated]:
    """``claims``: one side of a matter on which sources differ."""
    row.needed("topic")
    return row.state(
        row.needed("entity"),
        "claim",
        value=row.needed("claim"),
        valid=row.period(),
        cited=row.citation(),
        qualifiers={"topic": row["topic"], "contradiction": row["contradiction"]},
        columns=("entity", "claim"),
    )


def link(row: Row) -> list[Stated]:
    """``links``: a link between two entities."""
    predicate, subject, target = _word(row, link=True), row.needed("subject"), row.needed("object")
    if subject is not None and subject == target:
        row.problem("object", "an entity is not linked with itself")
    extra = ("role", "detail", "predicate_as_given", "as_given", "derived_from")
    return row.state(
        subject,
        predicate or "",
        target if predicate else None,
        valid=row.period(),
        cited=row.citation(),
        qualifiers={column: row[column] for column in extra},
        columns=("subject", "object"),
    )


def membership(row: Row) -> list[Stated]:
    """``memberships``: how a country, area or territory stands in a mechanism, network, instrument or organisation."""
    status = row.one_of("status", tuple(vocabulary().statuses), "status")
    return row.state(
        row.needed("country"),
        "enrolled_in",
        row.needed("mechanism"),
        valid=row.period(),
        cited=row.citation(),
        qualifiers={"status": status or "", "status_as_given": row["status_as_given"], "detail": row["detail"]},
        columns=("country", "mechanism"),
    )


def decision(row: Row) -> list[Stated]:
    """``decisions``: two things that are kept apart; the other one is an entity (``other``) or only a name."""
    row.needed("decided_by", "a decision says who decided")
    row.needed("why", "a decision says why")
    other, text = row["other"], row["other_name"]
    if bool(other) == bool(text):
        row.problem("other", "give either the id of the other entity or, in other_name, a name that is not in the graph")
        return []
    if other and other == row["entity"]:
        row.problem("other", "an entity is not kept apart from itself")
    return row.state(
        row.needed("entity"),
        "different_from" if other else "not_to_confuse_with",
        other or None,
        text or None,
        valid=row.period("decided_on", "withdrawn_on", needs_first=True),
        cited=row.citation(),
        qualifiers={"decided_by": row["decided_by"], "why": row["why"]},
        columns=("entity", "other" if other else "other_name"),
    )


def completeness(row: Row) -> list[Stated]:
    """``completeness``: during a period, all that is linked to an entity by a predicate is known to be listed."""
    row.needed("why", "a declaration of completeness says why")
    listed = row["list"] if row["list"] in vocabulary().predicates else None
    if listed is None:
        row.problem("list", "it is no predicate", nearest(row["list"], vocabulary().predicates))
    return row.state(
        row.needed("entity"),
        "list_complete",
        value=listed,
        valid=row.period(needs_first=True),
        cited=row.citation(),
        qualifiers={"why": row["why"]},
        columns=("entity", "list"),
    )


def _word(row: Row, link: bool) -> str | None:
    """The predicate of a row of ``links`` or ``values``; reports one that does not belong there."""
    words = vocabulary().predicates
    word = row.needed("predicate")
    if word is None:
        return None
    fitting = [name for name, known in words.items() if known.is_link == link and name not in _ELSEWHERE]
    if word in _ELSEWHERE:
        row.problem("predicate", f"it has a layout of its own: {_ELSEWHERE[word]!r}")
    elif word in _OF_SOURCES:
        row.problem("predicate", "it belongs to cited sources, and comes from the citation columns")
    elif word not in words:
        row.problem("predicate", "there is no such predicate", nearest(word, fitting) or nearest(word, words))
    elif words[word].is_link != link:
        reason = "it takes a value, and belongs in a file with the layout 'values'"
        row.problem("predicate", "it takes an entity, and belongs in a file with the layout 'links'" if not link else reason)
    else:
        return word
    return None
