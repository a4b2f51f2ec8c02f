"""The log of the server: JSON, one line an event, on standard error. No token and no header ever goes into it."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

import structlog

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
ROOT: Final = "mcmgraph"


def logger(name: str) -> Any:
    """A logger that writes JSON through the standard library, so that whoever embeds the application decides where it goes.

    It is bound here and now: an unbound one binds itself anew at every line.
    """
    return structlog.wrap_logger(
        logging.getLogger(f"{ROOT}.{name}"),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    ).bind()


def configure(level: str) -> None:
    """Send the server's log, and that of the web server under it, to standard error; ``level`` is one of ``LEVELS``.

    Requests are logged at ``info``, refusals of the store at ``error``.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    for name in (ROOT, "uvicorn"):
        log = logging.getLogger(name)
        log.handlers = [handler]
        log.propagate = False
        log.setLevel(LEVELS[level])


class _Lines(logging.Formatter):
    """Lines of ours are JSON already; those of libraries are put into the same form."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith(f"{ROOT}."):
            return record.getMessage()
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "logger": record.name,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
