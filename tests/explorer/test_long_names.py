"""Very long names, words without a break, and names written from right to left: in sight, in order, inside the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from graph.model import Citation, Period, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from tests.browser import NARROW, WIDE, opened
from tests.explorer.conftest import served
from tests.explorer.visiting import ready

pytestmark = pytest.mark.browser

ARABIC: Final = "المركز العربي (CDC) – المكتب الإقليمي"
HEBREW: Final = "שיתוף פעולה"
WORD: Final = "Arzneimittelbeschaffungskoordinierungsstelle" * 4
LONG: Final = "Interministerial Commission for the Procurement and Allocation of Emergency Countermeasures " * 3
NAMES: Final = {"ar": ARABIC, "word": WORD, "long": LONG.strip(), "net": HEBREW, "KEN": "Kenya"}
KINDS: Final = {"ar": "organisation", "word": "organisation", "long": "organisation", "net": "network", "KEN": "country"}
ADDRESSES: Final = (
    "/?view=focus&id=net&panel=word",
    "/?view=focus&id=word",
    "/?view=paths&from=ar&to=KEN",
    "/?view=search&q=arz",
    "/?view=coverage&lens=mechanism:word&panel=KEN",
)


def statements() -> Iterator[Statement]:
    cited = Citation("src-minutes", f"page {'x' * 90}", f"https://example.org/{'a' * 200}", ARABIC)

    def says(subject: str, predicate: str, target: str | None = None, value: str | None = None) -> Statement:
        return Statement(subject, predicate, target, value, Period("2020"), cited, "high", "")

    for id, name in NAMES.items():
        yield from (says(id, "kind", value=KINDS[id]), says(id, "name", value=name), says(id, "description", value=name))
    yield from (says("src-minutes", "kind", value="source"), says("src-minutes", "name", value=f"{WORD} {ARABIC}"))
    yield from (says(id, "member_of", "net") for id in ("ar", "word", "long"))
    yield from (says("KEN", "member_of", "word"), says("KEN", "listed_as", value="iso-3166-1"))


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a server for a graph with such names."""
    store = SqliteStore(tmp_path_factory.mktemp("wordy") / "graph.sqlite")
    store.replace("some.csv", statements(), datetime(2026, 1, 1, tzinfo=UTC))
    graph = Graph(store)
    with served(graph) as origin:
        yield origin
    graph.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_name_widens_the_page(browser: Browser, wordy: str, size: ViewportSize) -> None:
    with opened(browser, wordy, size) as (page, seen):
        for address in ADDRESSES:
            ready(page, address)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
            inside = "[...document.querySelectorAll('#panel:not([hidden])')].every(one => one.scrollWidth <= one.clientWidth)"
            assert page.evaluate(inside), address
        seen.nothing_wrong()


def test_a_name_keeps_its_own_order_and_the_page_its_own(browser: Browser, wordy: str) -> None:
    way = "one => getComputedStyle(one).direction"
    with opened(browser, wordy) as (page, _):
        ready(page, "/?view=focus&id=ar&panel=net")
        for name in ("h1 bdi", "#panel h2 bdi"):
            assert page.locator(name).evaluate(way) == "rtl"
        ready(page, "/?view=paths&from=ar&to=net")
        ends = page.locator("[data-step] [data-entity]")
        expect(ends).to_have_text([ARABIC, HEBREW])
        # The arrow between two names points from the first to the second, whichever way they are written.
        first, second = (ends.nth(place).bounding_box() for place in (0, 1))
        assert first is not None
        assert second is not None
        assert first["x"] + first["width"] <= second["x"]
        # A sentence is English, whatever the name that it begins with.
        assert page.locator("[data-step] strong").first.evaluate(way) == "ltr"
        ready(page, "/?view=focus&id=net&panel=ar")
        assert page.locator("#panel .said p").first.evaluate(way) == "ltr"
