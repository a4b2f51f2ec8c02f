"""The workbook that is sent to partners: ``mcmgraph template`` writes it, ``mcmgraph load table`` reads it, filled in.

Three sheets are for people: what to do, organisations, links. A fourth explains the words that the drop-downs offer. How
its rows become statements is told by the mapping ``loaders/mappings/template.yaml``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from graph.folding import fold
from graph.house_format import LINKS, ORGANISATIONS, README, TEMPLATE_MARK
from graph.model import CONFIDENCES
from graph.vocabulary import Predicate, vocabulary
from graph.whole_file import whole

WORDS: Final = "Words"
ROWS: Final = 2_000
"""Rows that have drop-downs; more can be filled in without."""
EXAMPLE: Final = "example"
"""What the column ``Mark`` says in a row that is not loaded."""
KINDS: Final = ("organisation", "network", "mechanism", "facility", "instrument", "event", "product")
"""The kinds of entity that a partner may add."""
_NOT_ASKED: Final = frozenset({"different_from", "mentions", "same_as", "in_region", "territory_of"})
"""Links that are not a partner's to state: identity is decided in review, lists of places come from registers."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the template: its title, the list of its drop-down (``""``: none), what to write, its width, an example.

    ``strict``: a text that is not on the list is refused while typing.
    """

    title: str
    prompt: str
    example: str = ""
    choices: str = ""
    width: int = 22
    strict: bool = True


_CITED: Final = (
    Column("Source", "Needed. The title of the document or page that says so.", "Annual report 2025", width=34),
    Column("Address of the source", "Where it can be read, https://...", "https://www.example.org/report-2025", width=34),
    Column("Place in the source", "Page, section or paragraph.", "page 12"),
    Column("Confidence", "How sure the source is. Empty: medium.", "high", "confidence", 14),
)
SHEETS: Final = {
    ORGANISATIONS: (
        Column("Mark", "Leave empty. A row marked 'example' is not loaded.", EXAMPLE, width=10),
        Column("Name", "Needed. The full name.", "Institute of Examples", width=36),
        Column("Kind", "Needed. Choose one.", "organisation", "kind", 16),
        Column("Type", "For instance: university, manufacturer, regulator, funder.", "research institute", width=20),
        Column("Acronym", "Its short name, if it has one.", "IoE", width=12),
        Column("Other names", "Further names, with ; between them.", "Institut des exemples; Examples Institute", width=34),
        Column("Country, area or territory", "Where it has its seat. Choose one.", "Kenya (KEN)", "place", 30),
        Column("ROR id", "Its number in the Research Organization Registry, if it has one.", "", width=18),
        Column("Homepage", "https://...", "https://www.example.org", width=30),
        Column("Founded", "YYYY, YYYY-MM or YYYY-MM-DD.", "1998", width=12),
        Column("Description", "One or two sentences.", "Tests examples for others.", width=44),
        *_CITED,
    ),
    LINKS: (
        Column("Mark", "Leave empty. A row marked 'example' is not loaded.", EXAMPLE, width=10),
        Column(
            "From",
            "Needed. A name from the sheet Organisations, or any body, mechanism, country, area or territory.",
            "Institute of Examples",
            "name",
            36,
            strict=False,
        ),
        Column("How", "Needed. Choose one; the sheet Words says what each means.", "member_of", "predicate", 24),
        Column("To", "Needed. As From.", "Africa CDC", "name", 36, strict=False),
        Column("Status", "Only for enrolled_in. Choose one.", "", "status", 18),
        Column("Since", "YYYY, YYYY-MM or YYYY-MM-DD. Empty: not known.", "2024-03", width=12),
        Column("Until", "YYYY, YYYY-MM or YYYY-MM-DD. Empty: no end known.", "", width=12),
        Column("Remark", "Anything a reader should know.", "", width=30),
        *_CITED,
    ),
}

_TEXT: Final = (
    "Thank you for telling us who works with whom on medical countermeasures.",
    "",
    "1. Sheet Organisations: one row for each body, network, mechanism or product that you want to describe.",
    "2. Sheet Links: one row for each tie between two of them, or between one of them and somebody we already know.",
    "3. Every row needs a source: the title of a document or page that says so, best with its address. Without a source "
    "a row cannot be loaded. A document of your own is a source too: give its title and date.",
    "4. Where a cell has a list, choose from it. The sheet Words says what each word means.",
    "5. Dates are written 2025, 2025-06 or 2025-06-30: write only what you know. An empty date means not known.",
    "6. Leave empty what you do not know. Nothing is concluded from an empty cell.",
    "7. Write a body always with the same name. The names on the sheet Organisations are offered on the sheet Links.",
    "8. The grey rows marked 'example' are not loaded. You may delete them.",
    "9. Do not rename the sheets or the columns. Their order does not matter, and further columns do no harm.",
    "",
    "For whoever loads the file: mcmgraph load table FILE.xlsx --dry-run tells what would change, and what is refused by "
    "sheet, row and column. Without --dry-run it is loaded.",
)


def write_template(path: Path) -> None:
    """Write the workbook, in whole or not at all; raises ``OSError``."""
    from openpyxl import Workbook

    book = Workbook()
    _read_me(book.active)
    lists = _Lists(book)
    for title, columns in SHEETS.items():
        _to_fill_in(book.create_sheet(title), columns, lists)
    lists.write()
    with whole(path) as target:
        book.save(target)


def places() -> Iterator[str]:
    """Every country, area and territory as the drop-down has it: ``Kenya (KEN)``, by name."""
    text = resources.files("loaders.curated").joinpath("countries.csv").read_text(encoding="utf-8")
    named = [f"{row['name']} ({row['code']})" for row in csv.DictReader(text.splitlines())]
    yield from sorted(named, key=fold)


def asked_links() -> list[Predicate]:
    """The links that the drop-down offers, in the order of the vocabulary."""
    return [word for word in vocabulary().predicates.values() if word.is_link and word.name not in _NOT_ASKED]


# --- the sheets --------------------------------------------------------------------------------------------------------------
def _read_me(sheet: Any) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = README
    sheet.column_dimensions["A"].width = 110
    sheet.append([TEMPLATE_MARK])
    sheet["A1"].font = Font(color="808080", size=9)
    for line in _TEXT:
        sheet.append([line])
    for row in sheet.iter_rows(min_row=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A2"].font = Font(bold=True, size=13)


def _to_fill_in(sheet: Any, columns: Sequence[Column], lists: _Lists) -> None:
    """A sheet with its header, one example, drop-downs and hints."""
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.append([column.title for column in columns])
    sheet.append([column.example or None for column in columns])
    sheet.freeze_panes = "C2"
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet[f"{letter}1"].fill = PatternFill("solid", fgColor="DCE6F1")
        sheet[f"{letter}2"].font = Font(italic=True, color="808080")
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].number_format = "@"  # a year or a code stays the text that was typed
        rule = DataValidation(type="list" if column.choices else None, formula1=lists.range_of(column.choices) or None)
        rule.promptTitle, rule.prompt, rule.showInputMessage = column.title[:32], column.prompt, True
        rule.showErrorMessage = bool(column.choices) and column.strict
        rule.errorTitle, rule.error = column.title[:32], "Choose a word from the list."
        rule.add(f"{letter}2:{letter}{ROWS}")
        sheet.add_data_validation(rule)


class _Lists:
    """What the drop-downs offer, each word with its meaning, on a sheet of its own at the end of the workbook."""

    def __init__(self, book: Any) -> None:
        words = vocabulary()
        self._book = book
        self._lists: dict[str, list[tuple[str, str]]] = {
            "kind": [(name, words.kinds[name].what) for name in KINDS],
            "predicate": [(one.name, _meaning(one)) for one in asked_links()],
            "status": [(one.name, one.what) for one in words.statuses.values()],
            "confidence": list(zip(CONFIDENCES, ("the source says so plainly", "it says so in passing", "it may be read so"),
                                   strict=True)),
            "place": [(place, "") for place in places()],
        }  # fmt: skip

    def range_of(self, name: str) -> str:
        """The cells that hold a list, as a drop-down names them; ``""`` for none."""
        if not name:
            return ""
        if name == "name":
            return f"{ORGANISATIONS}!$B$3:$B${ROWS}"
        letter = self._letter(name)
        return f"{WORDS}!${letter}$2:${letter}${len(self._lists[name]) + 1}"

    def write(self) -> None:
        """Write the sheet."""
        from openpyxl.styles import Font

        sheet = self._book.create_sheet(WORDS)
        sheet.freeze_panes = "A2"
        for name, words in self._lists.items():
            letter, beside = self._letter(name), self._letter(name, 1)
            sheet[f"{letter}1"], sheet[f"{beside}1"] = name, "what it means"
            sheet[f"{letter}1"].font = sheet[f"{beside}1"].font = Font(bold=True)
            sheet.column_dimensions[letter].width, sheet.column_dimensions[beside].width = 26, 60
            for row, (word, what) in enumerate(words, start=2):
                sheet[f"{letter}{row}"], sheet[f"{beside}{row}"] = word, what or None

    def _letter(self, name: str, beside: int = 0) -> str:
        return "ABCDEFGHIJ"[2 * list(self._lists).index(name) + beside]


def _meaning(word: Predicate) -> str:
    """What a link says, and which kinds may stand at its two ends."""
    plural = vocabulary().kinds
    ends = [
        ", ".join(plural[kind].label for kind in sorted(kinds)) if kinds is not None else "anything"
        for kinds in (word.domain, word.range)
    ]
    sentence = word.sentence.replace("{subject}", "FROM").replace("{object}", "TO").replace("{status}", "status")
    return f"{sentence} FROM: {ends[0]}. TO: {ends[1]}."
