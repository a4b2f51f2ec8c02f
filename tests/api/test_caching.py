"""Entity tags, HEAD, zipping and the other headers of an answer."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api import answering
from api.app import create_app
from api.routes import paths
from graph.revisions import Graph
from queries.paths import PathAnswer, PathQuestion, find_paths
from tests.api.worlds import settings
from tests.factories import entity

ADDRESSES = [
    "/v1/entities",
    "/v1/entities/who",
    "/v1/entities/who/statements",
    "/v1/search?q=who",
    "/v1/paths?from=gavi&to=appm",
    "/v1/neighbourhood/who",
    "/v1/coverage",
    "/v1/coverage/lenses",
    "/v1/coverage/bases",
    "/v1/coverage/spread",
    "/v1/sources",
    "/v1/sources/src-a",
    "/v1/vocabulary",
    "/v1/changes",
    "/v1/problems",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_that_is_held_already_is_304_until_something_changes(own: Graph, address: str) -> None:
    client = TestClient(create_app(own, settings()))
    first = client.get(address)
    tag = first.headers["etag"]
    assert re.fullmatch(r'W/"1-[0-9a-f]{16}"', tag)
    assert first.headers["cache-control"] == "no-cache"
    for held in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get(address, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    own.store.replace("more.csv", entity("new"), datetime(2026, 2, 1, tzinfo=UTC))
    changed = client.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_a_tag_belongs_to_its_address_day_and_store(client: TestClient, own: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    def tag(client: TestClient, address: str) -> str:
        return client.get(address).headers["etag"]

    tags = [tag(client, address) for address in ADDRESSES]
    assert len(set(tags)) == len(tags)
    here = tag(client, "/v1/entities/who")
    assert here == tag(client, "/v1/entities/who")
    # The same number of a revision in a store that was loaded otherwise.
    own.store.replace("test/0.csv", entity("who"), datetime(2026, 1, 2, tzinfo=UTC))
    other = TestClient(create_app(own, settings()))
    assert other.get("/v1/entities/who").json()["revision"] == 2
    assert tag(other, "/v1/entities/who") != here
    monkeypatch.setattr(answering, "today", lambda: "2030-01-01")
    assert tag(client, "/v1/entities/who") != here


def test_a_refusal_has_no_tag(client: TestClient) -> None:
    for address in ("/v1/entities/nobody", "/v1/entities?limit=0", "/v1/nothing"):
        answered = client.get(address, headers={"If-None-Match": "*"})
        assert answered.status_code in (400, 404)
        assert "etag" not in answered.headers


@pytest.mark.parametrize(
    "address", [*ADDRESSES, "/v1/health", "/v1/ready", "/openapi.json", "/docs", "/v1/nothing", "/v1/entities?limit=0"]
)
def test_head_is_get_without_its_body(client: TestClient, address: str) -> None:
    got = client.get(address, headers={"Accept-Encoding": "identity", "X-Request-ID": "same-number"})
    head = client.head(address, headers={"Accept-Encoding": "identity", "X-Request-ID": "same-number"})
    assert head.status_code == got.status_code
    assert head.content == b""
    assert dict(head.headers) == dict(got.headers)


def test_long_answers_are_zipped_for_those_who_ask(client: TestClient) -> None:
    plain = client.get("/v1/vocabulary", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/v1/vocabulary", headers={"Accept-Encoding": "gzip"}) as zipped:
        raw = b"".join(zipped.iter_raw())
    assert zipped.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in zipped.headers["vary"]
    assert len(raw) < len(plain.content) / 3
    assert json.loads(gzip.decompress(raw)) == plain.json()


def test_every_answer_has_a_number_and_the_security_headers(client: TestClient) -> None:
    for address in ("/v1/health", "/v1/entities/nobody", "/docs", "/nothing", "/v1/search?q=%ff"):
        headers = client.get(address).headers
        assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors" in headers["content-security-policy"]
    assert client.get("/v1/health").headers["content-security-policy"].startswith("default-src 'none'")
    page = client.get("/docs").headers["content-security-policy"]
    assert "script-src 'self';" in page
    assert "http" not in page


def test_the_number_of_a_request_may_be_given(client: TestClient) -> None:
    assert client.get("/v1/health", headers={"X-Request-ID": "gateway-00.17_a"}).headers["x-request-id"] == "gateway-00.17_a"
    for odd in ("short", "x" * 65, "with space", "<script>alert(1)</script>"):
        assert client.get("/v1/health", headers={"X-Request-ID": odd}).headers["x-request-id"] != odd


def test_pages_of_other_origins_may_not_read_unless_that_is_set(small_graph: Graph, client: TestClient) -> None:
    origin = {"Origin": "https://maps.example.org"}
    assert "access-control-allow-origin" not in client.get("/v1/health", headers=origin).headers
    shared = TestClient(create_app(small_graph, settings(api_cors=("https://maps.example.org",))))
    answered = shared.get("/v1/entities/who", headers=origin)
    assert answered.headers["access-control-allow-origin"] == "https://maps.example.org"
    assert "ETag" in answered.headers["access-control-expose-headers"]
    other = shared.get("/v1/health", headers={"Origin": "https://evil.example.org"})
    assert "access-control-allow-origin" not in other.headers
    asked = {**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "Authorization"}
    assert shared.options("/v1/entities/who", headers=asked).status_code == 200


def test_what_was_answered_is_not_worked_out_again_until_something_changes(own: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = find_paths

    def counted(graph: Graph, question: PathQuestion) -> PathAnswer:
        asked.append(question.goal)
        return real(graph, question)

    monkeypatch.setattr(paths, "find_paths", counted)
    client = TestClient(create_app(own, settings()))
    first, again = (client.get("/v1/paths?from=gavi&to=appm") for _ in range(2))
    assert asked == ["appm"]
    assert (again.content, again.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert client.get("/v1/paths?from=gavi&to=appm&k=2").json() == first.json()
    assert len(asked) == 2  # another address is another question
    own.store.replace("later", entity("new-one"), datetime(2026, 12, 1, tzinfo=UTC))
    later = client.get("/v1/paths?from=gavi&to=appm")
    assert len(asked) == 3
    assert later.json()["revision"] == first.json()["revision"] + 1


def test_kept_answers_make_room_for_later_ones() -> None:
    held = answering._Answers(80)
    for number in range(10):
        held[str(number)] = answering._Answer(b"x" * 10, {})
    assert [held.get(str(number)) is not None for number in range(10)] == [False] * 2 + [True] * 8
    held.get("2")
    held["new"] = answering._Answer(b"x" * 10, {})
    assert held.get("2") is not None
    assert held.get("3") is None
    held["large"] = answering._Answer(b"x" * 11, {})
    assert held.get("large") is None
