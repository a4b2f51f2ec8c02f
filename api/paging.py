"""Pages of a list: a limit and an opaque cursor that names the last row given.

A cursor holds the key of a row, never a position: rows that come or go between two pages neither repeat nor skip another row.
It also holds a mark of the list it belongs to, so that it cannot be used with other filters by mistake.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from api.problems import Problem
from api.shapes import Body

DEFAULT_LIMIT: Final = 100
LARGEST_LIMIT: Final = 1_000
LONGEST_CURSOR: Final = 1_000
_MARK: Final = 6
_SEPARATOR: Final = "\x1f"
_OF_THE_PAGE: Final = ("limit", "cursor")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is given in pages: its address and the filters that were asked for (without ``limit`` and ``cursor``)."""

    path: str
    filters: Sequence[tuple[str, str]]
    limit: int
    cursor: str | None

    @classmethod
    def of(cls, request: Request, limit: int, cursor: str | None) -> Listing:
        """The list that a request asks for."""
        filters = [(name, value) for name, value in request.query_params.multi_items() if name not in _OF_THE_PAGE]
        return cls(request.url.path, filters, limit, cursor)

    def after(self, parts: int) -> tuple[str, ...] | None:
        """The key, of so many parts, of the last row of the page before; None for the first page. Raises ``Problem``."""
        if self.cursor is None:
            return None
        try:
            raw = base64.b64decode(self.cursor + "=" * (-len(self.cursor) % 4), altchars=b"-_", validate=True)
            mark, key = raw[:_MARK], tuple(raw[_MARK:].decode().split(_SEPARATOR))
        except ValueError:
            raise wrong_cursor("It is not a cursor that this API gave.") from None
        if mark != self._mark():
            raise wrong_cursor("It belongs to another list or to other filters.")
        if len(key) != parts:
            raise wrong_cursor("It is not a cursor that this API gave.")
        return key

    def after_one(self) -> str | None:
        """As ``after`` for a key of one part."""
        key = self.after(1)
        return key[0] if key is not None else None

    def paged(self, body: Body, key: Sequence[str] | None) -> Body:
        """The body with ``next``: the address of the page after the row with this key, null where there is none."""
        return {**body, "next": self._next(key) if key is not None else None}

    def _next(self, key: Sequence[str]) -> str:
        raw = self._mark() + _SEPARATOR.join(key).encode()
        cursor = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        return f"{self.path}?{urlencode([*self.filters, ('limit', str(self.limit)), ('cursor', cursor)])}"

    def _mark(self) -> bytes:
        said = _SEPARATOR.join([self.path, *(f"{name}={value}" for name, value in sorted(self.filters))])
        return hashlib.blake2b(said.encode(), digest_size=_MARK).digest()


def link_header(body: Mapping[str, Any]) -> Mapping[str, str]:
    """The ``Link`` header of a page (RFC 8288); empty for the last one."""
    return {"Link": f'<{body["next"]}>; rel="next"'} if body["next"] else {}


def wrong_cursor(why: str) -> Problem:
    """The problem of a cursor that cannot be followed."""
    return Problem("bad-parameter", f"cursor: {why} Begin again without a cursor, or follow `next`.", parameter="cursor")
