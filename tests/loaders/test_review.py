"""Decisions: recorded with who, when and why, obeyed by every later load, and reversible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from graph.errors import InputError
from graph.merging import representatives
from graph.model import ANY_TIME, AsOf
from graph.snapshot import Graph
from loaders import review, webpage
from loaders.decisions import log
from queries.entities import find_entity
from queries.paths import PathQuestion, find_paths
from queries.search import SearchQuestion, resolve, search
from tests.factories import entities, entity, graph_in, link, text

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
    decided = review.merge(graph.store, "b", "a", "Ada", "one body, two names", clock())
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
    review.merge(graph.store, "b", "a", "Ada", "one body", clock())
    while_merged = clock()
    review.undo(graph.store, 1, "Bo", "they are two", clock())
    assert resolve(graph, "b") == "b"
    assert resolve(graph, "b", while_merged) == "a"
    assert [(one.action, one.undone) for one in log(graph.store)] == [("merge", True), ("undo", False)]
    review.undo(graph.store, 2, "Ada", "they are one after all", clock())
    assert resolve(graph, "b") == "a"
    with pytest.raises(InputError, match="taken back already"):
        review.undo(graph.store, 2, "Ada", "again", clock())


def test_decisions_that_contradict_each_other_are_refused(graph: Graph, clock: Clock) -> None:
    review.keep_apart(graph.store, "a", "b", "", "Ada", "two bodies", clock())
    with pytest.raises(InputError, match="apart"):
        review.merge(graph.store, "b", "a", "Ada", "one", clock())
    with pytest.raises(InputError, match="one kind"):
        review.merge(graph.store, "net", "a", "Ada", "one", clock())
    with pytest.raises(InputError, match="no entity"):
        review.merge(graph.store, "nobody", "a", "Ada", "one", clock())
    with pytest.raises(InputError, match="why"):
        review.merge(graph.store, "c", "d", "Ada", "  ", clock())
    review.merge(graph.store, "c", "d", "Ada", "one", clock())
    with pytest.raises(InputError, match="one entity"):
        review.keep_apart(graph.store, "d", "c", "", "Ada", "two", clock())
    with pytest.raises(InputError, match="already"):
        review.merge(graph.store, "d", "c", "Ada", "one", clock())
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
    review.reject(graph.store, item.key, "Ada", "it was a loan", clock())
    report = webpage.load(graph.store, [first], clock())
    assert report.balanced
    assert report.ignored == 1
    assert not [one for one in review.queue(graph.store) if one.sort == "relation"]
    webpage.load(graph.store, [page(tmp_path, "In June Alpha Institute funded Beta Institute.")], clock())
    assert [one.key for one in review.queue(graph.store) if one.sort == "relation"] not in ([], [item.key])
    first = page(tmp_path, "In May Alpha Institute funded Beta Institute.")
    review.undo(graph.store, 1, "Ada", "look again", clock())
    webpage.load(graph.store, [first], clock())
    assert [one.key for one in review.queue(graph.store) if one.sort == "relation"] == [item.key]


def test_an_accepted_proposal_is_a_statement_with_its_sentence(graph: Graph, clock: Clock, tmp_path: Path) -> None:
    webpage.load(graph.store, [page(tmp_path, "In May Alpha Institute funded Beta Institute.")], clock())
    (item,) = [one for one in review.queue(graph.store) if one.sort == "relation"]
    decided = review.accept(graph.store, item.key[:6], "Ada", "it says so", clock())
    (made,) = graph.store.scan("funds", ANY_TIME)
    assert (made.subject, made.object, made.qualifier("decided_by")) == ("a", "b", "Ada")
    assert made.citation.quotation == "In May Alpha Institute funded Beta Institute."
    with pytest.raises(InputError, match="accepted"):
        review.reject(graph.store, item.key, "Ada", "no", clock())
    review.undo(graph.store, decided.number, "Ada", "misread", clock())
    assert not list(graph.store.scan("funds", AsOf()))


def test_a_name_is_accepted_as_an_alias(graph: Graph, clock: Clock, tmp_path: Path) -> None:
    webpage.load(graph.store, [page(tmp_path, "The Gamma Research Centre (GRC) opened.")], clock())
    (item,) = [one for one in review.queue(graph.store) if one.sort == "candidate"]
    with pytest.raises(InputError, match="Say which entity"):
        review.accept(graph.store, item.key, "Ada", "known", clock())
    review.accept(graph.store, item.key, "Ada", "its new name", clock(), "c")
    assert resolve(graph, item.name) == "c"
    with pytest.raises(InputError, match="no proposal"):
        review.find(graph.store, "0000")
