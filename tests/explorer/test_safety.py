"""Names and addresses that somebody meant badly: shown as they are written, run by nothing, followed nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from graph.model import Citation, Period, Statement, qualify
from graph.revisions import Graph
from graph.settings import Settings
from graph.sqlite import SqliteStore
from tests.browser import opened
from tests.explorer.conftest import served
from tests.explorer.visiting import ready

pytestmark = pytest.mark.browser

IMAGE: Final = "<img src=x onerror=alert(1)>"
SCRIPT: Final = "</script><script>alert(2)</script>"
ATTRIBUTE: Final = '" onmouseover="alert(3)" x=\''
HREF: Final = '<a href="javascript:alert(4)">R&D</a>'
PLAIN: Final = "R&D & Sons <Ltd> &amp; Co"
RUNNING: Final = "javascript:alert(5)"
NAMES: Final = {"net": IMAGE, "ann": SCRIPT, "bob": ATTRIBUTE, "KEN": HREF, "pool": PLAIN}


def says(subject: str, predicate: str, target: str | None = None, value: str | None = None, **qualifiers: str) -> Statement:
    cited = Citation("src-minutes", f"page {IMAGE}", RUNNING, SCRIPT)
    return Statement(subject, predicate, target, value, Period("2020"), cited, "high", "", qualify(qualifiers))


def statements() -> Iterator[Statement]:
    kinds = {"net": "network", "ann": "organisation", "bob": "organisation", "KEN": "country", "pool": "mechanism"}
    kinds |= {"alone": "organisation", "r-afr": "region", "who": "organisation"}
    for id, kind in kinds.items():
        yield says(id, "kind", value=kind)
        yield says(id, "name", value=NAMES.get(id, id))
        yield says(id, "description", value=f"{SCRIPT} {IMAGE} of {id}")
        yield says(id, "alias", value=f"{IMAGE} {id}", lang="ar")
        yield says(id, "homepage", value=RUNNING)
    yield says("src-minutes", "kind", value="source")
    yield says("src-minutes", "name", value=f"{HREF}{IMAGE}")
    yield says("src-minutes", "url", value=RUNNING)
    yield says("r-afr", "subtype", value="who_region")
    yield says("KEN", "listed_as", value="iso-3166-1")
    yield says("KEN", "in_region", "r-afr")
    yield says("KEN", "enrolled_in", "pool", status="member", detail=SCRIPT)
    yield says("ann", "member_of", "net", detail=IMAGE)
    yield says("bob", "member_of", "net")
    yield says("bob", "operates", "pool")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a server whose graph was filled by somebody who means ill."""
    store = SqliteStore(tmp_path_factory.mktemp("hostile") / IMAGE.replace("/", "") / "graph.sqlite")
    store.replace(f"{SCRIPT}.csv", list(statements()), datetime(2026, 1, 1, tzinfo=UTC))
    graph = Graph(store)
    with served(graph) as origin:
        yield origin
    graph.close()


def stir(page: Page) -> None:
    """Go over everything with the mouse and click what is no link."""
    for element in page.locator("main li, main td, main button, #panel li, #panel button.plain").all()[:60]:
        if element.is_visible():
            element.hover(force=True)
    box = page.locator(".canvas").bounding_box() if page.locator(".canvas").count() else None
    if box:
        for step in range(10):
            page.mouse.move(box["x"] + box["width"] * step / 10, box["y"] + box["height"] / 2)
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * step / 10)


VIEWS: Final = {
    "focus": ("/?view=focus&id=net", IMAGE),
    "two steps": ("/?view=focus&id=net&steps=2", ATTRIBUTE),
    "paths": ("/?view=paths&from=ann&to=KEN", SCRIPT),
    "coverage": ("/?view=coverage&lens=mechanism:pool&base=ISO+249", PLAIN),
    "panel": ("/?view=coverage&lens=mechanism:pool&base=ISO+249&panel=KEN", HREF),
    "panel of a source": ("/?view=focus&id=net&panel=src-minutes", HREF),
    "search": ("/?view=search&q=onerror", IMAGE),
    "no such entity": ("/?view=focus&id=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%20R%26D", IMAGE),
}


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_runs_on_load_hover_or_click(browser: Browser, hostile: str, name: str) -> None:
    address, text = VIEWS[name]
    with opened(browser, hostile) as (page, seen):
        ready(page, address)
        assert text in page.locator("body").inner_text()
        stir(page)
        for script in page.locator("script").all():
            assert (script.get_attribute("src") or "").startswith("explorer/")
            assert script.text_content() == ""
        assert page.locator("main img, #panel img, #standing img, footer img").count() == 0
        addresses = page.locator("a[href]").evaluate_all("all => all.map(one => one.protocol)")
        assert set(addresses) <= {"http:", "https:"}
        seen.nothing_wrong()


@pytest.mark.parametrize("address", ["/table?lens=mechanism:pool&base=ISO+249", "/board.svg?lens=mechanism:pool&base=ISO+249"])
def test_nothing_runs_in_the_still_pages(browser: Browser, hostile: str, address: str) -> None:
    with opened(browser, hostile) as (page, seen):
        page.goto(address)
        assert page.locator("script, a[href^='javascript:']").count() == 0
        tile = page.locator("[data-iso3=KEN]")
        assert tile.get_attribute("aria-label") == f"KEN {HREF}: covered once"
        names = tile.evaluate("one => [one, ...one.querySelectorAll('*')].flatMap(each => each.getAttributeNames())")
        assert not [name for name in names if name.startswith("on")]
        seen.nothing_wrong()


def test_ampersands_read_right_everywhere(browser: Browser, hostile: str) -> None:
    with opened(browser, hostile) as (page, seen):
        ready(page, "/?view=focus&id=pool")
        expect(page.locator("h1")).to_have_text(PLAIN)
        expect(page.locator("table")).to_contain_text(f"is enrolled in {PLAIN}")
        shown = page.evaluate("document.querySelector('.canvas')._cyreg.cy.nodes('.centre').data('shown')")
        assert shown.replace("\n", " ") == PLAIN
        page.fill("#find-text", "R&D")
        expect(page.locator("[role=option] .name").first).to_have_text(PLAIN)
        seen.nothing_wrong()


def test_a_name_in_arabic_is_marked_as_such(browser: Browser, hostile: str) -> None:
    with opened(browser, hostile) as (page, _):
        ready(page, "/?view=focus&id=net&panel=ann")
        expect(page.locator("#panel .names [lang=ar]").first).to_be_visible()


def test_an_entity_without_links_is_told_in_words(browser: Browser, hostile: str) -> None:
    with opened(browser, hostile) as (page, seen):
        ready(page, "/?view=focus&id=alone")
        expect(page.locator("main")).to_contain_text("No link of alone is on record for this date")
        seen.nothing_wrong()


def test_a_strict_policy_is_kept(browser: Browser, site: str) -> None:
    """The page works where nothing but this host's own files may be used, not even a style that is written into the page."""
    strict = "default-src 'self'; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'"
    with opened(browser, site) as (page, seen):

        def tighten(route: object) -> None:
            answer = route.fetch()  # type: ignore[attr-defined]
            route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": strict})  # type: ignore[attr-defined]

        page.route(f"{site}/?*", tighten)
        for address in ("/?view=coverage&panel=KEN", "/?view=paths&from=africa-cdc&to=paho", "/?view=focus&id=gavi"):
            ready(page, address)
        seen.nothing_wrong()


def test_a_server_with_tokens_is_asked_with_the_token_that_was_typed_in(browser: Browser, tmp_path: Path) -> None:
    from api.access import new_token

    token, entry = new_token("reader")
    store = SqliteStore(tmp_path / "graph.sqlite")
    store.replace("some.csv", list(statements()), datetime(2026, 1, 1, tzinfo=UTC))
    graph = Graph(store)
    with served(graph, Settings.from_env({"MCMGRAPH_API_TOKENS": entry})) as origin, opened(browser, origin) as (page, seen):
        ready(page, "/?view=focus&id=pool")
        expect(page.locator(".refusal")).to_contain_text("A token is needed")
        page.fill("#token", token)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(PLAIN)
        assert token not in page.url
        page.goto("/?view=coverage&lens=mechanism:pool&base=ISO+249&as_of=2022")
        with page.expect_download() as kept:
            page.get_by_role("link", name="A table (CSV)").click()
        assert kept.value.suggested_filename == "coverage-mechanism-pool-iso-249-2022.csv"
        assert "covered once" in kept.value.path().read_text(encoding="utf-8-sig")
        assert page.context.cookies() == []
        seen.nothing_wrong()
    graph.close()
