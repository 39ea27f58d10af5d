"""How many processors findry may use."""

from __future__ import annotations

__all__ = ["PROCESSORS"]

import os

PROCESSORS: int = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
"""Those that the system lets this process run on, which containers restrict; where it does not say, all there are."""
