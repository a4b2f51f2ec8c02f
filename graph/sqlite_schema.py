"""The file behind ``graph.sqlite``: its tables, how it is opened and checked, and how its faults are said.

::

    identity    one row: what tells this file from one that is made anew in its place
    statement   every statement ever given; written once, never changed
    origin      what is loaded as a whole (``SourceId``), by number
    assertion   origin A said statement S from revision F until revision T (open while T is null)
    change      one row a revision: which origin, when, and how much

Known time lives in ``change`` alone: a revision has one moment and moments grow with revisions, so an assertion needs only
its two revisions. The view ``known`` joins them for whoever opens the file with another tool.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Literal

from graph.errors import InputError, McmgraphError, SchemaTooNew, StoreRefused, StoreUnavailable

APPLICATION_ID: Final = 0x4D434D47
"""``MCMG`` in the header of the file: what tells our store from anybody else's SQLite file."""

_FIRST = """
CREATE TABLE identity (text TEXT NOT NULL) STRICT;
INSERT INTO identity VALUES (lower(hex(randomblob(16))));

CREATE TABLE statement (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    predicate TEXT NOT NULL,
    object TEXT,
    value TEXT,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    end_day INTEGER NOT NULL,
    source TEXT NOT NULL,
    locator TEXT NOT NULL,
    url TEXT NOT NULL,
    quotation TEXT NOT NULL,
    confidence TEXT NOT NULL,
    "release" TEXT NOT NULL,
    qualifiers TEXT NOT NULL,
    CHECK (length(id) = 16),
    CHECK ((object IS NULL) <> (value IS NULL))
) STRICT;
CREATE INDEX statement_subject ON statement (subject, predicate);
CREATE INDEX statement_object ON statement (object, predicate) WHERE object IS NOT NULL;
CREATE INDEX statement_predicate ON statement (predicate);

CREATE TABLE origin (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE change (
    revision INTEGER PRIMARY KEY,
    origin INTEGER NOT NULL REFERENCES origin (number),
    at INTEGER NOT NULL UNIQUE,
    added INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    unchanged INTEGER NOT NULL
) STRICT;

CREATE TABLE assertion (
    statement INTEGER NOT NULL REFERENCES statement (number),
    origin INTEGER NOT NULL REFERENCES origin (number),
    revision_from INTEGER NOT NULL REFERENCES change (revision),
    revision_to INTEGER REFERENCES change (revision),
    PRIMARY KEY (statement, origin, revision_from),
    CHECK (revision_to > revision_from)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX assertion_open ON assertion (origin, statement) WHERE revision_to IS NULL;
CREATE INDEX assertion_from ON assertion (revision_from);
CREATE INDEX assertion_to ON assertion (revision_to) WHERE revision_to IS NOT NULL;

CREATE VIEW known AS
SELECT lower(hex(s.id)) AS id_text, s.*, o.name AS origin, a.revision_from, a.revision_to,
    strftime('%Y-%m-%dT%H:%M:%SZ', f.at / 1000000, 'unixepoch') AS known_from,
    strftime('%Y-%m-%dT%H:%M:%SZ', t.at / 1000000, 'unixepoch') AS known_to
FROM assertion a
JOIN statement s ON s.number = a.statement
JOIN origin o ON o.number = a.origin
JOIN change f ON f.revision = a.revision_from
LEFT JOIN change t ON t.revision = a.revision_to;
"""

MIGRATIONS: Final[tuple[str, ...]] = (_FIRST,)
"""Step n takes a file from schema version n to n + 1; version 0 is an empty file. Steps are only ever appended."""


def connect(path: Path, mode: Literal["ro", "rw", "rwc"], wait: float) -> sqlite3.Connection:
    """A connection in autocommit mode, set up as every connection of the store is: to read, to write, to write or create.

    ``wait`` is how many seconds it waits for a lock.
    """
    frozen = "&immutable=1" if mode == "ro" and _is_frozen(path) else ""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}{frozen}", uri=True, timeout=wait, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_frozen(path: Path) -> bool:
    """Whether nobody is writing and we could not either: SQLite then reads a WAL file only when told that it is immutable."""
    log = path.with_name(path.name + "-wal")
    return path.is_file() and not may_write(path.parent) and not (log.exists() and log.stat().st_size)


def may_write(path: Path) -> bool:
    """Whether this process has the right to write to a file or folder."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def prepare(path: Path, *, read_only: bool, wait: float) -> None:
    """Make the file, or bring it to this schema version, or refuse it; nothing is changed in a file that is refused.

    Raises ``SchemaTooNew``, ``StoreRefused`` for a file that is not a store of mcmgraph, ``StoreUnavailable`` where it cannot
    be opened or stays locked for ``wait`` seconds.
    """
    if read_only and not path.is_file():
        raise StoreUnavailable(
            f"There is no store at {path}. Load something into it first, or name another with MCMGRAPH_STORE."
        )
    with faults(path):
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        with closing(connect(path, "ro" if read_only else "rwc", wait)) as connection:
            version = _version(connection, path)
            if version == len(MIGRATIONS):
                return
            if read_only:
                raise StoreRefused(
                    f"The store {path} has an older schema ({version}); open it once for writing to bring it up to date."
                )
            _to_wal(connection, path, wait)
            _migrate(connection, path)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of the file, 0 where it is empty; refuses what is not ours or too new."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (application, version, tables) == (0, 0, 0):
        return 0
    if application != APPLICATION_ID:
        raise StoreRefused(f"{path} is a SQLite file of another program, not a store of mcmgraph. Name another file.")
    if version > len(MIGRATIONS):
        raise SchemaTooNew(
            f"The store {path} was written by a newer mcmgraph (schema {version}; this one reads up to {len(MIGRATIONS)}). "
            "Upgrade mcmgraph; nothing was changed."
        )
    return int(version)


def _to_wal(connection: sqlite3.Connection, path: Path, wait: float) -> None:
    """Switch the file to a write-ahead log. SQLite does not wait for a lock here, so this does: two may create one file."""
    deadline = time.monotonic() + wait
    while True:
        try:
            ((mode,),) = connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise StoreRefused(
                f"The file system of {path} cannot share a file between readers and a writer. Name a local file."
            )
        return


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another process may have made the tables in the meantime.
        for version in range(_version(connection, path), len(MIGRATIONS)):
            for command in _commands(MIGRATIONS[version]):
                connection.execute(command)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _commands(script: str) -> Iterator[str]:
    """The single commands of a script (``executescript`` would commit the transaction that it runs in)."""
    command = ""
    for piece in script.split(";")[:-1]:
        command += piece + ";"
        if sqlite3.complete_statement(command):  # else the semicolon stood in a text
            yield command
            command = ""


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into the errors of ``graph.errors``."""
    try:
        yield
    except sqlite3.Error as error:
        said = _said(error, path)
        if said is None:
            raise
        raise said from error
    except OSError as error:
        raise StoreUnavailable(f"The store {path} cannot be opened: {error.strerror}.") from error
    except UnicodeEncodeError as error:
        raise InputError(
            f"{error.object[:80]!r} holds half of a surrogate pair, which is not text. Nothing was loaded."
        ) from error


def _said(error: sqlite3.Error, path: Path) -> McmgraphError | None:
    """The same fault in our words; None for what only a mistake in this program can cause."""
    if isinstance(error, sqlite3.ProgrammingError):
        return StoreUnavailable(f"The store {path} has been closed.") if "closed" in str(error) else None
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreUnavailable(f"The store {path} is being written by another process. Try again in a moment.")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StoreUnavailable(f"The store {path} cannot be opened. Check that its folder exists and may be written.")
        case sqlite3.SQLITE_READONLY:
            return StoreRefused(f"The store {path} may not be written: the file or its folder is read-only.")
        case sqlite3.SQLITE_FULL:
            return StoreUnavailable(f"The disk with the store {path} is full. Nothing of this load was kept.")
        case sqlite3.SQLITE_IOERR:
            return StoreUnavailable(f"The disk with the store {path} fails ({error}).")
        case sqlite3.SQLITE_NOTADB:
            return StoreRefused(f"{path} is not a store of mcmgraph (it is no SQLite file). Name another file.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_ERROR:
            return StoreRefused(
                f"The store {path} is damaged ({error}). Put back a copy of it, or load its sources into a new file."
            )
        case sqlite3.SQLITE_TOOBIG:
            return InputError("A text is longer than the store can keep. Nothing was loaded.")
    return None
