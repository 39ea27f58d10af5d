"""Floor 1: loops over arrays, compiled.  A kernel knows arrays and numbers, nothing of files, records or text
settings; each has a plain NumPy twin in `tests/kernels`.  Importing a kernel imports numba (0.3 s), so it is
imported where it is called, never at the top of a module of another room."""

from __future__ import annotations

__all__ = ["ALONE", "loaded"]

import sys

COMPILED = "findry.kernels.compiled"
ALONE = False
"""Whether findry is all that this process runs: numba may then leave out what no kernel needs."""


def loaded() -> bool:
    """Whether this process has loaded a kernel, and with it numba."""
    return COMPILED in sys.modules
