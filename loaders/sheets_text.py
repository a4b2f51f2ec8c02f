"""Text tables: by what their cells are divided, and their rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from graph.errors import RefusedFile
from loaders.sheets_encoding import Readable

DELIMITERS: Final = (",", ";", "\t", "|")
MOST_LINE: Final = 4_000_000
"""Characters of one row."""
_CHUNK: Final = 1 << 16
_SNIFFED: Final = 1 << 16
_MARKUP = re.compile(r"\s*<(?:!doctype|!--|\?xml|(?:html|table|head|body)\b|[a-z][\w.:-]*\s[^<>]{0,2000}>)", re.IGNORECASE)


def delimiter_of(sample: str) -> str:
    """What divides the cells of a text table, by its beginning: the sign that cuts most rows into equally many cells.

    >>> delimiter_of("name;country\\nInstitut, the first;France\\n")
    ';'
    """
    best, choice = (0.0, 0), ","
    for delimiter in DELIMITERS:
        widths = []
        try:
            for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                if any(cells):
                    widths.append(len(cells))
                if len(widths) == 50:
                    break
        except csv.Error:
            continue
        cut = Counter(width for width in widths if width > 1)
        if not cut:
            continue
        width, lines = max(cut.items(), key=lambda pair: (pair[1], pair[0]))
        found = (round(lines / len(widths), 1), width)
        if found > best:
            best, choice = found, delimiter
    return choice


class _Raw(io.RawIOBase):
    def __init__(self, stream: Readable) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Lines:
    """The lines of a text, line ends kept, decoded strictly, none without end; call ``start`` before every row."""

    def __init__(self, stream: Readable, encoding: str) -> None:
        self._text = io.TextIOWrapper(io.BufferedReader(_Raw(stream), _CHUNK), encoding=encoding, newline="")
        self._of_row = 0

    def sample(self) -> str:
        """The beginning of the text, which is then behind."""
        try:
            return self._text.read(_SNIFFED)
        except UnicodeDecodeError as error:
            raise _undecodable(error) from None

    def start(self) -> None:
        """A new row begins."""
        self._of_row = 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        try:
            line = self._text.readline(MOST_LINE + 1)
        except UnicodeDecodeError as error:
            raise _undecodable(error) from None
        if not line:
            raise StopIteration
        self._of_row += len(line)
        if self._of_row > MOST_LINE:
            raise RefusedFile(f"it has a row of more than {MOST_LINE:,} characters (is a quotation mark left open?).")
        return line


def _undecodable(error: UnicodeDecodeError) -> RefusedFile:
    return RefusedFile(f"the text cannot be decoded ({error.reason}); did it change while it was read?")


def text_rows(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Row number (blank lines count) and cells of every row that is not blank; raises ``RefusedFile`` with the row."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        lines.start()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RefusedFile(f"row {number + 1}: it cannot be read as a table ({error}); check its quotation marks.") from None
        number += 1
        yield number, cells


def is_markup(sample: str) -> bool:
    """Whether a text is a page or XML."""
    return bool(_MARKUP.match(sample))
