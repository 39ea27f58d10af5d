"""Results as Markdown: one section a bench, and the generated part of docs/benchmarks.md."""

from __future__ import annotations

__all__ = ["section", "write_page"]

import json
import tomllib
from pathlib import Path
from typing import Any

from benches.one import BENCHES

START, END = "<!-- benches -->", "<!-- /benches -->"
REASONS = Path(__file__).parent / "reasons.toml"


def section(name: str, result: dict[str, Any]) -> str:
    """One bench: tables, targets, notes, machine."""
    tables = [f"**{table['title']}**\n\n" + _table(table["columns"], table["rows"]) for table in result["tables"]]
    parts = [f"## {result['title']}", *tables]
    if result["targets"]:
        columns = ["aim", "against", "ratio [95 %]", "agreement findry, peer", "wanted", "verdict"]
        rows = [
            [t["operation"], t["against"], t["found"], t["agreement"] or "-", t["aim"], _verdict(name, t)]
            for t in result["targets"]
        ]
        parts.append("**Aims**\n\n" + _table(columns, rows))
    parts += [f"- {note}" for note in [*result["notes"], *_floors(result)]]
    if result["left_out"]:
        parts.append(f"- Left out: {'; '.join(result['left_out'])}.")
    parts.append(_machine(name, result))
    return "\n\n".join(parts).replace("\n\n- ", "\n- ").replace("|\n- ", "|\n\n- ") + "\n"


def _table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _verdict(bench: str, target: dict[str, Any]) -> str:
    """The verdict, with the reason that reasons.toml gives for a miss."""
    verdict = str(target["verdict"])
    if not verdict.startswith("missed"):
        return verdict
    for entry in tomllib.loads(REASONS.read_text("utf-8")).get("reason", []):
        fits = entry["bench"] == bench and target["operation"].startswith(entry.get("operation", ""))
        if fits and entry.get("against", target["against"]) == target["against"]:
            return f"{verdict}: {entry['why']}"
    return verdict


def _floors(result: dict[str, Any]) -> list[str]:
    """What the hardware needs at least for what findry did, with one thread (matrix products with two)."""
    speed = result["floors"]
    own = [figure for figure in result["figures"] if figure.get("engine") == "findry"]
    reading: dict[str, dict[float, str]] = {}
    told = []
    for figure in own:
        if "floor_bytes" in figure:
            of_it = reading.setdefault(figure["floor_of"], {})
            before = of_it.get(figure["floor_bytes"])
            of_it[figure["floor_bytes"]] = f"{before} and {figure['operation']}" if before else figure["operation"]
        if "floor_flop" in figure:
            least = figure["floor_flop"] / (1e9 * speed["gemm_gflop_s_2"])
            told.append(f"Floor of {figure['operation']}: the matrix products alone take {least:.3g} s on two cores.")
    for what, sizes in reading.items():
        times = [
            f"{operation} {size / 1e6:.3g} MB, {size / 1e6 / speed['read_gb_s_1']:.3g} ms"
            for size, operation in sizes.items()
        ]
        told.append(f"Floors, reading {what} with one thread: {'; '.join(times)}.")
    return told


def _machine(name: str, result: dict[str, Any]) -> str:
    machine, floors = result["machine"], result["floors"]
    threads = {0: "threads as each library likes", 1: "one thread"}.get(
        result["threads"], f"{result['threads']} threads"
    )
    versions = ", ".join(f"{library} {version}" for library, version in machine["versions"].items())
    return (
        f"{result['date']}, {result['seconds']:,} s for this bench, {threads}; {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory_gb']} GB, load {machine['load'][0]} before and "
        f"{machine['load'][1]} after; Python {machine['python']}, {versions}. Floors: memory read "
        f"{floors['read_gb_s_1']} GB/s with one thread, {floors['read_gb_s_2']} with two; float32 matrix product "
        f"{floors['gemm_gflop_s_1']} and {floors['gemm_gflop_s_2']} GFLOP/s. `make bench ONLY={name}`"
    )


def write_page(page: Path, results: Path) -> None:
    """Put every result that is there between the marks of the page."""
    found = {name: path for name in BENCHES if (path := results / f"{name}.json").exists()}
    told = {name: json.loads(path.read_text("utf-8")) for name, path in found.items()}
    verdicts = [target["verdict"] for result in told.values() for target in result["targets"]]
    met = sum(verdict.startswith("met") for verdict in verdicts)
    missed = sum(verdict.startswith("missed") for verdict in verdicts)
    parts = [f"{met} aims met, {missed} missed, {len(verdicts) - met - missed} with nothing to compare with.\n"]
    for name, result in told.items():
        plot = results / f"{name}.svg"
        picture = f"\n![{result['title']}](benchmarks/{plot.name})\n" if plot.exists() else ""
        parts.append(section(name, result) + picture)
    text = page.read_text("utf-8")
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{START}\n" + "\n".join(parts) + f"{END}{after}", "utf-8")
