"""The interface of an engine that searches by words."""

from __future__ import annotations

__all__ = ["Lexical"]

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benches.memory import folder_bytes


class Lexical(ABC):
    """One engine over one folder.  Documents are numbered 0, 1, 2 ...; words stand between blanks.

    BM25 with k1 = 1.2 and b = 0.75, no stemming, no stop words.  `search` gives ids as the library gives them;
    `numbers` turns them into document numbers, outside of what is timed.  Where the library has it, an engine has
    batch(queries, k, threads), the ids of each query from one call; add(first, texts), after which searches find the
    documents numbered from `first`; and delete(numbers), after which they do not.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def build(self, texts: Iterable[str]) -> None:
        """Index texts in an empty folder; they are on disk and can be searched when this returns."""

    def optimize(self) -> None:  # noqa: B027
        """What the library offers for an index that is mostly read; nothing by default."""

    @abstractmethod
    def open(self) -> None:
        """Open what was built."""

    @abstractmethod
    def search(self, query: str, k: int) -> Any:
        """The ids of the k best documents."""

    def numbers(self, found: Any) -> list[int]:
        """Document numbers of what `search` gave."""
        return [int(id) for id in found]

    def size(self) -> int:
        """Bytes on disk."""
        return folder_bytes(self.folder)

    def state(self) -> str:
        """A word on what the index is made of, such as its segments."""
        return ""

    def close(self) -> None:  # noqa: B027
        """Let go of files."""
