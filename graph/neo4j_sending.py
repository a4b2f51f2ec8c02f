"""How a load of ``graph.neo4j_writing`` is written: batches, each in a transaction of its own, under one claim.

The claim is the ``Load`` node with this loader's token. Each batch ends by holding it until its own commit: a loader that has
lost the claim to another one cannot write any more, and a batch that is sent twice is written once. Two batches are under way
at once, so that the server need not wait for the loader.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import neo4j
from neo4j.exceptions import ClientError

from graph import neo4j_cypher as cypher
from graph.errors import StoreError
from graph.model import SourceId
from graph.neo4j_schema import surely
from graph.neo4j_spool import BATCH

_SENDERS: Final = 2
"""Batches under way at once."""

_Result = TypeVar("_Result")
Sessions = Callable[[], neo4j.Session]


class TakenOverError(Exception):
    """Another loader holds the claim."""


class _WrittenBeforeError(Exception):
    """This batch was written, only the answer was lost."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A query, its parameters, and how many rows it carries. What follows one that ``goes_first`` waits until it and all before
    it are committed."""

    query: str
    parameters: dict[str, Any]
    rows: int
    goes_first: bool = False


class Sender:
    """Writes for one load of ``source``. ``keep_lock`` is called between batches, and raises where the load must end."""

    def __init__(self, sessions: Sessions, source: SourceId, keep_lock: Callable[[], None]) -> None:
        self.token: Final = secrets.token_hex(16)
        self._sessions, self._source, self._keep_lock = sessions, source, keep_lock
        self._number = 0

    def send(self, pieces: Iterable[Piece], revision: int) -> None:
        """Write pieces, batch by batch; ``revision`` is that of the load that they are part of."""
        running: deque[Future[None]] = deque()
        at_most = 0
        with ThreadPoolExecutor(_SENDERS) as pool:
            for batch in _batches(pieces):
                while len(running) > at_most:
                    running.popleft().result()
                self._keep_lock()
                running.append(pool.submit(self._commit, batch, revision, self._number))
                # Nothing runs beside the first batch, which begins the load, or beside one that others wait for.
                at_most = 0 if not self._number or any(piece.goes_first for piece in batch) else _SENDERS - 1
                self._number += 1
            for sent in running:
                sent.result()

    def _commit(self, pieces: list[Piece], revision: int, number: int) -> None:
        """Write one batch in one transaction, once."""
        claim = {"token": self.token, "number": number, "revision": revision, "source": self._source}

        def write(tx: neo4j.ManagedTransaction) -> None:
            if not number and tx.run(cypher.BEGIN_LOAD, claim).single() is None:
                raise TakenOverError
            written = [tx.run(piece.query, piece.parameters).consume().counters for piece in pieces]
            if _holds(tx, claim):
                raise _WrittenBeforeError
            for piece, counters in zip(pieces, written, strict=True):
                _check(piece, counters)
            tx.run(cypher.MARK_DONE, claim).consume()

        with suppress(_WrittenBeforeError):
            self.managed(write)
        for piece in pieces:  # the driver's results refer to them in a circle, and so would keep the rows of many batches
            piece.parameters.get("rows", []).clear()

    def managed(self, work: Callable[[neo4j.ManagedTransaction], _Result]) -> _Result:
        """Run a transaction that may be run twice, with the driver's retries."""

        def run() -> _Result:
            with self._sessions() as session:
                return session.execute_write(work)

        return surely(run)

    def end(self) -> None:
        """Give the claim back: nothing is left to do."""
        self.managed(lambda tx: tx.run(cypher.END_LOAD, token=self.token).consume())
        self._number = 0

    # --- what a load that was cut off has left ---------------------------------------------------------------------------

    def take_over(self) -> int | None:
        """Take the claim from a load that was cut off; returns its revision, or None where it has just ended."""
        row = self.managed(lambda tx: tx.run(cypher.TAKE_OVER, token=self.token).single())
        self._number = 1
        return None if row is None else int(row[0])

    def undo(self, revision: int, types: tuple[str, ...]) -> None:
        """Delete what was staged for this revision, and open again what was closed for it."""
        given = {"revision": revision, "most": BATCH, "token": self.token, "number": 0}
        for query in cypher.undoing(types, indexed=revision > 1):

            def undo(tx: neo4j.ManagedTransaction, query: str = query) -> bool:
                undone = tx.run(query, given).single(strict=True)[0]
                _holds(tx, given)
                return bool(undone)

            while self.managed(undo):
                self._keep_lock()


def _batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces that follow each other, as many as make a batch."""
    waiting: list[Piece] = []
    for piece in pieces:
        if waiting and sum(held.rows for held in waiting) + piece.rows > BATCH:
            yield waiting
            waiting = []
        waiting.append(piece)
    if waiting:
        yield waiting


def _check(piece: Piece, counters: neo4j.SummaryCounters) -> None:
    """That every row was written: a row whose entity is not found would otherwise vanish without a word."""
    written = {
        cypher.ADD_LINKS: counters.relationships_created,
        cypher.ADD_LITERALS: counters.nodes_created,
        cypher.CLOSE_LINKS: counters.properties_set // 2,
        cypher.CLOSE_LITERALS: counters.properties_set // 2,
    }.get(piece.query, piece.rows)
    if written != piece.rows:
        raise StoreError(
            f"The server wrote {written} of {piece.rows} rows, so the load was given up. Something else than mcmgraph has "
            "deleted from this database while it was loaded."
        )


def _holds(tx: neo4j.ManagedTransaction, claim: dict[str, Any]) -> bool:
    """Hold the claim until the transaction ends; whether this batch was written before. Raises ``TakenOverError``."""
    try:
        tx.run(cypher.HOLD_LOAD, claim).consume()
    except ClientError as error:
        if error.code != "Neo.ClientError.Statement.EntityNotFound":
            raise
        raise TakenOverError from None  # it was deleted while this waited for it
    row = tx.run(cypher.HOLDS, claim).single()
    if row is None:
        raise TakenOverError
    return bool(row[0])
