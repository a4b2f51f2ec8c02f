"""Statements to be: what a scenario assumes, checked against the vocabulary and visibly marked. Nothing here is ever written.

An assumption cites the source ``assumption`` and says so in its sentence, so that no answer can pass it off as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from graph.errors import BadDate, InputError, UnknownEntity, UnknownWord
from graph.model import Citation, Confidence, EntityId, Period, Statement, qualify
from graph.snapshot import Snapshot
from graph.vocabulary import nearest, vocabulary
from queries.lenses import ENROLLED
from queries.names import Names, names_of

SOURCE: Final = "assumption"
"""The id of the source that assumed statements cite."""
MARK: Final = "assumption, not in the graph"
_NAME: Final = "Assumption of a scenario (not in the graph)"
_FIELDS: Final = ("subject", "predicate", "object", "value", "status", "detail", "valid_from", "valid_to", "confidence")


@dataclass(frozen=True, slots=True)
class Assumed:
    """A statement to be. ``subject`` and ``object`` are ids or names that fit one entity. Either ``object`` or ``value``.

    Without dates it begins on the as-of date. A new entity is assumed like anything else: by its ``kind`` and ``name``.
    """

    subject: str
    predicate: str
    object: str | None = None
    value: str | None = None
    status: str = ""
    detail: str = ""
    valid_from: str = ""
    valid_to: str = ""
    confidence: Confidence = "high"


def enrolment_of(text: str) -> Assumed:
    """A membership to be, from its short form: ``ROW:MECHANISM`` or ``ROW:MECHANISM:STATUS`` (``member`` unless given).

    >>> enrolment_of("KEN:appm").status
    'member'
    """
    row, _, rest = text.partition(":")
    mechanism, _, status = rest.partition(":")
    if not row.strip() or not mechanism.strip():
        raise InputError(f"{text!r} is no membership. Write ROW:MECHANISM or ROW:MECHANISM:STATUS, e.g. KEN:appm:member.")
    return Assumed(row.strip(), ENROLLED, mechanism.strip(), status=status.strip() or "member")


def assumed_of(given: Mapping[str, object], where: str) -> Assumed:
    """An assumption from a mapping, as YAML or JSON holds it; raises ``InputError`` for a key or type that is not right."""
    for key, value in given.items():
        if key not in _FIELDS:
            raise InputError(_no_key(where, str(key), _FIELDS))
        if (value is not None and not isinstance(value, str | int | float)) or isinstance(value, bool):
            raise InputError(f"{where}: {key} must be a text; {value!r} was given.")
    told = {key: str(value) for key, value in given.items() if value is not None}
    missing = [key for key in ("subject", "predicate") if key not in told]
    if missing or ("object" in told) == ("value" in told):
        raise InputError(f"{where}: an assumption needs subject, predicate, and either object or value.")
    return Assumed(**told)  # type: ignore[arg-type]  # the confidence is checked where the statement is made


def _no_key(where: str, key: str, known: Iterable[str]) -> str:
    close = nearest(key, known)
    return f"{where}: there is no key {key!r}." + (
        f" Nearest: {', '.join(close)}." if close else f" Known: {', '.join(known)}."
    )


def statements_of(snapshot: Snapshot, assumed: Iterable[Assumed], as_of: str) -> tuple[Statement, ...]:
    """The assumptions as statements, in the order given and without repeats.

    Raises ``InputError`` (or the kind of it that fits) with the number of the assumption: an entity that neither the graph nor
    another assumption knows, a word that the vocabulary does not hold, a subject or object that the predicate does not take.
    """
    some, names = list(assumed), names_of(snapshot)
    new = {one.subject: one.value for one in some if one.predicate == "kind" and one.value is not None}
    made: dict[str, Statement] = {}
    for number, one in enumerate(some, start=1):
        try:
            statement = _statement(names, snapshot, one, number, new, as_of)
        except (UnknownWord, UnknownEntity, BadDate):
            raise
        except InputError as error:
            raise type(error)(f"Assumption {number}: {error}") from None
        made.setdefault(statement.id, statement)
    return tuple(made.values())


def _statement(names: Names, snapshot: Snapshot, one: Assumed, number: int, new: Mapping[str, str], as_of: str) -> Statement:
    def id_of(text: str) -> EntityId:
        return text if text in new or snapshot.number(text) is not None else names.resolve(text)

    valid = Period(one.valid_from or ("" if one.valid_to else as_of), one.valid_to)
    detail = f"{one.detail}; {MARK}" if one.detail else MARK
    statement = Statement(
        subject=id_of(one.subject),
        predicate=vocabulary().predicate(one.predicate).name,
        object=id_of(one.object) if one.object is not None else None,
        value=one.value,
        valid=valid if one.object is not None else Period(one.valid_from, one.valid_to),
        citation=Citation(SOURCE, f"assumption {number}"),
        confidence=one.confidence,
        qualifiers=qualify({"status": one.status, "detail": detail}),
    )
    kinds = {
        id: snapshot.kinds[node]
        for id in (statement.subject, statement.object)
        if id is not None and (node := snapshot.number(id)) is not None
    }
    vocabulary().check(statement, kinds | dict(new))
    return statement


def source_statements() -> tuple[Statement, ...]:
    """What makes ``assumption`` a source with a name, for the time of the scenario."""
    cited = Citation(SOURCE, "this scenario")
    told = {"kind": "source", "name": _NAME}
    return tuple(Statement(SOURCE, word, None, text, Period(), cited, "high") for word, text in told.items())
