"""What a load has been given, on disk until it is sent: so that a load of any size takes the same memory.

The spool is a temporary SQLite file that has no name and ends with the process. It counts a statement given twice once, and
holds what was given against what the source said until now; only the difference goes to the server.
"""

from __future__ import annotations

# ruff: noqa: S608 - queries are joined from the constants of this module; every value is bound
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter
from types import TracebackType
from typing import Any, Final

from graph.errors import BadStatement, StoreUnavailable
from graph.model import Statement
from graph.neo4j_schema import OTHER, kind_labels, link_types

BATCH: Final = 2_000
"""Rows that travel together: with five times as many the server is a third slower, and so it is with half as many."""
BULK: Final = 10_000
"""Links that travel together while links have no indexes yet: the server is a quarter faster than with ``BATCH``."""

LONGEST: Final = 1_000
"""Letters of a predicate or of a source's name: the server's indexes do not take texts of any length."""
_GIVEN: Final = 2_000
"""Statements held at once while they are given."""

_TABLES: Final = """
CREATE TABLE given (
    id BLOB PRIMARY KEY, subject TEXT, predicate TEXT, object TEXT, value TEXT, type TEXT, first INTEGER, "end" INTEGER,
    "release" TEXT, lang TEXT, rest TEXT
);
CREATE TABLE said (id BLOB PRIMARY KEY, element TEXT, is_link INTEGER) WITHOUT ROWID;
CREATE TABLE shown (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_KEEP: Final = f"INSERT OR IGNORE INTO given VALUES ({', '.join('?' * 11)})"
_ADDED: Final = "FROM given WHERE id NOT IN (SELECT id FROM said)"
_BETWEEN: Final = "\x1f"
"""Between the texts of the column ``rest``: no text of a statement can hold it."""

SHOWN: Final = ("kind", "name", "subtype", "description", "alias")
"""The predicates of the texts that an entity shows on its node."""
DETAILS: Final = (
    "id",
    "first",
    "end",
    "release",
    "lang",
    "valid_from",
    "valid_to",
    "source",
    "locator",
    "url",
    "quotation",
    "confidence",
    "qualifiers",
    "status",
    "sort",
)
"""Columns of ``links`` and ``literals`` after their first three, None where empty. From ``valid_from`` on they are ``rest``."""
_DETAILS: Final = 'id, first, "end", "release", lang, rest'


class Spool:
    """See the module. Use as a context manager; whoever wrote into it must not read from it at the same time."""

    def __init__(self) -> None:
        with _full():
            self._file = sqlite3.connect("", isolation_level=None)
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32768"):
                self._file.execute(f"PRAGMA {pragma}")
            self._file.executescript(_TABLES)

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    # --- what is given -------------------------------------------------------------------------------------------------

    def give(self, statements: Iterable[Statement]) -> None:
        """Read the iterable to its end. What it raises passes through."""
        types, remaining = link_types(), iter(statements)
        while batch := list(islice(remaining, _GIVEN)):
            rows = [_row(statement, types) for statement in batch]
            with _full():
                self._write(_KEEP, rows)

    def said(self, rows: Iterable[Sequence[Any]]) -> None:
        """What the source says on the server until now: id, the server's own id of it, whether it is a link."""
        remaining = iter(rows)
        with _full():
            self._file.execute("DELETE FROM said")
        while batch := list(islice(remaining, BATCH)):
            with _full():
                self._write(
                    "INSERT OR IGNORE INTO said VALUES (?, ?, ?)",
                    [(bytes.fromhex(id), element, is_link) for id, element, is_link in batch],
                )

    def show(self, ids: Iterable[str]) -> None:
        """The entities whose display has to be made anew."""
        remaining = iter(ids)
        with _full():
            self._file.execute("DELETE FROM shown")
        while batch := list(islice(remaining, BATCH)):
            with _full():
                self._write("INSERT OR IGNORE INTO shown VALUES (?)", [(id,) for id in batch])

    def _write(self, command: str, rows: list[Any]) -> None:
        self._file.execute("BEGIN")
        self._file.executemany(command, rows)
        self._file.execute("COMMIT")

    # --- the difference ------------------------------------------------------------------------------------------------

    def counts(self) -> tuple[int, int, int]:
        """How many statements are added, withdrawn, unchanged."""
        with _full():
            ((given,),) = self._file.execute("SELECT count(*) FROM given")
            ((said,),) = self._file.execute("SELECT count(*) FROM said")
            ((unchanged,),) = self._file.execute("SELECT count(*) FROM said WHERE id IN (SELECT id FROM given)")
        return given - unchanged, said - unchanged, unchanged

    def added_types(self) -> list[str | None]:
        """The relationship types of what is added; None stands for literals."""
        with _full():
            return [type_ for (type_,) in self._file.execute(f"SELECT DISTINCT type {_ADDED} ORDER BY type")]

    def added_ids(self, type_: str | None) -> Iterator[list[str]]:
        """The ids of what is added of one relationship type, in batches."""
        return ([id.hex() for (id,) in rows] for rows in self._batches(f"SELECT id {_ADDED} AND type IS ?", type_))

    def set_releases(self, rows: list[tuple[str, str]]) -> None:
        """Give statements the release that they were first given with: (release, id) each."""
        with _full():
            self._write('UPDATE given SET "release" = ? WHERE id = ?', [(release, bytes.fromhex(id)) for release, id in rows])

    def entities(self) -> Iterator[list[list[Any]]]:
        """Every entity that what is added speaks of, with what a new one shows: label (in a list), then as in ``_shown``."""
        with _full():
            self._file.execute("CREATE INDEX IF NOT EXISTS told ON given (subject) WHERE type IS NULL")
        sql = (
            f"SELECT e.id, t.predicate, t.value FROM (SELECT subject AS id {_ADDED} UNION SELECT object {_ADDED} "
            f"AND type IS NOT NULL) e LEFT JOIN given t ON t.subject = e.id AND t.type IS NULL AND t.predicate IN {SHOWN} "
            "ORDER BY e.id, coalesce(t.lang, '') NOT IN ('', 'en'), t.\"end\" DESC, t.id"
        )
        rows = (row for batch in self._batches(sql) for row in batch)
        labels = kind_labels()
        entities = (_shown(id, list(told), labels) for id, told in groupby(rows, key=itemgetter(0)))
        while batch := list(islice(entities, BATCH)):
            yield batch

    def links(self, bulk: bool = False) -> Iterator[list[list[Any]]]:
        """The links that are added: subject, object, type, ``DETAILS``, the predicate where the type does not tell it."""
        other = f"CASE type WHEN '{OTHER}' THEN predicate END"
        sql = f"SELECT {other}, subject, object, type, {_DETAILS} {_ADDED} AND type IS NOT NULL"
        for rows in self._batches(sql, most=BULK if bulk else BATCH):
            yield [[*_unpacked(row), predicate] for predicate, *row in rows]

    def literals(self) -> Iterator[list[list[Any]]]:
        """The literals that are added: subject, predicate, value, ``DETAILS``."""
        for rows in self._batches(f"SELECT subject, predicate, value, {_DETAILS} {_ADDED} AND type IS NULL"):
            yield [_unpacked(row) for row in rows]

    def withdrawn(self, is_link: bool) -> Iterator[list[str]]:
        """The server's own ids of what is withdrawn."""
        sql = "SELECT element FROM said WHERE is_link = ? AND id NOT IN (SELECT id FROM given)"
        return ([element for (element,) in rows] for rows in self._batches(sql, is_link))

    def to_show(self) -> Iterator[list[str]]:
        """What ``show`` was given."""
        return ([id for (id,) in rows] for rows in self._batches("SELECT id FROM shown"))

    def _batches(self, sql: str, *bound: object, most: int = 0) -> Iterator[list[Any]]:
        with _full():
            cursor = self._file.execute(sql, bound)
        while True:
            with _full():
                rows = cursor.fetchmany(most or BATCH)
            if not rows:
                return
            yield rows


def _shown(id: str, told: Sequence[Sequence[Any]], labels: Mapping[str, str]) -> list[Any]:
    """id, label, kind, name, subtype, description, other names: by the rule of ``graph.neo4j_cypher.show``."""
    if told[0][1] is None:
        return [id, [], None, None, None, None, None]
    first: dict[str, str] = {}
    for _, predicate, value in told:
        first.setdefault(predicate, value)
    kind, name = first.get("kind"), first.get("name")
    others = {value for _, predicate, value in told if predicate in ("name", "alias")} if name is not None else set()
    label = [labels[kind]] if kind is not None and kind in labels else []
    return [id, label, kind, name, first.get("subtype"), first.get("description"), sorted(others - {name})]


def _row(statement: Statement, types: Mapping[str, str]) -> tuple[Any, ...]:
    valid, cited, pairs = statement.valid, statement.citation, dict(statement.qualifiers)
    if len(statement.predicate) > LONGEST:
        raise BadStatement(
            f"The predicate {statement.predicate[:40]!r}... has {len(statement.predicate)} letters; {LONGEST} are the most."
        )
    rest = (
        valid.valid_from,
        valid.valid_to,
        cited.source,
        cited.locator,
        cited.url,
        cited.quotation,
        statement.confidence,
        json.dumps(pairs, ensure_ascii=False) if pairs else "",
        pairs.get("status", ""),
        pairs.get("sort", ""),
    )
    return (
        bytes.fromhex(statement.id),
        statement.subject,
        statement.predicate,
        statement.object,
        statement.value,
        None if statement.object is None else types.get(statement.predicate, OTHER),
        valid.first,
        valid.end,
        statement.release or None,
        pairs.get("lang"),
        _BETWEEN.join(rest),
    )


def _unpacked(row: Sequence[Any]) -> list[Any]:
    """A row of three columns and ``_DETAILS``, with ``DETAILS`` instead."""
    *texts, id, first, end, release, lang, rest = row
    return [*texts, id.hex(), first, end, release, lang, *(part or None for part in rest.split(_BETWEEN))]


@contextmanager
def _full() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailable(
            f"What is loaded could not be kept in a temporary file ({error}). Nothing was loaded. "
            "Make room where temporary files go, or set TMPDIR."
        ) from None
