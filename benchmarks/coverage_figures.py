"""Coverage: the walk over the arrays from countries, areas and territories to lists and columns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.measuring import Figure, timed
from graph.snapshot import Graph
from queries.chains import find_chains
from queries.lenses import Entry, Step


def figures(graph: Graph) -> Iterator[Figure]:
    """Through mechanisms, and through organisations and three levels of membership; each by product class."""
    snapshot = graph.snapshot()
    rows = [n for n in range(len(snapshot.ids)) if snapshot.kinds[n] == "country"]
    columns = [n for n in range(len(snapshot.ids)) if snapshot.kinds[n] == "product_class"]
    covers = [Step("covers", True, kinds=frozenset({"product_class"}))]
    mechanism = frozenset({"mechanism"})
    enrolled = Entry("enrolled", "enrolled", (Step("enrolled_in", True, kinds=mechanism),), 0)
    networks = Step("member_of", True, kinds=frozenset({"network"}))
    levels = (
        Step("located_in", False, kinds=frozenset({"organisation", "network"})),
        networks,
        networks,
        Step("member_of", True, kinds=mechanism),
    )
    member = Entry("member", "member", levels, 3)
    for name, entry, goal in (("mechanisms", enrolled, 0.5), ("organisations, three memberships", member, 20.0)):
        assert len(find_chains(snapshot, rows, [entry], covers, columns)), name
        title = f"coverage, {len(rows)} x {len(columns)}: {name}"
        yield timed(title, "mcmgraph", [partial(find_chains, snapshot, rows, [entry], covers, columns)] * 15, goal)
