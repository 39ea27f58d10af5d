"""Titles and beginnings of the documents that a report shows, each held once."""

from __future__ import annotations

__all__ = ["MOST_TEXTS", "WIDTH", "Shown", "Texts", "cut", "harmless", "index_texts"]

import unicodedata
from collections.abc import Callable, Sequence

from findry.index import Snapshot

Texts = Callable[[Sequence[str]], list[tuple[str, str]]]
WIDTH = 240  # characters of a document
MOST_TEXTS = 8_000  # documents with a text
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they reorder what follows


def harmless(text: str) -> str:
    r"""One line; controls, lone surrogates and marks that turn the direction of writing are shown as such.

    >>> harmless("two\nlines\x00")
    'two lines�'
    """
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") or c in _TURNS else c for c in line)


def cut(text: str, width: int = WIDTH) -> str:
    """At most `width` characters, cut between words where one ends near.

    >>> cut("red ants carry leaves", 12)
    'red ants…'
    """
    line = harmless(text)
    if len(line) <= width:
        return line
    end = line.rfind(" ", width // 2, width)
    return line[: end if end > 0 else width - 1].rstrip() + "…"


def index_texts(snapshot: Snapshot) -> Texts:
    """Title and beginning of documents of an index; both empty for an id that it does not hold."""

    def read(ids: Sequence[str]) -> list[tuple[str, str]]:
        found = []
        for row in snapshot.documents.ids.find(ids).tolist():
            text = dict(snapshot.document(row).text) if row >= 0 else {}
            title = text.pop("title", "")
            # the reader of a cut text needs no more than its beginning
            found.append((title, " ".join(part[: 4 * WIDTH] for part in text.values() if part)))
        return found

    return read


class Shown:
    """The documents that a report shows, numbered in the order in which they are first asked for.

    >>> shown = Shown()
    >>> shown("b"), shown("a"), shown("b"), shown.documents(None)
    (0, 1, 0, [['b'], ['a']])
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, id: str) -> int:
        return self._numbers.setdefault(id, len(self._numbers))

    def documents(self, texts: Texts | None, most: int = MOST_TEXTS) -> list[list[str]]:
        """One row a document: its id, and title and beginning for the first `most`."""
        ids = list(self._numbers)
        read = texts(ids[:most]) if texts is not None else []
        rows = [[harmless(id), cut(title), cut(body)] for id, (title, body) in zip(ids, read, strict=False)]
        return rows + [[harmless(id)] for id in ids[len(rows) :]]
