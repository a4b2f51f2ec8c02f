"""Coverage as a page without any script: a form, the headline, the still board, the regions, and every row with its sources."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from api.explorer.board import DISCLAIMER, board_element, looks
from api.explorer.groups import Group
from queries.cells import Cell
from queries.coverage import CoverageAnswer, list_bases, list_lenses
from queries.explain import Cited
from queries.lenses import Base, Lens

_Child = ET.Element | str | None
_COUNTRY: Final = frozenset({"country"})
UNCHECKED: Final = "inferred_from_mirror"
"""How an address was come by that nobody has opened; it is shown with a word that says so."""


def table_page(answer: CoverageAnswer, groups: Sequence[Group], cited: Mapping[str, Cited], known_at: str | None) -> str:
    """The page for an answer; ``cited`` holds its statements by id, ``known_at`` the known time as it was asked for."""
    query = {"lens": answer.lens.id, "base": answer.base.id, "as_of": answer.as_of} | (
        {"known_at": known_at} if known_at else {}
    )
    region_of = {place.id: group.name for group in groups for place in group.places}
    parts: list[_Child] = [
        _make("p", {"class": "headline"}, answer.headline),
        *([_make("p", {"class": "quiet"}, answer.undated_note)] if answer.undated else []),
        _make("p", {"class": "quiet"}, f"{answer.lens.definition} {answer.base.definition}"),
        _make("p", {"class": "quiet"}, f"As of {answer.as_of}, {_known(known_at)}; revision {answer.revision}."),
    ]
    if answer.regions:
        picture = board_element(answer, groups, fluid=True)
        parts += [_make("div", {"class": "still"}, picture), _make("h2", {}, "By WHO region"), _regions(answer)]
    parts += [_make("h2", {}, f"All {answer.size} {answer.base.unit}"), _rows(answer, region_of, cited)]
    asked = urlencode(query)
    board = [(f"board.svg?{asked}", "The board as a picture")] if answer.regions else []
    sheets = [(f"table.xlsx?{asked}", "A workbook with every statement (XLSX)"), (f"table.csv?{asked}", "A table (CSV)")]
    links = [("./", "The explorer"), *sheets, *board, ("docs", "The API")]
    return _page("Coverage", [_form(answer.lens.id, answer.base.id, answer.as_of, known_at), *parts, _links(links)])


def refused_page(detail: str, as_of: str | None, known_at: str | None) -> str:
    """The page for a question that cannot be answered: what is wrong, and the form to ask again."""
    told = _make("div", {"class": "refusal", "role": "alert"}, _make("p", {}, detail))
    return _page("Coverage", [told, _form("", "", as_of or "", known_at)])


def _known(known_at: str | None) -> str:
    return f"as known at {known_at}" if known_at else "as known now"


def _make(tag: str, attributes: Mapping[str, str], *children: _Child) -> ET.Element:
    """An element; texts among the children go in as text, whatever is written in them."""
    made = ET.Element(tag, dict(attributes))
    last: ET.Element | None = None
    for child in children:
        if isinstance(child, str):
            if last is None:
                made.text = (made.text or "") + child
            else:
                last.tail = (last.tail or "") + child
        elif child is not None:
            made.append(child)
            last = child
    return made


def _page(title: str, parts: Iterable[_Child]) -> str:
    name = "Network of Networks explorer"
    head = _make(
        "head",
        {},
        _make("meta", {"charset": "utf-8"}),
        _make("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        _make("title", {}, f"{title} · {name}"),
        _make("link", {"rel": "stylesheet", "href": "explorer/style.css"}),
        _make("link", {"rel": "icon", "href": "explorer/icon.svg", "type": "image/svg+xml"}),
    )
    brand = _make("a", {"class": "brand", "href": "./"}, _make("span", {}, "mcmgraph"), " ", _make("small", {}, name))
    body = _make(
        "body",
        {},
        _make("header", {"class": "top"}, _make("div", {"class": "bar"}, brand)),
        _make("main", {}, _make("h1", {}, title), *parts),
        _make("footer", {}, _make("p", {}, DISCLAIMER)),
    )
    return "<!doctype html>\n" + ET.tostring(_make("html", {"lang": "en"}, head, body), encoding="unicode", method="html")


def _form(lens: str, base: str, as_of: str, known_at: str | None) -> ET.Element:
    return _make(
        "form",
        {"class": "question", "method": "get", "action": "table"},
        _pick("lens", "Lens: what counts as covered", list_lenses(), lens),
        _pick("base", "Base: who is asked about", [one for one in list_bases() if one.kinds == _COUNTRY], base),
        _field("as_of", "As of (YYYY, YYYY-MM or YYYY-MM-DD)", as_of),
        _field("known_at", "As known at (empty for now)", known_at or ""),
        _make("button", {"type": "submit"}, "Show"),
    )


def _pick(name: str, label: str, options: Sequence[Lens] | Sequence[Base], chosen: str) -> ET.Element:
    picks = [_make("option", {"value": ""}, "(the usual one)")]
    for one in options:
        text = f"{one.labels[0]} · {one.title}" if one.labels else one.title
        picks.append(_make("option", {"value": one.id} | ({"selected": "selected"} if one.id == chosen else {}), text))
    box = _make("select", {"id": name, "name": name}, *picks)
    return _make("div", {"class": "field"}, _make("label", {"for": name}, label), box)


def _field(name: str, label: str, value: str) -> ET.Element:
    box = _make("input", {"id": name, "name": name, "value": value, "maxlength": "40"})
    return _make("div", {}, _make("label", {"for": name}, label), box)


def _links(links: Sequence[tuple[str, str]]) -> ET.Element:
    return _make("ul", {"class": "links"}, *(_make("li", {}, _make("a", {"href": href}, text)) for href, text in links))


def _table(label: str, heads: Sequence[str], rows: Iterable[ET.Element]) -> ET.Element:
    head = _make("thead", {}, _make("tr", {}, *(_make("th", {"scope": "col"}, text) for text in heads)))
    frame = {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": label}
    return _make("div", frame, _make("table", {}, head, _make("tbody", {}, *rows)))


def _regions(answer: CoverageAnswer) -> ET.Element:
    rows = (
        _make(
            "tr",
            {},
            _make("th", {"scope": "row"}, one.name[:1].upper() + one.name[1:]),
            *(_make("td", {}, f"{number:,}") for number in (one.size, one.covered, one.uncovered)),
        )
        for one in answer.regions
    )
    return _table("Coverage by WHO region", ("WHO region", "Size", "Covered", "Not covered"), rows)


def _rows(answer: CoverageAnswer, region_of: Mapping[str, str], cited: Mapping[str, Cited]) -> ET.Element:
    heads = ("Code", "Name", *(("WHO region",) if answer.regions else ()), "State", "Why", "Sources")
    return _table("Every row of the base", heads, (_row(cell, region_of, cited, bool(answer.regions)) for cell in answer.cells))


def _row(cell: Cell, region_of: Mapping[str, str], cited: Mapping[str, Cited], by_region: bool) -> ET.Element:
    sources: dict[tuple[str, str], Cited] = {}
    for id in cell.statements:
        if id in cited:
            sources.setdefault((cited[id].source, cited[id].locator), cited[id])
    region = [_make("td", {}, region_of.get(cell.row, ""))] if by_region else []
    return _make(
        "tr",
        {"data-row": cell.row, "data-state": cell.state},
        _make("th", {"scope": "row"}, cell.row),
        _make("td", {}, cell.row_name),
        *region,
        _make("td", {}, looks()[cell.state].label),
        _make("td", {}, cell.note),
        _make("td", {}, _make("ul", {"class": "cited"}, *(_source(one) for one in sources.values())) if sources else None),
    )


def _source(one: Cited) -> ET.Element:
    followed = one.url.startswith(("https://", "http://"))
    name = (
        _make("a", {"href": one.url, "rel": "noopener noreferrer external"}, one.source_name) if followed else one.source_name
    )
    unchecked = " (address not checked)" if followed and one.url_status == UNCHECKED else ""
    return _make("li", {}, name, f"{unchecked} · {one.locator}")
