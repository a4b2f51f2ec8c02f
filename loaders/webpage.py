"""Web pages and documents: HTML, text and PDF files, read for what they mention.

Each file becomes a source with its mentions (every one with its sentence and its place in the stored bytes) and its proposals:
links that a sentence seems to state, names that may be an entity, phrases that no entity is known by. A proposal waits in the
review queue; it is no statement about the entities until somebody accepts it. No address in a file is ever opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from graph.errors import InputError, RefusedFile
from graph.model import ALWAYS, ANY_TIME, Citation, EntityId, Statement, qualify
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.catalogue import source_id, source_statements
from loaders.documents import Document, read_document
from loaders.gazetteer import Gazetteer
from loaders.known_names import KnownNames
from loaders.ledger import FileLedger, Finding, Reason, Report
from loaders.mentions import Mention, find_mentions
from loaders.relations import find_relations
from loaders.resolve import Option
from loaders.waiting import PROPOSAL, Waiting, one_line

Progress = Callable[[str, int, int | None], None]
LAYOUT: Final = "page"
_QUOTED: Final = 300


@dataclass(frozen=True, slots=True)
class _Row:
    """One find of a file: its statement, or why there is none."""

    statement: Statement | None
    ignored: str = ""


def load(store: Store, files: Sequence[Path], at: datetime, progress: Progress | None = None, dry_run: bool = False) -> Report:
    """Load pages and documents; every file replaces what the store had from it, kept as ``page/<file name>``.

    The ledger counts finds: mentions that fit one entity, and proposals. A find is ignored where review rejected it, or
    where the file has it twice. A file that cannot be read is refused; the others are loaded. Raises ``InputError`` where
    ``at`` has no time zone or two files have one name, ``StoreError`` where the store fails.
    """
    if at.tzinfo is None:
        raise InputError("The known time of a load needs a time zone.")
    twice = [name for name, count in Counter(path.name for path in files).items() if count > 1]
    if twice:
        raise InputError(f"Two files have the name {twice[0]!r}; rename one, or load them one after the other.")
    gazetteer = Gazetteer(KnownNames(Graph(store)))
    ledgers, findings = [], []
    for path in files:
        if progress:
            progress(path.name, 0, None)
        try:
            document = read_document(path)
        except (RefusedFile, OSError) as error:
            reason = str(error).partition(": ")[2] if isinstance(error, RefusedFile) else error.strerror or "it cannot be read"
            findings.append(Finding(path.name, 0, "", "", reason))
            ledgers.append(FileLedger(path.name, f"{LAYOUT}/{path.name}", LAYOUT, 0, 0, 0, 0, 0, refused=True))
            continue
        rows = list(_rows(document, gazetteer, Waiting(store)))
        ledgers.append(_write(store, document, rows, at, dry_run))
        if progress:
            progress(path.name, len(rows), len(rows))
    return Report(tuple(ledgers), tuple(findings), 0, store.revision(), at, dry_run)


def mentions_in(path: Path, gazetteer: Gazetteer) -> list[Mention]:
    """The mentions of one file, in order; raises ``RefusedFile``."""
    return find_mentions(read_document(path), gazetteer)


def _write(store: Store, document: Document, rows: Sequence[_Row], at: datetime, dry_run: bool) -> FileLedger:
    source = f"{LAYOUT}/{document.name}"
    made = [row.statement for row in rows if row.statement is not None]
    frame = list(_frame(document))
    before = _held(store, source)
    new = sum(one.id not in before for one in made)
    ignored = Counter(row.ignored for row in rows if row.ignored)
    wanted = {one.id for one in (*frame, *made)}
    added, withdrawn, kept = len(wanted - before), len(before - wanted), len(wanted & before)
    if not dry_run:
        change = store.replace(source, [*frame, *made], at)
        if change.source == source and (change.added or change.withdrawn):
            added, withdrawn, kept = change.added, change.withdrawn, change.unchanged
    return FileLedger(
        file=document.name,
        source=source,
        layout=LAYOUT,
        read=len(rows),
        loaded=new,
        unchanged=len(made) - new,
        rejected=0,
        ignored=sum(ignored.values()),
        reasons=tuple(Reason("ignored", reason, count) for reason, count in sorted(ignored.items())),
        added=added,
        withdrawn=withdrawn,
        kept=kept,
    )


def _held(store: Store, source: str) -> set[str]:
    """The ids of what a loaded page says now; it cites only itself, so its own entity leads to all of it."""
    held = set()
    for predicate in ("mentions", PROPOSAL, "kind", "name", "url_status"):
        held |= {one.statement.id for one in store.records(predicate, ANY_TIME) if one.origin == source}
    return held


def _frame(document: Document) -> Iterable[Statement]:
    return source_statements(_title(document), "", "none")


def _title(document: Document) -> str:
    """What the document is called: by its file, which stays when its content changes."""
    return f"{document.title[:200]} ({document.name})" if document.title else document.name


def _rows(document: Document, gazetteer: Gazetteer, waiting: Waiting) -> Iterator[_Row]:
    source = source_id(_title(document))
    mentions = find_mentions(document, gazetteer)
    snapshot = gazetteer.known.snapshot
    for mention in mentions:
        cited = _cited(document, source, mention.start, mention.end, mention.sentence)
        place = _place(document, mention.start, mention.end)
        if mention.id is not None:
            said = qualify({**place, "text": one_line(mention.text)})
            yield _Row(Statement(source, "mentions", mention.id, None, ALWAYS, cited, "high", "", said))
        else:
            offered = [_option(snapshot, id, mention.reason) for id in mention.candidates]
            made = waiting.name(cited, mention.text, mention.sentence, offered, mention.reason, place)
            yield _Row(made.statement, made.ignored)
    kinds = {one.id: snapshot.kinds[node] for one in mentions if one.id and (node := snapshot.number(one.id)) is not None}
    for one in find_relations(document, mentions, kinds):
        cited = _cited(document, source, one.start, one.end, one.sentence)
        place = _place(document, one.start, one.end)
        made = waiting.relation(cited, one.subject, one.predicate, one.object, one.sentence, place)
        yield _Row(made.statement, made.ignored)


def _option(snapshot: Snapshot, id: EntityId, reason: str) -> Option:
    node = snapshot.number(id)
    name, kind = (snapshot.names[node], snapshot.kinds[node]) if node is not None else (id, "")
    return Option(id, name, kind, (), 0.0, reason)


def _place(document: Document, start: int, end: int) -> dict[str, str]:
    return {"start": str(start), "end": str(end), "sha256": document.sha256}


def _cited(document: Document, source: str, start: int, end: int, sentence: str) -> Citation:
    where = f"characters {start} to {end}"
    if document.pages:
        number = sum(begin <= start for begin in document.pages)
        where = f"page {number}, {where} of the text"
    return Citation(source, where, "", one_line(sentence)[:_QUOTED])
