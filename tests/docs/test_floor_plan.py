"""The floor plan holds: imports go one way, and only the notebooks' adapter knows pyvis."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("graph", "loaders", "queries", "api")
MAY_IMPORT = {
    "graph": {"graph"},
    "loaders": {"graph", "loaders"},
    "queries": {"graph", "queries"},
    "api": set(PACKAGES),
}


def modules(package: str) -> Iterator[Path]:
    return (path for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module a file imports, late imports too, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imported(path)
        if (top := name.partition(".")[0]) in (*PACKAGES, "tests", "notebooks", "benchmarks") and top not in MAY_IMPORT[package]
    ]
    assert not wrong


def test_the_walk_sees_late_imports(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("def f():\n    import api.app\n    from queries.paths import find_paths\n", encoding="utf-8")
    assert list(imported(sample)) == [(2, "api.app"), (3, "queries.paths")]


def test_only_the_adapter_knows_pyvis() -> None:
    folders = (*PACKAGES, "notebooks", "tests", "benchmarks")
    knowing = {
        str(path.relative_to(ROOT))
        for folder in folders
        for path in modules(folder)
        for _, name in imported(path)
        if name.partition(".")[0] == "pyvis"
    }
    assert knowing == {"notebooks/picture.py"}


def test_only_the_store_knows_the_driver() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in modules(package)
        for _, name in imported(path)
        if name.partition(".")[0] == "neo4j"
    }
    assert {Path(name).parts[0] for name in knowing} <= {"graph", "queries"}
