"""The house format: a sheet of statements that is written, read by people, and read back without a change.

One row is one statement. A cell is the text itself, unless a spreadsheet would act on it, change it or hide it: then the cell
begins with an apostrophe, a backslash is doubled, and such characters are written ``\\uXXXX`` (``safe`` and ``plain``). So no
cell is ever taken for a formula, and every text comes back as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.errors import BadStatement

NAME: Final = "mcmgraph statements 1"
"""The name and edition of the format, as the sheet ``About`` gives it."""

COLUMNS: Final = (
    "id", "subject", "subject_name", "predicate", "object", "object_name", "value", "valid_from", "valid_to", "confidence",
    "source", "source_title", "locator", "url", "quotation", "release", "qualifiers", "known_from", "known_to", "origins",
)  # fmt: skip
FOR_READERS: Final = frozenset({"subject_name", "object_name", "source_title", "known_from", "origins"})
"""Columns that only help a reader: they are worked out when written, and nothing is taken from them when read."""
NEEDED: Final = frozenset({"subject", "predicate", "object", "value", "confidence", "source", "locator"})
"""Columns by which a sheet is known to be one of statements."""

STATEMENTS, ABOUT, ENTITIES, SOURCES = "Statements", "About", "Entities", "Sources"
"""The sheets of a workbook; further sheets of statements are called ``Statements 2``, ``Statements 3``, ..."""

TEMPLATE_MARK: Final = "mcmgraph template 1"
"""What stands in the first cell of the sheet ``README`` of the workbook that partners fill in."""
README, ORGANISATIONS, LINKS = "Read me", "Organisations", "Links"
"""The sheets of that workbook that people see."""

FORMULA: Final = "=+-@＝＋－＠"
"""A cell that begins with one of these, a tab or a carriage return may be run as a formula."""
_ERRORS: Final = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_HIDDEN: Final = "\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
_AWKWARD = re.compile(rf"[{_HIDDEN}]|^\s|\s\Z|_(?=x[0-9A-Fa-f]{{4}}_)")
_ESCAPE = re.compile(r"\\(\\|u[0-9a-fA-F]{4})?")


def safe(text: str) -> str:
    """A text as a cell holds it.

    >>> safe("Gavi"), safe("=1+1"), safe("'tis"), safe("two\\u200b")
    ('Gavi', "'=1+1", "''tis", "'two\\\\u200b")
    """
    if not text or not (text[0] in FORMULA or text[0] == "'" or text in _ERRORS or _AWKWARD.search(text)):
        return text
    return "'" + _AWKWARD.sub(lambda found: f"\\u{ord(found.group()):04x}", text.replace("\\", "\\\\"))


def plain(cell: str) -> str:
    """The text that a cell holds: the inverse of ``safe``; a cell that was typed by hand is its own text.

    >>> plain("'=1+1"), plain("Gavi")
    ('=1+1', 'Gavi')

    Raises ``BadStatement`` for a backslash that stands for nothing, behind an apostrophe at the start.
    """
    if not cell.startswith("'"):
        return cell
    return _ESCAPE.sub(_meant, cell[1:])


def _meant(found: re.Match[str]) -> str:
    code = found.group(1)
    if code is None:
        raise BadStatement(
            "In a cell that begins with an apostrophe, a backslash is written twice, and a character that cannot be seen as "
            "\\uXXXX. Leave the apostrophe away, or write the backslash twice."
        )
    return "\\" if code == "\\" else chr(int(code[1:], 16))


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of statements are called, for the columns that help a reader: entities, and cited sources by title."""

    of: Mapping[str, str]

    def __call__(self, id: str | None) -> str:
        """The name of an id, ``""`` where it has none but its id."""
        name = self.of.get(id, "") if id is not None else ""
        return name if name != id else ""


def cells_of(line: Mapping[str, Any], names: Names) -> list[str]:
    """One exported line (``graph.export.export_lines``) as the cells of ``COLUMNS``, not yet made safe."""
    told = {
        **line,
        "subject_name": names(line["subject"]),
        "object_name": names(line.get("object")),
        "source_title": names(line["source"]),
        "qualifiers": json.dumps(line["qualifiers"], ensure_ascii=False, sort_keys=True) if line["qualifiers"] else "",
        "origins": "; ".join(line["origins"]),
    }
    return [told.get(column) or "" for column in COLUMNS]


def line_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """A line for ``graph.export.statement_of`` out of the cells of one row, by column; ``id`` is ``""`` where none is given.

    Raises ``BadStatement`` where the qualifiers are no JSON object of texts.
    """
    given = cells.get("qualifiers", "")
    try:
        qualifiers = json.loads(given) if given else {}
    except (ValueError, RecursionError):
        qualifiers = None
    if not isinstance(qualifiers, dict) or not all(isinstance(text, str) for text in qualifiers.values()):
        raise BadStatement('The qualifiers are no JSON object of texts, such as {"status": "member"}.')
    line: dict[str, Any] = {column: cells.get(column, "") for column in COLUMNS}
    line["object"], line["value"] = line["object"] or None, line["value"] or None
    return {**line, "qualifiers": qualifiers}
