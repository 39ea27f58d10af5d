"""Histories of an index as lists of steps, the driver that does them, and what must be true at each commit."""

from __future__ import annotations

__all__ = [
    "ANCHOR",
    "Answers",
    "Driver",
    "Step",
    "answers",
    "documents_of",
    "drawn_steps",
    "expected",
    "quick_folder",
    "small_merges",
    "story",
]

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from small_worlds import (
    CHUNKED,
    ENCODER,
    IDS,
    ONE_FIELD,
    TWO_FIELDS,
    WORDS,
    Unflushed,
    asked,
    build,
    lists,
    reader_of,
)

from findry.index import Schema, Snapshot, Writer, create, merge
from findry.index.commit import Commit, current
from findry.index.files import Files
from findry.records import Document
from findry.text import parse_filter

Step = tuple[str, Any]
Answers = dict[str, object]
Held = dict[str, Document]

SCHEMAS = {"one": ONE_FIELD, "two": TWO_FIELDS, "chunked": CHUNKED}
ANCHOR = Document("anchor", {"title": "zebra", "text": "zebra"}, {"year": 9, "lang": "xx", "open": True, "tags": ["w"]})
QUERIES = ["ant", "bee bee the zebra", "beetle cow", ""]
KINDS = ["add", "add", "add", "delete", "delete", "commit", "commit", "optimize", "reopen", "give up"]
YEAR = parse_filter("year >= 2")


def drawn_document(rng: Random, id: str) -> Document:
    """A document of few words."""
    title, text = (" ".join(rng.choices(WORDS, k=rng.randrange(6))) for _ in range(2))
    values: dict[str, Any] = {
        "year": rng.choice([1, 2, 3]),
        "lang": rng.choice(["en", "é"]),
        "tags": rng.sample("xyz", 2),
    }
    return Document(id, {"title": title, "text": text}, {k: v for k, v in values.items() if rng.random() < 0.7})


def drawn_steps(rng: Random, length: int) -> list[Step]:
    """A history drawn at random; it makes a commit at the start and one at the end."""
    steps: list[Step] = [("add", [ANCHOR, drawn_document(rng, "a")]), ("commit", None)]
    for _ in range(length):
        kind = rng.choice(KINDS)
        what: Any = None
        if kind == "add":
            what = [drawn_document(rng, id) for id in rng.choices(IDS, k=rng.randrange(1, 6))]
        elif kind == "delete":
            what = rng.sample((*IDS, "unknown"), rng.randrange(1, 4))
        steps.append((kind, what))
    return [*steps, ("add", [drawn_document(rng, "end")]), ("commit", None)]


def story(rng: Random) -> list[Step]:
    """A history with all that can happen, in an order that makes it happen."""
    ids = iter(IDS)
    return [
        ("add", [ANCHOR, *(drawn_document(rng, next(ids)) for _ in range(3))]),
        ("commit", None),
        ("add", [drawn_document(rng, "a"), drawn_document(rng, next(ids))]),
        ("delete", ["b"]),
        ("reopen", None),
        ("delete", ["c"]),
        ("add", [drawn_document(rng, next(ids))]),
        ("commit", None),
        ("add", [drawn_document(rng, next(ids))]),
        ("give up", None),
        ("delete", ["a"]),
        ("commit", None),
        ("add", [drawn_document(rng, "a")]),
        ("optimize", None),
        ("delete", ["a"]),
        ("commit", None),
    ]


@contextmanager
def small_merges() -> Iterator[None]:
    """Segments of two documents, and merges as soon as there are three."""
    with patch.object(merge, "MERGED_AT_ONCE", 3), patch("findry.index.writer.FLUSH_DOCUMENTS", 2):
        yield


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A temporary folder, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


class Driver:
    """Does steps on an index and keeps what each commit must hold.

    `acknowledged` is the newest commit whose making returned, `published` the documents of each and `states`
    which of them are the same state (a merge makes a new commit of one), `coming` what the step under way would
    publish, `at` that step, and `safe` the first step that the newest commit does not cover.
    """

    def __init__(
        self,
        root: Path,
        schema: Schema,
        files: Files,
        *,
        acknowledge: Callable[[int], object] = int,
        merge: str = "now",
    ) -> None:
        self.root, self.schema, self.files, self.merge = root, schema, files, merge
        self.acknowledge = acknowledge
        self.published: dict[int, Held] = {}
        self.states: dict[int, int] = {}
        self.acknowledged = self.at = self.safe = 0
        self.coming: Held | None = None
        self.held: Held = {}
        self.writer: Writer | None = None

    def run(self, steps: Sequence[Step], first: int = 0) -> None:
        """Do the steps from number `first` on, and close; step -1 makes the index."""
        if first < 0:
            self.at, self.safe, self.coming = -1, -1, {}
            self._done(create(self.root, self.schema, self.files))
        self.held = dict(self.published[self.acknowledged])
        for self.at in range(max(first, 0), len(steps)):
            kind, what = steps[self.at]
            self._step(kind, what)
        self.at = len(steps)
        self.close()

    def close(self) -> None:
        """Close the writer, if there is one."""
        if self.writer is not None:
            writer, self.writer = self.writer, None
            writer.close()

    def open(self) -> Writer:
        """The writer under way, or a new one."""
        if self.writer is None:
            self.writer = Writer(self.root, {"vectors": ENCODER}, merge=self.merge, files=self.files)
        return self.writer

    def _step(self, kind: str, what: Any) -> None:
        writer = self.open()
        if kind == "add":
            writer.add(what)
            self.held |= {document.id: document for document in what}
        elif kind == "delete":
            writer.delete(what)
            self.held = {id: document for id, document in self.held.items() if id not in what}
        elif kind == "give up":
            self.close()
            self.held = dict(self.published[self.acknowledged])
        else:
            self.coming = dict(self.held)
            if kind == "reopen":
                self.writer = None
                writer.__exit__(None, None, None)
                self._done(current(self.root, Unflushed()))
            else:
                self._done(writer.optimize() if kind == "optimize" else writer.commit())

    def _done(self, commit: Commit) -> None:
        assert self.coming is not None
        for made in range(self.acknowledged + 1, commit.number + 1):
            self.published[made] = self.coming
            self.states[made] = commit.version
        self.acknowledged, self.safe, self.coming = commit.number, self.at + 1, None
        self.acknowledge(commit.number)


def answers(snapshot: Snapshot) -> Answers:
    """What is stored, and what searches find, ids with exact scores."""
    reader = reader_of(snapshot)
    found: Answers = {"documents": documents_of(snapshot)}
    where = [YEAR if query in ("", "ant") and "year" in snapshot.commit.columns else None for query in QUERIES]
    for name, searcher in (("lexical", reader.lexical()), ("dense", reader.dense())):
        found[name] = lists(searcher.search(asked(QUERIES), 20, where=where))
    return found


def documents_of(snapshot: Snapshot) -> list[str]:
    """Every document of a commit with all its fields, in one order."""
    return sorted(map(_told, snapshot))


def _told(document: Document) -> str:
    return json.dumps([document.id, dict(document.text), dict(document.values)], sort_keys=True)


_KNOWN: dict[tuple[Any, ...], Answers] = {}


def expected(documents: Held, schema: Schema) -> Answers:
    """What an index made at once of these documents answers."""
    key = repr(schema.card()), *sorted(map(_told, documents.values()))
    if key not in _KNOWN:
        with build(documents.values(), schema) as fresh:
            _KNOWN[key] = answers(fresh)
    return _KNOWN[key]
