"""The ends of a path given as a set: "any African Union body to any manufacturer in South-East Asia".

A set is written as conditions joined by commas, all of which must hold::

    kind:organisation,subtype:manufacturer,in:r-sear       of:au|who       id:africa-cdc|ama       africa-cdc|ama

``kind``, ``subtype``: of this kind or subtype. ``in``: located in this country, area or territory, or in one of this region
or bloc. ``of``: part of this entity, or of a part of it, however deep; or a member of it. ``id``: one of these; the key may
be left out. ``|`` means "or". ``in``, ``of`` and ``id`` take ids, and names where ``end_of`` has read them first.
Dates are those of the question.

The k best paths between two sets are the k best of all pairs, exactly. Two nodes are added to the arrays of the kernel: one
before all starts and one after all goals. A step from the first costs ``C - through`` of the start that it enters, which makes
up for what the kernel takes for passing through it; so each path costs 2C more than its own cost, and the order is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError, UnknownWord
from graph.model import AsOf
from graph.snapshot import Graph, Snapshot
from graph.vocabulary import nearest, vocabulary
from queries import engine, kernel, kernels
from queries.kernel import CLOSED, Path
from queries.search import resolve
from queries.selection import SOURCE, Mask, node_of
from queries.steps import Steps

Array = NDArray[Any]
KEYS: Final = ("kind", "subtype", "in", "of", "id")
NAMING: Final = ("in", "of", "id")
"""The keys whose values are entities."""
MOST: Final = 1_000
"""Entities that one end may hold."""


def is_set(snapshot: Snapshot, text: str) -> bool:
    """Whether a text is a set of entities and not the id of one."""
    if snapshot.number(text) is not None:
        return False
    return "|" in text or text.partition(":")[0].strip() in KEYS


def end_of(graph: Graph, text: str, known: datetime | None = None) -> str:
    """An end as a path question takes it: the id of the one entity that a text names, or a set with its names made ids.

    Raises ``UnknownEntity`` and ``AmbiguousName``.
    """
    snapshot = engine.for_name(graph, text, known)
    if not is_set(snapshot, text):
        return resolve(graph, text, known)
    made = []
    for part in text.split(","):
        key, colon, words = part.partition(":")
        key, words = (key.strip(), words) if colon else ("id", part)
        some = [word.strip() for word in words.split("|")]
        if key in NAMING and all(some):
            some = [resolve(graph, word, known) for word in some]
        made.append(f"{key}:{'|'.join(some)}")
    return ",".join(made)


def members(snapshot: Snapshot, text: str, when: AsOf) -> list[int]:
    """The nodes of a set, in order; raises ``InputError`` where it cannot be read, is empty or too large."""
    chosen: set[int] | None = None
    for part in text.split(","):
        key, colon, words = part.partition(":")
        if not colon:
            key, words = "id", part
        found = _fitting(snapshot, key.strip(), [word.strip() for word in words.split("|")], part, when)
        chosen = found if chosen is None else chosen & found
    nodes = sorted(node for node in chosen or () if snapshot.kinds[node] != SOURCE)
    if not nodes:
        raise InputError(f"No entity fits {text!r} on {when.valid}. Take a condition away, or ask for another date.")
    if len(nodes) > MOST:
        raise InputError(f"{len(nodes)} entities fit {text!r}; an end may hold {MOST}. Add a condition.")
    return nodes


def _fitting(snapshot: Snapshot, key: str, words: Sequence[str], part: str, when: AsOf) -> set[int]:
    if key not in KEYS:
        raise UnknownWord("condition", key, nearest(key, KEYS) or KEYS)
    if not all(words):
        raise InputError(f"{part!r} is no condition. Write KEY:VALUE, or KEY:VALUE|VALUE; keys: {', '.join(KEYS)}.")
    if key == "kind":
        kinds = {vocabulary().kind(word).name for word in words}
        return {node for node, kind in enumerate(snapshot.kinds) if kind in kinds}
    if key == "subtype":
        known = set(snapshot.subtypes) - {""}
        for word in words:
            if word not in known:
                raise UnknownWord("subtype", word, nearest(word, known))
        return {node for node, subtype in enumerate(snapshot.subtypes) if subtype in words}
    named = [node_of(snapshot, word) for word in words]
    if key == "id":
        return set(named)
    return _located(snapshot, named, when) if key == "in" else _belonging(snapshot, named, when)


def _located(snapshot: Snapshot, places: Iterable[int], when: AsOf) -> set[int]:
    """What is located in these countries, areas and territories, or in those of these regions."""
    given = set(places)
    return _subjects(snapshot, "located_in", given | _subjects(snapshot, "in_region", given, when), when)


def _belonging(snapshot: Snapshot, bodies: Iterable[int], when: AsOf) -> set[int]:
    """What is part of these, of their parts and so on, and the members of these."""
    given = set(bodies)
    found: set[int] = set()
    edge = given
    while edge:
        edge = _subjects(snapshot, "part_of", edge, when) - found
        found |= edge
    return (found | _subjects(snapshot, "member_of", given, when)) - given


def _subjects(snapshot: Snapshot, predicate: str, objects: Collection[int], when: AsOf) -> set[int]:
    """The subjects of the links of one predicate to these, on the date."""
    if predicate not in snapshot.predicates:
        return set()
    word = snapshot.predicates.index(predicate)
    found: set[int] = set()
    for node in objects:
        arcs = snapshot.arcs(node)
        fits = (snapshot.predicate[arcs] == word) & ~snapshot.forward[arcs]
        fits &= (snapshot.first[arcs] < when.end) & (snapshot.end[arcs] > when.first)
        found.update(snapshot.target[arcs][fits].tolist())
    return found


def between(
    steps: Steps,
    interior: Mask,
    starts: Sequence[int],
    goals: Sequence[int],
    k: int,
    max_steps: int,
    closed: Sequence[tuple[int, int]] = (),
    by: str = "score",
) -> list[Path]:
    """The k best paths from any start to any other goal, in the order of ``queries.kernel`` (``by``: as in the path question).

    Only the interpreted program runs here: the compiled one takes every step to be open in both directions, which the steps at
    ends that must not be passed through are not. An entity of both sets is an end of paths to and from the others, never of
    one to itself; the paths that it begins are asked for apart from those that it ends.
    """
    cost = kernels.closing(steps, closed)
    both = sorted(set(starts).intersection(goals))
    asked = [([node for node in starts if node not in both], list(goals))]
    asked += [([node], [goal for goal in goals if goal != node]) for node in both]
    found: list[tuple[int, int, Path]] = []
    for some, others in asked:
        if not some or not others:
            continue
        offsets, target, costs, through, passing = _joined(
            steps.offsets, steps.target, cost, steps.through, interior, some, others
        )
        first, last = len(passing) - 2, len(passing) - 1
        if by == "score":
            best = kernel.best_paths(offsets, target, costs, through, passing, first, last, k, max_steps + 2)
        else:
            few = kernel.fewest_steps(offsets, target, costs, passing, first, last, k, max_steps + 2, by == "shortest")
            best = [(len(path), path) for path in few]
        found += [(paid, len(path), path[1:-1]) for paid, path in best]
    found.sort()
    if by == "shortest":
        found = [one for one in found if one[1] == found[0][1]]
    return [path for _, _, path in found[:k]]


def _joined(
    offsets: Array, target: Array, cost: Array, through: Array, interior: Array, starts: Sequence[int], goals: Sequence[int]
) -> tuple[Array, Array, Array, Array, Array]:
    """The arrays with a node before all ``starts`` and one after all ``goals``.

    An end that must not be passed through can still be begun at or arrived at: as a start it is entered from the added node
    alone, as a goal it is left to the added node alone. So no such entity may be in both sets.
    """
    count = len(through)
    ends = np.array([*starts, *goals], dtype=np.int64)
    first, last = np.full(len(starts), count), np.full(len(goals), count + 1)
    owner = np.repeat(np.arange(count, dtype=np.int64), np.diff(offsets))
    shut = (_at(count, starts) & ~interior)[target] | (_at(count, goals) & ~interior)[owner]
    owners = np.concatenate([owner, first, ends[len(starts) :]])
    targets = np.concatenate([target.astype(np.int64), ends[: len(starts)], last])
    constant = int(through.max(initial=0)) + 1
    costs = np.concatenate([np.where(shut, CLOSED, cost), constant - through[ends]])
    order = np.lexsort((targets, owners))
    wide = np.zeros(count + 3, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=count + 2), out=wide[1:])
    passing = np.append(interior | _at(count, ends), [False, False])
    return wide, targets[order].astype(target.dtype), costs[order], np.append(through, [0, 0]), passing


def _at(count: int, nodes: Sequence[int] | Array) -> Array:
    mask = np.zeros(count, dtype=bool)
    mask[np.asarray(nodes, dtype=np.int64)] = True
    return mask
