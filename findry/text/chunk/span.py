"""A piece of a text, by its place."""

from __future__ import annotations

__all__ = ["Span"]

from typing import NamedTuple


class Span(NamedTuple):
    """The characters [start, end) of a text, under the headings "A > B" where there are some."""

    start: int
    end: int
    heading: str | None = None
