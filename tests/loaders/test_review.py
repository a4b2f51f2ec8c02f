"""Decisions: recorded with who, when and why, obeyed by every later load, and reversible."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from graph.errors import InputError
from graph.merging import representatives
from graph.model import ANY_TIME, AsOf
from graph.revisions import Graph
from loaders import deciding, review, webpage
from loaders.decisions import log
from queries.entities import find_entity
from queries.paths import PathQuestion, find_paths
from queries.search import SearchQuestion, resolve, search
from tests.factories import entities, entity, graph_in, link, text

ROOT = Path(__file__).parents[2]
Clock = Callable[[], datetime]
WORLD = [
    *entities("organisation", "b", "c", "d"),
    *entity("a", name="Alpha Institute"),
    text("b", "name", "Beta Institute"),
    text("b", "alias", "Old Beta"),
    *entities("network", "net"),
    link("c", "member_of", "net"),
    link("b", "partners_with", "c"),
    link("a", "partners_with", "d"),
]


@pytest.fixture
def clock() -> Clock:
    ticks = count()
    return lambda: datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=next(ticks))


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return graph_in(tmp_path, WORLD)


def test_a_merged_entity_is_the_surviving_one_in_every_question(graph: Graph, clock: Clock) -> None:
    before = {one.id for one in graph.store.scan(None, ANY_TIME)}
    assert not find_paths(graph, PathQuestion("a", "c", max_steps=1)).results
    decided = deciding.merge(graph.store, "b", "a", "Ada", "one body, two names", clock())
    assert (decided.number, decided.by, decided.why) == (1, "Ada", "one body, two names")
    assert resolve(graph, "b") == resolve(graph, "Old Beta") == resolve(graph, "Beta Institute") == "a"
    snapshot = graph.snapshot()
    assert "b" not in snapshot.ids
    assert snapshot.names[snapshot.number("b") or 0] == "Alpha Institute"
    assert [one.id for one in search(graph, SearchQuestion("Old Beta")).results] == ["a"]
    assert [path.ids for path in find_paths(graph, PathQuestion("a", "c", max_steps=1)).results] == [("a", "c")]
    told = find_entity(graph, "b")
    assert told.id == "a"
    assert "Old Beta" in [alias.name for alias in told.aliases]
    assert before < {one.id for one in graph.store.scan(None, ANY_TIME)}, "the statements keep their ids"


def test_a_merge_can_be_undone_and_the_past_keeps_it(graph: Graph, clock: Clock) -> None:
    deciding.merge(graph.store, "b", "a", "Ada", "one body", clock())
    while_merged = clock()
    deciding.undo(graph.store, 1, "Bo", "they are two", clock())
    assert resolve(graph, "b") == "b"
    assert resolve(graph, "b", while_merged) == "a"
    assert [(one.action, one.undone) for one in log(graph.store)] == [("merge", True), ("undo", False)]
    deciding.undo(graph.store, 2, "Ada", "they are one after all", clock())
    assert resolve(graph, "b") == "a"
    with pytest.raises(InputError, match="taken back already"):
        deciding.undo(graph.store, 2, "Ada", "again", clock())


def test_decisions_that_contradict_each_other_are_refused(graph: Graph, clock: Clock) -> None:
    deciding.keep_apart(graph.store, "a", "b", "", "Ada", "two bodies", clock())
    with pytest.raises(InputError, match="apart"):
        deciding.merge(graph.store, "b", "a", "Ada", "one", clock())
    with pytest.raises(InputError, match="one kind"):
        deciding.merge(graph.store, "net", "a", "Ada", "one", clock())
    with pytest.raises(InputError, match="no entity"):
        deciding.merge(graph.store, "nobody", "a", "Ada", "one", clock())
    with pytest.raises(InputError, match="why"):
        deciding.merge(graph.store, "c", "d", "Ada", "  ", clock())
    deciding.merge(graph.store, "c", "d", "Ada", "one", clock())
    with pytest.raises(InputError, match="one entity"):
        deciding.keep_apart(graph.store, "d", "c", "", "Ada", "two", clock())
    with pytest.raises(InputError, match="already"):
        deciding.merge(graph.store, "d", "c", "Ada", "one", clock())
    assert len(log(graph.store)) == 2


def test_merges_do_not_depend_on_their_order() -> None:
    pairs = [("b", "a"), ("c", "b"), ("d", "c")]
    assert representatives(pairs) == representatives(pairs[::-1]) == {"b": "a", "c": "a", "d": "a"}
    assert representatives([("a", "a")]) == {}


def page(folder: Path, sentence: str) -> Path:
    path = folder / "page.txt"
    path.write_text(f"Alpha Institute is in town.\n\n{sentence}\n", encoding="utf-8")
    return path


def test_a_rejected_proposal_comes_back_only_with_another_sentence(graph: Graph, clock: Clock, tmp_path: Path) -> None:
    first = page(tmp_path, "In May Alpha Institute funded Beta Institute.")
    webpage.load(graph.store, [first], clock())
    (item,) = [one for one in review.queue(graph.store) if one.sort == "relation"]
    assert (item.subject, item.predicate, item.object) == ("a", "funds", "b")
    assert not list(graph.store.scan("funds", ANY_TIME)), "a proposal is no statement"
    deciding.reject(graph.store, item.key, "Ada", "it was a loan", clock())
    report = webpage.load(graph.store, [first], clock())
    assert report.balanced
    assert report.ignored == 1
    assert not [one for one in review.queue(graph.store) if one.sort == "relation"]
    webpage.load(graph.store, [page(tmp_path, "In June Alpha Institute funded Beta Institute.")], clock())
    assert [one.key for one in review.queue(graph.store) if one.sort == "relation"] not in ([], [item.key])
    first = page(tmp_path, "In May Alpha Institute funded Beta Institute.")
    deciding.undo(graph.store, 1, "Ada", "look again", clock())
    webpage.load(graph.store, [first], clock())
    assert [one.key for one in review.queue(graph.store) if one.sort == "relation"] == [item.key]


def test_an_accepted_proposal_is_a_statement_with_its_sentence(graph: Graph, clock: Clock, tmp_path: Path) -> None:
    webpage.load(graph.store, [page(tmp_path, "In May Alpha Institute funded Beta Institute.")], clock())
    (item,) = [one for one in review.queue(graph.store) if one.sort == "relation"]
    decided = deciding.accept(graph.store, item.key[:6], "Ada", "it says so", clock())
    (made,) = graph.store.scan("funds", ANY_TIME)
    assert (made.subject, made.object, made.qualifier("decided_by")) == ("a", "b", "Ada")
    assert made.citation.quotation == "In May Alpha Institute funded Beta Institute."
    with pytest.raises(InputError, match="accepted"):
        deciding.reject(graph.store, item.key, "Ada", "no", clock())
    deciding.undo(graph.store, decided.number, "Ada", "misread", clock())
    assert not list(graph.store.scan("funds", AsOf()))


def test_a_name_is_accepted_as_an_alias(graph: Graph, clock: Clock, tmp_path: Path) -> None:
    webpage.load(graph.store, [page(tmp_path, "The Gamma Research Centre (GRC) opened.")], clock())
    (item,) = [one for one in review.queue(graph.store) if one.sort == "candidate"]
    with pytest.raises(InputError, match=r"no proposal 'zz'\. See mcmgraph review list"):
        deciding.accept(graph.store, "zz", "Ada", "known", clock())
    with pytest.raises(InputError, match="Say which entity"):
        deciding.accept(graph.store, item.key, "Ada", "known", clock())
    deciding.accept(graph.store, item.key, "Ada", "its new name", clock(), "c")
    assert resolve(graph, item.name) == "c"
    with pytest.raises(InputError, match="no proposal"):
        review.find(graph.store, "0000")


DECIDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from graph.sqlite import SqliteStore
from loaders import deciding

store, who, times = SqliteStore(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for number in range(times):
    deciding.keep_apart(store, "a", "", f"{who} {number}", who, "two bodies", datetime.now(UTC))
"""


def test_two_processes_that_decide_at_once_lose_nothing(graph: Graph, tmp_path: Path) -> None:
    words = [sys.executable, "-c", DECIDER, str(tmp_path / "graph.sqlite")]
    names, times = ("Ada", "Bo"), 6
    started = [
        subprocess.Popen([*words, name, str(times)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for name in names
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:  # both wait for this line: they begin together
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    assert [one.communicate(timeout=120) and one.returncode for one in started] == [0, 0]
    made = log(graph.store)
    assert [one.number for one in made] == list(range(1, 2 * times + 1))
    assert sorted(one.name for one in made) == sorted(f"{name} {number}" for name in names for number in range(times))
    assert len({change.revision for change in graph.store.changes(1)}) == 2 * times
