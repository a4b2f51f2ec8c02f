"""From a name in a file to an entity: automatic only when certain, else the best candidates and what speaks for each.

The ways in which a name may fit, and their order, are in ``loaders.ways``; here is what makes a fit certain. An acronym alone
is never certain: it needs its country, its full name beside it, or its entity elsewhere in the same list. Keep-apart and
merge decisions are obeyed. Nothing here writes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from graph.folding import words_of
from graph.model import EntityId, SourceId
from graph.revisions import Graph
from loaders.known_entities import COUNTRY
from loaders.known_name import FORMER, KnownName
from loaders.known_names import KnownNames
from loaders.naming import SMALL_WORDS, full_key, looks_like_acronym, split_brackets, tidy, undotted
from loaders.resolution import Decision, Option, Resolution
from loaders.stems import is_common, stem_of
from loaders.ways import BUT_FOR_FORM, SHORTEST_CODE, Fit, Ways

__all__ = ["Decision", "Option", "Resolution", "Resolver"]

LONGEST: Final = 1_000
"""Characters of a cell that are looked at; a longer one is no name."""
MOST_CANDIDATES: Final = 5
_LIKELY: Final = 78.0
_SHORTEST_ACRONYM: Final = 2
_SEVERAL = re.compile(r"\s*/\s*|\s*;\s*|\s+\|\s+")


class Resolver:
    """Links names to the entities of a graph as it is now. ``kinds`` empty: all kinds but documents. Safe to keep and reuse.

    ``besides``: a loaded source whose own entities and names do not count, so that a file is not held against itself.
    """

    def __init__(self, graph: Graph, kinds: frozenset[str] = frozenset(), besides: SourceId = "") -> None:
        self.known: Final = KnownNames(graph, kinds, besides)
        self._places: Final = KnownNames(graph, frozenset({COUNTRY})) if kinds and COUNTRY not in kinds else self.known

    def resolve(self, text: str, country: str = "", context: frozenset[EntityId] = frozenset()) -> Resolution:
        """What a text means.

        ``country``: the country, area or territory that the file gives beside it, in any spelling, ``""`` where it gives none.
        ``context``: entities that are named in full nearby; an acronym of one of them is certain.
        """
        name = undotted(tidy(text[: LONGEST + 1]))
        if not name or not any(character.isalnum() for character in name):
            return Resolution(text, None, "none", (), "There is no name here.")
        if len(name) > LONGEST:
            return Resolution(text, None, "none", (), f"It is longer than {LONGEST} characters: no name.")
        return replace(_Question(self.known, self._places, name, undotted(tidy(country)), context).answer(), text=text)

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
        spelt = {(_initials(text), one.id) for (text, _), one in held.items()}
        for row, one in held.items():
            if one.decision == "review" and looks_like_acronym(tidy(row[0])):
                again = self.resolve(*row, context=named)
                others = {id for letters, id in spelt if letters == full_key(row[0])} - {again.id}
                held[row] = one if others and again.id in named else again
        return [_siblings(held)[row] for row in rows] if rows else []


def _initials(text: str) -> str:
    """The first letters of the words of a name, ``""`` of a single word."""
    words = [word for word in words_of(text) if word not in SMALL_WORDS]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


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
            others = (other for other in stems.values() if other.key == stem.key)
            if held[row].reason == BUT_FOR_FORM and any(stem.contradicts(other) for other in others):
                said = "Another row has this name with another legal form: they are two bodies, and one entity cannot be both."
                checked[row] = replace(held[row], id=None, decision="review", reason=said, identifiers=())
    return checked


class _Question:
    """One text: what is certain about it, and the candidates."""

    def __init__(self, known: KnownNames, places: KnownNames, text: str, country: str, context: frozenset[EntityId]) -> None:
        self._known, self._places, self._text, self._context = known, places, text, context
        self._country = places.country_named(country) if country else None
        self._ways = Ways(known, places, text, self._country)
        self._offered: dict[int, Option] = {}
        self._several = ""

    def answer(self) -> Resolution:
        """Go from the surest way to the loosest; the first that fits anything decides, later ones only offer candidates."""
        reason = ""
        for find in self._ways.all:
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
        why = option.reason
        others = tuple(one for one in self._offered.values() if one.id != option.id)
        return Resolution(self._text, option.id, "automatic", (option, *others), why, option.identifiers)

    # --- candidates -------------------------------------------------------------------------------------------------
    def _parts(self) -> None:
        """The bodies that a cell with several names holds."""
        parts = [part for part in _SEVERAL.split(self._text) if part]
        for part in parts if len(parts) > 1 else ():
            for name in (self._ways.plain(part) or Fit((), "", False)).names or tuple(self._known.named(part)):
                self._several = "It seems to name several bodies."
                self._offer(name.node, 85.0, f"A part of the text, {part!r}, is a name of this entity.")

    def _alike(self) -> None:
        found = self._known.alike(self._text, MOST_CANDIDATES)
        if not self._offered and (found[0][1] if found else 0) < _LIKELY:
            found = self._known.alike(split_brackets(self._text)[0], MOST_CANDIDATES)
        for name, likeness in found:
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
        status = self._known.status(node)
        after = self._known.successors(node) if status else ()
        if status:
            named = " and ".join(f"{snapshot.names[one]} ({snapshot.ids[one]})" for one in after)
            reason += f" It is {status} in its register" + (f"; it was succeeded by {named}." if named else ".")
        return Option(
            id=snapshot.ids[node],
            name=snapshot.names[node],
            kind=snapshot.kinds[node],
            identifiers=identifiers,
            likeness=round(likeness, 1),
            reason=reason,
            status=status,
            successors=tuple(snapshot.ids[one] for one in after),
        )

    # --- what is certain --------------------------------------------------------------------------------------------
    def _certain(self, fit: Fit) -> tuple[int | None, str]:
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
        if self._country is None and not self._context and all(self._is_anybodys(one) for one in held):
            return None, "Bodies of many countries, areas and territories may be called so, and none is given."
        if self._known.is_trap(self._text) and not any(one.sort == "name" for one in held):
            return None, "A decision says that this name is easily taken for another body's."
        known, seats = self._known, self._known.countries(node)
        if not stem_of(self._text).can_sit_in([known.snapshot.ids[seat] for seat in seats]):
            return None, "Its legal form is of another country than the seat of the entity of this name."
        if self._country is not None and seats and self._country not in seats and not self._known.is_borderless(node):
            return None, "The entity of this name has its seat in another country, area or territory."
        return node, fit.why

    def _is_anybodys(self, name: KnownName) -> bool:
        """Whether a further name of a body is one that bodies of many places have, and says no place."""
        placed = any(self._places.is_place_word(word) for word in name.stem.words)
        return name.sort != "name" and not placed and is_common(name.stem)

    def _told_apart(self, names: Sequence[KnownName]) -> list[int]:
        """The entities that names fit, one of each that is in a register under one number; narrowed by the country given."""
        full = [one for one in names if one.is_identifier or not (one.is_acronym or one.is_part)] or names
        full = [one for one in full if one.sort != FORMER] or full
        if len(self._text) < SHORTEST_CODE:
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
