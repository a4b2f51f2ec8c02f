"""Real organisations: the relations of the Research Organization Registry, where its files lie beside the checkout.

A graph of another shape than the made one: most organisations stand in small families, and a few large ones hold many children.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.graphs import AS_OF, LOADED_AT, SEED
from benchmarks.measuring import Figure, timed
from graph.model import Citation, Period, Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries import kernels
from queries.paths import PathQuestion, find_paths

FILES: Final = Path(__file__).parents[2] / "shared" / "data" / "ror"
_NAMES, _RELATIONS = "ror_names_51k.csv.gz", "ror_relationships_51k.csv.gz"
_WORDS: Final = {"parent": "part_of", "related": "partners_with"}
"""The relations that are links of ours; ``child`` is ``parent`` from the other side, successors are no collaboration."""


def present(folder: Path = FILES) -> bool:
    """Whether the files are there."""
    return all((folder / name).is_file() for name in (_NAMES, _RELATIONS))


def statements(folder: Path = FILES) -> Iterator[Statement]:
    """Kinds, names and relations of active organisations."""
    cited, held = Citation("src-ror", "released tables"), set()
    for row in _rows(folder / _NAMES):
        if row["status"] == "active" and "ror_display" in row["name_types"] and row["ror_id"] not in held:
            held.add(row["ror_id"])
            for predicate, value in (("kind", "organisation"), ("name", row["name"])):
                yield Statement(f"ror-{row['ror_id']}", predicate, None, value, Period(), cited, "high")
    seen = set()
    for row in _rows(folder / _RELATIONS):
        one, other, word = row["ror_id"], row["related_ror_id"], _WORDS.get(row["relation"])
        if word == "partners_with":
            one, other = sorted((one, other))
        if word and {one, other} <= held and one != other and (one, word, other) not in seen:
            seen.add((one, word, other))
            yield Statement(f"ror-{one}", word, f"ror-{other}", None, Period(), cited, "high")


def stored(directory: Path, folder: Path = FILES) -> SqliteStore:
    """The graph in a store; loaded once, then found again."""
    store = SqliteStore(directory / "ror.sqlite")
    if store.revision() == 0:
        store.replace("ror", statements(folder), LOADED_AT)
    return store


def figures(graph: Graph) -> Iterator[Figure]:
    """Whole answers with citations, between organisations of one family and between any two."""
    kernels.prepare(wait=True)
    snapshot = graph.snapshot()
    random = np.random.default_rng(SEED)
    linked = np.flatnonzero(np.diff(snapshot.offsets))
    apart = [tuple(random.choice(linked, 2, replace=False).tolist()) for _ in range(100)]
    near = [(one, _walked(graph, one, random)) for one, _ in apart]
    near = [(one, other) for one, other in near if one != other]

    def each(pairs: list[tuple[int, int]], by: str) -> list[Callable[[], object]]:
        asked = [PathQuestion(snapshot.ids[one], snapshot.ids[other], as_of=AS_OF, by=by) for one, other in pairs]
        return [partial(find_paths, graph, question) for question in asked]

    name = f"ROR, {len(snapshot.ids):,} organisations, {len(snapshot.target) // 2:,} relations, with citations"
    for how, pairs in (("of one family", near), ("any two", apart)):
        for by in ("score", "hops"):
            yield timed(f"{name}: 5 best by {by}, {how}", "mcmgraph", each(pairs, by))


def _walked(graph: Graph, node: int, random: np.random.Generator) -> int:
    """Where three steps at random lead."""
    snapshot = graph.snapshot()
    for _ in range(3):
        node = int(random.choice(snapshot.target[snapshot.arcs(node)]))
    return node


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
