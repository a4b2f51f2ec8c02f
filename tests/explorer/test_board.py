"""The still board: every country, area and territory once, in its region, in the state that the coverage answer gives it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from api.explorer.board import OUTSIDE, board_svg, looks
from api.explorer.groups import groups
from graph.model import AsOf
from graph.revisions import Graph
from queries.coverage import STATES, CoverageAnswer, CoverageQuestion, find_coverage

SVG = "{http://www.w3.org/2000/svg}"


def drawn(
    graph: Graph, lens: str = "D1", base: str | None = None, as_of: str | None = None
) -> tuple[CoverageAnswer, ET.Element]:
    answer = find_coverage(graph, CoverageQuestion(lens, base, as_of=as_of))
    return answer, ET.fromstring(board_svg(answer, groups(graph.snapshot(), AsOf(answer.as_of))))


def tiles(root: ET.Element, attribute: str = "data-iso3") -> dict[str, ET.Element]:
    found = [element for element in root.iter(f"{SVG}g") if element.get(attribute)]
    by_code = {element.attrib[attribute]: element for element in found}
    assert len(by_code) == len(found)
    return by_code


@pytest.mark.parametrize(
    ("lens", "base", "as_of"),
    [
        ("D1", "ISO 249", "2026-11-21"),
        ("D3", "WHO MS 194", "2022"),
        ("D4", "WHO reporting 234", "2024-06"),
        ("D8", "ISO+XKX 250", "2026"),
    ],
)
def test_each_of_the_249_has_one_tile_with_the_state_of_its_cell(curated: Graph, lens: str, base: str, as_of: str) -> None:
    answer, root = drawn(curated, lens=lens, base=base, as_of=as_of)
    shown = tiles(root)
    assert len(shown) == 249
    cells = {cell.row: cell for cell in answer.cells}
    for code, tile in shown.items():
        state = cells[code].state if code in cells else OUTSIDE
        assert tile.get("data-state") == state
        name = tile.attrib["aria-label"]
        assert name.startswith(f"{code} ")
        assert name.endswith(f": {looks()[state].label}")
        assert tile.findtext(f"{SVG}title")
    others = {"XKX"} & cells.keys()
    assert tiles(root, "data-code").keys() == others
    assert Counter(tile.get("data-state") for tile in shown.values() if tile.get("data-state") != OUTSIDE) == Counter(
        cell.state for cell in answer.cells if cell.row not in others
    )


@pytest.mark.parametrize("as_of", ["2024-12-31", "2025", "2026-11-21"])
def test_the_groups_are_those_of_the_region_table(curated: Graph, as_of: str) -> None:
    answer = find_coverage(curated, CoverageQuestion(base="ISO+XKX 250", as_of=as_of))
    found = groups(curated.snapshot(), AsOf(as_of))
    assert [(group.id, group.name, len(group.places)) for group in found] == [
        (one.id, one.name, one.size) for one in answer.regions
    ]


def test_a_place_that_changed_its_region_is_shown_where_it_was_then(curated: Graph) -> None:
    def region(as_of: str) -> str:
        return next(
            group.id for group in groups(curated.snapshot(), AsOf(as_of)) if "IDN" in {place.id for place in group.places}
        )

    assert (region("2024"), region("2026")) == ("r-sear", "r-wpr")


def test_every_state_has_a_look_of_its_own_without_colour() -> None:
    assert list(looks()) == [*STATES, OUTSIDE]
    assert len({look.mark for look in looks().values()}) == len(looks())
    assert len({(look.fill, look.hatch, look.dash) for look in looks().values()}) == len(looks())


def channel(pair: str) -> float:
    value = int(pair, 16) / 255
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    light = [0.2126 * channel(c[1:3]) + 0.7152 * channel(c[3:5]) + 0.0722 * channel(c[5:7]) for c in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_text_and_outlines_of_the_tiles_have_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for look in looks().values():
        assert contrast(look.ink, look.fill) >= 4.5, look.state
        assert contrast(look.line, "#ffffff") >= 3, look.state
        if look.hatch_ink:
            assert contrast(look.ink, look.hatch_ink) >= 4.5, look.state


def test_the_board_tells_date_revision_base_and_that_it_takes_no_side(curated: Graph) -> None:
    answer, root = drawn(curated, lens="D1", base="WHO MS 194", as_of="2023-05")
    told = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert answer.lens.title in told
    assert f"As of 2023-05; revision {answer.revision}" in told
    assert answer.base.title in told
    assert "no opinion on the legal status" in told
    assert " ".join(answer.headline.split()) in told


def test_the_board_needs_no_style_sheet_and_runs_nothing(curated: Graph) -> None:
    _, root = drawn(curated)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "defs", "pattern", "path", "rect", "g", "title", "text"}
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name in ("style", "class")}
