"""What a mapping says: which columns of a table make entities, links and literals, and what stands behind them.

A mapping is a YAML file, read by ``read_mapping``; docs/tables.md has all its words. These are its parts once checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Final, Literal

from graph.errors import RefusedFile
from graph.model import Confidence, EntityId
from graph.vocabulary import nearest
from loaders.naming import tidy

Policy = Literal["review", "reject", "ignore", "new"]
POLICIES: Final[tuple[Policy, ...]] = ("review", "reject", "ignore", "new")
Precision = Literal["year", "month", "day"]
PRECISIONS: Final[tuple[Precision, ...]] = ("year", "month", "day")
Words = tuple[str, ...]
"""A column by one word or several, of which the first that the file has is meant."""


def word_key(text: str) -> str:
    """A word of a cell as it is compared: without case, invisible characters and double spaces.

    >>> word_key("Not  Selected ") == word_key("NOT SELECTED")
    True
    """
    return tidy(text).casefold()


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from, and what is done with it, in the order of these fields.

    One of ``columns`` (several: the values of all of them), ``constant`` and ``template`` (pieces of text and columns in turn)
    is set. ``values`` has keys as ``word_key`` makes them; ``closed``: a value that is not among them rejects its row.
    ``line``: where the mapping says it. ``optional``: a file without the column has no value.
    """

    columns: tuple[Words, ...] = ()
    constant: str = ""
    template: tuple[tuple[str, bool], ...] = ()
    optional: bool = False
    fill_down: bool = False
    nulls: frozenset[str] = frozenset()
    split: tuple[str, ...] = ()
    extract: re.Pattern[str] | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    default: str = ""
    formats: tuple[str, ...] = ()
    precision: Precision = "day"
    line: int = 0

    def named(self) -> Iterator[Words]:
        """Every column that it names."""
        yield from self.columns
        for piece, is_column in self.template:
            if is_column:
                yield (piece,)


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of a row: one of what it may be, may not be, matches, or that nothing is there (``empty``)."""

    cell: Cell
    one_of: frozenset[str] | None = None
    none_of: frozenset[str] | None = None
    matches: re.Pattern[str] | None = None
    empty: bool | None = None


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Rows that are ignored, and why."""

    condition: Condition
    reason: str


@dataclass(frozen=True, slots=True)
class EntityRule:
    """How a cell names an entity; ``is_`` for one that is always the same entity of the graph.

    ``unsure``: what is done where the graph has candidates and none is certain; ``unknown``: where it has none. ``namespace``:
    begins the ids of new entities.
    """

    label: str
    is_: EntityId = ""
    name: Cell | None = None
    id: Cell | None = None
    kind: Cell | None = None
    subtype: Cell | None = None
    country: Cell | None = None
    aliases: tuple[Cell, ...] = ()
    acronyms: tuple[Cell, ...] = ()
    identifiers: Mapping[str, Cell] = field(default_factory=dict)
    when: Condition | None = None
    unsure: Policy = "review"
    unknown: Policy = "review"
    namespace: str = ""
    line: int = 0

    @property
    def kind_word(self) -> str:
        """The kind, where the mapping gives it as a word."""
        return self.kind.constant if self.kind is not None else ""

    def cells(self) -> Iterator[Cell]:
        """Every cell that it names."""
        for cell in (self.name, self.id, self.kind, self.subtype, self.country):
            if cell is not None:
                yield cell
        yield from self.aliases
        yield from self.acronyms
        yield from self.identifiers.values()
        if self.when is not None:
            yield self.when.cell


@dataclass(frozen=True, slots=True)
class StatementRule:
    """A link (``object`` is the label of an entity) or a literal (``value``) that every row states."""

    subject: str
    predicate: Cell
    object: str = ""
    value: Cell | None = None
    valid_from: Cell | None = None
    valid_to: Cell | None = None
    confidence: Cell = field(default_factory=lambda: Cell(constant="high"))
    quotation: Cell | None = None
    qualifiers: Mapping[str, Cell] = field(default_factory=dict)
    when: Condition | None = None
    line: int = 0

    def cells(self) -> Iterator[Cell]:
        """Every cell that it names."""
        for cell in (self.predicate, self.value, self.valid_from, self.valid_to, self.confidence, self.quotation):
            if cell is not None:
                yield cell
        yield from self.qualifiers.values()
        if self.when is not None:
            yield self.when.cell


@dataclass(frozen=True, slots=True)
class TableRule:
    """What one sheet says. ``header``: the number of its row, 0 for none, None to be found. ``locator``: the first that is
    filled counts, else the number of the record."""

    sheet: str = ""
    header: int | None = None
    nulls: frozenset[str] = frozenset()
    fill_down: tuple[str, ...] = ()
    skip: tuple[SkipRule, ...] = ()
    locator: tuple[Cell, ...] = ()
    entities: Mapping[str, EntityRule] = field(default_factory=dict)
    statements: tuple[StatementRule, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """Every cell that it names."""
        for rule in self.skip:
            yield rule.condition.cell
        yield from self.locator
        for entity in self.entities.values():
            yield from entity.cells()
        for statement in self.statements:
            yield from statement.cells()


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What the statements cite: title and address, and the day or edition (``release`` of the statements)."""

    title: Cell
    url: Cell | None = None
    date: str = ""

    def cells(self) -> Iterator[Cell]:
        """Every cell that it names."""
        yield self.title
        if self.url is not None:
            yield self.url


@dataclass(frozen=True, slots=True)
class MappingRules:
    """A whole mapping. ``file``: where it was read; ``name``: what the store keeps a table under, ``""``: its file name."""

    file: str
    source: SourceRule
    tables: tuple[TableRule, ...]
    name: str = ""
    encoding: str = ""


CONFIDENCE_WORDS: Final[tuple[Confidence, ...]] = ("high", "medium", "low")


def read_mapping(path: Path) -> MappingRules:
    """Read a mapping; raises ``RefusedFile`` with file, line, key, what is wrong there, and the nearest valid word."""
    from loaders.mapping_reading import checked

    return checked(path)


def shipped_mappings() -> list[str]:
    """The names of the mappings that come with mcmgraph."""
    shipped = resources.files("loaders").joinpath("mappings")
    return sorted(one.name.removesuffix(".yaml") for one in shipped.iterdir() if one.name.endswith(".yaml"))


def mapping_named(word: str) -> MappingRules:
    """The mapping in a file of this path, else the shipped one of this name; raises ``RefusedFile``, with the nearest names."""
    if Path(word).is_file():
        return read_mapping(Path(word))
    names = shipped_mappings()
    if word not in names:
        near = ", ".join(nearest(word, names) or names)
        raise RefusedFile(f"there is no mapping {word!r}: no file of this path, and none that comes with mcmgraph ({near}).")
    text = resources.files("loaders").joinpath("mappings", f"{word}.yaml").read_text(encoding="utf-8")
    return mapping_of(text, f"{word}.yaml")


def mapping_of(text: str, name: str) -> MappingRules:
    """As ``read_mapping``, from the text of one."""
    from loaders.mapping_reading import checked_text

    return checked_text(text, name)
