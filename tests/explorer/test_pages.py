"""The pages in a real browser: nothing from elsewhere, no errors, the same numbers as the API, and keys instead of a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import launched, opened
from tests.explorer.visiting import answer, ready

pytestmark = pytest.mark.browser

# The other tests hold the pages that they visit to the same.
VIEWS = {
    "coverage with a panel": "/?view=coverage&lens=D3&base=WHO+MS+194&as_of=2022&panel=GBR",
    "coverage of something else": "/?view=coverage&lens=pathogen-products",
    "focus with a panel": "/?view=focus&id=who&panel=CHE",
    "unknown": "/?view=focus&id=no-such-thing-at-all",
    "wrong date": "/?view=coverage&as_of=yesterday",
    "wrong table": "/table?lens=nothing&as_of=2024",
    "board": "/board.svg",
    "API": "/docs",
}


@pytest.mark.parametrize("name", VIEWS)
def test_no_page_asks_another_host_or_raises_an_error(browser: Browser, site: str, name: str) -> None:
    with opened(browser, site) as (page, seen):
        page.goto(VIEWS[name])
        if name == "API":
            expect(page.locator("#docs .opblock-tag").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        seen.nothing_wrong()


# --- coverage --------------------------------------------------------------------------------------------------------------
def test_the_board_has_249_tiles_with_names_and_the_numbers_of_the_api(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=coverage&lens=D1&base=ISO+249&as_of=2026-11-21")
        tiles = page.locator("[data-iso3]")
        found = tiles.evaluate_all(
            """all => all.map(one => {
                const read = [...one.children].filter(part => part.ariaHidden !== "true").map(part => part.textContent);
                return [one.dataset.iso3, read.join(""), one.dataset.state];
            })"""
        )
        assert len(found) == len({code for code, _, _ in found}) == 249
        told = answer(site, "/v1/coverage?lens=D1&base=ISO+249&as_of=2026-11-21")
        assert {code: state for code, _, state in found} == {cell["row"]: cell["state"] for cell in told["cells"]}
        names = {cell["row"]: cell["row_name"] for cell in told["cells"]}
        assert all(label.startswith(f"{code} {names[code]}: ") for code, label, _ in found)
        expect(page.get_by_role("button", name="KEN Kenya: covered once", exact=True)).to_have_attribute("data-iso3", "KEN")
        expect(page.locator(".headline")).to_have_text(told["headline"])
        listed = page.locator(".uncovered li").all_inner_texts()
        assert sorted(listed) == sorted(names[row] for row in told["uncovered_rows"])
        sizes = page.locator("table.regions tbody td:nth-child(2)").all_inner_texts()
        assert sum(map(int, sizes)) == told["size"] == 249
        seen.nothing_wrong()


def test_the_first_page_says_by_which_lens_and_base_its_number_was_counted(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?as_of=2026-11-21")
        told = answer(site, "/v1/coverage?as_of=2026-11-21")
        expect(page.locator("p.headline")).to_have_text(told["headline"])
        named = page.locator("p.definition").inner_text()
        for part in ("lens", "base"):
            assert f"{told[f'{part}_labels'][0]} · {told[f'{part}_title']}: {told[f'{part}_definition']}" in named
        seen.nothing_wrong()


def test_what_has_no_board_is_listed_row_by_row_with_what_covers_it(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=coverage&lens=listed-products&as_of=2026-11-21")
        told = answer(site, "/v1/coverage?lens=listed-products&as_of=2026-11-21")
        rows = page.locator("table.rows tbody tr")
        found = rows.evaluate_all("all => all.map(one => [one.dataset.row, one.dataset.state, one.children[3].innerText])")
        assert len(found) == told["size"]
        for (row, state, text), cell in zip(found, told["cells"], strict=True):
            assert (row, state) == (cell["row"], cell["state"])
            assert all(one["name"] in text for one in cell["by"])
            assert cell["by"] or text == cell["note"]
        assert {state for _, state, _ in found} >= {"unknown", "covered_by_several"}
        assert page.locator(".board, a[href^='board.svg']").count() == 0
        seen.nothing_wrong()


def test_coverage_can_be_kept_as_a_file(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=coverage&lens=D3&base=WHO+MS+194&as_of=2022")
        with page.expect_download() as kept:
            page.get_by_role("link", name="A workbook with every statement (XLSX)").click()
        assert kept.value.suggested_filename == "coverage-buying-now-who-ms-194-2022.xlsx"
        seen.nothing_wrong()


def test_a_tile_opens_the_panel_with_state_note_and_statements(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=coverage&lens=D1&as_of=2026-11-21")
        page.click("[data-iso3=GBR]")
        panel = page.locator("#panel")
        expect(panel.locator("h2")).to_have_text("United Kingdom")
        told = next(cell for cell in answer(site, "/v1/coverage?lens=D1&as_of=2026-11-21")["cells"] if cell["row"] == "GBR")
        expect(panel.locator(".cell p").first).to_have_text(told["note"])
        shown = panel.locator(".cell [data-statement]").evaluate_all("all => all.map(one => one.dataset.statement)")
        assert shown == [one["id"] for one in told["statements"]]
        assert "panel=GBR" in page.url
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(page.locator("[data-iso3=GBR]")).to_be_focused()
        seen.nothing_wrong()


def test_the_as_of_date_and_the_revision_are_always_in_sight(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        revision = answer(site, "/v1/vocabulary")["revision"]
        for address in (
            "/",
            "/?view=coverage&as_of=2022-03",
            "/?view=paths&from=who&to=paho&as_of=2022-03",
            "/?view=focus&id=who",
        ):
            ready(page, address)
            told = page.locator("#standing").inner_text()
            assert ("As of 2022-03" if "as_of" in address else "As of 20") in told
            assert f"revision {revision}" in told
        ready(page, "/?view=coverage")
        page.fill("#as-of", "2019")
        page.keyboard.press("Enter")
        expect(page.locator(".headline")).to_contain_text("As of 2019")
        assert "as_of=2019" in page.url
        # Before anything was loaded nothing was known: the page says so, and since when something is.
        page.fill("#known-at", "2020")
        page.keyboard.press("Enter")
        expect(page.locator("#standing")).to_have_text("As of 2019, as known at 2020 · show what is known now")
        expect(page.locator("main .refusal")).to_contain_text("Nothing was known at 2020")
        expect(page.locator("main .refusal")).to_contain_text("The first load was at")
        seen.nothing_wrong()


# --- paths -----------------------------------------------------------------------------------------------------------------
MARKED = "document.querySelector('.canvas')._cyreg.cy.edges('.marked').map(edge => edge.data('of')).sort()"


def test_the_path_in_the_picture_is_the_path_in_the_text(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=paths&from=africa-cdc&to=paho&k=4")
        told = answer(site, "/v1/paths?from=africa-cdc&to=paho&k=4")["results"]
        assert len(told) == 4
        for index, path in enumerate(told):
            item = page.locator(f"[data-path='{index + 1}']")
            item.locator("button.pick").click()
            steps = item.locator("[data-step]")
            assert steps.count() == len(path["steps"])
            expect(steps.locator("strong")).to_have_text([step["sentence"] for step in path["steps"]])
            pairs = steps.evaluate_all("all => all.map(one => one.dataset.step.split(' ').sort().join(' ')).sort()")
            assert page.evaluate(MARKED) == pairs
            weakest = item.locator("[data-step]", has=page.locator(".weakest"))
            expect(weakest.locator("strong")).to_have_text(path["weakest"]["sentence"])
            points = [float(text.replace(",", "")) for text in item.locator(".parts dd").all_inner_texts()]
            assert sum(points) == pytest.approx(path["score"], abs=0.01)
        assert "pick=4" in page.url
        page.reload()
        page.wait_for_selector("main[data-ready]")
        expect(page.locator("[data-path='4'] button.pick")).to_have_attribute("aria-pressed", "true")
        seen.nothing_wrong()


def test_an_ambiguous_name_offers_its_candidates_and_takes_the_choice(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=paths&from=AU&to=paho")
        offers = page.locator(".refusal .offers a")
        expect(offers).to_have_text(["Australia (country, area or territory)", "African Union (organisation)"])
        href = offers.first.get_attribute("href") or ""
        offers.first.click()
        page.wait_for_selector("[data-path]")
        assert re.search(r"[?&]from=[^&]+", href)
        assert page.url.split("from=")[1].split("&")[0] != "AU"
        assert "to=paho" in page.url
        seen.nothing_wrong()


def test_a_step_that_a_source_denies_names_the_denial(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=paths&from=who&to=ARG&k=1&as_of=2026-11-21")
        (path,) = answer(site, "/v1/paths?from=who&to=ARG&k=1&as_of=2026-11-21")["results"]
        (denial,) = path["steps"][0]["denials"]
        step = page.locator("[data-step='who ARG']")
        expect(step).to_contain_text("a source denies it")
        expect(step).to_contain_text(denial["sentence"])
        expect(step).to_contain_text(denial["source_name"])
        seen.nothing_wrong()


def test_where_there_is_no_path_the_page_says_why(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=paths&from=africa-cdc&to=paho&max_steps=1")
        told = answer(site, "/v1/paths?from=africa-cdc&to=paho&max_steps=1")
        assert told["results"] == []
        expect(page.locator(".reason")).to_have_text(told["reason"])
        seen.nothing_wrong()


def test_the_window_is_named_for_what_it_shows(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        for address, words in (
            ("/", "Who works with whom on medical countermeasures, and who says so"),
            ("/?view=focus&id=gavi", "Gavi, the Vaccine Alliance"),
            ("/?view=paths&from=who&to=gavi", "Paths from World Health Organization to Gavi, the Vaccine Alliance"),
            ("/?view=coverage&lens=D3", "Joint buying with evidence of orders: who is covered"),
            ("/?view=focus&id=no-such-thing-at-all", "No entity has this id or name"),
        ):
            ready(page, address)
            assert page.title() == f"{words} · Network of Networks explorer"
        seen.nothing_wrong()


# --- going from view to view ------------------------------------------------------------------------------------------------
def test_a_search_leads_to_its_results_and_back_leads_back(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=coverage&as_of=2023")
        page.fill("#find-text", "vaccine")
        page.keyboard.press("Enter")
        page.wait_for_selector(".found-list li")
        told = answer(site, "/v1/search?q=vaccine&limit=50")["results"]
        expect(page.locator(".found-list a")).to_have_text([hit["name"] for hit in told])
        assert "as_of=2023" in page.url
        page.locator(".found-list a").first.click()
        page.wait_for_selector(".focus h1")
        assert f"id={told[0]['id']}" in page.url
        page.go_back()
        page.wait_for_selector(".found-list li")
        page.go_back()
        page.wait_for_selector("[data-iso3]")
        expect(page.locator("#standing")).to_contain_text("As of 2023")
        seen.nothing_wrong()


# --- errors ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/?view=focus&id=africa-cdx", "africa-cdx"),
        ("/?view=coverage&lens=D99", "D99"),
        ("/?view=coverage&as_of=2024-13", "2024-13"),
        ("/?view=nothing", "nothing"),
    ],
)
def test_a_refused_question_shows_what_the_api_says(browser: Browser, site: str, address: str, words: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, address)
        expect(page.locator("main .refusal")).to_contain_text(words)
        seen.nothing_wrong()


def test_a_server_that_has_gone_is_told_in_a_sentence(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        ready(page, "/?view=coverage")
        page.route("**/v1/paths**", lambda route: route.abort("connectionrefused"))
        page.goto("/?view=paths&from=who&to=paho")
        page.wait_for_selector("main .refusal")
        expect(page.locator("main .refusal")).to_contain_text("does not answer")
        page.unroute("**/v1/paths**")
        page.get_by_role("button", name="Try again").click()
        page.wait_for_selector("[data-path]")
        expect(page.locator("main .refusal")).to_have_count(0)


def test_what_is_wrong_in_the_question_is_not_to_be_tried_again(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, _):
        for address in ("/?view=coverage&as_of=2024-13", "/?view=paths&from=AU&to=paho"):
            ready(page, address)
            assert page.locator(".refusal").count() == 1
            assert page.get_by_role("button", name="Try again").count() == 0


# --- keys alone ------------------------------------------------------------------------------------------------------------
def test_keys_alone_search_choose_open_the_panel_and_follow_a_source(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/")
        page.locator("#find-text").focus()
        page.keyboard.type("africa cdc", delay=5)
        field = page.locator("#find-text")
        expect(field).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("ArrowDown")
        active = field.get_attribute("aria-activedescendant")
        assert page.locator(f"#{active}").get_attribute("data-id") == "africa-cdc"
        page.keyboard.press("Enter")
        page.wait_for_selector(".focus table tbody tr")
        assert "view=focus&id=africa-cdc" in page.url
        link = page.locator(".focus [data-entity]").first
        tab_to(page, link.get_attribute("data-entity") or "", "data-entity")
        page.keyboard.press("Enter")
        expect(page.locator("#panel h2")).to_be_focused()
        page.wait_for_selector("#panel .cited a.source")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('#panel .cited a.source')"):
                break
        followed = page.evaluate("document.activeElement.href")
        assert followed.startswith("http")
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
        # The one thing that leads elsewhere is a source that somebody follows; here it is refused.
        assert [address.rstrip("/") for address in seen.elsewhere] == [followed.rstrip("/")]


def tab_to(page: Page, value: str, attribute: str) -> None:
    """Press Tab until the element with this attribute has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.getAttribute('{attribute}')") == value:
            return
    pytest.fail(f"The Tab key does not reach {value!r}.")


def test_keys_alone_set_both_ends_and_find_paths(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=paths")
        for end, text, id in (("from", "africa cdc", "africa-cdc"), ("to", "pan american health", "paho")):
            tab_to(page, f"path-{end}", "id")
            page.keyboard.type(text, delay=5)
            expect(page.locator(f"#path-{end}")).to_have_attribute("aria-expanded", "true")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            assert page.locator(f"#path-{end}").get_attribute("data-id") == id
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-step]")
        assert "from=africa-cdc&to=paho" in page.url
        assert page.locator("[data-step] strong").first.inner_text().endswith(".")
        seen.nothing_wrong()


def test_the_arrow_keys_go_from_tile_to_tile(browser: Browser, site: str) -> None:
    with opened(browser, site) as (page, seen):
        ready(page, "/?view=coverage")
        tab_to(page, "AGO", "data-iso3")
        for key, code in (("ArrowRight", "BDI"), ("End", "ZWE"), ("Home", "AGO"), ("ArrowLeft", "AGO")):
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.dataset.iso3") == code
        page.keyboard.press("Enter")
        expect(page.locator("#panel h2")).to_have_text("Angola")
        seen.nothing_wrong()


# --- without JavaScript, without 3D ----------------------------------------------------------------------------------------
def test_without_javascript_the_board_and_the_table_are_there(driver: Playwright, site: str) -> None:
    with launched(driver, "--blink-settings=scriptEnabled=false") as browser, opened(browser, site) as (page, seen):
        page.goto("/")
        page.click("noscript a[href=table]")
        assert page.locator("svg [data-iso3]").count() == 249
        assert page.locator("tr[data-row]").count() == 249
        page.select_option("#base", "who-ms-194")
        page.fill("#as_of", "2022")
        page.click("button[type=submit]")
        told = answer(site, "/v1/coverage?base=who-ms-194&as_of=2022")
        expect(page.locator("p.headline")).to_have_text(told["headline"])
        states = page.locator("tr[data-row]").evaluate_all  # evaluated by the driver, not by the page's own scripts
        assert dict(states("all => all.map(one => [one.dataset.row, one.dataset.state])")) == {
            cell["row"]: cell["state"] for cell in told["cells"]
        }
        seen.nothing_wrong()
