"""docs/questions.md: every command runs on the shipped graph, names what the page says, and finds what was derived by hand."""

from __future__ import annotations

import json
import re
import shlex
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.commands import app
from graph.sqlite import SqliteStore
from loaders.curated import load

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^### ([PG]\d+)\. (.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))
LABELS = [f"P{number}" for number in range(1, 11)] + [f"G{number}" for number in range(1, 11)]
Bodies = list[Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "graph.sqlite"
    made = SqliteStore(path)
    load(made, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    made.close()
    return path


@pytest.fixture(scope="module")
def answers(store: Path) -> Callable[[str], Bodies]:
    """The bodies that the commands under a label print, each run once."""
    held: dict[str, Bodies] = {}

    def of(label: str) -> Bodies:
        if label not in held:
            (block,) = re.findall(r"```sh\n(.*?)```", PARTS[label], re.DOTALL)
            held[label] = [run(line) for line in block.splitlines()]
        return held[label]

    def run(line: str) -> Any:
        program, *arguments = shlex.split(line)
        assert program == "mcmgraph"
        assert "2026-11-21" in arguments, "an answer that changes with the day is no answer for a page"
        done = CliRunner().invoke(app, arguments, env={"MCMGRAPH_STORE": str(store)})
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    return of


def ids(path: Any) -> list[str]:
    return [path["steps"][0]["from"], *(step["to"] for step in path["steps"])]


def routes(body: Any, live: bool | None = None) -> list[str]:
    return [" ".join(ids(path)) for path in body["results"] if live is None or path["live"] == live]


def counts(body: Any) -> dict[str, int]:
    return {cell["row"]: len(cell["by"]) for cell in body["cells"]}


def states(body: Any) -> dict[str, str]:
    return {cell["row"]: cell["state"] for cell in body["cells"]}


def covered(body: Any) -> set[str]:
    return set(body["covered_rows"])


def links(body: Any, predicate: str) -> set[str]:
    """Who is joined to the centre of a neighbourhood by a predicate."""
    centre = body["centre"]["id"]
    ends = [{link["from"], link["to"]} for link in body["links"] if link["predicate"] == predicate]
    return {one for pair in ends if centre in pair for one in pair if one != centre}


def test_the_page_has_the_twenty_questions() -> None:
    assert list(PARTS) == LABELS
    assert set(CHECKS) == set(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_what_the_page_names_is_in_the_answer(label: str, answers: Callable[[str], Bodies]) -> None:
    told = re.sub(r"```sh\n.*?```", "", PARTS[label], flags=re.DOTALL)
    named = re.findall(r"`([^`]+)`", told)
    assert named
    said = json.dumps(answers(label))
    assert [name for name in named if f'"{name}"' not in said] == []


@pytest.mark.parametrize("label", LABELS)
def test_what_was_derived_by_hand_comes_out(label: str, answers: Callable[[str], Bodies]) -> None:
    CHECKS[label](answers(label))


def p1(bodies: Bodies) -> None:
    assert routes(bodies[0]) == ["nvi-th ev-brussels-2026 africa-cdc", "nvi-th avssr rvmc africa-cdc"]


def p2(bodies: Bodies) -> None:
    assert {"dg-hera aam-mpox cepi ipd", "dg-hera ec madiba ipd"} <= set(routes(bodies[0]))
    assert "dg-hera ec bnt-kigali" in routes(bodies[1])
    assert not {"dg-hera ipd", "dg-hera bnt-kigali"} & {*routes(bodies[0]), *routes(bodies[1])}


def p3(bodies: Bodies) -> None:
    live = routes(bodies[0], live=True)
    assert "dg-hera eu-fab bilthoven sii" in live
    assert any(route.endswith(" cepi sii") for route in live)
    assert "dg-hera ec valneva sii" in routes(bodies[0], live=False)


def p4(bodies: Bodies) -> None:
    assert set(routes(bodies[0])) == {f"rvmc {member} i-mcm-net" for member in ("cepi", "africa-cdc", "paho")}


def p5(bodies: Bodies) -> None:
    assert set(routes(bodies[0])) == {"aam-mpox who icg", "aam-mpox unicef icg"}


def p6(bodies: Bodies) -> None:
    joined: dict[str, set[str]] = defaultdict(set)
    for path in bodies[0]["results"]:
        joined[ids(path)[0]].add(ids(path)[-1])
    assert bodies[0]["exhausted"]
    assert {maker: len(networks) for maker, networks in joined.items() if len(networks) > 1} == {
        "ipd": 3, "bio-manguinhos": 3, "bio-farma": 3, "biological-e": 2, "sii": 2, "biovac": 2,
    }  # fmt: skip


def p7(bodies: Bodies) -> None:
    (route,) = bodies[0]["results"]
    assert ids(route) == ["bavarian", "mva-bn", "aam-mpox", "COD"]
    assert "85 per cent" in route["steps"][-1]["sentence"]
    assert route["steps"][1]["statements"][0]["valid_from"] == "2024-11"


def p8(bodies: Bodies) -> None:
    assert links(bodies[0], "leads") == {"makerere", "uvri"}
    assert links(bodies[0], "funds") == {"cepi", "idrc", "dg-hera"}
    assert links(bodies[0], "supports") == {"who", "africa-cdc"}
    assert "msd rvsv-sudv iavi" in routes(bodies[1])


def p9(bodies: Bodies) -> None:
    assert routes(bodies[0]) == ["codix mpp htap who"]
    (licence,) = (path for path in bodies[1]["results"] if ids(path) == ["sd-biosensor", "mpp", "codix"])
    assert [step["predicate"] for step in licence["steps"]] == ["licenses_to", "licenses_to"]
    assert licence["steps"][1]["statements"][0]["valid_from"] == "2025-05"


def p10(bodies: Bodies) -> None:
    found = {one["id"]: one for one in bodies[0]["results"]}
    near = {id: ({one["id"] for one in found[id]["first"]}, {one["id"] for one in found[id]["second"]}) for id in found}
    assert "who" not in found
    assert "paho" in near["rvmc"][0]
    assert "africa-cdc" in near["rvmc"][1]
    assert "fiocruz" in near["g20-coalition"][0]
    assert "africa-cdc" in near["g20-coalition"][1]
    assert "bio-manguinhos" in near["cepi-vmfn"][0]
    assert {"aspen", "ipd"} <= near["cepi-vmfn"][1]
    assert bodies[0]["results"][0]["id"] == "cepi"
    assert round(found["cepi"]["share"], 2) == 0.32


def g1(bodies: Bodies) -> None:
    actors = counts(bodies[0])
    assert sorted(actors, key=lambda row: actors[row])[:4] == ["vc2-4", "vc3-4", "vc3-1", "vc2-3"]
    assert [actors[row] for row in ("vc2-4", "vc3-4", "vc3-1", "vc2-3", "vc3-3")] == [2, 3, 4, 5, 16]
    assert max(actors.values()) == 16


def g2(bodies: Bodies) -> None:
    assert states(bodies[0])["vcx-delivery"] == "unknown"
    (financing,) = (cell for cell in bodies[0]["cells"] if cell["row"] == "vcx-finance")
    assert {one["id"] for one in financing["by"]} == {"avma", "frf", "pandemic-fund", "surge-mou", "gavi"}


def g3(bodies: Bodies) -> None:
    assert covered(bodies[0]) == {"r-amr", "r-eueea", "r-gcc", "r-oecs", "r-pic"}
    found = states(bodies[0])
    assert [found[row] for row in ("r-au", "r-asean", "r-emr")] == ["partial", "planned", "planned"]
    assert {found[row] for row in ("r-eur", "r-sear", "r-wpr")} == {"unknown"}


def g4(bodies: Bodies) -> None:
    assert covered(bodies[0]) == {"p-mpox", "p-ebov", "p-cholera", "p-mening", "p-yf", "p-flu"}


def g5(bodies: Bodies) -> None:
    none = ["sudv", "marv", "mers", "lassa", "nipah", "cchf", "rvf", "zika", "dengue", "chik", "flu"]
    assert {f"p-{name}" for name in none} <= set(bodies[0]["uncovered_rows"])


def g6(bodies: Bodies) -> None:
    assert bodies[0]["covered"] == 0
    notes = {cell["row"]: cell["note"] for cell in bodies[0]["cells"]}
    assert all("not listed by WHO Prequalification until 2023-12-31" in notes[row] for row in ("ebanga", "inmazeb"))


def g7(bodies: Bodies) -> None:
    assert covered(bodies[0]) == {"p-mpox", "p-sars2", "p-ebov"}


def g8(bodies: Bodies) -> None:
    single = {row for row, state in states(bodies[0]).items() if state == "covered_once"}
    assert {"ervebo", "mva-bn", "lc16m8", "men5cv", "euvichol", "euvichol-s"} <= single


def g9(bodies: Bodies) -> None:
    assert counts(bodies[0]) == {"r-amr": 20, "r-eur": 13, "r-wpr": 8, "r-afr": 5, "r-sear": 3, "r-emr": 0}


def g10(bodies: Bodies) -> None:
    assert set(states(bodies[0]).values()) == {"lapsed"}
    assert states(bodies[1])["glopid-r"] == "lapsed"
    ended = {
        (one["statement"]["subject"], one["statement"]["object"])
        for one in bodies[2]["results"]
        if one["cause"] == "validity ended"
    }
    assert {("valneva", "sii"), ("USA", "who")} <= ended


CHECKS: dict[str, Callable[[Bodies], None]] = {
    "P1": p1, "P2": p2, "P3": p3, "P4": p4, "P5": p5, "P6": p6, "P7": p7, "P8": p8, "P9": p9, "P10": p10,
    "G1": g1, "G2": g2, "G3": g3, "G4": g4, "G5": g5, "G6": g6, "G7": g7, "G8": g8, "G9": g9, "G10": g10,
}  # fmt: skip
