"""Every question by each of its faces (command line, HTTP, a call as in a notebook): the same body, number for number."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import queries
from api import shapes
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from queries.assumptions import enrolment_of
from queries.brokers import BrokersQuestion, find_brokers
from queries.changes import ChangesQuestion, find_changes
from queries.close_gaps import CloseGapsQuestion, Option, find_close_gaps
from queries.coverage import CoverageQuestion, find_coverage
from queries.disagreements import DisagreementsQuestion, find_disagreements
from queries.ends import end_of
from queries.introductions import IntroductionsQuestion, find_introductions
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood
from queries.ordering import find_reweighed
from queries.overlap import OverlapQuestion, find_overlap
from queries.paths import PathQuestion, find_paths
from queries.reliance import RelianceQuestion, find_reliance
from queries.scenario import ScenarioQuestion, find_scenario
from queries.search import SearchQuestion, search
from queries.sunset import SunsetQuestion, find_sunset
from queries.weights import read_weights, shipped
from tests.cli.conftest import Run

DAY = "2026-11-21"
AS_OF = ("--as-of", DAY)
MAKERS = "kind:organisation,subtype:manufacturer,in:r-sear"


LISTINGS = {"find_entities", "find_statements", "find_matrix"}
"""Calls that list or count what other questions tell; each has tests of its own."""


@dataclass(frozen=True)
class Faces:
    """One question: the call, the question it takes, the command, the address with its parameters or with a body.

    ``using``: what the call takes besides.
    """

    find: Callable[..., Any]
    question: Callable[[Graph], Any]
    command: tuple[str, ...]
    address: str
    asked: dict[str, Any] = field(default_factory=dict)
    posted: dict[str, Any] | None = None
    using: tuple[Any, ...] = ()


def paths(*command: str, **asked: Any) -> Faces:
    """A path question between two entities, by the names of the call."""
    words = {"predicates": "predicate", "without_predicates": "without_predicate", "kinds": "kind", "not_kinds": "not_kind"}
    sent = {words.get(name, name): value for name, value in asked.items()}
    return Faces(
        find_paths,
        lambda graph: PathQuestion("dg-hera", "sii", as_of=DAY, **asked),
        ("paths", "DG HERA", "SII", *AS_OF, *command),
        "/v1/paths",
        {"from": "DG HERA", "to": "SII", "as_of": DAY, **sent},
    )


ASKED: dict[str, Faces] = {
    "paths": paths("--k", "7", k=7),
    "paths edge-disjoint": paths("--disjoint", "edge", disjoint="edge"),
    "paths node-disjoint": paths("--disjoint", "node", disjoint="node"),
    "paths not through X or kind K": paths(
        "--not-through", "cepi", "--not-kind", "event", not_through=("cepi",), not_kinds=("event",)
    ),
    "paths by hops": paths("--by", "hops", by="hops"),
    "paths of certain words": paths(
        "--predicate", "funds", "--confidence", "medium", predicates=("funds",), confidence="medium"
    ),
    "paths with what became of them": paths(
        "--compare-to", "2025-06", "--include-ended", compare_to="2025-06", include_ended=True
    ),
    "paths by other weights": Faces(
        find_reweighed,
        lambda graph: PathQuestion("nvi-th", "africa-cdc", k=30, as_of=DAY),
        ("paths", "nvi-th", "africa-cdc", "--k", "30", *AS_OF, "--weight", "hubs.each_doubling=6", "--weight", "length=2.5"),
        "/v1/paths",
        {"from": "nvi-th", "to": "africa-cdc", "k": 30, "as_of": DAY, "weight": ["hubs.each_doubling=6", "length=2.5"]},
        using=(read_weights(shipped(), "weights.yaml", changes=["hubs.each_doubling=6", "length=2.5"]),),
    ),
    "paths between sets": Faces(
        find_paths,
        lambda graph: PathQuestion(end_of(graph, "of:African Union"), MAKERS, k=9, as_of=DAY),
        ("paths", "of:African Union", MAKERS, "--k", "9", *AS_OF),
        "/v1/paths",
        {"from": "of:African Union", "to": MAKERS, "k": 9, "as_of": DAY},
    ),
    "coverage": Faces(
        find_coverage,
        lambda graph: CoverageQuestion("D2", "WHO MS 194", as_of=DAY),
        ("coverage", "--lens", "D2", "--base", "WHO MS 194", *AS_OF),
        "/v1/coverage",
        {"lens": "D2", "base": "WHO MS 194", "as_of": DAY},
    ),
    "neighbourhood": Faces(
        find_neighbourhood,
        lambda graph: NeighbourhoodQuestion("paho", steps=2, limit=30, as_of=DAY),
        ("neighbourhood", "PAHO", "--steps", "2", "--limit", "30", *AS_OF),
        "/v1/neighbourhood/PAHO",
        {"steps": 2, "limit": 30, "as_of": DAY},
    ),
    "search": Faces(
        search,
        lambda graph: SearchQuestion("cdc", limit=5),
        ("search", "cdc", "--limit", "5"),
        "/v1/search",
        {"q": "cdc", "limit": 5},
    ),
    "changes between dates": Faces(
        find_changes,
        lambda graph: ChangesQuestion("2025", "2026", about="dg-hera"),
        ("changes", "--since", "2025", "--until", "2026", "--about", "DG HERA"),
        "/v1/differences",
        {"since": "2025", "until": "2026", "about": "DG HERA"},
    ),
    "changes between revisions": Faces(
        find_changes,
        lambda graph: ChangesQuestion(until=DAY, since_revision=5, until_revision=7, limit=40),
        ("changes", "--until", DAY, "--since-revision", "5", "--until-revision", "7", "--limit", "40"),
        "/v1/differences",
        {"until": DAY, "since_revision": 5, "until_revision": 7, "limit": 40},
    ),
    "reliance on an organisation": Faces(
        find_reliance,
        lambda graph: RelianceQuestion("cepi", as_of=DAY),
        ("reliance", "CEPI", *AS_OF),
        "/v1/reliance/CEPI",
        {"as_of": DAY},
    ),
    "reliance on an agreement": Faces(
        find_reliance,
        lambda graph: RelianceQuestion("eu-jpa", "D3", "who-ms-194", as_of=DAY),
        ("reliance", "eu-jpa", "--lens", "D3", "--base", "who-ms-194", *AS_OF),
        "/v1/reliance/eu-jpa",
        {"lens": "D3", "base": "who-ms-194", "as_of": DAY},
    ),
    "sunset": Faces(
        find_sunset,
        lambda graph: SunsetQuestion("2027", start="of:au", goal=MAKERS, k=3, as_of=DAY),
        ("sunset", "2027", "--from", "of:African Union", "--to", MAKERS, "--k", "3", *AS_OF),
        "/v1/sunset",
        {"on": "2027", "from": "of:African Union", "to": MAKERS, "k": 3, "as_of": DAY},
    ),
    "scenario": Faces(
        find_scenario,
        lambda graph: ScenarioQuestion(
            [enrolment_of("IND:avssr")], ["cepi"], start="of:au", goal=MAKERS, k=3, max_steps=4, as_of=DAY
        ),
        ("scenario", "--enrol", "IND:avssr", "--withdraw", "cepi", "--from", "of:African Union", "--to", MAKERS, "--k", "3",
         "--max-steps", "4", *AS_OF),
        "/v1/scenario",
        posted={"enrol": ["IND:avssr"], "withdraw": ["cepi"], "from": "of:African Union", "to": MAKERS, "k": 3, "max_steps": 4,
                "as_of": DAY},
    ),
    "close gaps": Faces(
        find_close_gaps,
        lambda graph: CloseGapsQuestion(
            rows=["IND", "NPL", "BTN"], mechanisms=["avssr"], options=[Option("all", ["r-sear:avssr"], 2.5)], as_of=DAY
        ),
        ("close-gaps", "PLAN", "--row", "IND", "--row", "Nepal", "--row", "Bhutan", "--mechanism", "avssr", *AS_OF),
        "/v1/close-gaps",
        posted={"rows": ["IND", "Nepal", "Bhutan"], "mechanisms": ["avssr"], "as_of": DAY,
                "options": [{"id": "all", "enrol": ["r-sear:avssr"], "cost": 2.5}]},
    ),
    "overlap": Faces(
        find_overlap,
        lambda graph: OverlapQuestion("D8", columns="by", as_of=DAY, least=2),
        ("overlap", "--lens", "D8", "--columns", "by", *AS_OF),
        "/v1/overlap",
        {"lens": "D8", "columns": "by", "as_of": DAY},
    ),
    "introductions": Faces(
        find_introductions,
        lambda graph: IntroductionsQuestion("PAK", "pc-vaccines", "who", as_of=DAY, max_steps=3, limit=4),
        ("introductions", "Pakistan", "--column", "vaccines", "--asking", "WHO", "--max-steps", "3", "--limit", "4", *AS_OF),
        "/v1/introductions",
        {"row": "Pakistan", "column": "vaccines", "asking": "WHO", "max_steps": 3, "limit": 4, "as_of": DAY},
    ),
    "brokers": Faces(
        find_brokers,
        lambda graph: BrokersQuestion(as_of=DAY, limit=4, order="constraint", confidence="medium"),
        ("brokers", "--order", "constraint", "--confidence", "medium", "--limit", "4", *AS_OF),
        "/v1/brokers",
        {"order": "constraint", "confidence": "medium", "limit": 4, "as_of": DAY},
    ),
    "brokers between sets": Faces(
        find_brokers,
        lambda graph: BrokersQuestion(("in:r-amr", "in:WHO African Region"), ("who",), as_of=DAY, limit=3, order="cut"),
        ("brokers", "--between", "in:r-amr", "in:WHO African Region", "--without", "WHO", "--order", "cut", "-n", "3", *AS_OF),
        "/v1/brokers",
        {"between": ["in:r-amr", "in:WHO African Region"], "without": "WHO", "order": "cut", "limit": 3, "as_of": DAY},
    ),
    "disagreements": Faces(
        find_disagreements,
        lambda graph: DisagreementsQuestion("ARG", DAY),
        ("disagreements", "Argentina", *AS_OF),
        "/v1/disagreements",
        {"about": "Argentina", "as_of": DAY},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def graph(curated: Path) -> Iterator[Graph]:
    made = Graph(SqliteStore(curated))
    yield made
    made.close()


def alike(body: Any) -> Any:
    """A body without the time that a solver took, which is no part of the answer."""
    if isinstance(body, dict):
        return {name: alike(value) for name, value in body.items() if name != "seconds"}
    return [alike(value) for value in body] if isinstance(body, list) else body


@pytest.mark.parametrize("name", ASKED)
def test_every_face_gives_the_same_body(name: str, run: Run, client: TestClient, graph: Graph, tmp_path: Path) -> None:
    faces = ASKED[name]
    plan = tmp_path / "plan.yaml"
    plan.write_text("options: [{id: all, enrol: ['r-sear:avssr'], cost: 2.5}]\n", encoding="utf-8")
    typed = run(*(str(plan) if word == "PLAN" else word for word in faces.command), "--json")
    assert typed.code == 0, typed.err
    sent = (
        client.get(faces.address, params=faces.asked) if faces.posted is None else client.post(faces.address, json=faces.posted)
    )
    assert sent.status_code == 200, sent.text
    called = shapes.body(faces.find(graph, faces.question(graph), *faces.using), graph)
    assert alike(typed.json) == alike(sent.json()) == alike(called)
    told = {key: value for key, value in called.items() if key not in ("revision", "as_of", "known_at")}
    assert any(isinstance(value, list | dict) and value for value in told.values()), "an answer that tells something"


def test_one_citation_by_every_face(run: Run, client: TestClient, graph: Graph) -> None:
    """The first statement of a mechanism, and what else its source says at that place."""
    (cited, *_) = find_reliance(graph, RelianceQuestion("appm", as_of=DAY)).statements
    called = shapes.body(find_reliance(graph, RelianceQuestion(cited.source, as_of=DAY, locator=cited.locator)))
    typed = run("reliance", cited.source, "--locator", cited.locator, *AS_OF).json
    sent = client.get(f"/v1/reliance/{cited.source}", params={"locator": cited.locator, "as_of": DAY}).json()
    assert called == typed == sent
    assert {one["locator"] for one in called["statements"]} == {cited.locator} == {called["locator"]}
    assert cited.id in {one["id"] for one in called["statements"]}
    refused = client.get(f"/v1/reliance/{cited.source}", params={"locator": "nowhere in it"})
    assert (refused.status_code, refused.json()["nearest"] != []) == (400, True)
    assert run("reliance", "appm", "--locator", "x").problem["status"] == 400


def questions() -> Iterator[Callable[..., Any]]:
    """Every public call of ``queries`` that takes a graph and a question."""
    for found in pkgutil.iter_modules(queries.__path__, "queries."):
        if found.name.startswith("queries.kernel_") or found.ispkg:
            continue
        module = importlib.import_module(found.name)
        for name, call in inspect.getmembers(module, inspect.isfunction):
            asked = list(inspect.signature(call).parameters)[:2] == ["graph", "question"]
            if asked and call.__module__ == found.name and name.startswith(("find_", "search")):
                yield call


def test_every_question_is_in_the_table_and_has_an_example() -> None:
    asked = {faces.find for faces in ASKED.values()}
    assert {call.__name__ for call in questions() if call not in asked} == LISTINGS
    assert [call.__name__ for call in asked if ">>>" not in (call.__doc__ or "")] == []
