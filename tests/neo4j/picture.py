"""All that a database holds, as values that can be compared."""

from __future__ import annotations

from typing import Any

from tests.neo4j_server import Server

_NODES = "MATCH (n) WHERE NOT n:Mcmgraph RETURN labels(n) AS labels, properties(n) AS held"
_LINKS = "MATCH (s)-[x]->(o) RETURN s.id AS subject, type(x) AS type, o.id AS object, properties(x) AS held"


def picture(server: Server) -> list[str]:
    """Every node and relationship with everything that it holds, sorted; without what differs from load to load."""
    nodes = [(sorted(row["labels"]), _plain(row["held"])) for row in server.run(_NODES)]
    links = [(row["subject"], row["type"], row["object"], _plain(row["held"])) for row in server.run(_LINKS)]
    return sorted(map(repr, [*nodes, *links]))


def _plain(held: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((name, str(value)) for name, value in held.items())
