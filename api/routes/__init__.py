"""The endpoints, one module a noun."""

from __future__ import annotations

from typing import Final

from api.routes import (
    between,
    changes,
    coverage,
    differences,
    entities,
    neighbourhood,
    paths,
    review,
    search,
    sources,
    status,
    vocabulary,
    what_if,
)

ROUTERS: Final = tuple(
    module.router
    for module in (
        paths,
        coverage,
        neighbourhood,
        search,
        what_if,
        between,
        differences,
        entities,
        sources,
        review,
        vocabulary,
        changes,
        status,
    )
)
