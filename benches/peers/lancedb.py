"""LanceDB's full text search."""

from __future__ import annotations

__all__ = ["LanceDB"]

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import lancedb
import pyarrow
from lancedb.index import FTS

from benches.peers.lexical import Lexical

SCHEMA = pyarrow.schema([("id", pyarrow.int64()), ("text", pyarrow.string())])


class LanceDB(Lexical):
    """A table with a full text index over words, without positions.  Its threads are its own affair."""

    def build(self, texts: Iterable[str]) -> None:
        def batches() -> Iterator[pyarrow.RecordBatch]:
            rest, first = iter(texts), 0
            while block := list(islice(rest, 50_000)):
                yield _batch(first, block)
                first += len(block)

        self.table = lancedb.connect(str(self.folder)).create_table("texts", batches(), schema=SCHEMA)
        plain = {"stem": False, "remove_stop_words": False, "ascii_folding": False, "lower_case": False}
        self.table.create_index("text", config=FTS(base_tokenizer="whitespace", with_position=False, **plain))

    def optimize(self) -> None:
        self.table.optimize()

    def open(self) -> None:
        self.table = lancedb.connect(str(self.folder)).open_table("texts")

    def search(self, query: str, k: int) -> Any:
        asked = self.table.search(query, query_type="fts", fts_columns="text").limit(k).select(["id", "_score"])
        return asked.to_arrow()["id"].to_numpy()

    def add(self, first: int, texts: Sequence[str]) -> None:
        self.table.add(pyarrow.Table.from_batches([_batch(first, list(texts))]))

    def delete(self, numbers: Sequence[int]) -> None:
        self.table.delete(f"id in ({', '.join(map(str, numbers))})")


def _batch(first: int, texts: list[str]) -> pyarrow.RecordBatch:
    numbers = pyarrow.array(range(first, first + len(texts)), pyarrow.int64())
    return pyarrow.RecordBatch.from_arrays([numbers, pyarrow.array(texts, pyarrow.string())], schema=SCHEMA)
