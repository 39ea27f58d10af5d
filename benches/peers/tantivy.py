"""tantivy, by its Python package."""

from __future__ import annotations

__all__ = ["Tantivy", "TantivyEnglish", "TantivyStoring", "TantivyTwoThreads"]

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import tantivy

from benches.peers.lexical import Lexical

HEAP = 400_000_000


class Tantivy(Lexical):
    """Words and frequencies only; a query is a disjunction of terms.  Lengths are kept in one byte each."""

    stored: ClassVar[bool] = False
    threads: ClassVar[int] = 1
    """Of the writer when building; more make more segments, and searching slower."""
    tokenizer: ClassVar[str] = "whitespace"

    def _schema(self) -> tantivy.Schema:
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=False, indexed=True, fast=True)
        option = "position" if self.stored else "freq"
        builder.add_text_field("body", stored=self.stored, tokenizer_name=self.tokenizer, index_option=option)
        return builder.build()

    def build(self, texts: Iterable[str]) -> None:
        self.index = tantivy.Index(self._schema(), path=str(self.folder))
        writer = self.index.writer(heap_size=HEAP, num_threads=self.threads)
        for number, text in enumerate(texts):
            writer.add_document(tantivy.Document(id=number, body=text))
        writer.commit()
        writer.wait_merging_threads()
        self._refresh()

    def open(self) -> None:
        self.index = tantivy.Index.open(str(self.folder))
        self._refresh()

    def _refresh(self) -> None:
        self.index.reload()
        self.searcher = self.index.searcher()
        self.schema = self.index.schema

    def search(self, query: str, k: int) -> list[int]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self.schema, "body", word, index_option="freq"))
            for word in query.split()
        ]
        hits = self.searcher.search(tantivy.Query.boolean_query(terms), limit=k, count=False).hits
        return self.searcher.fast_field_values("id", [address for _, address in hits])

    def batch(self, queries: Sequence[str], k: int, threads: int) -> list[list[int]]:
        if threads == 1:
            return [self.search(query, k) for query in queries]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda query: self.search(query, k), queries))

    def _writer(self) -> tantivy.IndexWriter:
        if not hasattr(self, "writer"):
            self.writer = self.index.writer(heap_size=HEAP, num_threads=1)
        return self.writer

    def add(self, first: int, texts: Sequence[str]) -> None:
        writer = self._writer()
        for number, text in enumerate(texts, first):
            writer.add_document(tantivy.Document(id=number, body=text))
        writer.commit()
        self._refresh()

    def delete(self, numbers: Sequence[int]) -> None:
        writer = self._writer()
        for number in numbers:
            writer.delete_documents_by_term("id", number)
        writer.commit()
        self._refresh()

    def state(self) -> str:
        return f"segments: {self.searcher.num_segments}"


class TantivyTwoThreads(Tantivy):
    """With a writer on both cores."""

    threads = 2


class TantivyStoring(TantivyTwoThreads):
    """With positions and the text itself, which is what findry keeps."""

    stored = True


class TantivyEnglish(TantivyStoring):
    """With its English stemmer."""

    tokenizer = "en_stem"
