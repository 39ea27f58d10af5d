"""Join neighbouring pieces into chunks: as many as fit, not across sections."""

from __future__ import annotations

__all__ = ["heading_of", "overlap_start", "pack", "within_budget"]

from findry.text.chunk.atoms import Atom
from findry.text.chunk.sentences import sentences
from findry.text.chunk.span import Span
from findry.text.chunk.words import Counter, word_spans


def pack(atoms: list[Atom], limit: int, shortest: int) -> list[list[Atom]]:
    """Groups of neighbouring atoms of at most `limit` tokens in sum (one atom may be longer).

    A new section begins a new group unless the group so far has less than `shortest` tokens or only
    headings; headings at a group's end move to the next, with their section.
    """
    groups: list[list[Atom]] = []
    group: list[Atom] = []
    size = 0
    for atom in atoms:
        full = size + atom.size > limit
        turn = bool(group) and atom.section != group[-1].section and size >= shortest
        if group and (full or (turn and _body(group))):
            group, moved = _without_last_headings(group)
            groups.append(group)
            group, size = moved, sum(part.size for part in moved)
            if group and size + atom.size > limit:
                groups.append(group)
                group, size = [], 0
        group.append(atom)
        size += atom.size
    return [*groups, group] if group else groups


def within_budget(text: str, groups: list[list[Atom]], count: Counter, limit: int) -> list[list[Atom]]:
    """The groups, halved where the whole has more than `limit` tokens although its parts had not.

    Tokens of a whole need not be the sum of the tokens of its parts.
    """
    waiting = groups
    fits: dict[int, list[Atom]] = {}
    while waiting:
        sizes = count([text[group[0].start : group[-1].end] for group in waiting])
        halves: list[list[Atom]] = []
        for group, size in zip(waiting, sizes, strict=True):
            if size <= limit or len(group) == 1:
                fits[group[0].start] = group
            else:
                halves += [group[: len(group) // 2], group[len(group) // 2 :]]
        waiting = halves
    return [fits[start] for start in sorted(fits)]


def heading_of(group: list[Atom]) -> str | None:
    """The headings that everything in a group stands under, as "A > B"; None where there are none."""
    body = _body(group) or group[-1:]
    path = body[0].path
    for atom in body:
        shared = 0
        while path[shared : shared + 1] == atom.path[shared : shared + 1] != ():
            shared += 1
        path = path[:shared]
    return " > ".join(path) or None


def overlap_start(text: str, span: Span, count: Counter, most: int) -> int:
    """Where the last `most` tokens of a chunk begin, or the first sentence in them; its end if none do.

    Never the chunk's own start: a chunk does not repeat the whole of the one before.
    """
    words = word_spans(text, span.start, span.end)[1:]
    sizes = count([text[start:end] for start, end in words])
    start, taken = span.end, 0
    for (at, _), size in zip(reversed(words), reversed(sizes), strict=True):
        taken += size
        if taken > most:
            break
        start = at
    return next((at for at, _ in sentences(text, span.start, span.end) if at >= start), start)


def _body(group: list[Atom]) -> list[Atom]:
    return [atom for atom in group if atom.kind != "heading"]


def _without_last_headings(group: list[Atom]) -> tuple[list[Atom], list[Atom]]:
    last = len(group)
    while last and group[last - 1].kind == "heading":
        last -= 1
    return (group[:last], group[last:]) if last else (group, [])
