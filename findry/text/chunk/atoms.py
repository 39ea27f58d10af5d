"""The pieces that chunks are packed from: the largest ones that fit."""

from __future__ import annotations

__all__ = ["Atom", "atoms_of"]

import re
from typing import Literal, NamedTuple

from findry.text.chunk.sentences import sentences, trimmed
from findry.text.chunk.structure import Block
from findry.text.chunk.words import Counter, word_spans

_LINE = re.compile(r"[^\n]+")


class Atom(NamedTuple):
    """The characters [start, end), which no chunk cuts; `size` in tokens, `section` counts headings."""

    start: int
    end: int
    size: int
    kind: Literal["heading", "text", "lines"]
    path: tuple[str, ...]
    section: int


def atoms_of(text: str, parts: list[Block], count: Counter, limit: int, *, words: bool) -> list[Atom]:
    """Cut the blocks down until each piece has at most `limit` tokens or is one word.

    Text is cut into sentences, lines that belong together into lines, both into words; with `words` all
    text is cut into words at once.  Cost: one call of `count`, and one for each piece that is cut.
    """
    atoms: list[Atom] = []
    section = 0
    for block in parts:
        section += block.kind == "heading"
        span = trimmed(text, block.start, block.end)
        if span:
            atoms.append(Atom(*span, limit + 1, block.kind, block.path, section))
    if not words:
        atoms = _cut(text, _measured(text, atoms, count), count, limit, words=False)
    return _cut(text, atoms, count, limit, words=True)


def _cut(text: str, atoms: list[Atom], count: Counter, limit: int, *, words: bool) -> list[Atom]:
    """Replace each atom of more than `limit` tokens by its words, or its sentences or lines."""
    cut: list[Atom] = []
    for atom in atoms:
        if atom.size <= limit:
            cut.append(atom)
            continue
        if words:
            spans = word_spans(text, atom.start, atom.end)
        elif atom.kind == "lines":
            lines = (match.span() for match in _LINE.finditer(text, atom.start, atom.end))
            spans = [span for line in lines if (span := trimmed(text, *line))]
        else:
            spans = sentences(text, atom.start, atom.end)
        cut += _measured(text, [atom._replace(start=start, end=end) for start, end in spans], count)
    return cut


def _measured(text: str, atoms: list[Atom], count: Counter) -> list[Atom]:
    sizes = count([text[atom.start : atom.end] for atom in atoms])
    return [atom._replace(size=int(size)) for atom, size in zip(atoms, sizes, strict=True)]
