"""docs/cli.md: names every command and option, and every example on it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from api.commands import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def section(command: str) -> str:
    return re.split(r"^## ", PAGE.split(f"\n## {command}\n")[1], flags=re.MULTILINE)[0]


def examples() -> list[str]:
    shell = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    return [line for line in shell if " serve" not in line]


def told() -> Iterator[tuple[str, str]]:
    for block in re.findall(r"```console\n\$ (.*?)```", PAGE, re.DOTALL):
        command, _, output = block.partition("\n")
        yield command, output


@pytest.fixture(scope="module")
def commands() -> dict[str, list[str]]:
    """Every option of every command, by command."""
    group = typer.main.get_command(app)
    found = {"": [name for parameter in group.params for name in parameter.opts]}
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        parts = [command, *getattr(command, "commands", {}).values()]
        options = [option for part in parts for parameter in part.params for option in parameter.opts if option.startswith("-")]
        found[name] = list(dict.fromkeys(options))
    return found


def test_every_command_and_option_is_named(commands: dict[str, list[str]]) -> None:
    shared = section("What all commands share")
    missing = []
    for command, options in commands.items():
        said = shared if not command else section(command) + shared
        if command and f"mcmgraph {command}" not in section(command):
            missing.append(command)
        missing += [f"{command} {option}" for option in options if not re.search(rf"{option}(?![\w-])", said)]
    assert missing == []
    assert re.findall(r"^\| `mcmgraph (\S+)`", PAGE, re.MULTILINE) == list(commands)[1:]


def test_nothing_is_named_that_is_not_there(commands: dict[str, list[str]]) -> None:
    known = {option for options in commands.values() for option in options} | {"--help", "-h"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) <= known


def run(command: str, store: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    called = re.sub(r"(^|; )mcmgraph\b", rf"\1'{sys.executable}' -m api.cli", command)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MCMGRAPH_")}
    settings = {"MCMGRAPH_STORE": str(store), "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", called],
        cwd=folder,
        env={**kept, **settings},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("command", examples())
def test_examples_run(command: str, own: Path, tmp_path: Path) -> None:
    ended = run(command, own, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout


@pytest.mark.parametrize(("command", "output"), list(told()), ids=lambda text: text[:40])
def test_examples_print_what_the_page_says(command: str, output: str, curated: Path, tmp_path: Path) -> None:
    ended = run(command, curated, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    pattern = ".*".join(re.escape(part) for part in output.rstrip("\n").split("..."))
    assert re.fullmatch(pattern, ended.stdout.rstrip("\n"), re.DOTALL), ended.stdout
