"""The XML parts of workbooks as a stream of elements, in bounded memory whatever a part holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, cast
from xml.etree.ElementTree import ParseError, XMLPullParser

from graph.errors import RefusedFile
from loaders.sheets_archive import Archive
from loaders.sheets_cells import MOST_CELL, MOST_COLUMNS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Event = tuple[Literal["start", "end"], "Element"]
_CHUNK: Final = 1 << 16
_DEEPEST: Final = 100
_MOST_INSIDE: Final = 8 * MOST_COLUMNS
"""Elements of one row."""
_MOST_SILENT: Final = 8 * MOST_CELL
"""Bytes between one mark and the next: those of the longest cell in the widest encoding, and of its escapes."""


def walk(archive: Archive, name: str, kept: frozenset[str]) -> Iterator[Event]:
    """Starts and ends of all elements of a part, in order; raises ``RefusedFile``.

    An element with one of the tags ``kept`` is whole when it ends, and is dropped then; all others are dropped piece by piece.
    """
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))  # no part may declare entities: see Archive.check_xml
    path: list[Element] = []
    keeping = inside = silent = 0
    with archive.open(name) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                parser.feed(chunk)
                silent += len(chunk)
                for event, element in cast("Iterator[Event]", parser.read_events()):
                    silent = 0
                    if event == "start":
                        path.append(element)
                        keeping += element.tag in kept
                        inside = inside + 1 if keeping else 0
                        if len(path) > _DEEPEST or inside > _MOST_INSIDE:
                            raise RefusedFile(f"its part {name!r} has a row or a text with more in it than a sheet can hold.")
                        yield event, element
                        continue
                    path.pop()
                    yield event, element
                    keeping -= element.tag in kept
                    if not keeping:
                        inside = 0
                        element.clear()
                        if path:
                            path[-1].remove(element)
                if silent > _MOST_SILENT:
                    raise RefusedFile(f"its part {name!r} has a cell of more than {MOST_CELL:,} characters.")
            parser.close()
        except ParseError as error:
            raise RefusedFile(f"its part {name!r} is not well-formed ({error}); the workbook is damaged.") from None


def whole(archive: Archive, name: str, tags: frozenset[str]) -> Iterator[Element]:
    """The elements with these tags, each when it is whole; those inside another one stay in it."""
    keeping = 0
    for event, element in walk(archive, name, tags):
        if element.tag in tags:
            keeping += 1 if event == "start" else -1
            if event == "end" and not keeping:
                yield element
