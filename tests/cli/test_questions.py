"""The questions on the command line: JSON is the body of the API, text is for people."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.cli.conftest import Run

DAY = ("--as-of", "2026-11-21")
SAME: list[tuple[tuple[str, ...], str, dict[str, Any]]] = [
    (("paths", "nvi-th", "africa-cdc", *DAY), "/v1/paths", {"from": "nvi-th", "to": "africa-cdc", "as_of": "2026-11-21"}),
    (("paths", "NVI", "Africa CDC"), "/v1/paths", {"from": "NVI", "to": "Africa CDC"}),
    (
        ("paths", "dg-hera", "sii", "--k", "3", "--max-steps", "4", "--as-of", "2025", "--known-at", "2026-12-01"),
        "/v1/paths",
        {"from": "dg-hera", "to": "sii", "k": 3, "max_steps": 4, "as_of": "2025", "known_at": "2026-12-01"},
    ),
    (
        (
            "paths",
            "paho",
            "africa-cdc",
            "--not-through",
            "WHO",
            "--not-kind",
            "event",
            "--confidence",
            "high",
            "--disjoint",
            "node",
            *DAY,
        ),
        "/v1/paths",
        {
            "from": "paho",
            "to": "africa-cdc",
            "not_through": "WHO",
            "not_kind": "event",
            "confidence": "high",
            "disjoint": "node",
            "as_of": "2026-11-21",
        },
    ),
    (
        (
            "paths",
            "ec",
            "sii",
            "--include-ended",
            "--without-predicate",
            "funds",
            "--predicate",
            "part_of",
            "--predicate",
            "contracts",
        ),
        "/v1/paths",
        {"from": "ec", "to": "sii", "include_ended": True, "without_predicate": "funds", "predicate": ["part_of", "contracts"]},
    ),
    (("coverage",), "/v1/coverage", {"lens": "D1"}),
    (
        ("coverage", "--lens", "D3", "--base", "WHO MS 194", "--as-of", "2025-06"),
        "/v1/coverage",
        {"lens": "D3", "base": "WHO MS 194", "as_of": "2025-06"},
    ),
    (
        ("coverage", "-l", "mechanism:appm", "-c", "by", "--horizon", "30", "--known-at", "2026-12-01"),
        "/v1/coverage",
        {"lens": "mechanism:appm", "columns": "by", "horizon": 30, "known_at": "2026-12-01"},
    ),
    (
        ("coverage", "--matrix", "product-class", "--matrix", "component", "--lens", "D8", *DAY),
        "/v1/coverage/matrix",
        {"lens": "D8", "as_of": "2026-11-21"},
    ),
    (("coverage", "--spread", *DAY), "/v1/coverage/spread", {"as_of": "2026-11-21"}),
    (("coverage", "--spread", "--lens", "D1", "--base", "ISO 249"), "/v1/coverage/spread", {"lens": "D1", "base": "ISO 249"}),
    (("search", "africa cdc"), "/v1/search", {"q": "africa cdc"}),
    (
        ("search", "CDC", "--kind", "organisation", "--limit", "2"),
        "/v1/search",
        {"q": "CDC", "kind": "organisation", "limit": 2},
    ),
    (("search", "肯尼亚", "--known-at", "2026-12-01"), "/v1/search", {"q": "肯尼亚", "known_at": "2026-12-01"}),
    (("show", "RVMC"), "/v1/entities/rvmc", {}),
    (("show", "rvmc", "--statements"), "/v1/entities/rvmc/statements", {"limit": 1000}),
    (
        ("show", "rvmc", "--predicate", "member_of", "--as-of", "2024"),
        "/v1/entities/rvmc/statements",
        {"limit": 1000, "predicate": "member_of", "as_of": "2024"},
    ),
    (("sources",), "/v1/sources", {"limit": 1000}),
    (
        ("neighbourhood", "rvmc", "--steps", "2", "--limit", "30", "--not-kind", "event", *DAY),
        "/v1/neighbourhood/rvmc",
        {"steps": 2, "limit": 30, "not_kind": "event", "as_of": "2026-11-21"},
    ),
    (
        (
            "neighbourhood",
            "who",
            "--kind",
            "network",
            "--predicate",
            "operates",
            "--without-predicate",
            "funds",
            "--confidence",
            "medium",
        ),
        "/v1/neighbourhood/who",
        {"kind": "network", "predicate": "operates", "without_predicate": "funds", "confidence": "medium"},
    ),
]


@pytest.mark.parametrize(("words", "address", "query"), SAME, ids=lambda value: value if isinstance(value, str) else "")
def test_json_is_the_body_of_the_api(
    run: Run, client: TestClient, words: tuple[str, ...], address: str, query: dict[str, Any]
) -> None:
    asked = client.get(address, params=query)
    assert asked.status_code == 200, asked.text
    ended = run(*words)
    assert (ended.code, ended.err) == (0, "")
    assert ended.json == asked.json()


def test_one_source_is_the_body_of_the_api(run: Run, client: TestClient) -> None:
    id = next(one["id"] for one in run("sources").json["results"] if one["statements"] > 5)
    assert run("sources", id).json == client.get(f"/v1/sources/{id}", params={"limit": 1000}).json()


def test_the_names_of_coverage(run: Run, client: TestClient) -> None:
    listed = run("coverage", "--list").json
    assert {name: listed[name] for name in ("revision", "results", "columns")} == client.get("/v1/coverage/lenses").json()
    assert listed["bases"] == client.get("/v1/coverage/bases").json()["results"]
    told = run("coverage", "--list", "--plain").out
    assert all(one["id"] in told for one in (*listed["results"], *listed["bases"], *listed["columns"]))


def test_the_fields_that_others_script_against(run: Run) -> None:
    paths = run("paths", "nvi-th", "africa-cdc", *DAY, "--k", "2").json
    assert {"revision", "as_of", "known_at", "results"} <= set(paths)
    assert len(paths["results"]) == 2
    for path in paths["results"]:
        assert {"score", "parts", "weakest", "steps"} <= set(path)
        assert sum(path["parts"].values()) == pytest.approx(path["score"])
        for step in path["steps"]:
            assert {"from", "to", "predicate", "sentence", "statements"} <= set(step)
            for one in step["statements"]:
                assert {"id", "valid_from", "valid_to", "confidence", "source", "locator", "url"} <= set(one)
    coverage = run("coverage", "--lens", "D1", "--base", "ISO 249", *DAY).json
    assert (coverage["size"], coverage["covered"], coverage["uncovered"]) == (249, 145, 104)
    assert sum(coverage["states"].values()) == len(coverage["cells"]) == 249
    assert all({"row", "column", "state", "statements"} <= set(cell) for cell in coverage["cells"])


# --- text ----------------------------------------------------------------------------------------------------------------
def lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n")


@pytest.mark.parametrize(
    "words",
    [
        ("paths", "nvi-th", "africa-cdc"),
        ("coverage",),
        ("coverage", "--columns", "by"),
        ("coverage", "--spread"),
        ("coverage", "--matrix", "product-class"),
        ("coverage", "--list"),
        ("search", "health"),
        ("show", "who"),
        ("sources",),
        ("neighbourhood", "who"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_text_fits_the_width_and_has_no_colour_in_a_pipe(run: Run, words: tuple[str, ...]) -> None:
    width = {"show": "60", "paths": "200"}.get(words[0], "80")
    ended = run(*words, "--plain", COLUMNS=width)
    assert "\x1b" not in ended.out
    assert "Traceback" not in ended.err
    too_wide = [line for line in lines(ended.out) if len(line) > min(int(width), 110)]
    assert too_wide == []


def test_paths_as_text(run: Run) -> None:
    words = ("paths", "nvi-th", "africa-cdc", *DAY, "--k", "2")
    body, told = run(*words).json, run(*words, "--plain").out
    flat = " ".join(told.split())
    joined = re.sub(r"\s+", "", told)
    assert "as of 2026-11-21" in flat
    for number, path in enumerate(body["results"], start=1):
        assert f"Path {number} score {path['score']:g}, {len(path['steps'])} steps" in flat
        assert all(f"{name} {amount:g}" in flat for name, amount in path["parts"].items() if amount)
        assert " > ".join([path["steps"][0]["from"], *(step["to"] for step in path["steps"])]) in flat
        for place, step in enumerate(path["steps"], start=1):
            assert f"{place}. {step['sentence']}" in flat
            for one in step["statements"]:
                assert f"[{one['source_name']}, {one['locator']}]" in flat
                assert re.sub(r"\s+", "", one["url"]) in joined
        weakest = path["steps"][path["weakest"]["step"]]["sentence"]
        assert f"{weakest} <- weakest step" in flat
    assert flat.count("weakest step") == 2


def test_no_path_says_why(run: Run) -> None:
    ended = run("paths", "who", "p-nipah", "--plain", "--max-steps", "1", *DAY)
    assert ended.code == 0
    assert "Path 1" not in ended.out
    assert "Nipah virus has no link that a path may follow" in ended.out
    assert run("paths", "who", "p-nipah", "--max-steps", "1", *DAY).json["results"] == []


def test_coverage_as_text(run: Run) -> None:
    body, told = run("coverage", *DAY).json, run("coverage", "--plain", *DAY).out
    flat = " ".join(told.split())
    assert body["headline"] in flat
    for state, count in body["states"].items():
        assert bool(re.search(rf"^{state.replace('_', ' ')} +{count}$", told, re.MULTILINE)) == (count > 0)
    for region in body["regions"]:
        assert re.search(
            rf"^{region['name']} +{region['size']} +{region['covered']} +{region['uncovered']}$", told, re.MULTILINE
        )
    for cell in body["cells"]:
        if cell["row"] in body["uncovered_rows"]:
            assert f"{cell['row_name']} ({cell['row']})" in flat
            assert cell["note"] in flat
    assert all(f"({row})" not in flat for row in body["covered_rows"])


def test_search_as_text(run: Run) -> None:
    told = " ".join(run("search", "NIV", "--plain").out.split())
    assert 'ICMR National Institute of Virology icmr-niv organisation An acronym ("NIV").' in told
    assert "Not to be confused with: Nipah virus (p-nipah)" in told
    assert run("search", "qqqqqqq", "--plain").out == "Nothing fits 'qqqqqqq'.\n"
    assert run("search", "", "--plain").out == "Nothing was given to search for.\n"
    assert "--limit" in run("search", "health", "--plain", "--limit", "2").out


def test_show_as_text(run: Run) -> None:
    told = run("show", "rvmc", "--plain").out
    flat = " ".join(told.split())
    for one in run("show", "rvmc", "--statements").json["results"]:
        assert one["sentence"] in flat
        assert one["source"] in flat
        assert one["source_name"] in flat
    assert re.search(r"^partners_with  2$", told, re.MULTILINE)
    assert re.search(r"^member_of  \d+, from the other end$", told, re.MULTILINE)
    assert told.index("member_of") < told.index("\nname  1")


def test_sources_as_text(run: Run) -> None:
    body, told = run("sources").json, " ".join(run("sources", "--plain").out.split())
    assert body["next"] is None
    assert len(body["results"]) == body["total"] > 200
    assert all(one["id"] in told for one in body["results"])
    one = next(one for one in body["results"] if 1 < one["statements"] < 20)
    told = " ".join(run("sources", one["id"], "--plain").out.split())
    assert all(said["sentence"] in told for said in run("sources", one["id"]).json["results"])


def test_all_statements_of_a_hub_are_shown(run: Run) -> None:
    body = run("show", "who", "--statements").json
    assert len(body["results"]) == run("show", "who").json["statements"]
    assert body["next"] is None


def test_known_time_before_the_first_load(run: Run) -> None:
    ended = run("search", "who", "--known-at", "2020", "--plain")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Nothing was known at 2020-12-31T23:59:59Z. The first load was at 2026-")
