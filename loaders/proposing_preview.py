"""What a proposed mapping would state: its first statements and its ledger, without writing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from graph.model import SourceId, Statement
from graph.revisions import Graph
from graph.store import Change, Store
from loaders.ledger import Report
from loaders.proposing_draft import said
from loaders.table import load

MOST_BYTES: Final = 20_000_000
"""A larger file is not tried out: that would take as long as loading it."""
SHOWN: Final = 5
_FRAME: Final = frozenset({"kind", "name", "url", "url_status", "proposal", "subtype", "alias"})
"""What says who is there, rather than what a row is about."""


class _Aside:
    """A store that can be read, and that takes a load aside instead of keeping it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.first: list[Statement] = []
        self.names: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def replace(self, source: SourceId, statements: Iterable[Statement], at: datetime) -> Change:
        """Count what comes, and keep the first statements that link or describe, and all names of new entities."""
        count = 0
        for one in statements:
            count += 1
            if one.predicate == "name":
                self.names[one.subject] = one.value or ""
            elif one.predicate not in _FRAME and len(self.first) < SHOWN:
                self.first.append(one)
        return Change(self._store.revision(), source, at, count, 0, 0)


def preview(path: Path, mapping: str, graph: Graph) -> Iterator[str]:
    """The first statements that a mapping makes of a file, and how many rows it loads, as comments of a YAML file."""
    yield "#"
    if path.stat().st_size > MOST_BYTES:
        yield "# The file is large: mcmgraph load table FILE --mapping MAPPING --dry-run tells what this mapping makes of it."
        return
    aside = _Aside(graph.store)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "proposed.yaml"
        file.write_text(mapping, encoding="utf-8")
        report = load(cast(Store, aside), [path], datetime.now(UTC), mapping=str(file))
    yield from _told(report)
    if aside.first:
        snapshot = graph.snapshot()
        names = {**dict(zip(snapshot.ids, snapshot.names, strict=True)), **aside.names}
        yield "# The first statements:"
        yield from (f"#   {_sentence(one, names)}" for one in aside.first)


def _told(report: Report) -> Iterator[str]:
    told = f"{report.loaded + report.unchanged:,} of {report.read:,} rows are loaded"
    told += f", {report.rejected:,} rejected, {report.ignored:,} ignored"
    yield f"# As it stands: {told}."
    for ledger in report.files:
        yield from (f"#   {reason.bucket}: {reason.rows:,} rows: {said(reason.reason)}" for reason in ledger.reasons)
    for finding in report.findings[:SHOWN]:
        yield f"#   {said(str(finding))}"


def _sentence(one: Statement, names: Mapping[str, str]) -> str:
    def called(id: str) -> str:
        return f"{names[id]} ({id})" if names.get(id, id) != id else id

    end = called(one.object) if one.object is not None else f'"{one.value}"'
    return said(f"{called(one.subject)} {one.predicate} {end[:120]}, {one.valid} ({one.citation.locator})")
