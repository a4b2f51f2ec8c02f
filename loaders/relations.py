"""Relations that a sentence seems to state between two mentions: proposals for review, never statements of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from graph.model import EntityId
from graph.vocabulary import Vocabulary, vocabulary
from loaders.documents import Document
from loaders.mentions import Mention

_FARTHEST: Final = 120
_POSSESSIVE: Final = "possessive"
_THE: Final = r"(?:the |an? |its )?(?:interim )?"
# What stands between two mentions A and B, the predicate it speaks for, and whether it reads from A to B.
_CUES: Final[tuple[tuple[str, str, bool], ...]] = (
    (r"'s? ", _POSSESSIVE, True),
    (r"(?:,? which)? (?:is|are|was|were)? ?(?:a )?part of ", "part_of", True),
    (r"(?:,? which)? (?:is|are|was|were|became)? ?an? (?:full |founding |active )?member of ", "member_of", True),
    (r"(?:,? which)? (?:has |have )?joined ", "member_of", True),
    (r",? (?:and )?(?:partners? |initiative )?(?:is |are |was |were )?represented by ", "represents", False),
    (r"(?:,? which)? (?:is |are |was |were )?(?:hosted|housed) (?:by|at) ", "hosts", False),
    (r"(?:,? which)? (?:hosts|hosted) ", "hosts", True),
    (r"(?:,? which)? (?:is |are |was |were )?(?:operated|managed|run|administered) by ", "operates", False),
    (r"(?:,? which)? (?:operates|manages|runs|administers) ", "operates", True),
    (r"(?:,? which)? (?:is |are |was |were )?(?:funded|financed) by ", "funds", False),
    (r"(?:,? which)? (?:funds|funded|finances|financed) ", "funds", True),
    (r"(?:,? which)? (?:is |are |was |were )?supported by ", "supports", False),
    (r"(?:,? which)? (?:supports|supported) ", "supports", True),
    (r"(?:,? which)? (?:is |are |was |were )?led by ", "leads", False),
    (r"(?:,? which)? (?:leads|led) ", "leads", True),
    (r"(?:,? which)? (?:is |are |was |were )?convened by ", "convenes", False),
    (r"(?:,? which)? (?:convenes|convened) ", "convenes", True),
    (r",? (?:is |are )?(?:working )?in partnership with ", "partners_with", True),
    (r" (?:is |are )?(?:partners|partnered|partnering|collaborates|collaborated|works|worked) with ", "partners_with", True),
    (r" (?:attended|participated in|took part in) ", "participates_in", True),
    (r"(?:,? which)? (?:is |are |was |were )?(?:made|manufactured|produced) by ", "manufactures", False),
    (r"(?:,? which)? (?:makes|manufactures|produces) ", "manufactures", True),
    (r"(?:,? which)? (?:is |are |was |were )?developed by ", "develops", False),
    (r"(?:,? which)? (?:develops|developed) ", "develops", True),
)
_PATTERNS: Final = tuple((re.compile(cue + _THE, re.IGNORECASE), word, forward) for cue, word, forward in _CUES)
# "May" with a capital is a month.
_DENIED = re.compile(
    r"\b(?:[Nn]ot|[Nn]o longer|[Nn]ever|[Nn]either|nor|[Ww]ithout|unless|may|might|could|would|should|[Ii]f|whether)\b|n't\b"
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A link that a sentence seems to state."""

    subject: EntityId
    predicate: str
    object: EntityId
    sentence: str
    start: int
    end: int


def find_relations(document: Document, mentions: Sequence[Mention], kinds: Mapping[EntityId, str]) -> Iterator[Proposed]:
    """Links between neighbouring mentions of one sentence whose words between them speak for a predicate that takes both.

    A sentence that denies or doubts proposes nothing: it needs a reader.
    """
    words = vocabulary()
    seen = set()
    for one, other in pairwise(mentions):
        if one.id is None or other.id is None or one.id == other.id or one.number != other.number:
            continue
        between = document.text[one.at[1] : other.at[0]]
        if len(between) > _FARTHEST or _DENIED.search(one.sentence):
            continue
        for pattern, cue, forwards in _PATTERNS:
            word, forward = cue, forwards
            if cue == _POSSESSIVE:  # somebody's mechanism is run by them, somebody's office is part of them
                word, forward = ("operates", True) if kinds.get(other.id) in ("mechanism", "facility") else ("part_of", False)
            subject, target = (one.id, other.id) if forward else (other.id, one.id)
            if not pattern.fullmatch(between) or not _takes(words, word, kinds.get(subject, ""), kinds.get(target, "")):
                continue
            if (subject, word, target, one.sentence) not in seen:
                seen.add((subject, word, target, one.sentence))
                yield Proposed(subject, word, target, one.sentence, one.start, other.end)
            break


def _takes(words: Vocabulary, word: str, subject: str, target: str) -> bool:
    predicate = words.predicate(word)
    ends = ((predicate.domain, subject), (predicate.range, target))
    return all(kinds is None or kind in kinds for kinds, kind in ends)
