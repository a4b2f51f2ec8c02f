"""Several processes on one address: all answer, all stop together, and one that fails is told."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.crew import Crew
from graph.errors import InputError
from graph.sqlite import SqliteStore
from tests.api.worlds import small
from tests.factories import LOADED_AT

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "graph.sqlite"
    with SqliteStore(path) as held:
        held.replace("small", small(), LOADED_AT)
    return path


def served(store: Path, *words: str) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).with_name("mcmgraph")), "serve", "--port", "0", *words]
    environment = os.environ | {"MCMGRAPH_STORE": str(store)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def hands(server: subprocess.Popen[str]) -> list[int]:
    told = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in told.stdout.split()]


def test_two_workers_share_one_address_and_stop_together(store: Path) -> None:
    with served(store, "--workers", "2") as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+?/", server.stdout.readline())
            assert found is not None
            answers = [httpx.get(f"{found[0]}v1/search", params={"q": "a"}, timeout=30).status_code for _ in range(12)]
            assert answers == [200] * 12
            pids = hands(server)
            assert len(pids) == 2
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_where_one_worker_dies_all_end_and_it_is_told(store: Path) -> None:
    with served(store, "--workers", "2") as server:
        assert server.stdout is not None
        assert "http://" in server.stdout.readline()
        os.kill(hands(server)[0], signal.SIGKILL)
        assert server.wait(30) == 1
        assert server.stderr is not None
        assert "A worker ended with status -9" in server.stderr.read()


@pytest.mark.parametrize("count", [0, -1, 65])
def test_a_number_of_workers_that_makes_no_sense(count: int) -> None:
    with pytest.raises(InputError, match="from 1 to 64"):
        Crew(count, lambda ready: ready())


def test_work_that_ends_by_itself_ends_the_crew() -> None:
    told: list[float] = []

    def work(ready: Callable[[], None]) -> None:
        ready()
        time.sleep(0.2)

    Crew(2, work).run(lambda: told.append(time.monotonic()))
    assert len(told) == 1
