"""From a name in a file to an entity: automatic only when certain, else the best candidates and what speaks for each.

In this order: identifiers; names and aliases that are the same but for case, accents, punctuation and legal form; close
spelling. An acronym alone is never certain: it needs its country, its full name beside it, or its entity elsewhere in the same
list. Keep-apart and merge decisions are obeyed. Nothing here writes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph.model import EntityId
from graph.snapshot import Graph
from loaders.known_names import COUNTRY, KnownName, KnownNames
from loaders.naming import (
    full_key,
    is_short_for,
    looks_like_acronym,
    repaired,
    slip,
    split_brackets,
    stem_of,
    tidy,
)

Decision = Literal["automatic", "review", "none"]
LONGEST: Final = 1_000
"""Characters of a cell that are looked at; a longer one is no name."""
MOST_CANDIDATES: Final = 5
_LIKELY: Final = 78.0
_SEVERAL = re.compile(r"\s*/\s*|\s*;\s*|\s+\|\s+")
_WITH_ACRONYM = re.compile(r"\s+[-–—]\s*|\s*[-–—]\s+|\s*:\s+")
_SHORTEST_ACRONYM: Final = 2
_SHORTEST_CODE: Final = 4
_BUT_FOR_FORM: Final = "It is a name of this entity but for the legal form or small words."


@dataclass(frozen=True, slots=True)
class Option:
    """An entity that a text may mean: a likeness of 0 to 100, and what speaks for or against it."""

    id: EntityId
    name: str
    kind: str
    identifiers: tuple[str, ...]
    likeness: float
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of one text. ``id`` is set where ``decision`` is ``automatic``; ``candidates`` come best first."""

    text: str
    id: EntityId | None
    decision: Decision
    candidates: tuple[Option, ...]
    reason: str
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    """Names that fit a text in one way; ``sure`` where that way alone is certain."""

    names: tuple[KnownName, ...]
    why: str
    sure: bool


class Resolver:
    """Links names to the entities of a graph as it is now. ``kinds`` empty: all kinds but documents. Safe to keep and reuse."""

    def __init__(self, graph: Graph, kinds: frozenset[str] = frozenset()) -> None:
        self.known: Final = KnownNames(graph, kinds)
        self._places: Final = KnownNames(graph, frozenset({COUNTRY})) if kinds and COUNTRY not in kinds else self.known

    def resolve(self, text: str, country: str = "", context: frozenset[EntityId] = frozenset()) -> Resolution:
        """What a text means.

        ``country``: the country, area or territory that the file gives beside it, in any spelling, ``""`` where it gives none.
        ``context``: entities that are named in full nearby; an acronym of one of them is certain.
        """
        name = tidy(text[: LONGEST + 1])
        if not name or not any(character.isalnum() for character in name):
            return Resolution(text, None, "none", (), "There is no name here.")
        if len(name) > LONGEST:
            return Resolution(text, None, "none", (), f"It is longer than {LONGEST} characters: no name.")
        return replace(_Question(self.known, self._places, name, country, context).answer(), text=text)

    def resolve_all(self, rows: Sequence[tuple[str, str]]) -> list[Resolution]:
        """What each text of a list means; ``rows`` are (text, country) pairs.

        The list is read as a whole: an entity named in full makes its acronym certain, and two names whose legal forms
        contradict each other cannot both be one entity.
        """
        held: dict[tuple[str, str], Resolution] = {}
        for row in rows:
            if row not in held:
                held[row] = self.resolve(*row)
        named = frozenset(one.id for one in held.values() if one.id is not None)
        for row, one in held.items():
            if one.decision == "review" and looks_like_acronym(tidy(row[0])):
                held[row] = self.resolve(*row, context=named)
        return [_siblings(held)[row] for row in rows] if rows else []


def _siblings(held: dict[tuple[str, str], Resolution]) -> dict[tuple[str, str], Resolution]:
    """Texts that were linked to one entity and have contradicting legal forms go to review."""
    linked: defaultdict[EntityId, list[tuple[str, str]]] = defaultdict(list)
    for row, one in held.items():
        if one.id is not None:
            linked[one.id].append(row)
    checked = dict(held)
    for rows in linked.values():
        stems = {row: stem_of(tidy(row[0])) for row in rows}
        for row, stem in stems.items():
            if held[row].reason == _BUT_FOR_FORM and any(stem.contradicts(other) for other in stems.values()):
                said = "Another row has this name with another legal form: they are two bodies, and one entity cannot be both."
                checked[row] = replace(held[row], id=None, decision="review", reason=said, identifiers=())
    return checked


class _Question:
    """One text on its way through the steps."""

    def __init__(self, known: KnownNames, places: KnownNames, text: str, country: str, context: frozenset[EntityId]) -> None:
        self._known, self._text, self._context = known, text, context
        self._country = places.country_named(tidy(country)) if country.strip() else None
        self._places = places
        self._offered: dict[int, Option] = {}
        self._several = ""

    def answer(self) -> Resolution:
        """Go from the surest way to the loosest; the first that fits anything decides, later ones only offer candidates."""
        reason = ""
        for find in (self._identified, self._same, self._without_form, self._repaired, self._bracketed, self._paired,
                     self._before_country, self._misspelt):  # fmt: skip
            fit = find()
            if fit is None or not fit.names:
                continue
            node, why = self._certain(fit)
            if node is not None and not reason:
                return self._automatic(node, why)
            reason = reason or why
        self._parts()
        self._alike()
        reason = reason or self._several
        if not self._offered:
            return Resolution(self._text, None, "none", (), "No entity has a name like this.")
        ordered = sorted(self._offered.values(), key=lambda one: (-one.likeness, one.id))[:MOST_CANDIDATES]
        return Resolution(self._text, None, "review", tuple(ordered), reason or "Only names that are alike were found.")

    def _automatic(self, node: int, why: str) -> Resolution:
        option = self._option(node, 100.0, why)
        others = tuple(one for one in self._offered.values() if one.id != option.id)
        return Resolution(self._text, option.id, "automatic", (option, *others), why, option.identifiers)

    # --- the ways ------------------------------------------------------------------------------------------------------------
    def _identified(self) -> _Fit | None:
        found = self._known.identified(self._text)
        if found and len(self._text) < _SHORTEST_CODE:  # letters that may as well be somebody's acronym
            found = [*found, *self._known.named(self._text)]
        return _Fit(tuple(found), "It is an id or an identifier of this entity.", True) if found else None

    def _same(self) -> _Fit | None:
        found = self._known.named(self._text)
        return _Fit(tuple(found), "It is a name of this entity.", True) if found else None

    def _without_form(self, text: str | None = None, sure: bool = True, why: str = "") -> _Fit | None:
        text = self._text if text is None else text
        stem = stem_of(text)
        if looks_like_acronym(text) or len(stem.key) < 4:
            return None
        found = self._known.stemmed(stem)
        agreeing = tuple(one for one in found if not one.stem.contradicts(stem))
        if agreeing:
            return _Fit(agreeing, why or _BUT_FOR_FORM, sure)
        return _Fit(tuple(found), "The legal forms differ: this may be another body of the same group.", False)

    def _repaired(self) -> _Fit | None:
        for reading in repaired(self._text):
            if found := self._known.named(reading):
                return _Fit(tuple(found), f"Read in its right encoding ({reading!r}) it is a name of this entity.", True)
        return None

    def _bracketed(self) -> _Fit | None:
        """``Full name (X)``: X is its acronym, its country, or a remark in small letters; anything else may be another body."""
        short, inside = split_brackets(self._text)
        if not inside:
            return None
        fit = self._plain(short)
        if fit is None:
            return None
        country = self._places.country_named(inside)
        if country is not None:
            agreeing = tuple(one for one in fit.names if country in self._known.countries(one.node))
            if agreeing:
                return _Fit(agreeing, "It is a name of this entity, with its country, area or territory in brackets.", True)
            unplaced = tuple(one for one in fit.names if not self._known.countries(one.node))
            return _Fit(unplaced, "The place in brackets is not known to be its seat.", False)
        nodes = {one.node for one in self._known.named(inside)}
        paired = tuple(one for one in fit.names if one.node in nodes)
        if paired:
            return _Fit(paired, "It is a name of this entity, with another of its names in brackets.", fit.sure)
        if looks_like_acronym(inside) and is_short_for(inside, short):
            return _Fit(fit.names, "It is a name of this entity, with the letters of that name in brackets.", fit.sure)
        if not any(character.isupper() for character in inside):
            return _Fit(fit.names, "It is a name of this entity, with a remark in brackets.", fit.sure)
        return _Fit(fit.names, f"What stands in brackets ({inside!r}) may mean a part of it, or another body.", False)

    def _paired(self) -> _Fit | None:
        """``Full name - ACR`` and ``ACR: Full name``, where both are names of one entity."""
        parts = [part for part in _WITH_ACRONYM.split(self._text) if part]
        if len(parts) != 2:
            return None
        fits = [{one.node: one for one in self._known.named(part)} for part in parts]
        both = tuple(one for node, one in fits[0].items() if node in fits[1])
        if both:
            return _Fit(both, "Both halves are names of this entity.", True)
        for part, other in (parts, parts[::-1]):
            fit = self._plain(part)
            if fit is not None and looks_like_acronym(other) and is_short_for(other, part):
                return _Fit(fit.names, "It is a name of this entity with the letters of that name.", fit.sure)
        return None

    def _before_country(self) -> _Fit | None:
        """``Full name, Country``."""
        head, comma, tail = self._text.rpartition(",")
        country = self._places.country_named(tail.strip()) if comma else None
        fit = self._plain(head.strip()) if country is not None else None
        if fit is None:
            return None
        seated = tuple(one for one in fit.names if country in self._known.countries(one.node))
        if seated:
            return _Fit(seated, "It is a name of this entity, followed by its country, area or territory.", fit.sure)
        return _Fit(fit.names, "The place behind the name is not known to be its seat.", False)

    def _misspelt(self) -> _Fit | None:
        """One word with a slip of the pen in a name of several, all other words the same, and no other entity as near."""
        text, inside = split_brackets(self._text)
        if inside and any(character.isupper() for character in inside):
            text = self._text
        near = self._known.alike(text, 20)
        found = tuple(name for name, likeness in near if likeness >= 80 and self._is_slip(text, name))
        return _Fit(found, "It is a name of this entity but for a slip of the pen.", True) if found else None

    def _is_slip(self, text: str, name: KnownName) -> bool:
        if name.is_acronym or name.is_part or name.is_identifier:
            return False
        given, known = stem_of(text), name.stem
        if given.contradicts(known):
            return False
        if len(given.words) != len(known.words):
            # A space left out or put in: the same letters all the same.
            return len(given.key) >= 10 and given.key == known.key
        differing = [(one, other) for one, other in zip(given.words, known.words, strict=True) if one != other]
        if len(differing) != 1 or (len(known.words) == 1 and len(known.key) < 10):
            return False
        one, other = differing[0]
        if self._places.is_place_word(one) or self._places.is_place_word(other) or not slip(one, other):
            return False
        place = given.words.index(one)
        return self._known.is_odd(one, other, given.words[place - 1 : place], given.words[place + 1 : place + 2])

    def _plain(self, text: str) -> _Fit | None:
        """A name as it is, or but for its legal form."""
        found = tuple(one for one in self._known.named(text) if not one.is_acronym)
        return _Fit(found, "It is a name of this entity.", True) if found else self._without_form(text)

    # --- candidates -------------------------------------------------------------------------------------------------
    def _parts(self) -> None:
        """The bodies that a cell with several names holds."""
        parts = [part for part in _SEVERAL.split(self._text) if part]
        for part in parts if len(parts) > 1 else ():
            for name in (self._plain(part) or _Fit((), "", False)).names or tuple(self._known.named(part)):
                self._several = "It seems to name several bodies."
                self._offer(name.node, 85.0, f"A part of the text, {part!r}, is a name of this entity.")

    def _alike(self) -> None:
        for name, likeness in self._known.alike(self._text, MOST_CANDIDATES):
            if likeness >= _LIKELY:
                self._offer(name.node, min(likeness, 99.0), f"Its name {name.text!r} is alike ({likeness:.0f} of 100).")

    def _offer(self, node: int, likeness: float, reason: str) -> None:
        if not self._known.is_kept_from(node, self._text):
            held = self._offered.get(node)
            if held is None or held.likeness < likeness:
                self._offered[node] = self._option(node, likeness, reason)

    def _option(self, node: int, likeness: float, reason: str) -> Option:
        snapshot = self._known.snapshot
        identifiers = self._known.identifiers(node)
        return Option(snapshot.ids[node], snapshot.names[node], snapshot.kinds[node], identifiers, round(likeness, 1), reason)

    # --- what is certain --------------------------------------------------------------------------------------------
    def _certain(self, fit: _Fit) -> tuple[int | None, str]:
        """The one entity that a fit makes certain, or None and why not; what it offers becomes candidates."""
        names = [one for one in fit.names if not self._known.is_kept_from(one.node, self._text)]
        if not names:
            return None, "A decision keeps this name apart from the entity that has it."
        for one in names:
            self._offer(one.node, 95.0 if fit.sure else 90.0, f"{fit.why} ({one.text!r})")
        nodes = self._told_apart(names)
        if len(nodes) != 1:
            return None, f"The name fits {len(nodes)} entities."
        node = nodes[0]
        held = [one for one in names if one.node == node]
        if not fit.sure:
            return None, fit.why
        if all(one.is_part for one in held):
            return None, "It is the name of a part or an example of this entity."
        if any(one.is_identifier for one in held):
            return node, fit.why
        if all(one.is_acronym for one in held):
            return self._acronym(node)
        if self._known.is_trap(self._text) and not any(one.sort == "name" for one in held):
            return None, "A decision says that this name is easily taken for another body's."
        seats = self._known.countries(node)
        if self._country is not None and seats and self._country not in seats and not self._known.is_borderless(node):
            return None, "The entity of this name has its seat in another country, area or territory."
        return node, fit.why

    def _told_apart(self, names: Sequence[KnownName]) -> list[int]:
        """The entities that names fit, one of each that is in a register under one number; narrowed by the country given."""
        full = [one for one in names if one.is_identifier or not (one.is_acronym or one.is_part)] or names
        if len(self._text) < _SHORTEST_CODE:
            full = names
        nodes = list(dict.fromkeys(one.node for one in full))
        if len(nodes) > 1 and self._country is not None:
            nodes = [node for node in nodes if self._country in self._known.countries(node)] or nodes
        return self._known.one_of_each(nodes)

    def _acronym(self, node: int) -> tuple[int | None, str]:
        known = self._known
        if len(self._text) < _SHORTEST_ACRONYM:
            return None, "One letter names nobody."
        if self._country is not None and self._country in known.countries(node):
            return node, "It is an acronym of this entity, which has its seat in the place given."
        if known.snapshot.ids[node] in self._context:
            return node, "It is an acronym of this entity, which the same list names in full."
        if known.snapshot.kinds[node] == COUNTRY and not known.is_trap(self._text) and full_key(self._text):
            return node, "It is the short name of this country, area or territory."
        return None, "An acronym alone is not certain: no country, full name or other row confirms it."
