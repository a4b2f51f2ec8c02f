"""Scenario: statements added or withdrawn without writing; coverage and chosen paths before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from graph.errors import InputError
from graph.model import AsOf, EntityId, today
from graph.overlay import Overlay
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import nearest
from queries.assumptions import Assumed, assumed_of, enrolment_of, source_statements, statements_of
from queries.comparing import CoverageChange, PathChange, compare_coverage, compare_paths, kept, known_paths
from queries.coverage import CoverageQuestion, find_coverage
from queries.ends import end_of
from queries.explain import Cited, cite
from queries.paths import PathQuestion
from queries.reliance import resting_on
from queries.sources import source_of

MOST: Final = 1_000
"""Assumptions and withdrawals that one scenario may hold, each."""
_STATEMENT = re.compile(r"[0-9a-f]{32}")
_TEXTS: Final = ("lens", "base", "columns", "from", "to", "as_of")
_LISTS: Final = ("add", "enrol", "withdraw")
_NUMBERS: Final = ("k", "max_steps")


@dataclass(frozen=True, slots=True)
class ScenarioQuestion:
    """``add``: statements to be. ``withdraw``: ids of statements, or ids or names of entities and sources.

    Withdrawing an entity withdraws every link it is an end of, a source every statement that cites it. ``start`` and ``goal``,
    ids, names or sets, both or neither: also compare the ``k`` best paths. ``lens``, ``base``, ``columns`` and the clocks as in
    coverage.
    """

    add: Sequence[Assumed] = ()
    withdraw: Sequence[str] = ()
    lens: str = "four-convened-entities"
    base: str | None = "iso-249"
    columns: str | None = None
    start: str | None = None
    goal: str | None = None
    k: int = 5
    max_steps: int = 6
    as_of: str | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScenarioAnswer:
    """Before and after. ``assumed``: the statements added, each citing ``assumption``; ``withdrawn``: those taken out, by id.

    ``paths`` is None where none were asked for.
    """

    revision: int
    as_of: str
    known_at: datetime | None
    assumed: tuple[Cited, ...]
    withdrawn: tuple[Cited, ...]
    coverage: CoverageChange
    paths: PathChange | None
    headline: str


def find_scenario(graph: Graph, question: ScenarioQuestion) -> ScenarioAnswer:
    """What changes if these statements were added and those withdrawn; nothing is written.

    Raises ``InputError`` (``UnknownEntity``, ``UnknownWord``, ``BadStatement``, ...) for anything that cannot be assumed or
    withdrawn, before any question is asked.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> def says(subject, predicate, object=None, value=None):
    ...     return Statement(subject, predicate, object, value, Period("2024"), Citation("src-list", "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("list", [
    ...     says("appm", "kind", value="mechanism"), says("appm", "list_complete", value="enrolled_in"),
    ...     says("KEN", "kind", value="country"), says("KEN", "listed_as", value="iso-3166-1"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> asked = ScenarioQuestion([enrolment_of("KEN:appm")], lens="mechanism:appm", as_of="2026-01-01")
    >>> answer = find_scenario(Graph(store), asked)
    >>> [(cell.row, cell.before, cell.after) for cell in answer.coverage.cells]
    [('KEN', 'gap', 'covered_once')]
    >>> answer.assumed[0].source, answer.assumed[0].sentence
    ('assumption', 'KEN is enrolled in appm (a member; assumption, not in the graph).')
    >>> store.revision()
    1
    >>> store.close(); folder.cleanup()
    """
    _check(question)
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    snapshot = graph.snapshot(question.known_at)
    gone = withdrawn_by(graph, snapshot, question.withdraw, question.known_at)
    added = statements_of(snapshot, question.add, when.valid or "")
    overlay = Overlay(graph, gone, (*added, *(source_statements() if added else ())))
    asked = CoverageQuestion(question.lens, question.base, question.columns, when.valid, question.known_at)
    coverage = compare_coverage(kept(graph, asked, find_coverage), find_coverage(overlay, asked))
    paths = None
    if question.start is not None and question.goal is not None:
        ends = [end_of(overlay if added else graph, end, question.known_at) for end in (question.start, question.goal)]
        wanted = _path_question(ends, question, when)
        paths = compare_paths(kept(graph, wanted, known_paths), known_paths(overlay, wanted))
    assumed = tuple(cite(overlay, overlay.snapshot(question.known_at), [one.id for one in added]))
    withdrawn = tuple(cite(graph, snapshot, sorted(gone), when))
    return ScenarioAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        known_at=question.known_at,
        assumed=assumed,
        withdrawn=withdrawn,
        coverage=coverage,
        paths=paths,
        headline=_headline(len(assumed), len(withdrawn), coverage),
    )


def _check(question: ScenarioQuestion) -> None:
    if not question.add and not question.withdraw:
        raise InputError("A scenario adds or withdraws something; neither was given.")
    for name in ("add", "withdraw"):
        if len(getattr(question, name)) > MOST:
            raise InputError(f"A scenario takes at most {MOST} entries of {name}; {len(getattr(question, name))} were given.")
    if (question.start is None) != (question.goal is None):
        raise InputError("Paths need both ends: give from and to, or neither.")


def _path_question(ends: Sequence[EntityId], question: ScenarioQuestion, when: AsOf) -> PathQuestion:
    start, goal = ends
    return PathQuestion(start, goal, question.k, question.max_steps, as_of=when.valid, known_at=question.known_at)


def withdrawn_by(graph: Graph, snapshot: Snapshot, given: Sequence[str], known: datetime | None) -> set[str]:
    """The ids of the statements that go with these statements, entities and sources; raises ``InputError`` for what is none."""
    gone: set[str] = set()
    for text in given:
        if _STATEMENT.fullmatch(text):
            if text not in graph.store.statements([text]):
                raise InputError(f"There is no statement {text!r}. Give the id of a statement, an entity or a source.")
            gone.add(text)
        else:
            numbers = resting_on(snapshot, source_of(graph, text, known))
            gone.update(snapshot.statement_id(number) for number in numbers)
    return gone


def read_scenario(given: Any, where: str, known_at: datetime | None = None) -> ScenarioQuestion:
    """The question that a YAML file or JSON body holds; ``where`` names it in errors.

    Keys, all optional: ``add`` (a list of mappings with the fields of ``Assumed``), ``enrol`` (a list of texts like
    ``KEN:appm:member``), ``withdraw``, ``lens``, ``base``, ``columns``, ``from``, ``to``, ``k``, ``max_steps``, ``as_of``.
    Raises ``InputError``.
    """
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected keys with values: {', '.join((*_LISTS, *_TEXTS, *_NUMBERS))}.")
    for key, value in given.items():
        if key not in (*_LISTS, *_TEXTS, *_NUMBERS):
            known = (*_LISTS, *_TEXTS, *_NUMBERS)
            raise InputError(f"{where}: there is no key {key!r}. Nearest: {', '.join(nearest(str(key), known) or known)}.")
        if key in _LISTS and not isinstance(value, list):
            raise InputError(f"{where}: {key} must be a list; {value!r} was given.")
        if key in _NUMBERS and (not isinstance(value, int) or isinstance(value, bool)):
            raise InputError(f"{where}: {key} must be a whole number; {value!r} was given.")
    add = [_entry(one, f"{where}: add, entry {place}") for place, one in enumerate(given.get("add", ()), start=1)]
    add += [enrolment_of(str(one)) for one in given.get("enrol", ())]
    texts = {key: str(given[key]) for key in _TEXTS if given.get(key) is not None}
    names = {"from": "start", "to": "goal"}
    numbers = {key: given[key] for key in _NUMBERS if key in given}
    told: dict[str, Any] = {**{names.get(key, key): text for key, text in texts.items()}, **numbers}
    return ScenarioQuestion(add, [str(one) for one in given.get("withdraw", ())], known_at=known_at, **told)


def _entry(given: Any, where: str) -> Assumed:
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected a statement with subject, predicate, and object or value; {given!r} was given.")
    return assumed_of(given, where)


def _headline(assumed: int, withdrawn: int, coverage: CoverageChange) -> str:
    told = [f"{count} {word}" for count, word in ((assumed, "assumed"), (withdrawn, "withdrawn")) if count]
    return (
        f"With {' and '.join(told) or 'nothing changed'}, {coverage.after.covered} of {coverage.after.size} rows are covered "
        f"instead of {coverage.before.covered}: {len(coverage.gained)} gained, {len(coverage.lost)} lost."
    )
