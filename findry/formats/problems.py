"""Rows that cannot be used: refused at the first one, or left out and reported."""

from __future__ import annotations

__all__ = ["Bad", "OnError", "Problems", "bad_rows"]

from collections.abc import Callable, Iterator
from typing import Literal

from findry.errors import FormatError, InputError
from findry.records.space import tie_key

OnError = Literal["refuse", "skip"]
Bad = Callable[[FormatError], None]
SHOWN = 20


class Problems:
    """What readers left out and why: all counted, the first 20 kept to be shown.

    One place is counted once, so a corpus that is read twice does not double its problems.

    >>> problems = Problems()
    >>> problems.add("docs.jsonl:3", "not an object")
    >>> problems.add("docs.jsonl:3", "not an object")
    >>> len(problems), list(problems)
    (1, [('docs.jsonl:3', 'not an object')])
    """

    def __init__(self) -> None:
        self._shown: list[tuple[str, str]] = []
        self._places: set[int] = set()

    def add(self, where: str, reason: str) -> None:
        """Note one place and the reason."""
        place = tie_key(f"{where}\n{reason}")
        if place not in self._places:
            self._places.add(place)
            if len(self._shown) < SHOWN:
                self._shown.append((where, reason))

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._shown)

    def __repr__(self) -> str:
        lines = [f"  {where}: {reason}" for where, reason in self._shown]
        more = [f"  ... and {len(self) - len(self._shown):,} more"] if len(self) > len(self._shown) else []
        return "\n".join([f"Problems({len(self):,})", *lines, *more])


def bad_rows(on_error: OnError, problems: Problems | None) -> Bad:
    """What to do with a bad row: "refuse" raises its error, "skip" notes it and goes on.

    >>> problems = Problems()
    >>> bad_rows("skip", problems)(FormatError("not an object", received="[]", where="a.jsonl:1"))
    >>> list(problems)
    [('a.jsonl:1', 'not an object ([])')]
    """

    def refuse(error: FormatError) -> None:
        raise error

    def skip(error: FormatError) -> None:
        if problems is not None:
            reason = error.what if error.received is None else f"{error.what} ({error.received})"
            problems.add(error.where or "?", reason)

    if on_error not in ("refuse", "skip"):
        raise InputError("unknown way to treat bad rows", expected="'refuse' or 'skip'", received=repr(on_error))
    return refuse if on_error == "refuse" else skip
