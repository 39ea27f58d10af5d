"""Judged collections as corpora: lower-cased words of letters and digits, the same for every engine."""

from __future__ import annotations

__all__ = ["DATA", "REAL_SETS", "passages", "real_set"]

import gzip
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from benches.corpora import Corpus, keep
from benches.setting import ROOT

DATA = Path(os.environ.get("FINDRY_DATA", ROOT.parent / "shared" / "data"))
REAL_SETS = ("scifact", "cranfield", "medquad")


def real_set(folder: Path, name: str, most: int = 300) -> Corpus | None:
    """A collection with its first queries, each word of a query once; None where it is not there."""
    if not (DATA / name / "corpus.jsonl.gz").exists():
        return None
    return Corpus(keep(folder / "corpora" / name, lambda place: _write(place, name, most)))


def _write(place: Path, name: str, most: int) -> None:
    number: defaultdict[str, int] = defaultdict(count().__next__)
    texts = [_words(text) for text in passages(name)]
    tokens = [np.array([number[word] for word in text], np.int32) for text in texts]
    np.save(place / "tokens.npy", np.concatenate(tokens))
    np.save(place / "offsets.npy", np.concatenate(([0], np.cumsum([len(text) for text in texts], dtype=np.int64))))
    (place / "words.txt").write_text("\n".join(number), "utf-8")
    (place / "texts.txt").write_text("".join(" ".join(text) + "\n" for text in texts), "utf-8")
    asked = [" ".join(dict.fromkeys(_words(row["text"]))) for row in _rows(name, "queries")]
    (place / "queries.json").write_text(json.dumps({"real": [text for text in asked if text][:most]}), "utf-8")


def passages(name: str) -> Iterator[str]:
    """Title and text of each document of a collection."""
    for row in _rows(name, "corpus"):
        yield f"{row.get('title') or ''} {row['text']}".strip()


def _rows(name: str, part: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name / f"{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
