"""Activities of IATI files, one after another, and what is read of each. Nothing is expanded, repaired or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from graph.errors import RefusedFile
from graph.vocabulary import nearest
from loaders.curated.iso import ALPHA2
from loaders.sayings import LONGEST, BadValue, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_ACTIVITY: Final = 32_000_000
MOST_ELEMENTS: Final = 300_000
"""Elements of one activity; a small element takes far more memory than its bytes."""
_ALPHA3: Final = {alpha2: alpha3 for alpha3, alpha2 in ALPHA2.items()}
_ROLES: Final = {"1": "funder", "4": "implementer"}
_LONG_TITLE: Final = 300
_NOBODY = re.compile(
    r"(?:.*\bname withheld.*|withheld|anonymous|unknown|unspecified|not (?:specified|available|applicable)|n/?a|tbd|tbc|"
    r"various|confidential|redacted|none|-+)",
    re.IGNORECASE,
)
_ADVICE = re.compile(r",? (?:try|use) XML_PARSE_HUGE(?: option)?|, line \d+, column \d+$")
"""What a parser adds for programmers, and the place once more."""
_PERCENTAGE = re.compile(r"\d{1,3}(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Body:
    """A body as an activity names it: reference (may be ``""``), name, names in other languages as (name, language)."""

    ref: str
    name: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """What is read of an activity: bodies by role, (alpha-3 code, percentage) of countries, dates as partial dates."""

    id: str
    title: str
    bodies: dict[str, tuple[Body, ...]]
    countries: tuple[tuple[str, str], ...]
    start: str
    end: str
    planned_end: str
    withheld: int


class _Bounded:
    """Passes bytes on, and refuses an activity without end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._stream.read(size if size > 0 else 1 << 16)
        self.count += len(chunk)
        if self.count > MOST_ACTIVITY:
            raise RefusedFile(f"one activity has more than {MOST_ACTIVITY:,} bytes.")
        return chunk


def activities(path: Path) -> Iterator[tuple[int, _Element]]:
    """Line and element of every activity, each emptied when the next is asked for; raises ``RefusedFile``.

    Nothing is repaired, expanded or fetched: a file with a document type is refused before an entity could be expanded.
    """
    from lxml import etree

    with path.open("rb") as raw:
        bounded = _Bounded(raw)
        events = etree.iterparse(
            bounded, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        root: _Element | None = None
        count = 0
        try:
            for event, element in events:
                count += 1
                if count > 2 * MOST_ELEMENTS:
                    raise RefusedFile(f"one activity has more than {MOST_ELEMENTS:,} elements.")
                if root is None:
                    root = _root(element)
                if event == "end" and element.getparent() is root:
                    if element.tag == "iati-activity":
                        yield element.sourceline or 0, element
                    element.clear()
                    while element.getprevious() is not None:
                        del root[0]
                    bounded.count = count = 0
        except etree.XMLSyntaxError as error:
            line, column = error.position
            said = _ADVICE.sub("", error.msg or "")
            raise RefusedFile(
                f"line {line}, column {column}: it is not well-formed XML ({said}). Nothing was loaded."
            ) from None


def _root(element: _Element) -> _Element:
    if element.getroottree().docinfo.doctype:  # type: ignore[attr-defined]
        raise RefusedFile("it has a document type (DOCTYPE), which no file of activities needs; it is not read.")
    if element.tag != "iati-activities":
        raise RefusedFile(f"its outermost element is <{str(element.tag)[:60]}>, not <iati-activities>.")
    version = element.get("version", "")
    if version and not version.startswith("2."):
        raise RefusedFile(f"it is of version {version[:20]!r}; version 2 is read.")
    return element


def activity_of(element: _Element) -> Activity:
    """Read an activity; raises ``BadValue``."""
    id = text_of(element.findtext("iati-identifier"), "iati-identifier")
    if not id:
        raise BadValue("iati-identifier", "", "an activity needs its identifier")
    bodies: dict[str, dict[Body, None]] = {"funder": {}, "implementer": {}}
    withheld = 0
    for one in element.iterfind("participating-org"):
        role = _ROLES.get(one.get("role", ""))
        names = _narratives(one)
        if role is None or not names:
            continue
        if _NOBODY.fullmatch(names[0][0]):
            withheld += 1
            continue
        ref = re.sub(r"\s+", "-", text_of(one.get("ref"), "ref", 100))
        bodies[role][Body("" if _NOBODY.fullmatch(ref) else ref, names[0][0], tuple(names[1:]))] = None
    dates = {one.get("type", ""): one.get("iso-date", "")[:10] for one in element.iterfind("activity-date")}
    titles = element.find("title")
    title = next((name for name, _ in _narratives(titles, 100 * LONGEST)), "") if titles is not None else ""
    return Activity(
        id=id,
        title=title[:_LONG_TITLE],
        bodies={role: tuple(held) for role, held in bodies.items()},
        countries=tuple(dict.fromkeys(_countries(element))),
        start=text_of(dates.get("2") or dates.get("1"), "activity-date"),
        end=text_of(dates.get("4"), "activity-date"),
        planned_end=text_of(dates.get("3"), "activity-date"),
        withheld=withheld,
    )


def _narratives(element: _Element, longest: int = LONGEST) -> list[tuple[str, str]]:
    """The texts in an element with their languages."""
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    found = [
        (text_of("".join(map(str, one.itertext())), "narrative", longest), (one.get(lang) or "").lower()[:20])
        for one in element.iterfind("narrative")
    ]
    return [pair for pair in found if pair[0]]


def _countries(element: _Element) -> Iterator[tuple[str, str]]:
    for one in element.iterfind("recipient-country"):
        code = text_of(one.get("code"), "recipient-country").upper()
        share = text_of(one.get("percentage"), "percentage")
        if code not in _ALPHA3:
            raise BadValue("recipient-country", code, "no country, area or territory has this code", nearest(code, _ALPHA3))
        if share and (not _PERCENTAGE.fullmatch(share) or float(share) > 100):
            raise BadValue("percentage", share, "it is not a percentage from 0 to 100")
        yield _ALPHA3[code], share
