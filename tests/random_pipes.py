"""Random pipelines whose stages fit together, and a reranker and a rewriter made up for tests."""

from __future__ import annotations

__all__ = ["NAMESPACE", "Hashed", "Padded", "pipes"]

import numpy as np
from hypothesis import strategies as st

import findry.stages
from findry.algebra import Pipe, Rerank, Rewrite, param, stage
from findry.records import ORIGINAL, Queries, Run, Variant, tie_keys
from findry.stages import bm25, combmnz, combsum, dense, filter, group, head, linear, rrf


@stage("hashed")
class Hashed(Rerank):
    """The hits in an order that depends on nothing but their ids and a seed."""

    seed: int = param(default=0, low=0)

    def apply(self, queries: Queries, run: Run) -> Run:
        del queries
        scores = tie_keys(f"{self.seed} {id}" for id in run.ids()) >> np.uint64(44)
        return Run.ranked(run.queries, run.items, run.owners, run.rows, scores.astype(np.float64), columns=run.columns)


@stage("padded")
class Padded(Rewrite):
    """Each query with one more word."""

    word: str = "ant"

    def apply(self, queries: Queries) -> Queries:
        return queries.with_plan(
            [Variant(ORIGINAL, text), Variant("more", self.word, weight=0.5)] for text in queries.texts
        )


NAMESPACE = {name: getattr(findry.stages, name) for name in findry.stages.__all__}
NAMESPACE |= {"hashed": Hashed, "padded": Padded}

depths = st.sampled_from([0, 1, 2, 3, 1000])
weights = st.sampled_from([0.5, 1.0, 2.0, -1.0])


@st.composite
def _leaves(draw: st.DrawFn, chunked: bool) -> Pipe:
    pipe: Pipe = draw(
        st.one_of(
            st.builds(bm25, k1=st.sampled_from([0.9, 2.0]), k=depths),
            st.builds(dense, k=depths),
            st.just(Padded() >> bm25()),
            st.just(bm25(label="mine", b=1.0)),
        )
    )
    return pipe >> group(by=draw(st.sampled_from(["max", "sum", "first"]))) if chunked else pipe


@st.composite
def pipes(draw: st.DrawFn, *, chunked: bool = False, depth: int = 3, comparable: bool = False) -> Pipe:
    """A pipeline from queries to a run; `comparable` where its scores must be fit to be added."""
    if depth == 0:
        return draw(_leaves(chunked))
    below = pipes(chunked=chunked, depth=depth - 1)
    added = pipes(chunked=chunked, depth=depth - 1, comparable=True)
    forms = ["leaf", "leaf", "cut", "rerank", "weigh", "rrf", "sum", "fuse", "filter"]
    match draw(st.sampled_from(forms if comparable else [*forms, "head", "^", "&", "**"])):
        case "leaf":
            return draw(_leaves(chunked))
        case "cut":
            return draw(added if comparable else below) % draw(depths)
        case "rerank":
            return draw(below) >> Hashed(draw(st.integers(0, 3)))
        case "head":
            return draw(below) >> head(draw(depths), Hashed(draw(st.integers(0, 3))))
        case "weigh":
            return draw(added if comparable else below) * draw(weights)
        case "filter":
            return draw(added if comparable else below) >> filter(where="year >= 2 or exists tags")
        case "rrf":
            parts = draw(st.lists(below, min_size=2, max_size=3))
            return _branches(parts) >> rrf(k=draw(st.sampled_from([1, 60])))
        case "sum":
            return draw(added) + draw(added)
        case "fuse":
            fuse = draw(
                st.one_of(
                    st.builds(
                        linear,
                        weights=st.sampled_from([(), (0.3, 0.7)]),
                        normalise=st.sampled_from(["none", "min-max", "z-score"]),
                        missing=st.sampled_from(["minimum", "zero"]),
                    ),
                    st.just(combsum()),
                    st.just(combmnz()),
                )
            )
            return (draw(added) | draw(added)) >> fuse
        case "^":
            return draw(below) ^ draw(below)
        case "&":
            return draw(below) & draw(below)
        case _:
            return draw(below) ** draw(below)


def _branches(parts: list[Pipe]) -> Pipe:
    joined = parts[0]
    for part in parts[1:]:
        joined = joined | part
    return joined
