"""Indexes built in processes of their own, with what that took; kept for later benches."""

from __future__ import annotations

__all__ = ["Built", "build", "built", "findry_state"]

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import findry
from benches import memory
from benches.corpora import Corpus
from benches.peers import get
from benches.setting import ROOT, Setting
from benches.vectors import Vectors


@dataclass
class Built:
    """An index on disk: seconds until it could be searched, of the processor, and of optimizing after that.

    size is in bytes on disk, peak and own are bytes of the building process (0 where it was this process); the peaks
    of processes that it started are added.
    """

    folder: str
    seconds: float
    cpu: float
    optimizing: float
    size: int
    peak: int = 0
    own: int = 0
    state: str = ""
    shares: dict[str, int] = field(default_factory=dict)


def built(kind: str, name: str, source: Corpus | Vectors, setting: Setting, *, fresh: bool = False) -> Built:
    """The index of a corpus ("lexical") or of vectors ("dense") by a peer, built unless an earlier bench did.

    fresh: build it again, next to the one that others use.
    """
    folder = setting.folder / "indexes" / source.name / f"{name.replace(' ', '-')}-{_stamp(name)}"
    if fresh:
        folder = folder.with_name(folder.name + "-fresh")
        shutil.rmtree(folder, ignore_errors=True)
    told = folder.with_name(folder.name + ".json")
    if not (told.exists() and folder.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        if setting.small:
            made = build(kind, name, source.folder, folder)
        else:
            command = [sys.executable, "-m", "benches.building", kind, name, str(source.folder), str(folder)]
            threads = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2"}
            done = subprocess.run(command, cwd=ROOT, env=os.environ | threads, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{name} could not index {source.name}:\n{done.stderr[-3000:]}")
            made = Built(**json.loads(done.stdout.splitlines()[-1]))
        told.write_text(json.dumps(asdict(made)), "utf-8")
    return Built(**json.loads(told.read_text("utf-8")))


def build(kind: str, name: str, source: Path, folder: Path, *, apart: bool = False) -> Built:
    """Index a corpus or vectors here and now; `apart` in a process that does nothing else."""
    peer = get(kind, name)(folder)
    if not name.startswith("findry"):
        folder.mkdir(parents=True)
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
    what: Iterable[str] | Vectors = Corpus(source).texts() if kind == "lexical" else Vectors(source)
    if apart and kind == "lexical":
        _warm(name, Corpus(source))
    start, cpu = time.perf_counter(), _processor()
    with memory.Children() as children:
        peer.build(what)
    seconds, cpu = time.perf_counter() - start, _processor() - cpu
    start = time.perf_counter()
    peer.optimize()
    optimizing = time.perf_counter() - start
    held = memory.resident()
    shares = peer.shares() if hasattr(peer, "shares") else {}
    made = Built(str(folder), seconds, cpu, optimizing, peer.size(), state=peer.state(), shares=shares)
    peer.close()
    if apart:
        made.peak, made.own = held.get("peak", 0) + children.peak, held.get("own", 0)
    return made


def _processor() -> float:
    """Processor seconds of this process and of those it started that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _warm(name: str, corpus: Corpus) -> None:
    """Index a little beforehand, so that code is loaded and compiled."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "index"
        if not name.startswith("findry"):
            place.mkdir()
        peer = get("lexical", name)(place)
        peer.build(corpus.texts(0, 300))
        peer.close()


def _stamp(name: str) -> str:
    """What decides the bytes of an index: the version of a library, or findry's own source."""
    if not name.startswith("findry"):
        library = {"faiss": "faiss-cpu", "qdrant": "qdrant-edge-py"}.get(name.split()[0], name.split()[0])
        return version(library) if library != "sqlite" else sqlite3.sqlite_version
    return findry_state()


def findry_state() -> str:
    """A name for the present source of findry."""
    state = hashlib.blake2b(digest_size=6)
    for path in sorted(Path(findry.__file__).parent.rglob("*.py")):
        state.update(path.read_bytes())
    return state.hexdigest()


if __name__ == "__main__":
    kind, name, source, folder = sys.argv[1:]
    print(json.dumps(asdict(build(kind, name, Path(source), Path(folder), apart=True))))
