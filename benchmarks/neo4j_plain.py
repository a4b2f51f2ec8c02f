"""Plain Cypher: the questions of ``neo4j_bench`` as a Neo4j user would write them, on a graph as such a user would load it.

Nodes ``(:E {id, kind, name})`` with a uniqueness constraint; relationships named by predicate with ``since``, ``until`` (days),
``source``, ``locator``, ``confidence`` and ``cost``; UNWIND in batches with a labelled MATCH. It knows no known time, no ids of
statements, no literals but kind and name, and no two sources of one name, so it has less to write and less to read.

``FIRST`` is what comes to mind first. It answers less than was asked: any one of the shortest paths and nothing about it, the
links of an entity in no order. ``SAME`` gives what mcmgraph's answer needs: the first path in the order of ids with all
parallel links of its steps, their sources, and the neighbours of its inner entities; the nearest by the same order, how many
neighbours each has, and the links among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import neo4j

from benchmarks.graphs import Size, statements
from graph.vocabulary import vocabulary
from queries.weights import weights

BATCH: Final = 10_000
TYPES: Final = "MEMBER_OF|PARTNERS_WITH|FUNDS|SUPPORTS|PART_OF|SUPPLIES_TO|PARTICIPATES_IN|DEVELOPS"
TRAVERSABLE: Final = "|".join(
    name.upper() for name in (*TYPES.lower().split("|"), "located_in", "enrolled_in", "covers", "works_on")
    if vocabulary().predicate(name).traversable
)  # fmt: skip
"""Those relationship types of the graph that a path may follow: what makes a hub."""
_IN_TIME: Final = "r.since < $day AND r.until > $day"
_ALL_IN_TIME: Final = f"all(r IN relationships(p) WHERE {_IN_TIME})"
_STRENGTH: Final = "{{{}}}".format(
    ", ".join(f"{type_}: {vocabulary().predicate(type_.lower()).strength}" for type_ in TYPES.split("|"))
)

SHORTEST: Final = "shortest path"
BY_HOPS: Final = "5 best by hops"
BY_SCORE: Final = "5 best by score, 3 steps"
NEAR: Final = "neighbourhood, one step"
MECHANISMS: Final = "coverage of mechanisms"
ORGANISATIONS: Final = "coverage of organisations, three memberships"
SEARCH: Final = "search for a name"

FIRST: Final = {
    SHORTEST: f"MATCH p = shortestPath((a:E {{id: $a}})-[:{TYPES}*..6]-(b:E {{id: $b}})) WHERE {_ALL_IN_TIME} "
    "RETURN [n IN nodes(p) | n.id]",
    BY_HOPS: f"MATCH p = SHORTEST 5 (a:E {{id: $a}}) (()-[r:{TYPES} WHERE {_IN_TIME}]-(:E)){{1,6}} (b:E {{id: $b}}) "
    "RETURN [n IN nodes(p) | n.id]",
    BY_SCORE: f"MATCH p = (a:E {{id: $a}})-[:{TYPES}*1..3]-(b:E {{id: $b}}) WHERE {_ALL_IN_TIME} "
    "RETURN [n IN nodes(p) | n.id], reduce(c = 0, r IN relationships(p) | c + r.cost) AS cost ORDER BY cost LIMIT 5",
    NEAR: f"MATCH (a:E {{id: $a}})-[r:{TYPES}]-(b:E) WHERE {_IN_TIME} "
    "RETURN a.id, type(r), b.id, b.name, r.since, r.until, r.source LIMIT 100",
    SEARCH: "CALL db.index.fulltext.queryNodes('e_name', $text) YIELD node, score RETURN node.id, node.name, score LIMIT 20",
}
PATTERN: Final = (
    f"MATCH p = SHORTEST 1 (a:E {{id: $a}}) (()-[r:{TYPES} WHERE {_IN_TIME}]-())+ (b:E {{id: $b}}) "
    "RETURN [n IN nodes(p) | n.id]"
)
"""``SHORTEST`` by a quantified path pattern."""
_DEGREE: Final = "COUNT {{ MATCH (n)-[r:{}]-(o:E) WHERE {} AND o <> n RETURN DISTINCT o }}"
SAME: Final = {
    SHORTEST: f"MATCH p = allShortestPaths((a:E {{id: $a}})-[:{TYPES}*..6]-(b:E {{id: $b}})) WHERE {_ALL_IN_TIME} "
    "WITH p, [n IN nodes(p) | n.id] AS ids ORDER BY ids LIMIT 1 "
    "RETURN [n IN nodes(p) | n {.id, .name, .kind}], "
    f"[n IN nodes(p)[1..-1] | {_DEGREE.format(TRAVERSABLE, _IN_TIME)}], "
    f"COLLECT {{ UNWIND range(0, length(p) - 1) AS i WITH nodes(p)[i] AS n, nodes(p)[i + 1] AS o MATCH (n)-[r:{TYPES}]-(o) "
    f"WHERE {_IN_TIME} MATCH (s:E {{id: r.source}}) RETURN [startNode(r).id, type(r), properties(r), s.name] }}",
    NEAR: f"MATCH (a:E {{id: $a}})-[r:{TYPES}]-(b:E) WHERE {_IN_TIME} AND b <> a "
    f"WITH a, b, max({_STRENGTH}[type(r)]) AS strength, count(r) AS links ORDER BY strength DESC, links DESC, b.id "
    "WITH a, collect(b) AS reached WITH [a] + reached AS reached, [a] + reached[..100] AS shown "
    f"RETURN size(reached), [n IN shown | [n {{.id, .name, .kind}}, {_DEGREE.format(TYPES, _IN_TIME)}]], "
    f"COUNT {{ UNWIND reached AS n MATCH (n)-[r:{TYPES}]->(o:E) WHERE o IN reached AND {_IN_TIME} "
    "RETURN DISTINCT n, o, type(r) }, "
    f"COLLECT {{ UNWIND shown AS n MATCH (n)-[r:{TYPES}]->(o:E) WHERE o IN shown AND {_IN_TIME} MATCH (s:E {{id: r.source}}) "
    "RETURN [n.id, type(r), o.id, properties(r), s.name] }",
}
_CELLS: Final = (
    "MATCH (c:E {{kind: 'country'}}) MATCH (p:E {{kind: 'product_class'}}) RETURN c.id, p.id, "
    "COUNT {{ MATCH {way} WHERE all(r IN [{links}] WHERE r.since < $day AND r.until > $day) RETURN DISTINCT m }}"
)
COVERAGE: Final = {
    MECHANISMS: _CELLS.format(way="(c)-[r1:ENROLLED_IN]->(m:E {kind: 'mechanism'})-[r2:COVERS]->(p)", links="r1, r2"),
    ORGANISATIONS: _CELLS.format(
        way="(c)<-[r1:LOCATED_IN]-(:E)-[r2:MEMBER_OF]->(:E {kind: 'network'})-[r3:MEMBER_OF]->(:E {kind: 'network'})"
        "-[r4:MEMBER_OF]->(m:E {kind: 'mechanism'})-[r5:COVERS]->(p)",
        links="r1, r2, r3, r4, r5",
    ),
}


def load(driver: neo4j.Driver, size: Size) -> int:
    """Load the graph; returns how many links it has."""
    for command in (
        "CREATE CONSTRAINT e_id FOR (e:E) REQUIRE e.id IS UNIQUE",
        "CREATE INDEX e_kind FOR (e:E) ON (e.kind)",
        "CREATE FULLTEXT INDEX e_name FOR (e:E) ON EACH [e.name]",
    ):
        driver.execute_query(command)
    nodes, count = _nodes(size), 0
    while batch := list(islice(nodes, BATCH)):
        driver.execute_query("UNWIND $rows AS r CREATE (:E {id: r[0], kind: r[1], name: r[2]})", rows=batch)
    links = _links(size)
    while batch := list(islice(links, BATCH)):
        count += len(batch)
        driver.execute_query(
            "UNWIND $rows AS r MATCH (a:E {id: r[0]}) MATCH (b:E {id: r[2]}) CREATE (a)-[:$(r[1]) {since: r[3], until: r[4], "
            "source: r[5], locator: r[6], confidence: r[7], cost: r[8]}]->(b)",
            rows=batch,
        )
    return count


def _nodes(size: Size) -> Iterator[list[Any]]:
    kind = ""
    for one in statements(size):
        if one.object is not None:
            return
        if one.predicate == "kind":
            kind = one.value or ""
        else:
            yield [one.subject, kind, one.value]


def _links(size: Size) -> Iterator[list[Any]]:
    cost = {word.name: weights().of_strength(word.strength) + weights().length for word in vocabulary().predicates.values()}
    for one in statements(size):
        if one.object is not None:
            valid, cited = one.valid, one.citation
            yield [
                one.subject, one.predicate.upper(), one.object, valid.first, valid.end,
                cited.source, cited.locator, one.confidence, cost[one.predicate],
            ]  # fmt: skip
