"""What several bodies share: answers, references, statements with their citations."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from graph.model import Confidence

PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", examples=["2024-09"])]
Moment = Annotated[str, Field(description="A moment in UTC, ISO 8601.", examples=["2026-11-21T12:00:00Z"])]
Next = Annotated[
    str | None,
    Field(
        description="The address of the next page; null on the last one.", examples=["/v1/entities?limit=100&cursor=0e5bYWZk"]
    ),
]
Kind = Annotated[str, Field(description="A kind of the vocabulary.", examples=["organisation"])]
EntityId = Annotated[str, Field(description="The id of an entity.", examples=["africa-cdc"])]
Name = Annotated[str, Field(description="Its name; the id where no name is known.", examples=["Africa CDC"])]


class Shape(BaseModel):
    """The root of all shapes."""

    model_config = ConfigDict(populate_by_name=True)


class Answer(Shape):
    """What every answer has."""

    revision: int | None = Field(
        description="The revision of the graph that was asked; 0 for an empty one.", ge=0, examples=[3]
    )


class Asked(Answer):
    """An answer that depends on the known time."""

    known_at: Moment | None = Field(description="The known time that was asked for; null for now.")


class Ref(Shape):
    """An entity, in short."""

    id: EntityId
    name: Name
    kind: Kind


class Statement(Shape):
    """What one source says, with its citation. Exactly one of ``object`` and ``value`` is not null."""

    id: str = Field(description="A hash of all that is asserted.", examples=["5f0c0d6fa7a1c9b1b9d7c2f1e3a4b5c6"])
    subject: EntityId
    subject_name: Name
    predicate: str = Field(description="A predicate of the vocabulary.", examples=["member_of"])
    object: EntityId | None
    object_name: Name | None
    value: str | None = Field(description="The text of a statement that links to no entity.")
    sentence: str = Field(description="The statement in plain English.", examples=["Africa CDC hosts the secretariat of APPM."])
    period: str = Field(description="Its valid time in words.", examples=["since September 2024"])
    valid_from: PartialDate | None = Field(
        description="Valid time: when it began, as the source writes it; null where not known."
    )
    valid_to: PartialDate | None = Field(
        description="Valid time: when it ended (the whole unit included); null where no end is known."
    )
    confidence: Confidence
    source: EntityId = Field(description="The id of the cited source.")
    source_name: Name
    locator: str = Field(description="The place in the source.", examples=["page 3"])
    url: str | None = Field(description="The address of the citation, else of the source.")
    url_status: str | None = Field(description="How the address was come by.", examples=["as_found"])
    quotation: str | None
    release: str | None = Field(description="The edition of what was loaded.")
    qualifiers: dict[str, str] = Field(description="What limits the statement.", examples=[{"status": "member"}])
