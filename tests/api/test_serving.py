"""The real server: a process that is started and stopped, many readers while a source is replaced, trouble with the address."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.serving import address, bind
from graph.errors import InputError
from graph.model import Statement
from graph.revisions import Graph
from tests.api.worlds import served, small
from tests.factories import LOADED_AT, entity, graph_in, link

ROOT = Path(__file__).resolve().parents[2]


def test_answers_stay_right_while_a_source_is_replaced(own: Graph) -> None:
    """Every revision supports another target; whatever a reader is told must be of the revision that the answer names."""
    last = 25

    def world(revision: int) -> list[Statement]:
        return [*entity(f"target-{revision}"), link("who", "supports", f"target-{revision}", period=("2020", ""))]

    asked: dict[str, Callable[[Any], set[str]]] = {
        "/v1/entities/who/statements?predicate=supports&role=subject": lambda body: (
            {one["object"] for one in body["results"]} - {"who"}
        ),
        "/v1/neighbourhood/who?predicate=supports&as_of=2025": lambda body: {one["id"] for one in body["results"]},
        "/v1/search?q=target&limit=100": lambda body: {one["id"] for one in body["results"]},
        "/v1/entities?limit=1000": lambda body: {one["id"] for one in body["results"] if one["id"].startswith("target")},
    }
    done, answered_since = threading.Event(), threading.Event()
    seen: set[int] = set()
    then = "/v1/entities/who/statements?known_at=2026-01-01T12:00:00Z"

    def write() -> None:
        try:
            for revision in range(2, last + 1):
                change = own.store.replace("moving.csv", world(revision), LOADED_AT + timedelta(days=revision))
                assert change.revision == revision
                answered_since.clear()
                answered_since.wait(10)  # a quick writer would be done before anybody has asked twice
        finally:
            done.set()

    def read(at: str) -> None:
        with httpx.Client(base_url=at, timeout=30) as client:
            unchanging = client.get(then).json()
            while not done.is_set():
                for path, targets in asked.items():
                    answered = client.get(path)
                    assert answered.status_code == 200, answered.text
                    revision = answered.json()["revision"]
                    assert targets(answered.json()) == ({f"target-{revision}"} if revision > 1 else set()), (path, revision)
                    assert re.match(r'W/"\d+-', answered.headers["etag"])
                    seen.add(revision)
                    answered_since.set()
                assert client.get(then).json() == unchanging

    with served(own) as at, ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read, at) for _ in range(4)]
        pool.submit(write).result(60)
        for reader in readers:
            reader.result(60)
        assert httpx.get(f"{at}/v1/ready").json() == {"revision": last, "status": "ready"}
    assert len(seen) > 1


def test_many_askers_at_once_get_the_answers_of_one(small_graph: Graph) -> None:
    paths = [
        "/v1/paths?from=gavi&to=appm&as_of=2025",
        "/v1/coverage?as_of=2025",
        "/v1/neighbourhood/who?as_of=2025",
        "/v1/sources",
        "/v1/search?q=africa",
        "/v1/entities/nobody",
    ]

    def without_number(answered: httpx.Response) -> Any:
        return {name: value for name, value in answered.json().items() if name != "request_id"}

    with served(small_graph) as at, httpx.Client(base_url=at, timeout=30) as client:
        alone = {path: without_number(client.get(path)) for path in paths}
        with ThreadPoolExecutor(16) as pool:
            together = pool.map(lambda path: (path, without_number(client.get(path))), paths * 16)
            assert all(body == alone[path] for path, body in together)


def test_the_server_says_its_address_answers_and_stops_when_told(tmp_path: Path) -> None:
    graph_in(tmp_path, small()).close()
    code = "from api.serving import serve; from graph.settings import Settings; serve(Settings.from_env())"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MCMGRAPH_")},
        "MCMGRAPH_STORE": str(tmp_path / "graph.sqlite"),
        "MCMGRAPH_PORT": "0",
        "MCMGRAPH_LOG": "info",
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", said)
            answered = httpx.get(
                f"{said}v1/entities/who?known_at=2026-06-01", headers={"Authorization": "Bearer not-to-be-logged"}
            )
            assert answered.json()["name"] == "World Health Organization"
            assert "server" not in answered.headers
            for broken in (
                b"GET / HTTP/1.1\r\nHost: x\r\nBad\x00Header: 1\r\n\r\n",
                b"\x16\x03\x01",
                b"GET /%00 HTTP/1.0\r\n\r\n",
            ):
                _send(said, broken)
            assert httpx.get(f"{said}v1/health").status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in log.splitlines()]
    request = next(line for line in lines if line["event"] == "request" and line["path"] == "/v1/entities/who")
    assert (request["status"], request["query"], request["client"]) == (200, "known_at=2026-06-01", "127.0.0.1")
    assert "not-to-be-logged" not in log


def _send(at: str, request: bytes) -> None:
    """Something that is no proper request; whether and how it is answered is the web server's affair."""
    host, port = at.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)


def test_an_address_that_is_taken_is_said_so() -> None:
    with bind("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} on 127.0.0.1 is taken"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.7", "..", "a" * 300])
def test_an_address_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(InputError, match="cannot listen"):
        bind(host, 0)


def test_addresses_are_written_as_a_browser_takes_them() -> None:
    with bind("127.0.0.1", 0) as bound:
        assert address(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}/"
    if socket.has_ipv6:
        try:
            bound = bind("::1", 0)
        except InputError:
            return  # This machine has no IPv6 address.
        with bound:
            assert address(bound).startswith("http://[::1]:")


def test_the_last_load_is_known_by_its_moment(own: Graph) -> None:
    with served(own) as at:
        (change,) = httpx.get(f"{at}/v1/changes").json()["results"]
    assert datetime.fromisoformat(change["at"]) == LOADED_AT
