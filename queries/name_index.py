"""Every name an entity goes by, indexed once per snapshot: what search and name resolution run on.

The index is built in stages, each when first needed: an exact id needs none of them, an exact name one pass over the texts,
the rest a sort. All look-ups give label numbers; a label is one name of one entity.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final

import numpy as np

from graph.folding import fold, squeeze
from graph.snapshot import Snapshot
from queries.labels import ALIAS, IDENTIFIER, NAME, OWN_ID, SHORTEST_TYPO, Label

_DIFFERENT: Final = "different_from"
_TWO_EDITS_FROM: Final = 8
_ALIKE, _ALIKE_SHORT = 75, 60  # shared letters in per cent (rapidfuzz ratio)
_LAST_STARTER: Final = "\U0010ffff"


class NameIndex:
    """The names of one snapshot. Immutable to its users; safe for threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot: Final = snapshot

    # --- the index, stage by stage ---------------------------------------------------------------------------------------
    @cached_property
    def labels(self) -> Sequence[Label]:
        """All names, each once: ids first, then names, aliases and identifiers, in a fixed order."""
        found: dict[tuple[int, str], Label] = {}
        for node, (id, name) in enumerate(zip(self.snapshot.ids, self.snapshot.names, strict=True)):
            found[node, id] = Label(node, id, OWN_ID)
            found[node, name] = Label(node, name, NAME)
        for id, node in self.snapshot.merged.items():
            found[node, id] = Label(node, id, "id")
        for predicate in (NAME, ALIAS, IDENTIFIER):
            for given in self.snapshot.literals(predicate):
                sort = (given.sort or predicate) if predicate == ALIAS else predicate
                label = Label(given.node, given.value, sort, given.lang, given.first, given.end)
                found.setdefault((given.node, given.value), label)
                if predicate == IDENTIFIER and ":" in given.value:
                    bare = given.value.partition(":")[2]
                    found.setdefault((given.node, bare), Label(given.node, bare, sort))
        return list(found.values())

    @cached_property
    def _exact(self) -> dict[str, list[int]]:
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, label in enumerate(self.labels):
            index[label.text].append(number)
        return dict(index)

    @cached_property
    def _folded(self) -> list[str]:
        return [fold(label.text) for label in self.labels]

    @cached_property
    def _squeezed(self) -> dict[str, list[int]]:
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, folded in enumerate(self._folded):
            index[squeeze(folded)].append(number)
        index.pop("", None)
        return dict(index)

    @cached_property
    def _readable(self) -> dict[str, list[int]]:
        """Squeezed names, codes left out, in order."""
        kept = ((key, [n for n in numbers if not self.labels[n].is_code]) for key, numbers in sorted(self._squeezed.items()))
        return {key: numbers for key, numbers in kept if numbers}

    @cached_property
    def _keys(self) -> list[str]:
        return list(self._readable)

    @cached_property
    def _joined(self) -> tuple[str, list[int]]:
        """All keys as one text, each behind a line break, and where each begins: for one fast search inside all."""
        keys = self._keys
        return "\n" + "\n".join(keys), list(accumulate((len(key) + 1 for key in keys[:-1]), initial=1))

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        """Each word of the readable names, in order, with the labels that hold it."""
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, (label, folded) in enumerate(zip(self.labels, self._folded, strict=True)):
            if not label.is_code:
                for word in dict.fromkeys(folded.split()):
                    index[word].append(number)
        return dict(sorted(index.items()))

    @cached_property
    def _word_list(self) -> list[str]:
        return list(self._words)

    @cached_property
    def _typo_keys(self) -> dict[int, list[str]]:
        """Keys that may be matched with a typo, by length."""
        return _by_length(key for key, numbers in self._readable.items() if not all(self.labels[n].is_acronym for n in numbers))

    @cached_property
    def _typo_words(self) -> dict[int, list[str]]:
        return _by_length(self._word_list)

    # --- look-ups --------------------------------------------------------------------------------------------------------
    def exact(self, text: str) -> list[int]:
        """Labels written exactly so."""
        return self._exact.get(text, [])

    def same(self, text: str) -> list[int]:
        """Labels that differ at most in case, accents, spaces, hyphens and punctuation."""
        return self._squeezed.get(squeeze(fold(text)), [])

    def beginning(self, text: str) -> Iterator[int]:
        """Names (no codes) that begin so, folded."""
        for key in _starting(self._keys, squeeze(fold(text))):
            yield from self._readable[key]

    def holding(self, text: str) -> list[int]:
        """Names in which each word of the text begins some word."""
        return sorted(self._all_of([_starting(self._word_list, word) for word in fold(text).split()]))

    def containing(self, text: str) -> Iterator[int]:
        """Names that hold the text anywhere, folded."""
        wanted = squeeze(fold(text))
        if not wanted:
            return
        joined, starts = self._joined
        place = joined.find(wanted)
        while place >= 0:
            row = bisect_left(starts, place + 1) - 1
            yield from self._readable[self._keys[row]]
            place = joined.find(wanted, starts[row] + len(self._keys[row]))

    def alike(self, text: str, most: int) -> Iterator[int]:
        """Labels of any sort most like a text by the letters they share, best first; a last resort for suggestions."""
        from rapidfuzz import fuzz, process

        wanted = squeeze(fold(text))
        cutoff = _ALIKE_SHORT if len(wanted) < SHORTEST_TYPO else _ALIKE
        for key, _, _ in process.extract(wanted, list(self._squeezed), scorer=fuzz.ratio, score_cutoff=cutoff, limit=most):
            yield from self._squeezed[key]

    def misspelt(self, text: str) -> dict[int, int]:
        """Names that are one or two letters away, as a whole or word by word, with the number of letters.

        Short texts (under four letters), codes and acronyms are never taken for one another. A letter put in, left out,
        changed, or swapped with its neighbour counts one (optimal string alignment distance).
        """
        folded = fold(text)
        wanted = squeeze(folded)
        found: dict[int, int] = {}
        for key, distance in _close(wanted, self._typo_keys, _edits(wanted)):
            for number in self._readable[key]:
                if not self.labels[number].is_acronym:
                    found[number] = distance
        words = folded.split()
        if len(words) > 1 or not found:
            for number, distance in self._misspelt_words(words).items():
                found.setdefault(number, distance)
        return found

    def _misspelt_words(self, words: Sequence[str]) -> dict[int, int]:
        choices: list[list[str]] = []
        distances: dict[str, int] = {}
        for word in words:
            choice = _starting(self._word_list, word)
            if not choice:
                close = list(_close(word, self._typo_words, _edits(word)))
                distances.update({near: max(distance, distances.get(near, 0)) for near, distance in close})
                choice = [near for near, _ in close]
            choices.append(choice)
        found = {}
        for number in self._all_of(choices):
            label = self.labels[number]
            held = [distances[word] for word in set(self._folded[number].split()) if word in distances]
            if held and not label.is_acronym:
                found[number] = min(sum(held), 9)
        return found

    def _all_of(self, choices: Sequence[Sequence[str]]) -> set[int]:
        """Labels that hold at least one word of each choice."""
        if not choices or not all(choices):
            return set()
        sets = [{number for word in choice for number in self._words[word]} for choice in choices]
        return set.intersection(*sorted(sets, key=len))

    def first_label(self, node: int) -> int:
        """The number of the label that is an entity's own name."""
        return self._first_labels[node]

    def rivals(self, number: int) -> list[int]:
        """Entities that an acronym may as well mean: those that a decision keeps apart from its own and whose names end in it.

        "CDC" is a further name of one agency, and others are a CDC too ("Africa CDC"). A name that only begins with the letters
        ("PAHO Strategic Fund") is that of something of the body's, not of a body of these letters.
        """
        label = self.labels[number]
        if not label.is_acronym or label.is_code or label.sort == NAME:
            return []
        return [
            node
            for node in self._apart.get(label.node, ())
            if any(self.labels[other].text.split()[-1:] == [label.text] for other in self._labels_of(node))
        ]

    def _labels_of(self, node: int) -> Iterator[int]:
        return (number for number, label in enumerate(self.labels) if label.node == node and not label.is_code)

    @cached_property
    def _first_labels(self) -> dict[int, int]:
        return {label.node: number for number, label in enumerate(self.labels) if label.sort == NAME}

    def kept_apart(self, node: int) -> tuple[str, ...]:
        """What an entity is easily, and wrongly, taken for, as the graph has recorded it."""
        return self._kept_apart.get(node, ())

    @cached_property
    def _kept_apart(self) -> dict[int, tuple[str, ...]]:
        texts: defaultdict[int, dict[str, None]] = defaultdict(dict)
        for given in self.snapshot.literals("not_to_confuse_with"):
            texts[given.node][given.value] = None
        snapshot = self.snapshot
        for node, others in self._apart.items():
            for other in others:
                texts[node][f"{snapshot.names[other]} ({snapshot.ids[other]})"] = None
        return {node: tuple(values) for node, values in texts.items()}

    @cached_property
    def _apart(self) -> dict[int, tuple[int, ...]]:
        """The entities from which a decision keeps an entity apart."""
        snapshot = self.snapshot
        if _DIFFERENT not in snapshot.predicates:
            return {}
        found: defaultdict[int, dict[int, None]] = defaultdict(dict)
        apart = np.flatnonzero(snapshot.predicate == snapshot.predicates.index(_DIFFERENT))
        nodes = np.searchsorted(snapshot.offsets, apart, side="right") - 1
        for node, other in zip(nodes.tolist(), snapshot.target[apart].tolist(), strict=True):
            found[node][other] = None
        return {node: tuple(others) for node, others in found.items()}


def _starting(ordered: list[str], start: str) -> list[str]:
    """The stretch of a sorted list that begins with a text; empty for an empty text."""
    if not start:
        return []
    return ordered[bisect_left(ordered, start) : bisect_left(ordered, start + _LAST_STARTER)]


def _by_length(texts: Iterable[str]) -> dict[int, list[str]]:
    shelves: defaultdict[int, list[str]] = defaultdict(list)
    for text in texts:
        if len(text) >= SHORTEST_TYPO:
            shelves[len(text)].append(text)
    return dict(shelves)


def _edits(text: str) -> int:
    """How many letters may be wrong in a text of this length."""
    return 0 if len(text) < SHORTEST_TYPO else 1 if len(text) < _TWO_EDITS_FROM else 2


def _close(wanted: str, shelves: dict[int, list[str]], edits: int) -> Iterator[tuple[str, int]]:
    """Texts within so many edits, with the distance; only lengths that can be near are looked at."""
    if not edits:
        return
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract_iter

    for length in range(len(wanted) - edits, len(wanted) + edits + 1):
        for text, distance, _ in extract_iter(wanted, shelves.get(length, ()), scorer=OSA.distance, score_cutoff=edits):
            if distance:
                yield text, int(distance)
