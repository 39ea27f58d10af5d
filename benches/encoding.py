"""Sentence vectors on the processor: many real texts, and one short query."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benches.measure import interleaved
from benches.peers.encoders import LONGEST, Encode, encoders
from benches.real import DATA, REAL_SETS, passages
from benches.report import Result, Timed
from benches.setting import Setting
from findry.models import encoder

TITLE = "Encoding with all-MiniLM-L6-v2"
THREADS = 2
FLOP_A_TOKEN = 2 * 10_600_000
"""Two for each weight of the layers; attention comes on top."""
QUERIES = (
    *("how do vaccines work", "symptoms of iron deficiency", "heat transfer in laminar flow", "copy a folder"),
    *("what causes migraine", "boundary layer theory", "sort a list of tuples", "gene expression in yeast"),
)
JUDGED = ("scifact", "cosqa")
DOCUMENTS = 1500
FP32 = ("onnxruntime", "openvino", "sentence-transformers")


def run(setting: Setting) -> Result:
    """Whole jobs of texts in turn, then short queries in turn; vectors are compared with findry's own."""
    result = Result(TITLE)
    texts = _texts(24 if setting.small else 2000)
    engines, result.left_out = encoders(setting.wants)
    documents = f"{len(texts):,} texts, {np.mean([len(text) for text in texts]):.0f} characters each"
    vectors: dict[str, NDArray[np.float32]] = {}
    jobs = {name: _job(name, engine, texts, vectors) for name, engine in engines.items()}
    for engine in engines.values():
        engine(texts[:40])
    long = interleaved(jobs, 2, warm=False)
    short = {name: _query(engine) for name, engine in engines.items()}
    quick = interleaved(short, 20 if setting.small else 200)
    near = {name: _cosine(of_it, vectors["findry"]) for name, of_it in vectors.items()}
    timed = Timed("agreement is the smallest cosine with findry's vectors", list(engines))
    tokens = sum(min(LONGEST, count) for count in encoder("minilm").count_tokens(texts, "document"))
    timed.add(documents, long, near, floor_flop=tokens * FLOP_A_TOKEN)
    timed.add("one short query", quick)
    timed.into(result)
    result.notes.append(f"{tokens:,} tokens, at most {LONGEST} of a text.")
    rates = [f"{name} {len(texts) / long.median(name):.1f}" for name in engines]
    result.notes.append(f"Texts a second: {', '.join(rates)}.")
    peers = [name for name in FP32 if name in engines]
    best = min(peers, key=long.median) if peers else None
    result.aim(documents, best or "the best fp32", long.ratio(best, "findry") if best else None, at_least=1)
    torch = "sentence-transformers"
    ratio = quick.ratio("findry", torch) if torch in engines else None
    result.aim("one short query", torch, ratio, at_most=0.5)
    int8 = "findry int8"
    ratio = long.ratio(best or "findry", int8) if int8 in engines else None
    result.aim(f"int8, {documents}", best or "findry fp32", ratio, at_least=1.4)
    half = "openvino bf16"
    if half in engines:
        result.notes.append(
            f"OpenVINO in bfloat16, which it takes where nothing is said and the processor has it: findry takes "
            f"{long.ratio('findry', half)} its time, findry int8 {long.ratio(int8, half)}; "
            f"{_kept(vectors['findry'], vectors[half]):.1%} of the top-10 stay."
        )
    if int8 in engines:
        kept = _kept(vectors["findry"], vectors[int8])
        result.notes.append(f"int8 against float32, each text asked for in the others: {kept:.1%} of the top-10 stay.")
    if int8 in engines and not setting.small:
        result.notes += [_judged(name) for name in JUDGED if (DATA / name / "corpus.jsonl.gz").exists()]
    result.notes.append(_again(texts[: 24 if setting.small else 300]))
    return result


def _texts(n: int) -> list[str]:
    """Real texts: half from the collections that are there, the rest, short ones, from the documentation of Python."""
    from findry import dataset

    there = [name for name in REAL_SETS if (DATA / name / "corpus.jsonl.gz").exists()]
    texts = [text for name in there for text in islice(passages(name), n // 2 // len(there))]
    entries = islice(dataset("python-docs").corpus, n - len(texts))
    return texts + [" ".join(document.text.values()) for document in entries]


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """An empty cache folder, where findry keeps the vectors of texts."""
    with tempfile.TemporaryDirectory() as empty, patch.dict(os.environ, {"FINDRY_CACHE": empty}):
        yield


def _job(name: str, engine: Encode, texts: list[str], vectors: dict[str, NDArray[np.float32]]) -> Callable[[int], None]:
    def job(_: int) -> None:
        with _nothing_kept():
            vectors[name] = np.asarray(engine(texts))

    return job


def _query(engine: Encode) -> Callable[[int], object]:
    return lambda turn: engine([f"{QUERIES[turn % len(QUERIES)]} {turn}"])


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float((np.einsum("ij,ij->i", a, b) / lengths).min())


def _kept(documents: NDArray[np.float32], queries: NDArray[np.float32]) -> float:
    """The share of the top-10 that stays when some texts, as queries, are encoded the other way."""
    some = slice(0, 200)
    right, other = (np.argsort(-(q[some] @ documents.T), axis=1)[:, 1:11] for q in (documents, queries))
    return float(np.mean([len(set(a) & set(b)) for a, b in zip(right.tolist(), other.tolist(), strict=True)])) / 10


def _judged(name: str) -> str:
    """What int8 changes on a judged collection: exact top-10 and nDCG@10, queries and documents encoded alike."""
    from findry import dataset
    from findry.evaluate import compare, evaluate
    from findry.records import Run

    collection = dataset(DATA / name)
    queries, qrels = collection.split("test")
    judged = {document for row in qrels.to_dict().values() for document in row}
    every = [(document.id not in judged, place, document) for place, document in enumerate(collection.corpus)]
    documents = [document for _, _, document in sorted(every, key=lambda one: one[:2])[: max(DOCUMENTS, len(judged))]]
    ids = [document.id for document in documents]
    texts = [" ".join(document.text.values()) for document in documents]
    tops, tables, seconds = [], [], []
    for precision in ("float32", "int8"):
        opened = encoder("minilm", precision=precision, threads=1)
        asked = opened.encode(queries.texts, "query")
        start = time.process_time()
        vectors = opened.encode(texts, "document")
        seconds.append(time.process_time() - start)
        scores = asked @ vectors.T
        tops.append(np.argsort(-scores, axis=1, kind="stable")[:, :10])
        found = zip(queries.ids, tops[-1].tolist(), scores, strict=True)
        hits = {query: {ids[row]: float(of_it[row]) for row in top} for query, top, of_it in found}
        tables.append(evaluate(Run.from_dict(hits, name=precision), qrels, "nDCG@10"))
    kept = np.mean([len(set(a) & set(b)) for a, b in zip(*(top.tolist() for top in tops), strict=True)]) / 10
    return (
        f"int8 on {name} ({len(queries)} queries, {len(ids):,} documents): {kept:.1%} of the exact top-10 stay; "
        f"{compare(tables[0], tables[1])[0]}, from {tables[0].mean('nDCG@10'):.4f}; "
        f"processor time of the documents {seconds[0]:.0f} s and {seconds[1]:.0f} s."
    )


def _again(texts: list[str]) -> str:
    """What indexing unchanged texts a second time costs, into another index."""
    import findry

    seconds = []
    with tempfile.TemporaryDirectory() as folder, _nothing_kept():
        for turn in ("first", "second"):
            index = findry.create(Path(folder) / turn, encoder="minilm")
            start = time.perf_counter()
            index.add({"id": f"{turn}{number}", "text": text} for number, text in enumerate(texts))
            seconds.append(time.perf_counter() - start)
    return (
        f"Indexing {len(texts)} texts takes {seconds[0]:.2f} s, the same texts into another index {seconds[1]:.2f} s."
    )
