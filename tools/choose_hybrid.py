"""Compare ways to fuse BM25 and dense on development queries: how the default hybrid was chosen.

    python tools/choose_hybrid.py KB:DATASET:SPLIT ...

Each argument names an index with vectors, the data set it was made of, and a split that is not the test
split.  Prints nDCG@10 of every candidate on each, best mean first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from findry import Index, Pipe, Plan, bm25, combmnz, combsum, dataset, dense, linear, rrf
from findry.evaluate import evaluate
from findry.records import Qrels

MOST_QUERIES = 500


def candidates() -> Iterator[tuple[str, Pipe]]:
    """Every system that was considered, by name."""
    yield "bm25", bm25()
    yield "dense", dense()
    fusers: dict[str, Pipe] = {"combsum": combsum(), "combmnz": combmnz()}
    fusers |= {f"rrf k={k}": rrf(k=k) for k in (10, 30, 60, 100)}
    for share in (0.3, 0.4, 0.5, 0.6, 0.7):
        weights = (round(1 - share, 1), share)
        fusers[f"rrf k=60 {weights}"] = rrf(k=60, weights=weights)
        for normalise in ("min-max", "z-score"):
            for missing in ("minimum", "zero"):
                fuser = linear(weights=weights, normalise=normalise, missing=missing)
                fusers[f"linear {normalise} {missing} {weights}"] = fuser
    for depth in (100, 1000):
        for name, fuser in fusers.items():
            yield f"{name} depth {depth}", (bm25() % depth | dense() % depth) >> fuser


def main(arguments: list[str]) -> None:
    """Measure all candidates on all named splits and print the table."""
    table: dict[str, list[float]] = {}
    for argument in arguments:
        kb, name, split = argument.split(":")
        if split == "test":
            sys.exit("the default is chosen on development queries: name another split than test")
        queries, qrels = dataset(name).split(split)
        if len(queries) > MOST_QUERIES:
            queries = queries.take(np.linspace(0, len(queries) - 1, MOST_QUERIES).astype(int))
            kept = set(queries.ids)
            qrels = Qrels.of(row for row in qrels.triples() if row[0] in kept)
        plan, index = Plan(queries), Index(kb)
        for label, pipe in candidates():
            run = plan.run(pipe.bind(index=index)).need_run(label)
            table.setdefault(label, []).append(evaluate(run.cut(10), qrels, "nDCG@10").mean("nDCG@10"))
    for label, values in sorted(table.items(), key=lambda row: -float(np.mean(row[1]))):
        print(f"{np.mean(values):.4f}  {'  '.join(f'{value:.4f}' for value in values)}  {label}")


if __name__ == "__main__":
    main(sys.argv[1:])
