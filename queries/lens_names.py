"""Lenses, bases and column axes found by their names: id, label or title, in any case.

``mechanism:ID`` is a lens for any one mechanism, without an entry in ``lenses.yaml``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Protocol, TypeVar

from graph.errors import InputError, UnknownWord
from graph.snapshot import Snapshot
from graph.vocabulary import nearest, vocabulary
from queries.cells import and_list
from queries.lenses import ENROLLED, Axis, Base, Entry, Lens, enrolment, library

AD_HOC: Final = "mechanism:"
_HINTS: Final = 5
_LONG_WORD: Final = 4
"""Letters from which on a word tells something."""


class _Titled(Protocol):
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def title(self) -> str: ...


_Named = TypeVar("_Named", bound=_Titled)


def list_lenses() -> tuple[Lens, ...]:
    """Every lens of the file; ``mechanism:ID`` makes further ones.

    >>> [lens.id for lens in list_lenses()][0]
    'four-convened-entities'
    """
    return tuple(library().lenses.values())


def list_bases() -> tuple[Base, ...]:
    """Every base of the file."""
    return tuple(library().bases.values())


def list_axes() -> tuple[Axis, ...]:
    """Every axis that cells can be split by, besides ``none`` and ``by`` (the lens's own lists)."""
    return tuple(library().axes.values())


def lens_of(name: str, snapshot: Snapshot) -> Lens:
    """The lens with this id, label or title, or made for one mechanism (``mechanism:appm``); raises ``UnknownWord``."""
    if name.strip().casefold().startswith(AD_HOC):
        return _mechanism_lens(name.strip()[len(AD_HOC) :].strip(), snapshot)
    known = library().lenses
    found = _find(name, known)
    if found is not None:
        return found
    node = _mechanism(name, snapshot)
    raise UnknownWord("lens", name, [f"{AD_HOC}{snapshot.ids[node]}"] if node is not None else _hints(name, known))


def base_of(name: str) -> Base:
    """The base with this id, label or title; raises ``UnknownWord``.

    >>> base_of("who ms 194").id
    'who-ms-194'
    """
    return _named("base", name, library().bases)


def fitting_base(lens: Lens, name: str | None) -> Base:
    """The base with this name, or the lens's own; raises ``InputError`` where the lens does not ask about its rows."""
    base = base_of(name if name is not None else lens.base)
    if not base.kinds <= lens.rows:
        fitting = [other.id for other in list_bases() if other.kinds <= lens.rows]
        raise InputError(
            f"The lens {lens.id!r} asks about {_plural(lens.rows)}; the base {base.id!r} lists {_plural(base.kinds)}. "
            f"Take one of these bases: {', '.join(fitting)}."
        )
    return base


def _plural(kinds: Iterable[str]) -> str:
    return and_list([vocabulary().kind(kind).plural for kind in sorted(kinds)])


def axis_of(name: str) -> Axis:
    """The column axis with this id or title; raises ``UnknownWord``."""
    return _named("column axis", name, library().axes, "none", "by")


def _named(sort: str, name: str, among: Mapping[str, _Named], *more: str) -> _Named:
    found = _find(name, among)
    if found is None:
        raise UnknownWord(sort, name, _hints(name, among, *more))
    return found


def _find(name: str, among: Mapping[str, _Named]) -> _Named | None:
    """The entry that has this name, in any case."""
    wanted = " ".join(name.split()).casefold()
    for spelling, id in _names(among).items():
        if spelling.casefold() == wanted:
            return among[id]
    return None


def _names(among: Mapping[str, _Titled]) -> dict[str, str]:
    """Every name to its id; where two share a spelling an id goes first."""
    names: dict[str, str] = {}
    for id in among:
        names.update(dict.fromkeys((among[id].title, *among[id].labels, id), id))
    return names


def _hints(name: str, among: Mapping[str, _Titled], *more: str) -> list[str]:
    """What may have been meant: close spellings; else labels of the same series, names that share a word, or the first ones.

    >>> _hints("D99", library().lenses)
    ['D1', 'D1b', 'D1c', 'D2', 'D3']
    >>> _hints("pooled buying now", library().lenses)
    ['buying-now', 'buying-now-large']
    """
    names = _names(among)
    close = nearest(name, [*names, *more])
    if close:
        return close
    series = re.match(r"[a-z]+(?=\d)", name.strip().casefold())
    if series:
        same = [label for one in among.values() for label in one.labels if re.match(rf"{series[0]}\d", label.casefold())]
        if same:
            return same[:_HINTS]
    return _sharing(name, names) or [*more, *among][:_HINTS]


def _sharing(name: str, names: Mapping[str, str], least: int = 1) -> list[str]:
    """The ids with a name that shares at least so many words with a text, those that share most first."""
    words = {word for word in re.findall(r"\w+", name.casefold()) if len(word) >= _LONG_WORD}
    shared = Counter[str]()
    for spelling, id in names.items():
        shared[id] = max(shared[id], len(words.intersection(re.findall(r"\w+", spelling.casefold()))))
    return [id for id, count in shared.most_common(_HINTS) if count >= least]


def _mechanism(given: str, snapshot: Snapshot) -> int | None:
    """The mechanism (or other entity that can be enrolled in) with this id, name or alias, where there is just one."""
    allowed = vocabulary().predicate(ENROLLED).range or frozenset()
    node = snapshot.number(given)
    if node is None:
        folded = " ".join(given.split()).casefold()
        named = {
            literal.node
            for word in ("name", "alias")
            for literal in snapshot.literals(word)
            if literal.value.casefold() == folded
        }
        named |= {number for number, id in enumerate(snapshot.ids) if id.casefold() == folded}
        named = {number for number in named if snapshot.kinds[number] in allowed}
        node = named.pop() if len(named) == 1 else None
    return node if node is not None and snapshot.kinds[node] in allowed else None


def _mechanism_hints(given: str, snapshot: Snapshot) -> list[str]:
    """Ids of what can be enrolled in: close to a text by id or name, else sharing a word, else those that lenses name."""
    allowed = vocabulary().predicate(ENROLLED).range or frozenset()
    names = {id: id for id, kind in zip(snapshot.ids, snapshot.kinds, strict=True) if kind in allowed}
    names |= {snapshot.names[node]: id for id in list(names) if (node := snapshot.number(id)) is not None}
    close = _sharing(given, names, 2) or [names[spelling] for spelling in nearest(given, names)] or _sharing(given, names)
    usual = (entry.id for lens in library().lenses.values() for entry in lens.entries)
    return list(dict.fromkeys(close or [id for id in usual if id in names]))[:_HINTS]


def _mechanism_lens(given: str, snapshot: Snapshot) -> Lens:
    node = _mechanism(given, snapshot)
    if node is None:
        raise UnknownWord("mechanism", given, _mechanism_hints(given, snapshot))
    id, name = snapshot.ids[node], snapshot.names[node]
    statuses = [status.name for status in vocabulary().statuses.values() if status.counts]
    return Lens(
        id=f"{AD_HOC}{id}",
        labels=(),
        title=name,
        definition=f"Enrolled in {name} in any status that may count.",
        rows=frozenset({"country"}),
        base="iso-249",
        entries=(Entry(id, name, (enrolment(id, statuses),), 0),),
    )
