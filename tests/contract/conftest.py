"""The fixtures of the contract: each test runs once for every sort of store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from graph.store import Store
from tests.contract.places import SORTS, Fresh, Opener


@pytest.fixture(params=SORTS)
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """Makes empty places for one sort of store."""
    made: Fresh = request.param(request)
    return made


@pytest.fixture
def opener(fresh: Fresh) -> Iterator[Opener]:
    """Opens the store of one empty place, as often as it is called; all are closed at the end."""
    with ExitStack() as opened:
        open_one = fresh()

        def open_and_remember() -> Store:
            return opened.enter_context(closing(open_one()))

        yield open_and_remember


@pytest.fixture
def store(opener: Opener) -> Store:
    """An empty store."""
    return opener()
