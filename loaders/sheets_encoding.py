"""In which encoding a text is: found out, or the file is refused by name. Nothing is replaced."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import Final, Protocol

from graph.errors import RefusedFile

_CHUNK: Final = 1 << 16
_SAMPLE: Final = 64_000
_MOSTLY: Final = 2
"""Bytes that only UTF-8 explains, for each that it does not: from there on a text is broken UTF-8 and not another encoding."""
_FEW: Final = 3
"""The same where nothing else explains the text."""
_MOST_BAD: Final = 1_000
_SHOWN: Final = 3
_NOT_TEXT: Final = (
    (b"%PDF", "it is a PDF document; give the table as CSV or XLSX."),
    (b"\x7fELF", "it is a program."),
    (b"\x89PNG", "it is a picture."),
    (b"\xff\xd8\xff", "it is a picture."),
    (b"Rar!", "it is a RAR archive; unpack it first."),
    (b"7z\xbc\xaf", "it is a 7z archive; unpack it first."),
    (b"{\\rtf", "it is a text of a word processor; give the table as CSV or XLSX."),
)
_BY_MARK: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_IN_WORDS: Final = frozenset("ªº’‘ˈ–—-®™©°…«»“”„‚'·")
_ICELANDIC: Final = frozenset("áéíóúæÁÉÍÓÚÆ")
_TURKISH: Final = frozenset("ðýþÐÝÞ")
_WORD = re.compile(r"[^\s,;|\t\"()/]+")


class Readable(Protocol):
    """Something to read bytes from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, none at the end."""
        ...


def encoding_of(stream: Readable) -> str:
    """The encoding of a text, by its mark, its bytes, or what it says in it; reads it to its end.

    Everything is decoded strictly: what is not text in the encoding found is refused, never replaced. Raises ``RefusedFile``,
    with the likely encoding where there is one.
    """
    first = stream.read(_CHUNK)
    for start, what in _NOT_TEXT:
        if first.startswith(start):
            raise RefusedFile(what)
    for mark, name in _BY_MARK:
        if first.startswith(mark):
            _decodes(name, first, stream)
            return name
    if wide := _wide(first):
        _decodes(wide, first, stream)
        return wide
    decoder, sample, used, chunk = _Utf8(), b"", Counter[int](), first
    while chunk:
        if b"\0" in chunk:
            raise RefusedFile("it is no text (it holds zero bytes). Save it as CSV in UTF-8, or as XLSX.")
        decoder.feed(chunk)
        if not chunk.isascii():
            used.update(chunk.translate(None, bytes(range(128)))[:_CHUNK])
            if len(sample) < _SAMPLE:
                sample += b"\n".join(line for line in re.split(rb"[\r\n]+", chunk) if not line.isascii())[:_SAMPLE]
        chunk = stream.read(_CHUNK)
    decoder.feed(b"", True)
    if not decoder.bad:
        return "utf-8"
    if decoder.good > _MOSTLY * decoder.bad:
        raise RefusedFile(decoder.told())
    try:
        return _one_byte(sample, used)
    except RefusedFile:
        if decoder.good * _FEW >= decoder.bad:
            raise RefusedFile(decoder.told()) from None
        raise


def broken_utf8(data: bytes) -> str:
    """Where a text that is mostly UTF-8 is none, and what to do; ``""`` where it is UTF-8, or rather in another encoding."""
    read = _Utf8()
    read.feed(data, True)
    return read.told() if read.bad and read.good > _MOSTLY * read.bad else ""


class _Utf8:
    """How much of a text is UTF-8: what outside ASCII is (``good``, in bytes), what is not (``bad``), and where that stands."""

    def __init__(self) -> None:
        self.good = self.bad = 0
        self._left, self._line, self._begun = b"", 1, 0
        self._places: list[str] = []

    def feed(self, chunk: bytes, last: bool = False) -> None:
        """Take in the next bytes."""
        data, at = self._left + chunk, 0
        view = memoryview(data)
        self._left = b""
        while at < len(data):
            try:
                self._read(codecs.utf_8_decode(view[at:], "strict", True)[0], len(data) - at)
                return
            except UnicodeDecodeError as error:
                self._read(data[at : at + error.start].decode("utf-8"), error.start)
                if not last and error.reason == "unexpected end of data" and at + error.end == len(data):
                    self._left = data[at + error.start :]
                    return
                self.bad += 1
                if len(self._places) < _SHOWN:
                    wrong = data[at + error.start : at + error.end].hex(" ").upper()
                    self._places.append(f"line {self._line}, byte {self._begun + 1} ({wrong})")
                if self.bad > _MOST_BAD and self.good <= _MOSTLY * self.bad:  # plainly another encoding
                    return
                self._begun += error.end - error.start
                at += error.end

    def told(self) -> str:
        """What is wrong, and what to do."""
        more = f", and {self.bad - len(self._places):,} more" if self.bad > len(self._places) else ""
        places = "; ".join(self._places)
        return (
            f"it is UTF-8 but for {self.bad:,} broken place{'s' if self.bad > 1 else ''}: {places}{more}. "
            "Correct these, or save the file as UTF-8 again from where it came."
        )

    def _read(self, text: str, size: int) -> None:
        if not text.isascii():
            self.good += size - len(text)
        lines = text.count("\n")
        self._line += lines
        self._begun = len(text[text.rindex("\n") + 1 :].encode()) if lines else self._begun + size


def _wide(first: bytes) -> str:
    """UTF-16 without a mark: in mostly Latin text every second byte is zero."""
    if len(first) < 4 or first.count(0) * 4 < len(first):
        return ""
    even, odd = first[::2].count(0), first[1::2].count(0)
    if odd > 3 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 3 * odd else ""


def _decodes(encoding: str, first: bytes, stream: Readable) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    chunk = first
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = stream.read(_CHUNK)
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        raise RefusedFile(f"it begins as {encoding.upper()} text and is not ({error.reason}). Save it as UTF-8.") from None


def _one_byte(sample: bytes, used: Counter[int]) -> str:
    """Which encoding of one byte a letter: Windows-1252, or Latin-1, where the text reads well so; else it is refused."""
    try:
        text = bytes(used).decode("cp1252")
    except UnicodeDecodeError:
        raise _refused(sample, "it is not UTF-8 and not Windows-1252") from None
    text = sample.decode("cp1252", "replace")
    turkish = sum(character in _TURKISH for character in text)
    if turkish > sum(character in _ICELANDIC for character in text):
        raise RefusedFile(
            "its encoding cannot be told: as Windows-1252 it has Icelandic letters, as Windows-1254 (cp1254) Turkish ones. "
            "Save it as UTF-8, or name the encoding in the mapping."
        )
    if not _reads_well(text):
        raise _refused(sample, "it is not UTF-8, and as Windows-1252 it does not read like a text")
    return "cp1252" if any(0x80 <= byte < 0xA0 for byte in used) else "latin-1"


def _reads_well(text: str) -> bool:
    """Whether the words with letters outside ASCII look like words of a Western language."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    bad = sum(_is_odd(word) for word in words)
    return bad * 10 <= len(words)


def _is_odd(word: str) -> bool:
    letters = sum(character.isalpha() for character in word)
    if letters > 4 and sum(ord(character) > 127 and character.isalpha() for character in word) * 2 > letters:
        return True
    for before, here, behind in zip(" " + word, word, word[1:] + " ", strict=False):
        if ord(here) < 128 or here in _IN_WORDS:
            continue
        if not here.isalpha():
            if before.isalpha() or behind.isalpha():
                return True  # a sign of money or of the typesetter inside a word
        elif here.isupper() and (before.islower() or (before.isalpha() and behind.islower())):
            return True  # a capital letter in the middle of a word
    return False


def _refused(sample: bytes, why: str) -> RefusedFile:
    """The refusal, with the encoding that it most likely is."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    likely = best.encoding if best is not None else ""
    for old in ("mac-roman", "cp850"):
        if _reads_well(sample.decode(old)):
            likely = old
            break
    likely = f" It may be {likely}." if likely else ""
    return RefusedFile(f"its encoding cannot be told: {why}.{likely} Save it as UTF-8, or name the encoding in the mapping.")


def checked_encoding(name: str, stream: Readable) -> str:
    """An encoding that was named, held against the text; raises ``RefusedFile``."""
    try:
        known = codecs.lookup(name)
    except LookupError:
        raise RefusedFile(
            f"there is no encoding {name!r}. Known are utf-8, utf-16, cp1252, latin-1, cp1250, cp1251, ..."
        ) from None
    if not getattr(known, "_is_text_encoding", True):
        raise RefusedFile(f"{name!r} is no encoding of text.")
    decoder, chunk = known.incrementaldecoder(), stream.read(_CHUNK)
    try:
        while chunk:
            if "\0" in decoder.decode(chunk):
                raise RefusedFile(f"as {name} it holds zero characters: it is no text in this encoding.")
            chunk = stream.read(_CHUNK)
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        raise RefusedFile(f"it is not text in {name} ({error.reason}).") from None
    return name
