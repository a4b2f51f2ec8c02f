"""Search hits, entities and sources as text. Citations are numbered, and what they cite is listed once at the end."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from api.commands.output import Page
from graph.vocabulary import kind_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queries.entities import Alias, EntityAnswer, StatementsAnswer
    from queries.explain import Cited
    from queries.neighbourhood import Link, NeighbourhoodAnswer
    from queries.search import SearchAnswer
    from queries.sources import Source, SourceAnswer, SourcesAnswer


def tell_hits(answer: SearchAnswer) -> None:
    """Print the answer to a search."""
    page = Page()
    if not answer.results:
        page.line(f"Nothing fits {answer.text!r}." if answer.text else "Nothing was given to search for.")
        return
    for hit in answer.results:
        page.line((hit.name, "bold"), f"  {hit.id}", (f"  {kind_label(hit.kind)}", "dim"), hang=4)
        page.line((hit.reason, "dim"), indent=2, hang=2)
        _keep_apart(page, hit.keep_apart)
    if answer.more:
        page.gap()
        page.line(("There are more; --limit shows them.", "dim"))


def tell_entity(entity: EntityAnswer, listed: StatementsAnswer, brief: bool = False) -> None:
    """Print an entity and its statements by predicate; ``brief``: the statements only."""
    page = Page()
    kind = ", ".join(part for part in (kind_label(entity.kind), entity.subtype) if part)
    page.line((entity.name, "bold"), f"  {entity.id}", (f"  {kind}", "dim"), hang=4)
    if not brief:
        if entity.description:
            page.line(entity.description, indent=2)
        if entity.aliases:
            page.line("Also called: ", "; ".join(dict.fromkeys(_alias(alias) for alias in entity.aliases)), indent=2, hang=2)
        _keep_apart(page, entity.keep_apart)
    noted = Footnotes()

    def place(one: Cited) -> tuple[bool, bool, str]:
        """Links before texts, what it does before what is done to it, then by predicate."""
        return one.object is None, one.subject != entity.id, one.predicate

    for (_, others, predicate), group in groupby(sorted(listed.results, key=place), key=place):
        said = list(group)
        page.gap()
        page.line((predicate, "bold"), (f"  {len(said)}{', from the other end' if others else ''}", "dim"))
        for one in said:
            page.line(one.sentence, indent=2, hang=2)
            page.line((f"{one.period}; {one.confidence} {noted.mark(one)}", "dim"), indent=4, hang=2)
    noted.tell(page)


def tell_sources(answer: SourcesAnswer) -> None:
    """Print all sources."""
    page = Page()
    for source in answer.results:
        _source(page, source)
    page.gap()
    page.line((f"{answer.total:,} sources, revision {answer.revision}", "dim"))


def tell_source(answer: SourceAnswer) -> None:
    """Print one source and what it says."""
    page = Page()
    _source(page, answer.source)
    for one in answer.results:
        page.line(one.sentence, indent=2, hang=2)
        page.line((f"{one.period}; {one.confidence} [{one.locator}]", "dim"), indent=4, hang=2)


def tell_neighbourhood(answer: NeighbourhoodAnswer) -> None:
    """Print a neighbourhood: every entity by its distance, with the links that lead to it."""
    page = Page()
    centre = answer.centre
    page.line((centre.name, "bold"), f"  {centre.id}", (f"  {kind_label(centre.kind)}", "dim"), hang=4)
    page.line((f"as of {answer.as_of}, revision {answer.revision}", "dim"))
    noted = Footnotes()
    distance = {node.id: node.distance for node in answer.nodes}
    for node in answer.nodes[1:]:
        page.gap()
        steps = f"  {node.distance} steps" if node.distance > 1 else ""
        page.line(
            (node.name, "bold"), f"  {node.id}", (f"  {kind_label(node.kind)}, {node.degree} links{steps}", "dim"), hang=4
        )
        for link in answer.links:
            ends = {link.from_id, link.to_id}
            other = next(iter(ends - {node.id}), node.id)
            if node.id in ends and distance[other] < node.distance:
                _tell_link(page, answer, link, noted)
    noted.tell(page)
    if answer.truncated:
        page.gap()
        page.line(f"{len(answer.nodes) - 1:,} of {answer.total_nodes - 1:,} entities are shown; --limit shows more.")


def _tell_link(page: Page, answer: NeighbourhoodAnswer, link: Link, noted: Footnotes) -> None:
    for id in link.statements:
        one = answer.statements[id]
        ended = {"ended": "; had ended", "past": "; in the past"}.get(link.state, "")
        page.line(one.sentence, indent=2, hang=2)
        page.line((f"{one.period}; {one.confidence}{ended} {noted.mark(one)}", "dim"), indent=4, hang=2)


class Footnotes:
    """Numbers for cited sources, in the order in which they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._names: dict[tuple[str, str], str] = {}

    def mark(self, cited: Cited) -> str:
        """The mark of a citation: number of the source, and the place in it."""
        key = (cited.source, cited.url)
        self._names[key] = cited.source_name
        return f"[{self._numbers.setdefault(key, len(self._numbers) + 1)}: {cited.locator}]"

    def tell(self, page: Page) -> None:
        """Print what the numbers stand for."""
        if self._numbers:
            page.gap()
            page.line(("Sources", "bold"))
        for key, number in self._numbers.items():
            page.line(f"[{number}] ", f"{self._names[key]}", (f"  {key[0]}", "dim"), indent=2, hang=4)
            if key[1]:
                page.url(key[1], indent=6)


def _source(page: Page, source: Source) -> None:
    count = f"{source.statements:,} statement{'' if source.statements == 1 else 's'}"
    page.line((source.name, "bold"), f"  {source.id}", (f"  {count}", "dim"), hang=4)
    if source.url:
        inferred = {"inferred_from_mirror": "  (address inferred from a mirror)"}.get(source.url_status, "")
        page.url(source.url + inferred, indent=2)


def _keep_apart(page: Page, others: Sequence[str]) -> None:
    if others:
        page.line(("Not to be confused with: ", "yellow"), "; ".join(others), indent=2, hang=2)


def _alias(alias: Alias) -> str:
    marks = [mark for mark in (alias.lang, {"full": "", "other": "", "id": "older id"}.get(alias.sort, alias.sort)) if mark]
    return f"{alias.name} ({', '.join(marks)})" if marks else alias.name
