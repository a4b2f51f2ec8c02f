"""Parameters that several endpoints share, as FastAPI reads and describes them.

Patterns are told to callers, not checked here: what reads a value refuses it in its own words (``bad-date``, ``bad-request``).
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Path, Query

from api.paging import DEFAULT_LIMIT, LARGEST_LIMIT, LONGEST_CURSOR

LONGEST_NAME: Final = 500
MOST_WORDS: Final = 50
"""How often a parameter that may be repeated may be given."""
DEFAULT_PAGE: Final = DEFAULT_LIMIT

_DATE: Final = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_CLOCK: Final = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?"
DATE: Final[dict[str, Any]] = {"pattern": f"^{_DATE}$"}
MOMENT: Final[dict[str, Any]] = {"pattern": f"^({_DATE}|\\d{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T{_CLOCK})$"}
ONE_LINE: Final[dict[str, Any]] = {
    "pattern": "^[^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$"
}
"""A text without control characters that is not only white space."""

AsOfDate = Annotated[
    str | None,
    Query(
        description="Valid time: what was so on this day, in this month or year (YYYY-MM-DD, YYYY-MM or YYYY). Default: today.",
        examples=["2026-11-21"],
        max_length=20,
        json_schema_extra=DATE,
    ),
]
ValidFilter = Annotated[
    str | None,
    Query(
        description="Valid time: only statements whose period touches this date (YYYY, YYYY-MM or YYYY-MM-DD). Default: all.",
        examples=["2024"],
        max_length=20,
        json_schema_extra=DATE,
    ),
]
KnownAt = Annotated[
    str | None,
    Query(
        description="Known time: what this graph knew at this moment (a date, or 2026-11-21T12:00:00Z). Default: now.",
        examples=["2026-11-21T12:00:00Z"],
        max_length=40,
        json_schema_extra=MOMENT,
    ),
]
Kinds = Annotated[
    list[str] | None,
    Query(
        alias="kind",
        description="Only entities of this kind; may be repeated.",
        examples=[["organisation"]],
        max_length=MOST_WORDS,
    ),
]
Predicates = Annotated[
    list[str] | None,
    Query(
        alias="predicate", description="Only this predicate; may be repeated.", examples=[["member_of"]], max_length=MOST_WORDS
    ),
]
PageLimit = Annotated[int, Query(description="How many results a page has at most.", ge=1, le=LARGEST_LIMIT)]
Cursor = Annotated[
    str | None,
    Query(description="Where the page begins, as given in `next`. Opaque.", max_length=LONGEST_CURSOR),
]
Id = Annotated[
    str,
    Path(
        description="An id, or any name, alias or acronym that fits one entity.",
        examples=["africa-cdc"],
        max_length=LONGEST_NAME,
        json_schema_extra=ONE_LINE,
    ),
]
