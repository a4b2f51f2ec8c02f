"""Paths and search."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.common import Asked, EntityId, Name, PartialDate, Ref, Shape, Statement


class Step(Shape):
    """One step of a path: two entities and every parallel statement that joins them, the one that counts first."""

    from_: EntityId = Field(alias="from")
    from_name: Name
    to: EntityId
    to_name: Name
    predicate: str
    sentence: str
    state: Literal["live", "past", "ended", "disputed"] = Field(
        description="`live` on the date; `past`: something that happened before; `ended`: over by the date; `disputed`: "
        "stated for the date and denied for it, see `denials`."
    )
    cost: float = Field(description="What the step costs, in points.")
    parts: dict[str, float] = Field(description="The parts of the cost, in points, each at most 0.")
    statements: list[Statement]
    denials: list[Statement] = Field(description="Statements that deny a link of the step on the date.")


class Through(Ref):
    """An entity that a path passes through."""

    neighbours: int = Field(description="How many entities it is joined to on the date.", ge=0)
    cost: float = Field(description="What passing through it costs, in points: the more neighbours, the more.")


class Weakest(Shape):
    """The step that a path stands or falls with."""

    step: int = Field(description="Its place in `steps`, from 0.", ge=0)
    sentence: str
    cost: float


class Path(Shape):
    """One way from start to goal."""

    score: float = Field(description="In points; more is better. It is the sum of `parts`.", examples=[87.0])
    parts: dict[str, float] = Field(
        examples=[{"base": 100.0, "strength": -3.0, "evidence": -2.0, "recency": -2.0, "hubs": 0.0, "length": -6.0}]
    )
    weakest: Weakest
    live: bool = Field(description="Whether every step can be counted on: none had ended or is denied for the date.")
    steps: list[Step]
    through: list[Through]


class PathThen(Path):
    """A path of another date, and what has become of it."""

    live_now: bool = Field(description="Whether every step can be counted on, on the as-of date.")
    now: list[Literal["live", "past", "ended", "disputed", "absent"]] = Field(
        description="Each step on the as-of date; `absent`: no link that is followed had begun."
    )


class End(Shape):
    """One end of the question: an entity, or a set of them, which has itself for an id."""

    id: str
    name: str
    kind: str | None = Field(description="Null for a set of several kinds.")
    size: int = Field(description="How many entities it holds.", ge=1)


class Swap(Shape):
    """Two paths that have passed each other under other weights, as ids from start to goal."""

    rises: list[EntityId]
    falls: list[EntityId]
    before: float = Field(description="The score of `rises` less that of `falls` by the weights that ship.")
    after: float = Field(description="The same by the weights that were asked for.")
    moved: dict[str, float] = Field(description="By how much each part of the score changed that difference.")
    decisive: str | None = Field(description="The part that did most for it; null where the scores moved nothing.")
    sentence: str


class Order(Shape):
    """What other weights moved among the paths."""

    same: bool = Field(description="Whether these are the same paths in the same order as by the weights that ship.")
    swaps: list[Swap]
    came: list[list[EntityId]] = Field(description="Paths that only the other weights put among the best.")
    went: list[list[EntityId]] = Field(description="Paths that are no longer among the best.")


class Paths(Asked):
    """The best paths, best first."""

    as_of: PartialDate
    start: End
    goal: End
    results: list[Path]
    exhausted: bool = Field(description="Whether there are no other paths.")
    reason: str | None = Field(description="Why nothing was found, where nothing was.")
    compare_to: PartialDate | None = Field(description="The other date that was asked for.")
    then: list[PathThen] = Field(description="The best paths of that date; empty where none was asked for.")
    order: Order | None = Field(description="What `weight` moved; null where none was given.")


class Neighbour(Ref):
    """An entity of a neighbourhood."""

    subtype: str | None
    distance: int = Field(description="Steps from the centre; 0 for the centre itself.", ge=0)
    degree: int = Field(description="How many entities it is linked to, seen alike.", ge=0)


class Link(Shape):
    """All statements of one predicate from one entity to another."""

    from_: EntityId = Field(alias="from")
    to: EntityId
    predicate: str
    state: Literal["live", "past", "ended"]
    statements: list[Statement]


class Neighbourhood(Asked):
    """What is around an entity."""

    as_of: PartialDate
    centre: Neighbour
    results: list[Neighbour] = Field(description="The neighbours, nearest first.")
    nodes: list[Neighbour] = Field(description="The centre, then the neighbours: what a picture draws.")
    links: list[Link]
    total_nodes: int = Field(description="How many entities there are within reach, the centre included.", ge=1)
    total_links: int = Field(ge=0)
    truncated: bool = Field(description="Whether the limit cut something off.")


class Hit(Ref):
    """An entity that a search found."""

    matched: str = Field(description="The name that matched.", examples=["CDC Afrique"])
    score: float = Field(description="Orders the hits of one answer.", gt=0, le=1)
    reason: str = Field(description="Why it was found, in words.", examples=['Another name ("CDC Afrique") begins so.'])
    keep_apart: list[str]


class Found(Asked):
    """The hits of a search, best first."""

    text: str
    results: list[Hit]
    more: bool = Field(description="Whether there are others beyond the limit.")
