"""The part of a graph that a text may mean: entities whose names the server's full-text index finds.

The index takes a text apart into words, folds case and accents, and finds beginnings of words and words that differ by a letter
or two. What it finds is then put in order, and explained, by the rules of ``queries.names``.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import Final

from graph.errors import StoreError, StoreRefused
from graph.folding import fold
from graph.model import EntityId
from graph.snapshot import Graph, Snapshot
from queries.cypher import texts
from queries.cypher.reading import KIND, Part, Row
from queries.search import SearchQuestion

INDEX: Final = "texts_of_mcmgraph"
NAMES: Final = ("name", "subtype", "alias", "identifier", "not_to_confuse_with")
_PLAIN: Final = re.compile(r"\w+")
_FUZZY_FROM: Final = 4
_MOST: Final = 400
"""Entities that the index may offer; the rules choose among them."""


def part_of(graph: Graph, question: SearchQuestion) -> Snapshot:
    """The part of the graph in which to search."""
    part = Part(graph, question.known_at)
    part.hold([question.text.strip()])
    add_similar(part, question.text)
    return part.snapshot()


def part_named(graph: Graph, text: str, known: datetime | None = None) -> Snapshot:
    """The part of the graph in which to look for the one entity that a text names."""
    part = Part(graph, known)
    given = text.strip()
    part.hold([given])
    if not part.knows(given):
        add_similar(part, given)
    return part.snapshot()


def add_similar(part: Part, text: str) -> None:
    """Read the names of entities that a text may mean."""
    words = fold(text).split()
    if not words:
        return
    whole = [f'"{word}"' for word in words]
    begun = [f"{word}*" if _PLAIN.fullmatch(word) else f'"{word}"' for word in words]
    loose = [f"{word}~" if _PLAIN.fullmatch(word) and len(word) >= _FUZZY_FROM else f'"{word}"' for word in words]
    found: dict[EntityId, None] = {}
    for query in (" AND ".join(whole), " AND ".join(begun), " OR ".join(loose)):
        found.update((row[0], None) for row in _found(part, query))
        if len(found) >= _MOST:
            break
    part.tell(found, KIND)
    part.tell(found, NAMES)
    apart = [one for forward in (True, False) for one in part.follow(found, ["DIFFERENT_FROM"], forward)]
    others = {id for one in apart for id in (one.subject, one.object or "")}
    part.tell(others, KIND)
    part.tell(others, NAMES)


def add_hints(part: Part, text: str) -> None:
    """The same for a text that the graph does not know: where there can be no index, there is nothing to suggest."""
    with suppress(StoreRefused):
        add_similar(part, text)


def _found(part: Part, query: str) -> list[Row]:
    """What the index finds. The index is made when it is first needed: only the questions on the server use it."""
    bound = {"index": INDEX, "words": query, "most": _MOST, "predicates": NAMES}
    try:
        return part.ask(texts.LIKE, **bound)
    except StoreError as error:
        if INDEX not in str(error):
            raise
    part.make(texts.make_index(INDEX))
    return part.ask(texts.LIKE, **bound)
