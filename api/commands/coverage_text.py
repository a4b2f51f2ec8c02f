"""Coverage as text: a headline, the states, the regions, and every row that is not covered, grouped by its state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from api.commands.output import Page, clean

if TYPE_CHECKING:
    from rich.table import Table

    from queries.cells import Cell
    from queries.coverage import CoverageAnswer, Spread
    from queries.lenses import Axis, Base, Lens
    from queries.matrix import MatrixAnswer

_STYLES: Final[Mapping[str, str]] = {
    "covered_once": "green",
    "covered_by_several": "green",
    "expiring": "yellow",
    "planned": "cyan",
    "gap": "red",
    "disputed": "magenta",
    "unknown": "dim",
    "not_applicable": "dim",
}
_COVERED: Final = ("covered_once", "covered_by_several", "expiring")


def tell_coverage(answer: CoverageAnswer) -> None:
    """Print the answer to a coverage question."""
    page = Page()
    page.line((answer.lens.title, "bold"), f"  on  {answer.base.title}", hang=2)
    known = f", as known at {answer.known_at.isoformat()}" if answer.known_at is not None else ""
    page.line((f"as of {answer.as_of}, revision {answer.revision}{known}", "dim"))
    page.gap()
    page.line(answer.headline)
    if answer.undated:
        page.line(answer.undated_note)
    page.gap()
    page.show(_states(answer))
    if answer.regions:
        page.gap()
        page.show(_tallies("WHO region", answer.regions))
    if len(answer.column_names) > 1:
        page.gap()
        page.show(_tallies(f"column ({answer.columns})", answer.by_column))
    uncovered = set(answer.uncovered_rows)
    cells = [cell for cell in answer.cells if cell.row in uncovered]
    for state in answer.states:
        if state not in _COVERED:
            _tell_state(page, state, [cell for cell in cells if cell.state == state])
    if answer.blame:
        page.gap()
        page.line(("Lists that are not declared complete, and leave cells unknown", "bold"))
        for blamed in answer.blame:
            page.line(f"{blamed.list.name} ({blamed.list.predicate}): {blamed.cells}", indent=2, hang=2)


def _states(answer: CoverageAnswer) -> Table:
    table = _table("state", "cells")
    for state, count in answer.states.items():
        if count:
            table.add_row(_state(state), f"{count:,}", style=_STYLES.get(state, ""))
    return table


def _tallies(head: str, tallies: Sequence[Any]) -> Table:
    table = _table(head, "size", "covered", "uncovered")
    for one in tallies:
        table.add_row(clean(one.name), f"{one.size:,}", f"{one.covered:,}", f"{one.uncovered:,}")
    return table


def _table(*heads: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=bool(place))
    return table


def _tell_state(page: Page, state: str, cells: Sequence[Cell]) -> None:
    """The rows of one state that are not covered, grouped by what is said of them."""
    if not cells:
        return
    page.gap()
    page.line((f"{_state(state)}: {len({cell.row for cell in cells}):,} not covered", f"bold {_STYLES.get(state, '')}"))
    by_note: dict[str, list[str]] = {}
    for cell in cells:
        name = f"{cell.row_name} ({cell.row})" if cell.row_name != cell.row else cell.row
        by_note.setdefault(cell.note, []).append(name if cell.column == "any" else f"{name} / {cell.column}")
    for note, names in by_note.items():
        page.line((note, "italic"), indent=2, hang=2)
        page.line("; ".join(names), indent=4)


def tell_matrix(answer: MatrixAnswer) -> None:
    """Print how many rows have an actor in each cell, and the most actors that one of them has there."""
    page = Page()
    page.line((answer.lens.title, "bold"), f"  on  {answer.base.title}", hang=2)
    page.line((f"as of {answer.as_of}, revision {answer.revision}", "dim"))
    page.gap()
    page.line(
        f"{answer.covered:,} of {answer.size:,} rows have an actor in some cell; {answer.filled:,} of {answer.cells:,} cells."
    )
    page.line("An empty cell is no gap: nothing is on record for it.")
    page.gap()
    rows, most = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for row in answer.rows:
        for columns, count in row.actors.items():
            rows[columns] += 1
            most[columns] = max(most[columns], count)
    table = _table(" x ".join(axis.id for axis in answer.axes), "rows", "actors at most")
    for cell in product(*(axis.columns for axis in answer.axes)):
        key = tuple(one.id for one in cell)
        if rows[key]:
            table.add_row(clean(" x ".join(one.name for one in cell)), f"{rows[key]:,}", f"{most[key]:,}")
    page.show(table)


def tell_spread(answer: Spread) -> None:
    """Print how much the number depends on the definition."""
    page = Page()
    page.line(("Covered and not covered, by definition and base", "bold"), (f"  as of {answer.as_of}", "dim"), hang=2)
    for base in dict.fromkeys(one.base.id for one in answer.rows):
        found = [one for one in answer.rows if one.base.id == base]
        page.gap()
        page.line((found[0].base.title, "bold"), (f"  {found[0].size:,}", "dim"))
        table = _table("lens", "covered", "not", "share")
        for one in found:
            label = f"{', '.join(one.lens.labels)}  {one.lens.title}" if one.lens.labels else one.lens.title
            table.add_row(clean(label), f"{one.covered:,}", f"{one.uncovered:,}", f"{one.share:.0%}")
        page.show(table)


def _state(state: str) -> str:
    return state.replace("_", " ")


def tell_names(lenses: Sequence[Lens], bases: Sequence[Base], axes: Sequence[Axis]) -> None:
    """Print what coverage can be asked for."""
    page = Page()
    groups: tuple[tuple[str, Sequence[Lens] | Sequence[Base] | Sequence[Axis]], ...] = (
        ("Lenses (--lens): what counts as covered", lenses),
        ("Bases (--base): which rows are asked about", bases),
        ("Axes (--columns): what cells are split by, besides 'by' for the lists of the lens", axes),
    )
    for place, (head, entries) in enumerate(groups):
        if place:
            page.gap()
        page.line((head, "bold"))
        for one in entries:
            labels = f"  ({', '.join(one.labels)})" if one.labels else ""
            page.line((one.id, "bold"), labels, f"  {one.title}", indent=2, hang=4)
