"""What was known at one revision, as flat arrays: what the questions run on.

A snapshot holds all valid times (the as-of date is applied by the question), so one snapshot serves every date. It is made
once per revision, kept beside the store where there is a place for it, and memory-mapped. Numbers instead of texts: node
numbers follow the sorted entity ids, statement numbers the sorted statement ids; so the same statements give the same arrays,
in whatever order they were loaded. A small change does not make it anew: see ``graph.patched``. ``graph.revisions`` holds them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import ref

import numpy as np

from graph.building import Builder, row_of
from graph.model import Statement
from graph.packed import Array, Coded, Column, Texts
from graph.splicing import places_in_rows, stretches
from graph.sqlite_rows import SelectedRow

FORMAT: Final = 4
"""Raised when the layout changes; a file of another format is made anew."""
_ASKED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Literal:
    """A text about a node: its value, valid days (half-open), statement number, and its ``lang`` and ``sort`` qualifiers."""

    node: int
    value: str
    first: int
    end: int
    statement: int
    lang: str
    sort: str


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Some arcs of a snapshot with all that is known of them, column by column; ``owner``: the node an arc leaves.

    ``group``: what was asked for, e.g. the number of the pair of nodes; arcs of one group lie side by side.
    """

    group: Array
    owner: Array
    target: Array
    predicate: Array
    forward: Array
    first: Array
    end: Array
    confidence: Array
    source: Array
    status: Array
    statement: Array


ARC_COLUMNS: Final = ("predicate", "forward", "first", "end", "confidence", "source", "status", "statement")


@dataclass(frozen=True, slots=True, eq=False)
class Since:
    """What changed since the snapshot that this one was made from.

    ``nodes``: per node of that one its number here, -1 where it is gone; None where all are the same. ``one``, ``other``: the
    pairs of nodes whose links may differ, in both directions, as numbers of that one (-1 where it did not hold the node);
    ``new_one``, ``new_other``: the same pairs here (-1 where the node is gone). ``kinds_changed``: whether the kinds of the
    nodes are others. ``gone``, ``come``: the statements taken out and put in.
    """

    nodes: Array | None
    one: Array
    other: Array
    new_one: Array
    new_other: Array
    kinds_changed: bool
    gone: tuple[Statement, ...]
    come: tuple[Statement, ...]


class Snapshot:
    """An immutable view of one revision; see the attributes.

    ``ids, names, kinds, subtypes``: sequences over the n nodes, in order of id. ``offsets`` int64[n+1]: the arcs of node v are
    ``offsets[v]:offsets[v+1]``. Every link is two arcs, one from each end. Per arc (m): ``target`` int32, ``predicate``
    (into ``predicates``), ``forward`` bool (v is the subject), ``first``, ``end`` (valid days, half-open; see
    ``graph.packed.Column``), ``confidence`` (0 high, 1 medium, 2 low), ``source`` (into ``sources``), ``status`` (into
    ``statuses``, 0 is none), ``statement`` int32 (statement number). The arcs of a node are sorted by target, predicate,
    forward first, statement. Some words of ``predicates``, ``sources``, ``statuses`` may be in no arc.

    Entities that a decision has merged are one node, that of the surviving one; see ``graph.merging``.
    """

    def __init__(self, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
        self.stored: Final = arrays
        self.revision: Final[int] = meta["revision"]
        self._before: ref[Snapshot] | None = None
        self.since: Since | None = None
        self._asked: dict[str, int | None] = {}
        self.ids: Final = self._texts("ids")
        self.names: Final = self._texts("names")
        self.subtypes: Final = self._texts("subtypes")
        self.kinds: Final = Coded(tuple(self._texts("kind_names")), arrays["kind"])
        self.sources: Final[Sequence[str]] = self._texts("sources")
        self.predicates: Final = tuple(self._texts("predicates"))
        self.statuses: Final = tuple(self._texts("statuses"))

    def _texts(self, name: str) -> Texts:
        return Texts(self.stored[f"{name}.bytes"], self.stored[f"{name}.offsets"])

    # --- where it comes from ---------------------------------------------------------------------------------------------
    @property
    def before(self) -> Snapshot | None:
        """The snapshot that this one was made from by a small change, as long as somebody holds it; see ``since``."""
        return self._before() if self._before is not None else None

    def follow(self, before: Snapshot, since: Since) -> None:
        """Note what this snapshot was made from."""
        self._before, self.since = ref(before), since

    def changed(self, gone: Collection[Statement], come: Collection[Statement], revision: int) -> Snapshot | None:
        """The snapshot without ``gone`` (all of them in it) and with ``come`` (none of them in it); None: build it anew."""
        from graph.patching import changed

        return changed(self, gone, come, revision)

    @property
    def is_worn(self) -> bool:
        """Whether so much has been changed that ``whole`` is worth its time."""
        return False

    def whole(self) -> Snapshot:
        """The same, resting on no other snapshot."""
        return self

    # --- the arcs, flat --------------------------------------------------------------------------------------------------
    def column(self, name: str) -> Array:
        """One of the arrays of the arcs (see ``graph.building``)."""
        return self.stored[name]

    @cached_property
    def offsets(self) -> Array:
        return self.column("offsets")

    @cached_property
    def target(self) -> Array:
        return self.column("target")

    @cached_property
    def predicate(self) -> Array:
        return self.column("predicate")

    @cached_property
    def forward(self) -> Array:
        return self.column("forward")

    @cached_property
    def first(self) -> Column:
        return Column(self.column("period_first"), self.column("period"))

    @cached_property
    def end(self) -> Column:
        return Column(self.column("period_end"), self.column("period"))

    @cached_property
    def confidence(self) -> Array:
        return self.column("confidence")

    @cached_property
    def source(self) -> Array:
        return self.column("source")

    @cached_property
    def status(self) -> Array:
        return self.column("status")

    @cached_property
    def statement(self) -> Array:
        return self.column("statement")

    @property
    def arc_count(self) -> int:
        """How many arcs there are: two a link."""
        return len(self.stored["target"])

    def arcs(self, node: int) -> slice:
        """Where the arcs of a node lie in the arc arrays."""
        return slice(int(self.offsets[node]), int(self.offsets[node + 1]))

    def taken(self, places: Array, owner: Array, group: Array) -> Arcs:
        """The arcs at these places."""
        target = self.target[places]
        return Arcs(group, owner, target, *(getattr(self, name)[places] for name in ARC_COLUMNS))

    def between(self, one: Array, other: Array) -> Arcs:
        """The arcs from each node of ``one`` to the node of ``other`` at the same place; ``group`` is that place."""
        low, high = self._stretch(one, other)
        places, group = stretches(low, high)
        return self.taken(places, one[group], group)

    def _stretch(self, one: Array, other: Array) -> tuple[Array, Array]:
        starts, ends = self.offsets[one], self.offsets[one + 1]
        return (
            places_in_rows(self.target, starts, ends, other),
            places_in_rows(self.target, starts, ends, other, after=True),
        )

    def arcs_from(self, nodes: Array, predicate: str = "", forward: bool | None = None) -> Arcs:
        """All arcs of some nodes in turn, or those of one predicate, of one direction; ``group`` is the place in ``nodes``."""
        places, group = stretches(self.offsets[nodes], self.offsets[nodes + 1])
        if predicate:
            right = self.predicate[places] == (self.predicates.index(predicate) if predicate in self.predicates else -1)
            if forward is not None:
                right &= self.forward[places] == forward
            places, group = places[right], group[right]
        return self.taken(places, nodes[group], group)

    def degree(self, node: int) -> int:
        """How many arcs a node has, about: told without looking at what has changed."""
        return int(self.offsets[node + 1] - self.offsets[node])

    def neighbours_of(self, node: int) -> Array:
        """The nodes that a node has links with, in order."""
        return np.unique(self.arcs_from(np.array([node])).target)

    def statements_at(self, node: int) -> Array:
        """The numbers of the statements that a node is an end of, in order."""
        return np.unique(self.arcs_from(np.array([node])).statement)

    # --- entities --------------------------------------------------------------------------------------------------------
    def number(self, id: str) -> int | None:
        """The node number of an entity id, of the one that stands for it where it was merged; None where it is not held."""
        if id not in self._asked:
            if len(self._asked) >= _ASKED:
                self._asked.clear()
            place = bisect_left(self.ids, id)
            found = place < len(self.ids) and self.ids[place] == id
            self._asked[id] = place if found else self.merged.get(id)
        return self._asked[id]

    @cached_property
    def merged(self) -> Mapping[str, int]:
        """Ids that a decision has merged into another entity, in order, each with the node that stands for it."""
        return dict(zip(self._texts("merged"), self.stored["merged_into"].tolist(), strict=True))

    def stands(self, id: str) -> str:
        """The id of the entity that stands for this one; its own where it was not merged."""
        node = self.merged.get(id)
        return id if node is None else self.ids[node]

    def ids_of(self, node: int) -> tuple[str, ...]:
        """Every id under which statements speak of a node: its own, then those merged into it."""
        return (self.ids[node], *(id for id, into in self.merged.items() if into == node))

    # --- statements ------------------------------------------------------------------------------------------------------
    @property
    def statement_count(self) -> int:
        """How many statements, links and literals together, were known."""
        return len(self.stored["statement_ids"])

    def statement_id(self, number: int) -> str:
        """The id of a statement number."""
        return self.statement_ids([number])[0]

    def statement_ids(self, numbers: Sequence[int] | Array) -> list[str]:
        """The ids of some statement numbers; quicker than one at a time."""
        taken = self.stored["statement_ids"][numbers] if len(numbers) else self.stored["statement_ids"][:0]
        digits = taken.tobytes().hex()
        return [digits[at : at + 32] for at in range(0, len(digits), 32)]

    def place(self, id: str) -> tuple[int, bool]:
        """The number of a statement, or the one it would have; and whether it is known."""
        wanted = bytes.fromhex(id)
        rows = self.stored["statement_ids"]
        low, high = 0, len(rows)
        while low < high:
            middle = (low + high) // 2
            if rows[middle].tobytes() < wanted:
                low = middle + 1
            else:
                high = middle
        return low, low < len(rows) and rows[low].tobytes() == wanted

    def holds(self, id: str) -> bool:
        """Whether a statement is known."""
        return self.place(id)[1]

    @cached_property
    def cited(self) -> Array:
        """Per statement number, the number of the source it cites (into ``sources``)."""
        arrays = self.stored
        found = np.zeros(self.statement_count, dtype=np.int32)
        found[arrays["statement"][arrays["forward"]]] = arrays["source"][arrays["forward"]]
        found[arrays["literal_statement"]] = arrays["literal_source"]
        found[arrays["merge_statement"]] = arrays["merge_source"]
        return found

    def literals(self, predicate: str) -> Iterator[Literal]:
        """The texts of one literal predicate, ordered by node, then statement."""
        return map(Literal, *self.literal_columns(predicate))

    def literal_columns(self, predicate: str, here: slice | None = None) -> list[list[Any]]:
        """The fields of ``literals``, field by field; ``here``: only these rows of the stored ones."""
        here = self._literal_range(predicate) if here is None else here
        arrays, words = self.stored, list(self._texts("literal_words"))
        columns = {name: arrays[f"literal_{name}"][here] for name in ("node", "value", "first", "end", "statement")}
        told: list[list[Any]] = [column.tolist() for column in columns.values()]
        told[1] = self._texts("values").taken(columns["value"])
        return told + [[words[number] for number in arrays[f"literal_{name}"][here].tolist()] for name in ("lang", "sort")]

    def _literal_range(self, predicate: str) -> slice:
        words = self._literal_predicates
        if predicate not in words:
            return slice(0, 0)
        place = words.index(predicate)
        return slice(*self.stored["literal_bounds"][place : place + 2].tolist())

    @cached_property
    def _literal_predicates(self) -> list[str]:
        return list(self._texts("literal_predicates"))


def snapshot_of(statements: Iterable[Statement], revision: int) -> Snapshot:
    """A snapshot of statements that come ordered by id, each once; kept in memory only."""
    return snapshot_of_rows(map(row_of, statements), revision)


def snapshot_of_rows(rows: Iterable[SelectedRow], revision: int) -> Snapshot:
    """The same, of bare rows."""
    return Snapshot(Builder(rows).arrays(), {"revision": revision})
