"""compose.yaml, Dockerfile and .dockerignore: what can be held against the checkout without a container engine."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.settings import VARIABLES
from tests.neo4j_machines import version

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_server_is_the_one_that_the_tests_run_on() -> None:
    assert SERVICES["neo4j"]["image"] == f"neo4j:{version()}-community"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["restart"] == "unless-stopped"
    assert "privileged" not in service
    user = str(service["user"]).split(":")[0] if "user" in service else re.findall(r"^USER (\d+)$", DOCKERFILE, re.M)[-1]
    assert int(user) > 0


def test_each_service_is_asked_how_it_is() -> None:
    assert "cypher-shell" in SERVICES["neo4j"]["healthcheck"]["test"][1]
    assert "/v1/ready" in DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :]
    assert SERVICES["api"]["depends_on"]["neo4j"]["condition"] == "service_healthy"


def test_no_secret_is_written_down_and_every_port_is_local() -> None:
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if "PASSWORD" in name or "AUTH" in name or "TOKEN" in name:
                assert re.fullmatch(r"(neo4j/)?\$\{MCMGRAPH_\w+:[-?].*\}", value), name
        for port in service["ports"]:
            assert "127.0.0.1" in port
    assert "PASSWORD" not in DOCKERFILE


def test_every_setting_there_is_a_setting() -> None:
    named = set(re.findall(r"\bMCMGRAPH_\w+", TEXT + DOCKERFILE)) - {"MCMGRAPH_PUBLISH"}
    assert named <= set(VARIABLES)
    assert {"MCMGRAPH_STORE", "MCMGRAPH_NEO4J_USER", "MCMGRAPH_NEO4J_PASSWORD"} <= named


def test_volumes_hold_what_must_stay() -> None:
    volumes = yaml.safe_load(TEXT)["volumes"]
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service["volumes"]}
    assert used == set(volumes)
    assert "neo4j-data:/data" in SERVICES["neo4j"]["volumes"]


def test_the_image_is_given_what_its_build_reads() -> None:
    """.dockerignore names what goes in; the build hook and the metadata read more than the packages."""
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    taken = [line[1:] for line in lines if line.startswith("!")]
    assert all((ROOT / name).exists() for name in taken)
    needed = ["pyproject.toml", "requirements.lock", "README.md", "graph", "loaders", "queries", "api"]
    hook = (ROOT / "hatch_build.py").read_text(encoding="utf-8")
    needed += ["hatch_build.py", *(name for name in ("package.json", "package-lock.json", ".npmrc") if name in hook)]
    assert [name for name in needed if not any(fnmatch(name, pattern) for pattern in taken)] == []
    assert not {".venv", "var", ".git", "tests"} & set(taken)
    for name in re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.M):
        assert name == "." or name in taken
