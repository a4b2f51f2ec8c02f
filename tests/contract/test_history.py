"""What was known when: records, changes, deltas, revisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph.errors import BadDate
from graph.model import ANY_TIME, AsOf, Statement
from graph.store import Change, Delta, Recorded, Store
from tests.factories import link, text

T = datetime(2026, 3, 1, 6, 30, 15, 999999, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)

A, B, C = (link(subject, "member_of", "network", period=("2020", "2022")) for subject in "abc")
NAME = text("a", "name", "The A", period=("2021", ""))


@pytest.fixture
def history(store: Store) -> Store:
    """Two sources over six days; A is said by both, withdrawn by both, and said again by one."""
    store.replace("one", [A, B], T)
    store.replace("two", [A, NAME], T + DAY)
    store.replace("one", [B, C], T + 2 * DAY)
    store.replace("two", [NAME], T + 3 * DAY)
    store.replace("two", [NAME], T + 4 * DAY)  # no change
    store.replace("two", [A, NAME], T + 5 * DAY)
    return store


def test_changes(history: Store) -> None:
    expected = [
        Change(1, "one", T, 2, 0, 0),
        Change(2, "two", T + DAY, 2, 0, 0),
        Change(3, "one", T + 2 * DAY, 1, 1, 1),
        Change(4, "two", T + 3 * DAY, 0, 1, 1),
        Change(5, "two", T + 5 * DAY, 1, 0, 1),
    ]
    assert list(history.changes(0)) == expected
    assert list(history.changes(3)) == expected[3:]
    assert list(history.changes(5)) == []
    assert list(history.changes(99)) == []
    assert history.revision() == 5


def test_revision_at(history: Store) -> None:
    assert history.revision_at(T - TICK) == 0
    assert history.revision_at(T) == 1
    assert history.revision_at(T + DAY - TICK) == 1
    assert history.revision_at(T + DAY) == 2
    assert history.revision_at(T + 4 * DAY) == 4
    assert history.revision_at(T + 5 * DAY) == 5
    assert history.revision_at(datetime.max.replace(tzinfo=UTC)) == 5
    assert history.revision_at(datetime.min.replace(tzinfo=UTC)) == 0
    with pytest.raises(BadDate):
        history.revision_at(datetime(2026, 3, 1))  # noqa: DTZ001


def test_the_moment_of_a_change_is_its_revision(history: Store) -> None:
    for change in history.changes(0):
        assert history.revision_at(change.at) == change.revision
        assert history.revision_at(change.at - TICK) == change.revision - 1


def test_delta(history: Store) -> None:
    def step(revision: int, added: bool, *statements: Statement) -> list[Delta]:
        return [Delta(revision, added, statement) for statement in statements]

    by_revision = [
        step(1, True, A, B),
        step(2, True, A, NAME),
        step(3, True, C) + step(3, False, A),
        step(4, False, A),
        step(5, True, A),
    ]
    ordered = [delta for deltas in by_revision for delta in sorted(deltas, key=lambda delta: delta.statement.id)]
    assert list(history.delta(0)) == ordered
    assert list(history.delta(2)) == ordered[4:]
    assert list(history.delta(4)) == ordered[-1:]
    assert list(history.delta(5)) == []
    assert list(history.delta(99)) == []


def test_deltas_of_a_change_are_what_it_counted(history: Store) -> None:
    for change in history.changes(0):
        mine = [delta for delta in history.delta(change.revision - 1) if delta.revision == change.revision]
        assert sum(delta.added for delta in mine) == change.added
        assert sum(not delta.added for delta in mine) == change.withdrawn


def test_records_now(history: Store) -> None:
    expected = [
        Recorded(A, T + 5 * DAY, None, "two"),
        Recorded(B, T, None, "one"),
        Recorded(C, T + 2 * DAY, None, "one"),
        Recorded(NAME, T + DAY, None, "two"),
    ]
    assert list(history.records(None, ANY_TIME)) == sorted(expected, key=_order)


def test_records_then(history: Store) -> None:
    """One entry for each source that says it. Their ends are as they are known today."""
    expected = [
        Recorded(A, T, T + 2 * DAY, "one"),
        Recorded(A, T + DAY, T + 3 * DAY, "two"),
        Recorded(B, T, None, "one"),
        Recorded(NAME, T + DAY, None, "two"),
    ]
    assert list(history.records(None, AsOf(known=T + DAY))) == sorted(expected, key=_order)
    assert list(history.records(None, AsOf(known=T - TICK))) == []


ALL = [
    Recorded(A, T, T + 2 * DAY, "one"),
    Recorded(A, T + DAY, T + 3 * DAY, "two"),
    Recorded(A, T + 5 * DAY, None, "two"),
    Recorded(B, T, None, "one"),
    Recorded(C, T + 2 * DAY, None, "one"),
    Recorded(NAME, T + DAY, None, "two"),
]


def _order(record: Recorded) -> tuple[str, str, datetime]:
    return record.statement.id, record.origin, record.known_from


def test_records_ever(history: Store) -> None:
    assert list(history.records(None, ANY_TIME, ever=True)) == sorted(ALL, key=_order)
    assert list(history.records(None, AsOf(known=T), ever=True)) == sorted(ALL, key=_order)


def test_records_of_one_predicate_and_valid_time(history: Store) -> None:
    links = sorted((record for record in ALL if record.statement.object is not None), key=_order)
    assert list(history.records("member_of", ANY_TIME, ever=True)) == links
    assert list(history.records("member_of", AsOf("2023"), ever=True)) == []
    assert [record.statement for record in history.records(None, AsOf("2023"))] == [NAME]
    assert [record.statement for record in history.records("name", AsOf("2021"))] == [NAME]
    assert list(history.records("alias", ANY_TIME, ever=True)) == []


def test_scan_at_each_revision_is_the_sum_of_the_deltas(history: Store) -> None:
    said: dict[tuple[str, str], Statement] = {}
    sources = {change.revision: change.source for change in history.changes(0)}
    for change in history.changes(0):
        for delta in history.delta(change.revision - 1):
            if delta.revision == change.revision:
                key = (sources[delta.revision], delta.statement.id)
                if delta.added:
                    said[key] = delta.statement
                else:
                    del said[key]
        known = sorted({id for _, id in said})
        assert [statement.id for statement in history.scan(None, AsOf(known=change.at))] == known


def test_long_histories(store: Store) -> None:
    """More changes and entries than any one answer of a database holds."""
    given = [link(f"s{number}", "member_of", "network") for number in range(1_200)]
    store.replace("all", given, T)
    for day in range(1, 6):
        store.replace("all", given[day % 2 :: 2], T + day * DAY)
    assert [change.added for change in store.changes(0)] == [1_200, 0, 600, 600, 600, 600]
    assert [change.withdrawn for change in store.changes(0)] == [0, 600, 600, 600, 600, 600]
    deltas = [(delta.revision, delta.statement.id) for delta in store.delta(0)]
    assert len(deltas) == 1_200 + 600 + 4 * 1_200
    assert deltas == sorted(deltas)
    records = list(store.records(None, ANY_TIME, ever=True))
    assert len(records) == 3 * 600 + 3 * 600
    assert records == sorted(records, key=_order)
    for day, count in enumerate([1_200, 600, 600, 600, 600, 600]):
        assert sum(1 for _ in store.scan(None, AsOf(known=T + day * DAY))) == count
