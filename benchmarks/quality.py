"""How good the automatic links are, on hand-labelled sets: ``python -m benchmarks.quality`` writes the table of docs/quality.md
and of README.md.

Three sets are kept in ``benchmarks/labelled``; the others are read from a folder beside the project and are not part of it, and
one that is not there is left out by name.
Precision: of the automatic links, how many are right. Recall: of the labels whose entity the graph holds and that name it
alone, how many are linked. A cell with several bodies, or with one that the graph does not hold, should not be linked; a link
there counts as wrong.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graph.model import ALWAYS, Citation, Statement, qualify
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import curated
from loaders.documents import document_of, read_document
from loaders.gazetteer import Gazetteer
from loaders.known_names import KnownNames
from loaders.mentions import find_mentions
from loaders.resolve import Resolver

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MCMGRAPH_QUALITY_DATA", ROOT.parent / "shared"))
PAGES = (ROOT / "docs" / "quality.md", ROOT / "README.md")
BEGIN, END = "<!-- quality -->\n", "<!-- end of quality -->"
LABELLED = Path(__file__).parent / "labelled"
_MARK = re.compile(r"\[\[(.*?)\|(.*?)\]\]|\{\{(.*?)\}\}")
_SEVERAL = ("multi", "slash=two", "slash=subsidiary")
_OTHERS = ("decoy", "sibling")


@dataclass(frozen=True)
class Score:
    """One row of the table."""

    name: str
    labels: int
    linked: int
    right: int
    expected: int

    @property
    def precision(self) -> float:
        return self.right / self.linked if self.linked else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0


def keys(name: str) -> dict[str, str]:
    """The entity of each label of a set, where the graph holds it."""
    with (Path(__file__).parent / "quality_keys.csv").open(encoding="utf-8", newline="") as stream:
        return {row["key"]: row["id"] for row in csv.DictReader(stream) if row["set"] == name}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def score(name: str, resolver: Resolver, cells: Iterable[tuple[str, str | None, bool]]) -> Score:
    """``cells``: the text, the entity that it names (None: no entity of the graph), whether it names that alone."""
    given = list(cells)
    found = resolver.resolve_all([(text, "") for text, _, _ in given])
    pairs = list(zip(given, found, strict=True))
    return Score(
        name,
        len(given),
        sum(one.id is not None for one in found),
        sum(one.id is not None and (one.id == wanted or wanted in one.identifiers) for (_, wanted, _), one in pairs),
        sum(wanted is not None and alone for _, wanted, alone in given),
    )


def small_sets(graph: Graph, gold: Path) -> Iterator[Score]:
    """The sets whose entities are in the graph that ships."""
    resolver = Resolver(graph)
    countries = rows(gold / "country_names_gavi_iso3.csv")
    yield score("names of countries, areas and territories", resolver, ((r["surface"], r["iso3"], True) for r in countries))
    known = keys("manufacturers")
    cells = rows(gold / "er_manufacturers.csv")
    alone = [not r["relation"].startswith((*_SEVERAL, *_OTHERS)) for r in cells]
    named = ((r["cell"], known.get(r["entity"]), one) for r, one in zip(cells, alone, strict=True))
    yield score("manufacturers and regulators", resolver, named)
    yield mentions(graph, gold)


def mentions(graph: Graph, gold: Path) -> Score:
    """The mentions of the seeds: right where start, end and entity are the label's."""
    known = keys("mentions")
    gazetteer = Gazetteer(KnownNames(graph))
    labels = [json.loads(line) for line in (gold / "seed_mentions.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = {(one["doc"], one["start"], one["end"], known.get(one["id"], one["id"])) for one in labels}
    found = set()
    for name in sorted({one["doc"] for one in labels}):
        for mention in find_mentions(read_document(SHARED / "seeds" / name), gazetteer):
            if mention.id is not None:
                found.add((name, mention.start, mention.end, mention.id))
    return Score("mentions in three web pages of WHO", len(labels), len(found), len(found & wanted), len(labels))


def register(ror: Path) -> Iterator[Statement]:
    """The active organisations of a slice of ROR with their names and seats, for the sets that are labelled with it."""
    cited = Citation("src-ror", "register")
    seats = {row["alpha2"]: row["code"] for row in rows(ROOT / "loaders" / "curated" / "countries.csv")}
    seen = set()

    def said(id: str, predicate: str, value: str, sort: str = "") -> Statement:
        return Statement(id, predicate, None, value, ALWAYS, cited, "high", "", qualify({"sort": sort}))

    with gzip.open(ror / "ror_names_51k.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            id, name, sorts = f"ror:{row['ror_id']}", " ".join(row["name"].split()), row["name_types"].split("|")
            if row["status"] != "active" or not name or not name.isprintable():
                continue
            if id not in seen:
                seen.add(id)
                yield said(id, "kind", "organisation")
                yield said(id, "identifier", id)
                if row["country"] in seats:
                    yield Statement(id, "located_in", seats[row["country"]], None, ALWAYS, cited, "high")
            display = "ror_display" in sorts
            yield said(
                id, "name" if display else "alias", name, "" if display else "acronym" if "acronym" in sorts else "other"
            )


def own_sets(graph: Graph, folder: Path = LABELLED) -> Iterator[Score]:
    """The sets that are kept beside this module: names as partners write them, and sentences with what they name."""
    resolver = Resolver(graph)
    for name, file in (
        ("names of bodies as partners write them", "names"),
        ("names of places as partners write them", "countries"),
    ):
        given = rows(folder / f"{file}.csv")
        found = resolver.resolve_all([(row["text"], row["country"]) for row in given])
        linked = [(row["id"], one.id) for row, one in zip(given, found, strict=True) if one.id is not None]
        yield Score(
            name, len(given), len(linked), sum(id == wanted for wanted, id in linked), sum(bool(row["id"]) for row in given)
        )
    gazetteer = Gazetteer(KnownNames(graph))
    found_in, right, labels = 0, 0, 0
    for text, wanted in texts(folder / "sentences.txt"):
        mentioned = find_mentions(document_of(text.encode(), "sentences.txt"), gazetteer)
        linked_in = {(one.start, one.end, one.id) for one in mentioned if one.id is not None}
        found_in, right, labels = found_in + len(linked_in), right + len(linked_in & wanted), labels + len(wanted)
    yield Score("mentions in sentences in four languages", labels, found_in, right, labels)


def texts(path: Path) -> Iterator[tuple[str, set[tuple[int, int, str]]]]:
    """Texts and their mentions (start, end, id). ``[[name|id]]`` is a mention, ``{{name}}`` a name that the graph does not
    hold; a line that begins with ``#`` begins another text."""
    for block in re.split(r"^#.*\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        plain, wanted, at = "", set(), 0
        for mark in _MARK.finditer(block):
            plain += block[at : mark.start()]
            start = len(plain)
            plain += mark.group(1) or mark.group(3)
            if mark.group(2):
                wanted.add((start, len(plain), mark.group(2)))
            at = mark.end()
        yield plain + block[at:], wanted


def large_sets(store: SqliteStore, shared: Path) -> Iterator[Score]:
    """The sets whose entities are in the register; a label that the slice lacks is left out."""
    store.replace("register", register(shared / "data" / "ror"), datetime.now(UTC))
    graph = Graph(store)
    resolver = Resolver(graph)
    held = {id: graph.snapshot().number(id) is not None for id in keys("institutions").values()}
    known = {key: id for key, id in keys("institutions").items() if held[id]}
    cells = rows(shared / "data" / "gold" / "er_pandemic_pact_institutions.csv")
    yield score("research institutions", resolver, ((r["cell"], known.get(r["entity"]), True) for r in cells))
    labelled = json.loads((shared / "data" / "ror" / "dataset_names.json").read_text(encoding="utf-8"))
    ids = ((one["affiliation"], "ror:" + one["ror-id"].rsplit("/", 1)[1]) for one in labelled if one["ror-id"])
    inside = [(text, id, True) for text, id in ids if graph.snapshot().number(id) is not None]
    yield score("affiliations that ROR has labelled", resolver, inside)


def table(scores: Iterable[Score]) -> str:
    lines = ["| set | labels | linked | right | precision | recall |", "|---|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {one.name} | {one.labels} | {one.linked} | {one.right} | {one.precision:.3f} | {one.recall:.3f} |" for one in scores
    ]
    return "\n".join(lines)


def table_of(page: Path) -> str:
    """The table that a page holds between its marks; raises ``ValueError`` where it has none."""
    text = page.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


def put(page: Path, made: str) -> None:
    """Put a table into a page between its marks."""
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(table_of(page), made), encoding="utf-8")


def main() -> int:
    """Print the table, and put it into the pages between their marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--no-register", action="store_true", help="leave out the sets that need the register of 51,370 organisations"
    )
    asked = parser.parse_args()
    gold = SHARED / "data" / "gold"
    if not gold.is_dir():
        print(f"There are no labelled sets at {gold}; set MCMGRAPH_QUALITY_DATA to the folder that holds data/gold and seeds.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.sqlite")
        curated.load(store, None, datetime.now(UTC))
        scores = [*small_sets(Graph(store), gold), *own_sets(Graph(store))]
        if not asked.no_register and (SHARED / "data" / "ror" / "ror_names_51k.csv.gz").is_file():
            scores += large_sets(store, SHARED)
        store.close()
    made = table(scores)
    print(made)
    for page in PAGES if not asked.no_register else ():
        put(page, made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
