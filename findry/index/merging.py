"""Which parts of an index are merged next, and a merge that runs beside its writer."""

from __future__ import annotations

__all__ = ["Merging", "due", "side_by_side"]

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from findry.errors import FindryError
from findry.index.merge import choose
from findry.index.parts import Part, carry_over

log = logging.getLogger("findry.index")
LARGE = 20_000
Merge = Callable[[Sequence[tuple[Part, NDArray[np.bool_]]]], Part]


def due(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts to merge next (see `choose`); of large ones several merges that have no part in common.

    A part of which all is deleted is none of them: the next commit leaves it out.
    """
    left, groups = [part for part in parts if part.live.any()], list[list[Part]]()
    while not groups or min(part.segment.docs for group in groups for part in group) >= LARGE:
        live = [int(part.live.sum()) for part in left]
        held, rows = ([getattr(part.segment, name) for part in left] for name in ("docs", "rows"))
        chosen = choose(live, held, rows)
        if not chosen:
            break
        groups.append([left[number] for number in chosen])
        left = [part for number, part in enumerate(left) if number not in chosen]
    return groups


def side_by_side(merges: Sequence[Callable[[], Part]]) -> list[Part]:
    """What some merges give; several run in two threads, for most of a merge of large parts is compiled code."""
    if len(merges) == 1:
        return [merges[0]()]
    with ThreadPoolExecutor(2, "findry-merge") as pool:
        return [begun.result() for begun in [pool.submit(merge) for merge in merges]]


class Merging:
    """Merges some parts, as they are when it starts, in a thread of its own.

    The writer goes on meanwhile; `settle` puts the result in the place of its sources and carries over what was
    deleted from them since.  A merge that fails changes nothing: it is logged and given up.
    """

    def __init__(self, sources: Sequence[Part], merge: Merge) -> None:
        self.sources = list(sources)
        self._live = [part.live.copy() for part in sources]
        self._merge = merge
        self._merged: Part | None = None
        self._thread = threading.Thread(target=self._run, name="findry-merge", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._merged = self._merge(list(zip(self.sources, self._live, strict=True)))
        except (OSError, FindryError) as error:
            log.warning("a merge was given up, the index is as it was: %s", error)
        except Exception:
            log.exception("a merge was given up, the index is as it was")

    @property
    def running(self) -> bool:
        """Whether the thread is still at work."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Return when the thread has ended."""
        self._thread.join()

    def settle(self, parts: Sequence[Part]) -> list[Part]:
        """The parts after a merge that has ended: as they were when it failed or a source is gone.

        A source of which all was deleted since is gone from the parts for good: nothing is left of it to carry over.
        """
        there = (any(part is source for part in parts) or not source.live.any() for source in self.sources)
        if self._merged is None or not all(there):
            return list(parts)
        carry_over(self.sources, self._live, self._merged)
        return [part for part in parts if not any(part is source for source in self.sources)] + [self._merged]
