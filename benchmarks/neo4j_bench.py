"""``python -m benchmarks.neo4j_bench``: the graph in Neo4j, loaded and asked by mcmgraph and by plain Cypher.

Starts a server of its own (see ``tests.neo4j_server``), or says in one line that there is none. Plain Cypher is what a Neo4j
user would write: nodes with a uniqueness constraint, typed relationships with ``since``, ``until`` and ``cost``, UNWIND with a
labelled MATCH; it knows no known time, no citations and no hubs, so it has less to do. Figures go to ``benchmarks/neo4j.json``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import neo4j
import numpy as np

from benchmarks.graphs import AS_OF, COUNTRIES, LOADED_AT, SEED, SIZES, Size, statements
from benchmarks.measuring import Figure, machine, timed
from graph.model import AsOf, Citation, Period, Statement
from graph.neo4j import Neo4jStore
from graph.snapshot import Graph
from graph.vocabulary import vocabulary
from queries.coverage import CoverageQuestion, coverage_of
from queries.cypher.coverage import part_for
from queries.cypher.reading import Part
from queries.lenses import Entry, Lens, Step
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
from queries.paths import PathQuestion, find_paths
from queries.weights import weights
from tests.neo4j_machines import NoServer
from tests.neo4j_server import Server, launch

HERE: Final = Path(__file__).parent
BATCH: Final = 10_000
LENS: Final = Lens(
    "bench", (), "bench", "Enrolled in a mechanism.", frozenset({"country"}), "iso-249",
    (Entry("enrolled", "enrolled", (Step("enrolled_in", True, kinds=frozenset({"mechanism"})),), 0),),
)  # fmt: skip
TYPES: Final = "MEMBER_OF|PARTNERS_WITH|FUNDS|SUPPORTS|PART_OF|SUPPLIES_TO|PARTICIPATES_IN|DEVELOPS"
IN_TIME: Final = "r.since < $day AND r.until > $day"
PLAIN: Final = {
    "shortest path": f"MATCH p = shortestPath((a:E {{id: $a}})-[:{TYPES}*..6]-(b:E {{id: $b}})) "
    f"WHERE all(r IN relationships(p) WHERE {IN_TIME}) RETURN [n IN nodes(p) | n.id]",
    "shortest path, quantified pattern": f"MATCH p = SHORTEST 1 (a:E {{id: $a}}) (()-[r:{TYPES} WHERE {IN_TIME}]-())+ "
    "(b:E {id: $b}) RETURN [n IN nodes(p) | n.id]",
    "5 best by score, 3 steps": f"MATCH p = (a:E {{id: $a}})-[:{TYPES}*1..3]-(b:E {{id: $b}}) "
    f"WHERE all(r IN relationships(p) WHERE {IN_TIME}) "
    "RETURN [n IN nodes(p) | n.id], reduce(c = 0, r IN relationships(p) | c + r.cost) AS cost ORDER BY cost LIMIT 5",
    "neighbourhood, one step": f"MATCH (a:E {{id: $a}})-[r:{TYPES}]-(b:E) WHERE {IN_TIME} "
    "RETURN a.id, type(r), b.id, r.since, r.until, r.source LIMIT 100",
}
PLAIN_COVERAGE: Final = (
    "MATCH (c:E {kind: 'country'}) MATCH (m:E {kind: 'mechanism'}) "
    f"RETURN c.id, m.id, EXISTS {{ MATCH (c)-[r:ENROLLED_IN]->(m) WHERE {IN_TIME} }}"
)


def generated(size: Size) -> Iterator[Statement]:
    """The graph of the other benchmarks; its countries, areas and territories are on a list, so that a base has them."""
    yield from statements(size)
    for number in range(COUNTRIES):
        yield Statement(f"c{number:03d}", "listed_as", None, "iso-3166-1", Period(), Citation("src-000", "row 0"), "high")


def pairs(size: Size, count: int) -> list[tuple[str, str]]:
    """Pairs of organisations to ask about."""
    drawn = np.random.default_rng(SEED + 1).integers(0, size.entities, (count, 2)).tolist()
    return [(f"e{one:07d}", f"e{other:07d}") for one, other in drawn if one != other]


def plain(size: Size, server: Server, asked: list[tuple[str, str]]) -> Iterator[Figure]:
    """Load and ask as a Neo4j user would."""
    driver, day = server.driver(), AsOf(AS_OF).first
    driver.execute_query("CREATE CONSTRAINT e_id FOR (e:E) REQUIRE e.id IS UNIQUE")
    driver.execute_query("CREATE INDEX e_kind FOR (e:E) ON (e.kind)")
    begun = time.perf_counter()
    nodes = ([one.subject, one.value] for one in generated(size) if one.predicate == "kind")
    _send(driver, "UNWIND $rows AS r CREATE (:E {id: r[0], kind: r[1]})", nodes)
    cost = {word.name: weights().of_strength(word.strength) + weights().length for word in vocabulary().predicates.values()}
    links = (
        [
            one.subject,
            one.predicate.upper(),
            one.object,
            one.valid.first,
            one.valid.end,
            one.citation.source,
            cost[one.predicate],
        ]
        for one in generated(size)
        if one.object is not None
    )
    _send(
        driver,
        "UNWIND $rows AS r MATCH (a:E {id: r[0]}) MATCH (b:E {id: r[2]}) "
        "CREATE (a)-[:$(r[1]) {since: r[3], until: r[4], source: r[5], cost: r[6]}]->(b)",
        links,
    )
    yield _once("load into Neo4j", "plain Cypher", begun)
    for name, query in PLAIN.items():
        yield timed(name, "plain Cypher", [partial(_rows, driver, query, a=a, b=b, day=day) for a, b in asked])
    yield timed("coverage of mechanisms", "plain Cypher", [partial(_rows, driver, PLAIN_COVERAGE, day=day)] * 5)


def own(size: Size, server: Server, asked: list[tuple[str, str]]) -> Iterator[Figure]:
    """Load with the store, fill the snapshot, ask on the server."""
    with closing(Neo4jStore(server.url, (server.user, server.password))) as store:
        begun = time.perf_counter()
        store.replace("benchmark", generated(size), LOADED_AT)
        yield _once("load into Neo4j", "mcmgraph", begun)
        begun = time.perf_counter()
        kernel, graph = Graph(store), Graph(store, engine="server")
        kernel.snapshot()
        yield _once("snapshot from Neo4j", "mcmgraph", begun)
        for by, one in (("kernel on the snapshot", kernel), ("mcmgraph", graph)):
            yield from _questions(one, by, asked)


def _questions(graph: Graph, by: str, asked: list[tuple[str, str]]) -> Iterator[Figure]:
    def path(a: str, b: str, **more: Any) -> object:
        return find_paths(graph, PathQuestion(a, b, as_of=AS_OF, **more))

    def near(a: str) -> object:
        return find_neighbourhood(graph, NeighbourhoodQuestion(a, as_of=AS_OF))

    def cover() -> object:
        question = CoverageQuestion(as_of=AS_OF)
        snapshot = graph.snapshot() if graph.engine == "kernel" else part_for(Part(graph, None), LENS, question)
        return coverage_of(snapshot, LENS, question)

    yield timed("shortest path", by, [partial(path, a, b, by="shortest", k=1) for a, b in asked])
    yield timed("5 best by score, 3 steps", by, [partial(path, a, b, max_steps=3) for a, b in asked])
    yield timed("5 best by score, 6 steps", by, [partial(path, a, b) for a, b in asked])
    yield timed("neighbourhood, one step", by, [partial(near, a) for a, _ in asked])
    yield timed("coverage of mechanisms", by, [cover] * 5)


def _send(driver: neo4j.Driver, query: str, rows: Iterator[list[Any]]) -> None:
    while batch := list(islice(rows, BATCH)):
        driver.execute_query(query, rows=batch)


def _rows(driver: neo4j.Driver, query: str, **parameters: Any) -> object:
    return driver.execute_query(query, parameters, routing_=neo4j.RoutingControl.READ).records


def _once(name: str, by: str, begun: float) -> Figure:
    took = (time.perf_counter() - begun) * 1000
    return Figure(name, by, took, took, 1)


def _keep(size: Size, on: dict[str, str], figures: list[Figure]) -> None:
    """Write what was measured so far beside that of the other sizes: a run that is stopped has not been for nothing."""
    kept = HERE / "neo4j.json"
    held = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    held[size.name] = {"seed": SEED, "links": size.links, "machine": on, "figures": [figure.row() for figure in figures]}
    kept.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Measure one size and write the figures; 0 also where there is no server."""
    read = argparse.ArgumentParser(prog="python -m benchmarks.neo4j_bench", description=__doc__)
    read.add_argument("--size", choices=sorted(SIZES), default="full")
    read.add_argument("--questions", type=int, default=40, help="pairs that are asked about (default: %(default)s)")
    given = read.parse_args()
    size, on = SIZES[given.size], machine()
    asked, figures = pairs(size, given.questions), []
    sides: tuple[Callable[[Size, Server, list[tuple[str, str]]], Iterator[Figure]], ...] = (plain, own)
    for side in sides:
        try:
            server = launch(heap="512m" if size.links <= 100_000 else "1g", page_cache="256m", quick=False)
        except NoServer as error:
            print(f"No Neo4j server, so nothing was measured on one: {error}")
            return 0
        try:
            for figure in side(size, server, asked):
                print(f"{figure.name:40} {figure.by:24} {figure.p50:12.2f} {figure.p95:12.2f} {figure.unit}", flush=True)
                figures.append(figure)
                _keep(size, on, figures)
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
