"""Differences between two views of the graph, and between sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.models.common import Answer, Asked, EntityId, Name, PartialDate, Shape, Statement
from queries.causes import Cause


class Difference(Shape):
    """A statement that shows in one of two views and not in the other."""

    appeared: bool = Field(description="Whether it shows in the later view; else it showed in the earlier one.")
    cause: Cause
    origin: str | None = Field(
        description="The loaded source that began or ceased to say it; null where only time passed.",
        examples=["curated/links.csv"],
    )
    statement: Statement
    counterpart: str | None = Field(description="Of a correction: the id of the statement that it replaced or was replaced by.")


class Differences(Answer):
    """What changed between two views, and why: ordered by cause, then statement."""

    since_revision: int = Field(ge=0)
    until_revision: int = Field(ge=0)
    since: PartialDate
    until: PartialDate
    total: int = Field(description="All differences, also those that the limit cut off.", ge=0)
    causes: Annotated[dict[Cause, int], Field(description="How many differences have each cause; every cause is there.")]
    results: list[Difference]
    truncated: bool = Field(description="Whether the limit cut something off.")


class Side(Shape):
    """What one side says, and who."""

    says: str
    statements: list[Statement]


class Disagreement(Shape):
    """A matter on which sources differ."""

    sort: Literal["figures", "dates", "denial", "values"]
    subject: EntityId
    subject_name: Name
    matter: str = Field(examples=["doses of the first allocation"])
    label: str | None = Field(description="The number under which it was filed by hand.", examples=["c01"])
    sides: list[Side] = Field(min_length=2)


class Disagreements(Asked):
    """Where sources disagree; both sides stay, and neither is called right."""

    as_of: PartialDate | None
    results: list[Disagreement]
