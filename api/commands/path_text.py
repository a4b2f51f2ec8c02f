"""Paths as text: numbered steps, each with its sentence, period and citations; the weakest marked; the score and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.commands.output import Page

if TYPE_CHECKING:
    from queries.explain import Cited
    from queries.paths import Path, PathAnswer, Step

_STEP: Final = 3
_DETAIL: Final = 6


def tell_paths(answer: PathAnswer) -> None:
    """Print the answer to a path question."""
    page = Page()
    page.line(
        (answer.start.name, "bold"), f" ({answer.start.id})  to  ", (answer.goal.name, "bold"), f" ({answer.goal.id})", hang=4
    )
    known = f", as known at {answer.known_at.isoformat()}" if answer.known_at is not None else ""
    page.line((f"as of {answer.as_of}, revision {answer.revision}{known}", "dim"))
    if not answer.results:
        page.gap()
        page.line(answer.reason)
    for place, path in enumerate(answer.results, start=1):
        page.gap()
        _tell_path(page, place, path)
    if answer.results and answer.exhausted:
        page.gap()
        page.line(("There are no further paths under these conditions.", "dim"))


def _tell_path(page: Page, place: int, path: Path) -> None:
    steps = "1 step" if len(path.steps) == 1 else f"{len(path.steps)} steps"
    page.line((f"Path {place}", "bold"), f"  score {_points(path.score)}, {steps}", ("" if path.live else ", not live", "red"))
    page.line((" > ".join(path.ids), "cyan"), indent=_STEP, hang=2)
    parts = [f"{name} {_points(amount)}" for name, amount in path.parts.items() if amount or name == "base"]
    page.line(("= " + ", ".join(parts), "dim"), indent=_STEP, hang=2)
    for inner in path.through:
        if inner.cost:
            linked = f"through {inner.name}, linked to {inner.neighbours} others: -{_points(inner.cost)}"
            page.line((linked, "dim"), indent=_STEP, hang=2)
    for number, step in enumerate(path.steps):
        _tell_step(page, number + 1, step, number == path.weakest.step and len(path.steps) > 1)


def _tell_step(page: Page, number: int, step: Step, weakest: bool) -> None:
    told = (("weakest step", weakest), ("had ended", step.state == "ended"), ("in the past", step.state == "past"))
    marks = ", ".join(mark for mark, holds in told if holds)
    main, *others = step.statements
    page.line((f"{number}. ", "bold"), main.sentence, (f"  <- {marks}" if marks else "", "yellow"), indent=_STEP, hang=3)
    _tell_source(page, main)
    for other in others:
        page.line(("also: ", "dim"), other.sentence, indent=_DETAIL, hang=2)
        _tell_source(page, other)


def _tell_source(page: Page, cited: Cited) -> None:
    """When a statement was so, and who says it."""
    page.line((f"{cited.period}; {cited.confidence} confidence", "dim"), indent=_DETAIL + 2)
    page.line((f"[{cited.source_name or cited.source}, {cited.locator}]", "dim"), indent=_DETAIL + 2, hang=1)
    if cited.url:
        page.url(cited.url, indent=_DETAIL + 2)


def _points(amount: float) -> str:
    return f"{amount:+g}" if amount < 0 else f"{amount:g}"
