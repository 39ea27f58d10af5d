"""Cases of damage by seed, and what came of them.

Run as a program it does the cases of a range of seeds in a process of its own, so that a crash of the
interpreter is one more outcome: ``python damage_trials.py MODE FIRST LAST MARK`` prints one JSON line and
keeps the seed in hand in the file MARK.  Modes: "read", "write", and "blind" (read without checksums).
"""

from __future__ import annotations

__all__ = ["run_cases"]

import contextlib
import faulthandler
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from damage_kinds import Damage, damage
from damage_outcomes import Outcomes, bad
from damage_reading import ReadingTrial
from damage_worlds import World, build_worlds
from damage_writing import WritingTrial

SECONDS, SPARE_BYTES = 20, 3 << 29
LARGE = 60
"""Of so many cases one is done on the large index."""
HASHES = ("blake2b", "xxh3_64_hexdigest", "xxh3_128")
Trial = Callable[[World, Damage, random.Random], str]


class Hung(BaseException):
    """A case took longer than any case may."""


def _limit() -> None:
    """Bounds on the memory of this process and, once a timer is set, on the time of a case."""
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + SPARE_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))

    def hung(*_: object) -> None:
        raise Hung

    signal.signal(signal.SIGALRM, hung)


class Constant:
    """A checksum that is the same for everything."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def update(self, _: object) -> None: ...

    def hexdigest(self) -> str:
        return "0" * 32


def _blinded() -> contextlib.ExitStack:
    """Switch off every checksum of the index, in building and in reading."""
    stack = contextlib.ExitStack()
    patched = 0
    for name, module in list(sys.modules.items()):
        for hash in HASHES if name.startswith("findry.index.") else ():
            if hasattr(module, hash):
                stack.enter_context(patch.object(module, hash, (lambda _: "0" * 16) if "64" in hash else Constant))
                patched += 1
    assert patched, "no checksum was found to switch off"
    return stack


def _one(trial: Trial, world: World, seed: int) -> tuple[Damage, str]:
    """The outcome of one case."""
    rng = random.Random(seed)
    done = damage(world.files, world.pointers, rng)
    faulthandler.dump_traceback_later(3 * SECONDS, exit=True)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return done, trial(world, done, rng)
    except Hung:
        return done, "hang"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()


def _child(mode: str, first: int, last: int, mark: Path) -> dict[str, object]:
    outcomes: Outcomes = Counter()
    examples: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, open(mark, "r+b", buffering=0) as hand:
        worlds = build_worlds(Path(folder))
        trial: Trial = WritingTrial(worlds, Path(folder)) if mode == "write" else ReadingTrial(worlds)
        _limit()
        for seed in range(first, last):
            hand.seek(0)
            hand.write(b"%20d" % seed)
            world = worlds[-1] if seed % LARGE == 0 else worlds[seed % (len(worlds) - 1)]
            done, outcome = _one(trial, world, seed)
            outcomes[done.place, outcome] += 1
            if bad(outcome):
                examples.setdefault(f"{done.place} {outcome}", f"seed {seed}: {world.name}: {done}: {outcome}")
    return {"outcomes": [[*key, n] for key, n in outcomes.items()], "examples": examples}


def run_cases(mode: str, first: int, last: int) -> tuple[Outcomes, dict[str, str]]:
    """The outcomes of the cases with seeds from `first` up to `last`, and a case to repeat for each bad one."""
    outcomes: Outcomes = Counter()
    examples: dict[str, str] = {}
    here = Path(__file__).resolve().parent
    paths = [str(here.parent), str(here), *filter(None, [os.environ.get("PYTHONPATH")])]
    around = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    while first < last:
        with tempfile.NamedTemporaryFile() as mark:
            program = [sys.executable, "-W", "error", __file__, mode, str(first), str(last), mark.name]
            done = subprocess.run(program, capture_output=True, text=True, check=False, env=around)
            seed = mark.read().decode().strip()
        if done.returncode == 0:
            told = json.loads(done.stdout)
            outcomes.update({(place, outcome): n for place, outcome, n in told["outcomes"]})
            return outcomes, told["examples"] | examples
        if not seed:
            raise AssertionError(f"the cases could not begin:\n{done.stderr}")
        outcomes["interpreter", "crash"] += 1
        examples[f"crash {seed}"] = f"seed {seed}: exit {done.returncode}: {done.stderr[-2000:]}"
        if first < int(seed):  # what came before it ended with that process, and is done again
            before, cases = run_cases(mode, first, int(seed))
            outcomes += before
            examples |= cases
        first = int(seed) + 1
    return outcomes, examples


if __name__ == "__main__":
    mode, first, last, mark = sys.argv[1:]
    with _blinded() if mode == "blind" else contextlib.nullcontext():
        print(json.dumps(_child(mode, int(first), int(last), Path(mark))))
