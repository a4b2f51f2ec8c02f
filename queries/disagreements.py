"""Where sources disagree. Nothing is averaged and nobody is declared right: each side is shown with who says so.

Four sorts are looked for:

``figures``    claims on one topic about one entity that do not say the same;
``dates``      one link, said by several sources, whose known starts or known ends do not touch;
``denial``     a link that one source states and another denies during the same time;
``values``     a text that can have one value at a time (founding date, income group, seat) and has several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from graph.model import AsOf, Statement, days_of, today
from graph.snapshot import Graph
from graph.vocabulary import vocabulary
from queries.explain import Cited, cite

Sort = Literal["figures", "dates", "denial", "values"]
ONE_AT_A_TIME: Final = ("founded_in", "income_group", "located_in")


@dataclass(frozen=True, slots=True)
class DisagreementsQuestion:
    """``about``: only what concerns this entity (None: all). ``as_of`` None is today; it does not hide what is over: two
    sources may disagree about when something ended."""

    about: str | None = None
    as_of: str | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says, in a few words, and the statements that say it."""

    says: str
    statements: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One matter on which sources differ: the entity, the matter, two sides or more."""

    sort: Sort
    subject: str
    subject_name: str
    matter: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class DisagreementsAnswer:
    """All disagreements found, ordered by subject, sort and matter."""

    revision: int
    as_of: str
    known_at: datetime | None
    results: tuple[Disagreement, ...]


def find_disagreements(graph: Graph, question: DisagreementsQuestion) -> DisagreementsAnswer:
    """Every matter on which the graph's sources say different things."""
    when = AsOf(None, question.known_at)
    snapshot = graph.snapshot(question.known_at)
    found: list[tuple[Sort, str, str, dict[str, list[str]]]] = [
        *_figures(graph.store.scan("claim", when)),
        *_dates_and_denials(graph.store.scan(None, when)),
        *_values(graph, when),
    ]
    results = []
    for sort, subject, matter, sides in found:
        concerned = {subject}
        cited = {one.id: one for one in cite(graph, snapshot, [id for ids in sides.values() for id in ids])}
        concerned |= {one.object for one in cited.values() if one.object}
        if question.about is not None and question.about not in concerned:
            continue
        number = snapshot.number(subject)
        name = snapshot.names[number] if number is not None else subject
        shown = tuple(Side(says, tuple(cited[id] for id in ids)) for says, ids in sorted(sides.items()))
        results.append(Disagreement(sort, subject, name, matter, shown))
    results.sort(key=lambda one: (one.subject, one.sort, one.matter))
    return DisagreementsAnswer(snapshot.revision, question.as_of or today(), question.known_at, tuple(results))


def _figures(claims: Iterable[Statement]) -> Iterator[tuple[Sort, str, str, dict[str, list[str]]]]:
    topics: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        topics[claim.subject, claim.qualifier("topic")][claim.value or ""].append(claim.id)
    for (subject, topic), sides in topics.items():
        if len(sides) > 1:
            yield "figures", subject, topic, dict(sides)


def _dates_and_denials(statements: Iterable[Statement]) -> Iterator[tuple[Sort, str, str, dict[str, list[str]]]]:
    words = vocabulary().predicates
    links: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    denials: list[Statement] = []
    for one in statements:
        if one.object is None:
            continue
        (denials if words[one.predicate].negates else links[one.subject, one.predicate, one.object]).append(one)
    for (subject, predicate, target), said in links.items():
        if len({one.citation.source for one in said}) > 1:
            for end in ("valid_from", "valid_to"):
                sides = _apart(said, end)
                if len(sides) > 1:
                    edge = "start" if end == "valid_from" else "end"
                    yield "dates", subject, f"{edge} of {predicate} {target}", sides
    for denial in denials:
        stated = words[denial.predicate].negates
        against = [
            one
            for one in links.get((denial.subject, stated, denial.object or ""), ())
            if one.valid.first < denial.valid.end and one.valid.end > denial.valid.first
        ]
        if against:
            sides = {f"{stated}: yes": [one.id for one in against], f"{stated}: no": [denial.id]}
            yield "denial", denial.subject, f"{stated} {denial.object}", sides


def _apart(said: list[Statement], end: str) -> dict[str, list[str]]:
    """The dates given for one end of a link, where some two of them cannot be the same day; else nothing."""
    dates: dict[str, list[str]] = defaultdict(list)
    for one in said:
        date = getattr(one.valid, end)
        if date:
            dates[date].append(one.id)
    spans = [days_of(date) for date in dates]
    touching = max((first for first, _ in spans), default=0) < min((last for _, last in spans), default=1)
    return {} if touching else dict(dates)


def _values(graph: Graph, when: AsOf) -> Iterator[tuple[Sort, str, str, dict[str, list[str]]]]:
    for predicate in ONE_AT_A_TIME:
        values: dict[str, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
        for one in graph.store.scan(predicate, when):
            values[one.subject][one.object or one.value or ""].append(one)
        for subject, sides in values.items():
            if len(sides) > 1 and _at_one_time([one for said in sides.values() for one in said]):
                yield "values", subject, predicate, {value: [one.id for one in said] for value, said in sides.items()}


def _at_one_time(statements: list[Statement]) -> bool:
    return max(one.valid.first for one in statements) < min(one.valid.end for one in statements)
