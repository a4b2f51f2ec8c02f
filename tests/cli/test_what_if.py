"""Reliance, sunset, scenario, closing gaps and the new options of paths: JSON is the body of the API, text is for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.cli.conftest import Run

DAY = ("--as-of", "2026-11-21")
SHIPPED = Path(__file__).parents[2] / "queries" / "weights.yaml"


@pytest.mark.parametrize(
    ("command", "address", "asked"),
    [
        (("reliance", "APPM", *DAY), "/v1/reliance/APPM", {"as_of": "2026-11-21"}),
        (("reliance", "who", "--lens", "D3", "--base", "WHO MS 194", "--columns", "by", *DAY), "/v1/reliance/who",
         {"as_of": "2026-11-21", "lens": "D3", "base": "WHO MS 194", "columns": "by"}),
        (("sunset", "2030", "--from", "who", "--to", "sii", "--k", "2", *DAY), "/v1/sunset",
         {"on": "2030", "from": "who", "to": "sii", "k": 2, "as_of": "2026-11-21"}),
        (("paths", "of:au", "subtype:manufacturer,in:r-sear", "--compare-to", "2025", *DAY), "/v1/paths",
         {"from": "of:au", "to": "subtype:manufacturer,in:r-sear", "compare_to": "2025", "as_of": "2026-11-21"}),
    ],
)  # fmt: skip
def test_json_is_the_body_of_the_api(
    run: Run, client: TestClient, command: tuple[str, ...], address: str, asked: dict[str, Any]
) -> None:
    assert run(*command).json == client.get(address, params=asked).json()


@pytest.mark.parametrize(
    ("command", "address", "asked"),
    [
        (("scenario", "--withdraw", "who", "--enrol", "IND:appm", "--from", "paho", "--to", "africa-cdc", *DAY), "/v1/scenario",
         {"withdraw": ["who"], "enrol": ["IND:appm"], "from": "paho", "to": "africa-cdc", "as_of": "2026-11-21"}),
        (("close-gaps", "--row", "IND", "--row", "Nepal", "--mechanism", "avssr", "--state", "unknown", *DAY), "/v1/close-gaps",
         {"rows": ["IND", "Nepal"], "mechanisms": ["avssr"], "states": ["unknown"], "as_of": "2026-11-21"}),
    ],
)  # fmt: skip
def test_json_is_the_body_that_a_posted_question_gets(
    run: Run, client: TestClient, command: tuple[str, ...], address: str, asked: dict[str, Any]
) -> None:
    bodies = [run(*command).json, client.post(address, json=asked).json()]
    for body in bodies:
        body.get("proof", {}).pop("seconds", None)
    assert bodies[0] == bodies[1]


def test_a_file_is_the_body_and_options_come_on_top(run: Run, client: TestClient, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("enrol: [IND:avssr]\nwithdraw: [cepi]\nlens: D2\nas_of: '2026-11-21'\n", encoding="utf-8")
    told = run("scenario", str(plan), "--lens", "D1", "--enrol", "NPL:avssr").json
    asked = {"enrol": ["IND:avssr", "NPL:avssr"], "withdraw": ["cepi"], "lens": "D1", "as_of": "2026-11-21"}
    assert told == client.post("/v1/scenario", json=asked).json()
    assert told["coverage"]["gained"] == ["IND", "NPL"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("- a\n", "expected keys"), ("enrol: [", "not YAML"), ("enrol: a\n", "must be a list"), ("x: 1\n", "no key 'x'")],
)
def test_a_file_that_is_wrong_is_refused_with_its_name(run: Run, tmp_path: Path, text: str, said: str) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(text, encoding="utf-8")
    for command in ("scenario", "close-gaps"):
        ended = run(command, str(plan))
        assert (ended.code, ended.out) == (1, "")
        wanted = said if command == "scenario" or "enrol: a" not in text else "no key 'enrol'"
        assert wanted in ended.problem["detail"]
        assert "plan.yaml" in ended.problem["detail"]
    assert "cannot be read" in run("scenario", str(tmp_path / "missing.yaml")).problem["detail"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("reliance", "appm"), "55 of 145 covered rows are lost"),
        (("sunset", "2030"), "Have ended by then"),
        (("scenario", "--enrol", "IND:appm"), "Assumed, not in the graph: 1"),
        (("close-gaps", "--row", "IND"), "gap 0"),
        (("paths", "dg-hera", "sii", "--k", "9", "--compare-to", "2025-06"), "does not hold any more"),
        (("paths", "dg-hera", "sii", "--k", "9", "--weights", str(SHIPPED)), "the same paths in the same order"),
    ],
)
def test_text_is_for_people(run: Run, command: tuple[str, ...], said: str) -> None:
    ended = run(*command, *DAY, "--plain")
    assert (ended.code, ended.err) == (0, "")
    assert said in " ".join(ended.out.split())


def test_other_weights_are_explained(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "weights.yaml"
    other.write_text(SHIPPED.read_text(encoding="utf-8").replace("each_doubling: 1.5", "each_doubling: 6"), encoding="utf-8")
    told = run("paths", "nvi-th", "africa-cdc", "--k", "30", "--weights", str(other), *DAY).json
    assert told["order"]["swaps"]
    assert {one["decisive"] for one in told["order"]["swaps"]} == {"hubs"}
    other.write_text("base: much", encoding="utf-8")
    assert "weights.yaml" in run("paths", "nvi-th", "africa-cdc", "--weights", str(other)).problem["detail"]
