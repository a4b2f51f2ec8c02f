"""The reading connections of ``graph.sqlite``: one for each read that is under way."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any, Final

from graph.errors import StoreUnavailable
from graph.sqlite_schema import connect, faults, may_write

FETCH: Final = 1_000
"""Rows read at once; an answer that fits gives its connection back before the caller sees the first row."""
IDLE: Final = 4
"""Connections kept for the next read; none of a file that is read as one that never changes, lest its changes stay unseen."""


class Reader:
    """A connection lent to one read at a time. The lock keeps ``close`` out while another thread is fetching from it."""

    __slots__ = ("_closed", "_connection", "_cursor", "_lock")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._lock = threading.Lock()
        self._closed = False

    def start(self, sql: str, bound: tuple[Any, ...]) -> list[Any]:
        """Begin a query: the first rows, as they are at this moment."""
        with self._lock:
            return self._cursor.execute(sql, bound).fetchmany(FETCH)

    def go_on(self) -> list[Any]:
        """The next rows, none at the end."""
        with self._lock:
            return self._cursor.fetchmany(FETCH)

    def stop(self) -> None:
        """End the query, and with it the hold on the moment of the store that it sees."""
        with self._lock:
            if not self._closed:
                self._cursor.close()
                self._cursor = self._connection.cursor()

    def close(self) -> None:
        """Close the connection; a read that is under way fails at its next rows."""
        with self._lock:
            self._closed = True
            self._connection.close()


class Readers:
    """Lends connections, and keeps a few for the next read.

    The garbage collector gives back what an abandoned iterator held, and may do so in the middle of anything: the lock is
    re-entrant, and held for nothing but the two collections.
    """

    def __init__(self, path: Path, read_only: bool, wait: float) -> None:
        self._path, self._read_only, self._wait = path, read_only, wait
        self._keep = 0 if read_only and not may_write(path.parent) else IDLE
        self._closed = False
        self._idle: list[Reader] = []
        self._lent: set[Reader] = set()
        self._lock = threading.RLock()

    def check_open(self) -> None:
        """Raises ``StoreUnavailable`` once ``close`` was called."""
        if self._closed:
            raise StoreUnavailable(f"The store {self._path} has been closed.")

    def lend(self) -> Reader:
        """A connection for one read; the borrower gives it back with ``take_back``."""
        with self._lock:
            self.check_open()
            reader = self._idle.pop() if self._idle else None
            if reader is not None:
                self._lent.add(reader)
                return reader
        reader = self._open()
        with self._lock:
            if not self._closed:
                self._lent.add(reader)
                return reader
        reader.close()
        raise StoreUnavailable(f"The store {self._path} has been closed.")

    def _open(self) -> Reader:
        with faults(self._path):
            connection = connect(self._path, "ro" if self._read_only else "rw", self._wait)
            connection.execute("PRAGMA query_only = ON")
            return Reader(connection)

    def take_back(self, reader: Reader) -> None:
        """End what the reader was doing. Idempotent."""
        reader.stop()
        with self._lock:
            if reader not in self._lent:
                return
            self._lent.remove(reader)
            if len(self._idle) < self._keep:
                self._idle.append(reader)
                return
        reader.close()

    def close(self) -> None:
        """Close all connections, also those that are lent. Idempotent."""
        with self._lock:
            self._closed = True
            open_ones = [*self._idle, *self._lent]
            self._idle.clear()
            self._lent.clear()
        for reader in open_ones:
            reader.close()
