"""What all loaders of published registers share: one file, one transaction, one ledger.

A reader turns a file into parts (rows and what they state). Here they are counted, written, or refused as a whole: a file that
cannot be read to its end leaves no trace. A row that is wrong in itself is rejected with its reason; the others are loaded.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from graph.errors import InputError, RefusedFile
from graph.model import ANY_TIME, EntityId, Statement
from graph.store import Change, Store
from loaders.joining import Joining
from loaders.ledger import Example, FileLedger, Finding, Findings, Reason, Report, gather
from loaders.naming import tidy
from loaders.regular import what_is_wrong
from loaders.sayings import BadValue, Part
from loaders.shown_changes import ShownChanges

Progress = Callable[[str, int, int | None], None]
MOST_BYTES: Final = 4_000_000_000
_TICK: Final = 500
_CHUNK: Final = 1 << 20
_EDITION = re.compile(r"(?:^|[-_.])(v\d+(?:\.\d+)*|\d{4}-\d{2}-\d{2})(?=[-_.]|$)")


@dataclass(slots=True)
class Book:
    """What became of the rows of one file, while it is read."""

    file: str
    read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)
    notes: Findings = field(default_factory=Findings)
    waiting: int = 0
    """Rows that were ignored because a name in them waits for review: the file is worth keeping for its proposals alone."""

    def reject(self, row: int, error: BadValue) -> None:
        """Leave a row out because something in it is wrong."""
        self.read += 1
        self.rejected[error.reason] += 1
        self.findings.add(Finding(self.file, row, error.column, error.value, error.reason, error.nearest[:5]))

    def ignore(self, reason: str) -> None:
        """Leave a row out because there is nothing to load in it."""
        self.read += 1
        self.ignored[reason] += 1

    def note(self, row: int, column: str, value: str, what: str) -> None:
        """Something that a person should look at; the row is loaded."""
        self.notes.add(Finding(self.file, row, column, value, what))


@dataclass(frozen=True, slots=True)
class Known:
    """What the graph holds besides the file: the kind of every entity, which entity has a registered identifier, and who is
    meant by a name."""

    kinds: dict[EntityId, str]
    identified: dict[str, EntityId]
    joining: Joining

    def needs(self, entity: EntityId) -> None:
        """Raise ``RefusedFile`` where an entity that all rows lean on is not in the graph."""
        if entity not in self.kinds:
            raise RefusedFile(
                f"the graph holds no entity {entity!r}, to which the rows are tied. Load the curated graph first."
            )


class Reader(Protocol):
    """How one format is read. ``feed`` names the register; ``parts`` raises ``RefusedFile`` where the file cannot be read."""

    feed: str

    def parts(self, path: Path, book: Book, known: Known) -> Iterator[Part]:
        """Read a file once, or twice; every row ends in a part, in ``book.reject`` or in ``book.ignore``."""
        ...


def edition_of(path: Path) -> str:
    """The edition that a file name tells, e.g. ``v1.45-2024-04-11``, else the file name.

    >>> edition_of(Path("v1.45-2024-04-11-ror-data.json"))
    'v1.45-2024-04-11'
    """
    found = _EDITION.findall(path.stem)
    return "-".join(found) if found else path.name


def source_name(feed: str, path: Path) -> str:
    """Under which name the store keeps a file: the same for every edition of it, so that a new one replaces the old.

    >>> source_name("ror", Path("v1.45-2024-04-11-ror-data.json"))
    'ror/ror-data'
    """
    stem = path.stem
    while (cut := _EDITION.sub("", stem)) != stem:
        stem = cut
    return f"{feed}/{tidy(stem.strip('-_.')).replace(' ', '-') or 'file'}"


# --- a load ------------------------------------------------------------------------------------------------------------------
def load_files(
    store: Store,
    files: Sequence[Path],
    at: datetime,
    reader: Reader,
    progress: Progress | None = None,
    dry_run: bool = False,
    names: Sequence[str] | None = None,
) -> Report:
    """Load the files of one register, each in one transaction; the contract of every ``load`` of a register.

    ``names``: under which names the store keeps them, where that is not told by the names of the files.
    What is wrong with a file is in the report and does not raise. Raises ``InputError`` where ``at`` has no time zone or lies
    before the last load of a file, or a path is no file; ``StoreError`` where the store fails.
    """
    if at.tzinfo is None:
        raise InputError("The known time of a load needs a time zone.")
    for path in files:
        if wrong := what_is_wrong(path):
            raise InputError(f"{str(path)!r}: {wrong}.")
    names = list(names) if names is not None else [source_name(reader.feed, path) for path in files]
    ledgers, books, moment = [], [], at
    for path, name in zip(files, names, strict=True):
        one = _OneFile(store, path, name, at, reader, progress, dry_run)
        twice = names.count(name) > 1
        ledgers.append(
            one.refuse(f"another file of this load would be kept as {name!r} too; load one of them.") if twice else one.run()
        )
        books.append(one.book)
        moment = max(moment, one.known_at)
    findings, more = gather([book.findings for book in books])
    notes, more_notes = gather([book.notes for book in books])
    return Report(
        tuple(ledgers), findings, more, store.revision(), moment, dry_run, notes=notes, more_notes=more_notes
    )  # fmt: skip


class _OneFile:
    """One file on its way into the store."""

    def __init__(
        self, store: Store, path: Path, name: str, at: datetime, reader: Reader, progress: Progress | None, dry_run: bool
    ) -> None:
        self._store, self._path, self._name, self._at = store, path, name, at
        self._reader, self._progress, self._dry_run = reader, progress, dry_run
        self.book = Book(path.name)
        self.known_at = at
        self._loaded = self._unchanged = 0
        self._before = np.empty(0, np.uint64)
        self._examples: tuple[Example, ...] = ()

    def run(self) -> FileLedger:
        """Load it, or refuse it."""
        try:
            if self._path.stat().st_size > MOST_BYTES:
                return self.refuse(f"the file has more than {MOST_BYTES:,} bytes. Split it.")
            self._before = self._said_before()
            change = self._tried() if self._dry_run else self._store.replace(self._name, self._stream(), self._at)
        except (RefusedFile, OSError, RecursionError, UnicodeError) as error:
            return self.refuse(str(error) or type(error).__name__)
        self.known_at = max(self.known_at, change.at)
        return self._ledger(change)

    def refuse(self, reason: str) -> FileLedger:
        """The ledger of a file of which nothing was loaded."""
        book = self.book
        book.findings.count += 1
        book.findings.kept.insert(0, Finding(book.file, 0, "", "", reason))  # shown, however many rows have findings
        own = sum(book.rejected.values())
        book.rejected["in a file that is refused"] += book.read - own - sum(book.ignored.values())
        self._loaded = self._unchanged = 0
        return self._ledger(Change(0, self._name, self._at, 0, 0, 0), True)

    def _ledger(self, change: Change, refused: bool = False) -> FileLedger:
        book = self.book
        reasons = [Reason("rejected", *pair) for pair in sorted(book.rejected.items()) if pair[1]]
        reasons += [Reason("ignored", *pair) for pair in sorted(book.ignored.items())]
        return FileLedger(
            file=book.file,
            source=self._name,
            layout=self._reader.feed,
            read=book.read,
            loaded=self._loaded,
            unchanged=self._unchanged,
            rejected=sum(book.rejected.values()),
            ignored=sum(book.ignored.values()),
            reasons=tuple(reasons),
            added=change.added,
            withdrawn=change.withdrawn,
            kept=change.unchanged,
            refused=refused,
            examples=() if refused else self._examples,
        )

    def _stream(self) -> Iterator[Statement]:
        """All statements of the file; raises ``RefusedFile`` at the end where it changed meanwhile or states nothing."""
        digest = digest_of(self._path)
        book = self.book
        for rows, statements in self._reader.parts(self._path, book, self._known()):
            book.read += rows
            if rows:
                new = self._is_new(statements)
                self._loaded += rows * new
                self._unchanged += rows * (not new)
                if self._progress and book.read % _TICK < rows:
                    self._progress(book.file, book.read, None)
            yield from statements
        if not self._loaded and not self._unchanged and not book.waiting:
            raise RefusedFile(
                "no row of it could be loaded; what the graph has from it stays." if book.read else "it holds no row."
            )
        if digest_of(self._path) != digest:
            raise RefusedFile("the file changed while it was being loaded; load it again.")

    def _known(self) -> Known:
        kinds = {
            one.statement.subject: one.statement.value or ""
            for one in self._store.records("kind", ANY_TIME)
            if one.origin != self._name
        }
        holders: dict[str, set[EntityId]] = {}
        for one in self._store.records("identifier", ANY_TIME):
            if one.origin != self._name:
                holders.setdefault((one.statement.value or "").lower(), set()).add(one.statement.subject)
        identified = {value: next(iter(held)) for value, held in holders.items() if len(held) == 1}
        return Known(kinds, identified, Joining(self._store, self._name))

    def _said_before(self) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """The statements that the store has from this file, as sorted numbers (8 bytes each)."""
        if not any(change.source == self._name for change in self._store.changes(0)):
            return self._before
        said = array("Q", (_number(r.statement) for r in self._store.records(None, ANY_TIME) if r.origin == self._name))
        return np.unique(np.frombuffer(said, np.uint64))

    def _is_new(self, statements: Sequence[Statement]) -> bool:
        before = self._before
        if not statements:
            return False
        given = np.fromiter(map(_number, statements), np.uint64, len(statements))
        places = np.searchsorted(before, given)
        return bool((places == len(before)).any() or (before[places] != given).any())

    def _tried(self) -> Change:
        given, added = array("Q"), ShownChanges("added")
        for statement in self._stream():
            given.append(_number(statement))
            if added.wants(statement) and self._is_new([statement]):
                added.take(statement)
        new = np.unique(np.frombuffer(given, np.uint64))
        gone = np.setdiff1d(self._before, new, assume_unique=True)
        self._examples = (*added.examples(), *self._withdrawn(gone))
        kept = len(self._before) - len(gone)
        return Change(0, self._name, self._at, len(new) - kept, len(gone), kept)

    def _withdrawn(self, gone: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> Sequence[Example]:
        """A few of the statements with these numbers, which the store has from this file."""
        shown = ShownChanges("withdrawn")
        if len(gone):
            for record in self._store.records(None, ANY_TIME):
                if record.origin == self._name and shown.wants(record.statement):
                    number = np.uint64(_number(record.statement))
                    place = int(np.searchsorted(gone, number))
                    if place < len(gone) and gone[place] == number:
                        shown.take(record.statement)
        return shown.examples()


def _number(statement: Statement) -> int:
    return int(statement.id[:16], 16)


def digest_of(path: Path) -> bytes:
    """The digest of the bytes of a file."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
