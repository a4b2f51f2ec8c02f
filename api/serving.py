"""Serving the application: the socket, the printed address, the web server, the log."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from api.access import Tokens, check_host, is_loopback
from api.app import create_app
from api.crew import Crew
from api.logs import configure, logger
from graph.errors import InputError, McmgraphError, StoreError
from graph.opening import open_graph
from graph.revisions import Graph
from graph.settings import Settings
from queries import kernels

_PATIENCE: Final = 10
"""Seconds that running requests have to end after the server is told to stop."""
_WAITING: Final = 1024
_TURN: Final = 0.001
"""Seconds that a thread computes while another one waits for the interpreter. The one that reads and sends waits several times
a request; with Python's 5 ms, answers that are ready lie there for as long as others are worked out."""
_GARBAGE: Final = 20_000
"""Objects made until the collector looks for rings among them. An answer makes thousands and leaves hardly any ring."""
_SPREADS: Final = sys.platform == "linux"
"""Whether the system spreads connections over sockets that are bound to one address."""
_log = logger("serving")


def serve(settings: Settings, announce: Callable[[str], None] = print, workers: int = 1) -> None:
    """Serve the API and the explorer on ``settings.host`` and ``settings.port`` until the process is told to stop.

    ``announce`` is given the address once questions are taken. A store that cannot be reached does not keep the server from
    starting: it answers 503 until the store is there. ``workers``: so many processes answer, on the same address; they share
    the memory-mapped snapshot. Raises ``InputError`` for tokens that cannot be read, a host that lets other machines in without
    tokens, an address that cannot be taken, and for more than one worker where processes cannot be forked.
    """
    configure(settings.log)
    check_host(settings.host, Tokens.read(settings.api_tokens), settings.api_open)
    with bind(settings.host, settings.port, shared=workers > 1) as bound:
        if not is_loopback(settings.host) and not settings.api_tokens:
            _log.warning("open", detail=f"Everybody who can reach {settings.host} may ask.")
        if workers == 1:
            _answer(settings, bound, lambda: announce(address(bound)))
        else:
            Crew(workers, lambda ready: _answer(settings, _own(bound), ready)).run(lambda: announce(address(bound)))


def _answer(settings: Settings, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Take questions from a listening socket until the process is told to stop."""
    app = create_app(lambda: open_graph(settings, create=False), settings)
    sys.setswitchinterval(_TURN)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
        proxy_headers=False,
        backlog=1,  # connections that one worker takes at a time: several share the socket
    )
    try:
        graph = app.state.answering.opened.graph()
        threading.Thread(target=_warm_up, args=(graph,), name="warming", daemon=True).start()
    except StoreError as error:
        _log.error("store", detail="The store cannot be used now; questions are answered 503 until it can.", error=str(error))

    def started() -> None:
        bound.listen(_WAITING)  # the web server has set this to its backlog
        ready()

    _Server(config, started).run(sockets=[bound])


def _warm_up(graph: Graph) -> None:
    """Have the snapshot and the compiled program before somebody waits for them; then leave in peace what stays for good."""
    if graph.engine == "kernel":
        kernels.prepare(wait=True)
        try:
            graph.snapshot()
        except McmgraphError as error:
            _log.warning("warming", detail="The graph could not be read yet.", error=str(error))
    gc.collect()
    gc.freeze()  # modules, routes, compiled code: the collector would look through them again and again, and all answers wait
    gc.set_threshold(_GARBAGE, *gc.get_threshold()[1:])


def bind(host: str, port: int, shared: bool = False) -> socket.socket:
    """A listening socket; raises ``InputError`` that says what to do where the address cannot be taken.

    ``shared``: other sockets may be bound to the same address, see ``_own``; this one then only holds it.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix" and sys.platform != "cygwin":
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(place)
            bound.listen(_WAITING)
            if shared and _SPREADS:  # it is free: give it back, and take it so that others may be bound beside
                bound.close()
                bound = _beside(family, place)
        except BaseException:
            bound.close()
            raise
    except UnicodeError:
        raise InputError(f"The server cannot listen on {host!r}: that is no host name or address.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"Port {port} on {host} is taken. Stop what uses it, or name another port (0 for any).") from None
        raise InputError(f"The server cannot listen on {host}, port {port}: {error.strerror or error}.") from None
    bound.set_inheritable(True)
    return bound


def _own(bound: socket.socket) -> socket.socket:
    """A socket of a worker's own on the same address, where the system then spreads connections evenly; else the shared one.

    A shared socket gives most connections to the worker that happens to wake first, and the others idle.
    """
    return _beside(bound.family, bound.getsockname()) if _SPREADS else bound


def _beside(family: int, place: Any) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(place)
    except BaseException:
        made.close()
        raise
    return made


def address(bound: socket.socket) -> str:
    """The address of a listening socket as a browser takes it."""
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 (what was asked for; this only says it)
        host = socket.gethostname()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _Server(uvicorn.Server):
    """A web server that says when it takes questions."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()
