"""The section of the page on performance that tells of Neo4j, from ``neo4j.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

HELD: Final = Path(__file__).parent / "neo4j.json"
_OURS: Final = ("mcmgraph, kernel on a snapshot", "mcmgraph, server", "mcmgraph, embedded file")
_SERVER: Final = "mcmgraph, server"


def section(path: Path = HELD) -> list[str]:
    """The lines of the section; none where nothing was measured."""
    if not path.exists():
        return []
    held: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    lines = [
        "## On a Neo4j server",
        "",
        "Written by `python -m benchmarks.neo4j_bench`, which `make bench` runs: a Neo4j 5.26 Community of its own on the",
        "same machine, each side on a server just started. Plain Cypher is what a Neo4j user would write first, on a graph as",
        "such a user would load it: no known time, no ids, one name an entity. *Same answer* is Cypher for what mcmgraph's",
        "answer needs (the first of the shortest paths in the order of ids, all parallel links with their sources, how many",
        "neighbours the inner entities have; of a neighbourhood its order, degrees and the links among the neighbours); its",
        "answers were compared with mcmgraph's. By score, plain Cypher adds up costs of links alone: it knows no hubs, no",
        "corroboration, no citations. Goals: load at least as fast as plain Cypher, and every question on the server faster",
        "than its plain form; *plain by server* is the median of plain Cypher by that of mcmgraph on the server.",
        "",
    ]
    for one in sorted(held.values(), key=lambda told: told["links"]):
        lines += _table(one)
    return lines


def _table(told: Mapping[str, Any]) -> list[str]:
    rows = told["figures"]
    machine = told["machine"]
    lines = [
        f"### {told['entities']:,} entities, {told['links']:,} links",
        "",
        f"On {machine['cores']} cores ({machine['processor']}), load {machine['load at the start']} at the start.",
        "",
        "| question | by | median, ms | 95th percentile | runs | plain by server | goal |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for name in dict.fromkeys(row["name"] for row in rows):
        own = next((row["p50"] for row in rows if row["name"] == name and row["by"] == _SERVER), None)
        for row in (row for row in rows if row["name"] == name):
            cut = f" ({row['over']} cut off at {told['limit']:g} s)" if row["over"] else ""
            times, goal = "", ""
            if row["by"] not in _OURS and own:
                times = f"{row['p50'] / own:,.3g}"
                goal = "met" if row["p50"] >= own else "**missed**"
            lines.append(
                f"| {name} | {row['by']} | {row['p50']:,.1f} | {row['p95']:,.1f} | {row['runs']}{cut} | {times} | {goal} |"
            )
    rates = [f"{row['by']} {told['links'] / row['p50'] * 1000:,.0f}" for row in rows if row["name"] == "load"]
    notes = [told["note"], ""] if "note" in told else []
    return [*lines, "", f"Links loaded a second: {'; '.join(rates)}.", "", *notes]
