"""An open index sees every commit, and looks at one file for it."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from pathlib import Path

import pytest

import findry
from findry.errors import FindryError
from findry.index.current import Current


def test_a_file_in_its_place_is_another_one_even_when_it_looks_the_same(tmp_path: Path) -> None:
    """Same length, same time, and twice, so that the number of the first file may be given away again."""
    path = tmp_path / "CURRENT"
    path.write_bytes(b"1 a")
    os.utime(path, ns=(0, 0))
    current = Current(tmp_path)
    assert current.content == b"1 a"
    assert current.same()
    for content in (b"2 b", b"3 c"):
        other = tmp_path / "other"
        other.write_bytes(content)
        os.utime(other, ns=(0, 0))
        other.replace(path)
        assert not current.same()


def test_what_somebody_writes_to_the_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_bytes(b"1 a")
    current = Current(tmp_path)
    (tmp_path / "CURRENT").write_bytes(b"17 a")
    assert not current.same()


def test_no_file_is_never_the_same(tmp_path: Path) -> None:
    current = Current(tmp_path)
    assert current.content == b""
    assert not current.same()


def open_files() -> list[str]:
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(os.readlink(link))
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count open files")
def test_one_file_is_kept_open_for_an_index_until_it_goes(tmp_path: Path) -> None:
    def kept() -> int:
        return sum(str(tmp_path) in name and "CURRENT" in name for name in open_files())

    findry.create(tmp_path / "kb", encoder=None).add([{"id": "a", "text": "red ants"}])
    gc.collect()
    assert kept() == 0
    index = findry.open(tmp_path / "kb")
    for number in range(5):
        index.add([{"id": f"{number}", "text": "red ants"}])
        assert len(index.search("ants", 100).ids) == number + 2
        assert kept() == 1
    del index
    gc.collect()
    assert kept() == 0


def test_an_index_that_is_gone_is_missed_at_the_next_search(tmp_path: Path) -> None:
    index = findry.create(tmp_path / "kb", encoder=None)
    index.add([{"id": "a", "text": "red ants"}])
    assert index.search("ants").ids == ["a"]
    (tmp_path / "kb").rename(tmp_path / "elsewhere")
    with pytest.raises(FindryError):
        index.search("ants")
