"""Statements, citations, periods and the two clocks.

Everything here is a frozen value without a framework. A statement is what *one source* says; entities are views over
statements. Two clocks run: *valid time* (when it was so in the world) and *known time* (when this graph knew it).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final, Literal

from graph.errors import BadDate, BadStatement

EntityId = str
"""The id of an entity, e.g. ``who`` or ``KEN``; no white space, no control characters."""

SourceId = str
"""The name of a thing that is loaded as a whole and replaced as a whole: a file or a feed, e.g. ``curated/links.csv``.

Not the document that a citation names: two files may cite one document, and replacing one must not touch the other.
"""

Confidence = Literal["high", "medium", "low"]
CONFIDENCES: Final[tuple[Confidence, ...]] = ("high", "medium", "low")

OPEN_START: Final = 0
"""First day of a period whose start is not known (day 1 is 0001-01-01)."""
OPEN_END: Final = 4_000_000
"""End of a period without a known end; later than any date a calendar can hold (9999-12-31 is 3,652,059)."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_SEPARATOR: Final = "\x1f"
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
"""Control characters, line breaks, and halves of a surrogate pair, which no encoding can write."""
_ID = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")


def days_of(text: str) -> tuple[int, int]:
    """First day and the day after the last day (ordinals, 0001-01-01 = 1) that a partial date covers.

    >>> days_of("2024")[1] - days_of("2024")[0]
    366

    Raises ``BadDate`` for anything but YYYY, YYYY-MM or YYYY-MM-DD.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise BadDate(f"{text!r} is not a date. Write YYYY, YYYY-MM or YYYY-MM-DD.")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError as error:
        raise BadDate(f"{text!r} is not a day of the calendar ({error}). Write YYYY, YYYY-MM or YYYY-MM-DD.") from None
    if day is not None:
        return first.toordinal(), first.toordinal() + 1
    if month is not None:
        return first.toordinal(), _month_after(year, month)
    return first.toordinal(), _month_after(year, 12)


def _month_after(year: int, month: int) -> int:
    if (year, month) == (9999, 12):
        return date.max.toordinal() + 1
    return date(year + month // 12, month % 12 + 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Period:
    """When a statement was so in the world, as its source writes it; ``""`` means not known (from) or no end known (to).

    Both dates keep their precision and cover their whole unit: ``to="2023"`` is so through 31 December 2023. In days the
    period is half-open: ``first <= day < end``.
    """

    valid_from: str = ""
    valid_to: str = ""
    first: int = field(init=False, compare=False, repr=False)
    end: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        first = days_of(self.valid_from)[0] if self.valid_from else OPEN_START
        end = days_of(self.valid_to)[1] if self.valid_to else OPEN_END
        if end <= first:
            raise BadDate(f"The period ends ({self.valid_to}) before it starts ({self.valid_from}).")
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "end", end)

    def __str__(self) -> str:
        match bool(self.valid_from), bool(self.valid_to):
            case True, True if self.valid_from == self.valid_to:
                return self.valid_from
            case True, True:
                return f"{self.valid_from} to {self.valid_to}"
            case True, False:
                return f"since {self.valid_from}"
            case False, True:
                return f"until {self.valid_to}"
        return "no dates given"


ALWAYS: Final = Period()


@dataclass(frozen=True, slots=True)
class Citation:
    """Where it says so: the source (an entity of kind ``source``), the place in it, its address, a short quotation.

    ``locator`` and ``source`` are never empty. ``quotation`` only where the source's own text was loaded.
    """

    source: EntityId
    locator: str
    url: str = ""
    quotation: str = ""

    def __post_init__(self) -> None:
        if not self.source.strip() or not self.locator.strip():
            raise BadStatement("A citation needs a source and a locator (the place in the source).")


@dataclass(frozen=True, slots=True)
class Statement:
    """One source says: subject, predicate, object (an entity) or value (a text), during a period.

    Exactly one of ``object`` and ``value`` is set. ``qualifiers`` are sorted (name, text) pairs; build with ``qualify``.
    ``release`` names the edition of what was loaded; it is the only field that does not enter ``id``, so that a new edition
    that repeats a statement does not turn it into another one. Words (kinds, predicates) are checked by
    ``graph.vocabulary``, not here.
    """

    subject: EntityId
    predicate: str
    object: EntityId | None
    value: str | None
    valid: Period
    citation: Citation
    confidence: Confidence
    release: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    id: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if (self.object is None) == (self.value is None):
            raise BadStatement("A statement has either an object or a value, not both and not neither.")
        for name in (self.subject, self.object):
            if name is not None and not _ID.fullmatch(name):
                raise BadStatement(f"{name!r} is not an id: 1 to 200 characters, no white space, no control characters.")
        if not self.predicate:
            raise BadStatement("A statement needs a predicate.")
        if self.confidence not in CONFIDENCES:
            raise BadStatement(f"{self.confidence!r} is not a confidence: high, medium or low.")
        if self.value is not None and not self.value.strip():
            raise BadStatement(f"The value of {self.predicate!r} is empty.")
        if list(self.qualifiers) != sorted(dict(self.qualifiers).items()):
            raise BadStatement("Qualifiers must be sorted by name and name each qualifier once.")
        asserted = self.asserted()
        for part in (*asserted, self.release):
            if _FORBIDDEN.search(part):
                raise BadStatement(f"{part!a} holds a control character or line break; write it as one line of text.")
        digest = hashlib.blake2b(_SEPARATOR.join(asserted).encode(), digest_size=16)
        object.__setattr__(self, "id", digest.hexdigest())

    def asserted(self) -> tuple[str, ...]:
        """Every asserted field as text, in a fixed order: what ``id`` hashes. No field can hold the separator."""
        cited = self.citation
        return (
            self.subject,
            self.predicate,
            "object" if self.object is not None else "value",
            self.object if self.object is not None else self.value or "",
            self.valid.valid_from,
            self.valid.valid_to,
            cited.source,
            cited.locator,
            cited.url,
            cited.quotation,
            self.confidence,
            *(part for pair in self.qualifiers for part in pair),
        )

    def qualifier(self, name: str) -> str:
        """The text of one qualifier, ``""`` where it is not given."""
        return dict(self.qualifiers).get(name, "")


def qualify(qualifiers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Qualifiers as ``Statement`` wants them; empty texts are left out.

    >>> qualify({"status": "member", "detail": ""})
    (('status', 'member'),)
    """
    return tuple(sorted((name, text) for name, text in qualifiers.items() if text))


@dataclass(frozen=True, slots=True)
class AsOf:
    """Both clocks of a question.

    ``valid``: a partial date; a statement counts when its period touches that day, month or year; None = at any time.
    ``known``: an aware moment; what the graph knew then; None = what it knows now.
    """

    valid: str | None = None
    known: datetime | None = None
    first: int = field(init=False, compare=False, repr=False)
    end: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        first, end = days_of(self.valid) if self.valid is not None else (OPEN_START, OPEN_END)
        if self.known is not None and self.known.tzinfo is None:
            raise BadDate("Known time needs a time zone.")
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "end", end)

    def shows(self, valid: Period) -> bool:
        """Whether a period touches the valid time asked for."""
        return valid.first < self.end and valid.end > self.first


ANY_TIME: Final = AsOf()


def today() -> str:
    """The current UTC day as YYYY-MM-DD: the default of every question's valid time."""
    return datetime.now(UTC).date().isoformat()


def moment_text(at: datetime, to: str = "auto") -> str:
    """A known time as text, in UTC; ``to`` is how exactly, as ``datetime.isoformat`` takes it.

    >>> moment_text(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00Z'
    """
    return at.astimezone(UTC).isoformat(timespec=to).replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """A known time as people write it; a date without a time means the end of that (UTC) day, month or year.

    >>> moment_of("2026-03").isoformat()
    '2026-03-31T23:59:59.999999+00:00'

    Raises ``BadDate``.
    """
    if _DATE.fullmatch(text):
        _, end = days_of(text)
        return datetime.combine(date.fromordinal(end - 1), time.max, UTC)
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadDate(f"{text!r} is not a time. Write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.") from None


@dataclass(frozen=True, slots=True)
class Entity:
    """A view over the statements about one id: what the faces show first. ``aliases`` hold every other name, sorted."""

    id: EntityId
    kind: str
    name: str
    subtype: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
