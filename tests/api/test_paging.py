"""Pages: complete, without repeats, also while the graph is written to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from graph.revisions import Graph
from tests.api.worlds import MINUTES, settings
from tests.factories import entity, link

LISTS = ["/v1/entities", "/v1/entities/who/statements", "/v1/sources", f"/v1/sources/{MINUTES}", "/v1/changes"]


def pages(client: TestClient, address: str) -> list[list[Any]]:
    """The results of every page, following ``next``."""
    found = []
    following: str | None = address
    while following:
        answered = client.get(following)
        assert answered.status_code == 200, answered.text
        body = answered.json()
        assert answered.headers.get("link") == (f'<{body["next"]}>; rel="next"' if body["next"] else None)
        found.append(body["results"])
        following = body["next"]
    return found


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_together_are_the_whole_list(client: TestClient, address: str, limit: int) -> None:
    found = pages(client, f"{address}?limit={limit}")
    assert all(len(page) <= limit for page in found)
    assert all(len(page) == limit for page in found[:-1])
    assert [one for page in found for one in page] == client.get(f"{address}?limit=1000").json()["results"]
    assert len(found[-1]) > 0


def test_filters_go_along_with_next(client: TestClient) -> None:
    found = pages(client, "/v1/entities?kind=country&kind=network&limit=2")
    assert {one["kind"] for page in found for one in page} == {"country", "network"}
    assert len(found) == 3
    cited = pages(client, "/v1/entities/africa-cdc/statements?predicate=partners_with&as_of=2021&limit=1")
    assert [one["predicate"] for page in cited for one in page] == ["partners_with", "partners_with"]


def test_a_cursor_belongs_to_its_list_and_filters(client: TestClient) -> None:
    following = client.get("/v1/entities?limit=1").json()["next"]
    cursor = following.partition("cursor=")[2]
    assert client.get(f"/v1/entities?limit=5&cursor={cursor}").status_code == 200, "another limit is another page size"
    for other in (
        "/v1/entities?kind=country",
        "/v1/sources?limit=1",
        "/v1/entities/who/statements?limit=1",
        "/v1/changes?limit=1",
    ):
        answered = client.get(f"{other}&cursor={cursor}")
        assert (answered.status_code, answered.json()["parameter"]) == (400, "cursor")


def test_pages_neither_repeat_nor_skip_while_the_graph_is_written_to(own: Graph) -> None:
    client = TestClient(create_app(own, settings()))
    before = [one["id"] for one in client.get("/v1/entities?limit=1000").json()["results"]]
    first = client.get("/v1/entities?limit=5").json()
    # One entity comes before the cursor and one after it; a source of its own withdraws nothing else.
    own.store.replace("more.csv", [*entity("aaa-new"), *entity("zzz-new")], datetime(2026, 2, 1, tzinfo=UTC))
    rest = [one["id"] for page in pages(client, first["next"]) for one in page]
    assert [one["id"] for one in first["results"]] + rest == [*before, "zzz-new"]


def test_a_page_goes_on_where_its_last_row_has_gone(own: Graph) -> None:
    client = TestClient(create_app(own, settings()))
    at = datetime(2026, 2, 1, tzinfo=UTC)
    own.store.replace("more.csv", [link("who", "supports", "gavi"), link("who", "supports", "appm")], at)
    first = client.get("/v1/entities/who/statements?predicate=supports&limit=1").json()
    own.store.replace("more.csv", [], at.replace(month=3))
    left = {one["id"] for page in pages(client, first["next"]) for one in page}
    assert left <= {one["id"] for one in client.get("/v1/entities/who/statements?predicate=supports").json()["results"]}


def test_changes_begin_after_a_revision(own: Graph) -> None:
    client = TestClient(create_app(own, settings()))
    own.store.replace("more.csv", entity("new"), datetime(2026, 2, 1, tzinfo=UTC))
    own.store.replace("more.csv", entity("new", name="Newer"), datetime(2026, 3, 1, tzinfo=UTC))
    body = client.get("/v1/changes?since=1").json()
    assert body["revision"] == 3
    assert body["results"] == [
        {"revision": 2, "source": "more.csv", "at": "2026-02-01T00:00:00Z", "added": 2, "withdrawn": 0, "unchanged": 0},
        {"revision": 3, "source": "more.csv", "at": "2026-03-01T00:00:00Z", "added": 1, "withdrawn": 1, "unchanged": 1},
    ]
    assert [len(page) for page in pages(client, "/v1/changes?limit=2")] == [2, 1]
    assert client.get("/v1/changes?since=3").json()["results"] == []


def test_an_earlier_known_time_shows_what_was_known_then(own: Graph) -> None:
    client = TestClient(create_app(own, settings()))
    own.store.replace("more.csv", [*entity("new"), link("new", "leads", "net")], datetime(2026, 2, 1, tzinfo=UTC))
    assert client.get("/v1/entities/new").json()["revision"] == 2
    then = client.get("/v1/entities/new?known_at=2026-01-31")
    assert (then.status_code, then.json()["type"]) == (404, "/v1/problems/unknown-entity")
    statements = client.get("/v1/entities/net/statements?known_at=2026-01-31&role=object").json()
    assert statements["revision"] == 1
    assert statements["known_at"] == "2026-01-31T23:59:59.999999Z"
    assert [one["subject"] for one in statements["results"]] == ["who", "gavi", "hera"]
