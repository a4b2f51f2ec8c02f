"""The graphs that are measured: made from a seed, the same on every machine.

Few entities have very many links and most have few (a power law), as in the published graphs of organisations. Links are
typed and dated; a third of them has ended. There are 249 countries, areas and territories, mechanisms, product classes and
memberships besides, so that coverage has something to walk through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from graph.model import Citation, Confidence, Period, Statement
from graph.sqlite import SqliteStore

SEED: Final = 20261121
LAYOUT: Final = 2
"""Raised when the statements of a size change; a store of another layout is made anew."""
LOADED_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF: Final = "2026-01-01"
COUNTRIES: Final = 249
CLASSES: Final = 5
COMPONENTS: Final = 13
MECHANISMS: Final = 40
_CONFIDENCES: Final[tuple[Confidence, ...]] = ("high", "medium", "low")
_PREDICATES: Final = (
    "member_of",
    "partners_with",
    "funds",
    "supports",
    "part_of",
    "supplies_to",
    "participates_in",
    "develops",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a graph is, and how uneven: the larger ``slope``, the more links its busiest entities have."""

    name: str
    entities: int
    links: int
    slope: float = 0.81


SIZES: Final = {
    "quick": Size("quick", 10_000, 100_000),
    "full": Size("full", 100_000, 1_000_000),
    "tenfold": Size("tenfold", 1_000_000, 10_000_000),
}


def statements(size: Size, seed: int = SEED) -> Iterator[Statement]:
    """The statements of a graph: kinds and names of its entities, then its links."""
    random = np.random.default_rng(seed)
    cited = [Citation(f"src-{number:03d}", f"row {number}") for number in range(200)]
    yield from _entities(size, cited[0])
    yield from _enrolments(random, cited[1])
    weight = (np.arange(1, size.entities + 1) + 2.0) ** -size.slope
    weight /= weight.sum()
    place = random.permutation(size.entities)
    count = size.links
    ends = place[random.choice(size.entities, (2, count), p=weight)]
    columns: list[list[Any]] = [
        ends[0].tolist(), ends[1].tolist(), random.integers(0, len(_PREDICATES), count).tolist(),
        random.integers(1990, 2026, count).tolist(), random.random(count).tolist(),
        random.integers(0, len(cited), count).tolist(), random.choice(3, count, p=(0.6, 0.3, 0.1)).tolist(),
    ]  # fmt: skip
    periods: dict[tuple[int, int], Period] = {}
    for subject, target, predicate, year, fate, source, sure in zip(*columns, strict=True):
        until = year + 1 + int(fate * 30) % 10 if fate < 0.33 else 0
        if (year, until) not in periods:
            periods[year, until] = Period(str(year), str(until) if until else "")
        yield Statement(
            f"e{subject:07d}", _PREDICATES[predicate], f"e{target:07d}", None, periods[year, until], cited[source],
            _CONFIDENCES[sure],
        )  # fmt: skip


def _entities(size: Size, cited: Citation) -> Iterator[Statement]:
    groups = [
        ("country", "c", COUNTRIES), ("mechanism", "m", MECHANISMS), ("product_class", "p", CLASSES),
        ("value_chain", "v", COMPONENTS), ("source", "src-", 200),
    ]  # fmt: skip
    named = [(kind, f"{letter}{n:03d}") for kind, letter, count in groups for n in range(count)]
    named += [("network" if n % 9 == 0 else "organisation", f"e{n:07d}") for n in range(size.entities)]
    for kind, id in named:
        yield Statement(id, "kind", None, kind, Period(), cited, "high")
        yield Statement(id, "name", None, f"The {kind} {id}", Period(), cited, "high")


def _enrolments(random: np.random.Generator, cited: Citation) -> Iterator[Statement]:
    """Countries are enrolled in mechanisms, and hold organisations whose networks reach a mechanism in three steps.

    A mechanism covers two product classes and works on three components of the value chain.
    """
    since = Period("2015")
    for mechanism in range(MECHANISMS):
        for turn in range(3):
            component = (mechanism + turn * turn * 5) % COMPONENTS
            yield Statement(f"m{mechanism:03d}", "works_on", f"v{component:03d}", None, since, cited, "high")
    for country in range(COUNTRIES):
        for mechanism in random.choice(MECHANISMS, 5, replace=False).tolist():
            yield Statement(f"c{country:03d}", "enrolled_in", f"m{mechanism:03d}", None, since, cited, "high")
        for member in random.choice(9_000, 40, replace=False).tolist():
            yield Statement(f"e{member:07d}", "located_in", f"c{country:03d}", None, since, cited, "high")
    for mechanism in range(MECHANISMS):
        for product in random.choice(CLASSES, 2, replace=False).tolist():
            yield Statement(f"m{mechanism:03d}", "covers", f"p{product:03d}", None, since, cited, "high")
        for network in random.choice(9_000, 200, replace=False).tolist():
            yield Statement(f"e{network:07d}", "member_of", f"m{mechanism:03d}", None, since, cited, "high")


def stored(size: Size, directory: Path) -> SqliteStore:
    """The graph in a store; loaded once, then found again."""
    directory.mkdir(parents=True, exist_ok=True)
    store = SqliteStore(directory / f"{size.name}-{SEED}-{LAYOUT}.sqlite")
    if store.revision() == 0:
        store.replace("benchmark", statements(size), LOADED_AT)
    return store
