"""Review: what waits for a decision, and decisions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.models.common import Answer, EntityId, Moment, Shape

Line = Annotated[str, Field(max_length=2000, pattern=r"^[^\u0000-\u001f\u007f]*$")]
Id = Annotated[str, Field(max_length=200, pattern=r"^[^\s\u0000-\u001f\u007f]*$")]


class Proposal(Shape):
    """Something that a document seems to say, and that is no statement until it is accepted."""

    key: str = Field(
        description="The same for as long as what is proposed and its sentence are.", examples=["fe83652b26e79828"]
    )
    sort: Literal["relation", "name", "candidate", "same"] = Field(
        description="A link; a name that may be one of `candidates`; a phrase that no entity is known by; an entity of a "
        "register (`subject`) that may be one of `candidates`."
    )
    text: str
    subject: EntityId | None
    predicate: str | None
    object: EntityId | None
    name: str | None = Field(description="The words that may name an entity.")
    sentence: str
    reason: str | None = Field(description="Why it was not certain.")
    candidates: list[EntityId] = Field(description="Entities that may be meant, best first.")
    reasons: list[str] = Field(description="What speaks for each of `candidates`.")
    source: EntityId
    locator: str
    state: Literal["open", "accepted", "rejected"]
    decision: int | None = Field(description="The number of the decision about it.")


class Queue(Answer):
    """The proposals that are in a state."""

    total: int = Field(ge=0)
    results: list[Proposal]


class Decision(Shape):
    """A recorded decision."""

    number: int = Field(ge=1)
    action: Literal["merge", "keep-apart", "accept", "reject", "undo"]
    by: str = Field(description="Who decided.")
    at: Moment
    why: str
    subject: EntityId | None = Field(description="Of a merge, the entity that is merged.")
    predicate: str | None
    object: EntityId | None = Field(description="Of a merge, the entity that stands for both.")
    name: str | None
    key: str | None = Field(description="The key of the proposal.")
    target: int | None = Field(description="The number of the decision that an undo takes back.")
    undone: bool = Field(description="Whether a later decision takes this one back.")


class Decisions(Answer):
    """The decisions, oldest first."""

    results: list[Decision]


class Decided(Answer, Decision):
    """The decision that was recorded."""


class NewDecision(Shape):
    """A decision to record.

    `accept` and `reject` take `key` (an accepted name also `entity`, unless it has one candidate), `merge` takes `entity`
    (merged) and `other` (surviving), `keep-apart` takes `entity` and either `other` or `name`, `undo` takes `number`.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    action: Literal["merge", "keep-apart", "accept", "reject", "undo"]
    why: Annotated[Line, Field(min_length=1)]
    by: Line = Field(default="", description="Who decides; where the server has tokens, the name of the token is recorded.")
    key: Line = ""
    entity: Id = ""
    other: Id = ""
    name: Line = ""
    number: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None
