"""docs/administration.md names every setting, and no other; and what it says about backups works."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from graph.model import AsOf, Citation, Period, Statement
from graph.settings import VARIABLES
from graph.sqlite import SqliteStore

PAGE = (Path(__file__).parents[2] / "docs" / "administration.md").read_text(encoding="utf-8")


def test_the_table_has_every_setting_and_no_other() -> None:
    assert set(re.findall(r"^\| `(MCMGRAPH_\w+)` \|", PAGE, re.MULTILINE)) == set(VARIABLES)


def backup(folder: Path) -> subprocess.CompletedProcess[str]:
    """The command of the page, run in a folder."""
    command = re.search(r'^python3 -c "(.+)"$', PAGE, re.MULTILINE)
    assert command is not None
    return subprocess.run([sys.executable, "-c", command[1]], cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_backup_holds_what_the_store_holds(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    store = SqliteStore(tmp_path / "var" / "mcmgraph.sqlite")
    said = Statement("who", "name", None, "World Health Organization", Period(), Citation("src-a", "page 1"), "high")
    store.replace("minutes", [said], datetime(2026, 1, 1, tzinfo=UTC))
    made = backup(tmp_path)
    assert made.returncode == 0, made.stderr
    store.close()
    copy = SqliteStore(tmp_path / "backup.sqlite")
    assert list(copy.scan(None, AsOf())) == [said]
    copy.close()


def test_a_backup_of_what_is_not_there_fails_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    made = backup(tmp_path)
    assert made.returncode != 0
    assert "unable to open database file" in made.stderr
    assert list(tmp_path.rglob("*.sqlite")) == []
