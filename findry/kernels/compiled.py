"""Compilation of kernels, and where compiled code is kept."""

from __future__ import annotations

__all__ = ["code_folder", "compiled", "inlined"]

import hashlib
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

import findry.kernels
from findry.folders import cache_folder


def _lean() -> None:
    """Let numba do without its linear algebra, for which it would import scipy.linalg (0.1 s of a cold search).

    It asks once in a process, at the first kernel; nothing else of numba is changed.
    """
    try:
        import numba.np.linalg as linalg

        asked = linalg.ensure_blas
    except (ImportError, AttributeError):
        return

    def absent() -> None:
        raise ImportError("no kernel needs linear algebra")

    linalg.ensure_blas = absent
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = asked


if findry.kernels.ALONE:
    _lean()

F = TypeVar("F", bound=Callable[..., Any])


def code_folder() -> Path:
    """The folder of compiled kernels: another one for each state of this room, version of numba and setting of it.

    Numba itself looks at the file of a function only, not at those of what it calls, and at the processor.
    """
    state = hashlib.blake2b(f"{numba.__version__} {os.environ.get('NUMBA_BOUNDSCHECK', '')}".encode(), digest_size=8)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        state.update(path.read_bytes())
    return cache_folder() / "kernels" / state.hexdigest()


_FOLDER = str(code_folder())


def compiled(kernel: F) -> F:
    """Compile a kernel at its first call, or take it from the folder of compiled kernels.

    The interpreter lock is free while it runs; arithmetic is IEEE, in the order that is written.
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _FOLDER
    try:
        return cast(F, numba.njit(nogil=True, cache=True, error_model="numpy")(kernel))
    except RuntimeError:  # no folder that can be written: compiled anew in each process
        return cast(F, numba.njit(nogil=True, error_model="numpy")(kernel))
    finally:
        numba.config.CACHE_DIR = before


def inlined(part: F) -> F:
    """A part of kernels, put in the place of its calls before types are known.

    Arrays that are handed to a call are counted, atomically, which took an eighth of a search; here none is handed.
    """
    return cast(F, numba.njit(nogil=True, error_model="numpy", inline="always")(part))
