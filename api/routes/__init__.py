"""The endpoints, one module a noun."""

from __future__ import annotations

from typing import Final

from api.routes import changes, coverage, entities, neighbourhood, paths, search, sources, status, vocabulary

ROUTERS: Final = tuple(
    module.router for module in (paths, coverage, neighbourhood, search, entities, sources, vocabulary, changes, status)
)
