"""Arrays as kernels take them."""

from __future__ import annotations

__all__ = ["fixed"]

from typing import Any

from numpy.typing import NDArray


def fixed(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, read-only: one kind of array for the compiler, whether mapped from disk or made in memory.

    >>> import numpy as np
    >>> fixed(np.zeros(2)).flags.writeable
    False
    """
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view
