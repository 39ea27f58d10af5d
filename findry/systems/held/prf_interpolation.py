"""To interpolate or not to interpolate: feedback for dense retrieval, mixed with words before it, after it, or both.

Source: Li, Wang, Mourad, Koopman, Zuccon, SIGIR 2022 (arXiv 2205.00235).  The vectors of the first hits, read from the
index, move the query vector (average of the query and 3 hits); a list by words is interpolated with the dense list that
gives the feedback ("pre"), with the final list ("post"), or with both.  The paper finds both places best, whichever
dense or sparse model.

Here: BM25 and MiniLM, min-max scores, half and half (not tuned); a hit that a list lacks has that list's lowest score.
"""

from __future__ import annotations

__all__ = ["check"]

from findry.study import Comparison
from findry.systems.bench import Bench
from findry.systems.contrast import mean_gain, share_alike
from findry.systems.declare import system
from findry.systems.finding import Claim, Finding, above, at_least

MIXED = "(bm25 | dense) >> linear(weights=(0.5, 0.5))"
RECIPE = {
    "dense": "dense",
    "hybrid": MIXED,
    "dense-prf": "vector_prf(dense % 3) >> dense",
    "pre": f"vector_prf({MIXED} % 3) >> dense",
    "post": "(bm25 | vector_prf(dense % 3) >> dense) >> linear(weights=(0.5, 0.5))",
    "both": f"(bm25 | vector_prf({MIXED} % 3) >> dense) >> linear(weights=(0.5, 0.5))",
}
CONTROLS = {
    "no feedback": "vector_prf(dense % 3, how='rocchio', alpha=1.0, beta=0.0) >> dense",
    "average by weights": "vector_prf(dense % 3, how='rocchio', alpha=0.25, beta=0.75) >> dense",
    "random feedback": "(bm25 | vector_prf(random % 3) >> dense) >> linear(weights=(0.5, 0.5))",
}
MEASURE = "AP"


@system(
    "prf-interpolation",
    family="query",
    kind="system",
    title="To interpolate or not: PRF with dense and sparse retrievers",
    paper="arXiv 2205.00235",
    claim="interpolating with a sparse list both before and after vector feedback beats plain hybrid search",
    data=("cranfield", "cisi", "med"),
    recipe=RECIPE,
    needs=("encoder",),
)
def check(bench: Bench) -> Finding:
    """AP of the six variants on collections with many judgments a query; 10 points of AP are 0.1 here."""
    tables = {
        name: world.compare({**RECIPE, **CONTROLS}, f"{MEASURE} R@100", baseline="hybrid")
        for name, world in bench.worlds.items()
    }

    def gain(of: str, over: str) -> Claim:
        return above(f"{MEASURE}: {of} - {over}, mean over data sets", *mean_gain(tables, MEASURE, of, over))

    return Finding(
        "prf-interpolation",
        bench.dataset,
        MEASURE,
        "hybrid",
        "both",
        claims=(gain("both", "hybrid"), gain("both", "post"), gain("post", "dense-prf"), gain("both", "pre")),
        controls=(
            *(_same(name, table, "no feedback", "dense") for name, table in tables.items()),
            *(_same(name, table, "average by weights", "dense-prf") for name, table in tables.items()),
            gain("both", "random feedback"),
        ),
        tables=tables,
        notes=("weights of the interpolation are 0.5, not tuned", "collections with one relevant document may lose"),
    )


def _same(name: str, table: Comparison, control: str, of: str) -> Claim:
    same = share_alike(table[control].run, table[of].run)
    return at_least(f"{name}: share of queries on which {control!r} lists what {of!r} does", same, 1.0)
