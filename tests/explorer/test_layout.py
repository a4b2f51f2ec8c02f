"""Where the entities of a focus picture stand."""

from __future__ import annotations

import math
import random
from itertools import combinations, pairwise

import pytest

from api.explorer.layout import INNER, SPACING, rings

KINDS = ("country", "organisation", "network", "event")
Case = tuple[dict[str, str], list[tuple[str, str]]]


def case(near: int, far: int, seed: int = 1) -> Case:
    """A centre with some neighbours, and others that are reached through these."""
    chance = random.Random(seed)
    kind_of = {"centre": "organisation", **{f"n{i}": chance.choice(KINDS) for i in range(near)}}
    links = [("centre", f"n{i}") for i in range(near)]
    for i in range(far):
        kind_of[f"f{i}"] = chance.choice(KINDS)
        links.append((f"f{i}", f"n{chance.randrange(near)}"))
    return kind_of, links


@pytest.mark.parametrize(("near", "far"), [(1, 0), (2, 0), (7, 0), (27, 0), (28, 0), (60, 30), (300, 0), (3, 200), (90, 400)])
def test_every_entity_has_a_place_and_no_two_are_too_near(near: int, far: int) -> None:
    kind_of, links = case(near, far)
    places = rings("centre", kind_of, links)
    assert list(places) == sorted(kind_of)
    assert places["centre"] == (0.0, 0.0)
    least = min(math.dist(one, other) for one, other in combinations(places.values(), 2))
    assert least >= SPACING * 0.99


def test_the_places_do_not_depend_on_the_order_in_which_anything_comes() -> None:
    kind_of, links = case(40, 60)
    first = rings("centre", kind_of, links)
    for seed in range(5):
        chance = random.Random(seed)
        shuffled = [(b, a) if chance.random() < 0.5 else (a, b) for a, b in chance.sample(links, len(links))]
        assert rings("centre", dict(chance.sample(list(kind_of.items()), len(kind_of))), shuffled) == first


def test_who_is_further_away_stands_outside_of_whom_it_is_reached_through() -> None:
    kind_of, links = case(12, 30)
    places = rings("centre", kind_of, links)
    distance = {name: math.hypot(*place) for name, place in places.items()}
    assert all(distance[name] >= INNER - 1 for name in kind_of if name != "centre")
    assert all(distance[far] > distance[near] for far, near in links if far != "centre")


def test_neighbours_of_one_kind_stand_side_by_side() -> None:
    kind_of, links = case(40, 0)
    places = rings("centre", kind_of, links)

    def turn(name: str) -> float:
        return math.atan2(places[name][0], -places[name][1]) % (2 * math.pi)

    around = sorted((name for name in kind_of if name != "centre"), key=turn)
    changes = sum(kind_of[one] != kind_of[other] for one, other in pairwise(around))
    assert changes == len({kind_of[name] for name in around}) - 1


def test_links_to_others_and_entities_without_links_do_no_harm() -> None:
    kind_of = {"centre": "network", "beside": "country", "alone": "event"}
    places = rings("centre", kind_of, [("centre", "beside"), ("beside", "elsewhere"), ("beside", "beside")])
    assert list(places) == ["alone", "beside", "centre"]
    assert math.hypot(*places["alone"]) > math.hypot(*places["beside"])
