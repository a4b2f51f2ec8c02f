"""docs/api.md is true: every endpoint, parameter, problem and setting is named in it, and every example runs as it says."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.frame import LONGEST_PATH, LONGEST_QUERY
from api.problems import SORTS
from graph.revisions import Graph
from graph.settings import VARIABLES
from graph.sqlite import SqliteStore
from loaders.curated import load
from tests.api.worlds import served, settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
SERVER = "http://127.0.0.1:8000"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (command.strip(), json.loads(answer) if sort == "json" else None)
    for (kind, command), (sort, answer) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True)
    if kind == "console"
]


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    store = SqliteStore(tmp_path_factory.mktemp("docs") / "graph.sqlite")
    load(store, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    graph = Graph(store)
    yield graph
    graph.close()


@pytest.fixture(scope="module")
def shipped(curated: Graph) -> TestClient:
    """A client on the graph that ships with mcmgraph, which is what the examples of the page ask."""
    return TestClient(create_app(curated, settings()), raise_server_exceptions=False)


def test_there_is_an_example_for_every_question() -> None:
    assert len(EXAMPLES) >= 12
    assert all(expected for _, expected in EXAMPLES)


@pytest.mark.parametrize(("command", "expected"), EXAMPLES)
def test_every_example_answers_as_the_page_says(shipped: TestClient, command: str, expected: Any) -> None:
    program, quiet, *posted, address = shlex.split(command)
    assert (program, quiet) == ("curl", "-s")
    assert address.startswith(SERVER)
    if posted:
        option, given = posted
        assert option == "--json"
        answered = shipped.post(address.removeprefix(SERVER), json=json.loads(given))
    else:
        answered = shipped.get(address.removeprefix(SERVER))
    assert answered.status_code == expected.get("status" if isinstance(expected.get("status"), int) else "", 200)
    assert_holds(answered.json(), expected, "")


def assert_holds(answer: Any, expected: Any, place: str) -> None:
    """Whether an answer has everything that an extract of it shows; lists from their beginning."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert name in answer, f"{place}.{name}"
            assert_holds(answer[name], value, f"{place}.{name}")
    elif isinstance(expected, list):
        assert len(answer) >= len(expected), place
        for number, value in enumerate(expected):
            assert_holds(answer[number], value, f"{place}[{number}]")
    else:
        assert answer == expected, place


def test_the_program_on_the_page_reads_a_whole_list(curated: Graph) -> None:
    (program,) = [text for kind, text in BLOCKS if kind == "python"]
    with served(curated) as at, contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(program.replace(SERVER, at), "docs/api.md", "exec"), {})  # the page is ours
    assert said.getvalue() == "250\n"


def test_every_endpoint_is_named_on_the_page(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in PAGE, path


def test_every_parameter_is_named_on_the_page(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for parameter in (one for method in methods.values() for one in method.get("parameters", [])):
            assert f"`{parameter['name']}`" in PAGE or f"{{{parameter['name']}}}" in PAGE, (path, parameter["name"])


def test_every_problem_is_on_the_page_with_its_status() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", PAGE, re.MULTILINE)
    assert rows == [(sort.slug, str(sort.status)) for sort in SORTS.values()]


def test_every_setting_of_the_api_is_on_the_page() -> None:
    for name in VARIABLES:
        if name.startswith("MCMGRAPH_API") or name in ("MCMGRAPH_HOST", "MCMGRAPH_PORT", "MCMGRAPH_LOG"):
            assert f"`{name}" in PAGE, name


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    assert f"a path of more than {LONGEST_PATH // 1024} KiB or a query of more than {LONGEST_QUERY // 1024} KiB" in PAGE
