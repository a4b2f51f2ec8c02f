"""The tile board as a still picture: one equal tile for each country, area and territory, by WHO region, without borders.

It needs no script and no style sheet: it is an SVG whose looks are attributes, so it may stand in any page, slide or
document. Every text goes in as text. ``static/states.json`` says how each state looks, here and in the explorer.
"""

from __future__ import annotations

import json
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from api.explorer.groups import Group, Place
from queries.cells import Cell
from queries.coverage import CoverageAnswer

WIDTH: Final = 1200
OUTSIDE: Final = "outside"
DISCLAIMER: Final = (
    "Areas are shown as equal tiles and no borders are drawn. Names, codes and groupings follow the sources cited; showing "
    "them states no opinion on the legal status of any country, area or territory, or of its authorities."
)
_SVG: Final = "http://www.w3.org/2000/svg"
_EDGE, _TILE, _HIGH, _GAP = 20, 46, 36, 4
_COLUMN: Final = (WIDTH - 3 * _EDGE) // 2
_IN_A_ROW: Final = (_COLUMN + _GAP) // (_TILE + _GAP)
_INK, _QUIET = "#16222c", "#4a5a67"
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
_HATCHES: Final[Mapping[str, Sequence[str]]] = {
    "rising": ("M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4",),
    "falling": ("M-2,6 l4,4 M0,0 l8,8 M6,-2 l4,4",),
    "cross": ("M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", "M-2,6 l4,4 M0,0 l8,8 M6,-2 l4,4"),
    "upright": ("M2,0 v8", "M6,0 v8"),
    "dots": ("M3,4 h2",),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: colours, hatch, and the mark on the tile, which tells it apart without colour."""

    state: str
    label: str
    mark: str
    fill: str
    ink: str
    line: str
    hatch: str
    hatch_ink: str
    dash: bool
    what: str


@cache
def looks() -> Mapping[str, Look]:
    """The look of each of the ten states and of ``outside``, in the order of the legend."""
    text = resources.files("api.explorer").joinpath("static/states.json").read_text(encoding="utf-8")
    return {entry["state"]: Look(**entry) for entry in json.loads(text)}


def board_svg(answer: CoverageAnswer, groups: Sequence[Group], fluid: bool = False) -> str:
    """The board as an SVG document; see ``board_element``."""
    root = board_element(answer, groups, fluid)
    root.set("xmlns", _SVG)
    return ET.tostring(root, encoding="unicode")


def board_element(answer: CoverageAnswer, groups: Sequence[Group], fluid: bool = False) -> ET.Element:
    """The board of an answer whose cells have one column, as an ``svg`` element; ``fluid``: as wide as what it stands in."""
    cells = {cell.row: cell for cell in answer.cells}
    root = ET.Element("svg", {"role": "group", "font-family": _FONT, "fill": _INK, "lang": "en"})
    root.set("aria-label", f"{answer.lens.title}: {answer.headline}")
    _hatches(root)
    ET.SubElement(root, "rect", width="100%", height="100%", fill="#ffffff")
    y = _text(root, _EDGE, 34, answer.lens.title, 20, 90, weight="bold")
    y = _text(root, _EDGE, y + 4, answer.headline, 14, 150)
    clock = f"Base: {answer.base.title}. As of {answer.as_of}; revision {answer.revision}"
    clock += f", as known at {answer.known_at.isoformat()}." if answer.known_at else "."
    y = _text(root, _EDGE, y + 2, clock, 12, 170, _QUIET)
    y = _groups(root, y + 6, groups, cells)
    y = _legend(root, y + 16, answer, any(cell is None for cell in _shown(groups, cells)))
    y = _text(root, _EDGE, y + 10, DISCLAIMER, 12, 170, _QUIET)
    height = y + 4
    root.attrib |= {"viewBox": f"0 0 {WIDTH} {height}"}
    root.attrib |= {"width": "100%"} if fluid else {"width": str(WIDTH), "height": str(height)}
    return root


def told(place: Place, cell: Cell | None) -> str:
    """The accessible name of a tile: code, name and state in words."""
    return f"{place.id} {place.name}: {looks()[cell.state if cell else OUTSIDE].label}"


def mark(cell: Cell | None) -> str:
    """The mark on a tile; where several cover it, how many."""
    if cell is not None and cell.state == "covered_by_several":
        return str(len(cell.by))
    return looks()[cell.state if cell else OUTSIDE].mark


def drawn(group: Group, cells: Mapping[str, Cell]) -> list[Place]:
    """The places of a group that have a tile: all of ISO 3166-1, and others where the base has them."""
    return [place for place in group.places if place.iso or place.id in cells]


def _shown(groups: Sequence[Group], cells: Mapping[str, Cell]) -> list[Cell | None]:
    return [cells.get(place.id) for group in groups for place in drawn(group, cells)]


def _groups(root: ET.Element, top: int, groups: Sequence[Group], cells: Mapping[str, Cell]) -> int:
    """Each group under the shorter of two columns; gives the bottom of the longer one."""
    bottoms = [top, top]
    for group in groups:
        places = drawn(group, cells)
        if not places:
            continue
        column = bottoms.index(min(bottoms))
        x, y = _EDGE + column * (_COLUMN + _EDGE), bottoms[column] + 22
        held = ET.SubElement(root, "g", {"role": "group", "aria-label": group.name})
        inside = [cell for place in places if (cell := cells.get(place.id)) is not None]
        name = group.name[:1].upper() + group.name[1:]
        _text(held, x, y, f"{name}: {sum(cell.covered for cell in inside)} of {len(inside)} covered", 13, 90, weight="bold")
        for number, place in enumerate(places):
            row, col = divmod(number, _IN_A_ROW)
            _tile(held, x + col * (_TILE + _GAP), y + 8 + row * (_HIGH + _GAP), place, cells.get(place.id))
        bottoms[column] = y + 8 + -(-len(places) // _IN_A_ROW) * (_HIGH + _GAP) + 6
    return max(bottoms)


def _tile(parent: ET.Element, x: int, y: int, place: Place, cell: Cell | None) -> None:
    look = looks()[cell.state if cell else OUTSIDE]
    held = ET.SubElement(parent, "g", {"role": "img", "aria-label": told(place, cell), "data-state": look.state})
    held.set("data-iso3" if place.iso else "data-code", place.id)
    ET.SubElement(held, "title").text = told(place, cell) + (f". {cell.note}" if cell else "")
    _box(held, x, y, look)
    _label(held, x + _TILE / 2, y + 16, place.id, 13, look.ink, "600")
    _label(held, x + _TILE / 2, y + 30, mark(cell), 11, look.ink)


def _box(parent: ET.Element, x: float, y: float, look: Look) -> None:
    shape = {"x": str(x), "y": str(y), "width": str(_TILE), "height": str(_HIGH), "rx": "3"}
    line = {"stroke": look.line, "stroke-width": "1.5"} | ({"stroke-dasharray": "4 3"} if look.dash else {})
    ET.SubElement(parent, "rect", {**shape, "fill": look.fill})
    if look.hatch:
        ET.SubElement(parent, "rect", {**shape, "fill": f"url(#hatch-{look.state})"})
    ET.SubElement(parent, "rect", {**shape, "fill": "none", **line})


def _hatches(root: ET.Element) -> None:
    defs = ET.SubElement(root, "defs")
    for look in looks().values():
        if look.hatch:
            size = {"width": "8", "height": "8", "patternUnits": "userSpaceOnUse"}
            pattern = ET.SubElement(defs, "pattern", {"id": f"hatch-{look.state}", **size})
            for path in _HATCHES[look.hatch]:
                ET.SubElement(pattern, "path", {"d": path, "stroke": look.hatch_ink, "stroke-width": "2", "fill": "none"})


def _legend(root: ET.Element, top: int, answer: CoverageAnswer, outside: bool) -> int:
    """What each state means and how many there are; states without a cell are explained too. Gives its bottom."""
    held = ET.SubElement(root, "g", {"role": "group", "aria-label": "Legend"})
    entries = [look for look in looks().values() if look.state != OUTSIDE or outside]
    counts: Mapping[str, int] = {str(state): count for state, count in answer.states.items()}
    for number, look in enumerate(entries):
        row, column = divmod(number, 2)
        x, y = _EDGE + column * (_COLUMN + _EDGE), top + row * (_HIGH + 6)
        _box(held, x, y, look)
        _label(held, x + _TILE / 2, y + 22, look.mark, 12, look.ink)
        count = f" ({counts[look.state]})" if look.state in counts else ""
        _text(held, x + _TILE + 10, y + 15, look.label + count, 13, 60, weight="bold")
        _text(held, x + _TILE + 10, y + 30, look.what, 12, 100, _QUIET)
    return top + -(-len(entries) // 2) * (_HIGH + 6) + 10


def _label(parent: ET.Element, x: float, y: float, text: str, size: int, ink: str, weight: str = "normal") -> None:
    style = {"font-size": str(size), "fill": ink, "font-weight": weight, "text-anchor": "middle"}
    ET.SubElement(parent, "text", {"x": f"{x:g}", "y": f"{y:g}", **style}).text = text


def _text(
    parent: ET.Element, x: float, y: float, text: str, size: int, wide: int, ink: str = _INK, weight: str = "normal"
) -> int:
    """Text in lines of at most ``wide`` characters, the first on ``y``; gives where a next line would stand."""
    for line in textwrap.wrap(text, wide):
        style = {"font-size": str(size), "fill": ink, "font-weight": weight}
        ET.SubElement(parent, "text", {"x": f"{x:g}", "y": f"{y:g}", **style}).text = line
        y += size + 5
    return int(y)
