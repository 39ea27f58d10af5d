"""A damaged index opened and used as a reader would."""

from __future__ import annotations

__all__ = ["ReadingTrial"]

import random
from collections.abc import Callable, Mapping

from damage_kinds import Damage
from damage_outcomes import REFUSED, RIGHT, ROLLED_BACK, WRONG, bad
from damage_worlds import World, answers, probes, shown
from memory_disk import MemoryDisk

from findry.errors import IndexDamaged, MissingResource
from findry.index import Snapshot
from findry.index.snapshot import newest


def tried(ask: Callable[[], object], expected: str) -> str:
    """The outcome of one question."""
    try:
        return RIGHT if shown(ask()) == expected else WRONG
    except IndexDamaged:
        return REFUSED
    except Exception as error:
        return type(error).__name__


def asked_everything(snapshot: Snapshot, world: World, expected: Mapping[str, str], rng: random.Random) -> str:
    """Ask everything in any order, and what was refused once more."""
    asks = probes(snapshot, world.ids)
    names = list(asks)
    rng.shuffle(names)
    refused = []
    for name in names:
        outcome = tried(asks[name], expected[name])
        if bad(outcome):
            return outcome
        if outcome == REFUSED:
            refused.append(name)
    again = [tried(asks[name], expected[name]) for name in refused]
    return next(filter(bad, again), REFUSED if refused else RIGHT)


class ReadingTrial:
    """Reads damaged files out of memory and compares with what the intact index answers."""

    def __init__(self, worlds: list[World]) -> None:
        self._intact = {world.name: answers(world, world.files) for world in worlds}
        self._before = {
            world.name: answers(world, {**world.files, "CURRENT": world.pointers[world.newest - 1]}) for world in worlds
        }

    def __call__(self, world: World, done: Damage, rng: random.Random) -> str:
        outcome = self._read(world, self._intact[world.name], done, rng)
        if bad(outcome) and done.is_crash_of(world.pointers):
            return ROLLED_BACK if self._read(world, self._before[world.name], done, rng) == RIGHT else outcome
        return outcome

    def _read(self, world: World, expected: Mapping[str, str], done: Damage, rng: random.Random) -> str:
        gone = not any(name == "CURRENT" or name.startswith("commits/") for name in done.files)
        try:
            snapshot = newest(world.root, MemoryDisk(world.root, done.files))
        except IndexDamaged:
            return REFUSED
        except MissingResource:
            return REFUSED if gone else "MissingResource"
        except Exception as error:
            return type(error).__name__
        return asked_everything(snapshot, world, expected, rng)
