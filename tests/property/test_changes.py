"""Changes on random histories: taking the differences away from the earlier view, and adding them, gives the later one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import AsOf, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.changes import CAUSES, ChangesQuestion, find_changes
from tests.factories import link, text

START = datetime(2026, 1, 1, tzinfo=UTC)
DATES = ("2023", "2024", "2024-06", "2025-01-15", "2025", "2026")
PERIODS = (("", ""), ("2023", "2024"), ("2024-06", ""), ("", "2024-06"), ("2025-01-15", "2025-01-15"), ("2026", ""))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    period = draw(st.sampled_from(PERIODS))
    source = draw(st.sampled_from(("src-a", "src-b")))
    subject = draw(st.sampled_from(("ann", "bob", "net")))
    match draw(st.sampled_from(("link", "text", "merge"))):
        case "link":
            return link(subject, draw(st.sampled_from(("member_of", "leads"))), "hub", period=period, source=source)
        case "text":
            return text(subject, "alias", draw(st.sampled_from(("A", "B"))), period=period, source=source)
    return link(subject, "same_as", "hub", period=period, source=source)


LOADS = st.lists(
    st.tuples(st.sampled_from(("one.csv", "two.csv")), st.lists(statements(), max_size=4), st.booleans()),
    min_size=1,
    max_size=5,
)
_NUMBERS = count()


@contextmanager
def world(loads: list[tuple[str, list[Statement], bool]]) -> Iterator[tuple[Graph, list[frozenset[str]], dict[str, Statement]]]:
    """A graph with this history; what was known at each revision, from replaying the loads; every statement by id.

    A load whose flag is set is made at the same moment as the one before, so that known time cannot tell them apart.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / f"{next(_NUMBERS)}.sqlite")
        said: dict[str, frozenset[str]] = {}
        known, every, at = [frozenset[str]()], {}, START
        for source, given_statements, same_moment in loads:
            at += timedelta(0 if same_moment else 1)
            change = store.replace(source, given_statements, at)
            every.update({one.id: one for one in given_statements})
            said[source] = frozenset(one.id for one in given_statements)
            now = frozenset().union(*said.values())
            if change.revision == len(known):
                known.append(now)
        graph = Graph(store)
        yield graph, known, every
        graph.close()


@settings(max_examples=50)
@given(LOADS, st.data())
def test_applying_the_differences_to_the_earlier_view_gives_the_later(
    loads: list[tuple[str, list[Statement], bool]], data: st.DataObject
) -> None:
    with world(loads) as (graph, known, every):
        newest = graph.revision()
        since_revision = data.draw(st.integers(0, newest), "since revision")
        until_revision = data.draw(st.integers(since_revision, newest), "until revision")
        since, until = data.draw(st.sampled_from([(a, b) for a in DATES for b in DATES if in_order(a, b)]), "dates")
        answer = find_changes(
            graph,
            ChangesQuestion(since, until, since_revision, until_revision, limit=10_000),
        )
        shown = [
            {id for id in known[revision] if AsOf(date).shows(every[id].valid)}
            for revision, date in ((since_revision, since), (until_revision, until))
        ]
        appeared = {one.statement.id for one in answer.results if one.appeared}
        disappeared = {one.statement.id for one in answer.results if not one.appeared}
        assert disappeared <= shown[0]
        assert not appeared & shown[0]
        assert shown[0] - disappeared | appeared == shown[1]
        assert answer.total == len(answer.results) == sum(answer.causes.values())
        for one in answer.results:
            both = one.statement.id in known[since_revision] and one.statement.id in known[until_revision]
            assert (one.cause in ("validity began", "validity ended")) == both
            assert (one.origin == "") == both
            assert one.cause in CAUSES
            if one.cause == "validity began":
                assert one.appeared
            if one.cause == "validity ended":
                assert not one.appeared
            if one.counterpart:
                assert one.cause == "correction"
                assert (one.counterpart in known[until_revision]) != (one.statement.id in known[until_revision])


def in_order(one: str, other: str) -> bool:
    first, last = AsOf(one), AsOf(other)
    return first.first <= last.first and first.end <= last.end


@settings(max_examples=25)
@given(LOADS, st.sampled_from(("ann", "hub")), st.sampled_from(("member_of", "alias", "same_as")))
def test_a_filter_gives_the_part_of_the_whole_that_it_names(
    loads: list[tuple[str, list[Statement], bool]], about: str, predicate: str
) -> None:
    with world(loads) as (graph, _, every):
        asked: dict[str, Any] = {"since": "2024", "until": "2026", "since_revision": 0, "limit": 10_000}
        whole = {one.statement.id for one in find_changes(graph, ChangesQuestion(**asked)).results}
        snapshot = graph.snapshot()
        number = snapshot.number(about)
        ids = snapshot.ids_of(number) if number is not None else (about,)
        part = find_changes(graph, ChangesQuestion(**asked, about=about, predicate=predicate))
        expected = {
            id for id in whole if every[id].predicate == predicate and {every[id].subject, every[id].object}.intersection(ids)
        }
        assert {one.statement.id for one in part.results} == expected
