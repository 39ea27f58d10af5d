"""Tensors of a safetensors file, left in the file."""

from __future__ import annotations

__all__ = ["mapped_tensors"]

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def mapped_tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """The float32 tensors of a file that `safetensors` has opened, read-only, each read where it is used.

    Processes that use one model share its pages, and those that are not used are not read.  The file must not be
    written to while they are; a new file in its place is no harm.  Source: the format's description, "Format"
    (huggingface.co/docs/safetensors): the length of a JSON head, the head, the numbers.
    """
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        head: dict[str, Any] = json.loads(file.read(length))
    data = np.memmap(path, np.uint8, "r", offset=0).view(np.ndarray)
    tensors = {}
    for name, told in head.items():
        if name != "__metadata__" and told["dtype"] == "F32":
            first, last = (8 + length + place for place in told["data_offsets"])
            if first % 4 == 0:
                tensors[name] = data[first:last].view(np.float32).reshape(told["shape"])
    return tensors
