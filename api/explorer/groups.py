"""The countries, areas and territories by WHO region on a date: where each has its tile on the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph.model import AsOf, today
from graph.snapshot import Snapshot
from queries.bases import listed
from queries.cells import Named
from queries.completeness import Completeness
from queries.tallies import in_order, region_on

ISO = "iso-3166-1"


@dataclass(frozen=True, slots=True)
class Place:
    """One country, area or territory; ``iso``: whether its id is a code of ISO 3166-1 (``XKX`` is not)."""

    id: str
    name: str
    iso: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One WHO region, or those without one on record, with its places in order of id."""

    id: str
    name: str
    places: tuple[Place, ...]


def groups(snapshot: Snapshot, when: AsOf) -> tuple[Group, ...]:
    """Every country, area and territory, once, by the WHO region it is in on the last day of the date.

    The same rule as the region table of a coverage answer; the groups without a single region come last.
    """
    known, codes = Completeness(snapshot, when), listed(snapshot, ISO, when)
    found: dict[Named, list[Place]] = {}
    for node, kind in enumerate(snapshot.kinds):
        if kind != "country":
            continue
        place = Place(snapshot.ids[node], snapshot.names[node], node in codes)
        found.setdefault(region_on(snapshot, known, node, when), []).append(place)
    return tuple(Group(region.id, region.name, tuple(found[region])) for region in in_order(found))


def body(snapshot: Snapshot, as_of: str | None) -> dict[str, Any]:
    """The groups as the page reads them: ``revision``, ``as_of``, ``groups``: each ``id``, ``name``, ``places``."""
    date = as_of if as_of is not None else today()
    return {
        "revision": snapshot.revision,
        "as_of": date,
        "groups": [
            {
                "id": group.id,
                "name": group.name,
                "places": [{"id": place.id, "name": place.name, "iso": place.iso} for place in group.places],
            }
            for group in groups(snapshot, AsOf(date))
        ],
    }
