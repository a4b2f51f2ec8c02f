"""The layouts of the curated files: which columns each has, and what a row of it states.

A file is recognised by its header, not by its name. Every layout ends in the five columns of the citation. The order of
columns does not matter; none may be missing, none may be added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from graph.vocabulary import nearest
from loaders.curated import states
from loaders.curated.row import CITATION, Row, Stated

_PERIOD: Final = ("valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout. ``columns``: all of them; ``read``: what a row states; ``defines``: whether its rows make entities."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Row], list[Stated]]
    defines: bool = False


def _layout(name: str, columns: tuple[str, ...], read: Callable[[Row], list[Stated]], defines: bool = False) -> Layout:
    return Layout(name, (*columns, *CITATION), read, defines)


LAYOUTS: Final = (
    _layout("entities", ("id", "kind", "subtype", "name", "description"), states.entity, defines=True),
    _layout("countries", ("code", "alpha2", "name"), states.country, defines=True),
    _layout("names", ("entity", "name", "lang", "sort", *_PERIOD, "note"), states.name),
    _layout("values", ("entity", "predicate", "value", *_PERIOD, "detail"), states.value),
    _layout("claims", ("entity", "topic", "contradiction", "claim", *_PERIOD), states.claim),
    _layout(
        "links",
        ("subject", "predicate", "object", *_PERIOD, "role", "detail", "predicate_as_given", "as_given", "derived_from"),
        states.link,
    ),
    _layout("memberships", ("country", "mechanism", "status", *_PERIOD, "status_as_given", "detail"), states.membership),
    _layout(
        "decisions",
        ("entity", "other", "other_name", "decided_by", "decided_on", "withdrawn_on", "why"),
        states.decision,
    ),
    _layout("completeness", ("entity", "list", *_PERIOD, "why"), states.completeness),
)


@dataclass(frozen=True, slots=True)
class Header:
    """What a header turned out to be: its layout, or None with ``problems`` as (column, reason, nearest) triples."""

    layout: Layout | None
    problems: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


def recognise(header: tuple[str, ...]) -> Header:
    """The layout that a header stands for.

    A header that is close to one layout is held against it: its missing, unknown and repeated columns are the problems.
    """
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        reason = "the columns are not separated by commas; save the file as CSV with commas"
        return Header(None, ((header[0], reason, ()),))
    best = max(LAYOUTS, key=lambda layout: _likeness(layout, header))
    if _likeness(best, header) < 0.5:
        known = "; ".join(f"{layout.name}: {', '.join(layout.columns)}" for layout in LAYOUTS)
        return Header(None, ((", ".join(header), f"the header fits none of the layouts ({known})", ()),))
    problems: list[tuple[str, str, tuple[str, ...]]] = []
    missing = [column for column in best.columns if column not in header]
    for position, column in enumerate(header):
        if column in header[:position]:
            problems.append((column, f"the column stands twice in the header of the layout {best.name!r}", ()))
        elif column not in best.columns:
            reason = f"the layout {best.name!r} has no such column"
            problems.append((column, reason, tuple(nearest(column, missing or best.columns, 3))))
    for column in missing:
        close = tuple(nearest(column, [given for given in header if given not in best.columns], 1))
        problems.append((column, f"the layout {best.name!r} needs this column, and the header lacks it", close))
    return Header(None if problems else best, tuple(problems))


def _likeness(layout: Layout, header: tuple[str, ...]) -> float:
    given, wanted = set(header), set(layout.columns)
    return len(given & wanted) / len(given | wanted)
