"""``findry search`` as a process that starts, answers and ends."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

import findry
from benches.corpora import Corpus, synthetic
from benches.measure import interleaved
from benches.peers.findry_vectors import Given
from benches.report import Result, Timed
from benches.setting import Setting
from findry.models import encoder

TITLE = "A cold search"
THREADS = 0
FINDRY = (sys.executable, "-c", "import sys; from findry.cli import main; sys.exit(main())")


def run(setting: Setting) -> Result:
    """Words alone and hybrid, with caches warm and with an empty FINDRY_CACHE; and what Python itself takes."""
    result = Result(TITLE)
    n, warm, first = (500, 3, 1) if setting.small else (10_000, 20, 3)
    corpus = synthetic(setting.folder, n)
    folder = Path(tempfile.mkdtemp(dir=setting.folder))
    try:
        indexes = {"words": _index(folder / "words", corpus, hybrid=False)}
        indexes["hybrid"] = _index(folder / "hybrid", corpus, hybrid=True)
        queries = corpus.queries("light")
        calls = {f"{kind}, warm": _search(index, queries, None) for kind, index in indexes.items()}
        calls["python -c pass"] = lambda _: subprocess.run([sys.executable, "-c", "pass"], check=True)
        calls["import findry"] = lambda _: subprocess.run([sys.executable, "-c", "import findry"], check=True)
        for call in calls.values():
            call(0)
        times = interleaved(calls, warm, warm=False)
        never = {f"{kind}, first ever": _search(index, queries, folder) for kind, index in indexes.items()}
        once = interleaved(never, first, warm=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    timed = Timed(f"{n:,} documents, one process a search", [*times.names, *once.names])
    timed.add("from start to end", times)
    timed.add("FINDRY_CACHE empty", once)
    timed.into(result)
    for kind in indexes:
        seconds = times.median(f"{kind}, warm")
        result.aim(f"{kind}: seconds from start to end, caches warm", "-", seconds, at_most=1.5, unit=" s")
    result.notes.append(
        "The pages of the index are in memory; the hybrid index has random vectors under MiniLM's card."
    )
    return result


def _index(folder: Path, corpus: Corpus, *, hybrid: bool) -> Path:
    """An index of the corpus; with vectors of the model's shape by chance, for encoding so many texts says nothing."""
    rows = ({"id": str(number), "text": f"{text} {number}"} for number, text in enumerate(corpus.texts()))
    if not hybrid:
        findry.create(folder, encoder=None).add(rows)
        return folder
    real = encoder("minilm")
    drawn = np.random.default_rng(0).standard_normal((len(corpus), real.dimension))
    matrix = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    findry.create(folder, encoder=Given(matrix, real.card)).add(rows)
    return folder


def _search(index: Path, queries: list[str], empty: Path | None) -> Callable[[int], None]:
    """A call that searches in a process; in the folder `empty`, with a cache that was never used."""

    def search(turn: int) -> None:
        cache = {} if empty is None else {"FINDRY_CACHE": tempfile.mkdtemp(dir=empty)}
        command = [*FINDRY, "search", str(index), queries[turn]]
        done = subprocess.run(command, env=os.environ | cache, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])

    return search
