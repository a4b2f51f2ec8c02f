"""The page on performance says what the last run measured, and the guard tells when a ratio is lost."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.graphs import SIZES, Size, statements
from benchmarks.measuring import Figure, timed

ROOT = Path(__file__).parents[2]


def figure(name: str, by: str, p50: float) -> Figure:
    return Figure(name, by, p50, 2 * p50, 5)


def test_the_page_is_that_of_the_last_run() -> None:
    told = json.loads((ROOT / "benchmarks" / "last.json").read_text(encoding="utf-8"))
    figures = [Figure(**row) for row in told["figures"]]
    page = report.page(figures, told["machine"], SIZES[told["size"]])
    assert page == (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert (ROOT / "docs" / report.PICTURE).stat().st_size < 150_000


def test_the_guard_tells_what_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [figure("a path", "mcmgraph", 2.0), figure("a path", "networkx", 20.0)]
    assert report.ratios(figures) == {"a path | networkx": 10.0}
    assert report.guard(figures, {"a path | networkx": 9}) == 0
    assert report.guard(figures, {"a path | networkx": 11}) == 1
    assert "LOST  a path | networkx: 10.0 times as fast, budget 11" in capsys.readouterr().out
    assert report.guard(figures, {"a path | igraph": 1}) == 1


def test_every_budget_is_of_something_that_is_measured() -> None:
    told = json.loads((ROOT / "benchmarks" / "last.json").read_text(encoding="utf-8"))
    measured = report.ratios([Figure(**row) for row in told["figures"]])
    budgets = json.loads((ROOT / "benchmarks" / "budgets.json").read_text(encoding="utf-8"))
    assert budgets
    assert set(budgets) <= set(measured)


def test_a_seed_makes_one_graph() -> None:
    size = Size("small", 10_000, 50)
    one, other, different = (list(islice(statements(size, seed), 80_000)) for seed in (1, 1, 2))
    assert one == other
    assert one != different
    assert sum(statement.object is not None for statement in one) > size.links


def test_timed_counts_its_runs() -> None:
    asked: list[int] = []
    found = timed("a question", "mcmgraph", [lambda: asked.append(1)] * 7, warm=2)
    assert (found.runs, len(asked)) == (7, 9)
    assert 0 <= found.p50 <= found.p95
