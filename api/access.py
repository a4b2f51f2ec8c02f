"""Who may ask: bearer tokens, where the operator has set any.

A server on a loopback address is open. With tokens set, everything under ``/v1`` but the two probes needs one. Only hashes of
tokens are kept, in the setting and in memory; a token is never logged, its name is.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from api.problems import Problem
from graph.errors import InputError

OPEN_PATHS: Final = frozenset({"/v1/health", "/v1/ready"})
_ENTRY = re.compile(r"([A-Za-z0-9._-]{1,64}):([0-9a-fA-F]{64})")
_HEADERS: Final = {"WWW-Authenticate": 'Bearer realm="mcmgraph"'}


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """The tokens a server knows: name to SHA-256 of the token. Empty: everybody may ask."""

    hashes: Mapping[str, bytes]

    @classmethod
    def read(cls, text: str) -> Tokens:
        """Read ``name:sha256hex,name:sha256hex``; raises ``InputError``, which never repeats the text."""
        hashes: dict[str, bytes] = {}
        entries = [entry.strip() for entry in text.split(",") if entry.strip()]
        for number, entry in enumerate(entries, 1):
            match = _ENTRY.fullmatch(entry)
            if match is None:
                raise InputError(
                    f"MCMGRAPH_API_TOKENS: entry {number} is not name:hash, where the hash is the SHA-256 of the token in 64 "
                    "hexadecimal digits. Make one with: printf %s TOKEN | sha256sum"
                )
            name, digest = match.groups()
            if name in hashes:
                raise InputError(f"MCMGRAPH_API_TOKENS: the name {name!r} is there twice. Give each token its own name.")
            hashes[name] = bytes.fromhex(digest)
        return cls(hashes)

    def caller(self, token: str) -> str | None:
        """The name of a token, None where it is not known. Takes the same time whichever token is near."""
        given = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        found = None
        for name, digest in self.hashes.items():
            if hmac.compare_digest(digest, given):
                found = name
        return found

    def admit(self, request: Request) -> None:
        """Let a request in, or raise the 401 ``Problem``; notes the token's name for the access log."""
        if not self.hashes or request.scope["path"] in OPEN_PATHS:
            return
        given = request.headers.getlist("authorization")
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            raise Problem("no-access", "This server needs a token: send the header `Authorization: Bearer <token>`.", _HEADERS)
        caller = self.caller(token.strip())
        if caller is None:
            raise Problem(
                "no-access",
                "The token is not one that this server knows.",
                {"WWW-Authenticate": f'{_HEADERS["WWW-Authenticate"]}, error="invalid_token"'},
            )
        request.scope["mcmgraph.caller"] = caller


def new_token(name: str) -> tuple[str, str]:
    """A new random token and its entry for ``MCMGRAPH_API_TOKENS``."""
    token = secrets.token_urlsafe(32)
    return token, f"{name}:{hashlib.sha256(token.encode()).hexdigest()}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on this host name or address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(host: str, tokens: Tokens, is_open: bool) -> None:
    """Refuse to serve other machines without tokens, unless that is said; raises ``InputError``."""
    if is_loopback(host) or tokens.hashes or is_open:
        return
    raise InputError(
        f"Serving on {host} lets other machines ask. Set MCMGRAPH_API_TOKENS, or say that everybody may "
        "(MCMGRAPH_API_OPEN=yes), or serve on 127.0.0.1."
    )
