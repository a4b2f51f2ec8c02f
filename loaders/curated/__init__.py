"""The curated graph: CSV files that people edit in a spreadsheet, and their loader.

``load(store, None, at)`` loads the files that ship with mcmgraph; with paths, files of the same layouts, or folders of them.
A file is loaded whole or not at all, in one transaction. See ``docs/data.md`` for what the shipped files hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Final

from graph.errors import InputError
from graph.model import ANY_TIME, SourceId, Statement
from graph.store import Change, Store
from loaders.catalogue import source_id, source_statements
from loaders.curated.checking import Checked, Progress, check, readable_rows
from loaders.curated.layouts import LAYOUTS
from loaders.curated.reading import NotReadable, Table
from loaders.curated.references import References
from loaders.ledger import SHOWN_FINDINGS, FileLedger, Reason, Report, gather

EDITION: Final = "2026-11-21"
"""The day on which the shipped files were compiled; the ``release`` of their statements."""
_CLOCKS: Final = timedelta(seconds=1)
"""By how much the clocks of two machines may differ."""
_WITH_THE_FILE: Final = "in a file that is refused"
_ORDER: Final = {layout.name: position for position, layout in enumerate(LAYOUTS)}


def shipped() -> tuple[Path, ...]:
    """The CSV files that ship with mcmgraph, by name."""
    folder = Path(str(resources.files(__name__)))
    return tuple(sorted(folder.glob("*.csv")))


def load(
    store: Store,
    files: Sequence[Path] | None,
    at: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> Report:
    """Load CSV files of the curated layouts into a store; every file replaces what the store had from it.

    ``files``: files and folders; None means the shipped ones. The store keeps a file under the name of its folder and its
    own name (``curated/links.csv``). ``at``: the known time, an aware moment. ``progress`` is called with the file, the rows
    done and the rows in total (None while the file is checked). ``dry_run``: nothing is written; the ledger says what would
    be. Loading the same files again changes nothing and makes no revision.

    A file with a finding is refused whole, and so is a file that names entities of a refused one; the others are loaded. What
    is wrong with a file is in the report and does not raise. Raises ``InputError`` where ``at`` has no time zone or lies
    before the last load of one of the files, or a path does not exist; ``StoreError`` where the store fails: the files
    written until then are whole.
    """
    if at.tzinfo is None:
        raise InputError("The known time of a load needs a time zone.")
    paths, skipped = (shipped(), ()) if files is None else _csv_files(files)
    release = EDITION if files is None else ""
    named = [(path, f"{path.resolve().parent.name}/{path.name}") for path in paths]
    checked = [check(path, source, release, progress) for path, source in named]
    _one_name_each(checked)
    _not_before(store, checked, at)
    References(store, checked).settle()
    loading = _Loading(store, checked, at, release, progress, dry_run)
    ledgers = loading.run()
    findings, more = gather([one.findings for one in checked], SHOWN_FINDINGS)
    return Report(ledgers, findings, more, store.revision(), max(at, *loading.known_at), dry_run, skipped)


def _csv_files(given: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The files to load, folders opened; and what lies in these folders and is no CSV file."""
    paths: dict[Path, None] = {}
    skipped: list[str] = []
    for path in given:
        if not path.exists():
            raise InputError(f"There is no file or folder {str(path)!r}.")
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        for one in inside:
            if not path.is_dir() or (one.suffix.lower() == ".csv" and one.is_file()):
                paths[one.resolve()] = None
            else:
                skipped.append(f"{path.resolve().name}/{one.name}")
        if path.is_dir() and not any(one.suffix.lower() == ".csv" for one in inside):
            raise InputError(f"The folder {str(path)!r} holds no CSV file.")
    return tuple(paths), tuple(skipped)


def _one_name_each(files: Sequence[Checked]) -> None:
    """Two files that the store would keep under one name would replace each other."""
    count = Counter(one.source for one in files)
    for one in files:
        if count[one.source] > 1:
            one.find(0, "", one.source, "another file of this load has the same folder name and file name; rename one of them")


def _not_before(store: Store, files: Sequence[Checked], at: datetime) -> None:
    sources = {one.source for one in files}
    for change in store.changes(0):
        if change.source in sources and change.at - at > _CLOCKS:
            last = change.at.isoformat()
            raise InputError(
                f"{change.source} was last loaded at {last}; it cannot be loaded for {at.isoformat()}, before that."
            )


class _Loading:
    """The second reading: accepted files are written one by one, those that define entities first."""

    def __init__(
        self, store: Store, files: Sequence[Checked], at: datetime, release: str, progress: Progress | None, dry_run: bool
    ) -> None:
        self._store, self._files, self._at = store, files, at
        self._release, self._progress, self._dry_run = release, progress, dry_run
        self._before = self._known_statements()
        self._done: dict[SourceId, FileLedger] = {}
        self.known_at: list[datetime] = [at]

    def run(self) -> tuple[FileLedger, ...]:
        """Write what is accepted; returns the ledgers in the order of the files given."""
        for one in sorted(self._files, key=lambda one: (_ORDER[one.layout.name] if one.layout else -1, one.source)):
            if not one.findings:
                self._write(one)
        return tuple(self._done.get(one.source) or _refused(one) for one in self._files)

    def _known_statements(self) -> dict[SourceId, set[str]]:
        """The ids of the statements that each of the files makes in the store now."""
        loaded_before = {change.source for change in self._store.changes(0)}
        known: dict[SourceId, set[str]] = {one.source: set() for one in self._files}
        if loaded_before & known.keys():
            for record in self._store.records(None, ANY_TIME):
                if record.origin in known:
                    known[record.origin].add(record.statement.id)
        return known

    def _write(self, one: Checked) -> None:
        before = self._before[one.source]
        stream = _Stream(one, before, self._release, self._progress)
        try:
            if self._dry_run:
                new = {statement.id for statement in stream}
                change = Change(0, one.source, self._at, len(new - before), len(before - new), len(new & before))
            else:
                change = self._store.replace(one.source, stream, self._at)
        except NotReadable as error:
            one.find(error.row, "", "", error.reason)
            References(self._store, self._files).hold_together()
            return
        if change.added or change.withdrawn:
            self.known_at.append(change.at)
        self._done[one.source] = FileLedger(
            file=one.source,
            source=one.source,
            layout=one.layout.name if one.layout else "",
            read=one.read,
            loaded=stream.loaded,
            unchanged=stream.unchanged,
            rejected=0,
            ignored=sum(one.ignored.values()),
            reasons=tuple(Reason("ignored", reason, rows) for reason, rows in sorted(one.ignored.items())),
            added=change.added,
            withdrawn=change.withdrawn,
            kept=change.unchanged,
        )


class _Stream:
    """The statements of a checked file, read anew; counts the rows that say something new.

    Raises ``NotReadable`` where the file is not what it was when it was checked.
    """

    def __init__(self, checked: Checked, before: set[str], release: str, progress: Progress | None) -> None:
        self._checked, self._before, self._release, self._progress = checked, before, release, progress
        self.loaded = self.unchanged = 0

    def __iter__(self) -> Iterator[Statement]:
        checked, self.loaded, self.unchanged = self._checked, 0, 0
        again = Checked(checked.path, checked.source, checked.layout)
        assert checked.layout is not None
        new_sources: dict[str, bool] = {}
        with Table(checked.path) as table:
            for _, row in readable_rows(table, again, self._release, None):
                stated = [one.statement for one in checked.layout.read(row)]
                cited = source_id(row["source"], row["url"])
                if cited not in new_sources:
                    entry = source_statements(row["source"], row["url"], row["url_status"], self._release)
                    new_sources[cited] = self._new(entry)
                    yield from entry
                new = new_sources[cited] or self._new(stated)
                self.loaded += new
                self.unchanged += not new
                yield from stated
                if self._progress and again.read % 500 == 0:
                    self._progress(checked.source, again.read, checked.read)
            if again.findings or table.digest != checked.digest:
                raise NotReadable("the file changed while it was being loaded; load it again.")
        if self._progress:
            self._progress(checked.source, checked.read, checked.read)

    def _new(self, statements: Sequence[Statement]) -> bool:
        return any(statement.id not in self._before for statement in statements)


def _refused(one: Checked) -> FileLedger:
    """The ledger of a file with findings: every row that is not ignored is rejected."""
    ignored = sum(one.ignored.values())
    rejected = one.read - ignored
    own = min(sum(row > 1 for row in one.findings.rows), rejected)
    reasons = [Reason("rejected", "has a finding", own), Reason("rejected", _WITH_THE_FILE, rejected - own)]
    reasons += [Reason("ignored", reason, rows) for reason, rows in sorted(one.ignored.items())]
    return FileLedger(
        file=one.source,
        source=one.source,
        layout=one.layout.name if one.layout else "",
        read=one.read,
        loaded=0,
        unchanged=0,
        rejected=rejected,
        ignored=ignored,
        reasons=tuple(reason for reason in reasons if reason.rows),
        refused=True,
    )
