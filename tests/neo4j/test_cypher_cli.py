"""The command line on a Neo4j server: the same answers as on the embedded file, in both engines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.commands import app
from tests.neo4j_server import Server

Run = Callable[..., Any]
ASKED = (
    ("paths", "nvi-th", "africa-cdc", "--as-of", "2026-11-21"),
    ("coverage", "--as-of", "2026-11-21"),
    ("coverage", "--lens", "mechanism:appm", "--as-of", "2026-11-21"),
    ("neighbourhood", "africa-cdc", "--as-of", "2026-11-21"),
)


def run(environment: dict[str, str], *words: str) -> Any:
    done = CliRunner().invoke(app, [*words, *(() if words[0] == "load" else ("--json",))], env=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if words[0] != "load" else None


def without_revision(body: Any) -> Any:
    """A body but for its revision and known times."""
    if isinstance(body, dict):
        return {key: without_revision(value) for key, value in body.items() if key not in ("revision", "known_at")}
    return [without_revision(one) for one in body] if isinstance(body, list) else body


def test_the_same_json_as_on_the_embedded_file(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MCMGRAPH_STORE", "MCMGRAPH_ENGINE"):
        monkeypatch.delenv(name, raising=False)
    file = {"MCMGRAPH_STORE": str(tmp_path / "graph.sqlite")}
    remote = {
        "MCMGRAPH_STORE": server.url,
        "MCMGRAPH_NEO4J_USER": server.user,
        "MCMGRAPH_NEO4J_PASSWORD": server.password,
        "XDG_DATA_HOME": str(tmp_path),
    }
    for environment in (file, remote):
        run(environment, "load")
    for words in ASKED:
        expected = without_revision(run(file, *words))
        assert without_revision(run(remote, *words)) == expected, words
        assert without_revision(run(remote, "--engine", "server", *words)) == expected, words


def test_an_embedded_file_has_no_server(tmp_path: Path) -> None:
    given = {"MCMGRAPH_STORE": str(tmp_path / "graph.sqlite")}
    done = CliRunner().invoke(app, ["--engine", "server", "paths", "a", "b"], env=given)
    assert done.exit_code != 0
    assert "needs a Neo4j server" in f"{done.exception}{done.output}"
