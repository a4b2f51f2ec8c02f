"""Records of a JSON file, one after another: an array, one object, or one object a line; plain, gzipped or zipped.

Memory does not grow with the file. Archives are read in place, never unpacked, and what they unpack to is bounded.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, Protocol

import numpy as np

from graph.errors import RefusedFile

MOST_UNPACKED: Final = 4_000_000_000
MOST_RATIO: Final = 100
MOST_MEMBERS: Final = 500_000
MOST_RECORD: Final = 32_000_000
"""Bytes between the starts of two records; a longer one is no record of a register."""
MOST_COMMAS: Final = 2_000_000
"""Commas between the starts of two records, in texts too: values take far more memory than their bytes."""
_FREE: Final = 10_000_000
"""What an archive may unpack to, however small it is."""
_NOT_JSON: Final = (
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"%PDF", "a PDF document"),
    (b"<", "XML or HTML"),
)
_UNSAFE = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|\\|^[A-Za-z]:|[\x00-\x1f]")
_RECORDS: Final = (".json", ".jsonl", ".ndjson")


_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|("[^"\\]*(?:\\.[^"\\]*)*\\?\Z)', re.DOTALL)
"""A string of JSON; in the group one that goes on behind the end."""
_REST = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
MOST_DEPTH: Final = 100


_ITSELF: Final = "it"
"""What messages call the file, which the ledger names; a member of an archive is called by its own name."""


class Depth:
    """Follows how deep JSON is nested, chunk by chunk, before a parser sees it: parsers fail without mercy on deep nesting."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = self._escaped = False

    def reaches(self, chunk: bytes) -> int:
        """The deepest level in the next chunk."""
        if self._escaped:
            chunk, self._escaped = chunk[1:], not chunk
        if self._in_string:
            rest = _REST.match(chunk)
            end = rest.end() if rest else 0
            if chunk[end : end + 1] != b'"':
                self._escaped = self._escaped or end < len(chunk)
                return self._depth
            chunk, self._in_string = chunk[end + 1 :], False
        plain = _STRING.sub(rb"\1", chunk)
        if (opened := plain.find(b'"')) >= 0:
            self._in_string = True
            self._escaped = (len(plain) - len(plain.rstrip(b"\\"))) % 2 == 1
            plain = plain[:opened]
        signs = np.frombuffer(plain, np.uint8) | 0x20  # "[" and "{" differ in this bit, as do "]" and "}"
        steps = np.cumsum((signs == ord("{")).astype(np.int64) - (signs == ord("}")))
        if not len(steps):
            return self._depth
        deepest = self._depth + int(steps.max())
        self._depth += int(steps[-1])
        return deepest


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Meter:
    """Counts what is read; refuses a record or an archive without end. ``record()`` tells it that a record is complete."""

    def __init__(self, stream: _Readable, most: int, name: str) -> None:
        self._stream, self._left, self._name = stream, most, name
        self._of_record = self._commas = 0
        self._first = True
        self._depth = Depth()

    def read(self, size: int = -1, /) -> bytes:
        if size == 0:
            return b""  # ijson asks so whether bytes or text will come
        chunk = self._stream.read(size if size > 0 else 1 << 16)
        self._left -= len(chunk)
        self._of_record += len(chunk)
        if self._left < 0:
            raise RefusedFile(f"{self._name} unpacks to far more than such a file holds; it is not read on.")
        if self._of_record > MOST_RECORD:
            raise RefusedFile(f"{self._name} holds a record of more than {MOST_RECORD:,} bytes.")
        self._commas += chunk.count(b",")
        if self._commas > MOST_COMMAS:
            raise RefusedFile(f"{self._name} holds a record of more than {MOST_COMMAS:,} values.")
        if self._first:
            self._first = False
            for start, what in _NOT_JSON:
                if chunk.startswith(start):
                    raise RefusedFile(f"{self._name} is {what}, not JSON in UTF-8.")
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        if self._depth.reaches(chunk) > MOST_DEPTH:
            raise RefusedFile(f"{self._name} is JSON nested more than {MOST_DEPTH} levels deep, which no register is.")
        return chunk

    def record(self) -> None:
        self._of_record = self._commas = 0


def records_of(path: Path, inside: str = "item") -> Iterator[tuple[int, Any]]:
    """Number (from 1) and value of every record.

    ``inside``: where records stand in one object, as ``ijson`` writes it. Where the file begins with ``[`` they are the
    items of the array; with ``{``, where ``inside`` is ``item``, they are the objects that follow one another.
    Raises ``RefusedFile`` where it is not JSON, is cut off, or is an archive not to be trusted.
    """
    number = 0
    for name, meter, prefix in _streams(path, inside):
        for record in _parsed(meter, prefix, name):
            number += 1
            yield number, record
            meter.record()


def passed_over(path: Path) -> list[str]:
    """The files of a zip archive that ``records_of`` does not read; none for a file that is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []
    read = {one.filename for one in _chosen(members)}
    return [one.filename for one in members if one.filename not in read]


def _chosen(members: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The members that hold records; where an archive has both schemas, those of the second."""
    records = [one for one in members if one.filename.lower().endswith(_RECORDS)]
    return [one for one in records if one.filename.lower().endswith("_schema_v2.json")] or records


def _parsed(meter: _Meter, prefix: str, name: str) -> Iterator[Any]:
    import ijson

    records = ijson.items(meter, prefix, multiple_values=not prefix, use_float=True)
    number = 0
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except (ijson.JSONError, ValueError, RecursionError, OverflowError) as error:
            raise RefusedFile(f"{name} is not JSON {_where(number)}: {_told(error)}") from None
        except (zlib.error, EOFError, OSError, zipfile.BadZipFile) as error:
            raise RefusedFile(f"{name} cannot be unpacked ({error}); it is damaged or cut off.") from None
        number += 1
        yield record


def _where(number: int) -> str:
    return f"behind record {number}" if number else "at its beginning"


def _told(error: Exception) -> str:
    """What a parser says, in one line; it shows the place in further ones, and says it in bytes."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    what = " ".join(text.split("\n")[0].split())[:160].removeprefix("parse error: ").rstrip(".")
    return f"{what}. Is it cut off?" if "EOF" in what or "end of" in what else f"{what}."


def _streams(path: Path, inside: str) -> Iterator[tuple[str, _Meter, str]]:
    with path.open("rb") as raw:
        start = raw.read(4)
        raw.seek(0)
        size = path.stat().st_size
        most = min(MOST_UNPACKED, max(_FREE, size * MOST_RATIO))
        if start.startswith(b"PK"):
            yield from _members(raw, _ITSELF, most, inside)
        elif start.startswith(b"\x1f\x8b"):
            with gzip.open(raw) as unpacked:
                prefix = _prefix(unpacked, inside, _ITSELF)
                unpacked.seek(0)
                yield _ITSELF, _Meter(unpacked, most, _ITSELF), prefix
        else:
            prefix = _prefix(raw, inside, _ITSELF)
            raw.seek(0)
            yield _ITSELF, _Meter(raw, size + 1, _ITSELF), prefix


def _prefix(stream: IO[bytes] | gzip.GzipFile, inside: str, name: str) -> str:
    """Where the records stand, by the first sign of the file."""
    try:
        start = stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (zlib.error, EOFError, OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise RefusedFile(f"{name} cannot be unpacked ({error}); it is damaged or cut off.") from None
    if start.startswith(b"["):
        return "item"
    return "" if inside == "item" else inside


def _members(raw: IO[bytes], name: str, most: int, inside: str) -> Iterator[tuple[str, _Meter, str]]:
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise RefusedFile(f"{name} is no readable zip archive ({error}); it is damaged or cut off.") from None
    with archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise RefusedFile(f"{name} holds more than {MOST_MEMBERS:,} files.")
        for member in members:
            if _UNSAFE.search(member.filename):
                raise RefusedFile(f"{name} holds a file with the path {member.filename!a}, which leads out of the archive.")
            if member.flag_bits & 1:
                raise RefusedFile(f"{name} is encrypted. Unpack it first.")
        if sum(member.file_size for member in members) > most:
            raise RefusedFile(f"{name} says that it unpacks to far more than such a file holds (a zip bomb?).")
        chosen = _chosen(members)
        if not chosen:
            raise RefusedFile(f"{name} holds no JSON file.")
        for member in chosen:
            try:
                with archive.open(member) as first:
                    prefix = _prefix(first, inside, member.filename)
                with archive.open(member) as unpacked:
                    yield member.filename, _Meter(unpacked, member.file_size + 1, member.filename), prefix
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
                raise RefusedFile(f"{member.filename} cannot be unpacked ({error}); the archive is damaged.") from None
