"""Processes that build segments while this one reads documents; threads of one Python would wait for each other."""

from __future__ import annotations

__all__ = ["Apart", "main", "runs_python"]

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO

from findry.errors import WriteFailed
from findry.index.build import build_segment
from findry.index.commit import SegmentEntry
from findry.index.draft import Draft
from findry.index.staging import Staging

LENGTH = 8
COMMAND = "import findry.kernels as k; k.ALONE = True; from findry.index.apart import main; main()"


def runs_python() -> bool:
    """Whether another Python can be started: this one is no program that was frozen with its interpreter."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


class Apart:
    """So many processes, each started when it is first needed; a job is a draft, the answer the entry of its segment.

    Errors: those of building, and `WriteFailed` when a process ends before its answer.
    """

    def __init__(self, processes: int) -> None:
        self._threads = ThreadPoolExecutor(processes, "findry-apart")
        self._idle: list[_Process] = []

    def build(self, stage: Staging, name: str, draft: Draft, kinds: Mapping[str, str]) -> Future[SegmentEntry]:
        """Begin to build a segment in the folder of `stage`."""
        return self._threads.submit(self._answer, pickle.dumps((stage, name, draft, dict(kinds)), protocol=5))

    def _answer(self, job: bytes) -> SegmentEntry:
        try:
            process = self._idle.pop()
        except IndexError:
            process = _Process()
        try:
            answer = process.ask(job)
        except BaseException as error:
            status = process.close()
            if not isinstance(error, OSError | EOFError):
                raise
            raise WriteFailed(
                "a process that was building a segment ended",
                received=f"exit status {status}",
                hint="the last commit stands; see that there is enough memory, then add again",
            ) from error
        self._idle.append(process)
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, SegmentEntry)
        return answer

    def close(self) -> None:
        """Wait for what was begun, and end the processes."""
        self._threads.shutdown()
        while self._idle:
            self._idle.pop().close()


class _Process:
    """One process and its two pipes."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, sys.path))
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def ask(self, job: bytes) -> object:
        """Send a job and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        _send(self._process.stdin, job)
        return pickle.loads(_receive(self._process.stdout))

    def close(self) -> int:
        """Let the process end; its exit status."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        return self._process.wait()


def _send(pipe: IO[bytes], message: bytes) -> None:
    """Write a message in few calls: each lets another thread of Python run, and then waits for its turn."""
    for data in (len(message).to_bytes(LENGTH, "little"), message):
        left = memoryview(data)
        while left:
            left = left[os.write(pipe.fileno(), left) :]


def _receive(pipe: IO[bytes]) -> bytes:
    length = pipe.read(LENGTH)
    if len(length) < LENGTH:
        raise EOFError
    message = pipe.read(int.from_bytes(length, "little"))
    if len(message) < int.from_bytes(length, "little"):
        raise EOFError
    return message


def main() -> None:
    """Build segments while there are jobs and the process that gave them lives; print to the standard error alone."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    while True:
        try:
            job = _receive(sys.stdin.buffer)
        except EOFError:
            os._exit(0)  # giving back memory piece by piece takes a third of a second, and somebody waits
        try:
            stage, name, draft, kinds = pickle.loads(job)
            del job
            built = build_segment(draft, {}, kinds)
            del draft
            if os.getppid() != parent:
                return
            answer: object = stage.put(name, *built)
            del built
        except Exception as error:
            answer = error
        _send(answers, pickle.dumps(answer))
