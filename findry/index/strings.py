"""Lists of strings as two flat arrays, and search in sorted ones without decoding them all."""

from __future__ import annotations

__all__ = ["Strings", "pack"]

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.kernels import loaded
from findry.records import ragged

FEW, MANY = 4, 32
MOST_HELD, LONGEST_HELD, OFTEN = 1 << 14, 1 << 20, 8
"""Strings, and bytes of them, that are held decoded once one in so many was asked for: 60 bytes more for each.

More of them would not fit the processor's caches; gathering bytes, whose places are asked for ahead, is faster then.
"""


def pack(texts: Iterable[str] | Iterable[bytes]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Offsets int64[n + 1] and UTF-8 bytes uint8[total] of some strings.

    >>> offsets, data = pack(["ab", "", "c"])
    >>> offsets.tolist(), data.tobytes()
    ([0, 2, 2, 3], b'abc')
    """
    held: list[Any] = list(texts)
    raw: list[Any] = held
    if held and isinstance(held[0], str):
        joined = "".join(held)
        raw = [joined.encode()] if joined.isascii() else [text.encode("utf-8", "surrogatepass") for text in held]
        held = held if joined.isascii() else raw
    lengths = np.fromiter(map(len, held), np.int64, len(held))
    return ragged.counts_to_offsets(lengths), np.frombuffer(b"".join(raw), np.uint8)


class Strings:
    """A list of strings over arrays made by `pack`; decoded one at a time.

    >>> words = Strings(*pack(["ant", "bee", "beetle", "cow"]))
    >>> words[1], words.position("bee"), words.position("dog"), words.prefixed("bee")
    ('bee', 1, -1, range(1, 3))
    """

    def __init__(self, offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> None:
        self._offsets, self._bytes = np.ascontiguousarray(offsets), np.ascontiguousarray(data)
        self._data = memoryview(data.data) if len(data) else memoryview(b"")
        self._at = memoryview(self._offsets.data)
        self._held: list[str] | None = None
        self._asked = 0 if len(self) <= MOST_HELD and len(data) <= LONGEST_HELD else -1

    @cached_property
    def _described(self) -> NDArray[np.int64]:
        from findry.kernels.texts import described

        return described(self._offsets, self._bytes)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def raw(self, index: int) -> bytes:
        """The bytes of one string."""
        return bytes(self._data[self._offsets[index] : self._offsets[index + 1]])

    def __getitem__(self, index: int) -> str:
        return self.raw(index).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))

    def take(self, indices: NDArray[np.integer]) -> list[str]:
        """Some of the strings; many are decoded at once, all of a list of some length once an eighth was asked for."""
        if self._held is not None:
            return [*map(self._held.__getitem__, indices.tolist())]
        if self._asked >= 0:
            self._asked += len(indices)
            if self._asked * OFTEN > len(self):
                self._asked, self._held = -1, self._taken(np.arange(len(self)))
        return self._taken(indices)

    def _taken(self, indices: NDArray[np.integer]) -> list[str]:
        if len(indices) >= (FEW if loaded() else MANY):
            from findry.kernels.texts import side_by_side

            wanted = indices if indices.dtype == np.int32 else indices.astype(np.int64)
            found = side_by_side(self._described, wanted).tobytes().decode("utf-8", "surrogatepass").split("\0")
            if len(found) == len(indices):  # no string has the separator in it
                return found
        data, at = self._data, self._at
        return [str(data[at[index] : at[index + 1]], "utf-8", "surrogatepass") for index in indices.tolist()]

    def bisect(self, key: bytes) -> int:
        """The first index whose bytes are not below `key`; the strings must be sorted by bytes."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def position(self, text: str) -> int:
        """The index of `text` in a sorted list, or -1."""
        key = text.encode("utf-8", "surrogatepass")
        at = self.bisect(key)
        return at if at < len(self) and self.raw(at) == key else -1

    def prefixed(self, prefix: str) -> range:
        """The indices of a sorted list whose strings start with `prefix`."""
        key = prefix.encode("utf-8", "surrogatepass")
        first = self.bisect(key)
        last = first
        low, high = first, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle).startswith(key):
                low = last = middle + 1
            else:
                high = middle
        return range(first, last)
