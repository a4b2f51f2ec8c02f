"""The store on a Neo4j 5 server (5.26 or later), through the official driver: for an installation that is shared.

Any number of processes read and write. Each read sees one revision, however long it takes to read it out; it is read in
slices, each a transaction of its own that the driver repeats when a server of a cluster goes away. Reads go to any member of
a cluster, and a store that wrote sees what it wrote. The shape is drawn in ``graph.neo4j_schema``, the write in
``graph.neo4j_writing``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import neo4j
from neo4j import WRITE_ACCESS, Query, Result, RoutingControl

from graph import neo4j_cypher as cypher
from graph import neo4j_reading as reading
from graph.errors import InputError, StoreUnavailable
from graph.model import AsOf, EntityId, SourceId, Statement
from graph.neo4j_reading import Row
from graph.neo4j_schema import faults, prepare, surely
from graph.neo4j_spool import LONGEST, Spool
from graph.neo4j_writing import moment_of_change, native, replace
from graph.sqlite_rows import SelectedRow
from graph.store import Change, Delta, Recorded

if TYPE_CHECKING:
    from graph.settings import Settings

PATIENCE: Final = 5.0
"""Seconds that the driver goes on trying when the server does not answer."""
MOST_SECONDS: Final = 60.0
"""Seconds after which the server stops working on one read: nobody waits longer, and others want to ask."""
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_REMEMBERED: Final = 50_000
"""How many links a store remembers."""
_WHOLE_ID = re.compile("[0-9a-f]{32}")


class Neo4jStore:
    """The port ``graph.store.Store`` on a Neo4j server; safe for threads.

    ``address`` begins with neo4j://, neo4j+s://, neo4j+ssc://, or bolt in their place, and names no user. ``auth`` is the
    driver's; ``database`` ``""`` is the server's default one. The schema is made where it is not there. Raises
    ``StoreUnavailable``, ``StoreRefused`` (credentials, a database with other data, read-only and never set up),
    ``SchemaTooNew``.
    """

    def __init__(self, address: str, auth: neo4j.Auth | tuple[str, str] | None = None, database: str = "") -> None:
        parts = urlsplit(address)
        if "@" in parts.netloc:
            raise InputError("The address of a Neo4j server names no user; user and password are settings of their own.")
        self.address: Final = f"{parts.scheme}://{parts.netloc}{f'/{database}' if database else ''}"
        self._database = database or None
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        self._closed = False
        self._met: dict[str, str | Row] = {}
        self.newest: reading.Standing | None = None
        """What was found when somebody last asked what is known now; others may have loaded since."""
        with faults(self.address):
            self._driver = neo4j.GraphDatabase.driver(
                address,
                auth=auth,
                connection_timeout=PATIENCE,
                connection_acquisition_timeout=2 * PATIENCE,
                liveness_check_timeout=20.0,
                max_transaction_retry_time=PATIENCE,
                notifications_min_severity="OFF",
                fetch_size=reading.SLICE,
                user_agent="mcmgraph",
            )
        try:
            with faults(self.address), self._session(WRITE_ACCESS) as session:
                self._identity = prepare(session, self.address)
        except BaseException:
            self.close()
            raise

    @classmethod
    def connect(cls, settings: Settings) -> Neo4jStore:
        """The store that the settings name, with a bearer token where one is set, else user and password."""
        auth = None
        if settings.neo4j_token:
            auth = neo4j.bearer_auth(settings.neo4j_token)
        elif settings.neo4j_password:
            auth = neo4j.basic_auth(settings.neo4j_user, settings.neo4j_password)
        return cls(settings.store, auth, settings.neo4j_database)

    def __repr__(self) -> str:
        return f"Neo4jStore({self.address!r})"

    def __enter__(self) -> Neo4jStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def replace(self, source: SourceId, statements: Iterable[Statement], at: datetime, after: int | None = None) -> Change:
        """See ``graph.store.Store.replace``. The iterable is read to its end before anything is sent."""
        if not source.strip():
            raise InputError("A source needs a name, e.g. the path of the file that is loaded.")
        if len(source) > LONGEST:
            raise InputError(f"The name of a source can have {LONGEST} letters; {source[:40]!r}... has {len(source)}.")
        at = reading.in_utc(at)
        loaded = self.read(cypher.SOURCE_CHANGES, source=source)
        moment_of_change(source, at, native(loaded[-1][1]) if loaded else None, None)
        with Spool() as spool:
            spool.give(statements)
            self._check_open()
            with faults(self.address):
                return replace(lambda: self._session(WRITE_ACCESS), spool, source, at, after)

    def about(self, subject: EntityId, when: AsOf) -> Iterator[Statement]:
        """See ``graph.store.Store.about``."""
        return self._at_entity(cypher.ABOUT, subject, when)

    def links(self, target: EntityId, when: AsOf) -> Iterator[Statement]:
        """See ``graph.store.Store.links``."""
        return self._at_entity(cypher.LINKS, target, when)

    def scan(self, predicate: str | None, when: AsOf) -> Iterator[Statement]:
        """See ``graph.store.Store.scan``."""
        return reading.each_once(reading.statement(row) for row in self._slices(predicate, when, cypher.SEEN, cypher.FULL))

    def rows(self, when: AsOf) -> Iterator[SelectedRow]:
        """``scan(None, when)`` as bare tuples, without what only a citation needs: for whoever reads the whole store."""
        last = ""
        for row in self._slices(None, when, cypher.SEEN, cypher.BARE):
            if row[0] != last:
                last = row[0]
                yield (bytes.fromhex(last), *row[1:])

    def statements(self, ids: Sequence[str]) -> dict[str, Statement]:
        """See ``graph.store.Store.statements``. In the order of ``ids``."""
        found: dict[str, Statement] = {}
        met = self._met
        places = []
        for id in ids:
            if isinstance(row := met.get(id), list):
                found[id] = reading.statement(row)
            elif row is not None:
                places.append(row)
        if places:
            found.update((row[0], reading.statement(row)) for row in self.read(cypher.BY_PLACE, places=places))
        rest = [id for id in ids if id not in found]
        if rest and self.newest is not None:  # what was known then is known; most often that is all that is asked for
            rows = self._by_id(rest, cypher.BY_ID, cypher.FULL, self.newest)
            found.update((row[0], reading.statement(row)) for row in rows)
            rest = [id for id in rest if id not in found]
        if rest:
            rows = self._by_id(rest, cypher.BY_ID, cypher.FULL, self.standing())
            found.update((row[0], reading.statement(row)) for row in rows)
        return {id: found[id] for id in ids if id in found}

    def remember(self, links: Mapping[str, str | Row]) -> None:
        """Links that were read, for ``statements``: the whole row of each id, or the server's own id of the link."""
        if len(self._met) > _REMEMBERED:
            self._met = {}
        self._met.update(links)

    def current(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids some source says now; what is no id of a statement is left out."""
        return {row[0] for row in self._by_id(ids, cypher.OPEN_BY_ID, cypher.PLACE, self.standing())}

    def records(self, predicate: str | None, when: AsOf, ever: bool = False) -> Iterator[Recorded]:
        """See ``graph.store.Store.records``."""
        changes = {change.revision: change for change in self.changes(0)}
        when, condition = (AsOf(when.valid), cypher.EVER) if ever else (when, cypher.SEEN)
        return reading.records(self._slices(predicate, when, condition, cypher.FULL), changes)

    def changes(self, since: int) -> Iterator[Change]:
        """See ``graph.store.Store.changes``."""
        rows = self.read(cypher.CHANGES, since=since)
        return (Change(revision, source, native(at), *counts) for revision, source, at, *counts in rows)

    def delta(self, since: int) -> Iterator[Delta]:
        """See ``graph.store.Store.delta``."""
        changes = list(self.changes(since))
        return self._deltas(changes, self.standing().types)

    def revision(self) -> int:
        """See ``graph.store.Store.revision``."""
        return self.standing().revision

    def revision_at(self, known: datetime) -> int:
        """See ``graph.store.Store.revision_at``."""
        return self.standing(known).revision

    def identity(self) -> str:
        """32 hexadecimal digits that no other store has: tells a graph that was made anew from the one before it."""
        self._check_open()
        return self._identity

    def close(self) -> None:
        """See ``graph.store.Store.close``. An iterator that is still open raises ``StoreUnavailable`` when it is read on."""
        self._closed = True
        if hasattr(self, "_driver"):
            self._driver.close()

    # --- reading ---------------------------------------------------------------------------------------------------------

    def _session(self, access: str) -> neo4j.Session:
        return self._driver.session(database=self._database, default_access_mode=access, bookmark_manager=self._bookmarks)

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"The store {self.address} has been closed.")

    def read(self, query: str, **parameters: Any) -> list[Row]:
        """The rows of a query, run as a read: on any member of a cluster, after what this store wrote, with retries.

        Raises ``StoreError`` where the server has not ended after ``MOST_SECONDS`` seconds.
        """
        self._check_open()

        def run() -> list[Row]:  # as execute_read does it, with one round trip less: the query goes out with the BEGIN
            return self._driver.execute_query(
                Query(query, timeout=MOST_SECONDS),
                parameters,
                routing_=RoutingControl.READ,
                database_=self._database,
                bookmark_manager_=self._bookmarks,
                result_transformer_=Result.values,
            )

        with faults(self.address):
            return surely(run)

    def standing(self, known: datetime | None = None) -> reading.Standing:
        """What is known at a moment, None for now."""
        return self.standing_with(cypher.NOW, known)[0]

    def standing_with(self, query: str, known: datetime | None, **parameters: Any) -> tuple[reading.Standing, Row]:
        """The same, and what else ``query`` returns in that row: it begins as ``graph.neo4j_cypher.NOW``."""
        at = _END_OF_TIME if known is None else reading.in_utc(known)
        rows = self.read(query, known=at, **parameters)
        if rows:
            revision, types, unsettled, *rest = rows[0]
            found = reading.Standing(revision, cypher.ours(types), not unsettled)
        else:
            found, rest = reading.Standing(0, (), True), []
        if known is None:
            self.newest = found
        return found, rest

    def _by_id(self, ids: Sequence[str], condition: str, returned: str, standing: reading.Standing) -> Iterator[Row]:
        wanted = [id for id in dict.fromkeys(ids) if _WHOLE_ID.fullmatch(id)]
        query = cypher.anywhere(standing.types, condition, "id", returned)
        for start in range(0, len(wanted), reading.SLICE):
            yield from self.read(query, ids=wanted[start : start + reading.SLICE], now=standing.revision)

    def _at_entity(self, query: str, entity: EntityId, when: AsOf) -> Iterator[Statement]:
        now = self.standing(when.known).revision
        return reading.each_once(map(reading.statement, self._entity_rows(query, entity, now, when)))

    def _entity_rows(self, query: str, entity: EntityId, now: int, when: AsOf) -> Iterator[Row]:
        rows = self.read(query, entity=entity, now=now, first=when.first, end=when.end)
        rows.sort(key=itemgetter(2, 0))
        yield from self._while_open(rows)

    def _slices(self, predicate: str | None, when: AsOf, condition: str, returned: str) -> Iterator[Row]:
        """Rows in order of id; the revision is settled now, the slices are read as they are needed."""
        standing = self.standing(when.known)
        now, types = standing.revision, standing.types
        condition = f"{cypher.IN_SLICE} AND {condition}"
        if predicate is None:
            query, sizing = cypher.anywhere(types, condition, "id", returned), cypher.SIZE
        else:
            query, sizing = cypher.of_predicate(types, predicate, condition, returned), cypher.size_of(types, predicate)
        return self._sliced(query, sizing, {"predicate": predicate, "now": now, "first": when.first, "end": when.end})

    def _sliced(self, query: str, sizing: str, bound: dict[str, Any]) -> Iterator[Row]:
        ((size,),) = self.read(sizing, **bound)
        for low, high in reading.bounds(size):
            rows = self.read(query, low=low, high=high, **bound)
            rows.sort(key=itemgetter(0))
            yield from self._while_open(rows)

    def _while_open(self, rows: list[Row]) -> Iterator[Row]:
        for row in rows:
            if self._closed:
                self._check_open()
            yield row

    def _deltas(self, changes: list[Change], types: tuple[str, ...]) -> Iterator[Delta]:
        for group in reading.grouped(changes):
            revisions = [change.revision for change in group]
            if len(group) == 1 and reading.size(group[0]) > reading.SLICE:
                condition = f"{cypher.IN_SLICE} AND (x.opened IN $revisions OR x.closed IN $revisions)"
                query = cypher.anywhere(types, condition, "id", cypher.FULL)
                rows = self._sliced(query, cypher.SIZE, {"revisions": revisions})
                yield from (Delta(revisions[0], row[reading.OPENED] == revisions[0], reading.statement(row)) for row in rows)
                continue
            found: list[tuple[int, str, bool, Row]] = []
            for key, place in (("opened", reading.OPENED), ("closed", reading.CLOSED)):
                query = cypher.anywhere(types, f"x.{key} IN $revisions", key, cypher.FULL)
                found += [(row[place], row[0], key == "opened", row) for row in self.read(query, revisions=revisions)]
            found.sort(key=itemgetter(0, 1))
            yield from (Delta(revision, added, reading.statement(row)) for revision, _, added, row in found)
