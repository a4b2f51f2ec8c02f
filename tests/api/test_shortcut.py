"""The short way to the questions says what the long way says, and leaves to it whatever is not in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient
from starlette.responses import Response

from api.access import new_token
from api.app import create_app
from api.asking import parameters_of
from api.routes import ROUTERS
from api.shortcut import Shortcut, plain_routes
from graph.revisions import Graph
from tests.api.worlds import settings

ROUTES = plain_routes("/v1", [route for router in ROUTERS for route in router.routes])
PATHS = "/v1/paths?from=who&to=gavi&as_of=2026-01-01"
ASKED = [
    PATHS,
    f"{PATHS}&k=2&max_steps=3&include_ended=true&by=hops&disjoint=node&confidence=medium",
    f"{PATHS}&predicate=funds&predicate=partners_with&without_predicate=leads&kind=organisation&not_through=net",
    f"{PATHS}&compare_to=2021&known_at=2030-01-01T00:00:00%2B01:00",
    "/v1/paths?from=World+Health+Organization&to=Gavi%2C%20the%20Vaccine%20Alliance",
    "/v1/paths?from=kind:organisation&to=appm",
    "/v1/coverage?as_of=2026",
    "/v1/coverage/matrix",
    "/v1/search?q=Sant%C3%A9&kind=organisation&limit=3",
    "/v1/entities?limit=2",
    "/v1/sources",
    "/v1/disagreements",
    "/v1/vocabulary",
    "/v1/changes?since=0",
    "/v1/ready",
]
REFUSED = [
    "/v1/paths",
    "/v1/paths?from=who",
    f"{PATHS}&k=0",
    f"{PATHS}&k=",
    f"{PATHS}&k=two",
    f"{PATHS}&k=2&k=3",
    f"{PATHS}&max_step=3",
    f"{PATHS}&by=fun",
    f"{PATHS}&include_ended=perhaps",
    f"{PATHS}&as_of=2026-13",
    f"{PATHS}&known_at=1990-01-01",
    f"{PATHS}&predicate=likes",
    "/v1/paths?from=&to=gavi",
    "/v1/paths?from=who&to=nobody",
    "/v1/paths?from=HERA&to=who",
    f"/v1/paths?from={quote('x' * 501)}&to=who",
    "/v1/search",
    "/v1/entities?limit=0",
    "/v1/entities?cursor=nonsense",
]


@pytest.fixture
def long_way(small_graph: Graph, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of an application that knows no shortcut."""
    with monkeypatch.context() as changed:
        changed.setattr("api.app.plain_routes", lambda prefix, routes: {})
        app = create_app(small_graph, settings())
        with TestClient(app, raise_server_exceptions=False) as made:
            yield made


def told(client: TestClient, target: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    answer = client.get(target, headers={"X-Request-ID": "number-one", **headers})
    return answer.status_code, dict(answer.headers), answer.content


@pytest.mark.parametrize("target", [*ASKED, *REFUSED])
def test_both_ways_say_the_same(client: TestClient, long_way: TestClient, target: str) -> None:
    assert told(client, target) == told(long_way, target)
    assert told(client, target)[0] == (200 if target in ASKED else told(long_way, target)[0])


@pytest.mark.parametrize("target", ASKED)
def test_what_is_in_order_is_read_at_once(target: str) -> None:
    path, _, query = target.partition("?")
    assert ROUTES[path].read(query.encode()) is not None


def test_every_parameter_is_known_to_the_short_way() -> None:
    """A parameter that it did not know would send each question that has it the long way, unnoticed."""
    assert {"/v1/paths", "/v1/coverage", "/v1/search", "/v1/entities"} <= ROUTES.keys()
    for path, plain in ROUTES.items():
        for name, repeatable in parameters_of(plain.endpoint).items():
            twice = plain.read(
                "&".join([*(f"{need}=who" for need in plain.needed - {name}), f"{name}=1", f"{name}=1"]).encode()
            )
            assert repeatable or twice is None, (path, name)


def test_what_is_not_in_order_is_left_to_the_long_way() -> None:
    read = ROUTES["/v1/paths"].read
    assert read(b"from=who&to=gavi") == {"from_": "who", "to": "gavi"}
    assert read(b"from=who&to=gavi&k=3&kind=network&kind=product") == {
        "from_": "who", "to": "gavi", "k": 3, "kind": ["network", "product"],
    }  # fmt: skip
    for wrong in (b"from=who", b"from=who&to=gavi&from=hera", b"from=who&to=gavi&asof=2026", b"from=who&to=gavi&k=many"):
        assert read(wrong) is None


def test_other_endpoints_are_not_plain() -> None:
    router = APIRouter()

    @router.get("/later")
    async def later(request: Request) -> Response:
        return Response(request.url.path)

    @router.get("/one/{id}")
    def one(request: Request, id: str) -> Response:
        return Response(request.url.path + id)

    @router.get("/shaped")
    def shaped(request: Request) -> dict[str, Any]:
        return {"path": request.url.path}

    @router.post("/written")
    def written(request: Request) -> Response:
        return Response(request.url.path)

    @router.get("/plain")
    def plain(request: Request) -> Response:
        return Response(request.url.path)

    assert list(plain_routes("", router.routes)) == ["/plain"]


def test_a_token_is_needed_on_the_short_way_too(small_graph: Graph) -> None:
    token, entry = new_token("analyst")
    with TestClient(create_app(small_graph, settings(api_tokens=entry)), raise_server_exceptions=False) as guarded:
        assert told(guarded, PATHS)[0] == 401
        assert told(guarded, PATHS, Authorization="Bearer wrong")[0] == 401
        assert told(guarded, PATHS, Authorization=f"Bearer {token}")[0] == 200


def test_under_another_root_the_long_way_is_taken(small_graph: Graph) -> None:
    outer = FastAPI()
    outer.mount("/mcm", create_app(small_graph, settings()))
    with TestClient(outer) as mounted:
        assert mounted.get(f"/mcm{PATHS}").status_code == 200


def test_it_is_the_innermost_layer_of_the_application(small_graph: Graph) -> None:
    layers: list[Any] = [layer.cls for layer in create_app(small_graph, settings()).user_middleware]
    assert layers[-1] is Shortcut
