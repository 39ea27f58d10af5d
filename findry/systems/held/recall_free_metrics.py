"""How important is recall for retrieval quality?  T, a measure that needs no count of all relevant documents.

Source: arXiv 2512.20854.  T_a = (1 - a) n+ - a n- / (n+ + n-) for n+ relevant and n- other hits; F_a = n+ / (a K +
(1 - a) N) knows the number N of relevant documents, E_a estimates it from a list twice as long.  The paper grades
responses that a language model writes from the hits; the largest tau-b over a of T is about as large as that of F.

Here: the reader is simulated, a grade from 0 to 4 binomial in p, which rises with the facts found and falls by half the
share of distractors.  Facts are n+ / N ("recall") or 1 - exp(-n+ / 2) ("count").  Segments are a retriever, a data set,
and N <= 10 ("wide") or more ("narrow") at K = 10, or K = N / 2, N, 2 N.
"""

from __future__ import annotations

__all__ = ["check"]

from collections.abc import Mapping, Sequence

import numpy as np

from findry.evaluate import Interval
from findry.evaluate.agreement import COEFFICIENTS, agreement
from findry.evaluate.own import measure
from findry.study import Comparison
from findry.systems.bench import Bench
from findry.systems.declare import system
from findry.systems.finding import Claim, Finding, at_least, near
from findry.systems.segments import GRID, K, Numbers, Segment, segments

RECIPE = {
    "bm25": "bm25",
    "bm25, no length": "bm25(b=0.0)",
    "bm25, full length": "bm25(k1=1.2, b=1.0)",
    "bm25, no frequency": "bm25(k1=0.0)",
    "rm3": "rm3(bm25 % 10) >> bm25",
    "rocchio": "rocchio(bm25 % 10) >> bm25",
    "random feedback": "rm3(random % 10, original=0.3) >> bm25",
    "random": "random",
}
RESAMPLES = 100
QUERIES, FOUND = 20, 10  # a segment needs so many queries, and so many of them with a relevant hit
THIN = np.linspace(0, len(GRID) - 1, 36).round().astype(int)  # of the grid, for resamples


@system(
    "recall-free-metrics",
    family="benchmarks",
    kind="protocol",
    title="How important is recall for measuring retrieval quality?",
    paper="arXiv 2512.20854",
    claim="T, which does not know how many documents are relevant, agrees with the quality of answers as F does",
    data=("cranfield", "cisi", "med"),
    recipe=RECIPE,
)
def check(bench: Bench) -> Finding:
    """The largest tau-b over a of T, F and E in every segment, resampled by query, and how T and F rank retrievers."""
    names = f"T(a=0.5)@{K} F(a=0.5)@{K} E(a=0.5,x=2)@{K} nDCGfound@{K} nDCG@{K}"
    tables = {name: world.compare(RECIPE, names, baseline="bm25") for name, world in bench.worlds.items()}
    judged = {name: world.qrels.to_dict() for name, world in bench.worlds.items()}
    every = [s for name, table in tables.items() for s in segments(name, table, judged[name])]
    kept = [s for s in every if len(s.n) >= QUERIES and np.count_nonzero(s.found) >= FOUND]
    tau = {reader: _largest(kept, reader) for reader in ("recall", "count")}
    idle = {reader: _largest(kept, reader, ("T",))["T"] for reader in ("blind", "shuffled")}
    share = tau["recall"]["T"] / np.maximum(tau["recall"]["F"], 1e-9)
    count = tau["count"]["T"] - tau["count"]["F"]
    estimate = np.concatenate([tau[r]["T"] - tau[r]["E"] for r in ("recall", "count")])
    values = [measure("T", {"a": a, "@": 5}).value([1, 0, 1, 1, 0], 9) for a in (0.5, 0, 1)]
    errors = np.subtract(values, [1.3, 3, -0.4])
    return Finding(
        "recall-free-metrics",
        bench.dataset,
        "tau-b",
        "F",
        "T",
        claims=(
            _lowest("recall reader: tau of T / tau of F, lowest of the segments", share, 0.88),
            _lowest("count reader: tau of T - tau of F, lowest of the segments", count, -1e-9),
            _lowest("both readers: tau of T - tau of E, lowest of the segments", estimate, -0.02),
            *(_alike(name, table) for name, table in tables.items()),
        ),
        controls=(
            near("T for 3 of 5 at a = 0.5, 0, 1: largest error", float(np.abs(errors).max()), 0, 1e-9),
            *(
                near(f"reader {r}: mean over segments of the largest tau of T", float(row[:, 0].mean()), 0, 0.1)
                for r, row in idle.items()
            ),
        ),
        tables=tables,
        simulated=True,
        notes=(
            f"{len(kept)} of {len(every)} segments have {QUERIES} queries and {FOUND} with a relevant hit",
            *(_told(reader, tau[reader]) for reader in ("recall", "count")),
            _spread(kept, "recall reader, T / F", share, 0.88),
            _spread(kept, "count reader, T - F", count, 0.0),
            _spread([*kept, *kept], "both readers, T - E", estimate, -0.02),
            f"intervals resample queries, {RESAMPLES} times, with {len(THIN)} of the {len(GRID)} weights a",
            "at one K and full lists T orders queries by n+ for every a, as F does at a = 1: there T cannot exceed F",
        ),
    )


def _largest(chosen: Sequence[Segment], reader: str, of: Sequence[str] = ("T", "F", "E")) -> dict[str, Numbers]:
    """Float64[segments, 4 + resamples]: the coefficients, each the largest over the grid, then tau-b of resamples."""
    found: dict[str, list[Numbers]] = {name: [] for name in of}
    for number, segment in enumerate(chosen):
        random = np.random.default_rng([0, number])
        grades = segment.grades("recall" if reader == "shuffled" else reader, random)
        grades = random.permutation(grades) if reader == "shuffled" else grades
        weights, measures = _resampled(len(grades), random), segment.measures()
        for name in of:
            full, thin = agreement(measures[name], grades), agreement(measures[name][THIN], grades, weights)
            found[name].append(
                np.concatenate([*(full[c].max(axis=1) for c in COEFFICIENTS), thin["tau_b"].max(axis=1)])
            )
    return {name: np.array(rows) for name, rows in found.items()}


def _resampled(size: int, random: np.random.Generator) -> Numbers:
    return random.multinomial(size, np.full(size, 1 / size), RESAMPLES).astype(np.float64)


def _lowest(what: str, values: Numbers, threshold: float) -> Claim:
    lows = values.min(axis=0)
    low, high = np.quantile(lows[len(COEFFICIENTS) :], [0.025, 0.975]).tolist()
    return at_least(what, float(lows[0]), threshold, Interval(low, high, 0.95, "percentile bootstrap", len(values)))


def _spread(chosen: Sequence[Segment], what: str, values: Numbers, threshold: float) -> str:
    """How many segments reach a threshold, how many surely do not, and the means by kind of segment."""
    first, highs = values[:, 0], np.quantile(values[:, len(COEFFICIENTS) :], 0.975, axis=1)
    kinds = np.array([segment.name.rpartition(", ")[2] for segment in chosen])
    means = ", ".join(f"{kind} {first[kinds == kind].mean():.3f}" for kind in dict.fromkeys(kinds.tolist()))
    reach, below = np.count_nonzero(first >= threshold - 1e-9), np.count_nonzero(highs < threshold - 1e-9)
    return (
        f"{what}: {reach} of {len(first)} segments reach {threshold:g}, {below} lie below with their whole interval; "
        f"mean {first.mean():.3f} ({means}); lowest in {chosen[int(first.argmin())].name}"
    )


def _alike(name: str, table: Comparison) -> Claim:
    """Tau-b between the orders that T and F give the retrievers of a data set, a = 0.5, resampled by query."""
    values = [np.array([o.evaluation.of(m) for o in table.outcomes]) for m in table.measures[:2]]
    size = values[0].shape[1]
    weights = np.vstack([np.ones(size), _resampled(size, np.random.default_rng(0))])
    means = [value @ weights.T / size for value in values]
    taus = [float(agreement([t], f)["tau_b"][0, 0]) for t, f in zip(means[0].T, means[1].T, strict=True)]
    low, high = np.quantile(taus[1:], [0.025, 0.975]).tolist()
    interval = Interval(low, high, 0.95, "percentile bootstrap", size)
    return at_least(f"{name}: tau-b of T and F over {len(values[0])} retrievers", taus[0], 0.8, interval)


def _told(reader: str, found: Mapping[str, Numbers]) -> str:
    means = {name: rows[:, : len(COEFFICIENTS)].mean(axis=0) for name, rows in found.items()}
    told = "; ".join(f"{name} {' '.join(f'{x:.3f}' for x in row)}" for name, row in means.items())
    return f"{reader} reader, mean over segments of the largest {', '.join(COEFFICIENTS)}: {told}"
