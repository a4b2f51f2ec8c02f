"""Causes of changes, one by one, on small histories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.errors import BadDate, InputError, UnknownWord
from graph.model import Statement
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import curated
from queries.changes import ChangesAnswer, ChangesQuestion, find_changes
from tests.factories import link, text

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = "2026-03-01"


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    made = Graph(SqliteStore(tmp_path / "graph.sqlite"))
    yield made
    made.close()


def load(graph: Graph, *loads: tuple[str, Sequence[Statement]]) -> None:
    """Each load a day after the one before."""
    for number, (source, statements) in enumerate(loads, start=graph.revision()):
        graph.store.replace(source, statements, START + timedelta(days=number))


def ask(graph: Graph, **asked: Any) -> ChangesAnswer:
    return find_changes(graph, ChangesQuestion(**{"since": DAY, "until": DAY, **asked}))


def causes(answer: ChangesAnswer) -> list[tuple[str, bool, str]]:
    return [(one.cause, one.appeared, one.statement.subject) for one in answer.results]


def test_a_source_that_was_not_there_before(graph: Graph) -> None:
    load(graph, ("a", [link("ann", "member_of", "net")]), ("b", [link("bob", "member_of", "net")]))
    answer = ask(graph, since_revision=1)
    assert causes(answer) == [("source added", True, "bob")]
    assert answer.results[0].origin == "b"
    assert answer.causes["source added"] == answer.total == 1


def test_a_source_that_says_nothing_any_more(graph: Graph) -> None:
    load(graph, ("a", [link("ann", "member_of", "net")]), ("a", []))
    assert causes(ask(graph, since_revision=1)) == [("source withdrawn", False, "ann")]


def test_a_source_that_adds_and_drops_single_statements(graph: Graph) -> None:
    kept, dropped, new = (link(id, "member_of", "net") for id in ("ann", "bob", "cy"))
    load(graph, ("a", [kept, dropped]), ("a", [kept, new]))
    assert causes(ask(graph, since_revision=1)) == [("statement added", True, "cy"), ("statement withdrawn", False, "bob")]


def test_a_correction_names_its_counterpart_both_ways(graph: Graph) -> None:
    before = [link("ann", "member_of", "net", period=("2020", "")), text("ann", "founded_in", "1990")]
    after = [link("ann", "member_of", "net", period=("2021", "")), text("ann", "founded_in", "1991")]
    load(graph, ("a", before), ("a", after))
    answer = ask(graph, since_revision=1)
    assert answer.causes["correction"] == answer.total == 4
    assert {(one.statement.id, one.counterpart) for one in answer.results} == {
        pair for old, new in zip(before, after, strict=True) for pair in ((old.id, new.id), (new.id, old.id))
    }


def test_a_correction_that_only_hides_a_statement_still_says_what_stands_in_its_place(graph: Graph) -> None:
    before, after = (link("ann", "member_of", "net", period=("2020", end)) for end in ("", "2024"))
    load(graph, ("a", [before]), ("a", [after]))
    (only,) = ask(graph, since_revision=1).results
    assert (only.appeared, only.cause, only.counterpart) == (False, "correction", after.id)


def test_several_in_one_place_are_no_correction(graph: Graph) -> None:
    names = [text("ann", "alias", name, lang="en") for name in ("A", "B", "C", "D")]
    load(graph, ("a", names[:2]), ("a", names[2:]))
    assert {cause for cause, _, _ in causes(ask(graph, since_revision=1))} == {"statement added", "statement withdrawn"}


def test_a_name_in_another_language_corrects_nothing(graph: Graph) -> None:
    load(graph, ("a", [text("ann", "alias", "Anne", lang="fr")]), ("a", [text("ann", "alias", "Anna", lang="es")]))
    assert ask(graph, since_revision=1).causes["correction"] == 0


def test_decisions_on_identity(graph: Graph) -> None:
    kept = link("ann", "member_of", "net")
    decided = [link("ann", "different_from", "anne"), link("bob", "same_as", "robert")]
    load(graph, ("a", [kept]), ("a", [kept, *decided]), ("a", [kept]))
    assert causes(ask(graph, since_revision=1, until_revision=2)) == sorted(
        (("identity decision", True, one.subject) for one in decided),
        key=lambda row: {d.subject: d.id for d in decided}[row[2]],
    )
    assert {cause for cause, _, _ in causes(ask(graph, since_revision=2))} == {"identity decision"}
    assert ask(graph, since_revision=1).total == 0


def test_what_two_sources_say_is_known_until_the_last_of_them_stops(graph: Graph) -> None:
    said = link("ann", "member_of", "net")
    load(graph, ("a", [said]), ("b", [said]), ("a", []), ("b", []))
    assert ask(graph, since_revision=1, until_revision=3).total == 0
    (only,) = ask(graph, since_revision=1).results
    assert (only.cause, only.origin) == ("source withdrawn", "b")


def test_what_went_and_came_back_has_not_changed(graph: Graph) -> None:
    said, other = link("ann", "member_of", "net"), link("bob", "member_of", "net")
    load(graph, ("a", [said, other]), ("a", [other]), ("a", [said, other]))
    assert ask(graph, since_revision=1).total == 0


def test_time_alone(graph: Graph) -> None:
    load(
        graph,
        ("a", [link("ann", "member_of", "net", period=("2020", "2023")), link("bob", "leads", "net", period=("2025", ""))]),
    )
    answer = ask(graph, since="2023", until="2025")
    assert causes(answer) == [("validity began", True, "bob"), ("validity ended", False, "ann")]
    assert {one.origin for one in answer.results} == {""}
    assert answer.results[1].statement.sentence.endswith("; this ended in 2023.")


def test_revisions_made_at_one_moment_are_told_apart(graph: Graph) -> None:
    for source, subject in (("a", "ann"), ("b", "bob"), ("c", "cy")):
        graph.store.replace(source, [link(subject, "member_of", "net")], START)
    answer = ask(graph, since_revision=1, until_revision=2)
    assert causes(answer) == [("source added", True, "bob")]
    before = START - timedelta(1)
    assert ask(graph, since_known=before, until_known=START + timedelta(1)).causes["source added"] == 3
    assert ask(graph, since_known=before, until_known=before).total == 0


def test_the_limit_cuts_what_is_shown_and_not_what_is_counted(graph: Graph) -> None:
    load(graph, ("a", [link(f"x{number}", "member_of", "net") for number in range(5)]))
    answer = ask(graph, since_revision=0, limit=2)
    assert (len(answer.results), answer.total, answer.causes["source added"], answer.truncated) == (2, 5, 5, True)


def test_an_entity_that_is_no_longer_known_can_be_asked_about(graph: Graph) -> None:
    load(graph, ("a", [link("ann", "member_of", "net")]), ("a", []))
    assert causes(ask(graph, since_revision=1, about="ann")) == [("source withdrawn", False, "ann")]


def test_without_anything_the_last_year_is_shown(graph: Graph) -> None:
    load(graph, ("a", [link("ann", "member_of", "net", period=("2024-02-29", ""))]))
    answer = find_changes(graph, ChangesQuestion(until="2024-02-29"))
    assert (answer.since, answer.total) == ("2023-02-28", 1)
    assert find_changes(graph, ChangesQuestion(since_revision=0, until="2025")).since == "2025"


def test_an_empty_graph_has_not_changed(graph: Graph) -> None:
    assert find_changes(graph, ChangesQuestion()).total == 0


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"since_revision": 2}, InputError, "Revisions go from 0 to 1"),
        ({"since_revision": 1, "until_revision": 0}, InputError, "the earlier first; 1 to 0"),
        ({"since": "2025", "until": "2024"}, InputError, "The earlier date comes first; 2025 to 2024"),
        ({"since": "2024", "until": "2024-03"}, InputError, "The earlier date comes first"),
        ({"since": "20x"}, BadDate, "'20x' is not a date"),
        ({"limit": 0}, InputError, "limit is the number of differences to show, a whole number from 1 to 10000"),
        ({"predicate": "member"}, UnknownWord, "member"),
        ({"since_revision": 1, "since_known": START}, InputError, "by a revision or by a known time"),
    ],
)
def test_what_cannot_be_asked(graph: Graph, asked: dict[str, Any], error: type[Exception], said: str) -> None:
    load(graph, ("a", [link("ann", "member_of", "net")]))
    with pytest.raises(error, match=said):
        find_changes(graph, ChangesQuestion(**asked))


def test_the_licence_that_ended(tmp_path: Path) -> None:
    graph = Graph(SqliteStore(tmp_path / "curated.sqlite"))
    curated.load(graph.store, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    (only,) = ask(graph, since="2026-01-06", until="2026-01-07", about="valneva").results
    assert (only.cause, only.statement.predicate, only.statement.object) == ("validity ended", "licenses_to", "sii")
    whole = ask(graph, since="2026-01-21", until="2026-01-24", predicate="enrolled_in")
    assert {(one.statement.subject, one.statement.object, one.cause) for one in whole.results} == {
        ("USA", "who", "validity ended"),
        ("USA", "pip", "validity ended"),
    }
    first = ask(graph, since_revision=0, limit=10_000, since="2026-11-21", until="2026-11-21")
    assert first.causes["source added"] == first.total > 7000
    graph.close()
