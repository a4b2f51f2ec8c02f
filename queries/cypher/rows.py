"""What is read of a statement for a question, and the decisions by which some ids stand for others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from graph.merging import representatives
from graph.model import OPEN_END, OPEN_START, EntityId
from graph.neo4j_reading import Row


class Read(NamedTuple):
    """A statement without what only its citation needs: a ``graph.sqlite_rows.SelectedRow`` with names."""

    id: bytes
    subject: EntityId
    predicate: str
    object: EntityId | None
    value: str | None
    first: int
    end: int
    confidence: str
    source: EntityId
    qualifiers: str


READ: Final = len(Read._fields)
SOURCE_OF: Final = Read._fields.index("source")
"""How many columns a row has for it; in which its source is."""


class Merges:
    """Which ids stand for which, at one revision."""

    def __init__(self, decisions: list[Read]) -> None:
        self.decisions: Final = decisions
        self.stands: Final = representatives((one.subject, one.object or "") for one in decisions)
        self._members: dict[EntityId, list[EntityId]] = {}
        for member, survivor in self.stands.items():
            self._members.setdefault(survivor, [survivor]).append(member)

    def members(self, ids: Iterable[EntityId]) -> list[EntityId]:
        """All ids under which these entities are spoken of, each once."""
        found: dict[EntityId, None] = {}
        for id in ids:
            survivor = self.stands.get(id, id)
            found.update(dict.fromkeys(self._members.get(survivor, (survivor,))))
        return list(found)


def read_of(row: Row) -> Read:
    return Read(bytes.fromhex(row[0]), *row[1:])


def whole(link: Read, valid_from: str, valid_to: str, locator: str, url: str, quotation: str, release: str) -> Row:
    """The row of the store for a link and what is cited of it."""
    said = [link.id.hex(), link.subject, link.predicate, link.object, link.value, valid_from, valid_to]
    return [*said, link.source, locator, url, quotation, link.confidence, release, link.qualifiers]


def kind_of(number: int, id: EntityId, kind: str) -> Read:
    """What an entity shows of its kind, as a statement of no source; nothing is cited for it."""
    return Read(b"\xff" * 8 + number.to_bytes(8, "big"), id, "kind", None, kind, OPEN_START, OPEN_END, "high", "", "")
