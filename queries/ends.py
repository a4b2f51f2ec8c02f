"""The ends of a path given as a set: "any African Union body to any manufacturer in South-East Asia".

A set is written as conditions joined by commas, all of which must hold::

    kind:organisation,subtype:manufacturer,in:r-sear       of:au|who       id:africa-cdc|ama       africa-cdc|ama

``kind``, ``subtype``: of this kind or subtype. ``in``: located in this country, area or territory, or in one of this region
or bloc. ``of``: part of this entity, or of a part of it, however deep; or a member of it. ``id``: one of these; the key may
be left out of the first condition. ``|`` means "or". ``in``, ``of`` and ``id`` take ids, and names where ``end_of`` has read
them first; a name may hold commas ("Gavi, the Vaccine Alliance"). Dates are those of the question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from graph.errors import EmptySet, InputError, UnknownEntity, UnknownWord
from graph.model import AsOf
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import nearest, vocabulary
from queries import engine
from queries.search import resolve
from queries.selection import SOURCE, kind_named, node_of

KEYS: Final = ("kind", "subtype", "in", "of", "id")
NAMING: Final = ("in", "of", "id")
"""The keys whose values are entities."""
PLACES: Final = ("country", "region")
"""The kinds that ``in`` takes."""
MOST: Final = 1_000
"""Entities that one end may hold."""
_BETWEEN = re.compile(r",(?=\s*[a-z_]+\s*:)")
"""A comma between two conditions; any other belongs to a name."""


def is_set(snapshot: Snapshot, text: str) -> bool:
    """Whether a text is a set of entities and not the id of one."""
    if snapshot.number(text) is not None:
        return False
    return "|" in text or text.partition(":")[0].strip() in KEYS


def end_of(graph: Graph, text: str, known: datetime | None = None) -> str:
    """An end as a path question takes it: the id of the one entity that a text names, or a set with its names made ids.

    Raises ``UnknownEntity`` and ``AmbiguousName``, ``InputError`` and ``UnknownWord`` for a set that cannot be read.
    """
    snapshot = engine.for_name(graph, text, known)
    if not is_set(snapshot, text):
        return resolve(graph, text, known)
    made = []
    for key, some in _conditions(text):
        if key in NAMING:
            some = [_place_of(graph, word, known) if key == "in" else resolve(graph, word, known) for word in some]
        made.append(f"{key}:{'|'.join(some)}")
    return ",".join(made)


def _place_of(graph: Graph, text: str, known: datetime | None) -> str:
    """The id of the one place that a text names; a text that names something else is told to."""
    try:
        return resolve(graph, text, known, PLACES)
    except UnknownEntity as error:
        try:
            id = resolve(graph, text, known)
        except InputError:
            raise error from None
        snapshot = engine.for_name(graph, text, known)
        raise _no_place(snapshot, node_of(snapshot, id), [f"{one.name} ({one.id})" for one in error.nearest]) from None


def _no_place(snapshot: Snapshot, node: int, near: Sequence[str] = ()) -> InputError:
    kind = vocabulary().kind(snapshot.kinds[node]).label
    hint = f" Nearest: {'; '.join(near)}." if near else ""
    return InputError(
        f"{snapshot.names[node]!r} ({snapshot.ids[node]}) is of the kind {kind!r}: nothing is in it. Name a country, area or "
        f"territory, a region or a bloc; or write of: for what belongs to a body.{hint}"
    )


def _conditions(text: str) -> list[tuple[str, list[str]]]:
    """The conditions of a set as written: each key with its words. Raises ``InputError``, ``UnknownWord``."""
    made = []
    for part in _BETWEEN.split(text):
        key, colon, words = part.partition(":")
        key, some = key.strip() if colon else "id", [word.strip() for word in (words if colon else part).split("|")]
        if key not in KEYS:
            raise UnknownWord("condition", key, nearest(key, KEYS) or KEYS)
        if not all(some):
            given = f"{key}:{'|'.join(some)}"
            raise InputError(f"{given!r} is no condition. Write KEY:VALUE, or KEY:VALUE|VALUE; keys: {', '.join(KEYS)}.")
        made.append((key, [kind_named(word) for word in some] if key == "kind" else some))
    return made


def members(snapshot: Snapshot, text: str, when: AsOf) -> list[int]:
    """The nodes of a set, in order.

    Raises ``EmptySet`` where nothing fits it, ``InputError`` where it cannot be read or is too large.
    """
    chosen: set[int] | None = None
    for key, words in _conditions(text):
        found = _fitting(snapshot, key, words, when)
        chosen = found if chosen is None else chosen & found
    nodes = sorted(node for node in chosen or () if snapshot.kinds[node] != SOURCE)
    if not nodes:
        raise EmptySet(f"No entity fits {text!r} on {when.valid}. Take a condition away, or ask for another date.")
    if len(nodes) > MOST:
        raise InputError(f"{len(nodes)} entities fit {text!r}; an end may hold {MOST}. Add a condition.")
    return nodes


def _fitting(snapshot: Snapshot, key: str, words: Sequence[str], when: AsOf) -> set[int]:
    if key == "kind":
        kinds = set(words)
        return {node for node, kind in enumerate(snapshot.kinds) if kind in kinds}
    if key == "subtype":
        known = set(snapshot.subtypes) - {""}
        for word in words:
            if word not in known:
                raise UnknownWord("subtype", word, nearest(word, known))
        return {node for node, subtype in enumerate(snapshot.subtypes) if subtype in words}
    named = [node_of(snapshot, word) for word in words]
    if key == "id":
        return set(named)
    for node in named if key == "in" else ():
        if snapshot.kinds[node] not in PLACES:
            raise _no_place(snapshot, node)
    return _located(snapshot, named, when) if key == "in" else _belonging(snapshot, named, when)


def _located(snapshot: Snapshot, places: Iterable[int], when: AsOf) -> set[int]:
    """What is located in these countries, areas and territories, or in those of these regions."""
    given = set(places)
    return _subjects(snapshot, "located_in", given | _subjects(snapshot, "in_region", given, when), when)


def _belonging(snapshot: Snapshot, bodies: Iterable[int], when: AsOf) -> set[int]:
    """What is part of these, of their parts and so on, and the members of these."""
    given = set(bodies)
    found: set[int] = set()
    edge = given
    while edge:
        edge = _subjects(snapshot, "part_of", edge, when) - found
        found |= edge
    return (found | _subjects(snapshot, "member_of", given, when)) - given


def _subjects(snapshot: Snapshot, predicate: str, objects: Collection[int], when: AsOf) -> set[int]:
    """The subjects of the links of one predicate to these, on the date."""
    if predicate not in snapshot.predicates:
        return set()
    word = snapshot.predicates.index(predicate)
    found: set[int] = set()
    for node in objects:
        arcs = snapshot.arcs(node)
        fits = (snapshot.predicate[arcs] == word) & ~snapshot.forward[arcs]
        fits &= (snapshot.first[arcs] < when.end) & (snapshot.end[arcs] > when.first)
        found.update(snapshot.target[arcs][fits].tolist())
    return found
