"""Lenses, bases and column axes of coverage: read from ``lenses.yaml`` and ``bases.yaml``, and checked.

A *lens* says what counts as covered, a *base* which rows are asked about, a *column axis* how a cell is split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

import yaml

from graph.model import days_of
from graph.vocabulary import Vocabulary, vocabulary

Standing = Literal["counted", "planned", "partial"]
ENROLLED: Final = "enrolled_in"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: a predicate, its direction (``forward``: from subject to object), and what may be reached.

    Empty ``ids``, ``kinds``, ``subtypes`` mean any. A link whose status is not in ``statuses`` (None: any) is followed, but
    the chain then does not count.
    """

    predicate: str
    forward: bool
    ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    subtypes: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    without_kinds: frozenset[str] = frozenset()
    statuses: frozenset[str] | None = None

    @property
    def symmetric(self) -> bool:
        """Whether the predicate reads the same from both ends, so that the direction does not matter."""
        return vocabulary().predicate(self.predicate).symmetric


@dataclass(frozen=True, slots=True)
class Entry:
    """One list of a lens: the chain that leads from a row to it.

    ``steps[actor]`` reaches whom the cell counts. ``standing`` says what a chain makes of a row; ``why`` explains a
    standing other than counted. ``exceptions``: row id to the reason why its link does not count. Entries with one ``id``
    share a column.
    """

    id: str
    name: str
    steps: tuple[Step, ...]
    actor: int
    standing: Standing = "counted"
    why: str = ""
    exceptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lens:
    """A named question: what counts as covered. ``not_applicable``: value of ``listed_as`` to the reason."""

    id: str
    labels: tuple[str, ...]
    title: str
    definition: str
    rows: frozenset[str]
    base: str
    entries: tuple[Entry, ...]
    not_applicable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Base:
    """A named list of rows; see ``bases.yaml`` for what narrows it. ``unit`` is what its rows are called, plural."""

    id: str
    labels: tuple[str, ...]
    title: str
    definition: str
    unit: str
    kinds: frozenset[str]
    subtypes: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    listed: tuple[str, ...] = ()
    not_listed: tuple[str, ...] = ()
    having: tuple[Step, ...] = ()
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """What cells can be split by: the chain from the actor to a column, and the base that the columns are."""

    id: str
    title: str
    base: str
    steps: tuple[Step, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """All lenses, bases and column axes, by id, in the order of their files."""

    lenses: Mapping[str, Lens]
    bases: Mapping[str, Base]
    axes: Mapping[str, Axis]


def enrolment(mechanism: str, statuses: Iterable[str]) -> Step:
    """The step from a country, area or territory to a mechanism, counting these statuses."""
    return Step(ENROLLED, True, ids=frozenset({mechanism}), statuses=frozenset(statuses))


@cache
def library() -> Library:
    """The lenses, bases and axes that ship with mcmgraph; read once."""
    return parse(_file("lenses.yaml"), _file("bases.yaml"))


def _file(name: str) -> Mapping[str, Any]:
    text = resources.files("queries").joinpath(name).read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 (both are safe loaders)
    return read


def parse(lenses: Mapping[str, Any], bases: Mapping[str, Any]) -> Library:
    """Build the library from its parsed YAML files; raises ``ValueError`` or ``UnknownWord`` where they are wrong."""
    words = vocabulary()
    read = Library(
        lenses=MappingProxyType({id: _lens(id, fields, words) for id, fields in lenses["lenses"].items()}),
        bases=MappingProxyType({id: _base(id, fields, words) for id, fields in bases.items()}),
        axes=MappingProxyType({id: _axis(id, fields, words) for id, fields in lenses["columns"].items()}),
    )
    for id, base in [
        *((one.id, one.base) for one in read.lenses.values()),
        *((one.id, one.base) for one in read.axes.values()),
    ]:
        if base not in read.bases:
            raise ValueError(f"{id}: there is no base {base!r}")
    _distinct(name for lens in read.lenses.values() for name in _spellings(lens.id, *lens.labels, lens.title))
    _distinct(name for base in read.bases.values() for name in _spellings(base.id, *base.labels, base.title))
    return read


def _spellings(*names: str) -> set[str]:
    return {name.casefold() for name in names}


def _distinct(names: Iterable[str]) -> None:
    if shared := sorted(name for name, count in Counter(names).items() if count > 1):
        raise ValueError(f"two entries share a name: {shared}")


def _lens(id: str, fields: Mapping[str, Any], words: Vocabulary) -> Lens:
    _keys(id, fields, {"labels", "title", "definition", "rows", "base", "lists", "not_applicable"})
    entries = tuple(entry for given in fields["lists"] for entry in _entries(id, given, words))
    if all(entry.standing != "counted" for entry in entries):
        raise ValueError(f"{id}: no list counts")
    return Lens(
        id=id,
        labels=tuple(fields.get("labels", ())),
        title=fields["title"],
        definition=fields["definition"],
        rows=frozenset(words.kind(kind).name for kind in fields["rows"]),
        base=fields["base"],
        entries=entries,
        not_applicable=dict(fields.get("not_applicable", {})),
    )


def _entries(lens: str, given: Mapping[str, Any], words: Vocabulary) -> Iterator[Entry]:
    _keys(lens, given, {"mechanism", "statuses", "each", "id", "name", "steps", "standing", "why", "except"})
    standing = given.get("standing", "counted")
    if standing not in ("counted", "planned", "partial") or (standing != "counted" and not given.get("why")):
        raise ValueError(f"{lens}: a standing is counted, planned or partial, and one that is not counted needs a why")
    for one in given.get("each", [given.get("mechanism", given.get("id"))]):
        if "mechanism" in given:
            counting = [status.name for status in words.statuses.values() if status.counts]
            steps: tuple[Step, ...] = (enrolment(one, [words.status(s).name for s in given.get("statuses", counting)]),)
        else:
            steps = tuple(_step(lens, step, words, one) for step in given["steps"])
        marked = [place for place, step in enumerate(given.get("steps", ())) if step.get("actor")]
        exceptions = dict(given.get("except", {}))
        actor = marked[0] if marked else len(steps) - 1
        yield Entry(one, given.get("name", one), steps, actor, standing, given.get("why", ""), exceptions)


def _step(where: str, given: Mapping[str, Any], words: Vocabulary, each: str = "") -> Step:
    _keys(where, given, {"out", "in", "ids", "kinds", "subtypes", "without", "without_kinds", "statuses", "actor"})
    if ("out" in given) == ("in" in given):
        raise ValueError(f"{where}: a step has either out or in")
    predicate = words.predicate(given.get("out", given.get("in")))
    if not predicate.is_link:
        raise ValueError(f"{where}: {predicate.name} does not link entities")
    ids: list[str] = given.get("ids", [])
    return Step(
        predicate=predicate.name,
        forward="out" in given,
        ids=frozenset({each} if given.get("ids") == "each" else ids),
        kinds=frozenset(words.kind(kind).name for kind in given.get("kinds", ())),
        subtypes=frozenset(given.get("subtypes", ())),
        without=frozenset(given.get("without", ())),
        without_kinds=frozenset(words.kind(kind).name for kind in given.get("without_kinds", ())),
        statuses=frozenset(words.status(s).name for s in given["statuses"]) if "statuses" in given else None,
    )


def _base(id: str, fields: Mapping[str, Any], words: Vocabulary) -> Base:
    taken = {
        "labels",
        "title",
        "definition",
        "unit",
        "kinds",
        "subtypes",
        "ids",
        "without",
        "listed",
        "not_listed",
        "having",
        "as_of",
    }
    _keys(id, fields, taken)
    for value in (*fields.get("listed", ()), *fields.get("not_listed", ())):
        words.check_value(words.predicate("listed_as"), value)
    if fields.get("as_of") is not None:
        days_of(fields["as_of"])
    kinds: Sequence[str] = fields["kinds"]
    return Base(
        id=id,
        labels=tuple(fields.get("labels", ())),
        title=fields["title"],
        definition=fields["definition"],
        unit=fields.get("unit", words.kind(kinds[0]).plural),
        kinds=frozenset(words.kind(kind).name for kind in kinds),
        subtypes=frozenset(fields.get("subtypes", ())),
        ids=frozenset(fields.get("ids", ())),
        without=frozenset(fields.get("without", ())),
        listed=tuple(fields.get("listed", ())),
        not_listed=tuple(fields.get("not_listed", ())),
        having=tuple(_step(id, step, words) for step in fields.get("having", ())),
        as_of=fields.get("as_of"),
    )


def _axis(id: str, fields: Mapping[str, Any], words: Vocabulary) -> Axis:
    _keys(id, fields, {"title", "base", "steps"})
    return Axis(id, fields["title"], fields["base"], tuple(_step(id, step, words) for step in fields["steps"]))


def _keys(where: str, given: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(given) - known:
        raise ValueError(f"{where}: unknown words {sorted(unknown)}; known are {', '.join(sorted(known))}")
