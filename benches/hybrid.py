"""A warm hybrid query in process: words, vectors and their mixture."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "hybrid_index", "run"]

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import findry
from benches.building import built, findry_state
from benches.corpora import Corpus, keep, synthetic
from benches.measure import interleaved
from benches.peers import find
from benches.peers.encoders import encoders
from benches.peers.findry_vectors import Given
from benches.report import Result, Timed
from benches.setting import Setting
from benches.vectors import Vectors, clustered
from findry.models import encoder

TITLE = "A warm hybrid query"
THREADS = 2
DEPTH, K = 1000, 10
WEIGHTS = (0.3, 0.7)


def run(setting: Setting) -> Result:
    """findry's default pipeline against bm25s, an encoder and faiss flat put together by hand."""
    result = Result(TITLE)
    lexical, left = find("lexical", ("bm25s",), setting)
    dense, more = find("dense", ("faiss flat",), setting)
    models, without = encoders(lambda name: setting.wants(name) and name != "openvino")
    result.left_out = [*left, *more, *(line for line in without if "int8" not in line)]
    for n in (1000,) if setting.small else (10_000, 1_000_000):
        corpus, vectors = synthetic(setting.folder, n), clustered(setting.folder, n)
        index = findry.open(hybrid_index(setting, corpus, vectors))
        queries = corpus.queries("light")[: 10 if setting.small else 200]
        own = index.encoder()
        calls: dict[str, Any] = {
            "findry": lambda q, index=index, queries=queries: index.search(queries[q], K).ids,
            "findry's encoder": lambda q, own=own, queries=queries: own.encode([queries[q]], "query"),
        }
        if lexical and dense:
            words = lexical["bm25s"](Path(built("lexical", "bm25s", corpus, setting).folder))
            rows = dense["faiss flat"](Path(built("dense", "faiss flat", vectors, setting).folder))
            words.open()
            rows.open(vectors)
            for name in ("onnxruntime", "sentence-transformers"):
                if name in models:
                    calls[f"bm25s + {name} + faiss"] = _by_hand(words, models[name], rows, queries)
        times = interleaved(calls, len(queries))
        timed = Timed(f"{n:,} documents; agreement is the overlap of the top-{K} with findry's", list(calls))
        found = {name: call for name, call in calls.items() if name != "findry's encoder"}
        right = [set(map(int, calls["findry"](q))) for q in range(min(50, len(queries)))]
        agreed = {
            name: float(np.mean([len(ids & set(map(int, call(q)))) / K for q, ids in enumerate(right)]))
            for name, call in found.items()
        }
        operation = f"hybrid top-{K}, {n:,} documents"
        timed.add(operation, times, agreed, documents=n)
        timed.into(result)
        share = times.median("findry's encoder") / times.median("findry")
        result.notes.append(f"{n:,} documents: the encoder is {share:.0%} of findry's time.")
        hands = [name for name in calls if "faiss" in name] or [None]
        for name in hands:
            ratio = times.ratio(name, "findry") if name else None
            told = f"{agreed[name]:.3f}" if name else ""
            result.aim(operation, name or "by hand", ratio, at_least=1, agreement=told)
    result.notes.append("The vectors of the documents are synthetic, under MiniLM's card; queries are really encoded.")
    return result


def hybrid_index(setting: Setting, corpus: Corpus, vectors: Vectors) -> Path:
    def make(place: Path) -> None:
        index = findry.create(place / "index", encoder=Given(vectors.matrix, encoder("minilm").card), language="none")
        index.add({"id": str(n), "text": f"{text} {n}"} for n, text in enumerate(corpus.texts()))
        index.optimize()

    return keep(setting.folder / "indexes" / corpus.name / f"hybrid-{findry_state()}", make) / "index"


def _by_hand(words: Any, encode: Any, rows: Any, queries: list[str]) -> Any:
    """The best 1,000 of both, z-scores, a missing score counts as the lowest, weighted sum, best 10."""

    def search(q: int) -> NDArray[np.int64]:
        ids, scores = words.scored(queries[q], DEPTH)
        near, products = rows.scored(encode([queries[q]])[0], DEPTH)
        sides = [(ids, _standard(scores)), (near, _standard(products))]
        both = np.union1d(ids, near)
        total = np.zeros(len(both))
        for (found, values), weight in zip(sides, WEIGHTS, strict=True):
            part = np.full(len(both), values.min(initial=0.0))
            part[np.searchsorted(both, found)] = values
            total += weight * part
        return both[np.argsort(-total)[:K]]

    return search


def _standard(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    spread = scores.std() if len(scores) else 0.0
    return (scores - scores.mean()) / (spread if spread > 0 else 1.0) if len(scores) else scores.astype(np.float64)
