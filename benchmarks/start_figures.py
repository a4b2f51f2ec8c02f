"""The command line from nothing: a new process each time, on the curated graph."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Figure, timed


def figures(directory: Path) -> Iterator[Figure]:
    """``mcmgraph paths`` as somebody types it."""
    command = str(Path(sys.executable).with_name("mcmgraph"))
    environment = os.environ | {"MCMGRAPH_STORE": str(directory / "curated.sqlite")}

    def run(*words: str) -> None:
        subprocess.run([command, *words], env=environment, check=True, capture_output=True)

    run("load", "--if-changed")
    ask = ("paths", "nvi-th", "africa-cdc", "--json")
    yield timed("`mcmgraph paths A B`, curated graph, a new process", "mcmgraph", [lambda: run(*ask)] * 9, 500, 1)
