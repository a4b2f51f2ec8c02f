"""Archives that hold a table: what may be in them, and how far they are read. Nothing is ever unpacked to the disk."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from graph.errors import RefusedFile

MOST_UNPACKED: Final = 2_000_000_000
MOST_RATIO: Final = 100
MOST_MEMBERS: Final = 10_000
_FREE: Final = 20_000_000
"""What an archive may unpack to, however small it is."""
_UNSAFE = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|\\|^[A-Za-z]:|[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_CHUNK: Final = 1 << 16
_DECLARATIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class Metered:
    """A member while it is read: counts what really comes out of it, whatever the archive says, and refuses too much."""

    def __init__(self, stream: IO[bytes], most: int, what: str) -> None:
        self._stream, self._left, self._what = stream, most, what

    def read(self, size: int = -1, /) -> bytes:
        """As of a file; raises ``RefusedFile`` where the archive is damaged or holds more than it may."""
        try:
            chunk = self._stream.read(_CHUNK if size is None or size < 0 else size)
        except _UNREADABLE as error:
            raise RefusedFile(f"{self._what} cannot be unpacked ({error}); it is damaged or cut off.") from None
        self._left -= len(chunk)
        if self._left < 0:
            raise RefusedFile(f"{self._what} unpacks to far more than a table of its size holds (a zip bomb?).")
        return chunk


class Archive:
    """A zip archive of which every path, number and size was held against the bounds; use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._zip = zipfile.ZipFile(path)
        except _UNREADABLE as error:
            raise RefusedFile(f"it is no readable archive or workbook ({error}); it is damaged or cut off.") from None
        try:
            self._check(path.stat().st_size)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _check(self, size: int) -> None:
        members = self._zip.infolist()
        if len(members) > MOST_MEMBERS:
            raise RefusedFile(f"it is an archive of more than {MOST_MEMBERS:,} files.")
        self._most = min(MOST_UNPACKED, max(_FREE, size * MOST_RATIO))
        seen: set[str] = set()
        for member in members:
            if _UNSAFE.search(member.filename):
                raise RefusedFile(f"it holds a file with the path {member.filename!a}, which leads out of the archive.")
            if member.filename in seen:
                raise RefusedFile(f"it holds two files with the path {member.filename!a}; which of them counts cannot be told.")
            seen.add(member.filename)
            if member.flag_bits & 1:
                raise RefusedFile("it is encrypted. Save it without a password.")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise RefusedFile("it is packed in an unusual way. Pack it anew as an ordinary zip archive.")
        if sum(member.file_size for member in members) > self._most:
            raise RefusedFile("it says that it unpacks to far more than a table of its size holds (a zip bomb?).")

    @property
    def names(self) -> list[str]:
        """The paths of the files in it, folders and what systems add on their own left out."""
        hidden = ("__MACOSX/", ".")
        return [
            name
            for name in self._zip.namelist()
            if not name.endswith("/") and not name.startswith(hidden) and "/." not in name and name.lower() != "thumbs.db"
        ]

    @contextmanager
    def open(self, name: str) -> Iterator[Metered]:
        """Read one member; raises ``RefusedFile`` where it is missing."""
        try:
            stream = self._zip.open(name)
        except KeyError:
            raise RefusedFile(f"it has no part {name!r}: it is no complete workbook. Save it anew.") from None
        except _UNREADABLE as error:
            raise RefusedFile(f"its part {name!r} cannot be unpacked ({error}); it is damaged.") from None
        with stream:
            yield Metered(stream, self._most, f"its part {name!r}")

    def check_xml(self, name: str, word: bytes = b"\0") -> bool:
        """Refuse a part that is not UTF-8 or declares a document type or entities: no part of a workbook does.

        Says whether the part holds ``word`` (of at most 16 letters).
        """
        found = False
        with self.open(name) as stream:
            before = b""
            while chunk := stream.read(_CHUNK):
                if not before and (chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in chunk[:4]):
                    raise RefusedFile(f"its part {name!r} is not in UTF-8. Save it anew.")
                if _DECLARATIONS.search(before + chunk):
                    raise RefusedFile(f"its part {name!r} declares a document type or entities, which no workbook needs.")
                found = found or word in before + chunk
                before = chunk[-16:]
        return found
