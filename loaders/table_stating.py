"""What one row of a table states by its mapping: entities, links and literals, each with its citation."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final

from graph.errors import BadDate, InputError
from graph.model import ALWAYS, Citation, EntityId, Period, Statement, qualify
from graph.vocabulary import nearest, vocabulary
from loaders.catalogue import source_id, source_statements
from loaders.mapping import CONFIDENCE_WORDS, EntityRule, MappingRules, StatementRule, TableRule
from loaders.sayings import BadValue
from loaders.table_cells import Given, Line
from loaders.table_names import Answer, Names, Request, requests_of
from loaders.waiting import Waiting

MOST_PAIRS: Final = 400
"""Links that one rule may make of one row."""
Bodies = Mapping[str, Sequence[tuple[Request, Answer]]]


class NotToldOf(BadValue):
    """A new body that a row names and that no row above tells of; one below it may."""


@dataclass(slots=True)
class Stated:
    """What became of one row: its statements, those about sources and for review (which count for no row), what it left out.

    ``waiting``: names that wait for review, of which those in ``proposed`` (with their column) were not met before.
    ``repeated``: it says of an entity what a row above said already. ``said``: what it says for the first time.
    """

    made: list[Statement] = field(default_factory=list)
    frame: list[Statement] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    proposed: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    repeated: bool = False
    said: set[object] = field(default_factory=set)


class Stating:
    """States the rows of one table; what was stated about an entity is not stated again by a later row."""

    def __init__(
        self,
        rules: MappingRules,
        table: int,
        names: Names,
        known: Mapping[EntityId, str],
        where: str,
        said: set[object],
        waiting: Waiting,
    ) -> None:
        self._rules, self._number, self._names = rules, table, names
        self._table: TableRule = rules.tables[table]
        self._kinds = ChainMap(names.kinds, dict(known))
        self._where = where
        self._said, self._waiting = said, waiting

    def state(self, line: Line) -> Stated:
        """What a row states; raises ``BadValue``, and then it states nothing: ``NotToldOf`` where it may after other rows."""
        stated = Stated()
        bodies = {label: self._bodies(rule, line) for label, rule in self._table.entities.items()}
        for label, answered in bodies.items():
            for request, answer in answered:
                self._left_out(self._table.entities[label], line, request, answer, stated)
        cited = self._cited(line, stated)
        for label, answered in bodies.items():
            for request, answer in answered:
                if answer.id and not self._table.entities[label].is_:
                    self._entity(self._table.entities[label], line, request, answer, cited, stated)
        for rule in self._table.statements:
            if rule.when is None or line.given.holds(rule.when):
                self._statement(rule, line, bodies, cited, stated)
        self._need_told(bodies, line, stated)
        for (
            label,
            answered,
        ) in bodies.items():  # last: a proposal is made once, and must not go down with a row that is rejected
            named = self._table.entities[label].name
            for request, answer in answered:
                self._propose(request, answer, cited, stated, line.given.label(named) if named is not None else "")
        self._said |= stated.said
        return stated

    def _need_told(self, bodies: Bodies, line: Line, stated: Stated) -> None:
        """A link to a new body needs the row that says what the body is: that row may have been rejected."""
        used = {end for one in stated.made for end in (one.subject, one.object)}
        for label, answered in bodies.items():
            for request, answer in answered:
                what = (answer.id, "kind", "")
                if answer.state == "new" and answer.id in used and what not in self._said and what not in stated.said:
                    rule = self._table.entities[label]
                    column = line.given.label(rule.name or rule.id) if rule.name or rule.id else label  # type: ignore[arg-type]
                    raise NotToldOf(column, request.name or request.key, "the row that says what it is was left out")

    def _is_said(self, what: object, stated: Stated) -> bool:
        """Whether something was said before, by this row or another; from now on it was."""
        before = what in self._said or what in stated.said
        stated.said.add(what)
        return before

    def _bodies(self, rule: EntityRule, line: Line) -> list[tuple[Request, Answer]]:
        if rule.is_:
            return [(Request(""), self._names.same(rule))]
        return [(one, self._names.answer(self._number, rule, one)) for one in requests_of(rule, line.given)]

    def _left_out(self, rule: EntityRule, line: Line, request: Request, answer: Answer, stated: Stated) -> None:
        text = request.name or request.key
        if answer.state == "reject":
            column = line.given.label(rule.name or rule.id) if rule.name or rule.id else rule.label  # type: ignore[arg-type]
            near = [f"{one.name} ({one.id})" for one in answer.candidates]
            raise BadValue(column, text, f"it names no entity for certain. {answer.reason}", near)
        if answer.state == "review":
            stated.waiting.append(text)
        elif answer.state in ("ignore", "rejected"):
            stated.left_out.append(text)

    # --- citation ------------------------------------------------------------------------------------------------------------
    def _cited(self, line: Line, stated: Stated) -> Citation:
        source = self._rules.source
        title = line.given.value(source.title)
        if not title:
            raise BadValue(line.given.label(source.title), "", "the row has no source, and every statement cites one")
        url = line.given.value(source.url)
        if url and source.url is not None:
            try:
                vocabulary().check_value(vocabulary().predicate("url"), url)
            except InputError as error:
                raise BadValue(line.given.label(source.url), url, str(error)) from None
        for one in source_statements(title, url, "as_found" if url else "none"):
            if not self._is_said(one.id, stated):
                stated.frame.append(one)
        locator = next(filter(None, map(line.given.value, self._table.locator)), f"record {line.record}")
        return Citation(source_id(title, url), self._where + locator, url)

    def _propose(self, request: Request, answer: Answer, cited: Citation, stated: Stated, column: str) -> None:
        """Send a name to review; a new entity that may be one that the graph has is sent there too."""
        text = request.name or request.key
        if answer.state == "new" and answer.candidates:
            found = self._waiting.same(cited, answer.id, text, answer.sentence, answer.candidates, answer.reason)
        elif answer.state == "review":
            found = self._waiting.name(cited, text, answer.sentence, answer.candidates, answer.reason)
        else:
            return
        if found.statement is not None:
            stated.frame.append(found.statement)
            stated.proposed.append((column, text))

    # --- statements --------------------------------------------------------------------------------------------------------
    def _entity(self, rule: EntityRule, line: Line, request: Request, answer: Answer, cited: Citation, stated: Stated) -> None:
        entity = answer.id
        told: list[tuple[str, str, dict[str, str]]] = []
        if makes := answer.state == "new" and "new" in (rule.unsure, rule.unknown):
            told += [("kind", answer.kind, {}), ("name", request.name, {})]
            if subtype := line.given.value(rule.subtype):
                told.append(("subtype", subtype, {}))
        known = {request.name}
        told += [("alias", text, {}) for text in request.aliases if text not in known]
        told += [("alias", text, {"sort": "acronym"}) for text in request.acronyms if text not in known]
        told += [("identifier", text, {}) for text in request.identifiers]
        for predicate, value, qualifiers in told:
            if self._is_said((entity, predicate, "" if predicate in ("kind", "name") else value), stated):
                stated.repeated = True
            else:
                self._add(entity, predicate, None, value, ALWAYS, cited, "high", qualifiers, stated)
        if makes and request.country and rule.country is not None:
            place = self._names.country(request.country, line.given.label(rule.country))
            may_sit = answer.kind in (vocabulary().predicate("located_in").domain or ())
            if may_sit and not self._is_said((entity, "located_in", place), stated):
                self._add(entity, "located_in", place, None, ALWAYS, cited, "high", {}, stated)

    def _statement(self, rule: StatementRule, line: Line, bodies: Bodies, cited: Citation, stated: Stated) -> None:
        given = line.given
        subjects = [answer.id for _, answer in bodies[rule.subject] if answer.id]
        objects = [answer.id for _, answer in bodies[rule.object] if answer.id] if rule.object else [""]
        values = given.values(rule.value) if rule.value is not None else [""]
        triples = [(one, other, value) for one, other, value in product(subjects, objects, values) if one != other]
        if not triples:
            return
        if len(triples) > MOST_PAIRS:
            raise BadValue(given.label(rule.predicate), str(len(triples)), f"one row makes more than {MOST_PAIRS} statements")
        predicate = self._checked(rule, given, values)
        confidence = given.value(rule.confidence) or "high"
        if confidence not in CONFIDENCE_WORDS:
            near = nearest(confidence, CONFIDENCE_WORDS)
            raise BadValue(given.label(rule.confidence), confidence, "it is no confidence: high, medium or low", near)
        since, until = given.date(rule.valid_from), given.date(rule.valid_to)
        try:
            period = Period(since, until)
        except BadDate as error:
            raise BadValue(given.label(rule.valid_to or rule.predicate), until, str(error)) from None
        if quotation := given.value(rule.quotation):
            cited = replace(cited, quotation=quotation)
        qualifiers = {name: "; ".join(given.values(cell)) for name, cell in rule.qualifiers.items()}
        for subject, other, value in triples:
            self._add(subject, predicate, other or None, value or None, period, cited, confidence, qualifiers, stated)

    def _checked(self, rule: StatementRule, given: Given, values: Sequence[str]) -> str:
        """The predicate of a rule in a row, with the words beside it held against the vocabulary, each by its own column."""
        words = vocabulary()
        predicate = given.value(rule.predicate)
        among = [name for name, one in words.predicates.items() if one.is_link == bool(rule.object)]
        if predicate not in among:
            reason = "there is no such predicate" if predicate else "a predicate is needed"
            raise BadValue(given.label(rule.predicate), predicate, reason, nearest(predicate, among))
        if predicate == "enrolled_in":
            cell = rule.qualifiers.get("status")
            status = given.value(cell)
            if status not in words.statuses:
                column = given.label(cell) if cell is not None else given.label(rule.predicate)
                reason = "there is no such status" if status else "membership needs a status"
                raise BadValue(column, status, reason, nearest(status, words.statuses) or tuple(words.statuses)[:5])
        for value in values if rule.value is not None else ():
            try:
                words.check_value(words.predicate(predicate), value)
            except InputError as error:
                assert rule.value is not None
                raise BadValue(given.label(rule.value), value, str(error), getattr(error, "nearest", ())) from None
        return predicate

    def _add(
        self,
        subject: EntityId,
        predicate: str,
        other: EntityId | None,
        value: str | None,
        period: Period,
        cited: Citation,
        confidence: str,
        qualifiers: Mapping[str, str],
        stated: Stated,
    ) -> None:
        made = _built(subject, predicate, other, value, period, cited, confidence, self._rules.source.date, qualifiers, value)
        try:
            vocabulary().check(made, self._kinds)
        except InputError as error:
            raise BadValue(predicate, value or other or "", str(error), getattr(error, "nearest", ())) from None
        stated.made.append(made)


def _built(
    subject: EntityId,
    predicate: str,
    other: EntityId | None,
    value: str | None,
    period: Period,
    cited: Citation,
    confidence: str,
    release: str,
    qualifiers: Mapping[str, str],
    shown: str | None,
) -> Statement:
    try:
        return Statement(subject, predicate, other, value, period, cited, confidence, release, qualify(qualifiers))  # type: ignore[arg-type]
    except InputError as error:
        raise BadValue(predicate, shown or other or "", str(error)) from None
