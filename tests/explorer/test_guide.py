"""``docs/explorer.md`` says what the explorer is and does, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.explorer import STATIC
from api.explorer.board import looks
from api.explorer.pages import ROUTES
from tests.browser import opened
from tests.explorer.visiting import ready

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "explorer.md").read_text(encoding="utf-8")
EXAMPLES = sorted(set(re.findall(r"`(/\?[^`]*)`", GUIDE)))


def test_every_state_is_explained_in_the_words_of_its_legend() -> None:
    for look in looks().values():
        assert f"| {look.mark} | {look.label} | {look.what} |" in GUIDE


def test_every_view_and_every_parameter_is_named() -> None:
    views = re.search(r"const VIEWS = \{(.*?)\}", (STATIC / "main.js").read_text(encoding="utf-8"))
    assert views is not None
    for view in re.findall(r"\w+", views[1].replace('"": overview', "").replace("found", "")):
        assert any(f"view={view}" in example for example in EXAMPLES), view
    scripts = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    for parameter in {*re.findall(r"\basked\.(\w+)", scripts), *re.findall(r"\bcurrent\(\)\.(\w+)", scripts)}:
        assert f"`{parameter}`" in GUIDE or f"{parameter}=" in GUIDE, parameter


def test_every_address_of_the_explorer_is_named() -> None:
    for address in ROUTES:
        assert f"`{address.replace(':path', '')}`" in GUIDE


def test_the_pictures_are_there_and_small() -> None:
    for name in re.findall(r"\((pictures/[\w.]+)\)", GUIDE):
        assert 5_000 < (ROOT / "docs" / name).stat().st_size < 200_000


@pytest.mark.browser
def test_every_example_opens_and_is_not_refused(browser: Browser, site: str) -> None:
    assert len(EXAMPLES) >= 6
    with opened(browser, site) as (page, seen):
        for address in EXAMPLES:
            ready(page, address)
            assert page.locator("main h1").count() == 1, address
            assert page.locator(".refusal").count() == 0, address
        seen.nothing_wrong()
