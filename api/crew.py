"""Several processes that do the same work: forked, waited for, stopped together."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Final

from api.logs import logger
from graph.errors import InputError, McmgraphError

MOST: Final = 64
_log = logger("crew")


class Crew:
    """``count`` processes that each run ``work``, which calls the function it is given once it can be counted on.

    Raises ``InputError`` where the system cannot fork, and for a number of processes that makes no sense.
    """

    def __init__(self, count: int, work: Callable[[Callable[[], None]], None]) -> None:
        if not 1 <= count <= MOST:
            raise InputError(f"The number of workers is a whole number from 1 to {MOST}; {count} was given.")
        if not hasattr(os, "fork"):
            raise InputError("This system cannot fork processes, so there can be only one worker. Leave --workers out.")
        self._count, self._work = count, work
        self._hands: set[int] = set()
        self._stopping = False

    def run(self, ready: Callable[[], None]) -> None:
        """Run until told to stop or until one process fails, which stops the others; ``ready`` is called when all are.

        Raises ``McmgraphError`` where one has failed.
        """
        before = {name: signal.signal(name, self._stop) for name in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._lead(ready)
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def _lead(self, ready: Callable[[], None]) -> None:
        told, tell = os.pipe()
        for _ in range(self._count):
            self._hands.add(self._hire(told, tell))
        os.close(tell)
        count = 0
        while count < self._count and os.read(told, 1):
            count += 1
        os.close(told)
        if count == self._count:
            ready()
        failed = self._wait()
        if failed and not self._stopping:
            raise McmgraphError(f"A worker ended with status {failed}; the others were stopped. See the log for why.")

    def _hire(self, told: int, tell: int) -> int:
        hand = os.fork()
        if hand:
            return hand
        status = 1

        def ready() -> None:
            os.write(tell, b".")
            os.close(tell)

        try:
            os.close(told)
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, signal.SIG_DFL)
            self._work(ready)
            status = 0
        except KeyboardInterrupt:
            status = 0
        except BaseException as error:  # a forked process must not go on with what its parent was doing
            _log.error("worker", error=repr(error))
        finally:
            os._exit(status)

    def _stop(self, number: int, frame: object) -> None:
        del frame
        self._stopping = True
        for hand in self._hands:
            os.kill(hand, number)

    def _wait(self) -> int:
        """Wait for all; the status of the first to end. Where one ends by itself, the others are stopped."""
        first: int | None = None
        while self._hands:
            hand, status = os.wait()
            self._hands.discard(hand)
            if first is None:
                first = os.waitstatus_to_exitcode(status)
                for other in () if self._stopping else self._hands:
                    os.kill(other, signal.SIGTERM)
        return first or 0
