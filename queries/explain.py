"""Plain sentences: one for a statement, one for a period; and statements with everything a reader needs to check them.

Nothing is escaped here: the texts are plain, and whoever puts them on a page escapes them there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Final
from weakref import WeakKeyDictionary

from graph.model import OPEN_END, OPEN_START, AsOf, EntityId, Statement
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import Predicate, vocabulary
from queries.weights import weights

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_NOTED: Final = 10_000
"""Statements that are held for a snapshot as they were cited."""


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
    return _Book(snapshot, named or {}).cited(graph, list(ids), when)


class _Noted:
    """A statement that was cited: as it reads while it holds, and once it has ended (made when somebody asks for that)."""

    __slots__ = ("ends", "over", "plain", "statement")

    def __init__(self, statement: Statement, plain: Cited, ends: int) -> None:
        self.statement, self.plain, self.ends = statement, plain, ends
        self.over: Cited | None = None


class _Held:
    """What is worked out once for a snapshot, and refers to none: sources, and the statements that were cited last."""

    __slots__ = ("noted", "sources")

    def __init__(self, snapshot: Snapshot) -> None:
        urls = {literal.node: literal.value for literal in snapshot.literals("url")}
        statuses = {literal.node: literal.value for literal in snapshot.literals("url_status")}
        self.sources: dict[EntityId, tuple[str, str, str]] = {
            snapshot.ids[node]: (snapshot.names[node], urls.get(node, ""), statuses.get(node, ""))
            for node in sorted({*urls, *statuses})
        }
        self.noted: dict[str, _Noted] = {}


class _Book:
    """Names, kinds and addresses of one snapshot, each looked up once."""

    def __init__(self, snapshot: Snapshot, named: Mapping[EntityId, tuple[str, str]]) -> None:
        self._snapshot, self._held = snapshot, _held_for(snapshot)
        self._entries = dict(named)

    def cited(self, graph: Graph, ids: Sequence[str], when: AsOf | None) -> list[Cited]:
        """See ``cite``. A statement is its id, so one that was cited on this snapshot before is not read again."""
        noted = self._held.noted
        found = {id: one for id in ids if (one := noted.get(id)) is not None}
        if len(found) < len(ids) and (missing := [id for id in ids if id not in found]):
            found |= {id: self._note(statement) for id, statement in graph.store.statements(missing).items()}
            if len(noted) + len(missing) > _NOTED:
                noted.clear()
            noted.update(found)
        day = when.first if when is not None else OPEN_START
        return [one.plain if one.ends > day else self._over(one) for id in ids if (one := found.get(id)) is not None]

    def _note(self, statement: Statement) -> _Noted:
        ends = [statement.subject] if statement.object is None else [statement.subject, statement.object]
        happened = any(self.entry(id)[1] in weights().occurrences for id in ends)
        return _Noted(statement, _cited(statement, self), OPEN_END if happened else statement.valid.end)

    def _over(self, one: _Noted) -> Cited:
        """A statement that has ended."""
        if one.over is None:
            one.over = replace(one.plain, sentence=sentence(one.statement, self.name, ended=True))
        return one.over

    def entry(self, id: EntityId) -> tuple[str, str]:
        """Name and kind of an entity; its id and ``""`` where the snapshot does not hold it."""
        if id not in self._entries:
            number = self._snapshot.number(id)
            told = (id, "") if number is None else (self._snapshot.names[number], self._snapshot.kinds[number])
            self._entries[id] = told
        return self._entries[id]

    def source(self, id: EntityId) -> tuple[str, str, str]:
        """Name of a source, its address, and how that was come by."""
        sources = self._held.sources
        if id not in sources:
            sources[id] = (self.name(id), "", "")
        return sources[id]

    def name(self, id: EntityId) -> str:
        """The name of an entity."""
        return self.entry(id)[0]


def _cited(statement: Statement, book: _Book) -> Cited:
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
        sentence=sentence(statement, name),
        period=period_text(valid.valid_from, valid.valid_to),
        qualifiers=dict(statement.qualifiers),
    )


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
    parts, rest = _pieces(template)
    said: list[str] = []
    closing = False  # the brackets before were left out: the next piece begins with what closes them
    for before, blank, is_closed in parts:
        text = told.get(blank, "")
        if closing:
            before = before[1:]
        closing = not text and is_closed and before.endswith(" (")
        said += [before[:-2] if closing else before, text]
    return "".join([*said, rest[1:] if closing else rest])


@cache
def _pieces(template: str) -> tuple[list[tuple[str, str, bool]], str]:
    """What a template is made of: the text before each blank, its name, whether a bracket closes after it; and the rest."""
    parts, rest = [], template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        blank, _, rest = rest.partition("}")
        parts.append((before, blank, rest.startswith(")")))
    return parts, rest


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


@lru_cache(8192)
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


_held: WeakKeyDictionary[Snapshot, _Held] = WeakKeyDictionary()
_lock = threading.Lock()


def _held_for(snapshot: Snapshot) -> _Held:
    """What is held for a snapshot: made once."""
    with _lock:
        held = _held.get(snapshot)
        if held is None:
            held = _held[snapshot] = _Held(snapshot)
        return held
