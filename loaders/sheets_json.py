"""Tables in JSON: rows as arrays, records as objects, one after another or in arrays inside one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from graph.errors import RefusedFile
from loaders.jsons import records_of
from loaders.sheets_cells import MOST_COLUMNS, number_text

_DEEPEST: Final = 4
BETWEEN: Final = " | "
"""Stands between the texts of a list in one cell."""

Cells = list[str]


def json_sheets(path: Path) -> dict[str, str]:
    """Each table of a JSON file by its name, with where it stands as ``ijson`` writes it; one without a name is ``""``.

    An object that holds arrays of rows or records, and is all the file has, is several tables, each by its key.
    """
    first = list(islice(records_of(path), 2))
    if not first:
        raise RefusedFile("it holds no row.")
    one = first[0][1]
    if len(first) == 1 and isinstance(one, dict):
        inner = {key: f"{key}.item" for key, value in one.items() if _is_table(value)}
        if inner:
            return {"": next(iter(inner.values()))} if len(inner) == 1 else inner
    return {"": "item"}


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, (list, dict)) for item in value)


def json_rows(path: Path, inside: str) -> Iterator[tuple[int, Cells]]:
    """Row number and cells; of records the first row is their keys, over the whole file, in the order they come."""
    _, first = next(records_of(path, inside), (0, None))
    if isinstance(first, list):
        yield from _arrays(path, inside)
    elif isinstance(first, dict):
        yield from _objects(path, inside)
    else:
        raise RefusedFile("it is no table: its items are neither rows (arrays) nor records (objects).")


def _arrays(path: Path, inside: str) -> Iterator[tuple[int, Cells]]:
    for number, row in records_of(path, inside):
        if not isinstance(row, list):
            raise RefusedFile(f"row {number}: an array was expected, as in the rows before.")
        if len(row) > MOST_COLUMNS:
            raise RefusedFile(f"row {number}: it has more than {MOST_COLUMNS:,} cells.")
        yield number, [_text(cell, number) for cell in row]


def _objects(path: Path, inside: str) -> Iterator[tuple[int, Cells]]:
    columns: dict[str, int] = {}
    for number, record in records_of(path, inside):
        for key in _flat(record, number):
            columns.setdefault(key, len(columns))
        if len(columns) > MOST_COLUMNS:
            raise RefusedFile(f"record {number}: the records have more than {MOST_COLUMNS:,} different keys.")
    yield 1, list(columns)
    for number, record in records_of(path, inside):
        cells = [""] * len(columns)
        for key, value in _flat(record, number).items():
            if key not in columns:
                raise RefusedFile("the file changed while it was being loaded; load it again.")
            cells[columns[key]] = value
        yield number + 1, cells


def _flat(record: object, number: int) -> dict[str, str]:
    if not isinstance(record, dict):
        raise RefusedFile(f"record {number}: an object was expected, as in the records before.")
    cells: dict[str, str] = {}
    _flatten(record, "", 1, cells, number)
    return cells


def _flatten(record: Mapping[str, Any], before: str, depth: int, cells: dict[str, str], number: int) -> None:
    for key, value in record.items():
        name = before + key
        if isinstance(value, dict):
            if depth == _DEEPEST:
                raise RefusedFile(f"record {number}: {name!r} is nested more than {_DEEPEST} levels deep, which no table is.")
            _flatten(value, name + ".", depth + 1, cells, number)
        else:
            if name in cells:
                raise RefusedFile(f"record {number}: it has two values for {name!r}.")
            cells[name] = _text(value, number)


def _text(value: object, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return BETWEEN.join(_text(item, number) for item in value)
    raise RefusedFile(f"row {number}: a cell holds a table of its own, which no cell can.")
