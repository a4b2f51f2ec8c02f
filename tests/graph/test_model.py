"""Statements, periods and clocks as values."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.errors import BadDate, BadStatement, InputError, McmgraphError
from graph.model import (
    ALWAYS,
    ANY_TIME,
    OPEN_END,
    OPEN_START,
    AsOf,
    Citation,
    Period,
    Statement,
    days_of,
    moment_of,
    qualify,
    today,
)

CITED = Citation("src-a", "page 1")


def statement(**changes: Any) -> Statement:
    """A correct statement, but for the changes."""
    fields: dict[str, Any] = {
        "subject": "a",
        "predicate": "member_of",
        "object": "b",
        "value": None,
        "valid": ALWAYS,
        "citation": CITED,
        "confidence": "high",
    }
    return Statement(**{**fields, **changes})


# --- partial dates ---


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("0001", date(1, 1, 1), date(1, 12, 31)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ("9999-12-31", date(9999, 12, 31), date(9999, 12, 31)),
    ],
)
def test_a_date_covers_its_whole_unit(text: str, first: date, last: date) -> None:
    assert days_of(text) == (first.toordinal(), last.toordinal() + 1)
    assert OPEN_START < days_of(text)[0] < days_of(text)[1] < OPEN_END


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "24", "202", "20244", "2024-", "2024-1", "2024-001", "2024-13", "2024-00", "2024-02-30", "2023-02-29"],
        *[
            "2024-01-32",
            "2024-01-1",
            "2024-01-00",
            "2024/01/01",
            "01-01-2024",
            "2024-01-01T00:00:00",
            "2024-01-01Z",
            " 2024",
            "2024 ",
        ],
        *[
            "2024\n",
            "0000",
            "0000-01-01",
            "-2024",
            "+2024",
            "today",
            "c. 2024",
            "2024?",
            "٢٠٢٤",
            "２０２４",
            "2024-Q1",
            "2024-W01",
        ],
    ],
)
def test_what_is_no_date_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(BadDate, match="YYYY, YYYY-MM or YYYY-MM-DD") as raised:
        days_of(text)
    assert repr(text) in str(raised.value)
    assert isinstance(raised.value, InputError)


@given(st.dates())
def test_units_lie_within_each_other(day: date) -> None:
    texts = [f"{day.year:04}", f"{day.year:04}-{day.month:02}", day.isoformat()]
    (year_first, year_end), (month_first, month_end), (first, end) = (days_of(text) for text in texts)
    assert year_first <= month_first <= first == day.toordinal()
    assert end == first + 1 <= month_end <= year_end
    assert date.fromordinal(year_first).year == date.fromordinal(year_end - 1).year == day.year
    assert date.fromordinal(month_first).month == date.fromordinal(month_end - 1).month == day.month


# --- periods ---


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (Period("2020", "2023-06"), "2020 to 2023-06"),
        (Period("2020", "2020"), "2020"),
        (Period("2020"), "since 2020"),
        (Period("", "2020"), "until 2020"),
        (Period(), "no dates given"),
    ],
)
def test_periods_in_words(period: Period, text: str) -> None:
    assert str(period) == text


@pytest.mark.parametrize(
    ("start", "end"), [("2021", "2020"), ("2021-02", "2021-01"), ("2021-01-02", "2021-01-01"), ("2021-02", "2020")]
)
def test_a_period_that_ends_before_it_starts_is_refused(start: str, end: str) -> None:
    with pytest.raises(BadDate, match=f"ends .*{end}.* before it starts .*{start}"):
        Period(start, end)


@pytest.mark.parametrize(("start", "end"), [("2021-06-30", "2021"), ("2021", "2021-01-01"), ("2021-12-31", "2021-12")])
def test_a_period_may_end_within_the_unit_that_it_starts_in(start: str, end: str) -> None:
    assert Period(start, end).first < Period(start, end).end


def test_periods_compare_as_they_are_written() -> None:
    """A year and its days are different claims."""
    year, days = Period("2020", "2020"), Period("2020-01-01", "2020-12-31")
    assert (year.first, year.end) == (days.first, days.end)
    assert year != days


_dates = st.one_of(
    st.just(""),
    st.dates().map(lambda day: f"{day.year:04}"),
    st.dates().map(lambda day: f"{day.year:04}-{day.month:02}"),
    st.dates().map(date.isoformat),
)


@given(_dates, _dates, st.dates())
def test_as_of_a_day_shows_what_covers_it(start: str, end: str, day: date) -> None:
    try:
        period = Period(start, end)
    except BadDate:
        assume(False)
    covered = (not start or days_of(start)[0] <= day.toordinal()) and (not end or day.toordinal() < days_of(end)[1])
    assert AsOf(day.isoformat()).shows(period) is covered
    assert ANY_TIME.shows(period)
    if covered:
        assert AsOf(f"{day.year:04}-{day.month:02}").shows(period)
        assert AsOf(f"{day.year:04}").shows(period)


@given(_dates.filter(bool), _dates, _dates)
def test_as_of_a_unit_shows_what_touches_one_of_its_days(as_of: str, start: str, end: str) -> None:
    try:
        period = Period(start, end)
    except BadDate:
        assume(False)
    first, after = days_of(as_of)
    near = {first, after - 1, min(max(period.first, first), after - 1)}
    assert AsOf(as_of).shows(period) is any(period.first <= day < period.end for day in near)


def test_as_of_refuses_what_it_cannot_read() -> None:
    with pytest.raises(BadDate):
        AsOf("yesterday")
    with pytest.raises(BadDate, match="time zone"):
        AsOf(known=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026", datetime(2026, 12, 31, 23, 59, 59, 999999, UTC)),
        ("2024-02", datetime(2024, 2, 29, 23, 59, 59, 999999, UTC)),
        ("2026-03-01", datetime(2026, 3, 1, 23, 59, 59, 999999, UTC)),
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00.123456+02:00", datetime(2026, 3, 1, 8, 0, 0, 123456, UTC)),
        ("2026-03-01T10:00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01 10:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_known_times_as_people_write_them(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment
    assert moment_of(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "now", "2026-3-1", "10:00", "2026-13", "2026-03-01T25:00", "1.3.2026"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadDate, match="YYYY-MM-DD"):
        moment_of(text)


def test_today_is_a_day() -> None:
    before = datetime.now(UTC).date()
    first, end = days_of(today())
    assert before.toordinal() <= first <= datetime.now(timezone(timedelta(0))).date().toordinal()
    assert end == first + 1


# --- statements ---


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"object": None}, "either an object or a value"),
        ({"value": "x"}, "either an object or a value"),
        ({"subject": ""}, "not an id"),
        ({"subject": "a b"}, "not an id"),
        ({"subject": "a\u00a0b"}, "not an id"),
        ({"subject": "a\x1fb"}, "not an id"),
        ({"subject": "x" * 201}, "1 to 200"),
        ({"object": ""}, "not an id"),
        ({"object": "a\tb"}, "not an id"),
        ({"predicate": ""}, "predicate"),
        ({"predicate": "a\nb"}, "control character"),
        ({"confidence": "certain"}, "high, medium or low"),
        ({"confidence": ""}, "high, medium or low"),
        ({"object": None, "value": ""}, "empty"),
        ({"object": None, "value": " \u3000"}, "empty"),
        ({"object": None, "value": "two\nlines"}, "one line"),
        ({"object": None, "value": "nul\x00"}, "control character"),
        ({"object": None, "value": "para\u2029graph"}, "line break"),
        ({"citation": Citation("src-a", "page\x1f1")}, "control character"),
        ({"citation": Citation("src-a", "p", "https://x/\x7f")}, "control character"),
        ({"citation": Citation("src-a", "p", "", "a\r\nb")}, "control character"),
        ({"object": None, "value": "half a pair \ud83e"}, "\\\\ud83e"),
        ({"subject": "\ud83e"}, "\\\\ud83e"),
        ({"qualifiers": (("b", "1"), ("a", "2"))}, "sorted"),
        ({"qualifiers": (("a", "1"), ("a", "2"))}, "once"),
        ({"qualifiers": (("a", "1\x1f2"),)}, "control character"),
        ({"qualifiers": (("a\x00", "1"),)}, "control character"),
    ],
)
def test_what_is_no_statement_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadStatement, match=said) as raised:
        statement(**changes)
    assert isinstance(raised.value, McmgraphError)


@pytest.mark.parametrize(("source", "locator"), [("", "page 1"), ("src-a", ""), (" ", "page 1"), ("src-a", "\t")])
def test_no_statement_without_a_source_and_a_place_in_it(source: str, locator: str) -> None:
    with pytest.raises(BadStatement, match="source and a locator"):
        Citation(source, locator)


def test_values_cannot_be_changed() -> None:
    values: list[tuple[Any, str]] = [
        (statement(), "subject"),
        (statement(), "id"),
        (CITED, "source"),
        (ALWAYS, "first"),
        (ANY_TIME, "valid"),
    ]
    for value, name in values:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, "x")
        assert not hasattr(value, "__dict__")


def test_values_go_through_pickle() -> None:
    """Workers and caches hand them on."""
    original = statement(valid=Period("2020", "2021"), qualifiers=(("status", "member"),), release="v1")
    copied = pickle.loads(pickle.dumps(original))
    assert copied == original
    assert (copied.id, copied.valid.end, hash(copied)) == (original.id, original.valid.end, hash(original))


def test_qualifiers() -> None:
    made = statement(qualifiers=qualify({"status": "member", "detail": "", "as_given": "Member"}))
    assert made.qualifiers == (("as_given", "Member"), ("status", "member"))
    assert made.qualifier("status") == "member"
    assert made.qualifier("detail") == ""


# --- ids ---


def test_an_id_is_for_ever() -> None:
    """Stores keep ids: another way to hash would orphan every store there is. Change this only with a migration."""
    made = statement(
        valid=Period("2020", "2023-06"), citation=Citation("src-a", "p", "https://x/", "q"), qualifiers=(("k", "v"),)
    )
    assert made.id == "7adb37243a9b7833c83e7e49476e2312"
    assert statement().id == "d1f4aea762daa777f4715ada00569df8"


CHANGES: list[dict[str, Any]] = [
    {"subject": "A"},
    {"predicate": "funds"},
    {"object": "c"},
    {"object": None, "value": "b"},
    {"valid": Period("2020")},
    {"valid": Period("", "2020")},
    {"valid": Period("2020-01-01")},
    {"citation": Citation("src-b", "page 1")},
    {"citation": Citation("src-a", "page 2")},
    {"citation": Citation("src-a", "page 1", "https://x/")},
    {"citation": Citation("src-a", "page 1", "", "https://x/")},
    {"confidence": "low"},
    {"qualifiers": (("status", "member"),)},
    {"qualifiers": (("statu", "smember"),)},
    {"qualifiers": (("status", "member"), ("x", "y"))},
]


def test_every_asserted_field_enters_the_id() -> None:
    made = [statement(), *(statement(**changes) for changes in CHANGES)]
    assert len({one.id for one in made}) == len(made)


def test_the_release_does_not_enter_the_id() -> None:
    assert statement(release="2025").id == statement(release="2026").id
    assert statement(release="2025") != statement(release="2026")


_fields: dict[str, Callable[[str], dict[str, Any]]] = {
    "subject": lambda text: {"subject": text},
    "predicate": lambda text: {"predicate": text},
    "object": lambda text: {"object": text},
    "value": lambda text: {"object": None, "value": text},
    "source": lambda text: {"citation": Citation(text, "l")},
    "locator": lambda text: {"citation": Citation("s", text)},
}


@st.composite
def _cut_in_two_ways(draw: st.DrawFn) -> tuple[Statement, Statement]:
    """One sequence of texts, dealt out to the fields in two ways: whatever joins them, the joined text is the same."""
    parts = draw(
        st.lists(st.sampled_from(["a", "b", "object", "value", ".", "|", "\\", "\u241f", '"', ","]), min_size=6, max_size=10)
    )
    made = []
    for _ in range(2):
        cuts = draw(st.lists(st.integers(1, len(parts) - 1), min_size=5, max_size=5, unique=True).map(sorted))
        fields = ["".join(parts[start:end]) for start, end in zip([0, *cuts], [*cuts, len(parts)], strict=True)]
        subject, predicate, target, locator, name, text = fields
        made.append(
            statement(
                subject=subject,
                predicate=predicate,
                object=target,
                citation=Citation("s", locator),
                qualifiers=((name, text),),
            )
        )
    return made[0], made[1]


@given(_cut_in_two_ways())
def test_fields_cannot_run_into_each_other(pair: tuple[Statement, Statement]) -> None:
    one, two = pair
    assert (one.id == two.id) is (one.asserted() == two.asserted()) is (one == two)


@given(st.sampled_from(sorted(_fields)), st.text(max_size=30))
def test_no_text_breaks_the_separator(field: str, text: str) -> None:
    """Whatever is given is either refused or hashed as it is; the separator itself never gets in."""
    try:
        made = statement(**_fields[field](text))
    except BadStatement:
        return
    assert text in made.asserted()
    assert not any("\x1f" in part for part in made.asserted())
    assert len(made.id) == 32
    assert int(made.id, 16) >= 0


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"])
def test_a_time_beyond_the_calendar_is_a_bad_date(text: str) -> None:
    with pytest.raises(BadDate, match="is not a time"):
        moment_of(text)


def test_the_end_of_the_calendar_is_a_time() -> None:
    assert moment_of("9999").isoformat() == "9999-12-31T23:59:59.999999+00:00"
