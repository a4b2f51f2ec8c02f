"""What is special to the embedded store: its file, its rows, its connections. The contract itself is in ``tests/contract``."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import sqlite_writing
from graph.errors import BadDate, InputError, StoreRefused, StoreUnavailable
from graph.model import ANY_TIME, CONFIDENCES, AsOf, Citation, Period, Statement, qualify
from graph.sqlite import SqliteStore
from graph.sqlite_readers import FETCH, IDLE
from graph.sqlite_rows import moment_of, qualifiers_of
from tests.factories import link, text

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "graph.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as store:
        yield store


def many(count: int, start: int = 0) -> Iterator[Statement]:
    return (link(f"s{number}", "member_of", "network") for number in range(start, start + count))


# --- the file ---


def test_one_file_when_closed(tmp_path: Path) -> None:
    """Folders are made; the log and its index go when the last connection is closed. Odd names are names."""
    path = tmp_path / "new folder" / "50% #1?mode=ro&x.sqlite"
    with SqliteStore(str(path)) as store:
        store.replace("one.csv", many(10), T)
        assert store.revision() == 1
        assert (path.parent / (path.name + "-wal")).exists()
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_settings_of_the_file(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for setting, value in {"application_id": 0x4D434D47, "user_version": 1, "journal_mode": "wal"}.items():
            assert connection.execute(f"PRAGMA {setting}").fetchone() == (value,)
        strict = {
            name: bool(strict) for _, name, kind, _, _, strict in connection.execute("PRAGMA table_list") if kind == "table"
        }
        del strict["sqlite_schema"], strict["sqlite_temp_schema"]
    assert strict == dict.fromkeys(["identity", "statement", "origin", "change", "assertion"], True)


def test_the_file_holds_after_any_history(store: SqliteStore, path: Path) -> None:
    """Keys and indexes agree, as SQLite checks them, and known times are in the view for other tools."""
    store.replace("one.csv", many(300), T)
    store.replace("two.csv", many(300, 150), T + DAY)
    store.replace("one.csv", many(10), T + 2 * DAY)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute("SELECT origin, known_from, known_to FROM known WHERE subject = 's200' ORDER BY 1").fetchall()
    assert rows == [("one.csv", "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"), ("two.csv", "2026-03-02T00:00:00Z", None)]


def test_a_store_has_an_identity_of_its_own(tmp_path: Path) -> None:
    seen = []
    for name in ("one", "one", "two"):
        with SqliteStore(tmp_path / name) as store:
            seen.append(store.identity())
    assert seen[0] == seen[1] != seen[2]
    assert len(seen[0]) == 32


def test_names_for_people(path: Path) -> None:
    with SqliteStore(path) as store:
        assert repr(store) == f"SqliteStore({str(path)!r})"
    with SqliteStore(path, read_only=True) as store:
        assert repr(store) == f"SqliteStore({str(path)!r}, read_only=True)"


# --- large loads ---


def test_indexes_are_rebuilt_after_a_large_load(store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_writing, "_BULK", 100)
    monkeypatch.setattr(sqlite_writing, "_BATCH", 50)

    def indexes() -> set[tuple[str, str]]:
        with closing(sqlite3.connect(path)) as connection:
            return set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index'"))

    before = indexes()
    assert len(before) >= 6
    store.replace("small", many(20), T)
    assert store.replace("large", many(400, 10), T).added == 400
    assert indexes() == before
    assert store.replace("large", many(1_000, 10), T + DAY).added == 600
    assert indexes() == before

    def broken() -> Iterator[Statement]:
        yield from many(3_000, 5_000)
        raise InputError("row 3001")

    with pytest.raises(InputError, match="3001"):
        store.replace("large", broken(), T + DAY)
    assert indexes() == before
    assert [statement.subject for statement in store.about("s700", ANY_TIME)] == ["s700"]
    assert sum(1 for _ in store.links("network", ANY_TIME)) == 1_010
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        plan = str(connection.execute("EXPLAIN QUERY PLAN SELECT * FROM statement WHERE subject = 'x'").fetchall())
    assert "statement_subject" in plan


# --- rows ---

_words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=12).filter(str.strip)
_ids = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=12).filter(
    lambda id: not any(part.isspace() for part in id)
)
_periods = st.sampled_from([("", ""), ("2020", ""), ("", "2021-02"), ("1999-12-31", "2021-02"), ("2024-02-29", "2024-02-29")])


@st.composite
def _statements(draw: st.DrawFn) -> Statement:
    is_link = draw(st.booleans())
    return Statement(
        draw(_ids),
        draw(_words),
        draw(_ids) if is_link else None,
        None if is_link else draw(_words),
        Period(*draw(_periods)),
        Citation(draw(_words), draw(_words), draw(st.one_of(st.just(""), _words)), draw(st.one_of(st.just(""), _words))),
        draw(st.sampled_from(CONFIDENCES)),
        draw(st.one_of(st.just(""), _words)),
        qualify(draw(st.dictionaries(_words, _words, max_size=3))),
    )


def test_what_is_read_back_is_what_the_model_would_build(tmp_path: Path) -> None:
    """Rows become statements without being checked again: the short cut must not be seen in the result."""
    moment = T
    with SqliteStore(tmp_path / "graph.sqlite") as store:

        @given(st.lists(_statements(), min_size=1, max_size=8))
        def round_trip(statements: list[Statement]) -> None:
            nonlocal moment
            moment += DAY
            store.replace("one.csv", statements, moment)
            found = {statement.id: statement for statement in store.scan(None, ANY_TIME)}
            assert set(found) == {statement.id for statement in statements}
            for read in found.values():
                built = Statement(
                    read.subject,
                    read.predicate,
                    read.object,
                    read.value,
                    Period(read.valid.valid_from, read.valid.valid_to),
                    replace(read.citation),
                    read.confidence,
                    read.release,
                    read.qualifiers,
                )
                assert (built, built.id, hash(built)) == (read, read.id, hash(read))
                assert (built.valid.first, built.valid.end) == (read.valid.first, read.valid.end)
                with pytest.raises(AttributeError):
                    read.subject = "other"  # type: ignore[misc]

        round_trip()


def test_rows_are_the_scan_in_short(store: SqliteStore) -> None:
    given_ones = [
        link("a", "member_of", "b", period=("2020", "2021-06"), confidence="low", status="member", detail='"x"'),
        link("b", "funds", "c", source="src-b"),
        text("a", "name", "Ä", lang="fr"),
    ]
    store.replace("one.csv", given_ones, T)
    store.replace("two.csv", given_ones[:1], T)
    store.replace("one.csv", given_ones[1:], T + DAY)
    for when in (ANY_TIME, AsOf("2022"), AsOf(None, T), AsOf("2021-06-30", T)):
        expected = [
            (
                bytes.fromhex(statement.id),
                statement.subject,
                statement.predicate,
                statement.object,
                statement.value,
                statement.valid.first,
                statement.valid.end,
                statement.confidence,
                statement.citation.source,
                statement.qualifiers,
            )
            for statement in store.scan(None, when)
        ]
        assert [(*row[:-1], qualifiers_of(row[-1])) for row in store.rows(when)] == expected
    assert len(list(store.rows(ANY_TIME))) == 3


def test_rows_of_a_large_store_are_streamed(store: SqliteStore) -> None:
    store.replace("one.csv", many(FETCH * 2 + 1), T)
    rows = store.rows(ANY_TIME)
    first = next(rows)
    store.replace("one.csv", [], T + DAY)
    assert 1 + sum(1 for _ in rows) == FETCH * 2 + 1
    assert first[3] == "network"


@pytest.mark.parametrize("count", [FETCH - 1, FETCH, FETCH + 1, 2 * FETCH])
def test_answers_at_the_edge_of_what_is_read_at_once(store: SqliteStore, count: int) -> None:
    store.replace("one.csv", many(count), T)
    found = [statement.subject for statement in store.scan(None, ANY_TIME)]
    assert sorted(found) == sorted(statement.subject for statement in many(count))


def test_moments_beyond_the_calendar(store: SqliteStore) -> None:
    beyond = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
    with pytest.raises(BadDate, match="calendar"):
        store.replace("one.csv", many(1), beyond)
    with pytest.raises(BadDate, match="calendar"):
        store.revision_at(beyond)
    assert moment_of(0) == datetime(1970, 1, 1, tzinfo=UTC)
    before = datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert store.replace("one.csv", many(1), before).at == before
    assert [change.at for change in store.changes(0)] == [before]


def test_half_a_surrogate_pair_is_refused(store: SqliteStore) -> None:
    """It is not text and cannot be written: the model refuses it in a statement, the store in the name of a source."""
    with pytest.raises(InputError, match="one line of text"):
        replace(link("a", "member_of", "b"), release="\ud83e")
    with pytest.raises(InputError, match="surrogate"):
        store.replace("\ud83e.csv", [link("c", "member_of", "d")], T)
    assert store.revision() == 0
    assert list(store.scan(None, ANY_TIME)) == []


# --- connections ---


def test_a_replace_within_a_replace_is_refused(store: SqliteStore) -> None:
    def nested() -> Iterator[Statement]:
        store.replace("inner.csv", many(1), T)
        yield from many(1)

    with pytest.raises(StoreRefused, match="within"):
        store.replace("outer.csv", nested(), T)
    assert store.revision() == 0
    assert store.replace("outer.csv", many(1), T).revision == 1


def test_a_second_thread_gives_up_after_a_while(path: Path) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Statement]:
        started.set()
        assert go_on.wait(60)
        yield from many(1)

    with SqliteStore(path, wait=0.05) as store:
        writer = threading.Thread(target=store.replace, args=("slow.csv", slowly(), T))
        writer.start()
        try:
            assert started.wait(60)
            with pytest.raises(StoreUnavailable, match="another thread"):
                store.replace("two.csv", many(1), T)
        finally:
            go_on.set()
            writer.join(60)
        assert store.replace("two.csv", many(1), T).revision == 2


def test_few_connections_are_kept(store: SqliteStore) -> None:
    """Reads one after another share a connection; what many reads at once needed is let go."""
    store.replace("one.csv", many(FETCH + 5), T)
    for _ in range(10):
        list(store.scan(None, ANY_TIME))
        list(store.about("s1", ANY_TIME))
    assert (len(store._readers._idle), len(store._readers._lent)) == (1, 0)
    open_reads = [store.scan(None, ANY_TIME) for _ in range(IDLE + 3)]
    assert (len(store._readers._idle), len(store._readers._lent)) == (0, IDLE + 3)
    del open_reads
    assert (len(store._readers._idle), len(store._readers._lent)) == (IDLE, 0)


def test_an_unread_iterator_does_not_stop_the_log_from_being_emptied(store: SqliteStore, path: Path) -> None:
    """A long answer pins the moment that it shows; let go, nothing is pinned."""
    store.replace("one.csv", many(FETCH + 5), T)
    unread = store.scan(None, ANY_TIME)
    del unread
    store.replace("one.csv", many(5), T + DAY)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        busy, pages, moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, pages, moved) == (0, 0, 0)


def test_closing_in_the_middle_of_reads(path: Path) -> None:
    """Threads that read while the store is closed get the answer or a clear refusal, never anything else."""
    with SqliteStore(path) as filling:
        filling.replace("one.csv", many(5_000), T)
    store = SqliteStore(path)
    outcomes: list[str] = []

    def read() -> None:
        try:
            while True:
                assert sum(1 for _ in store.scan(None, ANY_TIME)) == 5_000
        except StoreUnavailable as error:
            outcomes.append(str(error))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    threading.Event().wait(0.1)
    store.close()
    for reader in readers:
        reader.join(60)
    assert len(outcomes) == 4
    assert all("has been closed" in outcome for outcome in outcomes)
