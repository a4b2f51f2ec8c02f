"""What lies in the database: what Neo4j Browser and Bloom show, and what somebody who writes Cypher finds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from neo4j.exceptions import ConstraintError

from graph.errors import BadStatement, InputError
from graph.model import ANY_TIME, Citation, Period, Statement
from graph.neo4j import Neo4jStore
from graph.neo4j_schema import OTHER, kind_labels, link_types
from graph.revisions import Graph
from graph.vocabulary import vocabulary
from tests.contract.test_reads import HOSTILE_IDS, HOSTILE_TEXTS
from tests.factories import entity, link, text
from tests.neo4j.picture import picture
from tests.neo4j_server import Server

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def node(server: Server, id: str) -> tuple[set[str], dict[str, Any]]:
    """Labels and properties of an entity."""
    [row] = server.run("MATCH (e:Entity {id: $id}) RETURN labels(e) AS labels, properties(e) AS held", id=id)
    return set(row["labels"]), row["held"]


def relationships(server: Server, type_: str = "") -> list[dict[str, Any]]:
    """Properties of all relationships of a type, with their ends and their type."""
    query = (
        "MATCH (s)-[x]->(o) WHERE $type IN ['', type(x)] "
        "RETURN properties(x) AS held, s.id AS s, o.id AS o, type(x) AS type ORDER BY x.id, x.opened"
    )
    return [{**row["held"], "s": row["s"], "o": row["o"], "type": row["type"]} for row in server.run(query, type=type_)]


# --- entities ---


def test_an_entity_is_a_node_with_its_kind_as_a_label(server: Server, store: Neo4jStore) -> None:
    store.replace(
        "a.csv",
        [
            *entity("who", name="World Health Organization", subtype="un", description="A body."),
            text("who", "alias", "WHO", sort="acronym"),
            text("who", "alias", "OMS", lang="fr"),
            text("who", "name", "منظمة", lang="ar"),
        ],
        T,
    )
    assert node(server, "who") == (
        {"Entity", "Organisation"},
        {
            "id": "who",
            "name": "World Health Organization",
            "kind": "organisation",
            "subtype": "un",
            "description": "A body.",
            "aliases": ["OMS", "WHO", "منظمة"],
            "opened": 1,
        },
    )


def test_an_entity_that_is_only_linked_to_is_there(server: Server, store: Neo4jStore) -> None:
    store.replace("a.csv", [link("a", "member_of", "b")], T)
    assert node(server, "b") == ({"Entity"}, {"id": "b", "name": "b", "opened": 1})


def test_the_display_follows_what_is_said(server: Server, store: Neo4jStore) -> None:
    store.replace("a.csv", entity("x", "network", "The Network", subtype="old"), T)
    store.replace("b.csv", [text("x", "alias", "Net")], T)
    store.replace("a.csv", entity("x", "product_class", "The Class"), T + DAY)
    assert node(server, "x") == (
        {"Entity", "ProductClass"},
        {"id": "x", "name": "The Class", "kind": "product_class", "aliases": ["Net"], "opened": 1},
    )
    store.replace("a.csv", [], T + 2 * DAY)
    store.replace("b.csv", [], T + 2 * DAY)
    assert node(server, "x") == ({"Entity"}, {"id": "x", "name": "x", "aliases": [], "opened": 1})


def test_the_display_is_that_of_the_snapshot(server: Server, store: Neo4jStore) -> None:
    """Where sources disagree, both show the name in use longest."""
    periods = [("", "2019"), ("2019", ""), ("2021", "2030"), ("2020", "")]
    given = [text("x", "name", f"Name {n}", period=period) for n, period in enumerate(periods)]
    given += [
        text("x", "kind", kind, period=period)
        for kind, period in zip(("network", "mechanism", "event"), periods[:3], strict=True)
    ]
    given += [text("y", "name", "Y", lang="fr"), text("y", "kind", "country"), text("z", "alias", "Zed")]
    given += [text("k", "name", "Kenya", lang="en"), text("k", "name", "كينيا", lang="ar"), text("k", "kind", "country")]
    store.replace("a.csv", given, T)
    snapshot = Graph(store).snapshot()
    for number, id in enumerate(snapshot.ids):
        labels, held = node(server, id)
        assert (held["name"], held.get("kind", "")) == (snapshot.names[number], snapshot.kinds[number])
        assert labels - {"Entity"} == ({kind_labels()[held["kind"]]} if "kind" in held else set())


def test_a_kind_that_is_not_of_the_vocabulary_makes_no_label(server: Server, store: Neo4jStore) -> None:
    store.replace("a.csv", [text("x", "kind", "Mcmgraph:Load) DETACH DELETE (n")], T)
    labels, held = node(server, "x")
    assert (labels, held["kind"]) == ({"Entity"}, "Mcmgraph:Load) DETACH DELETE (n")


def test_ids_are_unique(server: Server, store: Neo4jStore) -> None:
    store.replace("a.csv", [link("a", "member_of", "b")], T)
    with pytest.raises(ConstraintError):
        server.run("CREATE (:Entity {id: 'a'})")


# --- links ---


def test_a_link_is_a_relationship_with_all_that_its_source_says(server: Server, store: Neo4jStore) -> None:
    cited = Citation("src-report", "table 2", "https://example.org/a", "“a member”")
    given = Statement(
        "KEN",
        "enrolled_in",
        "paho",
        None,
        Period("2019-05", "2023"),
        cited,
        "medium",
        "v3",
        (("detail", "x"), ("status", "member")),
    )
    store.replace("a.csv", [given], T)
    [found] = relationships(server)
    assert (found.pop("known_from").to_native(), found.pop("qualifiers")) == (T, '{"detail": "x", "status": "member"}')
    assert found == {
        "s": "KEN",
        "type": "ENROLLED_IN",
        "o": "paho",
        "id": given.id,
        "source": "src-report",
        "locator": "table 2",
        "url": "https://example.org/a",
        "quotation": "“a member”",
        "valid_from": "2019-05",
        "valid_to": "2023",
        "first": given.valid.first,
        "end": given.valid.end,
        "confidence": "medium",
        "release": "v3",
        "status": "member",
        "opened": 1,
    }


def test_what_is_not_given_is_not_there(server: Server, store: Neo4jStore) -> None:
    store.replace("a.csv", [link("a", "member_of", "b")], T)
    [found] = relationships(server)
    assert set(found) == {"s", "type", "o", "id", "source", "locator", "first", "end", "confidence", "opened", "known_from"}


def test_parallel_statements_stay_parallel(server: Server, store: Neo4jStore) -> None:
    store.replace("a.csv", [link("a", "member_of", "b", source=f"src-{n}") for n in range(3)] + [link("a", "funds", "b")], T)
    store.replace("b.csv", [link("a", "member_of", "b", source="src-0")], T)
    found = relationships(server, "MEMBER_OF")
    assert len(found) == 4
    assert len({one["id"] for one in found}) == 3
    assert len(relationships(server, "FUNDS")) == 1


def test_nothing_is_deleted(server: Server, store: Neo4jStore) -> None:
    given = [link("a", "member_of", "b"), text("a", "name", "A")]
    store.replace("a.csv", given, T)
    store.replace("a.csv", [], T + DAY)
    store.replace("a.csv", given, T + 2 * DAY)
    times = [
        (one["opened"], one.get("closed"), one["known_from"].to_native(), one.get("known_to") and one["known_to"].to_native())
        for one in relationships(server)
    ]
    assert times == [(1, 2, T, T + DAY), (3, None, T + 2 * DAY, None)]
    literals = server.run("MATCH (s:Statement) RETURN s.opened AS opened, s.closed AS closed ORDER BY opened")
    assert [(row["opened"], row["closed"]) for row in literals] == [(1, 2), (3, None)]


def test_a_literal_is_a_node_of_its_own(server: Server, store: Neo4jStore) -> None:
    given = text("a", "alias", "Ä", period=("", "2019"), lang="de")
    store.replace("a.csv", [given], T)
    [row] = server.run("MATCH (s:Statement) RETURN properties(s) AS held")
    held = row["held"]
    assert {name: held[name] for name in ("id", "subject", "predicate", "value", "valid_to", "lang", "source", "locator")} == {
        "id": given.id,
        "subject": "a",
        "predicate": "alias",
        "value": "Ä",
        "valid_to": "2019",
        "lang": "de",
        "source": "src-a",
        "locator": "page 1",
    }


def test_changes_are_there_to_be_read(server: Server, store: Neo4jStore) -> None:
    store.replace("a.csv", [link("a", "member_of", "b")], T)
    [row] = server.run("MATCH (c:Change) RETURN properties(c) AS held")
    held = row["held"]
    assert held.pop("at").to_native() == T
    assert held == {"revision": 1, "source": "a.csv", "added": 1, "withdrawn": 0, "unchanged": 0}


# --- words ---


def test_every_word_has_a_type_or_a_label_of_its_own() -> None:
    types, labels = link_types(), kind_labels()
    assert set(types) == {word.name for word in vocabulary().predicates.values() if word.is_link}
    assert all(re.fullmatch("[A-Z][A-Z_]*", type_) and type_.lower() == predicate for predicate, type_ in types.items())
    assert OTHER not in types.values()
    assert set(labels) == set(vocabulary().kinds)
    assert all(re.fullmatch("[A-Z][A-Za-z]*", label) for label in labels.values())
    assert len(set(labels.values()) | {"Entity", "Statement", "Change", "Load", "Mcmgraph"}) == len(labels) + 5


def test_hostile_names_are_only_data(server: Server, store: Neo4jStore) -> None:
    """Relationship types, labels and property names come from us alone, whatever a source holds."""
    names = [*(id for id in HOSTILE_IDS), "x`:Mcmgraph", "A]->()DELETE", "}}"]
    given = [link(id, id, id) for id in names] + [text(id, hostile[:100], hostile) for id in names for hostile in HOSTILE_TEXTS]
    given += [text(names[0], "kind", value) for value in HOSTILE_TEXTS]
    given += [replace(link("a", "member_of", "b"), qualifiers=(("back`tick", hostile),)) for hostile in HOSTILE_TEXTS]
    store.replace("`a` {b} $c", given, T)
    assert {statement.id for statement in store.scan(None, ANY_TIME)} == {statement.id for statement in given}
    assert {row["type"] for row in server.run("MATCH ()-[x]->() RETURN DISTINCT type(x) AS type")} == {OTHER, "MEMBER_OF"}
    assert {one["predicate"] for one in relationships(server, OTHER)} == set(names)
    labels = {label for row in server.run("MATCH (n) RETURN DISTINCT labels(n) AS labels") for label in row["labels"]}
    assert labels <= {"Entity", "Statement", "Change", "Mcmgraph", *kind_labels().values()}
    keys = {
        row["key"]
        for row in server.run(
            "MATCH (n) UNWIND keys(n) AS key RETURN DISTINCT key "
            "UNION MATCH ()-[n]->() UNWIND keys(n) AS key RETURN DISTINCT key"
        )
    }
    assert all(re.fullmatch("[a-z_]+", key) for key in keys)


def test_a_name_that_no_index_takes_is_refused(store: Neo4jStore) -> None:
    with pytest.raises(BadStatement, match="1001 letters"):
        store.replace("a.csv", [text("a", "x" * 1001, "value")], T)
    with pytest.raises(InputError, match="source"):
        store.replace("x" * 1001, [text("a", "name", "value")], T)
    assert store.replace("x" * 1000, [text("a", "é" * 1000, "value"), link("a", "🦠" * 1000, "b")], T).added == 2
    assert store.replace("x" * 1000, [], T + DAY).withdrawn == 2


def test_a_word_that_has_left_the_vocabulary_can_still_be_read(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [link("a", "funds", "b"), link("a", "member_of", "b")]
    store.replace("a.csv", given, T)
    from graph import neo4j_schema, neo4j_spool

    fewer = {predicate: type_ for predicate, type_ in link_types().items() if predicate != "funds"}
    for module in (neo4j_schema, neo4j_spool):
        monkeypatch.setattr(module, "link_types", lambda: fewer)
    assert {statement.predicate for statement in store.scan(None, ANY_TIME)} == {"funds", "member_of"}
    assert [statement.object for statement in store.scan("funds", ANY_TIME)] == ["b"]
    assert store.replace("b.csv", [link("c", "funds", "d")], T + DAY).added == 1
    assert [statement.subject for statement in sorted(store.scan("funds", ANY_TIME), key=lambda one: one.subject)] == ["a", "c"]


def test_the_same_loads_give_the_same_database(server: Server, connect: Any) -> None:
    given = [[*entity("a"), link("a", "member_of", "b")], [link("b", "part_of", "c"), *entity("b", "network")]]
    pictures = []
    for order in (1, -1):
        server.empty()
        store = connect()
        for number, statements in enumerate(given):
            store.replace(f"{number}.csv", statements[::order], T + number * DAY)
        pictures.append(picture(server))
    assert pictures[0] == pictures[1]


def test_which_are_said_now(store: Neo4jStore) -> None:
    a, b, c = link("a", "member_of", "b"), link("b", "funds", "c"), text("a", "name", "A")
    store.replace("a.csv", [a, b, c], T)
    store.replace("b.csv", [b], T)
    store.replace("a.csv", [a], T + DAY)
    assert store.current([a.id, b.id, c.id, a.id, "0" * 32, "x"]) == {a.id, b.id}
    assert store.current([]) == set()


# --- speed that depends on the shape ---


def test_the_reads_use_the_indexes(server: Server, store: Neo4jStore) -> None:
    """Otherwise a look-up would read the whole graph, and nobody would notice while graphs are small."""
    from graph import neo4j_cypher as cypher

    store.replace("a.csv", [link("a", "member_of", "b"), link("a", "odd one", "b"), *entity("a")], T)
    types = cypher.ours([row["t"] for row in server.run("CALL db.relationshipTypes() YIELD relationshipType AS t RETURN t")])
    slices = f"{cypher.IN_SLICE} AND {cypher.SEEN}"
    queries = [
        cypher.NOW,
        cypher.ABOUT,
        cypher.LINKS,
        cypher.ADD_LINKS,
        cypher.HOLD_LOAD,
        cypher.HOLDS,
        cypher.TO_SHOW,
        cypher.show(),
        cypher.anywhere(types, slices, "id", cypher.FULL),
        cypher.of_predicate(types, "member_of", slices, cypher.BARE),
        cypher.anywhere(types, cypher.BY_ID, "id", cypher.FULL),
        cypher.anywhere(types, cypher.SAID, "opened", cypher.PLACE),
        cypher.anywhere(types, "x.closed IN $revisions", "closed", cypher.FULL),
        *cypher.undoing(types, indexed=True)[:-1],
    ]
    bound = dict.fromkeys(re.findall(r"\$(\w+)", " ".join(queries)), 1)
    lists = {"ids": ["x"], "revisions": [1], "rows": [["a", "b", "MEMBER_OF", *(None for _ in range(20))]]}
    texts = {"low": "0", "high": "1", "entity": "a", "token": "x", "predicate": "x", "known": T, "at": T}
    for query in queries:
        [plan] = [server.driver().execute_query(f"EXPLAIN {query}", {**bound, **lists, **texts}).summary.plan]
        operators = set(_operators(plan))
        assert not operators & {
            "AllNodesScan",
            "NodeByLabelScan",
            "DirectedRelationshipTypeScan",
            "DirectedAllRelationshipsScan",
        }, query


def _operators(plan: Any) -> list[str]:
    found = [plan["operatorType"].split("@")[0]]
    for child in plan.get("children", ()):
        found += _operators(child)
    return found
