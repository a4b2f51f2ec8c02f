"""How ``graph.neo4j`` replaces what a source says.

A server cannot hold a load of any size in one of its transactions, and lets readers see one half-applied while it commits.
So a load is *staged*: its rows are written in batches that carry the number of the next revision, which no reader looks at,
and one small transaction that makes the ``Change`` of that revision shows them all at once. Loads follow each other: a
transaction that stays open for the whole load holds the writers' lock, and the server lets go of it when the loader dies.
The batches are written by ``graph.neo4j_sending``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

from neo4j.exceptions import DriverError, Neo4jError

from graph import neo4j_cypher as cypher
from graph.errors import InputError, Overtaken, SchemaTooNew, StoreError, StoreUnavailable
from graph.model import SourceId
from graph.neo4j_schema import SCHEMA, complete, wanted_of
from graph.neo4j_sending import Piece, Sender, Sessions, TakenOverError
from graph.neo4j_spool import Spool
from graph.store import Change

_GRACE: Final = timedelta(seconds=1)
"""How far ``at`` may lie before a source's last change: two clocks are never quite the same."""
_TICK: Final = timedelta(microseconds=1)
_ATTEMPTS: Final = 3
"""How often a load is begun that the server cut off; the spool still holds all that was given."""

_PAUSE: Final = 1.0
"""Seconds between the first two attempts."""


def moment_of_change(source: SourceId, at: datetime, own: datetime | None, newest: datetime | None) -> datetime:
    """When a change would be known: ``at``, or just after the newest change where that is later. Raises ``InputError``."""
    if own is not None and at < own - _GRACE:
        raise InputError(
            f"{source!r} was already loaded as of {own.isoformat()}; {at.isoformat()} is before that. "
            "Nothing was loaded. Give a time that is not before the last load of this source."
        )
    return at if newest is None else max(at, newest + _TICK)


def replace(sessions: Sessions, spool: Spool, source: SourceId, at: datetime, after: int | None = None) -> Change:
    """``graph.store.Store.replace``, of what the spool was given. Errors of the driver pass through."""
    load: _Load | None = None
    for attempt in range(1, _ATTEMPTS + 1):
        load = _Load(sessions, spool, source, at, load, after)
        try:
            return load.run()
        except (DriverError, Neo4jError) as error:
            if attempt == _ATTEMPTS or not error.is_retryable():
                raise
        except TakenOverError:
            if attempt == _ATTEMPTS:
                raise StoreUnavailable(f"Other loads came between. Nothing of {source!r} was loaded; load it again.") from None
        time.sleep(_PAUSE * attempt)
    raise AssertionError


class _Load:
    """One attempt, after an ``earlier`` one that was cut off."""

    def __init__(
        self, sessions: Sessions, spool: Spool, source: SourceId, at: datetime, earlier: _Load | None, after: int | None
    ) -> None:
        self._sessions, self._spool, self._source, self._at, self._after = sessions, spool, source, at, after
        self._sender = Sender(sessions, source, self._keep_lock)
        self._change: Change | None = earlier._change if earlier is not None else None
        self._types: tuple[str, ...] = ()

    def run(self) -> Change:
        with self._sessions() as session:
            self._lock = session.begin_transaction(metadata={"mcmgraph": "load", "source": self._source})
            try:
                return self._locked()
            finally:
                with suppress(DriverError, Neo4jError):
                    self._lock.close()  # it only held the lock: it is rolled back

    def _locked(self) -> Change:
        schema = self._lock.run(cypher.LOCK, token=self._sender.token).single()
        if schema is None:
            raise StoreError("The graph was deleted from the server. Open the store anew to set it up again.")
        if schema[0] > SCHEMA:
            raise SchemaTooNew(f"The graph was brought to schema {schema[0]} by a newer mcmgraph. Upgrade mcmgraph.")
        self._clear_up()
        if self._change is not None and self._is_published(self._change):
            return self._change
        revision, newest = self._newest()
        own = self._lock.run(cypher.SOURCE_CHANGES, source=self._source).values()
        last = own[-1][0] if own else 0
        if self._after is not None and self._after != last:
            raise Overtaken(f"{self._source!r} was changed meanwhile, in revision {last}. Nothing was written; read it again.")
        moment = moment_of_change(self._source, self._at, native(own[-1][1]) if own else None, newest)
        self._compare([row[0] for row in own])
        added, withdrawn, unchanged = self._spool.counts()
        if not added and not withdrawn:
            return Change(revision, self._source, self._at, 0, 0, unchanged)
        if revision:
            self._keep_first_releases()
        change = self._change = Change(revision + 1, self._source, moment, added, withdrawn, unchanged)
        try:
            if revision:
                self._make_indexes()
            self._sender.send(self._staging(change), change.revision)
            if not revision:
                self._make_indexes()
            self._sender.send(self._publishing(change), change.revision)
            self._sender.end()
        except TakenOverError:
            if not self._is_published(change):  # else another loader has ended what was left to do
                raise
        return change

    def _newest(self) -> tuple[int, datetime | None]:
        """The newest change that is shown: its revision and moment."""
        row = self._lock.run(cypher.NEWEST).single()
        return (0, None) if row is None else (int(row[0]), native(row[1]))

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
            (cypher.ADD_LINKS, self._spool.links(bulk=change.revision == 1)),
            (cypher.ADD_LITERALS, self._spool.literals()),
            (cypher.CLOSE_LINKS, self._spool.withdrawn(is_link=True)),
            (cypher.CLOSE_LITERALS, self._spool.withdrawn(is_link=False)),
        )
        for query, batches in sources:
            for rows, is_last in _marked(batches):
                first = is_last and query == cypher.ADD_ENTITIES
                yield Piece(query, {"rows": rows, **said}, len(rows), goes_first=first)

    def _make_indexes(self) -> None:
        """Those that are missing for links of what is added."""
        types = {*self._types, *(type_ for type_ in self._spool.added_types() if type_ is not None)}
        if types:
            with self._sessions() as session:
                complete(session, wanted_of(sorted(types)))
            self._keep_lock()

    def _publishing(self, change: Change) -> Iterator[Piece]:
        """Show what was staged, all at once; then bring the display up to it."""
        given = {
            "revision": change.revision,
            "source": change.source,
            "at": change.at,
            "added": change.added,
            "withdrawn": change.withdrawn,
            "unchanged": change.unchanged,
        }
        yield Piece(cypher.PUBLISH, given, 1, goes_first=True)
        yield from self._showing(change.revision)

    def _showing(self, revision: int) -> Iterator[Piece]:
        """Bring the display of entities up to a revision."""
        self._spool.show(record[0] for record in self._lock.run(cypher.TO_SHOW, revision=revision))
        for rows in self._spool.to_show():
            yield Piece(cypher.show(), {"rows": rows, "revision": revision}, len(rows))

    def _keep_lock(self) -> None:
        """Raises where the lock is lost; and no device between here and the server takes its connection for idle."""
        self._lock.run("RETURN 1").consume()

    def _is_published(self, change: Change) -> bool:
        """Whether the change is there."""
        given = {"revision": change.revision, "source": change.source, "at": change.at}
        row = self._sender.managed(lambda tx: tx.run(cypher.IS_PUBLISHED, given).single())
        return row is not None and bool(row[0])

    def _clear_up(self) -> None:
        """Undo a load that was cut off; or, where it was shown already, end it."""
        if self._lock.run(cypher.LEFT_OVER).single() is None:
            return
        begun = self._sender.take_over()
        if begun is None:
            return
        if begun > self._newest()[0]:  # only now: until it was taken over, its loader could have shown it
            self._sender.undo(begun, cypher.ours(self._lock.run(cypher.TYPES).value()))
        else:
            self._sender.send(self._showing(begun), begun)
        self._sender.end()


def _marked(batches: Iterator[list[Any]]) -> Iterator[tuple[list[Any], bool]]:
    """Each, and whether it is the last."""
    held = next(batches, None)
    for batch in batches:
        assert held is not None
        yield held, False
        held = batch
    if held is not None:
        yield held, True


def native(moment: Any) -> datetime:
    """A moment of the server as Python's, in UTC."""
    read = moment.to_native()
    assert isinstance(read, datetime)
    return read.astimezone(UTC)
