"""BM25, one query at a time, on synthetic text."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benches.building import built
from benches.corpora import Corpus, synthetic
from benches.exact import Exact
from benches.measure import Times, interleaved
from benches.peers import find
from benches.report import EQUAL, Result, Timed
from benches.setting import Setting

TITLE = "BM25, one query at a time"
THREADS = 1
PEERS = ("findry", "tantivy", "bm25s", "lancedb", "sqlite")
FLOOR = "3 bytes for every posting of the words of a mean query"
PAGES = "findry Index.search"
AIMS = {("light", 10): (5, 5), ("heavy", 10): (8, 3), ("light", 1000): (3, 1.5), ("heavy", 1000): (3, 1.5)}


def run(setting: Setting) -> Result:
    """Light and heavy queries, the best 10 and 1,000, on two sizes of one collection."""
    result = Result(TITLE)
    sizes = (1000, 2000) if setting.small else (100_000, 1_000_000)
    kinds, result.left_out = find("lexical", PEERS, setting)
    for n in sizes:
        corpus = synthetic(setting.folder, n)
        engines = opened(kinds, corpus, setting, result)
        timed = Timed(f"{n:,} documents", [*_calls(engines, [], 10)])
        for kind, queries in asked(corpus, setting).items():
            exact = Exact(corpus, queries)
            for k in (10, 1000):
                calls = _calls(engines, queries, k)
                times = interleaved(calls, len(queries), budget=2 if setting.small else 30)
                agreed = agreement(calls, engines, exact, queries, k)
                operation = f"{kind} top-{k:,}, {n:,} documents"
                floor = {"floor_bytes": 3 * sum(map(exact.postings, queries)) / len(queries), "floor_of": FLOOR}
                timed.add(operation, times, agreed, documents=n, kind=kind, k=k, **floor)
                _aims(result, operation, times, agreed, (kind, k), largest=n == sizes[-1])
        timed.into(result)
        result.notes.append(f"{n:,} documents: " + states(engines))
    return result


def asked(corpus: Corpus, setting: Setting) -> dict[str, list[str]]:
    """The queries of both kinds, as many as a run asks."""
    light, heavy = (20, 10) if setting.small else (500, 300)
    return {"light": corpus.queries("light")[:light], "heavy": corpus.queries("heavy")[:heavy]}


def opened(kinds: dict[str, Any], corpus: Corpus, setting: Setting, result: Result) -> dict[str, Any]:
    """Each engine over its index of the corpus; a peer that fails is left out, findry is not."""
    engines = {}
    for name, kind in kinds.items():
        try:
            engine = kind(Path(built("lexical", name, corpus, setting).folder))
            engine.open()
        except Exception as error:
            if name.startswith("findry"):
                raise
            result.left_out.append(f"{name} over {corpus.name}: {str(error).strip().splitlines()[-1][:100]}")
            continue
        engines[name] = engine
    return engines


def states(engines: dict[str, Any]) -> str:
    """What the indexes are made of."""
    told = [f"{name} {state}" for name, engine in engines.items() if (state := engine.state())]
    return ", ".join(told) + "."


def _calls(engines: dict[str, Any], queries: Sequence[str], k: int) -> dict[str, Callable[[int], Any]]:
    calls = {name: (lambda q, engine=engine: engine.search(queries[q], k)) for name, engine in engines.items()}
    if k == 10:
        own = engines["findry"]
        calls[PAGES] = lambda q: own.page(queries[q], k)
    return calls


def agreement(
    calls: dict[str, Callable[[int], Any]], engines: dict[str, Any], exact: Exact, queries: Sequence[str], k: int
) -> dict[str, float]:
    """The mean agreement with exact scores over every third query; over few of them for slow engines."""
    checked = range(0, len(queries), 3)
    found = {}
    for name, call in calls.items():
        some = checked[:: 10 if name == "sqlite" and len(checked) > 30 else 1]
        numbers = engines[name if name in engines else "findry"].numbers
        shares = [exact.agreement(queries[q], numbers(call(q)), k) for q in some]
        found[name] = sum(shares) / len(shares)
    return found


def _aims(
    result: Result, operation: str, times: Times, agreed: dict[str, float], which: tuple[str, int], *, largest: bool
) -> None:
    def aim(peer: str, at_least: float) -> None:
        told = f"{agreed['findry']:.3f}, {agreed[peer]:.3f}"
        ratio, equal = times.ratio(peer, "findry"), agreed["findry"] >= EQUAL
        result.aim(operation, peer, ratio, at_least=at_least, agreement=told, equal=equal)

    if largest:
        for peer, at_least in zip(("tantivy", "bm25s"), AIMS[which], strict=True):
            if peer in times.names:
                aim(peer, at_least)
            else:
                result.aim(operation, peer, None, at_least=at_least)
    elif which[1] == 10:
        others = [name for name in times.names if not name.startswith("findry")]
        if others:
            aim(min(others, key=times.median), 1.5)
