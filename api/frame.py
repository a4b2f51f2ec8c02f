"""What goes around every request: its number, a readable address, HEAD, security headers, the access log, and no bare 500.

One ASGI layer, outside of everything else, so that each answer has these things, also the ones of files and of failures.
"""

from __future__ import annotations

import re
import time
import uuid
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import logger
from api.problems import Problem
from api.refusing import problem_response

LONGEST_QUERY: Final = 16_384
LONGEST_PATH: Final = 8_192

DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""Pages load nothing from another host and run no script that is written into them."""

_NUMBER = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_log = logger("access")


class Frame:
    """The outermost layer around the application; ``app`` is the next one inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        try:
            check_address(scope)
            await self._app(exchange.scope, receive, exchange.send)
        except Exception as error:
            # The one place that takes any exception: a caller gets a problem and a reference, the log gets the rest.
            if exchange.status:
                raise
            response = problem_response(Request(exchange.scope), error)
            await response(exchange.scope, receive, exchange.send)
        finally:
            exchange.log()


class _Exchange:
    """One request and its answer, as the frame sees them."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        self._number = given.decode("ascii") if _NUMBER.fullmatch(given) else uuid.uuid4().hex
        self._without_body = scope["method"] == "HEAD"
        self._method = scope["method"]
        self._started = time.perf_counter()
        self._send = send
        self._bytes = 0
        self.status = 0
        # A HEAD is a GET whose body is kept back: the same code answers both, with the same headers.
        method = "GET" if self._without_body else scope["method"]
        self.scope: Scope = {**scope, "method": method, "mcmgraph.request_id": self._number}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._put_headers(MutableHeaders(raw=message["headers"]))
        elif message["type"] == "http.response.body":
            if self._without_body:
                message = {**message, "body": b""}
            self._bytes += len(message.get("body", b""))
        await self._send(message)

    def _put_headers(self, headers: MutableHeaders) -> None:
        is_page = headers.get("content-type", "").startswith("text/html")
        headers["X-Request-ID"] = self._number
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)

    def log(self) -> None:
        # The query is logged only where it was understood: what was refused may hold anything, also a misplaced token.
        query = self.scope["query_string"].decode("ascii", "replace") if 200 <= self.status < 400 else None
        client = self.scope.get("client")
        _log.info(
            "request",
            method=self._method,
            path=self.scope["path"],
            query=query or None,
            status=self.status,
            bytes=self._bytes,
            milliseconds=round((time.perf_counter() - self._started) * 1000, 2),
            request_id=self._number,
            caller=self.scope.get("mcmgraph.caller"),
            client=client[0] if client else None,
        )


def check_address(scope: Scope) -> None:
    """Refuse an address that is too long or is not percent-encoded UTF-8 without control characters; raises ``Problem``.

    Servers replace what they cannot read; an id that was changed on the way in would be answered as if it had been asked.
    """
    query: bytes = scope.get("query_string", b"")
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if len(query) > LONGEST_QUERY or len(path) > LONGEST_PATH:
        raise Problem("too-long", f"At most {LONGEST_PATH:,} bytes of path and {LONGEST_QUERY:,} bytes of query are read.")
    for part, raw in (("path", path), ("query", query)):
        if _BAD_ESCAPE.search(raw):
            raise Problem("bad-request", f"The {part} holds a % that does not begin an escape. Write a percent sign as %25.")
        try:
            text = unquote_to_bytes(raw).decode()
        except UnicodeDecodeError:
            raise Problem("bad-request", f"The {part} is not UTF-8. Percent-encode every name as UTF-8.") from None
        if _CONTROL.search(text):
            raise Problem("bad-request", f"The {part} holds a control character. Leave it out.")
