"""Small builders of statements and graphs for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from graph.model import Citation, Confidence, Period, Statement, qualify
from graph.revisions import Graph
from graph.sqlite import SqliteStore

LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When test sources are loaded, unless a test says otherwise."""


def link(
    subject: str,
    predicate: str,
    target: str,
    *,
    period: tuple[str, str] = ("", ""),
    source: str = "src-a",
    locator: str = "page 1",
    confidence: Confidence = "high",
    **qualifiers: str,
) -> Statement:
    """A link statement; ``period`` is (valid_from, valid_to)."""
    cited = Citation(source, locator)
    return Statement(subject, predicate, target, None, Period(*period), cited, confidence, "", qualify(qualifiers))


def text(
    subject: str,
    predicate: str,
    value: str,
    *,
    period: tuple[str, str] = ("", ""),
    source: str = "src-a",
    **qualifiers: str,
) -> Statement:
    """A literal statement."""
    cited = Citation(source, "page 1")
    return Statement(subject, predicate, None, value, Period(*period), cited, "high", "", qualify(qualifiers))


def entity(id: str, kind: str = "organisation", name: str = "", **texts: str) -> list[Statement]:
    """The literals that make an id an entity: its kind, its name (the id in capitals unless given), further texts."""
    told = {"kind": kind, "name": name or id.upper(), **texts}
    return [text(id, predicate, value) for predicate, value in told.items()]


def entities(kind: str, *ids: str) -> list[Statement]:
    """Several entities of one kind."""
    return [statement for id in ids for statement in entity(id, kind)]


def cited_source(id: str, title: str, url: str, url_status: str = "as_found") -> list[Statement]:
    """The literals of a source entity."""
    told = {"kind": "source", "name": title, "url": url, "url_status": url_status}
    return [text(id, predicate, value, source=id) for predicate, value in told.items()]


def graph_in(folder: Path, *sources: Iterable[Statement], at: datetime = LOADED_AT) -> Graph:
    """A graph on a fresh embedded store in ``folder``, each group of statements loaded as a source of its own, in order."""
    store = SqliteStore(folder / "graph.sqlite")
    for number, statements in enumerate(sources):
        store.replace(f"test/{number}.csv", statements, at)
    return Graph(store)
