"""What was known at one revision, as flat arrays: what the questions run on.

A snapshot holds all valid times (the as-of date is applied by the question), so one snapshot serves every date. It is made
once per revision, kept beside the store where there is a place for it, and memory-mapped. Numbers instead of texts: node
numbers follow the sorted entity ids, statement numbers the sorted statement ids; so the same statements give the same arrays,
in whatever order they were loaded.
"""

from __future__ import annotations

import json
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from graph import packed
from graph.errors import McmgraphError
from graph.merging import SAME, representatives
from graph.model import CONFIDENCES, AsOf, Statement
from graph.packed import Array, Coded, Texts
from graph.refresh import Held, difference, refreshed
from graph.sqlite_rows import qualifiers_of
from graph.store import Store

FORMAT: Final = 3
"""Raised when the layout changes; a file of another format is made anew."""
_CACHED: Final = 4
_KEPT: Final = 3


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


class Snapshot:
    """An immutable view of one revision; see the attributes.

    ``ids, names, kinds, subtypes``: sequences over the n nodes, in order of id. ``offsets`` int64[n+1]: the arcs of node v are
    ``offsets[v]:offsets[v+1]``. Every link is two arcs, one from each end. Per arc (m): ``target`` int32, ``predicate`` int16
    (into ``predicates``), ``forward`` bool (v is the subject), ``first``, ``end`` int32 (valid days, half-open), ``confidence``
    uint8 (0 high, 1 medium, 2 low), ``source`` int32 (into ``sources``), ``status`` int16 (into ``statuses``, 0 is none),
    ``statement`` int32 (statement number). The arcs of a node are sorted by target, predicate, forward first, statement.

    Entities that a decision has merged are one node, that of the surviving one; see ``graph.merging``.
    """

    def __init__(self, arrays: dict[str, Array], meta: dict[str, object]) -> None:
        self._arrays = arrays
        revision = meta["revision"]
        assert isinstance(revision, int)
        self.revision: Final = revision
        self.ids: Final[Sequence[str]] = self._texts("ids")
        self.names: Final[Sequence[str]] = self._texts("names")
        self.sources: Final[Sequence[str]] = self._texts("sources")
        self.predicates: Final = tuple(self._texts("predicates"))
        self.statuses: Final = tuple(self._texts("statuses"))
        kind_names = tuple(self._texts("kind_names"))
        self.kinds: Final[Sequence[str]] = Coded(kind_names, arrays["kind"])
        self.subtypes: Final[Sequence[str]] = self._texts("subtypes")
        self.offsets: Final = arrays["offsets"]
        self.target: Final = arrays["target"]
        self.predicate: Final = arrays["predicate"]
        self.forward: Final = arrays["forward"]
        self.first: Final = arrays["first"]
        self.end: Final = arrays["end"]
        self.confidence: Final = arrays["confidence"]
        self.source: Final = arrays["source"]
        self.status: Final = arrays["status"]
        self.statement: Final = arrays["statement"]
        self._statement_ids = arrays["statement_ids"]

    def _texts(self, name: str) -> Texts:
        return Texts(self._arrays[f"{name}.bytes"], self._arrays[f"{name}.offsets"])

    def changed(self, gone: Collection[Statement], come: Collection[Statement], revision: int) -> Snapshot | None:
        """The snapshot without the links ``gone`` and with ``come``; None where that takes a full build (see ``refresh``)."""
        arrays = refreshed(self.held(), gone, come)
        return None if arrays is None else Snapshot(arrays, {"revision": revision})

    def held(self) -> Held:
        """What ``graph.refresh`` works on."""
        words = {"predicates": self.predicates, "sources": self.sources, "statuses": self.statuses}
        return Held(self._arrays, self.ids, self.merged, words)

    def number(self, id: str) -> int | None:
        """The node number of an entity id, of the one that stands for it where it was merged; None where it is not held."""
        place = bisect_left(self.ids, id)
        if place < len(self.ids) and self.ids[place] == id:
            return place
        return self.merged.get(id)

    @cached_property
    def merged(self) -> Mapping[str, int]:
        """Ids that a decision has merged into another entity, in order, each with the node that stands for it."""
        return dict(zip(self._texts("merged"), self._arrays["merged_into"].tolist(), strict=True))

    def ids_of(self, node: int) -> tuple[str, ...]:
        """Every id under which statements speak of a node: its own, then those merged into it."""
        return (self.ids[node], *(id for id, into in self.merged.items() if into == node))

    def arcs(self, node: int) -> slice:
        """Where the arcs of a node lie in the arc arrays."""
        return slice(int(self.offsets[node]), int(self.offsets[node + 1]))

    def statement_id(self, number: int) -> str:
        """The id of a statement number."""
        return bytes(self._statement_ids[number]).hex()

    @property
    def statement_count(self) -> int:
        """How many statements, links and literals together, were known."""
        return len(self._statement_ids)

    def literals(self, predicate: str) -> Iterator[Literal]:
        """The texts of one literal predicate, ordered by node, then statement."""
        words = list(self._texts("literal_predicates"))
        if predicate not in words:
            return
        bounds, values, words_of = self._arrays["literal_bounds"], self._texts("values"), list(self._texts("literal_words"))
        place = words.index(predicate)
        rows = range(int(bounds[place]), int(bounds[place + 1]))
        columns = [self._arrays[f"literal_{c}"] for c in ("node", "value", "first", "end", "statement", "lang", "sort")]
        for row in rows:
            node, value, first, end, statement, lang, sort = (int(column[row]) for column in columns)
            yield Literal(node, values[value], first, end, statement, words_of[lang], words_of[sort])


def snapshot_of(statements: Iterable[Statement], revision: int) -> Snapshot:
    """A snapshot of statements that come ordered by id, each once; kept in memory only."""
    return Snapshot(_Builder(map(_row_of, statements)).arrays(), {"revision": revision})


class Graph:
    """What a question is put to: a store and its snapshots, each made once per revision. Safe for threads.

    ``directory`` is where snapshots are kept between runs; None keeps them in memory only. A directory that cannot be written
    costs speed, not answers. ``engine``: ``kernel``, or ``server`` where the server of the store answers what it can (see
    ``queries.engine``).
    """

    def __init__(self, store: Store, directory: Path | None = None, engine: str = "kernel") -> None:
        self.store: Final = store
        self.engine: Final = engine
        self._directory = directory
        self._snapshots: OrderedDict[int, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    def revision(self, known: datetime | None = None) -> int:
        """The newest revision, or the newest one at a known time."""
        return self.store.revision() if known is None else self.store.revision_at(known)

    def snapshot(self, known: datetime | None = None) -> Snapshot:
        """The snapshot of what is known now, or was known at a moment."""
        revision = self.revision(known)
        with self._lock:
            held = self._snapshots.get(revision)
            if held is None:
                held = self._snapshots[revision] = self._obtain(revision)
                while len(self._snapshots) > _CACHED:
                    self._snapshots.popitem(last=False)
            self._snapshots.move_to_end(revision)
            return held

    def close(self) -> None:
        """Let go of the snapshots and close the store."""
        self._snapshots.clear()
        self.store.close()

    def _obtain(self, revision: int) -> Snapshot:
        change = next(iter(self.store.changes(revision - 1)), None) if revision else None
        known = change.at if change is not None else None
        path = None
        if self._directory is not None and known is not None:
            path = self._directory / f"{revision:08d}-{_stamp(known)}-{self._ending()}"
            if path.exists():
                try:
                    return Snapshot(*packed.read(path))
                except (OSError, ValueError, KeyError):
                    path.unlink(missing_ok=True)
        after = self._after(revision, known)
        if after is not None:
            return after
        arrays = _Builder(_rows(self.store, AsOf(None, known)) if revision else ()).arrays()
        if path is not None:
            self._keep(path, arrays, revision)
        return Snapshot(arrays, {"revision": revision})

    def _ending(self) -> str:
        """What the names of this store's snapshot files end in; another store at the same place has another identity."""
        return f"{self.store.identity()[:16]}-{FORMAT}.snapshot"

    def _after(self, revision: int, known: datetime | None) -> Snapshot | None:
        """The snapshot of the newest revision, from the newest one held before it; None where that takes a full build."""
        if revision != self.store.revision():
            return None
        base = self._before(revision)
        if base is None:
            return None
        earlier = base.revision
        told = difference(self.store, base.held(), earlier, known)
        if told is None or self.store.revision() != revision:  # a later change came in between
            return None
        return base.changed(*told, revision)

    def _before(self, revision: int) -> Snapshot | None:
        """The newest snapshot of an earlier revision, in memory or on disk; None where there is none."""
        earlier = max((number for number in self._snapshots if number < revision), default=0)
        if earlier or self._directory is None:
            return self._snapshots.get(earlier)
        for path in sorted(self._directory.glob(f"*-{self._ending()}"), reverse=True):
            number, stamp = (int(part) for part in path.name.split("-")[:2])
            change = next(iter(self.store.changes(number - 1)), None)
            if number < revision and change is not None and _stamp(change.at) == stamp:
                try:
                    return Snapshot(*packed.read(path))
                except (OSError, ValueError, KeyError):
                    continue
        return None

    def _keep(self, path: Path, arrays: dict[str, Array], revision: int) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            packed.write(path, arrays, {"revision": revision})
            for old in sorted(path.parent.glob("*.snapshot"))[:-_KEPT]:
                if old != path:
                    old.unlink(missing_ok=True)
        except OSError:
            return


_Row = tuple[bytes, str, str, str | None, str | None, int, int, str, str, str]
"""See ``graph.sqlite_rows.SelectedRow``: what a snapshot needs of a statement."""
_NONE: Final[Mapping[str, str]] = {}


def _rows(store: Store, when: AsOf) -> Iterable[_Row]:
    """Everything known; from a store that gives bare rows, without making statements of them."""
    bare: Callable[[AsOf], Iterator[_Row]] | None = getattr(store, "rows", None)
    return bare(when) if bare is not None else map(_row_of, store.scan(None, when))


def _row_of(one: Statement) -> _Row:
    told = json.dumps(dict(one.qualifiers)) if one.qualifiers else ""
    valid, cited = one.valid, one.citation
    return (
        bytes.fromhex(one.id), one.subject, one.predicate, one.object, one.value, valid.first, valid.end, one.confidence,
        cited.source, told,
    )  # fmt: skip


class _Builder:
    """Turns a stream of statements into the arrays of a snapshot."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._nodes: dict[str, int] = {}
        self._words: dict[str, dict[str, int]] = {"predicates": {}, "statuses": {"": 0}, "sources": {}}
        self._ids = bytearray()
        self._links = {name: array("i") for name in ("subject", "object", "number", *_LINK_COLUMNS)}
        self._literals: list[tuple[str, int, str, int, int, int, str, str]] = []
        self._merges: list[tuple[str, str]] = []
        self._read(rows)

    def _read(self, rows: Iterable[_Row]) -> None:
        # One loop over everything there is: what it looks up again and again is looked up once.
        nodes, links, ids = self._nodes, self._links, self._ids
        predicates, statuses, sources = (self._words[name] for name in ("predicates", "statuses", "sources"))
        take = [links[name].append for name in ("subject", "object", "number", *_LINK_COLUMNS)]
        put_subject, put_object, put_number, put_predicate, put_first, put_end, put_sure, put_source, put_status = take
        sure_of: dict[str, int] = {word: place for place, word in enumerate(CONFIDENCES)}
        for number, (id, subject, predicate, target, value, first, end, sure, source, told) in enumerate(rows):
            ids += id
            node = nodes.setdefault(subject, len(nodes))
            qualifiers = dict(qualifiers_of(told)) if told else _NONE
            if target is None:
                lang, sort = qualifiers.get("lang", ""), qualifiers.get("sort", "")
                self._literals.append((predicate, node, value or "", first, end, number, lang, sort))
                continue
            other = nodes.setdefault(target, len(nodes))
            if predicate == SAME:  # no link between two nodes: the two are one
                self._merges.append((subject, target))
                continue
            put_subject(node)
            put_object(other)
            put_number(number)
            put_predicate(_numbered(predicates, predicate))
            put_first(first)
            put_end(end)
            put_sure(sure_of[sure])
            put_source(_numbered(sources, source))
            put_status(_numbered(statuses, qualifiers.get("status", "")))

    def arrays(self) -> dict[str, Array]:
        """All arrays of the snapshot, by name."""
        stands = representatives(self._merges)
        ids = sorted(id for id in self._nodes if id not in stands)
        rank = np.empty(len(self._nodes), dtype=np.int32)
        rank[[self._nodes[id] for id in ids]] = np.arange(len(ids), dtype=np.int32)
        merged = sorted(stands)
        into = rank[[self._nodes[stands[id]] for id in merged]] if merged else np.zeros(0, dtype=np.int32)
        rank[[self._nodes[id] for id in merged]] = into
        made: dict[str, Array] = {"merged_into": into}
        _put_texts(made, "merged", merged)
        statements = len(self._ids) // 16
        made["statement_ids"] = np.frombuffer(bytes(self._ids), dtype=np.uint8).reshape(statements, 16)
        if statements > 1 and not _sorted(made["statement_ids"]):
            raise McmgraphError("A store gave statements that are not ordered by id; the snapshot was not made.")
        self._put_links(made, rank, len(ids))
        self._put_literals(made, rank)
        self._put_nodes(made, ids, rank)
        return made

    def _put_links(self, made: dict[str, Array], rank: Array, size: int) -> None:
        columns = {name: np.frombuffer(column, dtype=np.int32) for name, column in self._links.items()}
        words, order = {}, {}
        for name in ("predicates", "sources", "statuses"):
            words[name] = sorted(self._words[name])
            order[name] = np.empty(len(words[name]), dtype=np.int32)
            order[name][[self._words[name][word] for word in words[name]]] = np.arange(len(words[name]))
            _put_texts(made, name, words[name])
        subject, target = rank[columns["subject"]], rank[columns["object"]]
        count = len(subject)
        node = np.concatenate([subject, target])
        both = {
            "target": np.concatenate([target, subject]).astype(np.int32),
            "forward": np.concatenate([np.ones(count, dtype=bool), np.zeros(count, dtype=bool)]),
            "statement": np.tile(columns["number"], 2),
            "predicate": np.tile(order["predicates"][columns["predicate"]], 2).astype(np.int16),
            "source": np.tile(order["sources"][columns["source"]], 2),
            "status": np.tile(order["statuses"][columns["status"]], 2).astype(np.int16),
            "first": np.tile(columns["first"], 2),
            "end": np.tile(columns["end"], 2),
            "confidence": np.tile(columns["confidence"], 2).astype(np.uint8),
        }
        sorting = np.lexsort((both["statement"], ~both["forward"], both["predicate"], both["target"], node))
        made.update({name: column[sorting] for name, column in both.items()})
        made["offsets"] = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(node, minlength=size), out=made["offsets"][1:])

    def _put_literals(self, made: dict[str, Array], rank: Array) -> None:
        rows = sorted(self._literals, key=lambda row: (row[0], int(rank[row[1]]), row[5]))
        predicates = sorted({row[0] for row in rows})
        words = sorted({"", *(row[6] for row in rows), *(row[7] for row in rows)})
        place = {word: number for number, word in enumerate(words)}
        _put_texts(made, "literal_predicates", predicates)
        _put_texts(made, "literal_words", words)
        values = sorted({row[2] for row in rows})
        value_place = {value: number for number, value in enumerate(values)}
        _put_texts(made, "values", values)
        counts = dict.fromkeys(predicates, 0)
        for row in rows:
            counts[row[0]] += 1
        made["literal_bounds"] = np.concatenate([[0], np.cumsum(list(counts.values()), dtype=np.int64)]).astype(np.int64)
        made["literal_node"] = np.array([rank[row[1]] for row in rows], dtype=np.int32)
        made["literal_value"] = np.array([value_place[row[2]] for row in rows], dtype=np.int32)
        for name, column in (("first", 3), ("end", 4), ("statement", 5)):
            made[f"literal_{name}"] = np.array([row[column] for row in rows], dtype=np.int32)
        for name, column in (("lang", 6), ("sort", 7)):
            made[f"literal_{name}"] = np.array([place[str(row[column])] for row in rows], dtype=np.int16)

    def _put_nodes(self, made: dict[str, Array], ids: list[str], rank: Array) -> None:
        chosen: dict[str, dict[int, tuple[tuple[bool, int, int], str]]] = {"name": {}, "kind": {}, "subtype": {}}
        surviving = np.zeros(len(rank), dtype=bool)
        surviving[[self._nodes[id] for id in ids]] = True
        for predicate, node, value, _, end, number, lang, _ in self._literals:
            if predicate in chosen and lang in ("", "en"):
                # The surviving entity's own before those merged into it; of these the name in use longest (an open end is
                # longest of all); ties go to the first statement.
                place, held = int(rank[node]), chosen[predicate]
                offered = ((not surviving[node], -end, number), value)
                if place not in held or offered[0] < held[place][0]:
                    held[place] = offered
        kinds = sorted({"", *(value for _, value in chosen["kind"].values())})
        _put_texts(made, "kind_names", kinds)
        missing = ((False, 0, 0), "")
        made["kind"] = np.array([kinds.index(chosen["kind"].get(n, missing)[1]) for n in range(len(ids))], dtype=np.int16)
        _put_texts(made, "ids", ids)
        _put_texts(made, "names", [chosen["name"].get(n, ((False, 0, 0), id))[1] for n, id in enumerate(ids)])
        _put_texts(made, "subtypes", [chosen["subtype"].get(n, missing)[1] for n in range(len(ids))])


_LINK_COLUMNS: Final = ("predicate", "first", "end", "confidence", "source", "status")


def _stamp(moment: datetime) -> int:
    """A moment as it stands in the name of a file."""
    return int(moment.timestamp() * 1_000_000)


def _numbered(numbers: dict[str, int], word: str) -> int:
    return numbers.setdefault(word, len(numbers))


def _put_texts(made: dict[str, Array], name: str, texts: Sequence[str]) -> None:
    made[f"{name}.bytes"], made[f"{name}.offsets"] = Texts.of(texts).arrays


def _sorted(ids: Array) -> bool:
    words = ids.view(">u8").reshape(len(ids), 2)
    high, low = words[:, 0], words[:, 1]
    return bool(np.all((high[:-1] < high[1:]) | ((high[:-1] == high[1:]) & (low[:-1] < low[1:]))))
