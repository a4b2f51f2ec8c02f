"""A part of a graph, read from the server piece by piece, and made into a snapshot that questions are put to.

All pieces are of one revision, each from any member of the cluster that has it. A part is exact in what it holds: a statement
comes whole, and an entity that was asked about comes with every decision that merged others into it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast
from weakref import WeakKeyDictionary

from graph.model import AsOf, EntityId
from graph.neo4j import Neo4jStore
from graph.neo4j_reading import Row, Standing
from graph.revisions import Graph
from graph.snapshot import Snapshot, snapshot_of_rows
from queries.cypher import counts, texts
from queries.cypher.rows import READ, SOURCE_OF, Merges, Read, kind_of, read_of, whole
from queries.selection import SOURCE, count_neighbours

KIND: Final = ("kind",)
SHOWN: Final = ("name", "subtype", "url", "url_status")
"""What else an answer shows of an entity or a source."""
TIES: Final = 1_000
"""With so many shortest paths, parallel links counted, the server does not look at each of them (``layers``)."""
_BATCH: Final = 2_000


_merges: WeakKeyDictionary[Graph, tuple[int, Merges]] = WeakKeyDictionary()
_lock = threading.Lock()


def server_of(graph: Graph) -> Neo4jStore:
    """The store of a graph that is asked on the server."""
    return cast(Neo4jStore, graph.store)


def part_of(graph: Graph, known: datetime | None, read: Callable[[Part], None], ids: Iterable[EntityId] = ()) -> Snapshot:
    """The part that ``read`` reads, begun with some ids; again where a load came between, at last by the statements alone."""
    ids = tuple(ids)
    part = Part(graph, known, ids)
    read(part)
    if part.guessed and part.overtaken():
        part = Part(graph, known, ids, ask=True)
        read(part)
    if part.shown and part.overtaken():
        part = Part(graph, known, ids, ask=True, by_statements=True)
        read(part)
    counts.keep(graph, part.revision, part.counted)
    return part.snapshot()


class Around(NamedTuple):
    """How many entities lie within reach; how many links among them, 0 where all are shown; and the ids that are shown."""

    nodes: int
    links: int
    shown: list[EntityId]


class Part:
    """What was read so far. Not safe for threads; made for one question.

    ``shown``: whether kinds may be read off the nodes of entities. These follow the newest revision, so it is false for an
    earlier one, while the nodes are being brought up to date, and where entities were merged (their nodes stay apart).
    ``by_statements``: read them from the statements in any case. ``ids``: who is sure to be asked about; what answers show of
    them is read at once. ``guessed``: the revision is the one that was found when somebody last asked, unless ``ask``; whether
    it still is the newest is told when the last is read.
    """

    def __init__(
        self,
        graph: Graph,
        known: datetime | None,
        ids: Iterable[EntityId] = (),
        ask: bool = False,
        by_statements: bool = False,
    ) -> None:
        self.store: Final = server_of(graph)
        self._graph: Final = graph
        guess = None if ask or known is not None else _guess(graph)
        self.guessed: Final = guess is not None
        first: list[EntityId] = []
        told: Row = []
        if guess is not None:
            standing = guess
        else:
            first = list(ids)
            standing, told = self.store.standing_with(texts.BEGIN, known, ids=first, predicates=[*KIND, *SHOWN])
        self.revision: Final = standing.revision
        self._held: dict[bytes, Read] = {}
        self._kinds: dict[EntityId, str] = {}
        self._neighbours: dict[EntityId, int] = {}
        self.counted: Final[dict[Hashable, dict[EntityId, int]]] = {}
        """What the server counted for this part, by what was asked."""
        self._told: dict[tuple[str, ...], set[EntityId]] = {(*KIND, *SHOWN): set(first)}
        self._nodes: set[EntityId] = set()
        self._snapshot: Snapshot | None = None
        self._take(read_of(row) for rows in told for row in rows)
        self.merges: Final = self._decided(graph)
        self.shown: Final = known is None and standing.settled and not (by_statements or self.merges.stands)
        self._overtaken: bool | None = None
        """Whether a load had come between when that was last told; None where nodes were read after that."""

    def _decided(self, graph: Graph) -> Merges:
        with _lock:
            held = _merges.get(graph)
        if held is None or held[0] != self.revision:
            held = (self.revision, Merges([read_of(row) for row in self.ask(texts.MERGES)]))
            with _lock:
                _merges[graph] = held
        merges = held[1]
        self._take(merges.decisions)
        return merges

    def snapshot(self) -> Snapshot:
        """A snapshot of what was read; the same one as long as nothing is read."""
        if self._snapshot is None:
            kinds = (kind_of(number, *shown) for number, shown in enumerate(self._kinds.items()))
            made = snapshot_of_rows(sorted((*self._held.values(), *kinds), key=itemgetter(0)), self.revision)
            counted = {made.number(id): count for id, count in self._neighbours.items()}
            count_neighbours(made, {node: count for node, count in counted.items() if node is not None})
            self._snapshot = made
        return self._snapshot

    def stands(self, id: EntityId) -> EntityId:
        """The id that stands for this one."""
        return self.merges.stands.get(id, id)

    def overtaken(self) -> bool:
        """Whether something was loaded since this part was begun, so that what nodes show may have been of two revisions."""
        return bool(self.ask(texts.OVERTAKEN)[0][0]) if self._overtaken is None else self._overtaken

    # --- reading ---------------------------------------------------------------------------------------------------------

    def hold(self, ids: Iterable[EntityId]) -> None:
        """Read who these are. Where the graph knows an id, the part does: by any statement, should it have no kind."""
        wanted = list(ids)
        self.tell(wanted, (*KIND, *SHOWN))
        for id in wanted:
            if id not in self._nodes:
                self._take(read_of(row) for (row,) in self.ask(texts.ANYTHING, id=id))

    def knows(self, id: EntityId) -> bool:
        """Whether anything read so far speaks of this id."""
        return id in self._nodes

    def around(self, ids: Iterable[EntityId], when: AsOf, *, traversable: bool, inside: bool = False, **asked: Any) -> None:
        """Read the links of some entities; ``asked``: ``texts.around``."""
        bound = {**asked, "first": when.first, "end": when.end, "inside": inside}
        if self.merges.stands:
            bound["ended"] = True  # what counts as happened follows the kind of the surviving entity
        query = texts.around(traversable, self.shown)
        members = self.merges.members(ids)
        for batch in [members] if inside else _batches(members):
            for _, links in self.ask(query, ids=batch, **bound):
                self._take_links(links)
        if not self.shown:
            self.tell(self._nodes, KIND)

    def count_neighbours(self, ids: Iterable[EntityId], when: AsOf, occurrences: Collection[str]) -> None:
        """Let the server count the neighbours of some entities. For a part that is ``shown``, and always of one date."""
        bound = {"first": when.first, "end": when.end, "occurrences": sorted(occurrences), "source": SOURCE}
        self._neighbours.update(self._count(texts.neighbours(), sorted(set(ids).difference(self._neighbours)), bound))
        self._snapshot = None

    def count_degrees(self, ids: Iterable[EntityId], when: AsOf, **asked: Any) -> dict[EntityId, int]:
        """To how many others some entities are joined; ``asked``: ``texts.degrees``. For a part that is ``shown``."""
        return self._count(texts.degrees(), list(ids), {**asked, "first": when.first, "end": when.end})

    def shortest(self, most: int, chosen: bool, **limits: Any) -> tuple[bool, list[list[EntityId]]]:
        """Let the server find the shortest paths (``texts.shortest``); read all there is to say of them. For a ``shown`` part.

        Returns their ids, and before them whether there are so many that these are only some.
        """
        bound = {**limits, "ties": TIES, "predicates": [*KIND, *SHOWN]}
        ((tied, ways, links, ids, told, overtaken),) = self.ask(texts.shortest(most, chosen), **bound)
        self._take_links(links)
        self._take_told(ids, links, told, overtaken)
        return tied, [list(ids) for ids in ways]

    def edge(self, ids: Iterable[EntityId], among: Iterable[EntityId] = (), **limits: Any) -> set[EntityId]:
        """Whom some entities are joined to (of those ``among``, where any are named). For a ``shown`` part."""
        ((found,),) = self.ask(texts.edge(), **{**limits, "ids": sorted(ids), "among": sorted(among)})
        self._overtaken = None
        return set(found)

    def onward(
        self, ids: Iterable[EntityId], among: Iterable[EntityId], k: int, **limits: Any
    ) -> dict[EntityId, list[EntityId]]:
        """Per entity, the first ``k`` of those among whom it is joined to. For a ``shown`` part."""
        rows = self.ask(texts.onward(), **{**limits, "ids": sorted(ids), "among": sorted(among), "k": k})
        self._overtaken = None
        return {id: list(found) for id, found in rows}

    def beside(self, when: AsOf, **asked: Any) -> Around | None:
        """Read what is one step from a centre, and all there is to say of it; None where there is no such node.

        For a ``shown`` part.
        """
        rows = self.ask(texts.beside(), **self._near(when, asked))
        return self._around(*rows[0]) if rows else None

    def reached(self, ids: Sequence[EntityId], seen: Collection[EntityId], when: AsOf, **asked: Any) -> list[EntityId]:
        """Whom some entities are joined to, but for those seen, in the order of the answer. For a ``shown`` part."""
        ((found,),) = self.ask(texts.reached(), **self._near(when, asked), ids=list(ids), seen=list(seen))
        self._overtaken = None
        return list(found)

    def among(self, reach: Sequence[EntityId], shown: Sequence[EntityId], when: AsOf, **asked: Any) -> Around:
        """Read the links among some entities, and all there is to say of them. For a ``shown`` part."""
        more = list(reach) if len(reach) > len(shown) else []
        [row] = self.ask(texts.among(), **self._near(when, asked), all=more, shown=list(shown))
        return self._around(len(reach), *row)

    def _near(self, when: AsOf, asked: dict[str, Any]) -> dict[str, Any]:
        return {**asked, "first": when.first, "end": when.end, "predicates": [*KIND, *SHOWN]}

    def _around(
        self, size: int, within: int, ids: list[EntityId], links: list[Row], told: list[Row], overtaken: bool
    ) -> Around:
        self._take_links(links)
        self._take_told(ids, links, told, overtaken)
        return Around(size, within, ids)

    def similar(self, predicates: tuple[str, ...], **asked: Any) -> None:
        """Read what is told by some predicates of entities that the full-text index finds, and of those to be kept apart."""
        ((ids, links, told, overtaken),) = self.ask(texts.LIKE, predicates=predicates, **asked)
        found = self._take(map(read_of, links))
        self._told.setdefault(predicates, set()).update(ids)
        self._take(map(read_of, told))
        self._overtaken = overtaken
        if self.merges.stands:
            self.tell(ids, predicates)
            found += self.apart(ids)
            self.tell({id for one in found for id in (one.subject, one.object or "")}, predicates)

    def _take_told(self, ids: Iterable[EntityId], links: Iterable[Row], told: Iterable[Row], overtaken: bool) -> None:
        """What is told of some entities and of the sources of some links."""
        self._told[*KIND, *SHOWN].update(ids, (link[SOURCE_OF] for link in links))
        self._take(read_of(row) for row in told)
        self._overtaken = overtaken

    def _count(self, query: str, ids: list[EntityId], bound: dict[str, Any]) -> dict[EntityId, int]:
        """What a query counts for each of some entities; what is kept of that is not asked for again."""
        asked = (query, *((name, tuple(one) if isinstance(one, list) else one) for name, one in sorted(bound.items())))
        found = counts.held(self._graph, self.revision, asked, ids)
        if missing := [id for id in ids if id not in found]:
            ((fresh, self._overtaken),) = self.ask(query, ids=missing, **bound)
            self.counted.setdefault(asked, {}).update(fresh)
            found.update(fresh)
        return found

    def follow(self, ids: Iterable[EntityId], types: Collection[str], forward: bool) -> list[Read]:
        """Read the links of any time that some entities have in one direction; returns them."""
        query = texts.FORWARD if forward else texts.BACKWARD
        found: list[Read] = []
        for batch in _batches(self.merges.members(ids)):
            for (links,) in self.ask(query, ids=batch, types=list(types)):
                found += self._take(map(read_of, links))
        return found

    def apart(self, ids: Iterable[EntityId]) -> list[Read]:
        """Read whom some entities are not to be confused with."""
        return self._take(map(read_of, self.ask(texts.APART, ids=self.merges.members(ids))))

    def tell(self, ids: Iterable[EntityId], predicates: tuple[str, ...]) -> None:
        """Read what is told of some entities by some literal predicates, once."""
        told = self._told.setdefault(predicates, set())
        wanted = [id for id in self.merges.members(ids) if id not in told]
        told.update(wanted)
        for batch in _batches(sorted(wanted)):
            ((rows, self._overtaken),) = self.ask(texts.TEXTS, ids=batch, predicates=predicates)
            self._take(map(read_of, rows))

    def of_kinds(self, kinds: Iterable[str]) -> list[EntityId]:
        """Read who is of one of these kinds, and what answers show of them; returns their ids, sorted."""
        wanted = tuple(sorted(kinds))
        if not wanted:
            return []
        if self.shown:
            ((ids,),) = self.ask(texts.of_kinds(wanted))
            self._overtaken = None
        else:
            ids = [one.subject for one in self.literals(*KIND, values=wanted)]
        self.tell(ids, (*KIND, *SHOWN))
        return sorted({self.stands(id) for id in ids if self.knows(id)})

    def literals(self, *predicates: str, values: Iterable[str] = ()) -> list[Read]:
        """Read all texts of some predicates (with one of these values); returns them."""
        found: list[Read] = []
        for _, told in self.ask(texts.LITERALS, predicates=predicates, values=sorted(values)):
            found += self._take(map(read_of, told))
        return found

    def ask(self, query: str, **parameters: Any) -> list[Row]:
        """The rows of a query about this revision."""
        return self.store.read(query, now=self.revision, **parameters)

    def sources(self, pairs: Iterable[tuple[EntityId, EntityId]]) -> set[EntityId]:
        """The sources of the links that were read between these entities."""
        wanted = {frozenset(pair) for pair in pairs}
        links = (one for one in self._held.values() if one.object is not None)
        return {one.source for one in links if frozenset((self.stands(one.subject), self.stands(one.object or ""))) in wanted}

    def _take_links(self, rows: Iterable[Row]) -> None:
        """Links with the kinds that their ends show, None for those that were not asked for, and with what is cited of some."""
        found: list[Read] = []
        met: dict[str, str | Row] = {}
        for row in rows:
            told, (kind, other, place), cited = row[:READ], row[READ : READ + 3], row[READ + 3 :]
            link = read_of(told)
            found.append(link)
            met[told[0]] = whole(link, *cited) if cited else place
            for id, shown in ((link.subject, kind), (link.object, other)):
                if id is not None and shown is not None:
                    self._kinds[id] = shown
        self._take(found)
        self.store.remember(met)
        self._snapshot = self._overtaken = None

    def _take(self, statements: Iterable[Read]) -> list[Read]:
        found = list(statements)
        for one in found:
            if one.id not in self._held:
                self._held[one.id] = one
                self._nodes.add(one.subject)
                if one.object is not None:
                    self._nodes.add(one.object)
                self._snapshot = None
        return found


def part_citing(graph: Graph, ids: Iterable[str], known: datetime | None) -> Snapshot:
    """The part that names the entities and sources of some statements."""
    part = Part(graph, known)
    named: dict[EntityId, None] = {}
    for one in part.store.statements(list(ids)).values():
        named.update(dict.fromkeys(filter(None, (one.subject, one.object, one.citation.source))))
    part.tell(named, (*KIND, *SHOWN))
    return part.snapshot()


def _guess(graph: Graph) -> Standing | None:
    """What was known when somebody last asked, where that spares the asking: nothing was merged, and nodes show it."""
    newest = server_of(graph).newest
    with _lock:
        held = _merges.get(graph)
    fits = newest is not None and newest.settled and held is not None and held[0] == newest.revision and not held[1].stands
    return newest if fits else None


def _batches(ids: list[EntityId]) -> list[list[EntityId]]:
    return [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]
