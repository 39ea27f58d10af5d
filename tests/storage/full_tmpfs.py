"""Run inside a small file system of its own: trials with the real file layer while a filler leaves little room.

Arguments: the folder where the file system is mounted, and how many steps to go at once.  Prints one JSON list.
"""

from __future__ import annotations

__all__ = ["main"]

import gc
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from failure_trials import run_trial
from told_histories import SCHEMAS

from findry.index.files import Files


def fill_bytes(place: Path, pages: int) -> Callable[[], None]:
    """Leave only so many pages; the returned call frees the rest again."""
    filler, status = place / "filler", os.statvfs(place)
    filler.write_bytes(bytes((status.f_bavail - pages) * status.f_frsize))
    assert os.statvfs(place).f_bavail <= pages
    return lambda: filler.unlink(missing_ok=True)


def fill_names(place: Path, files: int) -> Callable[[], None]:
    """Leave only so many files and folders; the returned call frees the rest again."""
    filler = place / "fillers"
    filler.mkdir()
    for number in range(os.statvfs(place).f_favail - files):
        (filler / str(number)).touch()
    assert os.statvfs(place).f_favail <= files
    return lambda: shutil.rmtree(filler, ignore_errors=True)


def main(place: Path, stride: int) -> list[dict[str, object]]:
    """Trials with ever more room, until the history fits three times."""
    done: list[dict[str, object]] = []
    for what, fill in (("pages", fill_bytes), ("files", fill_names)):
        room = fits = 0
        while fits < 3 and room < 300:
            heal = fill(place, room)
            root = place / "index"
            trial = run_trial(f"{room} {what}", root, SCHEMAS["two"], Files(), heal=heal, again=len(done) % 2 == 0)
            problem = str(trial) if trial.problem else None
            done.append({"what": what, "error": trial.error, "lost": trial.lost, "problem": problem})
            heal()
            shutil.rmtree(root, ignore_errors=True)
            gc.collect()
            fits += trial.error is None and trial.problem is None
            room += stride
        assert fits == 3, f"{what}: the history never fits; the last trial: {done[-1]}"
    return done


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
