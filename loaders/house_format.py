"""Reads rows of the house format, which ``mcmgraph export`` writes as XLSX and CSV: one row is one statement.

A row with an id must still say what it said when it was written; a row without one is a new statement. See
``graph.house_format`` for the columns and cells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from graph.errors import BadDate, InputError, UnknownWord
from graph.export import told_by
from graph.house_format import COLUMNS, FOR_READERS, NEEDED, line_of, plain
from graph.model import CONFIDENCES, EntityId, Period, Statement
from graph.vocabulary import nearest, vocabulary
from loaders.sayings import BadValue

_RAW: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DATES: Final = ("valid_from", "valid_to")


def layout_of(header: Sequence[str]) -> bool:
    """Whether the cells of a header row are those of a sheet of statements, in any order, whatever their case."""
    return {cell.strip().lower() for cell in header} >= NEEDED


def ignored_for(cells: Mapping[str, str]) -> str:
    """Why a row is not to be read, ``""`` where it is: the graph no longer knew it when the table was written."""
    return "no longer known when the table was written" if cells.get("known_to", "").strip() else ""


def kind_in(cells: Mapping[str, str]) -> tuple[EntityId, str] | None:
    """The entity and the kind that a row gives it, None for any other row: what a first reading of the table collects."""
    if cells.get("predicate", "").strip() != "kind":
        return None
    try:
        return _text("subject", cells.get("subject", "")), _text("value", cells.get("value", "")).strip()
    except BadValue:
        return None  # told when the row itself is read


def statements_of(cells: Mapping[str, str]) -> list[Statement]:
    """The statement of a row, by column in small letters; raises ``BadValue`` with the column, and the nearest word.

    The words are checked; whether subject and object are entities of the right kinds is left to the caller.
    """
    texts = {column: _text(column, cells.get(column, "")) for column in COLUMNS if column not in FOR_READERS}
    for column in ("subject", "predicate", "source", "locator"):
        if not texts[column].strip():
            raise BadValue(column, "", f"a statement needs a {column}")
    if bool(texts["object"]) == bool(texts["value"].strip()):
        raise BadValue("object", texts["object"], "a statement has either an object (an id) or a value (a text): fill in one")
    texts["confidence"] = texts["confidence"] or "medium"
    if texts["confidence"] not in CONFIDENCES:
        near = nearest(texts["confidence"], CONFIDENCES) or CONFIDENCES
        raise BadValue("confidence", texts["confidence"], "there is no such confidence", near)
    try:
        vocabulary().predicate(texts["predicate"])
    except UnknownWord as error:
        raise BadValue("predicate", texts["predicate"], "there is no such predicate", error.nearest) from None
    return [_checked(texts)]


def _checked(texts: Mapping[str, str]) -> Statement:
    try:
        line = line_of(texts)
    except InputError as error:
        raise BadValue("qualifiers", texts["qualifiers"], str(error)) from None
    for column in _DATES:
        try:
            Period(texts[column])
        except BadDate as error:
            raise BadValue(column, texts[column], str(error)) from None
    try:
        statement = told_by(line)
    except BadDate as error:
        raise BadValue("valid_to", texts["valid_to"], str(error)) from None
    except InputError as error:
        raise BadValue("", "", str(error)) from None
    if texts["id"] and texts["id"] != statement.id:
        why = "the row was changed since it was written. Empty its id to load what it says now as a statement of its own"
        raise BadValue("id", texts["id"], why)
    return statement


def _text(column: str, cell: str) -> str:
    """The text that a cell holds, dates and ids without space around; raises ``BadValue`` for characters that deceive."""
    if _RAW.search(cell):
        raise BadValue(column, cell, "it holds a control character or one that reverses the order of the letters")
    try:
        text = plain(cell)
    except InputError as error:
        raise BadValue(column, cell, str(error)) from None
    return text.strip() if column in _DATES or column in ("id", "predicate", "confidence") else text
