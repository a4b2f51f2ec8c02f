"""The kernels alone, on random graphs full of ties, shut steps and closed nodes, against all simple paths by networkx."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import kernel_compiled, kernel_sets
from queries.kernel import CLOSED, best_paths, closing, fewest_steps, gap

checked = settings(derandomize=True, deadline=None, max_examples=400)


@dataclass(frozen=True)
class Net:
    """An undirected graph with a cost per edge and per node, and the nodes that may be passed through; 0 and 1 are the ends."""

    count: int
    edges: dict[tuple[int, int], int]
    through: tuple[int, ...]
    interior: tuple[bool, ...]

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        both = sorted(
            [(a, b, cost) for (a, b), cost in self.edges.items()] + [(b, a, cost) for (a, b), cost in self.edges.items()]
        )
        offsets = np.zeros(self.count + 1, dtype=np.int64)
        for a, _, _ in both:
            offsets[a + 1 :] += 1
        target = np.array([b for _, b, _ in both], dtype=np.int32)
        return offsets, target, np.array([cost for _, _, cost in both], dtype=np.int64)

    def best(self, k: int, max_steps: int) -> list[tuple[int, tuple[int, ...]]]:
        """The k best paths by listing them all."""
        drawn: nx.Graph[int] = nx.Graph()
        drawn.add_nodes_from((0, 1))
        for (a, b), cost in self.edges.items():
            if cost < CLOSED and all(node in (0, 1) or self.interior[node] for node in (a, b)):
                drawn.add_edge(a, b)
        found = []
        for nodes in nx.all_simple_paths(drawn, 0, 1, cutoff=max_steps):
            steps = sum(self.edges[min(pair), max(pair)] for pair in pairwise(nodes))
            found.append((steps + sum(self.through[node] for node in nodes[1:-1]), len(nodes), tuple(nodes)))
        return [(cost, nodes) for cost, _, nodes in sorted(found)[:k]]


@st.composite
def nets(draw: st.DrawFn, nodes: int | None = None) -> Net:
    count = draw(st.integers(2, 9)) if nodes is None else nodes
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=min(len(pairs), 6), max_size=16))
    cost = st.one_of(st.integers(1, 3), st.integers(1, 3), st.just(CLOSED))
    return Net(
        count,
        {pair: draw(cost) for pair in chosen},
        tuple(draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))),
        tuple(draw(st.lists(st.sampled_from((True, True, True, False)), min_size=count, max_size=count))),
    )


def found(net: Net, k: int, max_steps: int) -> list[tuple[int, tuple[int, ...]]]:
    """What both programs find; they must agree."""
    given = *net.arrays(), np.array(net.through), np.array(net.interior), 0, 1, k, max_steps
    interpreted = best_paths(*given)
    assert kernel_compiled.best_paths(*given) == interpreted
    return interpreted


@checked
@given(nets(), st.integers(1, 100), st.integers(1, 8))
def test_equal_to_listing_all(net: Net, k: int, max_steps: int) -> None:
    assert found(net, k, max_steps) == net.best(k, max_steps)


@checked
@given(nets(), st.integers(1, 100), st.integers(1, 8), st.booleans())
def test_by_hops_equal_to_listing_all(net: Net, k: int, max_steps: int, shortest_only: bool) -> None:
    alike = Net(
        net.count, {pair: min(cost, 1) for pair, cost in net.edges.items() if cost < CLOSED}, (0,) * net.count, net.interior
    )
    best = [nodes for cost, nodes in alike.best(k, max_steps)]
    given = *net.arrays(), np.array(net.interior), 0, 1, k, max_steps, shortest_only
    wanted = [nodes for nodes in best if not shortest_only or len(nodes) == len(best[0])]
    assert fewest_steps(*given) == wanted
    assert kernel_compiled.fewest_steps(*given) == wanted


@settings(checked, max_examples=200)
@given(nets(), st.data())
def test_shutting_steps_is_leaving_them_out(net: Net, data: st.DataObject) -> None:
    shut = data.draw(st.lists(st.sampled_from(sorted(net.edges)), unique=True, max_size=4))
    offsets, target, cost = net.arrays()
    through, interior = np.array(net.through), np.array(net.interior)
    ordered = kernel_compiled.Sorted.of(offsets, target, cost, through)
    assert ordered is not None
    left = Net(net.count, {pair: CLOSED if pair in shut else c for pair, c in net.edges.items()}, net.through, net.interior)
    closed = left.arrays()[2]
    assert closing(offsets, target, cost, shut).tolist() == closed.tolist()
    best = best_paths(offsets, target, closed, through, interior, 0, 1, 5, 6)
    assert kernel_compiled.paths_between(ordered, interior, [0], [1], 5, 6, shut) == best == left.best(5, 6)


@settings(checked, max_examples=200)
@given(nets(), st.data())
def test_sorting_anew_only_what_changed_is_sorting_all(before: Net, data: st.DataObject) -> None:
    """Also where the two graphs have little in common, and where one change follows the other."""
    held = before
    ordered = kernel_compiled.Sorted.of(*before.arrays(), np.array(before.through))
    for _ in range(3):
        net = data.draw(nets(before.count))
        assert ordered is not None
        change = change_of(held, net)
        ordered, whole = ordered.after(change, net.arrays), kernel_compiled.Sorted.of(*net.arrays(), change.through)
        assert ordered is not None
        assert whole is not None
        for mine, theirs in ((ordered.steps, whole.steps), (ordered.up, whole.up)):
            assert [one.tolist() for one in mine.flat()] == [one.tolist() for one in theirs.flat()]
        interior = np.array(net.interior)
        assert kernel_compiled.paths_between(ordered, interior, [0], [1], 5, 6) == net.best(5, 6)
        held = net


def change_of(before: Net, after: Net) -> kernel_compiled.Change:
    """Every pair whose step differs, in both directions."""
    pairs = {*before.edges, *after.edges}
    apart = [pair for pair in pairs if before.edges.get(pair) != after.edges.get(pair)]
    both = sorted({(*ends, after.edges.get(pair, -1)) for pair in apart for ends in (pair, pair[::-1])})
    one, other, cost = np.array(both, dtype=np.int64).reshape(-1, 3).T
    through = np.array(after.through)
    return kernel_compiled.Change(one, other, cost, through, np.flatnonzero(through != np.array(before.through)))


ENDS = st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True)


@checked
@given(nets(), ENDS, ENDS, st.integers(1, 30), st.integers(1, 6))
def test_sets_of_ends_are_the_best_of_all_pairs(net: Net, starts: list[int], goals: list[int], k: int, max_steps: int) -> None:
    starts, goals = (sorted({node % net.count for node in nodes}) for nodes in (starts, goals))
    arrays, through, interior = net.arrays(), np.array(net.through), np.array(net.interior)
    pairs = [(start, goal) for start in starts for goal in goals if start != goal]
    each = [path for pair in pairs for path in best_paths(*arrays, through, interior, *pair, 100, max_steps)]
    each.sort(key=lambda path: (path[0], len(path[1]), path[1]))
    ordered = kernel_compiled.Sorted.of(*arrays, through)
    assert ordered is not None
    if len(starts) > 1 or len(goals) > 1:
        assert kernel_sets.best_between(*arrays, through, interior, starts, goals, k, max_steps) == each[:k]
    if pairs:
        assert kernel_compiled.paths_between(ordered, interior, starts, goals, k, max_steps) == each[:k]


@settings(checked, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_programs_agree_where_a_few_have_very_many_neighbours(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(60, 400))
    weight = np.arange(1, count + 1) ** -1.0
    ends = random.choice(count, (2, 3 * count), p=weight / weight.sum())
    pairs = {(int(min(a, b)), int(max(a, b))) for a, b in ends.T if a != b}
    degree = np.bincount(np.array(sorted(pairs)).ravel(), minlength=count)
    through = tuple((1500 * np.log2(np.maximum(degree, 2)) // 125 * 125).astype(int).tolist())
    names = random.permutation(count)  # so that the hubs are not the first nodes
    drawn = {(int(min(names[a], names[b])), int(max(names[a], names[b]))): int(random.integers(8, 40)) * 125 for a, b in pairs}
    net = Net(count, drawn, tuple(np.array(through)[np.argsort(names)].tolist()), (True,) * count)
    arrays, through_of, interior = net.arrays(), np.array(net.through), np.array(net.interior)
    for k, most in ((1, 6), (5, 6), (30, 4)):
        given = *arrays, through_of, interior, 0, 1, k, most
        assert kernel_compiled.best_paths(*given) == best_paths(*given)
        by_hops = *arrays, interior, 0, 1, k, most
        assert kernel_compiled.fewest_steps(*by_hops) == fewest_steps(*by_hops)


@pytest.mark.parametrize(("first", "last"), [(3, 300_000), (3, 3)])
def test_too_much_work_is_handed_over(monkeypatch: pytest.MonkeyPatch, first: int, last: int) -> None:
    net = ladder(8)
    monkeypatch.setattr(kernel_compiled, "FIRST_WORK", first)
    monkeypatch.setattr(kernel_compiled, "LAST_WORK", last)
    monkeypatch.setattr(kernel_compiled, "HOPS_WORK", last)
    for k in (1, 20):
        given = *net.arrays(), np.array(net.through), np.array(net.interior), 0, 1, k, 8
        by_hops = *net.arrays(), np.array(net.interior), 0, 1, k, 9
        assert kernel_compiled.best_paths(*given) == best_paths(*given)
        assert kernel_compiled.fewest_steps(*by_hops) == fewest_steps(*by_hops)


@settings(checked, max_examples=150)
@given(nets())
def test_fewest_steps(net: Net) -> None:
    offsets, target, _ = net.arrays()
    open_net = Net(net.count, dict.fromkeys(net.edges, 1), (0,) * net.count, net.interior)
    best = open_net.best(1, 8)
    assert gap(offsets, target, np.array(net.interior), 0, [1]) == (len(best[0][1]) - 1 if best else None)


@settings(checked, max_examples=150)
@given(nets(), st.integers(0, 3), st.sets(st.integers(0, 3), min_size=1))
def test_the_gap_between_a_node_and_several(net: Net, start: int, goals: set[int]) -> None:
    offsets, target, _ = net.arrays()
    goals = {goal for goal in goals if goal < net.count}
    start = min(start, net.count - 1)
    drawn = nx.Graph(list(net.edges))
    drawn.add_nodes_from(range(net.count))
    far = []
    for goal in goals - {start}:
        inner = [node for node in drawn if net.interior[node] or node in (start, goal)]
        part = drawn.subgraph(inner)
        if nx.has_path(part, start, goal):
            far.append(nx.shortest_path_length(part, start, goal))
    assert gap(offsets, target, np.array(net.interior), start, sorted(goals)) == min(far, default=None)


def ladder(rungs: int) -> Net:
    """0 - 2, then two parallel rails with rungs, then 1: many paths of equal cost."""
    edges = {(0, 2): 1, (0, 3): 1}
    for rung in range(rungs - 1):
        left, right = 2 + 2 * rung, 3 + 2 * rung
        edges |= {(left, left + 2): 1, (right, right + 2): 1, (left, right + 2): 1, (right, left + 2): 1}
    edges |= {(1, 2 * rungs): 1, (1, 2 * rungs + 1): 1}
    return Net(2 * rungs + 2, edges, (0,) * (2 * rungs + 2), (True,) * (2 * rungs + 2))


@pytest.mark.parametrize("k", [1, 7, 64, 100])
def test_ties_come_in_order_of_the_nodes(k: int) -> None:
    net = ladder(6)
    answer = found(net, k, 7)
    assert answer == net.best(k, 7)
    assert len(answer) == min(k, 64)


def test_equal_costs_prefer_fewer_steps() -> None:
    net = Net(4, {(0, 3): 3, (1, 3): 3, (0, 2): 1, (2, 3): 2}, (0, 0, 0, 0), (True,) * 4)
    assert found(net, 5, 8) == [(6, (0, 3, 1)), (6, (0, 2, 3, 1))]


def test_a_crowd_behind_a_shared_neighbour_is_not_searched() -> None:
    """Both ends hang on one hub of a large, dense crowd: there is one path, and finding that out must not try the crowd's."""
    crowd = 120
    edges = {(0, 2): 1, (1, 2): 1}
    edges |= {(2, node): 1 for node in range(3, 3 + crowd)}
    edges |= {(a, b): 1 for a in range(3, 3 + crowd) for b in range(a + 1, 3 + crowd) if (a * b) % 7 < 3}
    count = 3 + crowd
    net = Net(count, edges, (0,) * count, (True,) * count)
    assert found(net, 100, 8) == [(2, (0, 2, 1))]


def test_a_graph_without_steps() -> None:
    net = Net(3, {}, (0, 0, 0), (True,) * 3)
    assert found(net, 5, 8) == []
