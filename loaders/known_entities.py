"""What a graph knows about its entities that tells them apart: seats, registered identifiers, states in a register, links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from graph.snapshot import Snapshot

COUNTRY: Final = "country"
_BORDERLESS: Final = frozenset((
    "un_agency", "un_unit", "who_department", "who_unit", "who_regional_office", "regional_body",
    "international_organisation",
))  # fmt: skip


class KnownEntities:
    """The entities of one snapshot, by node number."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot: Final = snapshot

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

    def status(self, node: int) -> str:
        """``inactive`` or ``withdrawn`` where a register says so of an entity, else ``""``."""
        return self._statuses.get(node, "")

    def successors(self, node: int) -> tuple[int, ...]:
        """The entities that took an entity's place, in order of their ids."""
        snapshot = self.snapshot
        if "succeeds" not in snapshot.predicates:
            return ()
        arcs = snapshot.arcs(node)
        after = (snapshot.predicate[arcs] == snapshot.predicates.index("succeeds")) & ~snapshot.forward[arcs]
        return tuple(dict.fromkeys(snapshot.target[arcs][after].tolist()))

    def is_borderless(self, node: int) -> bool:
        """Whether a body works in all countries by its nature, so that a country says nothing against it."""
        return self.snapshot.subtypes[node] in _BORDERLESS

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

    def wholes(self, node: int) -> frozenset[int]:
        """The entities that an entity is a part of."""
        snapshot = self.snapshot
        if "part_of" not in snapshot.predicates:
            return frozenset()
        arcs = snapshot.arcs(node)
        mask = (snapshot.predicate[arcs] == snapshot.predicates.index("part_of")) & snapshot.forward[arcs]
        return frozenset(snapshot.target[arcs][mask].tolist())

    def weight(self, node: int) -> int:
        """How many links an entity has."""
        arcs = self.snapshot.arcs(node)
        return int(arcs.stop - arcs.start)

    @cached_property
    def _statuses(self) -> dict[int, str]:
        return {given.node: given.value for given in self.snapshot.literals("register_status")}

    @cached_property
    def _registered(self) -> dict[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for given in self.snapshot.literals("identifier"):
            found[given.node].add(given.value)
        return dict(found)
