"""The command as a process of its own: a real terminal, pipes, signals, encodings, the start."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "api.cli")


def environment(store: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MCMGRAPH_", "COLUMNS", "NO_COLOR", "TERM"))
    }
    return {**kept, "MCMGRAPH_STORE": str(store), "TERM": "xterm-256color", **more}


def run(store: Path, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=environment(store, **more), capture_output=True, check=False, timeout=120
    )


def on_a_terminal(store: Path, words: Sequence[str], **more: str) -> tuple[int, str]:
    """Exit code and everything printed on a terminal of 80 columns."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execve(COMMAND[0], [*COMMAND, *words], environment(store, COLUMNS="80", **more))  # pragma: no cover
    said = b""
    try:
        while chunk := os.read(terminal, 65_536):
            said += chunk
    except OSError:
        pass  # Linux tells the end of a terminal by an error
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), said.decode()


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_text_on_a_terminal_json_in_a_pipe(curated: Path) -> None:
    words = ("paths", "nvi-th", "africa-cdc", "--as-of", "2026-11-21", "--k", "1")
    code, said = on_a_terminal(curated, words)
    assert code == 0
    assert "Path 1" in said
    assert "\x1b[1m" in said
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", said)
    assert max(len(line) for line in plain.splitlines()) <= 80
    assert json.loads(run(curated, *words).stdout)["results"][0]["steps"]
    code, said = on_a_terminal(curated, words, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", said)
    code, said = on_a_terminal(curated, (*words, "--json"))
    assert json.loads(said)["results"]


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_progress_on_a_terminal_and_errors(tmp_path: Path) -> None:
    code, said = on_a_terminal(tmp_path / "graph.sqlite", ("load",))
    assert code == 0
    assert "loading curated/" in said
    assert "it balances" in said
    code, said = on_a_terminal(tmp_path / "graph.sqlite", ("show", "Nigerai"))
    assert code == 1
    assert "Nearest:" in said
    code, said = on_a_terminal(tmp_path / "graph.sqlite", ("show",))
    assert code == 2
    assert "Missing argument" in said


def test_a_reader_that_stops_reading(curated: Path) -> None:
    for words in (("export",), ("sources", "--plain")):
        with subprocess.Popen(
            [*COMMAND, *words], cwd=ROOT, env=environment(curated), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.read(10)
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 0


def test_serve_prints_its_address_answers_and_stops(curated: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"], cwd=ROOT, env=environment(curated), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline().decode())
        assert found is not None
        with urllib.request.urlopen(f"{found.group()}v1/entities/who", timeout=30) as answer:
            assert json.load(answer)["id"] == "who"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) in (0, 130)
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_serve_where_it_cannot(curated: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run(curated, "serve", "--port", str(taken.getsockname()[1]), "--host", "127.0.0.1")
        assert ended.returncode == 1
        problem = json.loads(ended.stderr)
        assert "taken" in problem["detail"]
    ended = run(curated, "serve", "--port", "99999")
    assert ended.returncode == 2
    assert b"--port" in ended.stderr
    assert b"99999" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_ends_a_load_cleanly(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "load"], cwd=ROOT, env=environment(tmp_path / "graph.sqlite"), stderr=subprocess.PIPE
    ) as process:
        while not (tmp_path / "graph.sqlite").exists():
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
        assert code in (0, 130)
    ended = run(tmp_path / "graph.sqlite", "load")
    assert ended.returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_output(curated: Path, encoding: str) -> None:
    ended = run(curated, "search", "肯尼亚", PYTHONIOENCODING=encoding)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert json.loads(ended.stdout.decode(encoding))["results"][0]["matched"] == "肯尼亚"
    for words in (("search", "肯尼亚", "--plain"), ("export",), ("show", "肯尼亞亞", "--plain")):
        ended = run(curated, *words, PYTHONIOENCODING=encoding)
        assert b"Traceback" not in ended.stderr
        assert b"fault" not in ended.stderr
        assert ended.returncode == (1 if words[0] == "show" else 0)
    first = run(curated, "export", PYTHONIOENCODING=encoding).stdout.decode(encoding).splitlines()
    assert all(json.loads(line)["id"] for line in first)


def test_a_shadowed_package_fails_with_a_sentence(curated: Path, tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "__init__.py").touch()
    code = f"import sys; sys.path.insert(1, {str(ROOT)!r}); import api.cli\n"
    code += f"sys.path.insert(0, {str(tmp_path)!r}); sys.exit(api.cli.main())"
    ended = subprocess.run(
        [sys.executable, "-c", code, "show", "who"],
        env=environment(curated),
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(
        f"mcmgraph cannot start: its package 'graph' was found at {tmp_path / 'graph'}, not at {ROOT / 'graph'}."
    )
    assert ended.stderr.count("\n") == 1


HEAVY = ("fastapi", "networkx", "rdflib", "numba", "pandas", "openpyxl", "lxml", "uvicorn", "starlette", "neo4j", "pyvis")


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (("paths", "nvi-th", "africa-cdc"), ("pydantic", "rapidfuzz", "rich")),
        (("coverage",), ("pydantic", "rapidfuzz", "rich")),
        (("search", "kenya"), ("pydantic", "rich")),
        (("load", "--if-changed"), ("pydantic", "rich")),
        (("--help",), ("numpy", "pydantic", "yaml", "sqlite3")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_imports_only_what_it_needs(curated: Path, words: tuple[str, ...], without: tuple[str, ...]) -> None:
    forbidden = {*HEAVY, *without}
    code = (
        "import sys, api.cli\n"
        "code = api.cli.main()\n"
        f"print(*sorted({{name.partition('.')[0] for name in sys.modules}} & {forbidden!r}), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env=environment(curated),
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )
    assert ended.returncode == 0
    assert ended.stderr.split() == []
