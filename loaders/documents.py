"""Pages and documents as text: HTML, plain text and PDF, with the place of every character in the stored file.

Nothing is fetched, run or rendered. A file is bounded in size; what cannot be read is refused with its reason.
"""

from __future__ import annotations

import hashlib
import html
import re
import warnings
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from graph.errors import RefusedFile
from loaders.regular import what_is_wrong
from loaders.sheets_encoding import broken_utf8

MOST_BYTES: Final = 20_000_000
MOST_CHARACTERS: Final = 8_000_000
MOST_PAGES: Final = 2_000
BREAK: Final = "\n"
"""Stands between two blocks (paragraphs, list items, cells) in ``Document.text``; no name or sentence runs across it."""
_SKIPPED: Final = ("script", "style", "template", "noscript", "svg", "math", "iframe", "object", "textarea", "select")
_INLINE: Final = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))  # fmt: skip
_TAG_NAME = re.compile(r"/?\s*([a-zA-Z][a-zA-Z0-9:-]*)")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_BEFORE_START = re.compile(rb"<!--.*?-->|<\?xml[^>]*\?>", re.DOTALL | re.IGNORECASE)
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_XML_START = re.compile(rb"<(?:!doctype\s|[a-z][\w.-]*:|iati-|[a-z][\w.-]*\s[^<>]*\bxmlns\b)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,2000})", re.IGNORECASE)
_TEXT_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_DROPPED = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ALIKE: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "‐": "-", "‑": "-"})


@dataclass(frozen=True, slots=True)
class Document:
    """A document as text to look names up in.

    ``text``: white space runs are one space, blocks are divided by ``BREAK``, invisible characters are left out, quotation
    marks and hyphens are of one sort. ``lines`` is the same with line breaks inside a block as ``"\\r"``. ``source`` is the
    decoded file (of a PDF, the text taken from its pages); ``span`` gives the place of a stretch of ``text`` in it.
    ``sha256`` is of the stored bytes. ``pages``: where each page of a PDF begins in ``source``.
    """

    name: str
    sha256: str
    media: str
    title: str
    source: str
    text: str
    lines: str
    starts: array[int]
    ends: array[int]
    pages: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of ``source``, half-open, that a non-empty stretch of ``text`` was made from."""
        return self.starts[start], self.ends[end - 1]


def read_document(path: Path, name: str = "") -> Document:
    """Read a file; raises ``RefusedFile`` where it is too large, is no text, HTML or PDF, or cannot be decoded."""
    name = name or path.name
    if wrong := what_is_wrong(path):
        raise RefusedFile(f"{name}: {wrong}.")
    with path.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    return document_of(data, name)


def document_of(data: bytes, name: str) -> Document:
    """As ``read_document``, from bytes."""
    if not data:
        raise RefusedFile(f"{name}: the file is empty.")
    if len(data) > MOST_BYTES:
        raise RefusedFile(f"{name}: the file has more than {MOST_BYTES:,} bytes. Split it.")
    digest = hashlib.sha256(data).hexdigest()
    if data[:1024].lstrip().startswith(b"%PDF-"):
        source, pages = _pdf_text(data, name)
        return _made(name, digest, "application/pdf", "", source, _text_pieces(source), pages)
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedFile(f"{name}: it is not text, HTML or PDF (it holds zero bytes).")
    start = _BEFORE_START.sub(b"", data[:4096].removeprefix(b"\xef\xbb\xbf")).lstrip()
    is_html = bool(_HTML_START.match(start)) or name.lower().endswith((".html", ".htm", ".xhtml"))
    if not is_html and (_XML_START.match(start) or data[:9].lstrip(b"\xef\xbb\xbf").lower().startswith(b"<?xml")):
        raise RefusedFile(f"{name}: it is XML, not a page or a text. A register is read by its own loader (iati, rdf).")
    source = _decoded(data, name, is_html)
    if len(source) > MOST_CHARACTERS:
        raise RefusedFile(f"{name}: the text has more than {MOST_CHARACTERS:,} characters. Split it.")
    if is_html:
        title = _TITLE.search(source)
        shown = " ".join(html.unescape(title.group(1)).split()) if title else ""
        return _made(name, digest, "text/html", shown, source, _html_pieces(source))
    return _made(name, digest, "text/plain", "", source, _text_pieces(source))


def _decoded(data: bytes, name: str, is_html: bool) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    else:
        # A UTF-8 mark at the start is kept as a character, so that places are those of the stored text.
        declared = _META_CHARSET.search(data[:4096]) if is_html else None
        tried = ["utf-8", *([declared.group(1).decode("ascii")] if declared else []), "cp1252"]
    for encoding in tried:
        if encoding == "cp1252" and (broken := broken_utf8(data)):
            raise RefusedFile(f"{name}: {broken}")
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise RefusedFile(f"{name}: the text is not in {', '.join(tried)}. Save it as UTF-8.")


Piece = tuple[str, int, int]
"""A stretch of text, and its first and last place in the source; as long as the stretch, or the source of one character."""


def _text_pieces(source: str) -> Iterator[Piece]:
    at = 0
    for mark in _TEXT_BREAK.finditer(source):
        yield source[at : mark.start()], at, mark.start()
        yield " ", mark.start(), mark.end()
        at = mark.end()
    yield source[at:], at, len(source)


def _html_pieces(source: str) -> Iterator[Piece]:
    """The text of a page outside of its tags; block tags are breaks. One pass, whatever the page looks like."""
    at, size = 0, len(source)
    lower = source.lower() if len(source.lower()) == size else source
    missing: set[str] = set()

    def find(what: str, start: int) -> int:
        """As ``str.find``; what was once not found is not looked for again, which keeps hostile pages linear."""
        if what in missing:
            return -1
        place = lower.find(what, start)
        if place < 0:
            missing.add(what)
        return place

    while at < size:
        opening = source.find("<", at)
        if opening < 0:
            yield from _unescaped(source, at, size)
            return
        name = _TAG_NAME.match(source, opening + 1, opening + 60)
        if name is None and source[opening + 1 : opening + 2] not in ("!", "?"):
            yield from _unescaped(source, at, opening + 1)  # a "<" that begins no tag is a character
            at = opening + 1
            continue
        yield from _unescaped(source, at, opening)
        if source.startswith("<!--", opening):
            end = find("-->", opening + 4)
            at = size if end < 0 else end + 3
            continue
        end = _tag_end(source, opening, find)
        tag = name.group(1).lower() if name else ""
        if tag in _SKIPPED and source[opening + 1] != "/":
            closing = find(f"</{tag}", end)
            end = end if closing < 0 else _tag_end(source, closing, find)
        elif tag and tag not in _INLINE:
            yield BREAK * 2, opening, end
        elif tag == "br":
            yield "\r", opening, end
        at = end


def _tag_end(source: str, opening: int, find: object) -> int:
    assert callable(find)
    at = opening + 1
    closing: int = find(">", at)
    while closing >= 0:
        quotes = [place for mark in ('"', "'") if (place := source.find(mark, at, closing)) >= 0]
        if not quotes:
            return closing + 1
        quote = min(quotes)
        end: int = find(source[quote], quote + 1)
        if end < 0:
            return closing + 1
        at = end + 1
        closing = find(">", at) if closing < at else closing
    return len(source)


def _unescaped(source: str, start: int, end: int) -> Iterator[Piece]:
    at = start
    for mark in _REFERENCE.finditer(source, start, end):
        read = html.unescape(mark.group())
        if read != mark.group():
            yield source[at : mark.start()], at, mark.start()
            yield read[:1], mark.start(), mark.end()
            at = mark.end()
    yield source[at:end], at, end


def _made(
    name: str, digest: str, media: str, title: str, source: str, pieces: Iterator[Piece], pages: tuple[int, ...] = ()
) -> Document:
    """Put the text together: white space folded, with a line break or a block break remembered where it held one."""
    kept: list[str] = []
    starts, ends = array("i"), array("i")
    space: list[tuple[str, int, int]] = []  # the white space being folded

    def end_space() -> None:
        if not space or not kept:
            space.clear()
            return
        whole = "".join(part for part, _, _ in space)
        newlines = whole.replace("\r\n", "\n").count("\n")
        kept.append(BREAK if newlines > 1 or "\f" in whole else "\r" if newlines or "\r" in whole else " ")
        starts.append(space[0][1])
        ends.append(space[-1][2])
        space.clear()

    for text, first, last in pieces:
        one_to_one = len(text) == last - first
        for offset, character in enumerate(text):
            place = (first + offset, first + offset + 1) if one_to_one else (first, last)
            if character.isspace():
                if len(space) < 64 or character in "\n\f":
                    space.append((character, *place))
                continue
            if _DROPPED.match(character):
                continue
            if space:
                end_space()
            kept.append(character)
            starts.append(place[0])
            ends.append(place[1])
    lines = "".join(kept).translate(_ALIKE)
    return Document(name, digest, media, title, source, lines.replace("\r", " "), lines, starts, ends, pages)


def _pdf_text(data: bytes, name: str) -> tuple[str, tuple[int, ...]]:
    """The text of a PDF, page by page; raises ``RefusedFile``."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    parts: list[str] = []
    pages: list[int] = []
    size = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(BytesIO(data), strict=False)
            if reader.is_encrypted:
                raise RefusedFile(f"{name}: the PDF is encrypted. Save it without a password.")
            if len(reader.pages) > MOST_PAGES:
                raise RefusedFile(f"{name}: the PDF has more than {MOST_PAGES:,} pages. Split it.")
            for page in reader.pages:
                pages.append(size)
                text = page.extract_text() + "\f"
                size += len(text)
                if size > MOST_CHARACTERS:
                    raise RefusedFile(f"{name}: the text has more than {MOST_CHARACTERS:,} characters. Split it.")
                parts.append(text)
    except RefusedFile:
        raise
    except (PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RecursionError, TypeError,
            ValueError, NotImplementedError, MemoryError) as error:  # fmt: skip
        # A broken PDF makes its reader fail in any of these ways; whichever it is, the file cannot be read.
        raise RefusedFile(f"{name}: the PDF cannot be read ({type(error).__name__}). Save it anew, or as text.") from None
    source = "".join(parts)
    if not source.strip():
        raise RefusedFile(f"{name}: the PDF holds no text (pictures of pages?). Recognise its text first.")
    return source, tuple(pages)
