"""Plain sentences: one for a statement, one for a period; and statements with everything a reader needs to check them.

Nothing is escaped here: the texts are plain, and whoever puts them on a page escapes them there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from graph.model import AsOf, EntityId, Statement
from graph.snapshot import Graph, Snapshot
from graph.vocabulary import Predicate, vocabulary
from queries.weights import weights

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cited:
    """A statement as a reader checks it: who says what, for when, how surely, and where it can be read.

    ``object`` is None where the statement gives a ``value`` instead, and the other way round. Dates are as the source writes
    them, ``""`` where it gives none. ``source`` is the id of the source's entity, ``url`` the citation's own address or else
    the source's, ``url_status`` how that address was come by. ``sentence`` runs as stated, from subject to object.
    """

    id: str
    subject: EntityId
    subject_name: str
    predicate: str
    object: EntityId | None
    object_name: str
    value: str | None
    valid_from: str
    valid_to: str
    confidence: str
    source: EntityId
    source_name: str
    locator: str
    url: str
    url_status: str
    quotation: str
    release: str
    sentence: str
    period: str
    qualifiers: Mapping[str, str] = field(default_factory=dict)


def cite(
    graph: Graph,
    snapshot: Snapshot,
    ids: Iterable[str],
    when: AsOf | None = None,
    named: Mapping[EntityId, tuple[str, str]] | None = None,
) -> list[Cited]:
    """The statements with these ids, in the order given; ids that were never known are left out.

    ``named``: names and kinds of entities that the caller has at hand; others are looked for by their ids.

    With ``when``, the sentence of a statement that had ended by then says so. What happened once (a link to an event) does not
    end.
    """
    wanted = list(ids)
    found = graph.store.statements(wanted)
    book = _Book(snapshot, named or {})
    return [_cited(found[id], book, when) for id in wanted if id in found]


class _Book:
    """Names, kinds and addresses of one snapshot, each looked up once."""

    def __init__(self, snapshot: Snapshot, named: Mapping[EntityId, tuple[str, str]]) -> None:
        self._snapshot, self._sources = snapshot, _sources(snapshot)
        self._entries = dict(named)

    def entry(self, id: EntityId) -> tuple[str, str]:
        """Name and kind of an entity; its id and ``""`` where the snapshot does not hold it."""
        if id not in self._entries:
            number = self._snapshot.number(id)
            told = (id, "") if number is None else (self._snapshot.names[number], self._snapshot.kinds[number])
            self._entries[id] = told
        return self._entries[id]

    def source(self, id: EntityId) -> tuple[str, str, str]:
        """Name of a source, its address, and how that was come by."""
        if id not in self._sources:
            self._sources[id] = (self.name(id), "", "")
        return self._sources[id]

    def name(self, id: EntityId) -> str:
        """The name of an entity."""
        return self.entry(id)[0]


def _cited(statement: Statement, book: _Book, when: AsOf | None) -> Cited:
    cited, valid, name = statement.citation, statement.valid, book.name
    source_name, url, url_status = book.source(cited.source)
    return Cited(
        id=statement.id,
        subject=statement.subject,
        subject_name=name(statement.subject),
        predicate=statement.predicate,
        object=statement.object,
        object_name=name(statement.object) if statement.object is not None else "",
        value=statement.value,
        valid_from=valid.valid_from,
        valid_to=valid.valid_to,
        confidence=statement.confidence,
        source=cited.source,
        source_name=source_name,
        locator=cited.locator,
        url=cited.url or url,
        url_status=url_status,
        quotation=cited.quotation,
        release=statement.release,
        sentence=sentence(statement, name, when is not None and _has_ended(statement, book, when)),
        period=period_text(valid.valid_from, valid.valid_to),
        qualifiers=dict(statement.qualifiers),
    )


def _has_ended(statement: Statement, book: _Book, when: AsOf) -> bool:
    happened = any(book.entry(id)[1] in weights().occurrences for id in (statement.subject, statement.object) if id is not None)
    return statement.valid.end <= when.first and not happened


def sentence(statement: Statement, name: Callable[[EntityId], str], ended: bool = False) -> str:
    """What a statement says, in one plain sentence, from subject to object.

    ``name`` gives the name of an id. The qualifier ``detail`` stands in brackets, because it often limits what is said. An
    ``ended`` one says when it ended; a negative does not, because what nobody asserts any longer need not have become true.
    """
    word = vocabulary().predicate(statement.predicate)
    told = dict(statement.qualifiers)
    detail = told.pop("detail", "")
    if "status" in told:
        told["status"] = _status_text(told["status"])
        if "{status}" in word.sentence and detail:
            told["status"], detail = f"{told['status']}; {detail}", ""
    told["subject"] = name(statement.subject)
    told["object"] = name(statement.object) if statement.object is not None else ""
    told["value"] = _value_text(word, statement.value or "")
    said = _filled(word.sentence.removesuffix("."), told)
    if detail:
        said += f" ({detail.removesuffix('.')})"
    if ended and not word.negates:
        said += f"; this ended {_on(statement.valid.valid_to)}"
    return said if said.endswith((".", "!", "?")) else said + "."


def _filled(template: str, told: Mapping[str, str]) -> str:
    """A template with its blanks filled; a blank that nothing is known for is left out with its brackets."""
    parts, rest = [], template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        blank, _, rest = rest.partition("}")
        text = told.get(blank, "")
        if not text and before.endswith(" (") and rest.startswith(")"):
            before, rest = before.removesuffix(" ("), rest.removeprefix(")")
        parts += [before, text]
    return "".join([*parts, rest])


def _status_text(status: str) -> str:
    known = vocabulary().statuses.get(status)
    return known.what if known is not None else status.replace("_", " ")


def _value_text(word: Predicate, value: str) -> str:
    known = vocabulary().kinds.get(value) if word.type == "kinds" else None
    return known.label if known is not None else value


def _on(valid_to: str) -> str:
    return f"{'on' if valid_to.count('-') == 2 else 'in'} {date_text(valid_to)}"


def date_text(text: str) -> str:
    """A partial date in words.

    >>> date_text("2026-01-06"), date_text("2024-09"), date_text("2024")
    ('6 January 2026', 'September 2024', '2024')
    """
    year, *rest = text.split("-")
    words = [year]
    if rest:
        words.insert(0, _MONTHS[int(rest[0]) - 1])
    if len(rest) > 1:
        words.insert(0, str(int(rest[1])))
    return " ".join(words)


def period_text(valid_from: str, valid_to: str) -> str:
    """A period in words, at the precision its source gives.

    >>> period_text("2026-01-13", "2026-01-13"), period_text("2024", ""), period_text("", "2023-12")
    ('on 13 January 2026', 'since 2024', 'until December 2023')
    >>> period_text("2019", "2023"), period_text("", "")
    ('from 2019 to 2023', 'no dates given')
    """
    if not valid_from and not valid_to:
        return "no dates given"
    if valid_from == valid_to:
        return _on(valid_from)
    if not valid_to:
        return f"since {date_text(valid_from)}"
    return f"from {date_text(valid_from)} to {date_text(valid_to)}" if valid_from else f"until {date_text(valid_to)}"


_held: WeakKeyDictionary[Snapshot, dict[EntityId, tuple[str, str, str]]] = WeakKeyDictionary()
_lock = threading.Lock()


def _sources(snapshot: Snapshot) -> dict[EntityId, tuple[str, str, str]]:
    """Name, address and status of the address of sources: those with an address are read once per snapshot, others added."""
    with _lock:
        held = _held.get(snapshot)
        if held is None:
            urls = {literal.node: literal.value for literal in snapshot.literals("url")}
            statuses = {literal.node: literal.value for literal in snapshot.literals("url_status")}
            held = _held[snapshot] = {
                snapshot.ids[node]: (snapshot.names[node], urls.get(node, ""), statuses.get(node, ""))
                for node in sorted({*urls, *statuses})
            }
        return held
