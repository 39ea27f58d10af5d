"""Making an empty index."""

from __future__ import annotations

__all__ = ["create"]

import uuid
from pathlib import Path

from findry.errors import InputError
from findry.index.commit import COMMITS, CURRENT, DELETES, SEGMENTS, STAGING, Commit, now, publish
from findry.index.files import DISK, Files
from findry.index.schema import Schema


def create(root: Path, schema: Schema, files: Files = DISK) -> Commit:
    """Make an empty index in a new or empty folder, and its first commit."""
    if files.exists(root / CURRENT) or files.names(root):
        raise InputError(
            "there is something in this folder already",
            where=str(root),
            hint="choose another folder, add to the index with `findry add`, or remove it first",
        )
    for folder in (root, *(root / name for name in (COMMITS, SEGMENTS, DELETES, STAGING))):
        files.make_folder(folder)
    commit = Commit(1, uuid.uuid4().hex, {"schema": schema.card()}, created=now())
    publish(root, commit, files)
    return commit
