"""The part of a text that shows why it was found."""

from __future__ import annotations

__all__ = ["Passage", "marked", "passage"]

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from findry.errors import InputError
from findry.text.analysis import Analyzer, Occurrence
from findry.text.chunk.sentences import sentences, trimmed
from findry.text.chunk.words import word_spans


@dataclass(frozen=True, slots=True)
class Passage:
    """A window of a text: `text` is the whole's [start, end).

    marks: the places of the query's terms, counted from the passage's start, in order, not touching
    cut_before, cut_after: whether other text stands before or after
    """

    text: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()
    cut_before: bool = False
    cut_after: bool = False


def passage(text: str, terms: Set[str], analyzer: Analyzer, *, width: int = 240) -> Passage:
    """The window of at most `width` characters with the most distinct terms, then the most matches, then
    the earliest; it begins and ends with a sentence where it can, else between words.

    `terms` are the query's terms as `analyzer` gives them.  Without a match: the text's beginning.
    Cost: one analysis of the text.

    >>> found = passage("Dogs bark. A cat sat. Cows moo.", {"cat", "sat"}, Analyzer(), width=12)
    >>> found.text, found.marks, marked(found)
    ('A cat sat.', ((2, 5), (6, 9)), '… A **cat** **sat**. …')
    """
    if width < 1:
        raise InputError("width must be 1 or more", received=str(width))
    matches = analyzer.occurrences(text, terms)
    start, end = _window(text, matches, width) if len(text) > width else (0, len(text))
    start, end = trimmed(text, start, end) or (start, start)
    marks: list[tuple[int, int]] = []
    for token in matches:
        low, high = max(token.start, start) - start, min(token.end, end) - start
        if low >= high:
            continue
        if marks and low <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(high, marks[-1][1]))
        else:
            marks.append((low, high))
    before, after = bool(text[:start].strip()), bool(text[end:].strip())
    return Passage(text[start:end], start, end, tuple(marks), before, after)


def marked(found: Passage, before: str = "**", after: str = "**") -> str:
    """The passage with its terms between `before` and `after`, and an ellipsis where the text goes on."""
    parts: list[str] = []
    at = 0
    for start, end in found.marks:
        parts += [found.text[at:start], before, found.text[start:end], after]
        at = end
    parts.append(found.text[at:])
    return ("… " if found.cut_before else "") + "".join(parts) + (" …" if found.cut_after else "")


def _window(text: str, matches: Sequence[Occurrence], width: int) -> tuple[int, int]:
    first, last = _densest(matches, width)
    start = _start(text, first, last, width)
    return start, _end(text, start, last, width)


def _densest(matches: Sequence[Occurrence], width: int) -> tuple[int, int]:
    """The characters [first, last) from the first to the last match of the best window; (0, 0) for none."""
    best, place = (0, 0), (0, 0)
    held: Counter[str] = Counter()
    low = 0
    for high, token in enumerate(matches):
        held[token.term] += 1
        while low < high and token.end - matches[low].start > width:
            held[matches[low].term] -= 1
            held += Counter()  # drops the terms that are gone
            low += 1
        if (value := (len(held), high - low + 1)) > best:
            best, place = value, (matches[low].start, min(token.end, matches[low].start + width))
    return place


def _start(text: str, first: int, last: int, width: int) -> int:
    """A sentence's start before the first match that leaves room for the last one, else a word's."""
    lowest = max(0, last - width)
    starts = [at for at, _ in sentences(text, lowest, first + 1) if at > lowest or at == 0]
    if len(text) - first >= width:
        starts = starts[-1:]  # enough follows: no need of the sentences before
    starts = [at for at in starts if at <= first]
    if starts:
        return starts[0]
    room = max(0, width - (last - first))
    target = max(lowest, first - room // 2)
    words = [at for at, _ in word_spans(text, lowest, first + 1) if at >= target and (at > lowest or at == 0)]
    return words[0] if words else first


def _end(text: str, start: int, last: int, width: int) -> int:
    """The last end of a sentence in the window's second half, else of a word."""
    highest = min(len(text), start + width)
    if highest == len(text):
        return highest
    beyond = min(len(text), highest + width)  # so that a sentence cut by the window is not taken for whole
    ends = [end for _, end in sentences(text, start, beyond) if end <= highest]
    if ends and ends[-1] >= max(last, start + width // 2):
        return ends[-1]
    ends = [end for _, end in word_spans(text, start, highest + 1) if end <= highest]
    return max(last, ends[-1]) if ends else highest
