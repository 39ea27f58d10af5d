"""One file a published system."""

from __future__ import annotations

__all__: list[str] = []
