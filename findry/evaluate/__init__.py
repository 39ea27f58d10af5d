"""Floor 6: how good a run is.  Measures are those of ir-measures, every query counts, and every mean has its
interval; nothing here runs a pipeline."""

from __future__ import annotations

__all__ = [
    "Difference",
    "Evaluation",
    "Interval",
    "compare",
    "difference_interval",
    "evaluate",
    "holm",
    "mean_interval",
    "parse",
    "sign_flip",
]

from findry.evaluate.difference import Difference, compare
from findry.evaluate.evaluation import Evaluation
from findry.evaluate.interval import Interval, difference_interval, mean_interval
from findry.evaluate.measures import parse
from findry.evaluate.paired import holm, sign_flip
from findry.evaluate.score import evaluate
