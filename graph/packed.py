"""Arrays and texts in one memory-mapped file: how a snapshot lies on disk.

Layout: 8 bytes magic, 8 bytes header length (little-endian), a JSON header, then each array 64-byte aligned. Opening maps the
file and reads the header only, so it costs the same for a small and a large graph.
"""

from __future__ import annotations

import json
import mmap
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_MAGIC = b"MCMGRAPH"
_ALIGN = 64


class Texts(Sequence[str]):
    """A read-only list of texts kept as UTF-8 bytes and offsets; decodes one at a time."""

    __slots__ = ("_at", "_bytes", "_offsets", "_text")

    def __init__(self, data: Array, offsets: Array) -> None:
        self._bytes, self._offsets = data, offsets
        # An array makes an object of its own for every number and slice; these make less of it.
        self._text, self._at = (memoryview(cast(Any, np.ascontiguousarray(array))) for array in (data, offsets))

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Pack texts in the order given."""
        encoded = [text.encode() for text in texts]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    @property
    def arrays(self) -> tuple[Array, Array]:
        """The bytes and the offsets, for writing."""
        return self._bytes, self._offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        return str(self._text[self._at[index] : self._at[index + 1]], "utf-8")

    def __iter__(self) -> Iterator[str]:
        data, offsets = self._bytes.tobytes(), self._offsets.tolist()
        return (data[start:end].decode() for start, end in pairwise(offsets))

    def taken(self, places: Array) -> list[str]:
        """The texts at these places; quicker than one at a time."""
        starts, ends = self._offsets[places].tolist(), self._offsets[places + 1].tolist()
        return [str(self._text[start:end], "utf-8") for start, end in zip(starts, ends, strict=True)]


class Coded(Sequence[str]):
    """A read-only list of texts of which there are few different ones: a number each."""

    __slots__ = ("_codes", "_texts")

    def __init__(self, texts: Sequence[str], codes: Array) -> None:
        self._texts, self._codes = texts, codes

    def among(self, wanted: Collection[str]) -> NDArray[np.bool_]:
        """Per place: whether its text is one of these."""
        return np.array([text in wanted for text in self._texts], dtype=bool)[self._codes]

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._texts[code] for code in self._codes[index].tolist()]
        text: str = self._texts[self._codes[index]]
        return text

    def __iter__(self) -> Iterator[str]:
        return (self._texts[code] for code in self._codes.tolist())


class Column:
    """A read-only column of numbers of which there are few different ones: taken by place, slice, mask or places.

    Compared with a number it gives a mask. ``np.asarray`` gives all of it as an array.
    """

    __slots__ = ("_codes", "_numbers")

    def __init__(self, numbers: Array, codes: Array) -> None:
        self._numbers, self._codes = numbers, codes

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, index: Any) -> Any:
        return self._numbers[self._codes[index]]

    def __lt__(self, other: int) -> NDArray[np.bool_]:
        return np.asarray((self._numbers < other)[self._codes])

    def __le__(self, other: int) -> NDArray[np.bool_]:
        return np.asarray((self._numbers <= other)[self._codes])

    def __gt__(self, other: int) -> NDArray[np.bool_]:
        return np.asarray((self._numbers > other)[self._codes])

    def __ge__(self, other: int) -> NDArray[np.bool_]:
        return np.asarray((self._numbers >= other)[self._codes])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self._numbers[self._codes], dtype=dtype)


def smallest(numbers: Array, most: int) -> Array:
    """Numbers from 0 to ``most`` in the smallest unsigned type that holds them.

    >>> smallest(np.array([0, 300]), 300).dtype
    dtype('uint16')
    """
    return numbers.astype(np.min_scalar_type(most))


def write(path: Path, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
    """Write arrays and a JSON-able ``meta`` to ``path``, in whole or not at all."""
    entries, place = {}, 0
    for name, array in arrays.items():
        entries[name] = {"dtype": array.dtype.str, "shape": array.shape, "at": place}
        place += -(-array.nbytes // _ALIGN) * _ALIGN
    header = json.dumps({"arrays": entries, "meta": meta}, separators=(",", ":")).encode()
    header += b" " * (-(16 + len(header)) % _ALIGN)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + len(header).to_bytes(8, "little") + header)
            for array in arrays.values():
                file.write(np.ascontiguousarray(array).tobytes())
                file.write(b"\0" * (-array.nbytes % _ALIGN))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Map a file that ``write`` made: its arrays (read-only views) and its meta. Raises ``ValueError`` for any other file."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[:8] != _MAGIC:
        raise ValueError(f"{path.name} is not a snapshot file")
    start = 16 + int.from_bytes(mapped[8:16], "little")
    header = json.loads(mapped[16:start])
    arrays: dict[str, Array] = {}
    for name, entry in header["arrays"].items():
        count = int(np.prod(entry["shape"], dtype=np.int64))
        flat = np.frombuffer(mapped, dtype=np.dtype(entry["dtype"]), count=count, offset=start + entry["at"])
        arrays[name] = flat.reshape(entry["shape"])
    return arrays, header["meta"]
