"""Cells counted: by column, by WHO region, and in one plain sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graph.model import AsOf
from graph.snapshot import Snapshot
from queries.cells import COVERED, STATES, Cell, Named, State
from queries.completeness import Blame, Completeness
from queries.grid import lists_to_blame
from queries.lenses import Base, Step

IN_REGION: Final = Step("in_region", True, kinds=frozenset({"region"}), subtypes=frozenset({"who_region"}))
NO_REGION: Final = Named("none", "no WHO region on record")
SEVERAL_REGIONS: Final = Named("several", "more than one WHO region on record")
_LISTS_NAMED: Final = 3
_TOLD: Final[tuple[State, ...]] = ("disputed", "partial", "planned", "lapsed", "not_applicable", "unknown")


@dataclass(frozen=True, slots=True)
class Tally:
    """Part of an answer, counted: one column, or the rows of one WHO region.

    ``size``, ``covered``, ``uncovered`` count rows (a row is covered where one of its cells is); ``states`` counts cells.
    """

    id: str
    name: str
    size: int
    covered: int
    uncovered: int
    states: Mapping[State, int]


def states_of(cells: Iterable[Cell]) -> dict[State, int]:
    counted = Counter(cell.state for cell in cells)
    return {state: counted[state] for state in STATES}


def _tally(id: str, name: str, cells: Sequence[Cell]) -> Tally:
    rows = {cell.row for cell in cells}
    covered = {cell.row for cell in cells if cell.covered}
    return Tally(id, name, len(rows), len(covered), len(rows) - len(covered), states_of(cells))


def by_column(columns: Sequence[Named], cells: Sequence[Cell]) -> tuple[Tally, ...]:
    width = len(columns)
    return tuple(_tally(column.id, column.name, cells[place::width]) for place, column in enumerate(columns))


def region_on(snapshot: Snapshot, known: Completeness, row: int, when: AsOf) -> Named:
    """The WHO region that a row (a node number) is in on the last day of a date, or that it has none, or several."""
    regions = {link.target for link in known.living(row, IN_REGION) if link.end >= when.end}
    if len(regions) > 1:
        return SEVERAL_REGIONS
    return next((Named(snapshot.ids[node], snapshot.names[node]) for node in regions), NO_REGION)


def in_order(regions: Iterable[Named]) -> list[Named]:
    """Regions by id, those that are none behind all others."""
    last = (SEVERAL_REGIONS, NO_REGION)
    return sorted(regions, key=lambda one: (one in last and 1 + last.index(one), one.id))


def by_region(
    snapshot: Snapshot, rows: Sequence[int], cells: Sequence[Cell], when: AsOf, known: Completeness
) -> tuple[Tally, ...]:
    """The cells by the WHO region that a row is in on the last day of the as-of date; rows without one come last.

    ``known`` is of the same snapshot and date.
    """
    ids = snapshot.ids.taken(np.asarray(rows, dtype=np.int64))
    region_of = {id: region_on(snapshot, known, row, when) for id, row in zip(ids, rows, strict=True)}
    grouped: dict[Named, list[Cell]] = {}
    for cell in cells:
        grouped.setdefault(region_of[cell.row], []).append(cell)
    return tuple(_tally(region.id, region.name, grouped[region]) for region in in_order(grouped))


def headline_of(base: Base, cells: Sequence[Cell], blame: Sequence[Blame], as_of: str) -> str:
    """The answer in one plain sentence.

    ``blame``: the lists that leave rows unknown, most first. A row is counted under the states of its own cells only where
    it has one.
    """
    rows = dict.fromkeys(cell.row for cell in cells)
    if not rows:
        return f"As of {as_of}, nothing is on record that belongs to {base.title}."
    covered = {cell.row for cell in cells if cell.state in COVERED}
    are = "is" if len(covered) == 1 else "are"
    text = f"As of {as_of}, of {len(rows)} {base.unit}, {len(covered)} {are} covered ({len(covered) / len(rows):.1%})"
    if len(covered) == len(rows):
        return f"{text}."
    left = len(rows) - len(covered)
    text += f"; {left} {'is' if left == 1 else 'are'} not"
    if len(cells) > len(rows):
        return f"{text} in any column."
    states = states_of(cells)
    parts = [f"{states['gap']} gap{'' if states['gap'] == 1 else 's'}"]
    for state in _TOLD:
        if states[state]:
            why = f" because {lists_to_blame(blame, _LISTS_NAMED)}" if state == "unknown" else ""
            parts.append(f"{states[state]} {state.replace('_', ' ')}{why}")
    return f"{text}: {'; '.join(parts)}."


def undated_note(cells: int) -> str:
    """What it means that covered cells rest only on links without a start; ``""`` for none.

    >>> undated_note(1)
    '1 covered cell rests only on links whose source gives no start; when its cover began is not known.'
    """
    if not cells:
        return ""
    one = cells == 1
    told = f"{cells} covered {'cell rests' if one else 'cells rest'} only on links whose source gives no start"
    return f"{told}; when {'its' if one else 'their'} cover began is not known."
