"""A register's own entities held against the graph: joined to the one that their name certainly means, else put to review.

Used by loaders that make entities of their own from names alone. The link ``same_as`` that joins cites the register, is taken
back by a keep-apart decision (``loaders.taking_back``), and never made against one. What is likely waits in the review queue;
to accept it there merges the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from graph.identity import kept_apart
from graph.merging import SAME
from graph.model import ALWAYS, Citation, EntityId, SourceId, Statement, qualify
from graph.revisions import Graph
from graph.store import Store
from loaders.resolution import Option, Resolution
from loaders.resolve import Resolver
from loaders.stems import is_common, stem_of
from loaders.waiting import Waiting

_MOST: Final = 3
_LIKELY: Final = 85.0


class Joining:
    """For one file, kept in the store as ``source``; what this file said before does not count."""

    def __init__(self, store: Store, source: SourceId) -> None:
        self._store, self._source = store, source
        self._seen: set[EntityId] = set()
        self._found: dict[tuple[str, str, str], Resolution] = {}

    def learn(self, kind: str, names: Iterable[tuple[str, str]]) -> None:
        """Take in all (name, country) pairs of the file before any is asked for: a list tells more than its names one by one.

        Two names whose legal forms contradict each other are two bodies, and an acronym is certain beside its full name.
        """
        given = list(dict.fromkeys(names))
        found = self._resolver(kind).resolve_all(given)
        self._found.update(((kind, *pair), one) for pair, one in zip(given, found, strict=True))

    def of(
        self, cited: Citation, release: str, entity: EntityId, kind: str, name: str, country: str = "", certain: bool = True
    ) -> Iterator[Statement]:
        """The statement that joins an entity of the file, or puts it to review; none where nothing of the graph is like it.

        ``country``: an alpha-3 code or ``""``. ``certain=False`` joins nothing: what is certain waits in review too.
        """
        if entity in self._seen:
            return
        self._seen.add(entity)
        found = self._found.get((kind, name, country)) or self._resolver(kind).resolve(name, country)
        apart = {one.other for one in kept_apart(self._store, entity)}
        options = [one for one in found.candidates if one.kind == kind and one.id not in apart and one.id != entity]
        if certain and found.id is not None and any(one.id == found.id for one in options):
            said = qualify({"reason": found.reason})
            yield Statement(entity, SAME, found.id, None, ALWAYS, cited, "high", release, said)
            return
        likely = [one for one in options if one.likeness >= _LIKELY or one.id == found.id][:_MOST]
        if likely:
            yield from self._proposed(cited, entity, name, country, likely, found.reason)

    def namesakes(self, cited: Citation, entity: EntityId, kind: str, name: str, country: str) -> Iterator[Statement]:
        """As ``of``, for registers of tens of thousands: only a body of the very name is put to review, none is joined.

        A name that bodies of all countries, areas and territories have ("Ministry of Health") is passed over.
        """
        named = [one for one in self._resolver(kind).known.named(name) if not (one.is_acronym or one.is_part)]
        if named and not is_common(stem_of(name)):
            yield from self.of(cited, "", entity, kind, name, country, certain=False)

    def _proposed(
        self, cited: Citation, entity: EntityId, name: str, country: str, likely: list[Option], reason: str
    ) -> Iterator[Statement]:
        sentence = f"{name} ({country})" if country else name
        made = self._waiting.same(cited, entity, name, sentence, likely, reason)
        if made.statement is not None:
            yield made.statement

    def _resolver(self, kind: str) -> Resolver:
        if kind not in self._resolvers:
            self._resolvers[kind] = Resolver(self._graph, frozenset({kind}), self._source)
        return self._resolvers[kind]

    @cached_property
    def _resolvers(self) -> dict[str, Resolver]:
        return {}

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._store)

    @cached_property
    def _waiting(self) -> Waiting:
        return Waiting(self._store)
