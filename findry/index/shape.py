"""Documents that have the same text fields, as columns of text."""

from __future__ import annotations

__all__ = ["Shape", "plain_text"]

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from findry.index.schema import EVERY_FIELD


def plain_text(text: str) -> str:
    """A text of a kind of its own (NumPy's, that of a parsed page) as a plain one, which holds on to nothing else."""
    return text if type(text) is str else str.__str__(text)


class Shape:
    """The documents with these fields, in this order: their places among all documents, and the texts of each field.

    >>> ants = Shape(("title", "text"))
    >>> ants.take(3, {"title": "Ants", "text": "Leaves."})
    >>> ants.places, ants.columns, list(ants.joined(("text", "author"))), list(ants.joined(("*",)))
    ([3], [['Ants'], ['Leaves.']], ['Leaves.'], ['Ants Leaves.'])
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.places: list[int] = []
        self.columns: list[list[str]] = [[] for _ in names]

    def take(self, place: int, texts: Mapping[str, str]) -> None:
        """Add a document."""
        self.places.append(place)
        for column, text in zip(self.columns, texts.values(), strict=True):
            column.append(plain_text(text))

    def take_all(self, first: int, texts: Sequence[Sequence[str]]) -> None:
        """Add documents by columns of plain text, from a place on."""
        for column, more in zip(self.columns, texts, strict=True):
            column.extend(more)
        self.places.extend(range(first, first + len(texts[0])) if texts else ())

    def keep(self, stays: NDArray[np.bool_]) -> None:
        """Drop the documents whose places are not marked, and count the places anew."""
        here = stays[self.places].tolist()
        for column in self.columns:
            column[:] = compress(column, here)
        self.places = (np.cumsum(stays) - 1)[list(compress(self.places, here))].tolist()

    def joined(self, sources: tuple[str, ...]) -> Iterable[str]:
        """What `findry.index.schema.joined` gives for each document."""
        wanted = self.names if sources == EVERY_FIELD else [name for name in sources if name in self.names]
        columns = [self.columns[self.names.index(name)] for name in wanted]
        if len(columns) == 1:
            return columns[0]
        return (" ".join(filter(None, parts)) for parts in zip(*columns, strict=True)) if columns else self._nothing

    def lengths(self, name: str) -> NDArray[np.int64]:
        """The characters of a field, 0 where there is none."""
        texts: Sequence[str] = self.columns[self.names.index(name)] if name in self.names else self._nothing
        return np.fromiter(map(len, texts), np.int64, len(texts))

    @property
    def _nothing(self) -> list[str]:
        return [""] * len(self.places)
