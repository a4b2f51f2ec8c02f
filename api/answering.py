"""From a question to a response: the graph that is asked, the revision tag, the bytes.

Bodies are made of plain dictionaries and written by a fast encoder. The models in ``api.models`` document them; tests hold the
one against the other, so that no request pays for it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Any, Final
from weakref import WeakKeyDictionary

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from graph.errors import StoreUnavailable
from graph.model import today
from graph.revisions import Graph

Body = Mapping[str, Any]
Opener = Callable[[], Graph]
_RETRY_SECONDS: Final = 1.0
_KEPT_BYTES: Final = 32 * 1024 * 1024
_PACKAGES: Final = ("graph", "loaders", "queries", "api")


class Opened:
    """The graph of a server, opened at the first request and again after it could not be reached. Safe for threads."""

    def __init__(self, source: Graph | Opener) -> None:
        self._open: Opener | None = None if isinstance(source, Graph) else source
        self._graph: Graph | None = source if isinstance(source, Graph) else None
        self._lock = threading.Lock()
        self._failed: tuple[float, StoreUnavailable] | None = None

    def graph(self) -> Graph:
        """The graph; raises ``StoreError``. A store that could not be reached is not tried again for a second."""
        graph = self._graph
        if graph is not None:
            return graph
        with self._lock:
            if self._graph is None:
                self._graph = self._opened()
            return self._graph

    def _opened(self) -> Graph:
        assert self._open is not None
        if self._failed is not None and time.monotonic() < self._failed[0] + _RETRY_SECONDS:
            raise StoreUnavailable(str(self._failed[1]))
        try:
            graph = self._open()
        except StoreUnavailable as error:
            self._failed = (time.monotonic(), error)
            raise
        self._failed = None
        return graph

    def close(self) -> None:
        """Close the graph where it was opened here; the next question would open it anew."""
        with self._lock:
            if self._open is not None and self._graph is not None:
                self._graph.close()
                self._graph = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer as it is sent."""

    body: bytes
    headers: Mapping[str, str]


class _Answers:
    """The latest answers by their tags, so that what many ask is worked out once a revision. Safe for threads."""

    def __init__(self, room: int) -> None:
        self._room, self._size = room, 0
        self._held: OrderedDict[str, _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tag: str) -> _Answer | None:
        """The answer with this tag, where it is held."""
        with self._lock:
            answer = self._held.get(tag)
            if answer is not None:
                self._held.move_to_end(tag)
            return answer

    def __setitem__(self, tag: str, answer: _Answer) -> None:
        """Hold an answer; those that nobody has asked for longest make room. One that takes much of the room is not held."""
        if len(answer.body) > self._room // 8:
            return
        with self._lock:
            before = self._held.pop(tag, None)
            self._held[tag] = answer
            self._size += len(answer.body) - (len(before.body) if before is not None else 0)
            while self._size > self._room:
                _, oldest = self._held.popitem(last=False)
                self._size -= len(oldest.body)


class Answering:
    """Answers questions over HTTP: ``answer`` is the one way from a graph to a response.

    An answer is kept under its tag, which names the address, the code, the store's content and the day; so it is never given
    where it would not be made again just so.
    """

    def __init__(self, opened: Opened, private: bool) -> None:
        self.opened = opened
        self._caching = "private, no-cache" if private else "no-cache"
        self._answers = _Answers(_KEPT_BYTES)
        self._stamps: WeakKeyDictionary[Graph, tuple[int, str]] = WeakKeyDictionary()

    def answer(
        self, request: Request, make: Callable[[Graph], Body], headers: Callable[[Body], Mapping[str, str]] | None = None
    ) -> Response:
        """What ``make`` says of the graph as JSON, or 304 where the caller already has the answer of this revision.

        The revision is read before the answer is made: a tag may be older than its body, which costs one more transfer, and
        never newer, which would hide a change.
        """
        graph = self.opened.graph()
        tag = self._tag(graph, request)
        kept = {"ETag": tag, "Cache-Control": self._caching}
        held = [one.strip() for line in request.headers.getlist("if-none-match") for one in line.split(",")]
        if matches(held, tag):
            return Response(status_code=304, headers=kept)
        answer = self._answers.get(tag)
        if answer is None:
            body = make(graph)
            answer = self._answers[tag] = _Answer(to_json(body), headers(body) if headers else {})
        if "*" in held:  # any answer will do, but there has to be one
            return Response(status_code=304, headers=kept)
        return Response(answer.body, headers={**kept, **answer.headers}, media_type="application/json")

    def _tag(self, graph: Graph, request: Request) -> str:
        """A weak entity tag: the same for the same address, code, store content and day (questions default to today)."""
        revision = graph.revision()
        address = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
        said = f"{_code()} {self._stamp(graph, revision)} {today()} {address}"
        return f'W/"{revision}-{hashlib.blake2b(said.encode(), digest_size=8).hexdigest()}"'

    def _stamp(self, graph: Graph, revision: int) -> str:
        """What tells this revision from that of another store with the same number: its newest change."""
        held = self._stamps.get(graph)
        if held is None or held[0] != revision:
            change = next(iter(graph.store.changes(revision - 1)), None) if revision else None
            held = self._stamps[graph] = (revision, f"{change!r}")
        return held[1]


def answering(request: Request) -> Answering:
    """The ``Answering`` of the application that a request came to."""
    found = request.app.state.answering
    assert isinstance(found, Answering)
    return found


def matches(held: Sequence[str], tag: str) -> bool:
    """Whether one of the tags of an ``If-None-Match`` header is this one (weak comparison, RFC 9110 section 13.1.2).

    >>> matches(['"a"', 'W/"b"'], 'W/"b"'), matches(['"b"'], 'W/"b"'), matches([], 'W/"b"')
    (True, True, False)
    """
    return tag.removeprefix("W/") in [one.removeprefix("W/") for one in held]


@cache
def version() -> str:
    """The version of mcmgraph."""
    return metadata.version("mcmgraph")


@cache
def _code() -> str:
    """A digest of the code and words that make the answers, so that an upgrade never leaves an old answer in a cache."""
    digest = hashlib.blake2b(digest_size=8)
    for package in _PACKAGES:
        for file in _files(resources.files(package)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(folder: Traversable) -> list[Traversable]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name not in ("curated", "__pycache__"):
            found.extend(_files(entry))
        elif entry.name.endswith((".py", ".yaml", ".cypher")):
            found.append(entry)
    return found
