"""Why no path was found, in one plain sentence: too far, only without the filters, only over ended links, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def reason(
    one: str,
    other: str,
    day: str,
    max_steps: int,
    fewest: Callable[[bool, bool], int | None],
    lonely: Callable[[], Sequence[str]],
    *,
    filtered: bool,
    ended: bool,
) -> str:
    """Why the entities named ``one`` and ``other`` are not joined on ``day`` within ``max_steps``.

    ``fewest(filters, ended)`` gives the fewest steps of any path with or without the filters, with or without ended links; None
    where there is none. ``lonely()`` names the ends that have no link at all that a path may follow, then or before.
    ``filtered`` and ``ended`` say what the question had.

    >>> reason("A", "B", "2026", 2, lambda filters, ended: 3, lambda: [], filtered=False, ended=False)
    'A and B are joined by no path of fewer than 3 steps, and at most 2 were allowed.'
    """
    both = f"{one} and {other}"
    others = []
    if filtered:
        others.append((False, ended, "without the filters"))
    if not ended:
        others.append((True, True, f"over links that had ended by {day}"))
    if filtered and not ended:
        others.append((False, True, f"without the filters and over links that had ended by {day}"))
    found = ((fewest(filters, with_ended), how) for filters, with_ended, how in others)
    far = fewest(True, ended)
    if far is not None:
        near = next((f"; {how} it takes {_counted(steps)}" for steps, how in found if steps and steps <= max_steps), "")
        return f"{both} are joined by no path of fewer than {far} steps, and at most {max_steps} were allowed{near}."
    for steps, how in found:
        if steps is not None:
            return f"{both} are joined only {how}: in {_counted(steps)}."
    alone = lonely()
    if alone:
        return (
            f"{' and '.join(alone)} {'have' if len(alone) > 1 else 'has'} no link that a path may follow, on {day} or before."
        )
    also = ", with or without the filters" if filtered else ""
    before = "" if ended else "; links that had ended by then do not join them either"
    return f"No chain of links joins {both} on {day}{also}{before}."


def _counted(steps: int) -> str:
    return "one step" if steps == 1 else f"{steps} steps"
