"""What lies between: mechanisms that meet, bodies next to a gap, brokers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.models.common import Asked, Kind, PartialDate, Ref, Shape, Statement
from api.models.coverage import Cell, Named
from api.models.paths import Path


class Covering(Named):
    """A mechanism, and how many cells it covers."""

    cells: int = Field(ge=1)
    alone: int = Field(description="Those that nothing else covers.", ge=0)


class Pair(Shape):
    """Two mechanisms that cover the same cells."""

    first: Named
    second: Named
    cells: int = Field(ge=1)
    rows: list[str] = Field(examples=[["KEN", "UGA"]])
    share: float = Field(description="Of the cells of the smaller one; 1 where it lies wholly inside the other.", gt=0, le=1)


class Overlap(Asked):
    """Cells that several mechanisms cover."""

    lens: str
    base: str
    columns: str
    as_of: PartialDate
    size: int = Field(description="Rows of the base.", ge=0)
    mechanisms: list[Covering]
    matrix: list[list[int]] = Field(description="Cells that two of `mechanisms` both cover, in their order.")
    pairs: list[Pair]
    by_number: Annotated[dict[str, int], Field(description="How many cells are covered by exactly so many.")]
    cells: list[Cell] = Field(description="The cells covered by as many as asked for.")


class Introduction(Ref):
    """A body next to a gap, and the way to it."""

    ring: Literal["here", "region", "neighbours"]
    on_column: bool = Field(description="Whether it is linked to the column too.")
    enrolled: int = Field(description="How many neighbours of the row it is linked to.", ge=0)
    why: str
    statements: list[Statement]
    total_statements: int = Field(ge=0)
    path: Path | None = Field(description="The best path from the asking body; null where there is none.")


class Introductions(Asked):
    """Who works next to a gap, best first."""

    as_of: PartialDate
    row: Named
    column: Named | None
    asking: Named
    regions: list[Named]
    cell: Cell | None = Field(description="How the row stands under the lens; null where the lens does not ask about it.")
    asking_is_near: bool = Field(description="Whether the asking body is itself among those next to the gap.")
    total: int = Field(ge=0)
    results: list[Introduction]


class Piece(Shape):
    """A part that falls off without a broker."""

    size: int = Field(ge=1)
    entities: list[Named] = Field(description="The first 50 by id.")


class Broker(Ref):
    """An entity that lies between others."""

    kind: Kind
    subtype: str | None
    neighbours: int = Field(ge=1)
    betweenness: float = Field(description="Linked pairs, each with the share of its shortest ways through it.", ge=0)
    share: float = Field(description="Betweenness as part of all linked pairs.", ge=0, le=1)
    constraint: float = Field(description="Burt's constraint: low for ties to different circles.", ge=0)
    cut_off: int = Field(description="Entities that fall off the largest part without it.", ge=0)
    pairs_cut: int = Field(description="Linked pairs that would no longer be linked.", ge=0)
    pieces: list[Piece]
    first: list[Named] = Field(description="Its neighbours in the first set.")
    second: list[Named] = Field(description="Its neighbours in the second set.")
    statements: list[Statement]


class Brokers(Asked):
    """Who holds the network, or two sets of it, together."""

    as_of: PartialDate
    between: list[str]
    order: Literal["betweenness", "cut", "constraint"]
    entities: int = Field(ge=0)
    ties: int = Field(ge=0)
    parts: int = Field(ge=0)
    first_size: int = Field(ge=0)
    second_size: int = Field(ge=0)
    pairs: int = Field(description="Pairs that are linked at all.", ge=0)
    estimated: bool = Field(description="Whether the net was too large to work betweenness out exactly.")
    total: int = Field(ge=0)
    results: list[Broker]
