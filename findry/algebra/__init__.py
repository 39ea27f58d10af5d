"""Floor 3: how a stage declares itself, and pipelines as expressions.  Concrete stages stand one floor
up in `stages`; checking, planning and files two floors up in `pipeline`."""

from __future__ import annotations

__all__ = [
    "Both",
    "Cut",
    "Feedback",
    "Filter",
    "Fuse",
    "Group",
    "Head",
    "Mix",
    "Pipe",
    "Rerank",
    "Retrieve",
    "Rewrite",
    "Scaled",
    "Stage",
    "Then",
    "head",
    "param",
    "registry",
    "resource",
    "stage",
    "stage_class",
    "without",
]

from findry.algebra.declare import param, registry, resource, stage, stage_class
from findry.algebra.expression import Both, Pipe, Then
from findry.algebra.kinds import Feedback, Filter, Fuse, Group, Rerank, Retrieve, Rewrite, Stage
from findry.algebra.mix import Mix, Scaled
from findry.algebra.operators import Cut, Head, head
from findry.algebra.without import without
