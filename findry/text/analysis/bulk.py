"""Analysis of many texts: a compiled scanner numbers their words, and each distinct word is normalised once."""

from __future__ import annotations

__all__ = ["BulkAnalysis"]

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from findry.records import ragged
from findry.text.analysis.batch import TokenBatch
from findry.text.analysis.numbering import WordNumbers, WordsOfTexts, with_room
from findry.text.analysis.surfaces import Surfaces

_BLOCK_CHARS = 1 << 21


class BulkAnalysis:
    """The terms of texts that come part after part; in the vocabulary those of a part's ASCII texts come first.

    Texts go through in blocks and are not kept.  Memory: twice the result, a block and the distinct words.
    """

    def __init__(self, surfaces: Surfaces) -> None:
        self._numbers = WordNumbers(surfaces.language, underscore=surfaces.underscore)
        self._terms = _Terms(surfaces)
        self._counts: list[NDArray[np.int64]] = []
        self._rows: list[NDArray[np.int64]] = []
        self._found: list[NDArray[np.int32]] = []
        self._positions: list[NDArray[np.int32]] = []
        self._taken = 0

    def take(self, texts: Sequence[str]) -> None:
        """Analyse more texts."""
        counts = np.zeros(len(texts), np.int64)
        for block, lengths, plain in _blocks(texts):
            part = [texts[row] for row in block.tolist()]
            if plain:
                data = "\n".join(("", *part, "")).encode()
            else:
                encoded = [text.encode("utf-8", "surrogatepass") for text in part]
                lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
                data = b"\n".join((b"", *encoded, b""))
            words = self._numbers.number(data, lengths, plain)
            self._terms.learn(words.fresh)
            found, positions, counts[block] = self._terms.place(words)
            self._rows.append(block + self._taken)
            self._found.append(found)
            self._positions.append(positions)
        self._counts.append(counts)
        self._taken += len(texts)

    def finish(self) -> TokenBatch:
        """The terms of all texts that were taken; afterwards nothing is left here."""
        offsets = ragged.counts_to_offsets(np.concatenate([np.zeros(0, np.int64), *self._counts]))
        terms, positions = (_joined(parts, self._rows, offsets) for parts in (self._found, self._positions))
        return TokenBatch(self._terms.vocabulary, terms, positions, offsets)


def _blocks(texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], bool]]:
    """Rows, their lengths in characters and whether all are ASCII: the ASCII texts first, in blocks of bounded size."""
    ascii = np.fromiter(map(str.isascii, texts), np.bool_, len(texts))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    for plain in (True, False):
        rows = np.flatnonzero(ascii == plain)
        if len(rows):
            block = np.cumsum(lengths[rows]) // _BLOCK_CHARS
            for part in np.split(rows, np.flatnonzero(np.diff(block)) + 1):
                yield part, lengths[part], plain


def _joined(
    parts: list[NDArray[np.int32]], rows: list[NDArray[np.int64]], offsets: NDArray[np.int64]
) -> NDArray[np.int32]:
    """The values of all rows in order, from those of blocks of rows, which are given up one by one."""
    from findry.kernels.words import put_rows

    out = np.empty(offsets[-1], np.int32)
    for block in rows:
        put_rows(parts.pop(0), block, offsets, out)
    return out


class _Terms:
    """The terms of numbered words: one, none, or pieces (see `findry.kernels.words.place_terms`)."""

    def __init__(self, surfaces: Surfaces) -> None:
        self._surfaces = surfaces
        self._table: defaultdict[str, int] = defaultdict(count(-1).__next__)
        self._table[""]  # is -1: a word that is dropped
        self._terms = np.empty(1 << 12, np.int32)
        self._known = 0
        self._begins, self._pieces = array("q", [0]), array("i")

    @property
    def vocabulary(self) -> list[str]:
        """The distinct terms, in the order in which they came."""
        return list(self._table)[1:]

    def learn(self, fresh: bytes) -> None:
        """Normalise new words, each with a newline at its end."""
        words = fresh.decode("utf-8", "surrogatepass").split("\n")[:-1]
        self._terms = with_room(self._terms, self._known, self._known + len(words))
        numbers: Iterable[int] = self._mixed(words)
        if fresh.isascii():
            numbers = map(self._table.__getitem__, self._surfaces.terms_of_words(words))
        self._terms[self._known : self._known + len(words)] = np.fromiter(numbers, np.int32, len(words))
        self._known += len(words)

    def _mixed(self, words: list[str]) -> Iterator[int]:
        plain = iter(self._surfaces.terms_of_words([word for word in words if word.isascii()]))
        chunks = iter(self._surfaces.terms_of_chunks([word for word in words if not word.isascii()]))
        for word in words:
            if word.isascii():
                yield self._table[next(plain)]
                continue
            terms = next(chunks)
            if len(terms) == 1:
                yield self._table[terms[0]]
            else:
                self._pieces.extend(map(self._table.__getitem__, terms))
                self._begins.append(len(self._pieces))
                yield -len(self._begins)

    def place(self, found: WordsOfTexts) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        """Terms and positions of texts, and the number of terms of each."""
        from findry.kernels.words import place_terms

        begins, pieces = np.frombuffer(self._begins, np.int64), np.frombuffer(self._pieces, np.int32)
        terms, positions, lengths = place_terms(found.words, found.counts, self._terms, begins, pieces)
        return terms, positions, lengths
