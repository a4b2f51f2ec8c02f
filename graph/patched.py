"""The next snapshot from the one before: a large one that stays as it lies in its file, and what was taken out and put in.

A full build reads the whole store. Here, names, kinds and words are brought up to date at once, which is little; the arcs of
a pair of nodes are told from the file and the change together, which is what a path question needs; and the flat arrays are
spliced only when somebody asks for all of them. What comes out is what a full build tells, but for words that nothing uses
any longer, which stay. Where a decision to merge is among the changes, ``graph.patching`` says so, and the snapshot is built
anew.

Every patched snapshot rests on a whole one: patching it once more gives a new patch of the whole one, not a pile of patches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from graph.building import SHOWN, WORDS, put_literals, put_texts, rank_of
from graph.inserting import ends_of, nodes_of, places_cut, places_put
from graph.model import CONFIDENCES, Statement
from graph.packed import Array, Texts, smallest
from graph.snapshot import ARC_COLUMNS, Arcs, Since, Snapshot
from graph.splicing import Renumbering, pieces, places_in_rows, spliced, spliced_texts, stretches

_FEW: Final = 1_000
_SHARE: Final = 100
"""Above so many changed statements, and this part of all, the patched snapshot is made a whole one."""
_CODED: Final = {"predicate": "predicates", "source": "sources", "status": "statuses"}
_COLUMNS: Final = (
    "offsets", "target", "predicate", "forward", "period", "period_first", "period_end", "confidence", "source", "status",
    "statement",
)  # fmt: skip
_NONE: Final = np.zeros(0, dtype=np.int64)


def maybe_renamed(base: Snapshot, statements: Iterable[Statement]) -> set[int]:
    """The nodes of ``base`` whose name, kind or subtype may be another one."""
    named = {one.subject for one in statements if one.object is None and one.predicate in SHOWN}
    return {node for id in named if (node := base.number(id)) is not None}


class Patched(Snapshot):
    """A whole snapshot, ``base``, without the statements ``gone`` (by their number in it) and with ``come`` (by id)."""

    def __init__(
        self,
        base: Snapshot,
        gone: Mapping[int, Statement],
        come: Mapping[str, Statement],
        revision: int,
        known: Mapping[str, int],
    ) -> None:
        """``known``: places in ``base`` of some of those that come."""
        self.base: Final = base
        self.gone: Final = gone
        self.come: Final = {id: come[id] for id in sorted(come)}
        self.places: Final = {id: known[id] if id in known else base.place(id)[0] for id in self.come}
        self.numbers: Final = Renumbering(sorted(gone), list(self.places.values()))
        self._literal_come: Final = [
            (one, number)
            for one, number in zip(self.come.values(), self.numbers.come.tolist(), strict=True)
            if one.object is None
        ]
        new = sorted({id for one in self.come.values() for id in ends_of(one) if base.number(id) is None})
        self.nodes: Final = Renumbering(self._vanished(), [bisect_left(base.ids, id) for id in new])
        self._new: Final = dict(zip(new, self.nodes.come.tolist(), strict=True))
        stored = dict(base.stored)
        self._codes: Final = self._put_words(stored)
        put_texts_of(stored, "ids", spliced_texts(base.ids, self.nodes, new))
        if not self.nodes.is_same:
            stored["merged_into"] = self.nodes.new(stored["merged_into"])
        self._put_shown(stored, new)
        self._columns: dict[str, Array] = {}
        super().__init__(stored, {"revision": revision})

    # --- made at once ----------------------------------------------------------------------------------------------------
    def _vanished(self) -> list[int]:
        """The nodes of ``base`` of which nothing is said any longer."""
        taken = Counter(node for one in self.gone.values() if one.object is not None for node in nodes_of(self.base, one))
        given = {node for one in self.come.values() for node in nodes_of(self.base, one)}
        standing = set(self.base.merged.values())
        asked = {node for one in self.gone.values() for node in nodes_of(self.base, one)} - given - standing
        offsets = self.base.offsets
        bare = [node for node in asked if offsets[node + 1] - offsets[node] == taken[node]]
        said = Counter(self.base.number(one.subject) for one in self.gone.values() if one.object is None)
        return sorted(node for node in bare if self._texts_about(node) == said[node])

    def _texts_about(self, node: int) -> int:
        """How many literals ``base`` has about a node."""
        column, bounds = self.base.stored["literal_node"], self.base.stored["literal_bounds"]
        wanted = np.full(len(bounds) - 1, node)
        low = places_in_rows(column, bounds[:-1], bounds[1:], wanted)
        return int((places_in_rows(column, bounds[:-1], bounds[1:], wanted, after=True) - low).sum())

    def _put_words(self, stored: dict[str, Array]) -> dict[str, Array | None]:
        """The words with the new ones among them; and per sort where each old one now is, None where all are as they were."""
        come = list(self.come.values())
        links = [one for one in come if one.object is not None]
        told = {
            "predicates": {one.predicate for one in links},
            "sources": {one.citation.source for one in come},
            "statuses": {one.qualifier("status") for one in links},
        }
        codes: dict[str, Array | None] = {}
        for name in WORDS:
            old = list(self.base._texts(name))
            new = sorted(told[name].difference(old))
            codes[name] = None
            if new:
                words = sorted([*old, *new])
                codes[name] = np.searchsorted(np.array(words), np.array(old)).astype(np.int32) if old else _NONE
                put_texts(stored, name, words)
        return codes

    def _put_shown(self, stored: dict[str, Array], new: Sequence[str]) -> None:
        """Names, kinds and subtypes: those of new nodes, and of nodes about which one was taken out or put in."""
        base = self.base
        statements = (*self.gone.values(), *self.come.values())
        renamed = maybe_renamed(base, statements) - set(self.nodes.gone.tolist())
        if not renamed and self.nodes.is_same:
            return
        marks = sorted([(bisect_left(base.ids, id), 0, id) for id in new] + [(node, 1, base.ids[node]) for node in renamed])
        move = Renumbering(sorted({*self.nodes.gone.tolist(), *renamed}), [place for place, _, _ in marks])
        texts = {word: [self._shown(id, word) for _, _, id in marks] for word in SHOWN}
        names = [text or id for text, (_, _, id) in zip(texts["name"], marks, strict=True)]
        put_texts_of(stored, "names", spliced_texts(base.names, move, names))
        put_texts_of(stored, "subtypes", spliced_texts(base.subtypes, move, texts["subtype"]))
        kinds = list(base._texts("kind_names"))
        merged = sorted({*kinds, *texts["kind"]})
        code = {kind: place for place, kind in enumerate(merged)}
        old = np.array([code[kind] for kind in kinds], dtype=np.int16)[base.stored["kind"]]
        stored["kind"] = spliced(old, move.pieces(len(old)), np.array([code[kind] for kind in texts["kind"]], dtype=np.int16))
        put_texts(stored, "kind_names", merged)

    def _shown(self, id: str, predicate: str) -> str:
        """The name, kind or subtype of an entity that nothing was merged into."""
        offered = [
            (rank_of(True, one.qualifier("lang"), one.valid.end, number), one.value or "")
            for one, number in self._literal_come
            if one.subject == id and one.predicate == predicate
        ]
        node = self.base.number(id)
        if node is not None:
            here = self.base._literal_range(predicate)
            column = self.base.stored["literal_node"]
            low = here.start + int(np.searchsorted(column[here], node))
            high = here.start + int(np.searchsorted(column[here], node, side="right"))
            _, value, _, end, statement, lang, _ = self.base.literal_columns(predicate, slice(low, high))
            numbers = self.numbers.new(np.array(statement, dtype=np.int64)).tolist()
            offered += [
                (rank_of(True, word, until, number), text)
                for text, until, number, word in zip(value, end, numbers, lang, strict=True)
                if number >= 0
            ]
        return min(offered)[1] if offered else ""

    # --- told when asked -------------------------------------------------------------------------------------------------
    @cached_property
    def _arcs_come(self) -> Arcs:
        """The arcs put in, ordered as the arcs of the snapshot are; ``group`` is not used."""
        places = {name: {word: place for place, word in enumerate(getattr(self, name))} for name in WORDS}
        rows = []
        for one, number in zip(self.come.values(), self.numbers.come.tolist(), strict=True):
            if one.object is None:
                continue
            subject, target = (self.number(id) for id in ends_of(one))
            told = (
                one.valid.first, one.valid.end, CONFIDENCES.index(one.confidence), places["sources"][one.citation.source],
                places["statuses"][one.qualifier("status")], number,
            )  # fmt: skip
            predicate = places["predicates"][one.predicate]
            rows += [(0, subject, target, predicate, 1, *told), (0, target, subject, predicate, 0, *told)]
        rows.sort(key=lambda row: (row[1], row[2], row[3], -row[4], row[-1]))
        columns = dict(zip(Arcs.__dataclass_fields__, np.array(rows, dtype=np.int64).reshape(-1, 11).T, strict=True))
        return Arcs(**columns | {"forward": columns["forward"].astype(bool)})

    def _recoded(self, arcs: Arcs) -> Arcs:
        """Arcs of ``base`` with the numbers of this snapshot; those that are gone left out."""
        statement = self.numbers.new(arcs.statement.astype(np.int64))
        kept = statement >= 0
        columns = {name: getattr(arcs, name)[kept] for name in Arcs.__dataclass_fields__}
        columns["statement"] = statement[kept]
        for name, words in _CODED.items():
            code = self._codes[words]
            if code is not None:
                columns[name] = code[columns[name]]
        for name in ("owner", "target"):
            columns[name] = self.nodes.new(columns[name].astype(np.int64))
        return Arcs(**columns)

    def number(self, id: str) -> int | None:
        """See ``Snapshot.number``."""
        new: int | None = self._new.get(id)
        if new is not None:
            return new
        old: int | None = self.base.number(id)
        if old is None or self.nodes.is_same:
            return old
        node = int(self.nodes.new(np.array(old)))
        return node if node >= 0 else None

    def between(self, one: Array, other: Array) -> Arcs:
        """See ``Snapshot.between``."""
        one, other = (np.asarray(nodes, dtype=np.int64) for nodes in (one, other))
        old_one, old_other = self.nodes.old(one), self.nodes.old(other)
        known = np.flatnonzero((old_one >= 0) & (old_other >= 0))
        low, high = self.base._stretch(old_one[known], old_other[known])
        places, of = stretches(low, high)
        kept = self._recoded(self.base.taken(places, old_one[known][of], known[of]))
        come = self._arcs_come
        key = (come.owner << 32) | come.target
        wanted = (one << 32) | other
        places, group = stretches(np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right"))
        return _together(kept, Arcs(group, *(getattr(come, name)[places] for name in ("owner", "target", *ARC_COLUMNS))))

    def arcs_from(self, nodes: Array, predicate: str = "", forward: bool | None = None) -> Arcs:
        """See ``Snapshot.arcs_from``."""
        nodes = np.asarray(nodes, dtype=np.int64)
        old = self.nodes.old(nodes)
        known = np.flatnonzero(old >= 0)
        told = self.base.arcs_from(old[known], predicate, forward)
        kept = self._recoded(replace(told, group=known[told.group]))
        come = self._arcs_come
        places, group = stretches(np.searchsorted(come.owner, nodes), np.searchsorted(come.owner, nodes, side="right"))
        if predicate:
            right = come.predicate[places] == (self.predicates.index(predicate) if predicate in self.predicates else -1)
            if forward is not None:
                right &= come.forward[places] == forward
            places, group = places[right], group[right]
        return _together(kept, Arcs(group, *(getattr(come, name)[places] for name in ("owner", "target", *ARC_COLUMNS))))

    def degree(self, node: int) -> int:
        """See ``Snapshot.degree``."""
        old = int(self.nodes.old(np.array([node]))[0])
        return self.base.degree(old) if old >= 0 else 0

    @property
    def arc_count(self) -> int:
        """See ``Snapshot.arc_count``."""
        gone = sum(one.object is not None for one in self.gone.values())
        return self.base.arc_count - 2 * gone + len(self._arcs_come.owner)

    @property
    def statement_count(self) -> int:
        """See ``Snapshot.statement_count``."""
        return self.base.statement_count - len(self.gone) + len(self.come)

    def statement_ids(self, numbers: Sequence[int] | Array) -> list[str]:
        """See ``Snapshot.statement_ids``."""
        asked = np.asarray(numbers, dtype=np.int64)
        old = self.numbers.old(asked)
        found = self.base.statement_ids(np.maximum(old, 0))
        for place in np.flatnonzero(old < 0).tolist():
            found[place] = self._ids_come[int(np.searchsorted(self.numbers.come, asked[place]))]
        return found

    @cached_property
    def _ids_come(self) -> list[str]:
        return list(self.come)

    def place(self, id: str) -> tuple[int, bool]:
        """See ``Snapshot.place``."""
        old, there = self.base.place(id)
        at = bisect_left(self._ids_come, id)
        number = old - bisect_left(self.numbers.gone, old) + at
        return number, id in self.come or (there and old not in self.gone)

    @cached_property
    def cited(self) -> Array:
        """See ``Snapshot.cited``."""
        code = self._codes["sources"]
        old = self.base.cited if code is None else code[self.base.cited]
        come = [bisect_left(self.sources, one.citation.source) for one in self.come.values()]
        return spliced(old, self.numbers.pieces(len(old)), np.array(come, dtype=np.int32))

    def literal_columns(self, predicate: str, here: slice | None = None) -> list[list[Any]]:
        """See ``Snapshot.literal_columns``."""
        held = list(zip(*self.base.literal_columns(predicate, here), strict=True))
        if held and not (self.numbers.is_same and self.nodes.is_same):
            old = np.array([row[4] for row in held], dtype=np.int64), np.array([row[0] for row in held], dtype=np.int64)
            numbers, nodes = self.numbers.new(old[0]).tolist(), self.nodes.new(old[1]).tolist()
            held = [
                (node, *row[1:4], number, *row[5:])
                for row, node, number in zip(held, nodes, numbers, strict=True)
                if number >= 0
            ]
        come = [
            (
                self.number(one.subject), one.value or "", one.valid.first, one.valid.end, number, one.qualifier("lang"),
                one.qualifier("sort"),
            )
            for one, number in self._literal_come
            if one.predicate == predicate
        ]  # fmt: skip
        if come:
            held = sorted([*held, *come], key=lambda row: (row[0], row[4]))
        return [list(column) for column in zip(*held, strict=True)] if held else [[] for _ in range(7)]

    # --- spliced when all of it is asked for -------------------------------------------------------------------------------
    def column(self, name: str) -> Array:
        """See ``Snapshot.column``."""
        if name not in self._columns:
            self._columns[name] = self._spliced(name)
        return self._columns[name]

    @cached_property
    def _splice(self) -> tuple[Array, list[slice | int]]:
        """The arcs of ``base`` that are gone, and the pieces that every column is made of."""
        cut = places_cut(self.base, self.gone.values(), self.numbers)
        put = places_put(self.base, self._arcs_come, self.nodes, self.numbers, self._codes["predicates"])
        return cut, pieces(cut, put, len(self.base.target))

    @cached_property
    def _days(self) -> tuple[Array, Array]:
        """All periods, the first and the last day in one number, those of ``base`` first; and the number of each new arc's."""
        first, end = (self.base.stored[name].astype(np.int64) for name in ("period_first", "period_end"))
        days, asked = (first << 32) | end, (self._arcs_come.first << 32) | self._arcs_come.end
        days = np.concatenate([days, np.setdiff1d(asked, days)])
        order = np.argsort(days, kind="stable")
        return days, order[np.searchsorted(days, asked, sorter=order)] if len(days) else _NONE

    def _spliced(self, name: str) -> Array:
        if name in ("period_first", "period_end"):
            days = self._days[0]
            return (days >> 32 if name == "period_first" else days & 0xFFFFFFFF).astype(np.int32)
        if name == "offsets":
            return self._offsets()
        old, come = self.base.column(name), self._days[1] if name == "period" else getattr(self._arcs_come, name)
        if name == "statement":
            old = self.numbers.table(self.base.statement_count)[old]
        elif name == "target" and not self.nodes.is_same:
            old = self.nodes.table(len(self.base.ids))[old]
        elif name == "period":
            old = smallest(old, len(self._days[0])) if len(self._days[0]) > len(self.base.stored["period_end"]) else old
        elif name in _CODED and (code := self._codes[_CODED[name]]) is not None:
            old = smallest(code, len(getattr(self, _CODED[name])))[old]
        return spliced(old, self._splice[1], come.astype(old.dtype))

    def _offsets(self) -> Array:
        old, come, count = self.base.offsets, self._arcs_come, len(self.base.ids)
        counts = np.diff(old) - np.bincount(np.searchsorted(old, self._splice[0], side="right") - 1, minlength=count)
        if not self.nodes.is_same:
            counts = spliced(counts, self.nodes.pieces(count), np.zeros(len(self.nodes.before), dtype=np.int64))
        counts = counts + np.bincount(come.owner, minlength=len(self.ids))
        made = np.zeros(len(counts) + 1, dtype=np.int64)
        np.cumsum(counts, out=made[1:])
        return made

    @property
    def is_worn(self) -> bool:
        """See ``Snapshot.is_worn``."""
        return len(self.gone) + len(self.come) > max(_FEW, self.base.statement_count // _SHARE)

    def whole(self) -> Snapshot:
        """The same as a snapshot of its own, with everything spliced."""
        made = dict(self.stored) | {name: self.column(name) for name in _COLUMNS}
        ids = self.base.stored["statement_ids"]
        come = np.frombuffer(b"".join(bytes.fromhex(id) for id in self.come), dtype=np.uint8).reshape(-1, 16)
        made["statement_ids"] = spliced(ids, self.numbers.pieces(len(ids)), come)
        code = self._codes["sources"]
        made["merge_statement"] = self.numbers.new(made["merge_statement"])
        made["merge_source"] = made["merge_source"] if code is None else code[made["merge_source"]]
        predicates = sorted({*self._literal_predicates, *(one.predicate for one, _ in self._literal_come)})
        cited = self.cited
        rows = [
            (predicate, node, value, first, end, number, lang, sort, int(cited[number]))
            for predicate in predicates
            for node, value, first, end, number, lang, sort in zip(*self.literal_columns(predicate), strict=True)
        ]
        put_literals(made, rows, np.arange(len(self.sources)))
        after = Snapshot(made, {"revision": self.revision})
        after.follow(self, Since(None, _NONE, _NONE, _NONE, _NONE, False, (), ()))
        return after


def put_texts_of(stored: dict[str, Array], name: str, texts: Texts) -> None:
    """Texts that are packed already."""
    stored[f"{name}.bytes"], stored[f"{name}.offsets"] = texts.arrays


def _together(kept: Arcs, come: Arcs) -> Arcs:
    """The arcs of both in the order of a snapshot."""
    if not len(come.group):
        return kept
    names = Arcs.__dataclass_fields__
    columns = {name: np.concatenate([getattr(kept, name), getattr(come, name)]) for name in names}
    keys = ("statement", "forward", "predicate", "target", "group")
    order = np.lexsort([~columns[name] if name == "forward" else columns[name] for name in keys])
    return Arcs(**{name: column[order] for name, column in columns.items()})
