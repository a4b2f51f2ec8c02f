"""Reliance, sunset, scenario and closing gaps as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from api.commands.output import Page

if TYPE_CHECKING:
    from queries.close_gaps import CloseGapsAnswer
    from queries.comparing import CoverageChange, PathChange
    from queries.explain import Cited
    from queries.reliance import RelianceAnswer
    from queries.scenario import ScenarioAnswer
    from queries.sunset import SunsetAnswer

_MOST: Final = 20
"""Lines of one list; JSON has all."""


def tell(answer: Any) -> None:
    """Print an answer."""
    page = Page()
    page.line((answer.headline, "bold"))
    page.line((f"as of {answer.as_of}, revision {answer.revision}", "dim"))
    _PRINTERS[type(answer).__name__](page, answer)


def _reliance(page: Page, answer: RelianceAnswer) -> None:
    _coverage(page, answer.coverage)
    _listed(page, "Lose their last link", [f"{one.name} ({one.id})" for one in answer.cut_off])
    parts = [f"{part.size}: {', '.join(one.name for one in part.members)}" for part in answer.parts[1:]]
    _listed(page, f"Fall off ({answer.pairs_cut} pairs are no longer joined)", parts)
    _statements(page, f"Rest on it ({len(answer.sole)} of them on nothing else)", answer.statements)


def _sunset(page: Page, answer: SunsetAnswer) -> None:
    page.line(f"{answer.open_ended} links have no known end; {answer.later} end later; {answer.beginning} begin before.")
    _coverage(page, answer.coverage)
    _paths(page, answer.paths)
    _statements(page, "Have ended by then", answer.ending)


def _scenario(page: Page, answer: ScenarioAnswer) -> None:
    _coverage(page, answer.coverage)
    _paths(page, answer.paths)
    _statements(page, "Assumed, not in the graph", answer.assumed)
    _statements(page, "Withdrawn", answer.withdrawn)


def _close_gaps(page: Page, answer: CloseGapsAnswer) -> None:
    proof = answer.proof
    page.line(f"cost {answer.cost:g}; proved least {answer.bound:g} (gap {proof.gap}, {proof.nodes} branches, {proof.solver})")
    page.line((f"{answer.options} options weighed", "dim"))
    chosen = [f"{one.id}: {one.name}, cost {one.cost:g}, closes {len(one.closes)}" for one in answer.chosen]
    _listed(page, "Chosen", chosen)
    _listed(page, "Cannot be closed by any option", [f"{one.row_name} ({one.row}), {one.state}" for one in answer.cannot])


def _coverage(page: Page, change: CoverageChange) -> None:
    page.gap()
    title = f"{change.before.lens.title}, {change.before.base.title}"
    page.line((title, "bold"), f": {change.before.covered} covered before, {change.after.covered} after", hang=2)
    cells = [f"{one.row_name} ({one.row}): {_state(one.before)} > {_state(one.after)}" for one in change.cells]
    _listed(page, "Changed cells", cells)


def _state(state: str | None) -> str:
    return state.replace("_", " ") if state is not None else "no row"


def _paths(page: Page, change: PathChange | None) -> None:
    if change is None:
        return
    page.gap()
    page.line(("Paths", "bold"), f": {len(change.before.results)} before, {len(change.after.results)} after")
    for word, answer in (("before", change.before), ("after", change.after)):
        for path in answer.results:
            page.line(f"{word}  {path.score:g}  ", (" > ".join(path.ids), "cyan"), indent=2, hang=4)
        if not answer.results:
            page.line(f"{word}  {answer.reason}", indent=2, hang=4)


def _statements(page: Page, title: str, some: Sequence[Cited]) -> None:
    _listed(page, title, [f"{one.sentence} [{one.source_name or one.source}, {one.locator}; {one.period}]" for one in some])


def _listed(page: Page, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    page.gap()
    page.line((f"{title}: {len(lines)}", "bold"))
    for line in lines[:_MOST]:
        page.line("- ", line, indent=2, hang=2)
    if len(lines) > _MOST:
        page.line((f"and {len(lines) - _MOST} more; --json has all", "dim"), indent=2)


_PRINTERS: Final[Mapping[str, Callable[[Page, Any], None]]] = {
    "RelianceAnswer": _reliance,
    "SunsetAnswer": _sunset,
    "ScenarioAnswer": _scenario,
    "CloseGapsAnswer": _close_gaps,
}
