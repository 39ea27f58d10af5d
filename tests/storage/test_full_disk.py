"""A disk with little room: a clear error when it is full, the last commit as it was, and all once there is room."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import trials
from failing_files import FullDisk
from failure_trials import HISTORY, Trial, run_trial, told
from told_histories import SCHEMAS, Step, quick_folder, story

HERE = Path(__file__).resolve().parent


def peak(folder: Path, schema: str, steps: list[Step]) -> int:
    """The most bytes that a history ever takes up."""
    files = FullDisk(folder / "whole", 1 << 40)
    trial = run_trial("room enough", folder / "whole" / "index", SCHEMAS[schema], files, steps)
    assert trial.error is None, str(trial)
    assert trial.problem is None, str(trial)
    return files.peak


def full(folder: Path, schema: str, steps: list[Step], rooms: Iterable[int]) -> list[Trial]:
    """A trial for each size of disk."""
    done = []
    for room in rooms:
        base = folder / f"{schema}-{len(steps)}-{room}"
        title = f"{schema}, a disk of {room} bytes"
        done.append(run_trial(title, base / "index", SCHEMAS[schema], FullDisk(base, room), steps, again=room % 2 == 0))
    return done


def test_a_disk_with_any_room_left_keeps_the_last_commit() -> None:
    with quick_folder() as folder:
        most = peak(folder, "two", HISTORY)
        done = full(folder, "two", HISTORY, range(0, most, most // 40))
    assert not any(trial.problem for trial in done), told(done)
    assert sum(trial.error is not None for trial in done) >= 35


def in_tmpfs(folder: Path, stride: int) -> list[dict[str, Any]]:
    """Trials in a real small file system, in a private mount namespace; skips where that is not permitted."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no `unshare` to mount a small file system with")
    options = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    mounted = 'mount -t tmpfs -o size=2m,nr_inodes=200 none "$1" && shift && exec "$@"'
    start = [unshare, *options, "sh", "-c", mounted, "sh", str(folder)]
    tried = subprocess.run([*start, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"mounting a small file system is not permitted: {tried.stderr.strip()}")
    command = [sys.executable, str(HERE / "full_tmpfs.py"), str(folder), str(stride)]
    path = os.pathsep.join([str(HERE.parent), str(HERE), *sys.path])
    ran = subprocess.run(
        [*start, *command], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, timeout=600
    )
    assert ran.returncode == 0, ran.stderr
    assert not ran.stderr, ran.stderr
    done: list[dict[str, Any]] = json.loads(ran.stdout)
    return done


def require(done: list[dict[str, Any]]) -> None:
    """None went wrong, and most disks of either kind were full."""
    problems = [one["problem"] for one in done if one["problem"]]
    assert not problems, "\n".join(problems[:4])
    for what in ("pages", "files"):
        errors = [one["error"] for one in done if one["what"] == what]
        assert sum(error is not None for error in errors) >= len(errors) // 2


def test_a_real_file_system_that_is_full_keeps_the_last_commit(tmp_path: Path) -> None:
    require(in_tmpfs(tmp_path, 2))


@pytest.mark.slow
def test_disks_of_every_size_keep_the_last_commit(tmp_path: Path) -> None:
    done: list[Trial] = []
    with quick_folder() as folder:
        for schema in SCHEMAS:
            for steps in (HISTORY, story(Random(3))):
                most = peak(folder, schema, steps)
                rooms = sorted(Random(most).sample(range(most), 150))
                done += full(folder, schema, steps, rooms)
                shutil.rmtree(folder / "whole")
    real = in_tmpfs(tmp_path, 1)
    lost = sum(trial.lost for trial in done) + sum(one["lost"] for one in real)
    problems = sum(trial.problem is not None for trial in done) + sum(one["problem"] is not None for one in real)
    trials.record(
        "full-disk",
        "a disk that is full after so many bytes, pages or files",
        trials=len(done) + len(real),
        lost=lost,
        crashed=problems - lost,
        note=f"{len(real)} of them on a real small file system",
    )
    assert not any(trial.problem for trial in done), told(done)
    require(real)
