"""``Store.replace``: this source now says exactly this."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from graph.errors import BadDate, InputError, Overtaken
from graph.model import ANY_TIME, AsOf, Citation, Period, Statement
from graph.store import Change, Store
from tests.factories import link, text

T = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)

A, B, C, D = (link(subject, "member_of", "network") for subject in "abcd")


def shown(store: Store, when: AsOf = ANY_TIME) -> set[str]:
    """The subjects of all statements."""
    return {statement.subject for statement in store.scan(None, when)}


def many(count: int, start: int = 0) -> Iterator[Statement]:
    """Links from numbered subjects, made one at a time."""
    return (link(f"s{number}", "member_of", "network") for number in range(start, start + count))


# --- the first load ---


def test_an_empty_store_holds_nothing(store: Store) -> None:
    assert isinstance(store, Store)
    assert store.revision() == 0
    assert list(store.changes(0)) == []
    assert list(store.delta(0)) == []
    assert list(store.scan(None, ANY_TIME)) == []
    assert list(store.scan("member_of", ANY_TIME)) == []
    assert list(store.about("a", ANY_TIME)) == []
    assert list(store.links("network", ANY_TIME)) == []
    assert list(store.records(None, ANY_TIME, ever=True)) == []
    assert store.statements([A.id]) == {}


def test_the_first_load_is_revision_one(store: Store) -> None:
    change = store.replace("one.csv", [A, B], T)
    assert change == Change(revision=1, source="one.csv", at=T, added=2, withdrawn=0, unchanged=0)
    assert store.revision() == 1
    assert shown(store) == {"a", "b"}


def test_every_field_comes_back_as_it_was_given(store: Store) -> None:
    cited = Citation("src-report", "table 2, row 7", "https://example.org/a?b=c#d", "“a member since 2019”")
    given = [
        Statement(
            "a", "member_of", "b", None, Period("2019-05", "2023"), cited, "medium", "v3", (("detail", "x"), ("status", "y"))
        ),
        Statement("a", "name", None, "  The  A  ", Period("", "2020-02-29"), Citation("s", "l"), "low"),
        Statement("a", "name", None, "Ä 名 🦠", Period("1948-04-07", ""), cited, "high", "", (("lang", "zh"),)),
    ]
    store.replace("one.csv", given, T)
    found = {statement.id: statement for statement in store.scan(None, ANY_TIME)}
    assert found == {statement.id: statement for statement in given}
    for statement in given:
        same = found[statement.id]
        assert (same.valid.first, same.valid.end) == (statement.valid.first, statement.valid.end)
        assert same.asserted() == statement.asserted()
        assert (hash(same), same.release) == (hash(statement), statement.release)


def test_a_statement_given_twice_counts_once(store: Store) -> None:
    assert store.replace("one.csv", [A, B, A, A, B], T).added == 2
    again = store.replace("one.csv", [B, B, A], T + DAY)
    assert (again.revision, again.added, again.withdrawn, again.unchanged) == (1, 0, 0, 2)
    assert [statement.id for statement in store.scan(None, ANY_TIME)] == sorted([A.id, B.id])


def test_far_apart_repetitions_count_once(store: Store) -> None:
    change = store.replace("one.csv", (statement for _ in range(2) for statement in many(12_000)), T)
    assert change.added == 12_000
    assert sum(1 for _ in store.scan(None, ANY_TIME)) == 12_000


# --- once more, and otherwise ---


def test_the_same_again_changes_nothing(store: Store) -> None:
    store.replace("one.csv", [A, B], T)
    before = list(store.records(None, ANY_TIME, ever=True))
    again = store.replace("one.csv", iter([B, A]), T + DAY)
    assert again == Change(revision=1, source="one.csv", at=T + DAY, added=0, withdrawn=0, unchanged=2)
    assert store.revision() == 1
    assert [change.revision for change in store.changes(0)] == [1]
    assert list(store.records(None, ANY_TIME, ever=True)) == before


def test_nothing_from_an_unknown_source_is_no_change(store: Store) -> None:
    assert store.replace("one.csv", [], T) == Change(0, "one.csv", T, 0, 0, 0)
    assert store.revision() == 0


def test_what_is_no_longer_said_is_withdrawn_and_kept(store: Store) -> None:
    store.replace("one.csv", [A, B, C], T)
    change = store.replace("one.csv", [B, C, D], T + DAY)
    assert (change.revision, change.added, change.withdrawn, change.unchanged) == (2, 1, 1, 2)
    assert shown(store) == {"b", "c", "d"}
    assert shown(store, AsOf(known=T)) == {"a", "b", "c"}
    assert store.statements([A.id]) == {A.id: A}


def test_a_source_that_says_nothing_any_more(store: Store) -> None:
    store.replace("one.csv", [A, B], T)
    change = store.replace("one.csv", [], T + DAY)
    assert (change.added, change.withdrawn, change.unchanged) == (0, 2, 0)
    assert shown(store) == set()
    assert shown(store, AsOf(known=T)) == {"a", "b"}


def test_withdrawn_and_given_again(store: Store) -> None:
    store.replace("one.csv", [A], T)
    store.replace("one.csv", [], T + DAY)
    change = store.replace("one.csv", [A], T + 2 * DAY)
    assert (change.revision, change.added, change.withdrawn, change.unchanged) == (3, 1, 0, 0)
    assert [shown(store, AsOf(known=T + days * DAY)) for days in (-1, 0, 1, 2)] == [set(), {"a"}, set(), {"a"}]
    periods = [(record.known_from, record.known_to) for record in store.records(None, ANY_TIME, ever=True)]
    assert periods == [(T, T + DAY), (T + 2 * DAY, None)]


def test_a_new_release_that_repeats_a_statement_changes_nothing(store: Store) -> None:
    store.replace("one.csv", [replace(A, release="2025")], T)
    assert store.replace("one.csv", [replace(A, release="2026")], T + DAY).revision == 1
    assert [statement.release for statement in store.scan(None, ANY_TIME)] == ["2025"]


def test_of_two_releases_in_one_load_the_first_counts(store: Store) -> None:
    releases = [replace(A, release=release) for release in ("2026", "2025", "2027")]
    assert store.replace("one.csv", releases, T).added == 1
    assert [statement.release for statement in store.about("a", ANY_TIME)] == ["2026"]


# --- several sources ---


def test_sources_do_not_touch_each_other(store: Store) -> None:
    store.replace("one.csv", [A, B], T)
    store.replace("two.csv", [C], T + DAY)
    store.replace("one.csv", [], T + 2 * DAY)
    assert shown(store) == {"c"}


def test_a_statement_of_two_sources_is_one_and_lives_as_long_as_either(store: Store) -> None:
    store.replace("one.csv", [A], T)
    assert store.replace("two.csv", [A, B], T + DAY).added == 2
    assert [statement.id for statement in store.scan(None, ANY_TIME)] == sorted([A.id, B.id])
    assert [statement.id for statement in store.links("network", ANY_TIME)] == sorted([A.id, B.id])
    assert len(list(store.about("a", ANY_TIME))) == 1
    store.replace("one.csv", [], T + 2 * DAY)
    assert shown(store) == {"a", "b"}
    store.replace("two.csv", [], T + 3 * DAY)
    assert shown(store) == set()
    assert [shown(store, AsOf(known=T + days * DAY)) for days in range(4)] == [{"a"}, {"a", "b"}, {"a", "b"}, set()]


def test_source_names_are_told_apart_exactly(store: Store) -> None:
    for number, name in enumerate(["a", "A", "a ", "a/b", "ä", "a\u0308", "'; DROP TABLE statement; --"]):
        store.replace(name, [link(f"s{number}", "member_of", "network")], T + number * DAY)
    assert len(shown(store)) == 7
    store.replace("A", [], T + 8 * DAY)
    assert shown(store) == {"s0", "s2", "s3", "s4", "s5", "s6"}
    assert [change.source for change in store.changes(0)][-1] == "A"


def test_the_order_of_sources_does_not_matter(store: Store) -> None:
    loads = {"one.csv": [A, B], "two.csv": [B, C], "three.csv": [text("a", "name", "A")]}
    answers: list[list[list[Statement]]] = []
    for order in (list(loads), list(reversed(loads))):
        for name in loads:
            store.replace(name, [], T + len(answers) * 10 * DAY)
        for name in order:
            store.replace(name, loads[name], T + len(answers) * 10 * DAY + DAY)
        answers.append(
            [list(store.scan(None, ANY_TIME)), list(store.about("a", ANY_TIME)), list(store.links("network", ANY_TIME))]
        )
    assert answers[0] == answers[1]
    assert len(answers[0][0]) == 4


@pytest.mark.parametrize("name", ["", "  "])
def test_a_source_needs_a_name(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="name"):
        store.replace(name, [A], T)
    assert store.revision() == 0


# --- when ---


def test_a_moment_without_a_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(BadDate, match="time zone"):
        store.replace("one.csv", [A], datetime(2026, 3, 1))  # noqa: DTZ001
    assert store.revision() == 0


def test_a_moment_counts_in_any_time_zone_to_the_microsecond(store: Store) -> None:
    store.replace("one.csv", [A], T.astimezone(timezone(timedelta(hours=-9, minutes=-30))))
    [change] = store.changes(0)
    assert change.at == T
    assert change.at.utcoffset() == timedelta(0)
    assert shown(store, AsOf(known=T.astimezone(timezone(timedelta(hours=14))))) == {"a"}
    assert shown(store, AsOf(known=T - timedelta(microseconds=1))) == set()


def test_a_moment_before_the_last_change_of_the_source_is_refused(store: Store) -> None:
    store.replace("one.csv", [A], T)
    read = False

    def never_read() -> Iterator[Statement]:
        nonlocal read
        read = True
        yield B

    with pytest.raises(InputError, match=r"one\.csv"):
        store.replace("one.csv", never_read(), T - DAY)
    with pytest.raises(InputError):  # also when nothing would change
        store.replace("one.csv", [A], T - DAY)
    assert not read
    assert (store.revision(), shown(store)) == (1, {"a"})


def test_known_time_never_runs_backwards(store: Store) -> None:
    """Another source's older clock is no reason to refuse: what it says is known after what was known before."""
    store.replace("one.csv", [A], T)
    change = store.replace("two.csv", [B], T - 30 * DAY)
    assert change.revision == 2
    assert change.at > T
    assert change.at - T < timedelta(seconds=1)
    assert shown(store, AsOf(known=T)) == {"a"}
    assert shown(store, AsOf(known=T - DAY)) == set()
    assert shown(store) == {"a", "b"}
    assert change in list(store.changes(0))


def test_many_changes_of_one_moment_follow_each_other(store: Store) -> None:
    """One run of a loader gives all its sources the same time; so may two runs within one tick of a clock."""
    for number in range(5):
        store.replace(f"{number % 2}.csv", [link(f"s{number}", "member_of", "network")], T)
    moments = [change.at for change in store.changes(0)]
    assert moments[0] == T
    assert moments == sorted(set(moments))
    assert moments[-1] - T < timedelta(seconds=1)
    seen = [shown(store, AsOf(known=moment)) for moment in moments]
    assert seen == [{"s0"}, {"s0", "s1"}, {"s1", "s2"}, {"s2", "s3"}, {"s3", "s4"}]


def test_clocks_that_differ_by_less_than_a_second_are_borne_with(store: Store) -> None:
    store.replace("one.csv", [A], T)
    change = store.replace("one.csv", [B], T - timedelta(milliseconds=500))
    assert change.at > T
    assert shown(store, AsOf(known=T)) == {"a"}
    assert shown(store) == {"b"}


# --- all or nothing ---


class _Broken(Exception):
    pass


def _breaking(statements: Iterator[Statement], after: int, error: BaseException) -> Iterator[Statement]:
    for number, statement in enumerate(statements):
        if number == after:
            raise error
        yield statement
    raise error


@pytest.mark.parametrize("after", [0, 1, 12_000])
@pytest.mark.parametrize("error", [_Broken("line 7"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_when_the_statements_end_in_an_error_nothing_is_loaded(store: Store, after: int, error: BaseException) -> None:
    store.replace("one.csv", [A, B], T)
    before = list(store.records(None, ANY_TIME, ever=True))
    with pytest.raises(type(error)) as raised:
        store.replace("one.csv", _breaking(many(after), after, error), T + DAY)
    assert raised.value is error
    assert store.revision() == 1
    assert shown(store) == {"a", "b"}
    assert list(store.records(None, ANY_TIME, ever=True)) == before
    assert store.statements([statement.id for statement in many(1)]) == {}
    change = store.replace("one.csv", many(after + 1), T + DAY)
    assert (change.revision, change.added, change.withdrawn) == (2, after + 1, 2)


def test_the_very_first_load_fails(store: Store) -> None:
    with pytest.raises(_Broken):
        store.replace("one.csv", _breaking(many(10), 5, _Broken()), T)
    assert store.revision() == 0
    assert list(store.changes(0)) == []
    assert store.replace("one.csv", many(10), T).revision == 1


# --- streams ---


class _Text(str):
    """A text that tells when nobody holds it any more."""


def test_statements_are_let_go_while_they_are_read(store: Store) -> None:
    held: weakref.WeakSet[_Text] = weakref.WeakSet()
    most = 0

    def statements() -> Iterator[Statement]:
        nonlocal most
        for number in range(30_000):
            locator = _Text(f"row {number}")
            held.add(locator)
            most = max(most, len(held))
            yield link(f"s{number}", "member_of", "network", locator=locator)

    assert store.replace("one.csv", statements(), T).added == 30_000
    assert most <= 15_000


def test_what_is_loaded_may_be_read_from_the_same_store(store: Store) -> None:
    store.replace("one.csv", many(3_000), T)
    change = store.replace("copy", (statement for statement in store.scan(None, ANY_TIME)), T + DAY)
    assert change.added == 3_000
    assert store.replace("copy", store.links("network", ANY_TIME), T + DAY).revision == 2


def test_a_large_load_after_small_ones_and_small_ones_after_it(store: Store) -> None:
    store.replace("small", [A, B], T)
    assert store.replace("large", many(5_000), T).added == 5_000
    assert store.replace("small", [B, *many(3, 4_999)], T).added == 3
    assert store.replace("large", many(4_000, 1_000), T).withdrawn == 1_000
    assert [statement.subject for statement in store.about("b", ANY_TIME)] == ["b"]
    assert [statement.subject for statement in store.about("s5001", ANY_TIME)] == ["s5001"]
    assert list(store.about("s5", ANY_TIME)) == []
    assert sum(1 for _ in store.links("network", ANY_TIME)) == 4_000 + 1 + 2
    assert sum(1 for _ in store.scan("member_of", ANY_TIME)) == 4_000 + 1 + 2


# --- only after what was read ---


def test_a_writer_that_was_overtaken_writes_nothing(store: Store) -> None:
    first = store.replace("one.csv", [A], T, after=0)
    assert store.replace("two.csv", [B], T + DAY, after=0).revision == 2, "other sources do not matter"
    second = store.replace("one.csv", [A, B], T + DAY, after=first.revision)
    for stale in (0, first.revision, 2):
        with pytest.raises(Overtaken, match="changed meanwhile"):
            store.replace("one.csv", [C], T + 2 * DAY, after=stale)
    assert shown(store) == {"a", "b"}
    assert store.replace("one.csv", [C], T + 2 * DAY, after=second.revision).revision == store.revision()
    assert shown(store) == {"b", "c"}
