"""One entity, the statements about it, and the list of all entities: what is known, page by page, with every source.

Pages are keyed by what they list, not by a position, so that a load between two pages neither repeats nor skips another row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from graph.errors import InputError, UnknownEntity, UnknownWord
from graph.model import AsOf, EntityId, Statement
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import nearest, vocabulary
from queries.explain import Cited, cite
from queries.names import names_of

ROLES: Final = ("subject", "object")
MOST: Final = 1000
"""Results that one page may have."""
StatementKey = tuple[str, str, str]
"""Where a statement stands in the list of an entity: role of the entity, predicate, statement id."""

_ALIASES: Final = ("name", "alias")
_SHOWN_APART: Final = frozenset({"kind", "subtype", *_ALIASES})


@dataclass(frozen=True, slots=True)
class Listed:
    """An entity in a list; ``subtype`` is ``""`` where none is known."""

    id: EntityId
    name: str
    kind: str
    subtype: str


@dataclass(frozen=True, slots=True)
class EntitiesQuestion:
    """Entities of some kinds (empty: all) in order of id, from the one after ``after`` on."""

    kinds: Sequence[str] = ()
    after: EntityId | None = None
    limit: int = 100
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        _check_limit(self.limit)
        for kind in self.kinds:
            vocabulary().kind(kind)


@dataclass(frozen=True, slots=True)
class EntitiesAnswer:
    """One page; ``total`` counts all pages, ``more`` says whether others follow."""

    revision: int
    known_at: datetime | None
    total: int
    results: tuple[Listed, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name: its language and sort (``id``, ``acronym``, ...; ``""`` where not said), its period, and who uses it."""

    name: str
    lang: str
    sort: str
    valid_from: str
    valid_to: str
    source: EntityId


@dataclass(frozen=True, slots=True)
class LinkCount:
    """How many links of one predicate an entity has, at any valid time; ``role`` is what the entity is in them."""

    predicate: str
    role: str
    count: int


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """An entity as the statements show it.

    ``description`` is the first one known, ``""`` where there is none; ``texts`` are all statements with a value but its names,
    kind and subtype, each with its source. ``statements`` counts everything said about it, links from either end included.
    """

    revision: int
    known_at: datetime | None
    id: EntityId
    name: str
    kind: str
    subtype: str
    description: str
    aliases: tuple[Alias, ...]
    keep_apart: tuple[str, ...]
    links: tuple[LinkCount, ...]
    statements: int
    texts: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class StatementsQuestion:
    """The statements of an entity: first those about it, then those that lead to it, each by predicate, then id.

    ``role``: ``subject``, ``object``, or ``""`` for both. ``predicates``: empty for all. ``as_of``: only statements whose
    period touches this date; None for all. ``after``: the key of the last statement of the page before.
    """

    id: EntityId
    role: str = ""
    predicates: Sequence[str] = ()
    as_of: str | None = None
    known_at: datetime | None = None
    after: StatementKey | None = None
    limit: int = 100

    def __post_init__(self) -> None:
        _check_limit(self.limit)
        if self.role and self.role not in ROLES:
            raise UnknownWord("role", self.role, nearest(self.role, ROLES) or ROLES)
        for predicate in self.predicates:
            vocabulary().predicate(predicate)
        AsOf(self.as_of, self.known_at)


@dataclass(frozen=True, slots=True)
class StatementsAnswer:
    """One page of statements; ``last`` is the key of the last one, None for an empty page."""

    revision: int
    as_of: str | None
    known_at: datetime | None
    id: EntityId
    name: str
    kind: str
    results: tuple[Cited, ...]
    last: StatementKey | None
    more: bool


def find_entities(graph: Graph, question: EntitiesQuestion) -> EntitiesAnswer:
    """A page of the entities that are known."""
    snapshot = graph.snapshot(question.known_at)
    counts = _kind_counts(snapshot)
    wanted = frozenset(question.kinds)
    start = 0 if question.after is None else bisect_right(snapshot.ids, question.after)
    found = []
    for node in range(start, len(snapshot.ids)):
        if not wanted or snapshot.kinds[node] in wanted:
            found.append(node)
            if len(found) > question.limit:
                break
    return EntitiesAnswer(
        revision=snapshot.revision,
        known_at=question.known_at,
        total=sum(count for kind, count in counts.items() if not wanted or kind in wanted),
        results=tuple(listed(snapshot, node) for node in found[: question.limit]),
        more=len(found) > question.limit,
    )


def find_entity(graph: Graph, id: EntityId, known_at: datetime | None = None) -> EntityAnswer:
    """What is known of one entity; raises ``UnknownEntity`` for an id that is not known."""
    snapshot = graph.snapshot(known_at)
    node = node_of(snapshot, id)
    id, when = snapshot.ids[node], AsOf(None, moment_of_snapshot(graph, snapshot))
    about = [one for own in snapshot.ids_of(node) for one in graph.store.about(own, when) if one.object is None]
    named = [one for one in about if one.predicate in _ALIASES and one.value != snapshot.names[node]]
    texts = cite(graph, snapshot, [one.id for one in about if one.predicate not in _SHOWN_APART])
    links = _link_counts(snapshot, node)
    return EntityAnswer(
        revision=snapshot.revision,
        known_at=known_at,
        id=id,
        name=snapshot.names[node],
        kind=snapshot.kinds[node],
        subtype=snapshot.subtypes[node],
        description=next((one.value or "" for one in texts if one.predicate == "description"), ""),
        aliases=tuple(sorted((_alias(one) for one in named), key=lambda one: (one.lang, one.sort, one.name, one.source))),
        keep_apart=names_of(snapshot).kept_apart(node),
        links=links,
        statements=len(about) + sum(link.count for link in links),
        texts=tuple(texts),
    )


def find_statements(graph: Graph, question: StatementsQuestion) -> StatementsAnswer:
    """A page of the statements of an entity, each cited; raises ``UnknownEntity``.

    A link of an entity to itself is listed once, as a statement about it.
    """
    snapshot = graph.snapshot(question.known_at)
    node = node_of(snapshot, question.id)
    when = AsOf(question.as_of, moment_of_snapshot(graph, snapshot))
    taken = list(islice(_keys(graph, question, snapshot.ids_of(node), when), question.limit + 1))
    page = taken[: question.limit]
    return StatementsAnswer(
        revision=snapshot.revision,
        as_of=question.as_of,
        known_at=question.known_at,
        id=snapshot.ids[node],
        name=snapshot.names[node],
        kind=snapshot.kinds[node],
        results=tuple(cite(graph, snapshot, [key[2] for key in page])),
        last=page[-1] if page else None,
        more=len(taken) > question.limit,
    )


def _keys(graph: Graph, question: StatementsQuestion, ids: Sequence[EntityId], when: AsOf) -> Iterator[StatementKey]:
    """The keys of the statements asked for, in order, from the one after ``question.after`` on; ``ids``: of one entity."""
    store, after = graph.store, question.after
    reads = {"subject": store.about, "object": store.links}
    for role in ROLES[ROLES.index(after[0]) :] if after else ROLES:
        if question.role and role != question.role:
            continue
        streams = [reads[role](id, when) for id in ids]
        for one in merge(*streams, key=lambda one: (one.predicate, one.id)):
            is_twin = role == "object" and one.subject in ids and not question.role
            if is_twin or (question.predicates and one.predicate not in question.predicates):
                continue
            if after is None or role != after[0] or (one.predicate, one.id) > after[1:]:
                yield role, one.predicate, one.id


def listed(snapshot: Snapshot, node: int) -> Listed:
    """An entity as a list shows it."""
    return Listed(snapshot.ids[node], snapshot.names[node], snapshot.kinds[node], snapshot.subtypes[node])


def node_of(snapshot: Snapshot, id: EntityId) -> int:
    """The node number of an id; raises ``UnknownEntity`` with the nearest names."""
    node = snapshot.number(id)
    if node is None:
        raise UnknownEntity(id, names_of(snapshot).nearest(id))
    return node


def moment_of_snapshot(graph: Graph, snapshot: Snapshot) -> datetime | None:
    """The known time at which the store says what the snapshot holds.

    A question that asks both gets one answer, also while a source is being replaced. None for a snapshot of an empty store.
    """
    if not snapshot.revision:
        return None
    return next(change.at for change in graph.store.changes(snapshot.revision - 1))


def _alias(one: Statement) -> Alias:
    valid = one.valid
    lang, sort = one.qualifier("lang"), one.qualifier("sort")
    return Alias(one.value or "", lang, sort, valid.valid_from, valid.valid_to, one.citation.source)


def _link_counts(snapshot: Snapshot, node: int) -> tuple[LinkCount, ...]:
    arcs = snapshot.arcs(node)
    pairs = snapshot.predicate[arcs].astype(np.int64) * 2 + ~snapshot.forward[arcs]
    keys, counts = np.unique(pairs, return_counts=True)
    words = snapshot.predicates
    found = [
        LinkCount(words[key // 2], ROLES[key % 2], count) for key, count in zip(keys.tolist(), counts.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda link: (ROLES.index(link.role), link.predicate)))


_counted: WeakKeyDictionary[Snapshot, Counter[str]] = WeakKeyDictionary()


def _kind_counts(snapshot: Snapshot) -> Counter[str]:
    """How many entities there are of each kind; two threads that count at once count the same."""
    counts = _counted.get(snapshot)
    if counts is None:
        counts = _counted[snapshot] = Counter(snapshot.kinds)
    return counts


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise InputError(f"The limit must be 1 to {MOST}; {limit} was given.")
