"""Proposals: what a loader found and is not certain of, as statements that wait in the review queue.

Every loader makes them here, so that all obey the same decisions: what review has rejected does not come back unless its
sentence changed, whatever the graph has learnt meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.merging import SAME
from graph.model import ALWAYS, Citation, EntityId, Statement, qualify
from graph.store import Store
from loaders.decisions import log, standing
from loaders.naming import full_key

if TYPE_CHECKING:
    from loaders.resolve import Option

PROPOSAL: Final = "proposal"
REJECTED: Final = "rejected in review, and its sentence is the same"
AGAIN: Final = "proposed by this file already"
_LONGEST_SENTENCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What became of a find: the statement to load with the file, or (``None``) why the find is ignored."""

    statement: Statement | None
    ignored: str = ""


class Waiting:
    """Makes the proposals of one file. Make one for each file; it remembers what the file has proposed already."""

    def __init__(self, store: Store) -> None:
        self._rejected: Final = frozenset(one.key for one in standing(log(store)) if one.key and one.action == "reject")
        self._seen: Final[set[str]] = set()

    def name(
        self,
        cited: Citation,
        text: str,
        sentence: str,
        candidates: Sequence[Option] = (),
        reason: str = "",
        place: Mapping[str, str] | None = None,
    ) -> Proposal:
        """A text that may name one of ``candidates``, or (none given) something that the graph does not hold.

        ``cited``: the document, an entity of kind ``source``, and the place in it. ``sentence``: what the text stands in; of a
        table the cell and what tells who is meant. Accepted, the text becomes an alias of the entity chosen.
        """
        text = one_line(text)
        said = {"name": text, "reason": reason, **_offered(candidates), **(place or {})}
        among = f": {', '.join(one.id for one in candidates)}" if candidates else " that is not known"
        said["sort"] = "name" if candidates else "candidate"
        return self._proposal(cited, ("name", full_key(text) or text), sentence, f"{text!r} may name an entity{among}", said)

    def same(
        self, cited: Citation, entity: EntityId, text: str, sentence: str, candidates: Sequence[Option], reason: str = ""
    ) -> Proposal:
        """An entity of the file's own, called ``text``, that may be one of ``candidates``. Accepted, it is merged into it."""
        text = one_line(text)
        said = {"sort": "same", "subject": entity, "predicate": SAME, "name": text, "reason": reason, **_offered(candidates)}
        what = f"{entity} ({text!r}) may be one with: {', '.join(one.id for one in candidates)}"
        return self._proposal(cited, ("same", entity, full_key(text) or text), sentence, what, said)

    def relation(
        self,
        cited: Citation,
        subject: EntityId,
        predicate: str,
        target: EntityId,
        sentence: str,
        place: Mapping[str, str] | None = None,
    ) -> Proposal:
        """A link that a sentence seems to state. Accepted, it is a statement that cites the document."""
        said = {"sort": "relation", "subject": subject, "predicate": predicate, "object": target, **(place or {})}
        parts = ("relation", subject, predicate, target)
        return self._proposal(cited, parts, sentence, f"{subject} {predicate} {target}", said)

    def _proposal(self, cited: Citation, parts: Sequence[str], sentence: str, what: str, said: Mapping[str, str]) -> Proposal:
        # An accepted proposal stays on record beside what it brought about; a rejected one does not come back.
        sentence = one_line(sentence)
        key = key_of(*parts, sentence)
        if key in self._rejected:
            return Proposal(None, REJECTED)
        if key in self._seen:
            return Proposal(None, AGAIN)
        self._seen.add(key)
        qualifiers = qualify({**said, "key": key, "sentence": sentence[:_LONGEST_SENTENCE]})
        return Proposal(Statement(cited.source, PROPOSAL, None, what, ALWAYS, cited, "low", "", qualifiers))


def key_of(*parts: str) -> str:
    """The key of a proposal: 16 hexadecimal digits over what is proposed and its sentence.

    The candidates are no part of it: they change with the graph, and a rejected proposal must not come back for that.
    """
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def one_line(text: str) -> str:
    """A text as a statement can hold it: one line, no control characters."""
    shown = "".join(character if character.isprintable() or character.isspace() else "" for character in text)
    return " ".join(shown.split()) or "?"


def _offered(candidates: Sequence[Option]) -> dict[str, str]:
    """The candidates as qualifiers: their ids, best first, and what speaks for each."""
    said = {"candidates": " ".join(one.id for one in candidates)}
    said.update((f"reason_{number}", one.reason) for number, one in enumerate(candidates, start=1))
    return said
