"""Other ways of writing a known name that mean the same: with or without its place, its owner in full or in letters and
before or behind it, its institute in another order or language, a country with a slip of the pen.

Each look-up gives names of entities; whether one of them is certain is decided by the caller.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import OSA

from graph.folding import fold, squeeze, words_of
from loaders.known_entities import COUNTRY
from loaders.known_name import KnownName
from loaders.naming import looks_like_acronym
from loaders.stems import Stem, headed, stem_of

if TYPE_CHECKING:
    from loaders.known_names import KnownNames

_DISTINCT_WORDS: Final = 3
"""Words that must be left of a name without its place: "National Bank" is not yet the bank of one country."""
_MOST_OF_A_NAME: Final = 3
_LONGEST_PLACE: Final = 6
_LONGEST_OWNER: Final = 8
_MOST_NAMES: Final = 20
_SHORTEST_PLACE: Final = 6
_LONG_PLACE: Final = 10
_CLEAR: Final = 2
"""By how many letters more every other place must differ before a slip is certain."""
_SEPARATOR = re.compile(r"\s*[,:]\s*|\s+[-–—]\s*|\s*[-–—]\s+|\s+")
_OF = re.compile(r"(?:\bof|\bof the|[\s,:–—-])+\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"\A(?:[\s,:–—-]|of the\b|of\b)+", re.IGNORECASE)
_JOINED = re.compile(r"([^\W_]+)[-–]([^\W_]+)")


class Variants:
    """The variants of the names of one snapshot; indexes are made when first needed. ``places`` knows the countries."""

    def __init__(self, known: KnownNames, places: KnownNames) -> None:
        self._known, self._known_places = known, places

    def unplaced(self, text: str, country: int | None) -> list[KnownName]:
        """Names of the same words where the country, area or territory of the seat is named in one and not, or in another
        place, in the other: "Health Security Agency (United Kingdom)" is "UK Health Security Agency".

        ``country``: the one that the file gives. Without it the text itself must begin or end with one.
        """
        stem = stem_of(text)
        readings = {(country, stem.words)} if country is not None else set()
        readings |= set(self._stripped(stem.words))
        found = [one for reading in readings for one in self._unplaced.get(reading, ())]
        return [one for one in dict.fromkeys(found) if not one.stem.contradicts(stem)]

    def lettered(self, text: str, letters: str) -> list[KnownName]:
        """Names that hold a text and more, of entities that have these letters: "Economic Commission for Africa" and UNECA."""
        words = stem_of(text).words
        if len(words) < _MOST_OF_A_NAME:
            return []
        nodes = {one.node for one in self._known.named(letters)}
        names = (one for node in nodes for one in self._by_node.get(node, ()) if not one.is_acronym)
        return [one for one in names if len(one.stem.words) <= 2 * len(words) and _holds(one.stem.words, words)]

    def owned(self, text: str) -> list[KnownName]:
        """Names that begin with another name of the body that the text begins or ends with ("World Health Organization
        Regional Office for Africa"), and names of its parts that stand beside it ("European Commission - HERA")."""
        text = _JOINED.sub(_apart, text)
        found: list[KnownName] = []
        marks = list(_SEPARATOR.finditer(text))
        for mark in (*marks[:_LONGEST_OWNER], *marks[max(_LONGEST_OWNER, len(marks) - _LONGEST_OWNER) :]):
            head, tail = text[: mark.start()], text[mark.end() :]
            found += self._beside(head, _BETWEEN.sub("", tail), before=True)
            found += self._beside(tail, _OF.sub("", head), before=False)
        return list(dict.fromkeys(found))

    def headed(self, stem: Stem) -> list[KnownName]:
        """Names of the same words but for the order and language of "institute", where one of the words is in names of one
        entity alone."""
        key = headed(stem)
        found = [one for one in self._headed.get(key, ()) if not one.stem.contradicts(stem)] if key else []
        return [one for one in found if any(self._known.is_distinct(word, one.node) for word in key.split()[1:])]

    def slipped_place(self, text: str) -> list[KnownName]:
        """The one country, area or territory of whose name this is but for a slip in one word that fits no other.

        First and last letter of that word must be right, it must be in no name, and all other names farther by two letters.
        """
        words = words_of(text)
        whole = "".join(words)
        if len(whole) < _SHORTEST_PLACE or not whole.isalpha():
            return []
        near: dict[int, tuple[int, KnownName]] = {}
        for one, name in self._whole_places:
            distance = OSA.distance(whole, name, score_cutoff=2 + _CLEAR)
            if one.node not in near or distance < near[one.node][0]:
                near[one.node] = (distance, one)
        ordered = sorted(near.values(), key=lambda pair: pair[0])[:2]
        if not ordered or (len(ordered) > 1 and ordered[1][0] < ordered[0][0] + _CLEAR):
            return []
        best = ordered[0][1]
        meant = words_of(best.text)
        odd = [pair for pair in zip(words, meant, strict=False) if pair[0] != pair[1]]
        if len(words) != len(meant) or len(odd) != 1 or self._known.is_known_word(odd[0][0]):
            return []
        return [best] if _is_slip(*odd[0]) else []

    def _beside(self, owner: str, rest: str, before: bool) -> Iterator[KnownName]:
        known = self._known
        owners = known.one_of_each(one.node for one in known.named(owner)) if rest and owner else []
        if len(owners) != 1:
            return
        node = owners[0]
        if known.snapshot.kinds[node] == COUNTRY:
            return
        for name in self._by_node.get(node, ())[:_MOST_NAMES]:
            if not before or squeeze(fold(name.text)) != squeeze(fold(owner)):
                yield from (one for one in known.named(f"{name.text} {rest}") if one.node != node)
        yield from (one.in_full() for one in known.named(rest) if node in known.wholes(one.node))

    def _stripped(self, words: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Each place that words begin or end with, and the words without it."""
        words = tuple(words)
        for size in range(1, min(_LONGEST_PLACE, len(words) - _DISTINCT_WORDS) + 1):
            for place, rest in ((words[:size], words[size:]), (words[-size:], words[:-size])):
                for node in self._place_names.get(place, ()):
                    yield node, rest

    @cached_property
    def _place_names(self) -> dict[tuple[str, ...], set[int]]:
        found: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for one in self._known_places.names:
            if self._known_places.snapshot.kinds[one.node] == COUNTRY and not (one.is_identifier and len(one.text) != 3):
                found[stem_of(one.text).words].add(one.node)
                found[stem_of(f"x {one.text}").words[1:]].add(one.node)  # "United States" is "us" within a longer name
        found.pop((), None)
        return {words: nodes for words, nodes in found.items() if len(nodes) == 1}

    @cached_property
    def _unplaced(self) -> dict[tuple[int, tuple[str, ...]], list[KnownName]]:
        found: defaultdict[tuple[int, tuple[str, ...]], list[KnownName]] = defaultdict(list)
        for one, seats in self._seated:
            # A name without a place is not met by one that has one: "... Switzerland" may be a section of a body there.
            whole = {one.stem.words, self._without_letters(one)}
            readings = {(seat, words) for words in whole - {one.stem.words} for seat in seats}
            readings |= {reading for words in whole for reading in self._stripped(words)}
            for node, rest in readings:
                if node in seats and len(rest) >= _DISTINCT_WORDS:
                    found[node, rest].append(one)
        return dict(found)

    def _without_letters(self, one: KnownName) -> tuple[str, ...]:
        """The words of a name without the letters of its owner: "National Institute of Virology" of "ICMR National ..."."""
        letters, _, rest = one.text.partition(" ")
        owners = {other.node for other in self._known.named(letters)} if looks_like_acronym(letters) else set()
        return stem_of(rest).words if owners and one.node not in owners else one.stem.words

    @cached_property
    def _seated(self) -> list[tuple[KnownName, frozenset[int]]]:
        known = self._known
        whole = (one for one in known.names if one.is_whole)
        pairs = ((one, known.countries(one.node)) for one in whole if known.snapshot.kinds[one.node] != COUNTRY)
        return [pair for pair in pairs if pair[1]]

    @cached_property
    def _by_node(self) -> dict[int, list[KnownName]]:
        found: defaultdict[int, list[KnownName]] = defaultdict(list)
        for one in self._known.names:
            if not one.is_identifier and not one.is_part:
                found[one.node].append(one)
        return dict(found)

    @cached_property
    def _headed(self) -> dict[str, list[KnownName]]:
        found: defaultdict[str, list[KnownName]] = defaultdict(list)
        for one in self._known.names:
            if one.is_whole and (key := headed(one.stem)):
                found[key].append(one)
        return dict(found)

    @cached_property
    def _whole_places(self) -> list[tuple[KnownName, str]]:
        kinds = self._known_places.snapshot.kinds
        whole = (one for one in self._known_places.names if kinds[one.node] == COUNTRY and not one.is_identifier)
        return [(one, key) for one in whole if len(key := "".join(words_of(one.text))) > 3]


def _apart(match: re.Match[str]) -> str:
    """``WHO-AFRO`` is two sets of letters."""
    both = all(looks_like_acronym(part) for part in match.groups())
    return " ".join(match.groups()) if both else match.group()


def _holds(words: Sequence[str], some: Sequence[str]) -> bool:
    return any(tuple(words[at : at + len(some)]) == tuple(some) for at in range(len(words) - len(some) + 1))


def _is_slip(word: str, name: str) -> bool:
    """Whether a word is one of a place with letters swapped, left out or doubled, or in a long one with one letter changed.

    >>> _is_slip("phillipines", "philippines"), _is_slip("zimbawe", "zimbabwe"), _is_slip("austria", "australia")
    (True, True, False)
    """
    distance = OSA.distance(word, name)
    if (word[0], word[-1]) != (name[0], name[-1]) or not distance:
        return False
    same = len(word) != len(name) or sorted(word) == sorted(name) or len(name) >= _LONG_PLACE - 1
    return (distance == 1 and same) or (len(name) >= _LONG_PLACE and distance == 2 and _single(word) == _single(name))


def _single(word: str) -> str:
    """A word without doubled letters."""
    return "".join(letter for letter, before in zip(word, " " + word, strict=False) if letter != before)
