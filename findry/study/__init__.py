"""Floor 7: what systems and stages buy.  Runs pipelines over judged queries and says what is better, what it costs,
whether a stage pays, and where a relevant document was lost; prints nothing."""

from __future__ import annotations

__all__ = [
    "Comparison",
    "Contrast",
    "Explanation",
    "Fate",
    "Funnel",
    "Latency",
    "Marginal",
    "Outcome",
    "StageValue",
    "compare",
    "explain",
    "funnel",
    "latencies",
    "marginal",
    "queries_needed",
    "smallest_effect",
]

from findry.study.comparison import Comparison, Contrast, Outcome, compare
from findry.study.explain import Explanation, explain
from findry.study.funnel import Fate, Funnel, funnel
from findry.study.latency import Latency, latencies
from findry.study.marginal import Marginal, StageValue, marginal
from findry.study.power import queries_needed, smallest_effect
