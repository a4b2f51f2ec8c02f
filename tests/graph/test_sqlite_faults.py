"""Faults of the file and of the machine: each ends in a clear sentence, and nothing is half loaded."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.errors import SchemaTooNew, StoreError, StoreRefused, StoreUnavailable
from graph.model import ANY_TIME, Statement
from graph.sqlite import SqliteStore
from tests.factories import link

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "graph.sqlite"


def many(count: int, start: int = 0) -> Iterator[Statement]:
    return (link(f"s{number}", "member_of", "network") for number in range(start, start + count))


def filled(path: Path, count: int = 50) -> Path:
    """A closed store with one load."""
    with SqliteStore(path) as store:
        store.replace("one.csv", many(count), T)
    return path


# --- a process that is killed ---

LOADING = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from graph import sqlite_writing
from graph.sqlite import SqliteStore
from tests.factories import link

path, pause = Path(sys.argv[1]), float(sys.argv[2])
sqlite_writing.CACHE = 64  # KiB: changed pages reach the log long before the end

def statements():
    for number in range(12_000):
        yield link(f"new{number}", "member_of", "network")
    print("given", flush=True)
    time.sleep(pause)

SqliteStore(path).replace("one.csv", statements(), datetime(2026, 3, 2, tzinfo=UTC))
print("done", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("pause", "kill_after", "ends"),
    [(60.0, 0.0, {"old"}), (0.0, 0.0, {"old", "new"}), (0.0, 0.02, {"old", "new"}), (0.0, 0.1, {"old", "new"})],
    ids=["while loading", "at the end", "while committing", "later"],
)
def test_a_loader_killed_with_9(path: Path, pause: float, kill_after: float, ends: set[str]) -> None:
    """Old state or new state, never between; and the next load goes through."""
    filled(path)
    command = [sys.executable, "-c", LOADING, str(path), str(pause)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as loader:
        assert loader.stdout is not None
        assert loader.stdout.readline() == "given\n"
        time.sleep(kill_after)
        loader.send_signal(signal.SIGKILL)
    assert loader.returncode == -signal.SIGKILL
    if pause:
        assert path.with_name("graph.sqlite-wal").stat().st_size > 2**20, "nothing had been written yet: the test shows nothing"
    with SqliteStore(path) as store:
        subjects = {statement.subject for statement in store.scan(None, ANY_TIME)}
        old, new = {f"s{number}" for number in range(50)}, {f"new{number}" for number in range(12_000)}
        found = "old" if subjects == old else "new" if subjects == new else "torn"
        assert found in ends
        assert store.revision() == (1 if found == "old" else 2)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            (kept,) = connection.execute("SELECT count(*) FROM statement").fetchone()
        assert kept == (50 if found == "old" else 12_050)
        again = store.replace("one.csv", (link(f"new{number}", "member_of", "network") for number in range(12_000)), T + DAY)
        assert (again.revision, again.added) == ((2, 12_000) if found == "old" else (2, 0))
        assert sum(1 for _ in store.scan(None, ANY_TIME)) == 12_000


TURNS = """
import sys
from datetime import UTC, datetime
from graph.sqlite import SqliteStore
from tests.factories import link

path, name = sys.argv[1:]
with SqliteStore(path) as store:
    for turn in range(10):
        given = [link(f"{name}{turn}-{number}", "member_of", "network") for number in range(100)]
        store.replace("one.csv", given, datetime(2026, 3, 2, tzinfo=UTC))
"""


def test_processes_take_turns(path: Path) -> None:
    """Three of them make the file, and load one source ten times each."""
    command = [sys.executable, "-c", TURNS, str(path)]
    loaders = [subprocess.Popen([*command, name], cwd=Path(__file__).parents[2]) for name in "abc"]
    assert [loader.wait(120) for loader in loaders] == [0, 0, 0]
    with SqliteStore(path) as store:
        changes = list(store.changes(0))
        assert [change.revision for change in changes] == list(range(1, 31))
        assert [(change.added, change.withdrawn) for change in changes] == [(100, 0)] + [(100, 100)] * 29
        last = {statement.subject.split("-")[0] for statement in store.scan(None, ANY_TIME)}
        assert len(last) == 1


FILLING = """
import resource, sys
from datetime import UTC, datetime
from graph import sqlite_writing
from graph.errors import StoreUnavailable
from graph.model import ANY_TIME
from graph.sqlite import SqliteStore
from tests.factories import link

sqlite_writing.CACHE = 64
store = SqliteStore(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
given = (link(f"new{number}", "member_of", "network") for number in range(12_000))
try:
    store.replace("two.csv", given, datetime(2026, 3, 2, tzinfo=UTC))
except StoreUnavailable as error:
    print(error)
    print(store.revision(), sum(1 for _ in store.scan(None, ANY_TIME)))
"""


def test_a_disk_that_takes_no_more(path: Path) -> None:
    """The file may not grow past a mebibyte: the load fails, the store goes on."""
    filled(path)
    command = [sys.executable, "-c", FILLING, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, cwd=Path(__file__).parents[2])
    said, after = done.stdout.splitlines()
    assert "disk" in said
    assert str(path) in said
    assert after == "1 50"
    with SqliteStore(path) as store:
        assert store.replace("two.csv", many(12_000), T + DAY).revision == 2


# --- a file that is not what it should be ---


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("id,name\nwho,WHO\n" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreRefused, match="not a store of mcmgraph"):
        SqliteStore(path)
    with pytest.raises(StoreRefused, match="not a store of mcmgraph"):
        SqliteStore(path, read_only=True)
    assert path.read_bytes() == before


def test_a_database_of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(StoreRefused, match="another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_newer_schema(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(SchemaTooNew, match=r"99.*Upgrade mcmgraph"):
            SqliteStore(path, read_only=read_only)
    assert path.read_bytes() == before


def test_an_older_schema_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that is appended to the list runs once, and all of it or nothing."""
    from graph import sqlite_schema

    filled(path)
    steps = (*sqlite_schema.MIGRATIONS, "CREATE TABLE later (x TEXT) STRICT;\nINSERT INTO later VALUES ('a;b');")
    monkeypatch.setattr(
        sqlite_schema, "MIGRATIONS", (*steps, "CREATE TABLE last (y TEXT) STRICT; INSERT INTO nowhere VALUES (1);")
    )
    with pytest.raises(StoreRefused, match="older schema"):
        SqliteStore(path, read_only=True)
    with pytest.raises(StoreRefused, match="nowhere"):
        SqliteStore(path)
    monkeypatch.setattr(sqlite_schema, "MIGRATIONS", steps)
    for _ in range(2):
        with SqliteStore(path) as store:
            assert store.revision() == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT * FROM later").fetchall() == [("a;b",)]


def test_an_empty_file_is_a_new_store(path: Path) -> None:
    path.touch()
    with SqliteStore(path) as store:
        assert store.replace("one.csv", many(3), T).revision == 1


@pytest.mark.parametrize("read_only", [False, True])
def test_a_damaged_file(path: Path, read_only: bool) -> None:
    """Pages overwritten in the middle: what can be read may be read, the rest is refused by name."""
    filled(path, 5_000)
    with path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xa5" * (path.stat().st_size - 10 * 4096))
    with SqliteStore(path, read_only=read_only) as store, pytest.raises(StoreRefused, match=r"damaged.*copy"):
        list(store.scan(None, ANY_TIME))


def test_a_file_cut_short(path: Path) -> None:
    filled(path, 5_000)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)
    with pytest.raises(StoreRefused, match="damaged"), SqliteStore(path) as store:
        list(store.scan(None, ANY_TIME))


# --- a file that cannot be had ---


def test_there_is_no_file_to_read(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"no store at .*MCMGRAPH_STORE"):
        SqliteStore(path, read_only=True)
    assert not path.exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        SqliteStore(tmp_path)


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        SqliteStore(tmp_path / "file" / "graph.sqlite")


def test_another_process_is_writing(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, SqliteStore(path, wait=0.1) as store:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="another process"):
            store.replace("two.csv", many(1), T)
        assert sum(1 for _ in store.scan(None, ANY_TIME)) == 50
        other.execute("ROLLBACK")
        assert store.replace("two.csv", many(1), T).revision == 2


def test_a_new_file_is_locked_by_another_process(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="another process"):
            SqliteStore(path, wait=0.1)


def test_a_store_opened_for_reading_is_not_written(path: Path) -> None:
    filled(path)
    with SqliteStore(path, read_only=True) as store:
        with pytest.raises(StoreRefused, match="reading only"):
            store.replace("one.csv", many(1), T + DAY)
        assert sum(1 for _ in store.scan(None, ANY_TIME)) == 50
        with SqliteStore(path) as writer:
            writer.replace("one.csv", many(1), T + DAY)
            assert sum(1 for _ in store.scan(None, ANY_TIME)) == 1


NOBODY = 65534


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may write anything; permissions are tried as a user who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter (pytest's own may not be)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written(open_folder: Path) -> None:
    """An existing store can still be read there, a new one cannot be made; no file is left behind."""
    path = filled(open_folder / "graph.sqlite")
    open_folder.chmod(0o555)
    path.chmod(0o444)
    with _as_nobody():
        with pytest.raises(StoreUnavailable, match="cannot be opened"):
            SqliteStore(open_folder / "new.sqlite")
        with pytest.raises(StoreUnavailable, match="cannot be opened"):
            SqliteStore(open_folder / "new" / "graph.sqlite")
        with SqliteStore(path, read_only=True) as store:
            assert sum(1 for _ in store.scan(None, ANY_TIME)) == 50
            with pytest.raises(StoreRefused):
                store.replace("one.csv", many(1), T + DAY)
        with pytest.raises(StoreError, match=r"cannot be opened|read-only"), SqliteStore(path) as store:
            store.replace("one.csv", many(1), T + DAY)
    assert [found.name for found in open_folder.iterdir()] == ["graph.sqlite"]


def test_changes_are_seen_where_only_others_may_write(open_folder: Path) -> None:
    """Such a file is read as one that never changes; it does, when somebody with more rights loads something."""
    path = filled(open_folder / "graph.sqlite")
    open_folder.chmod(0o555)
    with _as_nobody():
        store = SqliteStore(path, read_only=True)
        assert (store.revision(), sum(1 for _ in store.scan(None, ANY_TIME))) == (1, 50)
    open_folder.chmod(0o755)
    with SqliteStore(path) as writer:
        writer.replace("one.csv", many(3), T + DAY)
    open_folder.chmod(0o555)
    with _as_nobody():
        assert (store.revision(), sum(1 for _ in store.scan(None, ANY_TIME))) == (2, 3)
    store.close()


def test_a_file_that_may_not_be_written(open_folder: Path) -> None:
    path = filled(open_folder / "graph.sqlite")
    open_folder.chmod(0o777)
    path.chmod(0o444)
    with _as_nobody(), pytest.raises(StoreRefused, match="read-only"), SqliteStore(path) as store:
        store.replace("one.csv", many(1), T + DAY)


def test_a_file_that_may_not_be_read(open_folder: Path) -> None:
    path = filled(open_folder / "graph.sqlite")
    open_folder.chmod(0o755)
    path.chmod(0o000)
    with _as_nobody(), pytest.raises(StoreUnavailable, match="cannot be opened"):
        SqliteStore(path, read_only=True)
    path.chmod(0o644)


def test_no_more_files_can_be_opened(path: Path) -> None:
    """As in a server with too many connections: the read fails with a sentence, and later ones work again."""
    filled(path)
    with SqliteStore(path) as store:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        taken: list[int] = []
        try:
            # The limit is on the numbers of files, and lower numbers may be free: take them all.
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
            with suppress(OSError):
                while True:
                    taken.append(os.dup(0))
            with pytest.raises(StoreUnavailable, match="cannot be opened"):
                store.revision()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for number in taken:
                os.close(number)
        assert store.revision() == 1
