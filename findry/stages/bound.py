"""The live objects that stages are bound to, checked once."""

from __future__ import annotations

__all__ = ["reader"]

from findry.algebra import Stage
from findry.errors import PipelineError
from findry.search import Reader


def reader(stage: Stage) -> Reader:
    """The index that a stage is bound to, opened for reading."""
    held = getattr(stage, "index", None)
    if not isinstance(held, Reader):
        raise PipelineError(
            f"stage {stage.title!r} is bound to something else than an index",
            expected="findry.open(...) or its reader",
            received=type(held).__name__,
        )
    return held
