"""The header of a table: which row it is, and which column a word means: a name, an HXL tag, or a letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.errors import InputError, RefusedFile
from graph.folding import fold, squeeze
from graph.vocabulary import nearest
from loaders.ledger import shown
from loaders.naming import tidy
from loaders.sheets import Row
from loaders.sheets_cells import MOST_COLUMNS

SEARCHED: Final = 25
"""Rows in which a header is looked for."""
_TAG = re.compile(r"#[A-Za-z][A-Za-z0-9_]*(?:\s*\+[A-Za-z][A-Za-z0-9_]*)*")
_LETTERS = re.compile(r"@(?:([A-Za-z]{1,3})|([1-9]\d{0,4}))", re.ASCII)


def is_tag(text: str) -> bool:
    """Whether a cell is an HXL tag: ``#org`` or ``#org+name+es``."""
    return bool(_TAG.fullmatch(text.strip()))


def normal_tag(text: str) -> str:
    """A tag with its attributes in order.

    >>> normal_tag("#Org +name+es")
    '#org+es+name'
    """
    tag, *attributes = [part.strip().lower() for part in text.split("+")]
    return "+".join([tag, *sorted(attributes)])


def name_key(text: str) -> str:
    """A column name as it is compared: without case, accents, spaces and punctuation."""
    return squeeze(fold(tidy(text))) or tidy(text)


def letters_of(place: int) -> str:
    """The letters of a column in a spreadsheet.

    >>> letters_of(0), letters_of(27)
    ('A', 'AB')
    """
    letters, place = "", place + 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: ``row`` is the number of its last row (0 where there is none), behind which the data begin.

    ``names`` and normalised ``tags`` by position, ``""`` where a column has none.
    """

    row: int
    names: tuple[str, ...]
    tags: tuple[str, ...] = ()

    def place(self, column: str) -> int | None:
        """The position of a column, None where there is no such column; raises ``InputError`` where several fit.

        ``#tag+attribute`` means the column whose tag has these attributes, among others; ``@C`` or ``@3`` the third column;
        anything else its name.
        """
        if match := _LETTERS.fullmatch(column):
            return _numbered(match)
        if is_tag(column):
            wanted = normal_tag(column)
            found = [place for place, tag in enumerate(self.tags) if tag == wanted] or [
                place for place, tag in enumerate(self.tags) if tag and _fits(wanted, tag)
            ]
            # A table without tags may have a header that is written like one.
            found = found or [place for place, name in enumerate(self.names) if is_tag(name) and normal_tag(name) == wanted]
        else:
            key = name_key(column)
            found = [place for place, name in enumerate(self.names) if name and name_key(name) == key]
            exact = [place for place in found if tidy(self.names[place]) == tidy(column)]
            found = exact if len(exact) == 1 else found
        if len(found) > 1:
            among = ", ".join(f"@{letters_of(place)}" for place in found)
            raise InputError(f"{shown(column)} fits several columns ({among}). Name one of them by its letter.")
        return found[0] if found else None

    def label(self, place: int) -> str:
        """How a column is called in what is said about it."""
        for given in (self.names, self.tags):
            if place < len(given) and given[place]:
                return given[place]
        return f"@{letters_of(place)}"

    def nearest(self, column: str) -> list[str]:
        """The columns that come closest to a word, else the first ones."""
        words = [word for word in (*self.names, *self.tags) if word]
        return nearest(column, words) or words[:10]


def _numbered(match: re.Match[str]) -> int | None:
    if match.group(2):
        place = int(match.group(2))
    else:
        place = 0
        for letter in match.group(1).upper():
            place = place * 26 + ord(letter) - 64
    return place - 1 if place <= MOST_COLUMNS else None


def _fits(wanted: str, tag: str) -> bool:
    name, *attributes = wanted.split("+")
    base, *given = tag.split("+")
    return name == base and set(attributes) <= set(given)


def find_header(first: Sequence[Row], wanted: Sequence[Sequence[str]] = (), row: int | None = None) -> Header:
    """The header of a table by its first rows.

    ``wanted``: the columns that are needed, each as a list of words of which one is enough. ``row``: where the header is
    known to be, 0 for none. Else it is the row above a row of HXL tags (with it); else the first row that has all that is
    wanted; else the first row. Raises ``RefusedFile`` where the row that was named is not there.
    """
    if row == 0:
        return Header(0, ())
    if row is not None:
        named = next((one for one in first if one.number == row), None)
        if named is None:
            raise RefusedFile(f"there is no header in row {row}; the row is empty or far down.")
        behind = next((one for one in first if one.number > row), None)
        return _tagged(named, behind) if behind is not None and _are_tags(behind) else _named(named)
    searched = first[:SEARCHED]
    for place, one in enumerate(searched):
        if _are_tags(one):
            return _tagged(searched[place - 1] if place else None, one)
    for one in searched:
        header = _named(one)
        if wanted and all(_has(header, words) for words in wanted):
            return header
    return _named(searched[0]) if searched else Header(0, ())


def _has(header: Header, words: Sequence[str]) -> bool:
    try:
        return any(header.place(word) is not None for word in words)
    except InputError:
        return True  # there, and several times, which is said later


def _are_tags(row: Row) -> bool:
    filled = [text for text in row.cells if text.strip()]
    return bool(filled) and all(map(is_tag, filled))


def _named(row: Row) -> Header:
    return Header(row.number, tuple(tidy(text) for text in row.cells))


def _tagged(above: Row | None, tags: Row) -> Header:
    names = tuple(tidy(text) for text in above.cells) if above is not None else ()
    return Header(tags.number, names, tuple(normal_tag(text) if text.strip() else "" for text in tags.cells))
