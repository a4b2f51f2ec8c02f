"""The application: routes, errors and what goes around them, put together from a graph and the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api import description
from api.access import Tokens, check_host
from api.answering import Answering, Opened, Opener, version
from api.asking import admit
from api.frame import Frame
from api.refusing import HANDLED, handle
from api.routes import ROUTERS, pages
from api.shortcut import Shortcut, plain_routes
from graph.revisions import Graph
from graph.settings import Settings

PREFIX: Final = "/v1"
_AT_ONCE: Final = 2
"""Questions that one process works on at a time. The kernel needs a processor and no waiting: threads that fight for the
interpreter make every answer late, and one question that takes long must not hold up all others. A store on a server waits."""
_SMALLEST_ZIPPED: Final = 1_400
_ZIP_LEVEL: Final = 4
"""Answers are zipped anew each time; higher levels cost more milliseconds than they save bytes."""


def create_app(source: Graph | Opener, settings: Settings) -> FastAPI:
    """The API, its documentation pages and the explorer, as an ASGI application.

    ``source`` is a graph, which stays the caller's to close, or a function that opens one: at the first request, again after
    it could not be reached, and closed when the server stops. Raises ``InputError`` where the tokens cannot be read, and where
    ``settings.host`` lets other machines ask without tokens and nobody said that they may.
    """
    tokens = Tokens.read(settings.api_tokens)
    check_host(settings.host, tokens, settings.api_open)
    opened = Opened(source)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        if not settings.on_server:
            to_thread.current_default_thread_limiter().total_tokens = _AT_ONCE
        yield
        opened.close()

    app = FastAPI(
        title="mcmgraph",
        version=version(),
        summary=description.SUMMARY,
        description=description.TEXT,
        openapi_tags=[dict(tag) for tag in description.TAGS],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=True,
        lifespan=lifespan,
    )
    app.state.tokens = tokens
    app.state.answering = Answering(opened, private=bool(tokens.hashes))
    for error in HANDLED:
        app.add_exception_handler(error, handle)
    versioned = APIRouter(prefix=PREFIX, dependencies=[Depends(admit)], responses=description.COMMON)
    for router in ROUTERS:
        versioned.include_router(router)
    app.include_router(versioned)
    pages.mount(app)
    if find_spec("api.explorer") is not None:
        import_module("api.explorer").mount(app)
    description.describe(app)
    # The last one added is the outermost.
    routes = [route for router in ROUTERS for route in router.routes]
    app.add_middleware(Shortcut, routes=plain_routes(PREFIX, routes), tokens=tokens)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALLEST_ZIPPED, compresslevel=_ZIP_LEVEL)
    if settings.api_cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.api_cors),
            allow_methods=["GET", "HEAD"],
            allow_headers=["Authorization", "If-None-Match", "X-Request-ID"],
            expose_headers=["ETag", "Link", "Retry-After", "X-Request-ID"],
        )
    app.add_middleware(Frame)
    return app
