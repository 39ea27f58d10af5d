"""A small collection with judgments, and what tests of commands call."""

from __future__ import annotations

__all__ = ["QRELS", "QUERIES", "ROWS", "Cli", "jsonl"]

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS: list[dict[str, Any]] = [
    {"_id": "a", "title": "Ants", "text": "Ants carry leaves to the nest.", "year": 2020, "lang": "en"},
    {"_id": "b", "title": "Bees", "text": "Bees make honey and carry pollen.", "year": 2021, "lang": "en"},
    {"_id": "c", "title": "Cats", "text": "Cats sleep all day.", "year": 1999, "lang": "de"},
    {"_id": "d", "title": "Dogs", "text": "Dogs carry sticks and sleep.", "year": 2022, "lang": "de"},
]
QUERIES = {"q1": "who carries leaves", "q2": "honey makers", "q3": "cats sleeping"}
QRELS = [("q1", "a", 2), ("q1", "d", 1), ("q2", "b", 1), ("q3", "c", 1), ("q3", "gone", 1)]

Cli = Callable[..., Any]


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path
