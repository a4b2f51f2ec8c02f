"""docs/rdf.md: it names every format, part and namespace, what it shows of an export is in one, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from graph.model import ANY_TIME
from graph.rdf import FORMATS, write_rdf
from graph.rdf_terms import BASE, PARTS, WORDS, terms
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from loaders.curated import load
from tests.factories import LOADED_AT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rdf.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped graph in a file called graph.sqlite."""
    path = tmp_path_factory.mktemp("rdf") / "graph.sqlite"
    store = SqliteStore(path)
    load(store, None, LOADED_AT)
    store.close()
    return path


def test_every_format_part_and_namespace_is_named() -> None:
    assert [ending for ending in FORMATS if f"`{ending}`" not in PAGE] == []
    assert [part for part in PARTS if f"`mcm:{part}`" not in PAGE and part != "escaped"] == []
    assert WORDS in PAGE
    assert BASE in PAGE


def test_what_it_shows_is_in_an_export(curated: Path, tmp_path: Path) -> None:
    store = SqliteStore(curated)
    write_rdf(store, tmp_path / "out.ttl", ANY_TIME)
    store.close()
    written = (tmp_path / "out.ttl").read_text(encoding="utf-8").replace("\t", "  ")
    shown = re.findall(r"```turtle\n(.*?)```", PAGE, re.DOTALL)
    assert shown
    for one in shown:
        assert one.partition("  prov:generatedAtTime")[0] in written


def test_its_example_runs(curated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(curated.parent)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    told: dict[str, Any] = {}
    exec(code, told)
    told["store"].close()
    assert len(told["names"]) > 5


def test_the_page_of_the_vocabulary_gives_the_term_that_is_written() -> None:
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    cells = {match[1]: match[2] for match in re.finditer(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", page, re.MULTILINE)}
    for word in vocabulary().predicates:
        written = terms().written.get(word)
        assert cells[word] == (terms().short(written) if written else "–"), word
