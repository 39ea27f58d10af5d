"""A new index that takes its place only when it is whole."""

from __future__ import annotations

__all__ = ["building", "check_target"]

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from findry.errors import IndexLocked, InputError
from findry.index.lock import WriterLock


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a folder that a new index may not take: with `force` an index is replaced, nothing else is."""
    if _is_index(target):
        if not force:
            hint = f"replace it by --force, or add to it: findry add {target} SOURCE"
            raise InputError("there is an index in this folder", where=str(target), hint=hint)
    elif target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(
            "there is something else in the place of the index", where=str(target), hint="name another folder"
        )


@contextmanager
def building(target: Path, *, force: bool) -> Iterator[Path]:
    """A path next to `target` to make an index at; it takes the place of `target` when the block ends well.

    When the block fails, what was made is removed, and an index that was there before is untouched.  A writer
    of the old index and a second build of the same index are refused (`IndexLocked`).
    """
    target = target.expanduser().resolve()
    new, old = (target.with_name(f".{target.name}.{part}") for part in ("building", "replaced"))
    _recover(target, old)
    check_target(target, force=force)
    target.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        if _is_index(target):
            held.enter_context(WriterLock(target / "write.lock"))
        _remove_dead(new)
        try:
            yield new
            _swap(new, target, old)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _is_index(folder: Path) -> bool:
    return (folder / "CURRENT").is_file()


def _recover(target: Path, old: Path) -> None:
    """Undo a swap that was cut off between its two steps."""
    if _is_index(old) and not target.exists():
        os.rename(old, target)


def _remove_dead(new: Path) -> None:
    """Remove what a killed build left; refuse where its writer lives."""
    if not new.exists():
        return
    if (new / "write.lock").exists():
        try:
            with WriterLock(new / "write.lock"):
                pass
        except IndexLocked as error:
            raise IndexLocked(
                "another process builds this index", received=error.received, where=str(new), hint="wait for it to end"
            ) from error
    shutil.rmtree(new)


def _swap(new: Path, target: Path, old: Path) -> None:
    shutil.rmtree(old, ignore_errors=True)
    had = target.exists()
    if had:
        os.rename(target, old)
    try:
        os.rename(new, target)
    except OSError:
        if had:
            os.rename(old, target)
        raise
