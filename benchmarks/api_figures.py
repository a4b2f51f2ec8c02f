"""``GET /v1/paths`` as its callers see it: a real server, sixteen connections from another process, whole answers, cited.

Distinct questions first: none is asked twice, so every answer is made anew. Then the same few again and again, as a page that
many look at: those come from the answers that the server keeps.

Then a smaller graph once in the embedded file and once on a Neo4j of its own (see ``tests.neo4j_server``), with
``engine=server``: the same questions behind the same API, answered by Cypher. ``python -m benchmarks.api_figures --size quick``
measures only this, and prints it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from benchmarks.graphs import AS_OF, LOADED_AT, SEED, SIZES, Size, statements, stored
from benchmarks.measuring import Figure
from graph.revisions import Graph
from graph.snapshot import Snapshot

CONNECTIONS = 16
GOAL = 20.0
"""Milliseconds, for 99 of 100 answers."""
BY = "engine=server on Neo4j"
BESIDE = 116
"""Questions that Cypher is asked too; the first sixteen warm up."""
DISTINCT = "distinct questions"


@contextmanager
def serving(store: Path | str, workers: int, environment: Mapping[str, str] | None = None) -> Iterator[tuple[str, int]]:
    """``mcmgraph serve`` on a free port in a process of its own: its host and port."""
    command = [str(Path(sys.executable).with_name("mcmgraph")), "serve", "--port", "0", "--workers", str(workers)]
    settings = os.environ | {"MCMGRAPH_STORE": str(store), "MCMGRAPH_LOG": "info", **(environment or {})}
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            found = re.search(r"http://([\d.]+):(\d+)/", line)
            if found is None:
                raise RuntimeError(f"The server did not start: {line!r}")
            yield found[1], int(found[2])
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def asked(where: tuple[str, int], targets: Sequence[str], times: int, connections: int = CONNECTIONS) -> dict[str, object]:
    """What ``benchmarks.api_client`` measures, run as a process of its own."""
    given = {"host": where[0], "port": where[1], "targets": list(targets), "times": times, "connections": connections}
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.api_client"], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(run.stderr[-2_000:])
    told: dict[str, object] = json.loads(run.stdout)
    return told


def targets(snapshot: Snapshot, count: int, **more: str) -> list[str]:
    """So many different questions, between entities that a path may join."""
    random = np.random.default_rng(SEED + 2)
    linked = np.flatnonzero(np.diff(snapshot.offsets))
    nodes = [node for node in linked.tolist() if snapshot.kinds[node] in ("organisation", "network")]
    drawn = {tuple(random.choice(nodes, 2, replace=False).tolist()) for _ in range(count)}
    ask = [{"from": snapshot.ids[one], "to": snapshot.ids[other], "as_of": AS_OF, **more} for one, other in sorted(drawn)]
    return [f"/v1/paths?{urlencode(question)}" for question in ask]


def figures(store: Path, snapshot: Snapshot, name: str, count: int, workers: int = 2) -> Iterator[Figure]:
    """p50, p95, p99 and how many a second.

    The first tenth of the questions warms the workers up: each makes what it keeps for a date, also what it needs to tell why
    there is no path, when it is first asked for such a one.
    """
    every = targets(snapshot, count)
    warm, distinct = every[: count // 10], every[count // 10 :]
    with serving(store, workers) as where:
        asked(where, warm, 1)
        for how, some, times in ((DISTINCT, distinct, 1), ("20 questions, repeated", distinct[:20], 50)):
            told = asked(where, some, times)
            took, seconds = np.array(told["milliseconds"]), float(str(told["seconds"]))
            assert not told["late"], "the embedded file was not to be had"
            p50, p95, p99 = np.quantile(took, [0.5, 0.95, 0.99]).tolist()
            title = _title(name, how)
            yield Figure(f"{title}: p99", "mcmgraph", p99, p99, len(took), goal=GOAL)
            yield Figure(f"{title}: one answer", "mcmgraph", p50, p95, len(took))
            yield Figure(
                f"{title}: answers a second", "mcmgraph", len(took) / seconds, len(took) / seconds, len(took), "a second"
            )


def _title(name: str, how: str) -> str:
    return f"GET /v1/paths, {name}, {CONNECTIONS} at once, {how}"


def beside_cypher(size: Size, kept: Path, count: int = BESIDE) -> Iterator[Figure]:
    """The same distinct questions behind the same API, answered by the kernel and by Cypher; none where there is no Neo4j."""
    from graph.neo4j import Neo4jStore
    from tests.neo4j_machines import NoServer
    from tests.neo4j_server import launch

    with stored(size, kept) as local:
        every = targets(Graph(local).snapshot(), count)
    try:
        server = launch(heap="1500m", page_cache="512m", quick=False)
    except NoServer as none:
        print(f"Neo4j behind the API was not measured: {none}", flush=True)
        return
    try:
        with closing(Neo4jStore(server.url, (server.user, server.password))) as store:
            store.replace("benchmark", statements(size), LOADED_AT)
        secret = {"MCMGRAPH_NEO4J_USER": server.user, "MCMGRAPH_NEO4J_PASSWORD": server.password, "MCMGRAPH_ENGINE": "server"}
        theirs = list(_beside(size, BY, server.url, every, secret))
    finally:
        server.stop()
    yield from _beside(size, "mcmgraph", local.path, every)
    yield from theirs


def _beside(
    size: Size, by: str, store: Path | str, every: Sequence[str], secret: Mapping[str, str] | None = None
) -> Iterator[Figure]:
    with serving(store, 2, secret) as where:
        asked(where, every[:CONNECTIONS], 1)
        told = asked(where, every[CONNECTIONS:], 1)
    took, late = np.array(told["milliseconds"]), told["late"]
    p50, p95, p99 = np.quantile(took, [0.5, 0.95, 0.99]).tolist()
    title, by = _title(f"{size.links:,} links", DISTINCT), f"{by}, {late} given up" if late else by
    yield Figure(f"{title}: p99", by, p99, p99, len(took))
    yield Figure(f"{title}: one answer", by, p50, p95, len(took))


def main() -> int:
    """Measure Neo4j behind the API."""
    read = argparse.ArgumentParser(prog="python -m benchmarks.api_figures")
    read.add_argument("--size", choices=sorted(SIZES), default="quick")
    read.add_argument("--questions", type=int, default=BESIDE)
    read.add_argument("--kept", type=Path, default=Path("var/bench"), help="where the generated graphs are kept")
    given = read.parse_args()
    given.kept.mkdir(parents=True, exist_ok=True)
    for figure in beside_cypher(SIZES[given.size], given.kept, given.questions):
        print(f"{figure.name:70} {figure.by:40} {figure.p50:12.1f} ms of {figure.runs}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
