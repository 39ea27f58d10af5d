"""Which characters make a word, as regular expressions that run at C speed.

Python's ``\\w`` leaves out combining marks (Thai vowels, Hindi matras, Yoruba tones), so the classes are
built here from the Unicode data base of the running Python.
"""

from __future__ import annotations

__all__ = [
    "APOSTROPHES",
    "JOINERS",
    "SEPARATOR",
    "character_classes",
    "chunk_table",
    "cluster_pattern",
    "ends_every_word",
    "marks_of",
    "word_pattern",
]

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

SEPARATOR = "\x00"
JOINERS = "\xad\u200b\u200c\u200d\u2060\ufeff"  # invisible, allowed inside a word and removed from it
APOSTROPHES = "'\u2019\uff07"

# Scripts written without spaces, whose runs become bigrams; Hangul too, because it is agglutinative.
_RUN_BLOCKS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul Jamo
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),
    (0x3021, 0x303C),
    (0x3041, 0x318E),  # Hiragana, Katakana, Bopomofo, Hangul
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA960, 0xA97F),
    (0xA9E0, 0xA9FE),  # Myanmar
    (0xAA60, 0xAA7F),
    (0xAC00, 0xD7FB),  # Hangul
    (0xF900, 0xFAFF),  # Han
    (0xFF66, 0xFFDC),  # half-width Katakana and Hangul
    (0x1B000, 0x1B16F),  # Kana
    (0x20000, 0x3FFFD),  # Han
)
_MARK_PLANES = ((0x0300, 0x1FFFF), (0xE0100, 0xE01EF))


def _ranges(points: Iterable[int]) -> str:
    """The inside of a character class that holds exactly `points` (ascending)."""
    spans: list[list[int]] = []
    for point in points:
        if spans and spans[-1][1] == point - 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return "".join(rf"\U{low:08x}-\U{high:08x}" for low, high in spans)


def _run_letters() -> Iterator[int]:
    for low, high in _RUN_BLOCKS:
        for point in range(low, high + 1):
            char = chr(point)
            if char.isalnum() and not char.isdecimal():
                yield point


def marks_of(*categories: str) -> str:
    """The inside of a character class of the marks of these Unicode categories."""
    return _ranges(
        point
        for low, high in _MARK_PLANES
        for point in range(low, high + 1)
        if unicodedata.category(chr(point)) in categories
    )


@cache
def character_classes() -> tuple[str, str, str]:
    """A letter or digit of a spaced script, a letter of an unspaced one, and a combining mark."""
    run = _ranges(_run_letters())
    marks = marks_of("Mn", "Mc", "Me")
    # The lookahead rejects the usual next character (space, full stop) before the large class is tried.
    mark = rf"(?:(?=[\xad\u0300-\U0010ffff])[{JOINERS}{marks}])"
    return rf"[^\W_{run}]", rf"[{run}]", mark


@cache
def word_pattern(*, joined: bool, underscore: bool = False, ascii_only: bool = False) -> re.Pattern[str]:
    """The pattern whose matches are the surfaces of a text, and each SEPARATOR.

    A surface is a dotted acronym (``U.S``), a word of a spaced script (with its marks, with its inner
    apostrophes where `joined`, with ``_`` where `underscore`), or a run of an unspaced script.
    `ascii_only` gives the same matches on ASCII text, faster.
    """
    alnum, initial, end = f"[A-Za-z0-9{'_' * underscore}]", r"[^\W\d_]", r"(?![^\W_])"
    acronym = rf"{initial}\.(?<![^\W_]..)(?<!\...){initial}(?:\.{initial})*+{end}"
    tail = rf"(?:[{APOSTROPHES}]{alnum}++)*+" if joined else ""
    if ascii_only:
        return re.compile(rf"{acronym}|{alnum}++{tail}|{SEPARATOR}", re.ASCII)
    letter, run, mark = character_classes()
    if underscore:
        letter = f"(?:{letter}|_)"
    # Most words of most texts are ASCII: those that an ASCII character ends need not try the large classes.
    plain = rf"{alnum}++{tail}(?=[\x00-&(-\x7f])"
    tails = rf"{mark}++{letter}*+" + (rf"|[{APOSTROPHES}]{letter}++" if joined else "")
    word = rf"{letter}++(?:{tails})*+"
    return re.compile(rf"{acronym}|{plain}|{word}|{SEPARATOR}|{run}++(?:{mark}++{run}*+)*+")


@cache
def chunk_table(*, lower: bool, underscore: bool = False) -> str:
    """A table for str.translate after which str.split cuts ASCII text at everything that ends a word.

    The chunks keep ``.`` and ``'``, which only sometimes end a word, and SEPARATOR.
    """
    kept = [c if c.isalnum() or c in ".'" + SEPARATOR + "_" * underscore else " " for c in map(chr, range(128))]
    return "".join(kept).lower() if lower else "".join(kept)


@cache
def cluster_pattern() -> re.Pattern[str]:
    """One letter of an unspaced script with what belongs to it: marks, half-width voicing, jamo vowels."""
    _, run, mark = character_classes()
    return re.compile(rf"(?:{run})(?:{mark}|[\uff9e\uff9f\u1160-\u11ff])*+")


@cache
def ends_every_word() -> NDArray[np.bool_]:
    """Whether a character beyond ASCII ends every word (quotation marks, dashes), by code point, bool[65536].

    A text cut there, or at an ASCII character other than letters, digits and ``.'_``, has the same surfaces.
    """
    _, _, mark = character_classes()
    every = "".join(map(chr, range(0x80, 0x10000)))
    inside = "".join(re.findall(rf"\w|[{APOSTROPHES}]|{mark}", every))
    table = np.zeros(0x10000, np.bool_)
    table[0x80:] = True
    table[np.frombuffer(inside.encode("utf-32-le"), "<u4")] = False
    return table
