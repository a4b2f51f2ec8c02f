"""Several at once, and one after the other: threads, readers beside a writer, iterators left open, a store opened again."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from graph.errors import StoreError
from graph.model import ANY_TIME, AsOf, Statement
from graph.store import Store
from tests.contract.places import Opener
from tests.factories import link

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LONG = 3_000
"""Statements of an answer that no store reads at one go."""


def many(prefix: str, count: int) -> list[Statement]:
    """Links from numbered subjects to one network."""
    return [link(f"{prefix}{number}", "member_of", "network") for number in range(count)]


def subjects(statements: Iterator[Statement]) -> set[str]:
    """The subjects of statements."""
    return {statement.subject for statement in statements}


# --- again ---


def test_all_is_there_after_opening_again(opener: Opener) -> None:
    first = opener()
    first.replace("one.csv", many("a", 50), T)
    first.replace("one.csv", many("a", 40), T + DAY)
    expected = [list(first.records(None, ANY_TIME, ever=True)), list(first.changes(0)), list(first.delta(0))]
    first.close()
    second = opener()
    assert [list(second.records(None, ANY_TIME, ever=True)), list(second.changes(0)), list(second.delta(0))] == expected
    assert (second.revision(), second.revision_at(T)) == (2, 1)
    assert second.replace("one.csv", many("a", 40), T + 2 * DAY).unchanged == 40
    assert second.replace("two.csv", many("b", 1), T).revision == 3


def test_two_open_stores_are_one(opener: Opener) -> None:
    one, two = opener(), opener()
    one.replace("one.csv", many("a", 2), T)
    assert subjects(two.scan(None, ANY_TIME)) == {"a0", "a1"}
    two.replace("one.csv", many("a", 1), T + DAY)
    assert subjects(one.scan(None, ANY_TIME)) == {"a0"}
    assert one.revision() == two.revision() == 2


def test_a_closed_store_says_so(store: Store) -> None:
    store.replace("one.csv", many("a", 2), T)
    store.close()
    store.close()
    asked: list[Callable[[], object]] = [
        store.revision,
        lambda: store.replace("one.csv", many("a", 1), T + DAY),
        lambda: list(store.scan(None, ANY_TIME)),
        lambda: store.statements([many("a", 1)[0].id]),
    ]
    for ask in asked:
        with pytest.raises(StoreError):
            ask()


# --- one moment a read ---


def test_a_read_sees_the_moment_of_its_call(store: Store) -> None:
    """Whatever is written while it is read out: nothing is added to it, nothing taken from it."""
    store.replace("one.csv", many("a", LONG), T)
    reads: list[Iterator[Statement]] = [
        store.scan(None, ANY_TIME),
        store.scan("member_of", ANY_TIME),
        store.links("network", ANY_TIME),
        store.scan(None, AsOf(known=T + 10 * DAY)),
    ]
    begun = [set(subjects(islice(read, 2))) for read in reads]
    store.replace("one.csv", many("b", LONG), T + DAY)
    store.replace("two.csv", many("a", LONG // 2), T + 2 * DAY)
    expected = {statement.subject for statement in many("a", LONG)}
    for start, rest in zip(begun, reads, strict=True):
        assert start | subjects(rest) == expected
    assert len(subjects(store.scan(None, ANY_TIME))) == LONG + LONG // 2


def test_a_later_read_is_not_held_back_by_an_open_one(store: Store) -> None:
    store.replace("one.csv", many("a", LONG), T)
    older = store.scan(None, ANY_TIME)
    next(older)
    store.replace("one.csv", many("b", 2), T + DAY)
    assert subjects(store.scan(None, ANY_TIME)) == {"b0", "b1"}
    assert store.revision() == 2
    assert sum(1 for _ in older) == LONG - 1


def test_reads_do_not_wait_for_a_writer(store: Store) -> None:
    """Half of a load is given; until it is whole, every reader sees the state before it."""
    store.replace("one.csv", many("a", 3), T)
    half, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Statement]:
        yield from many("b", LONG)
        half.set()
        assert go_on.wait(60)
        yield from many("c", 2)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(store.replace, "one.csv", slowly(), T + DAY)
        try:
            assert half.wait(60)
            assert subjects(store.scan(None, ANY_TIME)) == {"a0", "a1", "a2"}
            assert subjects(store.links("network", ANY_TIME)) == {"a0", "a1", "a2"}
            assert [store.revision(), len(list(store.changes(0))), len(list(store.delta(0)))] == [1, 1, 3]
            assert store.statements([many("b", 1)[0].id]) == {}
        finally:
            go_on.set()
        assert writing.result(60).added == LONG + 2
    assert len(subjects(store.scan(None, ANY_TIME))) == LONG + 2


def test_the_statements_may_come_from_reads_of_the_store_while_it_is_written(store: Store) -> None:
    store.replace("one.csv", many("a", 5), T)

    def derived() -> Iterator[Statement]:
        for statement in store.scan(None, ANY_TIME):
            assert list(store.about(statement.subject, ANY_TIME)) == [statement]
            assert store.revision() == 1
            yield link(statement.subject, "observer_at", "network")

    assert store.replace("derived", derived(), T + DAY).added == 5


# --- iterators left open ---


def test_iterators_left_open_block_nobody(store: Store) -> None:
    store.replace("one.csv", many("a", LONG), T)
    left = [store.scan(None, ANY_TIME) for _ in range(20)]
    for number, read in enumerate(left):
        if number % 2:
            next(read)
    assert store.replace("one.csv", many("b", 5), T + DAY).added == 5
    assert subjects(store.scan(None, ANY_TIME)) == {f"b{number}" for number in range(5)}
    store.close()
    with pytest.raises(StoreError):
        list(left[1])


def test_abandoned_iterators_are_cleared_away(store: Store) -> None:
    store.replace("one.csv", many("a", LONG), T)
    for _ in range(60):
        next(store.scan(None, ANY_TIME))
        store.links("network", ANY_TIME)
    gc.collect()
    assert store.replace("one.csv", many("b", 5), T + DAY).added == 5
    assert len(list(store.scan(None, ANY_TIME))) == 5


def test_an_iterator_may_go_from_thread_to_thread(store: Store) -> None:
    store.replace("one.csv", many("a", LONG), T)
    read = store.scan(None, ANY_TIME)
    found: set[str] = set()
    for _ in range(3):
        with ThreadPoolExecutor(1) as pool:
            found |= pool.submit(subjects, islice(read, LONG // 3)).result(60)
    assert len(found) == LONG
    assert next(read, None) is None


# --- several writers ---


def test_two_threads_replace_different_sources(store: Store) -> None:
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(store.replace, f"{prefix}.csv", many(prefix, 400), T) for prefix in "ab"]
        changes = [future.result(60) for future in running]
    assert sorted(change.revision for change in changes) == [1, 2]
    assert sorted(changes, key=lambda change: change.revision) == list(store.changes(0))
    assert len(subjects(store.scan(None, ANY_TIME))) == 800


def test_two_threads_replace_the_same_source(opener: Opener) -> None:
    """Each is whole: the source says what the later one gave, and nothing of the other."""
    stores = [opener(), opener()]
    prefixes = "ab"
    barrier = threading.Barrier(2)

    def load(number: int) -> None:
        for turn in range(5):
            barrier.wait(60)
            stores[number].replace("one.csv", many(f"{prefixes[number]}{turn}-", 100), T)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(load, number) for number in range(2)]:
            future.result(120)
    changes = list(stores[0].changes(0))
    assert [change.revision for change in changes] == list(range(1, 11))
    assert [change.added for change in changes] == [100] * 10
    assert [change.withdrawn for change in changes] == [0] + [100] * 9
    moments = [change.at for change in changes]
    assert moments == sorted(set(moments))
    last = subjects(stores[1].scan(None, ANY_TIME))
    assert len(last) == 100
    assert len({subject.split("-")[0] for subject in last}) == 1


def test_many_readers_beside_a_writer_see_whole_states(store: Store) -> None:
    """Each state has all its statements under one prefix; a mixture would be a torn read."""
    states = [many(f"{turn}-", 1_500) for turn in range(6)]
    store.replace("one.csv", states[0], T)
    done = threading.Event()
    torn: list[set[str]] = []
    seen = 0

    def read() -> int:
        count = 0
        while not done.is_set() or not count:
            prefixes = [statement.subject.split("-")[0] for statement in store.scan(None, ANY_TIME)]
            if len(prefixes) != 1_500 or len(set(prefixes)) != 1:
                torn.append(set(prefixes))
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            for turn, state in enumerate(states[1:], 1):
                store.replace("one.csv", state, T + turn * DAY)
        finally:
            done.set()
        seen = sum(reader.result(60) for reader in readers)
    assert seen >= 3
    assert torn == []
