"""What must be true of an index after a power cut, whatever the cut left."""

from __future__ import annotations

__all__ = ["Lost", "Outcome", "Wrong", "inspect_cut", "leftovers", "outcomes"]

import json
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simulated_disk import Cut, put
from small_worlds import Unflushed, writer_of
from told_histories import Driver, answers, documents_of, expected, quick_folder

from findry.errors import IndexDamaged, MissingResource
from findry.index import Snapshot
from findry.index.commit import Commit, commit_numbers
from findry.records import Document

NEW = Document("new", {"title": "bee", "text": "ant new bee"}, {"year": 3})


class Lost(AssertionError):
    """Something acknowledged is gone."""


class Wrong(AssertionError):
    """A wrong answer, an unclear error, or something left behind."""


@dataclass(frozen=True)
class Outcome:
    """How one state went: the commit found (0 for none), whether there was something to clean up, or what was wrong."""

    cut: Cut
    found: int
    littered: bool
    problem: Exception | None = None

    @property
    def lost(self) -> bool:
        """Whether something acknowledged was gone."""
        return isinstance(self.problem, Lost)

    def __str__(self) -> str:
        told = "".join(traceback.format_exception(self.problem)[-3:]) if self.problem else "fine"
        cut = self.cut
        return f"cut after event {cut.after} ({cut.how}; commit {cut.acknowledged} acknowledged): {told}"


def outcomes(cuts: Iterable[Cut], driver: Driver, base: Path) -> list[Outcome]:
    """Check each state in a folder of its own; `base` is where the record of the driver began."""
    place = driver.root.relative_to(base)
    found = []
    with quick_folder() as folder:
        for number, cut in enumerate(cuts):
            state = folder / str(number)
            put(cut.tree, state)
            try:
                found.append(Outcome(cut, *inspect_cut(state / place, cut, driver)))
            except Exception as problem:
                found.append(Outcome(cut, 0, False, problem))
    return found


def inspect_cut(root: Path, cut: Cut, driver: Driver) -> tuple[int, bool]:
    """Open, read, search and write on; returns the number of the commit found, 0 where none was yet promised, and
    whether the cut left something of no use."""
    try:
        snapshot = Snapshot(root, files=Unflushed())
    except (MissingResource, IndexDamaged) as error:
        if cut.acknowledged:
            raise Lost(f"commit {cut.acknowledged} does not open") from error
        return 0, bool(cut.tree)
    number = snapshot.commit.number
    if number < cut.acknowledged:
        raise Lost(f"commit {number} is found")
    if number > cut.coming:
        raise Wrong(f"commit {number} is found, {cut.coming} was never begun")
    documents = driver.published[number]
    if answers(snapshot) != expected(documents, driver.schema):
        raise Lost(f"commit {number} answers {answers(snapshot)}")
    for segment in snapshot.segments:
        segment.arrays.verify()
    _require_kept(root, number, driver)
    littered = bool(leftovers(root))
    with writer_of(root) as writer:
        writer.add([NEW])
        writer.commit()
    after = Snapshot(root, files=Unflushed())
    if after.commit.number <= number or answers(after) != expected(documents | {NEW.id: NEW}, driver.schema):
        raise Wrong(f"after a new commit the index answers {answers(after)}")
    if left := leftovers(root):
        raise Wrong(f"left behind: {sorted(left)}")
    return number, littered


def _require_kept(root: Path, newest: int, driver: Driver) -> None:
    """The state before the newest is kept by one of its commits, and that must be as good."""
    before = [number for number in range(1, newest) if driver.states[number] != driver.states[newest]]
    if not before:
        return
    same = [number for number in before if driver.states[number] == driver.states[before[-1]]]
    there = [number for number in same if number in commit_numbers(root, Unflushed())]
    if not there:
        raise Lost(f"none of the commits {same} is kept")
    path = root / "commits" / f"{there[-1]:06d}.json"
    try:
        held = documents_of(Snapshot(root, Commit.from_json(path.read_bytes(), str(path)), Unflushed()))
    except (OSError, IndexDamaged) as error:
        raise Lost(f"the kept commit {there[-1]} does not open") from error
    if held != expected(driver.published[there[-1]], driver.schema)["documents"]:
        raise Lost(f"the kept commit {there[-1]} is not what it was")


def leftovers(root: Path) -> set[str]:
    """Files and folders of an index that none of its commits names."""
    used = {"CURRENT", "write.lock", "commits", "segments", "deletes", "staging"}
    for number in commit_numbers(root, Unflushed()):
        name = f"commits/{number:06d}.json"
        used.add(name)
        for entry in json.loads((root / name).read_bytes())["segments"]:
            used |= {f"segments/{entry['name']}", *(f"segments/{entry['name']}/{name}" for name in entry["files"])}
            used |= {f"deletes/{name}" for name in entry["deletes"]}
    return {path.relative_to(root).as_posix() for path in root.rglob("*")} - used
