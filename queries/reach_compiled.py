"""The inner loops of ``queries.reach``, compiled by numba; the same numbers.

Imported only where it is chosen (see ``queries.kernels``): importing numba takes about a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from queries.reach import Ways

Numbers = NDArray[Any]


def forward(ways: Ways, nodes: Numbers, bits: Numbers, day: int) -> Numbers:
    """As ``queries.reach.forward``."""
    reached = np.zeros((len(ways.targets), bits.shape[1]), dtype=np.uint64)
    _forward(
        ways.offsets, ways.slot, ways.first, ways.end, ways.denied_offsets, ways.denied_slot, ways.denied_first,
        ways.denied_end, nodes, bits, day, reached,
    )  # fmt: skip
    return reached


def backward(ways: Ways, nodes: Numbers, bits: Numbers, day: int) -> Numbers:
    """As ``queries.reach.backward``."""
    found = np.zeros((len(nodes), bits.shape[1]), dtype=np.uint64)
    _backward(
        ways.offsets, ways.slot, ways.first, ways.end, ways.denied_offsets, ways.denied_slot, ways.denied_first,
        ways.denied_end, nodes, bits, day, found,
    )  # fmt: skip
    return found


def count(covers: Numbers, rows: int, one: Numbers, ones: int, other: Numbers, others: int) -> Numbers:
    """As ``queries.reach.count``."""
    counted = np.zeros((rows, ones, others), dtype=np.int64)
    _count(covers, one, ones, other, others, counted)
    return counted


def try_out() -> None:
    """Put a small question to each of the three, so that numba compiles them or reads them from disk."""
    none, offsets, nodes = np.empty(0, dtype=np.int32), np.array([0, 1, 1]), np.array([0])
    slot, days = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    ways = Ways(np.array([1]), offsets, slot, days, days + 1, np.zeros(3, dtype=np.int64), none, none, none)
    bits = np.ones((1, 1), dtype=np.uint64)
    count(forward(ways, nodes, bits, 1), 1, backward(ways, nodes, bits, 1), 1, bits, 1)


@njit(cache=True, nogil=True)
def _denied(offsets: Numbers, slot: Numbers, first: Numbers, end: Numbers, node: int, target: int, day: int) -> bool:
    denied = False
    for link in range(offsets[node], offsets[node + 1]):
        denied = denied or (slot[link] == target and first[link] <= day < end[link])
    return denied


@njit(cache=True, nogil=True)
def _forward(
    offsets: Numbers, slot: Numbers, first: Numbers, end: Numbers, denied_offsets: Numbers, denied_slot: Numbers,
    denied_first: Numbers, denied_end: Numbers, nodes: Numbers, bits: Numbers, day: int, reached: Numbers,
) -> None:  # fmt: skip
    words = bits.shape[1]
    for place in range(len(nodes)):
        held = False
        for word in range(words):
            held = held or bits[place, word] != 0
        if not held:
            continue
        node = nodes[place]
        for link in range(offsets[node], offsets[node + 1]):
            if first[link] > day or end[link] <= day:
                continue
            if _denied(denied_offsets, denied_slot, denied_first, denied_end, node, slot[link], day):
                continue
            for word in range(words):
                reached[slot[link], word] |= bits[place, word]


@njit(cache=True, nogil=True)
def _backward(
    offsets: Numbers, slot: Numbers, first: Numbers, end: Numbers, denied_offsets: Numbers, denied_slot: Numbers,
    denied_first: Numbers, denied_end: Numbers, nodes: Numbers, bits: Numbers, day: int, found: Numbers,
) -> None:  # fmt: skip
    for place in range(len(nodes)):
        node = nodes[place]
        for link in range(offsets[node], offsets[node + 1]):
            if first[link] > day or end[link] <= day:
                continue
            if _denied(denied_offsets, denied_slot, denied_first, denied_end, node, slot[link], day):
                continue
            for word in range(bits.shape[1]):
                found[place, word] |= bits[slot[link], word]


@njit(cache=True, nogil=True)
def _count(covers: Numbers, one: Numbers, ones: int, other: Numbers, others: int, counted: Numbers) -> None:
    columns, places = np.empty(ones * others, np.int64), np.empty(ones * others, np.int64)
    for actor in range(len(covers)):
        size = 0
        for column in range(ones):
            if (one[actor, column >> 6] >> np.uint64(column & 63)) & np.uint64(1):
                for place in range(others):
                    if (other[actor, place >> 6] >> np.uint64(place & 63)) & np.uint64(1):
                        columns[size], places[size] = column, place
                        size += 1
        if not size:
            continue
        for word in range(covers.shape[1]):
            left = covers[actor, word]
            for row in range(word << 6, min((word + 1) << 6, len(counted))):
                if left & np.uint64(1):
                    for taken in range(size):
                        counted[row, columns[taken], places[taken]] += 1
                left >>= np.uint64(1)
                if left == 0:
                    break
