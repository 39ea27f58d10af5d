"""findry, searching by words."""

from __future__ import annotations

__all__ = ["FindryEnglish", "FindryWords", "FindryWriter"]

import inspect
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Any, ClassVar

import numpy as np

import findry
from benches.exact import K1, B
from benches.peers.lexical import Lexical
from findry import Document, Queries, bm25


class FindryWords(Lexical):
    """An index without vectors; `search` is the call that a stage makes, `page` the one of a user."""

    language: ClassVar[str] = "none"

    def build(self, texts: Iterable[str]) -> None:
        index = findry.create(self.folder, encoder=None, language=self.language)
        index.add({"id": str(number), "text": text} for number, text in enumerate(texts))
        self.index = index

    def optimize(self) -> None:
        self.index.optimize()

    def open(self) -> None:
        self.index = findry.open(self.folder)
        self._pipelines = {k: bm25(k1=K1, b=B, k=k) for k in (10, 1000)}

    def search(self, query: str, k: int) -> list[str]:
        return self.index.reader.lexical(K1, B).search(Queries.of(query), k).ids()

    def page(self, query: str, k: int) -> list[str]:
        """What a user calls: operators are read, and every hit has its passage."""
        found = self.index.search(query, k, pipeline=self._pipelines[k])
        assert all(hit.passage.text for hit in found)
        return found.ids

    def batch(self, queries: Sequence[str], k: int, threads: int) -> list[list[str]]:
        """One call; where the searcher takes no number of threads, halves of it in threads of Python."""
        searcher = self.index.reader.lexical(K1, B)
        asked = Queries.of(queries)
        if "threads" in inspect.signature(searcher.search).parameters:
            runs = [searcher.search(asked, k, threads=threads)]
        elif threads == 1:
            runs = [searcher.search(asked, k)]
        else:
            parts = [asked.take(part) for part in np.array_split(np.arange(len(asked)), threads)]
            with ThreadPoolExecutor(threads) as pool:
                runs = list(pool.map(lambda part: searcher.search(part, k), parts))
        return [ids[run.hits(row)] for run in runs for ids in [run.ids()] for row in range(len(run))]

    def add(self, first: int, texts: Sequence[str]) -> None:
        self.index.add({"id": str(number), "text": text} for number, text in enumerate(texts, first))

    def delete(self, numbers: Sequence[int]) -> None:
        self.index.delete(map(str, numbers))

    def state(self) -> str:
        return f"segments: {self.index.info()['segments']}"

    def shares(self) -> dict[str, int]:
        """Bytes by kind of array, as the directories of the segments tell: postings, text, ids and the rest."""
        kinds = {"lex": "postings", "docs": "text", "ids": "ids", "vec": "vectors"}
        found: defaultdict[str, int] = defaultdict(int)
        for path in self.folder.glob("segments/*/arrays.json"):
            directory: dict[str, Any] = json.loads(path.read_text("utf-8"))["arrays"]
            for name, array in directory.items():
                kind = next((told for start, told in kinds.items() if name.startswith(start)), "rows")
                found[kind] += np.dtype(array["dtype"]).itemsize * prod(array["shape"])
        return dict(found)


class FindryWriter(FindryWords):
    """With a writer that stays open and merges beside, as a program that changes an index all day has it."""

    def open(self) -> None:
        super().open()
        self.writer = self.index.writer()

    def add(self, first: int, texts: Sequence[str]) -> None:
        self.writer.add(Document(str(number), {"text": text}) for number, text in enumerate(texts, first))
        self.writer.commit()

    def delete(self, numbers: Sequence[int]) -> None:
        self.writer.delete(list(map(str, numbers)))
        self.writer.commit()

    def close(self) -> None:
        self.writer.close()


class FindryEnglish(FindryWords):
    """With the analysis that users get without asking: stemmed, without stop words."""

    language = "english"
