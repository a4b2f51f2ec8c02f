"""The errors that mcmgraph raises on purpose, in one tree.

::

    McmgraphError                 anything below; the message is fit for a reader who does not program
    ├── InputError                something that was given is wrong: where, what, what to do
    │   ├── BadDate               a date that is not YYYY, YYYY-MM or YYYY-MM-DD, or a period that ends before it starts
    │   ├── UnknownWord           a kind, predicate, status, lens, base, ... that the vocabulary does not hold
    │   ├── UnknownEntity         an id or name that fits no entity
    │   ├── AmbiguousName         a name that fits several entities
    │   ├── EmptySet              a set of entities that none fits on the date
    │   ├── NothingKnown          a known time before anything was loaded
    │   ├── BadStatement          a statement that breaks the vocabulary (domain, range, missing citation)
    │   └── RefusedFile           a file that cannot be loaded as it is; nothing of it was loaded
    └── StoreError                the store cannot do what was asked
        ├── StoreUnavailable      it cannot be reached now; trying again may help
        │   └── Overtaken         somebody else has changed the source meanwhile; nothing was written
        ├── StoreRefused          it said no: credentials, read-only, permissions
        └── SchemaTooNew          it was written by a newer mcmgraph

Messages never hold a secret: a store's address is shown without its user part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


class McmgraphError(Exception):
    """The root of the tree; ``str(error)`` is one or two plain sentences."""


class InputError(McmgraphError):
    """Something that was given is wrong; the message says where, what, and what to do."""


class BadDate(InputError):
    """A date or period that cannot be read."""


class UnknownWord(InputError):
    """A word the vocabulary (or a list of lenses, bases, ...) does not hold.

    ``sort`` says which list, ``word`` what was given, ``nearest`` up to five close entries of that list, best first.
    """

    def __init__(self, sort: str, word: str, nearest: Sequence[str] = ()) -> None:
        self.sort, self.word, self.nearest = sort, word, tuple(nearest)
        hint = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        super().__init__(f"There is no {sort} {word!r}.{hint}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a name may have meant: its id, name and kind, and why it is offered."""

    id: str
    name: str
    kind: str
    reason: str = ""


class UnknownEntity(InputError):
    """An id or name that fits no entity; ``nearest`` holds up to five candidates, best first."""

    ADVICE: Final = "Search for one word of it."

    def __init__(self, given: str, nearest: Sequence[Candidate] = ()) -> None:
        self.given, self.nearest = given, tuple(nearest)
        hint = "Nearest: " + "; ".join(f"{c.name} ({c.id})" for c in self.nearest) + "." if self.nearest else self.ADVICE
        super().__init__(f"No entity has the id or name {given!r}. {hint}")


class AmbiguousName(InputError):
    """A name that fits several entities; ``candidates`` holds them all."""

    def __init__(self, given: str, candidates: Sequence[Candidate]) -> None:
        self.given, self.candidates = given, tuple(candidates)
        from graph.vocabulary import kind_label  # late: the vocabulary raises errors of this module

        listed = "; ".join(f"{c.name} ({kind_label(c.kind)}, id {c.id})" for c in self.candidates)
        super().__init__(f"{given!r} fits several entities: {listed}. Give one of these ids.")


class EmptySet(InputError):
    """A set of entities, as a question takes it for an end, that no entity fits on the date."""


class NothingKnown(InputError):
    """A known time before anything was loaded; ``known`` and ``first`` (None: nothing ever was) as they are written."""

    def __init__(self, known: str, first: str | None) -> None:
        self.known, self.first = known, first
        what = f"The first load was at {first}: ask for that time or later." if first else "Nothing has been loaded yet."
        super().__init__(f"Nothing was known at {known}. {what}")


class BadStatement(InputError):
    """A statement that breaks the vocabulary or lacks its citation."""


class RefusedFile(InputError):
    """A file that cannot be loaded as it is; nothing of it was loaded."""


class StoreError(McmgraphError):
    """The store cannot do what was asked."""


class StoreUnavailable(StoreError):
    """The store cannot be reached now; trying again may help."""


class Overtaken(StoreUnavailable):
    """A source was changed by somebody else since it was read; nothing was written. Read it again, then write."""


class StoreRefused(StoreError):
    """The store said no: credentials, a read-only database, permissions."""


class SchemaTooNew(StoreError):
    """The store was written by a newer mcmgraph; upgrade mcmgraph, nothing was changed."""
