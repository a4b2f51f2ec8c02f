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
from graph.neo4j_schema import TEXTS
from graph.snapshot import Graph, Snapshot
from queries.cypher import reading
from queries.cypher.reading import KIND, Part
from queries.search import SearchQuestion

NAMES: Final = ("name", "subtype", "alias", "identifier", "not_to_confuse_with")
_PLAIN: Final = re.compile(r"\w+")
_FUZZY_FROM: Final = 4
_MOST: Final = 400
"""Entities that the index may offer; the rules choose among them."""


def part_of(graph: Graph, question: SearchQuestion) -> Snapshot:
    """The part of the graph in which to search."""

    return reading.part_of(graph, question.known_at, lambda part: add_similar(part, question.text))


def part_named(graph: Graph, text: str, known: datetime | None = None) -> Snapshot:
    """The part of the graph in which to look for the one entity that a text names."""
    given = text.strip()

    def read(part: Part) -> None:
        part.hold([given])
        if not part.knows(given):
            add_similar(part, given)

    return reading.part_of(graph, known, read, [given])


def add_similar(part: Part, text: str) -> None:
    """Read the names of entities that a text may mean."""
    given = text.strip()
    words = fold(text).split()
    if not words:
        part.hold([given])
        return
    whole = [f'"{word}"' for word in words]
    begun = [f"{word}*" if _PLAIN.fullmatch(word) else f'"{word}"' for word in words]
    loose = [f"{word}~" if _PLAIN.fullmatch(word) and len(word) >= _FUZZY_FROM else f'"{word}"' for word in words]
    wordings = (" AND ".join(whole), " AND ".join(begun), " OR ".join(loose))
    try:
        part.similar((*KIND, *NAMES), given=given, names=NAMES, index=TEXTS, wordings=wordings, most=_MOST)
    except StoreError as error:
        if TEXTS not in str(error):
            raise
        raise StoreRefused(
            f"The database has no full-text index yet ({TEXTS}), and this user may not make it. "
            "Let a user who may make indexes run any command once, or ask with --engine kernel."
        ) from None


def add_hints(part: Part, text: str) -> None:
    """The same for a text that the graph does not know: where there is no index, there is nothing to suggest."""
    with suppress(StoreRefused):
        add_similar(part, text)
