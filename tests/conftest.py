"""What every test shares: how Hypothesis runs, and the one Neo4j server of a session."""

from __future__ import annotations

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
