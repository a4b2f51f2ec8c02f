"""What the columns of an unknown table seem to hold, told from their headers, their HXL tags and what is in them.

A guess, with its reason and how sure it is; a person decides. Only a sample of rows is looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from loaders.known_names import KnownNames, identifier_key
from loaders.naming import tidy
from loaders.proposing_roles import role_by_header, role_by_tag
from loaders.sheets import Row
from loaders.sheets_header import is_tag

SAMPLE: Final = 2_000
"""Rows of a sheet that are looked at."""
_TABLE: Final = 3
"""Cells from which on a row is one of a table, so that a single cell above it is a title."""
_FIRST: Final = 5
"""Rows among which a header is looked for."""
_MOST_VALUES: Final = 500
_SHARE: Final = 0.5
"""Share of its values by which a column is taken for what they are."""

Sure = Literal["sure", "likely", "a guess"]
BODIES: Final = frozenset({"organisation", "network", "mechanism", "facility"})


_CONTENT: Final = {
    "country": "country", "body": "org", "product": "product", "pathogen": "pathogen", "url": "homepage", "date": "date",
}  # fmt: skip
_NULLS: Final = frozenset((
    "-", "--", "n/a", "na", "none", "null", "nil", "unknown", "not known", "not selected", "unspecified", "not applicable",
    "pending", "tbd", "not available", "not reported", "sin dato", "inconnu", ".", "?",
))  # fmt: skip
_DATES: Final = (
    (re.compile(r"(?:19|20)\d\d"), ""),
    (re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d)?"), ""),
    (re.compile(r"\d{1,2} [A-Z][a-z]+ (?:19|20)\d\d"), ""),
    (re.compile(r"\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"), "%d.%m.%Y"),
    (re.compile(r"\d{1,2}/\d{1,2}/(?:19|20)\d\d"), "%d/%m/%Y"),
    (re.compile(r"\d{1,2}-\d{1,2}-(?:19|20)\d\d"), "%d-%m-%Y"),
)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[\d\s.,']*\d%?")


@dataclass(slots=True)
class Column:
    """A column: where it stands, how it is called, what was seen in it.

    ``shares``: of its different values, how many are a country, area or territory, a body, a product, a pathogen, a date, an
    address, a number. ``nulls``: the words in it that stand for nothing. ``date_format`` is ``""`` where dates need none.
    """

    place: int
    title: str
    tag: str
    filled: int = 0
    rows: int = 0
    values: Counter[str] = field(default_factory=Counter)
    shares: dict[str, float] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    date_format: str = ""
    only_first: bool = False
    role: str = ""
    sure: Sure = "a guess"
    why: str = ""

    @property
    def letter(self) -> str:
        """The column as a spreadsheet letters it."""
        letters, rest = "", self.place + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + letters
        return letters

    @property
    def examples(self) -> str:
        """Up to three of its most frequent values."""
        return "; ".join(value[:40] for value, _ in self.values.most_common(3))


def columns_of(titles: Sequence[str], tags: Sequence[str], rows: Sequence[Sequence[str]], known: KnownNames) -> list[Column]:
    """The columns of a table, each with its likely role, ``""`` where nothing tells."""
    columns = []
    for place in range(max((len(titles), *map(len, rows)), default=0)):
        title, tag = (given[place].strip() if place < len(given) else "" for given in (titles, tags))
        column = Column(place, title, tag, rows=len(rows))
        _look(column, [row[place] if place < len(row) else "" for row in rows], known)
        _guess(column)
        columns.append(column)
    return columns


def likely_header(first: Sequence[Row]) -> int | None:
    """The row among the first few whose cells are most like names of columns; None where there is a row of HXL tags."""
    if any(_is_tagged(row) for row in first) or not first:
        return None
    told = [0 if _has_values(row) else sum(bool(role_by_header(cell)) for cell in row.cells) for row in first[:_FIRST]]
    widths = [sum(bool(cell.strip()) for cell in row.cells) for row in first]
    most = max(widths)
    start = 0
    if widths[0] == 1 and most >= _TABLE:  # a title stands above the table
        start = next(place for place, width in enumerate(widths) if 2 * width >= most)
    best = max(told)
    here = told[start] if start < len(told) else 0
    place = told.index(best) if best > here + 1 else start  # one word may be chance: a name in a row can sound like a header
    return first[place].number


def _has_values(row: Row) -> bool:
    """Whether a row holds an address or a date, which no column is called."""
    return any(_URL.fullmatch(cell) or any(pattern.fullmatch(cell) for pattern, _ in _DATES) for cell in row.cells)


def _is_tagged(row: Row) -> bool:
    filled = [cell for cell in row.cells if cell.strip()]
    return bool(filled) and all(map(is_tag, filled))


# --- looking -----------------------------------------------------------------------------------------------------------------
def _look(column: Column, cells: Sequence[str], known: KnownNames) -> None:
    texts = [tidy(cell) for cell in cells]
    nulls = Counter(text for text in texts if text.casefold() in _NULLS)
    column.nulls = tuple(sorted(nulls))
    texts = ["" if text in nulls else text for text in texts]
    column.filled = sum(map(bool, texts))
    column.only_first = bool(column.rows > 2 and column.filled == 1 and texts[0])
    column.values = Counter(text for text in texts if text)
    values = [value for value, _ in column.values.most_common(_MOST_VALUES)]
    if not values:
        return
    seen: Counter[str] = Counter()
    formats: Counter[str] = Counter()
    for value in values:
        sorts = set(_sorts(value, known))
        seen.update(sorts)
        if "date" in sorts:
            formats.update(form for pattern, form in _DATES if pattern.fullmatch(value))
    column.shares = {sort: count / len(values) for sort, count in seen.items()}
    column.date_format = formats.most_common(1)[0][0] if formats else ""
    if column.date_format == "%d/%m/%Y" and _month_first(values):
        column.date_format = "%m/%d/%Y"


def _sorts(value: str, known: KnownNames) -> Iterator[str]:
    if _URL.fullmatch(value):
        yield "url"
    if any(pattern.fullmatch(value) for pattern, _ in _DATES):
        yield "date"
    if _NUMBER.fullmatch(value):
        yield "number"
    if identifier_key(value).startswith("ror:"):
        yield "ror"
    kinds = known.snapshot.kinds
    for kind in {kinds[one.node] for one in (*known.named(value), *known.identified(value))}:
        yield "body" if kind in BODIES else kind


def _month_first(values: Sequence[str]) -> bool:
    """Whether dates with strokes can only be read with the month first."""
    pairs = [tuple(map(int, value.split("/")[:2])) for value in values if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", value)]
    return any(second > 12 for _, second in pairs) and not any(first > 12 for first, _ in pairs)


# --- guessing ----------------------------------------------------------------------------------------------------------------
_CONFIRMS: Final = {
    "org": "body", "funder": "body", "maker": "body", "supplier": "body", "network": "body", "country": "country",
    "product": "product", "pathogen": "pathogen", "start": "date", "end": "date", "date": "date", "homepage": "url",
    "source address": "url",
}  # fmt: skip
"""What the values of a column of this role are, where they are of a sort that can be seen."""
_SEEN: Final = {
    "body": "bodies that the graph knows", "country": "countries, areas or territories", "product": "products of the graph",
    "pathogen": "pathogens of the graph", "date": "dates", "url": "addresses",
}  # fmt: skip


def _guess(column: Column) -> None:
    if not column.filled:
        column.why = "it is empty"
        return
    if {value.casefold() for value in column.values} <= {"yes", "no", "y", "n", "true", "false", "oui", "non", "si"}:
        column.why = "it answers a question with yes or no"
        return
    by_tag = role_by_tag(column.tag)
    by_header = role_by_header(column.title)
    by_content, share = _by_content(column)
    if by_tag:
        column.role, column.why, column.sure = by_tag, f"its HXL tag {column.tag}", "sure"
    elif by_header:
        column.role, column.why, column.sure = by_header, f"its header {column.title!r}", "likely"
    elif by_content:
        column.role, column.why, column.sure = by_content, "its values", "likely" if share >= 0.8 else "a guess"
    else:
        column.why = "nothing tells what it is"
    sort = _CONFIRMS.get(column.role, "")
    held = column.shares.get(sort, 0.0)
    if sort and held:
        column.why += f", and {held:.0%} of its different values are {_SEEN[sort]}"
        column.sure = "sure" if held >= 0.8 and column.sure == "likely" else column.sure
    numbers = column.shares.get("number", 0.0)
    if by_header and not by_tag and sort in ("body", "country", "product", "pathogen") and numbers > max(held, _SHARE):
        column.role, column.why = "", f"called {column.title!r}, but {numbers:.0%} of its different values are numbers"
    elif (
        by_header and not by_tag and sort in ("date", "url", "country") and held < _SHARE
    ):  # the values speak against the header
        column.why = f"called {column.title!r}, but only {held:.0%} of its different values are {_SEEN[sort]}"
        column.role, column.sure = by_content, "a guess"
    if column.only_first:
        column.why += "; only its first row is filled"


def _by_content(column: Column) -> tuple[str, float]:
    """What most of its different values are; two or fewer tell nothing of bodies, products and pathogens."""
    shares = [
        (column.shares.get(sort, 0.0), role)
        for sort, role in _CONTENT.items()
        if len(column.values) > 2 or sort in ("country", "url", "date")
    ]
    share, role = max(shares)
    return (role, share) if share >= _SHARE else ("", 0.0)
