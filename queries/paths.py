"""Collaboration paths: the k best ways from one entity to another, each with its score, its evidence and its weakest step.

A path is simple (no entity twice) and follows traversable links in either direction; a negative never counts as a link, a
source never appears. A step that one source states and another denies for the date is taken, called disputed, and shown with
the denial (``queries.denials``). The score of a path is

    score = base - sum of step costs - sum of what passing through its inner entities costs

in points, exactly the sum of its named ``parts``. ``queries.steps`` has the formula of a step, ``weights.yaml`` the numbers.
More is better; 100 would be no step at all, and below 0 a path is hardly worth following. Order: score, then fewer steps,
then the ids from the start on. The k best are exact, ties included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final
from weakref import WeakKeyDictionary

from graph.errors import InputError, UnknownWord
from graph.model import CONFIDENCES, AsOf, EntityId, today
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.vocabulary import nearest
from queries import absence, engine, kernels
from queries.ends import is_set, members
from queries.explain import date_text
from queries.kernel import Path as Nodes
from queries.kernel import gap
from queries.route import Path, Step, Through, Weakest, tell
from queries.selection import DISPUTED, ENDED, Mask, check_number, listed, node_of, passable, predicates_asked, view
from queries.steps import Steps, steps_of
from queries.weights import Weights, weights

__all__ = ["End", "Path", "PathAnswer", "PathQuestion", "Step", "Then", "Through", "Weakest", "find_paths"]

MOST_PATHS: Final = 100
MOST_STEPS: Final = 8
DISJOINT: Final = ("", "edge", "node")
ABSENT: Final = "absent"
ORDERS: Final = ("score", "hops", "shortest")


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """What is asked: the best paths between two entities.

    ``start``, ``goal``: ids, or sets of entities as ``queries.ends`` reads them; then the best paths of all pairs. ``k``: 1 to
    100 paths. ``max_steps``: 1 to 8. ``as_of``: a partial date, None for today;
    ``known_at``: an aware moment, None for now. Filters: ``predicates`` (only these; empty for every traversable one),
    ``without_predicates``, ``kinds`` (inner entities must be of one of these), ``not_kinds``, ``not_through`` (ids that must
    not be passed through), ``confidence`` (the least that counts). ``include_ended``: also follow links that had ended by the
    as-of date. ``disjoint``: ``"edge"``: no two paths share a step; ``"node"``: no two share an inner entity. It is greedy: the
    best path first, then the best of what is left of the graph, and so on. So the first path is the best one, but a cleverer
    choice might give more paths. ``by``: what is best. ``"score"``; ``"hops"``: the fewest steps, whatever they are worth, then
    the ids from the start on; ``"shortest"``: as ``hops``, but none that is longer than the shortest. The scores are told in
    any case.

    ``compare_to``: another date; the paths of that date are told too, each with what its steps are on the as-of date.

    Raises ``InputError`` (or ``BadDate``, ``UnknownWord``) for what cannot be asked.
    """

    start: EntityId
    goal: EntityId
    k: int = 5
    max_steps: int = 6
    as_of: str | None = None
    known_at: datetime | None = None
    predicates: Sequence[str] = ()
    without_predicates: Sequence[str] = ()
    kinds: Sequence[str] = ()
    not_kinds: Sequence[str] = ()
    not_through: Sequence[EntityId] = ()
    confidence: str = "low"
    include_ended: bool = False
    disjoint: str = ""
    by: str = "score"
    compare_to: str | None = None

    def __post_init__(self) -> None:
        for name, most, what in (("k", MOST_PATHS, "number of paths"), ("max_steps", MOST_STEPS, "most steps a path may have")):
            check_number(name, getattr(self, name), 1, most, what)
        for name in ("predicates", "without_predicates", "kinds", "not_kinds", "not_through"):
            object.__setattr__(self, name, listed(name, getattr(self, name)))
        if self.confidence not in CONFIDENCES:
            raise UnknownWord("confidence", self.confidence, nearest(self.confidence, CONFIDENCES) or CONFIDENCES)
        if self.disjoint not in DISJOINT:
            raise UnknownWord("sort of disjoint paths", self.disjoint, DISJOINT[1:])
        if self.by not in ORDERS:
            raise UnknownWord("order of paths", self.by, ORDERS)
        if self.start == self.goal and not {*":|"}.intersection(self.start):
            raise InputError(f"A path needs two different ends; {self.start!r} was given as both.")
        for end in (self.start, self.goal):
            if end in self.not_through:
                raise InputError(f"{end!r} is an end of the path, so it cannot be avoided. Take it out of not_through.")
        AsOf(self.as_of, self.known_at)
        AsOf(self.compare_to)

    def bare(self) -> PathQuestion:
        """The same question without its filters; dates and ended links stay."""
        none: tuple[str, ...] = ()
        return replace(
            self, predicates=none, without_predicates=none, kinds=none, not_kinds=none, not_through=none, confidence="low"
        )


@dataclass(frozen=True, slots=True)
class End:
    """One end of the question. A set has itself for an id, and the number of its entities in ``size``."""

    id: EntityId
    name: str
    kind: str
    size: int = 1


@dataclass(frozen=True, slots=True)
class Then:
    """A path of another date, and its steps now: ``now`` has the ``state`` of each, or ``absent``.

    ``absent``: no link that the question follows had begun. ``live``: whether the whole path can be followed now.
    """

    path: Path
    now: tuple[str, ...]

    @property
    def live(self) -> bool:
        """Whether every step can be counted on, on the as-of date."""
        return not {ENDED, DISPUTED, ABSENT}.intersection(self.now)


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """The paths found, best first. ``exhausted``: there are no others. ``reason``: why nothing was found, else ``""``.

    ``then``: the paths of the date ``compare_to``, best first; empty where none was asked for.
    """

    revision: int
    as_of: str
    known_at: datetime | None
    start: End
    goal: End
    results: tuple[Path, ...]
    exhausted: bool
    reason: str
    compare_to: str | None = None
    then: tuple[Then, ...] = ()


def find_paths(graph: Graph, question: PathQuestion, using: Weights | None = None) -> PathAnswer:
    """The best collaboration paths; ``using`` other weights than those that ship.

    Raises ``UnknownEntity`` for an id the graph does not hold at the known time, ``InputError`` for a source as an end,
    ``UnknownWord`` for a predicate or kind that is not in the vocabulary.

    >>> import tempfile; from datetime import UTC; from graph.model import Citation, Period, Statement
    >>> from graph.sqlite import SqliteStore
    >>> said = Citation("src-minutes", "page 1")
    >>> def says(subject, predicate, object=None, value=None):
    ...     return Statement(subject, predicate, object, value, Period("2024"), said, "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("minutes", [
    ...     says("ann", "member_of", "net"), says("bob", "leads", "net"), says("net", "name", value="the Network"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> answer = find_paths(Graph(store), PathQuestion("ann", "bob", as_of="2026-01-01"))
    >>> [(path.ids, path.score) for path in answer.results]
    [(('ann', 'net', 'bob'), 87.0)]
    >>> answer.results[0].parts
    {'base': 100.0, 'strength': -3.0, 'evidence': -2.0, 'recency': -2.0, 'hubs': 0.0, 'length': -6.0}
    >>> answer.results[0].weakest.sentence
    'ann is a member of the Network.'
    >>> store.close(); folder.cleanup()
    """
    chosen = using or weights()
    snapshot = engine.for_paths(graph, question, chosen)
    when = AsOf(question.as_of if question.as_of is not None else today(), question.known_at)
    starts, goals = (_end(snapshot, text, when) for text in (question.start, question.goal))
    if starts == goals and len(starts) == 1:
        raise InputError(f"A path needs two different ends; both are {snapshot.ids[starts[0]]!r}.")
    steps, interior = steps_asked(snapshot, when, question, chosen)
    ways = best_ways(steps, interior, starts, goals, question)
    then = _then(graph, question, chosen, snapshot, when) if question.compare_to is not None else ()
    return PathAnswer(
        revision=snapshot.revision,
        as_of=when.valid or "",
        known_at=question.known_at,
        start=_told(snapshot, question.start, starts),
        goal=_told(snapshot, question.goal, goals),
        results=tell(graph, steps, ways, chosen),
        exhausted=len(ways) < question.k,
        reason="" if ways else _why(snapshot, when, question, chosen, starts, goals),
        compare_to=question.compare_to,
        then=then,
    )


def _end(snapshot: Snapshot, text: str, when: AsOf) -> list[int]:
    """The nodes of an end: one, or those of a set."""
    return members(snapshot, text, when) if is_set(snapshot, text) else [node_of(snapshot, text)]


def _told(snapshot: Snapshot, text: str, nodes: Sequence[int]) -> End:
    if not is_set(snapshot, text):
        return End(snapshot.ids[nodes[0]], snapshot.names[nodes[0]], snapshot.kinds[nodes[0]])
    kinds = {snapshot.kinds[node] for node in nodes}
    return End(text, f"any of {len(nodes)} ({text})", kinds.pop() if len(kinds) == 1 else "", len(nodes))


def _then(graph: Graph, question: PathQuestion, chosen: Weights, snapshot: Snapshot, when: AsOf) -> tuple[Then, ...]:
    """The paths of the other date, each with what its steps are on this one."""
    earlier = find_paths(graph, replace(question, as_of=question.compare_to, compare_to=None), chosen)
    steps, _ = steps_asked(snapshot, when, replace(question, include_ended=True), chosen)

    ways = [(path, list(pairwise(node_of(snapshot, id) for id in path.ids))) for path in earlier.results]
    now = steps.told([pair for _, pairs in ways for pair in pairs])
    return tuple(Then(path, tuple(now[pair].state if pair in now else ABSENT for pair in pairs)) for path, pairs in ways)


def steps_asked(snapshot: Snapshot, when: AsOf, question: PathQuestion, chosen: Weights) -> tuple[Steps, Mask]:
    """The steps that the question may take, and which nodes it may pass through."""
    words = _followed(snapshot, question)
    seen = view(snapshot, when, chosen)
    interior = passable(seen, question.kinds, question.not_kinds)
    if question.not_through:
        interior = interior.copy()
        interior[[node_of(snapshot, id) for id in question.not_through]] = False
    return steps_of(seen, chosen, words, question.confidence, question.include_ended), interior


_words: WeakKeyDictionary[Snapshot, dict[tuple[Sequence[str], Sequence[str]], Mask]] = WeakKeyDictionary()
_KEPT: Final = 16


def _followed(snapshot: Snapshot, question: PathQuestion) -> Mask:
    """Per predicate of the snapshot: whether a path may follow it; the answers to a few questions are kept."""
    held = _words.setdefault(snapshot, {})
    key = question.predicates, question.without_predicates
    if key not in held:
        while len(held) >= _KEPT:
            held.clear()
        held[key] = predicates_asked(snapshot, *key, traversable_only=True)
    return held[key]


def best_ways(steps: Steps, interior: Mask, starts: Sequence[int], goals: Sequence[int], question: PathQuestion) -> list[Nodes]:
    """The nodes of the paths found, best first."""
    most, all_shortest = question.max_steps, question.by == "shortest"

    def best(k: int, open_nodes: Mask, closed: Sequence[tuple[int, int]] = ()) -> list[Nodes]:
        if question.by == "score":
            return kernels.best(steps, open_nodes, starts, goals, k, most, closed)
        return kernels.fewest(steps, open_nodes, starts, goals, k, most, closed, all_shortest)

    if not question.disjoint:
        return best(question.k, interior)
    ways: list[Nodes] = []
    closed: list[tuple[int, int]] = []
    open_nodes = interior.copy()
    while len(ways) < question.k:
        found = best(1, open_nodes, closed)
        if not found or (all_shortest and ways and len(found[0]) > len(ways[0])):
            break
        nodes = found[0]
        ways.append(nodes)
        if question.disjoint == "node":
            open_nodes[list(nodes[1:-1])] = False
        if question.disjoint == "edge" or len(nodes) == 2:
            closed += pairwise(nodes)
    return ways


def _why(
    snapshot: Snapshot, when: AsOf, question: PathQuestion, chosen: Weights, starts: Sequence[int], goals: Sequence[int]
) -> str:
    """Why there is no path, found out by asking again with less in the way."""

    def again(filters: bool, ended: bool) -> tuple[Steps, Mask]:
        return steps_asked(snapshot, when, replace(question if filters else question.bare(), include_ended=ended), chosen)

    def fewest(filters: bool, ended: bool) -> int | None:
        steps, interior = again(filters, ended)
        found = (gap(steps.offsets, steps.target, interior, start, goals) for start in starts)
        return min((one for one in found if one is not None), default=None)

    def lonely() -> list[str]:
        steps, _ = again(filters=False, ended=True)
        ends = zip(names, (starts, goals), strict=True)
        return [name for name, nodes in ends if not any(steps.offsets[node] < steps.offsets[node + 1] for node in nodes)]

    names = [_told(snapshot, text, nodes).name for text, nodes in ((question.start, starts), (question.goal, goals))]
    return absence.reason(
        names[0],
        names[1],
        date_text(when.valid or ""),
        question.max_steps,
        fewest,
        lonely,
        filtered=question != question.bare(),
        ended=question.include_ended,
    )
