"""Adding 1,000 documents until searches find them, and deleting 1,000 until they do not."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benches.bm25 import states
from benches.building import built
from benches.corpora import Corpus, synthetic
from benches.measure import interleaved
from benches.peers import find
from benches.report import Result, Timed
from benches.setting import Setting

TITLE = "Adding and deleting"
THREADS = 2
PEERS = ("findry", "findry writer", "tantivy", "lancedb", "sqlite")


def run(setting: Setting) -> Result:
    """Rounds of adds to a copy of a built index, then of deletes; queries before and after."""
    result = Result(TITLE)
    n, many, rounds = (1000, 50, 2) if setting.small else (100_000, 1000, 9)
    kinds, result.left_out = find("lexical", PEERS, setting)
    corpus, fresh = synthetic(setting.folder, n), synthetic(setting.folder, (rounds + 1) * many, seed=8)
    engines = _copies(kinds, corpus, setting)
    timed = Timed(f"{n:,} documents; until the next search sees it", list(engines))
    queries = corpus.queries("light")[:100]

    def asking(engine: Any) -> Callable[[int], Any]:
        return lambda q: engine.search(queries[q], 10)

    ask = {name: asking(engine) for name, engine in engines.items()}
    timed.add("light query top-10 before", interleaved(ask, 20 if setting.small else 100))
    for what, size, times in (
        (f"add {many:,}", many, rounds),
        ("add 1", 1, 2 if setting.small else 20),
    ):
        first = n if size == many else n + 10 * n
        texts = [list(fresh.texts(r * size, (r + 1) * size)) for r in range(times + 1)]
        add = {name: _adding(engine, first, size, texts) for name, engine in engines.items()}
        for call in add.values():
            call(times)
        timed.add(what, done := interleaved(add, times, warm=False))
        _aim(result, f"{what} to {n:,}", done)
    timed.add("light query top-10 after", interleaved(ask, 20 if setting.small else 100))
    delete = {name: _deleting(engine, n, many) for name, engine in engines.items()}
    timed.add(f"delete {many:,}", done := interleaved(delete, rounds, warm=False))
    _aim(result, f"delete {many:,} of {n:,}", done)
    timed.into(result)
    result.notes.append(f"At the end: {states(engines)}")
    result.notes.append(
        "findry is Index.add and Index.delete, which open a writer, merge and close it; findry writer and tantivy keep "
        "one open and merge beside.  SQLite, tantivy and findry flush to the device; lancedb leaves that to the system."
    )
    for engine in engines.values():
        engine.close()
    return result


def _copies(kinds: dict[str, Any], corpus: Corpus, setting: Setting) -> dict[str, Any]:
    """Each engine over a copy of its index."""
    engines = {}
    for name, kind in kinds.items():
        source = Path(built("lexical", "findry" if name == "findry writer" else name, corpus, setting).folder)
        copy = source.with_name(f"{name.replace(' ', '-')}-changed")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source, copy)
        engines[name] = kind(copy)
        engines[name].open()
    return engines


def _adding(engine: Any, first: int, size: int, texts: list[list[str]]) -> Callable[[int], None]:
    """A call that adds the documents of a round and looks for the last of them."""

    def add(turn: int) -> None:
        mark = f"mark{first}x{turn}"
        engine.add(first + turn * size, [*texts[turn][:-1], f"{texts[turn][-1]} {mark}"])
        if engine.numbers(engine.search(mark, 10)) != [first + (turn + 1) * size - 1]:
            raise RuntimeError("an added document is not found")

    return add


def _deleting(engine: Any, n: int, many: int) -> Callable[[int], None]:
    """A call that deletes the documents that a round added."""

    def delete(turn: int) -> None:
        mark = f"mark{n}x{turn}"
        if len(engine.search(mark, 10)) != 1:
            raise RuntimeError("a document is gone before it was deleted")
        engine.delete(range(n + turn * many, n + (turn + 1) * many))
        if len(engine.search(mark, 10)):
            raise RuntimeError("a deleted document is found")

    return delete


def _aim(result: Result, operation: str, times: Any) -> None:
    for own in [name for name in times.names if name.startswith("findry")]:
        ratio = times.ratio("tantivy", own) if "tantivy" in times.names else None
        result.aim(f"{operation}: {own}", "tantivy", ratio, at_least=1)
