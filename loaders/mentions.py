"""Mentions: where a text names an entity of the graph, and where it seems to name something that the graph does not hold.

A name that fits one entity is linked. An acronym is linked where the document names its entity in full, or an entity that is
linked to it; without that only where the graph knows one much-linked entity of these letters and no decision calls them a trap.
A known name that is only the beginning of a longer name ("WHO Collaborating Centre for ...") is not linked: the longer name is
another body's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from graph.model import EntityId
from loaders.documents import BREAK, Document
from loaders.gazetteer import Form, Gazetteer, Place
from loaders.naming import full_key, is_short_for, looks_like_acronym, words_in
from loaders.phrasing import BEHIND, BRACKET, FURTHER_HEAD, HEAD, PHRASE, sentence_starts

_MEETING = re.compile(r"(?: [a-z]+)? (?:forum|summit|conference|congress|symposium|webinar|assembly)\b")
_OF_IT = re.compile(r"\b(?:of|de|du|des|del|da|do)(?: the| la| l')? ?\Z")
_FOR = re.compile(r" for (?=[A-ZÀ-ÖØ-Þ])")
_LOWER_WORD = re.compile(r"(?<![\w-])[^\W\dA-Z_][\w-]*")
_WELL_KNOWN: Final = 5
"""Links from which on an acronym is taken for the entity without anything else in the document that speaks for it."""
_OWNED = re.compile(r"(?:'s?)? $")
_LONGEST_SENTENCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where something is named.

    ``start`` and ``end`` are characters of the decoded file (of a PDF, of the text taken from its pages), half-open; ``text``
    is what stands there. ``id`` is None where it is not certain which entity is meant, or none is known; ``candidates`` are
    then the ids that it may be. ``kind`` is that of the entity, ``""`` where none is known. ``number`` counts its sentence.
    """

    start: int
    end: int
    text: str
    id: EntityId | None
    kind: str
    sentence: str
    candidates: tuple[EntityId, ...]
    reason: str
    number: int
    at: tuple[int, int]


def find_mentions(document: Document, gazetteer: Gazetteer) -> list[Mention]:
    """The mentions of a document, in order; they do not overlap."""
    return list(_Reading(document, gazetteer).run())


@dataclass(slots=True)
class _Linked:
    start: int
    end: int
    nodes: tuple[int, ...]
    reason: str
    acronym: bool


class _Reading:
    """One document on its way through the rules."""

    def __init__(self, document: Document, gazetteer: Gazetteer) -> None:
        self._document, self._gazetteer = document, gazetteer
        self._known = gazetteer.known
        self._text = document.text
        self._bounds = sentence_starts(self._text)
        self._words = frozenset(_LOWER_WORD.findall(self._text))

    def run(self) -> Iterator[Mention]:
        places = self._gazetteer.places(self._text)
        linked = [one for one in map(self._link, self._owned(places)) if one is not None]
        linked = self._with_brackets(linked)
        named = self._named_in_full(linked)
        final: list[_Linked] = []
        for one in linked:
            longer = self._longer(one)
            if longer is not None:
                final.append(longer)
                continue
            final.append(self._decided(one, named))
        final = _apart(final)
        taken = _Spans(final)
        final += [one for one in self._phrases() if not taken.touch(one.start, one.end)]
        for one in sorted(final, key=lambda one: one.start):
            yield self._mention(one)

    def _owned(self, places: Sequence[Place]) -> Iterator[Place]:
        """Places whose forms hold where they stand: a name without its owner only right behind the owner."""
        before: Place | None = None
        for place in places:
            forms = tuple(
                form
                for form in place.forms
                if not form.needs_owner or (before is not None and self._follows(before, place, form))
            )
            if forms:
                before = Place(place.start, place.end, forms)
                yield before

    def _follows(self, before: Place, place: Place, form: Form) -> bool:
        between = self._text[before.end : place.start]
        bracket = BRACKET.match(between)
        between = between[bracket.end() :] if bracket else between.removeprefix(")")
        return bool(_OWNED.fullmatch(between)) and any(other.name.node in form.owners for other in before.forms)

    def _link(self, place: Place) -> _Linked | None:
        full = [form for form in place.forms if not form.acronym] or list(place.forms)
        nodes = tuple(dict.fromkeys(form.name.node for form in full))
        return _Linked(place.start, place.end, nodes, "", all(form.acronym for form in full))

    def _with_brackets(self, linked: list[_Linked]) -> list[_Linked]:
        """``Full Name (ACR)`` is one mention, where both name the same entity or the letters stand for the name."""
        joined: list[_Linked] = []
        for one in linked:
            last = joined[-1] if joined else None
            if last is not None and one.start < last.end:
                continue
            bracket = BRACKET.match(self._text, one.end)
            inside = bracket.group(1) if bracket else ""
            if bracket and inside and BREAK not in bracket.group():
                others = {node for name in self._known.named(inside) for node in [name.node]}
                same = tuple(node for node in one.nodes if node in others)
                if same:
                    one = _Linked(one.start, bracket.end(), same, "named in full, with its letters", False)
                elif looks_like_acronym(inside) and is_short_for(inside, self._text[one.start : one.end]):
                    one = _Linked(one.start, bracket.end(), one.nodes, "named in full, with its letters", one.acronym)
            joined.append(one)
        return joined

    def _named_in_full(self, linked: Sequence[_Linked]) -> frozenset[int]:
        return frozenset(one.nodes[0] for one in linked if len(one.nodes) == 1 and not one.acronym)

    def _decided(self, one: _Linked, named: frozenset[int]) -> _Linked:
        """The mention with the one entity that is certain, or with those that it may be."""
        known = self._known
        nodes = tuple(known.one_of_each(one.nodes))
        written = self._text[one.start : one.end]
        if len(nodes) > 1:
            here = [node for node in nodes if node in named]
            here = here or [node for node in nodes if known.neighbours(node) & named]
            if len(here) == 1:
                return _Linked(
                    one.start, one.end, (here[0],), "of those of this name, the one that the document is about", False
                )
            return _Linked(one.start, one.end, nodes, "the name fits several entities", one.acronym)
        node = nodes[0]
        single = _Linked(one.start, one.end, nodes, one.reason, one.acronym)
        if node in named and one.acronym:
            return single
        if one.acronym:
            if known.neighbours(node) & named:
                return single
            if known.is_trap(written) or len(full_key(written)) < 3 or known.weight(node) < _WELL_KNOWN:
                return _Linked(one.start, one.end, (node, -1), "letters that nothing in the document confirms", True)
        elif " " not in written and self._is_common(written):
            return _Linked(one.start, one.end, (node, -1), "a word that the document also uses in small letters", False)
        return single

    def _is_common(self, word: str) -> bool:
        """Whether the document also uses a capitalised word in small letters: then it is a word, and may be no name."""
        return word[:1].isupper() and word.lower() in self._words

    def _longer(self, one: _Linked) -> _Linked | None:
        """The longer name that a known name only begins, or None."""
        text = self._text
        meeting = _MEETING.match(text, one.end)
        if meeting:
            return _Linked(one.start, meeting.end(), (), "a meeting named after it", False)
        behind = BEHIND.match(text, one.end)
        if behind is None:
            return self._ending(one)
        if _FOR.match(text, one.end) and self._ends_as_body(one):
            return _Linked(one.start, behind.end(), (), "a longer name that begins with a known one", False)
        words = behind.group(1).split(" ")
        # The head comes before "of", "for", "and"; what follows "and" may be another body.
        upto = next((place for place, word in enumerate(words) if not word[:1].isupper()), len(words))
        heads = [place for place, word in enumerate(words[:upto]) if HEAD.fullmatch(word)]
        if not heads or any(word in _ROLES for word in words[: heads[0]]):
            return self._ending(one)
        nested = self._gazetteer.places(text[one.end + 1 : one.end + 1 + len(behind.group(1))])
        if any(place.start == 0 for place in nested):
            return None
        end = one.end + 1 + len(" ".join(words[: heads[-1] + 1]))
        phrase = PHRASE.match(text, one.start)
        if phrase and phrase.end() > end:
            end = phrase.end()
        bracket = BRACKET.match(text, end)
        if bracket and looks_like_acronym(bracket.group(1)):
            end = bracket.end()
        return _Linked(one.start, end, (), "a longer name that begins with a known one", False)

    def _ends_as_body(self, one: _Linked) -> bool:
        """Whether "for" behind a name goes on with it ("Global Fund for Women"), and does not name a known place or body."""
        behind = self._gazetteer.places(self._text[one.end + len(" for ") : one.end + 120])
        return bool(HEAD.search(self._text[one.start : one.end].split(" ")[-1])) and not any(
            place.start == 0 for place in behind
        )

    def _ending(self, one: _Linked) -> _Linked | None:
        """The longer name that a known name only ends ("Ministry of Health of Kenya"), or None."""
        text = self._text
        before = text[max(0, one.start - 120) : one.start]
        if not _OF_IT.search(before):
            return None
        for match in PHRASE.finditer(before + text[one.start : one.end]):
            start, end = match.span()
            if start < len(before) < end and HEAD.search(match.group()[: len(before) - start]):
                bracket = BRACKET.match(text, one.end)
                last = bracket.end() if bracket and looks_like_acronym(bracket.group(1)) else one.end
                return _Linked(one.start - len(before) + start, last, (), "a longer name that ends with a known one", False)
        return None

    def _phrases(self) -> Iterator[_Linked]:
        """Capitalised phrases that end as bodies and arrangements do, and ``Full Name (ACR)``."""
        for match in PHRASE.finditer(self._document.lines):
            phrase = match.group().rstrip("'&-")
            start, end = match.start(), match.start() + len(phrase)
            if start and phrase.split(" ")[0] in ("The", "A", "An", "Our", "This", "In", "On", "At", "For", "Under", "From"):
                cut = len(phrase.split(" ")[0]) + 1
                start, phrase = start + cut, phrase[cut:]
            bracket = BRACKET.match(self._text, end)
            lettered = bracket is not None and looks_like_acronym(bracket.group(1)) and is_short_for(bracket.group(1), phrase)
            words = words_in(phrase)
            if len(words) < 2 or not phrase[:1].isupper() or not (lettered or HEAD.search(phrase)):
                continue
            if lettered and bracket is not None:
                end = bracket.end()
                further = FURTHER_HEAD.match(self._text, end)
                end = further.end() if further else end
            yield _Linked(start, end, (), "a capitalised phrase that no entity is known by", False)

    def _mention(self, one: _Linked) -> Mention:
        snapshot = self._known.snapshot
        start, end = self._document.span(one.start, one.end)
        number = bisect_right(self._bounds, one.start) - 1
        first = self._bounds[number]
        last = self._bounds[number + 1] if number + 1 < len(self._bounds) else len(self._text)
        if last - first > _LONGEST_SENTENCE:
            first = max(first, one.start - _LONGEST_SENTENCE // 2)
            last = min(last, one.end + _LONGEST_SENTENCE // 2)
        certain = len(one.nodes) == 1
        node = one.nodes[0] if one.nodes else -1
        return Mention(
            start=start,
            end=end,
            text=self._document.source[start:end],
            id=snapshot.ids[node] if certain else None,
            kind=snapshot.kinds[node] if certain else "",
            sentence=self._text[first:last].strip(),
            candidates=() if certain else tuple(snapshot.ids[n] for n in one.nodes if n >= 0),
            reason=one.reason,
            number=number,
            at=(one.start, one.end),
        )


_ROLES: Final = frozenset((
    "Director", "Director-General", "President", "Minister", "Head", "Chair", "Chairperson", "Secretary",
    "Secretary-General", "Executive", "Representative", "Commissioner", "Manager", "Officer", "Ambassador", "Member",
    "Members", "States", "Chief", "Chancellor", "Professor", "Governor",
))  # fmt: skip


def _apart(linked: Sequence[_Linked]) -> list[_Linked]:
    """Stretches without overlap: a longer name takes the place of what it holds."""
    kept: list[_Linked] = []
    for one in sorted(linked, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


class _Spans:
    """Stretches that do not overlap, to be asked whether another one touches them."""

    def __init__(self, taken: Sequence[_Linked]) -> None:
        ordered = sorted((one.start, one.end) for one in taken)
        self._starts = [start for start, _ in ordered]
        self._ends = [end for _, end in ordered]

    def touch(self, start: int, end: int) -> bool:
        place = bisect_right(self._starts, start) - 1
        if place >= 0 and self._ends[place] > start:
            return True
        return place + 1 < len(self._starts) and self._starts[place + 1] < end
