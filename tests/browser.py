"""A real Chromium for the tests of pages, driven by Playwright, with every other host refused.

Tests that use it carry ``@pytest.mark.browser``. Where there is no Chromium they are skipped with one line that says so; with
``MCMGRAPH_REQUIRE_BROWSER=1`` that is a failure instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # No name but this machine's is looked up: what a page asks of another host fails, as it would without a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
NARROW: Final[ViewportSize] = {"width": 320, "height": 640}
PATIENCE: Final = 15_000
"""Milliseconds to wait for anything on a page; generous, because the machine may be busy."""


def chromium() -> str | None:
    """The Chromium of this machine, None where there is none."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


def require_chromium() -> None:
    """Skip the test, or fail it, where there is no Chromium."""
    if chromium() is None:
        said = "No Chromium on PATH (Debian: apt-get install chromium): the pages were not tested in a browser."
        if os.environ.get("MCMGRAPH_REQUIRE_BROWSER") == "1":
            pytest.fail(said, pytrace=False)
        pytest.skip(said)


@contextmanager
def driving() -> Iterator[Playwright]:
    """Playwright, once for a run of the tests; see ``require_chromium``."""
    require_chromium()
    expect.set_options(timeout=PATIENCE)  # what is expected has as long as what is waited for
    with sync_playwright() as driver:
        yield driver


@contextmanager
def launched(driver: Playwright, *more: str) -> Iterator[Browser]:
    """A headless Chromium with a fresh profile; ``more`` are further flags."""
    browser = driver.chromium.launch(executable_path=chromium(), headless=True, args=[*FLAGS, *more])
    try:
        yield browser
    finally:
        browser.close()


@dataclass(slots=True)
class Seen:
    """What a page did that the tests must know of: hosts asked other than its own, errors, dialogs."""

    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def nothing_wrong(self) -> None:
        """Fail where the page asked another host, raised an error or opened a dialog."""
        assert self.elsewhere == []
        assert self.errors == []
        assert self.dialogs == []


@contextmanager
def opened(browser: Browser, origin: str, size: ViewportSize = WIDE, **context: Any) -> Iterator[tuple[Page, Seen]]:
    """A new page in a fresh context; requests to another host than ``origin`` are noted (and fail)."""
    seen = Seen()
    own = urlsplit(origin).netloc
    fresh = browser.new_context(viewport=size, base_url=origin, **context)
    fresh.set_default_timeout(PATIENCE)

    def elsewhere(url: str) -> bool:
        split = urlsplit(url)
        return split.scheme in ("http", "https", "ws", "wss") and split.netloc != own

    def asked(request: Request) -> None:
        if elsewhere(request.url):
            seen.elsewhere.append(request.url)

    def note(message: ConsoleMessage) -> None:
        # A refused question (4xx) is shown by the page itself; the browser writes it to the console too.
        if message.type == "error" and "Failed to load resource" not in message.text:
            seen.errors.append(message.text)

    def failed(request: Request) -> None:
        # Questions that a view gave up, because another was asked for, are no fault.
        if request.failure != "net::ERR_ABORTED" and not elsewhere(request.url):
            seen.errors.append(f"{request.url}: {request.failure}")

    def closed(dialog: Dialog) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page = fresh.new_page()
    page.on("request", asked)
    page.on("websocket", lambda socket: seen.elsewhere.append(socket.url))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", note)
    page.on("requestfailed", failed)
    page.on("dialog", closed)
    try:
        yield page, seen
    finally:
        fresh.close()
