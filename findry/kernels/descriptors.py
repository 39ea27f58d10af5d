"""What a segment, and what is known of terms, is to the kernels: numbers, among them addresses of arrays."""

from __future__ import annotations

__all__ = [
    "BASE",
    "BUFFER",
    "BYTES",
    "CAPACITY",
    "DESCRIPTORS",
    "FIELDS",
    "FIXED",
    "KNOWN",
    "LENGTHS_AT",
    "LISTS",
    "LOWER",
    "MASK",
    "OVER",
    "ROOM",
    "SEGMENTS",
    "SEGMENT_ROWS",
    "SHORT_AT",
    "SLOPE",
    "TIES_AT",
    "UPPER",
    "VIEW",
    "WORTH",
]

DESCRIPTORS = 14
"""Numbers that describe a segment, in this order: addresses of arrays of its fields, sizes, places in its buffer."""
FIXED, SLOPE, UPPER, LOWER, LENGTHS_AT, SHORT_AT, OVER = range(7)
FIELDS, BUFFER, BYTES, TIES_AT, MASK, SEGMENT_ROWS, BASE = range(7, DESCRIPTORS)
VIEW = 6
"""Numbers that describe what is known of terms; the descriptors of the segments follow them."""
SEGMENTS, WORTH, LISTS, CAPACITY, KNOWN, ROOM = range(VIEW)
