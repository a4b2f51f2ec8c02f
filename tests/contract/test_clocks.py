"""The two clocks: when it was so, and when it was known. Partial dates cover their whole unit; both ends are inclusive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph.model import ANY_TIME, AsOf, moment_of
from graph.store import Store
from tests.factories import link, text

JANUARY = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)

PERIODS = [
    # written period, as of, whether it shows
    (("2020", "2023"), "2019", False),
    (("2020", "2023"), "2019-12-31", False),
    (("2020", "2023"), "2020-01-01", True),
    (("2020", "2023"), "2020", True),
    (("2020", "2023"), "2023", True),
    (("2020", "2023"), "2023-12", True),
    (("2020", "2023"), "2023-12-31", True),
    (("2020", "2023"), "2024-01-01", False),
    (("2020", "2023"), "2024", False),
    (("2020-02", "2020-02"), "2020-01-31", False),
    (("2020-02", "2020-02"), "2020-02-01", True),
    (("2020-02", "2020-02"), "2020-02-29", True),
    (("2020-02", "2020-02"), "2020-03-01", False),
    (("2020-02", "2020-02"), "2020-02", True),
    (("2020-02", "2020-02"), "2020-03", False),
    (("2020-02", "2020-02"), "2020", True),
    (("2019-02", "2019-02"), "2019-02-28", True),
    (("2019-02", "2019-02"), "2019-03-01", False),
    (("2021-06-30", "2021-06-30"), "2021-06-29", False),
    (("2021-06-30", "2021-06-30"), "2021-06-30", True),
    (("2021-06-30", "2021-06-30"), "2021-07-01", False),
    (("2021-06-30", "2021-06-30"), "2021-06", True),
    (("2021-06-30", "2021-06-30"), "2021-07", False),
    (("2021-06-30", ""), "2021-06-29", False),
    (("2021-06-30", ""), "2021-06-30", True),
    (("2021-06-30", ""), "2021", True),
    (("2021-06-30", ""), "9999-12-31", True),
    (("", "2021-06"), "0001-01-01", True),
    (("", "2021-06"), "2021-06-30", True),
    (("", "2021-06"), "2021-07-01", False),
    (("", "2021-06"), "2021", True),
    (("", "2021-06"), "2022", False),
    (("", ""), "0001", True),
    (("", ""), "2026-01-01", True),
    (("", ""), "9999-12", True),
    (("9999", "9999"), "9999-12-31", True),
    (("9999", "9999"), "9998-12-31", False),
    (("2019-12", "2020-01"), "2019", True),
    (("2019-12", "2020-01"), "2019-11", False),
    (("2019-12", "2020-01"), "2020", True),
]


def test_valid_time(store: Store) -> None:
    """One store with all the periods, asked for every date of the table: about, links, scan and records agree with it."""
    periods = sorted({period for period, _, _ in PERIODS})
    number = {period: f"s{place}" for place, period in enumerate(periods)}
    store.replace("one.csv", [link(number[period], "member_of", "network", period=period) for period in periods], JANUARY)
    for as_of in sorted({as_of for _, as_of, _ in PERIODS}):
        when = AsOf(as_of)
        scanned = {statement.subject for statement in store.scan(None, when)}
        for period, _, shows in [row for row in PERIODS if row[1] == as_of]:
            assert (number[period] in scanned) is shows, f"{period} as of {as_of}"
            assert bool(list(store.about(number[period], when))) is shows, f"{period} as of {as_of}"
        assert {statement.subject for statement in store.links("network", when)} == scanned
        assert {statement.subject for statement in store.scan("member_of", when)} == scanned
        assert {record.statement.subject for record in store.records(None, when)} == scanned
        assert {record.statement.subject for record in store.records("member_of", when, ever=True)} == scanned
    assert len(list(store.scan(None, ANY_TIME))) == len(periods)


def test_valid_time_of_texts(store: Store) -> None:
    store.replace(
        "one.csv", [text("a", "name", "Old", period=("", "2019")), text("a", "name", "New", period=("2020", ""))], JANUARY
    )
    assert [statement.value for statement in store.about("a", AsOf("2019-12-31"))] == ["Old"]
    assert [statement.value for statement in store.scan("name", AsOf("2020-01-01"))] == ["New"]
    assert len(list(store.about("a", ANY_TIME))) == 2


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (JANUARY - TICK, set()),
        (JANUARY, {"a", "b"}),
        (JANUARY + TICK, {"a", "b"}),
        (MARCH - TICK, {"a", "b"}),
        (MARCH, {"b", "c"}),
        (moment_of("2025"), set()),
        (moment_of("2026-01"), {"a", "b"}),
        (moment_of("2026-02"), {"a", "b"}),
        (moment_of("2026-03"), {"b", "c"}),
        (datetime(1, 1, 1, tzinfo=UTC), set()),
        (datetime.max.replace(tzinfo=UTC), {"b", "c"}),
        (None, {"b", "c"}),
    ],
)
def test_known_time(store: Store, known: datetime | None, shown: set[str]) -> None:
    store.replace("one.csv", [link("a", "member_of", "network"), link("b", "member_of", "network")], JANUARY)
    store.replace("one.csv", [link("b", "member_of", "network"), link("c", "member_of", "network")], MARCH)
    when = AsOf(known=known)
    assert {statement.subject for statement in store.scan(None, when)} == shown
    assert {statement.subject for statement in store.links("network", when)} == shown
    assert {record.statement.subject for record in store.records(None, when)} == shown
    assert {subject for subject in "abc" if list(store.about(subject, when))} == shown


def test_both_clocks_together(store: Store) -> None:
    """In January it was thought to have ended in 2022; since March it is known to go on."""
    ended = link("a", "member_of", "network", period=("2020", "2022"))
    goes_on = link("a", "member_of", "network", period=("2020", ""))
    store.replace("one.csv", [ended], JANUARY)
    store.replace("one.csv", [goes_on], MARCH)

    def said(valid: str | None, known: datetime | None) -> list[str]:
        return [str(statement.valid) for statement in store.about("a", AsOf(valid, known))]

    assert said("2021", JANUARY) == ["2020 to 2022"]
    assert said("2021", None) == ["since 2020"]
    assert said("2024", JANUARY) == []
    assert said("2024", MARCH) == ["since 2020"]
    assert said("2019", None) == []
    assert said(None, JANUARY) == ["2020 to 2022"]
