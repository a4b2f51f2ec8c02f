"""After any sequence of loads, a graph that followed them answers what a graph answers that is opened only now.

The one that follows patches its snapshots, and the steps of path questions, from those before; the other builds everything.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from graph.model import AsOf, Statement
from graph.overlay import Overlay
from graph.revisions import Graph
from graph.snapshot import Arcs, Snapshot, snapshot_of
from graph.sqlite import SqliteStore
from queries import kernels
from queries.coverage import CoverageQuestion, coverage_of
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
from queries.paths import PathQuestion, find_paths, steps_asked
from queries.search import SearchQuestion, search
from queries.sources import find_sources
from queries.weights import weights
from tests.factories import LOADED_AT, cited_source, entities, entity, link, text
from tests.property.test_coverage import MECHANISMS, MEMBERSHIP, ROWS
from tests.queries.worlds import DATES, IDS, TRAVERSABLE

ORIGINS = ("one.csv", "two.csv")
KINDS = ("organisation", "network", "event", "source")

said = st.one_of(
    st.builds(
        lambda one, word, other, since, source, confidence: link(
            one, word, other, period=since, source=source, confidence=confidence
        ),
        st.sampled_from((*IDS, "aa", "zz")),
        st.sampled_from(TRAVERSABLE),
        st.sampled_from((*IDS, "aa")),
        st.sampled_from((("", ""), ("2019", ""), ("2015", "2022"), ("2030", ""))),
        st.sampled_from(("src-a", "src-b", "src-new")),
        st.sampled_from(("high", "low")),
    ),
    st.builds(lambda id, name: text(id, "name", name), st.sampled_from(IDS), st.sampled_from(("Ann", "Net", "Élan"))),
    st.builds(lambda id, kind: text(id, "kind", kind), st.sampled_from(IDS[3:6]), st.sampled_from(KINDS)),
    st.builds(
        lambda row, word, mechanism, since, status: link(row, word, mechanism, period=since, status=status),
        st.sampled_from(ROWS),
        st.sampled_from(("enrolled_in", "enrolled_in", "not_enrolled_in")),
        st.sampled_from(MECHANISMS),
        st.sampled_from((("", ""), ("2019", ""), ("2015", "2022"), ("2030", ""))),
        st.sampled_from(("member", "eligible", "observer")),
    ),
    st.builds(lambda one: text(one, "list_complete", "enrolled_in"), st.sampled_from(MECHANISMS)),
    st.builds(lambda name: cited_source("src-a", name, "https://example.org/a")[2], st.sampled_from(("A", "B"))),
)
"""Statements of all sorts that a load brings: links of old and new entities, names, kinds, what a source is."""

questions = st.builds(
    lambda goal, date, without, kinds, sure, ended, by: PathQuestion(
        "a", goal, k=4, max_steps=5, as_of=date, without_predicates=without, not_kinds=kinds, confidence=sure,
        include_ended=ended, by=by,
    ),
    st.sampled_from(("b", "c", "g")),
    st.sampled_from(DATES[:3]),
    st.sampled_from(((), ("funds",))),
    st.sampled_from(((), ("network",))),
    st.sampled_from(("low", "high")),
    st.booleans(),
    st.sampled_from(("score", "score", "hops")),
)  # fmt: skip


class Following(RuleBasedStateMachine):
    """One store, one graph that lives as long as it, and questions between the loads."""

    @initialize(world=st.lists(said, min_size=8, max_size=20), question=questions)
    def begin(self, world: list[Statement], question: PathQuestion) -> None:
        self.question = question  # the same one again and again: its steps are patched, not made
        self.folder = TemporaryDirectory()
        self.store = SqliteStore(Path(self.folder.name) / "graph.sqlite")
        self.moment = LOADED_AT
        ends = [one for id in ("a", "b", "c", "g") for one in entity(id)]
        ends += [*entities("country", *ROWS), *entities("mechanism", *MECHANISMS)]
        ends += [text(row, "listed_as", "iso-3166-1") for row in ROWS]
        self.held = {"base.csv": ends, ORIGINS[0]: world, ORIGINS[1]: []}
        self.graph = Graph(self.store)
        for origin, some in self.held.items():
            self.load(origin, some)
        self.ask()

    def load(self, origin: str, statements: list[Statement]) -> None:
        self.moment += timedelta(seconds=1)
        self.held[origin] = statements
        self.store.replace(origin, statements, self.moment)

    @rule(origin=st.sampled_from(ORIGINS), come=st.lists(said, max_size=3), leave=st.integers(0, 4))
    def change(self, origin: str, come: list[Statement], leave: int) -> None:
        self.load(origin, [*self.held[origin][leave:], *come])
        self.ask()

    @rule()
    def ask(self) -> None:
        question, fresh = self.question, Graph(self.store)
        assert find_paths(self.graph, question) == find_paths(fresh, question)
        alike(self.graph.snapshot(), fresh.snapshot(), question)
        around = NeighbourhoodQuestion(centre="a", steps=2, as_of=question.as_of)
        assert find_neighbourhood(self.graph, around) == find_neighbourhood(fresh, around)
        assert search(self.graph, SearchQuestion("net")) == search(fresh, SearchQuestion("net"))
        assert find_sources(self.graph) == find_sources(fresh)

    @rule(leave=st.integers(1, 5), come=st.lists(said, max_size=2))
    def suppose(self, leave: int, come: list[Statement]) -> None:
        links = [one.id for one in self.held[ORIGINS[0]] if one.object is not None][:leave]
        overlay = Overlay(self.graph, links, come)
        built = snapshot_of(overlay.store.scan(None, AsOf(None, None)), self.graph.revision())
        alike(overlay.snapshot(), built, self.question)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.graph.close()
            self.folder.cleanup()


def alike(one: Snapshot, other: Snapshot, question: PathQuestion) -> None:
    """What a question sees in two snapshots of the same statements: links, coverage, the steps and the paths over them."""
    nodes, back = np.arange(len(one.ids)), np.arange(len(one.ids))[::-1]
    for told in ((nodes,), (back, "enrolled_in"), (nodes, "funds", False)):
        arcs = [seen.arcs_from(*told) for seen in (one, other)]
        for name in Arcs.__dataclass_fields__:
            if name == "source":  # numbers of words: some that nothing uses any longer may stand between them
                words = [[seen.sources[code] for code in some.source] for seen, some in zip((one, other), arcs, strict=True)]
                assert words[0] == words[1]
            elif name not in ("predicate", "status"):
                mine, theirs = (getattr(some, name) for some in arcs)
                np.testing.assert_array_equal(mine, theirs, err_msg=name)
    covered = [coverage_of(seen, MEMBERSHIP, CoverageQuestion(columns="by", as_of=question.as_of)) for seen in (one, other)]
    assert covered[0] == covered[1]
    if any(one.number(id) is None for id in (question.start, question.goal)):
        return
    when = AsOf(question.as_of)
    (left, passing), (right, _) = (steps_asked(snapshot, when, question, weights()) for snapshot in (one, other))
    for name in ("offsets", "target", "cost", "through"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)
    np.testing.assert_array_equal(left.view.neighbours, right.view.neighbours)
    count = len(one.ids)
    pairs = [(a, b) for a in range(count) for b in range(count)]
    assert left.told(pairs) == right.told(pairs)
    ends = [one.number(question.start) or 0], [one.number(question.goal) or 0]
    found = kernels.best(right, passing, *ends, 4, 5)
    assert kernels.best(left, passing, *ends, 4, 5) == found
    with patch.dict(os.environ, {kernels.VARIABLE: "compiled"}):
        assert kernels.best(left, passing, *ends, 4, 5) == kernels.best(right, passing, *ends, 4, 5) == found
    for name in ("steps", "up"):  # those of the one before, renewed where they differ
        for mine, theirs in zip(*(getattr(seen.kept["sorted"], name).flat() for seen in (left, right)), strict=True):
            np.testing.assert_array_equal(mine, theirs, err_msg=name)


TestFollowing = Following.TestCase
TestFollowing.settings = settings(
    derandomize=True, deadline=None, max_examples=25, stateful_step_count=10, suppress_health_check=list(HealthCheck)
)
