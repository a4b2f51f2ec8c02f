"""What a dry run shows of the statements that a load would begin or cease to make."""

from __future__ import annotations

from typing import Final, Literal

from graph.model import ALWAYS, Statement
from loaders.ledger import Example

MOST: Final = 5
"""How many are shown of those that would be added, and of those that would be withdrawn."""


class ShownChanges:
    """A few statements as examples of a change: links before literals, as they say more."""

    def __init__(self, change: Literal["added", "withdrawn"]) -> None:
        self._change = change
        self._taken: tuple[dict[str, Statement], dict[str, Statement]] = ({}, {})

    def wants(self, statement: Statement) -> bool:
        """Whether there is room for one more like this."""
        return len(self._taken[statement.object is None]) < MOST

    def take(self, statement: Statement) -> None:
        """Keep it; one given twice is kept once."""
        self._taken[statement.object is None][statement.id] = statement

    def examples(self) -> tuple[Example, ...]:
        """At most ``MOST``."""
        taken = [*self._taken[False].values(), *self._taken[True].values()][:MOST]
        return tuple(Example(self._change, _in_a_line(one)) for one in taken)


def _in_a_line(statement: Statement) -> str:
    said = statement.object if statement.object is not None else repr(statement.value)
    period = "" if statement.valid == ALWAYS else f", {statement.valid}"
    return f"{statement.subject} {statement.predicate} {said}{period} ({statement.citation.locator})"
