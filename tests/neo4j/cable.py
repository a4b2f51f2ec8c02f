"""A line to the server that can be cut, mended, and made to lose an answer: what a network does, on purpose."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from urllib.parse import urlsplit

_COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""Bolt's message COMMIT, whole: one chunk of two bytes, and the end of the message."""


class Cable:
    """Passes bytes between whoever connects to ``url`` and the server, until it is told otherwise."""

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "", parts.port or 7687)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"bolt://127.0.0.1:{self._listening.getsockname()[1]}"
        self.commits = 0
        self.lost = 0
        self._lose: set[int] = set()
        self._lose_next_answer = False
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Cable:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.cut()
        self._listening.close()

    def cut(self) -> None:
        """Drop every connection, and each new one, until it is mended."""
        with self._lock:
            self._is_cut = True
            ends = list(self._open)
        for end in ends:
            _drop(end)

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def lose_answers_to_commits(self, *numbers: int) -> None:
        """The server shall get these commits (counted from now, from 1), but its answers shall not come back."""
        self.commits, self._lose = 0, set(numbers)

    def lose_next_answer(self) -> None:
        """Drop the connection on which the server answers next, once."""
        self._lose_next_answer = True

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self._is_cut:
                _drop(client)
                continue
            try:
                server = socket.create_connection(self._server, timeout=10)
            except OSError:
                _drop(client)
                continue
            with self._lock:
                self._open |= {client, server}
            losing = threading.Event()
            threading.Thread(target=self._ask, args=(client, server, losing), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client, losing), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if data.endswith(_COMMIT):
                    self.commits += 1
                    if self.commits in self._lose:
                        losing.set()
                server.sendall(data)
        self._end(client, server)

    def _answer(self, server: socket.socket, client: socket.socket, losing: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if losing.is_set() or self._lose_next_answer:
                    self._lose_next_answer = False
                    self.lost += 1
                    break
                client.sendall(data)
        self._end(client, server)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            _drop(end)
            with self._lock:
                self._open.discard(end)


def _drop(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
