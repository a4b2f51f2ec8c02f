"""A snapshot from nothing: a stream of statements becomes flat arrays.

The arrays, by name. Per arc, in the order told in ``graph.snapshot``: ``target``, ``predicate``, ``forward``, ``period``,
``confidence``, ``source``, ``status``, ``statement``; ``period`` numbers the pairs of ``period_first`` and ``period_end``, of
which there are few. ``offsets`` per node. ``statement_ids``: 16 bytes a statement, sorted. ``merged`` ids with ``merged_into``
(nodes), and the numbers and sources of the statements that merge. Literals are ordered by predicate (``literal_bounds``), node
and statement. Texts lie as ``name.bytes`` and ``name.offsets``. Numbers of few things use the smallest type that holds them.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from graph.errors import McmgraphError
from graph.merging import SAME, representatives
from graph.model import CONFIDENCES, AsOf, Statement
from graph.packed import Array, Texts, smallest
from graph.sqlite_rows import SelectedRow, qualifiers_of
from graph.store import Store

LiteralRow = tuple[str, int, str, int, int, int, str, str, int]
"""Predicate, node, value, first and end day, statement number, language, sort, source number."""
SHOWN: Final = ("name", "kind", "subtype")
"""The literals of which each entity shows one."""
WORDS: Final = ("predicates", "sources", "statuses")
_NONE: Final[Mapping[str, str]] = {}
_LINK_COLUMNS: Final = ("predicate", "first", "end", "confidence", "source", "status")


def rows_of(store: Store, when: AsOf) -> Iterable[SelectedRow]:
    """Everything known; from a store that gives bare rows, without making statements of them."""
    bare: Callable[[AsOf], Iterator[SelectedRow]] | None = getattr(store, "rows", None)
    return bare(when) if bare is not None else map(row_of, store.scan(None, when))


def row_of(one: Statement) -> SelectedRow:
    """What a snapshot needs of a statement."""
    told = json.dumps(dict(one.qualifiers)) if one.qualifiers else ""
    valid, cited = one.valid, one.citation
    return (
        bytes.fromhex(one.id), one.subject, one.predicate, one.object, one.value, valid.first, valid.end, one.confidence,
        cited.source, told,
    )  # fmt: skip


Rank = tuple[bool, bool, int, int]


def rank_of(surviving: bool, lang: str, end: int, number: int) -> Rank:
    """Which of several names, kinds or subtypes is shown: the least rank.

    The surviving entity's own before those merged into it; of these one in English or of no language; of these the one in use
    longest (an open end is longest of all); ties go to the first statement.
    """
    return (not surviving, lang not in ("", "en"), -end, number)


class Builder:
    """Turns a stream of statements, ordered by id, each once, into the arrays of a snapshot."""

    def __init__(self, rows: Iterable[SelectedRow]) -> None:
        self._nodes: dict[str, int] = {}
        self._words: dict[str, dict[str, int]] = {"predicates": {}, "statuses": {"": 0}, "sources": {}}
        self._ids = bytearray()
        self._links = {name: array("i") for name in ("subject", "object", "number", *_LINK_COLUMNS)}
        self._literals: list[LiteralRow] = []
        self._merges: list[tuple[str, str, int, int]] = []
        self._read(rows)

    def _read(self, rows: Iterable[SelectedRow]) -> None:
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
            cited = _numbered(sources, source)
            if target is None:
                lang, sort = qualifiers.get("lang", ""), qualifiers.get("sort", "")
                self._literals.append((predicate, node, value or "", first, end, number, lang, sort, cited))
                continue
            other = nodes.setdefault(target, len(nodes))
            if predicate == SAME:  # no link between two nodes: the two are one
                self._merges.append((subject, target, number, cited))
                continue
            put_subject(node)
            put_object(other)
            put_number(number)
            put_predicate(_numbered(predicates, predicate))
            put_first(first)
            put_end(end)
            put_sure(sure_of[sure])
            put_source(cited)
            put_status(_numbered(statuses, qualifiers.get("status", "")))

    def arrays(self) -> dict[str, Array]:
        """All arrays of the snapshot, by name."""
        stands = representatives((one, other) for one, other, _, _ in self._merges)
        ids = sorted(id for id in self._nodes if id not in stands)
        rank = np.empty(len(self._nodes), dtype=np.int32)
        rank[[self._nodes[id] for id in ids]] = np.arange(len(ids), dtype=np.int32)
        merged = sorted(stands)
        into = rank[[self._nodes[stands[id]] for id in merged]] if merged else np.zeros(0, dtype=np.int32)
        rank[[self._nodes[id] for id in merged]] = into
        made: dict[str, Array] = {"merged_into": into}
        put_texts(made, "merged", merged)
        statements = len(self._ids) // 16
        made["statement_ids"] = np.frombuffer(bytes(self._ids), dtype=np.uint8).reshape(statements, 16)
        if statements > 1 and not _sorted(made["statement_ids"]):
            raise McmgraphError("A store gave statements that are not ordered by id; the snapshot was not made.")
        order = self._put_words(made)
        made["merge_statement"] = np.array([number for _, _, number, _ in self._merges], dtype=np.int32)
        made["merge_source"] = order["sources"][[cited for _, _, _, cited in self._merges]]
        self._put_links(made, rank, order, len(ids))
        shown = rank.tolist()
        put_literals(made, [(*row[:1], shown[row[1]], *row[2:]) for row in self._literals], order["sources"])
        self._put_nodes(made, ids, rank)
        return made

    def _put_words(self, made: dict[str, Array]) -> dict[str, Array]:
        """The words in order; and where each of them now is."""
        order = {}
        for name in WORDS:
            words = sorted(self._words[name])
            order[name] = np.empty(len(words), dtype=np.int32)
            order[name][[self._words[name][word] for word in words]] = np.arange(len(words))
            put_texts(made, name, words)
        return order

    def _put_links(self, made: dict[str, Array], rank: Array, order: Mapping[str, Array], size: int) -> None:
        columns = {name: np.frombuffer(column, dtype=np.int32) for name, column in self._links.items()}
        subject, target = rank[columns["subject"]], rank[columns["object"]]
        count = len(subject)
        node = np.concatenate([subject, target])
        days, period = np.unique((columns["first"].astype(np.int64) << 32) | columns["end"], return_inverse=True)
        made["period_first"], made["period_end"] = (days >> 32).astype(np.int32), (days & 0xFFFFFFFF).astype(np.int32)
        told = {
            "predicate": smallest(order["predicates"][columns["predicate"]], len(self._words["predicates"])),
            "source": smallest(order["sources"][columns["source"]], len(self._words["sources"])),
            "status": smallest(order["statuses"][columns["status"]], len(self._words["statuses"])),
            "period": smallest(period, len(days)),
            "confidence": columns["confidence"].astype(np.uint8),
            "statement": columns["number"],
        }
        both = {name: np.concatenate([column, column]) for name, column in told.items()}
        both["target"] = np.concatenate([target, subject]).astype(np.int32)
        both["forward"] = np.concatenate([np.ones(count, dtype=bool), np.zeros(count, dtype=bool)])
        sorting = np.lexsort((both["statement"], ~both["forward"], both["predicate"], both["target"], node))
        made.update({name: column[sorting] for name, column in both.items()})
        made["offsets"] = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(node, minlength=size), out=made["offsets"][1:])

    def _put_nodes(self, made: dict[str, Array], ids: list[str], rank: Array) -> None:
        chosen: dict[str, dict[int, tuple[Rank, str]]] = {word: {} for word in SHOWN}
        surviving = np.zeros(len(rank), dtype=bool)
        surviving[[self._nodes[id] for id in ids]] = True
        for predicate, node, value, _, end, number, lang, _, _ in self._literals:
            if predicate in chosen:
                place, held = int(rank[node]), chosen[predicate]
                offered = (rank_of(bool(surviving[node]), lang, end, number), value)
                if place not in held or offered[0] < held[place][0]:
                    held[place] = offered
        missing = (rank_of(True, "", 0, 0), "")
        put_kinds(made, [chosen["kind"].get(n, missing)[1] for n in range(len(ids))])
        put_texts(made, "ids", ids)
        put_texts(made, "names", [chosen["name"].get(n, (missing[0], id))[1] for n, id in enumerate(ids)])
        put_texts(made, "subtypes", [chosen["subtype"].get(n, missing)[1] for n in range(len(ids))])


def put_literals(made: dict[str, Array], literals: Iterable[LiteralRow], sources: Array) -> None:
    """The arrays of literals; ``sources`` says where each source number now is."""
    rows = sorted(literals, key=lambda row: (row[0], row[1], row[5]))
    predicates = sorted({row[0] for row in rows})
    words = sorted({"", *(row[6] for row in rows), *(row[7] for row in rows)})
    place = {word: number for number, word in enumerate(words)}
    put_texts(made, "literal_predicates", predicates)
    put_texts(made, "literal_words", words)
    values = sorted({row[2] for row in rows})
    value_place = {value: number for number, value in enumerate(values)}
    put_texts(made, "values", values)
    counts = dict.fromkeys(predicates, 0)
    for row in rows:
        counts[row[0]] += 1
    made["literal_bounds"] = np.concatenate([[0], np.cumsum(list(counts.values()), dtype=np.int64)]).astype(np.int64)
    made["literal_value"] = np.array([value_place[row[2]] for row in rows], dtype=np.int32)
    for name, column in (("node", 1), ("first", 3), ("end", 4), ("statement", 5)):
        made[f"literal_{name}"] = np.array([row[column] for row in rows], dtype=np.int32)
    for name, column in (("lang", 6), ("sort", 7)):
        made[f"literal_{name}"] = np.array([place[str(row[column])] for row in rows], dtype=np.int16)
    made["literal_source"] = smallest(sources[np.array([row[8] for row in rows], dtype=np.int64)], len(sources))


def put_kinds(made: dict[str, Array], kinds: Sequence[str]) -> None:
    """The kinds of all nodes: a number each."""
    names = sorted({"", *kinds})
    place = {name: number for number, name in enumerate(names)}
    put_texts(made, "kind_names", names)
    made["kind"] = np.array([place[kind] for kind in kinds], dtype=np.int16)


def put_texts(made: dict[str, Array], name: str, texts: Sequence[str]) -> None:
    """Texts as two arrays."""
    made[f"{name}.bytes"], made[f"{name}.offsets"] = Texts.of(texts).arrays


def _numbered(numbers: dict[str, int], word: str) -> int:
    return numbers.setdefault(word, len(numbers))


def _sorted(ids: Array) -> bool:
    words = ids.view(">u8").reshape(len(ids), 2)
    high, low = words[:, 0], words[:, 1]
    return bool(np.all((high[:-1] < high[1:]) | ((high[:-1] == high[1:]) & (low[:-1] < low[1:]))))
