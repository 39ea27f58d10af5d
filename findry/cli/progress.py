"""Whether progress is shown, and a bar over a stream."""

from __future__ import annotations

__all__ = ["counted", "shown"]

import os
import sys
from collections.abc import Iterable, Iterator
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
