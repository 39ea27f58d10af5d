"""From raw text to an index on disk that can be searched."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

import shutil
from typing import Any

import numpy as np

from benches.building import Built, built
from benches.corpora import synthetic
from benches.measure import Times
from benches.peers import find
from benches.report import Result, Table, digits
from benches.setting import Setting

TITLE = "Indexing raw text"
THREADS = 2
PEERS = (
    *("findry", "tantivy two-threads", "tantivy storing-text", "bm25s", "lancedb", "sqlite"),
    *("findry english", "tantivy english"),
)
COLUMNS = ("documents/s", "s", "processor s", "optimizing s", "MB on disk", "bytes/document", "peak MB", "state")
PAIRS = (
    ("findry", "tantivy two-threads"),
    ("findry", "tantivy storing-text"),
    ("findry english", "tantivy english"),
)


def run(setting: Setting) -> Result:
    """Each engine in a process of its own, in turn, three rounds; at a million those that are compared, others once."""
    result = Result(TITLE)
    sizes = {1000: 1} if setting.small else {100_000: 3, 1_000_000: 3}
    compared = {name for pair in PAIRS for name in pair}
    kinds, result.left_out = find("lexical", PEERS, setting)
    for n, rounds in sizes.items():
        corpus = synthetic(setting.folder, n)
        made: dict[str, list[Built]] = {name: [] for name in kinds}
        once = [name for name in kinds if n == 1_000_000 and name not in compared]
        for number in range(rounds):
            for name in kinds:
                again = number == 0 or name not in once
                made[name].append(built("lexical", name, corpus, setting, fresh=True) if again else made[name][0])
        times = Times(tuple(kinds), np.array([[one.seconds for one in of_it] for of_it in made.values()]))
        but = f" ({', '.join(once)}: one)" if once else ""
        table = Table(f"{n:,} documents, rounds: {rounds}{but}", ["engine", *COLUMNS])
        for name, of_it in made.items():
            last, seconds = of_it[-1], times.median(name)
            cells = [n / seconds, seconds, last.cpu, last.optimizing, last.size / 1e6, last.size / n, last.peak / 1e6]
            table.rows.append([name, *(digits(cell) if cell else "-" for cell in cells), last.state or "-"])
            result.figures.append({"operation": "index", "engine": name, "documents": n} | _figure(last))
        result.tables.append(table)
        for own, peer in PAIRS:
            _aims(result, n, times, made, own, peer)
        shares = made["findry"][-1].shares
        parts = ", ".join(f"{part} {size / 1e6:.1f} MB" for part, size in sorted(shares.items()))
        result.notes.append(f"{n:,} documents, what findry keeps: {parts}.")
        for one in (one for of_it in made.values() for one in of_it):
            shutil.rmtree(one.folder, ignore_errors=True)
    result.notes.append(
        "tantivy two-threads keeps words and frequencies; storing-text also positions and the text, as findry does."
    )
    return result


def _figure(one: Built) -> dict[str, Any]:
    return {name: value for name, value in vars(one).items() if name != "folder"}


def _aims(result: Result, n: int, times: Times, made: dict[str, list[Built]], own: str, peer: str) -> None:
    there = own in times.names and peer in times.names
    ratio = times.ratio(peer, own) if there else None
    result.aim(f"{own}: documents a second, {n:,} documents", peer, ratio, at_least=1)
    size = made[own][-1].size / made[peer][-1].size if there else None
    result.aim(f"{own}: bytes on disk, {n:,} documents", peer, size, at_most=2.5)
