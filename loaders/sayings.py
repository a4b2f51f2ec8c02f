"""What one row of a register states: its statements under one citation, and the values it may not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.errors import BadStatement, InputError
from graph.model import ALWAYS, Citation, Confidence, EntityId, Period, Statement, qualify
from graph.vocabulary import vocabulary
from loaders.catalogue import source_id, source_statements
from loaders.naming import tidy

LONGEST: Final = 1_000
"""Characters that a name or another short text may have."""
_DECEIVING = re.compile(r"[\u202d\u202e\ud800-\udfff]|[\x00-\x08\x0e-\x1f\x7f]")

Part = tuple[int, list[Statement]]
"""How many rows a list of statements was read from (0 for what stands for no row of its own), and the list."""


class BadValue(InputError):
    """A value that makes its row unusable: where it stands, what it is, why, and the nearest valid values."""

    def __init__(self, column: str, value: str, reason: str, nearest: Sequence[str] = ()) -> None:
        self.column, self.value, self.reason, self.nearest = column, value, reason, tuple(nearest)
        super().__init__(f"{column}: {reason}")


@dataclass(frozen=True, slots=True)
class Catalogued:
    """The cited register: what its citations name, and the edition of the file."""

    title: str
    url: str
    release: str

    def entry(self) -> Part:
        """The statements about the register itself."""
        return 0, list(source_statements(self.title, self.url, "as_found" if self.url else "none", self.release))

    def cite(self, locator: str, url: str = "") -> Citation:
        """A citation of a place in the register."""
        return Citation(source_id(self.title, self.url), locator, url or self.url)


@dataclass(slots=True)
class Sayings:
    """Collects what one row states, under one citation; raises ``BadValue`` for a value that its word does not take."""

    citation: Citation
    release: str
    made: list[Statement] = field(default_factory=list)

    def value(self, subject: EntityId, predicate: str, value: str, **qualifiers: str) -> None:
        """A literal statement, without a period."""
        try:
            vocabulary().check_value(vocabulary().predicate(predicate), value)
        except InputError as error:
            raise BadValue(predicate, value, str(error)) from None
        self._add(subject, predicate, None, value, ALWAYS, "high", qualifiers)

    def link(
        self,
        subject: EntityId,
        predicate: str,
        other: EntityId,
        period: Period = ALWAYS,
        confidence: Confidence = "high",
        **qualifiers: str,
    ) -> None:
        """A link statement; the caller knows that both ends are entities."""
        self._add(subject, predicate, other, None, period, confidence, qualifiers)

    def _add(
        self,
        subject: EntityId,
        predicate: str,
        other: EntityId | None,
        value: str | None,
        period: Period,
        confidence: Confidence,
        qualifiers: dict[str, str],
    ) -> None:
        try:
            self.made.append(
                Statement(
                    subject, predicate, other, value, period, self.citation, confidence, self.release, qualify(qualifiers)
                )
            )
        except BadStatement as error:
            raise BadValue(predicate, value or other or "", str(error)) from None


def text_of(raw: object, column: str, longest: int = LONGEST) -> str:
    """A text as one line, ``""`` for nothing; raises ``BadValue`` for what is no text, too long, or written to deceive."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise BadValue(column, str(raw)[:80], "a text is needed here")
    if len(raw) > longest:
        raise BadValue(column, raw[:80], f"it has more than {longest:,} characters")
    if _DECEIVING.search(raw):
        raise BadValue(column, raw, "it holds a control character or one that reverses the order of the letters")
    return tidy(raw)
