"""The file of weights is checked when it is read, and its numbers do what its comments say."""

from __future__ import annotations

import re
from itertools import pairwise
from math import log2
from pathlib import Path

import pytest
import yaml

from graph.errors import InputError
from queries.paths import PathQuestion, find_paths
from queries.weights import GRAIN, POINT, read_weights, shipped, weights
from tests.factories import graph_in, link

TEXT = shipped()


def changed(**keys: object) -> str:
    """The shipped weights with some keys set anew; ``recency__ended=1`` sets ``recency: ended``."""
    raw = yaml.safe_load(TEXT)
    for key, value in keys.items():
        outer, _, inner = key.partition("__")
        if inner:
            raw[outer][inner] = value
        else:
            raw[outer] = value
    return yaml.safe_dump(raw)


def test_amounts_are_replaced_by_name() -> None:
    read = read_weights(TEXT, "w.yaml", changes=["hubs.each_doubling=6", " length = 2.5 ", "evidence.high=1.5"])
    assert read == read_weights(changed(hubs__each_doubling=6, length=2.5, evidence__high=1.5), "w.yaml")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("hub=6", "There is no weight 'hub'. Nearest: hubs.each_doubling"),
        ("hubs=6", "There is no weight 'hubs'. Nearest: hubs.each_doubling"),
        ("occurrences=3", "There is no weight 'occurrences'"),
        ("length", "The weight length needs points. Write e.g. length=6."),
        ("length=much", "The weight length needs points, not 'much'"),
        ("length=0", "length must be more than 0"),
        ("length=0.3", "in steps of an eighth"),
        ("length=nan", "in steps of an eighth"),
        ("length=-1", "in steps of an eighth"),
    ],
)
def test_an_amount_that_cannot_be_replaced(change: str, says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)):
        read_weights(TEXT, "w.yaml", changes=[change])


def test_what_ships_is_what_is_used() -> None:
    assert read_weights(TEXT, "weights.yaml") == weights()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("base: [", "this is not YAML"),
        ("", "w.yaml: expected the keys base, length"),
        ("- 1", "w.yaml: expected the keys base, length"),
        (TEXT + "\nlenght: 3\n", "there is no weight 'lenght'. Nearest: length"),
        (TEXT.replace("base: 100", ""), "missing base"),
        (changed(hubs=3), "w.yaml: hubs: expected the keys each_doubling"),
        (changed(evidence__medum=2), "w.yaml: evidence: there is no weight 'medum'. Nearest: medium"),
        (changed(length="three"), "w.yaml: length: 'three' is not a number"),
        (changed(length=True), "True is not a number"),
        (changed(length=None), "None is not a number"),
        (changed(length=-1), "-1 must be 0 to 1000 points"),
        (changed(length=1001), "1001 must be 0 to 1000 points"),
        (changed(length=0.1), "0.1 must be 0 to 1000 points, in steps of an eighth"),
        (changed(length=float("nan")), "in steps of an eighth"),
        (changed(length=float("inf")), "in steps of an eighth"),
        (changed(length=0), "length must be more than 0, or a detour would be free"),
        (changed(base=0), "base must be more than 0"),
        (changed(evidence__medium=5), "evidence must rise from high to medium to low"),
        (changed(corroboration__most=1.125), "corroboration.most must not be more than evidence.high"),
        (changed(recency__undated=3), "recency.undated must not be more than recency.most"),
        (changed(recency__ended=11.875), "recency.ended must be at least 12.0"),
        (changed(occurrences="event"), "'event' is not a list of kinds"),
        (changed(occurrences=["events"]), "There is no kind 'events'. Nearest: event"),
    ],
)
def test_bad_weights_are_refused(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_weights(text, "w.yaml")
    assert says in str(caught.value)


def test_every_cost_is_a_multiple_of_the_grain() -> None:
    costs = [weights().of_strength(strength / 20) for strength in range(1, 21)]
    costs += [weights().of_age(days) for days in range(0, 4000, 37)] + [weights().of_hub(count) for count in range(3000)]
    assert all(cost >= 0 and cost % GRAIN == 0 for cost in costs)


def test_a_hub_costs_more_the_more_neighbours_it_has() -> None:
    costs = [weights().of_hub(count) for count in range(5000)]
    assert all(less <= more for less, more in pairwise(costs))
    for count in (2, 4, 64, 4096):
        assert costs[count] == weights().hub * (log2(count) - 1)
    # Between the powers of two the straight line lies at most 0.087 doublings under the logarithm.
    for count in range(2, 5000):
        true = weights().hub * (log2(count) - 1)
        assert true - 0.087 * weights().hub - GRAIN <= costs[count] <= true


def test_an_older_link_costs_more_up_to_a_limit() -> None:
    costs = [weights().of_age(days) for days in range(4000)]
    assert all(less <= more for less, more in pairwise(costs))
    assert (costs[0], costs[365], costs[3999]) == (0, weights().per_year, weights().recency_most)
    assert weights().of_age(-5) == 0


def test_other_weights_give_another_order(tmp_path: Path) -> None:
    crowd = [link("hub", "partners_with", f"other-{number}") for number in range(30)]
    short = [link("ann", "part_of", "hub"), link("bob", "part_of", "hub")]
    long = [link("ann", "part_of", "one"), link("one", "part_of", "two"), link("two", "part_of", "bob")]
    graph = graph_in(tmp_path, [*crowd, *short, *long])
    question = PathQuestion("ann", "bob", as_of="2026")
    usual = find_paths(graph, question)
    gentle = find_paths(graph, question, read_weights(changed(hubs__each_doubling=3), "w.yaml"))
    assert [path.ids[1] for path in usual.results] == ["hub", "one"]
    assert [path.ids[1] for path in gentle.results] == ["one", "hub"]
    assert gentle.results[1].parts["hubs"] == 2 * usual.results[0].parts["hubs"]
    assert usual.results[0].score == 100 - (2 * 6 + weights().of_hub(32) / POINT)
    graph.close()
