"""The names that a graph knows, indexed for linking: whom a key fits, where they sit, what they are kept apart from."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz, process

from graph.identity import decisions
from graph.model import SourceId
from graph.revisions import Graph
from loaders.known_entities import COUNTRY, KnownEntities
from loaders.known_name import NAMING, KnownName, identifier_key, said_alone
from loaders.known_variants import Variants
from loaders.naming import full_key, looks_like_acronym, split_brackets
from loaders.stems import Stem, names_a_unit, place_key, reworded, stem_of, without_owner

__all__ = ["COUNTRY", "KnownName", "KnownNames", "identifier_key"]

DOCUMENTS: Final = "source"
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_RARE: Final = 5
"""A word in five times fewer names than another may be a slip for it, where it also stands in odd company."""
_COMMON: Final = 3_000
"""A word in more names than this tells too little to look names up by."""


class KnownNames(KnownEntities):
    """The names of one snapshot and the keep-apart decisions of its store. ``kinds`` empty: all kinds but documents.

    ``besides``: a loaded source whose own entities and names are left out.
    """

    def __init__(self, graph: Graph, kinds: frozenset[str] = frozenset(), besides: SourceId = "") -> None:
        self.graph: Final = graph
        super().__init__(graph.snapshot())
        self._kinds = kinds
        snapshot = self.snapshot
        own, said = said_alone(graph.store, besides) if besides else (frozenset(), frozenset())
        found: dict[tuple[int, str], KnownName] = {}
        for node, (id, name) in enumerate(zip(snapshot.ids, snapshot.names, strict=True)):
            if id in own:
                continue
            found[node, name] = KnownName(node, name, "name")
            found.setdefault((node, id), KnownName(node, id, "id"))
        for id, node in snapshot.merged.items():
            if id not in own:
                found.setdefault((node, id), KnownName(node, id, "id"))
        for predicate in NAMING:
            for given in snapshot.literals(predicate):
                if said and snapshot.statement_id(given.statement) in said:
                    continue
                sort = (given.sort or predicate) if predicate == "alias" else predicate
                found.setdefault((given.node, given.value), KnownName(given.node, given.value, sort))
        self._variants: Variants | None = None
        self.names: Final[Sequence[KnownName]] = [one for one in found.values() if self._takes(one.node)]

    def _takes(self, node: int) -> bool:
        kind = self.snapshot.kinds[node]
        return kind in self._kinds if self._kinds else kind not in ("", DOCUMENTS)

    def variants(self, places: KnownNames) -> Variants:
        """Other ways of writing these names; ``places`` knows the countries, areas and territories."""
        if self._variants is None:
            self._variants = Variants(self, places)
        return self._variants

    # --- look-ups ----------------------------------------------------------------------------------------------------------
    def identified(self, text: str) -> list[KnownName]:
        """Names that are ids or identifiers and are written so; a ROR, Wikidata or DOI address stands for its identifier."""
        return self._identifiers.get(identifier_key(text), [])

    def named(self, text: str) -> list[KnownName]:
        """Names that differ at most in case, accents, spaces, hyphens and punctuation."""
        return self._full.get(full_key(text), [])

    def stemmed(self, stem: Stem) -> list[KnownName]:
        """Names of the same words without legal form and small words, in the same order.

        Where there is none, names that have these words and their letters or seat in brackets, or their owner before them.
        """
        found = self._stems.get(stem.key, [])
        return [one for one in found if one.stem.key == stem.key] or found

    def reworded(self, stem: Stem) -> list[KnownName]:
        """Names of the same words but for the order and language of "university" and the spelling of umlauts.

        Empty where another entity's name goes on behind these words to tell which it is ("Washington University in ..."): it
        may be meant.
        """
        key = reworded(stem)
        found = self._reworded.get(key, []) if key else []
        if not found:
            return []
        nodes = {one.node for one in found}
        at = bisect_left(self._reworded_keys, key)
        for longer in self._reworded_keys[at:]:
            if not longer.startswith(key):
                break
            behind = longer[len(key) :]
            if not behind.startswith(" ") or names_a_unit(behind):
                continue
            if any(one.node not in nodes for one in self._reworded[longer]):
                return []
        return found

    def placed(self, text: str) -> list[KnownName]:
        """Names of countries, areas and territories of the same words in any order, however much shortened."""
        return self._places.get(place_key(text), [])

    def distinct(self, word: str) -> list[KnownName]:
        """Names that begin with a folded word which no name of another entity holds."""
        held = [self.names[number] for number in self._words.get(word, ())]
        begun = [one for one in held if one.stem.words[:1] == (word,) and not one.is_part]
        return begun if len({one.node for one in held}) == 1 else []

    def is_distinct(self, word: str, node: int) -> bool:
        """Whether names of this entity alone hold a folded word."""
        return {self.names[number].node for number in self._words.get(word, ())} == {node}

    def is_known_word(self, word: str) -> bool:
        """Whether some name holds a folded word."""
        return word in self._words

    def is_odd(self, word: str, meant: str, before: Sequence[str], behind: Sequence[str]) -> bool:
        """Whether a folded word is odd where it stands, so that another may be meant.

        No name holds it; or no name holds it beside the words around it here, and it differs by an "s" or is rare.
        """
        held = len(self._words.get(word, ()))
        if not held:
            return True
        pairs = [(one, word) for one in before] + [(word, one) for one in behind]
        if not pairs or any(pair in self._pairs for pair in pairs):
            return False
        return word + "s" == meant or meant + "s" == word or held * _RARE <= len(self._words.get(meant, ()))

    def is_place_word(self, word: str) -> bool:
        """Whether a folded word is in the name of a country, area or territory or of a region."""
        return word in self._place_words

    def alike(self, text: str, most: int) -> list[tuple[KnownName, float]]:
        """Names that share words with a text, each entity once, most alike first, with a likeness of 0 to 100."""
        stem = stem_of(text)
        numbers: set[int] = set()
        for word in dict.fromkeys(stem.words):
            near = [word] if word in self._words else self._close_words(word)
            for one in near:
                held = self._words[one]
                if len(held) <= _COMMON or len(stem.words) == 1:
                    numbers.update(held)
        best: dict[int, tuple[KnownName, float]] = {}
        wanted = " ".join(stem.words)
        for number in numbers:
            name = self.names[number]
            known = " ".join(name.stem.words)
            likeness = fuzz.token_sort_ratio(wanted, known)
            if len(name.stem.words) > 1:  # a name inside a longer text
                likeness = max(likeness, 0.85 * fuzz.token_set_ratio(wanted, known))
            if name.node not in best or likeness > best[name.node][1]:
                best[name.node] = (name, likeness)
        ordered = sorted(best.values(), key=lambda pair: (-pair[1], self.snapshot.ids[pair[0].node]))
        return ordered[:most]

    def _close_words(self, word: str) -> list[str]:
        if len(word) < 4:
            return []
        found = process.extract(word, self._word_list, scorer=fuzz.ratio, score_cutoff=80, limit=5)
        return [near for near, _, _ in found]

    def country_named(self, text: str) -> int | None:
        """The one country, area or territory of this name, acronym or code, None where there is not exactly one."""
        nodes = {n.node for n in (*self.named(text), *self.identified(text)) if self.snapshot.kinds[n.node] == COUNTRY}
        return next(iter(nodes)) if len(nodes) == 1 else None

    def is_kept_from(self, node: int, text: str) -> bool:
        """Whether a decision says that an entity is not what has this name."""
        return node in self._apart and full_key(text) in self._apart[node]

    def is_trap(self, text: str) -> bool:
        """Whether a decision names this text, or these letters, as easily taken for another body."""
        return full_key(text) in self._traps

    # --- the indexes, each made when first needed --------------------------------------------------------------------------
    @cached_property
    def _identifiers(self) -> dict[str, list[KnownName]]:
        return _grouped((identifier_key(one.text), one) for one in self.names if one.is_identifier)

    @cached_property
    def _full(self) -> dict[str, list[KnownName]]:
        whole = ((full_key(one.text), one) for one in self.names if not one.is_identifier)
        return _grouped(pair for pair in whole if pair[0])

    @cached_property
    def _stems(self) -> dict[str, list[KnownName]]:
        pairs = []
        for one in self.names:
            if one.is_identifier or one.is_acronym:
                continue
            pairs.append((one.stem.key, one))
            short, inside = split_brackets(one.text)
            other = inside and any(same.node == one.node for same in self.named(inside))
            if inside and (other or looks_like_acronym(inside) or self.country_named(inside) in self.countries(one.node)):
                pairs.append((stem_of(short).key, one))
            owner, rest = without_owner(one.text)
            if rest and any(other.node != one.node for other in self.named(owner)):
                pairs.append((stem_of(rest).key, one))
        return _grouped(pair for pair in pairs if pair[0])

    @cached_property
    def _reworded(self) -> dict[str, list[KnownName]]:
        whole = (one for one in self.names if one.is_whole)
        return _grouped(pair for pair in ((reworded(one.stem), one) for one in whole) if pair[0])

    @cached_property
    def _reworded_keys(self) -> list[str]:
        return sorted(self._reworded)

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, one in enumerate(self.names):
            if not one.is_identifier:
                for word in dict.fromkeys(one.stem.words):
                    index[word].append(number)
        return dict(index)

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        """Words that stand side by side in some name."""
        return frozenset(pair for one in self.names if not one.is_identifier for pair in pairwise(one.stem.words))

    @cached_property
    def _word_list(self) -> list[str]:
        return list(self._words)

    @cached_property
    def _places(self) -> dict[str, list[KnownName]]:
        places = (one for one in self.names if self.snapshot.kinds[one.node] == COUNTRY and not one.is_identifier)
        return _grouped(pair for pair in ((place_key(one.text), one) for one in places if not one.is_acronym) if pair[0])

    @cached_property
    def _place_words(self) -> frozenset[str]:
        kinds = self.snapshot.kinds
        return frozenset(
            word for one in self.names if kinds[one.node] in (COUNTRY, "region") for word in one.stem.words if len(word) > 3
        )

    @cached_property
    def _apart(self) -> dict[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for given in self.snapshot.literals("not_to_confuse_with"):
            short, _ = split_brackets(given.value)
            found[given.node] |= {full_key(given.value), full_key(short)}
        own: defaultdict[int, set[str]] = defaultdict(set)
        for one in self.names:
            if one.node in found and not one.is_identifier:
                own[one.node].add(full_key(one.text))
        # "HERA (a body of the humanities)" keeps away the other HERA, not the letters that are one's own.
        return {node: keys - own[node] for node, keys in found.items()}

    @cached_property
    def _traps(self) -> frozenset[str]:
        """Keys of names, and of acronyms of the entities concerned, that a decision or its reason mentions."""
        keys: set[str] = set()
        acronyms = self._acronyms
        for decision in decisions(self.graph.store):
            if decision.name:
                keys |= {full_key(decision.name), full_key(split_brackets(decision.name)[0])}
            said = {full_key(word) for word in _WORD.findall(f"{decision.name} {decision.why}")}
            for id in (decision.entity, decision.other):
                node = self.snapshot.number(id) if id else None
                keys |= said & acronyms.get(node, set()) if node is not None else set()
        return frozenset(keys - {""})

    @cached_property
    def _acronyms(self) -> dict[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for one in self.names:
            if one.is_acronym and not one.is_identifier:
                found[one.node].add(full_key(one.text))
        return dict(found)


def _grouped(pairs: Iterable[tuple[str, KnownName]]) -> dict[str, list[KnownName]]:
    groups: defaultdict[str, list[KnownName]] = defaultdict(list)
    for key, one in pairs:
        if one not in groups[key]:
            groups[key].append(one)
    return dict(groups)
