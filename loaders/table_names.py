"""Who is meant by the names in a table: read as a whole first, so that every name is settled before the first row is stated."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph.errors import RefusedFile
from graph.model import EntityId
from graph.revisions import Graph
from graph.vocabulary import nearest, vocabulary
from loaders.decisions import Decided, log, standing
from loaders.feed import Known
from loaders.known_name import identifier_key
from loaders.known_names import COUNTRY
from loaders.mapping import EntityRule, Policy
from loaders.naming import full_key
from loaders.resolve import Option, Resolution, Resolver
from loaders.sayings import BadValue
from loaders.table_cells import Given
from loaders.waiting import key_of

MOST_NAMES: Final = 500_000
"""Different names in one file."""
_SLUG = re.compile(r"[^a-z0-9]+")
State = Literal["known", "new", "review", "reject", "ignore", "rejected"]


@dataclass(frozen=True, slots=True)
class Request:
    """A body as one row names it: its name, the country, area or territory beside it, the file's own key, identifiers, kind."""

    name: str
    country: str = ""
    key: str = ""
    identifiers: tuple[str, ...] = ()
    kind: str = ""
    aliases: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Who is meant. ``id`` is set where ``state`` is ``known`` or ``new``; ``review``: the name waits for a decision, with this
    ``sentence``; ``rejected``: a decision says that it is nobody of the graph."""

    state: State
    id: EntityId = ""
    kind: str = ""
    reason: str = ""
    candidates: tuple[Option, ...] = ()
    sentence: str = ""


def requests_of(rule: EntityRule, given: Given) -> list[Request]:
    """The bodies that a row names by one rule; raises ``BadValue``."""
    if rule.when is not None and not given.holds(rule.when):
        return []
    names = given.values(rule.name) if rule.name is not None else []
    key = given.value(rule.id)
    identifiers = tuple(
        identifier if ":" in (identifier := identifier_key(text)) else f"{scheme}:{text}"
        for scheme, cell in rule.identifiers.items()
        for text in given.values(cell)
    )
    if not names and not key and not identifiers:
        return []
    if len(names) > 1 and (key or identifiers):
        cell = rule.id or next(iter(rule.identifiers.values()))
        raise BadValue(given.label(cell), key or identifiers[0], "one id stands beside several names")
    country, kind = given.value(rule.country), given.value(rule.kind)
    if kind and kind not in vocabulary().kinds:
        assert rule.kind is not None
        raise BadValue(given.label(rule.kind), kind, "it is no kind of entity", nearest(kind, vocabulary().kinds))
    if not kind and rule.kind is not None and "new" in (rule.unsure, rule.unknown):
        raise BadValue(given.label(rule.kind), "", "a kind is needed", tuple(vocabulary().kinds)[:5])
    aliases, acronyms = (
        tuple(text for cell in cells for text in given.values(cell)) if len(names) < 2 else ()
        for cells in (rule.aliases, rule.acronyms)
    )
    return [Request(name, country, key, identifiers, kind, aliases, acronyms) for name in names or [""]]


class Names:
    """Collects the names of a file, then settles who each of them is. ``feed`` is the name the store keeps the file under."""

    def __init__(self, graph: Graph, known: Known, feed: str) -> None:
        self._graph, self._known, self._feed = graph, known, feed
        self._asked: defaultdict[tuple[int, str], dict[Request, None]] = defaultdict(dict)
        self._rules: dict[tuple[int, str], EntityRule] = {}
        self._answers: dict[tuple[int, str], dict[Request, Answer]] = {}
        self._resolvers: dict[str, Resolver] = {}
        self._own = _Own()
        self._count = 0
        self._decided: Mapping[str, Decided] = {one.key: one for one in standing(log(graph.store)) if one.key}
        self.kinds: dict[EntityId, str] = {}
        """The kinds of the new entities."""

    def ask(self, table: int, rule: EntityRule, requests: Iterable[Request]) -> None:
        """Names of one row, by the number of its table and the rule that read them."""
        self._rules[table, rule.label] = rule
        held = self._asked[table, rule.label]
        before = len(held)
        held.update(dict.fromkeys(requests))
        self._count += len(held) - before
        if self._count > MOST_NAMES:
            raise RefusedFile(f"it has more than {MOST_NAMES:,} different names. Split it.")

    def settle(self) -> None:
        """Settle all names that were asked for; those that make new entities first, as others may mean these."""
        order = sorted(self._rules.items(), key=lambda pair: "new" not in (pair[1].unknown, pair[1].unsure))
        for place, rule in order:
            requests = list(self._asked[place])
            self._answers[place] = dict(zip(requests, self._settled(rule, requests), strict=True))
        self._asked.clear()

    def answer(self, table: int, rule: EntityRule, request: Request) -> Answer:
        """Who is meant by a name that was asked for; raises ``RefusedFile`` for one that was not: the file changed."""
        try:
            return self._answers[table, rule.label][request]
        except KeyError:
            raise RefusedFile("the file changed while it was being loaded; load it again.") from None

    def same(self, rule: EntityRule) -> Answer:
        """The entity that a rule always means; raises ``RefusedFile`` where the graph does not have it."""
        self._known.needs(rule.is_)
        return Answer("known", rule.is_, self._known.kinds[rule.is_])

    def country(self, text: str, column: str) -> EntityId:
        """The country, area or territory of a text; raises ``BadValue`` with the nearest."""
        found = self._resolver(COUNTRY).resolve(text)
        if found.id is None:
            near = [option.name for option in found.candidates]
            raise BadValue(column, text, "no country, area or territory is surely meant by this", near)
        return found.id

    # --- one rule --------------------------------------------------------------------------------------------------------
    def _resolver(self, kind: str) -> Resolver:
        """Names against what others say: else a second load would find what the first one made."""
        if kind not in self._resolvers:
            self._resolvers[kind] = Resolver(self._graph, frozenset({kind} if kind else ()), besides=self._feed)
        return self._resolvers[kind]

    def _settled(self, rule: EntityRule, requests: list[Request]) -> list[Answer]:
        by_kind: defaultdict[str, list[Request]] = defaultdict(list)
        for request in requests:
            by_kind[request.kind].append(request)
        answers: dict[Request, Answer] = {}
        for kind, same in by_kind.items():
            found = self._resolver(kind).resolve_all([(one.name or one.key, one.country) for one in same])
            for request, resolution in zip(same, found, strict=True):
                answers[request] = self._one(rule, request, resolution)
        return [answers[request] for request in requests]

    def _one(self, rule: EntityRule, request: Request, found: Resolution) -> Answer:
        held = {self._known.identified[text.lower()] for text in request.identifiers if text.lower() in self._known.identified}
        if len(held) == 1:
            return self._is(request, held.pop())
        kind = self._known.kinds.get(request.key, "")
        if kind and kind == (request.kind or kind):
            return self._is(request, request.key)
        sentence = self._sentence(request)
        decided = self._decided.get(key_of("name", full_key(request.name) or request.name, sentence))
        if decided is not None:
            if decided.action == "accept" and decided.subject:
                return self._is(request, decided.subject)
            if rule.unknown == "review":
                return Answer("rejected", reason="review rejected it")
            found = replace(found, id=None, candidates=(), reason="review rejected all that it might mean")
        if found.id is not None and not held:
            return self._is(request, found.id)
        if own := self._own.find(request):
            return self._is(request, own)
        if held:
            return Answer("reject", reason=f"its identifiers are those of several entities: {', '.join(sorted(held))}")
        policy: Policy = rule.unsure if found.candidates else rule.unknown
        if policy == "new":
            return self._made(rule, request, found, sentence)
        return Answer(policy, "", request.kind, found.reason, found.candidates, sentence)

    def _is(self, request: Request, entity: EntityId) -> Answer:
        if entity in self.kinds:
            return Answer("new", entity, self.kinds[entity])
        if request.key or request.identifiers:
            self._own.take(request, entity)  # how this file calls it may be of no use anywhere else
        return Answer("known", entity, self._known.kinds.get(entity, ""))

    def _made(self, rule: EntityRule, request: Request, found: Resolution, sentence: str) -> Answer:
        if not request.name or not request.kind:
            return Answer("reject", reason="the graph has no such entity, and a new one needs a name and a kind")
        entity = new_id(rule.namespace, request)
        if self._known.kinds.get(entity, request.kind) != request.kind or self.kinds.get(entity, request.kind) != request.kind:
            return Answer("reject", reason=f"the id {entity!r}, which it would have, is taken")
        self.kinds[entity] = request.kind
        self._own.take(request, entity)
        return Answer("new", entity, request.kind, found.reason, found.candidates, sentence)

    def _sentence(self, request: Request) -> str:
        """What the name stands in: the same as long as the name, the country beside it and the file are."""
        beside = f", {request.country}" if request.country else ""
        return f"{request.name or request.key}{beside} ({self._feed})"


def new_id(namespace: str, request: Request) -> EntityId:
    """The id of a new entity: by the file's own key where it has one, else by name, kind and country, area or territory."""
    said = request.key or request.name
    slug = _SLUG.sub("-", said.lower().encode("ascii", "ignore").decode()).strip("-")[:40].strip("-")
    parts = (request.key,) if request.key else (full_key(request.name) or request.name, request.kind, full_key(request.country))
    if request.key and slug == request.key:
        return f"{namespace}:{slug}"
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=3).hexdigest()
    return f"{namespace}:{slug}-{digest}" if slug else f"{namespace}:{digest}"


class _Own:
    """What the file itself calls its bodies: by key, and by name, kind and country; a name of two of them means neither."""

    def __init__(self) -> None:
        self._by_key: dict[str, EntityId] = {}
        self._by_name: defaultdict[str, dict[tuple[str, str], EntityId]] = defaultdict(dict)

    def take(self, request: Request, entity: EntityId) -> None:
        """These are names of this entity."""
        if request.key:
            self._by_key[request.key] = entity
        place = (request.kind, full_key(request.country))
        for name in (request.name, *request.aliases, *request.acronyms):
            if key := full_key(name):
                held = self._by_name[key]
                held[place] = entity if held.get(place, entity) == entity else ""

    def find(self, request: Request) -> EntityId:
        """The one entity of these, ``""`` where there is none."""
        if found := self._by_key.get(request.key or request.name):
            return found
        if request.key:
            return ""
        kind, country = request.kind, full_key(request.country)
        fitting = {place: id for place, id in self._by_name.get(full_key(request.name), {}).items() if kind in ("", place[0])}
        here = {id for place, id in fitting.items() if place[1] == country}
        found_here = here or {id for place, id in fitting.items() if not country or not place[1]}
        return next(iter(found_here)) if len(found_here) == 1 else ""
