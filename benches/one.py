"""One bench in this process, its result into a JSON file: what ``python -m benches`` starts for each."""

from __future__ import annotations

__all__ = ["BENCHES", "main"]

import argparse
import datetime
import json
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benches.machine import describe, floors
from benches.setting import Setting

BENCHES = (
    "bm25",
    "batch",
    "real_sets",
    "indexing",
    "changes",
    "dense",
    "encoding",
    "cold",
    "hybrid",
    "sharing",
    "growth",
)


def main() -> None:
    """Run the bench that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("folder", type=Path, help="for corpora and indexes")
    parser.add_argument("out", type=Path, help="the JSON file to write")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--peers", type=lambda text: tuple(text.split(",")))
    given = parser.parse_args()
    before = describe()
    physical = floors(given.small)
    start = time.perf_counter()
    result = import_module(f"benches.{given.bench}").run(Setting(given.folder, given.small, given.peers))
    told = asdict(result) | {
        "date": datetime.date.today().isoformat(),
        "seconds": round(time.perf_counter() - start),
        "machine": before | {"load": [before["load"][0], describe()["load"][0]]},
        "floors": physical,
        "threads": import_module(f"benches.{given.bench}").THREADS,
    }
    given.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
