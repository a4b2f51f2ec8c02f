"""``load`` with the loaders of published registers: the ledger, what is to look at, the exit codes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.loaders.registers import organisation, related, write_json


@pytest.fixture
def store(tmp_path: Path, curated: Path) -> Path:
    """A store of its own with the shipped graph."""
    for part in curated.parent.glob(curated.name + "*"):
        if part.is_file():
            shutil.copy(part, tmp_path / part.name)
    return tmp_path / curated.name


def test_a_register_loads_and_says_what_is_to_look_at(run: Run, store: Path, tmp_path: Path) -> None:
    path = write_json(
        tmp_path / "v1.0-ror.json", [organisation("01aaaaa01", "Alone", relationships=[related("parent", "01bbbbb02")])]
    )
    dry = run("load", "ror", str(path), "--dry-run", "--json", store=store)
    told = run("load", "ror", str(path), "--plain", store=store)
    assert (dry.code, told.code) == (0, 0)
    assert dry.json["files"][0]["source"] == "ror/ror"
    assert dry.json["notes"][0]["column"] == "relationships"
    assert "To look at" in told.out
    assert "01bbbbb02" in told.out
    assert run("show", "ror:01aaaaa01", "--json", store=store).json["name"] == "Alone"


def test_a_rejected_row_is_told_apart_from_a_refused_file(run: Run, store: Path, tmp_path: Path) -> None:
    path = write_json(tmp_path / "ror.json", [organisation("01aaaaa01", "Good"), organisation("nonsense", "Bad")])
    rejected = run("load", "ror", str(path), "--plain", store=store)
    assert rejected.code == 1
    assert "These rows were left out" in rejected.out
    broken = tmp_path / "x.xml"
    broken.write_text("<iati-activities>\n&</iati-activities>", encoding="utf-8")
    refused = run("load", "iati", str(broken), "--plain", store=store)
    assert refused.code == 1
    assert "Nothing was loaded from files" in refused.out
    assert "line 2, column" in refused.out
