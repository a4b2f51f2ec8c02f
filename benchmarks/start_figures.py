"""The command line from nothing: a new process each time, on the curated graph."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measuring import Figure

RUNS = 15


def figures(directory: Path) -> Iterator[Figure]:
    """``mcmgraph paths`` as somebody types it: how long it takes, and how much of that the processor works on it."""
    command = str(Path(sys.executable).with_name("mcmgraph"))
    # As on any machine where the command has run before: Python keeps what it compiled.
    kept = {"MCMGRAPH_STORE": str(directory / "curated.sqlite"), "PYTHONPYCACHEPREFIX": str(directory.resolve() / "pycache")}
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | kept

    def run(*words: str) -> tuple[float, float]:
        """Milliseconds by the clock, and of the processor."""
        begun, before = time.perf_counter(), _worked()
        subprocess.run([command, *words], env=environment, check=True, capture_output=True)
        return (time.perf_counter() - begun) * 1000, (_worked() - before) * 1000

    run("load", "--if-changed")
    ask = ("paths", "nvi-th", "africa-cdc", "--json")
    run(*ask)
    took = np.array([run(*ask) for _ in range(RUNS)])
    for name, column, goal in (("", took[:, 0], 300.0), (", processor time", took[:, 1], None)):
        p50, p95 = np.quantile(column, [0.5, 0.95]).tolist()
        yield Figure(f"`mcmgraph paths A B`, curated graph, a new process{name}", "mcmgraph", p50, p95, RUNS, goal=goal)


def _worked() -> float:
    """Seconds that the processor worked for the processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system
