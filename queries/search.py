"""Search: entities by any of their names, in any spelling or language; and the one entity that a name means.

``queries.names`` says in which order. Every hit says which name matched and why. Entities that are easily taken for one
another carry what keeps them apart.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from graph.errors import InputError
from graph.model import OPEN_END, EntityId
from graph.revisions import Graph
from graph.vocabulary import vocabulary
from queries import engine
from queries.labels import checked
from queries.names import Found, Names, names_of

__all__ = ["Hit", "Names", "SearchAnswer", "SearchQuestion", "names_of", "resolve", "search"]

MOST_HITS: Final = 1000


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """What to look for; ``kinds`` empty means all, ``limit`` 1 to 1000, ``known_at`` None means what is known now.

    Raises ``InputError`` for a limit out of bounds or a text of more than 500 characters, ``UnknownWord`` for a kind.
    """

    text: str
    kinds: tuple[str, ...] = ()
    limit: int = 20
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        checked(self.text)
        for kind in self.kinds:
            vocabulary().kind(kind)
        if not 1 <= self.limit <= MOST_HITS:
            raise InputError(f"The limit must be 1 to {MOST_HITS}; {self.limit} was given.")


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity found: the name that matched, a score in (0, 1] that orders the hits of one answer, and why, in words.

    ``keep_apart``: what this entity is easily, and wrongly, taken for.
    """

    id: EntityId
    name: str
    kind: str
    matched: str
    score: float
    reason: str
    keep_apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Hits, best first. ``more`` tells that there are others beyond the limit."""

    revision: int
    known_at: datetime | None
    text: str
    results: tuple[Hit, ...] = field(default=())
    more: bool = False


def search(graph: Graph, question: SearchQuestion) -> SearchAnswer:
    """Entities whose names fit a text, best first; the order is the same for the same statements.

    Documents (kind ``source``) come after everything else unless they fit in full. An empty text finds nothing.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, predicate, value):
    ...     return Statement(subject, predicate, None, value, Period(), Citation("src-list", "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("africa-cdc", "kind", "organisation"), says("africa-cdc", "name", "Africa Centres for Disease Control"),
    ...     says("africa-cdc", "alias", "Africa CDC"), says("cepi", "kind", "organisation"), says("cepi", "name", "CEPI"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> [(hit.id, hit.matched, hit.reason) for hit in search(Graph(store), SearchQuestion("cdc")).results]
    [('africa-cdc', 'Africa CDC', 'Another name ("Africa CDC") has every word.')]
    >>> store.close(); folder.cleanup()
    """
    snapshot = engine.for_search(graph, question)
    text = checked(question.text)
    names = names_of(snapshot)
    found = names.ranked(text, question.limit, frozenset(question.kinds))
    results = tuple(_hit(names, node, one) for node, one in list(found.items())[: question.limit])
    return SearchAnswer(snapshot.revision, question.known_at, text, results, len(found) > question.limit)


def resolve(graph: Graph, text: str, known_at: datetime | None = None, kinds: Collection[str] = ()) -> EntityId:
    """The id of the one entity (of these kinds) that a text names; see ``Names.resolve`` for the order and the errors.

    An exact id needs no index of names, so the common call costs nothing. Raises ``NothingKnown`` for a known time before the
    first load.
    """
    if known_at is not None:
        graph.known_revision(known_at)
    return names_of(engine.for_name(graph, text, known_at)).resolve(text, kinds)


def _hit(names: Names, node: int, found: Found) -> Hit:
    snapshot = names.snapshot
    label = names.labels[found.label]
    why = found.why
    if label.end and label.end < OPEN_END:
        why += f" (a name until {date.fromordinal(label.end - 1).isoformat()})"
    return Hit(
        id=snapshot.ids[node],
        name=snapshot.names[node],
        kind=snapshot.kinds[node],
        matched=label.text,
        score=round(found.score, 4),
        reason=why[0].upper() + why[1:] + ".",
        keep_apart=names.kept_apart(node),
    )
