"""Dates as tables write them, as partial dates: only what is written is kept, and nothing is guessed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from graph.errors import BadDate
from graph.model import days_of
from loaders.mapping import Precision
from loaders.sayings import BadValue

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NUMBERS: Final = {
    **{name: number for number, name in enumerate(_MONTHS, 1)},
    **{name[:3]: number for number, name in enumerate(_MONTHS, 1)},
    "sept": 9,
}
_PARTS: Final = {
    "%d": r"(?P<d>\d{1,2})",
    "%m": r"(?P<m>\d{1,2})",
    "%Y": r"(?P<Y>\d{4})",
    "%y": r"(?P<y>\d{2})",
    "%b": r"(?P<B>[a-z]{3,9})\.?",
    "%B": r"(?P<B>[a-z]{3,9})\.?",
}
_PART = re.compile(r"%[dmYybB]")
_PLAIN: Final = ("%Y-%m-%d", "%Y-%m", "%Y", "%d %B %Y", "%B %d, %Y", "%B %Y")
"""What needs no format: there is one way to read it."""
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*", re.ASCII)
_LENGTHS: Final[dict[Precision, int]] = {"year": 4, "month": 7, "day": 10}


@lru_cache(maxsize=256)
def _pattern(layout: str) -> re.Pattern[str]:
    pieces, at = [], 0
    for mark in _PART.finditer(layout):
        pieces += [re.escape(layout[at : mark.start()]), _PARTS[mark.group()]]
        at = mark.end()
    return re.compile("".join([*pieces, re.escape(layout[at:])]), re.ASCII | re.IGNORECASE)


def date_of(text: str, column: str, formats: tuple[str, ...] = (), precision: Precision = "day") -> str:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD, no more precise than ``precision``; raises ``BadValue``.

    A two-digit year is of this century up to 68, as POSIX has it. Without ``formats``, only what can be read in one way.

    >>> date_of("1 March 2015", ""), date_of("30.08.2023", "", ("%d.%m.%Y",)), date_of("2015-03", "", precision="year")
    ('2015-03-01', '2023-08-30', '2015')
    """
    plain = " ".join(text.split())
    if match := _TIME.fullmatch(plain):
        plain = match.group(1)
    for layout in (*formats, *(() if formats else _PLAIN)):
        found = _pattern(layout).fullmatch(plain)
        if found is not None and (read := _read(found.groupdict())):
            return _checked(read, text, column)[: _LENGTHS[precision]]
    if formats:
        raise BadValue(column, text, f"it is not a date as {' or '.join(formats)}")
    raise BadValue(column, text, "it is not a date that can be read in one way; give its format in the mapping, e.g. %d.%m.%Y")


def _read(parts: dict[str, str | None]) -> str:
    year = parts.get("Y") or _century(parts.get("y") or "")
    name = parts.get("B")
    month = _MONTH_NUMBERS.get(name.lower(), 0) if name else int(parts.get("m") or 0)
    if name and not month:
        return ""
    day = parts.get("d")
    return "-".join(
        part for part in (year, f"{month:02}" if month or parts.get("m") else "", f"{int(day):02}" if day else "") if part
    )


def _century(year: str) -> str:
    return f"{'20' if int(year) <= 68 else '19'}{year}" if year else ""


def _checked(read: str, text: str, column: str) -> str:
    try:
        days_of(read)
    except BadDate:
        raise BadValue(column, text, "it is no day of the calendar") from None
    return read
