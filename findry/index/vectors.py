"""The arrays of a vector field in one segment."""

from __future__ import annotations

__all__ = ["build_vectors"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.depths import measure


def build_vectors(matrix: NDArray[np.float32]) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The vectors and their signs; the length of the longest row, and how far a scan of the signs must look.

    Cost: a pass over the vectors; above 4,096 rows what `findry.index.depths.measure` costs.
    """
    from findry.kernels.eights import in_eights
    from findry.kernels.signs import pack_signs

    signs, norm = pack_signs(matrix), _largest_norm(matrix)
    near = measure(matrix, signs, norm)
    return {"": matrix, ".eights": in_eights(signs)}, {"norms": norm, "near": near.card() if near else None}


def _largest_norm(matrix: NDArray[np.float32]) -> float:
    """The length of the longest row, which bounds the rounding of inner products."""
    norms = np.sqrt(np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64))
    return float(norms.max(initial=0.0))
