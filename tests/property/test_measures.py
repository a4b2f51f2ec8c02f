"""Measures of random nets against networkx, which counts them another way."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.measures import Net, betweenness, constraint, cuts, parts, pieces_without

SIZE = 9
TIES = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=16)
SETS = st.sets(st.integers(0, SIZE - 1), min_size=1)


def both(ties: list[tuple[int, int]]) -> tuple[Net, Any]:
    net = Net.of(
        SIZE, np.array([one for one, _ in ties], dtype=np.int32), np.array([other for _, other in ties], dtype=np.int32)
    )
    graph: Any = nx.Graph()
    graph.add_nodes_from(range(SIZE))
    graph.add_edges_from((one, other) for one, other in ties if one != other)
    return net, graph


def mask(nodes: set[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isin(np.arange(SIZE), sorted(nodes))


@settings(max_examples=60)
@given(TIES)
def test_everything_between_everything(ties: list[tuple[int, int]]) -> None:
    net, graph = both(ties)
    found, pairs = betweenness(net, range(SIZE), mask(set(range(SIZE))))
    expected = nx.betweenness_centrality(graph, normalized=False)
    assert found / 2 == pytest.approx([expected[node] for node in range(SIZE)])
    assert pairs == sum(len(part) * (len(part) - 1) for part in nx.connected_components(graph))
    assert parts(net) == sum(len(part) > 1 for part in nx.connected_components(graph))
    measured = nx.constraint(graph)
    for node in range(SIZE):
        if graph.degree(node):
            assert constraint(net, node) == pytest.approx(measured[node])
        else:
            assert constraint(net, node) is None


@settings(max_examples=60)
@given(TIES, SETS, SETS)
def test_between_two_sets(ties: list[tuple[int, int]], first: set[int], second: set[int]) -> None:
    net, graph = both(ties)
    found, pairs = betweenness(net, sorted(first), mask(second))
    # networkx halves what it finds for an undirected graph; every pair of ours was met from one end.
    expected = nx.betweenness_centrality_subset(graph, sorted(first), sorted(second), normalized=False)
    assert found == pytest.approx([2 * expected[node] for node in range(SIZE)])
    assert pairs == sum(nx.has_path(graph, one, other) for one in first for other in second if one != other)


@settings(max_examples=60)
@given(TIES, SETS, SETS)
def test_what_the_loss_of_a_node_cuts(ties: list[tuple[int, int]], first: set[int], second: set[int]) -> None:
    net, graph = both(ties)
    found = cuts(net, mask(first), mask(second))
    assert set(found) == set(nx.articulation_points(graph))
    for node, cut in found.items():
        around = nx.node_connected_component(graph, node)
        left = graph.subgraph(around - {node})
        pieces = sorted((sorted(part) for part in nx.connected_components(left)), key=lambda part: (-len(part), part[0]))
        assert [piece.tolist() for piece in pieces_without(net, node)] == pieces
        assert cut.cut_off == sum(len(piece) for piece in pieces[1:])
        assert cut.pairs == sum(
            not nx.has_path(left, one, other) for one in first & set(left) for other in second & set(left) if one != other
        )


def test_a_long_chain_needs_no_deep_recursion() -> None:
    size = 30_000
    ends = np.arange(size - 1)
    everything = np.ones(size, dtype=bool)
    found = cuts(Net.of(size, ends, ends + 1), everything, everything)
    assert len(found) == size - 2
    assert found[1].cut_off == 1
