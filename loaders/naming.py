"""How names are written: as one line, as an acronym, with something in brackets, in a wrong encoding, with a slip of the pen.

Every rule here is a reason that holds for any list of names. What is certain and what is only likely is decided by the caller.
What a name is made of is in ``loaders.stems``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from graph.folding import fold, squeeze, words_of

SMALL_WORDS: Final = frozenset((
    "a", "an", "and", "at", "by", "de", "del", "della", "der", "des", "di", "do", "dos", "du", "e", "et", "for", "fuer", "fur",
    "in", "la", "le", "les", "of", "on", "the", "to", "und", "upon", "y", "zu",
))  # fmt: skip
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{1,200})[)\]]\s*$")
_REFERENCE = re.compile(r"&(?:amp\b|#[xX]?[0-9a-fA-F]{1,6};|[a-zA-Z]{2,8};);?")
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ACRONYM = re.compile(r"[^\W_]+(?:[-&./][^\W_]+)*")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?")
_LONGEST_ACRONYM: Final = 12
_MISREAD: Final = (
    ("cp1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("latin-1", "cp850"),
    ("cp1252", "cp850"),
    ("mac-roman", "latin-1"),
)


def tidy(text: str) -> str:
    """A cell as one line: no invisible or control characters, no escapes of HTML, one space between words, none around.

    >>> tidy("  Institut\u00a0Pasteur\u200b  de Dakar ")
    'Institut Pasteur de Dakar'
    """
    if "&" in text:
        text = _REFERENCE.sub(lambda mark: html.unescape(mark.group()), text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", text.replace("\u00a0", " "))).strip()


def undotted(text: str) -> str:
    """A text without the dots of letters that all have one.

    >>> undotted("U.S.A."), undotted("D.R. Congo")
    ('USA', 'D.R. Congo')
    """
    return text.replace(".", "") if _DOTTED.fullmatch(text) else text


@lru_cache(maxsize=262144)
def full_key(text: str) -> str:
    """The key of a whole name, legal form and all: equal for spellings that differ in case, accents, spaces, punctuation.

    >>> full_key("The Gavi, Alliance") == full_key("gavi alliance")
    True
    """
    return squeeze(fold(text))


def split_brackets(text: str) -> tuple[str, str]:
    """A name and what stands in brackets at its end, ``""`` where nothing does.

    >>> split_brackets("Institut Pasteur de Dakar (IPD)")
    ('Institut Pasteur de Dakar', 'IPD')
    """
    match = _BRACKETS.search(text)
    return (text[: match.start()].strip(), match.group(1).strip()) if match and match.start() else (text, "")


def looks_like_acronym(text: str) -> bool:
    """Whether a text looks like an acronym: one short word, half of it or more capitals (``HERA``, ``HaDEA``, ``i-MCM-Net``).

    >>> [looks_like_acronym(text) for text in ("WHO", "i-MCM-Net", "R&D", "Geneva", "World Bank")]
    [True, True, True, False, False]
    """
    if not 2 <= len(text) <= _LONGEST_ACRONYM or not _ACRONYM.fullmatch(text):
        return False
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 2 and 2 * sum(character.isupper() for character in letters) >= len(letters)


def is_short_for(acronym: str, name: str) -> bool:
    """Whether the letters of an acronym stand in a name in this order, each the first of a word or inside the word begun.

    >>> is_short_for("UKHSA", "United Kingdom Health Security Agency"), is_short_for("EPI", "World Health Organization")
    (True, False)
    """
    letters = squeeze(fold(acronym))
    words = [word for word in words_of(name) if word]
    if not letters or not words or not letters.isalnum():
        return False
    reached = {0}  # letters used so far, over all ways of reading
    used_first = 0
    for word in words:
        grown = set(reached) if word in SMALL_WORDS or used_first else {0}
        for place in reached:
            taken, at = place, 0
            while taken < len(letters) and (found := word.find(letters[taken], at)) >= 0 and (at or found == 0):
                taken, at = taken + 1, found + 1
                grown.add(taken)
        used_first = used_first or max(grown)
        reached = grown
    return len(letters) in reached


def repaired(text: str) -> Iterator[str]:
    """What a text may have been before it was read in a wrong encoding; the caller decides by whether a reading is a name.

    >>> "Universidade de São Paulo" in list(repaired("Universidade de SÆo Paulo"))
    True
    """
    if text.isascii():
        return
    for wrong, right in _MISREAD:
        try:
            read = text.encode(wrong).decode(right)
        except (UnicodeError, LookupError):
            continue
        if read != text and read.isprintable():
            yield read


def slip(one: str, other: str) -> bool:
    """Whether two folded words are one word with a slip of the pen.

    Two letters swapped, or one left out or put in (words of five letters or more); one letter changed (eight or more); two
    such slips (ten or more). Words with digits are never slips of each other: a number is a name.

    >>> slip("univeristy", "university"), slip("icahn", "ichan"), slip("hunan", "henan"), slip("phase1", "phase2")
    (True, True, False, False)
    """
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if one == other or any(character.isdigit() for character in one + other) or len(longer) < 5:
        return False
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance > 2 or (distance == 2 and len(longer) < 10):
        return False
    if distance == 1 and len(one) == len(other) and sorted(one) != sorted(other):
        return len(longer) >= 8
    return len(shorter) >= 4


def words_in(phrase: str) -> list[str]:
    """The words of a phrase that are more than small ones, as they are written."""
    return [word for word in re.findall(r"[^\W_][\w'-]*", phrase) if word.lower() not in SMALL_WORDS]
