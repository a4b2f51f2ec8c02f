"""Entities, their statements, and sources."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.common import Asked, EntityId, Kind, Name, Next, PartialDate, Ref, Shape, Statement


class EntityRow(Ref):
    """An entity in a list."""

    subtype: str | None


class Entities(Asked):
    """A page of entities."""

    total: int = Field(description="How many there are on all pages.", ge=0)
    results: list[EntityRow]
    next: Next


class Alias(Shape):
    """Another name of an entity."""

    name: str
    lang: str | None = Field(description="Its language, where that is said.", examples=["fr"])
    sort: str | None = Field(
        description="Its sort, where that is said: `acronym`, `id` (an older id), ...", examples=["acronym"]
    )
    valid_from: PartialDate | None
    valid_to: PartialDate | None
    source: EntityId = Field(description="The source that uses it.")


class LinkCount(Shape):
    """How many links of one predicate an entity has."""

    predicate: str
    role: Literal["subject", "object"] = Field(description="What the entity is in these links.")
    count: int = Field(ge=1)


class Entity(Asked):
    """An entity as its statements show it. Its ``id`` is the canonical one, whichever name was asked for."""

    id: EntityId
    name: Name
    kind: Kind
    subtype: str | None
    description: str | None
    aliases: list[Alias]
    keep_apart: list[str] = Field(description="What it is easily, and wrongly, taken for.")
    links: list[LinkCount] = Field(description="Its links by predicate, at any valid time.")
    statements: int = Field(description="How many statements there are about it or lead to it.", ge=0)
    texts: list[Statement] = Field(description="Statements with a value, but for names, kind and subtype.")


class Statements(Asked):
    """A page of the statements of an entity."""

    as_of: PartialDate | None = Field(description="The date that was asked for; null for all valid times.")
    id: EntityId
    name: Name
    kind: Kind
    results: list[Statement]
    next: Next


class SourceRow(Ref):
    """A source that statements cite."""

    url: str | None
    url_status: str | None
    statements: int = Field(description="How many statements cite it.", ge=0)


class Sources(Asked):
    """A page of sources."""

    total: int = Field(ge=0)
    results: list[SourceRow]
    next: Next


class Source(Asked):
    """A source, and a page of the statements that cite it."""

    id: EntityId
    name: Name
    kind: Kind
    url: str | None
    url_status: str | None
    statements: int = Field(description="How many statements cite it.", ge=0)
    results: list[Statement]
    next: Next
