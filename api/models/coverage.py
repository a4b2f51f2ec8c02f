"""Coverage."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.models.common import Answer, Asked, PartialDate, Shape, Statement
from queries.cells import State

States = Annotated[dict[State, int], Field(description="How many cells have each state; all ten states are there.")]


class Named(Shape):
    """An entity, list or column."""

    id: str
    name: str


class Blame(Named):
    """A list that is not known to be complete."""

    predicate: str = Field(description="What it is a list of.", examples=["enrolled_in"])


class Blamed(Blame):
    """A list that leaves cells unknown, and how many."""

    cells: int = Field(ge=1)


class Cell(Shape):
    """One row in one column."""

    row: str = Field(description="An entity id; alpha-3 for a country, area or territory.", examples=["KEN"])
    row_name: str = Field(examples=["Kenya"])
    column: str = Field(description="A column id; `any` where the answer is not split.", examples=["any"])
    state: State = Field(description="`gap` only where every list is known to leave the row out; else `unknown`.")
    by: list[Named] = Field(description="Whom the cell counts; empty unless covered.")
    note: str = Field(description="Why, in words.")
    undated: bool = Field(description="It is covered, but only by links of which a source gives no start.")
    blame: list[Blame] = Field(description="The lists that leave it unknown.")
    statements: list[Statement] = Field(description="The statements behind the state.")


class Tally(Named):
    """Part of an answer, counted: rows in `size`, `covered`, `uncovered`; cells in `states`."""

    size: int = Field(ge=0)
    covered: int = Field(ge=0)
    uncovered: int = Field(ge=0)
    states: States


class Coverage(Asked):
    """Who is covered, cell by cell. A row is covered where one of its cells is; `uncovered` is all the rest of the base."""

    as_of: PartialDate
    lens: str = Field(description="The id of the lens: what counts as covered.", examples=["four-convened-entities"])
    lens_title: str
    lens_labels: list[str] = Field(examples=[["D1"]])
    lens_definition: str
    base: str = Field(description="The id of the base: the list of rows.", examples=["who-ms-194"])
    base_title: str
    base_labels: list[str] = Field(examples=[["WHO MS 194"]])
    base_definition: str
    unit: str = Field(description="What the rows are called, plural.", examples=["countries, areas and territories"])
    columns: str = Field(description="What the cells are split by; `none` for one column.", examples=["none"])
    column_names: list[Named]
    horizon: int = Field(description="Days after the date within which cover that ends is `expiring`.", ge=0)
    headline: str = Field(description="The answer in one sentence.")
    undated: int = Field(description="Covered cells that rest only on links whose source gives no start.", ge=0)
    undated_note: str = Field(description="What that means, in a sentence; empty where there is none.")
    size: int = Field(description="Rows of the base.", ge=0, examples=[194])
    covered: int = Field(ge=0, examples=[134])
    uncovered: int = Field(ge=0, examples=[60])
    share: float = Field(description="covered / size.", ge=0, le=1)
    states: States
    covered_rows: list[str]
    uncovered_rows: list[str]
    by_column: list[Tally]
    regions: list[Tally] = Field(description="By WHO region; empty unless the rows are countries, areas and territories.")
    blame: list[Blamed]
    cells: list[Cell]


class Lens(Shape):
    """A named question of coverage."""

    id: str
    labels: list[str]
    title: str
    definition: str
    rows: list[str] = Field(description="Kinds of entity that it asks about.")
    base: str = Field(description="The base taken where none is named.")
    lists: list[str] = Field(description="The lists that count, by id.")


class Axis(Shape):
    """What cells can be split by, for `columns`."""

    id: str
    title: str
    base: str


class Lenses(Answer):
    """The named lenses. `mechanism:ID` is a lens for any one mechanism."""

    results: list[Lens]
    columns: list[Axis]


class Base(Shape):
    """A named list of rows."""

    id: str
    labels: list[str]
    title: str
    definition: str
    unit: str
    kinds: list[str]
    as_of: PartialDate | None = Field(description="The date it is fixed to; null for the date of the question.")


class Bases(Answer):
    """The named bases."""

    results: list[Base]


class Defined(Shape):
    """One lens against one base."""

    lens: str
    lens_title: str
    lens_labels: list[str]
    base: str
    base_title: str
    base_labels: list[str]
    size: int = Field(ge=0)
    covered: int = Field(ge=0)
    uncovered: int = Field(ge=0)
    share: float = Field(ge=0, le=1)


class MatrixAxis(Shape):
    """A column axis of a matrix, with its columns in order."""

    id: str = Field(examples=["component"])
    title: str
    columns: list[Named]


class MatrixCell(Shape):
    """One cell with an actor."""

    columns: list[str] = Field(description="A column id of each axis.", examples=[["pc-vaccines", "vc3-2"]])
    actors: int = Field(description="How many actors cover the row there.", ge=1)


class MatrixRow(Shape):
    """One row; a cell that is not listed has no actor on record, which is no gap."""

    row: str = Field(examples=["KEN"])
    row_name: str = Field(examples=["Kenya"])
    cells: list[MatrixCell]


class Matrix(Asked):
    """How many actors cover each row in each combination of columns, on one day."""

    as_of: PartialDate
    lens: str
    lens_title: str
    base: str
    base_title: str
    axes: list[MatrixAxis]
    size: int = Field(description="Rows of the base.", ge=0)
    covered: int = Field(description="Rows with an actor in some cell.", ge=0)
    cells: int = Field(description="Rows times columns.", ge=0)
    filled: int = Field(description="Cells with an actor.", ge=0)
    results: list[MatrixRow]


class Spread(Asked):
    """How much the number depends on the definition."""

    as_of: PartialDate
    results: list[Defined]
