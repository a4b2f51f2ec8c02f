"""What is set from outside: one frozen ``Settings``, read from the environment once and passed in.

Every variable begins with ``MCMGRAPH_``; one that is not known is refused, so that a misspelt one is not silently ignored.
Passwords and tokens are kept out of ``repr`` and of every message.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from graph.errors import InputError, UnknownWord
from graph.vocabulary import nearest

Engine = Literal["kernel", "server"]
ENGINES: Final[tuple[Engine, ...]] = ("kernel", "server")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
SCHEMES: Final = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")

VARIABLES: Final[Mapping[str, str]] = {
    "MCMGRAPH_STORE": "store",
    "MCMGRAPH_NEO4J_USER": "neo4j_user",
    "MCMGRAPH_NEO4J_PASSWORD": "neo4j_password",
    "MCMGRAPH_NEO4J_TOKEN": "neo4j_token",
    "MCMGRAPH_NEO4J_DATABASE": "neo4j_database",
    "MCMGRAPH_ENGINE": "engine",
    "MCMGRAPH_HOST": "host",
    "MCMGRAPH_PORT": "port",
    "MCMGRAPH_LOG": "log",
    "MCMGRAPH_API_TOKENS": "api_tokens",
    "MCMGRAPH_API_OPEN": "api_open",
    "MCMGRAPH_API_CORS": "api_cors",
}
"""Each variable and the field of ``Settings`` that it sets."""

_OF_THE_TESTS: Final = ("MCMGRAPH_TEST_", "MCMGRAPH_REQUIRE_")
"""Beginnings of variables that only the test suite reads."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. Raises ``InputError`` that names the variable and what it may be.

    ``store`` is the path of a file, or the address of a Neo4j server without a user part. ``engine`` says who answers
    questions: the snapshot kernel, or the server (Neo4j only). An empty ``neo4j_database`` is the server's default one.
    ``port`` 0 takes any free port. ``api_tokens``: who may ask the API, as ``name:sha256,...`` (empty: everybody; read by
    ``api.access``). ``api_open``: whether the API may be served to other machines without tokens. ``api_cors``: web origins
    whose pages may read the API.
    """

    store: str
    neo4j_user: str = "neo4j"
    neo4j_password: str = field(default="", repr=False)
    neo4j_token: str = field(default="", repr=False)
    neo4j_database: str = ""
    engine: Engine = "kernel"
    host: str = "127.0.0.1"
    port: int = 8000
    log: str = "warning"
    api_tokens: str = field(default="", repr=False)
    api_open: bool = False
    api_cors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_store(self.store)
        _check_choice("MCMGRAPH_ENGINE", self.engine, ENGINES)
        _check_choice("MCMGRAPH_LOG", self.log, LOG_LEVELS)
        if not 0 <= self.port <= 65535:
            raise InputError(f"MCMGRAPH_PORT is {self.port}. It may be 1 to 65535, or 0 for any free port.")
        if self.neo4j_password and self.neo4j_token:
            raise InputError("MCMGRAPH_NEO4J_PASSWORD and MCMGRAPH_NEO4J_TOKEN are both set. Keep one of them.")
        if self.engine == "server" and not self.on_server:
            raise InputError("MCMGRAPH_ENGINE=server needs a Neo4j server in MCMGRAPH_STORE, e.g. neo4j://localhost:7687.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from ``environ`` (the process's own where none is given); an empty variable counts as not set."""
        environ = os.environ if environ is None else environ
        for name in environ:
            if name.startswith("MCMGRAPH_") and name not in VARIABLES and not name.startswith(_OF_THE_TESTS):
                raise UnknownWord("setting", name, nearest(name, VARIABLES))
        given: dict[str, Any] = {attribute: environ[name] for name, attribute in VARIABLES.items() if environ.get(name)}
        given.setdefault("store", str(data_directory(environ) / "graph.sqlite"))
        if "port" in given:
            given["port"] = _port(given["port"])
        if "api_open" in given:
            given["api_open"] = _yes_or_no("MCMGRAPH_API_OPEN", given["api_open"])
        if "api_cors" in given:
            given["api_cors"] = _origins("MCMGRAPH_API_CORS", given["api_cors"])
        for name in ("engine", "log"):
            if name in given:
                given[name] = given[name].lower()
        return cls(**given)

    @property
    def on_server(self) -> bool:
        """Whether the store is a Neo4j server."""
        return "://" in self.store

    @property
    def path(self) -> Path:
        """The file of an embedded store; raises ``InputError`` for a server."""
        if self.on_server:
            raise InputError(f"The store {self.store} is a server, not a file.")
        return Path(self.store).expanduser()


def data_directory(environ: Mapping[str, str]) -> Path:
    """Where this user's data of mcmgraph are kept, by the custom of the operating system. It need not exist."""
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA") or str(home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(home / "Library" / "Application Support")
    else:
        base = environ.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    return Path(base) / "mcmgraph"


def _check_store(store: str) -> None:
    """The address may hold a password by mistake, so no message repeats more of it than its scheme."""
    if not store.strip() or "\0" in store:
        raise InputError("MCMGRAPH_STORE is empty. Give the path of a file, or the address of a Neo4j server.")
    if "://" not in store:
        return
    allowed = ", ".join(f"{scheme}://" for scheme in SCHEMES)
    scheme = store.split("://", 1)[0]
    if scheme not in SCHEMES:
        raise InputError(
            f"MCMGRAPH_STORE begins with {scheme}://. It may be the path of a file, or begin with one of: {allowed}."
        )
    try:
        parts = urlsplit(store)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"MCMGRAPH_STORE is no address. Write {scheme}://host or {scheme}://host:7687.") from None
    if "@" in parts.netloc:
        raise InputError(
            "MCMGRAPH_STORE holds a user or password. Set MCMGRAPH_NEO4J_USER and MCMGRAPH_NEO4J_PASSWORD instead."
        )
    if not host:
        raise InputError(f"MCMGRAPH_STORE names no host. Write {scheme}://host or {scheme}://host:7687.")


def _check_choice(variable: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise InputError(f"{variable} is {given!r}. It may be one of: {', '.join(allowed)}.")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        raise InputError(f"MCMGRAPH_PORT is {text!r}. It may be 1 to 65535, or 0 for any free port.")
    return int(text)


def _yes_or_no(variable: str, text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise InputError(f"{variable} is {text!r}. It may be one of: {', '.join(words)}.")
    return words[text.lower()]


def _origins(variable: str, text: str) -> tuple[str, ...]:
    origins = tuple(one.strip().rstrip("/") for one in text.split(",") if one.strip())
    for origin in origins:
        scheme, _, rest = origin.partition("://")
        if scheme not in ("http", "https") or not rest or set("/?#@* ") & set(rest):
            raise InputError(
                f"{variable}: {origin!r} is not a web origin. Write e.g. https://maps.example.org, with commas between several."
            )
    return origins
