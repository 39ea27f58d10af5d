"""Where findry may keep what can always be made again."""

from __future__ import annotations

__all__ = ["cache_folder"]

import os
from pathlib import Path


def cache_folder() -> Path:
    """FINDRY_CACHE, else XDG_CACHE_HOME/findry, else ~/.cache/findry; it may not exist yet."""
    named = os.environ.get("FINDRY_CACHE")
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "findry"
