"""Where sentences end, by rules: punctuation of many scripts, abbreviations, initials."""

from __future__ import annotations

__all__ = ["sentences", "trimmed"]

import re

_CLOSING = r"\"'\u201d\u2019\xbb)\]"
_FULL_STOPS = (  # these end a sentence without white space
    "\u3002\uff01\uff1f\uff61\uff0e"  # Chinese and Japanese
    "\u0964\u0965\u061f\u06d4\u0589\u1362\u17d4\u104b"  # Hindi, Arabic, Armenian, Amharic, Khmer, Burmese
)
_END = re.compile(
    rf"(?<![.!?\u2026])(?P<stop>[.!?\u2026]++)[{_CLOSING}]*+(?=\s)"
    rf"|[{_FULL_STOPS}]+[{_CLOSING}\u300d\u300f\uff09]*"
    r"|\n[^\S\n]*\n"
)
_LAST_WORD = re.compile(r"[\w.]+\Z")
_NEXT = re.compile(r"\s+[\"'\u201c\u2018\xab(\[]*(.)")

_ABBREVIATIONS = frozenset(
    {
        *("mr", "mrs", "ms", "mx", "dr", "prof", "rev", "gen", "col", "capt", "lt", "sgt", "hon", "st", "jr"),
        *("vs", "cf", "e.g", "i.e", "viz", "approx", "ca", "bzw", "z.b", "d.h", "evtl", "vgl", "mme", "mlle"),
    }
)
_BEFORE_NUMBERS = frozenset(
    ["fig", "figs", "eq", "eqs", "no", "nos", "nr", "sec", "vol", "ch", "art", "p", "pp", "tab", "ref", "núm"]
)


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The sentences of text[start:end] as places in the text, without the white space around them.

    Every other character is in exactly one sentence.

    >>> text = "Dr. Smith et al. agree (see Fig. 3). Does J. Doe? 是的。好。"
    >>> [text[a:b] for a, b in sentences(text)]
    ['Dr. Smith et al. agree (see Fig. 3).', 'Does J. Doe?', '是的。', '好。']
    """
    end = len(text) if end is None else end
    found: list[tuple[int, int]] = []
    at = start
    for match in _END.finditer(text, start, end):
        if match["stop"] and not _ends(text, at, match):
            continue
        found.append((at, match.end()))
        at = match.end()
    found.append((at, end))
    return [span for a, b in found if (span := trimmed(text, a, b))]


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The place without white space at both ends; None where nothing else is there."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return (start + left, start + right) if left < right else None


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence, judged by the word before it and the letter after it."""
    following = _NEXT.match(text, match.end())
    letter = following[1] if following else ""
    if letter.islower():
        return False
    if match["stop"] != ".":
        return True
    before = _LAST_WORD.search(text, max(start, match.start() - 30), match.start())
    word = before[0].lower() if before else ""
    if word in _ABBREVIATIONS or (word in _BEFORE_NUMBERS and letter.isdigit()):
        return False
    return not (len(word) == 1 and word.isalpha() and text[match.start() - 1].isupper())
