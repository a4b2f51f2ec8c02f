"""Which entities a text may mean, best first, and which one it means: names put in order and resolved.

Best first: the id as written; the name as written; an alias, acronym or code as written; any of these in another case or
without its accents and hyphens; a name that begins so; a name that holds every word. Only where none of these fits: a name
that holds the text inside a word, then one that is a letter or two away.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from graph.errors import AmbiguousName, Candidate, UnknownEntity
from graph.folding import fold, is_ideographic, squeeze
from graph.model import EntityId
from graph.snapshot import Snapshot
from queries.labels import NAME, OWN_ID, SOURCE, Label, checked, described
from queries.name_index import NameIndex

_KEPT: Final = 4
_SHORTEST_PART: Final = 3

# Score of each way to match: the upper end and how far it may fall within (by how much of the name was typed). The stretches
# do not overlap, so the way always outweighs the rest.
_ID, _NAME, _ALIAS, _FOLDED = (1.0, 0.0), (0.97, 0.0), (0.94, 0.0), (0.91, 0.02)
_BEGINS, _WORDS, _PART, _TYPO = (0.85, 0.14), (0.70, 0.14), (0.55, 0.14), (0.40, 0.14)
_SOURCES: Final = 0.25  # a document that fits in part comes after everything else that fits in part


@dataclass(frozen=True, slots=True)
class Found:
    """How a text fits an entity: the number of the label that matched, the score, and why, in words."""

    label: int
    score: float
    why: str


class Names(NameIndex):
    """The names of one snapshot, and which entity a name means."""

    def ranked(self, text: str, limit: int, kinds: frozenset[str] = frozenset()) -> dict[int, Found]:
        """The entities (node numbers) that a text may mean, best first; one beyond the limit tells that there are more.

        Documents (kind ``source``) come after everything else unless they fit in full. An empty text finds nothing.
        """
        return _Ranking(self, text, kinds, limit).run() if text else {}

    def resolve(self, text: str, kinds: Collection[str] = ()) -> EntityId:
        """The one entity that a text names; with ``kinds``, the one of these kinds.

        In this order: an id as it is written; a name, alias, acronym or code written exactly so; one that differs only in
        case, accents, spaces and punctuation. Documents (kind ``source``) stand back where anything else fits. Raises
        ``AmbiguousName`` where several fit at the first step that fits any, or where an acronym fits one that a decision keeps
        apart from others of these letters; ``UnknownEntity`` with the nearest names where none fits, ``InputError`` for a text
        of more than 500 characters.
        """
        given, snapshot = checked(text), self.snapshot
        if (node := snapshot.number(given)) is not None and (not kinds or snapshot.kinds[node] in kinds):
            return snapshot.ids[node]
        for find in (self.exact, self.same):
            fitting = {self.labels[number].node: number for number in reversed(find(given))}
            fitting = {node: number for node, number in fitting.items() if not kinds or snapshot.kinds[node] in kinds}
            fitting = {node: number for node, number in fitting.items() if snapshot.kinds[node] != SOURCE} or fitting
            if len(fitting) == 1:
                ((node, number),) = fitting.items()
                for rival in self.rivals(number):
                    if not kinds or snapshot.kinds[rival] in kinds:
                        fitting.setdefault(rival, self.first_label(rival))
                if len(fitting) == 1:
                    return snapshot.ids[node]
            if fitting:
                ordered = sorted(fitting.items(), key=lambda pair: (not self.kept_apart(pair[0]), pair[0]))
                raise AmbiguousName(given, [self._candidate(number) for _, number in ordered])
        raise UnknownEntity(given, self.nearest(given, kinds=kinds))

    def nearest(self, text: str, most: int = 5, kinds: Collection[str] = ()) -> list[Candidate]:
        """Entities (of these kinds) whose names come closest to a text that fits none, best first."""
        found = self.ranked(text, most, frozenset(kinds))
        close = {node: one.label for node, one in found.items() if self.snapshot.kinds[node] != SOURCE}
        for number in self.alike(text, 4 * most) if len(close) < most else ():
            kind = self.snapshot.kinds[self.labels[number].node]
            if kind != SOURCE and (not kinds or kind in kinds):
                close.setdefault(self.labels[number].node, number)
        return [self._candidate(number) for number in list(close.values())[:most]]

    def _candidate(self, number: int) -> Candidate:
        label, snapshot = self.labels[number], self.snapshot
        return Candidate(snapshot.ids[label.node], snapshot.names[label.node], snapshot.kinds[label.node], described(label))


_held: OrderedDict[Snapshot, Names] = OrderedDict()
_lock = threading.Lock()


def names_of(snapshot: Snapshot) -> Names:
    """The names of a snapshot; the index is made once, and kept for the few snapshots that were asked last."""
    with _lock:
        names = _held.setdefault(snapshot, Names(snapshot))
        _held.move_to_end(snapshot)
        while len(_held) > _KEPT:
            _held.popitem(last=False)
        return names


class _Ranking:
    """One run: goes from the surest way to match to the loosest and stops as soon as there are enough hits."""

    def __init__(self, names: Names, text: str, kinds: frozenset[str], limit: int) -> None:
        self._names, self._text, self._kinds, self._limit = names, text, kinds, limit
        self._length = len(squeeze(fold(text)))
        self._found: dict[int, Found] = {}

    def run(self) -> dict[int, Found]:
        """Found entities (node numbers), best first; at most one more than the limit asks for is certain to be there."""
        for way in (self._by_id, self._by_name, self._by_alias, self._by_folded):
            self._take(way(), None)
        for sources in (False, True) if not self._kinds or SOURCE in self._kinds else (False,):
            for partly in (self._by_start, self._by_words):
                if len(self._found) <= self._limit:
                    self._take(partly(), sources)
            if not self._found or is_ideographic(self._text):
                self._take(self._by_part(), sources)
            if not self._found:
                self._take(self._by_typo(), sources)
        return self._found

    def _take(self, offered: Iterable[Found], sources: bool | None) -> None:
        """Add what one way found, in order of score, then length of name, then id; ``sources`` None takes any kind.

        Of whole matches (``sources`` None) of one score those come first that a decision keeps apart from others: whoever
        decided had this entity in mind when the name was written.
        """
        labels, kinds = self._names.labels, self._names.snapshot.kinds
        best: dict[int, tuple[float, int, Found]] = {}
        for one in offered:
            label = labels[one.label]
            node, kind = label.node, kinds[label.node]
            if node in self._found or (self._kinds and kind not in self._kinds):
                continue
            if sources is not None and (kind == SOURCE) != sources:
                continue
            if sources:
                one = Found(one.label, one.score * _SOURCES, one.why)
            rank = (-one.score, one.label)
            if node not in best or rank < best[node][:2]:
                best[node] = (*rank, one)
        snapshot = self._names.snapshot

        def rank_of(node: int) -> tuple[float, bool, int, int]:
            decided = sources is None and bool(self._names.kept_apart(node))
            return best[node][0], not decided, len(snapshot.names[node]), node

        for node in sorted(best, key=rank_of):
            self._found[node] = best[node][2]

    # --- the ways ----------------------------------------------------------------------------------------------------------
    def _by_id(self) -> Iterator[Found]:
        for number in self._names.exact(self._text):
            if self._label(number).sort == OWN_ID:
                yield Found(number, _ID[0], "its id")

    def _by_name(self) -> Iterator[Found]:
        for number in self._names.exact(self._text):
            if self._label(number).sort == NAME:
                yield Found(number, _NAME[0], described(self._label(number)))

    def _by_alias(self) -> Iterator[Found]:
        for number in self._names.exact(self._text):
            yield Found(number, _ALIAS[0], described(self._label(number)))

    def _by_folded(self) -> Iterator[Found]:
        for number in self._names.same(self._text):
            label = self._label(number)
            fall = 0.0 if label.sort == NAME else _FOLDED[1] / 2 if not label.is_code else _FOLDED[1]
            differs = "but for case, accents, spelling, spaces or punctuation"
            yield Found(number, _FOLDED[0] - fall, f"{described(label)}, {differs}")

    def _by_start(self) -> Iterator[Found]:
        for number in self._names.beginning(self._text):
            yield self._partly(number, _BEGINS, "{} begins so")

    def _by_words(self) -> Iterator[Found]:
        for number in self._names.holding(self._text):
            yield self._partly(number, _WORDS, "{} has every word")

    def _by_part(self) -> Iterator[Found]:
        if self._length >= _SHORTEST_PART or is_ideographic(self._text):
            for number in self._names.containing(self._text):
                yield self._partly(number, _PART, "{} contains it")

    def _by_typo(self) -> Iterator[Found]:
        for number, distance in self._names.misspelt(self._text).items():
            letters = "1 letter" if distance == 1 else f"{distance} letters"
            found = self._partly(number, _TYPO, f"{{}} differs by {letters}")
            yield Found(number, found.score - 0.01 * distance, found.why)

    def _partly(self, number: int, way: tuple[float, float], why: str) -> Found:
        """A match of a part: the more of the name was typed, the higher within its stretch."""
        label = self._label(number)
        share = min(1.0, self._length / max(1, len(label.text)))
        return Found(number, way[0] - way[1] * (1 - share), why.format(described(label)))

    def _label(self, number: int) -> Label:
        return self._names.labels[number]
