"""How ``graph.neo4j`` replaces what a source says.

A server cannot hold a load of any size in one of its transactions, and lets readers see one half-applied while it commits.
So a load is *staged*: its rows are written in batches that carry the number of the next revision, which no reader looks at,
and one small transaction that makes the ``Change`` of that revision shows them all at once. Loads follow each other: a
transaction that stays open for the whole load holds the writers' lock, and the server lets go of it when the loader dies.
Each batch first renews its claim on the ``Load`` node, in its own transaction: a loader that has lost the lock to another
one cannot write any more, and a batch that is sent twice is written once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

import neo4j
from neo4j.exceptions import ClientError, DriverError, IncompleteCommit, Neo4jError

from graph import neo4j_cypher as cypher
from graph.errors import InputError, SchemaTooNew, StoreError, StoreUnavailable
from graph.model import SourceId
from graph.neo4j_schema import SCHEMA
from graph.neo4j_spool import BATCH, Spool
from graph.store import Change

_GRACE: Final = timedelta(seconds=1)
"""How far ``at`` may lie before a source's last change: two clocks are never quite the same."""
_TICK: Final = timedelta(microseconds=1)
_ATTEMPTS: Final = 3
"""How often a load is begun that the server cut off; the spool still holds all that was given."""

Sessions = Callable[[], neo4j.Session]
Piece = tuple[str, dict[str, Any], int]
"""A query, its parameters, and how many rows it carries."""


class _TakenOverError(Exception):
    """Another loader holds the claim."""


def moment_of_change(source: SourceId, at: datetime, own: datetime | None, newest: datetime | None) -> datetime:
    """When a change would be known: ``at``, or just after the newest change where that is later. Raises ``InputError``."""
    if own is not None and at < own - _GRACE:
        raise InputError(
            f"{source!r} was already loaded as of {own.isoformat()}; {at.isoformat()} is before that. "
            "Nothing was loaded. Give a time that is not before the last load of this source."
        )
    return at if newest is None else max(at, newest + _TICK)


def replace(sessions: Sessions, spool: Spool, source: SourceId, at: datetime) -> Change:
    """``graph.store.Store.replace``, of what the spool was given. Errors of the driver pass through."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _Load(sessions, spool, source, at).run()
        except (DriverError, Neo4jError) as error:
            if attempt == _ATTEMPTS or not error.is_retryable():
                raise
        except _TakenOverError:
            if attempt == _ATTEMPTS:
                raise StoreUnavailable(f"Other loads came between. Nothing of {source!r} was loaded; load it again.") from None
        time.sleep(attempt)
    raise AssertionError


class _Load:
    """One attempt."""

    def __init__(self, sessions: Sessions, spool: Spool, source: SourceId, at: datetime) -> None:
        self._sessions, self._spool, self._source, self._at = sessions, spool, source, at
        self._token = secrets.token_hex(16)
        self._step = 0
        self._types: tuple[str, ...] = ()

    def run(self) -> Change:
        with self._sessions() as session:
            self._lock = session.begin_transaction(metadata={"mcmgraph": "load", "source": self._source})
            try:
                return self._locked()
            finally:
                self._lock.close()  # it only held the lock: it is rolled back

    def _locked(self) -> Change:
        schema = self._lock.run(cypher.LOCK, token=self._token).single()
        if schema is None:
            raise StoreError("The graph was deleted from the server. Open the store anew to set it up again.")
        if schema[0] > SCHEMA:
            raise SchemaTooNew(f"The graph was brought to schema {schema[0]} by a newer mcmgraph. Upgrade mcmgraph.")
        newest = self._lock.run(cypher.NEWEST).single()
        own = self._lock.run(cypher.SOURCE_CHANGES, source=self._source).values()
        moments = [None if at is None else native(at) for at in (own[-1][1] if own else None, newest[1] if newest else None)]
        moment = moment_of_change(self._source, self._at, *moments)
        revision = newest[0] if newest else 0
        self._clear_up(revision)
        self._compare([row[0] for row in own])
        added, withdrawn, unchanged = self._spool.counts()
        if not added and not withdrawn:
            return Change(revision, self._source, self._at, 0, 0, unchanged)
        if revision:
            self._keep_first_releases()
        change = Change(revision + 1, self._source, moment, added, withdrawn, unchanged)
        try:
            self._send(self._staging(change), change)
            self._send(self._publishing(change), change)
        except _TakenOverError:
            if not self._is_published(change):
                raise
        return change

    # --- comparing -------------------------------------------------------------------------------------------------------

    def _compare(self, revisions: list[int]) -> None:
        """Tell the spool what the source says until now."""
        self._types = cypher.ours(self._lock.run(cypher.TYPES).value())
        if not revisions:
            self._spool.said(())
            return
        query = cypher.anywhere(self._types, cypher.SAID, "opened", cypher.PLACE)
        records = self._lock.run(query, revisions=revisions)
        self._spool.said((record[0], record[5], record[3] is not None) for record in records)

    def _keep_first_releases(self) -> None:
        """A statement keeps the release that it was first given with, whoever gives it again."""
        for type_ in self._spool.added_types():
            if type_ is not None and type_ not in self._types:
                continue
            query = cypher.of_type(type_, "x.id IN $ids", "x.opened, x.release, x.id")
            for ids in self._spool.added_ids(type_):
                known = sorted(self._lock.run(query, ids=ids).values(), key=itemgetter(0), reverse=True)
                if known:
                    self._spool.set_releases([(release, id) for _, release, id in known])

    # --- writing ---------------------------------------------------------------------------------------------------------

    def _staging(self, change: Change) -> Iterator[Piece]:
        said = {"revision": change.revision, "at": change.at}
        sources: tuple[tuple[str, Iterator[list[Any]]], ...] = (
            (cypher.ADD_ENTITIES, self._spool.entities()),
            (cypher.ADD_LINKS, self._spool.links()),
            (cypher.ADD_LITERALS, self._spool.literals()),
            (cypher.CLOSE_LINKS, self._spool.withdrawn(is_link=True)),
            (cypher.CLOSE_LITERALS, self._spool.withdrawn(is_link=False)),
        )
        for query, batches in sources:
            for rows in batches:
                yield query, {"rows": rows, **said}, len(rows)

    def _publishing(self, change: Change) -> Iterator[Piece]:
        yield (
            cypher.PUBLISH,
            {
                "revision": change.revision,
                "source": change.source,
                "at": change.at,
                "added": change.added,
                "withdrawn": change.withdrawn,
                "unchanged": change.unchanged,
            },
            1,
        )
        yield from self._showing(change.revision)

    def _showing(self, revision: int) -> Iterator[Piece]:
        """Bring the display of entities up to a revision; ends the load."""
        self._spool.show(record[0] for record in self._lock.run(cypher.TO_SHOW, revision=revision))
        for rows in self._spool.to_show():
            yield cypher.show(), {"rows": rows, "revision": revision}, len(rows)
        yield cypher.END_LOAD, {"token": self._token}, 0

    def _send(self, pieces: Iterable[Piece], change: Change) -> None:
        """Write pieces, as many in one transaction as make a batch."""
        waiting: list[Piece] = []
        for piece in pieces:
            if waiting and sum(rows for _, _, rows in waiting) + piece[2] > BATCH:
                self._commit(waiting, change)
                waiting = []
            waiting.append(piece)
        if waiting:
            self._commit(waiting, change)

    def _commit(self, pieces: list[Piece], change: Change) -> None:
        self._lock.run("RETURN 1").consume()  # so that no device between here and the server takes the lock for idle
        claim: str = cypher.CLAIM if self._step else cypher.CLAIM_FIRST
        claimed = {"token": self._token, "step": self._step, "revision": change.revision, "source": self._source}

        def write(tx: neo4j.ManagedTransaction) -> None:
            row = tx.run(claim, claimed).single()
            if row is None:
                raise _TakenOverError
            if row[0] > claimed["step"]:
                return  # it was written, only the answer was lost
            for query, parameters, _ in pieces:
                tx.run(query, parameters).consume()

        self._managed(write)
        self._step += 1

    def _managed(self, work: Callable[[neo4j.ManagedTransaction], Any]) -> Any:
        """Run it with the driver's retries, and once more where the answer to a commit was lost."""
        try:
            with self._sessions() as session:
                return session.execute_write(work)
        except IncompleteCommit:
            with self._sessions() as session:
                return session.execute_write(work)
        except ClientError as error:
            if error.code == "Neo.ClientError.Statement.EntityNotFound":
                raise _TakenOverError from None  # the claim was deleted while this waited for it
            raise

    def _is_published(self, change: Change) -> bool:
        """Whether the change is there: another loader may have ended what was left to do after it was made."""
        with self._sessions() as session:
            query, given = cypher.IS_PUBLISHED, {"revision": change.revision, "source": change.source, "at": change.at}
            row = session.execute_write(lambda tx: tx.run(query, given).single())
        return row is not None and bool(row[0])

    # --- what a load that was cut off has left -----------------------------------------------------------------------------

    def _clear_up(self, revision: int) -> None:
        """Undo, or end, a load that was cut off; ``revision`` is the newest that is shown."""
        if self._lock.run(cypher.LEFT_OVER).single() is None:
            return
        row = self._managed(lambda tx: tx.run(cypher.TAKE_OVER, token=self._token).single())
        if row is None:
            return  # its loader has just ended it
        begun = row[0]
        if begun > revision:
            self._undo(begun)
        else:
            change = Change(begun, self._source, self._at, 0, 0, 0)
            self._step = 1
            self._managed(lambda tx: tx.run(cypher.TAKE_OVER, token=self._token).consume())
            self._send(self._showing(begun), change)
            self._step = 0
            return
        self._managed(lambda tx: tx.run(cypher.END_LOAD, token=self._token).consume())

    def _undo(self, revision: int) -> None:
        types = cypher.ours(self._lock.run(cypher.TYPES).value())
        queries: list[str] = []
        for key in ("opened", "closed"):
            queries += [cypher.undo(types, key, links=True)] if types else []
            queries.append(cypher.undo(types, key, links=False))
        queries.append(cypher.UNDO_ENTITIES)
        for query in queries:
            while self._managed(lambda tx, query=query: tx.run(query, revision=revision, most=BATCH).single()[0]):  # type: ignore[misc]
                self._lock.run("RETURN 1").consume()


def native(moment: Any) -> datetime:
    """A moment of the server as Python's, in UTC."""
    read = moment.to_native()
    assert isinstance(read, datetime)
    return read.astimezone(UTC)
