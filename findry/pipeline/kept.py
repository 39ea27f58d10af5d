"""Runs of earlier processes: a second comparison with one stage changed computes only what follows it."""

from __future__ import annotations

__all__ = ["KeptRuns"]

import contextlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_128

from findry.algebra import Pipe
from findry.folders import cache_folder
from findry.records import Batch, Queries, Run, Space, StageTrace, Trace

MOST = 1 << 30


class KeptRuns:
    """Runs on disk, by queries, pipeline up to there, index and commit, and the source of findry.

    Only runs over the items of an index are kept.  The least recently used are dropped beyond `most` bytes.  A file
    that cannot be read is as good as none.
    Times in the trace of a kept run are those of the process that made it.
    """

    def __init__(self, folder: Path | None = None, *, most: int = MOST) -> None:
        self.folder = cache_folder() / "runs" if folder is None else folder
        self._most = most
        self.found = self.made = 0

    def get(self, key: str, queries: Queries, pipe: Pipe) -> Batch | None:
        """The batch that was kept under a key; its trace has the stages of the whole way."""
        path = self._path(key, queries, pipe)
        try:
            with open(path, "rb") as source, np.load(source, allow_pickle=False) as held:
                told = json.loads(bytes(held["told"]))
                items = next(space for space in _spaces(pipe) if _name(space) == told["items"])
                columns = {name: held[f"column {name}"] for name in told["columns"]}
                parts = (held["offsets"], held["rows"], held["scores"])
                hits = held["hits"]
            run = Run(queries.space, items, *parts, told["kind"], columns, told["name"])
            os.utime(path)
        except (OSError, ValueError, KeyError, StopIteration, zipfile.BadZipFile, EOFError):
            return None
        self.found += 1
        stages = (
            StageTrace(label, kind, seconds, row, cost)
            for (label, kind, seconds, cost), row in zip(told["trace"], hits, strict=True)
        )
        return Batch(queries, run, trace=Trace(tuple(stages)))

    def put(self, key: str, queries: Queries, batch: Batch, pipe: Pipe) -> None:
        """Keep the run of a batch, where it is one that can be kept."""
        run = batch.run
        if run is None or run.items.origin is None:
            return
        self.made += 1
        trace = [[stage.label, stage.kind, stage.wall_s, dict(stage.cost)] for stage in batch.trace]
        told = {"items": _name(run.items), "kind": run.kind, "name": run.name, "trace": trace}
        told["columns"] = list(run.columns)
        arrays: dict[str, Any] = {f"column {name}": column for name, column in run.columns.items()}
        arrays |= {"offsets": run.offsets, "rows": run.rows, "scores": run.scores}
        arrays["hits"] = np.array([stage.hits for stage in batch.trace]).reshape(len(trace), -1)
        arrays["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
        with contextlib.suppress(OSError):
            self._write(self._path(key, queries, pipe), arrays)

    def _write(self, path: Path, arrays: dict[str, NDArray[Any]]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                np.savez(out, **arrays)  # type: ignore[arg-type]
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
        self._drop()

    def _drop(self) -> None:
        held = [(file.stat().st_mtime, file.stat().st_size, file) for file in self.folder.glob("*.npz")]
        total = sum(size for _, size, _ in held)
        for _, size, file in sorted(held):
            if total <= self._most:
                return
            file.unlink(missing_ok=True)
            total -= size

    def _path(self, key: str, queries: Queries, pipe: Pipe) -> Path:
        written = sorted({snapshot.commit.created for snapshot in _snapshots(pipe)})
        state = xxh3_128(f"{_source()}\0{key}\0{queries.syntax}\0{written}".encode("utf-8", "surrogatepass"))
        told = [list(pair) for pair in zip(queries.ids, queries.texts, strict=True)]
        state.update(json.dumps([told, {k: list(map(str, v)) for k, v in queries.columns.items()}]).encode())
        return self.folder / f"{state.hexdigest()}.npz"


def _name(space: Space) -> str:
    return f"{space.name} {space.unit} {space.origin}"


def _snapshots(pipe: Pipe) -> Iterator[Any]:
    """The commits that the stages of a bound pipeline read."""
    for part in pipe.walk():
        if (snapshot := getattr(getattr(part, "index", None), "snapshot", None)) is not None:
            yield snapshot


def _spaces(pipe: Pipe) -> Iterator[Space]:
    for snapshot in _snapshots(pipe):
        yield from (snapshot.rows, snapshot.documents)


@cache
def _source() -> str:
    """A digest of findry's own code: another state of it may give other runs."""
    root, state = Path(__file__).parent.parent, xxh3_128()
    for path in sorted(root.rglob("*.py")):
        state.update(path.read_bytes())
    return state.hexdigest()
