"""What the bodies of ``api.shapes`` look like, for OpenAPI: Pydantic models with descriptions and examples.

No request is validated or written through them: the tests validate real bodies against these models, with no field left over.
"""

from __future__ import annotations

from api.models.between import Brokers, Introductions, Overlap
from api.models.coverage import Bases, Coverage, Lenses, Matrix, Spread
from api.models.differing import Differences, Disagreements
from api.models.entities import Entities, Entity, Source, Sources, Statements
from api.models.paths import Found, Neighbourhood, Paths
from api.models.review import Decided, Decisions, Queue
from api.models.server import Changes, Health, OneProblemSort, Problem, ProblemSorts, Ready, Words
from api.models.what_if import CloseGaps, Reliance, Scenario, Sunset

__all__ = [
    "Bases",
    "Brokers",
    "Changes",
    "CloseGaps",
    "Coverage",
    "Decided",
    "Decisions",
    "Differences",
    "Disagreements",
    "Entities",
    "Entity",
    "Found",
    "Health",
    "Introductions",
    "Lenses",
    "Matrix",
    "Neighbourhood",
    "OneProblemSort",
    "Overlap",
    "Paths",
    "Problem",
    "ProblemSorts",
    "Queue",
    "Ready",
    "Reliance",
    "Scenario",
    "Source",
    "Sources",
    "Spread",
    "Statements",
    "Sunset",
    "Words",
]
