"""What a name of a body is made of: its stem, its legal form, what stands in brackets; and which two spellings are one.

Every rule here is a reason that holds for any list of names. What is certain and what is only likely is decided by the caller.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from graph.folding import fold, squeeze, words_of

# Legal forms as folded words, each with its family. Two names whose forms are of different families are two bodies (an Inc.
# and a Ltd. of one group); a form without a family ("Co.", "Pvt.") says nothing on its own.
_FORMS: Final[dict[tuple[str, ...], str]] = {
    tuple(form.split()): family
    for family, forms in {
        "": "co|company|cia|pvt|private|pty|persero|tbk|group|holding|holdings|pt|ooo",
        "ltd": "ltd|limited|ltda|limitada|ltee|plc|bhd|sdn bhd",
        "inc": "inc|incorporated",
        "corp": "corp|corporation",
        "llc": "llc|l l c",
        "llp": "llp|l l p|lp|l p",
        "gmbh": "gmbh|mbh|g m b h|gmbh co kg",
        "ag": "ag|a g",
        "kg": "kg|kgaa",
        "ev": "e v",
        "sa": "sa|s a|sae|s a e",
        "sas": "sas|s a s|sasu",
        "sarl": "sarl|s a r l",
        "srl": "srl|s r l",
        "spa": "spa|s p a",
        "sl": "sl|s l|slu|s l u",
        "bv": "bv|b v",
        "nv": "nv|n v",
        "ab": "ab|a b",
        "as": "a s|asa|aps",
        "oy": "oy|oyj",
        "se": "se",
        "jsc": "jsc|ojsc|pjsc|cjsc|ao|pao|oao|zao",
        "kk": "kk|k k",
        "eeig": "eeig",
    }.items()
    for form in forms.split("|")
}
_LONGEST_FORM: Final = max(map(len, _FORMS))
_LEADING: Final = frozenset({("pt",), ("ooo",), ("jsc",), ("ojsc",), ("ao",), ("pao",)})
_SMALL: Final = frozenset((
    "a", "an", "and", "at", "by", "de", "del", "della", "der", "des", "di", "do", "dos", "du", "e", "et", "for", "fur",
    "in", "la", "le", "les", "of", "on", "the", "to", "und", "upon", "y", "zu",
))  # fmt: skip
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{1,200})[)\]]\s*$")
_SHORTENED: Final = {
    "univ": "university", "natl": "national", "hosp": "hospital", "ctr": "center", "rep": "republic", "dept": "department",
}  # fmt: skip
_REFERENCE = re.compile(r"&(?:amp\b|#[xX]?[0-9a-fA-F]{1,6};|[a-zA-Z]{2,8};);?")
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ACRONYM = re.compile(r"[^\W_]+(?:[-&./][^\W_]+)*")
_LONGEST_ACRONYM: Final = 12
_MISREAD: Final = (
    ("cp1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("latin-1", "cp850"),
    ("cp1252", "cp850"),
    ("mac-roman", "latin-1"),
)


@dataclass(frozen=True, slots=True)
class Stem:
    """A name without its legal form: its words in order, without and with the small ones, and the families of its forms."""

    words: tuple[str, ...]
    all_words: tuple[str, ...]
    families: frozenset[str]

    @property
    def key(self) -> str:
        """Under which spellings of one stem meet."""
        return "".join(self.words)

    def contradicts(self, other: Stem) -> bool:
        """Whether the legal forms say that these are two bodies."""
        return bool(self.families and other.families and not self.families & other.families)


def tidy(text: str) -> str:
    """A cell as one line: no invisible or control characters, no escapes of HTML, one space between words, none around.

    >>> tidy("  Institut\u00a0Pasteur\u200b  de Dakar ")
    'Institut Pasteur de Dakar'
    """
    if "&" in text:
        text = _REFERENCE.sub(lambda mark: html.unescape(mark.group()), text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", text.replace("\u00a0", " "))).strip()


@lru_cache(maxsize=65536)
def stem_of(text: str) -> Stem:
    """The stem of a name.

    >>> stem_of("Serum Institute of India Pvt. Ltd.").words
    ('serum', 'institute', 'india')
    >>> stem_of("Valneva SE").contradicts(stem_of("Valneva Sweden AB"))
    True
    """
    words = [_SHORTENED.get(word, word) for word in words_of(text)]
    families: set[str] = set()
    while len(words) > 1 and (taken := _form_at_end(words)):
        families.add(_FORMS[tuple(words[-taken:])])
        del words[-taken:]
        while len(words) > 1 and words[-1] in ("and", "&"):
            words.pop()
    while len(words) > 1 and tuple(words[:1]) in _LEADING:
        families.add(_FORMS[tuple(words[:1])])
        del words[0]
    content = [word for word in words if word not in _SMALL] or words
    return Stem(tuple(content), tuple(words), frozenset(families - {""}))


def _form_at_end(words: Sequence[str]) -> int:
    return next(
        (size for size in range(min(_LONGEST_FORM, len(words) - 1), 0, -1) if tuple(words[-size:]) in _FORMS),
        0,
    )


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
        grown = set(reached) if word in _SMALL or used_first else {0}
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
    return [word for word in re.findall(r"[^\W_][\w'-]*", phrase) if word.lower() not in _SMALL]
