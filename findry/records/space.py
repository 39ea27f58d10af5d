"""Id spaces: strings outside, dense rows inside, and the order in which equal scores stand."""

from __future__ import annotations

__all__ = ["IdList", "Ids", "Numbered", "Space", "tie_key", "tie_keys"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError, SpaceMismatch

Rows = NDArray[np.int32]


def tie_key(id: str) -> int:
    """A 64-bit hash of an external id that is the same on every machine: blake2b, 8 bytes, little endian."""
    return int.from_bytes(blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def tie_keys(ids: Iterable[str]) -> NDArray[np.uint64]:
    """`tie_key` of each id.  Cost: about a microsecond an id."""
    digests = b"".join(blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in ids)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


class Ids(Protocol):
    """External ids by row; an index maps them from disk, `IdList` holds them in memory."""

    def __len__(self) -> int: ...

    def take(self, rows: NDArray[np.integer]) -> list[str]:
        """The ids of some rows."""

    def find(self, ids: Sequence[str]) -> Rows:
        """The row of each id, -1 where it is unknown."""

    def ties(self, rows: NDArray[np.integer]) -> NDArray[np.uint64]:
        """`tie_key` of some rows."""


class IdList:
    """Ids held in memory; ids must be distinct, non-empty strings.

    >>> ids = IdList(["b", "a"])
    >>> ids.find(["a", "c"]).tolist(), ids.take(np.array([0]))
    ([1, -1], ['b'])
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = list(ids)
        self._keys: NDArray[np.uint64] | None = None
        if len({*self._ids}) != len(self._ids):
            seen: set[str] = set()
            double = next(i for i in self._ids if i in seen or seen.add(i))  # type: ignore[func-returns-value]
            raise InputError("ids must be distinct", received=f"{double!r} more than once")
        for id in self._ids:
            if not isinstance(id, str) or not id:
                raise InputError("ids must be non-empty strings", received=repr(id))

    @cached_property
    def _rows(self) -> dict[str, int]:
        return dict(zip(self._ids, range(len(self._ids)), strict=True))

    def __len__(self) -> int:
        return len(self._ids)

    def take(self, rows: NDArray[np.integer]) -> list[str]:
        return [self._ids[row] for row in rows.tolist()]

    def find(self, ids: Sequence[str]) -> Rows:
        return np.fromiter((self._rows.get(i, -1) for i in ids), np.int32, len(ids))

    def ties(self, rows: NDArray[np.integer]) -> NDArray[np.uint64]:
        if self._keys is None:
            self._keys = tie_keys(self._ids)
        keys: NDArray[np.uint64] = self._keys[rows]
        return keys


class Numbered:
    """The ids "1" to "n", made when they are asked for.

    >>> ids = Numbered(2)
    >>> ids.take(np.array([1, 0])), ids.find(["2", "3", "02"]).tolist()
    (['2', '1'], [1, -1, -1])
    """

    def __init__(self, n: int) -> None:
        self._n = n

    @cached_property
    def _list(self) -> IdList:
        return IdList(map(str, range(1, self._n + 1)))

    def __len__(self) -> int:
        return self._n

    def take(self, rows: NDArray[np.integer]) -> list[str]:
        return self._list.take(rows)

    def find(self, ids: Sequence[str]) -> Rows:
        return self._list.find(ids)

    def ties(self, rows: NDArray[np.integer]) -> NDArray[np.uint64]:
        return self._list.ties(rows)


@dataclass(frozen=True, eq=False, init=False)
class Space:
    """Where ids live: what they name (`unit`), and which index and commit they come from (`origin`).

    Two spaces are the same when they are one object, or agree on name, unit and a known origin.

    >>> docs = Space.of(["a", "b"], unit="document")
    >>> len(docs), docs
    (2, Space(items: 2 documents))
    """

    name: str
    unit: str
    ids: Ids = field(repr=False)
    origin: str | None = None

    def __init__(self, name: str, unit: str, ids: Ids, origin: str | None = None) -> None:
        self.__dict__.update(name=name, unit=unit, ids=ids, origin=origin)

    @classmethod
    def of(cls, ids: Iterable[str], *, unit: str = "document", name: str = "items") -> Space:
        """A space over ids held in memory."""
        return cls(name, unit, IdList(ids))

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        at = f" of {self.origin}" if self.origin else ""
        return f"Space({self.name}: {len(self):,} {self.unit}s{at})"

    def same(self, other: Space) -> bool:
        """Whether rows of one may be read as rows of the other."""
        if self is other or self.ids is other.ids:
            return True
        return (self.name, self.unit, self.origin) == (other.name, other.unit, other.origin) and self.origin is not None

    def require_same(self, other: Space, *, where: str) -> None:
        """Raise `SpaceMismatch` unless rows can be mixed."""
        if not self.same(other):
            raise SpaceMismatch(
                "rows of two spaces cannot be mixed", expected=repr(self), received=repr(other), where=where
            )

    def require_unit(self, unit: str, *, where: str, hint: str) -> None:
        """Raise `SpaceMismatch` unless this space counts in `unit`."""
        if self.unit != unit:
            raise SpaceMismatch(f"{where} needs {unit}s", expected=f"unit {unit!r}", received=repr(self), hint=hint)
