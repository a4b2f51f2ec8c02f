"""The focus view: what is drawn is what the table says, at any date, and stands where it stood before."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect

from tests.browser import NARROW, WIDE, launched, opened
from tests.explorer.visiting import answer, ready

pytestmark = pytest.mark.browser

CY = "document.querySelector('.canvas')._cyreg.cy"
DRAWN = f"{CY}.edges().map(edge => edge.data('of')).sort()"
PLACES = f"Object.fromEntries({CY}.nodes().map(node => [node.data('of'), node.renderedPosition()]))"
ROWS = "[...document.querySelectorAll('tr[data-link]')].map(row => row.dataset.link).sort()"


@pytest.mark.parametrize("as_of", ["2015-06-30", "2022", "2026-11-21"])
def test_the_links_drawn_are_the_rows_of_the_table_and_those_of_the_api(browser: Browser, site: str, as_of: str) -> None:
    counts = []
    for id in ("africa-cdc", "eu-jpa"):
        with opened(browser, site) as (page, seen):
            ready(page, f"/?view=focus&id={id}&as_of={as_of}&limit=300")
            told = answer(site, f"/v1/neighbourhood/{id}?as_of={as_of}&limit=300")
            expected = sorted(f"{link['from']} {link['predicate']} {link['to']}" for link in told["links"])
            assert page.evaluate(DRAWN) == expected
            assert page.evaluate(ROWS) == expected
            assert page.evaluate(f"{CY}.nodes().length") == len(told["nodes"])
            sentences = [link["statements"][0]["sentence"] for link in told["links"]]
            shown = page.locator("tr[data-link] > td:first-child > div:first-child").evaluate_all(
                "all => all.map(one => one.firstChild.textContent)"
            )
            assert sorted(shown) == sorted(sentences)
            counts.append(len(expected))
            seen.nothing_wrong()
    assert all(counts)


def test_what_is_drawn_differs_between_the_dates(site: str) -> None:
    sizes = {
        as_of: len(answer(site, f"/v1/neighbourhood/eu-jpa?as_of={as_of}&limit=300")["links"]) for as_of in ("2015", "2026")
    }
    assert sizes["2015"] < sizes["2026"]


def test_every_entity_stands_where_it_stood_after_a_reload_and_in_another_window(browser: Browser, site: str) -> None:
    found: list[dict[str, Any]] = []
    with opened(browser, site) as (page, seen), opened(browser, site) as (other, _):
        ready(page, "/?view=focus&id=gavi&steps=2&limit=100")
        found.append(page.evaluate(PLACES))
        page.reload()
        page.wait_for_selector("main[data-ready]")
        found.append(page.evaluate(PLACES))
        ready(other, "/?view=focus&steps=2&limit=100&id=gavi")
        found.append(other.evaluate(PLACES))
        seen.nothing_wrong()
    assert len(found[0]) == 101
    assert all(places == found[0] for places in found)


@pytest.mark.parametrize(
    ("size", "address", "least"),
    [
        (WIDE, "/?view=focus&id=who&limit=150", 11),
        (NARROW, "/?view=focus&id=africa-cdc", 5),
        (NARROW, "/?view=paths&from=africa-cdc&to=asean-sec&k=5&as_of=2026-11-21", 3),
    ],
)
def test_labels_lie_on_no_other_label(browser: Browser, site: str, size: ViewportSize, address: str, least: int) -> None:
    with opened(browser, site, size) as (page, seen):
        ready(page, address)
        boxes = page.evaluate(
            f"""{CY}.nodes().filter(node => node.data('shown')).map(node => {{
                const only = {{ includeNodes: false, includeEdges: false, includeLabels: true, includeOverlays: false }};
                const label = node.renderedBoundingBox(only);
                return [label.x1, label.y1, label.x2, label.y2];
            }})"""
        )
        assert len(boxes) >= least
        # The library adds a margin around what it reports, the outline of the text among it.
        slack = 5
        for index, (left, top, right, bottom) in enumerate(boxes):
            for other_left, other_top, other_right, other_bottom in boxes[:index]:
                apart = (
                    left + slack >= other_right
                    or other_left + slack >= right
                    or top + slack >= other_bottom
                    or other_top + slack >= bottom
                )
                assert apart
        seen.nothing_wrong()


def test_each_kind_has_a_shape_of_its_own_in_picture_and_legend(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=focus&id=who&limit=300")
        shapes = page.evaluate("import('/explorer/kinds.js').then(held => Object.entries(held.KINDS))")
        kinds = {word["name"] for word in answer(site, "/v1/vocabulary")["kinds"]}
        assert {kind for kind, _ in shapes} == kinds
        assert len({str(look["points"]) for _, look in shapes}) == len(kinds)
        drawn = page.evaluate(f"[...new Set({CY}.nodes().map(node => node.data('kind')))].length")
        assert page.locator(".legend svg").count() == drawn
        seen.nothing_wrong()


def test_an_entity_in_the_picture_opens_the_panel_and_a_link_its_row(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=focus&id=africa-cdc")
        canvas = page.locator(".canvas").bounding_box()
        assert canvas is not None
        id, place = page.evaluate(
            f"(node => [node.data('of'), node.renderedPosition()])({CY}.nodes().filter(node => !node.hasClass('centre'))[3])"
        )
        page.mouse.click(canvas["x"] + place["x"], canvas["y"] + place["y"])
        expect(page.locator("#panel h2")).to_have_text(answer(site, f"/v1/entities/{id}")["name"])
        assert f"panel={id}" in page.url
        key = page.evaluate(f"(edge => {{ edge.emit('tap'); return edge.data('of'); }})({CY}.edges()[5])")
        expect(page.locator("tr.lit")).to_have_attribute("data-link", key)
        assert page.evaluate(f"{CY}.edges('.marked').map(edge => edge.data('of'))") == [key]
        seen.nothing_wrong()


def test_it_draws_without_3d(driver: Playwright, site: str) -> None:
    with launched(driver, "--disable-3d-apis") as plain, opened(plain, site) as (page, seen):
        ready(page, "/?view=focus&id=africa-cdc")
        assert page.evaluate("document.createElement('canvas').getContext('webgl')") is None
        assert painted(page) > 500
        seen.nothing_wrong()


def painted(page: Page) -> int:
    """How many pixels of the picture are not empty."""
    script = """[...document.querySelectorAll('.canvas canvas')].reduce((sum, canvas) => {
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let found = 0;
        for (let i = 3; i < data.length; i += 4) if (data[i]) found += 1;
        return sum + found;
    }, 0)"""
    return int(page.evaluate(script))


def test_without_its_library_the_page_still_has_the_table(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        page.route("**/vendor/**", lambda route: route.fulfill(status=404))
        ready(page, "/?view=focus&id=africa-cdc")
        expect(page.locator(".picture")).to_contain_text("The table holds the same")
        assert page.locator("tr[data-link]").count() > 10
        assert seen.elsewhere == []
