"""The scale by which scores become whole numbers; no compiled code."""

from __future__ import annotations

__all__ = ["scale_of"]

import math

MOST = 1000
"""The largest exponent, for totals next to nothing."""


def scale_of(total: float) -> float:
    """The power of two by which weights that add up to `total` become whole numbers that add up to at most 2^29.

    >>> scale_of(1.0) == 2.0**29, scale_of(1.1) == 2.0**28, scale_of(0.0)
    (True, True, 1.0)
    """
    mantissa, exponent = math.frexp(total)
    return math.ldexp(1.0, min(29 - exponent + (mantissa == 0.5), MOST)) if total > 0 else 1.0
