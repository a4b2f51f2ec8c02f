"""What ``graph.neo4j`` asks the server. Every value is a parameter.

Relationship types are the one thing that cannot be: they come from the vocabulary when written, and from the server's own
list, as far as they look like ours, when read. A relationship is found by its id only through the index of its type, so a
query over links of any type names all types, with their indexes: the planner turns it into one index look-up a type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from graph.neo4j_schema import OTHER, kind_labels
from graph.neo4j_spool import DETAILS, SHOWN

_OUR_TYPE = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)

_VALID: Final = "x.first < $end AND x.end > $first"
_OPEN: Final = "x.opened <= $now AND (x.closed IS NULL OR x.closed > $now)"
SEEN: Final = f"{_OPEN} AND {_VALID}"
EVER: Final = f"x.opened <= $now AND {_VALID}"
IN_SLICE: Final = "x.id >= $low AND x.id < $high"
BY_ID: Final = "x.id IN $ids AND x.opened <= $now"
OPEN_BY_ID: Final = f"x.id IN $ids AND {_OPEN}"

_COMMON: Final = (
    "x.valid_from, ''",
    "x.valid_to, ''",
    "x.source",
    "x.locator",
    "x.url, ''",
    "x.quotation, ''",
    "x.confidence",
    "x.release, ''",
    "x.qualifiers, ''",
    "x.opened",
    "x.closed",
)
FULL: Final = ", ".join(f"coalesce({text}) AS c{n}" if "," in text else f"{text} AS c{n}" for n, text in enumerate(_COMMON))
"""After id, subject, predicate, object, value: what ``graph.sqlite_rows.statement_of`` reads, then the two revisions."""
BARE: Final = "x.first AS c0, x.end AS c1, x.confidence AS c2, x.source AS c3, coalesce(x.qualifiers, '') AS c4"
"""After id, subject, predicate, object, value: the rest of ``graph.sqlite_rows.SelectedRow``."""
PLACE: Final = "elementId(x) AS c0"

_PREDICATE: Final = "coalesce(x.predicate, toLower(type(x)))"
_LINK: Final = f"x.id AS id, s.id AS subject, {_PREDICATE} AS predicate, o.id AS object, null AS value"
_LITERAL: Final = "x.id AS id, x.subject AS subject, x.predicate AS predicate, null AS object, x.value AS value"


BY_PLACE: Final = f"MATCH (s)-[x]->(o) WHERE elementId(x) IN $places RETURN {_LINK}, {FULL}"
"""Links by the server's own ids of them, which needs no index."""


def ours(types: Sequence[str]) -> tuple[str, ...]:
    """Those of the server's relationship types that can be links of ours, sorted."""
    return tuple(sorted(type_ for type_ in types if _OUR_TYPE.fullmatch(type_)))


@lru_cache(maxsize=256)
def anywhere(types: tuple[str, ...], condition: str, key: str, returned: str) -> str:
    """Literals, and links of these types, for which ``condition`` holds; ``key`` is the indexed property that it is about."""
    query = f"MATCH (x:Statement) USING INDEX x:Statement({key}) WHERE {condition} RETURN {_LITERAL}, {returned}"
    if types:
        query += f" UNION ALL {_links(types, condition, key)} RETURN {_LINK}, {returned}"
    return query


@lru_cache(maxsize=256)
def of_predicate(types: tuple[str, ...], predicate: str, condition: str, returned: str) -> str:
    """As ``anywhere``, by id, of one predicate, which stays a parameter."""
    query = (
        "MATCH (x:Statement) USING INDEX x:Statement(predicate, id) "
        f"WHERE x.predicate = $predicate AND {condition} RETURN {_LITERAL}, {returned}"
    )
    if fitting := types_of(types, predicate):
        query += f" UNION ALL {_links(fitting, f'{condition} AND {_PREDICATE} = $predicate', 'id')} RETURN {_LINK}, {returned}"
    return query


@lru_cache(maxsize=256)
def of_type(type_: str | None, condition: str, returned: str) -> str:
    """As ``anywhere``, by id, of one relationship type; None stands for literals."""
    if type_ is None:
        return f"MATCH (x:Statement) USING INDEX x:Statement(id) WHERE {condition} RETURN {returned}"
    return f"{_links((type_,), condition, 'id')} RETURN {returned}"


def types_of(types: Sequence[str], predicate: str) -> tuple[str, ...]:
    """Those of the types there are that links of this predicate can have."""
    return tuple(type_ for type_ in types if type_ in (predicate.upper(), OTHER))


def _links(types: tuple[str, ...], condition: str, key: str) -> str:
    hints = " ".join(f"USING INDEX x:{type_}({key})" for type_ in types if key)
    return f"MATCH (s)-[x:{'|'.join(types)}]->(o) {hints} WHERE {condition}"


# --- reading -----------------------------------------------------------------------------------------------------------------

NOW: Final = (
    "MATCH (c:Change) WHERE c.at <= $known WITH c ORDER BY c.at DESC LIMIT 1 "
    "RETURN c.revision, COLLECT { CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType }, "
    "EXISTS { MATCH (l:Load {name: 'load'}) WHERE l.revision <= c.revision }"
)
"""The revision, the relationship types there are, and whether the display of entities is still being brought up to it."""
ABOUT: Final = (
    f"MATCH (x:Statement) WHERE x.subject = $entity AND {SEEN} RETURN {_LITERAL}, {FULL} "
    f"UNION ALL MATCH (s:Entity {{id: $entity}})-[x]->(o:Entity) WHERE {SEEN} RETURN {_LINK}, {FULL}"
)
LINKS: Final = f"MATCH (o:Entity {{id: $entity}})<-[x]-(s:Entity) WHERE {SEEN} RETURN {_LINK}, {FULL}"
CHANGES: Final = (
    "MATCH (c:Change) WHERE c.revision > $since RETURN c.revision, c.source, c.at, c.added, c.withdrawn, c.unchanged "
    "ORDER BY c.revision"
)
SIZE: Final = "RETURN COUNT { (:Statement) } + COUNT { ()-->() }"


@lru_cache(maxsize=256)
def size_of(types: tuple[str, ...], predicate: str) -> str:
    """How many assertions of one predicate there are at most, whenever known. The server keeps count of relationships."""
    links = "".join(f" + COUNT {{ ()-[:{type_}]->() }}" for type_ in types_of(types, predicate))
    return f"RETURN COUNT {{ MATCH (x:Statement) WHERE x.predicate = $predicate }}{links}"


# --- writing -----------------------------------------------------------------------------------------------------------------

LOCK: Final = "MATCH (m:Mcmgraph {name: 'mcmgraph'}) SET m.writer = $token RETURN m.schema"
SOURCE_CHANGES: Final = "MATCH (c:Change {source: $source}) RETURN c.revision, c.at ORDER BY c.revision"
NEWEST: Final = "MATCH (c:Change) RETURN c.revision, c.at ORDER BY c.revision DESC LIMIT 1"
TYPES: Final = "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType"
SAID: Final = "x.opened IN $revisions AND x.closed IS NULL"

LEFT_OVER: Final = "MATCH (l:Load {name: 'load'}) RETURN l.revision"
TAKE_OVER: Final = "MATCH (l:Load {name: 'load'}) SET l.token = $token, l.done = [] RETURN l.revision"
BEGIN_LOAD: Final = (
    "MERGE (l:Load {name: 'load'}) ON CREATE SET l.token = $token, l.done = [], l.revision = $revision, l.source = $source, "
    "l.since = datetime() WITH l WHERE l.token = $token AND NOT EXISTS { MATCH (c:Change) WHERE c.revision >= $revision } "
    "RETURN true"
)
HOLD_LOAD: Final = "MATCH (l:Load {name: 'load'}) SET l.held = $number"
"""Nobody else changes the node until the transaction ends; what is read of it after this is what it holds."""
HOLDS: Final = "MATCH (l:Load {name: 'load'}) WHERE l.token = $token RETURN $number IN l.done"
MARK_DONE: Final = "MATCH (l:Load {name: 'load'}) SET l.done = [n IN l.done WHERE n > $number - 16] + $number"
"""No more than a few batches are under way at once, so the newest numbers are enough."""

ADD_ENTITIES: Final = (
    "UNWIND $rows AS r MERGE (e:Entity {id: r[0]}) ON CREATE SET e.opened = $revision, e.kind = r[2], "
    "e.name = coalesce(r[3], r[0]), e.subtype = r[4], e.description = r[5], e.aliases = r[6], e:$(r[1])"
)
"""Each with its label (in a list), kind, name, subtype, description, other names. Whoever is there keeps what it shows."""
_DETAILS: Final = ", ".join(f"{name}: r[{number}]" for number, name in enumerate(DETAILS, start=3))
ADD_LINKS: Final = (
    "UNWIND $rows AS r MATCH (s:Entity {id: r[0]}) MATCH (o:Entity {id: r[1]}) "
    f"CREATE (s)-[:$(r[2]) {{{_DETAILS}, predicate: r[{3 + len(DETAILS)}], opened: $revision, known_from: $at}}]->(o)"
)
ADD_LITERALS: Final = (
    "UNWIND $rows AS r CREATE (:Statement {subject: r[0], predicate: r[1], value: r[2], "
    f"{_DETAILS}, opened: $revision, known_from: $at}})"
)
CLOSE_LINKS: Final = "MATCH ()-[x]->() WHERE elementId(x) IN $rows SET x.closed = $revision, x.known_to = $at"
CLOSE_LITERALS: Final = "MATCH (x) WHERE elementId(x) IN $rows SET x.closed = $revision, x.known_to = $at"

_SHOWN: Final = list(SHOWN)
TO_SHOW: Final = (
    "CALL () { MATCH (s:Statement) WHERE s.opened = $revision RETURN s UNION ALL "
    "MATCH (s:Statement) WHERE s.closed = $revision RETURN s } "
    f"WITH s WHERE s.predicate IN {_SHOWN} WITH DISTINCT s.subject AS id "
    "MATCH (e:Entity {id: id}) WHERE e.opened < $revision RETURN id"
)
"""Entities that were there before this revision and may show something else now; those that came with it show it already."""
PUBLISH: Final = (
    "MERGE (c:Change {revision: $revision}) ON CREATE SET c.source = $source, c.at = $at, c.added = $added, "
    "c.withdrawn = $withdrawn, c.unchanged = $unchanged"
)
"""Where it is there already, the claim will say whether this loader made it."""
IS_PUBLISHED: Final = "MATCH (c:Change {revision: $revision}) RETURN c.source = $source AND c.at = $at"
END_LOAD: Final = "MATCH (l:Load {name: 'load'}) WHERE l.token = $token DELETE l"

_UNDO_ENTITIES: Final = "MATCH (e:Entity) WHERE e.opened = $revision WITH e LIMIT $most DETACH DELETE e RETURN count(*)"


@lru_cache(maxsize=1)
def show() -> str:
    """Make the display of entities anew: label, kind, name, ... as they are known at $revision.

    The name in use longest is shown, of those in English or of no language where there are any, as in
    ``graph.building``; ``aliases`` are all other names, sorted. Entities that were
    merged stay apart here, with the link SAME_AS between them.
    """
    labels = kind_labels()
    label_of = ", ".join(f"{kind}: '{label}'" for kind, label in labels.items())

    def first(predicate: str) -> str:
        return f"head([s IN told WHERE s.predicate = '{predicate}' | s.value]) AS {predicate}"

    return (
        "UNWIND $rows AS id MATCH (e:Entity {id: id}) "
        f"OPTIONAL MATCH (s:Statement) USING INDEX s:Statement(subject) WHERE s.subject = id AND s.predicate IN {_SHOWN} "
        "AND s.opened <= $revision AND (s.closed IS NULL OR s.closed > $revision) "
        "WITH e, s ORDER BY coalesce(s.lang, '') IN ['', 'en'] DESC, s.end DESC, s.id "
        "WITH e, collect(CASE WHEN s IS NOT NULL THEN s {.predicate, .value} END) AS told "
        f"WITH e, told, {first('kind')}, {first('name')}, {first('subtype')}, {first('description')} "
        f"REMOVE e:{':'.join(labels.values())} "
        "SET e.kind = kind, e.name = coalesce(name, e.id), e.subtype = subtype, e.description = description, "
        "e.aliases = COLLECT { UNWIND told AS s WITH s WHERE s.predicate IN ['name', 'alias'] AND s.value <> name "
        "RETURN DISTINCT s.value ORDER BY s.value } "
        f"SET e:$([label IN [{{{label_of}}}[kind]] WHERE label IS NOT NULL])"
    )


def undoing(types: tuple[str, ...], indexed: bool) -> list[str]:
    """What undoes a load that was cut off: each undoes up to $most of it and returns how many, until there are none.

    ``indexed``: whether links have their indexes; in the first load, whose links are all there are, they have not.
    """
    queries = []
    for key, act in (("opened", "DELETE x"), ("closed", "REMOVE x.closed, x.known_to")):
        condition = f"x.{key} = $revision"
        found = [f"MATCH (x:Statement) USING INDEX x:Statement({key}) WHERE {condition}"]
        if types:
            found.append(_links(types, condition, key if indexed else ""))
        queries += [f"{match} WITH x LIMIT $most {act} RETURN count(*)" for match in found]
    return [*queries, _UNDO_ENTITIES]
