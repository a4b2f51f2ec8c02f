"""Measuring: one figure a row, from many runs; ratios of figures of one run are what is compared between machines."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Figure:
    """What one thing took: median and 95th percentile in ``unit``, over ``runs``; the goal for the median, if any."""

    name: str
    by: str
    p50: float
    p95: float
    runs: int
    unit: str = "ms"
    goal: float | None = None

    def row(self) -> dict[str, Any]:
        """As it is kept in JSON."""
        return asdict(self)


def timed(name: str, by: str, asked: Iterable[Callable[[], object]], goal: float | None = None, warm: int = 3) -> Figure:
    """Run each question once, the first ``warm`` of them once more beforehand."""
    questions = list(asked)
    for question in questions[:warm]:
        question()
    took = []
    for question in questions:
        begun = time.perf_counter()
        question()
        took.append((time.perf_counter() - begun) * 1000)
    p50, p95 = np.quantile(took, [0.5, 0.95]).tolist()
    return Figure(name, by, p50, p95, len(took), goal=goal)


def machine() -> dict[str, str]:
    """What was measured on."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), model)
    except OSError:
        pass
    versions = {name: metadata.version(name) for name in ("numpy", "numba", "networkx", "igraph")}
    load = f"{os.getloadavg()[0]:.1f}"
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "load at the start": load,
        "Python": platform.python_version(),
    } | versions
