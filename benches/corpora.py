"""Texts to index and queries to ask, the same on every machine: Zipf words, bursts and topics."""

from __future__ import annotations

__all__ = ["Corpus", "keep", "synthetic"]

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VOCABULARY, TOPICS, TOPIC_WORDS = 200_000, 500, 2000
BLOCK = 10_000


@dataclass(frozen=True)
class Corpus:
    """Documents as words in a folder: tokens int32[T] with offsets int64[n + 1], words, and one text a line.

    light: queries of 2 to 8 words, rare ones preferred; heavy: 3 to 11 words as often as they stand in documents.
    No query repeats a word, so that engines that count repetitions and engines that do not give the same.
    """

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def tokens(self) -> NDArray[np.int32]:
        return np.load(self.folder / "tokens.npy", mmap_mode="r")

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        return np.load(self.folder / "offsets.npy")

    @cached_property
    def words(self) -> list[str]:
        return (self.folder / "words.txt").read_text("utf-8").split("\n")

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def texts(self, start: int = 0, stop: int | None = None) -> Iterator[str]:
        """The documents, read line by line."""
        with (self.folder / "texts.txt").open(encoding="utf-8") as lines:
            for line in islice(lines, start, stop):
                yield line.rstrip("\n")

    def queries(self, kind: str) -> list[str]:
        """The queries of a kind."""
        return list(json.loads((self.folder / "queries.json").read_text("utf-8"))[kind])


def keep(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills once; half of one is never seen."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=folder.parent, prefix="part-"))
        try:
            make(place)
            os.replace(place, folder)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
    return folder


def synthetic(folder: Path, n: int, seed: int = 7) -> Corpus:
    """n documents of about 50 words; the first documents of a larger corpus of the same seed are the same.

    Words follow Zipf's law (Mandelbrot's form) over 200,000 words, lengths are log-normal; a fifth of the words comes
    from one of 500 topics, and 15 % repeat a word of the same document.
    """
    return Corpus(keep(folder / "corpora" / f"zipf-{seed}-{n}", lambda place: _write(place, n, seed)))


def _write(place: Path, n: int, seed: int) -> None:
    words = np.array([_word(number) for number in range(VOCABULARY)], dtype=object)
    frequency = 1 / (np.arange(1, VOCABULARY + 1) + 2.7) ** 1.07
    cumulated = np.cumsum(frequency / frequency.sum())
    topics = np.sort(np.random.default_rng(seed).integers(200, VOCABULARY, (TOPICS, TOPIC_WORDS)), axis=1)
    tokens, lengths = [], []
    with (place / "texts.txt").open("w", encoding="utf-8") as out:
        for block in range(-(-n // BLOCK)):
            length, token = _block(np.random.default_rng((seed, block)), cumulated, topics.astype(np.int32))
            length = length[: n - block * BLOCK]
            token = token[: length.sum()]
            stream, at = words[token].tolist(), 0
            for count in length.tolist():
                out.write(" ".join(stream[at : at + count]) + "\n")
                at += count
            tokens.append(token)
            lengths.append(length)
    token = np.concatenate(tokens)
    offsets = np.concatenate(([0], np.cumsum(np.concatenate(lengths), dtype=np.int64)))
    np.save(place / "tokens.npy", token)
    np.save(place / "offsets.npy", offsets)
    (place / "words.txt").write_text("\n".join(words), "utf-8")
    asked = {kind: [" ".join(words[q]) for q in _ask(kind, token, offsets, seed)] for kind in ("light", "heavy")}
    (place / "queries.json").write_text(json.dumps(asked), "utf-8")


def _block(
    rng: np.random.Generator, cumulated: NDArray[np.float64], topics: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Lengths and words of one block of documents."""
    length = np.clip(rng.lognormal(np.log(45), 0.5, BLOCK), 8, 300).astype(np.int64)
    start = np.cumsum(length) - length
    owner = np.repeat(np.arange(BLOCK), length)
    token = np.minimum(np.searchsorted(cumulated, rng.random(len(owner))), VOCABULARY - 1).astype(np.int32)
    topic = rng.integers(0, TOPICS, BLOCK)
    where = np.flatnonzero(rng.random(len(owner)) < 0.20)
    place = (rng.random(len(where)) ** 2.5 * TOPIC_WORDS).astype(np.int64)
    token[where] = topics[topic[owner[where]], place]
    where = np.flatnonzero(rng.random(len(owner)) < 0.15)
    of = owner[where]
    token[where] = token[start[of] + (rng.random(len(where)) * length[of]).astype(np.int64)]
    return length, token


def _ask(kind: str, token: NDArray[np.int32], offsets: NDArray[np.int64], seed: int) -> Iterator[list[int]]:
    """Word numbers of 1,000 light or 300 heavy queries, each drawn from a document."""
    rng = np.random.default_rng((seed, len(offsets), kind == "heavy"))
    often = np.bincount(token, minlength=VOCABULARY)
    for _ in range(1000 if kind == "light" else 300):
        document = rng.integers(len(offsets) - 1)
        inside = token[offsets[document] : offsets[document + 1]]
        weight = 1 / np.sqrt(often[inside] + 1.0) if kind == "light" else np.ones(len(inside))
        wanted = min(int(rng.integers(2, 9) if kind == "light" else rng.integers(3, 12)), len(inside))
        drawn: Sequence[int] = rng.choice(inside, wanted, replace=False, p=weight / weight.sum()).tolist()
        yield list(dict.fromkeys(drawn))


def _word(number: int) -> str:
    """A pronounceable nothing: q and the number in letters, frequent words short."""
    letters = ""
    while number or len(letters) < 2:
        number, digit = divmod(number, 26)
        letters = chr(97 + digit) + letters
    return "q" + letters
