"""Write the table of trials into docs/reliability.md, from what `make test-slow` counted."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TRIALS, PAGE = ROOT / ".trials", ROOT / "docs" / "reliability.md"
START, END = "<!-- trials -->", "<!-- /trials -->"
EXPECTED = (
    *("power-loss", "killed-writer", "failing-calls", "full-disk", "damage", "damage-writers"),
    *("many-readers", "second-writer", "random-histories", "memory"),
)


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The trials as Markdown."""
    lines = ["| trial | number | lost | crashed, hung or wrong | date | of which |", "|---|---:|---:|---:|---|---|"]
    for name in sorted(rows, key=[*EXPECTED, *rows].index):
        row = rows[name]
        counts = " | ".join(f"{row[count]:,}" for count in ("trials", "lost", "crashed"))
        lines.append(f"| {row['what']} | {counts} | {row['date']} | {row['note']} |")
    return "\n".join(lines)


def main() -> int:
    """Put the table between the marks of the page; 1 when a trial is missing, empty, or lost or broke something."""
    rows = {path.stem: json.loads(path.read_text("utf-8")) for path in TRIALS.glob("*.json")}
    missing = [name for name in EXPECTED if name not in rows]
    bad = [name for name, row in rows.items() if row["lost"] or row["crashed"] or not row["trials"]]
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.release().split('-')[0]}"
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n{table(rows)}\n\n{machine}.\n{END}{after}", "utf-8")
    for what, names in (("no figures of", missing), ("something was lost or broke in", bad)):
        if names:
            print(f"{what}: {', '.join(names)}", file=sys.stderr)
    return int(bool(missing or bad))


if __name__ == "__main__":
    sys.exit(main())
