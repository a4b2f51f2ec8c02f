"""Lenses, bases and column axes found by their names: id, label or title, in any case.

``mechanism:ID`` is a lens for any one mechanism, without an entry in ``lenses.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, TypeVar

from graph.errors import UnknownWord
from graph.snapshot import Snapshot
from graph.vocabulary import nearest, vocabulary
from queries.lenses import ENROLLED, Axis, Base, Entry, Lens, enrolment, library

AD_HOC: Final = "mechanism:"


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
    return _named("lens", name, library().lenses)


def base_of(name: str) -> Base:
    """The base with this id, label or title; raises ``UnknownWord``.

    >>> base_of("who ms 194").id
    'who-ms-194'
    """
    return _named("base", name, library().bases)


def axis_of(name: str) -> Axis:
    """The column axis with this id or title; raises ``UnknownWord``."""
    return _named("column axis", name, library().axes, "none", "by")


def _named(sort: str, name: str, among: Mapping[str, _Named], *more: str) -> _Named:
    wanted = " ".join(name.split()).casefold()
    names: dict[str, str] = {}
    for id in among:
        names.update(dict.fromkeys((among[id].title, *among[id].labels, id), id))
    for spelling, id in names.items():
        if spelling.casefold() == wanted:
            return among[id]
    raise UnknownWord(sort, name, nearest(name, [*names, *more]) or [*more, *among][:5])


def _mechanism_lens(given: str, snapshot: Snapshot) -> Lens:
    node = snapshot.number(given)
    if node is None:
        folded = given.casefold()
        named = {literal.node for literal in snapshot.literals("alias") if literal.value.casefold() == folded}
        named |= {number for number, id in enumerate(snapshot.ids) if id.casefold() == folded}
        node = named.pop() if len(named) == 1 else None
    allowed = vocabulary().predicate(ENROLLED).range or frozenset()
    if node is None or snapshot.kinds[node] not in allowed:
        known = [id for id, kind in zip(snapshot.ids, snapshot.kinds, strict=True) if kind in allowed]
        raise UnknownWord("mechanism", given, nearest(given, known))
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
