"""Segments built by other processes are those built here, and what goes wrong there refuses the whole batch."""

from __future__ import annotations

import hashlib
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from findry.errors import InputError, MissingExtra, WriteFailed
from findry.index import LexicalField, Schema, Snapshot, Writer, apart, building, create, writer
from findry.index.commit import current
from findry.index.files import DISK
from findry.records import Document, Value

SCHEMA = Schema((LexicalField("text", ("text",)), LexicalField("all")))


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten documents are a segment, and one that is large enough for one of two processes."""
    monkeypatch.setattr(writer, "FLUSH_DOCUMENTS", 10)
    monkeypatch.setattr(building, "APART_DOCUMENTS", 5)
    monkeypatch.setattr(building, "PROCESSORS", 2)


def documents(last: Value = 7) -> Iterator[Document]:
    """35 documents, every fifth in the place of an earlier one, the last with a value of one's choice."""
    for number in range(35):
        year = last if number == 34 else number
        texts = {"title": f"née {number}", "text": f'the "ants" of hill {number} and of {number % 3}'}
        yield Document(f"d{number - 4 if number % 5 == 4 else number}", texts, {"year": year})


def digest(root: Path) -> list[str]:
    """The arrays of each segment, as one hash."""
    found = []
    for segment in Snapshot(root).segments:
        state = hashlib.sha256(segment.arrays.directory)
        state.update(segment.arrays.data)
        found.append(state.hexdigest())
    return found


def filled(root: Path, *, asked: list[int] | None = None) -> Path:
    create(root, SCHEMA)
    with Writer(root, merge="off") as opened:
        if asked is not None:
            begin = opened._building.begin

            def counted(*args: object, **named: object) -> None:
                begin(*args, **named)  # type: ignore[arg-type]
                asked.append(len(opened._building))

            opened._building.begin = counted  # type: ignore[method-assign]
        opened.add(documents())
        assert opened._building._apart is None, "no process stays behind an add"
    return root


def test_segments_built_apart_are_those_built_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    there = filled(tmp_path / "there", asked=asked)
    monkeypatch.setattr(building, "runs_python", lambda: False)
    here = filled(tmp_path / "here")
    assert asked == [1, 2, 2], "two processes worked at once"
    assert len(digest(here)) == 4
    assert digest(there) == digest(here)
    assert list(Snapshot(there)) == list(Snapshot(here))


def test_an_error_of_another_process_refuses_the_batch_and_the_writer_goes_on(tmp_path: Path) -> None:
    create(tmp_path, SCHEMA)
    with Writer(tmp_path, merge="off") as opened:
        with pytest.raises(InputError, match="64 bits"):
            opened.add([*documents(2**70), *(Document(f"e{number}", {"text": "x"}) for number in range(10))])
        opened.add(documents())
    assert Snapshot(tmp_path).live_documents == 28
    assert current(tmp_path, DISK).columns == {"year": "int"}


def test_a_process_that_ends_refuses_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path, SCHEMA)
    with Writer(tmp_path, merge="off") as opened:
        opened.add([Document("before", {"text": "kept"})])
        monkeypatch.setattr(apart, "COMMAND", "raise SystemExit(7)")
        with pytest.raises(WriteFailed, match="exit status 7"):
            opened.add(documents())
        opened.add([Document("after", {"text": "kept"})])
    assert [document.id for document in Snapshot(tmp_path)] == ["before", "after"]


KILLED = """
import sys
from itertools import count
from pathlib import Path
from findry.index import Writer, building, writer
from findry.records import Document

writer.FLUSH_DOCUMENTS, building.APART_DOCUMENTS, building.PROCESSORS = 10, 5, 2
opened = Writer(Path(sys.argv[1]))

def documents():
    for number in count():
        if number == 25:
            opened._building._begun[0][0].result()
            print("begun", flush=True)
            input()
        yield Document(f"d{number}", {"text": "ants"})

opened.add(documents())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs handles of processes")
def test_a_killed_writer_leaves_a_sound_index_and_no_process(tmp_path: Path) -> None:
    create(tmp_path, SCHEMA)
    with Writer(tmp_path) as opened:
        opened.add([Document("before", {"text": "kept"})])
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"begun\n"
        listed = [path.read_text() for path in Path(f"/proc/{killed.pid}/task").glob("*/children")]
        handles = [os.pidfd_open(int(process)) for process in " ".join(listed).split()]
        killed.kill()
    assert 1 <= len(handles) <= 2
    for handle in handles:
        assert select.select([handle], [], [], 60)[0], "the process ends when its pipe does"
        os.close(handle)
    with Writer(tmp_path) as opened:
        opened.add([Document("after", {"text": "kept"})])
    assert [document.id for document in Snapshot(tmp_path)] == ["before", "after"]


def test_errors_go_from_process_to_process_whole() -> None:
    told = InputError("no", expected="a", received="b", where="c", hint="d")
    again = pickle.loads(pickle.dumps(told))
    assert (type(again), str(again), again.expected, again.hint) == (InputError, str(told), "a", "d")
    missing = pickle.loads(pickle.dumps(MissingExtra("torch", purpose="training")))
    assert (missing.extra, str(missing)) == ("torch", str(MissingExtra("torch", purpose="training")))
