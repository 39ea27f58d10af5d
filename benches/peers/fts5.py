"""SQLite's full text search, in the standard library of Python."""

from __future__ import annotations

__all__ = ["FTS5"]

import sqlite3
from collections.abc import Iterable, Sequence

from benches.peers.lexical import Lexical


class FTS5(Lexical):
    """A table with its text; BM25 with another idf (below 0 it is cut), so its order differs."""

    def build(self, texts: Iterable[str]) -> None:
        self._connect()
        self.base.execute("create virtual table texts using fts5(body, tokenize='ascii')")
        self.base.executemany("insert into texts(rowid, body) values (?, ?)", enumerate(texts))
        self.base.commit()

    def optimize(self) -> None:
        self.base.execute("insert into texts(texts) values ('optimize')")
        self.base.commit()

    def open(self) -> None:
        self._connect()

    def _connect(self) -> None:
        self.base = sqlite3.connect(self.folder / "texts.db")
        self.base.execute("pragma journal_mode = wal")

    def search(self, query: str, k: int) -> list[int]:
        asked = " OR ".join(f'"{word}"' for word in query.split())
        rows = self.base.execute("select rowid from texts where texts match ? order by rank limit ?", (asked, k))
        return [row for (row,) in rows]

    def add(self, first: int, texts: Sequence[str]) -> None:
        self.base.executemany("insert into texts(rowid, body) values (?, ?)", enumerate(texts, first))
        self.base.commit()

    def delete(self, numbers: Sequence[int]) -> None:
        self.base.executemany("delete from texts where rowid = ?", ((number,) for number in numbers))
        self.base.commit()

    def close(self) -> None:
        self.base.close()
