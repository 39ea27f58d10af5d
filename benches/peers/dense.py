"""The interface of an engine that searches by vectors."""

from __future__ import annotations

__all__ = ["Dense"]

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benches.memory import folder_bytes
from benches.vectors import Vectors


class Dense(ABC):
    """One engine over one folder; inner products of vectors of unit length, numbered 0, 1, 2 ...

    `effort` is the setting that buys recall with time, one of `efforts` in rising order; engines without it have none.
    """

    efforts: ClassVar[tuple[int, ...]] = ()
    trained: ClassVar[bool] = False
    """Whether building learns something from the vectors first."""
    largest: ClassVar[int] = 1_000_000
    """More vectors than this take too long to index here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.effort = self.efforts[0] if self.efforts else 0

    @abstractmethod
    def build(self, vectors: Vectors) -> None:
        """Index vectors in an empty folder."""

    def optimize(self) -> None:  # noqa: B027
        """What the library offers for an index that is mostly read."""

    @abstractmethod
    def open(self, vectors: Vectors) -> None:
        """Open what was built; `vectors` are there for those that rescore."""

    @abstractmethod
    def search(self, vector: NDArray[np.float32], k: int, group: int | None = None) -> Any:
        """The ids of the k best vectors, of one group where one is named; LookupError where there is no filter."""

    def numbers(self, found: Any) -> list[int]:
        """Vector numbers of what `search` gave."""
        return [int(id) for id in found]

    def size(self) -> int:
        """Bytes on disk."""
        return folder_bytes(self.folder)

    def state(self) -> str:
        """A word on what the index is made of."""
        return ""

    def close(self) -> None:  # noqa: B027
        """Let go of files."""
