"""``/openapi.json`` and ``/docs``: the description of the API, and a page that shows it without asking another host."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_FRESH: Final = {"Cache-Control": "no-cache"}
_HEAD: Final = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>mcmgraph API</title>'
_SHOWN: Final = (
    _HEAD + '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="docs/files/swagger-ui.css"></head>'
    '<body><div id="docs"></div>'
    '<noscript><p>The description of this API is at <a href="openapi.json">openapi.json</a>.</p></noscript>'
    '<script src="docs/files/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body></html>'
)
_PLAIN: Final = (
    _HEAD + "</head><body><h1>mcmgraph API</h1><p>The description of this API is at "
    '<a href="openapi.json">openapi.json</a>. This installation was built without the browser library that shows it as a '
    "page.</p></body></html>"
)
_START: Final = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


def files() -> Path:
    """Where the build puts the browser library of the page."""
    return Path(str(resources.files("api"))) / "explorer" / "vendor" / "swagger-ui"


def mount(app: FastAPI) -> None:
    """Put ``/openapi.json`` and ``/docs`` on an application."""

    def openapi(request: Request) -> Response:
        del request
        return Response(to_json(app.openapi()), headers=_FRESH, media_type="application/json")

    def docs(request: Request) -> Response:
        del request
        there = (files() / "swagger-ui-bundle.js").is_file()
        return HTMLResponse(_SHOWN if there else _PLAIN, headers=_FRESH)

    def start(request: Request) -> Response:
        del request
        return Response(_START, headers=_FRESH, media_type="text/javascript")

    app.add_route("/openapi.json", openapi, include_in_schema=False)
    app.add_route("/docs", docs, include_in_schema=False)
    app.add_route("/docs/start.js", start, include_in_schema=False)
    app.mount("/docs/files", StaticFiles(directory=files(), check_dir=False), name="docs-files")
