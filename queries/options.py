"""Options that could close gaps: agreements as they are offered, and single memberships, read into what each would enrol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from graph.errors import InputError
from graph.model import AsOf, EntityId
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.assumptions import Assumed, enrolment_of
from queries.cells import Cell
from queries.coverage import CoverageAnswer
from queries.lenses import ENROLLED, Lens
from queries.names import names_of

MOST_OPTIONS: Final = 5_000
UNIT: Final = 1_000
"""Costs are counted in so many parts of one, so that sums are exact."""
Pair = tuple[EntityId, EntityId, str]
"""A membership to be: row, mechanism, status."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that could be agreed. ``enrol``: ROW:MECHANISM[:STATUS] each; ROW may be a region or bloc: all its rows.

    ``cost``: more than 0, in any unit, with up to three decimals.
    """

    id: str
    enrol: Sequence[str]
    cost: float = 1.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An option with its cost in thousandths and the memberships it brings."""

    id: str
    name: str
    cost: int
    pairs: tuple[Pair, ...]


def offers_of(
    snapshot: Snapshot,
    before: CoverageAnswer,
    cells: Sequence[Cell],
    options: Sequence[Option],
    mechanisms: Sequence[str] | None,
    cost: float,
    when: AsOf,
) -> list[Offer]:
    """All options: the agreements as given, then single memberships by mechanism and row."""
    members = _Members(snapshot, before, when)
    offers = [
        Offer(one.id, one.name or one.id, thousandths(one.cost, f"option {one.id!r}"), members.pairs(one)) for one in options
    ]
    statuses = _statuses(before.lens)
    joined = list(statuses) if mechanisms is None else [names_of(snapshot).resolve(text) for text in mechanisms]
    rows = {cell.row: cell.row_name for cell in cells} if before.base.kinds == {"country"} else {}
    each = thousandths(cost, "cost")
    for mechanism in dict.fromkeys(joined):
        node = snapshot.number(mechanism)
        name = mechanism if node is None else snapshot.names[node]
        status = statuses.get(mechanism, "member")
        offers += [
            Offer(f"{row}:{mechanism}", f"{row_name} joins {name}", each, ((row, mechanism, status),))
            for row, row_name in rows.items()
        ]
    ids = [one.id for one in offers]
    if len(set(ids)) < len(ids):
        raise InputError(f"Two options have the id {next(id for id in ids if ids.count(id) > 1)!r}. Give each its own.")
    if len(offers) > MOST_OPTIONS:
        raise InputError(f"At most {MOST_OPTIONS} options are weighed; there are {len(offers)}. Name rows or mechanisms.")
    return offers


def _statuses(lens: Lens) -> dict[EntityId, str]:
    """The lists of a lens that one membership meets, each with the status that counts (``member`` where it may)."""
    found = {}
    for entry in lens.entries:
        (step, *more) = entry.steps
        if not more and step.predicate == ENROLLED and step.forward and entry.standing == "counted":
            counting = sorted(step.statuses or ())
            for id in sorted(step.ids):
                found[id] = "member" if "member" in counting or not counting else counting[0]
    return found


class _Members:
    """Reads ROW:MECHANISM[:STATUS], where ROW may be a region or bloc."""

    def __init__(self, snapshot: Snapshot, before: CoverageAnswer, when: AsOf) -> None:
        self._snapshot, self._before, self._when = snapshot, before, when
        self._statuses = _statuses(before.lens)
        self._rows = sorted({cell.row for cell in before.cells})

    def pairs(self, option: Option) -> tuple[Pair, ...]:
        """The memberships of an option; raises ``InputError`` that names the option."""
        try:
            if not option.id.strip() or not option.enrol:
                raise InputError("it needs an id, and memberships in enrol.")
            return tuple(dict.fromkeys(pair for text in option.enrol for pair in self._pairs(enrolment_of(text), text)))
        except InputError as error:
            raise InputError(f"Option {option.id!r}: {error}") from None

    def _pairs(self, assumed: Assumed, text: str) -> Iterable[Pair]:
        names, snapshot = names_of(self._snapshot), self._snapshot
        mechanism = names.resolve(assumed.object or "")
        status = assumed.status if text.count(":") > 1 else self._statuses.get(mechanism, "member")
        vocabulary().status(status)
        who = names.resolve(assumed.subject)
        node = snapshot.number(who)
        assert node is not None
        if snapshot.kinds[node] != "region":
            return [(who, mechanism, status)]
        rows = [(row, mechanism, status) for row in self._rows if self._inside(row, node)]
        if not rows:
            raise InputError(f"no row of the base {self._before.base.id!r} is in {snapshot.names[node]} on {self._when.valid}.")
        return rows

    def _inside(self, row: EntityId, region: int) -> bool:
        snapshot, when = self._snapshot, self._when
        number = snapshot.number(row)
        if number is None or "in_region" not in snapshot.predicates:
            return False
        arcs = snapshot.arcs(number)
        word = snapshot.predicates.index("in_region")
        here = (snapshot.target[arcs] == region) & (snapshot.predicate[arcs] == word) & snapshot.forward[arcs]
        return bool((here & (snapshot.first[arcs] < when.end) & (snapshot.end[arcs] > when.first)).any())


def thousandths(cost: float, where: str) -> int:
    """A cost in thousandths; raises ``InputError`` for what is not a number more than 0 with at most three decimals."""
    try:
        exact = Decimal(str(cost)) * UNIT
        fits = 0 < exact <= 10**9 and exact == int(exact)
    except (InvalidOperation, OverflowError, ValueError):
        fits = False
    if isinstance(cost, bool) or not fits:
        raise InputError(f"{where}: the cost {cost!r} must be more than 0, at most a million, with up to three decimals.")
    return int(exact)


def option_of(given: Any, where: str) -> Option:
    """An option from a mapping, as YAML or JSON holds it; raises ``InputError``."""
    known = ("id", "name", "cost", "enrol")
    if not isinstance(given, Mapping) or not {"id", "enrol"} <= given.keys() or not isinstance(given["enrol"], list):
        raise InputError(f"{where}: an option has an id and a list enrol of ROW:MECHANISM; a name and a cost if you like.")
    for key in given:
        if key not in known:
            raise InputError(f"{where}: there is no key {key!r}. Known: {', '.join(known)}.")
    return Option(str(given["id"]), [str(one) for one in given["enrol"]], given.get("cost", 1), str(given.get("name") or ""))
