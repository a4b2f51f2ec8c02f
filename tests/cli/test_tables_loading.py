"""``load table`` on the command line: mappings, what a dry run shows, the exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sqlite import SqliteStore
from tests.cli.conftest import Run
from tests.factories import LOADED_AT, entity

MAPPING = """\
source: A report of partners
entities:
  body: {name: Name, kind: organisation, unknown: new, namespace: test}
  place: {name: Country, kind: country, unknown: reject}
links:
  - {subject: body, predicate: works_in, object: place}
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of its own with one place."""
    path = tmp_path / "var" / "graph.sqlite"
    path.parent.mkdir()
    kept = SqliteStore(path)
    kept.replace("test/places", entity("KEN", "country", "Kenya"), LOADED_AT)
    kept.close()
    return path


@pytest.fixture
def table(tmp_path: Path) -> tuple[str, str]:
    """A table and its mapping."""
    (tmp_path / "bodies.csv").write_text("Name,Country\nA Body,Kenya\n")
    (tmp_path / "m.yaml").write_text(MAPPING)
    return str(tmp_path / "bodies.csv"), str(tmp_path / "m.yaml")


def test_a_dry_run_shows_what_would_change_and_writes_nothing(run: Run, store: Path, table: tuple[str, str]) -> None:
    path, mapping = table
    dry = run("load", "table", path, "--mapping", mapping, "--dry-run", "--plain", store=store)
    assert dry.code == 0
    assert "What would change, for instance" in dry.out
    assert "works_in KEN" in " ".join(dry.out.split())
    assert "nothing was written" in dry.out
    told = run("load", "table", path, "--mapping", mapping, store=store)
    assert (told.code, told.json["loaded"], told.json["files"][0]["examples"]) == (0, 1, [])
    again = run("load", "table", path, "--mapping", mapping, "--dry-run", store=store)
    assert (again.json["unchanged"], again.json["files"][0]["examples"]) == (1, [])


def test_the_mapping_beside_the_file_is_named_in_the_output(run: Run, store: Path, table: tuple[str, str]) -> None:
    path, mapping = table
    Path(mapping).rename(path + ".mapping.yaml")
    told = run("load", "table", path, "--plain", store=store)
    assert told.code == 0
    assert "bodies.csv.mapping.yaml" in told.out


def test_a_table_without_a_mapping_and_a_bad_row_end_with_one(run: Run, store: Path, table: tuple[str, str]) -> None:
    path, mapping = table
    none = run("load", "table", path, "--plain", store=store)
    assert none.code == 1
    assert "--mapping FILE" in none.out
    Path(path).write_text("Name,Country\nA Body,Kenya\nOther,Atlantis\n")
    bad = run("load", "table", path, "--mapping", mapping, "--plain", store=store)
    assert bad.code == 1
    assert "row 3, column Country" in bad.out


def test_a_mapping_that_cannot_be_used_is_an_error_with_its_line(run: Run, store: Path, table: tuple[str, str]) -> None:
    path, mapping = table
    Path(mapping).write_text(MAPPING.replace("works_in", "work_in"))
    wrong = run("load", "table", path, "--mapping", mapping, store=store)
    assert wrong.code == 1
    assert "line 6" in wrong.err
    assert "works_in" in wrong.err
    assert run("load", "table", path, "--mapping", "ebola", store=store).code == 1
    other = run("load", "ror", path, "--mapping", mapping, store=store)
    assert other.code == 2
    assert "--mapping is for the loader 'table'" in other.err
