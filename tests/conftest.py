"""What every test shares: how Hypothesis runs, the one Neo4j server of a session, and what must run in one process."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.neo4j_server import frail_server, neo4j_server

__all__ = ["frail_server", "neo4j_server"]

settings.register_profile(
    "mcmgraph",
    deadline=None,
    derandomize=True,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("mcmgraph")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes: each file in one, with servers of its own; all that share a named server in one."""
    shared = bool(os.environ.get("MCMGRAPH_TEST_NEO4J"))
    for item in items:
        group = "neo4j" if shared and item.get_closest_marker("neo4j") else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
