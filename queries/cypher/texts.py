"""The Cypher of the questions: few texts, so that the server plans them once; everything else is a parameter.

In all of them ``x`` is a statement as one loaded source says it, a relationship or a node; ``$now`` is the revision. It
is returned as ``graph.sqlite_rows.SelectedRow`` has it, its id as text. Many statements travel in lists, one list a record: a
record costs both sides more than a statement. Those that are ``shown`` read the kinds of entities off their nodes, one
property in place of an index look-up; that is exact for the newest revision (see ``reading.Part.shown``).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from graph.neo4j_cypher import NOW
from graph.neo4j_schema import kind_labels, link_types
from graph.vocabulary import vocabulary

_OPEN: Final = "x.opened <= $now AND (x.closed IS NULL OR x.closed > $now)"
_REST: Final = "x.first, x.end, x.confidence, x.source, coalesce(x.qualifiers, '')"
_LITERAL: Final = f"x.id, x.subject, x.predicate, null, x.value, {_REST}"
_LINK: Final = f"x.id, startNode(x).id, coalesce(x.predicate, toLower(type(x))), endNode(x).id, null, {_REST}"
_KINDS: Final = "startNode(x).kind, endNode(x).kind, elementId(x)"
"""What the ends show, and the server's own id of the link."""
_CITED: Final = ", ".join(
    f"coalesce(x.{name}, '')" for name in ("valid_from", "valid_to", "locator", "url", "quotation", "release")
)
"""The rest of ``graph.neo4j_reading.Row``: what only a citation needs."""

MERGES: Final = f"MATCH (s:Entity)-[x:SAME_AS]->(o:Entity) WHERE {_OPEN} RETURN DISTINCT {_LINK}"

_TOLD: Final = "MATCH (x:Statement) USING INDEX x:Statement(subject) WHERE x.subject IN $ids AND x.predicate IN $predicates"
BEGIN: Final = f"{NOW}, COLLECT {{ {_TOLD} AND {_OPEN.replace('$now', 'c.revision')} RETURN [{_LITERAL}] }}"
"""What is known now or was at a moment, and the ``told`` of ``TEXTS`` at that revision, in one go."""
_OVERTAKEN: Final = (
    "COLLECT {{ MATCH (later:Change) WHERE later.revision >= $now + 0 * size({}) "
    "RETURN later.revision ORDER BY later.revision LIMIT 2 }} <> CASE $now WHEN 0 THEN [] ELSE [$now] END"
)
"""Whether ``$now`` is not the newest revision, found out after that list was read: the planner sees that it needs it."""
OVERTAKEN: Final = f"WITH [] AS read RETURN {_OVERTAKEN.format('read')}"
"""Whether ``$now`` is not the newest revision."""
TEXTS: Final = f"WITH COLLECT {{ {_TOLD} AND {_OPEN} RETURN [{_LITERAL}] }} AS told RETURN told, {_OVERTAKEN.format('told')}"
"""What is told of some entities by some literal predicates; and whether that is not of now."""

LITERALS: Final = (
    "MATCH (x:Statement) USING INDEX x:Statement(predicate, id) "
    "WHERE x.predicate IN $predicates AND x.id >= '' AND (size($values) = 0 OR x.value IN $values) "
    f"AND {_OPEN} RETURN substring(x.id, 0, 2) AS some, collect([{_LITERAL}]) AS told"
)
"""All texts of some predicates; only these values, where some are given. Some lists of them, by how their ids begin."""

ANYTHING: Final = (
    f"MATCH (x:Statement) WHERE x.subject = $id AND {_OPEN} RETURN [{_LITERAL}] AS told LIMIT 1 UNION ALL "
    f"MATCH (:Entity {{id: $id}})-[x]-(:Entity) WHERE {_OPEN} RETURN [{_LINK}] AS told LIMIT 1"
)
"""Anything that is said of an entity: a text, a link."""

_EACH: Final = "UNWIND range(0, size($ids) - 1) AS n WITH n, $ids[n] AS id"
"""The ids, with their numbers."""
_TOGETHER: Final = 100
"""For how many ids the links travel together."""
_FOLLOWED_TO: Final = f"WITH n / {_TOGETHER} AS some, collect([{_LINK}]) AS links RETURN links"
FORWARD: Final = f"{_EACH} MATCH (:Entity {{id: id}})-[x:$any($types)]->(:Entity) WHERE {_OPEN} {_FOLLOWED_TO}"
BACKWARD: Final = f"{_EACH} MATCH (:Entity {{id: id}})<-[x:$any($types)]-(:Entity) WHERE {_OPEN} {_FOLLOWED_TO}"
"""The links of some types that some entities have in one direction, of any time, in lists."""
APART: Final = f"UNWIND $ids AS id MATCH (:Entity {{id: id}})-[x:DIFFERENT_FROM]-(:Entity) WHERE {_OPEN} RETURN {_LINK}"
"""Whom some entities are not to be confused with."""

_IN_TIME: Final = "x.first < $end AND (x.end > $first OR $ended OR {past})"
_PAST: Final = (
    "EXISTS { MATCH (k:Statement) WHERE k.subject IN [startNode(x).id, endNode(x).id] AND k.predicate = 'kind' "
    "AND k.value IN $occurrences }"
)
_PAST_SHOWN: Final = "startNode(x).kind IN $occurrences OR endNode(x).kind IN $occurrences"
_ASKED: Final = "type(x) IN $types AND ($any_confidence OR x.confidence IN $confidences)"
_ASKED_OR_DENYING: Final = f"(type(x) IN $denying OR {_ASKED})"
"""A denial counts whatever its confidence and whichever types are asked for (``queries.denials``)."""
_ALLOWED: Final = (
    "(size($kinds) = 0 OR coalesce({n}.kind, '') IN $kinds) AND NOT coalesce({n}.kind, '') IN $not_kinds "
    "AND NOT {n}.id IN $not_through"
)


def _any(traversable: bool) -> str:
    """The relationship types that a question may follow, in one order."""
    words = vocabulary().predicates
    return "|".join(sorted(type_ for name, type_ in link_types().items() if words[name].traversable or not traversable))


@cache
def denying() -> tuple[str, ...]:
    """The relationship types of what denies a link."""
    return tuple(sorted(link_types()[word.name] for word in vocabulary().predicates.values() if word.negates and word.is_link))


def _followed(traversable: bool) -> str:
    """``_any`` with what denies such links."""
    return "|".join(sorted({*_any(traversable).split("|"), *denying()}))


@cache
def of_kinds(kinds: tuple[str, ...]) -> str:
    """The ids of the entities of some kinds; among them may be those of a load that is under way. Shown.

    The labels stand in the text: the server finds nodes by a label that is a parameter only by looking at all nodes.
    """
    labels = kind_labels()
    return f"MATCH (e:{'|'.join(labels[kind] for kind in kinds)}) RETURN collect(e.id)"


@cache
def around(traversable: bool, shown: bool) -> str:
    """The links of some entities that are known, in time, of the types and confidences asked for; at either end. In lists.

    With the links of the types ``$denying``, whatever their confidence.

    With ``$inside`` only those between two of the entities. ``shown``: with the kinds of both ends.
    """
    past = _PAST_SHOWN if shown else _PAST
    return (
        f"{_EACH} MATCH (:Entity {{id: id}})-[x:{_followed(traversable)}]-(o:Entity) WHERE {_ASKED_OR_DENYING} "
        f"AND (NOT $inside OR o.id IN $ids) AND {_OPEN} AND {_IN_TIME.format(past=past)} "
        f"WITH x, min(n) AS n RETURN n / {_TOGETHER} AS some, "
        f"collect([{_LINK}, {_KINDS if shown else 'null, null, elementId(x)'}]) AS links"
    )


@cache
def beside() -> str:
    """``$centre`` and the first ``$limit`` of the entities one step from it, in the order of the answer. Shown.

    One row: how many there are, with the centre; then as ``among``. No row where there is no such node.
    """
    return (
        f"MATCH (c:Entity {{id: $centre}}) CALL (c) {{ MATCH (c)-[x:{_any(False)}]-(o:Entity) "
        f"WHERE {_linked_to()} {_RANKED} RETURN collect(o) AS beside }} "
        "WITH [c] + beside AS reach "
        "WITH reach, reach[..$limit + 1] AS met, CASE WHEN size(reach) > $limit + 1 THEN reach ELSE [] END AS all "
        f"{_among()} RETURN size(reach), within, ids, links, told, {_OVERTAKEN.format('told')}"
    )


@cache
def reached() -> str:
    """Whom some entities are joined to by the links asked for, but for ``$seen``: ids in the order of the answer. Shown."""
    return (
        f"UNWIND $ids AS id MATCH (e:Entity {{id: id}})-[x:{_any(False)}]-(o:Entity) WHERE NOT o.id IN $seen "
        f"AND {_linked_to('e')} {_RANKED} RETURN collect(o.id)"
    )


@cache
def among() -> str:
    """The links among the entities ``$shown``, and how many there are among ``$all``, where these are told. Shown.

    One row: how many links of one predicate from one to another lie among all, or 0; the ids of those that are shown; the links
    among these, whole; what is told of them and of the sources; whether that is not of now.
    """
    return (
        "WITH COLLECT { MATCH (e:Entity) WHERE e.id IN $shown RETURN e } AS met, "
        "COLLECT { MATCH (e:Entity) WHERE e.id IN $all RETURN e } AS all "
        f"{_among()} RETURN within, ids, links, told, {_OVERTAKEN.format('told')}"
    )


_RANKED: Final = (
    "WITH o, max($strengths[type(x)]) AS strongest, count(DISTINCT x.id) AS statements "
    "ORDER BY strongest DESC, statements DESC, o.id"
)


def _linked_to(one: str = "c") -> str:
    """Whether the link joins this node to another one that the question sees."""
    return (
        f"o <> {one} AND {_ASKED} AND {_OPEN} AND {_IN_TIME.format(past=_PAST_SHOWN)} "
        f"AND (o.id = $centre OR {_ALLOWED.format(n='o')})"
    )


def _among() -> str:
    """Each entity's links are looked through from its own side, so that a link is met once; first of all where they lead."""
    asked = f"{_ASKED} AND {_OPEN} AND {_IN_TIME.format(past=_PAST_SHOWN)}"
    inside = f"MATCH (e)-[x:{_any(False)}]->(o:Entity) WHERE o <> e AND o IN {{}} AND {asked}"
    return (
        f"WITH *, COUNT {{ UNWIND all AS e {inside.format('all')} RETURN DISTINCT e, o, type(x) }} AS within, "
        f"COLLECT {{ UNWIND met AS e {inside.format('met')} RETURN [{_LINK}, {_KINDS}, {_CITED}] }} AS links, "
        f"[e IN met | e.id] AS ids {_told('links', 'ids')}"
    )


@cache
def degrees() -> str:
    """To how many others some entities are joined by the links asked for; and whether that is not of now. Shown."""
    return _counted(f"MATCH (e)-[x:{_any(False)}]-(o:Entity) WHERE {_linked_to('e')}")


@cache
def neighbours() -> str:
    """The same by what a path may follow, before any filter. Shown."""
    return _counted(
        f"MATCH (e)-[x:{_any(True)}]-(o:Entity) WHERE o <> e AND x.first < $end AND (x.end > $first OR {_PAST_SHOWN}) "
        f"AND {_OPEN} AND coalesce(o.kind, '') <> $source"
    )


def _counted(links: str) -> str:
    each = f"UNWIND $ids AS id MATCH (e:Entity {{id: id}}) RETURN [id, COUNT {{ {links} RETURN DISTINCT o }}]"
    return f"WITH COLLECT {{ {each} }} AS counts RETURN counts, {_OVERTAKEN.format('counts')}"


def _allowed_path(chosen: bool) -> str:
    """What the server asks of each link and entity when it meets it; ``chosen``: whether some entities are left out.

    To look at a label takes the server less than to read properties, and every entity has that of its kind.
    """
    links = f"{_ASKED} AND {_IN_TIME.format(past=_PAST_SHOWN)} AND {_OPEN}"
    nodes = f"n.id IN [$start, $goal] OR {_ALLOWED.format(n='n')}" if chosen else f"NOT n:{kind_labels()['source']}"
    return f"all(x IN relationships(path) WHERE {links}) AND all(n IN nodes(path) WHERE {nodes})"


@cache
def shortest(most: int, chosen: bool) -> str:
    """The shortest paths of at most so many steps that the filters allow, the first ``$k`` by the ids along them. Shown.

    ``chosen``: whether the filters leave out entities other than sources.

    One row: whether there are ``$ties`` or more, parallel links counted, so that not all were looked at, and those returned
    are only some of them; for each path its ids; the links that its steps take and what denies them, whole; all entities on
    the paths; what is told of them and of the sources; whether that is not of now.

    The server searches from both ends and drops a link or an entity when it meets it. ``ALL SHORTEST`` with a quantified
    pattern gives the same and took nearly twice as long.
    """
    known = f"{_IN_TIME.format(past=_PAST_SHOWN)} AND {_OPEN}"
    return (
        f"MATCH path = allShortestPaths((:Entity {{id: $start}})-[:{_any(True)}*..{most}]-(:Entity {{id: $goal}})) "
        f"WHERE {_allowed_path(chosen)} "
        "WITH nodes(path) AS way LIMIT $ties "
        "WITH way, count(*) AS times WITH way, times, [n IN way | n.id] AS ids ORDER BY ids "
        "WITH sum(times) >= $ties AS tied, collect(way)[..$k] AS taken, collect(ids)[..$k] AS ways WITH *, "
        "COLLECT { UNWIND taken AS way UNWIND range(0, size(way) - 2) AS n WITH DISTINCT way[n] AS one, way[n + 1] AS other "
        f"MATCH (one)-[x:{_followed(True)}]-(other) WHERE {known} AND {_ASKED_OR_DENYING} "
        f"RETURN [{_LINK}, {_KINDS}, {_CITED}] }} AS links, "
        "reduce(ids = [$start, $goal], way IN ways | ids + way[1..-1]) AS ids "
        f"{_told('links', 'ids')} RETURN tied, ways, links, ids, told, {_OVERTAKEN.format('told')}"
    )


@cache
def edge() -> str:
    """Whom some entities are joined to by what the filters of a path allow; ``$among`` these, where there are any. Shown."""
    return _stepped("RETURN collect(DISTINCT o.id)")


@cache
def onward() -> str:
    """Per entity: the first ``$k`` of those that it is joined to, as in ``edge``. Shown."""
    return _stepped("WITH DISTINCT id, o.id AS next ORDER BY next RETURN id, collect(next)[..$k]")


def _stepped(returned: str) -> str:
    return (
        f"UNWIND $ids AS id MATCH (:Entity {{id: id}})-[x:{_any(True)}]-(o:Entity) WHERE (size($among) = 0 OR o.id IN $among) "
        f"AND {_ASKED} AND {_OPEN} AND {_IN_TIME.format(past=_PAST_SHOWN)} "
        f"AND (o.id IN [$start, $goal] OR {_ALLOWED.format(n='o')}) {returned}"
    )


def _told(links: str, ids: str) -> str:
    """``told``: the texts of some entities, and of the sources of some links; beside it stays all that was there."""
    return (
        f"WITH *, {ids} + [link IN {links} | link[8]] AS named "
        f"WITH *, COLLECT {{ {_TOLD.replace('$ids', 'named')} AND {_OPEN} RETURN [{_LITERAL}] }} AS told"
    )


@cache
def nearest(chosen: bool) -> str:
    """The ids along one of the shortest paths of any length that the filters allow; no row where there is none. Shown.

    Where there is none, the server has looked once at every link that can be reached from one of the ends. ``SHORTEST 1`` with
    a quantified pattern did not end within a minute where one end reached ten thousand entities.
    """
    return (
        f"MATCH path = shortestPath((:Entity {{id: $start}})-[:{_any(True)}*]-(:Entity {{id: $goal}})) "
        f"WHERE {_allowed_path(chosen)} RETURN [n IN nodes(path) | n.id]"
    )


_GIVEN: Final = f"COLLECT {{ MATCH (x:Statement) WHERE x.subject = $given AND {_OPEN} RETURN [{_LITERAL}] LIMIT 1 }}"
_LINKED: Final = f"COLLECT {{ MATCH (:Entity {{id: $given}})-[x]-(:Entity) WHERE {_OPEN} RETURN [{_LINK}] LIMIT 1 }}"
_KEPT_APART: Final = f"UNWIND ids AS id MATCH (:Entity {{id: id}})-[x:DIFFERENT_FROM]-(:Entity) WHERE {_OPEN}"
LIKE: Final = (
    "CALL () { UNWIND range(0, size($wordings) - 1) AS n "
    "CALL db.index.fulltext.queryNodes($index, $wordings[n], {limit: $most}) YIELD node AS x, score "
    f"WHERE x.predicate IN $names AND {_OPEN} WITH x.subject AS id, min(n) AS wording, max(score) AS best "
    "ORDER BY wording, best DESC, id LIMIT $most RETURN collect(id) AS found } "
    f"WITH [$given] + found AS ids, {_GIVEN} AS said, {_LINKED} AS linked "
    f"WITH *, linked + COLLECT {{ {_KEPT_APART} RETURN DISTINCT [{_LINK}] }} AS links "
    "WITH *, ids + [link IN links | link[1]] + [link IN links | link[3]] AS named "
    f"WITH *, said + COLLECT {{ {_TOLD.replace('$ids', 'named')} AND {_OPEN} RETURN [{_LITERAL}] }} AS told "
    f"RETURN ids, links, told, {_OVERTAKEN.format('told')}"
)
"""Entities with a name that the full-text index finds: those of the first wording, best first, then those of the next.

One row: their ids, after the one given; whom they are not to be confused with; what is told of them all; whether that is not
of now. Of the one given it has any statement there is.
"""
