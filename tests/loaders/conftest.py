"""The shipped graph, loaded once for all tests of the loaders, and the researched facts it was made from."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.sqlite import SqliteStore
from loaders.curated import load, shipped
from loaders.ledger import Report
from tests.factories import cited_source, entity, text

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqliteStore, Report]]:
    """A store with the shipped graph, and the report of loading it. Not to be written to."""
    store = SqliteStore(tmp_path_factory.mktemp("curated") / "graph.sqlite")
    report = load(store, None, AT)
    yield store, report
    store.close()


@pytest.fixture(scope="session")
def graph(loaded: tuple[SqliteStore, Report]) -> SqliteStore:
    """The store with the shipped graph. Not to be written to."""
    return loaded[0]


@pytest.fixture
def copy(tmp_path: Path, graph: SqliteStore) -> Iterator[SqliteStore]:
    """A store of its own with the shipped graph."""
    for part in graph.path.parent.glob(graph.path.name + "*"):
        shutil.copy(part, tmp_path / part.name)
    store = SqliteStore(tmp_path / graph.path.name)
    yield store
    store.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    store = SqliteStore(tmp_path / "empty.sqlite")
    yield store
    store.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store of its own with three bodies and six places, for loaders that need names and no more."""
    bodies = {
        "who": "World Health Organization",
        "unicef": "United Nations Children's Fund",
        "ukhsa": "UK Health Security Agency",
    }
    places = {"KEN": "Kenya", "GHA": "Ghana", "CIV": "Côte d'Ivoire", "PAN": "Panamá", "COL": "Colombia", "VEN": "Venezuela"}
    said = cited_source("src-a", "A list", "https://example.org/list")
    said += [one for id, name in bodies.items() for one in entity(id, "organisation", name)]
    said += [one for id, name in places.items() for one in entity(id, "country", name)]
    said += [text("unicef", "alias", "UNICEF", sort="acronym"), text("who", "alias", "WHO", sort="acronym")]
    store = SqliteStore(tmp_path / "small.sqlite")
    store.replace("test/small", said, AT - timedelta(days=1))
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder named ``curated`` with a copy of the shipped files, to be spoilt."""
    target = tmp_path / "curated"
    target.mkdir()
    for path in shipped():
        shutil.copy(path, target / path.name)
    return target


@pytest.fixture(scope="session")
def facts() -> Path:
    """The folder of researched facts, where it lies beside the project."""
    path = Path(__file__).resolve().parents[3] / "shared" / "facts"
    if not path.is_dir():
        pytest.skip("the researched facts (../shared/facts) are not here")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
