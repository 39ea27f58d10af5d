"""Words as the smallest pieces of a chunk, and their number as the plain measure of length."""

from __future__ import annotations

__all__ = ["Counter", "count_words", "word_spans"]

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

from findry.text.analysis.characters import character_classes

Counter: TypeAlias = Callable[[Sequence[str]], Sequence[int]]
"""The number of tokens of each text, such as an encoder's, without the special tokens."""


_ASCII = re.compile(r"[A-Za-z0-9]++"), re.compile(r"\S++")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    letter, run, mark = character_classes()
    counted = re.compile(rf"{letter}++(?:{mark}++{letter}*+)*+|{run}{mark}*+")
    pieces = re.compile(rf"{run}{mark}*+|(?:(?!{run})\S)++")
    return counted, pieces


def _for(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The patterns that count words and find pieces; those for ASCII give the same there, and are made at once."""
    return _ASCII if text.isascii() else _patterns()


def count_words(texts: Sequence[str]) -> list[int]:
    """The number of words of each text; a character of an unspaced script (Han, Thai ...) counts as one.

    >>> count_words(["to be, or not", "日本語", ""])
    [4, 3, 0]
    """
    return [len(_for(text)[0].findall(text)) for text in texts]


def word_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The places in text[start:end] between which it can be cut: words with their punctuation, or characters
    of an unspaced script.  Every character but white space is in exactly one."""
    _, pieces = _for(text)
    return [match.span() for match in pieces.finditer(text, start, end)]
