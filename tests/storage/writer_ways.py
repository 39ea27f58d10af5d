"""Ways to hold a writer in the trials of storage: its merging, its death, its older commits."""

from __future__ import annotations

__all__ = ["MERGES", "abandon", "eager_merges", "open_commit", "open_writer"]

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from small_worlds import ENCODER, Unflushed

from findry.index import MergeMode, Snapshot, Writer
from findry.index.commit import stored
from findry.index.files import Files

MERGES: tuple[MergeMode, ...] = ("background", "now", "off")


def open_writer(root: Path, merge: MergeMode = "now", *, keep: int = 2, files: Files | None = None) -> Writer:
    """A writer that never waits for the device."""
    return Writer(root, {"vectors": ENCODER}, keep=keep, merge=merge, files=files or Unflushed())


def abandon(writer: Writer) -> None:
    """Leave a writer as a kill leaves it: the lock is free, and nothing was put in order."""
    writer._lock.release()


def open_commit(root: Path, number: int, files: Files | None = None) -> Snapshot:
    """A snapshot of a commit that is still kept."""
    used = files or Unflushed()
    return Snapshot(root, stored(root, number, used), used)


@contextmanager
def eager_merges(flush: int = 3) -> Iterator[None]:
    """Merges of two segments, and segments of at most `flush` documents, so that both are common."""
    with patch("findry.index.merge.MERGED_AT_ONCE", 2), patch("findry.index.writer.FLUSH_DOCUMENTS", flush):
        yield
