"""What reads give: which statements, in which order, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from graph.model import ANY_TIME, AsOf, Citation, Period, Statement, qualify
from graph.store import Store
from tests.factories import link, text

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)

HOSTILE_IDS = [
    "o'neill",
    '"quoted"',
    "back`tick",
    "`)-[r]->(m)//",
    "{id:$x}",
    "$id",
    "%s%(x)s",
    "back\\slash\\",
    "';DROP/**/TABLE/**/statement;--",
    "')}DETACH/**/DELETE(n)//",
    "who",
    "WHO",
    "Who",
    "é",
    "e\u0301",
    "منظمة-الصحة",
    "世界卫生组织",
    "🦠💉",
    "\u202eevil",
    "zero\u200bwidth",
    "\ufeffmark",
    "null",
    "0",
    "1e3",
    "a/b?c=d&e#f",
    "<b>x</b>",
    "*",
    "_",
    "%",
    "x" * 200,
]

HOSTILE_TEXTS = [
    "it's",
    'say "so"',
    "`back` {curly} $dollar ${x} %s",
    "'); DELETE FROM statement; --",
    "' OR '1'='1",
    "MATCH (n) DETACH DELETE n",
    "\u202eright to left\u202c",
    "منظمة الصحة العالمية",
    "🧑🏽‍⚕️ and 👩‍🔬",
    "Z̶̢a̵l̷g̸o̴",
    " leading and trailing ",
    "\u00a0no-break\u00a0",
    "=1+1",
    "null",
    "None",
    "0",
    "01",
    "1.0",
    "\\n \\0 \\x00",
    "x" * 100_000,
    "\U0010ffff",
]


def ids(statements: Iterable[Statement]) -> list[str]:
    """The ids of statements, in their order."""
    return [statement.id for statement in statements]


# --- which, and in which order ---


@pytest.fixture
def mixed(store: Store) -> Store:
    """Links and texts of two subjects, several predicates each, from two sources."""
    links = [
        link(subject, predicate, target, locator=f"page {page}")
        for subject in ("a", "b")
        for predicate in ("member_of", "funds", "part_of")
        for target in ("a", "n", "m")
        for page in range(5)
    ]
    texts = [
        text(subject, predicate, value) for subject in "ab" for predicate in ("name", "alias") for value in ("n", "A", "z")
    ]
    store.replace("links.csv", links, T)
    store.replace("texts.csv", texts, T)
    return store


def test_about_is_ordered_by_predicate_then_id(mixed: Store) -> None:
    found = list(mixed.about("a", ANY_TIME))
    assert len(found) == 3 * 3 * 5 + 6
    assert {statement.subject for statement in found} == {"a"}
    assert found == sorted(found, key=lambda statement: (statement.predicate, statement.id))


def test_links_are_ordered_by_predicate_then_id(mixed: Store) -> None:
    found = list(mixed.links("n", ANY_TIME))
    assert len(found) == 2 * 3 * 5  # no text, though some have the value "n"
    assert {statement.object for statement in found} == {"n"}
    assert found == sorted(found, key=lambda statement: (statement.predicate, statement.id))


def test_a_link_to_itself_is_found_from_both_sides(mixed: Store) -> None:
    assert sum(statement.object == "a" for statement in mixed.about("a", ANY_TIME)) == 15
    assert sum(statement.subject == "a" for statement in mixed.links("a", ANY_TIME)) == 15


def test_scan_is_ordered_by_id(mixed: Store) -> None:
    everything = ids(mixed.scan(None, ANY_TIME))
    assert len(everything) == 2 * 3 * 3 * 5 + 12
    assert everything == sorted(everything)
    funds = list(mixed.scan("funds", ANY_TIME))
    assert len(funds) == 30
    assert {statement.predicate for statement in funds} == {"funds"}
    assert ids(funds) == sorted(ids(funds))
    assert list(mixed.scan("no_such_predicate", ANY_TIME)) == []
    assert list(mixed.scan("", ANY_TIME)) == []


def test_long_answers_are_ordered_too(store: Store) -> None:
    store.replace("one.csv", (link("hub", f"p{number % 3}", f"s{number}") for number in range(3_500)), T)
    store.replace("two.csv", (link(f"s{number}", f"p{number % 3}", "hub") for number in range(3_500)), T)
    everything = ids(store.scan(None, ANY_TIME))
    assert len(everything) == 7_000
    assert everything == sorted(set(everything))
    thirds = [ids(store.scan(f"p{number}", ANY_TIME)) for number in range(3)]
    assert [sorted(third) for third in thirds] == thirds
    assert sum(map(len, thirds)) == 7_000
    for found in (list(store.about("hub", ANY_TIME)), list(store.links("hub", ANY_TIME))):
        assert len(found) == 3_500
        keys = [(statement.predicate, statement.id) for statement in found]
        assert keys == sorted(keys)


def test_an_id_that_is_not_there(mixed: Store) -> None:
    assert list(mixed.about("nobody", ANY_TIME)) == []
    assert list(mixed.links("nobody", ANY_TIME)) == []
    assert list(mixed.about("A", ANY_TIME)) == []


# --- by id ---


def test_statements_by_id(store: Store) -> None:
    given = [link(f"s{number}", "member_of", "network") for number in range(2_500)]
    store.replace("one.csv", given, T)
    wanted = [statement.id for statement in given]
    assert store.statements(wanted) == {statement.id: statement for statement in given}
    assert store.statements(wanted[:1]) == {given[0].id: given[0]}
    assert store.statements([]) == {}


def test_statements_by_id_whenever_they_were_known(store: Store) -> None:
    gone, new = link("a", "member_of", "n"), link("b", "member_of", "n")
    store.replace("one.csv", [gone], T)
    store.replace("one.csv", [new], T + DAY)
    assert store.statements((gone.id, new.id, gone.id)) == {gone.id: gone, new.id: new}


def test_ids_that_were_never_known_are_left_out(store: Store) -> None:
    known, never = link("a", "member_of", "n"), link("z", "member_of", "n")
    store.replace("one.csv", [known], T)
    strange = ["", " ", "x", "'", never.id, known.id.upper(), known.id[:-1], known.id + "0", f" {known.id}", "é" * 32, "0" * 32]
    assert store.statements([*strange, known.id, *strange]) == {known.id: known}


# --- names ---


def test_hostile_ids(store: Store) -> None:
    given = [link(subject, "member_of", target) for subject in HOSTILE_IDS for target in ("network", subject)]
    store.replace("one.csv", given, T)
    for id in HOSTILE_IDS:
        about = list(store.about(id, ANY_TIME))
        assert sorted(str(statement.object) for statement in about) == sorted([id, "network"])
        assert {statement.subject for statement in about} == {id}
        assert [statement.subject for statement in store.links(id, ANY_TIME)] == [id]
    assert len(list(store.links("network", ANY_TIME))) == len(HOSTILE_IDS)
    assert {statement.subject for statement in store.scan(None, ANY_TIME)} == set(HOSTILE_IDS)


@pytest.mark.parametrize(
    "predicate", ["with space", "back`tick", "quo'te", '"', "{p}", "$p", "é", "名", "MEMBER_OF", "a.b:c", "x]-()"]
)
def test_hostile_predicates(store: Store, predicate: str) -> None:
    """The vocabulary would refuse them; the store must not depend on it."""
    given = [link("a", predicate, "b"), text("a", predicate, "value"), link("a", "member_of", "b")]
    store.replace("one.csv", given, T)
    assert sorted(ids(store.scan(predicate, ANY_TIME))) == sorted(ids(given[:2]))
    assert {statement.predicate for statement in store.about("a", ANY_TIME)} == {predicate, "member_of"}
    assert {statement.predicate for statement in store.links("b", ANY_TIME)} == {predicate, "member_of"}


def test_hostile_texts_in_every_field(store: Store) -> None:
    given = [
        Statement("a", "name", None, hostile, Period(), Citation("src-a", hostile), "high", hostile, ((hostile, hostile),))
        for hostile in HOSTILE_TEXTS
    ]
    given += [
        Statement("a", "member_of", "b", None, Period(), Citation(hostile, "page 1", hostile, hostile), "low")
        for hostile in HOSTILE_TEXTS
    ]
    store.replace("one.csv", given, T)
    assert store.statements(ids(given)) == {statement.id: statement for statement in given}
    assert sorted(ids(store.about("a", ANY_TIME))) == sorted(ids(given))
    assert [statement.release for statement in store.statements([given[0].id]).values()] == [HOSTILE_TEXTS[0]]
    again = store.replace("one.csv", given, T + DAY)
    assert (again.added, again.withdrawn, again.unchanged) == (0, 0, len(given))


@pytest.mark.parametrize(
    "source", ["o'neill.csv", '"; DROP TABLE x; --', "`x`", "{x}$y", "名簿.csv", "a\\b.csv", "🦠", "x" * 500]
)
def test_hostile_source_names(store: Store, source: str) -> None:
    store.replace(source, [link("a", "member_of", "b")], T)
    assert [change.source for change in store.changes(0)] == [source]
    assert [record.origin for record in store.records(None, ANY_TIME)] == [source]
    assert store.replace(source, [], T + DAY).withdrawn == 1


def test_qualifiers_keep_their_pairs(store: Store) -> None:
    """Pairs whose joined texts are the same must not be confused."""
    several: list[dict[str, str]] = [
        {"x": "y", "z": "w"},
        {"x": "y z w"},
        {"x": 'y", "z": "w'},
        {"x": '{"z": "w"}'},
        {"xy": "zw"},
        {"x": "yzw"},
        {},
    ]
    cited = Citation("src-a", "page 1")
    given = [Statement("a", "member_of", "n", None, Period(), cited, "high", "", qualify(pairs)) for pairs in several]
    store.replace("one.csv", given, T)
    found = store.statements(ids(given))
    assert [found[statement.id].qualifiers for statement in given] == [statement.qualifiers for statement in given]


def test_a_known_time_needs_no_valid_time(mixed: Store) -> None:
    assert list(mixed.scan(None, AsOf(known=T - DAY))) == []
    assert len(list(mixed.scan(None, AsOf(known=T)))) == 90  # the second source came a moment later
