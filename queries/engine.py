"""Which engine answers: the kernel on a snapshot of the whole graph, or the server, which finds the part a question needs.

Either gives a snapshot on which the question has the same answer. The server answers paths, coverage, neighbourhoods, searches
and names; every other question is answered by the kernel on both.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from graph.revisions import Graph
from graph.snapshot import Snapshot

if TYPE_CHECKING:
    from queries.coverage import CoverageQuestion
    from queries.neighbourhood import NeighbourhoodQuestion
    from queries.paths import PathQuestion
    from queries.search import SearchQuestion
    from queries.weights import Weights


def for_paths(graph: Graph, question: PathQuestion, chosen: Weights) -> Snapshot:
    """What to look for paths in."""
    if graph.engine != "server":
        return graph.snapshot(question.known_at)
    from queries.cypher import paths

    return paths.part_of(graph, question, chosen)


def for_coverage(graph: Graph, question: CoverageQuestion) -> Snapshot:
    """What to judge coverage by."""
    if graph.engine != "server":
        return graph.snapshot(question.known_at)
    from queries.cypher import coverage

    return coverage.part_of(graph, question)


def for_neighbourhood(graph: Graph, question: NeighbourhoodQuestion) -> Snapshot:
    """What to look for neighbours in."""
    if graph.engine != "server":
        return graph.snapshot(question.known_at)
    from queries.cypher import neighbourhood

    return neighbourhood.part_of(graph, question)


def for_search(graph: Graph, question: SearchQuestion) -> Snapshot:
    """What to search for a text."""
    if graph.engine != "server":
        return graph.snapshot(question.known_at)
    from queries.cypher import search

    return search.part_of(graph, question)


def for_name(graph: Graph, text: str, known_at: datetime | None) -> Snapshot:
    """What to look for a name in."""
    if graph.engine != "server":
        return graph.snapshot(known_at)
    from queries.cypher import search

    return search.part_named(graph, text, known_at)


def for_citing(graph: Graph, ids: Iterable[str], known_at: datetime | None) -> Snapshot:
    """What knows the names that the citations of some statements need."""
    if graph.engine != "server":
        return graph.snapshot(known_at)
    from queries.cypher import reading

    return reading.part_citing(graph, ids, known_at)
