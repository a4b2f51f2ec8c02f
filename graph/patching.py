"""The next snapshot from the one before by a small change, and what differs between the two; see ``graph.patched``."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from graph.merging import SAME
from graph.model import Statement
from graph.packed import Array
from graph.patched import Patched, maybe_renamed
from graph.refresh import MOST
from graph.snapshot import Since, Snapshot
from graph.splicing import Renumbering


def changed(before: Snapshot, gone: Collection[Statement], come: Collection[Statement], revision: int) -> Snapshot | None:
    """The snapshot without ``gone`` (all of them in ``before``) and with ``come`` (none of them in it); None: build it anew."""
    if len(gone) + len(come) > MOST or any(one.predicate == SAME for one in (*gone, *come)):
        return None
    base, out, put = (before.base, dict(before.gone), dict(before.come)) if isinstance(before, Patched) else (before, {}, {})
    for one in gone:
        if put.pop(one.id, None) is None:
            out[base.place(one.id)[0]] = one
    for one in come:
        place, there = base.place(one.id)
        if there:
            del out[place]
        else:
            put[one.id] = one
    if len(out) + len(put) > MOST:
        return None
    if any(len(base.ids_of(node)) > 1 for node in maybe_renamed(base, (*out.values(), *put.values()))):
        return None  # which of the merged names is shown depends on what was said under which id
    made = Patched(base, out, put, revision, before.places if isinstance(before, Patched) else {})
    made.follow(before, _since(before, made, tuple(gone), tuple(come)))
    return made


def _since(before: Snapshot, after: Snapshot, gone: tuple[Statement, ...], come: tuple[Statement, ...]) -> Since:
    nodes = None
    if len(before.ids) != len(after.ids) or before.ids.arrays[1] is not after.ids.arrays[1]:
        nodes = _moves(before, after)
    pairs = {(one.subject, one.object) for one in (*gone, *come) if one.object is not None}
    ends = {(before.number(a), before.number(b), after.number(a), after.number(b)) for a, b in pairs}
    # A node of another kind may be seen in another way: all its links count as changed.
    rekinded = False
    for one in {one.subject for one in (*gone, *come) if one.predicate == "kind"}:
        old, new = before.number(one), after.number(one)
        if old is not None and new is not None and before.kinds[old] == after.kinds[new]:
            continue
        rekinded = True
        if old is not None:
            ends.update((old, other, new, _moved(nodes, other)) for other in before.neighbours_of(old).tolist())
    table = [tuple(-1 if one is None else one for one in row) for row in ends]
    both = {row for a, b, c, d in table for row in ((a, b, c, d), (b, a, d, c))}
    old_from, old_to, new_from, new_to = np.array(sorted(both), dtype=np.int64).reshape(-1, 4).T
    return Since(nodes, old_from, old_to, new_from, new_to, rekinded or nodes is not None, gone, come)


def _moved(nodes: Array | None, node: int) -> int | None:
    if nodes is None:
        return node
    return None if nodes[node] < 0 else int(nodes[node])


def _moves(before: Snapshot, after: Snapshot) -> Array:
    """Per node of ``before`` its number in ``after``, which rests on the same whole snapshot; -1 where it is gone."""
    base_to = [one.nodes if isinstance(one, Patched) else Renumbering() for one in (before, after)]
    moved = base_to[1].new(np.maximum(base := base_to[0].old(np.arange(len(before.ids), dtype=np.int64)), 0))
    moved = np.where(base < 0, -1, moved)
    for node in np.flatnonzero(base < 0).tolist():  # those that the whole one does not hold
        number = after.number(before.ids[node])
        moved[node] = -1 if number is None else number
    return moved
