"""An index as large as asked, of random words by Zipf's law, and questions whose answers are known."""

from __future__ import annotations

__all__ = ["ENCODER", "Question", "World", "right"]

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from findry.index import Schema, VectorField, Writer, create
from findry.index.files import DISK, Files
from findry.models import HashEncoder
from findry.records import Document

ENCODER = HashEncoder(64)
SHORTEST, LONGEST = 40, 80
LANGUAGES = ("en", "fr", "de")


class Question(TypedDict):
    """A query, its filter, how many documents have its one word (else None)."""

    text: str
    where: str | None
    df: int | None


def _words(chance: np.random.Generator, number: int) -> list[str]:
    """Distinct words that no stemmer cuts: they end in x."""
    letters, made = np.array(list("bcdfghjklmnpqrstvwz")), set[str]()
    while len(made) < number:
        made.add("".join(chance.choice(letters, chance.integers(3, 10))) + "x")
    return sorted(made, key=lambda word: (len(word), word))


@dataclass
class World:
    """Documents of 40 to 80 words (60 on average) with two values each; the n-th word has a share of 1 / (n + 2.7)."""

    documents: int
    vocabulary: int
    commits: int
    words: list[str] = field(init=False)
    df: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._chance = np.random.default_rng(self.documents)
        self.words = _words(self._chance, self.vocabulary)
        self.df = np.zeros(self.vocabulary, np.int64)
        shares = 1 / (np.arange(self.vocabulary) + 2.7)
        self._below = np.cumsum(shares / shares.sum())[:-1]

    def build(self, root: Path, files: Files = DISK) -> None:
        """Index all documents, by words and by hashed vectors, in so many commits."""
        create(root, Schema(vectors=(VectorField(ENCODER.card),)), files)
        with Writer(root, {"vectors": ENCODER}, files=files) as writer:
            for first in range(0, self.documents, self.documents // self.commits):
                writer.add(self._batch(first, min(self.documents // self.commits, self.documents - first)))
                writer.commit()

    def _batch(self, first: int, number: int) -> Iterator[Document]:
        counts = self._chance.integers(SHORTEST, LONGEST + 1, number)
        drawn = np.searchsorted(self._below, self._chance.random(int(counts.sum())), side="right")
        pairs = np.unique(np.repeat(np.arange(number), counts) * self.vocabulary + drawn)
        self.df += np.bincount(pairs % self.vocabulary, minlength=self.vocabulary)
        ends = np.cumsum(counts).tolist()
        for n, (start, end) in enumerate(zip([0, *ends], ends, strict=False), first):
            text = " ".join([self.words[word] for word in drawn[start:end].tolist()])
            yield Document(f"d{n}", {"text": text}, {"year": 1990 + n % 30, "lang": LANGUAGES[n % 7 % 3]})

    def questions(self, number: int) -> list[Question]:
        """Common, middling and rare single words, several words, and words with a filter, in turn."""
        there = np.flatnonzero(self.df)
        common, middling, rare = there[:30], there[30 : len(there) // 20], there[len(there) // 2 :]
        made: list[Question] = []
        for n in range(number):
            few = [int(self._chance.choice(part)) for part in (common, middling, rare)]
            if n % 5 < 3:
                made.append({"text": self.words[few[n % 5]], "where": None, "df": int(self.df[few[n % 5]])})
            else:
                text = " ".join(self.words[word] for word in few)
                filter = f"year >= {1990 + n % 29} and lang = '{LANGUAGES[n % 3]}'" if n % 5 == 4 else None
                made.append({"text": text, "where": filter, "df": None})
        return made


def right(question: Question, hits: list[dict[str, Any]], k: int) -> bool:
    """Whether the hits of a question by words can be right: as many as there must be, each with one of its words."""
    words, found = set(question["text"].split()), len(hits)
    marked = all({hit["text"][start:end] for start, end in hit["marks"]} & words for hit in hits)
    enough = found == k if question["df"] is None else found == min(k, question["df"])
    return marked and enough and all(_passes(question["where"], hit["values"]) for hit in hits)


def _passes(filter: str | None, values: dict[str, Any]) -> bool:
    if filter is None:
        return True
    year, lang = filter.removeprefix("year >= ").split(" and lang = ")
    return bool(values["year"] >= int(year) and values["lang"] == lang.strip("'"))
