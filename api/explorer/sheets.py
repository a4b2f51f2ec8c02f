"""A coverage answer as a table that people open: a CSV file, or a workbook with the statements behind every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from api.explorer.board import DISCLAIMER
from api.explorer.groups import Group
from api.explorer.table import UNCHECKED
from graph.export_tables import new_sheet
from graph.house_format import safe
from graph.model import moment_text
from queries.coverage import CoverageAnswer
from queries.explain import Cited

_ROW: Final = ("id", "name", "WHO region", "state", "covered by", "why", "sources")
_ASKED: Final = ("lens", "base", "as of", "as known at", "revision")
_SAID: Final = ("row", "name", "state", "statement", "from", "to", "confidence")
_WHERE: Final = ("source", "place", "address", "address is", "statement id")


def coverage_csv(answer: CoverageAnswer, groups: Sequence[Group], cited: Mapping[str, Cited]) -> bytes:
    """A line for each cell, each with the lens, base, date and revision by which it was counted, so that a part of it still
    says where it comes from. UTF-8 with a mark, which spreadsheets need; nothing in it is taken for a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*_ROW, *_ASKED))
    asked = (_named(answer.lens.labels, answer.lens.title), _named(answer.base.labels, answer.base.title), *_clocks(answer))
    for row in _rows(answer, groups, cited):
        writer.writerow([safe(cell) for cell in (*row, *asked)])
    return text.getvalue().encode("utf-8-sig")


def coverage_workbook(answer: CoverageAnswer, groups: Sequence[Group], cited: Mapping[str, Cited]) -> bytes:
    """The same as a workbook (XLSX): ``Coverage``, ``Statements`` with a source each, and ``About`` with what was asked."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _put(book, "Coverage", _ROW, (10, 36, 30, 18, 44, 60, 80), _rows(answer, groups, cited))
    _put(book, "Statements", (*_SAID, *_WHERE), (10, 30, 18, 60, 12, 12, 12, 50, 30, 60, 20, 34), _statements(answer, cited))
    about = [
        ("answer", answer.headline),
        ("undated", answer.undated_note if answer.undated else ""),
        ("lens", f"{_named(answer.lens.labels, answer.lens.title)}: {answer.lens.definition}"),
        ("base", f"{_named(answer.base.labels, answer.base.title)}: {answer.base.definition}"),
        *zip(_ASKED[2:], _clocks(answer), strict=True),
        ("unknown", "Nothing is on record, and a list is not known to be complete. It is not a gap."),
        ("note", DISCLAIMER),
    ]
    _put(book, "About", ("what", "text"), (16, 120), (row for row in about if row[1]))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _put(book: object, title: str, header: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> None:
    sheet = new_sheet(book, title, header, widths)
    for row in rows:
        sheet.append([safe(cell) or None for cell in row])


def _named(labels: Sequence[str], title: str) -> str:
    return " · ".join((*labels[:1], title))


def _clocks(answer: CoverageAnswer) -> tuple[str, str, str]:
    known = moment_text(answer.known_at) if answer.known_at else "now"
    return answer.as_of, known, str(answer.revision)


def _rows(answer: CoverageAnswer, groups: Sequence[Group], cited: Mapping[str, Cited]) -> Iterator[Sequence[str]]:
    region_of = {place.id: group.name for group in groups for place in group.places} if answer.regions else {}
    for cell in answer.cells:
        told = dict.fromkeys(_source(cited[id]) for id in cell.statements if id in cited)
        by = "; ".join(one.name for one in cell.by)
        state = cell.state.replace("_", " ")
        yield cell.row, cell.row_name, region_of.get(cell.row, ""), state, by, cell.note, "; ".join(told)


def _source(one: Cited) -> str:
    unchecked = " (address not checked)" if one.url_status == UNCHECKED else ""
    return f"{one.source_name}, {one.locator}" + (f" <{one.url}>{unchecked}" if one.url else "")


def _statements(answer: CoverageAnswer, cited: Mapping[str, Cited]) -> Iterator[Sequence[str]]:
    for cell in answer.cells:
        for one in (cited[id] for id in cell.statements if id in cited):
            said = (cell.state.replace("_", " "), one.sentence, one.valid_from, one.valid_to, one.confidence)
            where = (one.source_name, one.locator, one.url, one.url_status.replace("_", " "))
            yield cell.row, cell.row_name, *said, *where, one.id
