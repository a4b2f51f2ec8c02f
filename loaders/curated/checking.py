"""The first reading of a file: every row is held against the layout and the vocabulary; nothing is written.

What a row says of entities (which it defines, which it names) is collected here and settled over all files in
``references``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph.model import EntityId, Statement
from graph.vocabulary import nearest, vocabulary
from loaders.catalogue import source_id
from loaders.curated.layouts import Layout, recognise
from loaders.curated.reading import HIDDEN, NotReadable, Table
from loaders.curated.row import Row, Stated
from loaders.ledger import Finding, Findings

Progress = Callable[[str, int, int | None], None]
BLANK = "blank row"
_TICK = 500
_ROWS_NOTED = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entity that a file names: in which column, by which predicate, and which kinds fit there (None: any)."""

    entity: EntityId
    column: str
    predicate: str
    kinds: frozenset[str] | None


@dataclass(slots=True)
class Checked:
    """What is known of a file after its first reading. ``source`` is the name under which the store keeps it."""

    path: Path
    source: str
    layout: Layout | None = None
    digest: str = ""
    read: int = 0
    findings: Findings = field(default_factory=Findings)
    ignored: Counter[str] = field(default_factory=Counter)
    repeats: set[int] = field(default_factory=set)
    defines: dict[EntityId, tuple[str, str, int]] = field(default_factory=dict)
    """Kind, name and row of every entity that the file makes."""
    wants: dict[Wanted, list[int]] = field(default_factory=dict)
    """Rows in which an entity is named, the first thousand."""

    def find(self, row: int, column: str, value: str, reason: str, close: Sequence[str] = (), follows: bool = False) -> None:
        """Note a finding; ``follows``: it may only follow from what is wrong with another file."""
        self.findings.add(Finding(self.source, row, column, value, reason, tuple(close)[:5]), follows)


def check(path: Path, source: str, release: str, progress: Progress | None) -> Checked:
    """Read a file once, to the end, and note everything that is wrong with it."""
    checked = Checked(path, source)
    try:
        with Table(path) as table:
            header = recognise(table.header)
            checked.layout = header.layout
            for column, reason, close in header.problems:
                checked.find(1, column, "", reason, close)
            addresses: dict[str, dict[str, list[int]]] = {}
            for number, row in readable_rows(table, checked, release, progress):
                _take(checked, number, checked.layout.read(row) if checked.layout else [])
                states = addresses.setdefault(source_id(row["source"], row["url"]), {})
                states.setdefault(row["url_status"], []).append(number)
            _one_state_each(checked, addresses)
            checked.digest = table.digest
            if checked.layout and checked.read == checked.ignored[BLANK]:
                checked.find(0, "", "", "there is no row under the header; an empty file is not loaded")
    except NotReadable as error:
        checked.find(error.row, "", "", error.reason)
    return checked


def readable_rows(table: Table, checked: Checked, release: str, progress: Progress | None) -> Iterator[tuple[int, Row]]:
    """The rows of a file that can be read, as ``Row``; the others become findings, or are counted as ignored."""
    width = len(table.header)
    seen: dict[tuple[str, ...], int] = {}
    for number, cells in table.rows():
        checked.read += 1
        if progress and checked.read % _TICK == 0:
            progress(checked.source, checked.read, None)
        if not any(cells):
            checked.ignored[BLANK] += 1
            checked.repeats.add(number)
            continue
        if checked.layout is None:
            continue
        if len(cells) != width:
            checked.find(number, "", "", f"the row has {len(cells)} cells, the header has {width}")
            continue
        same = seen.setdefault(tuple(cells), number)
        if same != number:
            checked.ignored[f"same as row {same}"] += 1
            checked.repeats.add(number)
            continue
        if not _clean(table.header, cells, number, checked):
            continue

        def report(column: str, value: str, reason: str, close: Sequence[str], number: int = number) -> None:
            checked.find(number, column, value, reason, close)

        def want(entity: str, column: str, predicate: str, number: int = number) -> None:
            _want(checked, number, Wanted(entity, column, predicate, frozenset()))

        yield number, Row(dict(zip(table.header, cells, strict=True)), report, want, release)


def _clean(header: tuple[str, ...], cells: list[str], number: int, checked: Checked) -> bool:
    """Whether no cell holds hidden characters or white space at an end."""
    if not HIDDEN.search("".join(cells)) and all(cell == cell.strip() for cell in cells):
        return True
    for column, cell in zip(header, cells, strict=True):
        if found := HIDDEN.search(cell):
            sign = f"U+{ord(found[0]):04X}"
            checked.find(number, column, cell, f"it holds a control or invisible character or a line break ({sign})")
        elif cell != cell.strip():
            checked.find(number, column, cell, "it has white space at its start or end", (cell.strip(),))
    return False


def _one_state_each(checked: Checked, addresses: dict[str, dict[str, list[int]]]) -> None:
    """The address of one source has one state in a file; the rows that differ from most of the others are named."""
    for states in addresses.values():
        if len(states) > 1:
            usual = max(states, key=lambda status: len(states[status]))
            for status, rows in states.items():
                for row in rows if status != usual else ():
                    reason = (
                        f"the same source has {usual!r} in {len(states[usual])} other rows, first in row {states[usual][0]}"
                    )
                    checked.find(row, "url_status", status, reason, (usual,))


def _take(checked: Checked, number: int, stated: list[Stated]) -> None:
    """Note which entities a row makes and which it names."""
    made = {one.statement.predicate: one for one in stated if one.statement.predicate in ("kind", "name")}
    if checked.layout and checked.layout.defines and "kind" in made:
        entity, column = made["kind"].statement.subject, made["kind"].subject_column
        name = made["name"].statement.value if "name" in made else ""
        before = checked.defines.setdefault(entity, (made["kind"].statement.value or "", name or "", number))
        if before[2] != number:
            checked.find(number, column, entity, f"the id stands in row {before[2]} already; an entity has one row")
        return
    for one in stated:
        for wanted in _wanted(one):
            _want(checked, number, wanted)


def _want(checked: Checked, number: int, wanted: Wanted) -> None:
    rows = checked.wants.setdefault(wanted, [])
    if len(rows) < _ROWS_NOTED:
        rows.append(number)


def _wanted(one: Stated) -> Iterator[Wanted]:
    statement: Statement = one.statement
    predicate = vocabulary().predicates[statement.predicate]
    yield Wanted(statement.subject, one.subject_column, predicate.name, predicate.domain)
    if statement.object is not None:
        yield Wanted(statement.object, one.object_column, predicate.name, predicate.range)


def close_ids(entity: EntityId, known: Sequence[EntityId]) -> tuple[str, ...]:
    """Ids that an unknown id may stand for, best first."""
    return tuple(nearest(entity, known))
