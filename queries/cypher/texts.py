"""The Cypher of the questions: few texts, so that the server plans them once; everything else is a parameter.

In all of them ``x`` is a statement as one loaded source says it, a relationship or a node; ``$now`` is the revision. It
is returned as ``graph.sqlite_rows.SelectedRow`` has it, its id as text. Those that are ``shown`` read the kinds of entities off
their nodes, one property in place of an index look-up; that is exact for the newest revision (see ``reading.Part.shown``).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from graph.neo4j_cypher import NOW
from graph.neo4j_schema import link_types
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
"""What is known now or was at a moment, and ``TEXTS`` at that revision, in one go."""
TEXTS: Final = (
    f"{_TOLD} AND {_OPEN} RETURN [{_LITERAL}] AS told UNION ALL "
    "MATCH (c:Change) WHERE c.revision > $now RETURN null AS told LIMIT 1"
)
"""What is told of some entities by some literal predicates; and null where something was loaded after ``$now``."""

LITERALS: Final = (
    "MATCH (x:Statement) USING INDEX x:Statement(predicate, id) "
    "WHERE x.predicate = $predicate AND x.id >= '' AND (size($values) = 0 OR x.value IN $values) "
    f"AND {_OPEN} RETURN {_LITERAL}"
)
"""All texts of one predicate; only these values, where some are given."""

ANYTHING: Final = (
    f"MATCH (x:Statement) WHERE x.subject = $id AND {_OPEN} RETURN [{_LITERAL}] AS told LIMIT 1 UNION ALL "
    f"MATCH (:Entity {{id: $id}})-[x]-(:Entity) WHERE {_OPEN} RETURN [{_LINK}] AS told LIMIT 1"
)
"""Anything that is said of an entity: a text, a link."""

_NOT_NOW: Final = (
    "NOT EXISTS {{ (:Change {{revision: $now}}) }} "
    "OR EXISTS {{ MATCH (later:Change) WHERE later.revision > $now + 0 * size({}) }}"
)
"""Whether ``$now`` is not the newest revision, found out after that list was read: the planner sees that it needs it."""
OVERTAKEN: Final = f"WITH [] AS read RETURN {_NOT_NOW.format('read')}"
"""Whether ``$now`` is not the newest revision."""

FORWARD: Final = f"UNWIND $ids AS id MATCH (:Entity {{id: id}})-[x:$any($types)]->(:Entity) WHERE {_OPEN} RETURN {_LINK}"
BACKWARD: Final = f"UNWIND $ids AS id MATCH (:Entity {{id: id}})<-[x:$any($types)]-(:Entity) WHERE {_OPEN} RETURN {_LINK}"
"""The links of some types that some entities have in one direction, of any time."""
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
def around(traversable: bool, shown: bool) -> str:
    """The links of some entities that are known, in time, of the types and confidences asked for; at either end.

    With the links of the types ``$denying``, whatever their confidence.

    With ``$inside`` only those between two of the entities. ``shown``: with the kinds of both ends.
    """
    past = _PAST_SHOWN if shown else _PAST
    return (
        f"UNWIND $ids AS id MATCH (:Entity {{id: id}})-[x:{_followed(traversable)}]-(o:Entity) WHERE {_ASKED_OR_DENYING} "
        f"AND (NOT $inside OR o.id IN $ids) AND {_OPEN} AND {_IN_TIME.format(past=past)} "
        f"WITH DISTINCT x RETURN {_LINK}, {_KINDS if shown else 'null AS one, null AS other, elementId(x)'}"
    )


@cache
def beside() -> str:
    """``$centre`` and the entities one step from it; none where there are more than ``$limit``. Shown.

    One row: how many others each is joined to; the links among them, whole; what is told of them and of the sources;
    whether that is not of now.
    """
    asked = f"{_ASKED} AND {_OPEN} AND {_IN_TIME.format(past=_PAST_SHOWN)}"
    allowed = _ALLOWED.format(n="o")
    return (
        f"MATCH (c:Entity {{id: $centre}}) WITH c, COLLECT {{ MATCH (c)-[x:{_any(False)}]-(o:Entity) "
        f"WHERE o <> c AND {asked} AND {allowed} RETURN DISTINCT o }} AS met "
        "WITH c, CASE WHEN size(met) > $limit THEN [] ELSE [c] + met END AS reach "
        f"WITH *, COLLECT {{ UNWIND reach AS e OPTIONAL MATCH (e)-[x:{_any(False)}]-(o:Entity) "
        f"WHERE o <> e AND {asked} AND (o = c OR {allowed}) "
        "WITH e, count(DISTINCT o) AS joined, collect(DISTINCT CASE WHEN o IN reach AND startNode(x) = e THEN x END) AS links "
        "RETURN [e.id, joined, links] } AS found "
        f"WITH *, COLLECT {{ UNWIND found AS one UNWIND one[2] AS x RETURN [{_LINK}, {_KINDS}, {_CITED}] }} AS links "
        f"{_told('links', '[n IN reach | n.id]')} "
        f"RETURN [one IN found | one[..2]], links, told, {_NOT_NOW.format('told')}"
    )


@cache
def ring(traversable: bool) -> str:
    """Per entity: how many it is joined to by the links asked for, and those of them that lead to another of the entities.

    Each such link comes once, with the entity that is its subject. Shown.
    """
    return (
        f"UNWIND $ids AS id MATCH (e:Entity {{id: id}}) OPTIONAL MATCH (e)-[x:{_any(traversable)}]-(o:Entity) "
        f"WHERE o <> e AND {_ASKED} AND {_OPEN} AND {_IN_TIME.format(past=_PAST_SHOWN)} "
        f"AND (o.id = $centre OR {_ALLOWED.format(n='o')}) "
        f"RETURN id, count(DISTINCT o), [x IN collect(DISTINCT CASE WHEN o.id IN $ids AND startNode(x) = e THEN x END) "
        f"| [{_LINK}, {_KINDS}]]"
    )


@cache
def neighbours() -> str:
    """Per entity: how many others it is joined to by what a path may follow, before any filter. Shown."""
    return f"UNWIND $ids AS id MATCH (e:Entity {{id: id}}) RETURN id, {_neighbours()}"


def _neighbours() -> str:
    return (
        f"COUNT {{ MATCH (e)-[x:{_any(True)}]-(o:Entity) WHERE o <> e AND coalesce(o.kind, '') <> $source "
        f"AND x.first < $end AND (x.end > $first OR {_PAST_SHOWN}) AND {_OPEN} RETURN DISTINCT o }}"
    )


_PATH: Final = "all(x IN relationships(path) WHERE {links}) AND all(n IN nodes(path) WHERE n.id IN [$start, $goal] OR {nodes})"


@cache
def shortest(most: int) -> str:
    """The shortest paths of at most so many steps that the filters allow, the first ``$k`` by the ids along them. Shown.

    One row: for each path its ids; the links that its steps take and what denies them, whole; for each inner entity how many
    ``neighbours`` it has; all entities on the paths; what is told of them and of the sources; whether that is not of now.

    The server searches from both ends and drops a link or an entity when it meets it. ``ALL SHORTEST`` with a quantified
    pattern gives the same and took nearly twice as long.
    """
    known = f"{_IN_TIME.format(past=_PAST_SHOWN)} AND {_OPEN}"
    links = f"{known} AND {_ASKED}"
    return (
        f"MATCH path = allShortestPaths((:Entity {{id: $start}})-[:{_any(True)}*..{most}]-(:Entity {{id: $goal}})) "
        f"WHERE {_PATH.format(links=links, nodes=_ALLOWED.format(n='n'))} "
        "WITH DISTINCT nodes(path) AS way WITH way, [n IN way | n.id] AS ids ORDER BY ids LIMIT $k "
        "WITH collect(way) AS taken, collect(ids) AS ways WITH ways, taken, "
        "COLLECT { UNWIND taken AS way UNWIND range(0, size(way) - 2) AS n WITH DISTINCT way[n] AS one, way[n + 1] AS other "
        f"MATCH (one)-[x:{_followed(True)}]-(other) WHERE {known} AND {_ASKED_OR_DENYING} "
        f"RETURN [{_LINK}, {_KINDS}, {_CITED}] }} AS links, "
        f"COLLECT {{ UNWIND taken AS way UNWIND way[1..-1] AS e WITH DISTINCT e RETURN [e.id, {_neighbours()}] }} AS counts "
        "WITH *, reduce(ids = [$start, $goal], way IN ways | ids + way[1..-1]) AS ids "
        f"{_told('links', 'ids')} RETURN ways, links, counts, ids, told, {_NOT_NOW.format('told')}"
    )


def _told(links: str, ids: str) -> str:
    """``told``: the texts of some entities, and of the sources of some links; beside it stays all that was there."""
    return (
        f"WITH *, {ids} + [link IN {links} | link[8]] AS named "
        f"WITH *, COLLECT {{ {_TOLD.replace('$ids', 'named')} AND {_OPEN} RETURN [{_LITERAL}] }} AS told"
    )


@cache
def nearest() -> str:
    """The ids along one of the shortest paths of any length that the filters allow; no row where there is none. Shown.

    The filters stand inside the quantified path pattern, so the server drops a link when it meets it.
    """
    past = "a.kind IN $occurrences OR b.kind IN $occurrences"
    return (
        "MATCH path = SHORTEST 1 (s:Entity {id: $start}) "
        f"((a)-[x:{_any(True)} WHERE {_ASKED} AND {_OPEN}]-(b) "
        f"WHERE {_IN_TIME.format(past=past)} AND (b.id = $goal OR {_ALLOWED.format(n='b')}))+ (g:Entity {{id: $goal}}) "
        "RETURN [n IN nodes(path) | n.id]"
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
    f"RETURN ids, links, told, {_NOT_NOW.format('told')}"
)
"""Entities with a name that the full-text index finds: those of the first wording, best first, then those of the next.

One row: their ids, after the one given; whom they are not to be confused with; what is told of them all; whether that is not
of now. Of the one given it has any statement there is.
"""
