"""Processes that read an index while it is written, and processes that would write to it.

Commit by commit all documents are replaced: those of generation g all say so, and their number follows from g.  So a
reader can tell by itself whether everything that it sees belongs to one commit.
"""

from __future__ import annotations

__all__ = ["COMMITS", "ROUNDS", "Child", "child", "documents", "index", "require_one_generation", "write_generation"]

import json
import os
import random
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from small_worlds import CHUNKED, WORDS, Unflushed, asked, folder, lists, reader_of, writer_of

import findry
from findry.errors import IndexLocked
from findry.index import Writer, create
from findry.index.snapshot import newest
from findry.records import Document, Run
from findry.search import Reader
from findry.text import parse_filter

NET = 3600  # seconds after which such a process ends, whatever became of its parent
ROUNDS, COMMITS = 5, 3  # what a reader must have done and seen before it says "enough"


def documents(generation: int) -> list[Document]:
    """All documents of a generation."""
    chance = random.Random(generation)
    return [
        Document(
            f"d{number}",
            {"title": f"zebra g{generation}", "text": " ".join(chance.choices(WORDS, k=number % 7))},
            {"generation": generation},
        )
        for number in range(9 + generation * 7 % 13)
    ]


@contextmanager
def index() -> Iterator[Path]:
    """An index at generation 1, in a world where a commit has several segments and merges are frequent."""
    with ExitStack() as stack:
        stack.enter_context(patch("findry.index.writer.FLUSH_DOCUMENTS", 5))
        stack.enter_context(patch("findry.index.merge.MERGED_AT_ONCE", 3))
        root = stack.enter_context(folder())
        create(root, CHUNKED, Unflushed())
        with writer_of(root) as writer:
            write_generation(writer, 1)
        yield root


def write_generation(writer: Writer, generation: int) -> None:
    """Put a generation in the place of the one before, in one commit, on one of several ways."""
    held = documents(generation)
    gone = [f"d{number}" for number in range(0 if generation % 6 == 3 else len(held), 25)]
    if generation % 2:
        writer.delete(gone)
    writer.add([Document("stranger", {"title": "zebra"}, {"generation": -1}), *held[::2]])
    if not generation % 2:
        writer.delete([*gone, *(document.id for document in held[1::2])])
    writer.add(held[1::2])
    writer.delete("stranger")
    if generation % 5:
        writer.commit()
    else:
        writer.optimize()


def require_one_generation(reader: Reader, passes: int = 1) -> tuple[int, int]:
    """Check that all that a reader answers belongs to one generation; gives it, and how many answers were checked."""
    snapshot = reader.snapshot
    held = {document.id: document for document in snapshot}
    generation = int(next(iter(held.values())).values["generation"])  # type: ignore[arg-type]
    expected = {document.id: document for document in documents(generation)}
    _require(held == expected, f"the documents are not those of generation {generation}: {held}")
    _require(snapshot.live_documents == len(expected), f"{snapshot.live_documents} documents")
    ours, others = (parse_filter(f"generation {sign} {generation}") for sign in ("=", "!="))
    words = asked(["zebra", f"g{generation}", f"g{generation - 1}", f"g{generation + 1}"])
    for _ in range(passes):
        _require(_found(reader.lexical().search(words, 999)) == [expected.keys()] * 2 + [set()] * 2, "words")
        for searcher in (reader.lexical(), reader.dense()):
            for where, sought in ((None, expected.keys()), (ours, expected.keys()), (others, set())):
                _require(_found(searcher.search(asked(["zebra"]), 999, where=where)) == [sought], f"{where}")
    return generation, 2 + passes * 10


def _found(run: Run) -> list[set[str]]:
    return [{id.rpartition("#")[0] for id, _ in hits} for _, hits in lists(run)]


def _require(true: bool, problem: str) -> None:
    if not true:
        raise AssertionError(problem)


def _require_index(index: findry.Index) -> int:
    """One search of an index that is always at the newest commit; how many answers were checked."""
    results = index.search("zebra", 100, facets=["generation"])
    generations = {hit.values["generation"] for hit in results}
    _require(len(generations) == 1, f"hits of generations {generations}")
    generation = int(generations.pop())  # type: ignore[arg-type]
    _require(set(results.ids) == {document.id for document in documents(generation)}, f"hits of {generation}")
    _require(dict(results.facets["generation"]) == {str(generation): len(results)}, f"facets {results.facets}")
    return 3


def _read(root: Path) -> None:
    """Open and check the newest commit again and again, until told to stop; then say what was seen."""
    _say("ready")
    sys.stdin.readline()
    index, kept = findry.open(root), reader_of(newest(root))
    opens, answers, last, enough = 2, 0, 0, False
    seen: set[int] = set()
    while not _told("stop"):
        if opens % 3 == 0:
            index = findry.open(root)
        if opens % 8 == 0:
            kept = reader_of(newest(root))
        answers += _require_index(index)
        for reader in (reader_of(newest(root)), kept):
            generation, checked = require_one_generation(reader)
            answers += checked
            if reader is not kept:
                _require(generation >= last, f"generation {generation} after {last}")
                last = generation
                seen.add(generation)
        opens += 1
        if not enough and opens >= ROUNDS and len(seen) >= COMMITS:
            enough = True
            _say("enough")
    _say(json.dumps({"opens": opens, "answers": answers, "commits": sorted(seen)}))


def _contend(root: Path) -> None:
    """Open a writer, commit and close it, as told."""
    writer: Writer | None = None
    _say("ready")
    while (order := sys.stdin.readline().split()) != ["stop"]:
        if order[0] == "open":
            try:
                writer = writer_of(root)
                _say("in")
            except IndexLocked as error:
                _say(f"refused: {error.received}")
        elif writer is None:
            _say("no writer")
        elif order[0] == "commit":
            write_generation(writer, int(order[1]))
            _say("committed")
        else:
            writer.close()
            _say("closed")


def _told(word: str) -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0]) and sys.stdin.readline().strip() in (word, "")


def _say(line: str) -> None:
    print(line, flush=True)


class Child:
    """One of these processes, held by its handle and its pipes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def tell(self, line: str) -> None:
        print(line, file=self.process.stdin, flush=True)

    def hear(self) -> str:
        """The next line; empty when the process has ended."""
        return self.process.stdout.readline().strip() if self.process.stdout else ""

    def has_spoken(self) -> bool:
        """Whether a line, or the end, is there to be heard."""
        pipe = self.process.stdout
        return pipe is not None and bool(select.select([pipe], [], [], 0)[0])

    def ask(self, line: str) -> str:
        self.tell(line)
        return self.hear()

    def kill(self) -> None:
        """End it by SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.wait()


@contextmanager
def child(part: str, root: Path) -> Iterator[Child]:
    """A process with one of the parts, ended with the block; it says "ready" when it has begun."""
    tests = Path(__file__).resolve().parent.parent
    paths = os.pathsep.join([str(tests.parent), str(tests), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(Path(__file__).resolve()), part, str(root)]
    environment = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
    with process:
        try:
            yield Child(process)
        finally:
            process.kill()


PARTS: dict[str, Any] = {"reader": _read, "contender": _contend}

if __name__ == "__main__":
    signal.alarm(NET)
    try:
        PARTS[sys.argv[1]](Path(sys.argv[2]))
    except Exception:
        _say(json.dumps({"error": traceback.format_exc()}))
