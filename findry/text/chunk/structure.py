"""The blocks of a text as Markdown and plain text draw them: headings, paragraphs, code, tables."""

from __future__ import annotations

__all__ = ["Block", "blocks"]

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=\s|\Z)")
_CLOSING_SIGNS = re.compile(r"(?:\A|\s)#+\Z")
_UNDERLINE = re.compile(r" {0,3}(={3,}|-{3,})\s*\Z")
_TABLE_RULE = re.compile(r"(?=[^|]*\|)(?=[^-]*-)[\s|:-]+\Z")


class Block(NamedTuple):
    """The characters [start, end): a heading, running text, or lines that belong together."""

    start: int
    end: int
    kind: Literal["heading", "text", "lines"]
    path: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The blocks of a text in order; a heading's path ends with its own words.

    Every character but white space is in exactly one block.

    >>> [block.path for block in blocks("# A\\n\\none\\n\\n## B\\ntwo")]
    [('A',), ('A',), ('A', 'B'), ('A', 'B')]
    """
    found: list[Block] = []
    stack: list[tuple[int, str]] = []
    for start, end, kind, level, title in _raw(text):
        if kind == "heading":
            stack = [entry for entry in stack if entry[0] < level]
            if title:
                stack.append((level, title))
        found.append(Block(start, end, kind, tuple(words for _, words in stack)))
    return found


_Raw = tuple[int, int, Literal["heading", "text", "lines"], int, str]


def _raw(text: str) -> Iterator[_Raw]:
    paragraph: list[re.Match[str]] = []
    fence: tuple[int, str] | None = None  # where an open code block starts, and its sign
    for line in _LINE.finditer(text):
        words = line.group()
        if fence is not None:
            if words.strip().startswith(fence[1]) and not words.strip().strip(fence[1][0]):
                yield fence[0], line.end(), "lines", 0, ""
                fence = None
        elif opened := _FENCE.match(words):
            yield from _paragraph(paragraph)
            paragraph = []
            fence = (line.start(), opened[1])
        elif heading := _HEADING.match(words):
            yield from _paragraph(paragraph)
            paragraph = []
            yield line.start(), line.end(), "heading", len(heading[1]), _title(words[heading.end() :])
        elif len(paragraph) == 1 and (rule := _UNDERLINE.match(words)):
            title = " ".join(paragraph[0].group().split())
            yield paragraph[0].start(), line.end(), "heading", 1 if rule[1][0] == "=" else 2, title
            paragraph = []
        elif words.isspace():
            yield from _paragraph(paragraph)
            paragraph = []
        else:
            paragraph.append(line)
    yield from _paragraph(paragraph)
    if fence is not None:
        yield fence[0], len(text), "lines", 0, ""


def _title(words: str) -> str:
    return " ".join(_CLOSING_SIGNS.sub("", words.strip()).split())


def _paragraph(lines: list[re.Match[str]]) -> Iterator[_Raw]:
    if lines:
        table = len(lines) > 1 and _TABLE_RULE.match(lines[1].group())
        yield lines[0].start(), lines[-1].end(), "lines" if table else "text", 0, ""
