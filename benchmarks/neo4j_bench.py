"""``python -m benchmarks.neo4j_bench``: the graph in Neo4j, loaded and asked by mcmgraph and by plain Cypher.

Starts servers of its own (see ``tests.neo4j_server``), one for plain Cypher (``neo4j_plain``) and one for mcmgraph, or says in
one line that there is none. No query may take longer than ``LIMIT`` seconds, and no figure much longer than ``SHARE`` after
``WARM_UP``: what was cut off is counted, with the limit for its time. ``--size full`` measures 100,000 links and then a
million. Figures go to ``benchmarks/neo4j.json`` as they come, and from there into ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import neo4j
import numpy as np
from neo4j.exceptions import ClientError

from benchmarks import neo4j_plain as plain
from benchmarks import report
from benchmarks.graphs import AS_OF, COUNTRIES, LOADED_AT, SEED, SIZES, Size, statements
from benchmarks.measuring import machine
from graph.errors import StoreError
from graph.model import AsOf, Citation, Period, Statement
from graph.neo4j import Neo4jStore
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.coverage import CoverageQuestion, coverage_of
from queries.cypher.coverage import part_for
from queries.lenses import Entry, Lens, Step
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
from queries.paths import PathQuestion, find_paths
from queries.search import SearchQuestion, search
from tests.neo4j_machines import NoServer
from tests.neo4j_server import Server, launch

HERE: Final = Path(__file__).parent
RUNS: Final = {"quick": ("quick",), "middle": ("middle",), "full": ("quick", "full")}
"""Which graphs each ``--size`` measures."""
MIDDLE: Final = Size("middle", 20_000, 200_000)
LIMIT: Final = 10.0
SHARE: Final = 8.0
WARM_UP: Final = 5.0
MEMORY: Final = "load, peak memory beside that of the generator, MB"
EMBEDDED, SERVER, KERNEL = "mcmgraph, embedded file", "mcmgraph, server", "mcmgraph, kernel on a snapshot"
FIRST, SAME = "plain Cypher", "plain Cypher, same answer"
FOLLOWED: Final = tuple(type_.lower() for type_ in plain.TYPES.split("|"))
CHECKED: Final = 5
"""Pairs for which the answers are compared."""
Answers = dict[tuple[str, str, str], list[Any]]
_NETWORKS: Final = Step("member_of", True, kinds=frozenset({"network"}))
_MECHANISM: Final = frozenset({"mechanism"})
LENSES: Final = {
    plain.MECHANISMS: (Step("enrolled_in", True, kinds=_MECHANISM),),
    plain.ORGANISATIONS: (
        Step("located_in", False, kinds=frozenset({"organisation", "network"})),
        _NETWORKS,
        _NETWORKS,
        Step("member_of", True, kinds=_MECHANISM),
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What one question took, in ms: median and 95th percentile of ``runs``, ``over`` of which were cut off at the limit."""

    name: str
    by: str
    p50: float
    p95: float
    runs: int
    over: int = 0


def generated(size: Size) -> Iterator[Statement]:
    """The graph of the other benchmarks; its countries, areas and territories are on a list, so that a base has them."""
    yield from statements(size)
    for number in range(COUNTRIES):
        yield Statement(f"c{number:03d}", "listed_as", None, "iso-3166-1", Period(), Citation("src-000", "row 0"), "high")


def pairs(size: Size, count: int) -> list[tuple[str, str]]:
    """Pairs of organisations to ask about."""
    drawn = np.random.default_rng(SEED + 1).integers(0, size.entities, (count, 2)).tolist()
    return [(f"e{one:07d}", f"e{other:07d}") for one, other in drawn if one != other]


def asked(name: str, by: str, questions: Sequence[Callable[[], object]]) -> Row:
    """Ask the first half, three times, so that the server has planned and compiled what it runs; then each of the second once.

    Neither for long. What a pair was answered is of no use to another pair, but for what is kept of entities that many meet.
    """
    half = len(questions) // 2
    warming, questions = [*questions[:half]] * 3, questions[half:]
    begun, took, over = time.perf_counter(), list[float](), 0
    for question in warming:
        if time.perf_counter() - begun < WARM_UP:
            _once(question)
    begun = time.perf_counter()
    for question in questions:
        if took and time.perf_counter() - begun > SHARE:
            break
        ms, cut = _once(question)
        took.append(ms)
        over += cut
    p50, p95 = np.quantile(took, [0.5, 0.95]).tolist()
    return Row(name, by, p50, p95, len(took), over)


def _once(question: Callable[[], object]) -> tuple[float, bool]:
    """How many ms it took, and whether it was cut off."""
    begun, cut = time.perf_counter(), False
    try:
        question()
    except (ClientError, StoreError) as error:
        told = error if isinstance(error, ClientError) else error.__cause__
        if not isinstance(told, ClientError) or "Timed" not in (told.code or ""):
            raise
        cut = True
    return (time.perf_counter() - begun) * 1000, cut


def single(name: str, by: str, work: Callable[[], object]) -> Row:
    """What is done one time."""
    took, _ = _once(work)
    return Row(name, by, took, took, 1)


def ask_plainly(size: Size, server: Server, ends: list[tuple[str, str]], answers: Answers) -> Iterator[Row]:
    """Load and ask as a Neo4j user would."""
    driver, day = server.driver(), AsOf(AS_OF).first
    yield single("load", FIRST, lambda: plain.load(driver, size))
    driver.execute_query("CALL db.awaitIndexes(300)")

    def rows(query: str, **parameters: Any) -> list[neo4j.Record]:
        limited = neo4j.Query(query, timeout=LIMIT)
        return driver.execute_query(limited, parameters, routing_=neo4j.RoutingControl.READ).records

    for by, queries in ((FIRST, plain.FIRST), (SAME, plain.SAME)):
        for name, query in queries.items():
            questions = [partial(rows, query, a=a, b=b, day=day, text=f"The organisation {a}") for a, b in ends]
            yield asked(name, by, questions)
    for a, b in ends[:CHECKED]:
        found = rows(plain.SAME[plain.SHORTEST], a=a, b=b, day=day)
        answers[plain.SHORTEST, a, b] = [node["id"] for node in found[0][0]] if found else []
        near = rows(plain.SAME[plain.NEAR], a=a, day=day)[0]
        answers[plain.NEAR, a, b] = [(node["id"], count) for node, count in near[1]]
    pattern = [partial(rows, plain.PATTERN, a=a, b=b, day=day) for a, b in ends]
    yield asked(plain.SHORTEST, "plain Cypher, quantified pattern", pattern)
    for name, query in plain.COVERAGE.items():
        yield asked(name, FIRST, [partial(rows, query, day=day)] * 6)


def ask_ours(size: Size, server: Server, ends: list[tuple[str, str]], answers: Answers) -> Iterator[Row]:
    """Load with the store, fill the snapshot, ask the kernel and the server."""
    yield from loaded(SERVER, partial(_load_server, server.url, server.user, server.password), size)
    with closing(Neo4jStore(server.url, (server.user, server.password))) as store:
        kernel, remote = Graph(store), Graph(store, engine="server")
        _check(remote, ends, answers)
        for name, find in _questions(remote):
            yield asked(name, SERVER, [partial(find, a, b) for a, b in ends[: 6 if name in LENSES else None]])
        yield single("snapshot filled from the server", SERVER, kernel.snapshot)
        for name, find in _questions(kernel):
            yield asked(name, KERNEL, [partial(find, a, b) for a, b in ends[: 6 if name in LENSES else None]])


def _check(graph: Graph, ends: list[tuple[str, str]], answers: Answers) -> None:
    """That plain Cypher for the same answer gave it."""
    find = dict(_questions(graph))
    for a, b in ends[:CHECKED]:
        given: list[Any] = []
        _, late = _once(partial(_ask_into, given, [partial(find[one], a, b) for one in (plain.SHORTEST, plain.NEAR)]))
        if late:  # it is told with the figures
            continue
        path, near = given
        ids = list(path.results[0].ids) if path.results else []
        nodes = [(node.id, node.degree) for node in near.nodes]
        assert ids == answers[plain.SHORTEST, a, b], (a, b)
        assert nodes == answers[plain.NEAR, a, b], (a, b)


def _ask_into(given: list[Any], questions: Sequence[Callable[[], object]]) -> None:
    given += [question() for question in questions]


def _questions(graph: Graph) -> list[tuple[str, Callable[[str, str], object]]]:
    def path(a: str, b: str, **more: Any) -> object:
        return find_paths(graph, PathQuestion(a, b, as_of=AS_OF, predicates=FOLLOWED, **more))

    def near(a: str, _: str) -> object:
        return find_neighbourhood(graph, NeighbourhoodQuestion(a, as_of=AS_OF, predicates=FOLLOWED))

    def named(a: str, _: str) -> object:
        return search(graph, SearchQuestion(f"The organisation {a}"))

    def cover(name: str, _: str, __: str) -> object:
        steps, kinds = LENSES[name], frozenset({"country"})
        lens = Lens(name, (), name, name, kinds, "iso-249", (Entry("actors", "actors", steps, len(steps) - 1),))
        question = CoverageQuestion(as_of=AS_OF, columns="product-class")
        return coverage_of(graph.snapshot() if graph.engine == "kernel" else part_for(graph, lens, question), lens, question)

    return [
        (plain.SHORTEST, partial(path, by="shortest", k=1)),
        (plain.BY_SCORE, partial(path, max_steps=3)),
        ("5 best by score, 6 steps", path),
        (plain.NEAR, near),
        (plain.SEARCH, named),
        *((name, partial(cover, name)) for name in LENSES),
    ]


def loaded(by: str, load: Callable[[Size], float], size: Size) -> Iterator[Row]:
    """A load in a process of its own: how long it took, and what memory it needs beside that of making the statements."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        took, most = pool.apply(_measured_load, (load, size))
    yield Row("load", by, took, took, 1)
    if most:
        yield Row(MEMORY, by, most, most, 1)


def _measured_load(load: Callable[[Size], float], size: Size) -> tuple[float, float]:
    deque(generated(size), maxlen=0)
    before = _peak()
    return load(size), _peak() - before


def _peak() -> float:
    """The most MB that this process has held, 0 where that cannot be told."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def _load_server(url: str, user: str, password: str, size: Size) -> float:
    with closing(Neo4jStore(url, (user, password))) as store:
        return single("load", SERVER, lambda: store.replace("benchmark", generated(size), LOADED_AT)).p50


def _load_embedded(size: Size) -> float:
    with tempfile.TemporaryDirectory() as folder, closing(SqliteStore(Path(folder) / "graph.sqlite")) as store:
        return single("load", EMBEDDED, lambda: store.replace("benchmark", generated(size), LOADED_AT)).p50


def measured(size: Size, ends: list[tuple[str, str]]) -> Iterator[Row]:
    """All rows of one size. Raises ``NoServer``."""
    large, answers = size.links > MIDDLE.links, Answers()
    for side in (ask_plainly, ask_ours):
        server = launch(heap="1500m" if large else "768m", page_cache="512m" if large else "256m", quick=False)
        try:
            yield from side(size, server, ends, answers)
        finally:
            server.stop()
    yield from loaded(EMBEDDED, _load_embedded, size)


def main() -> int:
    """Measure and write the figures; 0 also where there is no server."""
    read = argparse.ArgumentParser(prog="python -m benchmarks.neo4j_bench", description=__doc__)
    read.add_argument("--size", choices=sorted(RUNS), default="full")
    read.add_argument("--questions", type=int, default=30, help="pairs that are asked about (default: %(default)s)")
    read.add_argument("--out", type=Path, default=HERE / "neo4j.json", help="where the figures go (default: %(default)s)")
    given = read.parse_args()
    for name in RUNS[given.size]:
        size, on, rows = SIZES.get(name, MIDDLE), machine(), list[Row]()
        print(f"{size.links:,} links", flush=True)
        try:
            for row in measured(size, pairs(size, 2 * given.questions)):
                cut = f"  {row.over} over {LIMIT:g} s" if row.over else ""
                print(f"{row.name:46} {row.by:34} {row.p50:12,.1f} {row.p95:12,.1f} ms {row.runs:4}{cut}", flush=True)
                rows.append(row)
                _keep(given.out, size, on, rows)
        except NoServer as error:
            print(f"No Neo4j server, so nothing was measured on one: {error}")
            return 0
    if given.out == HERE / "neo4j.json":
        report.rewrite(HERE.parent / "docs")
    return 0


def _keep(path: Path, size: Size, on: dict[str, str], rows: list[Row]) -> None:
    """Write what was measured so far beside that of the other sizes: a run that is stopped has not been for nothing."""
    held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    told = {"seed": SEED, "entities": size.entities, "links": size.links, "limit": LIMIT, "machine": on}
    held[size.name] = {**told, "figures": [asdict(row) for row in rows]}
    path.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
