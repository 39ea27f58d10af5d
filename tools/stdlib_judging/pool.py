"""Make the pools that were judged for the demo collection: for each question, what several systems found.

    python tools/stdlib_judging/pool.py --dense all-MiniLM-L6-v2 --named tools/stdlib_judging/named.tsv \
        --out pools.jsonl --print pools.txt

A pool is the union of the first `--depth` entries of BM25 with stemming, BM25 without, BM25 over the words of
the qualified names, and cosine of a sentence encoder, with the names that the judge added from memory; it is
sorted by name, so that whoever judges cannot see which system found what, or at which rank.
Needs bm25s, PyStemmer and (for `--dense`) sentence-transformers.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from findry.datasets import stdlib

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.intp]
System = Callable[[list[str], int], list[list[int]]]


def lexical(texts: list[str], stemmed: bool) -> System:
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english") if stemmed else None

    def tokens(batch: list[str]) -> list[list[str]]:
        found = bm25s.tokenize(batch, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)
        return [list(words) for words in found]

    index = bm25s.BM25(k1=0.9, b=0.4)
    index.index(tokens(texts), show_progress=False)

    def search(queries: list[str], k: int) -> list[list[int]]:
        scores = [index.get_scores(words) for words in tokens(queries)]
        return [[int(row) for row in best(line, k) if line[row] > 0] for line in scores]

    return search


def dense(texts: list[str], model: str) -> System:
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu")
    documents = encoder.encode(texts, batch_size=64, normalize_embeddings=True)

    def search(queries: list[str], k: int) -> list[list[int]]:
        scores = encoder.encode(queries, normalize_embeddings=True) @ documents.T
        return [[int(row) for row in best(line, k)] for line in scores]

    return search


def best(scores: FloatArray, k: int) -> IntArray:
    """The rows of the k highest scores; of equal scores the earlier row."""
    return np.argsort(-scores, kind="stable")[:k]


def words(name: str) -> str:
    """A qualified name as words: "xml.sax.XMLFilterBase" gives "xml sax XML Filter Base"."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name))


def named(path: Path | None) -> dict[str, list[str]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()] if path else []
    return {row[0]: row[1:] for row in rows}


def pools(systems: list[System], ids: list[str], extra: dict[str, list[str]], depth: int) -> Iterator[list[str]]:
    asked = [*stdlib.questions("dev"), *stdlib.questions("test")]
    rankings = [system([question.text for question in asked], depth) for system in systems]
    for number, question in enumerate(asked):
        found = {ids[row] for ranking in rankings for row in ranking[number]}
        found |= set(extra.get(question.id, [])) & set(ids)
        yield [question.id, question.text, *sorted(found)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--depth", type=int, default=10, help="entries taken from each system")
    parser.add_argument("--dense", help="sentence encoder, by name or folder; left out: lexical systems only")
    parser.add_argument("--named", type=Path, help="names added from memory: question id, then names, by tabs")
    parser.add_argument("--out", type=Path, required=True, help="pools as JSON lines")
    parser.add_argument("--print", type=Path, dest="sheet", help="a sheet for the judge")
    chosen = parser.parse_args()

    collection = list(stdlib.entries())
    ids = [entry.id for entry in collection]
    texts = [f"{entry.title} {entry.text}" for entry in collection]
    systems = [lexical(texts, True), lexical(texts, False), lexical([words(name) for name in ids], True)]
    if chosen.dense:
        systems.append(dense(texts, chosen.dense))

    by_id = {entry.id: entry for entry in collection}
    found = sorted(pools(systems, ids, named(chosen.named), chosen.depth))
    with chosen.out.open("w", encoding="utf-8") as out:
        for question_id, text, *names in found:
            out.write(json.dumps({"_id": question_id, "text": text, "pool": names}) + "\n")
    if chosen.sheet:
        with chosen.sheet.open("w", encoding="utf-8") as sheet:
            for question_id, text, *names in found:
                sheet.write(f"\n== {question_id} {text}\n")
                for name in names:
                    entry = by_id[name]
                    signature = entry.title.removeprefix(name)[:40]
                    said = " ".join(entry.text.split())[:150]
                    sheet.write(f"{name}{signature}: {said}\n")


if __name__ == "__main__":
    main()
