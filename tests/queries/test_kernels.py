"""Which program answers, and when: nobody waits for the compiled one, and nobody can tell which it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from graph.errors import UnknownWord
from queries import kernels


class Slow(kernels._Compiled):
    """A compiled program that takes until it is told to be made ready."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def _make(self) -> None:
        assert self.go.wait(30)
        self.ready.set()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    held = Slow()
    monkeypatch.setattr(kernels, "_compiled", held)
    monkeypatch.delenv(kernels.VARIABLE, raising=False)
    yield held
    held.go.set()


def test_a_single_question_never_begins_to_compile(slow: Slow) -> None:
    assert kernels.speed_for(kernels.MANY) == "interpreted"
    assert slow._thread is None


def test_the_second_question_on_a_large_graph_begins_and_does_not_wait(slow: Slow) -> None:
    assert [kernels.speed_for(kernels.MANY) for _ in range(3)] == ["interpreted"] * 3
    assert slow._thread is not None
    slow.go.set()
    slow._thread.join(30)
    assert [kernels.speed_for(size) for size in (kernels.MANY, 10)] == ["compiled"] * 2


def test_a_small_graph_never_begins(slow: Slow) -> None:
    assert [kernels.speed_for(kernels.MANY - 1) for _ in range(5)] == ["interpreted"] * 5
    assert slow._thread is None


def test_a_server_prepares_at_once(slow: Slow) -> None:
    kernels.prepare()
    assert kernels.speed_for(10) == "interpreted"
    slow.go.set()
    kernels.prepare(wait=True)
    assert kernels.speed_for(10) == "compiled"


def test_a_named_program_runs_whatever_the_size(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    del slow
    for name in kernels.SPEEDS:
        monkeypatch.setenv(kernels.VARIABLE, name)
        assert kernels.speed_for(10) == name
    monkeypatch.setenv(kernels.VARIABLE, "fast")
    with pytest.raises(UnknownWord, match="fast"):
        kernels.speed_for(10)


def test_trying_out_compiles_for_the_arrays_that_questions_have() -> None:
    """One version of each compiled function is enough, for arrays that may be written to and for those that may not."""
    from queries import kernel_balls, kernel_compiled, kernel_hops, kernel_listing, kernel_sorted

    kernels.try_out(kernel_compiled)
    compiled: list[Any] = [
        kernel_balls.grow,
        kernel_listing.best,
        kernel_hops.fewest,
        kernel_sorted._packed,
        kernel_sorted._sort_all,
    ]
    before = [len(one.signatures) for one in compiled]
    offsets, target = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1], dtype=np.int32)
    cost, through, interior = np.ones(4, dtype=np.int64), np.zeros(3, dtype=np.int64), np.ones(3, dtype=bool)
    for array in (offsets, target, cost, through, interior):
        array.flags.writeable = False
    ordered = kernel_compiled.Sorted.of(offsets, target, cost, through)
    assert ordered is not None
    assert kernel_compiled.paths_between(ordered, interior, [0, 1], [2], 5, 6, [(1, 2)]) == []
    assert kernel_compiled.paths_between(ordered, interior, [0], [2], 5, 2) == [(2, (0, 1, 2))]
    assert kernel_compiled.fewest_steps(offsets, target, cost, interior, 0, 2, 5, 6) == [(0, 1, 2)]
    assert [len(one.signatures) for one in compiled] == before
