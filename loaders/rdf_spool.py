"""The triples of one file by their subject: RDF has no order, so they are laid aside on disk and read back subject by subject.

Memory does not grow with the file. Blank nodes get a name from what they say, the same in every reading.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import pyoxigraph as ox

Sort = Literal["address", "blank", "text"]
_SORTS: Final[tuple[Sort, ...]] = ("address", "blank", "text")
BLANK: Final = "_:"
_BATCH: Final = 5_000
_MOST_LEVELS: Final = 60
_TABLES: Final = """
CREATE TABLE triple (subject TEXT, term TEXT, sort INT, end TEXT, language TEXT, type TEXT, graph TEXT, number INT);
CREATE TABLE said (key INTEGER PRIMARY KEY);
"""
_ORDERED: Final = """
CREATE INDEX by_subject ON triple (subject, term, sort, end, language, type, graph, number);
CREATE INDEX by_term ON triple (term, subject);
CREATE TABLE subject (name TEXT PRIMARY KEY, done INT DEFAULT 0) WITHOUT ROWID;
INSERT INTO subject (name) SELECT DISTINCT subject FROM triple;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One triple: its number in the file, its term in full, what its other end is, and the graph it stands in (``""``: none).

    ``end`` is an address, a text, or the label of a blank node with ``_:`` before it.
    """

    number: int
    subject: str
    term: str
    sort: Sort
    end: str
    language: str
    type: str
    graph: str


class Spool:
    """Lies in a folder that the caller removes. First ``add`` all, then ``close_writing``, then read."""

    def __init__(self, folder: Path) -> None:
        self._lines = sqlite3.connect(folder / "triples.sqlite", isolation_level=None, check_same_thread=False)
        self._lines.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-64000;")
        self._lines.executescript(_TABLES)
        self._lines.execute("BEGIN")
        self._waiting: list[tuple[str, str, int, str, str, str, str, int]] = []
        self.characters = 0
        """How much is laid aside."""
        self._digests: dict[str, str | None] = {}

    def add(self, number: int, quad: ox.Quad, term: str) -> None:
        """Lay one aside; ``term`` is its predicate in the namespace we know it under."""
        sort, end, language, kind = _end(quad.object)
        graph = "" if type(quad.graph_name).__name__ == "DefaultGraph" else name_of(quad.graph_name)
        subject = name_of(quad.subject)
        self._waiting.append((subject, term, sort, end, language, kind, graph, number))
        self.characters += len(subject) + len(term) + len(end) + len(kind) + len(graph)
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._lines.executemany("INSERT INTO triple VALUES (?,?,?,?,?,?,?,?)", self._waiting)
        self._waiting.clear()

    def close_writing(self) -> None:
        """All are there: put them in order."""
        self._flush()
        self._lines.executescript(f"{_ORDERED} BEGIN;")

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()

    # --- reading ---------------------------------------------------------------------------------------------------------
    def rows(self, subject: str) -> list[Row]:
        """What is said of a subject, in an order that does not depend on the file's."""
        found = self._lines.execute(
            "SELECT number, subject, term, sort, end, language, type, graph FROM triple WHERE subject = ?"
            " ORDER BY term, sort, end, language, type, graph, number",
            (subject,),
        )
        return [Row(n, s, term, _SORTS[sort], *rest) for n, s, term, sort, *rest in found]

    def having(self, terms: Sequence[str]) -> Iterator[str]:
        """The subjects of which one of these terms is said, in order."""
        marks = ",".join("?" * len(terms))
        asked = self._lines.execute(f"SELECT DISTINCT subject FROM triple WHERE term IN ({marks}) ORDER BY subject", [*terms])  # noqa: S608
        for (subject,) in asked:
            yield subject

    def ends(self, term: str) -> Iterator[tuple[str, str, str]]:
        """Subject, sort and other end of every triple with a term, in order."""
        asked = self._lines.execute("SELECT subject, sort, end FROM triple WHERE term = ? ORDER BY subject, end", (term,))
        for subject, sort, end in asked:
            yield subject, _SORTS[sort], end

    def undone(self) -> Iterator[str]:
        """The subjects that nobody has taken, in order; they may be taken meanwhile."""
        last = ""
        while found := self._lines.execute(
            "SELECT name FROM subject WHERE done = 0 AND name > ? ORDER BY name LIMIT 1000", (last,)
        ).fetchall():
            yield from (name for (name,) in found)
            last = found[-1][0]

    def take(self, subject: str) -> bool:
        """Mark a subject as told; whether it was not before."""
        return bool(self._lines.execute("UPDATE subject SET done = 1 WHERE name = ? AND done = 0", (subject,)).rowcount)

    def note_said(self, *parts: str) -> None:
        """Remember that a statement node says this."""
        self._lines.execute("INSERT OR IGNORE INTO said VALUES (?)", (_key(parts),))

    def is_said(self, *parts: str) -> bool:
        """Whether a statement node says this."""
        return self._lines.execute("SELECT 1 FROM said WHERE key = ?", (_key(parts),)).fetchone() is not None

    def digest(self, blank: str, level: int = 0) -> str | None:
        """A name for a blank node, made of what it says and what hangs on it; None where that leads back to itself."""
        if blank in self._digests:
            return self._digests[blank]
        if level > _MOST_LEVELS:
            return None
        self._digests[blank] = None  # met again below: a ring
        told = hashlib.blake2b(digest_size=8)
        for row in self.rows(blank):
            end: str | None = row.end
            if row.sort == "blank":
                end = self.digest(row.end, level + 1)
                if end is None:
                    return None
            told.update("\x1f".join((row.term, row.sort, end or "", row.language, row.type, "\x1e")).encode())
        self._digests[blank] = told.hexdigest()
        return self._digests[blank]


def name_of(node: object) -> str:
    """The address of a node, or the label of a blank one with ``_:`` before it."""
    value: str = getattr(node, "value", "")
    return BLANK + value if type(node).__name__ == "BlankNode" else value


def _end(end: object) -> tuple[int, str, str, str]:
    kind = type(end).__name__
    if kind == "Literal":
        return 2, end.value, (end.language or "").lower(), end.datatype.value  # type: ignore[attr-defined]
    return (1 if kind == "BlankNode" else 0), name_of(end), "", ""


def _key(parts: Sequence[str]) -> int:
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), "big", signed=True)
