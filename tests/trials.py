"""What the trials of reliability counted, kept for the table in docs/reliability.md."""

from __future__ import annotations

__all__ = ["FOLDER", "record"]

import datetime
import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".trials"


def record(name: str, what: str, *, trials: int, lost: int, crashed: int, note: str = "") -> None:
    """Keep one row: the trials, those that lost something acknowledged, those that crashed, hung or answered wrongly.

    Call it before asserting that nothing was lost, so that a bad outcome stands in the table too.
    """
    FOLDER.mkdir(exist_ok=True)
    row = {
        "what": what,
        "trials": trials,
        "lost": lost,
        "crashed": crashed,
        "note": note,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(row, indent=1), "utf-8")
