"""How the tests of the explorer visit it, and ask the API behind it for what it must show."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Page


def ready(page: Page, address: str) -> None:
    """Open a view of the explorer and wait until it is drawn, its panel too."""
    page.goto(address)
    page.wait_for_selector("main[data-ready]")
    page.wait_for_function("!document.querySelector('[aria-busy]')")


def answer(site: str, path: str) -> Any:
    """What the API says."""
    with urlopen(f"{site}{path}", timeout=30) as response:
        return json.load(response)
