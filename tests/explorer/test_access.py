"""Everybody can use it: the rules of WCAG 2.2 AA that a program can check, a narrow screen, and targets that can be hit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

import hatch_build
from tests.browser import NARROW, WIDE, opened
from tests.explorer.visiting import ready

pytestmark = pytest.mark.browser

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS: Final = {
    "overview": "/",
    "search": "/?view=search&q=vaccine",
    "coverage": "/?view=coverage&lens=D3&base=WHO+MS+194&as_of=2022",
    "panel": "/?view=coverage&panel=EGY",
    "paths": "/?view=paths&from=africa-cdc&to=paho&k=2",
    "focus": "/?view=focus&id=africa-cdc",
    "refused": "/?view=paths&from=AU&to=paho",
    "refused as a whole": "/?view=focus&id=no-such-thing-at-all",
    "coverage of something else": "/?view=coverage&lens=listed-products",
    "table": "/table?base=WHO+European+Region&lens=D1",
}


@cache
def axe() -> str:
    """The checker, of which the build for development keeps a copy."""
    return (Path(hatch_build.__file__).parent / "node_modules" / hatch_build.FOR_TESTS).read_text(encoding="utf-8")


def violations(page: Page) -> list[dict[str, Any]]:
    page.evaluate(axe())
    found = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES)
    assert found["testEngine"]["name"] == "axe-core"
    return [
        {"rule": one["id"], "where": [node["target"] for node in one["nodes"]][:5], "help": one["help"]}
        for one in found["violations"]
    ]


def shown(page: Page, address: str) -> None:
    if address.startswith("/table"):
        page.goto(address)
    else:
        ready(page, address)


@pytest.mark.parametrize("name", VIEWS)
def test_no_rule_is_broken_and_nothing_scrolls_sideways(browser: Browser, site: str, name: str) -> None:
    with opened(browser, site) as (page, seen):
        shown(page, VIEWS[name])
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert small_targets(page) == []
        seen.nothing_wrong()


def small_targets(page: Page) -> list[str]:
    """Controls that are less than 24 px wide or high, but for links inside of a sentence."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('button, input, select, summary, a[href]')].filter(one => {
            const box = one.getBoundingClientRect();
            const hidden = !one.checkVisibility() || one.matches('.skip, .unseen');
            const beside = [...one.parentElement.childNodes].filter(node => node.nodeType === 3);
            const inText = one.matches('a') && beside.some(node => node.textContent.trim().length > 2);
            return !hidden && !inText && (box.width < 23.9 || box.height < 23.9);
        }).map(one => `${one.outerHTML.slice(0, 120)} ${Math.round(one.getBoundingClientRect().height)}`).slice(0, 10)"""
    )
    return found


def test_the_checker_finds_what_is_wrong(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        ready(page, "/")
        page.evaluate("document.querySelector('main').append(document.createElement('img'), document.createElement('button'))")
        assert {"image-alt", "button-name"} <= {one["rule"] for one in violations(page)}


def test_suggestions_and_an_open_list_break_no_rule(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        ready(page, "/")
        page.fill("#find-text", "vaccine")
        page.wait_for_selector("[role=option]")
        page.keyboard.press("ArrowDown")
        assert violations(page) == []


def test_behind_a_panel_over_the_whole_window_nothing_can_be_reached(browser: Browser, site: str) -> None:
    with opened(browser, site, NARROW) as (page, seen):
        ready(page, "/?view=coverage")
        page.click("[data-iso3=KEN]")
        expect(page.locator("#panel h2")).to_have_text("Kenya")
        page.keyboard.press("Shift+Tab")
        for _ in range(80):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#panel')")
        page.locator("#panel .close").press("Enter")
        expect(page.locator("[data-iso3=KEN]")).to_be_focused()
        page.set_viewport_size(WIDE)
        page.click("[data-iso3=KEN]")
        expect(page.locator("#panel h2")).to_have_text("Kenya")
        assert page.locator("[inert]").count() == 0
        seen.nothing_wrong()


def test_on_paper_every_source_has_its_address_and_nothing_is_folded_up(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        ready(page, "/?view=paths&from=nvi-th&to=africa-cdc&k=3&as_of=2026-11-21")
        folded = page.locator("details .cited").first
        expect(folded).to_be_hidden()
        page.emulate_media(media="print")
        expect(folded).to_be_visible()
        told = page.locator("a.source").evaluate_all(
            "all => all.map(one => [one.href, getComputedStyle(one, '::after').content])"
        )
        assert told
        assert all(href in after for href, after in told)
        expect(page.locator("#standing")).to_be_visible()
        expect(page.locator("button.pick").first).to_be_hidden()


def test_with_colours_of_the_system_what_is_chosen_is_still_told_apart(browser: Browser, site: str) -> None:
    with opened(browser, site, forced_colors="active") as (page, _):
        ready(page, "/?view=paths&from=africa-cdc&to=paho&k=2")
        styles = page.locator(".paths-list > li").evaluate_all("all => all.map(one => getComputedStyle(one).outlineStyle)")
        assert styles == ["solid", "none"]


def test_the_focus_can_be_seen_everywhere(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        ready(page, "/?view=coverage")
        for _ in range(14):
            page.keyboard.press("Tab")
            width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert style != "none"
            assert width >= 2


def test_names_in_other_languages_carry_their_language(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        ready(page, "/?view=focus&id=EGY&panel=EGY")
        page.wait_for_selector("#panel .names [lang]")
        languages = set(page.locator("#panel .names [lang]").evaluate_all("all => all.map(one => one.lang)"))
        assert {"ar", "es", "fr", "ru", "zh"} <= languages
        way = page.locator("#panel .names [lang=ar]").first.evaluate("one => getComputedStyle(one).direction")
        assert way == "rtl"
        assert page.locator("html").get_attribute("lang") == "en"
