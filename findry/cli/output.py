"""What people and programs read: tables and JSON on standard output, everything else on standard error."""

from __future__ import annotations

__all__ = ["Cell", "clean", "emit", "note", "notes", "pairs", "show_bytes", "table"]

import json
import math
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

    from findry.text import Passage

    Cell = str | Passage
else:
    Cell = Any

NATURAL = 100_000  # columns of what is no terminal: nothing is wrapped, so that lines can be searched
ON, OFF = "\x02", "\x03"  # cannot be in cleaned text


def clean(text: str) -> str:
    r"""One line of text that no terminal takes for a command.

    >>> clean("two\nlines and \x1b[31m colour")
    'two lines and �[31m colour'
    """
    return " ".join(_harmless(text).split())


def _harmless(text: str) -> str:
    """The same text, character by character, with blanks for white space and a mark for controls."""
    if text.isprintable():
        return text
    return "".join(
        " " if c.isspace() else c if unicodedata.category(c) not in ("Cc", "Cs") and c not in _TURNS else "\ufffd"
        for c in text
    )


_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they reorder what follows


def emit(document: Any) -> None:
    """One JSON document; what is not a number is null."""
    ascii_only = "utf" not in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    print(json.dumps(_numbers(document), ensure_ascii=ascii_only, indent=2, allow_nan=False))


def _numbers(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(item) for item in value]
    return value


def note(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr)


def notes(head: str, lines: Iterable[str], *, most: int = 10, total: int | None = None) -> None:
    """A line on standard error and some lines below it, and how many more there are."""
    held = list(lines)
    number = len(held) if total is None else total
    note(head)
    for line in held[:most]:
        note(f"  {clean(line)}")
    if number > most:
        note(f"  ... and {number - min(most, len(held)):,} more")


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, right: Collection[str] = (), title: str = ""
) -> None:
    """A table on standard output: fitted to a terminal, else as wide as its cells, one line a row."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    made = Table(box=SIMPLE_HEAD if terminal else None, show_edge=False, pad_edge=False)
    for name in columns:
        made.add_column(Text(name), justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_text(cell, terminal) for cell in row))
    console = Console(highlight=False, soft_wrap=False, width=None if terminal else NATURAL)
    with console.capture() as captured:
        console.print(made)
    if title:
        print(clean(title))
    print("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


def pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Names and values, a line each."""
    held = list(rows)
    width = max((len(name) for name, _ in held), default=0)
    for name, value in held:
        print(f"{name:<{width}}  {clean(value)}")


def _text(cell: Cell, terminal: bool) -> Text:
    from rich.text import Text

    if isinstance(cell, str):
        return Text(clean(cell))
    from dataclasses import replace

    from findry.text import marked

    line = " ".join(marked(replace(cell, text=_harmless(cell.text)), ON, OFF).split())
    if not terminal:
        return Text(line.replace(ON, "**").replace(OFF, "**"))
    text = Text()
    for place, part in enumerate(line.split(ON)):
        inside, _, after = part.partition(OFF) if place else ("", "", part)
        text.append(inside, "bold").append(after)
    return text


def show_bytes(size: int) -> str:
    """A size in words.

    >>> show_bytes(999), show_bytes(2_500_000)
    ('999 B', '2.5 MB')
    """
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= one:
            return f"{size / one:.1f} {unit}"
    return f"{size} B"
