"""Dropping one stage of a pipeline: what is left in its place."""

from __future__ import annotations

__all__ = ["without"]

import dataclasses

from findry.algebra.expression import Both, Pipe, Then, joins
from findry.algebra.kinds import Fuse, Stage
from findry.algebra.mix import Mix
from findry.errors import PipelineError, nearest


@joins("without")
def without(pipe: Pipe, label: str) -> Pipe:
    """The pipeline with one stage replaced by the null of its kind; see `Pipe.without`."""
    labels = [part.title for part in pipe.walk() if isinstance(part, Stage)]
    if label not in labels:
        near = nearest(label, labels)
        raise PipelineError(
            "no stage of the pipeline has this label",
            expected=", ".join(labels),
            received=repr(label),
            hint=f"did you mean {near!r}?" if near else None,
        )
    left = _drop(pipe, label)
    if left is None:
        raise PipelineError(f"nothing is left without {label!r}", received=repr(pipe))
    return left


def _drop(pipe: Pipe, label: str) -> Pipe | None:
    if isinstance(pipe, Stage) and pipe.title == label:
        return None
    if isinstance(pipe, Then):
        return _drop_then(pipe, label)
    kept = [part for part in (_drop(part, label) for part in pipe.parts) if part is not None]
    if len(kept) == len(pipe.parts):
        return pipe.rebuilt(tuple(kept))
    if isinstance(pipe, Both) and len(kept) > 1:
        return Both(tuple(kept))
    if isinstance(pipe, Mix) and len(kept) > 1:
        return Mix(Both(tuple(kept)), _weights_left(pipe.weights, pipe, label))
    return kept[0] if kept else None


def _drop_then(pipe: Then, label: str) -> Pipe | None:
    first, second = _drop(pipe.first, label), _drop(pipe.second, label)
    if second is None:
        if isinstance(pipe.second, Fuse) and isinstance(first, Both):
            return first.parts[0]
        return first
    if first is None:
        dropped = pipe.first
        return second if isinstance(dropped, Stage) and dropped.takes == dropped.gives else None
    if isinstance(second, Fuse) and isinstance(pipe.first, Both):
        if not isinstance(first, Both):
            return first
        weights = getattr(second, "weights", ())
        if len(weights) == len(pipe.first.parts):
            second = dataclasses.replace(second, weights=_weights_left(weights, pipe.first, label))  # type: ignore[call-arg]
    return Then(first, second)


def _weights_left(weights: tuple[float, ...], pipe: Pipe, label: str) -> tuple[float, ...]:
    """The weights of the branches that are left."""
    return tuple(w for w, part in zip(weights, pipe.parts, strict=True) if _drop(part, label) is not None)
