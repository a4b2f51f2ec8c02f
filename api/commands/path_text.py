"""Paths as text: numbered steps, each with its sentence, period and citations; the weakest marked; the score and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.commands.output import Page

if TYPE_CHECKING:
    from queries.explain import Cited
    from queries.ordering import ReweighedAnswer
    from queries.paths import Path, PathAnswer, Step

_STEP: Final = 3
_DETAIL: Final = 6


def tell_paths(answer: PathAnswer) -> None:
    """Print the answer to a path question."""
    page = Page()
    ids = ["" if end.name.endswith(f"({end.id})") else f" ({end.id})" for end in (answer.start, answer.goal)]
    page.line((answer.start.name, "bold"), f"{ids[0]}  to  ", (answer.goal.name, "bold"), ids[1], hang=4)
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
    if answer.compare_to is not None:
        _tell_then(page, answer)


def _tell_then(page: Page, answer: PathAnswer) -> None:
    """The paths of the other date, and what has become of them."""
    page.gap()
    page.line((f"As of {answer.compare_to}", "bold"), "" if answer.then else ": no path")
    for place, one in enumerate(answer.then, start=1):
        fate = "still holds" if one.live else "does not hold any more"
        page.line(f"{place}. ", (" > ".join(one.path.ids), "cyan"), f"  score {_points(one.path.score)}: {fate}", hang=3)
        for step, state in zip(one.path.steps, one.now, strict=True):
            if state in ("ended", "absent", "disputed"):
                page.line((f"{state}: ", "red"), step.sentence, indent=_STEP, hang=2)


def tell_reweighed(answer: ReweighedAnswer) -> None:
    """Print the paths by other weights, and which have passed each other under these."""
    tell_paths(answer.paths)
    moved = answer.order
    page = Page()
    page.gap()
    page.line(("Under these weights", "bold"), ": the same paths in the same order." if moved.same else ":")
    for swap in moved.swaps:
        page.line("- ", swap.sentence, hang=2)
    for word, some in (("new", moved.came), ("no longer among them", moved.went)):
        for ids in some:
            page.line(f"- {word}: ", (" > ".join(ids), "cyan"), hang=2)


def _tell_path(page: Page, place: int, path: Path) -> None:
    steps = "1 step" if len(path.steps) == 1 else f"{len(path.steps)} steps"
    states = {step.state for step in path.steps}
    fate = ", not live" if "ended" in states else ", disputed" if "disputed" in states else ""
    page.line((f"Path {place}", "bold"), f"  score {_points(path.score)}, {steps}", (fate, "red"))
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
    told = (
        ("weakest step", weakest),
        ("had ended", step.state == "ended"),
        ("in the past", step.state == "past"),
        ("disputed", step.state == "disputed"),
    )
    marks = ", ".join(mark for mark, holds in told if holds)
    main, *others = step.statements
    page.line((f"{number}. ", "bold"), main.sentence, (f"  <- {marks}" if marks else "", "yellow"), indent=_STEP, hang=3)
    _tell_source(page, main)
    for other in others:
        page.line(("also: ", "dim"), other.sentence, indent=_DETAIL, hang=2)
        _tell_source(page, other)
    for denial in step.denials:
        page.line(("denied: ", "red"), denial.sentence, indent=_DETAIL, hang=2)
        _tell_source(page, denial)


def _tell_source(page: Page, cited: Cited) -> None:
    """When a statement was so, and who says it."""
    page.line((f"{cited.period}; {cited.confidence} confidence", "dim"), indent=_DETAIL + 2)
    page.line((f"[{cited.source_name or cited.source}, {cited.locator}]", "dim"), indent=_DETAIL + 2, hang=1)
    if cited.url:
        page.url(cited.url, indent=_DETAIL + 2)


def _points(amount: float) -> str:
    return f"{amount:+g}" if amount < 0 else f"{amount:g}"
