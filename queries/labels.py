"""One name of one entity: what sort of name it is, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.errors import InputError

LONGEST: Final = 500
"""Characters that a name or search text may have."""
SHORTEST_TYPO: Final = 4
"""Letters that a name must have to be found with a typo in it."""
SOURCE: Final = "source"
OWN_ID, NAME, ALIAS, IDENTIFIER = "own id", "name", "alias", "identifier"
_CODE_SORTS: Final = frozenset({"id", "code", IDENTIFIER, OWN_ID})
_ACRONYM_MOST: Final = 8
_LANGUAGES: Final = {"ar": "Arabic", "en": "English", "es": "Spanish", "fr": "French", "ru": "Russian", "zh": "Chinese"}
_SORTS: Final = {
    OWN_ID: "the id",
    NAME: "the name",
    IDENTIFIER: "an identifier",
    "id": "an older id",
    "acronym": "an acronym",
    "former": "a former name",
    "narrower": "the name of a part of it",
    "typo": "a wrong spelling that is in use",
    "code": "the ISO 3166 code",
}


@dataclass(frozen=True, slots=True)
class Label:
    """One name of one entity: its text, what sort of name it is, its language, the days it is valid (half-open)."""

    node: int
    text: str
    sort: str
    lang: str = ""
    first: int = 0
    end: int = 0

    @property
    def is_code(self) -> bool:
        """Whether it is an id or a code: found only as a whole, never by a part of it or with a typo in it."""
        return self.sort in _CODE_SORTS

    @property
    def is_acronym(self) -> bool:
        """Whether it is an acronym, as marked or by its looks (``HERA``, ``HaDEA``): never matched with a typo in it."""
        if self.sort == "acronym" or len(self.text) < SHORTEST_TYPO:
            return True
        capitals = sum(character.isupper() for character in self.text)
        return len(self.text) <= _ACRONYM_MOST and " " not in self.text and 2 * capitals >= len(self.text)


def checked(text: str) -> str:
    """A name or search text without white space around it; raises ``InputError`` where it is too long."""
    if len(text) > LONGEST:
        raise InputError(f"A name or search text has at most {LONGEST} characters; {len(text)} were given.")
    return text.strip()


def described(label: Label) -> str:
    """What a label is, in words: ``the name in French ("Allemagne")``."""
    what = _SORTS.get(label.sort, "another name")
    if label.lang:
        language = _LANGUAGES.get(label.lang, label.lang)
        what = f"{what} in {language}" if label.sort in _SORTS else f"the name in {language}"
    return f'{what} ("{label.text}")'
