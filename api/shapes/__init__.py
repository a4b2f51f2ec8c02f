"""From answers to JSON: the one place where it is decided what a body looks like, for the API and for ``--json``.

``body`` makes plain dictionaries and imports nothing heavy, so that the command line starts fast; ``api.models`` documents the
same bodies for OpenAPI, and the tests hold each against the other. What is not known or not given is null: no empty dates, no
empty addresses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from api.shapes.between import brokers, introductions, overlap
from api.shapes.coverage import bases, coverage, lenses, matrix, spread
from api.shapes.differing import differences, disagreements
from api.shapes.entities import entities, entity, one_source, sources, statements
from api.shapes.paths import neighbourhood, paths, reweighed, search
from api.shapes.statements import Body, moment, statement
from api.shapes.what_if import close_gaps, reliance, scenario, sunset
from api.shapes.words import change, words

if TYPE_CHECKING:
    from graph.revisions import Graph

__all__ = ["Body", "bases", "body", "change", "coverage", "lenses", "moment", "statement", "to_json", "words"]


def body(answer: Any, graph: Graph | None = None) -> Body:
    """The body of an answer: every answer of ``queries`` that a face shows.

    An answer of coverage needs the graph too, from which its statements are cited. Raises ``TypeError`` for anything else.
    """
    if type(answer).__name__ in _CITING and graph is not None:
        return _CITING[type(answer).__name__](answer, graph)
    make = _MAKERS.get(type(answer).__name__)
    if make is None:
        raise TypeError(f"There is no shape for {type(answer).__name__}.")
    return make(answer)


def to_json(answer: Any, graph: Graph | None = None, indent: int | None = 2) -> str:
    """The body of an answer as text, as ``--json`` prints it."""
    return json.dumps(body(answer, graph), ensure_ascii=False, indent=indent)


# By name, so that the questions need not be imported to know their answers.
_MAKERS: Final[Mapping[str, Callable[[Any], Body]]] = {
    "PathAnswer": paths,
    "ReweighedAnswer": reweighed,
    "Spread": spread,
    "MatrixAnswer": matrix,
    "NeighbourhoodAnswer": neighbourhood,
    "SearchAnswer": search,
    "EntitiesAnswer": entities,
    "EntityAnswer": entity,
    "StatementsAnswer": statements,
    "SourcesAnswer": sources,
    "SourceAnswer": one_source,
    "ChangesAnswer": differences,
    "DisagreementsAnswer": disagreements,
    "BrokersAnswer": brokers,
    "RelianceAnswer": reliance,
    "SunsetAnswer": sunset,
    "ScenarioAnswer": scenario,
    "CloseGapsAnswer": close_gaps,
}
_CITING: Final[Mapping[str, Callable[[Any, Any], Body]]] = {
    "CoverageAnswer": coverage,
    "OverlapAnswer": overlap,
    "IntroductionsAnswer": introductions,
}
"""Those whose statements are fetched from the graph only now."""
