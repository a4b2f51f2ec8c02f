"""Reliance, sunset, scenario, closing gaps; and what the two questions that come as a body may hold."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from api.models.common import Asked, EntityId, Name, PartialDate, Ref, Shape, Statement
from api.models.coverage import Named, States
from api.models.paths import Paths
from queries.cells import State


class CellChange(Shape):
    """A cell whose state differs; null for a side on which the row or column does not exist."""

    row: EntityId
    row_name: Name
    column: str
    before: State | None
    after: State | None
    statements_before: list[str] = Field(description="The ids of the statements behind the state before.")
    statements_after: list[str]
    note: str = Field(description="Why it is what it is after, in words.")


class Side(Shape):
    """Coverage on one side of the comparison, counted."""

    as_of: PartialDate
    size: int = Field(ge=0)
    covered: int = Field(ge=0)
    uncovered: int = Field(ge=0)
    states: States
    headline: str


class CoverageChange(Shape):
    """Coverage before and after."""

    lens: str
    lens_title: str
    base: str
    base_title: str
    columns: str
    before: Side
    after: Side
    lost: list[str] = Field(description="Rows that are covered before and not after.")
    gained: list[str] = Field(description="Rows that are covered after and not before.")
    cells: list[CellChange]


class PathChange(Shape):
    """The best paths before and after."""

    before: Paths
    after: Paths
    lost: list[list[str]] = Field(description="Paths found before only, as ids from start to goal.")
    gained: list[list[str]]


class Part(Shape):
    """A part that falls off."""

    size: int = Field(ge=1)
    members: list[Named] = Field(description="Empty for the largest part, which stays together.")


class Reliance(Asked):
    """What hangs on one entity, one source or one citation."""

    as_of: PartialDate
    what: Ref
    locator: str | None = Field(description="The place in the source, where one citation was asked about.")
    headline: str
    total: int = Field(description="How many statements go in all, of any date.", ge=0)
    coverage: CoverageChange
    cut_off: list[Named] = Field(description="Entities that lose their last link.")
    parts: list[Part] = Field(description="What falls apart, largest first; empty where nothing does.")
    pairs_cut: int = Field(description="Pairs of other entities that no chain of links joins any more.", ge=0)
    sole: list[str] = Field(description="Ids of the statements that nothing else in the graph says too.")
    statements: list[Statement] = Field(description="The statements that rest on it on the date.")


class Sunset(Asked):
    """What is left on a future date if nothing is renewed."""

    as_of: PartialDate
    on: PartialDate
    headline: str
    open_ended: int = Field(description="Links that hold now and have no known end.", ge=0)
    later: int = Field(description="Links that hold now and end no earlier than on the date.", ge=0)
    beginning: int = Field(description="Links on record as beginning between the two dates.", ge=0)
    coverage: CoverageChange
    paths: PathChange | None
    ending: list[Statement] = Field(description="The links that will have ended, the earliest first.")


class Scenario(Asked):
    """What changes if statements were added and others withdrawn. Nothing is written."""

    as_of: PartialDate
    headline: str
    coverage: CoverageChange
    paths: PathChange | None
    assumed: list[Statement] = Field(description="The statements added; each cites the source `assumption`.")
    withdrawn: list[Statement]


class Membership(Shape):
    """A membership to be."""

    row: EntityId
    mechanism: EntityId


class Place(Shape):
    """A cell by its row and column."""

    row: EntityId
    column: str


class Chosen(Shape):
    """An option of the answer."""

    id: str
    name: str
    cost: float = Field(gt=0)
    enrols: list[Membership]
    closes: list[Place]


class OpenCell(Shape):
    """A cell that is to be closed."""

    row: EntityId
    row_name: Name
    column: str
    state: State


class Proof(Shape):
    """Why no choice is cheaper."""

    solver: str = Field(examples=["HiGHS 1.15.1"])
    optimal: bool
    objective: float = Field(description="The cost that was found.")
    bound: float = Field(description="The least cost that the solver proved possible.")
    gap: float = Field(description="objective - bound; 0 is the proof.")
    nodes: int = Field(description="Branches the solver looked at for it.", ge=0)
    pieces: int = Field(description="Independent programs that the problem falls into.", ge=0)
    programs: int = Field(description="Programs solved in all, those that decide between equals included.", ge=0)
    seconds: float = Field(description="What it took this time.", ge=0)


class CloseGaps(Asked):
    """The cheapest set of options that closes the chosen cells."""

    as_of: PartialDate
    headline: str
    cost: float = Field(ge=0)
    chosen: list[Chosen]
    options: int = Field(description="How many options were weighed.", ge=0)
    open: list[OpenCell] = Field(description="The cells to be closed.")
    cannot: list[OpenCell] = Field(description="Those that no option closes.")
    proof: Proof
    coverage: CoverageChange


class Strict(Shape):
    """A body that is sent: a field that is not known is refused."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid", strict=True)


class Assumption(Strict):
    """A statement to be, with `object` or `value`."""

    subject: str = Field(examples=["IND"])
    predicate: str = Field(examples=["enrolled_in"])
    object: str | None = Field(None, examples=["appm"])
    value: str | None = None
    status: str | None = Field(None, examples=["member"])
    detail: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    confidence: str | None = None


class ScenarioAsked(Strict):
    """What a scenario adds and withdraws, and what is asked of it."""

    add: list[Assumption] = Field([], description="Statements to be.")
    enrol: list[str] = Field(
        [], description="Memberships to be: ROW:MECHANISM or ROW:MECHANISM:STATUS.", examples=[["IND:appm"]]
    )
    withdraw: list[str] = Field([], description="Ids of statements, or ids or names of entities and sources.")
    lens: str | None = Field(None, examples=["D1"])
    base: str | None = Field(None, examples=["ISO 249"])
    columns: str | None = None
    from_: str | None = Field(None, alias="from", description="Also compare the best paths from here.")
    to: str | None = None
    k: int | None = None
    max_steps: int | None = None
    as_of: str | None = None


class OptionAsked(Strict):
    """Something that could be agreed."""

    id: str = Field(examples=["searo-joins"])
    enrol: list[str] = Field(description="ROW:MECHANISM each; ROW may be a region or bloc.", examples=[["r-sear:avssr"]])
    name: str | None = None
    cost: float | None = Field(None, description="More than 0, up to three decimals; 1 unless given.")


class CloseGapsAsked(Strict):
    """Which cells to close, and by what."""

    lens: str | None = None
    base: str | None = None
    columns: str | None = None
    rows: list[str] = Field([], description="Close only these rows; empty for all.")
    in_columns: list[str] = Field([], description="Close only cells of these columns; empty for all.")
    states: list[str] = Field([], description="Close only cells in these states; empty for every one that is not covered.")
    options: list[OptionAsked] = Field([], description="Agreements on offer.")
    mechanisms: list[str] | None = Field(None, description="Each open row may join each; null for the lists of the lens.")
    cost: float | None = Field(None, description="What one membership costs; 1 unless given.")
    as_of: str | None = None


def plain(body: Shape) -> dict[str, Any]:
    """What a sent body holds, without what was left out; for the readers of ``queries``."""
    return body.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
