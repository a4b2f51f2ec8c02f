"""The port: what every store can do, and nothing else.

``replace`` is the only write. Reads are answered for an ``AsOf``: both clocks. A statement that two loaded sources assert
is one statement; it is known for as long as at least one of them says it. Each read sees the store as it was at the call,
however slowly it is read, and may be read from any thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from graph.model import AsOf, EntityId, SourceId, Statement


@dataclass(frozen=True, slots=True)
class Change:
    """One ``replace`` that changed something: its revision (1, 2, ...), the loaded source, when, and how much.

    ``added``, ``withdrawn`` and ``unchanged`` count the statements of that source. A ``replace`` that changes nothing makes
    no revision: it returns the current one with ``added == withdrawn == 0``.
    """

    revision: int
    source: SourceId
    at: datetime
    added: int
    withdrawn: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Delta:
    """One statement of one change: ``added`` tells whether the source began or ceased to say it."""

    revision: int
    added: bool
    statement: Statement


@dataclass(frozen=True, slots=True)
class Recorded:
    """A statement with its known time: half-open ``[known_from, known_to)``, and the loaded source that asserted it."""

    statement: Statement
    known_from: datetime
    known_to: datetime | None
    origin: SourceId


@runtime_checkable
class Store(Protocol):
    """Where statements are kept. Every method may raise ``StoreError``."""

    def replace(self, source: SourceId, statements: Iterable[Statement], at: datetime, after: int | None = None) -> Change:
        """From ``at`` on, this source says exactly these statements.

        One transaction: all or nothing, also when the iterable raises. Idempotent; an unchanged load returns the current
        revision and ``at`` as given. Streams its input (memory does not grow with it); the iterable may read this store. A
        statement given twice counts once, the first time. What the source no longer says gets its known time closed;
        nothing is deleted. A statement keeps the release it was first given with.

        ``at`` is an aware moment, else ``BadDate``. Known time never runs backwards: a change is noted at ``at``, or one
        microsecond after the newest change where ``at`` is not later than it; ``Change.at`` says which. ``at`` more than a
        second before this source's own last change, and an empty source name, are an ``InputError``, before anything is read.

        ``after``: the revision of this source's last change as the caller knows it, 0 where it has none. Where it is another
        one, ``Overtaken`` is raised and nothing is written: two writers that add to what they have read lose nothing.
        """
        ...

    def about(self, subject: EntityId, when: AsOf) -> Iterator[Statement]:
        """Statements with this subject, ordered by predicate, then id."""
        ...

    def links(self, target: EntityId, when: AsOf) -> Iterator[Statement]:
        """Statements whose object is this entity, ordered by predicate, then id."""
        ...

    def scan(self, predicate: str | None, when: AsOf) -> Iterator[Statement]:
        """All statements (of one predicate), ordered by id, streamed."""
        ...

    def statements(self, ids: Sequence[str]) -> dict[str, Statement]:
        """The statements with these ids, whenever known; ids that were never known are left out."""
        ...

    def records(self, predicate: str | None, when: AsOf, ever: bool = False) -> Iterator[Recorded]:
        """As ``scan`` with known times, one entry a statement, asserting source and known period.

        ``ever=True`` ignores ``when.known`` and gives closed ones too. Ordered by statement id, source, known_from.
        """
        ...

    def changes(self, since: int) -> Iterator[Change]:
        """The changes with a revision greater than ``since``, oldest first."""
        ...

    def delta(self, since: int) -> Iterator[Delta]:
        """The statements that became known or ceased to be known (by any source) after revision ``since``.

        One entry per source and statement, ordered by revision, then id: count sources before dropping a statement.
        """
        ...

    def revision(self) -> int:
        """The number of the newest change, 0 for an empty store."""
        ...

    def revision_at(self, known: datetime) -> int:
        """The newest revision whose time is not after ``known``; 0 before the first."""
        ...

    def identity(self) -> str:
        """32 hexadecimal digits that no other store has: tells a store that was made anew from the one before it."""
        ...

    def close(self) -> None:
        """Let go of files and connections. Idempotent; any later call raises ``StoreError``."""
        ...
