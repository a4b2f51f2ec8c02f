"""Random small graphs and the questions put to them, for property tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from graph.model import CONFIDENCES, Statement
from graph.revisions import Graph
from queries.paths import PathQuestion
from tests.factories import LOADED_AT, entity, link

IDS = ("a", "b", "c", "d", "e", "f", "g")
NAMED = ("a", "b", "c", "g")
KINDS = ("organisation", "network", "event", "source")
LINKS = ("member_of", "partners_with", "participates_in", "funds", "licenses_to", "works_on", "not_member_of", "different_from")
TRAVERSABLE = LINKS[:5]
PERIODS = (
    ("", ""), ("2019", ""), ("2024-03", ""), ("2025-06-30", ""), ("", "2023"), ("2015", "2022"), ("2020-02", "2025-05"),
    ("2026-01-13", "2026-01-13"), ("2023-07-10", "2023-07-12"), ("2030", ""), ("2026-11-21", ""),
)  # fmt: skip
DATES = ("2026-11-21", "2025-05", "2024", "2022-12-31", "2014", "2031-06")

checked = settings(derandomize=True, deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])


class Board:
    """One store for all examples of a module: what an earlier example loaded is withdrawn by the next."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self._moments = graph, (LOADED_AT + timedelta(seconds=number) for number in count())

    def hold(self, statements: Sequence[Statement]) -> Graph:
        self.graph.store.replace("test.csv", statements, next(self._moments))
        return self.graph


@st.composite
def worlds(draw: st.DrawFn) -> list[Statement]:
    """Some entities (those that questions name are never sources) and links: parallel, circular, dated, more and less sure."""
    kinds = [draw(st.sampled_from(KINDS[:-1] if id in NAMED else KINDS)) for id in IDS]
    told = [s for id, kind in zip(IDS, kinds, strict=True) for s in entity(id, kind)]
    some = st.builds(
        lambda subject, predicate, target, period, source, confidence: link(
            subject, predicate, target, period=period, source=source, confidence=confidence
        ),
        st.sampled_from(IDS),
        st.one_of(st.sampled_from(TRAVERSABLE), st.sampled_from(TRAVERSABLE), st.sampled_from(LINKS)),
        st.sampled_from(IDS),
        st.sampled_from(PERIODS[:4]) | st.sampled_from(PERIODS),
        st.sampled_from(("src-a", "src-b", "src-c", "src-d")),
        st.sampled_from(CONFIDENCES),
    )
    return told + draw(st.lists(some, min_size=12, max_size=24))


def some_of(words: Sequence[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=most, unique=True).map(tuple)


FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "predicates": some_of(TRAVERSABLE, 5),
    "without_predicates": some_of(LINKS, 2),
    "kinds": some_of(KINDS, 3),
    "not_kinds": some_of(KINDS, 2),
    "not_through": some_of(("b", "c"), 2),
    "confidence": st.sampled_from(CONFIDENCES),
}


@st.composite
def asked(draw: st.DrawFn) -> PathQuestion:
    """A question with up to two filters."""
    filters = draw(st.lists(st.sampled_from(sorted(FILTERS)), max_size=2, unique=True))
    return PathQuestion(
        start="a",
        goal="g",
        k=draw(st.integers(1, 12) | st.just(100)),
        max_steps=draw(st.integers(3, 8) | st.integers(1, 8)),
        as_of=draw(st.just(DATES[0]) | st.sampled_from(DATES)),
        include_ended=draw(st.booleans()),
        disjoint=draw(st.sampled_from(("", "", "edge", "node"))),
        **{name: draw(FILTERS[name]) for name in filters},
    )
