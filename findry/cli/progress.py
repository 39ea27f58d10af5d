"""Whether progress is shown, and a bar over a stream."""

from __future__ import annotations

__all__ = ["counted", "measured", "shown"]

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def shown(quiet: bool = False) -> bool:
    """Whether bars are drawn: only on a terminal, not with ``--quiet``, not with FINDRY_PROGRESS=0.

    The one switch for reading and for encoding.
    """
    return not quiet and os.environ.get("FINDRY_PROGRESS") != "0" and sys.stderr.isatty()


def counted(items: Iterable[T], label: str, *, total: int | None, show: bool) -> Iterator[T]:
    """The same items, with a bar on standard error where `show` says so."""
    if not show:
        return iter(items)
    from tqdm.auto import tqdm

    return iter(tqdm(items, desc=label, total=total, unit=" docs", leave=False, file=sys.stderr))


@contextmanager
def measured(label: str, *, show: bool) -> Iterator[Callable[[int], object]]:
    """A function to call with the bytes that were done, and a bar on standard error where `show` says so."""
    if not show:
        yield lambda _: None
        return
    from tqdm.auto import tqdm

    with tqdm(desc=label, unit="B", unit_scale=True, leave=False, file=sys.stderr) as bar:
        yield bar.update
