"""Readers see one commit from start to end, whatever a writer does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
import trials
from busy_reader import COMMITS, ROUNDS, child, index, require_one_generation, write_generation
from small_worlds import ENCODER, reader_of, writer_of

from findry.errors import FindryError
from findry.index import Writer
from findry.index.commit import Commit, commit_numbers
from findry.index.files import Files
from findry.index.snapshot import newest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and open maps of removed files, as POSIX has them")
MOST = 5000  # generations after which a reader that has not seen enough is called hung
THREADS = 3


def in_use(root: Path) -> set[str]:
    """The segments that the two newest commits name."""
    stored = [root / "commits" / f"{number:06d}.json" for number in commit_numbers(root)[-2:]]
    commits = [Commit.from_json(path.read_bytes(), str(path)) for path in stored]
    return {entry.name for commit in commits for entry in commit.segments}


def read_while_writing(readers: int, generations: int) -> tuple[int, list[dict[str, Any]]]:
    """Readers in processes of their own, while this one writes with the real file layer; what each reader tells."""
    with index() as root, ExitStack() as stack:
        children = [stack.enter_context(child("reader", root)) for _ in range(readers)]
        assert [each.hear() for each in children] == ["ready"] * readers
        for each in children:
            each.tell("go")
        written, waiting, told = 1, list(children), []
        while written < MOST and (written < generations or waiting):
            with Writer(root, {"vectors": ENCODER}) as writer:
                for _ in range(7):
                    written += 1
                    write_generation(writer, written)
            assert {path.name for path in (root / "segments").iterdir()} == in_use(root)
            for each in [each for each in waiting if each.has_spoken()]:
                waiting.remove(each)
                told += [] if (line := each.hear()) == "enough" else [line]
            if told:
                break
        for each in set(children) - set(waiting) if told else children:
            each.tell("stop")
        lines = told or [each.hear() for each in children]
        return written, [json.loads(line) if line.startswith("{") else {"error": line} for line in lines]


def test_readers_in_other_processes_see_one_commit_each_while_a_writer_goes_on() -> None:
    written, seen = read_while_writing(3, 20)
    assert [each["error"] for each in seen if "error" in each] == []
    assert len(seen) == 3
    assert written >= 20
    assert all(each["opens"] >= ROUNDS and len(each["commits"]) >= COMMITS for each in seen), seen


@pytest.mark.slow
def test_many_readers_see_one_commit_each_while_a_writer_goes_on_for_long() -> None:
    written, seen = read_while_writing(8, 3000)
    errors = [each["error"] for each in seen if "error" in each]
    done = [each for each in seen if "error" not in each]
    commits = {commit for each in done for commit in each["commits"]}
    trials.record(
        "many-readers",
        "Reading processes while one writes, merges, optimizes and retires: every answer belongs to one commit",
        trials=sum(each["answers"] for each in done),
        lost=0,
        crashed=len(errors),
        note=f"{len(seen)} readers opened the index {sum(each['opens'] for each in done)} times, at {len(commits)} "
        f"different commits of {written}; trials are the answers that were checked",
    )
    assert errors == []
    assert len(seen) == 8
    assert all(each["opens"] >= ROUNDS and len(each["commits"]) >= COMMITS for each in seen)


class Interrupted(Files):
    """Real files; at the n-th look at the disk, something else happens first."""

    def __init__(self, number: int, happens: Callable[[], None]) -> None:
        self.looks, self._number, self._happens = 0, number, happens

    def _look(self) -> None:
        self.looks += 1
        if self.looks == self._number:
            self._happens()

    def read(self, path: Path) -> bytes:
        self._look()
        return super().read(path)

    def map(self, path: Path) -> memoryview:
        self._look()
        return super().map(path)

    def names(self, path: Path) -> list[str]:
        self._look()
        return super().names(path)

    def exists(self, path: Path) -> bool:
        self._look()
        return path.exists()


def test_commits_between_any_two_looks_of_an_opening_reader_are_no_error() -> None:
    with index() as root, writer_of(root) as writer:
        generation, number, reached, wrong = 1, 0, True, []

        def write() -> None:
            nonlocal generation
            for _ in range(3):
                generation += 1
                write_generation(writer, generation)

        while reached:
            number += 1
            files, before = Interrupted(number, write), generation
            try:
                found, _ = require_one_generation(reader_of(newest(root, files)))
                assert before <= found <= generation
            except FindryError as error:
                wrong.append(f"three commits before look {number}: {error}")
            reached = files.looks >= number
        assert number > 3
        assert wrong == []


def test_threads_share_a_reader_while_another_thread_commits() -> None:
    with index() as root, ThreadPoolExecutor(THREADS) as pool, writer_of(root) as writer:
        generation = 1
        for _ in range(2):
            reader, start, over = reader_of(newest(root)), Barrier(THREADS + 1), Event()

            def read(reader: Any = reader, start: Barrier = start, over: Event = over) -> list[int]:
                start.wait(60)
                found = [require_one_generation(reader)[0]]
                while not over.is_set():
                    found.append(require_one_generation(reader)[0])
                return [*found, require_one_generation(reader)[0]]

            results = [pool.submit(read) for _ in range(THREADS)]
            start.wait(60)
            began = generation
            try:
                for _ in range(3):
                    generation += 1
                    write_generation(writer, generation)
            finally:
                over.set()
            for result in results:
                found = result.result(60)
                assert set(found) == {began}
                assert len(found) >= 2


def test_a_reader_left_open_answers_on_and_keeps_nothing_in_the_folder() -> None:
    with index() as root:
        untouched, used = reader_of(newest(root)), reader_of(newest(root))
        before = require_one_generation(used)[0]
        names = {segment.name for segment in used.snapshot.segments}
        sizes = []
        with writer_of(root) as writer:
            for generation in range(2, 26):
                write_generation(writer, generation)
                there = {path.name for path in (root / "segments").iterdir()}
                assert there == in_use(root)
                sizes.append(len(there))
        assert names
        assert not names & there
        assert max(sizes[12:]) <= max(sizes[:12]) + 1  # that of a merge which ends a commit later
        assert len(commit_numbers(root)) == 2
        assert require_one_generation(untouched) == require_one_generation(used)
        assert require_one_generation(used)[0] == before == 1
        assert require_one_generation(reader_of(newest(root)))[0] == 25
