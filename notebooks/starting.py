"""How a notebook gets its graph: the one that the settings name, with the curated graph loaded where it is empty."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from graph.opening import open_graph
from graph.revisions import Graph
from graph.settings import Settings
from loaders import curated


def start() -> Graph:
    """The graph of ``MCMGRAPH_STORE`` (or the default file). An empty one is given the curated graph first."""
    graph = open_graph(Settings.from_env(os.environ))
    if graph.revision() == 0:
        report = curated.load(graph.store, None, datetime.now(UTC))
        print(f"Loaded the curated graph: {report.read} rows, {report.rejected} rejected.")
    return graph
