"""A damaged index opened and changed as a writer would, on real files."""

from __future__ import annotations

__all__ = ["SCRIPTS", "WritingTrial"]

import json
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from damage_kinds import Damage
from damage_outcomes import REFUSED, RIGHT, ROLLED_BACK
from damage_reading import asked_everything
from damage_worlds import World, answers
from memory_disk import contents
from small_worlds import Unflushed
from writer_ways import eager_merges, open_writer

from findry.errors import FindryError
from findry.index import MergeMode, Snapshot, Writer
from findry.records import Document

KEEP = 3
NEW, OTHER = Document("new", {"title": "dog", "text": "dog ant"}), Document("b", {"text": "cow"})


def _add(writer: Writer) -> None:
    writer.add([NEW, OTHER])
    writer.commit()


def _delete(writer: Writer) -> None:
    writer.delete(["b", "unknown"])
    writer.commit()


def _merge(writer: Writer) -> None:
    for document in (NEW, OTHER):
        writer.add([document])
    writer.commit()


def _optimize(writer: Writer) -> None:
    writer.delete(["g"])
    writer.optimize()


SCRIPTS: Mapping[str, tuple[MergeMode, Callable[[Writer], None]]] = {
    "open": ("off", lambda _: None),
    "add": ("off", _add),
    "delete": ("off", _delete),
    "merge": ("now", _merge),
    "optimize": ("off", _optimize),
}


def _lay(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder, with the folders that an index always has."""
    shutil.rmtree(root, ignore_errors=True)
    for folder in {(root / name).parent for name in files} | {root / "staging", root / "deletes"}:
        folder.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        (root / name).write_bytes(raw)


class WritingTrial:
    """Does one of the `SCRIPTS` on a damaged index; the index after it must be right or say that it is damaged.

    What a kept and undamaged commit names must be there still, to the byte.
    """

    def __init__(self, worlds: list[World], folder: Path) -> None:
        self._root = folder / "changed"
        self._expected = {}
        for world in worlds:
            for script in SCRIPTS:
                _lay(self._root, world.files)
                assert self._change(script) == RIGHT
                after = World(world.name, self._root, contents(self._root), {}, world.ids)
                before = answers(World(world.name, self._root, {}, {}, world.ids), world.files)
                self._expected[world.name, script] = {world.newest: before}
                if after.files["CURRENT"] != world.files["CURRENT"]:
                    self._expected[world.name, script][world.newest + 1] = answers(after, after.files)

    def __call__(self, world: World, done: Damage, rng: random.Random) -> str:
        if done.is_crash_of(world.pointers):
            return ROLLED_BACK
        script = rng.choice(list(SCRIPTS))
        _lay(self._root, done.files)
        outcome = self._change(script)
        if outcome not in (RIGHT, REFUSED):
            return f"{script}: {outcome}"
        pointer = self._root / "CURRENT"
        published = pointer.is_file() and pointer.read_bytes() != done.files.get("CURRENT")
        if outcome == RIGHT and not published and world.newest + 1 in self._expected[world.name, script]:
            return f"{script}: NOT COMMITTED"
        if lost := self._lost(world, done, published):
            return f"{script}: LOST {lost}"
        try:
            snapshot = Snapshot(self._root, files=Unflushed())
        except FindryError:
            return REFUSED
        except Exception as error:
            return f"{script}: then reading: {type(error).__name__}"
        expected = self._expected[world.name, script].get(snapshot.commit.number)
        if expected is None:
            return f"{script}: OLDER COMMIT"
        read = asked_everything(snapshot, world, expected, rng)
        return read if read in (RIGHT, REFUSED) else f"{script}: then reading: {read}"

    def _change(self, script: str) -> str:
        writer = None
        try:
            with eager_merges():
                merge, change = SCRIPTS[script]
                writer = open_writer(self._root, merge, keep=KEEP)
                change(writer)
                writer.close()
        except FindryError:
            return REFUSED
        except Exception as error:
            return type(error).__name__
        finally:
            if writer is not None:
                writer.close()
        return RIGHT

    def _lost(self, world: World, done: Damage, published: bool) -> str:
        """What is gone or changed of the files of kept commits, other than what was damaged."""
        intact = {name: raw for name, raw in world.files.items() if done.files.get(name) == raw}
        numbers = [*sorted(int(n[8:14]) for n in world.files if n.startswith("commits/")), *[0] * published]
        kept = [number for number in numbers[-KEEP:] if f"commits/{number:06d}.json" in intact]
        for number in kept:
            name = f"commits/{number:06d}.json"
            needs = [name]
            for entry in json.loads(world.files[name])["segments"]:
                needs += [f"segments/{entry['name']}/{file}" for file in entry["files"]]
                needs += [f"deletes/{file}" for file in entry["deletes"]]
            for need in needs:
                path = self._root / need
                if need in intact and not (path.is_file() and path.read_bytes() == intact[need]):
                    return "the files of an intact commit"
        return ""
