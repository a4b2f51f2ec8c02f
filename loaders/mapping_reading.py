"""From the YAML of a mapping to its checked parts."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from graph.errors import RefusedFile
from graph.vocabulary import nearest, vocabulary
from loaders.mapping import (
    CONFIDENCE_WORDS,
    POLICIES,
    Cell,
    EntityRule,
    MappingRules,
    SkipRule,
    SourceRule,
    StatementRule,
    TableRule,
)
from loaders.mapping_cells import CELL, CONDITION, cell, condition, folded, one_line, template, when, word_or_cell
from loaders.mapping_nodes import MOST_CHARACTERS, Spot, root_of

_TABLE: Final = ("sheet", "header", "nulls", "fill_down", "skip", "locator", "entities", "links", "literals")
_WHOLE: Final = ("name", "encoding", "source", "tables")
_ENTITY: Final = (
    "is", "name", "id", "kind", "subtype", "country", "aliases", "acronyms", "identifiers", "when", "unsure",
    "unknown", "namespace",
)  # fmt: skip
_STATEMENT: Final = ("subject", "predicate", "valid_from", "valid_to", "confidence", "quotation", "qualifiers", "when")
WORDS: Final = frozenset((*_TABLE, *_WHOLE, *_ENTITY, *_STATEMENT, "object", "value", "reason"))
"""Every key of a mapping outside of its cells and tests."""
_ENCODINGS: Final = ("utf-8", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251", "cp1254", "gb18030", "shift_jis")
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,38}[a-z0-9]")
_ID = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_QUALIFIER = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


def checked(path: Path) -> MappingRules:
    """See ``loaders.mapping.read_mapping``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(4 * MOST_CHARACTERS + 1)
        return checked_text(data.decode("utf-8-sig"), path.name)
    except OSError as error:
        raise RefusedFile(f"mapping {path.name}: it cannot be opened ({error.strerror or 'unknown error'}).") from None
    except UnicodeDecodeError:
        raise RefusedFile(f"mapping {path.name}: it is not text in UTF-8.") from None


def checked_text(text: str, name: str) -> MappingRules:
    """See ``loaders.mapping.mapping_of``."""
    root = root_of(text, name)
    has_tables = "tables" in root.entries()
    given = root.keys(_WHOLE if has_tables else (*_WHOLE[:-1], *_TABLE), ("source",))
    tables: list[TableRule] = []
    if has_tables:
        spots = [(spot, spot.keys(_TABLE, ("sheet",))) for spot in given["tables"].items()]
        tables = [_table(spot, parts) for spot, parts in spots]
        if not tables:
            raise given["tables"].wrong("it lists no sheet.")
        named = [table.sheet for table in tables]
        for (spot, _), sheet in zip(spots, named, strict=True):
            if named.count(sheet) > 1:
                raise spot.wrong(f"the sheet {sheet!r} stands here twice.")
    else:
        tables = [_table(root, given)]
    kept = given["name"].filled() if "name" in given else ""
    if kept and not _NAME.fullmatch(kept):
        raise given["name"].wrong("a name is small letters, digits, points and hyphens.")
    encoding = _encoding(given["encoding"]) if "encoding" in given else ""
    return MappingRules(name, _source(given["source"]), tuple(tables), kept, encoding)


def _encoding(spot: Spot) -> str:
    """The name of an encoding of text, checked also where the file is a workbook and needs none."""
    name = spot.filled()
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError):
        near = nearest(name, _ENCODINGS) or _ENCODINGS
        raise spot.wrong(f"there is no encoding {name!r}. Nearest: {', '.join(near)}.") from None
    if not getattr(known, "_is_text_encoding", True):
        raise spot.wrong(f"{name!r} is no encoding of text.")
    return name


def _source(spot: Spot) -> SourceRule:
    if spot.is_text:
        return SourceRule(Cell(constant=one_line(spot)))
    given = spot.keys(("title", "url", "date"), ("title",))
    title = word_or_cell(given["title"], one_line)
    url = word_or_cell(given["url"], _url) if "url" in given else None
    return SourceRule(title, url, one_line(given["date"]) if "date" in given else "")


def _url(spot: Spot) -> str:
    text = spot.filled()
    if not re.fullmatch(r"https?://[^\s<>\"]+", text):
        raise spot.wrong(f"{text!a} is no address (https://...).")
    return text


# --- a sheet -----------------------------------------------------------------------------------------------------------------
def _table(spot: Spot, given: Mapping[str, Spot]) -> TableRule:
    entities = {label: _entity(label, one) for label, one in given["entities"].entries().items()} if "entities" in given else {}
    rules = [
        *(_statement(one, entities, True) for one in (given["links"].items() if "links" in given else ())),
        *(_statement(one, entities, False) for one in (given["literals"].items() if "literals" in given else ())),
    ]
    if not entities:
        raise spot.wrong("the key 'entities' is missing: which columns name entities?")
    if not rules and not any(rule.unknown == "new" or rule.unsure == "new" for rule in entities.values()):
        raise spot.wrong("it states nothing: give 'links' or 'literals', or an entity with 'unknown: new'.")
    return TableRule(
        sheet=given["sheet"].filled() if "sheet" in given else "",
        header=given["header"].number(1_048_576) if "header" in given else None,
        nulls=folded(given["nulls"].texts()) if "nulls" in given else frozenset(),
        fill_down=given["fill_down"].texts() if "fill_down" in given else (),
        skip=tuple(_skip(one) for one in given["skip"].items()) if "skip" in given else (),
        locator=tuple(map(template, given["locator"].items())) if "locator" in given else (),
        entities=MappingProxyType(entities),
        statements=tuple(rules),
    )


def _skip(spot: Spot) -> SkipRule:
    given = spot.keys((*CELL, *CONDITION, "reason"), ("reason",))
    return SkipRule(condition(spot, given), one_line(given["reason"]))


# --- entities ----------------------------------------------------------------------------------------------------------------
def _entity(label: str, spot: Spot) -> EntityRule:
    given = spot.keys(_ENTITY)
    if "is" in given:
        if len(given) > 1:
            raise spot.wrong("an entity that is always the same ('is') takes no other key.")
        return EntityRule(label, is_=_matching(given["is"], _ID, "no id of an entity"), line=spot.line)
    if "name" not in given and "id" not in given:
        raise spot.wrong("the key 'name' is missing: which column names it?")
    unsure = given["unsure"].choice("way", POLICIES) if "unsure" in given else "review"
    unknown = given["unknown"].choice("way", POLICIES) if "unknown" in given else "review"
    makes = "new" in (unsure, unknown)
    if makes and "namespace" not in given:
        raise spot.wrong("new entities need the key 'namespace', with which their ids begin.")
    if makes and ("kind" not in given or "name" not in given):
        raise spot.wrong("new entities need a 'kind' and a 'name'.")
    identifiers = given["identifiers"].entries() if "identifiers" in given else {}
    for one in identifiers.values():
        scheme = one.path.rpartition(".")[2]
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", scheme):
            raise one.wrong("the scheme of an identifier is small letters and digits, e.g. ror.")
    return EntityRule(
        label=label,
        name=cell(given["name"]) if "name" in given else None,
        id=cell(given["id"]) if "id" in given else None,
        kind=word_or_cell(given["kind"], _kind) if "kind" in given else None,
        subtype=word_or_cell(given["subtype"], one_line) if "subtype" in given else None,
        country=cell(given["country"]) if "country" in given else None,
        aliases=tuple(cell(one) for one in given["aliases"].items()) if "aliases" in given else (),
        acronyms=tuple(cell(one) for one in given["acronyms"].items()) if "acronyms" in given else (),
        when=when(given["when"]) if "when" in given else None,
        identifiers=MappingProxyType({scheme: cell(one) for scheme, one in identifiers.items()}),
        unsure=unsure,  # type: ignore[arg-type]
        unknown=unknown,  # type: ignore[arg-type]
        namespace=_matching(given["namespace"], _NAMESPACE, "no namespace (small letters, digits, hyphens; two or more)")
        if "namespace" in given
        else "",
        line=spot.line,
    )


def _matching(spot: Spot, pattern: re.Pattern[str], what: str) -> str:
    if not pattern.fullmatch(text := spot.filled()):
        raise spot.wrong(f"{text!a} is {what}.")
    return text


def _kind(spot: Spot) -> str:
    return spot.choice("kind", vocabulary().kinds)


# --- statements --------------------------------------------------------------------------------------------------------------
def _statement(spot: Spot, entities: Mapping[str, EntityRule], is_link: bool) -> StatementRule:
    last = "object" if is_link else "value"
    given = spot.keys((*_STATEMENT, last), ("subject", "predicate", last))
    subject = given["subject"].choice("entity in this mapping", entities)
    other = given["object"].choice("entity in this mapping", entities) if is_link else ""

    def predicate(one: Spot) -> str:
        return _predicate(one, is_link, entities[subject], entities[other] if other else None)

    qualifiers = given["qualifiers"].entries() if "qualifiers" in given else {}
    for name, one in qualifiers.items():
        if not _QUALIFIER.fullmatch(name):
            raise one.wrong("the name of a qualifier is small letters, digits and _.")
    word = word_or_cell(given["predicate"], predicate)
    if word.constant == "enrolled_in" and "status" not in qualifiers:
        raise spot.wrong("'enrolled_in' needs the qualifier 'status' (a word of the vocabulary).")
    status = qualifiers.get("status")
    cells = {name: cell(one) for name, one in qualifiers.items()}
    if word.constant == "enrolled_in" and status is not None:
        said = cells["status"].constant
        if said and said not in vocabulary().statuses:
            raise status.unknown("status", said, vocabulary().statuses)
    return StatementRule(
        subject=subject,
        predicate=word,
        object=other,
        value=None if is_link else cell(given["value"]),
        valid_from=cell(given["valid_from"]) if "valid_from" in given else None,
        valid_to=cell(given["valid_to"]) if "valid_to" in given else None,
        confidence=word_or_cell(given["confidence"], lambda one: one.choice("confidence", CONFIDENCE_WORDS))
        if "confidence" in given
        else Cell(constant="high"),
        qualifiers=MappingProxyType(cells),
        quotation=cell(given["quotation"]) if "quotation" in given else None,
        when=when(given["when"]) if "when" in given else None,
        line=spot.line,
    )


def _predicate(spot: Spot, is_link: bool, subject: EntityRule, other: EntityRule | None) -> str:
    words = [name for name, one in vocabulary().predicates.items() if one.is_link == is_link]
    name = spot.choice("link" if is_link else "literal", words)
    word = vocabulary().predicate(name)
    for end, rule, kinds in (("subject", subject, word.domain), ("object", other, word.range)):
        if rule is not None and rule.kind_word and kinds is not None and rule.kind_word not in kinds:
            raise spot.wrong(
                f"{name!r} takes as {end} one of: {', '.join(sorted(kinds))}; {rule.label!r} is of the kind {rule.kind_word}."
            )
    return name
