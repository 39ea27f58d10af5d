"""Rows that cannot be used: refused at the first one, or left out and reported."""

from __future__ import annotations

__all__ = ["Bad", "OnError", "Problems", "bad_rows"]

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from findry.errors import FormatError, InputError
from findry.records.space import tie_key

OnError = Literal["refuse", "skip"]
Bad = Callable[[FormatError], None]
SHOWN = 20


class Problems:
    """What readers left out and why: all counted, the first 20 of each sort kept to be shown.

    Bad rows (`add`) are told from files that are no documents anyway (`note`).  One place is counted
    once, so a corpus that is read twice does not double its problems.

    >>> problems = Problems()
    >>> problems.add("docs.jsonl:3", "not an object")
    >>> problems.add("docs.jsonl:3", "not an object")
    >>> problems.note("notes/.git", "hidden")
    >>> len(problems), list(problems), problems.skipped, problems.not_read
    (2, [('docs.jsonl:3', 'not an object'), ('notes/.git', 'hidden')], 1, 1)
    """

    def __init__(self) -> None:
        self._bad: list[tuple[str, str]] = []
        self._noted: list[tuple[str, str]] = []
        self._places: set[int] = set()
        self.skipped = 0
        self.not_read = 0

    def add(self, where: str, reason: str) -> None:
        """Count a row or file that should have been usable."""
        if self._new(where, reason):
            self.skipped += 1
            self._bad.extend([(where, reason)] * (len(self._bad) < SHOWN))

    def note(self, where: str, reason: str) -> None:
        """Count a file that is never read: hidden, empty, of another kind."""
        if self._new(where, reason):
            self.not_read += 1
            self._noted.extend([(where, reason)] * (len(self._noted) < SHOWN))

    def _new(self, where: str, reason: str) -> bool:
        place = tie_key(f"{where}\n{reason}")
        known = place in self._places
        self._places.add(place)
        return not known

    @property
    def bad(self) -> Sequence[tuple[str, str]]:
        """The first bad rows, each with the reason."""
        return tuple(self._bad)

    @property
    def noted(self) -> Sequence[tuple[str, str]]:
        """The first files that are never read, each with the reason."""
        return tuple(self._noted)

    def __len__(self) -> int:
        return self.skipped + self.not_read

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter((*self._bad, *self._noted))

    def __repr__(self) -> str:
        shown = list(self)
        lines = [f"  {where}: {reason}" for where, reason in shown]
        more = [f"  ... and {len(self) - len(shown):,} more"] if len(self) > len(shown) else []
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
