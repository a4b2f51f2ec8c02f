"""The ledger of a load: what became of every row, and why.

For every file ``read == loaded + unchanged + rejected + ignored``; ``FileLedger.balanced`` says whether it holds. Every
loader ends in a ``Report`` of these ledgers and its findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Bucket = Literal["rejected", "ignored"]
SHOWN_FINDINGS: Final = 500
"""How many findings a report holds at most; the rest is counted in ``Report.more_findings``."""
_SHOWN_VALUE: Final = 120


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a file is refused: where, what was found there, why it cannot stay, and the nearest valid values, best first.

    ``row`` is the number that a spreadsheet shows (the header is row 1), 0 for the file as a whole. ``column`` and ``value``
    are ``""`` where the finding is about the whole row or file.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = self.file + (f", row {self.row}" if self.row else "") + (f", column {self.column!r}" if self.column else "")
        what = f" {shown(self.value)}:" if self.value else ""
        hint = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return f"{where}:{what} {self.reason}{hint}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON; ``row`` and ``column`` are null where they do not apply."""
        return {
            "file": self.file,
            "row": self.row or None,
            "column": self.column or None,
            "value": self.value,
            "reason": self.reason,
            "nearest": list(self.nearest),
        }


def shown(value: str) -> str:
    """A value as it can be printed: quoted, control characters escaped, long ones cut.

    >>> shown("a" + chr(7))
    "'a\\\\x07'"
    """
    cut = value if len(value) <= _SHOWN_VALUE else value[: _SHOWN_VALUE - 3] + "..."
    return ascii(cut) if not cut.isprintable() else f"'{cut}'"


@dataclass(frozen=True, slots=True)
class Reason:
    """How many rows were rejected or ignored for one reason."""

    bucket: Bucket
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Example:
    """A statement that a load would begin or cease to make: subject, predicate, object or value, period, place."""

    change: Literal["added", "withdrawn"]
    statement: str


@dataclass(frozen=True, slots=True)
class FileLedger:
    """One file: its rows, and the statements that its loaded source began (``added``) or ceased (``withdrawn``) to make.

    ``loaded`` rows say something that the source did not say before, ``unchanged`` rows nothing new. ``source`` is the name
    under which the store keeps the file. A refused file has ``loaded == unchanged == 0``. ``examples``: of a dry run, a few of
    the statements that would be added or withdrawn.
    """

    file: str
    source: str
    layout: str
    read: int
    loaded: int
    unchanged: int
    rejected: int
    ignored: int
    reasons: tuple[Reason, ...] = ()
    added: int = 0
    withdrawn: int = 0
    kept: int = 0
    refused: bool = False
    examples: tuple[Example, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether every row that was read is accounted for, and every rejected or ignored row has its reason."""
        given: Counter[str] = Counter()
        for reason in self.reasons:
            given[reason.bucket] += reason.rows
        return (
            self.read == self.loaded + self.unchanged + self.rejected + self.ignored
            and given["rejected"] == self.rejected
            and given["ignored"] == self.ignored
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "file": self.file,
            "source": self.source,
            "layout": self.layout,
            "read": self.read,
            "loaded": self.loaded,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "ignored": self.ignored,
            "balanced": self.balanced,
            "refused": self.refused,
            "reasons": [{"bucket": r.bucket, "reason": r.reason, "rows": r.rows} for r in self.reasons],
            "statements": {"added": self.added, "withdrawn": self.withdrawn, "unchanged": self.kept},
            "examples": [{"change": one.change, "statement": one.statement} for one in self.examples],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A whole load: a ledger a file, the findings, and the revision the store has afterwards.

    ``findings`` holds at most ``SHOWN_FINDINGS``, in the order of files and rows; ``more_findings`` counts the rest.
    ``at`` is the known time from which all of it holds: a store may put the changes of one load a moment apart.
    ``skipped`` names what lay in a given folder and is no CSV file. ``dry_run``: nothing was written, and the counts say what
    a load would do. ``notes`` is what a person should look at in rows that were loaded, e.g. a link to an organisation that the
    register does not hold; ``more_notes`` counts those that are not shown.
    """

    files: tuple[FileLedger, ...]
    findings: tuple[Finding, ...]
    more_findings: int
    revision: int
    at: datetime
    dry_run: bool = False
    skipped: tuple[str, ...] = ()
    notes: tuple[Finding, ...] = ()
    more_notes: int = 0

    @property
    def ok(self) -> bool:
        """Whether every file was accepted."""
        return not self.findings and not any(ledger.refused for ledger in self.files)

    @property
    def balanced(self) -> bool:
        """Whether the ledger of every file balances."""
        return all(ledger.balanced for ledger in self.files)

    @property
    def read(self) -> int:
        """Rows read, over all files."""
        return sum(ledger.read for ledger in self.files)

    @property
    def loaded(self) -> int:
        """Rows loaded, over all files."""
        return sum(ledger.loaded for ledger in self.files)

    @property
    def unchanged(self) -> int:
        """Rows that say nothing new, over all files."""
        return sum(ledger.unchanged for ledger in self.files)

    @property
    def rejected(self) -> int:
        """Rows rejected, over all files."""
        return sum(ledger.rejected for ledger in self.files)

    @property
    def ignored(self) -> int:
        """Rows ignored, over all files."""
        return sum(ledger.ignored for ledger in self.files)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "revision": self.revision,
            "at": self.at.isoformat(),
            "dry_run": self.dry_run,
            "ok": self.ok,
            "balanced": self.balanced,
            "read": self.read,
            "loaded": self.loaded,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "ignored": self.ignored,
            "files": [ledger.to_dict() for ledger in self.files],
            "findings": [finding.to_dict() for finding in self.findings],
            "more_findings": self.more_findings,
            "skipped": list(self.skipped),
            "notes": [note.to_dict() for note in self.notes],
            "more_notes": self.more_notes,
        }


@dataclass(slots=True)
class Findings:
    """Findings while they are collected: keeps the first ``most``, counts all, and remembers which rows have one.

    What only follows from other things that are wrong (``follows``) is kept apart, so that it never crowds out a cause.
    """

    most: int = SHOWN_FINDINGS
    kept: list[Finding] = field(default_factory=list)
    following: list[Finding] = field(default_factory=list)
    count: int = 0
    rows: set[int] = field(default_factory=set)

    def add(self, finding: Finding, follows: bool = False) -> None:
        """Take one more."""
        self.count += 1
        if finding.row:
            self.rows.add(finding.row)
        held = self.following if follows else self.kept
        if len(held) < self.most:
            held.append(finding)

    def __bool__(self) -> bool:
        return self.count > 0


def gather(parts: Iterable[Findings], most: int = SHOWN_FINDINGS) -> tuple[tuple[Finding, ...], int]:
    """The first ``most`` findings of several collections, causes before what follows from them, and how many more there are."""
    parts = list(parts)
    ordered = [
        one for held in ([p.kept for p in parts], [p.following for p in parts]) for part in held for one in _by_row(part)
    ]
    return tuple(ordered[:most]), sum(part.count for part in parts) - len(ordered[:most])


def _by_row(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.row, finding.column))
