"""Comparisons over runs made by hand, whose queries and documents try to be read as HTML."""

from __future__ import annotations

__all__ = ["ABOUT", "HOSTILE", "data_of", "hostile_texts", "made"]

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from findry.records import Qrels, Queries, Run
from findry.report import About
from findry.study import Comparison, Latency, compare

HOSTILE = '</script><img src="https://evil.example/x" onerror=alert(1)><!-- {{data}} \u2028 \u202e & \ud800 \x1b[31m'
ABOUT = About(data="made", index="kb", commit=3, command=f"findry compare '{HOSTILE}'", version="0", date="today")


def made(
    queries: int = 12, systems: int = 3, *, depth: int = 15, timed: bool = True
) -> tuple[Comparison, Queries, Qrels]:
    """Systems that put the one relevant document of each query at other ranks; the first documents are judged."""
    chance = np.random.default_rng(0)
    texts = Queries.of({f"q{n}": f"query {n} {HOSTILE}" for n in range(queries)})
    qrels = Qrels.from_dict({f"q{n}": {f"d{n}": 2, f"d{n}-1": 0, "gone": 1} for n in range(queries)})
    runs: dict[str, Any] = {}
    for system in range(systems):
        hits = {}
        for n in range(queries):
            ids = [f"d{n}", *(f"d{n}-{other}" for other in range(1, depth))]
            order = chance.permutation(depth)
            hits[f"q{n}"] = {ids[at]: float(depth - place) for place, at in enumerate(order)}
        runs[f"system {system} <b>"] = Run.from_dict(hits)
    found = compare(runs, texts, qrels, "nDCG@10 RR@10")
    if timed:
        clocks = [Latency(chance.uniform(1, 2, 30) * 10**-at) for at in range(systems)]
        outcomes = (replace(one, latency=clock) for one, clock in zip(found.outcomes, clocks, strict=True))
        found = replace(found, outcomes=tuple(outcomes))
    return found, texts, qrels


def hostile_texts(ids: Sequence[str]) -> list[tuple[str, str]]:
    """A title and a long text for every id."""
    return [(f"title of {id} {HOSTILE}", f"{HOSTILE} of {id} " * 20) for id in ids]


def data_of(html: str) -> dict[str, Any]:
    """The document inside a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    return document
