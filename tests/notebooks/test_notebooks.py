"""Every notebook runs from clean, top to bottom, and what it shows asks nothing of another host."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def run(notebook: Path, folder: Path) -> dict[str, Any]:
    """The notebook as it is after running in a process of its own, on a store that does not exist yet."""
    done = folder / notebook.name
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", str(folder), str(notebook)]
    environment = {**os.environ, "MCMGRAPH_STORE": str(folder / "graph.sqlite"), "PYTHONWARNINGS": "default"}
    made = subprocess.run(command, cwd=ROOT / "notebooks", env=environment, capture_output=True, text=True, timeout=280)
    assert made.returncode == 0, made.stderr[-4000:]
    read: dict[str, Any] = nbformat.read(done, as_version=4)  # type: ignore[no-untyped-call]
    return read


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(notebook: Path) -> None:
    read = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    assert [cell for cell in read["cells"] if cell.get("outputs")] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_clean(notebook: Path, tmp_path: Path) -> None:
    read = run(notebook, tmp_path)
    outputs = [output for cell in read["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    frames = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    pictures = [html.unescape(frame) for frame in frames if "<iframe" in frame]
    assert pictures, "a notebook shows at least one interactive network"
    for picture in pictures:
        assert re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=", picture.partition("srcdoc")[2]) == []
