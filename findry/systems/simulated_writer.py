"""A writer of expansions that is simulated: words of a relevant document among words of others.

It stands for a language model that knows the subject more or less.  What it is good for: how gains depend on the base
system and on errors of the writer.  What it cannot tell: how well any real model writes.
"""

from __future__ import annotations

__all__ = ["ARMS", "Arm", "expanded"]

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from findry.records import Document, Queries


@dataclass(frozen=True)
class Arm:
    """A way to expand: how many words, and the share of them that come from documents which are not relevant."""

    words: int
    noise: float


ARMS = {
    "query-to-answer": Arm(8, 0.2),
    "query-to-doc": Arm(60, 0.5),
    "query-as-reasoning-trace": Arm(120, 0.7),
}


def expanded(
    queries: Queries,
    judged: Mapping[str, Mapping[str, int]],
    documents: Mapping[str, Document],
    arm: Arm,
    *,
    seed: int = 0,
) -> Queries:
    """Each query followed by what the writer gives; the same query and seed give the same words."""
    others = list(documents)
    texts = []
    for number, (id, text) in enumerate(zip(queries.ids, queries.texts, strict=True)):
        chance = np.random.default_rng([seed, number])
        right = [name for name, grade in judged.get(id, {}).items() if grade > 0 and name in documents]
        known = documents[right[int(chance.integers(len(right)))]].contents().split() if right else []
        words = []
        for wrong in (chance.random(arm.words) < arm.noise).tolist():
            pool = known
            if wrong or not known:
                pool = documents[others[int(chance.integers(len(others)))]].contents().split()
            words += [pool[int(chance.integers(len(pool)))]] if pool else []
        texts.append(" ".join([text, *words]))
    return replace(queries, texts=tuple(texts))
