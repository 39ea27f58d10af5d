"""The machine, the versions, and what the hardware can do at all, measured in the same run."""

from __future__ import annotations

__all__ = ["describe", "floors"]

import json
import os
import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

from benches.setting import ROOT

LIBRARIES = (
    *("findry", "numpy", "numba", "onnxruntime", "tokenizers"),
    *("tantivy", "bm25s", "lancedb", "faiss-cpu", "usearch", "qdrant-edge-py", "openvino", "sentence-transformers"),
)
SINGLE = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


def describe() -> dict[str, Any]:
    """Processor, cores that this process may use, memory, system, Python, libraries, load."""
    import sqlite3

    versions = {"SQLite": sqlite3.sqlite_version}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1e6, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "versions": versions,
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def _field(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)


def floors(small: bool = False) -> dict[str, float]:
    """Memory read GB/s and float32 matrix product GFLOP/s, with one thread and two, in a process of their own."""
    command = [sys.executable, "-m", "benches.machine", *(["--small"] if small else [])]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | SINGLE, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _measure(small: bool) -> dict[str, float]:
    import numpy as np

    a = np.ones((2 if small else 64) << 20, np.float32)
    left = np.random.default_rng(0).random((256 if small else 2048,) * 2, np.float32)
    right = np.ascontiguousarray(left.T)

    def best(parts: list[tuple[Any, Any]]) -> float:
        with ThreadPoolExecutor(len(parts)) as pool:
            seconds = []
            for _ in range(8):
                start = perf_counter()
                list(pool.map(lambda pair: pair[0] @ pair[1], parts))
                seconds.append(perf_counter() - start)
        return min(seconds)

    found = {}
    for threads in (1, 2):
        pieces = np.array_split(a, threads)
        found[f"read_gb_s_{threads}"] = a.nbytes / best([(piece, piece) for piece in pieces]) / 1e9
        rows = np.array_split(left, threads)
        found[f"gemm_gflop_s_{threads}"] = 2 * len(left) ** 3 / best([(piece, right) for piece in rows]) / 1e9
    return {name: round(value, 1) for name, value in found.items()}


if __name__ == "__main__":
    print(json.dumps(_measure("--small" in sys.argv)))
