"""A process that writes to an index until it is killed, and a helper that starts one for each trial.

The helper has imported findry once and forks a child for each trial, so that a trial costs little.  A child tells
every step and every call of the file layer through its pipe before it is done; how far it came is known exactly.
"""

from __future__ import annotations

__all__ = ["ENDS", "Told", "Trial", "changes", "helper", "left_by", "state", "write_on"]

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from small_worlds import CHUNKED, ENCODER, WORDS, build

from findry.index import Commit, Writer, create
from findry.index.files import Files
from findry.records import Document, Value

IDS = tuple(f"d{number}" for number in range(40))
ENDS = ("commit", "commit", "commit", "optimize")
NET = 60.0  # seconds after which a child that should have ended by itself is called hung
Tell = Callable[[str], None]


def changes(seed: int, number: int) -> list[tuple[str, Any]]:
    """What leads from the commit before to commit `number`, drawn from the seed alone."""
    chance = random.Random(f"{seed} {number}")
    steps: list[tuple[str, Any]] = []
    for _ in range(chance.randint(1, 2)):
        steps.append(("add", [_document(chance) for _ in range(chance.randint(1, 9))]))
        steps.append(("delete", chance.sample(IDS, chance.randint(0, 4))))
    steps.append(("add", [Document("clock", {"text": f"commit {number}"}, {"number": number})]))
    return [*steps, (chance.choice(ENDS), None)]


def _document(chance: random.Random) -> Document:
    title, text = (" ".join(chance.choices(WORDS, k=chance.randint(0, most))) for most in (2, 7))
    values: dict[str, Value] = {
        "year": chance.randint(1, 3),
        "lang": chance.choice(["en", "fr"]),
        "tags": chance.sample("xyz", 2),
    }
    return Document(chance.choice(IDS), {"title": title, "text": text}, values)


_LEFT: dict[int, list[Mapping[str, Document]]] = {}


def left_by(seed: int, number: int) -> Mapping[str, Document]:
    """The documents of state `number` (1 is the empty index), by a plain dictionary."""
    states = _LEFT.setdefault(seed, [{}])
    while len(states) < number:
        held = dict(states[-1])
        for step, what in changes(seed, len(states) + 1):
            if step == "add":
                held |= {document.id: document for document in what}
            elif step == "delete":
                held = {id: document for id, document in held.items() if id not in what}
        states.append(held)
    return states[number - 1]


def state(commit: Commit) -> int:
    """Which state of the documents a commit holds, from 1 for the empty index; a merge makes no new one."""
    return commit.version + 1


def write_on(writer: Writer, seed: int, number: int, tell: Tell | None = None) -> None:
    """Do the changes that make state `number`, and tell of each step before it."""
    for step, what in changes(seed, number):
        if tell is not None:
            tell(f"at {step}")
        if step in ("commit", "optimize"):
            made = state(getattr(writer, step)())
            if made != number:
                raise AssertionError(f"state {made} was made where {number} was due")
        else:
            getattr(writer, step)(what)


@dataclass(frozen=True)
class Trial:
    """What a child is to do: go on at the newest commit of an index until commit `last`, for ever if that is 0.

    An index that is not there is made first.  The child is killed after `seconds`, or kills itself before its file
    call number `call` (from 1), or within that call after a part of it is done.
    """

    root: str
    seed: int
    last: int = 0
    seconds: float = NET
    call: int = 0
    within: bool = False


class Told(Files):
    """The real file layer; tells of each change of the disk before it, and dies at the one that it was told."""

    def __init__(self, trial: Trial, tell: Tell) -> None:
        self._trial, self._tell, self._calls = trial, tell, count(1)

    def _dies(self, name: str, path: Path) -> bool:
        """Whether the process must die within this call; if it must die before, it does."""
        now = next(self._calls) == self._trial.call  # a number of its own for each call: merges call from a thread
        self._tell(f"call {name} {os.path.relpath(path, self._trial.root)}")
        if now and not self._trial.within:
            _die()
        return now

    def write(self, path: Path, pieces: Iterable[bytes | memoryview]) -> int:
        dies = self._dies("write", path)
        return super().write(path, self._torn(list(pieces)) if dies else pieces)

    @staticmethod
    def _torn(pieces: list[bytes | memoryview]) -> Iterator[bytes]:
        """More than a buffer's worth, so that a part of it reaches the system, then death."""
        whole = b"".join(pieces)
        yield whole[: len(whole) // 2]
        yield bytes(1 << 16)
        _die()

    def make_folder(self, path: Path, *, flush: bool = True) -> None:
        dies = self._dies("make_folder", path)
        super().make_folder(path, flush=flush)
        if dies:
            _die()

    def sync_folder(self, path: Path) -> None:
        if self._dies("sync_folder", path):
            _die()
        super().sync_folder(path)

    def replace(self, source: Path, target: Path) -> None:
        dies = self._dies("replace", target)
        super().replace(source, target)
        if dies:
            _die()

    def remove(self, path: Path) -> None:
        if self._dies("remove", path):
            for file in [file for file in sorted(path.rglob("*")) if file.is_file()][:1]:
                file.unlink()
            _die()
        super().remove(path)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _live(trial: Trial, pipe: int) -> None:
    """The life of a child."""

    def tell(line: str) -> None:
        os.write(pipe, f"{line}\n".encode())

    with ExitStack() as stack:
        stack.enter_context(patch("findry.index.writer.FLUSH_DOCUMENTS", 4))
        stack.enter_context(patch("findry.index.merge.MERGED_AT_ONCE", 3))
        tell("at start")
        root, files = Path(trial.root), Told(trial, tell)
        if not root.exists():
            create(root, CHUNKED, files)
            tell("acknowledged 1")
        writer = stack.enter_context(Writer(root, {"vectors": ENCODER}, files=files))
        number = state(writer.commit())
        while number != trial.last:
            number += 1
            write_on(writer, trial.seed, number, tell)
            tell(f"acknowledged {number}")
        tell("at end")


def _forked(trial: Trial) -> dict[str, Any]:
    """Do one trial in a forked child; returns what it told, and how it ended."""
    began = time.monotonic()
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(ear)
            _live(trial, mouth)
            status = 0
        except BaseException:
            os.write(mouth, traceback.format_exc().encode())
        finally:
            os._exit(status)
    os.close(mouth)
    heard, open_ = [b""], True
    while open_ and select.select([ear], [], [], max(0.0, began + trial.seconds - time.monotonic()))[0]:
        heard.append(os.read(ear, 1 << 16))
        open_ = bool(heard[-1])
    if open_:
        os.kill(child, signal.SIGKILL)
    while open_:
        heard.append(os.read(ear, 1 << 16))
        open_ = bool(heard[-1])
    os.close(ear)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"told": b"".join(heard).decode().splitlines(), "status": status, "seconds": time.monotonic() - began}


@contextmanager
def helper() -> Iterator[Callable[[Trial], dict[str, Any]]]:
    """A running helper: give it a trial, it gives back what the child told (`told`), how it ended, how long it took."""
    tests = Path(__file__).resolve().parent.parent
    paths = os.pathsep.join([str(tests.parent), str(tests), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(Path(__file__).resolve())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        try:
            into, out = process.stdin, process.stdout
            if into is None or out is None:
                raise RuntimeError("no pipes")

            def run(trial: Trial) -> dict[str, Any]:
                print(json.dumps(asdict(trial)), file=into, flush=True)
                answer: dict[str, Any] = json.loads(out.readline())
                return answer

            yield run
        finally:
            process.kill()


if __name__ == "__main__":
    with build([Document("a", {"text": "ant"})], CHUNKED):
        pass  # what is made once in a process is made before the first fork
    for line in sys.stdin:
        print(json.dumps(_forked(Trial(**json.loads(line)))), flush=True)
