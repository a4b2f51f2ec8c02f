"""Paths: the compiled and the interpreted program beside networkx and igraph, on the same filtered links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import igraph
import networkx as nx
import numpy as np

from benchmarks.graphs import AS_OF, SEED
from benchmarks.measuring import Figure, timed
from graph.model import AsOf
from graph.revisions import Graph
from queries import kernel, kernel_compiled, kernels
from queries.paths import PathQuestion, find_paths
from queries.selection import kinds_asked, predicates_asked, view
from queries.steps import Steps, steps_of
from queries.weights import weights

Pair = tuple[int, int]
Each = Callable[..., list[Callable[[], object]]]
PREDICATES = ("member_of", "partners_with", "funds", "supports", "part_of", "supplies_to")


class Board:
    """The steps of a question with types and a date, and pairs of organisations to join."""

    def __init__(self, graph: Graph, pairs: int) -> None:
        self.graph, self.snapshot = graph, graph.snapshot()
        words = predicates_asked(self.snapshot, PREDICATES, (), traversable_only=True)
        seen = view(self.snapshot, AsOf(AS_OF), weights())
        self.steps: Steps = steps_of(seen, weights(), words, "low", False)
        self.interior = kinds_asked(self.snapshot, (), ())
        sorted_ = kernel_compiled.Sorted.of(self.steps.offsets, self.steps.target, self.steps.cost, self.steps.through)
        assert sorted_ is not None, "the weights are too large for the compiled program"
        self.sorted = sorted_
        degree = np.diff(self.steps.offsets)
        random = np.random.default_rng(SEED)
        ends = [n for n in np.flatnonzero(degree).tolist() if self.snapshot.kinds[n] == "organisation"]
        self.most = int(degree.max())
        drawn = [random.choice(ends, 2, replace=False).tolist() for _ in range(pairs)]
        self.pairs: list[Pair] = [(one, other) for one, other in drawn]

    def hops(self, pair: Pair, k: int, shortest: bool = False) -> list[tuple[int, ...]]:
        """The fewest steps, compiled."""
        s = self.steps
        return kernel_compiled.fewest_steps(s.offsets, s.target, s.cost, self.interior, *pair, k, 6, shortest)

    def score(self, pair: Pair, k: int) -> list[tuple[int, tuple[int, ...]]] | None:
        """The best score, compiled; None where the compiled program gives up."""
        return kernel_compiled.paths_between(self.sorted, self.interior, [pair[0]], [pair[1]], k, 6)

    def sets(self, pair: Pair, k: int) -> list[tuple[int, tuple[int, ...]]] | None:
        """The best score between two sets of 50, compiled: these two nodes and those that come after them in the list."""
        place = self.pairs.index(pair)
        some = [self.pairs[(place + turn) % len(self.pairs)] for turn in range(50)]
        starts = {one for one, _ in some}
        goals = {other for _, other in some} - starts
        return kernel_compiled.paths_between(self.sorted, self.interior, sorted(starts), sorted(goals), k, 6)

    def slow_score(self, pair: Pair, k: int) -> list[tuple[int, tuple[int, ...]]]:
        """The best score, interpreted."""
        s = self.steps
        return kernel.best_paths(s.offsets, s.target, s.cost, s.through, self.interior, *pair, k, 6)

    def edges(self) -> tuple[list[Pair], list[int]]:
        """Every step once, with a weight that holds half of what passing through its ends costs."""
        s = self.steps
        owner = np.repeat(np.arange(len(s.through)), np.diff(s.offsets))
        once = owner < s.target
        weight = (2 * s.cost + s.through[owner] + s.through[s.target])[once]
        return list(zip(owner[once].tolist(), s.target[once].tolist(), strict=True)), weight.tolist()


def figures(graph: Graph, pairs: int, few: int) -> Iterator[Figure]:
    """All figures on paths: ours over many pairs, slower programs over the first ``few``."""
    kernels.prepare(wait=True)
    board = Board(graph, pairs)
    assert all(board.score(pair, 5) == board.slow_score(pair, 5) for pair in board.pairs[:few]), "the two programs differ"

    def each(ask: Callable[..., object], count: int, *rest: Any) -> list[Callable[[], object]]:
        return [partial(ask, pair, *rest) for pair in board.pairs[:count]]

    yield timed("shortest path", "mcmgraph", each(board.hops, pairs, 1), 0.03)
    yield timed("5 best by hops", "mcmgraph", each(board.hops, pairs, 5), 0.1)
    yield timed("all shortest, at most 1000", "mcmgraph", each(board.hops, pairs, 1000, True), 0.1)
    yield timed("5 best by score", "mcmgraph", each(board.score, pairs, 5), 1.0)
    yield timed("5 best by score", "mcmgraph, interpreted", each(board.slow_score, few, 5))
    yield timed("5 best by score, any of 50 to any of 50", "mcmgraph", each(board.sets, min(pairs, 100), 5))
    yield timed("5 best by score, with citations", "mcmgraph", each(partial(_whole, graph, board), min(pairs, 200), "score"), 5)
    yield timed("5 best by hops, with citations", "mcmgraph", each(partial(_whole, graph, board), min(pairs, 200), "hops"), 5)
    yield from _networkx(board, each, few)
    yield from _igraph(board, each, few)


def _whole(graph: Graph, board: Board, pair: Pair, by: str) -> object:
    one, other = (board.snapshot.ids[node] for node in pair)
    return find_paths(graph, PathQuestion(one, other, as_of=AS_OF, predicates=PREDICATES, by=by))


def _networkx(board: Board, each: Each, few: int) -> Iterator[Figure]:
    edges, weight = board.edges()
    drawn: Any = nx.Graph()
    drawn.add_weighted_edges_from((one, other, cost) for (one, other), cost in zip(edges, weight, strict=True))

    def by_networkx(pair: Pair, k: int, cost: str | None) -> list[Any]:
        return list(islice(nx.shortest_simple_paths(drawn, *pair, weight=cost), k))

    yield timed("shortest path", "networkx", each(lambda pair: nx.shortest_path(drawn, *pair), 10 * few), warm=0)
    yield timed("5 best by hops", "networkx", each(by_networkx, 5 * few, 5, None), warm=0)
    yield timed("5 best by score", "networkx", each(by_networkx, few, 5, "weight"), warm=0)
    yield timed("all shortest, at most 1000", "networkx",
                each(lambda pair: list(islice(nx.all_shortest_paths(drawn, *pair), 1000)), few), warm=0)  # fmt: skip


def _igraph(board: Board, each: Each, few: int) -> Iterator[Figure]:
    edges, weight = board.edges()
    other = igraph.Graph(n=len(board.steps.through), edges=edges)
    other.es["weight"] = weight
    yield timed("shortest path", "igraph", each(lambda p: other.get_shortest_paths(p[0], p[1]), 5 * few), warm=0)
    yield timed("5 best by hops", "igraph", each(lambda p: other.get_k_shortest_paths(p[0], p[1], k=5), few), warm=0)
    yield timed("5 best by score", "igraph",
                each(lambda p: other.get_k_shortest_paths(p[0], p[1], k=5, weights="weight"), few), warm=0)  # fmt: skip
    yield timed("all shortest, at most 1000", "igraph", each(lambda p: other.get_all_shortest_paths(p[0], p[1]), few), warm=0)
