"""A merge that runs beside its writer."""

from __future__ import annotations

__all__ = ["Merging"]

import logging
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from findry.errors import FindryError
from findry.index.parts import Part, carry_over

log = logging.getLogger("findry.index")
Merge = Callable[[Sequence[tuple[Part, NDArray[np.bool_]]]], Part]


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
        """The parts after a merge that has ended: as they were when it failed or a source is gone."""
        if self._merged is None or not all(any(part is source for part in parts) for source in self.sources):
            return list(parts)
        carry_over(self.sources, self._live, self._merged)
        return [part for part in parts if not any(part is source for source in self.sources)] + [self._merged]
