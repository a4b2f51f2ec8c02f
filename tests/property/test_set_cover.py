"""The cheapest cover against brute force: cost, number of options, first of equals, and the proof."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from queries.setcover import smallest_cover

checked = settings(derandomize=True, deadline=None, max_examples=120)
CLOSES = st.lists(st.frozensets(st.integers(0, 6), max_size=4), min_size=1, max_size=8)


def by_trying(closes: list[frozenset[int]], costs: list[int]) -> tuple[int, ...]:
    """Every choice that closes all there is; the cheapest, then the fewest, then the first."""
    everything = frozenset().union(*closes)
    useful = [option for option, things in enumerate(closes) if things]
    choices = (some for count in range(len(useful) + 1) for some in combinations(useful, count))
    covering = [some for some in choices if frozenset().union(*(closes[option] for option in some)) == everything]
    return min(covering, key=lambda some: (sum(costs[option] for option in some), len(some), some))


@checked
@given(CLOSES, st.data())
def test_equal_to_trying_everything(closes: list[frozenset[int]], data: st.DataObject) -> None:
    amounts = st.sampled_from((1, 2, 3, 1000, 1500, 2500))
    costs = data.draw(st.lists(amounts, min_size=len(closes), max_size=len(closes)))
    chosen, proof = smallest_cover(closes, costs)
    expected = by_trying(closes, costs)
    assert (chosen, proof.cost) == (expected, sum(costs[option] for option in expected))
    assert (proof.bound, proof.gap, proof.optimal) == (proof.cost, 0, True)


@settings(checked, max_examples=30)
@given(CLOSES)
def test_the_same_each_time(closes: list[frozenset[int]]) -> None:
    assert smallest_cover(closes, [1] * len(closes)) == smallest_cover(closes, [1] * len(closes))


def test_nothing_to_close_costs_nothing() -> None:
    chosen, proof = smallest_cover([], [])
    assert (chosen, proof.cost, proof.bound, proof.optimal) == ((), 0, 0, True)


def test_a_program_that_needs_branching_is_still_exact() -> None:
    """Pairs out of five things at equal cost: half of each pair of a ring costs 2.5, a whole choice needs three."""
    closes = [frozenset(pair) for pair in combinations(range(5), 2)]
    chosen, proof = smallest_cover(closes, [1000] * len(closes))
    assert (len(chosen), proof.cost, proof.bound, proof.gap) == (3, 3000, 3000, 0)
    assert chosen == by_trying(closes, [1000] * len(closes))
