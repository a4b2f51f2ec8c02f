"""Where sources disagree. Nothing is averaged and nobody is declared right: each side is shown with who says so.

Four sorts are looked for:

``figures``    claims on one topic about one entity that do not say the same;
``dates``      one link for overlapping periods, said by several sources, whose starts (or ends) cannot be the same day;
``denial``     a link that one source states and another denies during the same time;
``values``     a text or place that can be one at a time (beginning, income group, seat) and is several, by several sources.

What follows one after the other is no disagreement: two mandates, or a membership and a denial that begins when it ends.
Entities that a decision has merged are one; being enrolled in a body and being a member of it are one matter
(``queries.denials``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final, Literal

from graph.model import AsOf, EntityId, Period, Statement, days_of
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import vocabulary
from queries.denials import MEMBERSHIP
from queries.entities import moment_of_snapshot, node_of
from queries.explain import Cited, cite

_Stands = Callable[[EntityId], EntityId]
"""Tells of an id that of the entity which stands for it."""
Sort = Literal["figures", "dates", "denial", "values"]
ONE_AT_A_TIME: Final = ("founded_in", "income_group", "located_in")
LABEL: Final = "contradiction"
"""The qualifier under which claims on one matter were filed by those who compared the sources."""


@dataclass(frozen=True, slots=True)
class DisagreementsQuestion:
    """``about``: only what concerns this entity (None: all).

    ``as_of`` None: whatever the period, because two sources may disagree about something that is over; a partial date: only
    where two sides speak of a period that touches it.
    """

    about: EntityId | None = None
    as_of: str | None = None
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        AsOf(self.as_of, self.known_at)


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says, in a few words, and the statements that say it."""

    says: str
    statements: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One matter on which sources differ: the entity, the matter in words, two sides or more.

    ``label`` is the number under which it was filed by hand, ``""`` where the statements alone show it.
    """

    sort: Sort
    subject: EntityId
    subject_name: str
    matter: str
    label: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class DisagreementsAnswer:
    """All disagreements found, ordered by subject, sort and matter; sides by what they say."""

    revision: int
    as_of: str | None
    known_at: datetime | None
    results: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class _Matter:
    sort: Sort
    subject: EntityId
    matter: str
    sides: dict[str, list[Statement]]

    def statements(self) -> list[Statement]:
        return [one for said in self.sides.values() for one in said]


def find_disagreements(graph: Graph, question: DisagreementsQuestion) -> DisagreementsAnswer:
    """Every matter on which the graph's sources say different things. Raises ``UnknownEntity``.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period
    >>> from graph.sqlite import SqliteStore
    >>> def says(predicate, period, source):
    ...     return Statement("ann", predicate, "net", None, period, Citation(source, "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("papers", [
    ...     says("member_of", Period("2019", "2023"), "src-minutes"), says("not_member_of", Period("2021"), "src-letter"),
    ...     says("leads", Period("2010", "2014"), "src-minutes"), says("leads", Period("2015"), "src-letter"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> (one,) = find_disagreements(Graph(store), DisagreementsQuestion()).results
    >>> one.sort, one.matter, [(side.says, side.statements[0].source) for side in one.sides]
    ('denial', 'member_of net', [('no', 'src-letter'), ('yes', 'src-minutes')])
    >>> store.close(); folder.cleanup()
    """
    snapshot = graph.snapshot(question.known_at)
    about = None if question.about is None else set(snapshot.ids_of(node_of(snapshot, question.about)))
    when = AsOf(question.as_of)
    found = []
    for matter in _matters(graph, snapshot):
        if about is not None and not any({one.subject, one.object} & about for one in matter.statements()):
            continue
        if sum(any(when.shows(one.valid) for one in said) for said in matter.sides.values()) > 1:
            found.append(matter)
    cited = {one.id: one for one in cite(graph, snapshot, [one.id for matter in found for one in matter.statements()])}
    results = [_told(matter, snapshot, cited) for matter in found]
    results.sort(key=lambda one: (one.subject, one.sort, one.matter))
    return DisagreementsAnswer(snapshot.revision, question.as_of, question.known_at, tuple(results))


def _told(matter: _Matter, snapshot: Snapshot, cited: dict[str, Cited]) -> Disagreement:
    number = snapshot.number(matter.subject)
    name = snapshot.names[number] if number is not None else matter.subject
    label = min(one.qualifier(LABEL) for one in matter.statements())
    sides = [Side(says, tuple(cited[one.id] for one in sorted(said, key=_id))) for says, said in sorted(matter.sides.items())]
    return Disagreement(matter.sort, matter.subject, name, matter.matter, label, tuple(sides))


def _id(one: Statement) -> str:
    return one.id


def _matters(graph: Graph, snapshot: Snapshot) -> Iterator[_Matter]:
    """One pass over what is known; the links that have no second source are dropped as they come."""
    if not snapshot.revision:
        return
    words = vocabulary().predicates
    same = snapshot.stands
    claims: list[Statement] = []
    links: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    denials: list[Statement] = []
    single: dict[str, dict[str, list[Statement]]] = {word: defaultdict(list) for word in ONE_AT_A_TIME}
    for one in graph.store.scan(None, AsOf(None, moment_of_snapshot(graph, snapshot))):
        word = words.get(one.predicate)
        if one.predicate == "claim":
            claims.append(one)
        elif one.predicate in single:
            single[one.predicate][same(one.subject)].append(one)
        elif one.object is not None and word is not None:
            if word.negates:
                denials.append(one)
            else:
                links[_ends(one, word.symmetric, same)].append(one)
    yield from _figures(claims, same)
    for said in links.values():
        if len(said) > 1:
            yield from _dates(said, same)
    for denial in denials:
        stated = words[denial.predicate].negates or ""
        matter = sorted(MEMBERSHIP) if stated in MEMBERSHIP else [stated]
        ends = same(denial.subject), same(denial.object or "")
        against = [one for word in matter for one in links.get((ends[0], word, ends[1]), ())]
        yield from _denial(denial, stated, ends, against)
    for predicate, by_subject in single.items():
        for subject, said in by_subject.items():
            yield from _values(predicate, subject, said, same)


def _ends(one: Statement, symmetric: bool, same: _Stands) -> tuple[str, str, str]:
    """A link as the same whoever states it, of whichever of merged entities: the ends of a symmetric one in order."""
    subject, target = same(one.subject), same(one.object or "")
    if subject == target:  # what the decision itself says
        subject, target = one.subject, one.object or ""
    return (target, one.predicate, subject) if symmetric and target < subject else (subject, one.predicate, target)


def _figures(claims: Iterable[Statement], same: _Stands) -> Iterator[_Matter]:
    topics: dict[tuple[str, str], dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        topics[same(claim.subject), claim.qualifier("topic")][claim.value or ""].append(claim)
    for (subject, topic), sides in topics.items():
        said = [one for some in sides.values() for one in some]
        if len(sides) > 1 and (any(one.qualifier(LABEL) for one in said) or _clash(said, same)):
            yield _Matter("figures", subject, topic, dict(sides))


def _dates(said: Sequence[Statement], same: _Stands) -> Iterator[_Matter]:
    """Where starts or ends of one link differ, among statements of different sources that speak of the same stretch of time."""
    for name, edge in (("valid_from", "start"), ("valid_to", "end")):
        clashing: dict[str, list[Statement]] = defaultdict(list)
        dated = [one for one in said if getattr(one.valid, name)]
        for one, other in combinations(dated, 2):
            dates = getattr(one.valid, name), getattr(other.valid, name)
            if _comparable(one, other) and not _touch(*dates):
                for date, statement in zip(dates, (one, other), strict=True):
                    if statement not in clashing[date]:
                        clashing[date].append(statement)
        if clashing:
            one = min((one for some in clashing.values() for one in some), key=_id)
            matter = f"{edge} of {one.predicate} {same(one.object or '')}"
            yield _Matter("dates", same(one.subject), matter, dict(clashing))


def _comparable(one: Statement, other: Statement) -> bool:
    """Whether two statements of one link speak of the same: other sources, same status and role, overlapping periods."""
    same = all(one.qualifier(name) == other.qualifier(name) for name in ("status", "role"))
    return same and one.citation.source != other.citation.source and _overlap(one.valid, other.valid)


def _denial(denial: Statement, stated: str, ends: tuple[str, str], links: Sequence[Statement]) -> Iterator[_Matter]:
    against = [one for one in links if _overlap(one.valid, denial.valid)]
    if against:
        yield _Matter("denial", ends[0], f"{stated} {ends[1]}", {"yes": against, "no": [denial]})


def _values(predicate: str, subject: EntityId, said: Sequence[Statement], same: _Stands) -> Iterator[_Matter]:
    if _clash(said, same):
        sides: dict[str, list[Statement]] = defaultdict(list)
        for one in said:
            sides[_given(one, same)].append(one)
        yield _Matter("values", subject, predicate, dict(sides))


def _given(one: Statement, same: _Stands) -> str:
    return one.value or "" if one.object is None else same(one.object)


def _clash(said: Sequence[Statement], same: _Stands) -> bool:
    """Whether two sources give different values for overlapping periods; a year and a day in it are not different."""
    for one, other in combinations(said, 2):
        given = _given(one, same), _given(other, same)
        dated = vocabulary().predicate(one.predicate).type == "date"
        differ = not _touch(*given) if dated else given[0] != given[1]
        if differ and one.citation.source != other.citation.source and _overlap(one.valid, other.valid):
            return True
    return False


def _overlap(one: Period, other: Period) -> bool:
    """Whether two periods share more than the written unit in which one ends and the other begins (a day, a month, a year)."""
    if one.first >= other.end or other.first >= one.end:
        return False
    before, after = (one, other) if (one.first, one.end) <= (other.first, other.end) else (other, one)
    return not (
        before.valid_to and after.valid_from and before.first < after.first and _touch(before.valid_to, after.valid_from)
    )


def _touch(one: str, other: str) -> bool:
    """Whether two partial dates can be the same day."""
    (first, end), (other_first, other_end) = days_of(one), days_of(other)
    return first < other_end and other_first < end
