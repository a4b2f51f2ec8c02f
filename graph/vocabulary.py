"""The words of the graph: kinds, predicates and statuses, read from ``vocabulary.yaml``.

What the vocabulary does not know is refused with the nearest words. ``check`` holds a statement against it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, TypeVar

import yaml

from graph.errors import BadStatement, UnknownWord
from graph.model import Statement, days_of

_Word = TypeVar("_Word")
_URL = re.compile(r"https?://[^\s<>\"]+")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+:\S+")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entity."""

    name: str
    label: str
    plural: str
    what: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """A word that links two entities (``is_link``) or gives an entity a text.

    ``domain`` and ``range`` are sets of kinds, None for any kind; ``range`` is empty for a literal. ``strength`` is in
    (0, 1] for traversable links, 0 otherwise. ``type`` is the literal's type, ``""`` for a link; ``choices`` its allowed
    values where they are listed.
    """

    name: str
    is_link: bool
    domain: frozenset[str] | None
    range: frozenset[str] | None
    sentence: str
    inverse: str = ""
    symmetric: bool = False
    traversable: bool = False
    strength: float = 0.0
    negates: str = ""
    type: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How a country, area or territory stands in a mechanism; ``counts``: may a lens take it as covered."""

    name: str
    counts: bool
    what: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words. Mappings are read-only and keep the order of the file."""

    kinds: Mapping[str, Kind]
    predicates: Mapping[str, Predicate]
    statuses: Mapping[str, Status]

    def kind(self, name: str) -> Kind:
        """The kind of this name; raises ``UnknownWord``."""
        return _look_up("kind", self.kinds, name)

    def predicate(self, name: str) -> Predicate:
        """The predicate of this name; raises ``UnknownWord``."""
        return _look_up("predicate", self.predicates, name)

    def status(self, name: str) -> Status:
        """The status of this name; raises ``UnknownWord``."""
        return _look_up("status", self.statuses, name)

    def check(self, statement: Statement, kind_of: Mapping[str, str]) -> None:
        """Hold a statement against the vocabulary.

        ``kind_of`` gives the kind of every entity that may be named. Raises ``UnknownWord`` for a word, ``BadStatement`` for
        a subject or object that is not in ``kind_of``, outside domain or range, or a value of the wrong type.
        """
        predicate = self.predicate(statement.predicate)
        self._check_end("subject", statement.subject, predicate.domain, predicate, kind_of)
        if statement.object is not None:
            if not predicate.is_link:
                raise BadStatement(f"{predicate.name!r} takes a value, not an entity ({statement.object!r} was given).")
            self._check_end("object", statement.object, predicate.range, predicate, kind_of)
            if predicate.name == "enrolled_in":
                self.status(statement.qualifier("status"))
            return
        value = statement.value or ""
        if predicate.is_link:
            raise BadStatement(f"{predicate.name!r} takes an entity, not a value ({value!r} was given).")
        self.check_value(predicate, value)

    def check_value(self, predicate: Predicate, value: str) -> None:
        """Whether a text is a value that this literal takes; raises ``UnknownWord``, ``BadDate`` or ``BadStatement``."""
        if predicate.choices:
            if value not in predicate.choices:
                raise UnknownWord(f"value of {predicate.name}", value, nearest(value, predicate.choices))
        elif predicate.type == "kinds":
            self.kind(value)
        elif predicate.type == "predicates":
            self.predicate(value)
        elif predicate.type == "date":
            days_of(value)
        elif (pattern := _PATTERNS.get(predicate.type)) is not None and not pattern.fullmatch(value):
            raise BadStatement(f"{value!r} is not a {predicate.type}, which {predicate.name!r} takes.")

    def _check_end(
        self, end: str, entity: str, kinds: frozenset[str] | None, predicate: Predicate, kind_of: Mapping[str, str]
    ) -> None:
        kind = kind_of.get(entity)
        if kind is None:
            close = nearest(entity, kind_of)
            hint = f" Nearest: {', '.join(close)}." if close else ""
            raise BadStatement(f"The {end} {entity!r} is no entity of the graph or of what is loaded with it.{hint}")
        if kinds is not None and kind not in kinds:
            allowed = ", ".join(sorted(kinds))
            raise BadStatement(f"The {end} {entity!r} is of the kind {kind}; {predicate.name!r} takes one of: {allowed}.")


_PATTERNS: Final = {"url": _URL, "identifier": _IDENTIFIER, "number": _NUMBER}


def nearest(word: str, among: Iterable[str], most: int = 5) -> list[str]:
    """Up to ``most`` close spellings, best first, ignoring case, ``-`` and ``_``.

    >>> nearest("memberof", ["member_of", "part_of"])
    ['member_of']
    """
    folded: dict[str, list[str]] = {}
    for known in among:
        folded.setdefault(_fold(known), []).append(known)
    close = difflib.get_close_matches(_fold(word), folded, n=most, cutoff=0.6)
    return [known for fold in close for known in folded[fold]][:most]


def _fold(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _look_up(sort: str, words: Mapping[str, _Word], name: str) -> _Word:
    try:
        return words[name]
    except KeyError:
        raise UnknownWord(sort, name, nearest(name, words)) from None


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with mcmgraph; read once."""
    text = resources.files("graph").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one where libyaml is there: ten times faster
    return parse(yaml.load(text, Loader=loader))  # noqa: S506 (both are safe loaders)


def kind_label(name: str) -> str:
    """How readers are told a kind; a name that is no kind stays as it is.

    >>> kind_label("country")
    'country, area or territory'
    """
    kind = vocabulary().kinds.get(name)
    return kind.label if kind else name


def parse(raw: Mapping[str, Any]) -> Vocabulary:
    """Build a vocabulary from its parsed YAML; raises ``ValueError`` where the file contradicts itself."""
    kinds = {name: Kind(name=name, **fields) for name, fields in raw["kinds"].items()}
    predicates: dict[str, Predicate] = {}
    for name, fields in raw["links"].items():
        predicates[name] = Predicate(
            name=name,
            is_link=True,
            **{**fields, "domain": _kinds(fields["domain"], kinds, name), "range": _kinds(fields["range"], kinds, name)},
        )
    for name, fields in raw["literals"].items():
        listed = fields["type"] if isinstance(fields["type"], list) else []
        predicates[name] = Predicate(
            name=name,
            is_link=False,
            **{
                **fields,
                "domain": _kinds(fields["domain"], kinds, name),
                "range": frozenset(),
                "type": "choice" if listed else fields["type"],
                "choices": tuple(listed),
            },
        )
    for word in predicates.values():
        _consistent(word, predicates)
    statuses = {name: Status(name=name, **fields) for name, fields in raw["statuses"].items()}
    return Vocabulary(MappingProxyType(kinds), MappingProxyType(predicates), MappingProxyType(statuses))


def _kinds(given: str | list[str], kinds: Mapping[str, Kind], name: str) -> frozenset[str] | None:
    if given == "any":
        return None
    unknown = set(given) - set(kinds)
    if unknown:
        raise ValueError(f"{name}: no such kind {sorted(unknown)}")
    return frozenset(given)


def _consistent(word: Predicate, predicates: Mapping[str, Predicate]) -> None:
    if word.traversable != (0 < word.strength <= 1):
        raise ValueError(f"{word.name}: a traversable link needs a strength in (0, 1], any other has none")
    if word.is_link and (word.symmetric != (word.inverse == word.name) or not word.inverse):
        raise ValueError(f"{word.name}: a link needs an inverse, which is itself where it is symmetric")
    if word.negates and (word.negates not in predicates or word.traversable):
        raise ValueError(f"{word.name}: negates an unknown predicate, or is traversable")
    if word.inverse != word.name and word.inverse in predicates:
        raise ValueError(f"{word.name}: its inverse {word.inverse} is a predicate of its own")
