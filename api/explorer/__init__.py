"""The explorer: one page at ``/``, its files under ``/explorer``, and the same coverage without JavaScript at ``/table``.

The page asks only this server. ``static`` is ours; ``vendor`` holds the browser libraries, which the build puts there.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.asking import admit
from api.explorer import pages

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
VENDOR: Final = HERE / "vendor"

# Some systems' tables call these something that a browser does not run.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")


class _Files(StaticFiles):
    """Files that a browser asks about each time, so that an upgrade is seen at once; unchanged ones cost a 304."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def mount(app: FastAPI) -> None:
    """Put the explorer on an application: ``/``, ``/table``, ``/board.svg`` and ``/explorer/…``."""
    app.add_api_route("/", _page, include_in_schema=False)
    for path, endpoint in pages.ROUTES.items():
        app.add_api_route(path, endpoint, include_in_schema=False, dependencies=[Depends(admit)])
    # A source checkout that was never built has no vendor folder; the page then says that it cannot draw.
    app.mount("/explorer/vendor", _Files(directory=VENDOR, check_dir=False), name="vendor")
    app.mount("/explorer", _Files(directory=STATIC), name="explorer")


def _page() -> Response:
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})
