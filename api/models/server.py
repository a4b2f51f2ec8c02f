"""The vocabulary, revisions, probes and problems."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.models.common import Answer, Moment, Next, Shape
from graph.model import Confidence


class KindWord(Shape):
    """A kind of entity."""

    name: str
    label: str
    plural: str
    what: str


class PredicateWord(Shape):
    """A predicate: a link to an entity, or a text."""

    name: str
    is_link: bool
    domain: list[str] | None = Field(description="Kinds that its subject may have; null for any.")
    range: list[str] | None = Field(description="Kinds that its object may have; null for any, empty for a text.")
    sentence: str = Field(description="The pattern of its sentence.")
    inverse: str | None = Field(description="How a link reads from its other end.")
    symmetric: bool
    traversable: bool = Field(description="Whether collaboration paths follow it.")
    strength: float | None = Field(description="How much standing collaboration it is evidence of; null where not traversable.")
    rdf: str | None
    negates: str | None = Field(description="The predicate that it denies.")
    type: str | None = Field(description="The type of a text; null for a link.")
    choices: list[str]


class StatusWord(Shape):
    """How a country, area or territory stands in a mechanism."""

    name: str
    counts: bool = Field(description="Whether a lens may take it as covered.")
    what: str


class Words(Answer):
    """The vocabulary."""

    kinds: list[KindWord]
    predicates: list[PredicateWord]
    statuses: list[StatusWord]
    confidences: list[Confidence]


class Change(Shape):
    """One revision: a loaded source was replaced, and something was different."""

    revision: int = Field(ge=1)
    source: str = Field(description="What was loaded: a file or feed, not a cited source.", examples=["curated/links.csv"])
    at: Moment
    added: int = Field(ge=0)
    withdrawn: int = Field(ge=0)
    unchanged: int = Field(ge=0)


class Changes(Answer):
    """A page of revisions, oldest first."""

    results: list[Change]
    next: Next


class Health(Answer):
    """The server answers."""

    status: Literal["ok"]
    version: str


class Ready(Answer):
    """The store can be reached."""

    status: Literal["ready"]


class ProblemSort(Shape):
    """A sort of problem."""

    type: str = Field(examples=["/v1/problems/unknown-entity"])
    title: str
    status: int
    what: str = Field(description="What a caller can do about it.")


class ProblemSorts(Answer):
    """Every sort of problem that this API tells."""

    results: list[ProblemSort]


class OneProblemSort(Answer, ProblemSort):
    """A sort of problem."""


class Problem(Shape):
    """A problem after RFC 9457. Further members help to ask again; which ones depends on ``type``."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(
        description="The sort of problem, an address that describes it.", examples=["/v1/problems/unknown-entity"]
    )
    title: str = Field(examples=["No entity has this id or name"])
    status: int = Field(ge=400, le=599, examples=[404])
    detail: str = Field(examples=["No entity has the id or name 'africacd'. Nearest: Africa CDC (africa-cdc)."])
    instance: str = Field(description="The path that was asked for.", examples=["/v1/entities/africacd"])
    request_id: str = Field(description="The number of the request, also in `X-Request-ID`.")
    parameter: str | None = Field(default=None, description="The parameter that it is about.")
    value: str | None = None
    given: str | None = None
    nearest: list[Any] | None = Field(
        default=None, description="What may have been meant: words, or entities with `id`, `name`, `kind`."
    )
    candidates: list[dict[str, str]] | None = Field(default=None, description="The entities that a name fits.")
    allowed: Any = None
    errors: list[dict[str, Any]] | None = None
    reference: str | None = Field(default=None, description="Where the server's log has the details.")
