"""One row of a curated file while it is read, and what it states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from graph.errors import BadDate, BadStatement
from graph.model import ALWAYS, CONFIDENCES, Citation, Confidence, Period, Statement, days_of, qualify
from graph.vocabulary import nearest
from loaders.catalogue import source_id

CITATION: Final = ("source", "url", "url_status", "locator", "confidence")
URL_STATUSES: Final = ("as_found", "inferred_from_mirror", "none")
WHOLE: Final = "the source as a whole"
Report = Callable[[str, str, str, Sequence[str]], None]
"""Takes a problem of the row: column, value, reason, nearest valid values."""
Want = Callable[[str, str, str], None]
"""Takes a text that stands for an entity but cannot be an id: text, column, predicate."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement of a row, and the columns that its subject and its object stand in."""

    statement: Statement
    subject_column: str
    object_column: str = ""


class Row:
    """The cells of one row by column name. Reading methods report what is wrong and then return None."""

    __slots__ = ("_cells", "_report", "_want", "release")

    def __init__(self, cells: Mapping[str, str], report: Report, want: Want, release: str) -> None:
        self._cells, self._report, self._want, self.release = cells, report, want, release

    def __getitem__(self, column: str) -> str:
        return self._cells[column]

    def problem(self, column: str, reason: str, close: Sequence[str] = ()) -> None:
        """Report that the value of a column cannot stay."""
        self._report(column, self._cells.get(column, ""), reason, close)

    def needed(self, column: str, reason: str = "the cell is empty, and a row needs it") -> str | None:
        """A cell that must be filled."""
        if not self._cells[column]:
            self.problem(column, reason)
            return None
        return self._cells[column]

    def one_of(self, column: str, words: Sequence[str], what: str) -> str | None:
        """A cell that holds one of a few words."""
        word = self._cells[column]
        if word in words:
            return word
        few = ": " + ", ".join(words) if len(words) <= 6 else ""
        self.problem(column, f"it is no {what}{few}", nearest(word, words) or (words if len(words) <= 6 else ()))
        return None

    def day(self, column: str, needed: bool = False) -> str | None:
        """A partial date, or ``""`` where it may be left out."""
        text = self._cells[column]
        if not text and not needed:
            return ""
        try:
            days_of(text)
        except BadDate as error:
            self.problem(column, str(error) if text else "the cell is empty; write YYYY, YYYY-MM or YYYY-MM-DD")
            return None
        return text

    def period(self, first: str = "valid_from", last: str = "valid_to", needs_first: bool = False) -> Period | None:
        """The period of the row."""
        start, end = self.day(first, needs_first), self.day(last)
        if start is None or end is None:
            return None
        try:
            return Period(start, end) if start or end else ALWAYS
        except BadDate as error:
            self.problem(last, str(error))
            return None

    def citation(self) -> tuple[Citation, Confidence] | None:
        """The citation of the row and its confidence."""
        title = self.needed("source", "the citation is missing: name the document, page or data set that says so")
        locator = self.needed(
            "locator", f"the citation is missing its place in the source; where it gives none, write {WHOLE!r}"
        )
        confidence = self.one_of("confidence", CONFIDENCES, "confidence")
        status, url = self.one_of("url_status", URL_STATUSES, "state of an address"), self._cells["url"]
        if status is not None and (status == "none") != (not url):
            self.problem("url_status", "'none' belongs to a source without an address, and only to that", ())
            status = None
        if (url and not url.startswith(("http://", "https://"))) or any(mark in url for mark in ' <>"'):
            self.problem("url", "it is not an address: it starts with http:// or https:// and has no spaces")
            status = None
        if title is None or locator is None or confidence is None or status is None:
            return None
        return Citation(source_id(title, url), locator, url), cast(Confidence, confidence)

    def state(
        self,
        subject: str | None,
        predicate: str,
        target: str | None = None,
        value: str | None = None,
        *,
        valid: Period | None = ALWAYS,
        cited: tuple[Citation, Confidence] | None,
        qualifiers: Mapping[str, str] | None = None,
        columns: tuple[str, str],
    ) -> list[Stated]:
        """One statement, or nothing where a part of it was found wrong (its problem is reported then).

        ``columns``: where the subject and where the object or value stand.
        """
        if subject is None or valid is None or cited is None or (target is None and value is None):
            return []
        for text, column in ((subject, columns[0]), (target or "", columns[1])):
            if " " in text or len(text) > 200:
                self._want(text, column, predicate)
                return []
        citation, confidence = cited
        try:
            statement = Statement(
                subject,
                predicate,
                target,
                value,
                valid,
                citation,
                confidence,
                self.release,
                qualify(qualifiers) if qualifiers else (),
            )
        except BadStatement as error:
            self.problem(columns[1], str(error))
            return []
        return [Stated(statement, columns[0], columns[1] if target is not None else "")]
