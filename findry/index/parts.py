"""The segments that a writer holds, with the deletes that are not committed yet."""

from __future__ import annotations

__all__ = ["Part", "carry_over", "forget"]

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from findry.index.commit import SegmentEntry
from findry.index.segment import Segment

Mask = NDArray[np.bool_]


@dataclass(eq=False)
class Part:
    """A segment as the next commit will see it.

    live: bool[docs], which documents are not deleted, by the last commit or since.
    fresh: the documents deleted since, in order.
    """

    segment: Segment
    entry: SegmentEntry
    staged: bool
    live: Mask
    fresh: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, segment: Segment, entry: SegmentEntry, *, staged: bool) -> Part:
        """A part with the deletes that its segment knows."""
        return cls(segment, entry, staged, segment.live_docs.copy())

    @property
    def deletes(self) -> int:
        """How many of its documents are deleted."""
        return int(len(self.live) - self.live.sum())

    def forget(self, ids: Sequence[str], keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Delete documents by id; which of them were here and live."""
        docs = self.segment.look_up(ids, keys)
        there = docs >= 0
        there[there] = self.live[docs[there]]
        found = docs[there]
        self.live[found] = False
        self.fresh += found.tolist()
        return there

    def restore(self, fresh: int) -> None:
        """Take back all deletes after the first `fresh` uncommitted ones."""
        self.live[self.fresh[fresh:]] = True
        del self.fresh[fresh:]


def forget(parts: Sequence[Part], ids: Sequence[str], keys: NDArray[np.uint64]) -> int:
    """Delete documents by id, wherever they are; how many were there.  An id is live in one part at most."""
    found = 0
    for part in reversed(parts):
        there = part.forget(ids, keys)
        if there.any():
            left = np.flatnonzero(~there)
            found += len(ids) - len(left)
            ids, keys = [ids[place] for place in left.tolist()], keys[left]
        if not ids:
            break
    return found


def carry_over(sources: Sequence[Part], live: Sequence[Mask], merged: Part) -> None:
    """Delete in a merged part what was deleted in its sources since the merge began with `live`.

    >>> import numpy as np
    >>> from types import SimpleNamespace as Box
    >>> new = Part(None, None, True, np.ones(3, bool))
    >>> carry_over([Box(live=np.array([0, 0, 1], bool)), Box(live=np.array([0], bool))],
    ...            [np.array([1, 0, 1], bool), np.array([1], bool)], new)
    >>> new.fresh
    [0, 2]
    """
    base = 0
    for part, before in zip(sources, live, strict=True):
        place = np.cumsum(before) - 1 + base
        gone = place[before & ~part.live]
        merged.live[gone] = False
        merged.fresh += gone.tolist()
        base += int(before.sum())
