"""Sheets of XLS workbooks, the format before XLSX, read by calamine in a process of its own.

Its reader ends the whole process on some damaged files, whatever is caught. So it runs apart, with bounded memory and time, and
what it reads comes back as lines of JSON; where that process fails, the file is refused.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from graph.errors import RefusedFile
from loaders.sheets_cells import RawRow, moment_text, number_text, spread

MOST_BYTES: Final = 50_000_000
"""An XLS workbook is read as a whole, so it may not be larger."""
MOST_MEMORY: Final = 1_500_000_000
MOST_SECONDS: Final = 120
_MOST_LINE: Final = 40_000_000
_ERRORS: Final = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"))
_UNREADABLE: Final = "the XLS workbook cannot be read: it is damaged or too large. Save it as XLSX or CSV."


class Xls:
    """An XLS workbook: ``sheets``, ``hidden`` names, and ``rows`` of a sheet."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MOST_BYTES:
            raise RefusedFile(f"it is an XLS workbook of more than {MOST_BYTES:,} bytes. Save it as XLSX or CSV.")
        self._path = path
        self.sheets: list[str] = []
        self.hidden: set[str] = set()
        for name, is_visible in _read_apart(path):
            self.sheets.append(name)
            if not is_visible:
                self.hidden.add(name)

    def rows(self, sheet: str) -> Iterator[RawRow]:
        """The rows of a sheet that have a filled cell."""
        return spread(self._rows(sheet))

    def _rows(self, sheet: str) -> Iterator[RawRow]:
        for number, cells, spans in _read_apart(self._path, sheet):
            row = RawRow(number)
            for place, text, is_date, reason in cells:
                if reason:
                    row.fault(place, reason)
                else:
                    row.put(place, text, is_date)
            row.spans = dict(spans)
            yield row


def _read_apart(path: Path, *sheet: str) -> Iterator[Any]:
    """What the reading process tells, line by line; it ends with a line that says so, else the file is refused."""
    command = [sys.executable, "-m", "loaders.sheets_xls", str(path.resolve()), *sheet]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:  # noqa: S603 (our own module)
        assert reader.stdout is not None
        try:
            while line := reader.stdout.readline(_MOST_LINE):
                if (told := json.loads(line)) is None:
                    return
                yield told
        except ValueError:
            raise RefusedFile(_UNREADABLE) from None
        finally:
            reader.kill()
    raise RefusedFile(_UNREADABLE)


# --- the reading process -----------------------------------------------------------------------------------------------------
def main(path: str, *sheet: str) -> None:
    """Tell the sheets of a workbook, or the rows of one, as lines of JSON."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    _limit()
    book = CalamineWorkbook.from_path(path)
    if sheet:
        for told in _rows_of(book.get_sheet_by_name(sheet[0])):
            print(json.dumps(told))
    else:
        for one in book.sheets_metadata:
            if one.typ == SheetTypeEnum.WorkSheet:
                print(json.dumps([one.name, one.visible == SheetVisibleEnum.Visible]))
    print("null")


def _limit() -> None:
    """Bound memory and time, where the system can."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _rows_of(sheet: Any) -> Iterator[Any]:
    offset = sheet.start[1] if sheet.start else 0
    spans = {top: bottom[0] + 1 for top, bottom in sheet.merged_cell_ranges or () if bottom[0] > top[0]}
    for number, values in enumerate(sheet.iter_rows()):
        cells = [(place, *told) for place, value in enumerate(values, offset) if (told := _told(value))]
        if cells:
            yield number + 1, cells, [(place, spans[number, place]) for place, *_ in cells if (number, place) in spans]


def _told(value: object) -> tuple[str, bool, str] | None:
    """A cell as its text, whether it is a date, and why it cannot be used; None where it is empty."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE", False, ""
        case int() | float():
            return number_text(value), False, ""
        case datetime():
            return moment_text(value), True, ""
        case date():
            return value.isoformat(), True, ""
        case time() | timedelta():
            return str(value), False, ""
        case str() if value in _ERRORS:
            return "", False, f"the cell shows the error {value}"
        case str() if value:
            return value, False, ""
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
