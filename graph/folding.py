"""Texts as people type them, made comparable: any case, accents, script variants, hyphens, spaces and punctuation.

``words_of`` keeps the words apart, ``squeeze`` runs them together; two spellings are the same name when they squeeze to the
same text. Chinese stays as it is written: nothing is transliterated.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_SPECIAL: Final = {
    # Latin letters that Unicode does not take apart.
    "ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe", "ŋ": "n", "ŧ": "t",
    "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o",
    # Arabic: the wasla, the letters of neighbouring languages, and endings that are often written without their dots.
    "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": "",
    "&": " and ", "＆": " and ",
}  # fmt: skip
_ARTICLE: Final = "the "
_SPELLINGS: Final = (("isation", "ization"), ("centre", "center"), ("programme", "program"))


class _Fold(dict[int, str]):
    """One character to its folded text, worked out when first met; ``str.translate`` then does the rest in one pass."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(_fold_part(part) for part in taken_apart)


def _fold_part(part: str) -> str:
    if part in _SPECIAL:
        return _SPECIAL[part]
    category = unicodedata.category(part)
    if category == "Nd":
        return str(unicodedata.digit(part))
    # Combining marks (accents, Arabic vowel signs) and invisible format characters vanish. Vowel signs of Indic scripts are
    # marks too, but of combining class 0: they are letters to their readers and stay.
    if unicodedata.combining(part) or category == "Cf":
        return ""
    return part if category[0] in "LNM" else " "


_TABLE: Final = _Fold()


def fold(text: str) -> str:
    """The words of a text, folded, with one space between them; British and American spellings of a few words meet.

    >>> fold("  Côte d’Ivoire ")
    'cote d ivoire'
    >>> fold("STRASSE") == fold("Straße")
    True
    >>> fold("World Health Organisation")
    'world health organization'
    """
    folded = " ".join(text.translate(_TABLE).split())
    for british, american in _SPELLINGS:
        folded = folded.replace(british, american)
    return folded


def words_of(text: str) -> list[str]:
    """The folded words of a text.

    >>> words_of("Duke-NUS Medical School")
    ['duke', 'nus', 'medical', 'school']
    """
    return fold(text).split()


def squeeze(folded: str) -> str:
    """Folded words run together, without a leading "the": the key under which spellings of one name meet.

    >>> squeeze(fold("The COVID-19 Fund")) == squeeze(fold("Covid 19 fund"))
    True
    """
    return (folded[len(_ARTICLE) :] if folded.startswith(_ARTICLE) else folded).replace(" ", "")


def is_ideographic(text: str) -> bool:
    """Whether a text holds characters that are written without spaces between words (Chinese, Japanese, Korean).

    >>> is_ideographic("中国"), is_ideographic("Китай")
    (True, False)
    """
    return any(
        "\u2e80" <= character <= "\ud7ff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"
        for character in text
    )
