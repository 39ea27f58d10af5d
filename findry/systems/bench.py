"""Where checks run: judged collections, indexed once and kept."""

from __future__ import annotations

__all__ = ["Bench", "World"]

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xxhash import xxh3_64

from findry.algebra import Pipe
from findry.datasets import Dataset, dataset
from findry.engine import Index, create, open_index
from findry.errors import FindryError
from findry.folders import cache_folder
from findry.pipeline import from_text
from findry.records import Qrels, Queries
from findry.study import Comparison, compare


@dataclass(frozen=True, eq=False)
class World:
    """One judged collection and its index."""

    data: Dataset
    index: Index
    queries: Queries
    qrels: Qrels

    def pipe(self, text: str) -> Pipe:
        """A pipeline of this index from its text."""
        return from_text(text).bind(index=self.index.reader)

    def compare(self, recipe: Mapping[str, str], measures: Any, *, baseline: str, timed: int = 0) -> Comparison:
        """The systems of a recipe on the judged queries."""
        pipes = {name: self.pipe(text) for name, text in recipe.items()}
        return compare(pipes, self.queries, self.qrels, measures, baseline=baseline, timed=timed)


class Bench:
    """The collections that a check runs on.

    encoder, chunk: of the indexes that it makes.  Indexes are kept under the cache folder, named by the content that
    they were made of.
    """

    def __init__(
        self, names: Sequence[str], *, encoder: str | None = "minilm", split: str = "test", chunk: int | None = None
    ) -> None:
        self.names = tuple(names)
        self.encoder, self._split, self._chunk = encoder, split, chunk

    def on(self, names: Sequence[str], *, chunk: int | None = None, encoder: str | None = "same") -> Bench:
        """Other collections, or another kind of index, for a part of a check."""
        encoder = self.encoder if encoder == "same" else encoder
        return Bench(names, encoder=encoder, split=self._split, chunk=chunk)

    @cached_property
    def worlds(self) -> dict[str, World]:
        """The collections by name, each indexed."""
        return {made.data.name: made for made in map(self._world, self.names)}

    @property
    def dataset(self) -> str:
        """The names of the collections."""
        return ", ".join(self.worlds)

    def _world(self, name: str) -> World:
        data = dataset(name)
        return World(data, self._index(data), *data.split(self._split))

    def _index(self, data: Dataset) -> Index:
        state = xxh3_64(f"{self.encoder} {self._chunk or ''}".rstrip().encode())
        for document in data.corpus:
            state.update(
                f"{document.id}\0{document.contents()}\0{sorted(document.values.items())}\1".encode(
                    "utf-8", "surrogatepass"
                )
            )
        folder = cache_folder() / "try" / f"{data.name}-{self.encoder or 'words'}-{state.hexdigest()}"
        if folder.exists():
            try:
                index = open_index(folder)
                if len(index):
                    return index
            except FindryError:
                pass
            shutil.rmtree(folder)
        index = create(folder, encoder=self.encoder, chunk=self._chunk)
        index.add(data.corpus, progress=True)
        return index
