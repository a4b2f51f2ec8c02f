"""The YAML of a mapping with the line of every word: unknown, missing and doubled keys are refused where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from graph.errors import RefusedFile
from graph.vocabulary import nearest
from loaders.ledger import shown

MOST_CHARACTERS: Final = 1_000_000
_LONGEST_PATTERN: Final = 200


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of a mapping: what stands there, and how it is reached (``entities.org.kind``)."""

    file: str
    path: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """The line, from 1."""
        return int(self.node.start_mark.line) + 1

    def wrong(self, reason: str, near: Iterable[str] = ()) -> RefusedFile:
        """What is wrong here."""
        near = list(near)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        where = f", key {self.path!r}" if self.path else ""
        return RefusedFile(f"mapping {self.file}, line {self.line}{where}: {reason}{hint}")

    def unknown(self, sort: str, word: str, among: Iterable[str]) -> RefusedFile:
        """A word that is none of those allowed."""
        among = list(among)
        return self.wrong(f"there is no {sort} {shown(word)}.", nearest(word, among) or among[:12])

    @property
    def is_text(self) -> bool:
        """Whether one word or text stands here."""
        return isinstance(self.node, yaml.ScalarNode)

    @property
    def is_list(self) -> bool:
        """Whether a list stands here."""
        return isinstance(self.node, yaml.SequenceNode)

    def text(self) -> str:
        """The text as it is written (``no`` and ``2014`` are texts too)."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("one text is needed here.")
        return str(self.node.value)

    def filled(self) -> str:
        """As ``text``, not empty."""
        if not (text := self.text()).strip():
            raise self.wrong("it is empty.")
        return text

    def flag(self) -> bool:
        """Yes or no."""
        text = self.text().lower()
        if text not in ("true", "yes", "false", "no"):
            raise self.wrong(f"it is true or false, not {shown(text)}.")
        return text in ("true", "yes")

    def number(self, most: int) -> int:
        """A whole number from 0."""
        text = self.text()
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= most):
            raise self.wrong(f"{shown(text)} is no number from 0 to {most:,}.")
        return int(text)

    def pattern(self) -> re.Pattern[str]:
        """A regular expression."""
        text = self.filled()
        if len(text) > _LONGEST_PATTERN:
            raise self.wrong(f"it has more than {_LONGEST_PATTERN} characters.")
        try:
            return re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise self.wrong(f"{shown(text)} is no regular expression ({error}).") from None

    def choice(self, sort: str, among: Iterable[str]) -> str:
        """One of several words."""
        among = list(among)
        if (text := self.text()) not in among:
            raise self.unknown(sort, text, among)
        return text

    def items(self) -> Iterator[Spot]:
        """The entries of a list; what is no list is its only entry."""
        if not isinstance(self.node, yaml.SequenceNode):
            yield self
            return
        for place, node in enumerate(self.node.value):
            yield Spot(self.file, f"{self.path}[{place + 1}]", node)

    def texts(self) -> tuple[str, ...]:
        """The texts of a list, or the one text."""
        return tuple(item.text() for item in self.items())

    def entries(self) -> dict[str, Spot]:
        """Keys with what stands under them."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("keys with values are needed here.")
        found: dict[str, Spot] = {}
        for key, value in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Spot(self.file, self.path, key).wrong("a key is one word.")
            word = str(key.value)
            if word in found:
                raise Spot(self.file, self.path, key).wrong(f"the key {shown(word)} stands here twice.")
            found[word] = Spot(self.file, f"{self.path}.{word}" if self.path else word, value)
        return found

    def keys(self, allowed: Iterable[str], needed: Iterable[str] = ()) -> dict[str, Spot]:
        """As ``entries``, with these keys and no others."""
        allowed, found = list(allowed), self.entries()
        for key, _ in self.node.value:
            if key.value not in allowed:
                raise Spot(self.file, self.path, key).unknown("key", key.value, allowed)
        for word in needed:
            if word not in found:
                raise self.wrong(f"the key {word!r} is missing.")
        return found


def root_of(text: str, file: str) -> Spot:
    """The YAML text as a whole; raises ``RefusedFile`` where it is none, is empty, or repeats parts by reference."""
    if len(text) > MOST_CHARACTERS:
        raise RefusedFile(f"mapping {file}: it has more than {MOST_CHARACTERS:,} characters.")
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise RefusedFile(
                    f"mapping {file}, line {_line(event)}: a mapping does not refer to other parts of itself (*)."
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise RefusedFile(f"mapping {file}{line}: it is not YAML ({error.problem or error.context}).") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise RefusedFile(f"mapping {file}: it is not YAML ({str(error).splitlines()[0]}).") from None
    if node is None:
        raise RefusedFile(f"mapping {file}: it is empty.")
    return Spot(file, "", node)


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark is not None else 0
