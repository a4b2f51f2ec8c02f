"""Every notebook runs from clean, top to bottom, and what it shows asks nothing of another host."""

from __future__ import annotations

import html
import math
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from graph.revisions import Graph
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from loaders.curated import load
from queries.neighbourhood import NeighbourhoodQuestion, find_neighbourhood

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


def test_a_picture_has_a_legend_of_every_kind_in_it_and_room_for_each_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "notebooks"))
    from picture import SHAPES, neighbourhood_picture  # type: ignore[import-not-found, unused-ignore]

    store = SqliteStore(tmp_path / "graph.sqlite")
    load(store, None, datetime(2026, 11, 21, tzinfo=UTC))
    graph = Graph(store)
    around = find_neighbourhood(graph, NeighbourhoodQuestion("i-mcm-net", steps=2, as_of="2026-11-21", limit=120))
    shown = neighbourhood_picture(around)
    graph.close()
    counts = Counter(node.kind for node in around.nodes)
    assert len(counts) > 6
    for kind, number in counts.items():
        assert f"{SHAPES[kind][3]}: {vocabulary().kinds[kind].label} ({number})" in shown.legend
    assert html.escape(shown.legend) in shown._repr_html_()
    places = [(float(x), float(y)) for x, y in re.findall(r'"x": (-?[\d.]+), "y": (-?[\d.]+)', shown.page)]
    assert len(places) == len(around.nodes)
    near = min(math.dist(one, other) for place, one in enumerate(places) for other in places[:place])
    assert near > 100


def test_every_kind_has_a_shape_of_its_own_that_the_legend_can_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "notebooks"))
    from picture import SHAPES

    assert {*SHAPES} == {*vocabulary().kinds} - {"source"}
    assert len({shape[3] for shape in SHAPES.values()}) == len(SHAPES)
