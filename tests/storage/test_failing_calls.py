"""Whichever call to the disk fails: a clear error, the last commit as it was, and a new writer that goes on."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
import trials
from failing_files import MUST_BE_TOLD, FailingFiles
from failure_trials import CLEAR, HISTORY, Trial, run_trial, told
from small_worlds import Unflushed
from told_histories import SCHEMAS, Driver, Step, answers, quick_folder, small_merges, story

from findry.errors import MissingResource
from findry.index.snapshot import newest

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)
NEVER = 10**9


@pytest.fixture
def place() -> Iterator[Path]:
    """A quick folder."""
    with quick_folder() as folder:
        yield folder


def count(place: Path, schema: str, steps: Sequence[Step] = HISTORY, merge: str = "now") -> int:
    """How many calls a history makes when none fails."""
    files = FailingFiles(NEVER, 0)
    trial = run_trial(
        "nothing fails", place / f"whole-{schema}-{merge}-{len(steps)}", SCHEMAS[schema], files, steps, merge=merge
    )
    assert trial.problem is None, str(trial)
    assert trial.error is None
    return len(files.calls)


def one(
    place: Path,
    schema: str,
    at: int,
    number: int,
    lasting: bool,
    steps: Sequence[Step] = HISTORY,
    merge: str = "now",
) -> Trial:
    """The trial in which call `at` fails."""
    title = f"{schema}, merge {merge}, call {at}, {errno.errorcode[number]}, {'from then on' if lasting else 'once'}"
    files = FailingFiles(at, number, lasting=lasting)
    root = place / f"{schema}-{merge}-{len(steps)}-{at}-{number}-{lasting}"
    return run_trial(title, root, SCHEMAS[schema], files, steps, merge=merge, again=at % 2 == 0)


def require(done: Sequence[Trial], kinds: int) -> None:
    """No trial went wrong, faults were reached in so many kinds of calls at least, and most of them gave errors."""
    reached = [trial.fault[0] for trial in done if trial.fault]
    assert len(reached) > 0.9 * len(done)
    assert len(set(reached)) >= kinds
    assert sum(trial.error is not None for trial in done) > 0.5 * len(done)
    assert not any(trial.problem for trial in done), told(done)


def test_any_one_call_that_fails_gives_an_error_and_leaves_the_last_commit(place: Path) -> None:
    calls = range(1, count(place, "two") + 1, 3)
    require([one(place, "two", at, ERRORS[n % 3], lasting=False) for n, at in enumerate(calls)], 8)


def test_a_disk_that_fails_from_some_call_on_gives_an_error_and_leaves_the_last_commit(place: Path) -> None:
    calls = range(2, count(place, "chunked") + 1, 4)
    require([one(place, "chunked", at, ERRORS[n % 3], lasting=True) for n, at in enumerate(calls)], 8)


def read_all(place: Path, *, every: bool) -> tuple[int, int]:
    """Fail each call of a reader; returns how many trials gave an error, and how many the right answers."""
    driver = Driver(place / "index", SCHEMAS["two"], Unflushed())
    with small_merges():
        driver.run(story(Random(1)), -1)
    files = FailingFiles(NEVER, 0)
    right = answers(newest(driver.root, files))
    refused = served = 0
    for at in range(1, len(files.calls) + 1):
        for number in ERRORS if every else ERRORS[at % 3 :][:1]:
            for lasting in (False, True):
                failing = FailingFiles(at, number, lasting=lasting)
                try:
                    found = answers(newest(driver.root, failing))
                except MissingResource:
                    pytest.fail(f"call {at} ({failing.first}) failed, and the index is said not to be there")
                except CLEAR:
                    refused += 1
                else:
                    assert found == right, f"call {at} ({failing.first}) failed and the answers are others"
                    served += 1
                assert failing.first
    return refused, served


def test_a_reader_whose_disk_fails_says_so_and_never_answers_wrongly(place: Path) -> None:
    refused, _ = read_all(place, every=False)
    assert refused >= 10


@pytest.mark.slow
def test_every_call_failing_in_every_way_loses_nothing(place: Path) -> None:
    done: list[Trial] = []
    kinds: list[tuple[str, list[Step], str, Sequence[int]]] = [(name, HISTORY, "now", ERRORS) for name in SCHEMAS]
    kinds += [("chunked", HISTORY, "background", ERRORS[:1]), ("two", story(Random(7)), "now", ERRORS[1:2])]
    for schema, steps, merge, numbers in kinds:
        for at in range(1, count(place, schema, steps, merge) + 1):
            for number in numbers:
                done += [one(place, schema, at, number, lasting, steps, merge) for lasting in (False, True)]
    refused, served = read_all(place, every=True)
    done = [trial for trial in done if trial.fault]
    lost = sum(trial.lost for trial in done)
    trials.record(
        "failing-calls",
        "each call to the disk fails once or from then on (ENOSPC, EIO, EACCES)",
        trials=len(done) + refused + served,
        lost=lost,
        crashed=sum(trial.problem is not None for trial in done) - lost,
        note=f"{len(done)} histories of a writer, {refused + served} openings by a reader",
    )
    require(done, len({*MUST_BE_TOLD, "remove", "remove part", "names", "read", "map"}))
