"""The names that a graph knows, indexed for linking: whom a key fits, where they sit, what they are kept apart from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz, process

from graph.identity import decisions
from graph.snapshot import Graph, Snapshot
from loaders.naming import Stem, full_key, looks_like_acronym, split_brackets, stem_of

DOCUMENTS: Final = "source"
COUNTRY: Final = "country"
_ID_SORTS: Final = frozenset({"id", "identifier", "code"})
_PART_SORTS: Final = frozenset({"narrower"})
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_RARE: Final = 5
"""A word in five times fewer names than another may be a slip for it, where it also stands in odd company."""
_COMMON: Final = 3_000
"""A word in more names than this tells too little to look names up by."""
_BORDERLESS: Final = frozenset((
    "un_agency", "un_unit", "who_department", "who_unit", "who_regional_office", "regional_body",
    "international_organisation",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownName:
    """One name of one entity. ``sort``: name, alias, acronym, narrower, id, ...; ``stem`` without its legal form."""

    node: int
    text: str
    sort: str

    @property
    def stem(self) -> Stem:
        return stem_of(self.text)

    @property
    def is_identifier(self) -> bool:
        """Whether it is an id or a registered identifier."""
        return self.sort in _ID_SORTS

    @property
    def is_acronym(self) -> bool:
        """Whether it is an acronym, as marked or by its looks; a body's first name is none where it is longer than three."""
        if self.sort == "name":
            return len(self.text) < 4 and looks_like_acronym(self.text)
        return self.sort == "acronym" or looks_like_acronym(self.text)

    @property
    def is_part(self) -> bool:
        """Whether it names a part or an example of the entity, not all of it."""
        return self.sort in _PART_SORTS


class KnownNames:
    """The names of one snapshot and the keep-apart decisions of its store. ``kinds`` empty: all kinds but documents."""

    def __init__(self, graph: Graph, kinds: frozenset[str] = frozenset()) -> None:
        self.graph: Final = graph
        self.snapshot: Final[Snapshot] = graph.snapshot()
        self._kinds = kinds
        snapshot = self.snapshot
        found: dict[tuple[int, str], KnownName] = {}
        for node, (id, name) in enumerate(zip(snapshot.ids, snapshot.names, strict=True)):
            found[node, name] = KnownName(node, name, "name")
            found.setdefault((node, id), KnownName(node, id, "id"))
        for id, node in snapshot.merged.items():
            found.setdefault((node, id), KnownName(node, id, "id"))
        for predicate in ("name", "alias", "identifier"):
            for given in snapshot.literals(predicate):
                sort = (given.sort or predicate) if predicate == "alias" else predicate
                found.setdefault((given.node, given.value), KnownName(given.node, given.value, sort))
        self.names: Final[Sequence[KnownName]] = [one for one in found.values() if self._takes(one.node)]

    def _takes(self, node: int) -> bool:
        kind = self.snapshot.kinds[node]
        return kind in self._kinds if self._kinds else kind not in ("", DOCUMENTS)

    # --- look-ups ----------------------------------------------------------------------------------------------------------
    def identified(self, text: str) -> list[KnownName]:
        """Names that are ids or identifiers and are written so; a ROR, Wikidata or DOI address stands for its identifier."""
        return self._identifiers.get(identifier_key(text), [])

    def named(self, text: str) -> list[KnownName]:
        """Names that differ at most in case, accents, spaces, hyphens and punctuation."""
        return self._full.get(full_key(text), [])

    def stemmed(self, stem: Stem) -> list[KnownName]:
        """Names of the same words without legal form and small words, in the same order."""
        return self._stems.get(stem.key, [])

    def is_odd(self, word: str, meant: str, before: Sequence[str], behind: Sequence[str]) -> bool:
        """Whether a folded word is odd where it stands, so that another may be meant.

        No name holds it; or no name holds it beside the words around it here, and it only lacks an "s" or is rare.
        """
        held = len(self._words.get(word, ()))
        if not held:
            return True
        pairs = [(one, word) for one in before] + [(word, one) for one in behind]
        if not pairs or any(pair in self._pairs for pair in pairs):
            return False
        return word + "s" == meant or held * _RARE <= len(self._words.get(meant, ()))

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

    # --- what is known about an entity ----------------------------------------------------------------------------------
    def countries(self, node: int) -> frozenset[int]:
        """The countries, areas and territories in which an entity has its seat, itself where it is one."""
        snapshot = self.snapshot
        if snapshot.kinds[node] == COUNTRY:
            return frozenset({node})
        arcs = snapshot.arcs(node)
        if "located_in" not in snapshot.predicates:
            return frozenset()
        seat = snapshot.predicates.index("located_in")
        mask = (snapshot.predicate[arcs] == seat) & snapshot.forward[arcs]
        return frozenset(snapshot.target[arcs][mask].tolist())

    def is_borderless(self, node: int) -> bool:
        """Whether a body works in all countries by its nature, so that a country says nothing against it."""
        return self.snapshot.subtypes[node] in _BORDERLESS

    def country_named(self, text: str) -> int | None:
        """The one country, area or territory of this name, acronym or code, None where there is not exactly one."""
        nodes = {n.node for n in (*self.named(text), *self.identified(text)) if self.snapshot.kinds[n.node] == COUNTRY}
        return next(iter(nodes)) if len(nodes) == 1 else None

    def identifiers(self, node: int) -> tuple[str, ...]:
        """The registered identifiers of an entity (``ror:…``), in order."""
        return tuple(sorted(self._registered.get(node, ())))

    def one_of_each(self, nodes: Iterable[int]) -> list[int]:
        """Entities without those that are in a register under the number of another; the one with most links stays."""
        by_number: dict[str, int] = {}
        for node in sorted(dict.fromkeys(nodes), key=lambda one: (-self.weight(one), one)):
            numbers = self.identifiers(node) or (f"node {node}",)
            shared = next((by_number[number] for number in numbers if number in by_number), node)
            by_number.update((number, shared) for number in numbers)
        return sorted(set(by_number.values()))

    def neighbours(self, node: int) -> frozenset[int]:
        """The entities that an entity is linked to."""
        return frozenset(self.snapshot.target[self.snapshot.arcs(node)].tolist())

    def weight(self, node: int) -> int:
        """How many links an entity has."""
        arcs = self.snapshot.arcs(node)
        return int(arcs.stop - arcs.start)

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
            if inside and looks_like_acronym(inside):
                pairs.append((stem_of(short).key, one))
        return _grouped(pair for pair in pairs if pair[0])

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
    def _place_words(self) -> frozenset[str]:
        kinds = self.snapshot.kinds
        return frozenset(
            word for one in self.names if kinds[one.node] in (COUNTRY, "region") for word in one.stem.words if len(word) > 3
        )

    @cached_property
    def _registered(self) -> dict[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for given in self.snapshot.literals("identifier"):
            found[given.node].add(given.value)
        return dict(found)

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


_PREFIXES: Final = (
    ("https://ror.org/", "ror:"),
    ("http://www.wikidata.org/entity/", "wikidata:"),
    ("https://www.wikidata.org/wiki/", "wikidata:"),
    ("https://doi.org/", "doi:"),
)


def identifier_key(text: str) -> str:
    """An identifier as it is compared; the address of a register is its prefix.

    >>> identifier_key("https://ror.org/01f80g185")
    'ror:01f80g185'
    """
    text = text.strip()
    for address, prefix in _PREFIXES:
        if text.lower().startswith(address):
            return prefix + text[len(address) :].rstrip("/").lower()
    scheme, colon, rest = text.partition(":")
    return f"{scheme.lower()}:{rest.lower()}" if colon else text


def _grouped(pairs: Iterable[tuple[str, KnownName]]) -> dict[str, list[KnownName]]:
    groups: defaultdict[str, list[KnownName]] = defaultdict(list)
    for key, one in pairs:
        if one not in groups[key]:
            groups[key].append(one)
    return dict(groups)
