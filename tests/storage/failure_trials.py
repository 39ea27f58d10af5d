"""One trial: a history on a file layer that fails somewhere, and what must be true then and afterwards."""

from __future__ import annotations

__all__ = ["CLEAR", "HISTORY", "Trial", "final", "run_trial", "told"]

import contextlib
import shutil
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from after_cuts import Lost, Wrong, leftovers
from failing_files import MUST_BE_TOLD
from small_worlds import Unflushed, writer_of
from told_histories import ANCHOR, Answers, Driver, Held, Step, answers, drawn_document, expected, small_merges

from findry import errors
from findry.errors import IndexDamaged, MissingResource, WriteFailed
from findry.index import Schema, Snapshot, Writer
from findry.index.files import Files

CLEAR = (OSError, WriteFailed, IndexDamaged)
_RNG = Random(11)
HISTORY: list[Step] = [
    ("add", [ANCHOR, *(drawn_document(_RNG, id) for id in "abc")]),
    ("commit", None),
    ("delete", ["a"]),
    ("add", [drawn_document(_RNG, id) for id in "bd"]),
    ("reopen", None),
    ("delete", ["d"]),
    ("commit", None),
    ("add", [drawn_document(_RNG, "e")]),
    ("optimize", None),
]


@dataclass(frozen=True)
class Trial:
    """How one trial went, as text: the error that a step gave, and what was wrong; `lost` if that was a loss.

    Errors themselves are not kept: they hold frames, and those hold files.
    """

    title: str
    fault: tuple[str, Path] | None
    error: str | None
    problem: str | None = None
    lost: bool = False

    def __str__(self) -> str:
        where = f"{self.fault[0]} of {self.fault[1].name}" if self.fault else "nothing"
        return f"{self.title}, first {where} failed, error {self.error}: {self.problem}"


def told(trials: Sequence[Trial]) -> str:
    """The first few bad trials as text."""
    return "\n".join(str(trial) for trial in [t for t in trials if t.problem][:4])


def final(steps: Sequence[Step]) -> Held:
    """What steps that end with a commit leave, by a plain dictionary."""
    committed: Held = {}
    held: Held = {}
    for kind, what in steps:
        if kind == "add":
            held = held | {document.id: document for document in what}
        elif kind == "delete":
            held = {id: document for id, document in held.items() if id not in what}
        elif kind == "give up":
            held = dict(committed)
        else:
            committed = dict(held)
    return committed


def run_trial(
    title: str,
    root: Path,
    schema: Schema,
    files: Files,
    steps: Sequence[Step] = HISTORY,
    *,
    heal: Callable[[], None] = lambda: None,
    merge: str = "now",
    again: bool = False,
) -> Trial:
    """Do the history until it fails, `heal`, and do the rest; `again` asks the failed writer to commit first."""
    reader: list[tuple[Snapshot, Answers]] = []

    def acknowledge(number: int) -> None:
        if number == 2 and not reader:
            snapshot = Snapshot(root, files=Unflushed())
            reader.append((snapshot, answers(snapshot)))

    error: Exception | None = None
    driver = Driver(root, schema, files, acknowledge=acknowledge, merge=merge)

    def fault() -> tuple[str, Path] | None:
        return getattr(files, "first", None)

    try:
        with small_merges():
            try:
                driver.run(steps, -1)
            except (*CLEAR, errors.InputError) as failure:
                if isinstance(failure, errors.InputError) and (fault() is None or "closed" not in failure.what):
                    raise
                error = failure
            if error is not None:
                _after_failure(driver, again=again)
            elif merge == "now" and (found := fault()) and found[0] in MUST_BE_TOLD:
                raise Wrong("the failure was not told")
            heal()
            _after_healing(driver, steps, fault(), failed=error is not None)
        if any(answers(snapshot) != before for snapshot, before in reader):
            raise Wrong("a reader that was open gives other answers")
    except Exception as problem:
        text = "".join(traceback.format_exception(problem)[-3:])
        return Trial(title, fault(), repr(error) if error else None, text, isinstance(problem, Lost))
    return Trial(title, fault(), repr(error) if error else None)


def _after_failure(driver: Driver, *, again: bool) -> None:
    """Use the failed writer once more, if asked to, close it, and open another on the failing disk."""
    if again and driver.writer is not None:
        before, after = driver.acknowledged, driver.held if driver.coming is None else driver.coming
        try:
            number = driver.writer.commit().number
        except (*CLEAR, errors.InputError):
            pass
        else:
            if number > before:
                driver.acknowledged, driver.published[number] = number, after
                driver.safe, driver.coming = driver.at + (driver.coming is not None), None
            if Snapshot(driver.root, files=Unflushed()).commit.number != number:
                raise Lost(f"a second attempt said that commit {number} is there")
    try:
        driver.close()
    except CLEAR as error:
        raise Wrong("closing the failed writer failed") from error
    if again and driver.acknowledged:
        with contextlib.suppress(*CLEAR), Writer(driver.root, files=driver.files):
            pass


def _after_healing(driver: Driver, steps: Sequence[Step], fault: tuple[str, Path] | None, *, failed: bool) -> None:
    """On a disk that works again: the last commit, then the rest of the history by a new writer."""
    root, first = driver.root, driver.safe
    try:
        snapshot = Snapshot(root, files=Unflushed())
        number = snapshot.commit.number
    except (MissingResource, IndexDamaged) as error:
        if driver.acknowledged:
            raise Lost(f"commit {driver.acknowledged} does not open") from error
        shutil.rmtree(root, ignore_errors=True)
        first = -1
    else:
        if number < driver.acknowledged:
            raise Lost(f"commit {number} is found, {driver.acknowledged} was acknowledged")
        if number > driver.acknowledged:
            if fault != ("sync_folder", root) or driver.coming is None:
                raise Wrong(f"an error was raised, and commit {number} is published")
            driver.published[number], first = driver.coming, driver.at + 1
        if answers(snapshot) != expected(driver.published[number], driver.schema):
            raise Lost(f"commit {number} answers {answers(snapshot)}")
        driver.acknowledged = number
        writer_of(root).close()
        if left := {name for name in leftovers(root) if not name.endswith(".part")}:
            raise Wrong(f"a new writer leaves {sorted(left)}")
    if failed:
        rest = Driver(root, driver.schema, Unflushed())
        rest.published, rest.acknowledged = driver.published, driver.acknowledged
        rest.run(steps, first)
    after = Snapshot(root, files=Unflushed())
    if answers(after) != expected(final(steps), driver.schema):
        raise Wrong(f"with the rest of the history the index answers {answers(after)}")
    if left := leftovers(root):
        raise Wrong(f"at the end there is left {sorted(left)}")
