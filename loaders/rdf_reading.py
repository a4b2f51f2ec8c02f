"""Files of RDF as triples, in a stream: what a parser must never see is stopped before it.

pyoxigraph parses. It expands entities of XML without bound, follows nesting until its stack ends, and drops relative addresses
of JSON-LD in silence; each of these is caught here first. No address is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from xml.parsers import expat

from graph.errors import InputError, RefusedFile
from graph.rdf import format_of
from loaders.jsons import MOST_DEPTH, Depth
from loaders.rdf_contexts import in_full

if TYPE_CHECKING:
    import pyoxigraph as ox

MOST_TREE: Final = 16_000_000
"""Bytes of JSON-LD that are read as a whole, so that its context may stand anywhere. A larger file is read in a stream."""
MOST_ADDRESS: Final = 2_000
"""Characters of an address; a prefix may make it far longer than the file shows."""
MOST_TEXT: Final = 1_000_000
"""Characters of a text."""
RELATIVE: Final = "https://relative.invalid/"
"""What a relative address of JSON-LD is read under, so that it is not lost unseen."""
_CHUNK: Final = 1 << 16
_PROLOG: Final = 1 << 16
_FOREIGN: Final = (
    (b"\x1f\x8b", "a compressed archive. Unpack it first"),
    (b"PK\x03\x04", "an archive. Unpack it first"),
    (b"\xff\xfe", "UTF-16 text. Save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text. Save it as UTF-8"),
    (b"%PDF", "a PDF document"),
)
_ENTITY: Final = rb"<!ENTITY\s++[A-Za-z_][\w.-]*+\s++(?:\"[^\"&%<]{0,500}+\"|'[^'&%<]{0,500}+')\s*+>"
_ASIDE: Final = rb"(?:\s|<!--(?:[^-]|-[^-])*+-->|<\?[^?>]*+\?>)*+"
_PLAIN_PROLOG = re.compile(
    _ASIDE + rb"(?:<!DOCTYPE\s++[\w:.-]++\s*+(?:\[(?:\s|" + _ENTITY + rb")*+\]\s*+)?+>)?+" + _ASIDE + rb"\Z",
    re.DOTALL,
)
"""What may stand before the root of XML: of a document type only short texts that hold no other."""
_IN_ORDER: Final = "must have @context first, then @type, then @id, and @graph last; or be written in another format."
_NO_CONTEXT: Final = re.compile(r"No LoadDocumentCallback")


def triples_of(path: Path) -> Iterator[tuple[int, ox.Quad]]:
    """The triples of a file with their number, from 1, in the order of the file.

    Raises ``RefusedFile`` where the file is not what its name says, is not well-formed (with line and column where the format
    has them), or holds what no such file needs.
    """
    import pyoxigraph as ox

    try:
        name = format_of(path)
    except InputError as error:
        raise RefusedFile(str(error)) from None
    with path.open("rb") as stream:
        source = _source(stream, path, name)
        kind, base = getattr(ox.RdfFormat, name), None
        if name == "JSON_LD":
            base = RELATIVE
            kind = ox.RdfFormat.STREAMING_JSON_LD if isinstance(source, _Chunks) else kind
        try:
            for number, quad in enumerate(ox.parse(source, format=kind, base_iri=base), 1):  # type: ignore[arg-type]
                _check(quad, number)
                yield number, quad
        except SyntaxError as error:
            streamed = f" JSON-LD of more than {MOST_TREE:,} bytes {_IN_ORDER}" if isinstance(source, _Nested) else ""
            where = f"line {_line_of(path)}: " if name == "RDF_XML" and not error.lineno else ""
            raise RefusedFile(where + _told(error, name) + streamed) from None
        except MemoryError:
            raise RefusedFile("it holds a text or an address of more than 16 million bytes.") from None


def _told(error: SyntaxError, name: str) -> str:
    """What a parser says, with the place and what to do."""
    said = " ".join(str(error.msg).split())[:300]
    if _NO_CONTEXT.search(said):
        return "its @context is an address, and none is opened. Put the context itself into the file."
    if "No scheme found" in said:
        said += ". Addresses must be given in full, or the file must state its base"
    where = f"line {error.lineno}, column {error.offset}: " if error.lineno and name != "JSON_LD" else ""
    said = re.sub(r"^Parser error at line \d+ (?:between columns \d+ and (?:column )?\d+|column \d+)[^:]*: ", "", said)
    return f"{where}{said}."


def _check(quad: ox.Quad, number: int) -> None:
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        value = getattr(term, "value", "")
        kind = type(term).__name__
        if kind == "NamedNode" and len(value) > MOST_ADDRESS:
            raise RefusedFile(f"triple {number}: an address has more than {MOST_ADDRESS:,} characters.")
        if kind == "Literal" and (len(value) > MOST_TEXT or len(term.datatype.value) > MOST_ADDRESS):  # type: ignore[union-attr]
            raise RefusedFile(f"triple {number}: a text has more than {MOST_TEXT:,} characters.")
        if kind == "Triple" and len(str(term)) > MOST_TEXT:
            raise RefusedFile(f"triple {number}: a triple in a triple has more than {MOST_TEXT:,} characters.")


# --- what a parser reads ------------------------------------------------------------------------------------------------------
class _Chunks:
    """A file in chunks, without its byte-order mark."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._first = stream, True

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._stream.read(_CHUNK if size < 0 else min(size, _CHUNK))
        if self._first:
            self._first = False
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        return chunk


class _Nested(_Chunks):
    """JSON whose levels are counted."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._depth = Depth()

    def read(self, size: int = -1, /) -> bytes:
        chunk = super().read(size)
        if self._depth.reaches(chunk) > MOST_DEPTH:
            raise RefusedFile(f"it is nested more than {MOST_DEPTH} levels deep.")
        return chunk


class _Xml(_Chunks):
    """XML that a strict parser has read before: well-formed, flat enough, and without entities that grow."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._level = self._run = 0
        self._held = b""
        self._rooted = self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        while not self._ended:
            chunk = super().read(size)
            self._ended = not chunk
            self._parse(chunk)
            if self._rooted:
                chunk, self._held = self._held + chunk, b""
                return chunk
            self._held += chunk
            if len(self._held) > _PROLOG:
                raise RefusedFile(f"no XML element begins within its first {_PROLOG:,} bytes.")
        return b""

    def _parse(self, chunk: bytes) -> None:
        try:
            self._chunk = self._held + chunk
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            raise RefusedFile(f"line {error.lineno}, column {error.offset + 1}: {said}; the XML is not well-formed.") from None
        except (ValueError, LookupError) as error:
            raise RefusedFile(f"its encoding is not known ({error}). Save it as UTF-8.") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._rooted:
            self._rooted = True
            if not _PLAIN_PROLOG.match(self._chunk[: self._parser.CurrentByteIndex]):
                raise RefusedFile(
                    "its DOCTYPE does more than to name short texts (entities that hold others, or lie outside); "
                    "nothing of it is expanded or fetched."
                )
        self._level += 1
        self._run = 0
        if self._level > MOST_DEPTH:
            raise RefusedFile(f"line {self._parser.CurrentLineNumber}: it is nested more than {MOST_DEPTH} levels deep.")
        if sum(len(value) for value in attributes.values()) > MOST_TEXT:
            raise RefusedFile(f"line {self._parser.CurrentLineNumber}: attributes of more than {MOST_TEXT:,} characters.")

    def _end(self, name: str) -> None:
        self._level -= 1
        self._run = 0

    def _text(self, text: str) -> None:
        self._run += len(text)
        if self._run > MOST_TEXT:
            raise RefusedFile(f"line {self._parser.CurrentLineNumber}: a text has more than {MOST_TEXT:,} characters.")


class _Lines(_Xml):
    """XML that is given a line at a time, so that it is known in which one a parser stops."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._waiting: list[bytes] = []
        self.line = 0

    def read(self, size: int = -1, /) -> bytes:
        if not self._waiting:
            self._waiting = super().read(size).splitlines(keepends=True)[::-1]
        given = self._waiting.pop() if self._waiting else b""
        self.line += self._open
        self._open = given.endswith((b"\n", b"\r"))
        return given

    _open = True


def _line_of(path: Path) -> int:
    """The line at which a parser stops that does not say it: the file is read once more, up to there."""
    import pyoxigraph as ox

    with path.open("rb") as stream:
        lines = _Lines(stream)
        try:
            for _ in ox.parse(lines, format=ox.RdfFormat.RDF_XML):  # type: ignore[arg-type]
                pass
        except SyntaxError:
            pass
        return lines.line


def _source(stream: IO[bytes], path: Path, name: str) -> _Chunks | bytes:
    start = stream.read(4096)
    stream.seek(0)
    for sign, what in _FOREIGN:
        if start.startswith(sign):
            raise RefusedFile(f"it is {what}.")
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\x00" in start:
        raise RefusedFile("it is no text.")
    if name == "RDF_XML":
        if not plain.startswith(b"<"):
            raise RefusedFile("it is not XML, as its name says.")
        return _Xml(stream)
    if name != "JSON_LD":
        if plain.startswith((b"<?xml", b"<rdf:RDF", b"<!DOCTYPE", b"<html")):
            raise RefusedFile("it is XML or HTML, not what its name says. RDF/XML ends in .rdf.")
        return _Chunks(stream)
    if not plain.startswith((b"{", b"[")):
        raise RefusedFile("it is not JSON, as its name says.")
    if path.stat().st_size > MOST_TREE:
        return _Nested(stream)
    return in_full(_whole(_Nested(stream)))


def _whole(source: _Chunks) -> bytes:
    parts, size = [], 0
    while chunk := source.read():
        parts.append(chunk)
        if (size := size + len(chunk)) > MOST_TREE:
            raise RefusedFile("the file changed while it was being loaded; load it again.")
    return b"".join(parts)
