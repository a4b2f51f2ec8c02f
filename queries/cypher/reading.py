"""A part of a graph, read from the server piece by piece, and made into a snapshot that questions are put to.

All pieces are of one revision, each from any member of the cluster that has it. A part is exact in what it holds: a statement
comes whole, and an entity that was asked about comes with every decision that merged others into it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, Protocol, cast
from weakref import WeakKeyDictionary

from neo4j import WRITE_ACCESS, ManagedTransaction

from graph.merging import representatives
from graph.model import AsOf, EntityId, Statement
from graph.neo4j import Neo4jStore
from graph.neo4j_schema import faults
from graph.snapshot import Graph, Snapshot, snapshot_of
from graph.sqlite_rows import statement_of
from queries.cypher import texts

KIND: Final = ("kind",)
SHOWN: Final = ("name", "subtype", "url", "url_status")
"""What else an answer shows of an entity or a source."""
_BATCH: Final = 2_000

Row = list[Any]


class Reads(Protocol):
    """Runs a query as a read."""

    def __call__(self, query: str, **parameters: Any) -> list[Row]: ...


class Merges:
    """Which ids stand for which, at one revision."""

    def __init__(self, decisions: list[Statement]) -> None:
        self.decisions: Final = decisions
        self.stands: Final = representatives((one.subject, one.object or "") for one in decisions)
        self._members: dict[EntityId, list[EntityId]] = {}
        for member, survivor in self.stands.items():
            self._members.setdefault(survivor, [survivor]).append(member)

    def members(self, ids: Iterable[EntityId]) -> list[EntityId]:
        """All ids under which these entities are spoken of, each once."""
        found: dict[EntityId, None] = {}
        for id in ids:
            survivor = self.stands.get(id, id)
            found.update(dict.fromkeys(self._members.get(survivor, (survivor,))))
        return list(found)


_merges: WeakKeyDictionary[Graph, tuple[int, Merges]] = WeakKeyDictionary()
_lock = threading.Lock()


def server_of(graph: Graph) -> Neo4jStore:
    """The store of a graph that is asked on the server."""
    return cast(Neo4jStore, graph.store)


class Part:
    """What was read so far. Not safe for threads; made for one question."""

    def __init__(self, graph: Graph, known: datetime | None) -> None:
        self.store: Final = server_of(graph)
        self._ask: Final[Reads] = self.store._read
        self._known = known
        self.revision: Final = graph.revision(known)
        self._held: dict[str, Statement] = {}
        self._told: dict[tuple[str, ...], set[EntityId]] = {}
        self._nodes: set[EntityId] = set()
        self.merges: Final = self._decided(graph)
        self._snapshot: Snapshot | None = None

    def _decided(self, graph: Graph) -> Merges:
        with _lock:
            held = _merges.get(graph)
        if held is None or held[0] != self.revision:
            rows = self._ask(texts.MERGES, now=self.revision)
            held = (self.revision, Merges([_statement(row) for row in rows]))
            with _lock:
                _merges[graph] = held
        merges = held[1]
        self._take_all(merges.decisions)
        return merges

    def snapshot(self) -> Snapshot:
        """A snapshot of what was read; the same one as long as nothing is read."""
        if self._snapshot is None:
            self._snapshot = snapshot_of([self._held[id] for id in sorted(self._held)], self.revision)
        return self._snapshot

    def stands(self, id: EntityId) -> EntityId:
        """The id that stands for this one."""
        return self.merges.stands.get(id, id)

    # --- reading ---------------------------------------------------------------------------------------------------------

    def hold(self, ids: Iterable[EntityId]) -> None:
        """Read who these are. Where the graph knows an id, the part does: by any statement, should it have no kind."""
        wanted = list(ids)
        self.tell(wanted, KIND)
        self.tell(wanted, SHOWN)
        when = AsOf(None, self._known)
        for id in wanted:
            if id not in self._nodes:
                for read in (self.store.about, self.store.links):
                    if (one := next(iter(read(id, when)), None)) is not None:
                        self._take_all([one])
                        break

    def knows(self, id: EntityId) -> bool:
        """Whether anything read so far speaks of this id."""
        return id in self._nodes

    def around(self, ids: Iterable[EntityId], when: AsOf, *, traversable: bool, inside: bool = False, **asked: Any) -> None:
        """Read the links of some entities; ``asked`` holds ``types``, ``confidences``, ``ended`` and ``occurrences``."""
        bound = {**asked, "first": when.first, "end": when.end, "inside": inside}
        if self.merges.stands:
            bound["ended"] = True  # what counts as happened follows the kind of the surviving entity
        query = texts.around(traversable)
        members = self.merges.members(ids)
        batches = [members] if inside else _batches(members)
        for batch in batches:
            self._take(self._ask(query, ids=batch, now=self.revision, **bound))
        self.tell(self._nodes, KIND)

    def follow(self, ids: Iterable[EntityId], types: Collection[str], forward: bool) -> list[Statement]:
        """Read the links of any time that some entities have in one direction; returns them."""
        query = texts.FORWARD if forward else texts.BACKWARD
        found: list[Statement] = []
        for batch in _batches(self.merges.members(ids)):
            found += self._take(self._ask(query, ids=batch, types=list(types), now=self.revision))
        return found

    def tell(self, ids: Iterable[EntityId], predicates: tuple[str, ...]) -> None:
        """Read what is told of some entities by some literal predicates, once."""
        told = self._told.setdefault(predicates, set())
        wanted = [id for id in self.merges.members(ids) if id not in told]
        told.update(wanted)
        for batch in _batches(sorted(wanted)):
            self._take(self._ask(texts.TEXTS, ids=batch, predicates=predicates, now=self.revision))

    def literals(self, predicate: str, values: Iterable[str] = ()) -> list[Statement]:
        """Read all texts of one predicate (with one of these values); returns them."""
        return self._take(self._ask(texts.LITERALS, predicate=predicate, values=sorted(values), now=self.revision))

    def ask(self, query: str, **parameters: Any) -> list[Row]:
        """The rows of another query about this revision."""
        return self._ask(query, now=self.revision, **parameters)

    def make(self, commands: Iterable[str]) -> None:
        """Run commands of the schema, each on its own."""
        for command in commands:
            with faults(self.store.address), self.store._session(WRITE_ACCESS) as session:
                session.execute_write(_run, command)

    def _take(self, rows: list[Row]) -> list[Statement]:
        found = [_statement(row) for row in rows]
        self._take_all(found)
        return found

    def _take_all(self, statements: Iterable[Statement]) -> None:
        for one in statements:
            if one.id not in self._held:
                self._held[one.id] = one
                self._nodes.add(one.subject)
                if one.object is not None:
                    self._nodes.add(one.object)
                self._snapshot = None


def _run(tx: ManagedTransaction, command: str) -> None:
    tx.run(command).consume()


def part_citing(graph: Graph, ids: Iterable[str], known: datetime | None) -> Snapshot:
    """The part that names the entities and sources of some statements."""
    part = Part(graph, known)
    named: dict[EntityId, None] = {}
    for one in part.store.statements(list(ids)).values():
        named.update(dict.fromkeys(filter(None, (one.subject, one.object, one.citation.source))))
    part.tell(named, KIND)
    part.tell(named, SHOWN)
    return part.snapshot()


def _statement(row: Row) -> Statement:
    """A statement without what only its citation needs, which is read for the answer."""
    id, subject, predicate, target, value, valid_from, valid_to, source, confidence, qualifiers = row
    return statement_of(
        (
            bytes.fromhex(id),
            subject,
            predicate,
            target,
            value,
            valid_from,
            valid_to,
            source,
            "",
            "",
            "",
            confidence,
            "",
            qualifiers,
        )
    )


def _batches(ids: list[EntityId]) -> list[list[EntityId]]:
    return [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]
