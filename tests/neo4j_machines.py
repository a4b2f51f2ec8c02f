"""What a Neo4j server of the tests' own runs on: a container, or the server's jars in a JVM. See ``tests.neo4j_server``."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Protocol

POM: Final = Path(__file__).parent / "neo4j" / "pom.xml"
_OPENED: Final = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


class NoServer(Exception):
    """No way to a Neo4j server here; the message says why, in one line."""


class Machine(Protocol):
    """What runs a server that is ours: it can be killed and started again on the same data and port."""

    def start(self, settings: Mapping[str, str]) -> None:
        """Start it with these settings besides its own; returns before it answers."""
        ...

    def kill(self) -> None:
        """End it at once (SIGKILL), as a loss of power would. Nothing to do when it is not running."""
        ...

    def halt(self) -> None:
        """End it in good order, everything written out. Nothing to do when it is not running."""
        ...

    def ended(self) -> str | None:
        """The last lines of its output where it has ended, None while it runs."""
        ...

    def resident(self) -> int:
        """Bytes of memory it holds now, 0 where that cannot be told."""
        ...

    def remove(self) -> None:
        """End it and delete its data. Idempotent."""
        ...


@cache
def version() -> str:
    """The version of Neo4j that the tests are held against, from the pom."""
    found = ET.parse(POM).find(".//{*}neo4j.version")
    assert found is not None
    assert found.text
    return found.text


class Process:
    """The server's jars in a JVM of our own.

    A watcher waits on a pipe that ends when this process ends, however it ends, and then kills the server: nothing is left
    running after a crash. ``quick`` asks the JVM for an early start, not for peak speed.
    """

    def __init__(self, port: int, heap: str, page_cache: str, quick: bool) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mcmgraph-neo4j-"))
        self._port, self._heap, self._page_cache, self._quick = port, heap, page_cache, quick
        self._server: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._log = self.home / "console.log"
        atexit.register(self.remove)

    def start(self, settings: Mapping[str, str]) -> None:
        self.kill()
        folder = self.home / "conf"
        folder.mkdir(parents=True, exist_ok=True)
        lines = (f"{name}={value}\n" for name, value in {**self._settings(), **settings}.items())
        (folder / "neo4j.conf").write_text("".join(lines), encoding="utf-8")
        options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] if self._quick else []
        command = [
            *(java(), f"-Xms{self._heap}", f"-Xmx{self._heap}", *options),
            *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
            *("-cp", f"{jars()}/*", "org.neo4j.server.CommunityEntryPoint"),
            *(f"--home-dir={self.home}", f"--config-dir={folder}", "--console-mode"),
        ]
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        watch = ["sh", "-c", 'cat >/dev/null; kill -9 "$0"', str(self._server.pid)]
        self._watcher = subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True)

    def kill(self) -> None:
        for process in (self._watcher, self._server):
            if process is not None:
                process.kill()
                process.wait()
                if process.stdin is not None:
                    process.stdin.close()
        self._watcher = self._server = None

    def halt(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
        self.kill()

    def ended(self) -> str | None:
        if self._server is not None and self._server.poll() is None:
            return None
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        return " / ".join(text.splitlines()[-5:]) or "it wrote nothing"

    def resident(self) -> int:
        with contextlib.suppress(OSError, AttributeError):
            assert self._server is not None
            found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self._server.pid}/status").read_text(encoding="ascii"))
            return int(found[1]) * 1024 if found else 0
        return 0

    def remove(self) -> None:
        self.kill()  # its data go with it: no need to wait for a checkpoint
        shutil.rmtree(self.home, ignore_errors=True)
        atexit.unregister(self.remove)

    def _settings(self) -> dict[str, str]:
        address = f"127.0.0.1:{self._port}"
        return {
            "server.bolt.enabled": "true",
            "server.bolt.listen_address": address,
            "server.bolt.advertised_address": address,
            "server.http.enabled": "false",
            "server.https.enabled": "false",
            "dbms.security.auth_enabled": "true",
            "server.memory.pagecache.size": self._page_cache,
            "dbms.usage_report.enabled": "false",
            "internal.server.bolt.connection_shutdown_wait_time": "0s",  # a halt does not wait for clients that stay connected
        }


def java() -> str:
    """The JVM to use: of ``JAVA_HOME``, else of the path."""
    home = os.environ.get("JAVA_HOME", "")
    return str(Path(home, "bin", "java")) if home else "java"


@cache
def jars() -> Path:
    """The folder with the server's jars, fetched once by Maven (which holds them against their checksums).

    It lies in the user's cache folder, outside of the checkout. Raises ``NoServer``.
    """
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache_home / "mcmgraph" / f"neo4j-{version()}"
    if place.is_dir():
        return place
    _need("mvn", "--version", ".")
    _need(java(), "-version", r'version "(17|21)\b')
    place.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=place.parent, prefix=f"{place.name}-"))
    print(f"Fetching Neo4j {version()} with Maven into {place} (once; two minutes) ...", file=sys.stderr, flush=True)
    command = ["mvn", "--batch-mode", "--quiet", "--no-transfer-progress", "--strict-checksums", f"--file={POM}"]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={part}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(part, ignore_errors=True)
        raise NoServer("Maven could not fetch it: " + " / ".join(done.stdout.splitlines()[:3]))
    try:
        part.rename(place)
    except OSError:  # somebody else was quicker
        shutil.rmtree(part, ignore_errors=True)
    return place


def _need(program: str, argument: str, pattern: str) -> None:
    try:
        done = subprocess.run([program, argument], capture_output=True, text=True, check=False)
    except OSError:
        raise NoServer(f"{program} is not installed") from None
    if not re.search(pattern, done.stdout + done.stderr):
        raise NoServer(f"{program} is not of the version needed")


class Container:
    """The official image in Docker. Its data lie in a volume, so that it can be started again with other settings."""

    def __init__(self, port: int, password: str, heap: str, page_cache: str) -> None:
        self._name = f"mcmgraph-test-{secrets.token_hex(6)}"
        self._port, self._password = port, password
        self._settings = {
            "server.bolt.advertised_address": f"127.0.0.1:{port}",
            "server.memory.heap.initial_size": heap,
            "server.memory.heap.max_size": heap,
            "server.memory.pagecache.size": page_cache,
            "dbms.usage_report.enabled": "false",
        }
        atexit.register(self.remove)

    def start(self, settings: Mapping[str, str]) -> None:
        _docker("rm", "--force", self._name)
        given = {**self._settings, **settings}
        variables = [f"NEO4J_{name.replace('_', '__').replace('.', '_')}={value}" for name, value in given.items()]
        _docker(
            *("run", "--detach", "--name", self._name, "--publish", f"127.0.0.1:{self._port}:7687"),
            *("--volume", f"{self._name}:/data", "--env", f"NEO4J_AUTH=neo4j/{self._password}"),
            *(part for variable in variables for part in ("--env", variable)),
            f"neo4j:{version()}-community",
        )

    def kill(self) -> None:
        _docker("kill", "--signal", "KILL", self._name)

    def halt(self) -> None:
        _docker("stop", "--time", "120", self._name)

    def ended(self) -> str | None:
        if _docker("inspect", "--format", "{{.State.Running}}", self._name).strip() == "true":
            return None
        return " / ".join(_docker("logs", "--tail", "5", self._name).splitlines()) or "it wrote nothing"

    def resident(self) -> int:
        return 0

    def remove(self) -> None:
        _docker("rm", "--force", self._name)
        _docker("volume", "rm", "--force", self._name)
        atexit.unregister(self.remove)


@cache
def docker_runs() -> bool:
    """Whether a Docker engine answers, not only its client."""
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
