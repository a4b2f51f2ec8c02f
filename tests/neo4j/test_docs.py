"""docs/neo4j.md: every Cypher query on the page runs on the server, with the shipped graph on it, and finds something."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from graph.model import AsOf
from graph.neo4j import Neo4jStore
from graph.neo4j_schema import TEXTS
from loaders.curated import load
from tests.neo4j_server import Server

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "neo4j.md").read_text(encoding="utf-8")
QUERIES: Final = re.findall(r"```cypher\n(.*?)```", PAGE, re.DOTALL)
MAY_BE_EMPTY: Final = ("SHOW TRANSACTIONS", "x.closed = newest")
"""Nobody loads while this is asked, and the one load of this test withdrew nothing."""


@pytest.fixture(scope="module")
def curated(neo4j_server: Server) -> Server:
    """The server with the graph that is shipped."""
    neo4j_server.empty()
    with closing(Neo4jStore(neo4j_server.url, (neo4j_server.user, neo4j_server.password))) as store:
        load(store, None, datetime(2026, 11, 21, 12, tzinfo=UTC))
    return neo4j_server


def test_there_are_queries() -> None:
    assert len(QUERIES) >= 6
    assert PAGE.count("```cypher") == len(QUERIES)


@pytest.mark.parametrize("query", QUERIES, ids=[" ".join(query.split())[:40] for query in QUERIES])
def test_a_query_of_the_page(curated: Server, query: str) -> None:
    rows = curated.run(query)
    assert rows or any(text in query for text in MAY_BE_EMPTY)


def test_a_notebook_on_the_server(curated: Server) -> None:
    """The settings name the server; the notebook is the same."""
    settings = {"STORE": curated.url, "NEO4J_USER": curated.user, "NEO4J_PASSWORD": curated.password, "ENGINE": "kernel"}
    environment = {**os.environ, **{f"MCMGRAPH_{name}": value for name, value in settings.items()}}
    cells = json.loads((ROOT / "notebooks" / "first_questions.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    code += "\nprint(repr(graph.store))\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "notebooks", env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert curated.url in done.stdout.splitlines()[-1]


def test_the_day_of_the_page_is_the_day_it_says() -> None:
    day = AsOf("2026-11-21").first
    assert f"x.first <= {day} AND x.end > {day}" in PAGE


def test_the_names_that_the_page_gives(curated: Server) -> None:
    assert TEXTS in PAGE
    labels = {label for row in curated.run("CALL db.labels() YIELD label RETURN label") for label in row}
    types = {type_ for row in curated.run("CALL db.relationshipTypes() YIELD relationshipType AS t RETURN t") for type_ in row}
    for query in QUERIES:
        for label in re.findall(r"\(\w*:(\w+)", query):
            assert label in labels, query
        for type_ in re.findall(r"\[\w*:(\w+)", query):
            assert type_ in types, query
