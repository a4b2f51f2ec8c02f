"""Rows of a CSV file, streamed, with the row numbers that a spreadsheet shows; what is not UTF-8 text is refused."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from graph.errors import RefusedFile

_NOT_TEXT: Final = (
    (b"PK\x03\x04", "it is a zip archive or a spreadsheet workbook"),
    (b"\xd0\xcf\x11\xe0", "it is an old spreadsheet workbook"),
    (b"%PDF", "it is a PDF document"),
    (b"\x1f\x8b", "it is a gzip archive"),
    (b"\xff\xfe", "it is UTF-16 text"),
    (b"\xfe\xff", "it is UTF-16 text"),
)
_SAVE_AS: Final = "Save it as CSV in UTF-8."
HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffd]")
"""Characters that no cell may hold: control characters, line breaks, invisible ones, and the sign for undecodable text."""


class NotReadable(RefusedFile):
    """A file that cannot be read as CSV text; ``row`` is where (0 for the whole file)."""

    def __init__(self, reason: str, row: int = 0) -> None:
        self.reason, self.row = reason, row
        super().__init__(reason)


class _Hashed(io.RawIOBase):
    """Passes the bytes of a file on, keeps their digest, and refuses NUL bytes."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self._raw = raw
        self.digest = hashlib.blake2b(digest_size=16)
        self._first = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self._raw.read(len(buffer))
        if self._first:
            self._first = False
            for start, what in _NOT_TEXT:
                if chunk.startswith(start):
                    raise NotReadable(f"the file is not UTF-8 text: {what}. {_SAVE_AS}")
        if b"\0" in chunk:
            raise NotReadable(f"the file is not text: it holds NUL bytes. {_SAVE_AS}")
        self.digest.update(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Table:
    """A CSV file while it is read: ``header``, then ``rows()``; ``digest`` is complete after the last row.

    Use as a context manager. Raises ``NotReadable`` for a file that is not UTF-8 text, is empty or is not CSV.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise NotReadable(f"the file cannot be opened: {error.strerror or 'unknown error'}.") from None
        self._hashed = _Hashed(self._file)
        self._text = io.TextIOWrapper(io.BufferedReader(self._hashed, 1 << 16), encoding="utf-8-sig", newline="")
        self._lines = csv.reader(self._text, strict=True)
        self._row = 0
        self.header: tuple[str, ...] = ()

    def __enter__(self) -> Table:
        try:
            self.header = tuple(next(self._cells(), ()))
            if not any(self.header):
                raise NotReadable("the file is empty, or its first row is: the header belongs there.")
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def digest(self) -> str:
        """The digest of the bytes read so far."""
        return self._hashed.digest.hexdigest()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Row number (the first under the header is 2) and cells of every row; a blank row has no filled cell."""
        for cells in self._cells():
            yield self._row, cells

    def _cells(self) -> Iterator[list[str]]:
        while True:
            try:
                cells = next(self._lines)
            except StopIteration:
                return
            except csv.Error as error:
                raise NotReadable(
                    f"the row cannot be read as CSV ({error}); check its quotation marks.", self._row + 1
                ) from None
            except UnicodeDecodeError:
                raise _undecodable(self._path) from None
            self._row += 1
            yield cells


def _undecodable(path: Path) -> NotReadable:
    """Says in which line the first byte lies that is not UTF-8."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = f"0x{line[error.start]:02x}"
                looks = " (it looks like Windows-1252)" if 0x80 <= line[error.start] <= 0xFF else ""
                return NotReadable(f"the file is not UTF-8 text: byte {byte} in this line{looks}. {_SAVE_AS}", number)
    return NotReadable(f"the file is not UTF-8 text. {_SAVE_AS}")
