"""The part of a graph that a text may mean: entities whose names the server's full-text index finds.

The index takes a text apart into words, folds case and accents, and finds beginnings of words and words that differ by a letter
or two. What it finds is then put in order, and explained, by the rules of ``queries.names``.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Final

from graph.errors import StoreError, StoreRefused
from graph.folding import fold, is_ideographic
from graph.neo4j_schema import TEXTS
from graph.revisions import Graph
from graph.snapshot import Snapshot
from queries.cypher import reading
from queries.cypher.reading import KIND, Part
from queries.labels import SOURCE, checked
from queries.names import Names, names_of
from queries.search import SearchQuestion

NAMES: Final = ("name", "subtype", "alias", "identifier", "not_to_confuse_with")
_PLAIN: Final = re.compile(r"\w+")
_FUZZY_FROM: Final = 4
_MOST: Final = 400
"""Entities that the index may offer; the rules choose among them."""


def part_of(graph: Graph, question: SearchQuestion) -> Snapshot:
    """The part of the graph in which to search.

    What is only a little like the text is looked for where nothing fits better: the rules show it only then.
    """
    text = checked(question.text)

    def read(part: Part) -> None:
        if not question.kinds and not is_ideographic(text):
            add_similar(part, text, loosely=False)
            if _fits(names_of(part.snapshot()), text):
                return
        add_similar(part, text)

    return reading.part_of(graph, question.known_at, read)


def _fits(names: Names, text: str) -> bool:
    """Whether the text is the name of anything but a document, or its beginning, or a name has all its words."""
    kinds = names.snapshot.kinds
    found = chain(names.exact(text), names.same(text), names.beginning(text), names.holding(text))
    return any(kinds[names.labels[number].node] != SOURCE for number in found)


def part_named(graph: Graph, text: str, known: datetime | None = None) -> Snapshot:
    """The part of the graph in which to look for the one entity that a text names."""
    given = text.strip()

    def read(part: Part) -> None:
        part.hold([given])
        if not part.knows(given):
            add_similar(part, given)

    return reading.part_of(graph, known, read, [given])


def add_similar(part: Part, text: str, *, loosely: bool = True) -> None:
    """Read the names of entities that a text may mean; ``loosely``: also of those that have one word like one of the text."""
    given = text.strip()
    words = fold(text).split()
    if not words:
        part.hold([given])
        return
    whole = [f'"{word}"' for word in words]
    plain = [_PLAIN.fullmatch(word) is not None for word in words]
    begun = [f"{word}*" if simple else one for word, one, simple in zip(words, whole, plain, strict=True)]
    like = [simple and len(word) >= _FUZZY_FROM for word, simple in zip(words, plain, strict=True)]
    spelt = [f"{word}~1" if fuzzy else one for word, one, fuzzy in zip(words, whole, like, strict=True)]
    wordings = [" AND ".join(wording) for wording in (whole, begun, spelt)]
    if loosely:
        wordings.append(" OR ".join(f"{word}~" if fuzzy else one for word, one, fuzzy in zip(words, whole, like, strict=True)))
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
