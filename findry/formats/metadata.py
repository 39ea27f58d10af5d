"""What a written run says about itself."""

from __future__ import annotations

__all__ = ["run_metadata"]

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def run_metadata(tag: str, pipeline: str, *, data: Mapping[str, Any], index: Mapping[str, Any]) -> str:
    """An ir_metadata header: how, from what and by which software a run was made.

    Source: Breuer, Keller, Schaer, "ir_metadata: An Extensible Metadata Schema for IR Experiments", SIGIR 2022.
    Strings are quoted as in JSON, which YAML reads.

    >>> text = run_metadata("bm25", "bm25()", data={"test collection": "med"}, index={"documents": 1033})
    >>> [line for line in text.splitlines() if not line.startswith(" ")]
    ['tag: "bm25"', 'platform:', 'implementation:', 'data:', 'method:']
    """
    software = {"findry": _version("findry"), "numpy": _version("numpy"), "onnxruntime": _version("onnxruntime")}
    told: dict[str, Any] = {
        "tag": tag,
        "platform": {"operating system": platform.platform(), "python": platform.python_version()},
        "implementation": {"software": {name: number for name, number in software.items() if number}},
        "data": dict(data),
        "method": {"retrieval": {"pipeline": pipeline}, "index": dict(index)},
    }
    return "\n".join(_lines(told, 0))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _lines(told: Mapping[str, Any], depth: int) -> list[str]:
    lines = []
    for name, value in told.items():
        if isinstance(value, Mapping):
            lines += ["  " * depth + f"{name}:", *_lines(value, depth + 1)]
        else:
            lines.append("  " * depth + f"{name}: {json.dumps(value, ensure_ascii=False)}")
    return lines
