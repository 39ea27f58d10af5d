"""Pipelines bound to a reader, kept for the next query."""

from __future__ import annotations

__all__ = ["Bound"]

from findry.algebra import Pipe
from findry.engine.defaults import default_pipeline
from findry.search import Reader

KEPT = 32


class Bound:
    """The pipelines that were asked of one reader lately, bound to it.

    Pipelines never change; binding one makes all its stages anew, which takes longer than a search by words.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._held: dict[int, tuple[Pipe | int, Pipe]] = {}

    def pipe(self, pipeline: Pipe | int) -> Pipe:
        """A pipeline bound to the reader; a number asks for the default pipeline of this depth."""
        default = isinstance(pipeline, int)
        key = -1 - pipeline if isinstance(pipeline, int) else id(pipeline)
        held = self._held.get(key)
        if held is not None and (default or held[0] is pipeline):
            return held[1]
        made = default_pipeline(self.reader.snapshot.schema, pipeline) if isinstance(pipeline, int) else pipeline
        bound = made.bind(index=self.reader)
        if len(self._held) >= KEPT:
            self._held = {}  # another thread may be reading the old one
        self._held[key] = pipeline, bound
        return bound
