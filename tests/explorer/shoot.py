"""Take the pictures of ``docs/pictures`` anew, of the curated graph: ``python -m tests.explorer.shoot``. Needs Chromium."""

from __future__ import annotations

import io
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from PIL import Image

from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders.curated import EDITION, load
from tests.browser import WIDE, driving, launched, opened
from tests.explorer.conftest import served
from tests.explorer.visiting import ready

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST: Final = 200_000
"""Bytes that one picture may have."""
SHOTS: Final = {
    "board": (f"/?view=coverage&lens=D1&base=ISO+249&as_of={EDITION}", 1130),
    "path": (f"/?view=paths&from=africa-cdc&to=asean-sec&k=5&as_of={EDITION}", 900),
    "focus": (f"/?view=focus&id=africa-cdc&as_of={EDITION}", 900),
}
"""Name -> address and height."""


def shoot(folder: Path = FOLDER) -> list[Path]:
    """Write a PNG for each of ``SHOTS``; raises ``ValueError`` for one that is too large to be kept with the documentation."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory() as scratch:
        graph = Graph(SqliteStore(Path(scratch) / "graph.sqlite"))
        load(graph.store, None, datetime.fromisoformat(EDITION).replace(tzinfo=UTC))
        with served(graph) as origin, driving() as driver, launched(driver) as browser:
            for name, (address, height) in SHOTS.items():
                with opened(browser, origin, {**WIDE, "height": height}) as (page, seen):
                    ready(page, address)
                    made.append(folder / f"{name}.png")
                    taken = Image.open(io.BytesIO(page.screenshot()))
                    # 256 colours are enough for what is mostly text, and a third of the size.
                    taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(made[-1], optimize=True)
                    seen.nothing_wrong()
                if made[-1].stat().st_size > LARGEST:
                    raise ValueError(f"{made[-1]} has {made[-1].stat().st_size} bytes; at most {LARGEST} are kept.")
        graph.close()
    return made


if __name__ == "__main__":
    for path in shoot():
        sys.stdout.write(f"{path}\n")
