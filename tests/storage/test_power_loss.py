"""Whatever a power cut leaves of what was not flushed, the index opens and has all that was acknowledged."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from random import Random

import pytest
import trials
from after_cuts import Outcome, Wrong, outcomes
from recorded_files import Acknowledged, Named, RecordedFiles, Removed, Renamed, contents
from simulated_disk import Cut, cuts, put
from small_worlds import Unflushed
from told_histories import (
    SCHEMAS,
    Driver,
    Step,
    drawn_document,
    drawn_steps,
    quick_folder,
    small_merges,
    story,
)

from findry.index import Snapshot

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="flushes are overheard as Linux makes them")


@contextmanager
def told(
    steps: Sequence[Step],
    schema: str = "chunked",
    *,
    recorder: type[RecordedFiles] = RecordedFiles,
    place: str = "index",
    merge: str = "now",
) -> Iterator[tuple[RecordedFiles, Driver]]:
    """A record of a history from nothing, and the driver that did it."""
    with quick_folder() as base, small_merges():
        files = recorder(base)
        driver = Driver(base / place, SCHEMAS[schema], files, acknowledge=files.acknowledge, merge=merge)
        driver.run(steps, -1)
        assert files.volatile() == set(contents(base)), "the record misses a change of the disk"
        yield files, driver


@contextmanager
def told_after(cut: Cut, before: Driver, base: Path, rng: Random) -> Iterator[tuple[RecordedFiles, Driver]]:
    """A record of what a writer does on the state that a cut left, cleaning up included."""
    with quick_folder() as folder, small_merges():
        put(cut.tree, folder / "disk")
        files = RecordedFiles(folder / "disk")
        root = files.base / before.root.relative_to(base)
        driver = Driver(root, before.schema, files, acknowledge=files.acknowledge)
        driver.acknowledged = Snapshot(root, files=Unflushed()).commit.number
        driver.published = {n: held for n, held in before.published.items() if n <= driver.acknowledged}
        driver.states = {n: state for n, state in before.states.items() if n <= driver.acknowledged}
        files.acknowledge(driver.acknowledged)
        documents = [drawn_document(rng, id) for id in "ax"]
        driver.run([("add", documents), ("delete", ["d"]), ("commit", None), ("add", documents), ("commit", None)])
        yield files, driver


def problems(found: Sequence[Outcome], seed: int) -> str:
    """The first few bad outcomes as text."""
    return "\n".join(f"seed {seed}: {outcome}" for outcome in [o for o in found if o.problem][:3])


def removed(files: RecordedFiles, folder: str) -> int:
    """How often a name was taken out of a folder of the index."""
    inode = files.folders[files.folders[0]["index"]][folder]
    return sum(isinstance(event, Removed) and event.folder == inode for event in files.log)


def test_the_story_told_has_merges_retirement_deletes_and_several_segments_in_a_commit() -> None:
    with told(story(Random(1))) as (files, driver):
        assert sum(isinstance(event, Acknowledged) for event in files.log) == driver.acknowledged >= 7
        for folder in ("commits", "segments", "deletes"):
            assert removed(files, folder) > 0, f"nothing was retired from {folder}"
        marks = [n for n, event in enumerate(files.log) if isinstance(event, Acknowledged)]
        moved = [n for n, event in enumerate(files.log) if isinstance(event, Renamed) and event.source != event.folder]
        assert sum(n < marks[1] for n in moved) == 2, "one segment in the first commit with documents"
        built = sum(isinstance(event, Named) and event.name == "arrays.bin" for event in files.log)
        assert built > 2 * len(Snapshot(driver.root).segments) + 2, "no merges"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_power_cut_after_any_change_leaves_every_acknowledged_commit(seed: int) -> None:
    rng = Random(seed)
    steps = story(rng) if seed == 1 else drawn_steps(rng, 7)
    with told(steps, "chunked" if seed == 1 else "two") as (files, driver):
        every = list(cuts(files, rng))
        found = outcomes(rng.sample(every, min(110, len(every))), driver, files.base)
    assert len(found) >= 100
    assert not problems(found, seed)
    assert {outcome.found for outcome in found} >= {1, 2, 3}
    assert any(outcome.found > outcome.cut.acknowledged for outcome in found)
    assert any(outcome.littered for outcome in found)


def test_a_power_cut_while_a_writer_cleans_up_after_a_power_cut_loses_nothing() -> None:
    rng = Random(3)
    with told(story(rng)) as (files, driver):
        first = rng.sample([cut for cut in cuts(files, rng) if cut.acknowledged], 4)
        found = []
        for cut in first:
            with told_after(cut, driver, files.base, rng) as (more, again):
                found += outcomes(rng.sample(list(cuts(more, rng)), 12), again, more.base)
    assert len(found) == 48
    assert not problems(found, 3)


def test_an_index_made_in_folders_that_were_not_there_survives_a_power_cut() -> None:
    rng = Random(4)
    with told([], place="shelf/books/index") as (files, driver):
        found = outcomes([cut for cut in cuts(files, rng) if cut.acknowledged], driver, files.base)
    assert found
    assert not problems(found, 4)


class NamesNotFlushed(RecordedFiles):
    """A broken file layer: no folder is flushed."""

    def _folder_flushed(self, inode: int) -> None:
        pass


class BytesNotFlushed(RecordedFiles):
    """A broken file layer: no file is flushed."""

    def _file_flushed(self, inode: int) -> None:
        pass


class OneFolderNotFlushed(RecordedFiles):
    """A broken protocol: one folder of the index is not flushed."""

    left_out = ""

    def _folder_flushed(self, inode: int) -> None:
        names = self.folders[self.folders[0]["index"]]
        if inode != names.get(self.left_out, -1):
            super()._folder_flushed(inode)


class SegmentsNotFlushed(OneFolderNotFlushed):
    left_out = "segments"


class CommitsNotFlushed(OneFolderNotFlushed):
    left_out = "commits"


class DeletesNotFlushed(OneFolderNotFlushed):
    left_out = "deletes"


class RootNotFlushed(RecordedFiles):
    """A broken protocol: the new name of CURRENT is not flushed."""

    def _folder_flushed(self, inode: int) -> None:
        if inode != self.folders[0]["index"]:
            super()._folder_flushed(inode)


class SegmentsFlushedLast(RecordedFiles):
    """A broken order: CURRENT is renamed and flushed before the names of the new segments are."""

    def _folder_flushed(self, inode: int) -> None:
        root = self.folders[0]["index"]
        if inode != self.folders[root].get("segments"):
            super()._folder_flushed(inode)
        if inode == root and "segments" in self.folders[root]:
            super()._folder_flushed(self.folders[root]["segments"])


@pytest.mark.parametrize(
    "broken",
    [
        NamesNotFlushed,
        BytesNotFlushed,
        SegmentsNotFlushed,
        CommitsNotFlushed,
        DeletesNotFlushed,
        RootNotFlushed,
        SegmentsFlushedLast,
    ],
)
def test_a_broken_protocol_is_caught(broken: type[RecordedFiles]) -> None:
    rng = Random(5)
    few: list[Step] = [
        ("add", [drawn_document(rng, id) for id in "ab"]),
        ("commit", None),
        ("delete", ["a"]),
        ("commit", None),
        ("add", [drawn_document(rng, "c")]),
        ("commit", None),
    ]
    with told(few, recorder=broken) as (files, driver):
        every = list(cuts(files, rng))
        rng.shuffle(every)
        batches = (outcomes(every[at : at + 10], driver, files.base) for at in range(0, len(every), 10))
        caught = next((outcome for outcome in chain.from_iterable(batches) if outcome.lost), None)
    assert caught is not None, f"{len(every)} states and none has lost anything to {broken.__name__}"


@pytest.mark.slow
def test_power_cuts_in_thousands_of_states_lose_nothing() -> None:
    histories = [(f"story {name}", name, "now", story(Random(n))) for n, name in enumerate(SCHEMAS)]
    histories += [(f"story {name}, background", name, "background", story(Random(n))) for n, name in enumerate(SCHEMAS)]
    for seed in range(10):
        name = list(SCHEMAS)[seed % 3]
        histories.append((f"seed {seed}", name, ("now", "background")[seed % 2], drawn_steps(Random(seed), 8)))
    found: list[Outcome] = []
    again = 0
    bad: list[str] = []
    for number, (title, schema, merge, steps) in enumerate(histories):
        rng = Random(number)
        with told(steps, schema, merge=merge) as (files, driver):
            every = list(cuts(files, rng, random=8))
            ours = outcomes(rng.sample(every, min(500, len(every))), driver, files.base)
            for cut in rng.sample([cut for cut in every if cut.acknowledged], 3):
                with told_after(cut, driver, files.base, rng) as (more, second):
                    states = list(cuts(more, rng))
                    twice = outcomes(rng.sample(states, min(40, len(states))), second, more.base)
                again += len(twice)
                ours += twice
        found += ours
        if told_problems := problems(ours, number):
            bad.append(f"{title}: {told_problems}")
    lost = sum(outcome.lost for outcome in found)
    trials.record(
        "power-loss",
        "power cut after any change, what was not flushed lost, kept or torn",
        trials=len(found),
        lost=lost,
        crashed=sum(outcome.problem is not None for outcome in found) - lost,
        note=f"distinct states of {len(histories)} histories, {again} of them cut again while a writer cleaned up",
    )
    assert not bad, "\n".join(bad)
    assert len(found) >= 5_000
    assert sum(outcome.littered for outcome in found) > 500
    assert sum(outcome.found > outcome.cut.acknowledged for outcome in found) > 100
    assert not any(isinstance(outcome.problem, Wrong) for outcome in found)
