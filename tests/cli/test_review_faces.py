"""Every line of review, on both faces alike: on the command line and over HTTP, and through a load after each decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from graph.model import AsOf
from graph.revisions import Graph
from graph.settings import Settings
from graph.sqlite import SqliteStore
from tests.cli.conftest import Run
from tests.factories import entity

FUNDED = "Unitaid funded Afrigen Biologics and Vaccines"
NAMED = "The Gamma Research Centre (GRC) opened"


class Face(Protocol):
    """What a reviewer can do, by whichever face."""

    def waiting(self, state: str = "open") -> list[dict[str, Any]]: ...
    def decide(self, action: str, why: str, **said: Any) -> dict[str, Any]: ...
    def refused(self, action: str, **said: Any) -> str: ...
    def decisions(self) -> list[dict[str, Any]]: ...
    def shown(self, id: str) -> dict[str, Any]: ...


@dataclass
class Commands:
    """The command line."""

    run: Run
    store: Path

    def waiting(self, state: str = "open") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._run("review", "list", "--state", state)["results"]
        return found

    def decide(self, action: str, why: str, **said: Any) -> dict[str, Any]:
        made: dict[str, Any] = self._run(*self._words(action, why, said))
        return made

    def refused(self, action: str, **said: Any) -> str:
        ended = self.run(*self._words(action, "why not", said), "--json", store=self.store)
        assert ended.code == 1
        return str(ended.problem["detail"])

    def decisions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._run("review", "list", "--decisions")["results"]
        return found

    def shown(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._run("show", id)
        return found

    def _words(self, action: str, why: str, said: dict[str, Any]) -> list[str]:
        match action:
            case "accept" | "reject":
                words = [said["key"], *(["--as", said["entity"]] if "entity" in said else [])]
            case "merge":
                words = [said["entity"], said["other"]]
            case "keep-apart":
                words = [said["entity"], *([said["other"]] if "other" in said else [said["name"], "--name"])]
            case _:
                words = [str(said["number"])]
        return ["review", action, *words, "--why", why, "--by", "Ada"]

    def _run(self, *words: str) -> Any:
        ended = self.run(*words, "--json", store=self.store)
        assert ended.code == 0, ended.err
        return ended.json


@dataclass
class Http:
    """The API."""

    client: TestClient

    def waiting(self, state: str = "open") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("/v1/review", state=state)["results"]
        return found

    def decide(self, action: str, why: str, **said: Any) -> dict[str, Any]:
        answered = self.client.post("/v1/review/decisions", json={"action": action, "why": why, "by": "Ada", **said})
        assert answered.status_code == 200, answered.text
        made: dict[str, Any] = answered.json()
        return made

    def refused(self, action: str, **said: Any) -> str:
        answered = self.client.post("/v1/review/decisions", json={"action": action, "why": "x", "by": "Ada", **said})
        assert answered.status_code == 400
        return str(answered.json()["detail"])

    def decisions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("/v1/review/decisions")["results"]
        return found

    def shown(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._get(f"/v1/entities/{id}")
        return found

    def _get(self, address: str, **asked: str) -> Any:
        answered = self.client.get(address, params=asked)
        assert answered.status_code == 200, answered.text
        return answered.json()


@pytest.fixture(params=["commands", "http"])
def face(request: pytest.FixtureRequest, run: Run, own: Path) -> Iterator[Face]:
    if request.param == "commands":
        yield Commands(run, own)
        return
    graph = Graph(SqliteStore(own))
    with TestClient(create_app(graph, Settings(str(own))), raise_server_exceptions=False) as client:
        yield Http(client)
    graph.close()


Load = Callable[[str], None]


@pytest.fixture
def load(run: Run, own: Path, tmp_path: Path) -> Load:
    """Load a page of one sentence; each time the same file."""

    def loaded(sentence: str) -> None:
        file = tmp_path / "news.txt"
        file.write_text(f"In May the Wellcome Trust met.\n\n{sentence}.\n", encoding="utf-8")
        report = run("load", "page", str(file), "--json", store=own).json
        assert report["ok"], report
        assert report["balanced"], report

    return loaded


def relations(face: Face, state: str = "open") -> list[dict[str, Any]]:
    return [one for one in face.waiting(state) if one["sort"] == "relation"]


def funds(own: Path) -> list[str]:
    """The links that the accepted proposal makes, by their quotation."""
    store = SqliteStore(own)
    found = [
        one.citation.quotation for one in store.about("unitaid", AsOf()) if (one.predicate, one.object) == ("funds", "afrigen")
    ]
    store.close()
    return found


def test_an_accepted_relation_stands_through_every_load_until_it_is_undone(face: Face, load: Load, own: Path) -> None:
    load(FUNDED)
    (item,) = relations(face)
    assert (item["subject"], item["predicate"], item["object"]) == ("unitaid", "funds", "afrigen")
    assert item["sentence"] == f"{FUNDED}."
    assert funds(own) == []
    made = face.decide("accept", "it says so", key=item["key"])
    assert (made["action"], made["by"], made["why"], made["number"]) == ("accept", "Ada", "it says so", 1)
    assert made["at"]
    for _ in range(2):
        assert funds(own) == [f"{FUNDED}."]
        assert relations(face) == []
        assert [one["key"] for one in relations(face, "accepted")] == [item["key"]]
        load(FUNDED)
    assert "accepted" in face.refused("reject", key=item["key"])
    face.decide("undo", "misread", number=1)
    assert funds(own) == []
    load(FUNDED)
    assert [one["key"] for one in relations(face)] == [item["key"]]
    assert "taken back already" in face.refused("undo", number=1)


def test_a_rejected_relation_comes_back_only_with_another_sentence(face: Face, load: Load, own: Path) -> None:
    load(FUNDED)
    (item,) = relations(face)
    face.decide("reject", "it was a loan", key=item["key"])
    for _ in range(2):
        assert relations(face) == []
        load(FUNDED)
    load(f"In June {FUNDED}")
    (changed,) = relations(face)
    assert changed["key"] != item["key"]
    load(FUNDED)
    assert relations(face) == []
    face.decide("undo", "look again", number=1)
    load(FUNDED)
    assert [one["key"] for one in relations(face)] == [item["key"]]
    assert [(one["number"], one["action"], one["undone"]) for one in face.decisions()] == [
        (1, "reject", True),
        (2, "undo", False),
    ]


def test_a_rejected_name_does_not_come_back_when_the_graph_learns_of_candidates(face: Face, load: Load, own: Path) -> None:
    load(NAMED)
    (item,) = [one for one in face.waiting() if "Gamma" in (one["name"] or "")]
    assert (item["sort"], item["candidates"]) == ("candidate", [])
    face.decide("reject", "no body of ours", key=item["key"])
    store = SqliteStore(own)
    named = [*entity("gamma-1", name="Gamma Research Centre"), *entity("gamma-2", name="Gamma Research Centre")]
    store.replace("register", named, datetime.now(UTC))
    store.close()
    load(NAMED)
    assert not [one for one in face.waiting() if "Gamma" in (one["name"] or "")]


def test_an_accepted_name_is_a_name_for_every_later_load_until_it_is_undone(face: Face, load: Load) -> None:
    load(NAMED)
    (item,) = [one for one in face.waiting() if "Gamma" in (one["name"] or "")]
    assert "Say which entity" in face.refused("accept", key=item["key"])
    made = face.decide("accept", "its new name", key=item["key"], entity="unitaid")
    names = [one["name"] for one in face.shown("unitaid")["aliases"]]
    assert item["name"] in names
    load(NAMED)
    assert not [one for one in face.waiting() if "Gamma" in (one["name"] or "")]
    face.decide("undo", "it is another", number=made["number"])
    assert item["name"] not in [one["name"] for one in face.shown("unitaid")["aliases"]]
    load(NAMED)
    assert [one["key"] for one in face.waiting() if "Gamma" in (one["name"] or "")] == [item["key"]]


def test_a_merge_and_a_keep_apart_hold_through_a_load_and_can_be_undone(face: Face, load: Load) -> None:
    merged = face.decide("merge", "one body", entity="nexelis", other="synexa")
    load(FUNDED)
    assert face.shown("nexelis")["id"] == "synexa"
    assert "one entity" in face.refused("keep-apart", entity="nexelis", other="synexa")
    face.decide("undo", "they are two", number=merged["number"])
    assert face.shown("nexelis")["id"] == "nexelis"
    apart = face.decide("keep-apart", "they are two", entity="nexelis", other="synexa")
    load(FUNDED)
    assert "apart" in face.refused("merge", entity="nexelis", other="synexa")
    face.decide("undo", "asked again", number=apart["number"])
    assert face.decide("merge", "one body after all", entity="nexelis", other="synexa")["number"] == 5
