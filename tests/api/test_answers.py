"""What the endpoints answer, on a small world whose answers are worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

Json = Any


def ask(client: TestClient, address: str, **parameters: Any) -> Json:
    answered = client.get(address, params=parameters)
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"] == "application/json"
    return answered.json()


def test_entities_are_listed_by_id_and_filtered_by_kind(client: TestClient) -> None:
    everything = ask(client, "/v1/entities", limit=1000)
    ids = [one["id"] for one in everything["results"]]
    assert ids == sorted(ids)
    assert everything["total"] == len(ids)
    assert everything["next"] is None
    countries = ask(client, "/v1/entities", kind="country")
    assert [(one["id"], one["name"], one["kind"]) for one in countries["results"]] == [
        ("FRA", "France", "country"), ("KEN", "Kenya", "country"), ("TUV", "Tuvalu", "country"),
    ]  # fmt: skip
    assert countries["total"] == 3
    both = ask(client, "/v1/entities", kind=["country", "network"])
    assert {one["kind"] for one in both["results"]} == {"country", "network"}


@pytest.mark.parametrize(
    "name", ["who", "WHO", "world_health_org", "world health organization", "Organisation mondiale de la sante"]
)
def test_an_entity_answers_to_every_name_with_its_own_id(client: TestClient, name: str) -> None:
    answer = ask(client, f"/v1/entities/{name}")
    assert (answer["id"], answer["name"], answer["kind"]) == ("who", "World Health Organization", "organisation")
    assert answer["revision"] == 1


def test_an_entity_shows_its_names_texts_and_links(client: TestClient) -> None:
    answer = ask(client, "/v1/entities/who")
    assert [(one["name"], one["lang"], one["sort"]) for one in answer["aliases"]] == [
        ("WHO", None, "acronym"), ("world_health_org", None, "id"), ("Organisation mondiale de la Santé", "fr", None),
    ]  # fmt: skip
    assert answer["description"] == "The health agency of the United Nations."
    founded = next(one for one in answer["texts"] if one["predicate"] == "founded_in")
    assert (founded["value"], founded["object"], founded["source_name"]) == ("1948-04", None, "Minutes of the meeting")
    assert {(one["predicate"], one["role"]): one["count"] for one in answer["links"]} == {
        ("leads", "subject"): 1,
        ("partners_with", "subject"): 1,
        ("supports", "subject"): 1,
        ("partners_with", "object"): 1,
        ("supports", "object"): 1,
    }
    assert "the HERA network of funders" in ask(client, "/v1/entities/hera")["keep_apart"]


def test_an_id_with_a_slash_is_an_id(client: TestClient) -> None:
    assert ask(client, "/v1/entities/rna%2Fdna")["name"] == "An odd id"
    assert ask(client, "/v1/entities/rna/dna/statements")["id"] == "rna/dna"


def test_statements_of_an_entity_are_those_about_it_and_those_that_lead_to_it(client: TestClient) -> None:
    answer = ask(client, "/v1/entities/africa-cdc/statements")
    links = [(one["subject"], one["predicate"], one["object"]) for one in answer["results"] if one["object"]]
    assert links == [
        ("africa-cdc", "hosts_secretariat_of", "appm"),
        ("africa-cdc", "partners_with", "who"),
        ("gavi", "funds", "africa-cdc"),
        ("who", "partners_with", "africa-cdc"),
    ]
    hosting = answer["results"][0]
    assert hosting["sentence"] == "Africa CDC hosts the secretariat of African Pooled Procurement Mechanism (interim)."
    assert (hosting["valid_from"], hosting["valid_to"]) == ("2024-09-01", None)
    assert (hosting["source_name"], hosting["locator"], hosting["url"], hosting["url_status"]) == (
        "Minutes of the meeting", "page 1", "https://example.org/minutes", "as_found",
    )  # fmt: skip
    assert hosting["qualifiers"] == {"detail": "interim"}


def test_a_link_of_an_entity_to_itself_is_listed_once(client: TestClient) -> None:
    found = ask(client, "/v1/entities/who/statements", predicate="supports")
    assert len(found["results"]) == 1
    assert len(ask(client, "/v1/entities/who/statements", predicate="supports", role="object")["results"]) == 1


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"predicate": "member_of"}, ["member_of"]),
        ({"predicate": ["member_of", "funds"]}, ["funds", "member_of"]),
        ({"predicate": "member_of", "as_of": "2024"}, []),
        ({"predicate": "member_of", "as_of": "2023-12-31"}, ["member_of"]),
        ({"role": "object"}, []),
        ({"role": "subject", "predicate": "funds", "as_of": "2021"}, []),
    ],
)
def test_statements_can_be_filtered(client: TestClient, filters: dict[str, Any], expected: list[str]) -> None:
    answer = ask(client, "/v1/entities/gavi/statements", **filters)
    assert [one["predicate"] for one in answer["results"]] == expected
    assert answer["as_of"] == filters.get("as_of")


def test_search_finds_names_and_says_why(client: TestClient) -> None:
    answer = ask(client, "/v1/search", q="mondiale", limit=1)
    (hit,) = answer["results"]
    assert (hit["id"], hit["name"], hit["kind"]) == ("who", "World Health Organization", "organisation")
    assert hit["matched"] == "Organisation mondiale de la Santé"
    assert "French" in hit["reason"]
    assert 0 < hit["score"] <= 1
    assert [one["id"] for one in ask(client, "/v1/search", q="HERA", kind="network")["results"]] == ["hera-net"]
    assert ask(client, "/v1/search", q="zzzzzzzz")["results"] == []


def test_paths_have_steps_with_sentences_and_citations(client: TestClient) -> None:
    answer = ask(client, "/v1/paths", **{"from": "Gavi, the Vaccine Alliance", "to": "appm", "k": 2, "as_of": "2025-06-01"})
    assert (answer["as_of"], answer["known_at"], answer["revision"]) == ("2025-06-01", None, 1)
    assert (answer["start"]["id"], answer["goal"]["id"]) == ("gavi", "appm")
    best = answer["results"][0]
    assert [(step["from"], step["predicate"], step["to"]) for step in best["steps"]] == [
        ("gavi", "funds", "africa-cdc"),
        ("africa-cdc", "hosts_secretariat_of", "appm"),
    ]
    assert best["score"] == sum(best["parts"].values())
    assert best["weakest"]["step"] == 0
    assert best["weakest"]["sentence"] == best["steps"][0]["sentence"]
    for step in best["steps"]:
        for said in step["statements"]:
            assert {"id", "valid_from", "valid_to", "confidence", "source", "locator", "url"} <= said.keys()
            assert said["source"].startswith("src-")


def test_parallel_statements_are_one_step_with_several_citations(client: TestClient) -> None:
    answer = ask(client, "/v1/paths", **{"from": "who", "to": "africa-cdc", "k": 1, "as_of": "2025"})
    (step,) = answer["results"][0]["steps"]
    assert {said["source"] for said in step["statements"]} == {"src-minutes-0a1b2c", "src-treaty-3d4e5f"}


def test_paths_follow_the_filters(client: TestClient) -> None:
    ends = {"from": "gavi", "to": "net", "as_of": "2025"}
    ended = ask(client, "/v1/paths", **ends, include_ended=True, k=1)["results"][0]
    assert [step["state"] for step in ended["steps"]] == ["ended"]
    assert not ended["live"]
    live = ask(client, "/v1/paths", **ends)["results"][0]
    assert [step["to"] for step in live["steps"]] == ["africa-cdc", "who", "net"]
    nothing = ask(client, "/v1/paths", **ends, not_through="World Health Organization")
    assert nothing["results"] == []
    assert nothing["reason"]
    assert ask(client, "/v1/paths", **ends, without_predicate="leads")["results"] == []
    assert ask(client, "/v1/paths", **ends, confidence="high")["results"] == []


def test_a_neighbourhood_has_its_neighbours_and_the_links_among_them(client: TestClient) -> None:
    answer = ask(client, "/v1/neighbourhood/Africa CDC", as_of="2025")
    assert (answer["centre"]["id"], answer["as_of"], answer["truncated"]) == ("africa-cdc", "2025", False)
    assert {(one["id"], one["kind"]) for one in answer["results"]} == {
        ("who", "organisation"), ("gavi", "organisation"), ("appm", "mechanism"),
    }  # fmt: skip
    assert answer["nodes"] == [answer["centre"], *answer["results"]]
    assert {(one["from"], one["predicate"], one["to"]) for one in answer["links"]} >= {
        ("africa-cdc", "hosts_secretariat_of", "appm"), ("gavi", "funds", "africa-cdc"),
    }  # fmt: skip
    for one in answer["links"]:
        assert all(said["sentence"] and said["source"].startswith("src-") for said in one["statements"])
    cut = ask(client, "/v1/neighbourhood/africa-cdc", as_of="2025", limit=1, steps=2)
    assert (len(cut["results"]), cut["truncated"]) == (1, True)
    assert cut["total_nodes"] > 2
    ended = ask(client, "/v1/neighbourhood/gavi", as_of="2025", include_ended=True, predicate="member_of")
    assert [(one["to"], one["state"]) for one in ended["links"]] == [("net", "ended")]
    assert ask(client, "/v1/neighbourhood/gavi", as_of="2025", predicate="member_of")["results"] == []


def test_coverage_counts_rows_and_shows_each_cell_with_its_statements(client: TestClient) -> None:
    answer = ask(client, "/v1/coverage", lens="D1", base="ISO 249", as_of="2025")
    assert (answer["lens"], answer["base"], answer["as_of"]) == ("four-convened-entities", "iso-249", "2025")
    assert (answer["size"], answer["covered"], answer["uncovered"]) == (3, 2, 1)
    assert sum(answer["states"].values()) == len(answer["cells"]) == 3
    cells = {cell["row"]: cell for cell in answer["cells"]}
    assert cells["KEN"]["state"] == "covered_once"
    assert cells["KEN"]["by"] == [{"id": "appm", "name": "African Pooled Procurement Mechanism"}]
    (said,) = cells["KEN"]["statements"]
    assert (said["source_name"], said["valid_from"]) == ("The treaty", "2023-03")
    assert cells["TUV"]["state"] == "unknown"
    assert "avssr" in {one["id"] for one in cells["TUV"]["blame"]}


def test_unknown_becomes_gap_only_where_the_list_is_declared_complete(client: TestClient) -> None:
    answer = ask(client, "/v1/coverage", lens="mechanism:appm", base="iso-249", as_of="2025")
    assert {cell["row"]: cell["state"] for cell in answer["cells"]} == {"FRA": "gap", "KEN": "covered_once", "TUV": "gap"}
    gap = next(cell for cell in answer["cells"] if cell["row"] == "TUV")
    assert [said["predicate"] for said in gap["statements"]] == ["list_complete"]
    other = ask(client, "/v1/coverage", lens="mechanism:eu-jpa", base="iso-249", as_of="2025")
    assert {cell["row"]: cell["state"] for cell in other["cells"]}["TUV"] == "unknown"


def test_lenses_and_bases_are_listed_with_their_labels(client: TestClient) -> None:
    lenses = ask(client, "/v1/coverage/lenses")
    assert "D1" in next(one for one in lenses["results"] if one["id"] == "four-convened-entities")["labels"]
    assert {one["id"] for one in lenses["columns"]} >= {"product-class", "component"}
    bases = ask(client, "/v1/coverage/bases")
    assert "WHO MS 194" in next(one for one in bases["results"] if one["id"] == "who-ms-194")["labels"]


def test_the_spread_sets_lenses_against_bases(client: TestClient) -> None:
    answer = ask(client, "/v1/coverage/spread", lens=["D1", "mechanism:appm"], base=["ISO 249", "ISO+XKX 250"], as_of="2025")
    assert [(one["lens"], one["base"], one["covered"], one["size"]) for one in answer["results"]] == [
        ("four-convened-entities", "iso-249", 2, 3),
        ("four-convened-entities", "iso-xkx-250", 2, 3),
        ("mechanism:appm", "iso-249", 1, 3),
        ("mechanism:appm", "iso-xkx-250", 1, 3),
    ]


def test_sources_count_and_list_what_cites_them(client: TestClient) -> None:
    listed = {one["id"]: one for one in ask(client, "/v1/sources")["results"]}
    treaty = listed["src-treaty-3d4e5f"]
    assert (treaty["name"], treaty["url"], treaty["url_status"]) == (
        "The treaty",
        "https://example.org/treaty",
        "inferred_from_mirror",
    )
    one = ask(client, "/v1/sources/The treaty", limit=1000)
    assert one["id"] == "src-treaty-3d4e5f"
    assert one["statements"] == treaty["statements"] == len(one["results"])
    assert {said["source"] for said in one["results"]} == {"src-treaty-3d4e5f"}
    # The factories cite `src-a`, which nothing describes: it is listed all the same, and can be asked for.
    assert ask(client, "/v1/sources/src-a")["name"] == "src-a"
    assert sum(source["statements"] for source in listed.values()) == _statement_count(client)


def _statement_count(client: TestClient) -> int:
    seen = set()
    for row in ask(client, "/v1/entities", limit=1000)["results"]:
        seen |= {one["id"] for one in ask(client, f"/v1/entities/{row['id']}/statements", limit=1000)["results"]}
    return len(seen)


def test_the_vocabulary_is_all_there(client: TestClient) -> None:
    from graph.vocabulary import vocabulary

    answer = ask(client, "/v1/vocabulary")
    assert [one["name"] for one in answer["kinds"]] == list(vocabulary().kinds)
    assert [one["name"] for one in answer["predicates"]] == list(vocabulary().predicates)
    assert [one["name"] for one in answer["statuses"]] == list(vocabulary().statuses)
    member = next(one for one in answer["predicates"] if one["name"] == "not_member_of")
    assert (member["negates"], member["traversable"], member["strength"]) == ("member_of", False, None)


def test_the_probes_answer(client: TestClient) -> None:
    health = ask(client, "/v1/health")
    assert health["status"] == "ok"
    assert health["revision"] is None
    assert ask(client, "/v1/ready") == {"revision": 1, "status": "ready"}
