"""How postings lie in memory: what builders write and the search kernel reads.

The postings of a field stand term by term, rows rising.  A term with at least `WIDE` of them is wide: its rows are
kept as 16-bit numbers inside windows of 2^14 rows, with an offset and a bound for each window.  The rows of other
terms are plain 32-bit numbers.  Frequencies are bytes; 255 stands for one that is found in a sorted side list.
"""

from __future__ import annotations

__all__ = [
    "BITS",
    "COLUMNS",
    "COUNT",
    "ESCAPE",
    "EXTRA",
    "FIELD",
    "KIND",
    "LADDER",
    "LADDER_AT",
    "LEVELS",
    "NARROW",
    "POSTING",
    "ROWS",
    "SATURATIONS",
    "SPARE",
    "TF",
    "TOPS",
    "WIDE",
    "WIDE_LIST",
    "WINDOW",
    "WINDOWS",
]

BITS = 14
WINDOW = 1 << BITS
WIDE = 256
ESCAPE = 255
LEVELS = 255
"""Bounds on saturations, in (0, 1], are kept as whole numbers of so many parts, rounded up or down."""
LADDER = (10, 100, 1000)
"""For which k each wide term keeps a saturation that its k best rows reach."""
COLUMNS = 10
"""Numbers that describe the postings of a term to the search kernel, in this order."""
KIND, FIELD, COUNT, ROWS, TF, POSTING, WINDOWS, TOPS, LADDER_AT, SATURATIONS = range(COLUMNS)
WIDE_LIST, NARROW, EXTRA = 0, 1, 2
SPARE = 1024
"""Candidates of a query for which there is room, beyond two times k."""
