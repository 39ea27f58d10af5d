"""Numbers for the words of many texts, by the compiled scanner."""

from __future__ import annotations

__all__ = ["WordNumbers", "WordsOfTexts", "with_room"]

import os
from functools import cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from findry.text.analysis.characters import ends_every_word
from findry.text.analysis.languages import CUT_AT_APOSTROPHE, ELISION, POSSESSIVE

_FEWEST_SLOTS, _MOST_SLOTS, _BYTES_A_WORD = 1 << 12, 1 << 16, 16
_T = TypeVar("_T", bound=np.generic)


class WordsOfTexts(NamedTuple):
    """The numbers of the words of some texts, how many each text has, and the words that were not known before."""

    words: NDArray[np.int32]
    counts: NDArray[np.int64]
    fresh: bytes


class WordNumbers:
    """Numbers words from 0 in the order in which they come.

    An ASCII word is spelled as it will be stemmed: in lower case (except in Turkish), its full stops and apostrophes
    resolved.  Any other is all that stands between two characters that end every word, as it is in the text.
    """

    def __init__(self, language: str, *, underscore: bool) -> None:
        self._letters, self._kinds = _byte_tables(language not in CUT_AT_APOSTROPHE, underscore)
        self._apostrophes = _apostrophes(language)
        self._factor = np.uint64(int.from_bytes(os.urandom(8), "little") | 1)  # nobody can write texts that collide
        self._begin(0)
        self._spelled = np.empty(0, np.uint8)
        self._known = 0

    def number(self, data: bytes, lengths: NDArray[np.int64], plain: bool) -> WordsOfTexts:
        """The words of texts of these lengths in UTF-8, a newline before, between and after them.

        `plain` says that all are ASCII.  Fresh words come one after another, each with a newline.
        """
        from findry.kernels.words import number_words

        if not self._known:
            self._begin(len(data))
        starts = np.cumsum(lengths + 1) - lengths
        words = np.empty(len(data) // 2 + 1, np.int32)
        counts = np.empty(len(lengths), np.int64)
        before = int(self._ends[self._known])
        # The words of a text at which the table becomes full are spelled again.
        self._spelled = with_room(self._spelled, before, before + len(data) + int(lengths.max(initial=0)) + 2)
        gaps = _no_gaps() if plain else ends_every_word()
        row = filled = 0
        while True:
            row, filled, self._known = number_words(
                np.frombuffer(data, np.uint8), starts, lengths, plain, self._letters, self._kinds, gaps,
                self._apostrophes, self._factor, self._shift, self._table, self._ends, self._spelled, self._known,
                words, counts, row, filled,
            )  # fmt: skip
            if row == len(lengths):
                break
            self._enlarge()
        return WordsOfTexts(words[:filled], counts, self._spelled[before : self._ends[self._known]].tobytes())

    @property
    def _shift(self) -> np.uint64:
        return np.uint64(65 - (len(self._table) - 1).bit_length())

    def _begin(self, size: int) -> None:
        """Room for as many different words as so many bytes may well have."""
        slots = min(max(_FEWEST_SLOTS, 1 << (size // _BYTES_A_WORD).bit_length()), _MOST_SLOTS)
        self._table, self._ends = np.zeros(2 * slots, np.uint64), np.zeros(slots, np.int64)

    def _enlarge(self) -> None:
        from findry.kernels.words import enlarge

        smaller, self._table = self._table, np.zeros(2 * len(self._table), np.uint64)
        enlarge(smaller, self._table, self._factor, self._shift)
        self._ends = with_room(self._ends, self._known + 1, len(self._table) // 2)


def with_room(array: NDArray[_T], used: int, size: int) -> NDArray[_T]:
    """The array, or one of at least twice its size that holds its used part, where it has not room for `size`."""
    if size <= len(array):
        return array
    larger = np.empty(max(size, 2 * len(array)), array.dtype)
    larger[:used] = array[:used]
    return larger


@cache
def _byte_tables(lower: bool, underscore: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What the scanner writes for each byte of a word, and what each byte is."""
    from findry.kernels.words import CONNECTOR, DIGIT, INNER, LETTER

    letters, kinds = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
    kinds[[ord("."), ord("'")]] = INNER
    kinds[128:] = INNER
    for byte in range(128):
        char = chr(byte)
        if char.isalnum() or (underscore and char == "_"):
            letters[byte] = ord(char.lower() if lower else char)
            kinds[byte] = LETTER if char.isalpha() else DIGIT if char.isdigit() else CONNECTOR
    return letters, kinds


def _apostrophes(language: str) -> int:
    from findry.kernels.words import CLOSE, CUT, CUT_S, SPLIT

    if language in ELISION:
        return SPLIT
    if language in CUT_AT_APOSTROPHE:
        return CUT
    return CUT_S if language in POSSESSIVE else CLOSE


@cache
def _no_gaps() -> NDArray[np.bool_]:
    return np.zeros(1, np.bool_)
