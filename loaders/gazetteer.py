"""The names to look for in running text, as an automaton: every place where one stands, in one pass over the text."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import ahocorasick

from graph.folding import is_ideographic
from loaders.documents import BREAK
from loaders.known_entities import COUNTRY
from loaders.known_name import KnownName
from loaders.known_names import KnownNames
from loaders.naming import looks_like_acronym, split_brackets, tidy

_UNNAMED_KINDS: Final = frozenset({"source", "value_chain", "product_class"})
"""Stages and classes are called by common words; a text that uses the words does not mention the entity."""
_NOT_IN_TEXT: Final = frozenset({"id", "identifier", "code", "narrower"})
_DISTINCTIVE_WORDS: Final = 4
_SHORTEST: Final = 2
_ALIKE: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "‐": "-", "‑": "-"})
_VIRUS = re.compile(r"\s+virus$", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Form:
    """A way in which a text may name an entity. ``needs_owner``: only right behind the name of one of ``owners``."""

    name: KnownName
    acronym: bool
    needs_owner: bool = False
    owners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the text and the forms that are written so."""

    start: int
    end: int
    forms: tuple[Form, ...]


class Gazetteer:
    """The names of a graph, ready to be found in texts.

    A name is found as it is written, white space and sorts of quotation marks and hyphens aside. In a name of several words
    the words behind the first may begin small, and accents may be left out. The first word of a sentence may be a capital.
    """

    def __init__(self, known: KnownNames) -> None:
        self.known: Final = known
        self._loose: Final[dict[str, list[tuple[str, Form]]]] = {}
        forms: defaultdict[str, list[Form]] = defaultdict(list)
        for text, form in self._forms():
            if len(text) >= _SHORTEST and _LETTER.search(text) and form not in forms[text]:
                forms[text].append(form)
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY)
        for text in forms:
            self._loose.setdefault(_loosened(text), []).extend((text, form) for form in forms[text])
        for key in self._loose:
            self._automaton.add_word(key, key)
        if self._loose:
            self._automaton.make_automaton()

    def places(self, text: str) -> list[Place]:
        """Leftmost, and of those that begin together the longest; places do not overlap."""
        lower = _loosened(text)
        found: dict[int, Place] = {}
        for last, key in self._automaton.iter(lower) if self._loose else ():
            start, end = last - len(key) + 1, last + 1
            if start in found and found[start].end >= end:
                continue
            if not _is_word(text, start, end):
                continue
            written = text[start:end]
            forms = tuple(form for name, form in self._loose[key] if _is_written(written, name, form, text, start))
            if forms:
                found[start] = Place(start, end, forms)
        kept: list[Place] = []
        for place in sorted(found.values(), key=lambda one: one.start):
            if not kept or place.start >= kept[-1].end:
                kept.append(place)
        return kept

    def _forms(self) -> Iterator[tuple[str, Form]]:
        known = self.known
        snapshot = known.snapshot
        owners: dict[str, set[int]] = defaultdict(set)
        usable = []
        for one in known.names:
            kind = snapshot.kinds[one.node]
            if (
                kind in _UNNAMED_KINDS
                or one.sort in _NOT_IN_TEXT
                or (kind == "product" and _is_common(snapshot.names[one.node]))
            ):
                continue
            text = _plain(one.text)
            usable.append((one, text))
            owners[text].add(one.node)
        for one, text in usable:
            acronym = one.is_acronym
            if known.is_kept_from(one.node, text) or (not acronym and self._is_trap(one, text)):
                continue
            yield text, Form(one, acronym)
            short, inside = split_brackets(text)
            goes_alone = looks_like_acronym(inside) or snapshot.kinds[one.node] == "pathogen"
            if inside and goes_alone and not known.is_trap(short):
                yield short, Form(one, looks_like_acronym(short))
            if snapshot.kinds[one.node] == "pathogen" and _VIRUS.search(short):
                disease = _VIRUS.sub("", short)
                if owners.get(disease, set()) - {one.node}:  # "Sudan" is a country first
                    continue
                yield disease, Form(one, False)
                if looks_like_acronym(disease) or " " in disease:
                    continue
                yield disease[0].lower() + disease[1:], Form(one, False)
            yield from self._without_owner(one, text, owners)

    def _is_trap(self, one: KnownName, text: str) -> bool:
        """Whether a decision warns of a name: only a first name that nobody shares may then still be meant."""
        known = self.known
        return known.is_trap(text) and (one.sort != "name" or len({other.node for other in known.named(text)}) > 1)

    def _without_owner(self, one: KnownName, text: str, owners: dict[str, set[int]]) -> Iterator[tuple[str, Form]]:
        """``PAHO Regional Revolving Funds`` is called ``Regional Revolving Funds`` where PAHO is named right before it."""
        if self.known.snapshot.kinds[one.node] == COUNTRY:  # "Congo, The Democratic Republic of the" is turned round
            return
        for mark in re.finditer(r",? ", text):
            holding = owners.get(text[: mark.start()], set()) - {one.node}
            rest = text[mark.end() :]
            if holding and rest[:1].isupper() and " " in rest and not looks_like_acronym(rest):
                alone = len(rest.split()) >= _DISTINCTIVE_WORDS and not self.known.is_trap(rest)
                yield rest, Form(one, False, not alone, frozenset(holding))


def _plain(text: str) -> str:
    return tidy(text).translate(_ALIKE)


class _Loose(dict[int, str]):
    """One character as one small letter without its accent, worked out when first met."""

    def __missing__(self, code: int) -> str:
        small = _bare(chr(code)).lower()
        loose = self[code] = small if len(small) == 1 else chr(code)
        return loose


_LOOSE: Final = _Loose()


def _loosened(text: str) -> str:
    """A text in small letters without accents, of the same length."""
    return text.translate(_LOOSE)


@lru_cache(maxsize=65536)
def _bare(text: str) -> str:
    """A text without the accents of Latin letters, capitals kept, of the same length."""
    parts = ((character, unicodedata.normalize("NFD", character)[:1]) for character in text)
    return "".join(bare if bare.isascii() else character for character, bare in parts)


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether a stretch is made of whole words: a hyphen or an ampersand binds what stands on its sides, an "'s" does not."""
    if is_ideographic(text[start:end]):
        return True
    before, behind = text[start - 1 : start] if start else "", text[end : end + 1]
    if before and (before.isalnum() or before == "_"):
        return False
    if before in ("-", "&", "@", ".", "#") and start > 1 and text[start - 2].isalnum():
        return False
    if behind and (behind.isalnum() or behind == "_"):
        return False
    return not (behind in ("-", "&", "@") and text[end + 1 : end + 2].isalnum())


def _is_written(written: str, name: str, form: Form, text: str, start: int) -> bool:
    if written == name:
        return True
    if form.acronym or " " not in name:
        return False
    written, name = _bare(written), _bare(name)  # accents are often left out
    head, _, _ = name.partition(" ")
    first = written[: len(head)]
    if first != head and not (first[1:] == head[1:] and (first[:1].isupper() or _begins(text, start) or first[:1] == head[:1])):
        return False
    # Behind the first word capitals may be small, or small letters capital at the start of a word; acronyms stay as they are.
    for mine, theirs in zip(written[len(head) :].split(" "), name[len(head) :].split(" "), strict=True):
        if mine != theirs and (mine[1:] != theirs[1:] or looks_like_acronym(theirs)):
            return False
    return True


def _begins(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(' "(')
    return not before or before[-1] in f".!?:•{BREAK}"


def _is_common(name: str) -> bool:
    """Whether a name is written like common words ("Personal protective equipment"): it is of a class, not of one product."""
    words = name.split()
    return len(words) > 1 and all(word.isalpha() and word.islower() for word in words[1:])
