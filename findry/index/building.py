"""Segments on their way: built one after another, or beside the reading of the documents of the next."""

from __future__ import annotations

__all__ = ["Building", "Built"]

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from findry.errors import InputError
from findry.index.apart import Apart, runs_python
from findry.index.build import build_segment
from findry.index.commit import SegmentEntry
from findry.index.draft import Draft
from findry.index.files import DISK
from findry.index.parts import Part
from findry.index.schema import Schema
from findry.index.staging import Staging
from findry.models import Encoder, require_same_card
from findry.processors import PROCESSORS

MOST_PROCESSES, APART_DOCUMENTS, APART_CHARACTERS = 3, 20_000, 10_000_000
BESIDE = 1_000
"""From so many documents on, a second thread makes what is kept of them."""


class Built(NamedTuple):
    """A segment in staging and the ids of its documents."""

    part: Part
    ids: list[str]


class Building:
    """The segments that one writer builds; those begun beside are given in the order in which they were begun.

    Large ones without vectors are built in processes of their own, as many as there are processors and at most
    three, others in a thread: encoders, which take most of the time then, use all processors.
    """

    def __init__(self, stage: Staging, encoders: Mapping[str, Encoder]) -> None:
        self._stage, self._encoders = stage, encoders
        self._begun: deque[tuple[Future[SegmentEntry], list[str]]] = deque()
        self._processes = min(PROCESSORS, MOST_PROCESSES) if runs_python() else 1
        self._apart: Apart | None = None
        self._thread: ThreadPoolExecutor | None = None

    def __len__(self) -> int:
        return len(self._begun)

    def require_encoders(self, schema: Schema, where: str) -> None:
        """Refuse to build without the encoders of an index; only adding opens them."""
        for vectors in schema.vectors:
            if vectors.name not in self._encoders:
                raise InputError(f"adding needs the encoder of vector field {vectors.name!r}", where=where)
            require_same_card(dict(vectors.encoder), self._encoders[vectors.name].card, where=where)

    @property
    def full(self) -> bool:
        """Whether one must be taken before another can be begun."""
        return len(self._begun) >= (self._processes if self._apart else 1)

    def begin(self, name: str, draft: Draft, kinds: Mapping[str, str], *, progress: bool) -> None:
        """Build a segment beside what follows."""
        if self._goes_apart(draft):
            self._apart = self._apart or Apart(self._processes)
            self._begun.append((self._apart.build(self._stage, name, draft, kinds), draft.ids))
        else:
            self._thread = self._thread or ThreadPoolExecutor(1, "findry-build")
            self._begun.append((self._thread.submit(self._put, name, draft, kinds, progress), draft.ids))

    def first(self) -> Built:
        """The segment that was begun first; waits for it."""
        entry, ids = self._begun.popleft()
        return Built(self._stage.part(entry.result()), ids)

    def now(self, name: str, draft: Draft, kinds: Mapping[str, str], *, progress: bool) -> Built:
        """Build a segment here."""
        return Built(self._stage.part(self._put(name, draft, kinds, progress)), draft.ids)

    def _put(self, name: str, draft: Draft, kinds: Mapping[str, str], progress: bool) -> SegmentEntry:
        beside = self._processes > 1 and len(draft) >= BESIDE
        return self._stage.put(name, *build_segment(draft, self._encoders, kinds, beside=beside, progress=progress))

    def _goes_apart(self, draft: Draft) -> bool:
        large = len(draft) >= APART_DOCUMENTS or draft.characters >= APART_CHARACTERS
        return large and self._processes > 1 and not draft.schema.vectors and self._stage.files is DISK

    def close(self) -> None:
        """Wait for what was begun and forget it; end the thread and the processes: others are started when needed."""
        wait([entry for entry, _ in self._begun])
        self._begun.clear()
        if self._apart is not None:
            self._apart.close()
        if self._thread is not None:
            self._thread.shutdown()
        self._apart = self._thread = None
