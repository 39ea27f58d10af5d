from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from findry.folders import cache_folder
from findry.models.cache import file_digest, remembered


class Made:
    """Counts how often its bytes were made."""

    def __init__(self, content: bytes = b"content") -> None:
        self.content, self.times = content, 0

    def __call__(self) -> bytes:
        self.times += 1
        return self.content


def test_a_value_is_made_once() -> None:
    made = Made()
    assert [remembered("x/y", made) for _ in range(3)] == [b"content"] * 3
    assert made.times == 1


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 39])
def test_a_damaged_file_is_made_again(cache: Path, damage: bytes) -> None:
    made = Made()
    remembered("x", made)
    (cache / "x").write_bytes(damage)
    assert remembered("x", made) == b"content"
    assert remembered("x", made) == b"content"
    assert made.times == 2


def test_one_flipped_bit_is_found(cache: Path) -> None:
    made = Made()
    remembered("x", made)
    stored = bytearray((cache / "x").read_bytes())
    stored[-1] ^= 1
    (cache / "x").write_bytes(stored)
    assert remembered("x", made) == b"content"


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FINDRY_CACHE", str(tmp_path / "file" / "cache"))
    made = Made()
    assert remembered("x", made) == remembered("x", made) == b"content"
    assert made.times == 2


def test_no_half_file_stays_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: object) -> None:
        raise PermissionError(*paths)

    monkeypatch.setattr(os, "replace", refuse)
    assert remembered("x", Made()) == b"content"
    assert list(cache.iterdir()) == []


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == Path(os.environ["FINDRY_CACHE"])
    monkeypatch.delenv("FINDRY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "findry"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "findry"


def test_a_digest_is_of_the_content_and_follows_a_change(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    for content in (b"one", b"three"):
        file.write_bytes(content)
        assert file_digest(file) == file_digest(file) == hashlib.sha256(content).hexdigest()
