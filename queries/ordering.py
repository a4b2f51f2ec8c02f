"""Paths by other weights; and why two answers order theirs differently: what a change of weights, date or graph moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from graph.model import EntityId
from graph.revisions import Graph
from queries.paths import Path, PathAnswer, PathQuestion, find_paths
from queries.weights import Weights

Ids = tuple[EntityId, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """Two paths that have passed each other: ``rises`` was behind ``falls`` and is now ahead of it.

    ``before``, ``after``: the score of ``rises`` less that of ``falls``, in points. ``moved``: for each part of the score, by
    how much it changed that difference; the amounts add up to ``after`` - ``before``. ``decisive`` is the part that did most
    for it, ``""`` where the scores moved nothing (then fewer steps or the ids decide).
    """

    rises: Ids
    falls: Ids
    before: float
    after: float
    moved: Mapping[str, float]
    decisive: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OrderChange:
    """``swaps``: in the order of the later answer. ``came``, ``went``: paths that only one answer has."""

    swaps: tuple[Swap, ...]
    came: tuple[Ids, ...]
    went: tuple[Ids, ...]

    @property
    def same(self) -> bool:
        """Whether both answers have the same paths in the same order."""
        return not (self.swaps or self.came or self.went)


@dataclass(frozen=True, slots=True)
class ReweighedAnswer:
    """``paths`` by the other weights, and how their ``order`` differs from that by the weights that ship."""

    paths: PathAnswer
    order: OrderChange


def find_reweighed(graph: Graph, question: PathQuestion, using: Weights) -> ReweighedAnswer:
    """The best paths by other weights, and what these move. Raises what ``find_paths`` raises.

    >>> import tempfile; from datetime import UTC, datetime
    >>> from graph.model import Citation, Period, Statement; from graph.sqlite import SqliteStore
    >>> from queries.weights import read_weights, shipped
    >>> def says(one, predicate, other):
    ...     return Statement(one, predicate, other, None, Period("2024"), Citation("src-minutes", "page 1"), "high")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(folder.name + "/graph.sqlite")
    >>> change = store.replace("minutes", [
    ...     *(says(one, "member_of", "net") for one in ("ann", "bob", "c", "d", "e", "f")),
    ...     says("ann", "part_of", "x"), says("y", "part_of", "x"), says("y", "part_of", "bob"),
    ... ], datetime(2026, 1, 1, tzinfo=UTC))
    >>> hubs = read_weights(shipped(), "weights.yaml", changes=["hubs.each_doubling=6"])
    >>> told = find_reweighed(Graph(store), PathQuestion("ann", "bob", as_of="2026-01-01"), hubs)
    >>> [path.ids for path in told.paths.results], [swap.decisive for swap in told.order.swaps]
    ([('ann', 'x', 'y', 'bob'), ('ann', 'net', 'bob')], ['hubs'])
    >>> store.close(); folder.cleanup()
    """
    answer = find_paths(graph, question, using)
    return ReweighedAnswer(answer, explain_order(find_paths(graph, question), answer))


def explain_order(before: PathAnswer, after: PathAnswer) -> OrderChange:
    """Which paths have passed each other between two answers, and which parts of their scores did it.

    >>> from types import SimpleNamespace as Some
    >>> def path(ids, **parts): return Some(ids=tuple(ids), score=sum(parts.values()), parts=parts)
    >>> one, two = path("axb", hubs=-1.0, length=-6.0), path("ayzb", hubs=-0.5, length=-9.0)
    >>> other, same = path("axb", hubs=-5.0, length=-6.0), path("ayzb", hubs=-0.75, length=-9.0)
    >>> told = explain_order(Some(results=(one, two)), Some(results=(same, other)))
    >>> told.swaps[0].moved, told.swaps[0].decisive
    ({'hubs': 3.75, 'length': 0.0}, 'hubs')
    >>> told.swaps[0].sentence
    'a > y > z > b passes a > x > b: it was 2.5 points behind and is 1.25 ahead, by hubs (+3.75).'
    """
    earlier, later = ({path.ids: path for path in answer.results} for answer in (before, after))
    place = {ids: number for number, ids in enumerate(earlier)}
    kept = [ids for ids in later if ids in earlier]
    swaps = [_swap(rises, falls, earlier, later) for rises, falls in combinations(kept, 2) if place[rises] > place[falls]]
    return OrderChange(
        swaps=tuple(swaps),
        came=tuple(ids for ids in later if ids not in earlier),
        went=tuple(ids for ids in earlier if ids not in later),
    )


def _swap(rises: Ids, falls: Ids, earlier: Mapping[Ids, Path], later: Mapping[Ids, Path]) -> Swap:
    def margin(paths: Mapping[Ids, Path], part: str) -> float:
        return paths[rises].parts[part] - paths[falls].parts[part]

    moved = {part: margin(later, part) - margin(earlier, part) for part in later[rises].parts}
    before = earlier[rises].score - earlier[falls].score
    after = later[rises].score - later[falls].score
    decisive = max(moved, key=lambda part: moved[part])
    decisive = decisive if moved[decisive] > 0 else ""
    shown = ", ".join(f"{part} ({amount:+g})" for part, amount in sorted(moved.items(), key=lambda one: -one[1]) if amount)
    why = f"by {shown}" if shown else "with the same scores: fewer steps, then the ids decide"
    sentence = (
        f"{' > '.join(rises)} passes {' > '.join(falls)}: it was {abs(before):g} points behind and is {after:g} ahead, {why}."
    )
    return Swap(rises, falls, before, after, moved, decisive, sentence)
