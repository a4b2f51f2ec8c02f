"""``python -m benchmarks.api_client``: ask a server many questions at once, and tell how long each answer took.

A process of its own, so that it shares no interpreter with the server. So many connections stay open, each asks the next
question when the whole answer to the one before has come; every answer is read to its last byte and must be a 200, or a 503
where the store gave up. Reads a JSON object from standard input (``host``, ``port``, ``targets``, ``connections``, ``times``:
how often the list is gone through), writes one: ``milliseconds`` of each answer, ``late``: how many were none, because the
store gave up, ``seconds`` for all, ``bytes`` of all bodies.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any


async def ask(given: dict[str, Any]) -> dict[str, Any]:
    """Put all questions; raises ``RuntimeError`` at an answer that is none."""
    took: list[float] = []
    size = late = 0
    left: Iterator[str] = iter(given["targets"] * given["times"])

    async def connection() -> None:
        nonlocal size, late
        reader, writer = await asyncio.open_connection(given["host"], given["port"])
        for target in left:
            begun = time.perf_counter()
            writer.write(f"GET {target} HTTP/1.1\r\nHost: {given['host']}\r\nAccept: application/json\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
            took.append((time.perf_counter() - begun) * 1000)
            size += length
            late += head.startswith(b"HTTP/1.1 503")
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 503")):
                raise RuntimeError(f"{target}: {head[:40]!r} {body[:300]!r}")
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(given["connections"])))
    return {"milliseconds": took, "late": late, "seconds": time.perf_counter() - begun, "bytes": size}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask(json.load(sys.stdin)))))
