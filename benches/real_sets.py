"""BM25 on judged collections, whose queries are long."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

from benches.bm25 import opened
from benches.exact import Exact
from benches.measure import interleaved
from benches.peers import find
from benches.real import REAL_SETS, real_set
from benches.report import EQUAL, Result, Timed
from benches.setting import Setting

TITLE = "BM25 on real collections with long queries"
THREADS = 1
K = 10


def run(setting: Setting) -> Result:
    """The best 10 for up to 300 queries of each collection."""
    result = Result(TITLE)
    kinds, result.left_out = find("lexical", ("findry", "tantivy", "bm25s"), setting)
    timed = Timed("top-10, whole words, no stemming", list(kinds))
    for name in ("cranfield",) if setting.small else REAL_SETS:
        corpus = real_set(setting.folder, name)
        if corpus is None:
            result.left_out.append(f"{name}: not among the collections of FINDRY_DATA")
            continue
        queries = corpus.queries("real")[: 20 if setting.small else None]
        engines = opened(kinds, corpus, setting, result)
        calls = {
            e: (lambda q, engine=engine, asked=queries: engine.search(asked[q], K)) for e, engine in engines.items()
        }
        times = interleaved(calls, len(queries))
        exact = Exact(corpus, queries)
        agreed = {
            e: sum(exact.agreement(query, engine.numbers(engine.search(query, K)), K) for query in queries)
            / len(queries)
            for e, engine in engines.items()
        }
        words = sum(len(query.split()) for query in queries) / len(queries)
        operation = f"{name}, {len(corpus):,} documents, {words:.1f} words a query"
        timed.add(operation, times, agreed, documents=len(corpus))
        peers = [peer for peer in times.names if peer != "findry"]
        best = min(peers, key=times.median) if peers else None
        told = f"{agreed['findry']:.3f}" + (f", {agreed[best]:.3f}" if best else "")
        ratio = times.ratio(best, "findry") if best else None
        equal = agreed["findry"] >= EQUAL
        result.aim(operation, best or "the best peer", ratio, at_least=1, agreement=told, equal=equal)
    if timed.table.rows:
        timed.into(result)
    return result
