"""One name of one entity, and identifiers as they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.model import ANY_TIME, EntityId, SourceId
from graph.store import Store
from loaders.naming import looks_like_acronym
from loaders.stems import Stem, stem_of

FORMER: Final = "former"
BESIDE: Final = "beside its owner"
"""The sort of a name, perhaps letters, that what stands beside it makes certain."""
NAMING: Final = ("name", "alias", "identifier")
"""The predicates that give an entity its names, the surest first."""
_ID_SORTS: Final = frozenset({"id", "identifier", "code"})
_PART_SORTS: Final = frozenset({"narrower"})


@dataclass(frozen=True, slots=True)
class KnownName:
    """One name of one entity. ``sort``: name, alias, acronym, narrower, id, ...; ``stem`` without its legal form."""

    node: int
    text: str
    sort: str

    @property
    def stem(self) -> Stem:
        return stem_of(self.text)

    @property
    def is_identifier(self) -> bool:
        """Whether it is an id or a registered identifier."""
        return self.sort in _ID_SORTS

    @property
    def is_acronym(self) -> bool:
        """Whether it is an acronym, as marked or by its looks; a body's first name is none where it is longer than three."""
        if self.sort == "name":
            return len(self.text) < 4 and looks_like_acronym(self.text)
        return self.sort == "acronym" or (self.sort != BESIDE and looks_like_acronym(self.text))

    @property
    def is_part(self) -> bool:
        """Whether it names a part or an example of the entity, not all of it."""
        return self.sort in _PART_SORTS

    @property
    def is_whole(self) -> bool:
        """Whether it names all of the entity in words: no identifier, no acronym, no part."""
        return not (self.is_identifier or self.is_acronym or self.is_part)

    def in_full(self) -> KnownName:
        """The name as one that is certain by what stands beside it, though it may be letters."""
        return KnownName(self.node, self.text, BESIDE)


def said_alone(store: Store, source: SourceId) -> tuple[frozenset[EntityId], frozenset[str]]:
    """The entities that only this loaded source knows, and the ids of the naming statements that only it makes."""
    own: set[str] = set()
    others: set[str] = set()
    for record in store.records("kind", ANY_TIME):
        (own if record.origin == source else others).add(record.statement.subject)
    said: set[str] = set()
    elsewhere: set[str] = set()
    for predicate in NAMING if own else ():
        for record in store.records(predicate, ANY_TIME):
            (said if record.origin == source else elsewhere).add(record.statement.id)
    return frozenset(own - others), frozenset(said - elsewhere)


_PREFIXES: Final = (
    ("https://ror.org/", "ror:"),
    ("http://www.wikidata.org/entity/", "wikidata:"),
    ("https://www.wikidata.org/wiki/", "wikidata:"),
    ("https://doi.org/", "doi:"),
)


def identifier_key(text: str) -> str:
    """An identifier as it is compared; the address of a register is its prefix.

    >>> identifier_key("https://ror.org/01f80g185")
    'ror:01f80g185'
    """
    text = text.strip()
    for address, prefix in _PREFIXES:
        if text.lower().startswith(address):
            return prefix + text[len(address) :].rstrip("/").lower()
    scheme, colon, rest = text.partition(":")
    return f"{scheme.lower()}:{rest.lower()}" if colon else text
