"""The cells and tests of a mapping, from its YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from loaders.mapping import PRECISIONS, Cell, Condition, word_key
from loaders.mapping_nodes import Spot
from loaders.naming import tidy

CELL: Final = (
    "column", "each", "constant", "template", "optional", "fill_down", "nulls", "split", "extract", "values", "closed",
    "default", "format", "precision",
)  # fmt: skip
_ORIGINS: Final = ("column", "each", "constant", "template")
CONDITION: Final = ("is", "is_not", "matches", "empty")
_PLACE = re.compile(r"\{([^{}]+)\}")
_FORMAT = re.compile(r"(?:%[dmYbBy]|[^%])+")


def one_line(spot: Spot) -> str:
    """A text as one line of at most 500 characters."""
    text = tidy(spot.filled())
    if len(text) > 500:
        raise spot.wrong("it has more than 500 characters.")
    return text


def folded(texts: Iterable[str]) -> frozenset[str]:
    """Words as they are compared."""
    return frozenset(map(word_key, texts))


def condition(spot: Spot, given: Mapping[str, Spot]) -> Condition:
    """A test of a row: a cell, and one of the words of ``CONDITION``."""
    tests = [word for word in CONDITION if word in given]
    if len(tests) != 1:
        raise spot.wrong(f"one test is needed: {', '.join(CONDITION)}.")
    cell = cell_of(spot, {word: one for word, one in given.items() if word in CELL})
    test = given[tests[0]]
    return Condition(
        cell,
        one_of=folded(test.texts()) if "is" in given else None,
        none_of=folded(test.texts()) if "is_not" in given else None,
        matches=test.pattern() if "matches" in given else None,
        empty=test.flag() if "empty" in given else None,
    )


def when(spot: Spot) -> Condition:
    """A test that stands alone under its key."""
    return condition(spot, spot.keys((*CELL, *CONDITION)))


def cell(spot: Spot) -> Cell:
    """A cell; a text alone names a column, a list of texts the first of them that the file has."""
    if spot.is_text or spot.is_list:
        return Cell(columns=(_words(spot),), line=spot.line)
    return cell_of(spot, spot.keys(CELL))


def _words(spot: Spot) -> tuple[str, ...]:
    return tuple(item.filled() for item in spot.items())


def word_or_cell(spot: Spot, word: Callable[[Spot], str]) -> Cell:
    """A text alone is the value itself, anything else a cell."""
    if spot.is_text:
        return Cell(constant=word(spot), line=spot.line)
    return cell(spot)


def template(spot: Spot) -> Cell:
    """A text with columns in braces."""
    text, pieces, at = spot.filled(), [], 0
    for mark in _PLACE.finditer(text):
        pieces += [(text[at : mark.start()], False), (mark.group(1), True)]
        at = mark.end()
    pieces.append((text[at:], False))
    if any("{" in piece or "}" in piece for piece, is_column in pieces if not is_column):
        raise spot.wrong("a brace is left open; columns stand in braces, as in {Name}.")
    if not any(is_column for _, is_column in pieces):
        raise spot.wrong("it names no column; columns stand in braces, as in {Name}.")
    return Cell(template=tuple(piece for piece in pieces if piece[0]), line=spot.line)


def cell_of(spot: Spot, given: Mapping[str, Spot]) -> Cell:
    origins = [word for word in _ORIGINS if word in given]
    if len(origins) != 1:
        raise spot.wrong(f"one of these keys is needed: {', '.join(_ORIGINS)}.")
    origin, made = given[origins[0]], Cell()
    columns: tuple[tuple[str, ...], ...] = ()
    if origins[0] == "column":
        columns = (_words(origin),)
    elif origins[0] == "each":
        columns = tuple(_words(item) for item in origin.items())
    elif origins[0] == "template":
        made = template(origin)
    extract = given["extract"].pattern() if "extract" in given else None
    if extract is not None and extract.groups != 1:
        raise given["extract"].wrong("it needs one group in brackets: what is to be taken.")
    values = given["values"].entries() if "values" in given else {}
    formats = given["format"].texts() if "format" in given else ()
    for text in formats:
        if not _FORMAT.fullmatch(text) or ("%Y" not in text and "%y" not in text) or ("%d" in text and not _month(text)):
            raise given["format"].wrong(f"{text!a} is no date format: %Y %m %d %b %B %y, e.g. %d.%m.%Y.")
    return Cell(
        columns=columns,
        constant=one_line(origin) if origins[0] == "constant" else "",
        template=made.template,
        optional=given["optional"].flag() if "optional" in given else False,
        fill_down=given["fill_down"].flag() if "fill_down" in given else False,
        nulls=folded(given["nulls"].texts()) if "nulls" in given else frozenset(),
        split=tuple(item.text() for item in given["split"].items()) if "split" in given else (),
        extract=extract,
        values=MappingProxyType({word_key(word): tidy(one.text()) for word, one in values.items()}),
        closed=given["closed"].flag() if "closed" in given else False,
        default=tidy(given["default"].text()) if "default" in given else "",
        formats=formats,
        precision=given["precision"].choice("precision", PRECISIONS) if "precision" in given else "day",  # type: ignore[arg-type]
        line=spot.line,
    )


def _month(text: str) -> bool:
    return any(mark in text for mark in ("%m", "%b", "%B"))
