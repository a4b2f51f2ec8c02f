"""How a command ends when something is wrong: a sentence or two on standard error, an exit code, no traceback.

Where the output is JSON, the error is a JSON problem like the API's.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, Final

import typer
from typer.core import TyperGroup

from api.commands.output import clean, wants_json
from graph.errors import AmbiguousName, InputError, McmgraphError, StoreError, UnknownEntity

# Typer's own root of "the command line itself is wrong"; it is not exported under a name.
_Usage: Final[type[Exception]] = typer.BadParameter.__mro__[1]
_OK, _REFUSED, _MISUSED, _STOPPED = 0, 1, 2, 130


class Guarded(TyperGroup):
    """The command group; turns every way to end into an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run and leave by ``SystemExit`` with the exit code."""
        # The driver of a server logs every attempt; a command says once, and in a sentence, what came of them.
        logging.getLogger("neo4j").addHandler(logging.NullHandler())
        given = list(sys.argv[1:] if args is None else args)
        debug = "--debug" in _options(given)
        given = [word for place, word in enumerate(given) if word != "--debug" or place >= len(_options(given))]
        try:
            code = super().main(args=given, prog_name=prog_name or "mcmgraph", standalone_mode=False, **extra)
        except _Usage as error:
            code = _misused(error, given)
        except (McmgraphError, OSError) as error:
            code = _refused(error, given)
            _trace(debug)
        except KeyboardInterrupt:
            code = _STOPPED
        except Exception as error:
            # The last resort of the program: a fault of its own. Said in a sentence, and shown in full when asked for.
            code = _failed(error, given)
            _trace(debug)
        sys.exit(code if isinstance(code, int) else _OK)

    def invoke(self, ctx: Any) -> Any:
        """Run one command; a reader that stops reading (``| head``) ends it quietly."""
        try:
            ended = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still buffered has no reader; it must not be tried again when Python shuts down.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(_OK) from None
        return ended


def _options(given: Sequence[str]) -> Sequence[str]:
    """The words that may be options: those before a ``--``."""
    return given[: given.index("--")] if "--" in given else given


def _misused(error: Exception, given: Sequence[str]) -> int:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    if not given or type(error).__name__ == "NoArgsIsHelpError":
        _say(message)
    elif wants_json(_options(given)):
        _say(_problem("bad-parameter", "The command line cannot be read", 400, message))
    else:
        command = context.command_path if context is not None else "mcmgraph"
        _say(f"{message if message.endswith(('.', '?')) else message + '.'} See '{command} --help'.")
    return _MISUSED


def _refused(error: McmgraphError | OSError, given: Sequence[str]) -> int:
    if wants_json(_options(given)):
        _say(problem_text(error))
    else:
        _say(sentences(error))
    return _REFUSED


def _failed(error: Exception, given: Sequence[str]) -> int:
    detail = f"mcmgraph failed: {type(error).__name__}: {error}. This is a fault of the program; --debug shows where it arose."
    _say(_problem("fault", "The program failed", 500, detail) if wants_json(_options(given)) else detail)
    return _REFUSED


def sentences(error: McmgraphError | OSError) -> str:
    """What is wrong, and the entities that may have been meant, one a line."""
    match error:
        case UnknownEntity(nearest=offered):
            first, head = f"No entity has the id or name {error.given!r}.", "Nearest:" if offered else error.ADVICE
        case AmbiguousName(candidates=offered):
            first, head = f"{error.given!r} fits several entities. Give one of these ids:", ""
        case OSError():
            return _of_system(error)
        case _:
            return str(error)
    from graph.vocabulary import kind_label

    width = max((len(one.id) for one in offered), default=0)
    listed = [f"  {one.id:<{width}}  {one.name} ({kind_label(one.kind)})" for one in offered]
    return "\n".join([first, *([head] if head else []), *listed])


def problem_text(error: McmgraphError | OSError) -> str:
    """The error as a JSON problem: what the API says of it, but a store's trouble is told in full to the one who runs it."""
    if isinstance(error, InputError):
        from api.problems import problem_of

        problem = problem_of(error)
        return _problem(problem.sort.slug, problem.sort.title, problem.sort.status, problem.detail, **problem.extras)
    if isinstance(error, StoreError):
        return _problem("store-unavailable", "The store cannot do this", 503, sentences(error))
    return _problem("fault", "The system refused", 500, sentences(error))


def _problem(slug: str, title: str, status: int, detail: str, **extras: Any) -> str:
    body = {"type": f"/v1/problems/{slug}", "title": title, "status": status, "detail": detail, **extras}
    return json.dumps(body, ensure_ascii=False)


def _of_system(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."


def _say(text: str) -> None:
    print(clean(text), file=sys.stderr)


def _trace(debug: bool) -> None:
    if debug:
        traceback.print_exc()
