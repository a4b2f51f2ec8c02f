"""The ways in which a text may be a name of an entity, each with what it means where it fits.

``loaders.resolve`` goes through them in the order of ``Ways.all``, from the surest to the loosest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from graph.folding import is_ideographic, words_of
from loaders.known_name import KnownName
from loaders.known_names import KnownNames
from loaders.naming import is_short_for, looks_like_acronym, repaired, slip, split_brackets
from loaders.stems import Stem, stem_of

BUT_FOR_FORM: Final = "It is a name of this entity but for the legal form or small words."
SHORTEST_CODE: Final = 4
"""Letters from which on an id is not taken for somebody's acronym as well."""
_WITH_ACRONYM = re.compile(r"\s+[-–—]\s*|\s*[-–—]\s+|\s*:\s+|,\s+(?=[^\s,]+$)")
_INNER_BRACKET = re.compile(r"(?<=\S)\s*[(\[]([^()\[\]]{2,15})[)\]](?=\s*[^\s()\[\]])")
_COMPANIES: Final = frozenset({"manufacturer", "company"})
_SHORTEST_DISTINCT: Final = 5
_MANY_WORDS: Final = 4
"""Words of a name from which on a singular for a plural is a slip: "National Institute of Health" has three."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Names that fit a text in one way; ``sure`` where that way alone is certain."""

    names: tuple[KnownName, ...]
    why: str
    sure: bool


class Ways:
    """One text, and the country, area or territory beside it (a node number), on its way through the steps."""

    def __init__(self, known: KnownNames, places: KnownNames, text: str, country: int | None) -> None:
        self._known, self._places, self._text, self._country = known, places, text, country
        self._variants: Final = known.variants(places)

    @property
    def all(self) -> Sequence[Callable[[], Fit | None]]:
        """Each way; it gives the names that fit, None or no names where none does."""
        return (
            self._identified,
            self._same,
            self._without_form,
            self._reworded,
            self._repaired,
            self._placed,
            self._lettered_within,
            self._unplaced,
            self._owned,
            self._headed,
            self._bracketed,
            self._paired,
            self._before_country,
            self._begun,
            self._misspelt,
            self._misspelt_place,
        )

    def _identified(self) -> Fit | None:
        found = self._known.identified(self._text)
        if found and len(self._text) < SHORTEST_CODE:  # letters that may as well be somebody's acronym
            found = [*found, *self._known.named(self._text)]
        return Fit(tuple(found), "It is an id or an identifier of this entity.", True) if found else None

    def _same(self) -> Fit | None:
        found = self._known.named(self._text)
        if len({one.node for one in found}) > 1:  # "North-West University" is nearer to "North West" than "Northwest" is
            words = words_of(self._text)
            found = [one for one in found if words_of(one.text) == words] or found
        return Fit(tuple(found), "It is a name of this entity.", True) if found else None

    def _without_form(self, text: str | None = None, sure: bool = True, why: str = "") -> Fit | None:
        text = self._text if text is None else text
        stem = stem_of(text)
        if looks_like_acronym(text) or len(stem.key) < SHORTEST_CODE:
            return self._firm(text, stem)
        found = self._known.stemmed(stem)
        agreeing = tuple(one for one in found if not one.stem.contradicts(stem))
        if agreeing:
            return Fit(agreeing, why or BUT_FOR_FORM, sure)
        return Fit(tuple(found), "The legal forms differ: this may be another body of the same group.", False)

    def _firm(self, text: str, stem: Stem) -> Fit | None:
        """``GSK plc``: few letters and a legal form, where a company has these letters as its first name."""
        subtypes = self._known.snapshot.subtypes
        named = self._known.named(stem.key) if stem.families and len(stem.words) == 1 else []
        firms = [one for one in named if one.sort == "name" and subtypes[one.node] in _COMPANIES]
        if not firms or len({one.node for one in named}) > 1:
            return None
        return Fit(tuple(one.in_full() for one in firms), "It is the name of this company with a legal form.", True)

    def _reworded(self, text: str | None = None) -> Fit | None:
        stem = stem_of(self._text if text is None else text)
        agreeing = tuple(one for one in self._known.reworded(stem) if not one.stem.contradicts(stem))
        return Fit(agreeing, "It is a name of this entity in another order or spelling.", True) if agreeing else None

    def _repaired(self) -> Fit | None:
        for reading in repaired(self._text):
            if found := self._known.named(reading):
                return Fit(tuple(found), f"Read in its right encoding ({reading!r}) it is a name of this entity.", True)
        return None

    def _bracketed(self) -> Fit | None:
        """``Full name (X)``: X is its acronym, its country, or a remark in small letters; anything else may be another body."""
        short, inside = split_brackets(self._text)
        if not inside:
            return None
        fit = self.plain(short)
        spelt = self.plain(inside) if looks_like_acronym(short) else None
        if fit is None and spelt is not None:
            nodes = {one.node for one in self._known.named(short)}
            both = tuple(one for one in spelt.names if one.node in nodes)
            return (
                Fit(both, "They are the letters of this entity, with a name of it in brackets.", spelt.sure) if both else None
            )
        if fit is None or not fit.names:
            fuller = self._variants.lettered(short, inside) if looks_like_acronym(inside) else ()
            return Fit(tuple(fuller), "It is most of a name of this entity, with its letters in brackets.", True)
        nodes = {one.node for one in self._known.named(inside)}
        paired = tuple(one for one in fit.names if one.node in nodes)
        if paired:
            return Fit(paired, "It is a name of this entity, with another of its names in brackets.", fit.sure)
        country = self._places.country_named(inside)
        if country is not None:
            agreeing = tuple(one for one in fit.names if country in self._known.countries(one.node))
            if agreeing:
                return Fit(agreeing, "It is a name of this entity, with its country, area or territory in brackets.", True)
            unplaced = tuple(one for one in fit.names if not self._known.countries(one.node))
            return Fit(unplaced, "The place in brackets is not known to be its seat.", False)
        if looks_like_acronym(inside) and is_short_for(inside, short):
            return Fit(fit.names, "It is a name of this entity, with the letters of that name in brackets.", fit.sure)
        if not any(character.isupper() for character in inside):
            return Fit(fit.names, "It is a name of this entity, with a remark in brackets.", fit.sure)
        return Fit(fit.names, f"What stands in brackets ({inside!r}) may mean a part of it, or another body.", False)

    def _paired(self) -> Fit | None:
        """``Full name - ACR`` and ``ACR: Full name``, where both are names of one entity."""
        parts = [part for part in _WITH_ACRONYM.split(self._text) if part]
        if len(parts) != 2:
            return None
        fits = [{one.node: one for one in self._known.named(part)} for part in parts]
        both = tuple(one for fit in fits for node, one in fit.items() if node in fits[0] and node in fits[1])
        if both:
            return Fit(both, "Both halves are names of this entity.", True)
        for part, other in (parts, parts[::-1]):
            fit = self.plain(part)
            if fit is not None and looks_like_acronym(other) and is_short_for(other, part):
                return Fit(fit.names, "It is a name of this entity with the letters of that name.", fit.sure)
        return None

    def _before_country(self) -> Fit | None:
        """``Full name, Country``."""
        head, comma, tail = self._text.rpartition(",")
        country = self._places.country_named(tail.strip()) if comma else None
        fit = self.plain(head.strip()) if country is not None else None
        if fit is None:
            return None
        seated = tuple(one for one in fit.names if country in self._known.countries(one.node))
        if seated:
            return Fit(seated, "It is a name of this entity, followed by its country, area or territory.", fit.sure)
        return Fit(fit.names, "The place behind the name is not known to be its seat.", False)

    def _placed(self) -> Fit | None:
        found = tuple(self._known.placed(self._text))
        return Fit(found, "It is a name of this country, area or territory in another order of words.", True) if found else None

    def _lettered_within(self) -> Fit | None:
        """``Full (ACR) name``: letters in brackets within a name, which stand for what is before them."""
        match = _INNER_BRACKET.search(self._text)
        if match is None or not looks_like_acronym(match.group(1)):
            return None
        before, behind = self._text[: match.start()], self._text[match.end() :]
        whole = Ways(self._known, self._places, f"{before}{'' if behind[:1] == ',' else ' '}{behind.strip()}", self._country)
        fit = next((fit for find in whole.all if (fit := find()) is not None and fit.names), None)
        if fit is None:
            return None
        sure = fit.sure and is_short_for(match.group(1), before)
        nodes = {one.node for one in self._known.named(match.group(1))}
        sure = sure or (fit.sure and {one.node for one in fit.names} <= nodes)
        return Fit(fit.names, "It is a name of this entity with letters within it.", sure)

    def _unplaced(self) -> Fit | None:
        found = tuple(self._variants.unplaced(self._text, self._country))
        why = "It is a name of this entity but for where its country, area or territory is named."
        return Fit(found, why, True) if found else None

    def _owned(self) -> Fit | None:
        found = tuple(self._variants.owned(self._text))
        return Fit(found, "It is a name of this entity with the body that it belongs to.", True) if found else None

    def _headed(self) -> Fit | None:
        found = tuple(self._variants.headed(stem_of(self._text)))
        return Fit(found, "It is a name of this entity in another order or language.", True) if found else None

    def _misspelt_place(self) -> Fit | None:
        found = tuple(self._variants.slipped_place(self._text))
        return Fit(found, "It is a name of this country, area or territory but for a slip of the pen.", True) if found else None

    def _begun(self) -> Fit | None:
        """``CanSino (China)``: a word that only names of one entity hold and begin with, beside its country."""
        text, inside = split_brackets(self._text)
        country = self._places.country_named(inside) if inside else self._country
        words = stem_of(text).words
        if country is None or len(words) != 1 or len(words[0]) < _SHORTEST_DISTINCT:
            return None
        found = tuple(one for one in self._known.distinct(words[0]) if country in self._known.countries(one.node))
        return Fit(found, "A name of this entity alone begins so, and it has its seat there.", True) if found else None

    def _misspelt(self) -> Fit | None:
        """One word with a slip of the pen in a name of several, all other words the same, and no other entity as near."""
        text, inside = split_brackets(self._text)
        if inside and any(character.isupper() for character in inside):
            text = self._text
        near = self._known.alike(text, 20)
        found = tuple(name for name, likeness in near if likeness >= 80 and self._is_slip(text, name))
        return Fit(found, "It is a name of this entity but for a slip of the pen.", True) if found else None

    def _is_slip(self, text: str, name: KnownName) -> bool:
        if name.is_acronym or name.is_part or name.is_identifier:
            return False
        given, known = stem_of(text), name.stem
        if given.contradicts(known) or is_ideographic(text):  # one sign is a word there
            return False
        if len(given.words) != len(known.words):
            # A space left out or put in: the same letters all the same.
            return len(given.key) >= 10 and given.key == known.key
        differing = [(one, other) for one, other in zip(given.words, known.words, strict=True) if one != other]
        if len(differing) != 1 or (len(known.words) == 1 and len(known.key) < 10):
            return False
        one, other = differing[0]
        if len(given.words) >= _MANY_WORDS and (one + "s" == other or other + "s" == one):
            return True
        if self._places.is_place_word(one) or self._places.is_place_word(other) or not slip(one, other):
            return False
        place = given.words.index(one)
        return self._known.is_odd(one, other, given.words[place - 1 : place], given.words[place + 1 : place + 2])

    def plain(self, text: str) -> Fit | None:
        """A name as it is, or but for its legal form."""
        found = tuple(one for one in self._known.named(text) if not one.is_acronym)
        if found:
            return Fit(found, "It is a name of this entity.", True)
        fit = self._without_form(text)
        return fit if fit is not None and fit.names else self._reworded(text) or fit
