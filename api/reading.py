"""A question that comes as a JSON body: read with a limit, refused in the same words as any other."""

from __future__ import annotations

from typing import Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.problems import Problem

LARGEST: Final = 262_144
"""Bytes that a question may have."""
_Asked = TypeVar("_Asked", bound=BaseModel)


async def read_body(request: Request, model: type[_Asked], what: str = "question", largest: int = LARGEST) -> _Asked:
    """The body of a question, or ``what`` it is; a large one is refused before it is held. Raises ``Problem``, with the place.

    Only JSON under its own content type is taken: a form on a foreign page cannot send that without being asked for leave.
    """
    sort = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sort != "application/json":
        raise Problem("bad-request", f"Send the {what} as JSON, with the header `Content-Type: application/json`.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise Problem("bad-request", f"A {what} has at most {largest:,} bytes.")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem("bad-parameter", f"{place or 'the body'}: {first['msg']}.", parameter=place) from None
