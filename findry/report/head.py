"""What stands at the head of a report."""

from __future__ import annotations

__all__ = ["About", "head"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from findry.report.texts import harmless


@dataclass(frozen=True)
class About:
    """Where a report comes from: the data set, the index and its commit, and the command that made it."""

    data: str
    index: str
    commit: int
    command: str
    version: str
    date: str
    notes: tuple[str, ...] = ()


def head(kind: str, title: str, queries: int, about: About, summary: Sequence[str]) -> dict[str, Any]:
    """JSON-able: the kind of the report, its title, what was measured on, and the main findings as sentences."""
    return {
        "kind": kind,
        "title": harmless(title),
        "about": {
            "data set": harmless(about.data),
            "queries": f"{queries:,}",
            "index": harmless(about.index),
            "commit": f"{about.commit:,}",
            "findry": about.version,
            "date": about.date,
        },
        "command": harmless(about.command),
        "notes": [harmless(line) for line in about.notes],
        "summary": [harmless(line) for line in summary],
    }
