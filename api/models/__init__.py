"""What the bodies of ``api.shapes`` look like, for OpenAPI: Pydantic models with descriptions and examples.

No request is validated or written through them: the tests validate real bodies against these models, with no field left over.
"""

from __future__ import annotations

from api.models.coverage import Bases, Coverage, Lenses, Spread
from api.models.entities import Entities, Entity, Source, Sources, Statements
from api.models.paths import Found, Neighbourhood, Paths
from api.models.server import Changes, Health, OneProblemSort, Problem, ProblemSorts, Ready, Words

__all__ = [
    "Bases",
    "Changes",
    "Coverage",
    "Entities",
    "Entity",
    "Found",
    "Health",
    "Lenses",
    "Neighbourhood",
    "OneProblemSort",
    "Paths",
    "Problem",
    "ProblemSorts",
    "Ready",
    "Source",
    "Sources",
    "Spread",
    "Statements",
    "Words",
]
