"""Sets as ends of paths in the explorer: typed as on the command line, answered as by the API, never taken for an entity."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import opened
from tests.explorer.visiting import answer, ready

pytestmark = pytest.mark.browser
BODIES, MAKERS = "of:African Union", "kind:organisation,subtype:manufacturer,in:r-sear"


def test_any_body_of_a_union_to_any_maker_in_a_region(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=paths&as_of=2026-11-21")
        expect(page.locator("main")).to_contain_text("or sets of them")
        page.fill("#path-from", BODIES)
        page.fill("#path-to", MAKERS)
        page.get_by_role("button", name="Find paths").click()
        page.wait_for_selector("[data-path]")
        told = answer(site, "/v1/paths?from=of:au&to=kind:organisation,subtype:manufacturer,in:r-sear&as_of=2026-11-21")
        assert {path["steps"][0]["from"] for path in told["results"]} <= {"africa-cdc", "ama", "auda-nepad"}
        for index, path in enumerate(told["results"]):
            steps = page.locator(f"[data-path='{index + 1}'] [data-step]")
            expect(steps.locator("strong")).to_have_text([step["sentence"] for step in path["steps"]])
        # A set is no entity: no link leads to it, and its field keeps what can be asked again.
        found = page.locator("p.found")
        expect(found).to_contain_text(told["start"]["name"])
        expect(found.locator("a")).to_have_count(0)
        expect(page.locator("#path-from")).to_have_value("of:au")
        page.fill("#path-from", "of:au,id:africa-cdc|ama")
        page.get_by_role("button", name="Find paths").click()
        expect(page.locator("p.found")).to_contain_text("any of 2 (of:au,id:africa-cdc|ama)")
        seen.nothing_wrong()


def test_a_set_that_nobody_fits_is_refused_in_words(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        ready(page, "/?view=paths&from=of:au,kind:country&to=who&as_of=2026-11-21")
        expect(page.locator(".refusal")).to_contain_text("No entity fits 'of:au,kind:country' on 2026-11-21")
